"""Polynomials in one generator: whether their roots allow a sign (untrusted)."""

from __future__ import annotations

from fractions import Fraction
from math import lcm

import flint

from convexcheck.expression.bounds import Context
from convexcheck.expression.normal import content, polynomial
from convexcheck.expression.term import Expression, power
from convexcheck.search.line import ball, grid

MAX_DEGREE = 60


def one_generator(e: Expression, c: Context, strict: bool) -> bool:
    """Whether `e` is >= 0 (> 0), as a polynomial in one generator of known range, positive factors aside.

    >>> from convexcheck.expression.statement import Statement
    >>> x = Expression("var", (), "x")
    >>> c = Context(Statement(x, {}))
    >>> one_generator(x**2 - 2 * x + 1, c, False), one_generator(x**2 - 2 * x + 1, c, True)
    (True, False)
    """
    _, _, rest = content(polynomial(e, c), c, positive=True)
    generators = {g for m in rest for g, _ in m}
    if len(generators) != 1:
        return False
    (g,) = generators
    powers = {dict(m).get(g, Fraction(0)): coefficient for m, coefficient in rest.items()}
    q = lcm(*(k.denominator for k in powers))
    if min(powers) < 0 or max(powers) * q > MAX_DEGREE:
        return False
    scale = lcm(*(t.denominator for t in powers.values()))
    p = flint.fmpz_poly([int(scale * powers.get(Fraction(k, q), 0)) for k in range(int(max(powers) * q) + 1)])
    i = c.bounds(power(g, Fraction(1, q)))
    if i.lo >= i.hi:
        return False
    counted = [f for f, k in p.factor_squarefree()[1] if strict or k % 2]
    at_ends = []
    for t, is_open in ((i.lo, i.lo_open), (i.hi, i.hi_open)):
        if isinstance(t, Fraction) and any(f(flint.fmpq(*t.as_integer_ratio())) == 0 for f in counted):
            if strict and not is_open:
                return False
            at_ends.append(ball(t))
    roots = [r.real for f in counted for r, _ in f.complex_roots() if r.imag == 0]
    for r in roots:
        below = isinstance(i.lo, Fraction) and r < ball(i.lo)
        above = isinstance(i.hi, Fraction) and r > ball(i.hi)
        if not (below or above or any(r.contains(t) for t in at_ends)):
            return False
    return all(p(flint.fmpq(*t.as_integer_ratio())) >= 0 for t in grid(i))
