"""Factors of a polynomial in generators over the rationals (untrusted).

A factor shows its sign where the expanded polynomial hides it: ``1 + 2 E + E**2 - y - 2 y E - y E**2`` is
``(1 - y) (1 + E)**2``. The factorisation is FLINT's.
"""

from __future__ import annotations

from fractions import Fraction
from math import lcm

import flint

from convexcheck.expression.normal import Polynomial, expression
from convexcheck.expression.term import Expression

MAX_GENERATORS, MAX_TERMS, MAX_DEGREE = 8, 300, 24


def factors(p: Polynomial) -> tuple[Fraction, list[tuple[Expression, int]]]:
    """A constant and factors with their multiplicities, whose product is `p`.

    Args:
        p: a polynomial without negative powers; one that is too large is its own only factor.

    >>> from convexcheck.expression.normal import polynomial
    >>> from convexcheck.expression.bounds import Context
    >>> from convexcheck.expression.statement import Statement
    >>> x = Expression("var", (), "x")
    >>> factors(polynomial(x**2 - 1, Context(Statement(x, {}))))[1]
    [(x - 1, 1), (1 + x, 1)]
    """
    generators = sorted({g for m in p for g, _ in m}, key=lambda g: g.key)
    powers = [dict(m) for m in p]
    negative = any(k < 0 for m in powers for k in m.values())
    if not 1 <= len(generators) <= MAX_GENERATORS or not 1 < len(p) <= MAX_TERMS or negative:
        return Fraction(1), [(expression(p), 1)]
    roots = [lcm(*(m.get(g, Fraction(0)).denominator for m in powers)) for g in generators]
    terms = {
        tuple(int(m.get(g, Fraction(0)) * r) for g, r in zip(generators, roots, strict=True)): flint.fmpq(
            c.numerator, c.denominator
        )
        for m, c in zip(powers, p.values(), strict=True)
    }
    if max(map(sum, terms)) > MAX_DEGREE:
        return Fraction(1), [(expression(p), 1)]
    context = flint.fmpq_mpoly_ctx.get([f"x{k}" for k in range(len(generators))], flint.Ordering.lex)
    constant, found = context.from_dict(terms).factor()

    def back(q: flint.fmpq_mpoly) -> Expression:
        out: Polynomial = {}
        for a, c in q.to_dict().items():
            m = tuple((g, Fraction(int(k), r)) for g, k, r in zip(generators, a, roots, strict=True) if k)
            out[m] = Fraction(int(c.p), int(c.q))
        return expression(out)

    return Fraction(int(constant.p), int(constant.q)), [(back(q), int(k)) for q, k in found]
