"""The elementary functions of the language: one row each (trusted).

A row states where the function is defined, its range, its monotonicity, its derivative and, where one
exists, its definition by other rows. Curvature is *not* a column: the kernel derives it from the
derivatives. ``sqrt``, ``log1p``, ``min`` and the like are read as combinations of these rows.
Source: NIST Handbook of Mathematical Functions (DLMF), chapters 4 and 7.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from math import inf
from typing import NamedTuple

from convexcheck.expression.term import PI, Expression, apply, mul, power

Number = Fraction | float  # float only for -inf and inf


class Interval(NamedTuple):
    """The reals from `lo` to `hi`; an end is excluded where its flag is set (infinite ends always are)."""

    lo: Number = -inf
    hi: Number = inf
    lo_open: bool = False
    hi_open: bool = False

    def __contains__(self, other: object) -> bool:
        """Whether the interval `other` lies inside."""
        if not isinstance(other, Interval):
            return NotImplemented
        low = other.lo > self.lo or (other.lo == self.lo and (other.lo_open or not self.lo_open or other.lo == -inf))
        high = other.hi < self.hi or (other.hi == self.hi and (other.hi_open or not self.hi_open or other.hi == inf))
        return low and high

    @property
    def positive(self) -> bool:
        """Whether every member is > 0."""
        return self.lo > 0 or (self.lo == 0 and self.lo_open)

    @property
    def negative(self) -> bool:
        """Whether every member is < 0."""
        return self.hi < 0 or (self.hi == 0 and self.hi_open)


REALS = Interval()
POSITIVE = Interval(Fraction(0), inf, True)
NONNEGATIVE = Interval(Fraction(0))
UNIT = Interval(Fraction(0), Fraction(1), True, True)
_ONE, _HALF = Fraction(1), Fraction(1, 2)


@dataclass(frozen=True)
class Function:
    """One row: `domain` and `range` as intervals, `monotone` +1, -1 or 0 (not monotone).

    `derivative` maps the argument to the derivative there (None at a kink: not differentiable
    everywhere); `definition` rewrites into other rows; `ball` names the method of ``flint.arb``.
    """

    domain: Interval
    range: Interval
    monotone: int
    derivative: Callable[[Expression], Expression] | None
    ball: str = ""
    definition: Callable[[Expression], Expression] | None = None


def exp(t: Expression) -> Expression:
    """The exponential function."""
    return apply("exp", t)


def log(t: Expression) -> Expression:
    """The natural logarithm, on t > 0."""
    return apply("log", t)


def sigmoid(t: Expression) -> Expression:
    """The logistic function 1/(1 + exp(-t))."""
    return apply("sigmoid", t)


def _tanh(t: Expression) -> Expression:
    return (exp(2 * t) - 1) / (exp(2 * t) + 1)


FUNCTIONS: dict[str, Function] = {
    "exp": Function(REALS, POSITIVE, 1, exp, "exp"),
    "log": Function(POSITIVE, REALS, 1, lambda t: power(t, -1), "log"),
    "abs": Function(REALS, NONNEGATIVE, 0, None),
    "sin": Function(REALS, Interval(-_ONE, _ONE), 0, lambda t: apply("cos", t), "sin"),
    "cos": Function(REALS, Interval(-_ONE, _ONE), 0, lambda t: -apply("sin", t), "cos"),
    "atan": Function(REALS, Interval(Fraction(-2), Fraction(2)), 1, lambda t: 1 / (1 + t**2), "atan"),
    "asinh": Function(REALS, REALS, 1, lambda t: power(1 + t**2, -_HALF), "asinh"),
    "sinh": Function(REALS, REALS, 1, lambda t: apply("cosh", t), "sinh", lambda t: (exp(t) - exp(-t)) / 2),
    "cosh": Function(
        REALS, Interval(_ONE), 0, lambda t: apply("sinh", t), "cosh", lambda t: (exp(t) + exp(-t)) / 2
    ),
    "tanh": Function(
        REALS, Interval(-_ONE, _ONE, True, True), 1, lambda t: power(apply("cosh", t), -2), "tanh", _tanh
    ),
    "sigmoid": Function(
        REALS, UNIT, 1, lambda t: sigmoid(t) * sigmoid(-t), "", lambda t: power(1 + exp(-t), -1)
    ),
    "softplus": Function(REALS, POSITIVE, 1, sigmoid, "", lambda t: log(1 + exp(t))),
    "erf": Function(
        REALS,
        Interval(-_ONE, _ONE, True, True),
        1,
        lambda t: mul(2, power(PI, -_HALF), exp(-(t**2))),
        "erf",
    ),
}


def define(node: Expression) -> Expression:
    """Rewrite the top node by its row's definition, where there is one; ``abs`` stays.

    >>> from convexcheck.expression.term import entry
    >>> define(apply("softplus", entry("var", "x")))
    log(1 + exp(x))
    """
    row = FUNCTIONS.get(node.op)
    return row.definition(node.args[0]) if row and row.definition else node


