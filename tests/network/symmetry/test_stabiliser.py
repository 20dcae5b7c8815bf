"""Stabilisers against lists of all images: every network with one hidden layer of up to 5 units, and deep ones.

All units with weights -1, 0, 1 are combined in all ways; a unit is a number, and an image a row of numbers.
"""

import itertools

import numpy as np
import pytest

from convexcheck.network.model import MLP
from convexcheck.network.symmetry.kinds import kinds
from convexcheck.network.symmetry.stabiliser import order

UNITS = list(itertools.product((-1, 0, 1), repeat=2))  # incoming and outgoing weight
ODD = np.array([UNITS.index((-w, -v)) for w, v in UNITS])
EVEN = np.array([UNITS.index((-w, v)) for w, v in UNITS])
SIGNS = {"softplus": None, "tanh": ODD, "square": EVEN, "sigmoid": ODD}


def images(units: tuple[int, ...], activation: str) -> int:
    """How many different rows permutations and signs make of these units, by listing them all."""
    turned, n = SIGNS[activation], len(units)
    orders = np.array(list(itertools.permutations(range(n))))
    rows = np.array(units)[orders]
    added = np.zeros(len(rows), dtype=int)
    if turned is not None:
        signs = np.array(list(itertools.product((False, True), repeat=n)))
        outgoing = np.array([v for _, v in UNITS])[np.array(units)]
        added = np.repeat(signs @ outgoing if activation == "sigmoid" else 0 * signs.sum(axis=1), len(orders))
        rows = np.concatenate([np.where(s, turned[np.array(units)], np.array(units))[orders] for s in signs])
    return len(np.unique(rows @ len(UNITS) ** np.arange(n) + len(UNITS) ** n * added))


@pytest.mark.parametrize("activation", SIGNS)
@pytest.mark.parametrize("width", range(1, 6))
def test_every_network_with_one_hidden_layer(activation, width):
    signed, count = SIGNS[activation] is not None, 0
    members = len(list(itertools.permutations(range(width)))) * (2**width if signed else 1)
    for units in itertools.combinations_with_replacement(range(len(UNITS)), width):
        first, last = [[float(UNITS[u][0])] for u in units], [[float(UNITS[u][1]) for u in units]]
        bias = [1.0] if activation == "sigmoid" else None
        net = MLP.from_arrays([(first, None), (last, bias)], activation=activation)
        assert order(net, kinds(net)) * images(units, activation) == members, units
        count += 1
    assert count >= 9


def deep_images(W: np.ndarray, V: np.ndarray, U: np.ndarray, signed: bool) -> int:
    """Two hidden layers of two units, one input and one output: all images of the weights, listed."""
    moves = [
        np.array([[a, 0], [0, b]])[list(p)]
        for p in ((0, 1), (1, 0))
        for a, b in (itertools.product((1, -1), repeat=2) if signed else [(1, 1)])
    ]
    found = {
        tuple(map(int, np.concatenate([g @ W, (h @ V @ g.T).ravel(), U @ h.T]))) for g in moves for h in moves
    }  # fmt: skip
    return len(found)


@pytest.mark.parametrize("activation", ["tanh", "softplus"])
def test_networks_with_two_hidden_layers(activation):
    signed = activation == "tanh"
    every = list(itertools.product((-1, 0, 1), repeat=8))
    for flat in every[:: 37 if signed else 23]:
        W, V, U = np.array(flat[:2]), np.array(flat[2:6]).reshape(2, 2), np.array(flat[6:])
        net = MLP.from_arrays([(W[:, None], None), (V, None), (U[None], None)], activation=activation)
        assert order(net, kinds(net)) * deep_images(W, V, U, signed) == (64 if signed else 4), flat
