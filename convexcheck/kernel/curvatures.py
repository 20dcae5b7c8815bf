"""Rules for convexity (+1), concavity (-1) and affinity (0) of an expression in the variables (trusted)."""

from dataclasses import replace
from fractions import Fraction

from convexcheck.certificate import evidence as ev
from convexcheck.expression import term
from convexcheck.expression.bounds import Context, meet, natural
from convexcheck.expression.functions import Interval, derivative, hessian_form, steepness
from convexcheck.expression.normal import identical, is_affine, normal
from convexcheck.expression.obligations import rooted, total
from convexcheck.expression.statement import Condition, Declaration, generic
from convexcheck.expression.term import ZERO, Expression, bound, const, instantiate, nodes, replaced, substitute
from convexcheck.kernel.scope import CurvatureGoal, Goals, Scope, SignGoal, require

HALF = Fraction(1, 2)
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
        body = inner.place("Composition", slot.body)
        i = meet(inner.context.bounds(body), inner.context.bounds(normal(body, inner.context)))
        fits = i.lo < i.hi and all(natural(s, scope.context) for s in slot.sizes)
        require(fits, "Composition", "{} is no slot", slot)
        ranges[slot.name] = Declaration(slot.sizes), i
    outer_scope = scope.boxed(ranges)
    return outer_scope.place("Composition", rule.outer), outer_scope


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
        inner = scope.assuming([Condition("gt", t - k if i < j else k - t) for i, k in enumerate(knots)])
        p = inner.place(step, piece)
        slope = steepness(p, t)
        smooth = {n for n in nodes(p) if n.op in ("var", "dir")} <= own and total(slope, inner.context)
        require(smooth, step, "{} is not a smooth function of {}", p, t)
        require(identical(e, p, inner.context), step, "{} is not {} there", p, e)
        yield CurvatureGoal(p, side, premise, inner)
        forms.append((p, slope))
    for knot, left, right, jump in zip(knots, forms[:-1], forms[1:], rule.jumps, strict=True):
        value, p, p1, q, q1 = (replaced(form, {t: knot}) for form in (e, *left, *right))
        real = all(total(v, scope.context) for v in (value, p, p1, q, q1))
        require(real, step, "a piece or its slope may be undefined at {}", knot)
        meet = identical(value, p, scope.context) and identical(value, q, scope.context)
        require(meet, step, "the pieces do not meet at {}", knot)
        require(side or identical(p1, q1, scope.context), step, "the slope jumps at {}", knot)
        yield SignGoal(side * (q1 - p1), False, jump, scope)


def limit(goal: CurvatureGoal[ev.Limit]) -> Goals:
    """The pointwise limit of convex functions is convex (Rockafellar, Convex Analysis, theorem 10.8).

    The new parameter stands under continuous operations only, real for all its values >= 0, and the function is what
    they give at 0.
    """
    e, side, rule, scope = goal
    s, new, step = scope.context.statement, term.entry("par", rule.name), "Limit"
    taken = {*s.variables, *s.parameters, *s.sizes}
    require(rule.name.isidentifier() and rule.name not in taken, step, "{} is no new name", rule.name)
    wider = replace(s, parameters={**s.parameters, rule.name: Declaration()})

    def where(relation: str) -> Scope:
        facts = [Condition(relation, new)]
        inside, interior = (type(c)(wider, [*c.facts, *facts]) for c in (scope.context, scope.interior))
        return replace(scope, context=inside, interior=interior)

    g = where("ge").place(step, rule.function)
    fixed = [a for n in nodes(g) if n.op in (*term.CONDITIONS, *term.ENTRIES) for a in n.args]
    fixed += [a for n in nodes(g) if n.op in term.BINDERS for a in n.args[:1]]
    require(not any(("par", rule.name) in a.symbols for a in fixed), step, "{} may jump", g)
    require(substitute(g, {("par", rule.name): ZERO}) is e, step, "{} does not tend to {}", g, e)
    yield CurvatureGoal(g, side, rule.premise, where("gt"))


def lemma(goal: CurvatureGoal[ev.Lemma]) -> Goals:
    """What the facts imply is one more fact."""
    e, side, rule, scope = goal
    fact = scope.place("Lemma", rule.fact)
    yield SignGoal(fact, rule.strict, rule.sign, scope)
    known = Condition("gt" if rule.strict else "ge", fact)
    yield CurvatureGoal(e, side, rule.premise, scope.assuming([known]))


def root_of_quadratic(goal: CurvatureGoal[ev.RootOfQuadratic]) -> Goals:
    """sqrt(q), q a quadratic that is >= 0 on all of R^n: with one more entry, fixed to 1, q is a PSD form.

    Its root is then a seminorm of an affine map, by the inequality of Cauchy and Schwarz.
    """
    e, side, rule, scope = goal
    step, free = "RootOfQuadratic", [c for c in scope.context.facts if not c.body.has("var", "dir")]
    everywhere = Context(scope.context.statement, free)
    require(side == 1 and e.op == "pow" and e.args[1] is const(HALF), step, "{} is no root, or not to be convex", e)
    q, scope = e.args[0], replace(scope, context=everywhere, interior=everywhere)
    quadratic = total(q, everywhere) and not normal(smooth_form(q, scope), everywhere).has("var")
    require(quadratic, step, "{} is not a quadratic", q)
    yield SignGoal(q, False, rule.sign, scope)
