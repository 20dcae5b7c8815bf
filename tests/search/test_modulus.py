"""Moduli of strong convexity: below the least second derivative, and exact where a simple rational attains it."""

from fractions import Fraction

import pytest

import convexcheck

CASES = [  # function, domain, least second derivative, whether that is a simple rational
    ("exp(x)", "x >= 0", 1, True),
    ("-log(x)", "x > 0, x <= 5", 1 / 25, True),
    ("cosh(x)", "", 1, True),
    ("x**4 + x**2/2", "", 1, True),
    ("-sqrt(x)", "x > 0, x <= 4", 1 / 32, True),
    ("x*log(x)", "x > 0, x <= 2", 1 / 2, True),
    ("x**2 + sin(x)/2", "", 3 / 2, True),
    ("log(1 + exp(x))", "x >= -1, x <= 1", 0.19661193324148185, False),  # sigmoid(1) (1 - sigmoid(1))
    ("sqrt(1 + x**2)", "x >= -1, x <= 1", 2**-1.5, False),
]
NONE = [("exp(x)", ""), ("sqrt(1 + x**2)", ""), ("x**4", ""), ("-log(x)", "x > 0")]


@pytest.mark.parametrize(("text", "domain", "least", "exact"), CASES)
def test_moduli(text: str, domain: str, least: float, exact: bool) -> None:
    found = convexcheck.check(text, domain=domain, budget=20).modulus
    assert found is not None
    number = float(Fraction(str(found)))
    assert (exact and abs(number - least) < 1e-12) or 0.85 * least < number <= least


@pytest.mark.parametrize(("text", "domain"), NONE)
def test_no_modulus_where_the_second_derivative_tends_to_0(text: str, domain: str) -> None:
    assert convexcheck.check(text, domain=domain).modulus is None


MATRIX = {"wrt": {"W": "d k"}, "parameters": {"X": "n d", "Y": "n k"}}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("sum((X @ W - Y)**2) + 3*sum(W**2)", 6),
        ("norm_nuclear(W) + sum(W**2)/2", 1),
        ("sum(logsumexp(X @ W)) + sum(W**2) + norm_nuclear(X @ W - Y)", 2),
        ("sum((X @ W - Y)**2)", None),
        ("sum((W - 1)**2) + sum(W**2)", 4),
    ],
)
def test_the_squares_of_all_entries_of_a_matrix_count_whatever_their_order(text: str, expected: int | None) -> None:
    names = {n: shape for n, shape in MATRIX["parameters"].items() if n in text}
    found = convexcheck.check(text, wrt=MATRIX["wrt"], parameters=names, budget=20)
    assert found.curvature == "CONVEX" and found.modulus == expected
