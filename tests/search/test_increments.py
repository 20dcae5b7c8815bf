"""Differences of values of a function that grows, and what facts show together: proved, and the false ones nearby."""

import pytest

import convexcheck as cc

BETA = {"wrt": "x y", "domain": "x > 0, y > 0"}
THRESHOLDS = {"wrt": "z", "parameters": {"a": "", "b": ""}}
CASES = [  # (function, options, curvature)
    ("log(x)", {"wrt": "x y", "domain": "x > y, y > 0"}, "CONCAVE"),  # x = (x - y) + y > 0
    ("log(exp(x) - exp(y))", {"wrt": "x y", "domain": "x > y"}, "CONCAVE"),
    ("1/(x - z)", {"wrt": "x y z", "domain": "x > y, y >= z"}, "CONVEX"),
    ("1/(x - z)", {"wrt": "x y z", "domain": "x >= y, y >= z"}, "UNKNOWN"),  # x = z: not real there
    ("-log(sigmoid(b - z) - sigmoid(a - z))", {**THRESHOLDS, "given": "a < b"}, "CONVEX"),
    ("loggamma(x) - loggamma(x + b)", {"wrt": "x", "domain": "x > 0", "given": "b > 0"}, "CONVEX"),
    ("loggamma(x + 1/2) - loggamma(x)", {"wrt": "x", "domain": "x > 0"}, "CONCAVE"),
    ("loggamma(x) + loggamma(y) - loggamma(x + y)", BETA, "CONVEX"),  # log beta
    ("loggamma(x) + loggamma(y) - 2*loggamma(x + y)", BETA, "NEITHER"),
    ("sum(loggamma(a)) - loggamma(sum(a))", {"wrt": {"a": "k"}, "domain": "a > 0"}, "CONVEX"),  # Dirichlet
    ("sum(loggamma(a)) - 2*loggamma(sum(a))", {"wrt": {"a": "k"}, "domain": "a > 0"}, "NEITHER"),
    ("loggamma(a) - a*log(b) + b*s - (a - 1)*t", {"wrt": "a b", "domain": "a > 0, b > 0"}, "CONVEX"),  # gamma
    ("loggamma(a) - 2*a*log(b)", {"wrt": "a b", "domain": "a > 0, b > 0"}, "NEITHER"),  # a psi'(a) -> 1 < 2
]


@pytest.mark.parametrize(("function", "options", "curvature"), CASES)
def test_curvature(function: str, options: dict[str, object], curvature: str) -> None:
    assert cc.check(function, budget=40, **options).curvature == curvature


def test_a_sign_below_a_sum_that_needs_its_index_costs_the_proof_alone() -> None:
    thresholds = {"wrt": {"w": "d", "a": "", "b": ""}, "parameters": {"x": "n d"}, "domain": "a < b"}
    verdict = cc.check("-sum(log(sigmoid(b - x @ w) - sigmoid(a - x @ w)))", budget=4, **thresholds)
    assert verdict.curvature in {"CONVEX", "UNKNOWN"}
