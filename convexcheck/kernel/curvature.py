"""Rules for convexity (side +1) and concavity (side -1) on the domain, and for strictness (trusted)."""

from collections.abc import Mapping
from dataclasses import replace

from convexcheck.certificate import evidence as ev
from convexcheck.certificate.claim import injective
from convexcheck.expression.bounds import rooted, total
from convexcheck.expression.functions import Interval, derivative, hessian_form
from convexcheck.expression.normal import identical, is_affine, normal
from convexcheck.expression.statement import Condition, Declaration, generic
from convexcheck.expression.term import ZERO, Expression, add, bound, instantiate, mul, over, substitute
from convexcheck.kernel.sign import Scope, require, sign

Entries = dict[tuple[str, str], Expression]
SIDES = {"convex": 1, "concave": -1, "affine": 0}


def curvature(e: Expression, side: int, rule: ev.Curvature, scope: Scope) -> None:
    """Return if `rule` shows that `e` is convex (`side` +1) or concave (-1), else raise Rejection."""
    step = type(rule).__name__
    scope.used[step] += 1
    if isinstance(rule, ev.Affine):
        require(is_affine(e, scope.context), step, "{} is not affine", e)
    elif isinstance(rule, ev.Maximum):
        each = e.args if e.op == "max" else (e.args[0], -e.args[0]) if e.op == "abs" else ()
        parts = [scope.open(e)] if e.op == "Max" else [(scope, a) for a in each]
        fits = side == 1 and parts and len(parts) == len(rule.premises)
        require(fits, step, "{} convex arguments for {}", len(rule.premises), e)
        for (inner, part), premise in zip(parts, rule.premises, strict=True):
            curvature(part, 1, premise, inner)
    elif isinstance(rule, ev.Rewriting):
        target = scope.place(step, rule.target)
        require(identical(e, target, scope.context), step, "{} is not identical to {}", e, target)
        curvature(target, side, rule.premise, scope)
    elif isinstance(rule, ev.SecondOrder):
        sign(mul(side, smooth_form(e, scope)), False, rule.form, replace(scope, context=scope.interior))
    else:
        _composition(e, side, rule, scope)


def smooth_form(e: Expression, scope: Scope) -> Expression:
    """D2 e [v, v] for an `e` that is C2 on the relative interior; continuity then reaches the whole domain."""
    require(rooted(e, scope.interior), "SecondOrder", "a root in {} may not be smooth", e)
    return hessian_form(e)


def _composition(e: Expression, side: int, rule: ev.Composition, scope: Scope) -> None:
    """h(g_1, ..., g_m), h convex and monotone on a convex set that holds the range of g.

    With p = g(tx + (1-t)y) and q = t g(x) + (1-t) g(y), q - p is >= 0 in the convex arguments, <= 0 in the concave
    and 0 in the affine ones; D h[v] >= 0 for such v gives h(p) <= h(q) (Boyd and Vandenberghe, section 3.2.4).
    """
    step = "Composition"
    outer, outer_scope, entries = slots(rule, scope, e)
    moves: list[Condition] = []
    still: Entries = {}
    for slot in rule.slots:
        kind = SIDES.get(slot.curvature)
        fits = kind is not None and (kind != 0 or isinstance(slot.premise, ev.Affine))
        require(fits, step, "the argument {} is not shown to be {}", slot.name, slot.curvature)
        inner = scope.over(slot.sizes, e, slot.body)
        curvature(inner.place(step, slot.body), kind or 1, slot.premise, inner)
        if kind:
            direction = generic("dir", slot.name, Declaration(slot.sizes))
            moves.append(Condition("ge", mul(kind * side, direction), slot.sizes))
        else:
            still["dir", slot.name] = ZERO
    own = outer.names("var") <= set(outer_scope.context.statement.variables) and len(entries) == len(rule.slots)
    require(own and substitute(outer, entries) is e, step, "{} at its slots is not {}", outer, e)
    curvature(outer, side, rule.premise, outer_scope)
    require(bool(moves) == (rule.monotone is not None), step, "monotonicity is for arguments that are not affine")
    if rule.monotone is not None:
        smooth_form(outer, outer_scope)
        along = substitute(derivative(outer), still)
        sign(along, False, rule.monotone, replace(outer_scope, context=outer_scope.interior.extended(moves)))


def slots(rule: ev.Composition, scope: Scope, e: Expression) -> tuple[Expression, Scope, Entries]:
    """The outer function, the scope in which the slots are its variables, and the slots' values."""
    entries: Entries = {}
    ranges: dict[str, tuple[Declaration, Interval]] = {}
    for slot in rule.slots:
        inner, declaration = scope.over(slot.sizes, e, slot.body), Declaration(slot.sizes)
        i = inner.context.bounds(normal(inner.place("Composition", slot.body), inner.context))
        require(i.lo < i.hi, "Composition", "{} is constant", slot.body)
        entries["var", slot.name] = instantiate(slot.body, [*map(bound, range(len(slot.sizes))), *scope.indices])
        ranges[slot.name] = declaration, i
    outer_scope = replace(scope, context=scope.context.boxed(ranges), interior=scope.context.boxed(ranges, strict=True))
    return outer_scope.place("Composition", rule.outer), outer_scope, entries


def strictness(
    e: Expression, variables: Mapping[str, Declaration], side: int, rule: ev.Curvature, shown: ev.Strict, scope: Scope
) -> str:
    """"always", or the condition in words, under which the checked `rule` and `shown` give strict curvature.

    D2 e [v, v] >= Sum c v**2 with c > 0: inside an interval, else on the whole domain, since a segment may lie in
    its boundary. Through an injective affine map a strictly convex function stays so.
    """
    weights = {name: (c, premise) for name, c, premise in shown.weights}
    if isinstance(rule, ev.Rewriting):
        return strictness(scope.place("strict", rule.target), variables, side, rule.premise, shown, scope)
    if isinstance(rule, ev.Composition) and all(slot.curvature == "affine" for slot in rule.slots):
        outer, inner, _ = slots(rule, scope, e)
        weighed = {slot.name: slot for slot in rule.slots if slot.name in weights}
        declared = {n: Declaration(slot.sizes) for n, slot in weighed.items()}
        direct = strictness(outer, declared, side, rule.premise, shown, inner) == "always"
        require(direct, "strict", "only one affine map may lie between the variables and the squares")
        known = [(slot.body, slot.sizes) for slot in weighed.values()]
        whole = all((generic("var", name, d), d.shape) in known for name, d in variables.items())
        return "always" if whole else injective(variables, weighed.values())
    fits = isinstance(rule, ev.SecondOrder) and set(weights) == set(variables) and len(weights) == len(shown.weights)
    require(fits, "strict", "a weight for every variable and a rule of second order are needed")
    scope = replace(scope, context=scope.interior) if [d.shape for d in variables.values()] == [()] else scope
    squares: list[Expression] = []
    form = mul(side, smooth_form(e, scope))
    require(total(form, scope.context), "strict", "{} may be undefined on the domain's boundary", form)
    for name, (c, premise) in weights.items():
        inner, d = scope.over(variables[name].shape, e, c), variables[name]
        sign(inner.place("strict", c), True, premise, inner)
        direction = generic("dir", name, d)
        squares.append(instantiate(total_over(d.shape, mul(c, direction, direction)), scope.indices))
    sign(form - add(*squares), False, shown.rest, scope)
    return "always"


def total_over(sizes: tuple[Expression, ...], body: Expression) -> Expression:
    """The sum of `body` over bound indices 0, 1, ... that run below `sizes`."""
    for size in sizes:
        body = over("Sum", size, body)
    return body
