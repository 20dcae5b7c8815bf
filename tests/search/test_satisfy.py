"""Counterexamples that z3 finds and that samples miss; each witness is checked by arithmetic of its own."""

import sys
from fractions import Fraction

import pytest

import convexcheck as cc
from convexcheck import pipeline
from convexcheck.expression.term import entry
from convexcheck.read.text import read_text
from convexcheck.search import satisfy
from convexcheck.search.refute import attempt
from convexcheck.search.satisfy import satisfied
from tests.search.witness import refutes

pytest.importorskip("z3", reason="z3 is optional: the extra `peers`")

# function, parameter, domain, given: negative curvature in a narrow place, far out, where no literal points to
NEEDLES = [
    ("x**2 + 1/(10**7*(x**2 - 1000003)**2 + 1)", None, "", ""),
    ("x**2 + a*x - 1/(10**7*(x**2 - a**3 - 1003)**2 + 1)", "a", "", "a > 3"),
    ("x**2/y + y**2/x + 1/(10**8*(x*y - 700001)**2 + 1)", None, "x > 0, y > 0", ""),
    ("x**2 + y**2 + (x**3 - 7*y)**2/10**9", None, "", ""),  # and that is below the rounding of the values
]
MORE = [  # what else the sentence has to say: function, variables, parameters, domain, given, side
    ("x**3", "x", None, "", "", "convex"),
    ("x**3", "x", None, "", "", "concave"),
    ("x*log(x) - a*x**2", "x", {"a": ""}, "x > 0", "a > 0", "convex"),  # the Hessian alone is rational
    ("x**2 - y**2", {"x": "", "y": ""}, None, "x == 3*y", "", "concave"),  # along a line
    ("x @ A @ x", {"x": "n"}, {"A": "n n"}, "", "", "convex"),  # a size is chosen
    ("sum(x**3)", {"x": "3"}, None, "x > 1", "", "concave"),
    ("1/(1 + 1/x**2)", "x", None, "x > 0", "", "convex"),  # a denominator in a denominator
]
CONVEX = [
    ("x**4 + x**2*y**2/3 + y**4", ""),
    ("x**2 - y**2", "y == 0"),  # indefinite off the line
    ("1/x", "x > 0"),
    ("exp(x) - x**2", "x > 2"),  # not rational
    ("max(x**2, y)", ""),
]


def stated(function, variables, parameters, domain, given):
    return read_text(function, variables, parameters, domain, given)


@pytest.mark.parametrize(("function", "parameter", "domain", "given"), NEEDLES, ids=[n[0] for n in NEEDLES])
def test_a_needle_that_no_sample_hits(function, parameter, domain, given):
    variables, parameters = ("x", {"a": ""}) if parameter else (None, None)
    s = stated(function, variables, parameters, domain, given)
    assert attempt(s, budget=1.0).evidence is None
    found = satisfied(s, "convex", 20.0)
    assert found is not None and refutes(s, "convex", found)


def test_the_pipeline_asks_it_after_the_sampler(monkeypatch):
    monkeypatch.setattr(pipeline, "SHORT", 0.05)
    verdict = cc.check(NEEDLES[0][0], budget=40.0)
    assert verdict.status == "REFUTED" and verdict.accepted is not None
    monkeypatch.setattr(satisfy, "satisfied", lambda *_: None)
    assert cc.check(NEEDLES[0][0], budget=2.0).status == "UNKNOWN"


@pytest.mark.parametrize("case", MORE, ids=[m[0] + " " + m[5] for m in MORE])
def test_domains_parameters_and_arrays(case):
    s = stated(*case[:5])
    found = satisfied(s, case[5], 20.0)
    assert found is not None and refutes(s, case[5], found)


@pytest.mark.parametrize(("function", "domain"), CONVEX)
def test_none_is_found_in_a_convex_function(function, domain):
    assert satisfied(read_text(function, domain=domain), "convex", 5.0) is None


def test_a_wrong_model_is_no_counterexample(monkeypatch):
    wrong = {entry("var", "x"): Fraction(1), entry("dir", "x"): Fraction(1)}
    monkeypatch.setattr(satisfy, "_model", lambda *_: wrong)
    assert satisfied(read_text("x**3"), "convex", 5.0) is None
    assert satisfied(read_text("x**3"), "concave", 5.0) is not None


def test_nothing_is_found_without_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "z3", None)
    assert satisfied(read_text("x**3"), "convex", 5.0) is None
