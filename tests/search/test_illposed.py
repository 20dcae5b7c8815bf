"""Questions without an answer, and questions that have one although it takes a look."""

import flint
import numpy as np
import pytest

from convexcheck.certificate.evidence import EmptyDomain, OutsideDomain, Undefined
from convexcheck.read.text import read_text
from convexcheck.search.illposed import ill_posed
from tests.search.witness import holds, inside, number, parameters, point

# (function, domain, variables, parameters, given, kind of evidence)
CASES = [
    ("log(x)", "", {"x": ""}, {}, "", Undefined),
    ("x*log(x)", "x >= 0", {"x": ""}, {}, "", Undefined),  # the end point belongs to the domain
    ("1/x", "", {"x": ""}, {}, "", Undefined),
    ("x**2/x", "", {"x": ""}, {}, "", Undefined),  # before any cancelling
    ("1/(3*x - 1)", "", {"x": ""}, {}, "", Undefined),  # the pole is no short decimal
    ("1/(7*x + 13*y - 5)", "", {"x": "", "y": ""}, {}, "", Undefined),
    ("sqrt(x*y - 1)", "x > 0, y > 0", {"x": "", "y": ""}, {}, "", Undefined),
    ("x**1.5", "", {"x": ""}, {}, "", Undefined),
    ("sum(log(b - A @ x))", "", {"x": "n"}, {"A": "m n", "b": "m"}, "", Undefined),
    ("sum(x)/t", "", {"x": "n", "t": ""}, {}, "", Undefined),
    ("log(sum(p))", "p >= 0", {"p": "n"}, {}, "", Undefined),
    ("log(c*x)", "x > 0", {"x": ""}, {"c": ""}, "", Undefined),  # for some c
    ("x", "x**2 >= 1", {"x": ""}, {}, "", OutsideDomain),
    ("x + y", "x*y >= 1", {"x": "", "y": ""}, {}, "", OutsideDomain),
    ("x + y", "x**2 + y**2 >= 1, x >= 0, y >= 0", {"x": "", "y": ""}, {}, "", OutsideDomain),
    ("x", "sin(x) > 0", {"x": ""}, {}, "", OutsideDomain),
    ("x", "x > 1, x < 0", {"x": ""}, {}, "", EmptyDomain),
    ("x", "x >= c, x <= 0", {"x": ""}, {"c": ""}, "c > 1", EmptyDomain),
    ("x", "exp(x) < 0", {"x": ""}, {}, "", EmptyDomain),
    ("x*log(x)", "x > 0", {"x": ""}, {}, "", None),
    ("log(1 + x)", "x >= -0.5", {"x": ""}, {}, "", None),
    ("where(x > 0, log(x), 0)", "", {"x": ""}, {}, "", None),  # the branch is not taken elsewhere
    ("sum(log(b - A @ x))", "b - A @ x > 0", {"x": "n"}, {"A": "m n", "b": "m"}, "", None),
    ("1/(x*y + 1)", "x >= 0, y >= 0", {"x": "", "y": ""}, {}, "", None),
    ("sqrt(x**2 - 2*x*y + y**2 + 1)", "", {"x": "", "y": ""}, {}, "", None),  # bounds alone do not see it
    ("x + y", "x*y >= 1, x > 0", {"x": "", "y": ""}, {}, "", None),  # convex, and not by a glance
    ("x + y", "x**2 + y**2 <= 1", {"x": "", "y": ""}, {}, "", None),
]


@pytest.mark.parametrize(("text", "domain", "variables", "given_parameters", "given", "kind"), CASES)
def test_ill_posed(text, domain, variables, given_parameters, given, kind):
    s = read_text(text, variables, given_parameters, domain, given)
    found = ill_posed(s, budget=0.5)
    assert type(found) is (type(None) if kind is None else kind)
    if kind is Undefined:
        sizes, values = dict(found.instance.sizes), {**parameters(found.instance), **point(found.instance.variables)}
        assert inside(s, values, sizes)
        value = number(s.function, values, sizes)
        assert isinstance(value, flint.arb) and not value.is_finite()
    if kind is OutsideDomain:
        sizes, fixed = dict(found.instance.sizes), parameters(found.instance)
        x, y = point(found.x), point(found.y)
        t = flint.fmpq(found.t.numerator, found.t.denominator)
        assert inside(s, {**fixed, **x}, sizes) and inside(s, {**fixed, **y}, sizes)
        between = {k: np.asarray(t * x[k] + (1 - t) * y[k], dtype=object) for k in x}
        assert not all(holds(c, {**fixed, **between}, sizes) for c in s.domain)
