"""Strict convexity: a form that dominates squares with positive weights (trusted)."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import flint

from convexcheck.certificate import evidence as ev
from convexcheck.expression.functions import derivative
from convexcheck.expression.normal import normal, polynomial
from convexcheck.expression.obligations import total
from convexcheck.expression.statement import Declaration, generic
from convexcheck.expression.term import Expression, instantiate, over_all, substitute
from convexcheck.kernel.curvatures import slots, smooth_form
from convexcheck.kernel.forms import minors
from convexcheck.kernel.rules import show
from convexcheck.kernel.scope import Scope, SignGoal, require


def strictness(e: Expression, variables: Mapping[str, Declaration], side: int, rule: ev.Curvature,
               shown: ev.Strict | ev.Definite, scope: Scope) -> str:  # fmt: skip
    """"always", or the condition in words, under which the checked `rule` and `shown` give strict curvature.

    D2 e [v, v] >= Sum c v**2 with c > 0: inside an interval, else on the whole domain, since a segment may lie in
    its boundary. A c that is a polynomial in its own entry may vanish: where v has that entry, a segment along v
    meets its zeros finitely often. Through an injective affine map a strictly convex function stays so.
    """
    names = [y.data for y in shown.vector] if isinstance(shown, ev.Definite) else [name for name, _, _ in shown.weights]
    if isinstance(rule, ev.Rewriting):
        return strictness(scope.place("strict", rule.target), variables, side, rule.premise, shown, scope)
    if isinstance(rule, ev.Composition) and all(slot.curvature == "affine" for slot in rule.slots):
        outer, inner = slots(rule, scope, e)
        weighed = {slot.name: slot for slot in rule.slots if slot.name in names}
        declared = {n: Declaration(slot.sizes) for n, slot in weighed.items()}
        direct = strictness(outer, declared, side, rule.premise, shown, inner) == "always"
        require(direct, "strict", "only one affine map may lie between the variables and the squares")
        known = [(slot.body, slot.sizes) for slot in weighed.values()]
        whole = all((generic("var", name, d), d.shape) in known for name, d in variables.items())
        whole = whole or full_rank(list(weighed.values()), variables, scope)
        return "always" if whole else ev.injective(variables, weighed.values())
    fits = isinstance(rule, ev.SecondOrder) and sorted(names) == sorted(variables)
    require(fits, "strict", "a weight for every variable, and second order, are needed")
    single = [*scope.context.statement.variables.values()] == [Declaration()]
    scope = replace(scope, context=scope.interior if single else scope.context)
    form = side * smooth_form(e, scope)
    require(total(form, scope.context), "strict", "{} may be undefined on the domain's boundary", form)
    if isinstance(shown, ev.Definite):
        scalar = all(y.op == "dir" and not y.args for y in shown.vector)
        require(scalar, "strict", "the vector {} is not that of all directions", shown.vector)
        for goal in minors(SignGoal(form, False, shown, scope), definite=True):
            show(goal)
        return "always"
    for name, c, premise in shown.weights:
        inner, d = scope.over(variables[name].shape, e, c), variables[name]
        weight, own = inner.place("strict", c), instantiate(generic("var", name, d), inner.indices)
        p = polynomial(weight, scope.context)
        rarely = bool(p) and all(g is own for m in p for g, _ in m)
        show(SignGoal(weight, not rarely, premise, inner))
        form -= instantiate(over_all("Sum", d.shape, c * generic("dir", name, d) ** 2), scope.indices)
    show(SignGoal(form, False, shown.rest, scope))
    return "always"


def full_rank(weighed: Sequence[ev.Slot], variables: Mapping[str, Declaration], scope: Scope) -> bool:
    """Whether scalar slots in scalar variables have a constant linear part of full column rank, or one != 0 in one."""
    units = [{("dir", n): int(n == name) for n in variables} for name in variables]
    slopes = [normal(substitute(derivative(slot.body), unit), scope.context) for slot in weighed for unit in units]
    arrays = any(d.shape for d in variables.values()) or any(slot.sizes for slot in weighed)
    if arrays or any(q.op != "const" for q in slopes):
        return not arrays and len(variables) == 1 and any(scope.context.bounds(q).obeys("ne") for q in slopes)
    cells = [flint.fmpq(*q.data.as_integer_ratio()) for q in slopes]
    return bool(flint.fmpq_mat(len(weighed), len(variables), cells).rank() == len(variables))
