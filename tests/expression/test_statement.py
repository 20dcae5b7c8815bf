"""Statements: every requirement has its message, and every line prints."""

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from convexcheck.expression.errors import ConvexcheckError
from convexcheck.expression.statement import Condition, Declaration, Statement, condition_text, statement_lines, text
from convexcheck.expression.term import ONE, PI, Expression, apply, bound, const, dim, entry, fresh, over, power

n, d = dim("n"), dim("d")
x, p = entry("var", "x"), entry("par", "p")
wi, yi = entry("var", "w", [bound(0)]), entry("par", "y", [bound(0)])
Aij = entry("par", "A", [bound(0), bound(1)])
SCALAR, VECTOR, SQUARE = Declaration(), Declaration((n,)), Declaration((n, n))
GOOD = Statement(
    over("Sum", n, yi * wi**2) + p * x,
    {"x": SCALAR, "w": VECTOR},
    {"p": SCALAR, "y": Declaration((n,), True, "a" * 64), "A": SQUARE},
    {"n": 1, "d": 0},
    (Condition("ge", 1 - x),),
    (Condition("gt", yi, (n,)), Condition("psd", Aij, (n, n))),
    ("read from a file",),
)


def function(e: Expression) -> dict[str, Any]:
    return {"function": e}


def condition(*parts: Any) -> dict[str, Any]:
    return {"given": (Condition(*parts),)}


def parameter(name: str, declaration: Declaration = SCALAR) -> dict[str, Any]:
    return {"parameters": {**GOOD.parameters, name: declaration}}


def variable(declaration: Declaration) -> dict[str, Any]:
    return {"variables": {**GOOD.variables, "x": declaration}}


LANGUAGE, INDEXED, PLACES = "the language's operations", "fully indexed", "numbers and conditions in their places"
NAMES, RELATION, SIZE, DIGITS = "ASCII identifiers", "one of \\('ge'", "a natural number or", "64 hexadecimal digits"
BAD: dict[str, tuple[Mapping[str, Any], str]] = {  # what is changed in the good one, and the message
    "no variables": ({"variables": {}}, "no variable is declared"),
    "a name twice": (parameter("x"), NAMES),
    "a name that is a size": (parameter("n"), NAMES),
    "an empty name": (parameter(""), NAMES),
    "a name with a space": (parameter("a b"), NAMES),
    "a name with a line break": (parameter("a\n"), NAMES),
    "a name in other letters": (parameter("\u03b1"), NAMES),
    "a name that starts with a digit": (parameter("1a"), NAMES),
    "a long name": (parameter("a" * 65), NAMES),
    "pi is a name and a number": ({**parameter("pi"), **function(PI * x)}, "the name pi"),
    "a short digest": (parameter("q", Declaration((), False, "ab")), DIGITS),
    "a digest in capitals": (parameter("q", Declaration((), False, "A" * 64)), DIGITS),
    "an integer variable": (variable(Declaration((), True)), "a fixed variable"),
    "a variable with a value": (variable(Declaration((), False, "a" * 64)), "a fixed variable"),
    "an assumption with a line break": ({"assumptions": ("a\nb",)}, "printable lines"),
    "an assumption in other letters": ({"assumptions": ("\u03b1",)}, "printable lines"),
    "a negative size": ({"sizes": {"n": -1, "d": 0}}, "a negative size"),
    "half a size": (parameter("q", Declaration((const(Fraction(1, 2)),))), SIZE),
    "a size below zero": (parameter("q", Declaration((const(-1),))), SIZE),
    "a size that is a sum": (parameter("q", Declaration((n + 1,))), SIZE),
    "a size that is a parameter": (condition("ge", yi, (p,)), SIZE),
    "an unknown relation": (condition("le", p), RELATION),
    "an index without a size": (condition("ge", yi), RELATION),
    "a matrix that is not square": (condition("psd", Aij, (n, d)), RELATION),
    "a matrix with one side": (condition("symmetric", yi, (n,)), RELATION),
    "a variable in given": (condition("ge", x), "a variable in `given`"),
    "a loose index": (function(wi), "the function is not a scalar"),
    "a condition as the function": (function(apply("le", x, 0)), "(not a scalar|a number)"),
    "a direction": (function(entry("dir", "x")), "(not a scalar|a direction)"),
    "a name that is not declared": (function(entry("var", "v")), INDEXED),
    "a parameter used as a variable": (function(entry("var", "p")), INDEXED),
    "an index too few": (function(entry("var", "w")), INDEXED),
    "an index too many": (function(entry("var", "x", [0])), INDEXED),
    "a function that is unknown": (function(apply("zeta", x)), LANGUAGE),
    "a size that is not declared": (function(x * dim("k")), LANGUAGE),
    "an index that was opened": (function(entry("var", "w", [fresh(n)])), LANGUAGE),
    "a number where a condition stands": (function(apply("where", x, x, x)), PLACES),
    "a condition where a number stands": (function(apply("exp", apply("le", x, 0))), PLACES),
    "a condition as a value": (function(apply("where", apply("le", x, 0), apply("le", x, 1), x)), PLACES),
    "a number in and": (function(apply("where", apply("and", x, apply("le", x, 0)), x, x)), PLACES),
    "a comparison of conditions": (function(apply("where", apply("eq", *[apply("le", x, 0)] * 2), x, x)), PLACES),
    "a size with indices": (function(over("Sum", n, over("Sum", bound(0), wi))), "a size without indices"),
}


def test_the_good_one_is_taken() -> None:
    assert GOOD.check() is GOOD


@pytest.mark.parametrize("name", BAD)
def test_requirements(name: str) -> None:
    changed, message = BAD[name]
    with pytest.raises(ConvexcheckError, match=f"^statement: .*{message}"):
        replace(GOOD, **changed).check()


def test_lines() -> None:
    assert statement_lines(GOOD) == [
        "function   Sum(i < n, y[i]*w[i]**2) + p*x",
        "variables  x, w[n]",
        f"parameters p, y[n] integer = array {'a' * 64}, A[n, n]",
        "sizes      n >= 1, d >= 0",
        "domain     1 - x >= 0",
        "given      y[i] > 0 for all i < n",
        "given      psd(A[i, j]) for all i < n, j < n",
        "assuming   read from a file",
    ]


def test_lines_that_say_nothing_are_left_out() -> None:
    assert statement_lines(Statement(x**2, {"x": SCALAR})) == ["function   x**2", "variables  x"]


CONDITIONS = [
    (Condition("ge", p), "p >= 0"),
    (Condition("gt", 2 - p), "2 - p > 0"),
    (Condition("eq", p - 1), "p - 1 == 0"),
    (Condition("ge", yi, (const(3),)), "y[i] >= 0 for all i < 3"),
    (Condition("symmetric", Aij, (n, n)), "symmetric(A[i, j]) for all i < n, j < n"),
    (Condition("ge", entry("par", "i", [bound(0)]), (n,)), "i[j] >= 0 for all j < n"),
    (Condition("eq", over("Sum", n, entry("par", "A", [bound(1), bound(0)])) - 1, (n,)),
     "Sum(j < n, A[i, j]) - 1 == 0 for all i < n"),
]  # fmt: skip


@pytest.mark.parametrize(("c", "expected"), CONDITIONS, ids=str)
def test_condition_texts(c: Condition, expected: str) -> None:
    assert condition_text(c) == expected


z = entry("var", "z")
TEXTS = [
    (-x, "-x"),
    (x - z, "x - z"),
    (-x - z, "-x - z"),
    (x / z, "x/z"),
    (x / (2 * z), "x/(2*z)"),
    (x * (1 + z), "x*(1 + z)"),
    ((-x) ** 2, "(-x)**2"),
    (-(x**2), "-x**2"),
    (x**-2, "1/x**2"),
    (power(x, Fraction(1, 2)), "sqrt(x)"),
    (power(x, Fraction(3, 2)), "x**(3/2)"),
    (power(2, x), "2**x"),
    (PI * x, "pi*x"),
    (apply("where", apply("and", apply("lt", x, 0), apply("not", apply("eq", z, 1))), x, ONE),
     "where((x < 0) and (not (z == 1)), x, 1)"),
    (over("Sum", n, over("Max", d, entry("var", "A", [bound(1), bound(0)]))), "Sum(i < n, Max(j < d, A[i, j]))"),
]  # fmt: skip


@pytest.mark.parametrize(("e", "expected"), TEXTS, ids=[row[1] for row in TEXTS])
def test_texts(e: Expression, expected: str) -> None:
    assert text(e) == expected


def test_an_instance_has_numbers_for_its_sizes() -> None:
    at = GOOD.instance({"n": 3})
    assert at.sizes == {"d": 0} and at.variables["w"].shape == (const(3),)
    assert at.given[0].sizes == (const(3),) and "n" not in at.function.names("dim")
    assert at.check() is at
