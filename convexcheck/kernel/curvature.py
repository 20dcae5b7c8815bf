"""Rules for convexity (curvature +1) and concavity (-1) on the domain (trusted)."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from convexcheck.certificate import evidence as ev
from convexcheck.expression.binding import instantiate, opened, substitute
from convexcheck.expression.bounds import Context
from convexcheck.expression.derivative import derivative, hessian_form
from convexcheck.expression.normal import identical, normal, polynomial
from convexcheck.expression.statement import Condition, Declaration, generic
from convexcheck.expression.term import BINDERS, ZERO, Expression, bound, const, mul
from convexcheck.kernel.scope import Rejection, Scope
from convexcheck.kernel.sign import sign

SIGNS = {"convex": 1, "concave": -1, "affine": 0}


def curvature(e: Expression, side: int, rule: ev.Curvature, scope: Scope) -> None:
    """Return if `rule` shows that `e` is convex (`side` +1) or concave (-1), else raise Rejection."""
    step = type(rule).__name__
    scope.used[step] += 1
    if isinstance(rule, ev.Affine):
        if not is_affine(e, scope.context):
            raise Rejection(step, f"{e} is not affine")
    elif isinstance(rule, ev.Terms):
        _terms(e, side, rule, scope)
    elif isinstance(rule, ev.Scaled):
        fixed = mul(*(a for a in e.args if not a.has("var"))) if e.op == "mul" else ZERO
        moving = [a for a in e.args if a.has("var")]
        i = scope.context.bounds(normal(fixed, scope.context))
        if e.op != "mul" or len(moving) != 1 or not (i.lo >= 0 or i.hi <= 0):
            raise Rejection(step, f"{e} is not a factor of known sign times one function")
        curvature(moving[0], side if i.lo >= 0 else -side, rule.premise, scope)
    elif isinstance(rule, ev.Maximum):
        parts, inner = (e.args if e.op == "max" else ()), scope
        if e.op == "Max":
            inner, body, _ = scope.open(e.args[1], e.args[0])
            parts = (body,)
        if side != 1 or len(parts) != len(rule.premises):
            raise Rejection(step, f"{len(rule.premises)} convex arguments for {e}")
        for part, premise in zip(parts, rule.premises, strict=True):
            curvature(part, 1, premise, inner)
    elif isinstance(rule, ev.Rewriting):
        target = scope.place(step, rule.target)
        if not identical(e, target, scope.context):
            raise Rejection(step, f"{e} is not identical to {target}")
        curvature(target, side, rule.premise, scope)
    elif isinstance(rule, ev.Composition):
        _composition(e, side, rule, scope)
    else:
        form = smooth_form(e, scope)
        sign(form if side == 1 else -form, False, rule.form, scope.at_interior())


def is_affine(e: Expression, context: Context) -> bool:
    """Whether the normal form is a sum of terms with at most one variable entry, to the power 1."""
    for m, _ in polynomial(e, context).items():
        moving = [(g, k) for g, k in m if g.has("var")]
        if moving and (len(moving) > 1 or moving[0][1] != 1):
            return False
        for g, _ in moving:
            if g.op == "Sum":
                body, _ = opened(g, e)
                if not is_affine(body, context):
                    return False
            elif g.op != "var" or any(a.has("var") for a in g.args):
                return False
    return True


def _terms(e: Expression, side: int, rule: ev.Terms, scope: Scope) -> None:
    """Sums of convex functions are convex, over a binder too (Boyd and Vandenberghe, section 3.2.1)."""
    if e.op == "Sum" and len(rule.premises) == 1 and not e.args[0].has("var"):
        inner, body, _ = scope.open(e.args[1], e.args[0])
        curvature(body, side, rule.premises[0], inner)
    elif e.op == "add" and len(e.args) == len(rule.premises):
        for term, premise in zip(e.args, rule.premises, strict=True):
            curvature(term, side, premise, scope)
    else:
        raise Rejection("Terms", f"{len(rule.premises)} premises for {e}")


def smooth_form(e: Expression, scope: Scope) -> Expression:
    """D2 e [v, v] for an `e` that is C2 on the relative interior; continuity then reaches the whole domain."""
    _smooth_powers(e, scope)
    return hessian_form(e)


def _smooth_powers(e: Expression, scope: Scope) -> None:
    """Reject a root of a variable value that may be 0 inside; `derivative` refuses every other kink."""
    if not e.has("var"):
        return
    root = e.op == "pow" and (e.args[1].op != "const" or e.args[1].data.denominator > 1)
    if root and not scope.interior.bounds(e.args[0]).positive:
        raise Rejection("SecondOrder", f"{e} may not be smooth where {e.args[0]} = 0")
    for a in [opened(e)[0]] if e.op in BINDERS else e.args:
        _smooth_powers(a, scope)


def _composition(e: Expression, side: int, rule: ev.Composition, scope: Scope) -> None:
    """h(g_1, ..., g_m), h convex and monotone on a convex set that holds the range of g.

    With p = g(tx + (1-t)y) and q = t g(x) + (1-t) g(y), q - p is >= 0 in the convex arguments, <= 0 in the concave
    and 0 in the affine ones; D h[v] >= 0 for such v gives h(p) <= h(q) (Boyd and Vandenberghe, section 3.2.4).
    """
    step = "Composition"
    outer, outer_scope, entries = slots(rule, scope, e)
    directions: list[Condition] = []
    still: dict[tuple[str, str], Expression] = {}
    for slot in rule.slots:
        kind = SIGNS.get(slot.curvature)
        if kind is None or (kind == 0 and not isinstance(slot.premise, ev.Affine)):
            raise Rejection(step, f"the argument {slot.name} is not shown to be {slot.curvature}")
        inner = scope.over(slot.sizes, e, slot.body)
        curvature(inner.place(step, slot.body), kind or 1, slot.premise, inner)
        if kind:
            direction = generic("dir", slot.name, Declaration(slot.sizes))
            directions.append(Condition("ge", mul(kind * side, direction), slot.sizes))
        else:
            still["dir", slot.name] = ZERO
    if not outer.names("var") <= {s.name for s in rule.slots} or len(entries) < len(rule.slots):
        raise Rejection(step, f"{outer} has other variables than its slots")
    if substitute(outer, entries) is not e:
        raise Rejection(step, f"{substitute(outer, entries)} is not {e}")
    curvature(outer, side, rule.premise, outer_scope)
    if bool(directions) != (rule.monotone is not None):
        raise Rejection(step, "monotonicity is shown if and only if an argument is not affine")
    if rule.monotone is not None:
        smooth_form(outer, outer_scope)
        along = substitute(derivative(outer), still)
        interior = outer_scope.interior.extended(directions)
        sign(along, False, rule.monotone, replace(outer_scope, context=interior))


def slots(rule: ev.Composition, scope: Scope, e: Expression) -> tuple[Expression, Scope, dict[tuple[str, str], Expression]]:
    """The outer function, the scope in which the slots are its variables, and the slots' values.

    The slots range over the box of their bounds; facts about the old variables are gone.
    """
    facts = {True: list[Condition](), False: list[Condition]()}
    entries: dict[tuple[str, str], Expression] = {}
    for slot in rule.slots:
        inner = scope.over(slot.sizes, e, slot.body)
        body = inner.place("Composition", slot.body)
        value = generic("var", slot.name, Declaration(slot.sizes))
        entries["var", slot.name] = instantiate(slot.body, [*map(bound, range(len(slot.sizes))), *scope.indices])
        i = inner.context.bounds(normal(body, inner.context))
        if i.lo >= i.hi:
            raise Rejection("Composition", f"{body} is constant")
        for end, is_open, gap in ((i.lo, i.lo_open, 1), (i.hi, i.hi_open, -1)):
            for closed in (True, False) if isinstance(end, Fraction) else ():
                relation = "ge" if closed and not is_open else "gt"
                facts[closed].append(Condition(relation, mul(gap, value - const(end)), slot.sizes))
    kept = [c for c in scope.context.facts if not c.body.has("var", "dir")]
    variables = {s.name: Declaration(s.sizes) for s in rule.slots}
    statement = replace(scope.context.statement, function=ZERO, variables=variables, domain=(), given=())
    context, interior = (Context(statement, [*kept, *facts[closed]]) for closed in (True, False))
    outer_scope = replace(scope, context=context, interior=interior)
    return outer_scope.place("Composition", rule.outer), outer_scope, entries
