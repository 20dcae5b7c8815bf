"""Functions of a vector of any length and a few more numbers, whose Hessian is diagonal plus low rank."""

from typing import Any

import pytest

import convexcheck

VECTOR: dict[str, Any] = {"wrt": {"x": "n", "t": ""}}
FUNCTIONS = [  # (function, domain, curvature)
    ("log(sum(exp(x)) + exp(t))", "", "CONVEX"),
    ("log(sum(exp(x)) + 2*exp(t) + 1)", "", "CONVEX"),
    ("log(sum(exp(x)) + t**2 + 1)", "", "NEITHER"),
    ("sqrt(1 + sum(x**2) + t**2)", "", "CONVEX"),
    ("sqrt(1 + sum(x**2) + t**2) - t**2/100", "", "NEITHER"),
    ("sum(x*log(x/t))", "t > 0, x > 0", "CONVEX"),
    ("sum(x**2)/t", "t > 0", "CONVEX"),
    ("sum(x**2)/t - t**2/100", "t > 0", "NEITHER"),
    ("-log(t**2 - sum(x**2))", "t > 0, t**2 - sum(x**2) > 0", "CONVEX"),
    ("sum(x**2)*exp(t)", "", "NEITHER"),
]


@pytest.mark.parametrize(("text", "domain", "curvature"), FUNCTIONS)
def test_functions(text: str, domain: str, curvature: str) -> None:
    verdict = convexcheck.check(text, domain=domain or (), budget=20, **VECTOR)
    assert verdict.curvature == curvature, verdict.message


def test_the_rule_is_used() -> None:
    verdict = convexcheck.check(FUNCTIONS[0][0], budget=20, **VECTOR)
    assert verdict.accepted is not None and dict(verdict.accepted.rules)["DiagonalLowRank"] == 1
