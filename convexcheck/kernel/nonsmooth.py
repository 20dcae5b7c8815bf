"""Rules for convexity where a function has kinks: pieces between knots, and limits of smooth functions (trusted)."""

from dataclasses import replace

from convexcheck.certificate import evidence as ev
from convexcheck.expression.functions import derivative
from convexcheck.expression.normal import identical
from convexcheck.expression.obligations import total
from convexcheck.expression.statement import Condition, Declaration
from convexcheck.expression.term import (
    BINDERS,
    CONDITIONS,
    ENTRIES,
    ONE,
    ZERO,
    Expression,
    entry,
    nodes,
    substitute,
    transform,
)
from convexcheck.kernel.scope import CurvatureGoal, Goals, Scope, SignGoal, require


def assuming(scope: Scope, facts: list[Condition]) -> Scope:
    """The scope with more facts, which hold inside too."""
    return replace(scope, context=scope.context.extended(facts), interior=scope.interior.extended(facts))


def piecewise(goal: CurvatureGoal[ev.Piecewise]) -> Goals:
    """Smooth pieces on open intervals, which meet at the knots with the same value and a slope that jumps up.

    A piece p and its slope p' are formulas of continuous operations, real on the open interval and at its knots, so
    they are continuous there, and p' is the one-sided slope of the function at the knot. It grows along every piece
    and jumps up between them (R. T. Rockafellar, Convex Analysis, theorem 24.2).
    """
    e, side, rule, scope = goal
    step, own = "Piecewise", {n for n in nodes(e) if n.op == "var"}
    knots = [scope.place(step, knot) for knot in rule.knots]
    fits = len(own) == 1 and not any(n.loose for n in own) and not any(knot.has("var", "dir") for knot in knots)
    require(knots and fits, step, "{} is not a function of one variable with knots", e)
    (t,) = own
    for low, high, order in zip(knots[:-1], knots[1:], rule.orders, strict=True):
        yield SignGoal(high - low, False, order, scope)
    forms: list[tuple[Expression, Expression]] = []
    for j, (piece, premise) in enumerate(zip(rule.pieces, rule.curvatures, strict=True)):
        inner = assuming(scope, [Condition("gt", t - k if i < j else k - t) for i, k in enumerate(knots)])
        p = inner.place(step, piece)
        slope = along(p)
        smooth = {n for n in nodes(p) if n.op in ("var", "dir")} <= own and total(slope, inner.context)
        require(smooth, step, "{} is not a smooth function of {}", p, t)
        require(identical(e, p, inner.context), step, "{} is not {} there", p, e)
        yield CurvatureGoal(p, side, premise, inner)
        forms.append((p, slope))
    for knot, left, right, jump in zip(knots, forms[:-1], forms[1:], rule.jumps, strict=True):
        value, p, p1, q, q1 = (at(form, t, knot) for form in (e, *left, *right))
        real = all(total(v, scope.context) for v in (value, p, p1, q, q1))
        require(real, step, "a piece or its slope may be undefined at {}", knot)
        meet = identical(value, p, scope.context) and identical(value, q, scope.context)
        require(meet, step, "the pieces do not meet at {}", knot)
        require(side or identical(p1, q1, scope.context), step, "the slope jumps at {}", knot)
        yield SignGoal(side * (q1 - p1), False, jump, scope)


def along(p: Expression) -> Expression:
    """The derivative along the unit direction."""
    return transform(derivative(p), lambda n, _: ONE if n.op == "dir" else None)


def at(p: Expression, t: Expression, knot: Expression) -> Expression:
    """The value at t = knot."""
    return transform(p, lambda n, _: knot if n is t else None)


def limit(goal: CurvatureGoal[ev.Limit]) -> Goals:
    """The pointwise limit of convex functions is convex (Rockafellar, Convex Analysis, theorem 10.8).

    The new parameter stands under continuous operations only, real for all its values >= 0, and the function is what
    they give at 0.
    """
    e, side, rule, scope = goal
    s, new, step = scope.context.statement, entry("par", rule.name), "Limit"
    taken = {*s.variables, *s.parameters, *s.sizes}
    require(rule.name.isidentifier() and rule.name not in taken, step, "{} is no new name", rule.name)
    wider = replace(s, parameters={**s.parameters, rule.name: Declaration()})

    def where(relation: str) -> Scope:
        facts = [Condition(relation, new)]
        inside, interior = (type(c)(wider, [*c.facts, *facts]) for c in (scope.context, scope.interior))
        return replace(scope, context=inside, interior=interior)

    g = where("ge").place(step, rule.function)
    fixed = (n.args[:1] if n.op in BINDERS else n.args for n in nodes(g) if n.op in {*CONDITIONS, *ENTRIES, *BINDERS})
    require(not any(("par", rule.name) in a.symbols for args in fixed for a in args), step, "{} may jump", g)
    require(substitute(g, {("par", rule.name): ZERO}) is e, step, "{} does not tend to {}", g, e)
    yield CurvatureGoal(g, side, rule.premise, where("gt"))
