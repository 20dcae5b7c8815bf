"""Strict convexity: a form that dominates squares with positive weights (trusted)."""

from collections.abc import Mapping
from dataclasses import replace

from convexcheck.certificate import evidence as ev
from convexcheck.expression.obligations import total
from convexcheck.expression.statement import Declaration, generic
from convexcheck.expression.term import Expression, instantiate, over_all
from convexcheck.kernel.curvatures import slots, smooth_form
from convexcheck.kernel.rules import show
from convexcheck.kernel.scope import Scope, SignGoal, require


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
        outer, inner = slots(rule, scope, e)
        weighed = {slot.name: slot for slot in rule.slots if slot.name in weights}
        declared = {n: Declaration(slot.sizes) for n, slot in weighed.items()}
        direct = strictness(outer, declared, side, rule.premise, shown, inner) == "always"
        require(direct, "strict", "only one affine map may lie between the variables and the squares")
        known = [(slot.body, slot.sizes) for slot in weighed.values()]
        whole = all((generic("var", name, d), d.shape) in known for name, d in variables.items())
        return "always" if whole else ev.injective(variables, weighed.values())
    fits = isinstance(rule, ev.SecondOrder) and set(weights) == set(variables) and len(weights) == len(shown.weights)
    require(fits, "strict", "a weight for every variable and a rule of second order are needed")
    single = [*scope.context.statement.variables.values()] == [Declaration()]
    scope = replace(scope, context=scope.interior if single else scope.context)
    form = side * smooth_form(e, scope)
    require(total(form, scope.context), "strict", "{} may be undefined on the domain's boundary", form)
    for name, (c, premise) in weights.items():
        inner, d = scope.over(variables[name].shape, e, c), variables[name]
        show(SignGoal(inner.place("strict", c), True, premise, inner))
        form -= instantiate(over_all("Sum", d.shape, c * generic("dir", name, d) ** 2), scope.indices)
    show(SignGoal(form, False, shown.rest, scope))
    return "always"
