"""Float64 values and gradients against the trusted evaluator and central differences."""

import flint
import numpy as np
import pytest

from convexcheck.expression.errors import ConvexcheckError
from convexcheck.expression.evaluate import evaluate
from convexcheck.expression.functions import FUNCTIONS
from convexcheck.expression.term import apply, bound, dim, entry, maximum, over
from convexcheck.read.text import read_text
from convexcheck.search.gradient import SLOPES, gradient
from convexcheck.search.numeric import UNARY, Program

MATRICES = {"W": "h d", "a": "h", "c": ""}
DATA = {"X": "n d", "y": "n"}
# (expression, variables, parameters): every operation, broadcasting, nested binders, sums of products
FORMULAS = [
    ("c**3 - 2*c**2/7 + sqrt(c**2 + 1) + (1 + c**2)**1.5 + 1/(2 + c**2)", {"c": ""}, {}),
    ("exp(c) + log(2 + c**2) + abs(c) + sin(c)*cos(c) + atan(c) + asinh(c)", {"c": ""}, {}),
    ("sinh(c) + cosh(c) + tanh(c) + sigmoid(c) + softplus(c) + erf(c) - erfc(c)", {"c": ""}, {}),
    ("asin(c/9) + lambertw(c**2) + loggamma(1 + c**2)*gamma(2 + c**2)", {"c": ""}, {}),
    ("digamma(1 + c**2) - trigamma(1 + c**2)*tetragamma(2 + c**2) + heptagamma(1 + c**2)", {"c": ""}, {}),
    ("max(c, 1 - c, c**2) + min(c, 2*c) + where(c < 1/4, c, c**2)", {"c": ""}, {}),
    ("sum((tanh(X @ W.T) @ a + c - y)**2)", MATRICES, DATA),
    ("sum(log(sum(exp(X @ W.T), axis=1))) - sum(a)*c", MATRICES, {"X": "n d"}),
    ("sum(max(abs(X) - c, axis=1))*sum(a**2) + sum(W)", MATRICES, {"X": "n d"}),
    ("sum(W**2)*sum(W) + c*mean(a)", MATRICES, {}),
    ("sum(where(y > 0, y*(X @ W.T @ a), exp(c)*y))", MATRICES, DATA),
    ("sum((1 + a**2)**(1 + c**2))", {"a": "h", "c": ""}, {}),
    ("W[0, 1]*a[1] + sum(W[:, 0])*c", {"W": "2 3", "a": "2", "c": ""}, {}),
]
SIZES = {"n": 4, "d": 3, "h": 2}


def instance(s, rng, points):
    values = {}
    for op, declared in (("var", s.variables), ("par", s.parameters)):
        for name, d in declared.items():
            shape = [int(k.data) if k.op == "const" else SIZES[k.data] for k in d.shape]
            values[op, name] = rng.normal(size=(*shape, points if op == "var" else 1))
    return values


def exact(a):
    out = np.empty(a.shape, dtype=object)
    for at in np.ndindex(a.shape):
        out[at] = flint.fmpq(*float(a[at]).as_integer_ratio())
    return out


@pytest.mark.parametrize(("text", "variables", "parameters"), FORMULAS)
def test_values_and_gradients(text, variables, parameters):
    s = read_text(text, variables, parameters)
    values = instance(s, np.random.default_rng(1), 3)
    program = Program(s.function, SIZES)
    found = np.broadcast_to(program(values), (3,))
    for k in range(3):
        at = {name: exact(a[..., min(k, a.shape[-1] - 1)]) for name, a in values.items()}
        assert found[k] == pytest.approx(float(evaluate(s.function, at, SIZES).mid()), rel=1e-10)
    again, slopes = gradient(program, values)
    assert np.allclose(again, found)
    for name, slope in slopes.items():
        for at in np.ndindex(slope.shape[:-1]):
            moved = [{k: a.copy() for k, a in values.items()} for _ in range(2)]
            moved[0][name][at] += 1e-6
            moved[1][name][at] -= 1e-6
            difference = (program(moved[0]) - program(moved[1])) / 2e-6
            assert np.allclose(slope[at], difference, rtol=1e-4, atol=1e-4), (name, at)


def test_every_function_of_the_language_has_numbers_and_slopes():
    assert set(FUNCTIONS) == set(UNARY) == set(SLOPES)


def test_gathered_entries_and_a_maximum_over_a_binder():
    i = bound(0)
    gathered = over("Sum", dim("n"), entry("var", "x", [entry("par", "l", [i])]) ** 2)
    largest = over("Max", dim("n"), entry("var", "x", [i]))
    values = {
        ("var", "x"): np.array([[1.0, 4.0], [2.0, 3.0], [5.0, -1.0]]),
        ("par", "l"): np.array([[2.0], [0.0], [2.0]]),
    }
    sizes = {"n": 3}
    f, g = gradient(Program(gathered, sizes), values)
    assert f.tolist() == [51.0, 18.0]
    assert g["var", "x"].tolist() == [[2.0, 8.0], [0.0, 0.0], [20.0, -4.0]]
    f, g = gradient(Program(largest, sizes), values)
    assert f.tolist() == [5.0, 4.0]
    assert g["var", "x"].tolist() == [[0.0, 1.0], [0.0, 0.0], [1.0, 0.0]]


def test_what_is_not_real_is_not_finite_and_does_not_warn(recwarn):
    x = entry("var", "x")
    values = {("var", "x"): np.array([-1.0, 0.0, 1.0])}
    for e in (apply("log", x), 1 / x, apply("log", maximum(x, x**3))):
        assert not np.isfinite(Program(e, {})(values)[1])
    out_of_range = entry("var", "v", [3])
    assert np.isnan(Program(out_of_range, {})({("var", "v"): np.ones((2, 1))})).all()
    assert len(recwarn) == 0


def test_a_size_without_a_value_is_named():
    with pytest.raises(ConvexcheckError, match="size n has no value"):
        Program(over("Sum", dim("n"), entry("var", "x", [bound(0)])), {})
