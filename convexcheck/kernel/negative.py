"""Negative curvature: a point and a direction along which the second derivative has the wrong sign (trusted).

If x + s v lies in D for |s| small and s -> f(x + s v) is C2 near 0 with a second derivative < 0 there, f is not convex
on D. Two points x + h v, x - h v that satisfy the affine conditions leave the segment between them in these; the
others, continuous along v, stay true near x where they hold strictly.
Source: S. Boyd, L. Vandenberghe, Convex Optimization, sections 3.1.4 and 2.2.
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import flint
import numpy as np

from convexcheck.certificate import evidence as ev
from convexcheck.expression.bounds import Context
from convexcheck.expression.evaluate import Arithmetic, Values, value
from convexcheck.expression.floats import Floats
from convexcheck.expression.jets import Jets
from convexcheck.expression.normal import is_affine
from convexcheck.expression.objects import Inexact, Objects
from convexcheck.expression.statement import Condition, Statement
from convexcheck.expression.term import Expression, instantiate, over_all
from convexcheck.kernel.points import PRECISIONS, Sizes, entries, holds, point
from convexcheck.kernel.scope import Scope, require

STEP = "NegativeCurvature"
LEVELS: dict[str, list[tuple[int, Callable[[], Arithmetic]]]] = {  # how many bits, and which arithmetic
    "rational": [(53, lambda: Objects(flint.fmpq))],
    "ball": [(bits, lambda: Objects(flint.arb)) for bits in PRECISIONS],
    "midpoint-radius": [(53, Floats)],
}


def negative_curvature(s: Statement, side: int, e: ev.NegativeCurvature, folder: Path | None) -> Any:
    """The rational or ball v'Hv < 0, for -f if `side` is -1; else Rejection."""
    values, sizes = point(s, e.instance, e.x, folder)
    named = dict(e.v)
    fits = [n for n, _ in e.v] == list(s.variables) and not e.instance.variables and e.step > 0 and e.level in LEVELS
    require(fits, STEP, "a direction for {}, a step > 0 and one of {} are expected", list(s.variables), list(LEVELS))
    moves = {("dir", n): entries(n, d, named[n], sizes, folder) for n, d in s.variables.items()}
    require(any(np.any(v != 0) for v in moves.values()), STEP, "the direction is zero")
    for c in s.domain:
        inside = not c.body.has("var") or _stays(s, c, e, values, moves, sizes)
        require(inside, STEP, "the domain's condition on {} may fail beside the point", c.body)
    found = _second(s.function, {**values, **moves}, sizes, e.level)
    require(found is not None and side * found < 0, STEP, "the second derivative is not shown to have the sign")
    return found


def _stays(s: Statement, c: Condition, e: ev.NegativeCurvature, values: Values, moves: Values, sizes: Sizes) -> bool:
    """Whether the condition holds on the line near the point, where it is known to hold."""
    alone = Context(s, s.given)
    if is_affine(instantiate(c.body, Scope(alone, alone).over(c.sizes, c.body).indices), alone):
        exact, h = Objects(flint.fmpq).load, flint.fmpq(e.step.numerator, e.step.denominator)

        def moved(t: flint.fmpq) -> Values:
            along = {("var", n): np.asarray(exact(values["var", n]) + t * exact(v)) for (_, n), v in moves.items()}
            return {**values, **along}

        return all(holds(c, moved(t), sizes) for t in (h, -h))
    near = c.relation in ("ge", "gt") and holds(replace(c, relation="gt"), values, sizes)
    return near and _second(over_all("Sum", c.sizes, c.body), {**values, **moves}, sizes, e.level) is not None


def _second(f: Expression, values: Values, sizes: Sizes, level: str) -> Any:
    """The second derivative along the line, at the first precision at which it is known and not around 0; else None."""
    found = None
    for bits, arithmetic in LEVELS[level]:
        with flint.ctx.workprec(bits):
            try:
                z = value(f, values, sizes, Jets(arithmetic()))
            except Inexact:
                continue
            if level == "rational" or all(part.is_finite() for part in z):
                found = 2 * z[2]
                if found != 0:
                    return found
    return found
