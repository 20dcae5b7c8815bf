"""Alignment finds hidden permutations, signs and scales, and the barrier falls; it never changes a function."""

import itertools

import numpy as np
import pytest

import convexcheck as cc
from convexcheck.network import MLP
from convexcheck.network.symmetry.alignment import align
from convexcheck.network.symmetry.equivalents import equivalents


def random_net(activation: str, seed: int, widths=(3, 8, 6, 2)) -> MLP:
    rng = np.random.default_rng(seed)
    layers = [(rng.normal(size=(b, a)), rng.normal(size=b)) for a, b in itertools.pairwise(widths)]
    return MLP.from_arrays(layers, activation=activation)


@pytest.mark.parametrize("activation", ["tanh", "relu", "softplus", "sin"])
def test_a_hidden_member_is_found(activation):
    net = random_net(activation, 0)
    other = list(equivalents(net, "finite", limit=4, seed=5))[-1].net
    assert align(net, other, scales=False).distance == 0


def test_hidden_scales_are_found():
    net = random_net("relu", 1, (3, 6, 2))
    other = list(equivalents(net, "all", limit=3, seed=2))[-1].net
    found = align(net, other)
    assert found.before > 1 and found.distance < 1e-2 * found.before


def test_the_functions_stay():
    a, b = random_net("relu", 2), random_net("relu", 3)
    found = align(a, b)
    x = np.random.default_rng(0).normal(size=(5, 3))
    assert np.allclose(found.first(x), a(x)) and np.allclose(found.second(x), b(x))
    assert found.distance < found.before


ABSOLUTE = [[-1.0], [0.0], [1.0]], [1.0, 0.0, 1.0]  # |x| at three points


def test_permutations_alone_leave_a_barrier():
    """Weights 1 and 2 with outgoing 1 and 1/2: at the middle (3/2)(3/4) = 9/8 in place of 1, and (1/8)**2/3 = 1/192."""
    one = MLP.from_arrays([([[1.0], [-1.0]], None), ([[1.0, 1.0]], None)], activation="relu")
    two = MLP.from_arrays([([[-1.0], [2.0]], None), ([[1.0, 0.5]], None)], activation="relu")
    rigid = cc.align(one, two, *ABSOLUTE, scales=False)
    assert rigid.member.moves[0].permutation == (1, 0) and rigid.after == pytest.approx(1 / 192)
    assert rigid.before > rigid.after
    free = cc.align(one, two, *ABSOLUTE)
    assert free.after == 0 and free.distance == 0
    assert [str(ball) for ball in free.ends] == ["0", "0"]


def test_other_layers_are_refused():
    with pytest.raises(cc.ConvexcheckError, match="a str; expected a network"):
        align(random_net("relu", 0), "b")
    with pytest.raises(cc.ConvexcheckError, match="of the same layers"):
        align(random_net("relu", 0), random_net("tanh", 0))
