"""Whole proofs: the strongest claim comes first, also where a rule for the curvature says nothing of strictness."""

import pytest

import convexcheck as cc
from convexcheck.search.prove import Prover

STRICT = [  # the root of a quadratic: strict where the quadratic has a positive least value and sees every direction
    ("sqrt(x**2 + x*y + y**2 + 1)", True),
    ("sqrt(1 + x**2 + y**2) + x", True),
    ("sqrt(x**2 + y**2)", None),  # linear along rays
    ("sqrt((x + y)**2 + 1)", None),  # constant along x + y
]


@pytest.mark.parametrize(("function", "strict"), STRICT)
def test_roots_of_quadratics_are_strict_where_they_are(function, strict):
    verdict = cc.check(function, budget=30)
    assert (verdict.curvature, verdict.strict) == ("CONVEX", strict)


def test_the_rule_for_roots_alone_shows_no_strictness(monkeypatch):
    init = Prover.__init__
    monkeypatch.setattr(Prover, "__init__", lambda self, roots=True: init(self, True))
    assert cc.check(STRICT[0][0], budget=5).strict is None


def test_a_sum_over_nothing_at_the_least_size_is_no_injective_map() -> None:
    verdict = cc.check("Sum(i < n - 1, (x[i + 1] - x[i])**2)", wrt={"x": "n"})
    assert (str(verdict.status), verdict.strict) == ("PROVED", None)
