"""The loss as a statement: its values against JAX, its general form, and what the whole pipeline makes of it."""

from fractions import Fraction

import flint
import numpy as np
import pytest

import convexcheck as cc
from convexcheck.expression.evaluate import evaluate
from convexcheck.expression.statement import statement_lines
from convexcheck.network import MLP, Problem
from convexcheck.network.numbers import fractions
from convexcheck.network.statement import read_problem
from tests.network.networks import by_jax, every, perceptron, problem


def digest(array):
    return "0" * 64


def points(p):
    """The exact values of weights and data, as the kernel takes them."""
    arrays = {("var", name): a for name, a in p.net.parameters.items()} | {("par", "X"): p.X, ("par", "y"): p.y}
    rational = np.frompyfunc(lambda q: flint.fmpq(*q.as_integer_ratio()), 1, 1)
    return {key: rational(fractions(a)) for key, a in arrays.items()}


# one rule of the statement at a time, all of them together in the long campaign
SOME = [case for k, case in enumerate(every()) if k % 7 == 0]


@pytest.mark.parametrize("p", [p for _, p in SOME], ids=[name for name, _ in SOME])
def test_values_against_jax(p):
    values(p)


@pytest.mark.nightly
@pytest.mark.parametrize("p", [p for _, p in every()], ids=[name for name, _ in every()])
def test_all_values_against_jax(p):
    values(p)


def values(p):
    s = read_problem(p, digest).statement
    assert float(evaluate(s.function, points(p), {}).mid()) == pytest.approx(by_jax(p), rel=1e-12)


@pytest.mark.parametrize("p", [p for _, p in SOME], ids=[name for name, _ in SOME])
def test_the_general_statement_has_the_one_that_was_asked_as_instance(p):
    found = read_problem(p, digest)
    at = found.general.instance(found.sizes)
    assert at.function is found.statement.function
    shapes = [{n: d.shape for n, d in s.parameters.items()} for s in (at, found.statement)]
    assert shapes[0] == shapes[1]


def test_what_is_printed():
    net = MLP.from_arrays([([[1.0, 2.0]] * 3, [0.0] * 3), ([[1.0] * 3], None)], activation="tanh")
    s = read_problem(Problem.of(net, np.ones((5, 2)), np.ones(5), "half_sse"), digest).statement
    assert statement_lines(s)[0].split(maxsplit=1)[1] == (
        "Sum(i < 5, (Sum(j < 3, W2[0, j]*tanh(b1[j] + Sum(k < 2, X[i, k]*W1[j, k]))) - y[i, 0])**2)/2"
    )
    assert statement_lines(s)[1].split(maxsplit=1)[1] == "W1[3, 2], b1[3], W2[1, 3]"


def test_rational_data_are_stated_entry_by_entry():
    net = MLP.from_arrays([([["0.1"]], None)])
    s = read_problem(Problem.of(net, [["0.1"]], [1.0], "mse"), digest).statement
    assert [str(c.body) for c in s.given] == ["X[0, 0] - 1/10"]
    assert s.parameters["X"].array == ""
    assert s.parameters["y"].array == digest(None)


CONVEX = [("mse", 2), ("sse", 1), ("cross_entropy", 1), ("cross_entropy", 3)]


@pytest.mark.parametrize(("loss", "outputs"), CONVEX)
def test_without_hidden_layers_convexity_is_proved_for_all_data(loss, outputs):
    p = problem((3, outputs), "tanh", loss, rows=9)
    v = cc.check(p.net, p.X, p.y, loss=loss)
    assert v.curvature == "CONVEX"
    assert len(v.certificate.arrays) == (loss == "cross_entropy")  # of the data, only labels: they are integers
    assert "at the given X, y and beyond" in v.explain()


def test_the_worked_example_is_refuted():
    net = MLP.from_arrays([([[-1.5, 2.0], [1.7, 0.4]], None), ([[2.3, 0.8]], None)], "tanh")
    X = np.array([[1, 0], [0, 1], [1, 1], [1, -1], [0.5, -2], [-2, 0.5], [2, 1]])
    v = cc.check(net, X, net(X), loss="mse")
    assert v.curvature == "NEITHER"
    assert v.counterexample.gap > 0


def test_a_domain_speaks_of_weights():
    """With W2 >= 0, targets below and increasing convex units, an input-convex net is still not convex in W."""
    p = problem((1, 2, 1), "square", "mse")
    v = cc.check(p.net, p.X, p.y, loss="mse", domain="W2 >= 0")
    assert v.status == "REFUTED"
    assert v.counterexample.x["W2"].min() >= 0


REFUSED = [
    ((), {}, "0 arrays and loss=None with a network; expected X, y and loss="),
    ((np.ones((2, 3)),), {"loss": "mse"}, "1 arrays and loss='mse'"),
    ((np.ones((2, 3)), np.ones(2)), {"loss": "mse", "wrt": "w"}, "wrt= with a network, whose weights are"),
    ((np.ones((2, 3)), np.ones(2)), {"loss": "l1"}, "unknown loss 'l1'"),
]


@pytest.mark.parametrize(("data", "options", "message"), REFUSED)
def test_what_is_refused(data, options, message):
    with pytest.raises(cc.ConvexcheckError, match=message):
        cc.check(perceptron((3, 2, 1), "tanh"), *data, **options)


def test_a_loss_without_a_network():
    with pytest.raises(cc.ConvexcheckError, match=r"loss= with a str; expected a network\.MLP"):
        cc.check("x**2", loss="mse")
    with pytest.raises(cc.ConvexcheckError, match="ridge"):
        problem((2, 2), "tanh", "mse", ridge=Fraction(-1))
