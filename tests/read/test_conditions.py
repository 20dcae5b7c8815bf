"""Conditions as text: how they are split, what they mean, and which are refused."""

import re

import pytest

from convexcheck.expression.errors import ConvexcheckError, Unsupported
from convexcheck.expression.statement import Declaration, condition_text
from convexcheck.expression.term import bound, dim, entry
from convexcheck.read.conditions import read_conditions
from convexcheck.read.formula import Formula, scope_of
from convexcheck.read.syntax import Source, parse
from convexcheck.read.tensor import Tensor

N, D = dim("n"), dim("d")
VARIABLES = {"x": Declaration(), "w": Declaration((D,)), "V": Declaration((D, D))}
PARAMETERS = {"c": Declaration(), "y": Declaration((N,)), "X": Declaration((N, D)), "A": Declaration((N, N))}


def scope(labels=None):
    return scope_of(VARIABLES, PARAMETERS, {"n": 1, "d": 1}, labels)


def meaning(text):
    """(relation, body, sizes) of a printed condition, its indices gathered by sums, whatever the order of terms."""
    body, relation, _, ranges = re.fullmatch(r"(.*) (>=|>|==) 0( for all (.*))?", text).groups()
    names = [r.split(" < ") for r in ranges.split(", ")] if ranges else []
    for name, size in reversed(names):
        body = f"Sum({name} < {size}, {body})"
    source, names_known = Source(body), scope_of(VARIABLES, PARAMETERS, {"n": 9, "d": 9})
    signs = {">=": "ge", ">": "gt", "==": "eq"}
    return signs[relation], Formula(source, names_known).value(parse(source)).body, tuple(dim(s) for _, s in names)


def meanings(conditions):
    found = [(c.relation, Tensor(c.sizes, c.body).reduce("Sum", range(len(c.sizes))).body, c.sizes) for c in conditions]
    return sorted(found, key=str)


def read(domain=(), given=(), labels=None):
    return read_conditions(domain, given, scope(labels))


DOMAINS = [
    ("", []),
    ((), []),
    ([], []),
    ("x > 0", ["x > 0"]),
    ("x >= 1, x < 2", ["x - 1 >= 0", "2 - x > 0"]),
    (["x >= 1, x < 2", "w <= c"], ["x - 1 >= 0", "2 - x > 0", "c - w[i] >= 0 for all i < d"]),
    ("0 <= x <= 1", ["x >= 0", "1 - x >= 0"]),
    ("0 < w <= x < 2", ["w[i] > 0 for all i < d", "x - w[i] >= 0 for all i < d", "2 - x > 0"]),
    ("x > 0 and w > 0", ["x > 0", "w[i] > 0 for all i < d"]),
    ("sum(w) == 1", ["Sum(i < d, w[i]) - 1 == 0"]),
    ("max(x, 0, c) <= 1, norm(w) < 1", ["1 - max(0, c, x) >= 0", "1 - sqrt(Sum(i < d, w[i]**2)) > 0"]),
    ("X @ w <= y", ["y[i] - Sum(j < d, X[i, j]*w[j]) >= 0 for all i < n"]),
    ("V >= -1e-1", ["1/10 + V[i, j] >= 0 for all i < d, j < d"]),
    ("w[0] > 0", ["w[0] > 0"]),
    ("\n x > 0,\n x < 1\n", ["x > 0", "1 - x > 0"]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), DOMAINS)
def test_domain(text, expected):
    assert meanings(read(text).domain) == sorted(map(meaning, expected), key=str)


# (given, conditions, least sizes of n and d)
GIVEN = [
    ("0 <= y <= 1", ["y[i] >= 0 for all i < n", "1 - y[i] >= 0 for all i < n"], 1, 1),
    ("n >= 3", [], 3, 1),
    ("n > 2, 5/2 <= d", [], 3, 3),
    ("1 <= n, d >= 0, n >= 2", [], 2, 1),
    ("3 <= n <= 10", ["10 - n >= 0"], 3, 1),
    ("n >= d", ["n - d >= 0"], 1, 1),
    ("2*n >= 5", ["2*n - 5 >= 0"], 1, 1),
    ("y[2] > 0, n >= 3", ["y[2] > 0"], 3, 1),  # sizes are read first
    ("trace(A) == n", ["Sum(i < n, A[i, i]) - n == 0"], 1, 1),
]


@pytest.mark.parametrize(("text", "expected", "n", "d"), GIVEN)
def test_given(text, expected, n, d):
    conditions = read(given=text)
    assert conditions.sizes == {"n": n, "d": d}
    assert meanings(conditions.given) == sorted(map(meaning, expected), key=str)


def test_matrices():
    found = read("posdef(V), psd(V - V.T)", ["psd(A)", "symmetric(X @ X.T)"])
    assert [(c.relation, c.sizes) for c in found.domain] == [("posdef", (D, D)), ("psd", (D, D))]
    assert [(c.relation, c.sizes) for c in found.given] == [("psd", (N, N)), ("symmetric", (N, N))]
    assert condition_text(found.domain[0]) == "posdef(V[i, j]) for all i < d, j < d"
    assert found.domain[1].body is entry("var", "V", [bound(0), bound(1)]) - entry("var", "V", [bound(1), bound(0)])


def test_labels_name_the_leaves_of_a_tree():
    labels = {"params['W']": "V", "params['layers'][0]": "w", "data.y": "y"}
    conditions = read("params['W'] >= 0, params[\"layers\"][0] > 0", "data.y <= 1", labels)
    assert [condition_text(c) for c in (*conditions.domain, *conditions.given)] == [
        "V[i, j] >= 0 for all i < d, j < d",
        "w[i] > 0 for all i < d",
        "1 - y[i] >= 0 for all i < n",
    ]


def test_an_index_in_a_condition_is_an_integer():
    reading = scope()
    read_conditions("w[c] > 0", "0 <= c, c <= d - 1", reading)
    assert reading.integers == {"c"}


ERRORS = [
    ("x", "", "domain: not a condition: 'x' at column 1; expected x > 0, 0 <= y <= 1, psd(A), ...; "
     "try: conditions joined by commas"),
    ("x > 0 or x < -1", "", "domain: not a condition: 'x > 0 or x < -1' at column 1; "
     "expected x > 0, 0 <= y <= 1, psd(A), ...; try: conditions joined by commas"),
    ("x > 0, x != 1", "", "domain: != does not cut out a closed or open set: 'x != 1' at column 8; "
     "expected <, <=, >, >=, =="),
    ("x > 0, x = 1", "", "domain: this is not an expression at column 10, near '= 1'; expected Python syntax; "
     "try: 2*x for 2x, == for ="),
    ("x > 0,", "", "domain: the text is empty; expected an expression, such as 'x**2'"),
    ("c > 0", "", "domain: `domain` without a variable: 'c > 0' at column 1; "
     "expected a condition on variables; try: given="),
    ("1 > 0", "", "domain: `domain` without a variable: '1 > 0' at column 1; expected a condition on variables"),
    ("", "c > 0, x > 0", "given: `given` speaks of the variable x: 'x > 0' at column 8; "
     "expected parameters and dimensions; try: domain="),
    ("", "psd(V)", "given: `given` speaks of the variable V: 'psd(V)' at column 1; "
     "expected parameters and dimensions; try: domain="),
    ("", "1 > 0", "given: `given` without a parameter or dimension: '1 > 0' at column 1; expected a condition on one"),
    ("", "psd(X)", "given: psd of shape (n, d): 'psd(X)' at column 1; expected a square matrix"),
    ("", "psd(y)", "given: psd of shape (n,): 'psd(y)' at column 1; expected a square matrix"),
    ("", "psd(A, A)", "given: psd of 2 arguments: 'psd(A, A)' at column 1; expected one square matrix"),
    ("w <= y", "", "domain: shapes (d,) and (n,) do not broadcast: 'w <= y' at column 1; expected equal sizes, or 1"),
    ("z > 0", "", "domain: name 'z' is declared nowhere: 'z' at column 1; expected a declared name; "
     "try: declare it as a variable or a parameter"),
    ("x > 0)", "", "domain: ')' closes nothing at column 6, near ')'"),
    ([3], "", "domain: an object of type int; expected text, such as 'x**2'"),
    (3, "", "domain: conditions of type int; expected text, or a list of texts"),
    ("x in w", "", "domain: not a comparison of numbers: 'x in w' at column 1; expected <, <=, >, >=, =="),
    ("x > 0, " * 1001, "", "domain: more than 1000 conditions; try: conditions on arrays"),
    ("x" * 20_001, "", "domain: 20001 characters; expected at most 20000; try: arrays with symbolic sizes"),
]  # fmt: skip


@pytest.mark.parametrize(("domain", "given", "message"), ERRORS)
def test_errors(domain, given, message):
    with pytest.raises(ConvexcheckError) as caught:
        read(domain, given)
    assert str(caught.value) == f"read.{message}"


def test_what_cannot_be_stated_is_said():
    with pytest.raises(Unsupported):
        read("prod(V) > 0")
