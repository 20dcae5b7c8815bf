"""A counterexample of another kind as points of a chord, in exact numbers (untrusted; whoever reads it checks).

A pair of equal points of a symmetric function is the ends of a chord. So are x + h v and x - h v for a small h, where
the second derivative of f along v is negative at x.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import flint
import numpy as np

from convexcheck.certificate import evidence as ev
from convexcheck.export.numbers import Named
from convexcheck.export.numbers import values as exact
from convexcheck.export.rocq.notation import NoScript
from convexcheck.expression.evaluate import evaluate, value
from convexcheck.expression.objects import Inexact, Objects
from convexcheck.expression.statement import Condition, Statement
from convexcheck.expression.term import over_all

BITS, SHORTEST = 256, 40  # of the balls; how often the direction is halved at most
Point = dict[tuple[str, str], Any]
Values = Mapping[tuple[str, str], np.ndarray]


def as_chord(s: Statement, side: int, e: ev.Refutation, folder: Path | None = None) -> ev.JensenGap:
    """The evidence as a Jensen gap between written points.

    Args:
        s: the statement.
        side: 1 if `e` refutes convexity, -1 for concavity.
        e: evidence that the kernel accepted.
        folder: where arrays lie, if there are any.

    Raises:
        NoScript: where no chord is found.

    >>> from convexcheck.expression.statement import Declaration
    >>> from convexcheck.expression.term import entry
    >>> s = Statement(-entry("var", "x") ** 2, {"x": Declaration()})
    >>> one = (("x", ev.Array((), (Fraction(1),))),)
    >>> print(as_chord(s, 1, ev.NegativeCurvature(ev.Instance((), ()), one, one, "rational")).y[0][1])
    0
    """
    known = exact(e.instance.parameters, "par", folder)
    x, sizes = exact(e.x, "var", folder), dict(e.instance.sizes)
    kept = tuple((name, array) for name, array in e.instance.parameters if name in s.parameters)
    instance = ev.Instance(e.instance.sizes, kept)
    if isinstance(e, ev.JensenGap):
        return ev.JensenGap(instance, _written(x), _written(exact(e.y, "var", folder)), e.t)
    if isinstance(e, ev.SymmetryPair):
        at = {key: _numbers(array) for key, array in {**known, **x}.items()}
        image = dict(x)
        for name, body in e.action.images:
            shape = x["var", name].shape
            cells = np.asarray(evaluate(body, at, sizes, exact=True, ranges=shape), dtype=object)
            image["var", name] = _fractions(cells.reshape(shape))
        return ev.JensenGap(instance, _written(x), _written(image), 1 - e.t)
    v, h = exact(e.v, "var", folder), e.step
    for _ in range(SHORTEST):
        ends = [{key: np.asarray(x[key] + way * h * v[key], dtype=object) for key in x} for way in (1, -1)]
        gap, _ = height(s, side, known, sizes, ends, Fraction(1, 2))
        if gap > 0 and all(_holds(c, {**known, **end}, sizes) for c in s.domain for end in (x, *ends)):
            return ev.JensenGap(instance, _written(ends[0]), _written(ends[1]), Fraction(1, 2))
        h /= 2
    raise NoScript("no chord along the direction is found that lies below the function")


def height(s: Statement, side: int, known: Values, sizes: dict[str, int], ends: list[Point], t: Fraction) -> Any:
    """The balls f(t x + (1-t) y) - t f(x) - (1-t) f(y), for -f if `side` is -1, and the largest of the |values|."""
    x, y = ends
    middle = {key: np.asarray(t * x[key] + (1 - t) * y[key], dtype=object) for key in x}
    with flint.ctx.workprec(BITS):
        try:
            a, b, m = (_ball(s.function, {**known, **point}, sizes) for point in (x, y, middle))
        except Inexact:
            return flint.arb("nan"), flint.arb("nan")
        q = flint.fmpq(t.numerator, t.denominator)
        return side * (m - q * a - (1 - q) * b), max(abs(a), abs(b), abs(m))


def _ball(e: Any, point: Values, sizes: dict[str, int]) -> Any:
    at = {key: _numbers(array) for key, array in point.items()}
    return value(e, at, sizes, Objects(flint.arb))


def _holds(c: Condition, point: Values, sizes: dict[str, int]) -> bool:
    """Whether the condition surely holds at the point."""
    if c.relation not in ("ge", "gt"):
        return not c.body.has("var")
    with flint.ctx.workprec(BITS):
        worst = _ball(over_all("Max", c.sizes, -c.body), point, sizes)
    return bool(worst < 0 or (c.relation == "ge" and worst <= 0))


def _numbers(array: Any) -> np.ndarray:
    """Fractions as the numbers that the evaluation takes."""
    flat = [flint.fmpq(q.numerator, q.denominator) for q in np.asarray(array, dtype=object).reshape(-1)]
    return np.array([*flat, None], dtype=object)[:-1].reshape(np.shape(array))


def _fractions(array: np.ndarray) -> np.ndarray:
    flat = [Fraction(int(q.p), int(q.q)) for q in array.reshape(-1)]
    return np.array([*flat, None], dtype=object)[:-1].reshape(array.shape)


def _written(point: Point) -> Named:
    """The entries of each variable, as the certificate writes them."""
    found = []
    for (_, name), array in point.items():
        cells = np.asarray(array, dtype=object)
        found.append((name, ev.Array(cells.shape, tuple(cells.reshape(-1)))))
    return tuple(found)
