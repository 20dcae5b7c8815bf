"""Functions of one variable: every answer is the known one, or none; the quick ones are settled."""

import pytest

import convexcheck
from convexcheck.expression.bounds import Context
from convexcheck.read.text import read_text
from convexcheck.search.deadline import Deadline, OutOfTime
from convexcheck.search.scope import Scope
from convexcheck.search.univariate import univariate
from tests.search.functions_of_one_variable import LONG, QUICK


@pytest.mark.parametrize(("text", "domain", "curvature"), QUICK)
def test_known_functions(text: str, domain: str, curvature: str) -> None:
    found = convexcheck.check(text, domain=domain, budget=20)
    assert found.curvature == curvature


@pytest.mark.nightly
@pytest.mark.parametrize(("text", "domain", "curvature"), LONG)
def test_known_functions_that_take_longer(text: str, domain: str, curvature: str) -> None:
    assert convexcheck.check(text, domain=domain, budget=60).curvature == curvature


NEVER = [  # values that are negative somewhere, by how little they may be
    ("x**2 - 2*x + 0.999999", ""),
    ("exp(x) - 1 - x - 1e-9", ""),
    ("1 + sin(x) - 1e-9", ""),
    ("normcdf(x) - 1e-9", ""),
    ("log(cosh(x)) - x + 0.6931", "x >= 0"),
    ("x**4 - 2e-5*x**2", "x >= 0.001"),
    ("1 - 1.0000001*exp(-1e8*(x - 0.123456)**2)", "x >= 0, x <= 1"),
    ("x - sin(x)", "x >= -0.001"),
    ("digamma(x) - log(x) + 1/(2*x) + 1/(12*x**2)*0.999", "x > 0"),
]


@pytest.mark.parametrize(("text", "domain"), NEVER)
def test_a_value_that_is_negative_somewhere_is_not_shown(text: str, domain: str) -> None:
    s = read_text(text, "x", None, domain, "")
    context = Context(s)
    assert univariate(s.function, Scope(context, context, Deadline(20))) is None


def test_the_deadline_is_kept() -> None:
    s = read_text("x**2 - 1e-7*exp(-1e6*(x - 0.3)**2)", "x", None, "x >= -1, x <= 1", "")
    context = Context(s)
    with pytest.raises(OutOfTime):
        univariate(s.function, Scope(context, context, Deadline(-1)))
