"""For which parameters a function is convex: thresholds known on paper, each stated one with accepted certificates."""

from fractions import Fraction

import numpy as np
import pytest

import convexcheck as cc
from convexcheck.read.text import read_text
from convexcheck.search.thresholds import Range, thresholds

# a function, its variables, options, and the conditions to expect
KNOWN = [
    ("a*x**2", "x", {}, ["convex if a >= 0; not at a = -1/100", "concave if a <= 0; not at a = 1/100"]),
    ("x**a", "x", {"domain": "x > 0"}, ["convex if a <= 0; not at a = 1/100", "convex if a >= 1; not at a = 99/100",
                                        "concave if 0 <= a <= 1; not at a = -1/100; not at a = 101/100"]),
    ("sin(x) + a*x**2", "x", {}, ["convex if a >= 1/2; not at a = 49/100",
                                  "concave if a <= -1/2; not at a = -49/100"]),
    ("x**2 + y**2 + a*x*y", "x y", {}, ["convex if -2 <= a <= 2; not at a = -201/100; not at a = 201/100"]),
    ("a*x**2 + b*y**2", "x y", {}, [
        "convex if a >= 0, b >= 0; not at a = -1/100, b = 0; not at a = 0, b = -1/100",
        "concave if a <= 0, b <= 0; not at a = 1/100, b = 0; not at a = 0, b = 1/100",
    ]),
    ("abs(x) + a*x**2", "x", {}, ["convex if a >= 0; not at a = -1/100"]),
    ("a*sum(exp(x))", {"x": "n"}, {"given": "a <= 5"}, ["convex if a >= 0; not at a = -1/100",
                                                        "concave if a <= 0; not at a = 1/100"]),
    ("x*y", "x y", {}, []),  # no parameter
    ("a*x*y", "x y", {}, []),  # no value but one, which is no range
    ("x*y*exp(a)", "x y", {}, []),
]  # fmt: skip


@pytest.mark.parametrize(("function", "variables", "options", "conditions"), KNOWN, ids=lambda x: str(x)[:25])
def test_conditions_are_proved_and_sharp(function, variables, options, conditions):
    verdict = cc.check(function, wrt=variables, **options)
    assert verdict.curvature == "NEITHER"
    assert list(verdict.conditions) == conditions
    assert len(verdict.cases) == sum(line.count(" if ") + line.count("; not at") for line in conditions)
    for case in verdict.cases:
        accepted = cc.verify(case.certificate)
        assert isinstance(accepted, cc.Accepted)
        assert any(line.startswith("given ") for line in accepted.statement)  # the condition is in the statement
        assert case.status in ("PROVED", "REFUTED")
        assert len(case.statement.given) > len(verdict.statement.given)
    assert all(line in str(verdict) for line in conditions)


def test_what_is_proved_for_all_parameters_has_no_such_condition():
    assert cc.check("exp(a*x)", wrt="x").cases == ()
    assert cc.check("a**2*x**2", wrt="x").cases == ()
    assert cc.refute("a*x**2", wrt="x").cases == ()


def test_candidates_agree_with_the_second_derivative():
    """An oracle on a fine grid: the quadratic form of the Hessian [[2, a], [a, 2 b]] at b = 1/2, 1, 2."""
    for b in (Fraction(1, 2), Fraction(1), Fraction(2)):
        s = read_text(f"x**2 + ({b})*y**2 + a*x*y", "x y")
        (ranges,) = thresholds(s, 1)
        end = 2 * np.sqrt(float(b))
        grid = np.linspace(-6, 6, 2401)
        convex = [bool(np.linalg.eigvalsh([[2, a], [a, 2 * float(b)]])[0] >= 0) for a in grid]
        assert grid[convex].max() == pytest.approx(end, abs=6e-3)
        assert str(ranges[0]).startswith("-")
        assert list(thresholds(s, -1)) == []


def test_ranges_read_as_they_are_meant():
    from convexcheck.expression.term import const

    half = const(Fraction(1, 2))
    both = Range((("a", None, half), ("b", half, const(2))))
    assert str(both) == "a <= 1/2, 1/2 <= b <= 2"
    assert [c.relation for c in both.conditions] == ["ge"] * 3
    assert len(list(both.outside)) == 3
