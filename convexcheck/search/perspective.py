"""Forms of functions that are homogeneous in some of their variables, such as the perspective t h(x/t) (untrusted).

Along the ray through a point such a function is linear, so its second derivative depends on the direction (v, s) only
through v - (x/t) s. In these differences the form has a direction less; a sign of the simpler form for all directions
becomes one of the form itself when the differences are put back.
Source: S. Boyd, L. Vandenberghe, Convex Optimization, section 3.2.6.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any

from convexcheck.certificate.evidence import Rewritten, Sign
from convexcheck.expression.normal import identical, normal
from convexcheck.expression.obligations import total
from convexcheck.expression.statement import generic
from convexcheck.expression.term import ZERO, Expression, entry, mul, power, substitute
from convexcheck.search.scope import Scope

Show = Callable[[Expression, Scope], Sign | None]


def perspective(form: Expression, scope: Scope, show: Show) -> Sign | None:
    """Evidence that a form is >= 0, found in the directions across the rays; None where it is not homogeneous so.

    Args:
        form: a form in the directions of all variables.
        scope: its facts.
        show: finds evidence that a form is >= 0.
    """
    declared = scope.context.statement.variables
    scalars = [n for n, d in declared.items() if not d.shape and scope.context.bounds(entry("var", n)).positive]
    for t in scalars if len(declared) > 1 else ():
        scope.tick()
        x = {n: generic("var", n, d) for n, d in declared.items() if n != t}
        v = {n: generic("dir", n, declared[n]) for n in x}
        ray = {n: mul(x[n], power(entry("var", t), -1), entry("dir", t)) for n in x}
        still = normal(substitute(form, {("dir", t): ZERO}), scope.context)
        across = substitute(still, {("dir", n): v[n] - ray[n] for n in x})
        if not total(across, scope.context) or not identical(form, across, scope.context):
            continue
        found = show(still, scope)
        if found is not None:
            moved = {("dir", n): v[n] - ray[n] for n in x}
            return Rewritten(scope.close(across), placed(found, moved))
    return None


def placed(evidence: Any, values: dict[tuple[str, str], Expression]) -> Any:
    """The evidence with array entries replaced in all of its expressions."""
    if isinstance(evidence, Expression):
        return substitute(evidence, values)
    if isinstance(evidence, tuple):
        return tuple(placed(part, values) for part in evidence)
    if hasattr(evidence, "__dataclass_fields__"):
        return replace(evidence, **{f.name: placed(getattr(evidence, f.name), values) for f in fields(evidence)})
    return evidence
