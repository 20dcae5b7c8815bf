"""Exact regions of negative second derivative, against answers found on paper and second differences in balls."""

from fractions import Fraction

import flint
import numpy as np
import pytest

from convexcheck.certificate.evidence import Array, Instance
from convexcheck.expression.evaluate import evaluate
from convexcheck.read.text import read_text
from convexcheck.search.region import negative_region

# (function of x, region in words; None where the method does not apply)
REGIONS = [
    ("(1/(1 + exp(-x)) - 1)**2", "x < -log(2)"),  # the sigmoid's squared error at label 1
    ("(1/(1 + exp(-x)))**2", "log(2) < x"),
    ("(tanh(x) - 1)**2", "x < -log(2)/2"),
    ("tanh(3*x/2)**2", "x < log(2 - sqrt(3))/3 or log(2 + sqrt(3))/3 < x"),
    ("1/(1 + exp(x/3))", "x < 0"),
    ("log(1 + x**2)", "x < -1 or 1 < x"),
    ("x**4 - 2*x**2", "-sqrt(1/3) < x < sqrt(1/3)"),
    ("exp(-x**2)", "-sqrt(1/2) < x < sqrt(1/2)"),
    ("x*exp(x)", "x < -2"),
    ("exp(x) - exp(x/2)", "x < -2*log(4)"),
    ("sinh(x)", "x < 0"),
    ("1/x", "x < 0"),
    ("x**3", "x < 0"),
    ("exp(x)", "nowhere"),
    ("3*x + 1", "nowhere"),
    ("-x**2", "all x"),
    ("log(1 + exp(x))**2", None),
    ("abs(x)", None),
    ("x*y", None),
]


@pytest.mark.parametrize(("text", "region"), REGIONS)
def test_known_regions(text, region):
    found = negative_region(read_text(text))
    assert (None if found is None else str(found)) == region


@pytest.mark.parametrize("text", [t for t, region in REGIONS if region is not None] + ["x**6 - x**5 - x**4 + x**2"])
def test_signs_and_enclosures(text):
    """At 301 points the sign of a second difference in balls tells the inside from the outside."""
    s = read_text(text)
    found = negative_region(s)
    step = Fraction(1, 2**40)

    def value(x):
        cell = np.empty((), dtype=object)
        cell[()] = flint.fmpq(x.numerator, x.denominator)
        return evaluate(s.function, {("var", "x"): cell}, {})

    before, flint.ctx.prec = flint.ctx.prec, 300
    try:
        for k in range(-150, 151):
            x = Fraction(k, 29) + Fraction(1, 1000)
            second = float(((value(x + step) - 2 * value(x) + value(x - step)) * 2**80).mid())
            within = any((a is None or a.high < x) and (b is None or x < b.low) for a, b in found.intervals)
            assert within == (second < 0) or abs(second) < 1e-6
    finally:
        flint.ctx.prec = before


def test_end_points_in_closed_form_lie_in_their_enclosures():
    for text, region in REGIONS:
        for interval in negative_region(read_text(text)).intervals if region else ():
            for end in interval:
                if end is not None and end.value is not None:
                    ball = evaluate(end.value, {}, {})
                    assert ball <= flint.fmpq(*end.high.as_integer_ratio()) + flint.fmpq(1, 2**40)
                    assert ball >= flint.fmpq(*end.low.as_integer_ratio()) - flint.fmpq(1, 2**40)


def test_the_other_side_and_an_instance():
    s = read_text("sum((sigmoid(X @ w) - y)**2)", {"w": "d"}, {"X": "n d", "y": "n"})
    one = Array((1, 1), (Fraction(1),)), Array((1,), (Fraction(1),))
    at = Instance((("n", 1), ("d", 1)), (("X", one[0]), ("y", one[1])))
    assert str(negative_region(s, at)) == "w[0] < -log(2)"
    assert str(negative_region(s, at, "concave")) == "-log(2) < w[0]"
    wide = Instance((("n", 1), ("d", 2)), (("X", Array((1, 2), (Fraction(1), Fraction(1)))), ("y", one[1])))
    assert negative_region(s, wide) is None
