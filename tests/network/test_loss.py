"""Losses: values against JAX, conversions of data, and the texts of what is refused."""

from fractions import Fraction

import numpy as np
import pytest

from convexcheck import ConvexcheckError
from convexcheck.network import MLP, Problem
from tests.network.networks import LOSSES, by_jax, every, problem


@pytest.mark.parametrize("p", [p for _, p in every()], ids=[name for name, _ in every()])
def test_values_against_jax(p):
    assert p.value() == pytest.approx(by_jax(p), rel=1e-12)


def test_factors():
    scales = [problem((2, 2), "tanh", loss, rows=4).scale for loss in LOSSES]
    assert scales == [Fraction(1, 4), 1, Fraction(1, 2), Fraction(1, 4)]


LINEAR = MLP.from_arrays([([[1.0, 2.0]], None)])
WIDE = MLP.from_arrays([([[1.0, 2.0]] * 3, None)])
X = [[1.0, 0.0], [0.0, 1.0]]


def test_what_data_may_look_like():
    assert Problem.of(LINEAR, X, [1, 2], "mse").y.shape == (2, 1)  # one output: a vector will do
    assert Problem.of(LINEAR, X, [[0.0], [1.0]], "cross_entropy").y.tolist() == [0, 1]  # whole numbers are labels
    assert Problem.of(LINEAR, X, [True, False], "cross_entropy").y.tolist() == [1, 0]
    assert Problem.of(MLP.from_arrays([([[1.0]], None)]), [1.0, 2.0], [1, 2], "mse").X.shape == (2, 1)
    assert Problem.of(LINEAR, [["0.1", "0.2"]], ["1/3"], "mse").X[0, 0] == Fraction(1, 10)
    assert Problem.of(LINEAR, X, [1, 2], "mse", ridge="0.1").ridge == Fraction(1, 10)


REFUSED = [
    (LINEAR, X, [0, 1], "mae", 0, "unknown loss 'mae'; expected one of mse, sse, half_sse, cross_entropy"),
    (LINEAR, X, [0, 2], "cross_entropy", 0, r"y\[1\] is 2.0; expected whole numbers from 0 to 1"),
    (LINEAR, X, [-1, 1], "cross_entropy", 0, r"y\[0\] is -1.0; .*try: \(y \+ 1\)/2 for labels -1 and 1"),
    (WIDE, X, [0, 3], "cross_entropy", 0, r"y\[1\] is 3.0; expected whole numbers from 0 to 2"),
    (WIDE, X, [0, 0.5], "cross_entropy", 0, r"y\[1\] is 0.5"),
    (WIDE, X, [[1, 0, 0], [0, 1, 0]], "cross_entropy", 0, r"y has shape \(2, 3\); .*try: y.argmax\(axis=1\)"),
    (WIDE, X, [0, 1], "mse", 0, r"y has shape \(2,\); expected \(2, 3\)"),
    (LINEAR, X, [0, 1, 2], "mse", 0, r"y has shape \(3,\); expected \(2,\) or \(2, 1\): one row for each of X"),
    (LINEAR, [[1.0]], [0], "mse", 0, r"X has shape \(1, 1\); expected \(N, 2\), as W1 has 2 columns"),
    (LINEAR, [1.0, 2.0], [0], "mse", 0, r"X has shape \(2,\); .*try: X.reshape\(1, -1\)"),
    (LINEAR, [[1.0, np.nan]], [0], "mse", 0, r"X\[0, 1\] is nan"),
    (LINEAR, None, [0, 1], "mse", 0, "X is 'None'; expected a finite number"),
    (LINEAR, X, [0, np.inf], "mse", 0, r"y\[1\] is inf"),
    (LINEAR, np.zeros((0, 2)), [], "mse", 0, r"X is empty, of shape \(0, 2\)"),
    (LINEAR, X, [0, 1], "mse", -1, "ridge is -1; expected a number >= 0"),
    (LINEAR, X, [0, 1], "mse", np.nan, "ridge is 'nan'"),
    ("net", X, [0, 1], "mse", 0, r"a str in place of a network; expected an MLP; try: network.MLP.from_arrays"),
]


@pytest.mark.parametrize(("net", "X", "y", "loss", "ridge", "message"), REFUSED)
def test_what_is_refused(net, X, y, loss, ridge, message):
    with pytest.raises(ConvexcheckError, match=message):
        Problem.of(net, X, y, loss, ridge)
