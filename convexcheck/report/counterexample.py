"""A refutation of the certificate as the counterexample that a verdict shows: points, gap, instance (untrusted)."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, Protocol

import flint
import numpy as np

from convexcheck.certificate import evidence as ev
from convexcheck.certificate.codec import written
from convexcheck.expression.evaluate import evaluate
from convexcheck.expression.statement import Statement
from convexcheck.expression.term import instantiate
from convexcheck.report.verdict import CertificateFile, Curvature, Jensen


class Accepted(Protocol):
    """What the kernel says of a certificate that it accepts."""

    @property
    def statement(self) -> tuple[str, ...]:
        """The printed lines."""
        ...


def jensen(s: Statement, side: str, found: ev.JensenGap | ev.SymmetryPair, gap: Any) -> Jensen:
    """The two points, the weight of the first, and the gap.

    Args:
        s: the statement that is refuted.
        side: "convex" or "concave".
        found: the accepted evidence.
        gap: what the kernel computed for it, a rational or a ball.
    """
    sizes, parameters = dict(found.instance.sizes), _named(found.instance.parameters)
    if isinstance(found, ev.JensenGap):
        return Jensen(side, _named(found.x), _named(found.y), found.t, gap, sizes, parameters)
    x = _named(found.x)
    large = any(isinstance(value, str) for value in x.values())
    images = {n: f"g({n})" for n, _ in found.action.images} if large else _images(found)
    return Jensen(side, x, {**x, **images}, 1 - found.t, gap, sizes, parameters)


def curvatures(answer: Accepted, found: Sequence[tuple[str, Any]], file: CertificateFile) -> tuple[Curvature, ...]:
    """The directions of negative curvature among pieces of evidence, with the values that the kernel printed.

    Args:
        answer: the kernel's, which holds one line with ``v'Hv`` for each.
        found: pairs of the side and the evidence against it.
        file: the certificate, with its arrays.
    """
    lines = [m for line in answer.statement if (m := re.match(r"\s*v'Hv = (.*?) [<>] 0", line))]
    curved = [(side, e) for side, e in found if isinstance(e, ev.NegativeCurvature)]
    return tuple(
        Curvature(side, _named(e.x), _named(e.v), value := _read(line[1]), e.level, _quotient(value, e, file))
        for (side, e), line in zip(curved, lines, strict=True)
    )


def _quotient(value: Any, e: ev.NegativeCurvature, file: CertificateFile) -> float:
    """v'Hv/v'v, nearer to 0 than its true value."""
    square = 0.0
    for _, a in e.v:
        if a.digest:
            data = file.arrays[a.digest]
            entries = np.frombuffer(data[data.index(b"\n") + 1 :], "<f8")
        else:
            entries = np.array([float(q) for q in a.entries])
        square += float(entries @ entries)
    least = float(flint.arb(value).abs_lower()) * (1 - 1e-9) / square
    return -least if float(flint.arb(value)) < 0 else least


def _read(value: str) -> Any:
    return flint.fmpq(*map(int, value.split("/"))) if re.fullmatch(r"-?\d+(/\d+)?", value) else flint.arb(value)


def _named(arrays: Sequence[tuple[str, ev.Array]]) -> dict[str, Any]:
    return {n: a.digest or np.array([*a.entries, None], dtype=object)[:-1].reshape(a.shape) for n, a in arrays}


def _images(pair: ev.SymmetryPair) -> Mapping[str, Any]:
    """The moved variables at g x, in rationals."""
    own = {name for kind in (pair.action.permutations, pair.action.signs, pair.action.scales) for name, _ in kind}
    values = {("var", n): written(a) for n, a in pair.x}
    values |= {("par", n): written(a) for n, a in pair.instance.parameters if n in own}
    shapes = {n: a.shape for n, a in pair.x}
    out = {}
    for name, body in pair.action.images:
        cells = np.empty(shapes[name], dtype=object)
        for at in itertools.product(*map(range, shapes[name])):
            q = evaluate(instantiate(body, at), values, dict(pair.instance.sizes), exact=True)
            cells[at] = Fraction(int(flint.fmpq(q).p), int(flint.fmpq(q).q))
        out[name] = cells
    return out
