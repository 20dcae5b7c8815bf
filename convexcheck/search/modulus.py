"""How strongly a function is convex: numbers mu for which f - (mu/2) * sum of squares is convex too (untrusted).

First what the normal form shows: squares of all variables with a common factor, which may hold parameters. Then, for
few scalar variables, the least eigenvalue of the Hessian that a search in floats finds: the simple rational near it,
else that number rounded down.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from math import floor, log10

import numpy as np

from convexcheck.certificate import evidence as ev
from convexcheck.expression.bounds import linear
from convexcheck.expression.normal import Polynomial, expression, identical, normal, polynomial
from convexcheck.expression.obligations import total
from convexcheck.expression.statement import Statement, generic
from convexcheck.expression.term import Expression, add, bound, const, mul, over_all
from convexcheck.search.curvature import Curvature
from convexcheck.search.pairs import constants, points
from convexcheck.search.points import Instances, anchor
from convexcheck.search.prove import Prover
from convexcheck.search.scope import Scope
from convexcheck.search.slots import long

MAX_VARIABLES, SAMPLES, ROUNDS = 8, 300, 14
Found = tuple[Expression | None, ev.Curvature | None]


def modulus(s: Statement, side: int, scope: Scope) -> Found:
    """The largest modulus that is found, with the rule that shows it; (None, None) if none is.

    Args:
        s: the statement.
        side: +1 for convex, -1 for concave.
        scope: its facts, and until when to search.
    """
    seen = least_eigenvalue(s, side)
    read = _read_off(s, side, scope)
    number = read.data if read is not None and read.op == "const" else Fraction(0)
    if read is not None and (seen is None or float(number) <= seen * (1 + 1e-9)):
        rule = _rule(s, side, read, scope)
        if rule is not None and (read.op != "const" or seen is None or seen <= float(number) * (1 + 1e-6)):
            return read, rule
        found: Found = (read, rule) if rule is not None else (None, None)
    else:
        found = None, None
    for mu in _candidates(seen) if seen is not None else ():
        if found[0] is None or mu > number:
            rule = _rule(s, side, const(mu), scope)
            if rule is not None:
                return const(mu), rule
    return found


def _rule(s: Statement, side: int, mu: Expression, scope: Scope) -> ev.Curvature | None:
    squares = add(*(over_all("Sum", d.shape, generic("var", name, d) ** 2) for name, d in s.variables.items()))
    rest = add(s.function, mul(Fraction(-side, 2), mu, squares))
    other = add(s.function, *(mul(Fraction(-side, 2), mu, _squares(s, name)[-1]) for name in s.variables))
    constant, terms = linear(other)
    targets = [rest] if other is rest else [add(constant, *(mul(c, t) for t, c in terms))]
    targets += [normal(other, scope.context)] if other is not rest and not long(other) else []
    for each in (scope, replace(scope, heavy=True)):
        for target in targets:
            same = target is rest or (total(target, scope.context) and identical(rest, target, scope.context))
            rule = Prover().curvature(target, side, each) if same else None
            if rule is not None:
                return rule if target is rest else ev.Rewriting(target, rule)
    return None


def _squares(s: Statement, name: str) -> list[Expression]:
    """The sum of squares of all entries, as the kernel writes it, and row by row."""
    d = s.variables[name]
    body, k = generic("var", name, d) ** 2, len(d.shape)
    turned = Expression("var", tuple(map(bound, reversed(range(k)))), name) ** 2
    return [over_all("Sum", d.shape, body), over_all("Sum", d.shape[::-1], turned)]


def _read_off(s: Statement, side: int, scope: Scope) -> Expression | None:
    """A modulus read off the squares of the variables, in the normal form or as they stand."""
    if long(s.function):
        return None
    written: Polynomial = {}
    for t, c in linear(s.function)[1]:
        written[tuple((f, Fraction(1)) for f in (t.args if t.op == "mul" else (t,)))] = c
    for terms in (polynomial(s.function, scope.context), written):
        candidates = [_coefficient(s, name, terms, side, scope) for name in s.variables]
        numbers = [c.data for c in candidates if c is not None and c.op == "const"]
        mu = const(min(numbers)) if len(numbers) == len(candidates) else candidates[0]
        same = mu is not None and not any(c is None or (c is not mu and c.op != "const") for c in candidates)
        if mu is not None and same and not mu.has("var") and scope.context.bounds(mu).lo >= 0:
            return mu if scope.context.bounds(mu).hi != 0 else None
    return None


def _coefficient(s: Statement, name: str, terms: Polynomial, side: int, scope: Scope) -> Expression | None:
    """Twice the factor of the sum of squares of a variable; None where there is no such sum."""
    square = normal(_squares(s, name)[-1], scope.context)
    found = [
        expression({tuple(f for f in m if f[0] is not g): 2 * c * side})
        for m, c in terms.items()
        for g, k in m
        if (g is square and k == 1) or (square.op == "pow" and g is square.args[0] and k == 2)
    ]
    return normal(add(*found), scope.context) if found else None


def _candidates(seen: float) -> Iterator[Fraction]:
    """Simple numbers near `seen` from below, then `seen` rounded down."""
    simple = Fraction(seen).limit_denominator(12)
    if abs(float(simple) - seen) <= 1e-4 * seen and float(simple) <= seen * (1 + 1e-6):
        yield simple
    for digits in (6, 3, 1):
        unit = Fraction(10) ** (floor(log10(seen)) - digits + 1)
        yield unit * floor(Fraction(seen) * (1 - Fraction(1, 10**7)) / unit)


def least_eigenvalue(s: Statement, side: int, seed: int = 0) -> float | None:
    """The least eigenvalue of the Hessian that a search in floats sees on the domain; None where it is not > 0.

    Args:
        s: a statement in few variables without parameters and symbolic sizes; None for others.
        side: -1 for the Hessian of minus the function.
        seed: of the random points.
    """
    if s.parameters or s.sizes:
        return None
    rng = np.random.default_rng(seed)
    instances = Instances(s, seed)
    _, values, _ = next(instances.parameters({}))
    space = instances.domain({}, values)
    if anchor(space, rng) is None or not 1 <= space.dimension <= MAX_VARIABLES or space.dimension < space.length:
        return None
    curvature = Curvature(mul(side, s.function), {})
    if curvature.program is None:
        return None
    z = points(space, rng, constants(s.function, *(c.body for c in s.domain)), SAMPLES)
    ends = list(zip(space.lo.tolist(), space.hi.tolist(), strict=True))
    if space.dimension <= 4:
        corners = list(itertools.product(*([e for e in pair if np.isfinite(e)] or [0.0] for pair in ends)))
        z = np.concatenate([z, space.pull(np.array(corners).T)], axis=1)
    best, score = z, np.full(z.shape[1], np.inf)
    for step in range(ROUNDS):
        h = curvature.hessians(space, z)
        good = np.asarray(np.isfinite(h).all(axis=(1, 2)))
        least = np.where(good, np.linalg.eigvalsh(np.where(good[:, None, None], h, 0.0))[:, 0], np.inf)
        best, score = np.concatenate([best, z], axis=1), np.concatenate([score, least])
        keep = np.argsort(score, kind="stable")[:4]
        best, score = best[:, keep], score[keep]
        if not np.isfinite(score[0]) or score[0] <= 1e-7:
            return None
        around = np.repeat(best, 16, axis=1)
        reach = 10.0 ** rng.uniform(-2 - step / 3, 0.3 - step / 3, size=around.shape[1])
        z = space.pull(around + reach * (0.1 + np.abs(around)) * rng.normal(size=around.shape))
    return float(score[0])
