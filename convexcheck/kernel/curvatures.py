"""Rules for convexity (+1), concavity (-1) and affinity (0) of an expression in the variables (trusted)."""

from dataclasses import replace

from convexcheck.certificate import evidence as ev
from convexcheck.expression.bounds import natural
from convexcheck.expression.functions import Interval, derivative, hessian_form
from convexcheck.expression.normal import identical, is_affine, normal
from convexcheck.expression.obligations import rooted
from convexcheck.expression.statement import Condition, Declaration, generic
from convexcheck.expression.term import Expression, bound, instantiate, substitute
from convexcheck.kernel.scope import CurvatureGoal, Goals, Scope, SignGoal, require

SIDES = {"convex": 1, "concave": -1, "affine": 0}


def affine(goal: CurvatureGoal[ev.Affine]) -> Goals:
    """The normal form has no variable inside a nonlinear operation; coefficients are free of variables."""
    require(is_affine(goal.value, goal.scope.context), "Affine", "{} is not affine", goal.value)
    yield from ()


def maximum(goal: CurvatureGoal[ev.Maximum]) -> Goals:
    """A maximum of convex expressions, over a binder too; ``abs(u)`` is that of u and -u."""
    e, side, rule, scope = goal
    require(side == 1 and e.op in ("max", "abs", "Max"), "Maximum", "{} is no maximum, or not to be convex", e)
    args = (e.args[0], -e.args[0]) if e.op == "abs" else e.args
    for part, premise, inner in scope.parts("Maximum", e, args, rule.premises):
        yield CurvatureGoal(part, 1, premise, inner)


def rewriting(goal: CurvatureGoal[ev.Rewriting]) -> Goals:
    """An identical expression has the curvature."""
    e, side, rule, scope = goal
    target = scope.place("Rewriting", rule.target)
    require(identical(e, target, scope.context), "Rewriting", "{} is not identical to {}", e, target)
    yield CurvatureGoal(target, side, rule.premise, scope)


def second_order(goal: CurvatureGoal[ev.SecondOrder]) -> Goals:
    """The Hessian form has the sign of the side for every direction."""
    e, side, rule, scope = goal
    require(side, "SecondOrder", "the rule does not show that {} is affine", e)
    yield SignGoal(side * smooth_form(e, scope), False, rule.form, replace(scope, context=scope.interior))


def smooth_form(e: Expression, scope: Scope) -> Expression:
    """D2 e [v, v] for an `e` that is C2 on the relative interior; continuity then reaches the whole domain."""
    require(rooted(e, scope.interior), "SecondOrder", "a root in {} may not be smooth", e)
    return hessian_form(e)


def composition(goal: CurvatureGoal[ev.Composition]) -> Goals:
    """h(g_1, ..., g_m), h convex and monotone on a convex set that holds the range of g.

    With p = g(tx + (1-t)y) and q = t g(x) + (1-t) g(y), q - p is >= 0 in the convex arguments, <= 0 in the concave
    and 0 in the affine ones; D h[v] >= 0 for such v gives h(p) <= h(q) (Boyd and Vandenberghe, section 3.2.4).
    """
    e, side, rule, scope = goal
    step = "Composition"
    require(side, step, "the rule does not show that {} is affine", e)
    outer, outer_scope = slots(rule, scope, e)
    entries: dict[tuple[str, str], Expression] = {}
    for slot in rule.slots:
        entries["var", slot.name] = instantiate(slot.body, [*map(bound, range(len(slot.sizes))), *scope.indices])
        inner = scope.over(slot.sizes, e, slot.body)
        yield CurvatureGoal(inner.place(step, slot.body), SIDES[slot.curvature], slot.premise, inner)
    own = outer.names("var") <= set(outer_scope.context.statement.variables) and len(entries) == len(rule.slots)
    require(own and substitute(outer, entries) is e, step, "{} at its slots is not {}", outer, e)
    yield CurvatureGoal(outer, side, rule.premise, outer_scope)
    still = {("dir", slot.name): 0 for slot in rule.slots if slot.curvature == "affine"}
    moves = len(still) < len(rule.slots)
    require(moves == (rule.monotone is not None), step, "monotonicity is for arguments that are not affine")
    if rule.monotone is not None:
        smooth_form(outer, outer_scope)
        moving = [(slot, generic("dir", slot.name, Declaration(slot.sizes))) for slot in rule.slots]
        directions = [Condition("ge", side * SIDES[slot.curvature] * d, slot.sizes) for slot, d in moving]
        along = outer_scope.interior.extended(directions)
        slope = substitute(derivative(outer), still)
        yield SignGoal(slope, False, rule.monotone, replace(outer_scope, context=along))


def slots(rule: ev.Composition, scope: Scope, e: Expression) -> tuple[Expression, Scope]:
    """The outer function, and the scope in which the slots are its variables."""
    ranges: dict[str, tuple[Declaration, Interval]] = {}
    for slot in rule.slots:
        inner = scope.over(slot.sizes, e, slot.body)
        i = inner.context.bounds(normal(inner.place("Composition", slot.body), inner.context))
        fits = i.lo < i.hi and all(natural(s, scope.context) for s in slot.sizes)
        require(fits, "Composition", "{} is no slot", slot)
        ranges[slot.name] = Declaration(slot.sizes), i
    outer_scope = replace(scope, context=scope.context.boxed(ranges), interior=scope.context.boxed(ranges, strict=True))
    return outer_scope.place("Composition", rule.outer), outer_scope
