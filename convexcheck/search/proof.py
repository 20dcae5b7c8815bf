"""Whole proofs of a statement: the domain, the curvature, and what else can be claimed (untrusted)."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import replace

from convexcheck.certificate import evidence as ev
from convexcheck.certificate.evidence import Claim
from convexcheck.expression.bounds import Context, linear
from convexcheck.expression.errors import ConvexcheckError, Record
from convexcheck.expression.obligations import obligations, total
from convexcheck.expression.statement import Condition, Statement
from convexcheck.expression.term import Expression, instantiate, mul
from convexcheck.search.deadline import Deadline, OutOfTime
from convexcheck.search.definite import by_minors
from convexcheck.search.forms import nonnegative
from convexcheck.search.modulus import modulus
from convexcheck.search.nonsmooth import piecewise
from convexcheck.search.points import inside
from convexcheck.search.prove import Prover, smooth_form
from convexcheck.search.scope import Scope
from convexcheck.search.slots import affine, long
from convexcheck.search.squares import fraction
from convexcheck.search.strict import reused, strictness
from convexcheck.search.superlevel import superlevel

SIDES = {"convex": 1, "concave": -1}
Domain = tuple[ev.Curvature | ev.Superlevel, ...]
_DOMAINS: dict[tuple[object, ...], Domain | None] = {}  # what was found for a domain and its declarations


def proofs(
    s: Statement, verdict: str, budget: float, seed: int = 0, patience: float = 0.0
) -> Iterator[tuple[Claim, ev.Proof]]:
    """Proofs that the statement's function is "affine", "convex" or "concave", the strongest claim first.

    Args:
        s: the statement.
        verdict: what to prove.
        budget: seconds.
        seed: for the choice of a point inside the domain.
        patience: seconds that may be spent on a stronger claim once there is a proof, if that is more than is left.

    Raises:
        OutOfTime: when the budget is used up.
    """
    context = Context(s)
    scope = Scope(context, interior(s), Deadline(budget))
    side = SIDES.get(verdict, 1)
    full = replace(scope, heavy=True)
    defined = _defined(s, context, full)
    domain = _domain(s, full)
    if defined is None or domain is None:
        return
    rule = _affine(s.function, scope) if verdict == "affine" else None
    if verdict != "affine":
        rule = Prover().curvature(s.function, side, scope) or Prover().curvature(s.function, side, full)
        rule = rule or _with_lemmas(s, side, full, defined)
    point = inside(s, seed=seed) if rule is not None and (s.domain or s.given) else None
    if rule is None or (point is None and (s.domain or s.given)):
        return
    plain = ev.Proof(rule, defined, domain, point)
    if verdict != "affine":
        with contextlib.suppress(OutOfTime, ConvexcheckError):  # what is stronger is worth some time, but not the proof
            yield from _stronger(s, verdict, plain, replace(scope, deadline=scope.deadline.at_least(patience)))
    yield Claim(verdict), plain


def _affine(e: Expression, scope: Scope) -> ev.Curvature | None:
    """Affine as it stands, or once its terms are one fraction (where denominators may cancel)."""
    if affine(e, scope.context):
        return ev.Affine()
    if long(e):
        return None
    target = fraction(e, scope.context)
    if affine(target, scope.context) and total(target, scope.context):
        return ev.Rewriting(target, ev.Affine())
    return piecewise(e, 0, scope, lambda p, _, inner: ev.Affine() if affine(p, inner.context) else None)


def interior(s: Statement) -> Context:
    """The facts inside the domain: in a box with nonempty interior ``>= 0`` holds as ``> 0``."""
    context = Context(s)
    for c in s.domain:
        inner = Scope(context, context, Deadline(0)).over(c.sizes, c.body)
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
            if o.relation in ("ge", "gt", "enough", "ne"):
                inner = Scope(o.context, o.context, scope.deadline, heavy=True)
                found = nonnegative(o.value, inner, strict=o.relation != "ge")
            if found is None or _open(found):
                return None
            signs.append(found)
    return tuple(signs)


def _open(part: object) -> bool:
    """Whether evidence names an opened index, which that of an obligation below a binder cannot."""
    if isinstance(part, Expression):
        return bool(part.names("index"))
    inside = part if isinstance(part, tuple) else vars(part).values() if isinstance(part, Record) else ()
    return any(map(_open, inside))


def _with_lemmas(s: Statement, side: int, scope: Scope, signs: tuple[ev.Sign, ...]) -> ev.Curvature | None:
    """A proof that uses the signs by which the function is real."""
    open_ones = [o for o in obligations(s.function, scope.context) if not o.holds()]
    known = [(o, sign) for o, sign in zip(open_ones, signs, strict=True)
             if o.context is scope.context and not o.value.names("index")]  # fmt: skip
    more = [Condition("ge" if o.relation == "ge" else "gt", o.value) for o, _ in known]
    context, interior = scope.context.extended(more), scope.interior.extended(more)
    rule = Prover().curvature(s.function, side, replace(scope, context=context, interior=interior)) if more else None
    for o, sign in known:
        rule = None if rule is None else ev.Lemma(o.value, o.relation != "ge", sign, rule)
    return rule


def doubtful(s: Statement, budget: float) -> Expression | None:
    """A value whose sign decides whether the function is real on its domain, and that no search could settle.

    Args:
        s: the statement.
        budget: seconds.
    """
    context, deadline = Context(s), Deadline(budget)
    for o in obligations(s.function, context):
        if not o.holds() and o.size is None:
            scope = Scope(o.context, o.context, deadline, heavy=True)
            signs = (1, -1) if o.relation == "ne" else (1,)
            strict = o.relation != "ge"
            if all(nonnegative(mul(sign, o.value), scope, strict) is None for sign in signs):
                return o.value
    return None


def _domain(s: Statement, scope: Scope) -> Domain | None:
    """A rule for every condition that is not affine; None where one is missing. Each domain is looked at once."""
    declared = (tuple(each.items()) for each in (s.variables, s.parameters, s.sizes))
    key = (s.domain, s.given, *declared)
    if key not in _DOMAINS:
        if len(_DOMAINS) > 100:
            _DOMAINS.clear()
        _DOMAINS[key] = _conditions(s, scope)
    return _DOMAINS[key]


def _conditions(s: Statement, scope: Scope) -> Domain | None:
    """The rules, or None where one is missing."""
    rules: list[ev.Curvature | ev.Superlevel] = []
    alone = Context(s, s.given)

    def curved(c: Condition) -> bool:
        return not affine(instantiate(c.body, Scope(alone, alone, Deadline(0)).over(c.sizes, c.body).indices), alone)

    sequence = sorted(s.domain, key=curved)  # affine conditions help with the others, wherever they stand
    for k, c in enumerate(sequence):
        earlier = Context(s, (*s.given, *sequence[:k]))
        inner = Scope(earlier, earlier, scope.deadline, heavy=True).over(c.sizes, c.body)
        body = instantiate(c.body, inner.indices)
        if not affine(body, earlier):
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
    mu, rule = None, None
    with contextlib.suppress(OutOfTime, ConvexcheckError):
        mu, rule = modulus(s, side, replace(scope, deadline=scope.deadline.part(0.6)))
    certain = mu is not None and scope.context.bounds(mu).positive  # then nothing more is to be said
    again = None if certain else reused(plain.curvature)
    if again is not None:  # what the kernel takes at once need not be searched for
        yield Claim(verdict, "always", mu), replace(plain, modulus=rule, strict=again)
    shown, condition = (None, "") if certain else strictness(s, plain.curvature, side, scope)
    proof = replace(plain, modulus=rule, strict=shown)
    if shown is None and not certain and isinstance(plain.curvature, ev.RootOfQuadratic):  # which says nothing of it
        smooth = Prover(roots=False).curvature(s.function, side, replace(scope, heavy=True))
        shown, condition = strictness(s, smooth, side, scope) if smooth is not None else (None, "")
        proof = replace(proof, curvature=smooth or plain.curvature if shown else plain.curvature, strict=shown)
    if shown is None and not certain:
        definite = _definite(s, side, scope)
        if definite is not None:
            proof, condition = replace(proof, curvature=definite[0], strict=definite[1]), "always"
    words: list[str] = []
    if mu is not None:
        words.append("always" if scope.context.bounds(mu).positive else f"if {mu} > 0")
    if proof.strict is not None and condition:
        words.append(condition)
    if words:
        yield Claim(verdict, "always" if "always" in words else " or ".join(words), mu), proof


def _definite(s: Statement, side: int, scope: Scope) -> tuple[ev.Curvature, ev.Definite] | None:
    """The leading minors of the Hessian are > 0: that is curvature by second order, and strict."""
    form = smooth_form(s.function, scope) if all(not d.shape for d in s.variables.values()) else None
    found = by_minors(mul(side, form), sorted(s.variables), scope) if form is not None else None
    if form is None or found is None or not total(form, scope.context):
        return None
    return ev.SecondOrder(ev.Minors(found.vector, found.matrix, found.premises)), found
