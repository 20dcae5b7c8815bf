"""Whether two statements agree at a few points: a guard against code that branches on sizes (untrusted)."""

from __future__ import annotations

from fractions import Fraction

import flint
import numpy as np

from convexcheck.expression.errors import ConvexcheckError
from convexcheck.expression.evaluate import evaluate
from convexcheck.expression.statement import Declaration, Statement

TOLERANCE = 1e-9  # constants that the code computes from sizes are rounded to float64


def agree(a: Statement, b: Statement) -> bool:
    """Whether two statements at concrete sizes agree at some points where both have a value.

    >>> from convexcheck.expression.term import entry
    >>> x = entry("var", "x")
    >>> square = Statement(x**2, {"x": Declaration()})
    >>> agree(square, Statement(x * x, {"x": Declaration()})), agree(square, Statement(x**3, {"x": Declaration()}))
    (True, False)
    """
    if a.function is b.function:
        return True
    for signs in (False, True):
        arrays = {("var", n): d for n, d in a.variables.items()} | {("par", n): d for n, d in a.parameters.items()}
        points = {key: _point(d, 3 * k, signs) for k, (key, d) in enumerate(arrays.items())}
        try:
            x, y = (evaluate(s.function, points, {}) for s in (a, b))
        except ConvexcheckError:
            continue
        if x.is_finite() and y.is_finite() and not abs(x - y) < TOLERANCE * (1 + abs(x)):
            return False
    return True


def _point(declaration: Declaration, start: int, signs: bool) -> np.ndarray:
    """An array of small rationals, all positive or of both signs; of 0 and 1 for integers (labels)."""
    out = np.empty([int(s.data) for s in declaration.shape], dtype=object)
    for k, index in enumerate(np.ndindex(out.shape), start):
        value = Fraction(k % 2) if declaration.integer else Fraction(1 + 5 * k % 7, 8)
        out[index] = flint.fmpq(value.numerator, value.denominator) * (-1 if signs and k % 3 == 0 else 1)
    return out
