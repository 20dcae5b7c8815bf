"""Kinks and jumps that sampling misses: tiny ones, at odd places, at parameters."""

from itertools import combinations

import pytest

import convexcheck as cc
from convexcheck.expression.term import apply, bound, entry, maximum, over
from convexcheck.search.kinks import GRID, deciding

VECTOR = {"wrt": {"w": "d"}, "parameters": {"X": "n d", "y": "n"}}
CASES = [  # (function, options): none is convex, because of one small kink or jump
    ("x**2 - abs(x - 1/3)/1000000", {}),
    ("exp(x) - abs(x - 0.3217)/100000", {}),
    ("x**4 - abs(x)/1000000000", {}),
    ("x**2 - 0.0001*abs(x - a)", {"wrt": "x"}),
    ("where(x < 0.123456, x**2, x**2 + 0.000001)", {}),
    ("where(x < 0.123456, x**2, x**2 - 0.000001)", {}),
    ("where(x == 22/7, 100, x**2)", {}),
    ("where(x == 22/7, -1, x**2)", {}),
    ("where(x**2 < 2, x**2, x**2 + 0.0001)", {}),  # at an irrational place
    ("x**2 - abs(x**2 - 2)/1000", {}),
    ("x**2 + y**2 + z**2 - 0.0001*max(x + y + z - 1/7, 0)", {}),
    ("x**2 - abs(x - 1000.5)/1000", {"domain": "x >= 1000, x <= 1001"}),
    ("sum((X@w - y)**2) - 0.001*sum(abs(X@w - y))", VECTOR),
]


@pytest.mark.parametrize(("function", "options"), CASES, ids=[c[0] for c in CASES])
def test_small_kinks_are_found(function, options):
    found = cc.refute(function, budget=20, **options)
    assert found.status == "REFUTED" and float(found.counterexample.gap) > 0


def test_a_convex_function_with_kinks_is_not_refuted():
    for function in ("abs(x - 1/3)", "max(x**2, 1) + 0.000001*abs(x - 2)", "where(x < 1/7, 0, x - 1/7)"):
        assert cc.refute(function, budget=1).status == "UNKNOWN"


def test_what_decides():
    x, w = entry("var", "x"), entry("var", "w", [bound(0)])
    inside = over("Sum", 3, apply("abs", w - 1))
    f = maximum(x, x**2, 1) + apply("where", apply("le", x, 2), x, inside) + apply("abs", entry("par", "p"))
    between = {a - b for a, b in combinations(maximum(x, x**2, 1).args, 2)}
    assert set(deciding(f)) == {*between, x - 2, entry("var", "w", [0]) - 1}
    assert sorted(GRID) == list(GRID) and 0.0 in GRID and len(set(GRID)) == len(GRID)
