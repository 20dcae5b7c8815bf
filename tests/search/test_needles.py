"""Narrow places of negative curvature are found, and none is found where there is none."""

from fractions import Fraction

import pytest

import convexcheck
from convexcheck.read.text import read_text
from convexcheck.search.deadline import Deadline
from convexcheck.search.needles import needle

NEGATIVE = [  # function, domain, where its second derivative is < 0
    ("x**2 - 1e-5*exp(-1e6*(x - 0.3)**2)", "x >= -1, x <= 1", (0.298, 0.302)),
    ("x**2 - 1e-11*exp(-1e12*(x - 0.3)**2)", "x >= -1, x <= 1", (0.29999, 0.30001)),
    ("exp(-x**2)", "x >= 0.70710678", (0.70710678, 0.7071067812)),  # 1/sqrt(2) = 0.70710678118...
    ("exp(x) - 1.000001*exp(1)*x**2/2", "x >= 1", (1, 1.000002)),
    ("sin(x)", "x <= -0.000001, x >= -3.1416", (-3.1416, -3.14159)),
]
CONVEX = [
    ("x**2 - 1e-7*exp(-1e6*(x - 0.3)**2)", "x >= -1, x <= 1"),
    ("exp(-x**2)", "x >= 0.7072"),
    ("exp(x)", ""),
    ("3*x", ""),
]


@pytest.mark.parametrize(("text", "domain", "place"), NEGATIVE)
def test_a_narrow_place_is_found_and_becomes_a_counterexample(
    text: str, domain: str, place: tuple[float, float]
) -> None:
    found = needle(read_text(text, "x", None, domain, ""), Deadline(20))
    assert found is not None and place[0] <= found[0] <= place[1] and found[1] > 0
    assert convexcheck.check(text, domain=domain, budget=20).status == "REFUTED"


@pytest.mark.parametrize(("text", "domain"), CONVEX)
def test_none_is_found_in_a_convex_function(text: str, domain: str) -> None:
    assert needle(read_text(text, "x", None, domain, ""), Deadline(20)) is None


def test_the_place_is_exact() -> None:
    found = needle(read_text("x**3", "x", None, "x >= -1, x <= 1", ""), Deadline(20))
    assert found is not None and isinstance(found[0], Fraction) and found[0] < 0
