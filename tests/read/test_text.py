"""The text reader as a whole: declarations, errors, the corpus, and round trips with the printer."""

import json
from fractions import Fraction
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convexcheck.expression.errors import ConvexcheckError, Unsupported
from convexcheck.expression.functions import FUNCTIONS
from convexcheck.expression.statement import statement_lines
from convexcheck.expression.term import (
    PI,
    add,
    apply,
    bound,
    const,
    dim,
    entry,
    maximum,
    mul,
    nodes,
    over,
    power,
)
from convexcheck.read.tensor import minimum
from convexcheck.read.text import read_text

DATA = Path(__file__).parents[1] / "data"
CORPUS = [
    json.loads(line)
    for name in ("corpus_functions", "corpus_arrays")
    for line in (DATA / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
]


def read_problem(problem, expression=None):
    return read_text(
        expression or problem["expression"],
        problem["variables"],
        problem.get("parameters"),
        problem.get("domain", ()),
        problem.get("given", ()),
    )


# Declarations ---------------------------------------------------------------------------------------------------

# (wrt, parameters) -> (variables, parameters) of "log(1 + exp(-y*(w*x + b)))"
ROLES = [
    (None, None, ["y", "w", "x", "b"], []),
    (None, "y x", ["w", "b"], ["y", "x"]),
    ("w b", None, ["w", "b"], ["y", "x"]),
    ("w, b", None, ["w", "b"], ["y", "x"]),
    (["b", "w"], None, ["b", "w"], ["y", "x"]),
    ({"w": "", "b": ""}, ["x", "y"], ["w", "b"], ["x", "y"]),
    ("w b unused", None, ["w", "b", "unused"], ["y", "x"]),  # the function is constant in it
]


@pytest.mark.parametrize(("wrt", "parameters", "variables", "constants"), ROLES)
def test_roles(wrt, parameters, variables, constants):
    statement = read_text("log(1 + exp(-y*(w*x + b)))", wrt, parameters)
    assert (list(statement.variables), list(statement.parameters)) == (variables, constants)


def test_the_whole_statement():
    statement = read_text(
        "sum((X @ w - y)**2)/n",
        {"w": "d", "v": "3"},
        {"X": "n d", "y": "n", "c": "", "A": "d d"},
        domain="w >= 0, w @ A @ w <= c",
        given=["c > 0, n >= 3", "abs(y) <= 1", "psd(A)", "d <= n"],
    )
    lines = statement_lines(statement)
    assert [lines[k] for k in (0, 1, 2, 3, 4, 6, 7, 8, 9)] == [
        "function   Sum(i < n, (Sum(j < d, X[i, j]*w[j]) - y[i])**2)/n",
        "variables  w[d], v[3]",
        "parameters X[n, d], y[n], c, A[d, d]",
        "sizes      d >= 1, n >= 3",
        "domain     w[i] >= 0 for all i < d",
        "given      n - d >= 0",
        "given      c > 0",
        "given      1 - abs(y[i]) >= 0 for all i < n",
        "given      psd(A[i, j]) for all i < d, j < d",
    ]
    assert len(lines) == 10


def test_constants_unless_declared():
    assert str(read_text("x*pi + e").function) == "pi*x + exp(1)"
    assert list(read_text("x*pi + e", "pi", "e x").parameters) == ["e", "x"]


def test_names_of_the_domain_are_parameters_too():
    statement = read_text("x**2", "x", domain="x <= r")
    assert list(statement.parameters) == ["r"]
    assert list(read_text("x**2", "x", "r", domain="x <= r").parameters) == ["r"]


# Errors ---------------------------------------------------------------------------------------------------------

NAME = "expected up to 64 ASCII letters, digits and _, a letter first"
ERRORS = [
    (("",), "the text is empty; expected an expression, such as 'x**2'"),
    (("1 + 2",), "no name in the text is a variable; try: name one with wrt="),
    (("x", ""), "no variable is declared; try: name one with wrt="),
    (("exp + 1",), "exp is a function of the language, not a number: 'exp' at column 1; try: exp(...)"),
    (("1 + _x",), f"'_x' cannot be the name of a variable: '_x' at column 5; {NAME}"),
    (
        ("lamda*w**2", "w", "lambda1"),
        "name 'lamda' is declared nowhere: 'lamda' at column 1; expected a declared name; try: lambda1",
    ),
    (
        ("q*w**2", "w", []),
        "name 'q' is declared nowhere: 'q' at column 1; expected a declared name; "
        "try: declare it as a variable or a parameter",
    ),
    (("w**2", "w", "c"), "parameter c is not used; expected a name in the function or the domain; try: leave it out"),
    (("w**2", "w", "c", "", "c > 0"), "parameter c is not used; expected a name in the function or the domain; "
     "try: leave it out"),
    (("w*c", "w c", "c"), "c is both a variable and a parameter; try: two names"),
    (("sum(w)*n", {"w": "n", "n": ""}), "n is both a variable and a dimension; try: two names"),
    (("sum(X)*n", {"x": ""}, {"X": "n", "n": ""}), "n is both a parameter and a dimension; try: two names"),
    (("x == 1",), "a condition where a number is needed: 'x == 1' at column 1; "
     "try: where(condition, a, b), or domain= and given="),
    (("x > 1 and x < 2",), "a condition where a number is needed: 'x > 1 and x < 2' at column 1; "
     "try: where(condition, a, b), or domain= and given="),
    (("(X @ w - y)**2", {"w": "d"}, {"X": "n d", "y": "n"}),
     "the loss returns shape (n,); expected one real number; try: sum(...) or mean(...)"),
    (("X - X", {"X": "n 3"}), "the loss returns shape (n, 3); expected one real number; try: sum(...) or mean(...)"),
]  # fmt: skip


@pytest.mark.parametrize(("arguments", "message"), ERRORS)
def test_errors(arguments, message):
    with pytest.raises(ConvexcheckError) as caught:
        read_text(*arguments)
    assert str(caught.value) == f"read.text: {message}"
    assert not isinstance(caught.value, Unsupported)


def test_a_name_of_a_condition_is_checked():
    with pytest.raises(ConvexcheckError) as caught:
        read_text("weight**2", domain="height > 0, wieght > 0")
    assert str(caught.value) == (
        "read.domain: name 'height' is declared nowhere: 'height' at column 1; expected a declared name; try: weight"
    )
    with pytest.raises(ConvexcheckError, match="'wieght' at column 13; expected a declared name; try: weight"):
        read_text("weight**2", domain="weight > 0, wieght > 0")
    with pytest.raises(ConvexcheckError, match=r"read\.given: name 'd' is declared nowhere"):
        read_text("c*x", "x", given="d > 0")


# The corpus -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("problem", CORPUS, ids=lambda p: p["id"])
def test_the_corpus_is_read(problem):
    statement = read_problem(problem)
    assert set(statement.variables) == set(problem["variables"])
    assert set(statement.parameters) == set(problem.get("parameters", ()))
    assert read_problem(problem, str(statement.function)).function is statement.function


def test_the_corpus_is_there():
    assert len(CORPUS) > 300


# Round trips ----------------------------------------------------------------------------------------------------

SHAPES = {"x": "", "i": "", "w": "n", "X": "n d"}
CONSTANTS = {"c": "", "y": "n", "A": "d d d"}
UNARY = sorted(set(FUNCTIONS))


@cache
def leaves(binders):
    index = st.one_of(
        st.just(const(0)),
        st.just(dim("n") - 1),
        st.just(entry("par", "y", [const(0)])),
        *([st.integers(0, binders - 1).map(bound)] * 3 if binders else []),
    )
    rationals = st.builds(Fraction, st.integers(-5, 5), st.integers(1, 4)).map(const)
    whole = [st.integers(0, binders - 1).map(bound)] if binders else []
    names = st.sampled_from([entry("var", "x"), entry("var", "i"), entry("par", "c"), PI, dim("n"), dim("d")])
    vector = st.tuples(st.sampled_from([("var", "w"), ("par", "y")]), index).map(lambda p: entry(*p[0], [p[1]]))
    matrix = st.tuples(index, index).map(lambda p: entry("var", "X", p))
    cube = st.tuples(index, index, index).map(lambda p: entry("par", "A", p))
    return st.one_of(rationals, names, vector, matrix, cube, *whole)


@cache
def conditions(depth, binders):
    inner = expressions(depth - 1, binders)
    compared = st.builds(apply, st.sampled_from(["le", "lt", "eq"]), inner, inner)
    if depth < 2:
        return compared
    part = conditions(depth - 1, binders)
    joined = st.builds(
        lambda op, a: apply(op, *a), st.sampled_from(["and", "or"]), st.lists(part, min_size=2, max_size=3)
    )
    return st.one_of(compared, joined, part.map(lambda c: apply("not", c)))


@cache
def expressions(depth, binders=0):
    if depth == 0:
        return leaves(binders)
    inner = expressions(depth - 1, binders)
    several = st.lists(inner, min_size=2, max_size=4)
    exponent = st.sampled_from([const(Fraction(q)) for q in ("-1", "2", "-2", "1/2", "-1/2", "3", "-3/2", "0")])
    size = st.sampled_from([dim("n"), dim("d"), const(3)])
    return st.one_of(
        leaves(binders),
        several.map(lambda a: add(*a)),
        several.map(lambda a: mul(*a)),
        several.map(lambda a: maximum(*a)),
        several.map(lambda a: minimum(*a)),
        st.builds(power, inner, exponent),
        st.builds(power, inner, inner.filter(lambda e: e.op != "const")),
        st.builds(lambda a, b: a / b, inner, inner),
        st.builds(apply, st.sampled_from(UNARY), inner),
        st.builds(over, st.sampled_from(["Sum", "Max"]), size, expressions(depth - 1, binders + 1)),
        st.builds(lambda c, a, b: apply("where", c, a, b), conditions(depth, binders), inner, inner),
    )


def readable(function):
    """Whether the printer can tell it from another: 0**(-2) prints as 1/0, and both are defined nowhere."""
    powers = [e.args for e in nodes(function) if e.op == "pow"]
    return not any(base.op == q.op == "const" and base.data == 0 and q.data < -1 for base, q in powers)


@pytest.mark.filterwarnings("ignore:Generating overly large repr")
@settings(max_examples=300, deadline=None)
@given(expressions(3).filter(readable))
def test_what_is_printed_reads_back(function):
    assert (
        read_text(str(function), SHAPES, {name: CONSTANTS[name] for name in sorted(function.names("par"))}).function
        is function
    )


X, J, N = entry("var", "x"), entry("var", "i"), dim("n")
SUMS = add(*(over("Sum", N, mul(k, entry("var", "w", [bound(0)]))) for k in range(2, 100)))
# Forms that look alike and are different expressions, and forms that once read back as another.
TRAPS = [
    power(X, Fraction(-1, 2)),
    power(X, -1),
    power(X, -2),
    power(power(X, -1), 2),
    power(power(X, -2), -1),
    power(power(X, 2), Fraction(1, 2)),
    power(power(X, Fraction(1, 2)), 2),
    power(power(X, 2), -2),
    power(mul(2, X, J), -1),
    mul(Fraction(1, 2), power(X, -1), power(J, -1)),
    power(power(X, -1), -1),
    mul(0, power(X, -1)),
    power(const(0), -1),
    power(const(0), 0),
    power(const(4), Fraction(1, 2)),
    power(const(4), Fraction(-1, 2)),
    mul(-1, add(X, -3)),
    add(3, mul(-1, X)),
    mul(X, X, power(X, 2)),
    mul(X, power(X, 2)),
    SUMS,  # more sums than letters
    over("Sum", N, over("Sum", N, entry("var", "X", [bound(0), bound(1)]))),
    over("Sum", N, over("Sum", N, entry("var", "X", [bound(1), bound(0)]))),
    over("Sum", N, mul(J, bound(0))),  # a variable named like an index
]


@pytest.mark.parametrize("function", TRAPS, ids=range(len(TRAPS)))
def test_alike_but_different(function):
    assert read_text(str(function), SHAPES).function is function


def test_different_expressions_print_differently():
    assert len({str(f) for f in TRAPS}) == len(set(TRAPS)) == len(TRAPS)
