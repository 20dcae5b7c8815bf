"""The part that stops a proof is the smallest one whose own parts are understood."""

import pytest

from convexcheck.expression.term import abstract
from convexcheck.read.text import read_text
from convexcheck.search.blame import smallest_open_part

# a function, its variables and domain, and the part
CASES = [
    ("exp(x) + sin(x)*x", "x", "x > 0", "sin(x)"),
    ("x*y + x**2", "x y", "", "x*y"),
    ("sum(w**2) + sum(sin(w))", {"w": "d"}, "", "sin(_0)"),
    ("exp(x) + x**2", "x", "", None),
    ("log(1 + exp(x))", "x", "", None),
    ("log(1 + x**2)", "x", "", "log(1 + x**2)"),
]


@pytest.mark.parametrize(("function", "variables", "domain", "part"), CASES)
def test_parts(function, variables, domain, part):
    found = smallest_open_part(read_text(function, variables, None, domain), 5.0)
    if part is None or found is None:
        assert (part, found) == (None, None)
    else:
        e, indices = found
        assert str(abstract(e, indices)).replace("w[_0]", "_0") == part


def test_the_time_is_kept():
    assert smallest_open_part(read_text("sin(x)"), -1.0) is None
