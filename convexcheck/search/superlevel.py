"""Conditions that are not concave but cut out a convex set: a positive factor is divided out (untrusted).

Under x > 0 the set where ``x*z - y**2 > 0`` is that where ``z - y**2/x > 0``, and under z > 0 the cone
``z**2 - x**2 - y**2 > 0`` is ``z - (x**2 + y**2)/z > 0``.
Source: S. Boyd, L. Vandenberghe, Convex Optimization, section 3.2.2 and appendix A.5.5.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

from convexcheck.certificate.evidence import Curvature, Superlevel
from convexcheck.expression.normal import expression, normal, polynomial
from convexcheck.expression.obligations import total
from convexcheck.expression.term import ONE, Expression, power
from convexcheck.search.forms import nonnegative
from convexcheck.search.prove import Prover
from convexcheck.search.scope import Scope

MAX_FACTORS = 12


def superlevel(body: Expression, scope: Scope) -> Curvature | Superlevel | None:
    """A rule that shows the set where `body` >= 0 (or > 0) convex, or None.

    Args:
        body: what a condition asks to be >= 0 or > 0; it is not known to be concave.
        scope: the facts of the earlier conditions.
    """
    for k, factor in enumerate(_factors(body, scope)):
        scope.tick()
        quotient = normal(body / factor, scope.context)
        if k >= MAX_FACTORS or not total(quotient, scope.context):
            continue
        rule = Prover().curvature(quotient, -1, replace(scope, heavy=False))
        positive = nonnegative(factor, scope, strict=True) if rule is not None else None
        if rule is not None and positive is not None:
            return Superlevel(scope.close(factor), positive, scope.close(quotient), rule)
    return Prover().curvature(body, -1, scope)


def _factors(body: Expression, scope: Scope) -> Iterator[Expression]:
    """Positive parts of a term that leave one generator of it; then what earlier conditions call positive."""
    c, seen = scope.context, set[Expression]()
    for m in polynomial(body, c):
        moving = [(g, k) for g, k in m if g.has("var")]
        for g, _ in moving:
            factors = [(h, q - (h is g)) for h, q in moving]
            if all(q == 0 or c.bounds(power(h, q)).positive for h, q in factors):
                seen.add(expression({tuple((h, q) for h, q in factors if q): Fraction(1)}))
    yield from sorted((s for s in seen if s is not ONE), key=lambda s: s.key)
    yield from (f.body for f in c.facts if f.relation == "gt" and not f.sizes and f.body.has("var"))
