"""What is proved about known functions survives sampled Jensen, strictness and the modulus included."""

import random
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import flint
import numpy as np
import pytest

import convexcheck
from tests.soundness.jensen import violation
from tests.soundness.programs import POSITIVE, Program, Term

CLAIMS = {"CONVEX": ["convex"], "CONCAVE": ["concave"], "AFFINE": ["convex", "concave"]}
SPANS: dict[str, tuple[tuple[Fraction | None, Fraction | None, bool], list[str]]] = {
    "+": ((Fraction(0), None, True), ["{} > 0"]),
    "0+": ((Fraction(0), None, False), ["{} >= 0"]),
    "01": ((Fraction(0), Fraction(1), False), ["{} >= 0", "{} <= 1"]),
    "in": ((Fraction(0), Fraction(1), True), ["{} > 0", "{} < 1"]),
}
PAIRS = 60
log = np.frompyfunc(POSITIVE["log"][1], 1, 1)
root = np.frompyfunc(POSITIVE["sqrt"][1], 1, 1)
power = np.frompyfunc(POSITIVE["power"][1], 1, 1)
larger = np.frompyfunc(lambda a, b: flint.arb(a).max(flint.arb(b)), 2, 1)
exp, total = np.exp, np.sum


def softplus(t: Any) -> Any:
    return log(1 + exp(t))


def squares(t: Any) -> Any:
    return total(t * t)


Names = dict[str, str]  # to every name its axes, and then perhaps the key of a span
LINEAR = {"w": "d"}, {"X": "n d", "y": "n"}
ROWS: list[tuple[str, Callable[..., Any], Names, Names]] = [
    ("x**4 - x", lambda x: x**4 - x, {"x": ""}, {}),
    ("x**4 + 3*x**2 - 5*x + 1", lambda x: x**4 + 3 * x**2 - 5 * x + 1, {"x": ""}, {}),
    ("(x - y)**2 + (x + 2*y)**4", lambda x, y: (x - y) ** 2 + (x + 2 * y) ** 4, {"x": "", "y": ""}, {}),
    ("x**2 + x*y + y**2", lambda x, y: x**2 + x * y + y**2, {"x": "", "y": ""}, {}),
    ("x**3", lambda x: x**3, {"x": "0+"}, {}),
    ("x**2/y", lambda x, y: x**2 / y, {"x": "", "y": "+"}, {}),
    ("1/x + 1/y", lambda x, y: 1 / x + 1 / y, {"x": "+", "y": "+"}, {}),
    ("x**2/(1 - x/2)", lambda x: x**2 / (1 - x / 2), {"x": "01"}, {}),
    ("x**1.5", lambda x: power(x), {"x": "0+"}, {}),
    ("sqrt(x)", lambda x: root(x), {"x": "0+"}, {}),
    ("sqrt(x*y)", lambda x, y: root(x * y), {"x": "+", "y": "+"}, {}),
    ("sqrt(1 + x**2 + y**2)", lambda x, y: root(1 + x**2 + y**2), {"x": "", "y": ""}, {}),
    ("log(x) + log(y)", lambda x, y: log(x) + log(y), {"x": "+", "y": "+"}, {}),
    ("x*log(x)", lambda x: x * log(x), {"x": "+"}, {}),
    ("x*log(x/y) - x + y", lambda x, y: x * log(x / y) - x + y, {"x": "+", "y": "+"}, {}),
    ("-x*log(x) - (1 - x)*log(1 - x)", lambda x: -x * log(x) - (1 - x) * log(1 - x), {"x": "in"}, {}),
    ("exp(x**2)", lambda x: exp(x**2), {"x": ""}, {}),
    ("exp(x) + exp(-2*x)", lambda x: exp(x) + exp(-2 * x), {"x": ""}, {}),
    ("cosh(x - y)", lambda x, y: np.cosh(x - y), {"x": "", "y": ""}, {}),
    ("log(exp(x) + exp(y))", lambda x, y: log(exp(x) + exp(y)), {"x": "", "y": ""}, {}),
    ("abs(x - y) + max(x, 2*y, 0)", lambda x, y: abs(x - y) + larger(larger(x, 2 * y), 0), {"x": "", "y": ""}, {}),
    ("max(0, 1 - x)**2", lambda x: larger(0, 1 - x) ** 2, {"x": ""}, {}),
    ("min(x, 1 - y)", lambda x, y: -larger(-x, y - 1), {"x": "", "y": ""}, {}),
    ("a*x - b*y + a*b", lambda x, y, a, b: a * x - b * y + a * b, {"x": "", "y": ""}, {"a": "", "b": ""}),
    ("p*x**2 + a*x", lambda x, p, a: p * x**2 + a * x, {"x": ""}, {"p": "0+", "a": ""}),
    ("p*exp(x) + (1 - p)*x**2", lambda x, p: p * exp(x) + (1 - p) * x**2, {"x": ""}, {"p": "01"}),
    ("sum(x*a) + s", lambda x, a, s: total(x * a) + s, {"x": "n"}, {"a": "n", "s": ""}),
    ("sum(log(x))", lambda x: total(log(x)), {"x": "n +"}, {}),
    ("sum(x*log(x/q))", lambda x, q: total(x * log(x / q)), {"x": "n +"}, {"q": "n +"}),
    ("sum(q*log(q/x) - q + x)", lambda x, q: total(q * log(q / x) - q + x), {"x": "n +"}, {"q": "n +"}),
    ("sum(exp(x)) + 3*sum(x**2)/2", lambda x: total(exp(x)) + 3 * squares(x) / 2, {"x": "n"}, {}),
    ("logsumexp(x)", lambda x: log(total(exp(x))), {"x": "n"}, {}),
    ("max(x)", lambda x: larger.reduce(x), {"x": "n"}, {}),
    ("sum(abs(x)) + s*sum(x**2)", lambda x, s: total(abs(x)) + s * squares(x), {"x": "n"}, {"s": "+"}),
    ("sum(sqrt(1 + x**2))", lambda x: total(root(1 + x**2)), {"x": "n"}, {}),
    ("sum((X @ w - y)**2)", lambda w, X, y: squares(X @ w - y), *LINEAR),
    ("sum(log(1 + exp(-y*(X @ w))))", lambda w, X, y: total(softplus(-y * (X @ w))), *LINEAR),
    (
        "sum(log(1 + exp(-y*(X @ w)))) + s*sum(w**2)/2",
        lambda w, X, y, s: total(softplus(-y * (X @ w))) + s * squares(w) / 2,
        LINEAR[0],
        {**LINEAR[1], "s": "+"},
    ),
    ("sum(exp(X @ w) - y*(X @ w))", lambda w, X, y: total(exp(X @ w) - y * (X @ w)), *LINEAR),
    ("sum(y*(X @ w) - exp(X @ w))", lambda w, X, y: total(y * (X @ w) - exp(X @ w)), *LINEAR),
    ("sum(max(0, 1 - y*(X @ w)))", lambda w, X, y: total(larger(0, 1 - y * (X @ w))), *LINEAR),
    ("sum(abs(X @ w - y))", lambda w, X, y: total(abs(X @ w - y)), *LINEAR),
    ("mean(sqrt(1 + (X @ w - y)**2))", lambda w, X, y: total(root(1 + (X @ w - y) ** 2)) / len(y), *LINEAR),
    ("sum(c*(X @ w)**4)", lambda w, X, c: total(c * (X @ w) ** 4), {"w": "d"}, {"X": "n d", "c": "n 0+"}),
    (
        "sum(c*exp(-(X @ w)) + X @ w)",
        lambda w, X, c: total(c * exp(-(X @ w)) + X @ w),
        {"w": "d"},
        {"X": "n d", "c": "n 0+"},
    ),
]
MODULI: dict[str, Callable[..., Any]] = {  # a modulus that depends on parameters, as it prints, and its value
    "s": lambda e: e["s"],
    "2*s": lambda e: 2 * e["s"],
    "2*p": lambda e: 2 * e["p"],
    "2 - 2*p": lambda e: 2 - 2 * e["p"],
}


def program(text: str, value: Callable[..., Any], wrt: Names, parameters: Names) -> Program:
    """The row as a program; a span gives the conditions and the range of its name."""
    words = {name: shape.split() for name, shape in {**wrt, **parameters}.items()}
    spans = {name: SPANS[w[-1]] for name, w in words.items() if w and w[-1] in SPANS}
    axes = [{n: " ".join(a for a in words[n] if a in "nd") for n in names} for names in (wrt, parameters)]
    said = [tuple(c.format(n) for n in names if n in spans for c in spans[n][1]) for names in (wrt, parameters)]
    return Program(Term(text, lambda e: value(**e)), *axes, *said, {n: span for n, (span, _) in spans.items()})


def less(p: Program, mu: Callable[..., Any], side: int) -> Program:
    """The program minus the square that a modulus claims."""

    def value(e: Any) -> Any:
        return p.term.value(e) - side * mu(e) / 2 * sum(squares(e[v]) for v in p.wrt)

    return Program(Term(f"{p.term.text} less a square", value), p.wrt, p.parameters, p.domain, p.given, p.ranges)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_what_is_proved_is_not_contradicted(row: Any) -> None:
    p = program(*row)
    v = convexcheck.check(p.term.text, budget=5, **p.options)
    claims, mu = CLAIMS[v.curvature], v.modulus
    number = mu if isinstance(mu, Fraction) else None
    assert not violation(p, claims, number, v.strict is True, random.Random(0), PAIRS)
    if mu is not None and number is None:
        rest = less(p, MODULI[str(mu)], 1 if claims == ["convex"] else -1)
        assert not violation(rest, claims, None, False, random.Random(1), PAIRS)


@pytest.mark.parametrize("row", [row for row in ROWS if row[3]], ids=lambda row: row[0])
def test_the_negative_is_noticed(row: Any) -> None:
    """Where parameters make it curved at all: an affine function has no false claim of curvature."""
    text, value, *names = row
    p = program(f"-({text})", lambda **e: -value(**e), *names)
    v = convexcheck.check(text, budget=5, **p.options)
    assert v.curvature == "AFFINE" or violation(p, CLAIMS[v.curvature], None, False, random.Random(0), PAIRS)


def test_a_symbolic_modulus_that_is_too_large_is_noticed() -> None:
    p = program("p*x**2", lambda x, p: p * x**2, {"x": ""}, {"p": "0+"})
    assert not violation(less(p, MODULI["2*p"], 1), ["convex"], None, False, random.Random(0), PAIRS)
    assert violation(less(p, lambda e: 3 * e["p"], 1), ["convex"], None, False, random.Random(0), PAIRS)
