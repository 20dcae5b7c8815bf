"""Second derivatives along lines: those of difference quotients at 600 bits; none at kinks and beyond domains."""

import re

import flint
import numpy as np
import pytest

from convexcheck.expression.evaluate import evaluate, value
from convexcheck.expression.jets import Jets
from convexcheck.expression.objects import Inexact, Objects, rationals
from convexcheck.read.text import read_text

SHAPES = {"x": "", "z": "", "w": "d"}, {"X": "n d", "y": "n", "c": "n"}
SIZES = {"n": 3, "d": 4}
SMOOTH = [
    "x**3*z - x*z**2 + 2",
    "exp(x*z)*sin(x) + cos(z)",
    "tanh(x) + sinh(z)/cosh(x)",
    "sigmoid(x)*softplus(z) + erf(x)",
    "atan(x)*asinh(z) + erfc(x*z)",
    "loggamma(x**2 + 1) + lambertw(z**2)",
    "sqrt(1 + x**2)/(1 + z**2)",
    "(1 + x**2)**z + abs(x)**(5/2)",
    "log(1 + x**2)**-3 + pi*x**2",
    "abs(x - z)*x + max(x, z, x*z - 7)",
    "where(x < z, x**4, exp(x)) + where(y[0] <= 9, x*z, abs(z))",
    "sum((tanh(X @ w) - y)**2*c)",
    "logsumexp(w) + max(w)*x",
    "sum(log(1 + exp(-y*(X @ w))))/n",
    "sum(max(X @ w, 0)**2) + sum(abs(w))",
    "max(X @ w - y)*w[0]",
    "sum(x*w)*sum(y*c) + w @ X.T @ X @ w",
]


def drawn(seed: int) -> dict[tuple[str, str], np.ndarray]:
    rng = np.random.default_rng(seed)
    found = {}
    for op, names in (("var", SHAPES[0]), ("par", SHAPES[1]), ("dir", SHAPES[0])):
        for name, shape in names.items():
            found[op, name] = rationals(rng.integers(-2000, 2000, [SIZES[n] for n in shape.split()]) / 1024)
    found["par", "c"] = rationals(rng.integers(1, 9, 3) / 8)
    return found


def quotient(f, values):
    """The second difference with step 2**-200, off by about 2**-190."""
    with flint.ctx.workprec(1000):
        h = flint.fmpq(1, 2**200)

        def at(t):
            moved = {("var", n): np.asarray(values["var", n] + t * h * values["dir", n]) for n in SHAPES[0]}
            return evaluate(f, {**values, **moved}, SIZES)

        return (at(1) - 2 * at(0) + at(-1)) / flint.arb(h) ** 2, (at(1) - at(-1)) / flint.arb(h) / 2


@pytest.mark.parametrize("text", SMOOTH)
@pytest.mark.parametrize("seed", range(4))
def test_the_second_derivative_is_that_of_differences(text: str, seed: int) -> None:
    words = set(re.findall(r"[a-zA-Z]+", text))
    f = read_text(text, *({n: s for n, s in names.items() if n in words} for names in SHAPES)).function
    values = drawn(seed)
    second, first = quotient(f, values)
    with flint.ctx.workprec(128):
        z0, z1, z2 = value(f, values, SIZES, Jets(Objects(flint.arb)))
        room = flint.arb(0, 1e-30)
        assert z0.overlaps(evaluate(f, values, SIZES))
        assert (z1 - first + room * (1 + abs(first))).contains(0) and z1.rad() < 1e-20
        assert (2 * z2 - second + room * (1 + abs(second))).contains(0) and z2.rad() < 1e-20
    try:
        exact = value(f, values, SIZES, Jets(Objects(flint.fmpq)))
    except Inexact:
        return
    assert all(z.overlaps(flint.arb(q)) for z, q in zip((z0, z1, z2), exact, strict=True))


# (formula, x): no second derivative at x in the direction 1, or none that is known
ROUGH = [
    ("abs(x)", 0),
    ("abs(x)**3", 0),  # has one, but the tie is not looked through
    ("x*abs(x)", 0),
    ("max(x, 0)", 0),
    ("max(x, x)*0 + max(x, 2*x - 1)", 1),
    ("where(x < 0, x**2, x**3)", 0),
    ("where(x <= 0, 1, 2)", 0),
    ("where(x == 0, 1, 1)", 0),
    ("sqrt(x)", 0),
    ("x**2.5", 0),
    ("x**(7/3)", 0),
    ("log(x)", 0),
    ("log(x) - log(x)", -1),
    ("0*log(x)", -1),
    ("1/x", 0),
    ("asin(x)", 1),
    ("x**x", 0),
    ("x**x", -1),
    ("where(x < 1, exp(-1/x), 0)", 0),
    ("abs(sin(pi)*x)", 1),  # a tie that balls cannot decide
]


@pytest.mark.parametrize(("text", "x"), ROUGH)
def test_no_derivative_where_there_is_a_kink_or_no_value(text: str, x: float) -> None:
    f = read_text(text).function
    values = {("var", "x"): rationals(np.array(float(x))), ("dir", "x"): rationals(np.array(1.0))}
    found = value(f, values, {}, Jets(Objects(flint.arb)))
    assert not all(z.is_finite() for z in found)
    with pytest.raises(Inexact):
        value(f, values, {}, Jets(Objects(flint.fmpq)))


EDGES = [("x**2", 0, 1), ("x**3", 0, 0), ("abs(x)**3", -1, 3), ("max(x, 0)**2", 1, 1), ("where(x < 0, 7, x**2)", 2, 1)]


@pytest.mark.parametrize(("text", "x", "z2"), EDGES)
def test_exact_coefficients(text: str, x: int, z2: int) -> None:
    values = {("var", "x"): rationals(np.array(float(x))), ("dir", "x"): rationals(np.array(1.0))}
    assert value(read_text(text).function, values, {}, Jets(Objects(flint.fmpq)))[2] == z2


def test_an_index_that_may_move_has_no_value() -> None:
    from convexcheck.expression.term import apply, entry

    f = entry("par", "p", [apply("where", apply("le", 0, entry("var", "x")), 0, 1)])
    values = {
        ("par", "p"): rationals(np.array([1.0, 2.0])),
        ("var", "x"): rationals(np.array(3.0)),
        ("dir", "x"): rationals(np.array(1.0)),
    }
    assert not value(f, values, {}, Jets(Objects(flint.arb)))[0].is_finite()


def test_what_does_not_move_may_have_kinks() -> None:
    f = read_text("abs(x) + z**2", {"x": "", "z": ""}).function
    at = {"x": (0.0, 0.0), "z": (1.0, 1.0)}
    values = {(op, n): rationals(np.array(at[n][k])) for k, op in enumerate(("var", "dir")) for n in at}
    assert value(f, values, {}, Jets(Objects(flint.fmpq))) == (1, 2, 1)
