"""A walk over the evidence of a proof, which yields what another tool can check by itself (untrusted).

Each `Check` is an identity, a derivative, a matrix of rationals, a polynomial on an interval or a range. What glues
them together is a theorem, which the check names. The walk follows the evidence as the rules read it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import combinations_with_replacement, pairwise, product
from math import lcm
from typing import Any

from convexcheck.certificate import evidence as ev
from convexcheck.export.concrete import determinant
from convexcheck.export.rocq.notation import NoScript
from convexcheck.expression.bounds import Context, hull, meet
from convexcheck.expression.functions import Interval, derivative, hessian_form
from convexcheck.expression.normal import content, expression, is_affine, normal, polynomial
from convexcheck.expression.obligations import obligations
from convexcheck.expression.statement import Condition, Declaration, Statement, generic
from convexcheck.expression.term import (
    BINDERS,
    ONE,
    ZERO,
    Expression,
    add,
    bind,
    bound,
    const,
    fresh,
    instantiate,
    mul,
    nodes,
    over_all,
    power,
    substitute,
    transform,
)

SIDES = {"convex": 1, "concave": -1, "affine": 0}
THEOREMS = {
    "Affine": "all second derivatives vanish",
    "Maximum": "a pointwise maximum of convex functions is convex (Boyd and Vandenberghe, Convex Optimization, 3.2.3)",
    "Rewriting": "both sides are the same function",
    "SecondOrder": "a C2 function is convex iff its Hessian is PSD (Boyd and Vandenberghe, 3.1.4)",
    "Composition": "convex and monotone in arguments that bend the right way (Boyd and Vandenberghe, 3.2.4)",
    "Piecewise": "convex pieces that meet, with slopes that jump up (Rockafellar, Convex Analysis, theorem 24.2)",
    "Lemma": "what the facts imply is one more fact",
    "RootOfQuadratic": "a quadratic that is >= 0 everywhere is a PSD form in (x, 1), whose root is a seminorm",
    "Limit": "a pointwise limit of convex functions is convex (Rockafellar, theorem 10.8)",
    "Bounds": "the range of the parts decides the sign",
    "Rewritten": "both sides are the same value",
    "EachTerm": "a sum or product of values >= 0 is >= 0",
    "Scaled": "a positive multiple has the same sign",
    "Gram": "margin + sum of g m'W m with g >= 0 and W PSD is >= 0 (Parrilo 2003)",
    "Minors": "a matrix with principal minors >= 0 is PSD (Horn and Johnson, Matrix Analysis, theorem 7.2.5)",
    "DiagonalLowRank": "the least sum of a z**2 at given sums L leaves a smaller matrix, which is PSD",
    "Roots": "a polynomial without roots of odd multiplicity inside keeps its sign (Sturm)",
    "Ladder": "a function that starts with a sign and moves away from 0 keeps it (mean value theorem)",
    "Split": "the sign on every piece is the sign on the range",
    "Increment": "the difference of two values has the sign of the derivative between them (mean value theorem)",
    "Superlevel": "p > 0 and p h >= 0 is h >= 0",
}


@dataclass(frozen=True)
class Check:
    """One thing to check.

    Args:
        kind: "same" (two equal expressions), "second" (a function and its Hessian form), "first" (a function and its
            slope), "affine", "psd" (data: rows of rationals), "roots", "range", "limit", "slots" or "order".
        step: the rule that it belongs to.
        pieces: expressions, opened indices allowed: the check is for all their values.
        context: what is known there.
        data: more, by kind.
    """

    kind: str
    step: str
    pieces: tuple[Expression, ...]
    context: Context = field(repr=False)
    data: Any = None


@dataclass(frozen=True)
class Scope:
    """What is known on the domain and inside it, and the opened indices, innermost first."""

    context: Context
    interior: Context
    indices: tuple[Expression, ...] = ()

    def place(self, e: Expression) -> Expression:
        """An expression of the evidence at the opened indices."""
        return instantiate(e, self.indices)

    def over(self, sizes: Sequence[Expression], *avoid: Expression) -> Scope:
        """The scope with a fresh index for each of `sizes`."""
        new: list[Expression] = []
        for size in sizes:
            new.append(fresh(size, *avoid, *self.indices, *self.context.indices, *new))
        return replace(self, indices=(*new, *self.indices))

    def inside(self) -> Scope:
        """The scope in which what is known inside holds."""
        return replace(self, context=self.interior)

    def assuming(self, facts: list[Condition]) -> Scope:
        """The scope with more facts."""
        return replace(self, context=self.context.extended(facts), interior=self.interior.extended(facts))

    def boxed(self, ranges: dict[str, tuple[Declaration, Interval]]) -> Scope:
        """The scope whose variables run through a box."""
        return replace(self, context=self.context.boxed(ranges), interior=self.interior.boxed(ranges, strict=True))


def whole(s: Statement) -> Scope:
    """The scope of the statement's function."""
    context, ends = Context(s), list[Expression]()
    for c in s.domain:
        body = instantiate(c.body, Scope(context, context).over(c.sizes, c.body).indices)
        found = [n for n in nodes(body) if n.op == "var"]
        alone = len(found) == 1 and c.relation in ("ge", "gt") and is_affine(body, context)
        ends += found if alone else []
    box = len(ends) == len(s.domain) and all(context.bounds(e).lo < context.bounds(e).hi for e in ends)
    facts = [Condition("gt", c.body, c.sizes) if box else c for c in s.domain]
    return Scope(context, Context(s, [*facts, *s.given]))


def proof(s: Statement, claim: ev.Claim, e: ev.Proof) -> Iterator[Check]:
    """Everything that a proof rests on, strictness aside."""
    scope, side = whole(s), SIDES[claim.verdict]
    yield from domain(s, e)
    yield from curvature(s.function, side, e.curvature, scope)
    if e.modulus is not None and claim.modulus is not None:
        squares = add(*(over_all("Sum", d.shape, generic("var", n, d) ** 2) for n, d in s.variables.items()))
        less = add(s.function, mul(Fraction(-(side or 1), 2), claim.modulus, squares))
        yield from curvature(less, side or 1, e.modulus, scope)


def domain(s: Statement, e: ev.Proof) -> Iterator[Check]:
    """The domain is convex, and the function is defined on it."""
    rules, proved = list(e.domain), list(e.defined)
    alone = Context(s, s.given)
    known = {c: is_affine(instantiate(c.body, Scope(alone, alone).over(c.sizes, c.body).indices), alone)
             for c in s.domain}  # fmt: skip
    ordered = sorted(s.domain, key=lambda c: not known[c])
    for k, c in enumerate(ordered):
        earlier = Context(s, (*s.given, *ordered[:k]))
        inner = Scope(earlier, earlier).over(c.sizes, c.body)
        body = inner.place(c.body)
        if not rules or is_affine(body, earlier):
            continue
        rule = rules.pop(0)
        if isinstance(rule, ev.Superlevel):
            factor, quotient = inner.place(rule.factor), inner.place(rule.quotient)
            yield from sign(factor, True, rule.positive, inner)
            yield Check("same", "Superlevel", (body, factor * quotient), earlier)
            body, rule = quotient, rule.premise
        yield from curvature(body, -1, rule, inner)
    for o in obligations(s.function, Context(s)):
        if proved and not o.holds():
            yield from sign(o.value, o.relation != "ge", proved.pop(0), Scope(o.context, o.context))


def curvature(e: Expression, side: int, rule: ev.Curvature, scope: Scope) -> Iterator[Check]:
    """What shows that `e` is convex (side 1), concave (-1) or affine (0)."""
    match rule:
        case ev.Affine():
            yield Check("affine", "Affine", (e,), scope.context)
        case ev.Maximum():
            if e.op in BINDERS:
                inner = scope.over(e.args[:1], e)
                yield from curvature(instantiate(e.args[1], inner.indices[:1]), 1, rule.premises[0], inner)
                return
            parts = (e.args[0], -e.args[0]) if e.op == "abs" else e.args
            for part, premise in zip(parts, rule.premises, strict=True):
                yield from curvature(part, 1, premise, scope)
        case ev.Rewriting():
            target = scope.place(rule.target)
            yield Check("same", "Rewriting", (e, target), scope.context)
            yield from curvature(target, side, rule.premise, scope)
        case ev.SecondOrder():
            form = side * hessian_form(e)
            yield Check("second", "SecondOrder", (e, form), scope.interior, side)
            yield from sign(form, False, rule.form, scope.inside())
        case ev.Composition():
            yield from _composition(e, side, rule, scope)
        case ev.Piecewise():
            yield from _piecewise(e, side, rule, scope)
        case ev.Limit():
            yield from _limit(e, side, rule, scope)
        case ev.Lemma():
            fact = scope.place(rule.fact)
            yield from sign(fact, rule.strict, rule.sign, scope)
            known = Condition("gt" if rule.strict else "ge", fact)
            yield from curvature(e, side, rule.premise, scope.assuming([known]))
        case ev.RootOfQuadratic():
            free = [c for c in scope.context.facts if not c.body.has("var", "dir")]
            everywhere = Context(scope.context.statement, free)
            yield Check("second", "RootOfQuadratic", (e.args[0], hessian_form(e.args[0])), everywhere, side)
            yield from sign(e.args[0], False, rule.sign, replace(scope, context=everywhere, interior=everywhere))
        case _:
            raise NoScript(f"the rule {type(rule).__name__} has no mapping")


def _composition(e: Expression, side: int, rule: ev.Composition, scope: Scope) -> Iterator[Check]:
    ranges: dict[str, tuple[Declaration, Interval]] = {}
    for slot in rule.slots:
        inner = scope.over(slot.sizes, e, slot.body)
        body = inner.place(slot.body)
        known = meet(inner.context.bounds(body), inner.context.bounds(normal(body, inner.context)))
        ranges[slot.name] = Declaration(slot.sizes), known
        yield from curvature(inner.place(slot.body), SIDES[slot.curvature], slot.premise, inner)
    outer_scope = scope.boxed(ranges)
    outer = scope.place(rule.outer)
    entries = {s.name: (s.sizes, instantiate(s.body, [*map(bound, range(len(s.sizes))), *scope.indices]))
               for s in rule.slots}  # fmt: skip
    yield Check("slots", "Composition", (outer, e), scope.context, entries)
    yield from curvature(outer, side, rule.premise, outer_scope)
    if rule.monotone is not None:
        still = {("dir", slot.name): 0 for slot in rule.slots if slot.curvature == "affine"}
        moving = [(slot, generic("dir", slot.name, Declaration(slot.sizes))) for slot in rule.slots]
        facts = [Condition("ge", side * SIDES[slot.curvature] * d, slot.sizes) for slot, d in moving]
        along, slope = outer_scope.interior.extended(facts), substitute(derivative(outer), still)
        yield Check("first", "Composition", (outer, slope), along, [name for _, name in still])
        yield from sign(slope, False, rule.monotone, replace(outer_scope, context=along))


def _piecewise(e: Expression, side: int, rule: ev.Piecewise, scope: Scope) -> Iterator[Check]:
    (t,) = {n for n in nodes(e) if n.op == "var"}
    knots = [scope.place(knot) for knot in rule.knots]
    for (low, high), order in zip(pairwise(knots), rule.orders, strict=True):
        yield from sign(high - low, False, order, scope)
    slopes = []
    for j, (piece, premise) in enumerate(zip(rule.pieces, rule.curvatures, strict=True)):
        inner = scope.assuming([Condition("gt", t - k if i < j else k - t) for i, k in enumerate(knots)])
        p = inner.place(piece)
        between = (knots[j - 1] if j else None, knots[j] if j < len(knots) else None)
        yield Check("piece", "Piecewise", (e, p, t), inner.context, between)
        yield from curvature(p, side, premise, inner)
        slopes.append((p, transform(derivative(p), lambda n, _: ONE if n.op == "dir" else None)))
    for knot, (p, p1), (q, q1), jump in zip(knots, slopes[:-1], slopes[1:], rule.jumps, strict=True):
        for f, slope in ((p, p1), (q, q1)):
            yield Check("slope", "Piecewise", (f, slope, t), scope.context)
            yield Check("same", "Piecewise", (_at(e, t, knot), _at(f, t, knot)), scope.context)
        yield from sign(side * (_at(q1, t, knot) - _at(p1, t, knot)), False, jump, scope)


def _at(p: Expression, t: Expression, knot: Expression) -> Expression:
    return transform(p, lambda n, _: knot if n is t else None)


def _limit(e: Expression, side: int, rule: ev.Limit, scope: Scope) -> Iterator[Check]:
    s, new = scope.context.statement, Expression("par", (), rule.name)
    wider = replace(s, parameters={**s.parameters, rule.name: Declaration()})
    facts = [Condition("gt", new)]
    inside, interior = (Context(wider, [*c.facts, *facts]) for c in (scope.context, scope.interior))
    inner = Scope(inside, interior, scope.indices)
    g = inner.place(rule.function)
    yield Check("same", "Limit", (substitute(g, {("par", rule.name): ZERO}), e), scope.context)
    yield from curvature(g, side, rule.premise, inner)


def sign(e: Expression, strict: bool, rule: ev.Sign, scope: Scope) -> Iterator[Check]:
    """What shows that `e` >= 0, or > 0 if `strict`."""
    context = scope.context
    match rule:
        case ev.Bounds():
            yield Check("range", "Bounds", (e,), context, strict)
        case ev.Rewritten():
            target = scope.place(rule.target)
            yield Check("same", "Rewritten", (e, target), context)
            yield from sign(target, strict, rule.premise, scope)
        case ev.EachTerm():
            if e.op in BINDERS:
                inner = scope.over(e.args[:1], e)
                yield from sign(instantiate(e.args[1], inner.indices[:1]), strict, rule.premises[0], inner)
                return
            for part, premise in zip(e.args, rule.premises, strict=True):
                yield from sign(part, strict, premise, scope)
        case ev.Scaled():
            factor = scope.place(rule.factor)
            if rule.positive is not None:
                yield from sign(factor, True, rule.positive, scope)
            yield from sign(factor * e, strict, rule.premise, scope)
        case ev.Gram():
            total = const(rule.margin)
            for block in rule.blocks:
                g, *basis = (scope.place(part) for part in (block.multiplier, *block.basis))
                W = _symmetric(block.matrix, len(basis))
                yield Check("psd", "Gram", (), context, W)
                yield from sign(g, False, block.sign, scope)
                total += g * _quadratic(W, basis)
            yield Check("same", "Gram", (e, total), context)
        case ev.Minors():
            y = [scope.place(part) for part in rule.vector]
            M = _symmetric([scope.place(part) for part in rule.matrix], len(y))
            yield Check("same", "Minors", (e, _quadratic(M, y)), context)
            yield from _minors(M, rule.premises, scope)
        case ev.DiagonalLowRank():
            yield from _low_rank(e, rule, scope)
        case ev.Roots():
            yield _roots(e, strict, context)
        case ev.Ladder():
            yield from _ladder(e, strict, rule, scope)
        case ev.Increment():
            low, high, t = scope.place(rule.low), scope.place(rule.high), Expression("var", (), "t")
            inner = scope.boxed({"t": (Declaration(), hull([context.bounds(v) for v in (low, high)]))}).inside()
            gap = transform(rule.function, lambda n, _: high if n is t else None)
            gap -= transform(rule.function, lambda n, _: low if n is t else None)
            slope = substitute(derivative(rule.function), {("dir", "t"): ONE})
            yield Check("same", "Increment", (e, gap), context)
            yield Check("slope", "Increment", (rule.function, slope, t), inner.context)
            yield from sign(high - low, strict, rule.order, scope)
            yield from sign(slope, strict, rule.slope, inner)
        case ev.Split():
            x, (body,), i = _line(rule.at, scope, e)
            cuts = [i.lo, *rule.points, i.hi]
            for k, premise in enumerate(rule.premises):
                first, last = k == 0, k == len(rule.premises) - 1
                piece = Interval(cuts[k], cuts[k + 1], first and i.lo_open, last and i.hi_open)
                yield from sign(body, strict, premise, scope.boxed({x.data: (Declaration(), piece)}))
        case _:
            raise NoScript(f"the rule {type(rule).__name__} has no mapping")


def _symmetric(triangle: Sequence[Any], size: int) -> list[list[Any]]:
    n = range(size)
    return [[triangle[max(i, j) * (max(i, j) + 1) // 2 + min(i, j)] for j in n] for i in n]


def _quadratic(M: list[list[Any]], y: Sequence[Expression]) -> Expression:
    pairs = combinations_with_replacement(range(len(y)), 2)
    return add(*(mul(1 + (p != q), M[p][q], y[p], y[q]) for p, q in pairs))


def _minors(M: list[list[Expression]], premises: Sequence[ev.Sign], scope: Scope) -> Iterator[Check]:
    leading = len(premises) == len(M)
    chosen = [2**k - 1 for k in range(1, len(M) + 1)] if leading else [*range(1, 2 ** len(M))]
    for rows, premise in zip(chosen, premises, strict=True):
        kept = [k for k in range(len(M)) if rows >> k & 1]
        minor = [[M[p][q] for q in kept] for p in kept]
        value = determinant(minor)
        yield Check("determinant", "Minors", (value, *(e for row in minor for e in row)), scope.context)
        yield from sign(value, leading and rows != chosen[-1], premise, scope)


def _low_rank(e: Expression, rule: ev.DiagonalLowRank, scope: Scope) -> Iterator[Check]:
    r = len(rule.vectors)
    size, *others = (scope.place(part) for part in (rule.size, *rule.others))
    inner = scope.over([size], e, rule.direction, rule.weight, *rule.vectors)
    z, a, *vectors = (inner.place(part) for part in (rule.direction, rule.weight, *rule.vectors))
    yield from sign(a, False, rule.weight_sign, inner)
    k, n = inner.indices[0], range(r + len(others))
    squares, *lines = (bind("Sum", k, a * part * z) for part in (z, *vectors))
    M = _symmetric([scope.place(part) for part in rule.matrix], len(n))
    yield Check("same", "DiagonalLowRank", (e, squares + _quadratic(M, [*lines, *others])), scope.context)
    G = [[bind("Sum", k, a * u * v) for u in vectors] for v in vectors]
    E = [[G[p][q] if max(p, q) < r else const(int(p == q)) for q in n] for p in n]
    N = [[add(*(E[p][i] * M[i][j] * E[j][q] for i, j in product(n, n) if ZERO not in (E[p][i], E[j][q]))) for q in n]
         for p in n]  # fmt: skip
    least = [[N[p][q] + G[p][q] if max(p, q) < r else N[p][q] for q in n] for p in n]
    yield from _minors(least, rule.premises, scope)


def _roots(e: Expression, strict: bool, context: Context) -> Check:
    scale, common, p = content(polynomial(e, context), context, positive=True)
    (g,) = {g for m in p for g, _ in m}
    powers = {dict(m).get(g, Fraction(0)): c for m, c in p.items()}
    q = lcm(*(k.denominator for k in powers))
    terms = [powers.get(Fraction(k, q), Fraction(0)) for k in range(int(max(powers) * q) + 1)]
    generator, factor = power(g, Fraction(1, q)), expression({common: scale})
    return Check("roots", "Roots", (e, factor, generator), context, (terms, context.bounds(generator), strict))


def _line(at: Expression, scope: Scope, *values: Expression) -> tuple[Expression, list[Expression], Interval]:
    at = scope.place(at)
    x = Expression("var", (), at.data)
    return x, [transform(e, lambda n, _: x if n is at else None) for e in values], scope.context.bounds(at)


def _ladder(e: Expression, strict: bool, rule: ev.Ladder, scope: Scope) -> Iterator[Check]:
    x, (body, w), i = _line(rule.at, scope, e, scope.place(rule.weight))
    inner = scope.boxed({x.data: (Declaration(), i)}).inside()
    yield from sign(w, True, rule.weight_sign, inner)
    end = i.lo if rule.end == -1 else i.hi
    yield Check("limit", "Ladder", (body, w, x), inner.context, (end, rule.end))
    slopes = [substitute(derivative(f), {("dir", x.data): ONE}) for f in (body, w)]
    for f, slope in zip((body, w), slopes, strict=True):
        yield Check("slope", "Ladder", (f, slope, x), inner.context)
    turn = slopes[0] if w is ONE else slopes[0] * w - body * slopes[1]
    yield from sign(-rule.end * turn, False, rule.slope, inner)
