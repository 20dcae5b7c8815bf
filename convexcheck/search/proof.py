"""Whole proofs of a statement: the domain, the curvature, and what else can be claimed (untrusted)."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

from convexcheck.certificate import evidence as ev
from convexcheck.certificate.evidence import Claim
from convexcheck.expression.bounds import Context, linear
from convexcheck.expression.normal import expression, is_affine, normal, polynomial
from convexcheck.expression.obligations import obligations, total
from convexcheck.expression.statement import Condition, Statement, generic
from convexcheck.expression.term import Expression, add, const, instantiate, mul, over
from convexcheck.search.forms import fraction, nonnegative
from convexcheck.search.nonsmooth import piecewise
from convexcheck.search.points import inside
from convexcheck.search.prove import Prover
from convexcheck.search.scope import OutOfTime, Scope
from convexcheck.search.strict import strictness
from convexcheck.search.superlevel import superlevel

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
    context, begin = Context(s), time.monotonic()
    scope = Scope(context, interior(s), begin + budget)
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
        now = time.monotonic()
        patience = min(scope.deadline, now + 0.5 + 2 * (now - begin))
        with contextlib.suppress(OutOfTime):  # what is stronger is worth some time, but not the proof
            yield from _stronger(s, verdict, plain, replace(scope, deadline=patience))
    yield Claim(verdict), plain


def _affine(e: Expression, scope: Scope) -> ev.Curvature | None:
    """Affine as it stands, or once its terms are one fraction (where denominators may cancel)."""
    if is_affine(e, scope.context):
        return ev.Affine()
    target = fraction(e, scope.context)
    if is_affine(target, scope.context) and total(target, scope.context):
        return ev.Rewriting(target, ev.Affine())
    return piecewise(e, 0, scope, lambda p, _, inner: ev.Affine() if is_affine(p, inner.context) else None)


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
            if o.relation in ("ge", "gt", "enough"):
                inner = Scope(o.context, o.context, scope.deadline, heavy=True)
                found = nonnegative(o.value, inner, strict=o.relation != "ge")
            if found is None:
                return None
            signs.append(found)
    return tuple(signs)


def doubtful(s: Statement, budget: float) -> Expression | None:
    """A value whose sign decides whether the function is real on its domain, and that no search could settle.

    Args:
        s: the statement.
        budget: seconds.
    """
    context, deadline = Context(s), time.monotonic() + budget
    for o in obligations(s.function, context):
        if not o.holds() and o.size is None:
            scope = Scope(o.context, o.context, deadline, heavy=True)
            signs = (1, -1) if o.relation == "ne" else (1,)
            strict = o.relation != "ge"
            if all(nonnegative(mul(sign, o.value), scope, strict) is None for sign in signs):
                return o.value
    return None


def _domain(s: Statement, scope: Scope) -> tuple[ev.Curvature | ev.Superlevel, ...] | None:
    """A rule for every condition that is not affine; None where one is missing."""
    rules: list[ev.Curvature | ev.Superlevel] = []
    alone = Context(s, s.given)

    def curved(c: Condition) -> bool:
        return not is_affine(instantiate(c.body, Scope(alone, alone, 0.0).over(c.sizes, c.body).indices), alone)

    sequence = sorted(s.domain, key=curved)  # affine conditions help with the others, wherever they stand
    for k, c in enumerate(sequence):
        earlier = Context(s, (*s.given, *sequence[:k]))
        inner = Scope(earlier, earlier, scope.deadline, heavy=True).over(c.sizes, c.body)
        body = instantiate(c.body, inner.indices)
        if not is_affine(body, earlier):
            if c.relation not in ("ge", "gt"):
                return None
            rule = Prover().curvature(body, -1, replace(inner, heavy=False)) or superlevel(body, inner)
            if rule is None:
                return None
            rules.append(rule)
    return tuple(rules)


def _stronger(s: Statement, verdict: str, plain: ev.Proof, scope: Scope) -> Iterator[tuple[Claim, ev.Proof]]:
    """The same proof with a modulus, with strictness, or both."""
    side = SIDES[verdict]
    mu, modulus = _modulus(s, side, scope)
    shown, condition = strictness(s, plain.curvature, side, scope)
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
