"""Declared permutations are proved for all inputs, or refused with the leaf at which they break."""

import re

import jax
import jax.numpy as jnp
import pytest

import convexcheck as cc
from convexcheck.symmetries import check_permutations


def shape(*sizes):
    return jax.ShapeDtypeStruct(sizes, "float64")


def residual(p, x):
    """A stream of width 6 that every block reads and adds to, so that all its axes are permuted alike."""
    h = x @ p["embed"]
    h = h + jax.nn.relu(h @ p["up"] + p["bias"]) @ p["down"]
    return jnp.tanh(h) @ p["out"]


RESIDUAL = {"embed": shape(3, 6), "up": shape(6, 5), "bias": shape(5), "down": shape(5, 6), "out": shape(6, 2)}
STREAM = {"embed": (None, "S"), "up": ("S", "H"), "bias": ("H",), "down": ("H", "S"), "out": ("S", None)}


def channels(p, x):
    """Two convolutions with windows of three samples, channels last."""
    windows = jnp.stack([x[:, k : k + 6] for k in range(3)], axis=2)
    h = jax.nn.relu(jnp.einsum("nlwc,wck->nlk", windows, p["first"]) + p["bias"])
    windows = jnp.stack([h[:, k : k + 4] for k in range(3)], axis=2)
    return jnp.einsum("nlwc,wck->nlk", windows, p["second"])


CHANNELS = {"first": shape(3, 2, 4), "bias": shape(4), "second": shape(3, 4, 2)}
PLANES = {"first": (None, None, "C"), "bias": ("C",), "second": (None, "C", None)}
GOOD = {
    "a residual stream": (residual, RESIDUAL, shape(7, 3), STREAM),
    "the inside of a residual block": (residual, RESIDUAL, shape(7, 3), {k: STREAM[k] for k in ("up", "bias", "down")}),
    "channels of a convolution": (channels, CHANNELS, shape(1, 8, 2), PLANES),
}


@pytest.mark.parametrize("name", GOOD)
def test_a_right_spec_is_certified(name):
    function, leaves, x, spec = GOOD[name]
    if name.startswith("the inside"):
        spec = {"up": (None, "H"), "bias": ("H",), "down": ("H", None)}
    answer = cc.verify(check_permutations(function, leaves, x, spec=spec))
    assert isinstance(answer, cc.Accepted) and answer.verdict == "invariant"


ACTIVATIONS = {  # beside those of an MLP
    "silu": jax.nn.silu, "elu": jax.nn.elu, "leaky": lambda z: jnp.where(z > 0, z, z / 8), "hard": jax.nn.hard_tanh,
}  # fmt: skip


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_one_hidden_layer_of_any_activation_and_any_size(name):
    def layer(p, x):
        return ACTIVATIONS[name](x @ p["W"] + p["b"]) @ p["V"]

    leaves = {"W": shape(2, 5), "b": shape(5), "V": shape(5, 3)}
    spec = {"W": (None, "P"), "b": ("P",), "V": ("P", None)}
    text = str(cc.verify(check_permutations(layer, leaves, shape(7, 2), spec=spec)))
    assert "accepted" in text and re.search(r"V\[(\w+), \w+\], W\[\w+, \1\], b\[\1\]", text)  # sizes are letters
    assert "V[5" not in text


BAD = {  # the spec, and the words of the refusal
    "the sum of the stream is not permuted": ({**STREAM, "down": ("H", None)}, "S"),
    "a bias is forgotten": ({k: v for k, v in STREAM.items() if k != "bias"}, "permutation H breaks .* at bias"),
    "the next layer is forgotten": ({k: v for k, v in STREAM.items() if k != "out"}, "permutation S .* out"),
    "the wrong axis": ({**STREAM, "out": (None, "S")}, "size"),
    "an unknown leaf": ({**STREAM, "head": ("S",)}, "names 'head'; expected leaves"),
    "too few axes": ({**STREAM, "bias": ()}, "0 axes for bias"),
    "nothing": ({"embed": (None, None)}, "permutes nothing"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_wrong_spec_is_refused_where_it_breaks(name):
    spec, words = BAD[name]
    with pytest.raises(cc.ConvexcheckError, match=words):
        check_permutations(residual, RESIDUAL, shape(7, 3), spec=spec)


def test_shared_weights_are_permuted_on_both_sides():
    """The same matrix twice in a row: its two axes must move together, which the sizes allow only if it is square."""

    def tied(p, x):
        return jnp.tanh(jnp.tanh(x @ p["a"]) @ p["w"]) @ p["w"] @ p["b"]

    leaves = {"a": shape(2, 4), "w": shape(4, 4), "b": shape(4, 1)}
    right = {"a": (None, "P"), "w": ("P", "P"), "b": ("P", None)}
    assert check_permutations(tied, leaves, shape(3, 2), spec=right)
    with pytest.raises(cc.ConvexcheckError, match="breaks"):
        check_permutations(tied, leaves, shape(3, 2), spec={**right, "w": ("P", None)})


@pytest.mark.parametrize(("leaves", "spec"), [(shape(2, 2), {"W": ("P", None)}), ({"W": shape(2, 2)}, ["W"])])
def test_what_is_no_tree_or_no_spec(leaves, spec):
    with pytest.raises(cc.ConvexcheckError, match="expected a tree of named arrays, a dict"):
        check_permutations(lambda p, x: x, leaves, shape(2, 2), spec=spec)
