"""Hessian forms in scalar variables that are > 0: by leading minors, or by weights that vanish rarely (untrusted).

A weight like x**2 in x**2 * d_x**2 vanishes at one value of x only, so that x**4 + y**4 is strictly convex.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from convexcheck.certificate.evidence import Bounds, Definite, Sign, Strict
from convexcheck.expression.normal import normal, polynomial
from convexcheck.expression.obligations import total
from convexcheck.expression.term import Expression, add, const, entry, mul
from convexcheck.search.forms import matrix_of, nonnegative
from convexcheck.search.gram import gram, largest, multiplier_sets, ring_of
from convexcheck.search.minors import MAX_SIZE, determinant
from convexcheck.search.scope import Scope


def strict_form(form: Expression, names: Iterable[str], scope: Scope) -> Strict | Definite | None:
    """Evidence that a form is > 0 for v != 0, rarely 0 at most, or None.

    Args:
        form: the Hessian form.
        names: all variables, which are scalar.
        scope: their facts.
    """
    variables = sorted(names)
    found = by_minors(form, variables, scope) or by_powers(form, variables, scope)
    return found if found is None or total(form, scope.context) else None


def by_minors(form: Expression, variables: list[str], scope: Scope) -> Definite | None:
    """All leading principal minors are > 0 (J. J. Sylvester's criterion)."""
    found = matrix_of(form, scope)
    if found is None or sorted(v.data for v in found[0]) != variables or len(variables) > MAX_SIZE:
        return None
    vector, M = found
    if not all(total(cell, scope.context) for row in M for cell in row):
        return None
    premises: list[Sign] = []
    for n in range(1, len(vector) + 1):
        minor = determinant([row[:n] for row in M[:n]])
        proof = nonnegative(minor, scope, strict=True)
        if proof is None:
            return None
        premises.append(proof)
    triangle = tuple(scope.close(M[i][j]) for i in range(len(vector)) for j in range(i + 1))
    return Definite(tuple(vector), triangle, tuple(premises))


def by_powers(form: Expression, variables: list[str], scope: Scope) -> Strict | None:
    """The form minus mu * Sum x**d d_x**2 is a weighted sum of squares, for some mu > 0 and even d."""
    c = scope.context
    p = polynomial(normal(form, c), c)
    ring = ring_of(p)
    target = ring.terms(p) if ring else None
    if ring is None or not target or set(ring.roots) != {1}:
        return None
    if not all(entry("dir", n) in ring.generators for n in variables):
        return None
    x = {n: entry("var", n) for n in variables}
    if len(ring.generators) > 10 or any(k > 12 for a in target for k in a):
        return None
    highest = max(sum(a) for a in target) - 2
    for d in range(highest - highest % 2, -1, -2):
        scope.tick()
        squares = [x[n] ** d * entry("dir", n) ** 2 if d else entry("dir", n) ** 2 for n in variables]
        less = ring.terms(polynomial(add(*squares), c))
        if less is None:
            continue
        for multipliers in list(multiplier_sets(ring, target, scope))[:2]:
            best = largest(target, less, [g for _, g in multipliers], scope)
            if best is None or best < 1e-5:
                continue
            mu = next(q for k in range(40) if (q := Fraction(1, 2**k) * 64) < 0.9 * best)
            rest = gram(form - mul(mu, add(*squares)), scope)
            if rest is not None:
                return Strict(tuple((n, mul(mu, x[n] ** d) if d else const(mu), Bounds()) for n in variables), rest)
    return None
