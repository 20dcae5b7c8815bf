"""Fractions in one piece, and forms as sums of squares with weights >= 0 (untrusted)."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from convexcheck.expression.bounds import Context
from convexcheck.expression.errors import ConvexcheckError
from convexcheck.expression.normal import content, polynomial, vanishes
from convexcheck.expression.term import ZERO, Expression, add, const, mul, power
from convexcheck.search.factor import factors
from convexcheck.search.scope import Scope


def fraction(e: Expression, c: Context) -> Expression:
    """The normal form of `e` as one numerator, its common factors in front, over powers of sums."""
    if vanishes(polynomial(e, c), c):
        return ZERO
    scale, common, rest = content(polynomial(e, c), c, positive=False)
    constant, found = factors(rest)
    powers = dict(common)
    for g, k in found:
        powers[g] = powers.get(g, Fraction(0)) + k
    return mul(scale * constant, *(power(g, const(k)) for g, k in powers.items()))


def dominant(names: Sequence[Expression], M: list[list[Expression]], scope: Scope) -> Expression | None:
    """sum_(i<j) |M_ij| (v_i +- v_j)**2 + sum_i (M_ii - sum_j |M_ij|) v_i**2, where the rest of the diagonal is >= 0."""
    c, terms, n = scope.context, list[Expression](), range(len(names))
    diagonal = [M[k][k] for k in n]
    for i in n:
        for j in n[i + 1 :]:
            entry = fraction(M[i][j], c)
            bounds = c.bounds(entry)
            if bounds.lo < 0 < bounds.hi:
                return None
            sign = 1 if bounds.lo >= 0 else -1
            size = mul(sign, entry)
            terms.append(mul(size, add(names[i], mul(sign, names[j])) ** 2))
            diagonal[i], diagonal[j] = diagonal[i] - size, diagonal[j] - size
    for v, rest in zip(names, diagonal, strict=True):
        weight = fraction(rest, c)
        if c.bounds(weight).lo < 0:
            return None
        terms.append(mul(weight, v**2))
    return add(*terms)


def ldl(names: Sequence[Expression], M: list[list[Expression]], scope: Scope) -> Expression | None:
    """The form by elimination: pivots >= 0 times squares, in this order; None where a pivot may be < 0."""
    c = scope.context
    terms: list[Expression] = []
    n = range(len(names))
    try:
        for k in n:
            pivot = fraction(M[k][k], c)
            i = c.bounds(pivot)
            if pivot is ZERO and all(fraction(M[k][j], c) is ZERO for j in n[k:]):
                continue
            if not i.positive:
                return None
            slopes = [(fraction(M[k][j] / pivot, c), names[j]) for j in n[k + 1 :]]
            line = add(names[k], *(mul(slope, v) for slope, v in slopes if slope is not ZERO))
            terms.append(mul(pivot, line**2))
            M = [[fraction(M[a][b] - M[a][k] * M[k][b] / pivot, c) if min(a, b) > k else M[a][b] for b in n] for a in n]
    except ConvexcheckError:
        return None
    return add(*terms)
