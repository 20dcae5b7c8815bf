"""Convexity in spite of kinks: pieces between knots, limits of smooth functions, kinks as arguments (untrusted).

Source: R. T. Rockafellar, Convex Analysis, theorems 10.8 and 24.2.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

from convexcheck.certificate import evidence as ev
from convexcheck.expression.bounds import Context
from convexcheck.expression.functions import derivative
from convexcheck.expression.normal import identical
from convexcheck.expression.obligations import total
from convexcheck.expression.statement import Condition, Declaration
from convexcheck.expression.term import ONE, ZERO, Expression, add, entry, mul, nodes, power, substitute, transform
from convexcheck.search.forms import nonnegative
from convexcheck.search.pieces import at, between, split
from convexcheck.search.scope import Scope
from convexcheck.search.slots import Slots

Shows = Callable[[Expression, int, Scope], ev.Curvature | None]


def piecewise(e: Expression, side: int, scope: Scope, shows: Shows) -> ev.Curvature | None:
    """Pieces of a function of one entry, or of one affine scalar; `shows` finds the curvature of a smooth piece."""
    found = _pieces(e, side, scope, shows)
    for strip, numbers in ((False, False), (True, True), (True, False)) if found is None else ():
        pieces = Slots(scope, strip, numbers)
        outer = pieces.outer(e)
        inner = pieces.boxed() if len(pieces.pieces) == 1 and not pieces.identity() else None
        if inner is None or not total(outer, inner.context):
            continue
        premise = _pieces(outer, side, inner, shows)
        if premise is not None:
            return ev.Composition(scope.close(outer), pieces.slots(), premise, None)
    return found


def _pieces(e: Expression, side: int, scope: Scope, shows: Shows) -> ev.Curvature | None:
    own = {n for n in nodes(e) if n.op == "var"}
    if len(own) != 1 or any(n.loose for n in own):
        return None
    (t,) = own
    found = split(e, t, scope)
    if found is None or not found[0]:
        return None
    knots, pieces = found
    curvatures: list[ev.Curvature] = []
    slopes: list[Expression] = []
    for j, piece in enumerate(pieces):
        inner = between(scope, t, knots, j)
        slopes.append(transform(derivative(piece), lambda n, _: ONE if n.op == "dir" else None))
        fits = total(piece, inner.context) and total(slopes[-1], inner.context)
        rule = shows(piece, side, inner) if fits and identical(e, piece, inner.context) else None
        if rule is None:
            return None
        curvatures.append(rule)
    orders = [nonnegative(b - a, scope) for a, b in pairwise(knots)]
    jumps: list[ev.Sign | None] = []
    for j, knot in enumerate(knots):
        value, p, q = (at(form, t, knot) for form in (e, *pieces[j : j + 2]))
        before, after = (at(slope, t, knot) for slope in slopes[j : j + 2])
        if not all(total(v, scope.context) for v in (value, p, q, before, after)):
            return None
        if not identical(value, p, scope.context) or not identical(value, q, scope.context):
            return None
        jumps.append(nonnegative(mul(side, after - before), scope))
        if not side and not identical(before, after, scope.context):
            return None
    signs = [s for s in (*orders, *jumps) if s is not None]
    if len(signs) < len(orders) + len(jumps):
        return None
    cut = len(orders)
    return ev.Piecewise(
        tuple(map(scope.close, knots)), tuple(map(scope.close, pieces)), tuple(curvatures),
        tuple(signs[:cut]), tuple(signs[cut:]),
    )  # fmt: skip


def limit(e: Expression, side: int, scope: Scope, shows: Shows) -> ev.Curvature | None:
    """`e` with something small and positive under every root and absolute value that may be 0."""
    s = scope.context.statement
    name = next(n for n in ("eps", *(f"eps{k}" for k in range(99))) if n not in {*s.variables, *s.parameters, *s.sizes})
    small = entry("par", name)

    def leaf(n: Expression, _: int) -> Expression | None:
        if n.op == "pow" and n.has("var") and n.args[1].op == "const" and n.args[1].data.denominator > 1:
            return power(add(transform(n.args[0], leaf), small), n.args[1])
        return None

    g = transform(e, leaf)
    if g is e:
        return None
    wider = replace(s, parameters={**s.parameters, name: Declaration()})

    def where(relation: str) -> Scope:
        facts = [Condition(relation, small)]
        return replace(
            scope,
            context=Context(wider, [*scope.context.facts, *facts]),
            interior=Context(wider, [*scope.interior.facts, *facts]),
        )

    if not total(g, where("ge").context) or substitute(g, {("par", name): ZERO}) is not e:
        return None
    rule = shows(g, side, where("gt"))
    return None if rule is None else ev.Limit(name, scope.close(g), rule)
