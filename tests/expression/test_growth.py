"""Limits against values far out in high precision; what the table does not know is refused."""

from fractions import Fraction
from math import inf

import mpmath
import pytest

from convexcheck.expression.bounds import Context
from convexcheck.expression.errors import ConvexcheckError
from convexcheck.expression.evaluate import evaluate
from convexcheck.expression.growth import limit
from convexcheck.expression.term import entry
from convexcheck.read.text import read_text
from tests.read.numpy_oracle import NUMPY

X = entry("var", "x")
SAME = ("exp", "log", "sqrt", "sin", "tanh", "cosh", "atan", "asinh", "erf", "erfc", "digamma", "loggamma")
LOW, HIGH = (Fraction(0), -1), (inf, 1)
CASES = [  # value, domain, end
    ("x*normcdf(x) + exp(-x**2/2)/sqrt(2*pi)", "", (-inf, -1)),
    ("x*normcdf(x) + exp(-x**2/2)/sqrt(2*pi)", "", HIGH),
    ("log(cosh(x)) - x + 1/2", "", HIGH),
    ("log(cosh(x)) - x + 1", "", HIGH),
    ("log(cosh(x)) + x", "", (-inf, -1)),
    ("sqrt(1 + x**2) - x", "", HIGH),
    ("x*(sqrt(1 + x**2) - x)", "", HIGH),
    ("x/(exp(x) - 1)", "x > 0", LOW),
    ("x*(digamma(x) - log(x))", "x > 0", HIGH),
    ("x*(x*trigamma(x) - 1)", "x > 0", HIGH),
    ("x**3*tetragamma(x) + x", "x > 0", HIGH),
    ("loggamma(x) - x*log(x) + x + log(x)/2", "x > 0", HIGH),
    ("sin(x)/x", "x > 0", LOW),
    ("atan(x)/x - asinh(x)", "x > 0", LOW),
    ("x*log(x) + 2", "x > 0", LOW),
    ("log(x)/x", "x > 0", HIGH),
    ("atan(x) - 2", "", HIGH),
    ("x*(atan(x) - pi/2)", "", HIGH),
    ("asinh(x) - log(x)", "x > 0", HIGH),
    ("exp(-x)*x**5 - exp(-2*x)", "", HIGH),
    ("softplus(x) + 3", "", (-inf, -1)),
    ("tanh(x)", "", (-inf, -1)),
    ("(erf(x) + 1)*exp(x**2)*x", "", (-inf, -1)),
    ("erfc(x)*exp(x**2)*x", "", HIGH),
    ("1/(1 - x) - 3", "x < 1", (Fraction(1), 1)),
    ("(2*x + 1)/(x - log(x))", "x > 2", HIGH),
    ("x**2.5 - 3*x**2", "x > 0", HIGH),
    ("exp(x) - x**9", "", HIGH),
    ("exp(1/x) - 1", "x > 0", HIGH),
]


def sign_far_out(text, end, up):
    """The sign of the value, if it is the same at several points near the end; 0 if the values tend to 0."""
    with mpmath.workdps(800):
        far = isinstance(end, float)
        steps = [mpmath.mpf(30), mpmath.mpf(40)] if far else [-mpmath.mpf(10) ** -k for k in (9, 10)]
        at = [up * step + (0 if far else int(end)) for step in steps]
        names = {n: getattr(mpmath, n) for n in SAME}
        names |= {"normcdf": mpmath.ncdf, "pi": mpmath.pi, "softplus": lambda t: mpmath.log1p(mpmath.exp(t))}
        names |= {"trigamma": lambda t: mpmath.psi(1, t), "tetragamma": lambda t: mpmath.psi(2, t)}
        values = [eval(text, {"__builtins__": {}}, {**names, "x": t}) for t in at]  # noqa: S307  # a fixed list
    return 0 if abs(values[-1]) < min(0.15, abs(values[0])) else 1 if values[-1] > 0 else -1


@pytest.mark.parametrize(("text", "domain", "end"), CASES)
def test_limits(text, domain, end):
    s = read_text(text, "x", None, domain, "")
    found = limit(s.function, X, *end, Context(s))
    value = evaluate(found, {}, {})
    assert (1 if value > 0 else -1 if value < 0 else 0) == sign_far_out(text, *end)


REFUSED = [  # value, domain, end, what the message names
    ("sin(x)", "", HIGH, "sin(x)"),
    ("x**3*(sqrt(1 + x**2) - x - 1/(2*x))", "x > 0", HIGH, "may cancel"),
    ("x**2*(x*trigamma(x) - 1 - 1/(2*x))", "x > 0", HIGH, "may cancel"),
    ("exp(exp(x))", "", HIGH, "the growth of exp"),
    ("log(log(x))", "x > 2", HIGH, ""),
    ("gamma(x)", "x > 0", HIGH, ""),
    ("abs(sin(x))", "", HIGH, "sin"),
    ("a*x", "", HIGH, "may cancel"),
    ("x*exp(b*x)", "", HIGH, ""),
]


@pytest.mark.parametrize(("text", "domain", "end", "piece"), REFUSED)
def test_what_is_not_known_is_refused(text, domain, end, piece):
    names = [n for n in "ab" if f"{n}*" in text]
    s = read_text(text, {"x": ""}, dict.fromkeys(names, ""), domain, "")
    try:
        found = limit(s.function, X, *end, Context(s))
    except (ConvexcheckError, ValueError) as error:
        assert piece in str(error)
    else:  # an answer is fine where it is right
        assert not names and evaluate(found, {}, {}).is_finite() and piece == ""


def test_the_oracle_tells_signs_apart():
    assert sign_far_out("exp(-x) - 1", inf, 1) == -1 and sign_far_out("1/x", inf, 1) == 0
    assert set(NUMPY) > {"normcdf"}
