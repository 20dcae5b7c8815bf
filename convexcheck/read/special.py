"""Special functions that other functions of the language express, the same in every reader (untrusted).

Source: NIST Handbook of Mathematical Functions (DLMF), 4.14, 4.23, 4.37, 5.2, 5.12 and 7.1.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from convexcheck.expression.errors import Unsupported
from convexcheck.expression.functions import GAMMAS, exp, log
from convexcheck.expression.term import PI, Expression, apply, power

_HALF = Fraction(1, 2)
UNARY: dict[str, Callable[[Expression], Expression]] = {
    "tan": lambda t: apply("sin", t) / apply("cos", t),
    "acos": lambda t: PI / 2 - apply("asin", t),
    "atanh": lambda t: (log(1 + t) - log(1 - t)) / 2,
    "acosh": lambda t: log(t + power(t - 1, _HALF) * power(t + 1, _HALF)),
    "normcdf": lambda t: apply("erfc", -t / power(2, _HALF)) / 2,
}


def polygamma(order: Expression, t: Expression) -> Expression:
    """The derivative of digamma of an order that is a number.

    Raises:
        Unsupported: another order.
    """
    if order.op != "const" or order.data not in range(len(GAMMAS)):
        raise Unsupported("read", f"polygamma of order {order}", f"an order from 0 to {len(GAMMAS) - 1}")
    return apply(GAMMAS[int(order.data)], t)


def beta(a: Expression, b: Expression) -> Expression:
    """``gamma(a) gamma(b) / gamma(a + b)``."""
    return exp(apply("loggamma", a) + apply("loggamma", b) - apply("loggamma", a + b))
