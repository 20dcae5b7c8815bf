"""The sign of a value that moves with one entry: roots, ladders of derivatives, covers by balls (untrusted).

A value is split into factors. Each is settled by bounds, by counting the roots of a polynomial in one generator, by
a ladder (its limit at an end of the range and the sign of its derivative, again and again), or by cutting the range
into tails, where ladders work, and a compact part that small balls cover. Values on a grid, in balls of high
precision, say which way is worth trying, and end the search where the sign is wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from math import factorial, inf
from typing import Any

import flint

from convexcheck.certificate.evidence import (
    Bounds,
    Cover,
    EachTerm,
    Ladder,
    Rewritten,
    Roots,
    Scaled,
    Sign,
    Split,
    Telescope,
)
from convexcheck.expression.bounds import Context
from convexcheck.expression.errors import ConvexcheckError
from convexcheck.expression.functions import FUNCTIONS, GAMMAS, Interval, log, steepness
from convexcheck.expression.growth import limit
from convexcheck.expression.normal import Polynomial, content, expression, identical, normal, polynomial
from convexcheck.expression.obligations import rooted, total
from convexcheck.expression.statement import Declaration
from convexcheck.expression.term import ONE, Expression, apply, mul, nodes, power, replaced, substitute, transform
from convexcheck.search.factor import factors
from convexcheck.search.line import ball, closed, grid, scalar, values
from convexcheck.search.roots import one_generator
from convexcheck.search.scope import Scope

MAX_STEPS, MAX_LADDER, MAX_TERMS, MAX_PIECES, WAYS, MAX_BLIND, MAX_FALLS = 200, 18, 80, 3000, 3, 4, 5
CUTS = (*map(Fraction, (1, 2, 3, 5, 8)), Fraction(1, 2), Fraction(1, 8), *map(Fraction, (12, 20, 40)))
NEAR = tuple(Fraction(1, 2**k) for k in range(1, 8))  # parts of a range beside a finite end, the largest first
STEPS: dict[str, Callable[[Expression], Expression]] = {  # f(x + 1) - f(x)
    "loggamma": log,
    **{g: partial(lambda n, x: (-1) ** n * factorial(n) * x ** (-n - 1), n) for n, g in enumerate(GAMMAS)},
}
Known = list[tuple[Expression, Sign]]


def univariate(e: Expression, scope: Scope, strict: bool = False) -> Sign | None:
    """Evidence that `e` >= 0 (> 0) wherever the facts hold, if one entry alone moves it; None if none is found.

    Args:
        e: an expression without directions.
        scope: facts and opened indices.
        strict: ask for > 0.
    """
    moving = [n for n in nodes(e) if n.op == "var"] or [n for n in nodes(e) if n.op == "par"]
    if e.has("dir") or not moving or not (scope.heavy or (len(moving) == 1 and closed(scalar(e, moving[0])[1]))):
        return None
    try:
        if len(moving) > 1:
            return Roots() if one_generator(e, scope.context, strict) else None
        return _Search().show(e, moving[0], scope, strict, 0)
    except ConvexcheckError:
        return None


@dataclass
class _Search:
    """One search; `steps` counts goals."""

    steps: int = 0

    def show(self, e: Expression, at: Expression, scope: Scope, strict: bool, depth: int) -> Sign | None:
        """Evidence for one goal: `e` as it stands, or its factors; at depth 0 also by cutting the range."""
        scope.tick()
        self.steps += 1
        c = scope.context
        known = closed(scalar(e, at)[1])  # else no values tell which way is worth trying
        if depth > (MAX_LADDER if known else MAX_BLIND) or self.steps > (MAX_STEPS if known else MAX_BLIND):
            return None
        if any(_holds(c.bounds(form), strict) for form in (e, normal(e, c))):
            return Bounds()
        p = polynomial(e, c)
        if not p or len(p) > MAX_TERMS or not e.has(at.op):
            return None
        if one_generator(e, c, strict):
            return Roots()
        x, body = scalar(normal(e, c), at)
        if closed(body) and any(v < 0 for v in values(body, x, grid(c.bounds(at)))):
            return None
        found = self._telescope(e, at, scope, strict) or self._product(e, p, at, scope, strict, depth)
        return self._cut(e, at, scope, strict) if found is None and depth == 0 else found

    def _product(
        self, e: Expression, p: Polynomial, at: Expression, scope: Scope, strict: bool, depth: int
    ) -> Sign | None:
        """The factors of the numerator and of the denominator, each with its sign."""
        c = scope.context
        scale, common, rest = content(p, c, positive=False)
        constant, found = factors(rest)
        known: Known = []
        sign = 1 if scale * constant > 0 else -1
        for f, k in [*common, *((f, Fraction(k)) for f, k in found)]:
            part = self._part(f, k, at, scope, strict, depth)
            if part is None:
                return None
            sign *= part[0]
            known += part[1]
        target = mul(abs(scale * constant), *(f for f, _ in known))
        if sign < 0:
            return None
        if target is e:
            return known[0][1]
        if not total(target, c) or not identical(e, target, c):
            return None
        if any(f.op == "mul" for f, _ in known):  # a negative generator that is no sum cannot stay one factor
            return self._scaled(e, target, abs(scale * constant), known, scope, strict)
        if target.op != "mul" or (len(known) == 1 and target is known[0][0]):
            return Rewritten(scope.close(target), known[0][1])
        proofs = dict(known)
        return Rewritten(scope.close(target), EachTerm(tuple(proofs.get(a, Bounds()) for a in target.args)))

    def _scaled(
        self, e: Expression, target: Expression, constant: Fraction, known: Known, scope: Scope, strict: bool
    ) -> Sign | None:
        """The one factor that bounds do not settle, as a positive multiple of the value."""
        c, hard = scope.context, [(f, premise) for f, premise in known if not isinstance(premise, Bounds)]
        if _holds(c.bounds(target), strict):
            return Rewritten(scope.close(target), Bounds())
        if len(hard) != 1:
            return None
        ((f, premise),) = hard
        scale = power(mul(constant, *(g for g, _ in known if g is not f)), -1)
        if not c.bounds(scale).positive or not total(scale, c) or not identical(scale * e, f, c):
            return None
        return Scaled(scope.close(scale), Bounds(), Rewritten(scope.close(f), premise))

    def _part(
        self, f: Expression, k: Fraction, at: Expression, scope: Scope, strict: bool, depth: int
    ) -> tuple[int, Known] | None:
        """The sign of ``f**k``, and that power times its sign as factors with their evidence."""
        c = scope.context
        i = c.bounds(power(f, k))
        if _holds(i, strict):
            return 1, [(power(f, k), Bounds())]
        if _holds(Interval(-i.hi, -i.lo, i.hi_open, i.lo_open), strict):
            return -1, [(power(_negated(f, c), k), Bounds())]
        if k.denominator > 1 or k < 0 or (strict and k > 1):
            return None
        if k % 2 == 0:
            return 1, [(power(f, k), Bounds())]
        x, body = scalar(f, at)
        sides: tuple[int, ...] = (1, -1)
        if closed(body):
            found = values(body, x, grid(c.bounds(at)))
            sides = tuple(side for side in sides if not any(side * v < 0 for v in found))
        for side in sides:
            g = f if side > 0 else _negated(f, c)
            premise = self._factor(g, at, scope, strict, depth)
            if premise is not None:
                return side, [(g, premise), *([(power(f, k - 1), Bounds())] if k > 1 else [])]
        return None

    def _factor(self, e: Expression, at: Expression, scope: Scope, strict: bool, depth: int) -> Sign | None:
        """Evidence for one factor: roots, a ladder, or tails and balls."""
        if _holds(scope.context.bounds(e), strict):
            return Bounds()
        if one_generator(e, scope.context, strict):
            return Roots()
        found = self._telescope(e, at, scope, strict) or self._ladder(e, at, scope, strict, depth)
        return found if found is not None or depth > 1 else self._cut(e, at, scope, strict)

    def _telescope(self, e: Expression, at: Expression, outer: Scope, strict: bool, steps: int = 0) -> Sign | None:
        """The value less that one step later, where gamma functions differ by simpler ones, and the limit."""
        x, f = scalar(e, at)
        i = outer.context.bounds(at)
        inner = outer.boxed({x.data: (Declaration(), i)})
        if steps > MAX_FALLS or not i.positive or i.hi != inf or not _gammas(f, x) or not total(f, inner.context):
            return None
        try:
            if not inner.context.bounds(normal(limit(f, x, inf, 1, inner.context), inner.context)).lo >= 0:
                return None
            later = {apply(op, x + 1): apply(op, x) + step(x) for op, step in STEPS.items()}
            fall = f - replaced(replaced(f, {x: x + 1}), later)
            if _gammas(normal(fall, inner.context), x):
                premise = self._telescope(fall, x, inner, strict, steps + 1)
            else:
                premise = self.show(fall, x, inner, strict, 2)
        except ConvexcheckError:  # a limit that the table does not tell, or an expression that grew too large
            return None
        return Telescope(outer.close(at), premise) if premise is not None else None

    def _ladder(self, e: Expression, at: Expression, outer: Scope, strict: bool, depth: int) -> Sign | None:
        """A weight and an end from which value and derivative have the sign."""
        x, body = scalar(e, at)
        i = outer.context.bounds(at)
        inner = outer.boxed({x.data: (Declaration(), i)})
        inside = replace(inner, context=inner.interior)
        if not (total(body, inside.context) and rooted(body, inside.context)):
            return None
        for end, w, slope in self._ways(body, x, inside):
            outer.tick()
            known = self._limit(body if w is ONE else body / w, x, end, inner, inside)
            included = not (i.lo_open if end < 0 else i.hi_open) and isinstance(i.lo if end < 0 else i.hi, Fraction)
            if known is None or (strict and not known and included):
                continue
            weighed = Bounds() if w is ONE else self.show(w, x, inside, True, depth + 2)
            shown = self.show(mul(-end, slope), x, inside, strict and not known, depth + 2) if weighed else None
            if weighed is not None and shown is not None:
                weight = outer.close(transform(w, lambda node, _: at if node is x else None))
                return Ladder(outer.close(at), weight, weighed, end, shown)
        return None

    def _ways(self, body: Expression, x: Expression, inside: Scope) -> list[tuple[int, Expression, Expression]]:
        """Ends, weights and derivatives, those with the fewest terms first; only monotone ones, where values tell."""
        c, free, points = inside.context, closed(body), grid(inside.context.bounds(x))
        options: list[tuple[Any, int, Fraction, int, tuple[int, Expression, Expression]]] = []
        for w in _weights(polynomial(body, c), c, x) if free else (ONE,):
            try:
                slope = steepness(body, x) if w is ONE else steepness(body, x) * w - body * steepness(w, x)
            except ConvexcheckError:  # a derivative that is not in the table
                continue
            p = polynomial(slope, c)
            if not p:
                continue
            found = values(expression(p), x, points) if free else []
            left = content(p, c, positive=False)[2]
            for end in (-1, 1):
                if not any(end * v > 0 for v in found):
                    size = sum((k for m in left for _, k in m), Fraction(0))
                    hard = max(sum(k for g, k in m if g.op in FUNCTIONS and g.op != "exp") for m in left)
                    options.append((hard, len(left), size, len(options), (end, w, slope)))
        return [way for *_, way in sorted(options, key=lambda o: o[:4])[:WAYS]]

    def _limit(self, h: Expression, x: Expression, end: int, inner: Scope, inside: Scope) -> bool | None:
        """Whether the limit of h is > 0; None if neither > 0 nor >= 0 is found."""
        i = inner.context.bounds(x)
        point = i.lo if end == -1 else i.hi
        value = substitute(h, {("var", x.data): point}) if isinstance(point, Fraction) else h
        try:
            if not isinstance(point, Fraction) or not total(value, inner.context):
                value = limit(h, x, point, end, inside.context)
            found = inner.context.bounds(normal(value, inner.context))
        except ConvexcheckError:
            return None
        return found.positive if found.lo >= 0 else None

    def _cut(self, e: Expression, at: Expression, outer: Scope, strict: bool) -> Sign | None:
        """Tails by ladders, and the compact part between them in balls."""
        x, body = scalar(e, at)
        if not closed(body):
            return None
        i = outer.context.bounds(at)
        left = self._tail(body, x, i, -1, outer, strict)
        right = self._tail(body, x, i, 1, outer, strict) if left is not None else None
        if left is None or right is None or left[0] >= right[0]:
            return None
        (low, before), (high, after) = left, right
        tree = cover(body, x, low, high, outer)
        if tree is None:
            return None
        if before is None and after is None:
            return Cover((ONE,), (outer.close(e),), (outer.close(at),), tree)
        cuts = [t for t, part in (left, right) if part is not None]
        parts = (before, Cover((ONE,), (body,), (x,), tree), after)
        return Split(outer.close(at), tuple(cuts), tuple(p for p in parts if p is not None))

    def _tail(
        self, body: Expression, x: Expression, i: Interval, end: int, outer: Scope, strict: bool
    ) -> tuple[Fraction, Sign | None] | None:
        """Where the compact part ends, and evidence for what lies beyond, if anything does."""
        point, other = (i.lo, i.hi) if end == -1 else (i.hi, i.lo)
        if isinstance(point, Fraction) and any(v > 0 for v in values(body, x, [point])):
            return point, None
        for cut in NEAR if isinstance(point, Fraction) else CUTS:
            if isinstance(point, Fraction):
                t = point - end * cut * (abs(point - other) if isinstance(other, Fraction) else 8)
            else:
                t = end * cut + (other if isinstance(other, Fraction) else 0)
            piece = Interval(i.lo, t, i.lo_open) if end == -1 else Interval(t, i.hi, False, i.hi_open)
            if not i.lo < t < i.hi:
                continue
            shown = self.show(body, x, outer.boxed({x.data: (Declaration(), piece)}), strict, 2)
            if shown is not None:
                return t, shown
        return None


def cover(body: Expression, x: Expression, low: Fraction, high: Fraction, scope: Scope) -> tuple[int, ...] | None:
    """The halvings of an interval until the value is a ball > 0 on every part; None if there are too many."""
    todo, done, count = [(low, high)], set[tuple[Fraction, Fraction]](), 0
    while todo:
        scope.tick()
        count += len(todo)
        if count > MAX_PIECES or any(v < 0 for v in values(body, x, [(a + b) / 2 for a, b in todo], 53)):
            return None
        with flint.ctx.workprec(53):
            balls: list[Any] = [ball(a).union(ball(b)) for a, b in todo]
        shown = [bool(v > 0) for v in values(body, x, balls, 53)]
        done |= {t for t, yes in zip(todo, shown, strict=True) if yes}
        rest = [t for t, yes in zip(todo, shown, strict=True) if not yes]
        todo = [half for a, b in rest for half in ((a, (a + b) / 2), ((a + b) / 2, b))]

    def walk(a: Fraction, b: Fraction) -> tuple[int, ...]:
        return (-1,) if (a, b) in done else (0, *walk(a, (a + b) / 2), *walk((a + b) / 2, b))

    return walk(low, high)


def _gammas(f: Expression, x: Expression) -> bool:
    """Whether a gamma function of x occurs."""
    return any(n.op in STEPS and n.args[0] is x for n in nodes(f))


def _holds(i: Interval, strict: bool) -> bool:
    return i.positive or (i.lo >= 0 and not strict)


def _negated(f: Expression, c: Context) -> Expression:
    """-f with the sign in each term, so that it stays one factor of a product."""
    return normal(-f, c)


def _weights(p: Polynomial, c: Context, x: Expression) -> Iterator[Expression]:
    """Positive functions to divide by, so that a term becomes simpler to differentiate."""
    yield ONE
    generators = sorted({g for m in p for g, _ in m if g.has("var")}, key=lambda g: g.key)
    for g in generators:
        if c.bounds(g).positive:
            yield from (power(g, k) for k in sorted({dict(m).get(g, Fraction(0)) for m in p} - {0}))
    for g in generators:
        if g is not x and max(dict(m).get(g, Fraction(0)) for m in p) == 1:
            a = expression({tuple(f for f in m if f[0] is not g): q for m, q in p.items() if dict(m).get(g) == 1})
            if a.has("var"):
                yield from (a, -a)
