"""Points inside domains: found at least sizes, in small rationals, strictly inside where that is possible."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from convexcheck.certificate.codec import digest
from convexcheck.expression.errors import ConvexcheckError
from convexcheck.read.text import read_text
from convexcheck.search.arrays import pack
from convexcheck.search.points import inside
from tests.search.witness import holds, parameters, point

# (domain, variables, parameters, given, strictly inside?)
DOMAINS = [
    ("x > 0", {"x": ""}, {}, "", True),
    ("x >= 0", {"x": ""}, {}, "", True),
    ("0.1 < x, x < 0.2", {"x": ""}, {}, "", True),
    ("x > 1000000", {"x": ""}, {}, "", True),
    ("x > 0, z > 0, x*z - y**2 > 0", {"x": "", "y": "", "z": ""}, {}, "", True),
    ("z**2 - x**2 - y**2 > 0, z > 0", {"x": "", "y": "", "z": ""}, {}, "", True),
    ("x >= 0, y >= 0, x + y == 1", {"x": "", "y": ""}, {}, "", True),
    ("p >= 0, sum(p) == 1", {"p": "n"}, {}, "n >= 3", True),
    ("posdef(X)", {"X": "n n"}, {}, "n >= 2", True),
    ("psd(X)", {"X": "n n"}, {}, "", True),
    ("symmetric(X)", {"X": "n n"}, {}, "n >= 2", True),
    ("b - A @ x > 0", {"x": "n"}, {"A": "m n", "b": "m"}, "", True),
    ("x >= c, x <= c + 1", {"x": ""}, {"c": ""}, "c >= 0", True),
    ("x <= -c", {"x": ""}, {"c": ""}, "c > 2, c < 2.5", True),
    ("x >= 0, x <= 0", {"x": ""}, {}, "", False),
    ("exp(x) + y <= 1", {"x": "", "y": ""}, {}, "", True),
    ("sum(w**2) <= 1/1000", {"w": "d"}, {}, "d >= 5", True),
]


@pytest.mark.parametrize(("domain", "variables", "given_parameters", "given", "strictly"), DOMAINS)
def test_inside(domain, variables, given_parameters, given, strictly):
    s = read_text("0*" + "*".join(f"sum({n})" for n in variables), variables, given_parameters, domain, given)
    found = inside(s)
    assert found is not None
    sizes, values = dict(found.sizes), {**parameters(found), **point(found.variables)}
    assert sizes == dict(s.sizes)
    for c in (*s.domain, *s.given):
        assert holds(c, values, sizes)
        if strictly and c.relation == "ge":
            assert holds(type(c)("gt", c.body, c.sizes), values, sizes)
    assert max(len(str(q)) for _, a in found.variables for q in a.entries) <= 8


def test_one_constant_fills_an_array_where_it_can():
    s = read_text("sum(x*log(x/y))", {"x": "n", "y": "n"}, domain="x > 0, y > 0", given="n >= 3")
    assert [set(a.entries) for _, a in inside(s).variables] == [{Fraction(1)}, {Fraction(1)}]
    matrix = dict(inside(read_text("sum(X)", {"X": "n n"}, domain="posdef(X)", given="n >= 2")).variables)["X"]
    assert matrix.entries == (1, 0, 0, 1)


def test_integers_stay_integers():
    s = read_text("sum(w[y])", {"w": "k"}, {"y": "n"}, given="y >= 1/2, y <= k - 1, k >= 4")
    assert all(q.denominator == 1 for _, a in inside(s).parameters for q in a.entries)


def test_conditions_on_sizes_choose_the_sizes():
    s = read_text("sum(A @ x)", {"x": "d"}, {"A": "n d"}, given="n >= 3*d + 2, d >= 2")
    assert dict(inside(s).sizes) == {"n": 12, "d": 2}


def test_data_must_be_those_that_the_statement_fixes():
    s = read_text("sum((y - x)**2)", {"x": ""}, {"y": "3"})
    fixed = replace(s, parameters={"y": replace(s.parameters["y"], array="0" * 64)})
    with pytest.raises(ConvexcheckError, match="no data for the parameter y"):
        inside(fixed)
    with pytest.raises(ConvexcheckError, match="data for the free parameter y"):
        inside(s, arrays={"y": np.ones(3)})


@pytest.mark.parametrize("domain", ["x > 0, x < 0", "x > 1, y > 1, x + y < 1", "x**2 + y**2 < 0"])
def test_empty_domains_have_no_point(domain):
    assert inside(read_text("x + y", domain=domain)) is None


def test_data_of_the_user_bound_the_domain():
    s = read_text("-sum(log(b - A @ x))", {"x": "2"}, {"A": "3 2", "b": "3"}, "b - A @ x > 0")
    arrays = {"A": np.array([[1.0, 0.0], [0.0, 1.0], [-1.0, -1.0]]), "b": np.array([-5.0, -7.0, 12.5])}
    fixed = {n: replace(d, array=digest(pack(arrays[n]))) for n, d in s.parameters.items()}
    found = inside(replace(s, parameters=fixed), arrays=arrays)
    x = np.array([float(q) for q in found.variables[0][1].entries])
    assert (arrays["b"] - arrays["A"] @ x > 0).all()
