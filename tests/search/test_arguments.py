"""Compositions whose arguments are not operands: norms of norms."""

import pytest

import convexcheck as cc

MATRIX, BOTH = {"X": "n m"}, {"x": "n", "y": "m"}
NORMS = [  # function, variables, parameters: norms, by S. Boyd, L. Vandenberghe, section 3.1.5
    ("norm(X)", MATRIX, None),
    ("sqrt(sum((A @ X - B)**2))", MATRIX, {"A": "k n", "B": "k m"}),
    ("norm(x) + norm(X)", {"x": "n", "X": "n m"}, None),
    ("sqrt(sum(x**2) + sum(y**2))", BOTH, None),
    ("sqrt(sum(x**2) + sum(y**2) + 1)", BOTH, None),
    ("sqrt(sum(x**2) + (sum(y) - 1)**2)", BOTH, None),
    ("sqrt(sum(x**4) + 3*sum(x**2))", {"x": "n"}, None),
]
@pytest.mark.parametrize("case", NORMS, ids=[c[0] for c in NORMS])
def test_norms(case):
    function, variables, parameters = case
    verdict = cc.check(function, wrt=variables, parameters=parameters, budget=40)
    assert verdict.curvature == "CONVEX" and isinstance(cc.verify(verdict.certificate), cc.Accepted)


def test_what_is_no_norm():
    assert cc.check("sum(X**2)**(1/3)", wrt={"X": "2 2"}, budget=20).curvature == "NEITHER"
    assert cc.check("sqrt(sum(x**2) + sum(y))", wrt=BOTH, domain="y >= 0", budget=20).curvature == "NEITHER"


def test_a_norm_of_convex_terms_at_least_0():
    assert cc.check("sqrt(sum(x**2) + sum(y**4))", wrt=BOTH, budget=20).curvature == "CONVEX"  # of x and of y**2
