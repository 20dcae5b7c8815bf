"""Functions that are homogeneous in some variables: proved across the rays, and not where that form is indefinite."""

import numpy as np
import pytest

import convexcheck as cc
from convexcheck.read.text import read_text
from convexcheck.search import perspective as module

N = {"x": "n", "t": ""}
HOMOGENEOUS = [  # function, variables, parameters, domain: perspectives of convex functions
    ("t*log(sum(exp(x/t)))", N, None, "t > 0"),
    ("t*log(1 + exp(x/t))", {"x": "", "t": ""}, None, "t > 0"),
    ("t*log(sum(exp((A @ x + b)/t)))", {"x": "d", "t": ""}, {"A": "n d", "b": "n"}, "t > 0"),
    ("t*log(exp(x/t) + exp(y/t)) + x**2/t", {"x": "", "y": "", "t": ""}, None, "t > 0"),
    ("(x + y)**4/t**3", {"x": "", "y": "", "t": ""}, None, "t > 0"),
]
OTHERS = [  # homogeneous, and neither convex nor concave
    ("x**3/t**2", {"x": "", "t": ""}, "t > 0"),
    ("t*tanh(x/t)", {"x": "", "t": ""}, "t > 0"),
    ("t*log(sum(exp(x/t))) - sum(x**2)/(10*t)", N, "t > 0"),
]


@pytest.mark.parametrize("case", HOMOGENEOUS, ids=[c[0] for c in HOMOGENEOUS])
def test_perspectives_of_convex_functions(case):
    function, variables, parameters, domain = case
    verdict = cc.check(function, wrt=variables, parameters=parameters, domain=domain, budget=40)
    assert verdict.curvature == "CONVEX" and isinstance(cc.verify(verdict.certificate), cc.Accepted)
    assert not verdict.strict  # they are linear along the rays


@pytest.mark.parametrize(("function", "variables", "domain"), OTHERS)
def test_perspectives_of_others(function, variables, domain):
    assert cc.check(function, wrt=variables, domain=domain, budget=40).curvature == "NEITHER"


def test_it_is_convex_between_sampled_points():
    """An oracle of its own: the chord lies above, at random points of the cone."""
    rng = np.random.default_rng(0)

    def f(z):
        return z[-1] * np.log(np.exp(z[:-1] / z[-1]).sum())

    for _ in range(200):
        p, q = rng.uniform(0.2, 3, (2, 4))
        assert f((p + q) / 2) <= (f(p) + f(q)) / 2 + 1e-12


def test_without_it_the_form_stays_open(monkeypatch):
    monkeypatch.setattr("convexcheck.search.prove.perspective", lambda *_: None)
    assert cc.prove("t*log(sum(exp(x/t)))", wrt=N, domain="t > 0", budget=3).status == "UNKNOWN"


def test_evidence_that_is_not_moved_to_the_differences_is_rejected(monkeypatch):
    monkeypatch.setattr(module, "placed", lambda evidence, values: evidence)
    found = cc.prove("t*log(sum(exp(x/t)))", wrt=N, domain="t > 0", budget=3)
    assert found.status == "UNKNOWN" and any("the kernel rejected" in line for line in found.attempts)


def test_evidence_is_moved_in_all_of_its_expressions():
    x, y = (read_text(name).function for name in "xy")
    assert module.placed((x * y, (x, 3)), {("var", "x"): y}) == (y * y, (y, 3))
