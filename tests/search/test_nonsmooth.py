"""Functions with kinks: what is proved, and what must not be."""

import pytest

import convexcheck as cc

VECTOR = {"wrt": {"w": "d"}, "parameters": {"X": "n d", "y": "n"}}
HUBER = {"wrt": {"w": "d"}, "parameters": {"X": "n d", "y": "n", "a": ""}, "given": "a > 0"}
CASES = [  # (function, options, curvature); each with the reason
    # pieces: the slope on the left of every knot is at most the one on the right
    ("where(abs(x) <= a, x**2/2, a*abs(x) - a**2/2)", {"wrt": "x", "given": "a > 0"}, "CONVEX"),
    ("sum(where(abs(X@w - y) <= a, (X@w - y)**2/2, a*abs(X@w - y) - a**2/2))", HUBER, "CONVEX"),
    ("where(x >= 1, 0, where(x <= 0, 1/2 - x, (1 - x)**2/2))", {}, "CONVEX"),
    ("x**2/(1 + abs(x))", {}, "CONVEX"),  # 2/(1 + |x|)**3, slope 0 on both sides of 0
    ("min(abs(x), 1)**2 + 2*max(abs(x) - 1, 0)", {}, "CONVEX"),  # slopes 2|x| and 2
    ("sum(min(abs(X@w - y), 2)**2/2 + 2*(abs(X@w - y) - min(abs(X@w - y), 2)))", VECTOR, "CONVEX"),
    ("sum(abs(X@w - y)**p)", {"wrt": {"w": "d"}, "parameters": {**VECTOR["parameters"], "p": ""}, "given": "p >= 1"},
     "CONVEX"),
    ("abs(x)**p", {"wrt": "x", "given": "p > 0"}, "NEITHER"),  # p = 1/2
    ("x**p", {"wrt": "x", "domain": "x >= 0", "given": "0 < p <= 1"}, "CONCAVE"),
    ("x**2*max(0, abs(x) - 1)", {}, "CONVEX"),  # slopes 0 and 1 at 1
    ("max(x, min(x, -x))", {}, "AFFINE"),  # min(x, -x) <= x
    ("where(x == 0, 0, x**2)", {}, "CONVEX"),
    ("-where(x < 0, x**2, 2*x**2)", {}, "CONCAVE"),
    ("where(x < a, a - x, x - a)", {"wrt": "x"}, "CONVEX"),  # |x - a|
    ("where(x < a, 0, where(x < b, x - a, 2*x - a - b))", {"wrt": "x", "given": "b > a"}, "CONVEX"),
    # jumps and concave kinks
    ("where(x < 0, x**2, x**2 + 1)", {}, "NEITHER"),
    ("where(x == 0, 1, x**2)", {}, "NEITHER"),
    ("where(abs(x) <= 1, x**2/2, abs(x)/2)", {}, "NEITHER"),  # slope 1, then 1/2
    ("x**2/(1 + abs(x)) - abs(x - 1)/4", {}, "NEITHER"),
    # limits of smooth functions
    ("sqrt(x**2 + y**2) + abs(z)", {}, "CONVEX"),
    ("(x + z)/2 + sqrt((x - z)**2/4 + y**2)", {}, "CONVEX"),  # the larger eigenvalue
    ("sqrt(((2*x - y - z)**2 + (2*y - x - z)**2 + (2*z - x - y)**2)/27)", {}, "CONVEX"),  # standard deviation
    ("max(abs(x) + abs(y), sqrt(2)*sqrt(x**2 + y**2))", {}, "CONVEX"),
    ("norm(X@w - y)", VECTOR, "CONVEX"),
    # arguments with kinks, or convex ones, in a smooth function that grows in them
    ("(x - y)**2/(1 - max(x, y))", {"domain": "x < 1, y < 1"}, "CONVEX"),
    ("norm(max(X@w - y, 0))", VECTOR, "CONVEX"),
    ("logsumexp(abs(X@w - y))", VECTOR, "CONVEX"),
    ("log(sum(exp((X@w - y)**2)))", VECTOR, "CONVEX"),
    ("log(exp(sqrt(x**2 + y**2)) + 1)", {}, "CONVEX"),
    ("w @ X.T @ X @ w + sum(y - sum(y)/n)*w[0]", VECTOR, "CONVEX"),  # the second term is 0
    ("norm(max(X@w - y, -1))", VECTOR, "NEITHER"),  # a norm does not grow with a negative argument
    ("log(1 + exp(-abs(x)))", {}, "NEITHER"),  # greatest at 0
    ("sum(abs(w[1:] - w[:-1]))", {"wrt": {"w": "d"}}, "CONVEX"),  # over d - 1 entries
    ("sqrt(x**2 + y**2) - abs(x)/2", {}, "NEITHER"),  # on y = 1 its slope at 0 falls from 1/2 to -1/2
]


@pytest.mark.parametrize(("function", "options", "curvature"), CASES, ids=[c[0] for c in CASES])
def test_curvature(function, options, curvature):
    assert cc.check(function, budget=30, **options).curvature == curvature


def test_a_power_of_a_negative_number_is_no_proof_that_the_question_is_ill_posed():
    assert cc.check("x**p", wrt="x", given="p > 0", budget=3).status == "UNKNOWN"  # x**2 is real
