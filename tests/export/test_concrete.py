"""Expressions without binders have the value of the expression itself."""

from fractions import Fraction

import flint
import numpy as np
import pytest

from convexcheck.export.concrete import Concrete, comment
from convexcheck.export.rocq.notation import NoScript
from convexcheck.expression.evaluate import value
from convexcheck.expression.objects import Objects
from convexcheck.expression.term import nodes
from convexcheck.question import question

# expressions over x of shape n and A of shape n, n
CASES = ["sum(x**2)", "max(x)", "sum(A @ x)", "x @ A @ x + det(A)", "sum(inv(A) @ x)", "sum(where(x > 1, x, 2*x))"]


@pytest.mark.parametrize("expression", CASES)
@pytest.mark.parametrize("n", [2, 3])
def test_the_value_is_the_same(expression: str, n: int) -> None:
    s = question(expression, (), wrt={"x": "n"}, parameters={"A": "n n"} if "A" in expression else None).statement
    rng = np.random.default_rng(n)
    x = np.array([flint.fmpq(int(k), 3) for k in rng.integers(1, 9, n)], dtype=object)
    A = np.array([[flint.fmpq(int(k), 2) for k in row] for row in rng.integers(1, 9, (n, n)) + 9 * np.eye(n)])
    at = {("var", "x"): x, ("par", "A"): A}
    found = Concrete({"n": n})(s.function)
    assert not any(node.op in ("Sum", "Max", "bound", "dim", "det", "inv") for node in nodes(found))
    assert value(found, at, {}, Objects(flint.fmpq)) == value(s.function, at, {"n": n}, Objects(flint.fmpq))


def test_other_functions_of_matrices_have_no_form() -> None:
    s = question("eigmax(A)", (), wrt={"A": "n n"}, given="").statement
    with pytest.raises(NoScript, match="eigmax"):
        Concrete({"n": 2})(s.function)


def test_known_entries_become_numbers() -> None:
    s = question("a*x", (), wrt="x", parameters={"a": ""}).statement
    known = {("par", "a"): np.array([Fraction(1, 2), None], dtype=object)[:1].reshape(())}
    assert str(Concrete({}, known)(s.function)) == "x/2"


@pytest.mark.parametrize("line", ["a\nimport os", "a\r(exit)", "a\u2028b", "a\x00b"])
def test_a_comment_ends_where_its_line_ends(line: str) -> None:
    assert len(comment(line, "#").splitlines()) == 1
