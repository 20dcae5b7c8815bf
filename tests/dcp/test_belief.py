"""CVXPY's word moves the budget from one side to the other, and never makes a verdict."""

import pytest

import convexcheck as cc
from convexcheck import pipeline
from convexcheck.dcp import belief
from convexcheck.dcp.belief import believed
from convexcheck.read.text import read_text

BELIEVED = [  # function, domain, what CVXPY accepts there (a known curvature in the literature)
    ("x**2/y", "y > 0", ("convex",)),  # quad_over_lin, in another spelling
    ("log(exp(x) + exp(2*y))", "", ("convex",)),
    ("sqrt(x)*sqrt(y)", "x > 0, y > 0", ("concave",)),
    ("2*x - y", "", ("convex", "concave")),
    ("x**3", "", ()),  # its atom narrows the domain to x >= 0 without a word
    ("x**3", "x >= 0", ("convex",)),
    ("x*y", "", ()),
    ("sin(x)", "", ()),  # no atom
]


@pytest.mark.parametrize(("function", "domain", "sides"), BELIEVED, ids=lambda x: str(x)[:20])
def test_what_cvxpy_accepts_on_the_stated_domain(function, domain, sides):
    assert believed(read_text(function, domain=domain)) == sides


def test_its_constraints_are_looked_at(monkeypatch):
    monkeypatch.setattr(belief, "_holds", lambda *_: True)
    assert believed(read_text("x**3")) == ("convex",)  # so it is they that keep it quiet above


@pytest.fixture
def impatient(monkeypatch):
    """First tries that settle nothing, so that the later ones are seen; and a record of them."""
    seen, prove, search = [], pipeline.Pipeline._proof, pipeline.Pipeline._gap

    def proof(self, q, side, budget):
        seen.append(("prove", side, budget))
        return None if budget <= pipeline.SHORT else prove(self, q, side, budget)

    def gap(self, q, side, budget):
        seen.append(("refute", side, budget))
        return None if budget <= 2 * pipeline.SHORT else search(self, q, side, budget)

    monkeypatch.setattr(pipeline.Pipeline, "_proof", proof)
    monkeypatch.setattr(pipeline.Pipeline, "_gap", gap)
    return seen


def test_the_side_that_is_believed_gets_the_time_of_both(impatient):
    assert cc.check("exp(x) + x**2", budget=100.0).status == "PROVED"
    later = [step for step in impatient if step[2] > 2 * pipeline.SHORT]
    assert later == [("prove", "convex", pytest.approx(25.0))]  # 10 % and 15 % of the budget, and no refutation


@pytest.mark.parametrize("wrong", ["convex", "concave"])
def test_a_wrong_belief_costs_time_and_no_verdict(impatient, monkeypatch, wrong):
    monkeypatch.setattr(belief, "believed", lambda s: (wrong,))
    assert cc.check("x**3 - x", budget=20.0).curvature == "NEITHER"
    assert cc.check("x**2", budget=20.0).status == "PROVED"


def test_it_is_not_asked_when_the_first_tries_settle_the_question(monkeypatch):
    monkeypatch.setattr(belief, "believed", lambda s: pytest.fail("asked"))
    assert cc.check("x**2").status == "PROVED" and cc.check("x**3").status == "REFUTED"
