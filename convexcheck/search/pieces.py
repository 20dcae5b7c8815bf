"""Pieces of a function of one scalar: where its kinks lie, and what it is between them (untrusted).

Knots are looked for from the inside out: the normal form between the knots found so far has fewer kinks, and the
arguments at which those that are left change their mind give further knots.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from functools import cmp_to_key
from itertools import combinations

from convexcheck.expression.bounds import Context
from convexcheck.expression.errors import ConvexcheckError
from convexcheck.expression.normal import Polynomial, expression, normal, polynomial
from convexcheck.expression.statement import Condition
from convexcheck.expression.term import CONDITIONS, Expression, const, nodes, transform
from convexcheck.search.factor import factors
from convexcheck.search.scope import Scope

MAX_KNOTS, ROUNDS = 12, 6


def between(scope: Scope, t: Expression, knots: list[Expression], j: int) -> Scope:
    """The scope in which t lies between the knots number j - 1 and j."""
    facts = [Condition("gt", t - k if i < j else k - t) for i, k in enumerate(knots)]
    return Scope(
        scope.context.extended(facts), scope.interior.extended(facts), scope.deadline, scope.indices, scope.heavy
    )


def kinks(e: Expression, t: Expression) -> Iterator[Expression]:
    """Differences that change sign where an ``abs``, a maximum or a condition on `t` changes its mind."""
    for node in nodes(e):
        if t not in nodes(node):
            continue
        if node.op == "abs":
            yield node.args[0]
        elif node.op == "max":
            yield from (a - b for a, b in combinations(node.args, 2))
        elif node.op in ("le", "lt", "eq"):
            yield node.args[0] - node.args[1]


def smooth(e: Expression, t: Expression) -> bool:
    """Whether no kink and no condition on `t` is left."""
    return not any(n.op in ("abs", "max", "Max", "where") and t in nodes(n) for n in nodes(e)) and not any(
        n.op in CONDITIONS and t in nodes(n) for n in nodes(e)
    )


def roots(gap: Expression, t: Expression, context: Context) -> Iterator[Expression]:
    """Values of t at which the difference is 0: of its factors that are linear in t, with constant slope."""
    try:
        p = polynomial(gap, context)
        pieces = [polynomial(f, context) for f, _ in factors(p)[1]]
    except ConvexcheckError:
        return
    for piece in pieces:
        slopes: Polynomial = {}
        rest: Polynomial = {}
        for m, c in piece.items():
            moving = [k for g, k in m if g is t]
            if moving == [1]:
                slopes[tuple(f for f in m if f[0] is not t)] = c
            elif not moving and not any(g.has("var") for g, _ in m):
                rest[m] = c
            else:
                break
        else:
            slope = expression(slopes)
            if slopes and (context.bounds(slope).positive or context.bounds(-slope).positive):
                yield normal(-expression(rest) / slope, context)


def ordered(knots: set[Expression], context: Context) -> list[Expression] | None:
    """The knots in ascending order, where bounds settle it."""

    class Open(Exception):
        """Bounds do not tell which is larger."""

    def compare(a: Expression, b: Expression) -> int:
        gap = context.bounds(normal(b - a, context))
        if gap.lo >= 0:
            return -1
        if gap.hi <= 0:
            return 1
        raise Open

    try:
        return sorted(knots, key=cmp_to_key(compare))
    except Open:
        return None


def split(e: Expression, t: Expression, scope: Scope) -> tuple[list[Expression], list[Expression]] | None:
    """The knots of `e` as a function of t in ascending order, and its smooth pieces; None where they stay hidden."""
    knots: list[Expression] = []
    limits = scope.context.bounds(t)
    for _ in range(ROUNDS):
        scope.tick()
        inner = [between(scope, t, knots, j) for j in range(len(knots) + 1)]
        pieces = [normal(e, s.context) for s in inner]
        if all(smooth(p, t) for p in pieces):
            return knots, pieces
        found = set(knots)
        for piece, s in zip(pieces, inner, strict=True):
            for gap in kinks(piece, t):
                found |= {r for r in roots(gap, t, s.context) if _inside(r, limits.lo, limits.hi, scope.context)}
        if found == set(knots) or len(found) > MAX_KNOTS:
            return None
        order = ordered(found, scope.context)
        if order is None:
            return None
        knots = order
    return None


def _inside(r: Expression, low: Fraction | float, high: Fraction | float, context: Context) -> bool:
    """Whether the knot is not known to lie outside the range of t or at its end."""
    lower = isinstance(low, float) or not context.bounds(const(low) - r).lo >= 0
    return lower and (isinstance(high, float) or not context.bounds(r - const(high)).lo >= 0)


def at(p: Expression, t: Expression, knot: Expression) -> Expression:
    """The value at t = knot."""
    return transform(p, lambda n, _: knot if n is t else None)
