"""The elementary functions of the language: one row each (trusted).

A row states where the function is defined, its range, its monotonicity, its derivative and, where one
exists, its definition by other rows. Curvature is *not* a column: the kernel derives it from the
derivatives. ``sqrt``, ``log1p``, ``min`` and the like are read as combinations of these rows.
Source: NIST Handbook of Mathematical Functions (DLMF), chapters 4 and 7.
"""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from math import inf
from typing import Any, NamedTuple

from flint import arb

from convexcheck.expression.term import PI, Expression, apply, mul, power

Number = Fraction | float  # float only for -inf and inf


class Interval(NamedTuple):
    """The reals from `lo` to `hi`; an end is excluded where its flag is set (infinite ends always are)."""

    lo: Number = -inf
    hi: Number = inf
    lo_open: bool = False
    hi_open: bool = False

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
    """One row: `domain` and `range`; if `increasing`, it takes `value` at `at`.

    `derivative` maps the argument to the derivative there (None at a kink: not differentiable
    everywhere); `definition` rewrites into other rows; `ball` evaluates in ``flint.arb``.
    """

    derivative: Callable[[Expression], Expression] | None
    ball: Callable[[Any], Any]
    range: Interval = REALS
    increasing: bool = True
    value: Fraction = Fraction(0)
    definition: Callable[[Expression], Expression] | None = None
    domain: Interval = REALS
    at: Fraction = Fraction(0)


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


def _at(name: str) -> Callable[[Expression], Expression]:
    return lambda t: apply(name, t)


_1, _half = Fraction(1), Fraction(1, 2)
_sphere, _ball = Interval(-_1, _1), Interval(-_1, _1, True, True)
FUNCTIONS: dict[str, Function] = {
    "exp": Function(exp, arb.exp, POSITIVE, True, _1),
    "log": Function(lambda t: power(t, -1), arb.log, domain=POSITIVE, at=_1),
    "abs": Function(None, abs, NONNEGATIVE, False),
    "sin": Function(_at("cos"), arb.sin, _sphere, False),
    "cos": Function(lambda t: -apply("sin", t), arb.cos, _sphere, False),
    "atan": Function(lambda t: 1 / (1 + t**2), arb.atan, Interval(Fraction(-2), Fraction(2))),
    "asinh": Function(lambda t: power(1 + t**2, -_half), arb.asinh),
    "sinh": Function(_at("cosh"), arb.sinh, definition=lambda t: (exp(t) - exp(-t)) / 2),
    "cosh": Function(_at("sinh"), arb.cosh, Interval(_1), False, definition=lambda t: (exp(t) + exp(-t)) / 2),
    "tanh": Function(lambda t: power(apply("cosh", t), -2), arb.tanh, _ball, definition=_tanh),
    "sigmoid": Function(
        lambda t: sigmoid(t) * sigmoid(-t), lambda t: 1 / (1 + (-t).exp()), UNIT, True, _half,
        lambda t: power(1 + exp(-t), -1),
    ),
    "softplus": Function(
        sigmoid, lambda t: (1 + t.exp()).log(), POSITIVE, False, definition=lambda t: log(1 + exp(t))
    ),
    "erf": Function(lambda t: mul(2, power(PI, -_half), exp(-(t**2))), arb.erf, _ball),
}  # fmt: skip


def define(node: Expression) -> Expression:
    """Rewrite the top node by its row's definition, where there is one; ``abs`` stays.

    >>> from convexcheck.expression.term import entry
    >>> define(apply("softplus", entry("var", "x")))
    log(1 + exp(x))
    """
    row = FUNCTIONS.get(node.op)
    return row.definition(node.args[0]) if row and row.definition else node


