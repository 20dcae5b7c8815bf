"""Gram matrices for values that are polynomials in generators, weighted by what the facts say is >= 0 (untrusted).

Generators are entries, directions, exponentials and the like. Multipliers are 1, the ends of the generators' ranges,
the conditions of the domain, and products of two of these. Where a form in all of R^n is >= 0 and no sum of squares,
its product with a sum of squares of the variables may be one.
Source: M. Putinar, Positive polynomials on compact semi-algebraic sets, 1993; A. A. Ahmadi and P. A. Parrilo,
A convex polynomial that is not sos-convex, 2012, section 4 (the product with x**2 + y**2 + z**2).
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm

from convexcheck.certificate.evidence import Block as Weighted
from convexcheck.certificate.evidence import Bounds, Gram, Scaled, Sign
from convexcheck.expression.normal import Polynomial, content, expression, polynomial
from convexcheck.expression.obligations import total
from convexcheck.expression.term import ONE, Expression, add, const, mul, power
from convexcheck.search.scope import Scope
from convexcheck.search.sos import Block, Terms, blocks_of, decompose, equations, ldl, solve, times

MAX_GENERATORS, MAX_DEGREE, MAX_TERMS = 12, 16, 400
MARGINS = (Fraction(1), Fraction(1, 2), Fraction(1, 10), Fraction(1, 100), Fraction(1, 1000))
Multiplier = tuple[Expression, Terms]


@dataclass(frozen=True)
class Ring:
    """Generators, each with the least root that makes all exponents whole: bases[k] = generators[k]**(1/roots[k])."""

    generators: tuple[Expression, ...]
    roots: tuple[int, ...]

    @property
    def bases(self) -> tuple[Expression, ...]:
        """The generators' roots as expressions."""
        return tuple(power(g, const(Fraction(1, r))) for g, r in zip(self.generators, self.roots, strict=True))

    def terms(self, p: Polynomial) -> Terms | None:
        """A polynomial by exponents; None if it is none in these generators."""
        out: Terms = {}
        for m, c in p.items():
            at = dict(m)
            exponents = [at.pop(g, Fraction(0)) * r for g, r in zip(self.generators, self.roots, strict=True)]
            if at or any(k.denominator > 1 or k < 0 for k in exponents):
                return None
            out[tuple(map(int, exponents))] = c
        return out

    def expression(self, p: Terms) -> Expression:
        """The expression with these terms."""
        monomials = ((c, [power(b, k) for b, k in zip(self.bases, a, strict=True) if k]) for a, c in p.items())
        return add(*(mul(c, *factors) for c, factors in monomials))


def ring_of(*polynomials: Polynomial) -> Ring | None:
    """The ring of all polynomials; None if there are too many generators, or negative powers."""
    powers = [(g, k) for p in polynomials for m in p for g, k in m]
    generators = tuple(sorted({g for g, _ in powers}, key=lambda g: g.key))
    if not 1 <= len(generators) <= MAX_GENERATORS or any(k < 0 for _, k in powers):
        return None
    return Ring(generators, tuple(lcm(*(k.denominator for h, k in powers if h is g)) for g in generators))


def gram(e: Expression, scope: Scope, strict: bool = False) -> Sign | None:
    """A Gram matrix, or several with multipliers, for `e` >= 0 (or > 0), or None.

    Args:
        e: a value or form.
        scope: its facts give the multipliers.
        strict: ask for a positive constant as well.
    """
    p = polynomial(e, scope.context)
    ring = ring_of(p)
    target = ring.terms(p) if ring else None
    if ring is None or not target or max(map(sum, target)) > MAX_DEGREE or len(target) > MAX_TERMS:
        return None
    for multipliers in multiplier_sets(ring, target, scope):
        scope.tick()
        if strict:
            one = {(0,) * len(ring.generators): Fraction(1)}
            for margin in _margins(target, one, multipliers, scope):
                found = decompose(_minus(target, one, margin), [g for _, g in multipliers], scope.tick, grading(ring))
                if found is not None:
                    return _written(found, multipliers, ring, scope, margin)
        else:
            found = decompose(target, [g for _, g in multipliers], scope.tick, grading(ring))
            if found is not None:
                return _written(found, multipliers, ring, scope)
    return None if strict else _by_a_generator(target, ring, scope) or _multiplied(target, ring, scope)


def strictly_positive(e: Expression, scope: Scope) -> Sign | None:
    """A Gram matrix and a positive constant for `e` > 0, positive denominators multiplied out, or None."""
    c = scope.context
    if not polynomial(e, c):
        return None
    scale, common, rest = content(polynomial(e, c), c, positive=True)
    factor = expression({tuple((g, -k) for g, k in common): 1 / scale})
    if not common:
        return gram(e, scope, strict=True)
    if not c.bounds(factor).positive or not total(factor, c):
        return None
    inner = gram(expression(rest), scope, strict=True)
    return None if inner is None else Scaled(scope.close(factor), Bounds(), inner)


def sum_of_squares(e: Expression, scope: Scope) -> Expression | None:
    """An expression identical to `e` whose terms are multipliers >= 0 times squares, or None."""
    p = polynomial(e, scope.context)
    ring = ring_of(p)
    target = ring.terms(p) if ring else None
    if ring is None or not target or max(map(sum, target)) > MAX_DEGREE or len(target) > MAX_TERMS:
        return None
    for multipliers in multiplier_sets(ring, target, scope):
        found = decompose(target, [g for _, g in multipliers], scope.tick, grading(ring))
        if found is not None:
            return add(*(term for block in found for term in _squares(block, multipliers, ring)))
    return None


def _squares(block: Block, multipliers: Sequence[Multiplier], ring: Ring) -> Iterator[Expression]:
    factored = ldl(block.matrix)
    monomials = [ring.expression(q) for q in block.basis]
    for line, d in zip(*factored, strict=True) if factored else ():
        if d:
            parts = (mul(c, z) for c, z in zip(line, monomials, strict=True) if c)
            yield mul(d, multipliers[block.multiplier][0], add(*parts) ** 2)


def grading(ring: Ring) -> tuple[int, ...]:
    """1 for directions."""
    return tuple(int(g.op == "dir") for g in ring.generators)


def _minus(target: Terms, less: Terms, mu: Fraction) -> Terms:
    keys = {**target, **less}
    out = {a: target.get(a, Fraction(0)) - mu * less.get(a, Fraction(0)) for a in keys}
    return {a: c for a, c in out.items() if c}


def _margins(target: Terms, less: Terms, multipliers: Sequence[Multiplier], scope: Scope) -> Iterator[Fraction]:
    """Simple numbers mu > 0, largest first, for which target - mu * less may be a sum of squares."""
    best = largest(target, less, [g for _, g in multipliers], scope)
    if best is None or best <= 1e-7:
        return
    yield from (m for m in MARGINS if m < best) if best > MARGINS[-1] else [Fraction(best / 2).limit_denominator(10**9)]


def largest(target: Terms, less: Terms, multipliers: Sequence[Terms], scope: Scope) -> float | None:
    """The largest mu, in floats, for which target - mu * less is a weighted sum of squares."""
    blocks = blocks_of({**target, **less}, multipliers)
    if not blocks or max(len(b.basis) for b in blocks) > 45:
        return None
    scope.tick()
    found = solve(target, equations(multipliers, blocks), blocks, less)
    return None if found is None else found[1]


def multiplier_sets(ring: Ring, target: Terms, scope: Scope) -> Iterator[list[Multiplier]]:
    """No multiplier; then ends of ranges and conditions that are >= 0; then products of two of them."""
    c, zero = scope.context, (0,) * len(ring.generators)
    one: Multiplier = (ONE, {zero: Fraction(1)})
    yield [one]
    degrees = [max(a[k] for a in target) for k in range(len(zero))]
    found: dict[tuple[tuple[tuple[int, ...], Fraction], ...], Multiplier] = {}

    def note(e: Expression, p: Terms | None) -> None:
        fits = p and any(a != zero for a in p) and all(a[k] <= d for a in p for k, d in enumerate(degrees))
        if p and fits and c.bounds(e).lo >= 0:
            scale = max(map(abs, p.values()))
            found.setdefault(tuple(sorted((a, q / scale) for a, q in p.items())), (e, p))

    for k, base in enumerate(ring.bases):
        unit = tuple(int(j == k) for j in range(len(zero)))
        i = c.bounds(base)
        if isinstance(i.lo, Fraction):
            note(base - i.lo, {unit: Fraction(1), **({zero: -i.lo} if i.lo else {})})
        if isinstance(i.hi, Fraction):
            note(i.hi - base, {unit: Fraction(-1), **({zero: i.hi} if i.hi else {})})
    for fact in c.facts:
        if fact.relation in ("ge", "gt") and not fact.sizes:
            note(fact.body, ring.terms(polynomial(fact.body, c)))
    ends = list(found.values())
    if not ends:
        return
    yield [one, *ends]
    if len(ends) <= 8:
        pairs = itertools.combinations_with_replacement(ends, 2)
        products = [(mul(a, b), times(p, q)) for (a, p), (b, q) in pairs if a is not b]
        fits = [m for m in products if all(a[k] <= d for a in m[1] for k, d in enumerate(degrees))]
        yield [one, *ends, *(m for m in fits if c.bounds(m[0]).lo >= 0)]


def _written(
    found: Sequence[Block], multipliers: Sequence[Multiplier], ring: Ring, scope: Scope, margin: Fraction = Fraction(0)
) -> Gram:
    """The blocks as evidence."""
    blocks = []
    for block in found:
        triangle = tuple(block.matrix[i][j] for i in range(len(block.basis)) for j in range(i + 1))
        basis = tuple(scope.close(ring.expression(q)) for q in block.basis)
        blocks.append(Weighted(scope.close(multipliers[block.multiplier][0]), Bounds(), basis, triangle))
    return Gram(margin, tuple(blocks))


def _by_a_generator(target: Terms, ring: Ring, scope: Scope) -> Sign | None:
    """The product with one positive generator: where x > 0 and x*z - y**2 > 0, z is (x*z - y**2 + y**2)/x."""
    for k, base in enumerate(ring.bases if any(f.body.op == "add" for f in scope.context.facts) else ()):
        if ring.roots[k] == 1 and base.op == "var" and scope.context.bounds(base).positive:
            unit = {tuple(int(j == k) for j in range(len(ring.roots))): Fraction(1)}
            product = times(target, unit)
            *_, multipliers = multiplier_sets(ring, product, scope)
            found = decompose(product, [g for _, g in multipliers], scope.tick, grading(ring))
            if found is not None:
                return Scaled(scope.close(base), Bounds(), _written(found, multipliers, ring, scope))
    return None


def _multiplied(target: Terms, ring: Ring, scope: Scope) -> Sign | None:
    """The product with the sum of squares of all variables, where no fact speaks of them."""
    variables = [g for g in ring.generators if g.op == "var"]
    alone = [k for k, g in enumerate(ring.generators) if g.op == "var"]
    homogeneous = len({sum(a[k] for k in alone) for a in target}) == 1
    if not homogeneous or len(variables) < 2 or any(f.body.has("var") for f in scope.context.facts):
        return None
    squares = add(*(x**2 for x in variables))
    p = ring.terms(polynomial(squares, scope.context))
    one = {(0,) * len(ring.generators): Fraction(1)}
    if p is None or set(ring.roots) != {1}:
        return None
    product = times(target, p)
    found = decompose(product, [one], scope.tick, grading(ring))
    if found is None:
        return None
    return Scaled(scope.close(squares), None, _written(found, [(ONE, one)], ring, scope))
