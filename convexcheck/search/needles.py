"""Where the second derivative of a function of one variable is negative, however narrow the place (untrusted).

The range is halved as long as balls leave the sign open, so that a place is found that no sample would hit.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import flint

from convexcheck.expression.bounds import Context
from convexcheck.expression.errors import ConvexcheckError
from convexcheck.expression.functions import hessian_form
from convexcheck.expression.statement import Declaration, Statement
from convexcheck.expression.term import ONE, Expression, substitute
from convexcheck.search.deadline import Deadline
from convexcheck.search.line import ball, closed, grid, values
from convexcheck.search.scope import Scope

MAX_PIECES, FAR, NEAR = 3000, 64, 90


def single(s: Statement) -> bool:
    """Whether the function depends on one scalar variable and on nothing else."""
    return list(s.variables.values()) == [Declaration()] and closed(s.function)


def needle(s: Statement, deadline: Deadline) -> tuple[Fraction, Fraction] | None:
    """A point of the interior where the second derivative is surely < 0, and the width of the part around it.

    Args:
        s: a statement of one scalar variable without parameters.
        deadline: when to stop.
    """
    (name,) = s.variables
    x, context = Expression("var", (), name), Context(s)
    i = context.bounds(x)
    try:
        second = substitute(hessian_form(s.function), {("dir", name): ONE})
        if not second.has("var"):
            return None
        points = list(_near_ends(i.lo, i.hi)) + grid(i)
        for t, v in zip(points, values(second, x, points, 128), strict=True):
            if v < 0:
                return t, min((abs(t - e) for e in (i.lo, i.hi) if isinstance(e, Fraction)), default=Fraction(1))
        low = i.lo if isinstance(i.lo, Fraction) else min(Fraction(-FAR), i.hi - 1)
        high = i.hi if isinstance(i.hi, Fraction) else max(Fraction(FAR), low + 1)
        return _bisected(second, x, Fraction(low), Fraction(high), Scope(context, context, deadline))
    except ConvexcheckError:
        return None


def _near_ends(lo: Fraction | float, hi: Fraction | float) -> Iterator[Fraction]:
    """Points close to the finite ends."""
    width = hi - lo if isinstance(lo, Fraction) and isinstance(hi, Fraction) else Fraction(1)
    for k in range(2, NEAR, 4):
        if isinstance(lo, Fraction):
            yield lo + width / 2**k
        if isinstance(hi, Fraction):
            yield hi - width / 2**k


def _bisected(
    second: Expression, x: Expression, low: Fraction, high: Fraction, scope: Scope
) -> tuple[Fraction, Fraction] | None:
    todo, count = [(low, high)], 0
    while todo and count < MAX_PIECES:
        scope.tick()
        count += len(todo)
        middles = [(a + b) / 2 for a, b in todo]
        for (a, b), t, v in zip(todo, middles, values(second, x, middles, 64), strict=True):
            if v < 0:
                return t, (b - a) / 2
        with flint.ctx.workprec(64):
            balls = [ball(a).union(ball(b)) for a, b in todo]
        left = [part for part, v in zip(todo, values(second, x, balls, 64), strict=True) if not v > 0]
        todo = [half for a, b in left for half in ((a, (a + b) / 2), ((a + b) / 2, b))]
    return None
