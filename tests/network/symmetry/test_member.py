"""Members of the group by hand: what they do to weights, in exact arithmetic."""

from fractions import Fraction

import numpy as np
import pytest

import convexcheck as cc
from convexcheck.network import MLP
from convexcheck.network.symmetry.member import Member, Stretch

LINEAR = MLP.from_arrays([([["1", "2"], ["3", "4"]], ["1", "-1"]), ([["5", "1/3"]], ["2"])], activation="identity")


def test_a_stretch_by_hand():
    """u = v = (1, 1), factor 3: I + [[1, 1], [1, 1]] = [[2, 1], [1, 2]], and its inverse [[2, -1], [-1, 2]] / 3."""
    moved = Member.of(LINEAR, stretches={1: ([1, 1], [1, 1], 3)})(LINEAR)
    assert moved.layers[0].W.tolist() == [[5, 8], [7, 10]] and moved.layers[0].b.tolist() == [1, -1]
    assert moved.layers[1].W.tolist() == [[Fraction(29, 9), Fraction(-13, 9)]] and moved.layers[1].b.tolist() == [2]


def test_a_reflection_is_orthogonal():
    """u = (1, 2): I - (2/5) [[1, 2], [2, 4]] = [[3/5, -4/5], [-4/5, -3/5]]."""
    mirror = Stretch((Fraction(1), Fraction(2)), (Fraction(1), Fraction(2)), Fraction(-1))
    A = mirror(np.array([[Fraction(1), Fraction(0)], [Fraction(0), Fraction(1)]]))
    assert A.tolist() == [[Fraction(3, 5), Fraction(-4, 5)], [Fraction(-4, 5), Fraction(-3, 5)]]
    assert (A @ A.T).tolist() == [[1, 0], [0, 1]] == mirror.back(A).tolist()


@pytest.mark.parametrize("seed", range(5))
def test_the_product_of_linear_layers_stays_exactly(seed):
    rng = np.random.default_rng(seed)
    u, v = rng.integers(1, 9, 2).tolist(), rng.integers(1, 9, 2).tolist()
    moved = Member.of(LINEAR, {1: [1, 0]}, {1: [1, -1]}, {1: ["2", "1/7"]}, {1: (u, v, Fraction(3, 5))})(LINEAR)
    for old, new in zip(affine(LINEAR), affine(moved), strict=True):
        assert old.tolist() == new.tolist()


def affine(net: MLP) -> tuple[np.ndarray, np.ndarray]:
    """The matrix and the constant of the function that two linear layers make."""
    first, last = net.layers
    return last.W @ first.W, last.W @ first.b + last.b


RELU = MLP.from_arrays([(np.array([[0.1], [5e-324]]), None), (np.array([[0.3, 1e300]]), None)], activation="relu")


@pytest.mark.parametrize(
    ("scales", "kept"), [(("8", "2"), True), (("1/3", "1"), False), (("1", "1/2"), False), ((2**2000, 1), False)]
)
def test_scales_leave_float64_only_where_a_result_would_be_rounded(scales, kept):
    """Half of 5e-324 is 0 in float64."""
    moved = Member.of(RELU, scales={1: scales})(RELU)
    assert (moved.layers[0].W.dtype == float) == kept
    for i, s in enumerate(map(Fraction, scales)):
        assert Fraction(moved.layers[0].W[i, 0]) == Fraction(RELU.layers[0].W[i, 0]) * s
        assert Fraction(moved.layers[1].W[0, i]) == Fraction(RELU.layers[1].W[0, i]) / s


def test_flips_of_sigmoid_add_exactly_to_the_next_bias():
    """sigmoid(-z) = 1 - sigmoid(z): 0.1 + 0.3 is no float64, so the bias becomes a rational, twice here."""
    first, last = (np.array([[0.7], [0.9]]), np.zeros(2)), (np.array([[0.3, 0.2]]), np.array([0.1]))
    net = MLP.from_arrays([first, (np.eye(2), np.array([0.1, 0.2])), last], activation="sigmoid")
    moved = Member.of(net, signs={1: [-1, 1], 2: [-1, -1]})(net)
    assert moved.layers[1].b.tolist() == [-(Fraction(0.1) + 1), -Fraction(0.2)]
    assert moved.layers[2].b.tolist() == [Fraction(0.1) + Fraction(0.3) + Fraction(0.2)]
    assert moved.layers[1].W.tolist() == [[1, 0], [0, -1]] and moved.layers[1].W.dtype == float


TANH = MLP.from_arrays([([[1.0], [2.0]], None), ([[1.0, 3.0]], None)])
BAD = {
    "no linear layer": (lambda: Member.of(TANH, stretches={1: ([1, 1], [1, 1], 2)}), "a layer with the activation"),
    "a direction of 0": (lambda: Member.of(LINEAR, stretches={1: ([1, 0], [1, 1], 2)}), "2 numbers > 0 each"),
    "too few": (lambda: Member.of(LINEAR, stretches={1: ([1], [1, 1], 2)}), "2 numbers > 0 each"),
    "a singular matrix": (lambda: Member.of(LINEAR, stretches={1: ([1, 1], [1, 1], 0)}), "a number > 0"),
    "no reflection": (
        lambda: Member.of(LINEAR, stretches={1: ([1, 1], [1, 1], 2)}, penalised=True), "the factor -1, under a penalty",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_matrices_that_are_no_symmetry(name):
    call, words = BAD[name]
    with pytest.raises(cc.ConvexcheckError, match=words):
        call()
