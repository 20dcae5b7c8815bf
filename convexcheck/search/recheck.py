"""Values, conditions and gaps at rational points, in rationals or balls (untrusted: the kernel has its own).

The search uses these to leave nothing to float64 before it hands out evidence.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import flint
import numpy as np

from convexcheck.certificate.evidence import Array
from convexcheck.expression.errors import ConvexcheckError
from convexcheck.expression.evaluate import evaluate
from convexcheck.expression.objects import Inexact
from convexcheck.expression.statement import Condition
from convexcheck.expression.term import Expression, apply, const, instantiate, over

Exact = dict[tuple[str, str], "np.ndarray[Any, Any]"]
PRECISIONS = (64, 128, 256, 512)
LARGE = 1000  # entries beyond which rationals grow too long; balls are tried at once


def rational(array: Array) -> np.ndarray[Any, Any]:
    """The entries of an inline array as an object array of ``flint.fmpq``."""
    out = np.empty(len(array.entries), dtype=object)
    for k, q in enumerate(array.entries):
        out[k] = flint.fmpq(q.numerator, q.denominator)
    return out.reshape(array.shape)


def value(e: Expression, values: Exact, sizes: Mapping[str, int], precision: int = 64) -> Any:
    """The value of `e` as a ``flint.fmpq`` where the operations allow it, else as a ball; None if not real."""
    if sum(a.size for a in values.values()) <= LARGE:
        try:
            return evaluate(e, values, sizes, exact=True)
        except Inexact:
            pass
    return ball(e, values, sizes, precision)


def ball(e: Expression, values: Exact, sizes: Mapping[str, int], precision: int) -> Any:
    """The value of `e` as a ball at a precision in bits; None where it is not real, or not surely."""
    before = flint.ctx.prec
    try:
        flint.ctx.prec = precision
        found = evaluate(e, values, sizes)
        return found if found.is_finite() else None
    except (ConvexcheckError, Inexact):
        return None
    finally:
        flint.ctx.prec = before


def sign(e: Expression, values: Exact, sizes: Mapping[str, int]) -> int | None:
    """-1, 0 or 1 where that is sure, else None."""
    for precision in PRECISIONS:
        found = value(e, values, sizes, precision)
        if found is None:
            return None
        for outcome, holds in ((1, found > 0), (-1, found < 0), (0, found == 0)):
            if holds:
                return outcome
    return None


def least(c: Condition, sizes: Mapping[str, int]) -> Expression | None:
    """The worst case of a condition over its indices, closed; None where there is nothing to satisfy."""
    if any((int(s.data) if s.op == "const" else sizes.get(s.data, 1)) == 0 for s in c.sizes):
        return None
    body = apply("abs", c.body) if c.relation == "eq" and c.sizes else c.body
    if not c.sizes:
        return body
    worst = body if c.relation == "eq" else -body
    for s in c.sizes:
        worst = over("Max", s, worst)
    return worst if c.relation == "eq" else -worst


def strictness(c: Condition, values: Exact, sizes: Mapping[str, int]) -> int:
    """2 where the condition holds strictly (or is an equality), 1 where it just holds, 0 if not, or not surely."""
    if c.relation in ("psd", "posdef", "symmetric"):
        return _matrix(c, values, sizes)
    worst = least(c, sizes)
    found = 2 if worst is None else {1: 2, 0: 1}.get(_known(sign(worst, values, sizes)), 0)
    if worst is not None and c.relation == "eq":
        return 2 if found == 1 else 0
    return 0 if c.relation == "gt" and found == 1 else found


def _known(outcome: int | None) -> int:
    return -1 if outcome is None else outcome


def closed(e: Expression, indices: Sequence[int]) -> Expression:
    """`e` with its loose bound indices 0, 1, ... replaced by numbers."""
    return instantiate(e, [const(i) for i in indices])


def _matrix(c: Condition, values: Exact, sizes: Mapping[str, int]) -> int:
    n = int(c.sizes[0].data) if c.sizes[0].op == "const" else sizes[c.sizes[0].data]
    try:
        rows = evaluate(c.body, values, sizes, exact=True, ranges=(n, n)).tolist()
    except Inexact:
        return 0
    if any(rows[i][j] != rows[j][i] for i in range(n) for j in range(i)):
        return 0
    if c.relation == "symmetric":
        return 2
    definite = 2
    for k in range(n):  # symmetric elimination: pivots > 0, or a zero pivot with a zero row
        pivot = rows[k][k]
        if pivot < 0 or (pivot == 0 and any(rows[k][j] != 0 for j in range(k + 1, n))):
            return 0
        if pivot == 0:
            definite = 1
            continue
        for i in range(k + 1, n):
            ratio = rows[i][k] / pivot
            for j in range(k + 1, n):
                rows[i][j] = rows[i][j] - ratio * rows[k][j]
    return definite if c.relation == "psd" or definite == 2 else 0


def combination(x: Exact, y: Exact, t: Fraction) -> Exact:
    """The point ``t x + (1 - t) y``."""
    a, b = flint.fmpq(t.numerator, t.denominator), flint.fmpq(t.denominator - t.numerator, t.denominator)
    return {name: np.asarray(a * x[name] + b * y[name], dtype=object) for name in x}


def gap(
    function: Expression, parameters: Exact, sizes: Mapping[str, int], points: tuple[Exact, Exact], t: Fraction
) -> Any:
    """``f(t x + (1-t) y) - t f(x) - (1-t) f(y)`` if it is surely > 0, as a rational or a ball; else None."""
    x, y = points
    a, b = flint.fmpq(t.numerator, t.denominator), flint.fmpq(t.denominator - t.numerator, t.denominator)
    middle = combination(x, y, t)
    for precision in PRECISIONS:
        before = flint.ctx.prec
        flint.ctx.prec = precision
        try:
            found = [value(function, {**parameters, **p}, sizes, precision) for p in (middle, x, y)]
            if any(v is None for v in found):
                return None
            difference = found[0] - a * found[1] - b * found[2]
        finally:
            flint.ctx.prec = before
        if difference > 0 or difference <= 0:
            return difference if difference > 0 else None
        if isinstance(difference, flint.fmpq):
            return None
    return None


def indices(sizes: Sequence[int]) -> list[tuple[int, ...]]:
    """All index tuples below `sizes`."""
    return list(itertools.product(*(range(n) for n in sizes)))


def numbered(c: Condition, sizes: Mapping[str, int]) -> tuple[int, ...]:
    """The sizes of a condition as numbers."""
    return tuple(int(s.data) if s.op == "const" else sizes[s.data] for s in c.sizes)
