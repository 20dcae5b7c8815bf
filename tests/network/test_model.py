"""The perceptron: what it holds, its outputs against JAX, and the texts of what is refused."""

from fractions import Fraction

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from convexcheck import ConvexcheckError
from convexcheck.network import MLP
from convexcheck.network.activations import derivatives, jax_activation
from convexcheck.network.model import ACTIVATIONS
from tests.network.networks import perceptron

W1, b1, W2 = [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], [0.1, 0.2, 0.3], [[1.0, 1.0, 1.0]]


def test_order_of_parameters():
    net = MLP.from_arrays([(W1, b1), (W2, None)], activation="tanh")
    assert net.names == ("W1", "b1", "W2")
    assert net.vector().tolist() == [1, 2, 3, 4, 5, 6, 0.1, 0.2, 0.3, 1, 1, 1]
    assert net.activations == ("tanh", "identity")
    assert [layer.W.shape for layer in net.layers] == [(3, 2), (1, 3)]
    assert net.layers[1].b is None
    assert repr(net) == "MLP(2-3-1, tanh, P = 12)"


def test_rationals_stay_exact():
    net = MLP.from_arrays([([["0.1", Fraction(1, 3)]], ["-2"]), ([[1.5]], None)], activation="relu")
    assert net.layers[0].W.tolist() == [[Fraction(1, 10), Fraction(1, 3)]]
    assert not net.exact_in_float64
    assert net.arrays()[0].tolist() == [[0.1, 1 / 3]]


def test_float32_weights_are_converted_exactly():
    net = MLP.from_arrays([(np.float32(W1) / 3, None), (np.float32(W2), None)])
    assert net.layers[0].W.dtype == np.float64
    assert ((np.float32(W1) / 3).astype(float) == net.layers[0].W).all()


def test_weights_are_copies_that_nobody_changes():
    W = np.array(W1)
    net = MLP.from_arrays([(W, b1), (W2, None)])
    W[0, 0] = 99
    assert net.layers[0].W[0, 0] == 1
    with pytest.raises(ValueError, match="read-only"):
        net.layers[0].W[0, 0] = 2


def test_inputs_that_do_not_fit():
    net = MLP.from_arrays([(W1, b1), (W2, None)])
    assert net([1.0, 2.0]).shape == (1,)
    for X in ([[1.0]], 3.0):
        with pytest.raises(ConvexcheckError, match=r"X has shape .*; expected \(N, 2\), as W1 has 2 columns"):
            net(X)


def test_other_weights():
    net = MLP.from_arrays([(W1, b1), (W2, None)])
    moved = net.with_parameters(net.vector() + 1)
    assert moved.vector().tolist() == (net.vector() + 1).tolist()
    assert moved.names == net.names
    with pytest.raises(ConvexcheckError, match=r"a vector of shape \(3,\); expected shape \(12,\)"):
        net.split(np.zeros(3))


def test_a_pytree_of_jax():
    net = MLP.from_arrays([(W1, b1), (W2, None)])
    leaves, tree = jax.tree_util.tree_flatten(net)
    assert [leaf.shape for leaf in leaves] == [(3, 2), (3,), (1, 3)]
    assert tree.unflatten(leaves).activations == net.activations
    paths = jax.tree_util.tree_flatten_with_path(net)[0]
    assert ["".join(map(str, path)) for path, _ in paths] == [".W1", ".b1", ".W2"]
    doubled = jax.tree.map(lambda a: 2 * a, net)
    assert doubled.vector().tolist() == (2 * net.vector()).tolist()


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_outputs_against_jax(activation):
    net = perceptron((3, 5, 4, 2), activation, seed=1)
    X = np.random.default_rng(2).standard_normal((6, 3))
    with jax.enable_x64(True):
        h = jnp.asarray(X)
        for layer in net.layers:
            h = jax_activation(layer.activation)(h @ layer.W.T + layer.b)
        np.testing.assert_allclose(net(X), np.asarray(h), rtol=1e-13, atol=1e-14)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_derivatives_against_jax(name):
    z = np.concatenate([np.linspace(-30, 30, 401) + 1e-3, [1e-300, -1e-300]])
    with jax.enable_x64(True):
        f = jax_activation(name)
        expected = [np.asarray(jax.vmap(g)(z)) for g in (f, jax.grad(f), jax.grad(jax.grad(f)))]
    for found, wanted in zip(derivatives(name, z), expected, strict=True):
        np.testing.assert_allclose(found, wanted, rtol=1e-11, atol=1e-13)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_huge_arguments_are_no_surprise(name):
    found = derivatives(name, np.array([-1e150, 1e150]))
    assert not np.isnan(found).any()


REFUSED = [
    ([(W1, b1), (np.array(W2).T, None)], "tanh", r"W2 has shape \(3, 1\), but layer 1 has 3 outputs; .*try: W2.T"),
    ([(W1, [1.0]), (W2, None)], "tanh", r"b1 has shape \(1,\); expected \(3,\), as W1 has that many rows"),
    ([(W1, b1), (W2, None)], "swish", "unknown activation 'swish'; expected one of tanh, sigmoid, softplus, relu"),
    ([(W1, b1), (W2, None)], ["tanh", "relu"], "2 activations for 1 hidden layers; expected one for each layer but"),
    ([([[np.nan]], None)], "tanh", r"W1\[0, 0\] is nan"),
    ([(W1, [0, np.inf, 0]), (W2, None)], "tanh", r"b1\[1\] is inf"),
    ([(W1, b1), (W2, None)], np.tanh, "an activation of type ufunc; expected one of tanh, .*, or a list of them"),
    ([W1, b1, W2], "tanh", r"layer 2 is a list; expected a pair \(W, b\) .*try: \[\(W1, b1\), \(W2, None\)\]"),
    ([], "tanh", "no layers"),
    (3, "tanh", "layers of type int; expected a list of pairs"),
    ([([1.0, 2.0], None)], "tanh", r"W1 has shape \(2,\); expected a matrix"),
    ([(np.ones((1, 3, 4)), np.ones(4))], "tanh", r"W1 has shape \(1, 3, 4\); expected a matrix"),  # of a convolution
    (["abc"], "tanh", "layer 1 is a str"),
    ([([[1.0], [2.0, 3.0]], None)], "tanh", "W1 is no array"),
]


@pytest.mark.parametrize(("layers", "activation", "message"), REFUSED)
def test_what_is_refused(layers, activation, message):
    with pytest.raises(ConvexcheckError, match=message):
        MLP.from_arrays(layers, activation)
