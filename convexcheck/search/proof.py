"""Whole proofs of a statement: the domain, the curvature, and what else can be claimed (untrusted)."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

from convexcheck.certificate import evidence as ev
from convexcheck.certificate.evidence import Claim, injective
from convexcheck.expression.bounds import Context, linear, obligations, total
from convexcheck.expression.errors import ConvexcheckError
from convexcheck.expression.functions import hessian_form
from convexcheck.expression.normal import expression, identical, is_affine, normal, numerator, polynomial
from convexcheck.expression.statement import Condition, Declaration, Statement, generic
from convexcheck.expression.term import ZERO, Expression, abstract, add, const, instantiate, mul, opened, over
from convexcheck.search.forms import fraction, nonnegative
from convexcheck.search.points import inside
from convexcheck.search.prove import Prover
from convexcheck.search.scope import Scope

SIDES = {"convex": 1, "concave": -1}


def proofs(s: Statement, verdict: str, budget: float, seed: int = 0) -> Iterator[tuple[Claim, ev.Proof]]:
    """Proofs that the statement's function is "affine", "convex" or "concave", the strongest claim first.

    Args:
        s: the statement.
        verdict: what to prove.
        budget: seconds.
        seed: for the choice of a point inside the domain.

    Raises:
        OutOfTime: when the budget is used up.
    """
    context = Context(s)
    scope = Scope(context, interior(s), time.monotonic() + budget)
    side = SIDES.get(verdict, 1)
    full = replace(scope, heavy=True)
    defined = _defined(s, context, full)
    domain = _domain(s, full)
    if defined is None or domain is None:
        return
    rule = _affine(s.function, scope) if verdict == "affine" else None
    if verdict != "affine":
        rule = Prover().curvature(s.function, side, scope) or Prover().curvature(s.function, side, full)
    point = inside(s, seed=seed) if rule is not None and (s.domain or s.given) else None
    if rule is None or (point is None and (s.domain or s.given)):
        return
    plain = ev.Proof(rule, defined, domain, point)
    if verdict != "affine":
        yield from _stronger(s, verdict, plain, scope)
    yield Claim(verdict), plain


def _affine(e: Expression, scope: Scope) -> ev.Curvature | None:
    """Affine as it stands, or once its terms are one fraction (where denominators may cancel)."""
    if is_affine(e, scope.context):
        return ev.Affine()
    target = fraction(e, scope.context)
    if is_affine(target, scope.context) and total(target, scope.context):
        return ev.Rewriting(target, ev.Affine())
    return None


def interior(s: Statement) -> Context:
    """The facts inside the domain: in a box with nonempty interior ``>= 0`` holds as ``> 0``."""
    context = Context(s)
    for c in s.domain:
        inner = Scope(context, context, 0.0).over(c.sizes, c.body)
        terms = linear(instantiate(c.body, inner.indices))[1]
        if c.relation not in ("ge", "gt") or len(terms) != 1 or terms[0][0].op != "var":
            return context
        if context.bounds(terms[0][0]).lo >= context.bounds(terms[0][0]).hi:
            return context
    return Context(s, [*(Condition("gt", c.body, c.sizes) for c in s.domain), *s.given])


def _defined(s: Statement, context: Context, scope: Scope) -> tuple[ev.Sign, ...] | None:
    """Signs for the obligations that bounds leave open; None where one cannot be shown."""
    signs: list[ev.Sign] = []
    for o in obligations(s.function, context):
        if not o.holds():
            found = None
            if o.relation in ("ge", "gt", "power"):
                inner = Scope(o.context, o.context, scope.deadline, heavy=True)
                found = nonnegative(o.value, inner, strict=o.relation != "ge")
            if found is None:
                return None
            signs.append(found)
    return tuple(signs)


def _domain(s: Statement, scope: Scope) -> tuple[ev.Curvature, ...] | None:
    """A rule for every condition that is not affine; None where one is missing."""
    rules: list[ev.Curvature] = []
    for k, c in enumerate(s.domain):
        earlier = Context(s, (*s.given, *s.domain[:k]))
        inner = Scope(earlier, earlier, scope.deadline, heavy=True).over(c.sizes, c.body)
        body = instantiate(c.body, inner.indices)
        if not is_affine(body, earlier):
            rule = Prover().curvature(body, -1, inner) if c.relation in ("ge", "gt") else None
            if rule is None:
                return None
            rules.append(rule)
    return tuple(rules)


def _stronger(s: Statement, verdict: str, plain: ev.Proof, scope: Scope) -> Iterator[tuple[Claim, ev.Proof]]:
    """The same proof with a modulus, with strictness, or both."""
    side = SIDES[verdict]
    mu, modulus = _modulus(s, side, scope)
    shown, condition = _strict(s, plain.curvature, side, scope)
    proof = replace(plain, modulus=modulus, strict=shown)
    words: list[str] = []
    if mu is not None:
        words.append("always" if scope.context.bounds(mu).positive else f"if {mu} > 0")
    if shown is not None and condition:
        words.append(condition)
    if words:
        yield Claim(verdict, "always" if "always" in words else " or ".join(words), mu), proof


def _modulus(s: Statement, side: int, scope: Scope) -> tuple[Expression | None, ev.Curvature | None]:
    """A modulus read off the squares of the variables in the normal form, with the rule that shows it."""
    candidates: list[Expression] = []
    for name, d in s.variables.items():
        square = generic("var", name, d) ** 2
        for size in d.shape:
            square = over("Sum", size, square)
        square = normal(square, scope.context)
        found = [
            expression({tuple(f for f in m if f[0] is not g): 2 * c * side})
            for m, c in polynomial(s.function, scope.context).items()
            for g, k in m
            if (g is square and k == 1) or (square.op == "pow" and g is square.args[0] and k == 2)
        ]
        if not found:
            return None, None
        candidates.append(normal(add(*found), scope.context))
    constants = [c.data for c in candidates if c.op == "const"]
    mu = const(min(constants)) if len(constants) == len(candidates) else candidates[0]
    if any(c is not mu for c in candidates if c.op != "const") or mu.has("var") or scope.context.bounds(mu).lo < 0:
        return None, None
    if scope.context.bounds(mu).hi == 0:
        return None, None
    squares = []
    for name, d in s.variables.items():
        e = generic("var", name, d) ** 2
        for size in d.shape:
            e = over("Sum", size, e)
        squares.append(e)
    rest = add(s.function, mul(Fraction(-side, 2), mu, add(*squares)))
    rule = Prover().curvature(rest, side, scope) or Prover().curvature(rest, side, replace(scope, heavy=True))
    return (mu, rule) if rule is not None else (None, None)


def _strict(s: Statement, rule: ev.Curvature, side: int, scope: Scope) -> tuple[ev.Strict | None, str]:
    """Weights of the squares in the Hessian form, and the condition under which they show strictness."""
    e, variables = s.function, dict(s.variables)
    used: tuple[ev.Slot, ...] = ()
    while not isinstance(rule, ev.SecondOrder):
        if isinstance(rule, ev.Rewriting):
            e, rule = rule.target, rule.premise
        elif isinstance(rule, ev.Composition) and all(slot.curvature == "affine" for slot in rule.slots):
            if used:
                return None, ""
            used = rule.slots
            ranges = {
                slot.name: (Declaration(slot.sizes), scope.context.bounds(normal(_open(slot, scope), scope.context)))
                for slot in rule.slots
            }
            variables = {slot.name: Declaration(slot.sizes) for slot in rule.slots}
            scope, e, rule = scope.boxed(ranges), rule.outer, rule.premise
        else:
            return None, ""
    single = [d.shape for d in variables.values()] == [()]
    context = scope.interior if single else scope.context
    inner_scope = replace(scope, context=context)
    try:
        shown = _weights(mul(side, hessian_form(e)), variables, inner_scope)
    except ConvexcheckError:
        return None, ""
    names = [name for name, _, _ in shown.weights] if shown else []
    if not used:
        return (shown, "always") if set(names) == set(variables) else (None, "")
    weighed = [slot for slot in used if slot.name in names]
    if {v for slot in weighed for v in slot.body.names("var")} != set(s.variables):
        return None, ""  # a variable that no weighed argument sees: the map cannot be injective
    known = [(slot.body, slot.sizes) for slot in weighed]
    whole = all((generic("var", name, d), d.shape) in known for name, d in s.variables.items())
    return (shown, "always" if whole else injective(s.variables, weighed)) if weighed else (None, "")


def _weights(form: Expression, variables: dict[str, Declaration], scope: Scope) -> ev.Strict | None:
    """Squares of the variables that the form contains, with positive weights; as many variables as possible."""
    context = scope.context
    weights: dict[str, list[Expression]] = {name: [] for name in variables}
    for m, c in polynomial(form, context).items():
        name, weight = _square(expression({m: c}), variables, scope)
        if name:
            weights[name].append(weight)
    found: list[tuple[str, Expression, ev.Sign]] = []
    squares: list[Expression] = []
    for name, d in variables.items():
        inner = scope.over(d.shape, form)
        placed = instantiate(add(*weights[name]), inner.indices)
        above, below = numerator(polynomial(placed, context), context)
        weight = mul(expression(above), *(g ** const(-k) for g, k in below))
        sign = nonnegative(weight, inner, strict=True) if total(weight, context) else None
        if sign is not None:
            closed = inner.close(weight)
            direction = generic("dir", name, d)
            found.append((name, closed, sign))
            squares.append(_total_over(d.shape, mul(closed, direction, direction)))
    rest = form - add(*squares)
    if not found or not total(form, context):
        return None
    sign = ev.Rewritten(ZERO, ev.Bounds()) if identical(rest, ZERO, context) else nonnegative(rest, scope)
    return ev.Strict(tuple(found), sign) if sign is not None else None


def _total_over(sizes: tuple[Expression, ...], body: Expression) -> Expression:
    for size in sizes:
        body = over("Sum", size, body)
    return body


def _open(slot: ev.Slot, scope: Scope) -> Expression:
    return instantiate(slot.body, scope.over(slot.sizes, slot.body).indices)


def _square(term: Expression, variables: dict[str, Declaration], scope: Scope) -> tuple[str, Expression]:
    """(variable, weight at bound indices) of a sum of weight * direction**2 over all entries, else ("", term)."""
    factors = list(term.args) if term.op == "mul" else [term]
    indices: list[Expression] = []
    while sums := [f for f in factors if f.op == "Sum" and f.has("dir")]:
        body, index = opened(sums[0], term, *indices)
        indices.append(index)
        factors.remove(sums[0])
        factors += list(body.args) if body.op == "mul" else [body]
    squares = [f for f in factors if f.has("dir")]
    if len(squares) != 1 or squares[0].op != "pow" or squares[0].args[1] is not const(2):
        return "", term
    if squares[0].args[0].op != "dir":
        return "", term
    v = squares[0].args[0]
    fits = set(v.args) == set(indices) and len(v.args) == len(indices) and v.data in variables
    if not fits or tuple(i.args[0] for i in v.args) != variables[v.data].shape:
        return "", term
    return v.data, abstract(mul(*(f for f in factors if f is not squares[0])), v.args)
