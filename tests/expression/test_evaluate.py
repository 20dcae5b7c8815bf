"""Values: those of NumPy within their balls, exact where they are rational, not finite where they are not real."""

import re
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import flint
import numpy as np
import pytest

from convexcheck.expression.errors import ConvexcheckError
from convexcheck.expression.evaluate import evaluate
from convexcheck.expression.objects import Inexact
from convexcheck.expression.term import PI, Expression, apply, bound, dim, entry, over, power
from convexcheck.read.text import read_text

n = dim("n")
x, i = entry("var", "x"), bound(0)
BITS = 40  # so wide that the rounding of a float64 vanishes in them
NAMES = {"x": "", "w": "d"}, {"X": "n d", "y": "n", "c": "n"}
softplus = np.frompyfunc(lambda t: float(np.logaddexp(0, t)), 1, 1)


def exact(array: Any) -> np.ndarray:
    """The floats of an array as rationals."""
    return np.array([flint.fmpq(*float(v).as_integer_ratio()) for v in np.ravel(array)] + [None])[:-1].reshape(
        np.shape(array)
    )


def data(seed: int) -> tuple[dict[str, Any], dict[str, int]]:
    rng = np.random.default_rng(seed)
    rows, columns = rng.integers(1, 5, 2).tolist()
    shapes = {"x": (), "w": (columns,), "X": (rows, columns), "y": (rows,)}
    arrays = {name: rng.integers(-24, 25, shape) / 8 for name, shape in shapes.items()}
    return arrays | {"c": rng.integers(1, 9, rows) / 8}, {"n": rows, "d": columns}


TEXTS: list[tuple[str, Callable[[Any], Any]]] = [
    ("x**3 - 2*x + 1/3", lambda a: a["x"] ** 3 - 2 * a["x"] + 1 / 3),
    ("exp(x) + sin(x)*cos(x)", lambda a: np.exp(a["x"]) + np.sin(a["x"]) * np.cos(a["x"])),
    ("tanh(x) + atan(x)*asinh(x)", lambda a: np.tanh(a["x"]) + np.arctan(a["x"]) * np.arcsinh(a["x"])),
    ("sinh(x) - cosh(x/2)", lambda a: np.sinh(a["x"]) - np.cosh(a["x"] / 2)),
    ("sqrt(1 + x**2)**-1", lambda a: 1 / np.sqrt(1 + a["x"] ** 2)),
    ("pi*abs(x)", lambda a: np.pi * abs(a["x"])),
    ("where(x < 0, -x, x**2)", lambda a: -a["x"] if a["x"] < 0 else a["x"] ** 2),
    ("max(x, 1, x**2)", lambda a: max(a["x"], 1, a["x"] ** 2)),
    ("max(w) - min(w)", lambda a: max(a["w"]) - min(a["w"])),
    ("sum((X @ w - y)**2)", lambda a: sum((a["X"] @ a["w"] - a["y"]) ** 2)),
    ("sum(log(1 + exp(-y*(X @ w))))", lambda a: sum(softplus(-a["y"] * (a["X"] @ a["w"])))),
    ("sum(c*log(c)) + x", lambda a: sum(a["c"] * np.log(a["c"])) + a["x"]),
    ("logsumexp(w)", lambda a: np.log(sum(np.exp(a["w"])))),
    ("mean(X @ w)*n/d", lambda a: np.mean(a["X"] @ a["w"]) * len(a["y"]) / len(a["w"])),
    ("max(X @ w)*sum(y*c)", lambda a: max(a["X"] @ a["w"]) * sum(a["y"] * a["c"])),
    ("w @ X.T @ X @ w", lambda a: a["w"] @ a["X"].T @ a["X"] @ a["w"]),
    ("w[0]*X[0, 0]", lambda a: a["w"][0] * a["X"][0, 0]),
]


@pytest.mark.parametrize(("text", "expected"), TEXTS, ids=[row[0] for row in TEXTS])
def test_balls_hold_the_value_of_numpy(text: str, expected: Callable[[Any], Any]) -> None:
    words = set(re.findall("[a-zA-Z]+", text))
    used = [{v: shape for v, shape in names.items() if v in words} for names in NAMES]
    given = [f"{size} >= 1" for size in "nd" if any(size in shape for names in used for shape in names.values())]
    statement = read_text(text, *used, given=given)
    for seed in range(20):
        arrays, sizes = data(seed)
        values = {("var" if v in NAMES[0] else "par", v): exact(a) for v, a in arrays.items()}
        with flint.ctx.workprec(BITS):
            ball = evaluate(statement.function, values, sizes)
        near = float(expected(arrays))
        room = flint.arb(0, 1e-12 * (1 + abs(near)))  # what a float64 loses
        assert ball.is_finite() and ball.rad() < 1e-6 * (1 + abs(near)) and (ball + room).contains(flint.arb(near))
        try:
            q = evaluate(statement.function, values, sizes, exact=True)
        except Inexact:
            continue
        assert ball.contains(flint.arb(q)) or ball.overlaps(flint.arb(q))


def at(value: Any) -> dict[tuple[str, str], np.ndarray]:
    return {("var", "x"): exact(value)}


EXACT = [  # rational where the operations allow it
    (x**2 / 3, Fraction(-3), Fraction(3)),
    (x**-3, Fraction(-2), Fraction(-1, 8)),
    (apply("abs", x), Fraction(-5, 2), Fraction(5, 2)),
    (over("Sum", 5, i * x), Fraction(1, 4), Fraction(5, 2)),
    (over("Sum", 0, apply("log", i)), Fraction(0), Fraction(0)),
    (over("Sum", 3, over("Sum", 2, i * bound(1))), Fraction(0), Fraction(3)),
    (over("Max", 4, i * x - i**2), Fraction(3), Fraction(2)),
    (x**x, Fraction(3), Fraction(27)),
]


@pytest.mark.parametrize(("e", "where", "value"), EXACT, ids=str)
def test_exact_values(e: Expression, where: Fraction, value: Fraction) -> None:
    q = evaluate(e, at(where), {}, exact=True)
    assert isinstance(q, flint.fmpq) and q == flint.fmpq(*value.as_integer_ratio())
    assert evaluate(e, at(where), {}).contains(flint.arb(q))


INEXACT = [  # not rational, not known to be, or not real
    (apply("exp", x), 1),
    (apply("cos", x), 1),
    (power(x, Fraction(1, 2)), 4),
    (PI * x, 0),
    (1 / x, 0),
    (x**1_000_000, 3),
    (apply("log", x), -1),
    (over("Max", 0, i), 0),
    (entry("var", "v", [3]), 0),
    (entry("var", "v", [-1]), 0),
    (entry("var", "v", [x]), 0.5),
]
V = {("var", "v"): exact([1.0, 2.0, 4.0])}


@pytest.mark.parametrize(("e", "where"), INEXACT, ids=str)
def test_no_exact_value(e: Expression, where: float) -> None:
    with pytest.raises(Inexact):
        evaluate(e, {**at(where), **V}, {}, exact=True)


NOT_REAL = [
    (apply("log", x), 0),
    (apply("log", x), -1),
    (power(x, Fraction(1, 2)), -1),
    (power(x, Fraction(-1, 2)), 0),
    (1 / x, 0),
    (0 / x, 0),
    (0 * apply("log", x), -1),
    (apply("log", x) - apply("log", x), -1),
    (apply("abs", apply("log", x)), -1),
    (apply("exp", -1 / x**2), 0),
    (over("Max", 0, i), 0),
    (over("Sum", 3, 1 / (i - x)), 1),
    (over("Max", 3, apply("log", i - x)), 1),
    (entry("var", "v", [3]), 0),
    (entry("var", "v", [-1]), 0),
    (entry("var", "v", [x]), 0.5),
    (over("Sum", 4, entry("var", "v", [i])), 0),
    (apply("where", apply("lt", 0, x), x, apply("log", x)), -1),
]


@pytest.mark.parametrize(("e", "where"), NOT_REAL, ids=str)
def test_what_is_not_real_is_not_finite(e: Expression, where: float) -> None:
    assert not evaluate(e, {**at(where), **V}, {}).is_finite()


GUARDED = [  # a branch that is not taken need not be real
    (apply("where", apply("lt", 0, x), apply("log", x), 7), 0, 7),
    (apply("where", apply("eq", x, 0), 1, apply("exp", x) / x), 0, 1),
    (over("Sum", 4, apply("where", apply("lt", i, 3), entry("var", "v", [i]), 0)), 0, 7),
]


@pytest.mark.parametrize(("e", "where", "value"), GUARDED, ids=str)
def test_guards(e: Expression, where: int, value: int) -> None:
    assert evaluate(e, {**at(where), **V}, {}) == value


two = power(x, Fraction(1, 2)) ** 2  # a ball around 2
CONDITIONS = [
    (apply("le", x, 2), True),
    (apply("lt", x, 2), False),
    (apply("eq", x, 2), True),
    (apply("le", two, 2), None),
    (apply("eq", two, 2), None),
    (apply("lt", two, 3), True),
    (apply("not", apply("lt", two, 2)), None),
    (apply("and", apply("lt", two, 2), apply("lt", 2, x)), False),
    (apply("or", apply("lt", two, 2), apply("lt", 2, x)), None),
    (apply("or", apply("lt", two, 2), apply("le", 2, x)), True),
    (apply("lt", apply("log", -x), 0), None),
    (apply("le", 0, 1 / (x - 2)), None),
]


@pytest.mark.parametrize(("e", "truth"), CONDITIONS, ids=str)
def test_conditions_may_stay_open(e: Expression, truth: bool | None) -> None:
    assert evaluate(e, at(2), {}) is truth


def test_an_open_condition_gives_both_values() -> None:
    both = evaluate(apply("where", apply("le", two, 2), 5, 9), at(2), {})
    assert both.contains(5) and both.contains(9) and not both.contains(10)


REFUSED = {
    "too many terms": (over("Sum", n, x * i), {"n": 10**8}, "values at once"),
    "too many pairs": (over("Sum", n, over("Sum", n, i * bound(1))), {"n": 10**4}, "values at once"),
    "a name without value": (entry("par", "x"), {}, "x has no value"),
    "an index too many": (entry("var", "x", [0]), {}, "1 axes"),
    "a size without value": (n * x, {}, "size n has no value"),
    "half a size": (over("Sum", x, i), {}, "size x has no value"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refusals(name: str) -> None:
    e, sizes, message = REFUSED[name]
    with pytest.raises(ConvexcheckError, match=f"^evaluation: .*{message}"):
        evaluate(e, at(0.5), sizes)
