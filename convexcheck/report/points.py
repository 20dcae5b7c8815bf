"""Counterexamples and other explicit points, as lines that a person can follow (untrusted)."""

from __future__ import annotations

import math
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import flint
import numpy as np

from convexcheck.certificate import evidence as ev
from convexcheck.expression.errors import ConvexcheckError
from convexcheck.expression.evaluate import evaluate
from convexcheck.expression.objects import Inexact, rationals
from convexcheck.report.verdict import CertificateFile, Jensen, Verdict

FEW, BITS = 12, 128


def number(value: Any, digits: int = 12) -> str:
    """An exact rational in full if it is short, else as a ball with `digits` digits."""
    if isinstance(value, (Fraction, flint.fmpq)) and len(str(value)) <= 2 * digits:
        return str(value)
    if isinstance(value, Fraction):
        value = flint.fmpq(value.numerator, value.denominator)
    return flint.arb(value).str(digits) if isinstance(value, flint.fmpq) else value.str(digits)  # type: ignore[no-any-return]


def below(value: Any) -> str:
    """A decimal with three digits that is below a value > 0.

    >>> below(flint.fmpq(2, 3))
    '0.666'
    """
    low = float(flint.arb(value).lower()) * (1 - 1e-15)
    unit = 10.0 ** (math.floor(math.log10(low)) - 2)
    return f"{math.floor(low / unit) * unit:.3g}"


def array(value: Any) -> str:
    """An array of rationals; a large one by its few nonzero entries, or its first ones, shape and Euclidean norm.

    >>> array(np.array([Fraction(1, 2), Fraction(3)], dtype=object))
    '[1/2, 3]'
    """
    if isinstance(value, str):
        return value if value.startswith("g(") else f"the given array {value[:16]}"
    entries = np.asarray(value, dtype=object)
    if not entries.shape:
        return str(entries.item())
    if entries.size <= FEW:
        return str(np.vectorize(str, otypes=[object])(entries).tolist()).replace("'", "")
    (where,) = np.nonzero(entries.reshape(-1))
    if len(where) <= FEW // 2:
        places = (np.unravel_index(k, entries.shape) for k in where)
        some = ", ".join(f"[{', '.join(map(str, at))}] = {entries[at]}" for at in places)
        return "all 0" + f" except {some}" * bool(len(where))
    first = ", ".join(map(str, entries.reshape(-1)[:6]))
    return f"[{first}, ...] of shape {entries.shape}, norm {norm({'': entries}):.6g}"


def norm(point: Mapping[str, Any]) -> float:
    """The Euclidean norm of all entries of a point, in float64."""
    parts = [np.asarray(v, dtype=object).astype(float).reshape(-1) for v in point.values()]
    return float(np.linalg.norm(np.concatenate(parts)))


def counterexample(verdict: Verdict, found: Jensen) -> list[str]:
    """The two points, the point between, the values there and the gap, a line each."""
    lines = [f"{name} = {value}" for name, value in found.sizes.items()]
    lines += [f"{name} = {array(value)}" for name, value in found.parameters.items()]
    titles = ("first point  P:", "second point Q:", f"between      M = {mix(found.t)}:")
    for title, point in zip(titles, (found.x, found.y, found.middle), strict=True):
        lines += [f"{title} {name} = {array(value)}" for name, value in point.items()]
    at = values(verdict, found)
    if at is not None:
        a, b, c = at
        t = flint.fmpq(found.t.numerator, found.t.denominator)
        lines.append(f"f(P) = {number(a)}, f(Q) = {number(b)}, so the chord at M is {number(t * a + (1 - t) * b)}")
        lines.append(f"f(M) = {number(c)}")
    order = "f(M) - chord" if found.side == "convex" else "chord - f(M)"
    return [*lines, f"gap = {order} = {number(found.gap, 15)} > 0"]


def mix(t: Fraction) -> str:
    """The point between, as a formula."""
    return "(P + Q)/2" if t == Fraction(1, 2) else f"{t} P + {1 - t} Q"


def values(verdict: Verdict, found: Jensen) -> tuple[Any, Any, Any] | None:
    """f at x, at y and between, as rationals or balls of 128 bits; None where an array is not at hand."""
    statement, file = verdict.statement, verdict.certificate
    if statement is None or file is None:
        return None
    before, flint.ctx.prec = flint.ctx.prec, BITS
    try:
        parameters = {("par", n): _exact(v, file) for n, v in found.parameters.items()}
        points = [{("var", n): _exact(v, file) for n, v in p.items()} for p in (found.x, found.y, found.middle)]
        out = []
        for point in points:
            try:
                out.append(evaluate(statement.function, {**parameters, **point}, found.sizes, exact=True))
            except Inexact:
                out.append(evaluate(statement.function, {**parameters, **point}, found.sizes))
        return out[0], out[1], out[2]
    except (ConvexcheckError, KeyError, ValueError):
        return None
    finally:
        flint.ctx.prec = before


def _exact(value: Any, file: CertificateFile) -> np.ndarray[Any, Any]:
    if isinstance(value, str):
        head, _, body = file.arrays[value].partition(b"\n")
        _, _, kind, *shape = head.decode().split(" ")
        sizes = tuple(int(s) for s in "".join(shape).split(",") if s)
        return rationals(np.frombuffer(body, dtype=kind).reshape(sizes))
    entries = np.asarray(value, dtype=object)
    out = np.empty(entries.size, dtype=object)
    for k, q in enumerate(entries.reshape(-1).tolist()):
        out[k] = flint.fmpq(q.numerator, q.denominator)
    return out.reshape(entries.shape)


def instance(found: ev.Instance) -> list[str]:
    """Sizes, parameters and variables of an instance, a line each."""
    lines = [f"{name} = {value}" for name, value in found.sizes]
    return lines + [f"{name} = {entries(value)}" for name, value in (*found.parameters, *found.variables)]


def entries(value: ev.Array) -> str:
    """An array of a certificate as text."""
    if value.digest:
        return array(value.digest)
    return array(np.array([*value.entries, None], dtype=object)[:-1].reshape(value.shape))
