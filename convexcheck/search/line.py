"""A value as a function of one entry: where to look at it, and its balls there (untrusted)."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import flint
import numpy as np

from convexcheck.expression.evaluate import evaluate
from convexcheck.expression.functions import Interval
from convexcheck.expression.term import Expression, bound, substitute, transform

BITS = 256
STEPS = (*(Fraction(1, q) for q in (2**30, 2**12, 64, 8, 3)), *(Fraction(q, 6) for q in (4, 6, 9, 12, 15)),
         *map(Fraction, (3, 4, 6, 9, 15, 40, 1000)))  # fmt: skip


def scalar(e: Expression, at: Expression) -> tuple[Expression, Expression]:
    """The entry as a scalar variable of its name, and `e` in it."""
    x = Expression("var", (), at.data)
    return x, transform(e, lambda node, _: x if node is at else None)


def closed(e: Expression) -> bool:
    """Whether variables alone occur, so that `e` has a value where they have one."""
    return not e.has("par", "dim", "index") and not e.loose


def grid(i: Interval) -> list[Fraction]:
    """Points inside an interval, close to its ends and far out."""
    if isinstance(i.lo, Fraction) and isinstance(i.hi, Fraction):
        near = [Fraction(1, 2**k) for k in (30, 12, 6, 4, 3)]
        parts = (*near, *(Fraction(k, 16) for k in range(3, 14)), *(1 - t for t in near[::-1]))
        return [i.lo + (i.hi - i.lo) * t for t in parts]
    if isinstance(i.lo, Fraction):
        return [i.lo + t for t in STEPS]
    if isinstance(i.hi, Fraction):
        return [i.hi - t for t in STEPS[::-1]]
    return [*(-t for t in STEPS[::-1]), Fraction(0), *STEPS]


def ball(t: Fraction) -> Any:
    """A rational as a ball."""
    return flint.arb(flint.fmpq(*t.as_integer_ratio()))


def values(body: Expression, x: Expression, at: Sequence[Any], bits: int = BITS) -> Any:
    """The balls of `body` at rationals or balls."""
    cells = substitute(body, {("var", x.data): Expression("var", (bound(0),), x.data)})
    with flint.ctx.workprec(bits):
        array = np.array([*(ball(t) if isinstance(t, Fraction) else t for t in at), None], dtype=object)[:-1]
        return evaluate(cells, {("var", x.data): array}, {}, ranges=(len(array),))
