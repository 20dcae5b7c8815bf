"""Equivalent weights: equal functions, all different, no more than asked for, certified for all sizes."""

import itertools
from fractions import Fraction

import numpy as np
import pytest

import convexcheck as cc
from convexcheck.network.model import MLP

ACTIVATIONS = ("tanh", "sigmoid", "relu", "square", "sin", "softplus", "gelu", "identity")


def deep(activation: str, seed: int = 0) -> MLP:
    rng = np.random.default_rng(seed)
    widths = (2, 3, 2, 2)
    layers = [(rng.integers(-8, 9, (b, a)) / 4, rng.integers(-8, 9, b) / 4) for a, b in itertools.pairwise(widths)]
    return MLP.from_arrays(layers, activation=activation)


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("kind", ["finite", "all"])
def test_all_have_the_same_function(activation, kind):
    net = deep(activation)
    x = np.random.default_rng(1).normal(size=(5, 2))
    found = cc.equivalents(net, kind=kind, limit=20)
    answer = cc.verify(found.certificate)
    assert isinstance(answer, cc.Accepted) and answer.verdict == "invariant"
    nets = list(found)
    group = cc.symmetry_group(net)
    assert len(nets) == (20 if kind == "all" and any(k.degree for k in group.kinds) else min(20, group.orbit_size()))
    assert all(np.allclose(other(x), net(x), rtol=1e-12, atol=1e-12) for other in nets)
    assert len({tuple(other.vector().tolist()) for other in nets}) == len(nets)
    assert np.array_equal(nets[0].vector(), net.vector())


def test_the_certificate_is_for_all_widths_and_data():
    text = str(cc.verify(cc.equivalents(deep("tanh"), limit=2).certificate))
    for part in ("W1[h1, d]", "W2[h2, h1]", "X[n, d]", "permutations p1 of size h1", "signs s2 of size h2"):
        assert part in text


def test_the_same_seed_gives_the_same_nets():
    net = deep("relu")
    runs = [[other.vector().tolist() for other in cc.equivalents(net, kind="all", limit=6, seed=s)] for s in (3, 3, 4)]
    assert runs[0] == runs[1] != runs[2]


def test_floats_stay_exact():
    """A unit of 0.1 times 2 is 0.2 in float64 too; nothing is rounded on the way."""
    net = MLP.from_arrays([(np.array([[0.1], [0.7]]), None), (np.array([[0.3, 0.9]]), None)], activation="relu")
    for other in cc.equivalents(net, kind="scale", limit=10):
        ends = zip(other.layers[0].W[:, 0], other.layers[1].W[0], strict=True)
        products = [Fraction(a) * Fraction(b) for a, b in ends]
        assert products == [Fraction(0.1) * Fraction(0.3), Fraction(0.7) * Fraction(0.9)]


LARGE = MLP.from_arrays([(np.arange(16.0).reshape(8, 2), None), (np.ones((1, 8)), None)], activation="softplus")


def test_a_large_group_is_never_listed_by_accident():
    with pytest.raises(cc.ConvexcheckError, match="expected a limit"):
        cc.equivalents(LARGE)
    with pytest.raises(cc.ConvexcheckError, match="infinitely many"):
        cc.equivalents(deep("relu"), kind="scale")
    assert len(list(cc.equivalents(LARGE, limit=3))) == 3


def test_what_a_network_does_not_have():
    with pytest.raises(cc.ConvexcheckError, match="no sign changes"):
        cc.equivalents(LARGE, kind="sign")
    with pytest.raises(cc.ConvexcheckError, match="a str; expected"):
        cc.symmetry_group("net")
    with pytest.raises(cc.ConvexcheckError, match="one of permutation"):
        cc.equivalents(LARGE, kind="rotation")


def test_equal_units_make_fewer_and_it_is_said():
    net = MLP.from_arrays([([[1.0], [1.0], [2.0]], None), ([[3.0, 3.0, 4.0]], None)], activation="softplus")
    found = cc.equivalents(net)
    assert len(list(found)) == 3 and "3 images, not 6: units 0, 1 of hidden layer 1 are equal" in found.message


@pytest.mark.parametrize("limit", [0, -1, 2.5, True, "3"])
def test_a_limit_is_a_whole_number(limit):
    with pytest.raises(cc.ConvexcheckError, match="expected a whole number >= 1"):
        cc.equivalents(LARGE, limit=limit)


def test_a_seed_is_a_whole_number():
    with pytest.raises(cc.ConvexcheckError, match="seed='x'; expected a whole number >= 0"):
        cc.equivalents(LARGE, limit=2, seed="x")


def linear(*activations: str) -> MLP:
    rng = np.random.default_rng(4)
    widths = (2, *(3 for _ in activations), 2)
    layers = [(rng.integers(-8, 9, (b, a)) / 4, rng.integers(-8, 9, b) / 4) for a, b in itertools.pairwise(widths)]
    return MLP.from_arrays(layers, activation=activations)


@pytest.mark.parametrize(
    ("activations", "ridge"), [(("identity",), 0), (("identity",), "1/2"), (("tanh", "identity"), "1/2")]
)
def test_matrices_between_linear_layers(activations, ridge):
    """GL(n), of which a penalty leaves the orthogonal matrices; the certificate is for all widths and data."""
    net, x = linear(*activations), np.random.default_rng(1).normal(size=(5, 2))
    found = cc.equivalents(net, kind="matrix", limit=6, seed=2, ridge=ridge)
    text = str(cc.verify(found.certificate))
    assert "accepted" in text and (f"W{len(activations)}[" in text)
    nets = list(found)
    assert len(nets) == 6
    assert all(np.allclose(other(x), net(x), rtol=1e-10, atol=1e-10) for other in nets)
    squares = [sum(Fraction(v) ** 2 for a in other.parameters.values() for v in a.ravel().tolist()) for other in nets]
    assert (len(set(squares)) == 1) == bool(ridge)


def test_matrices_that_the_kernel_cannot_follow_are_refused():
    with pytest.raises(cc.ConvexcheckError, match="cannot prove matrices below a nonlinear layer"):
        cc.equivalents(linear("identity", "tanh"), kind="matrix", limit=2)
    with pytest.raises(cc.ConvexcheckError, match="no matrix changes"):
        cc.equivalents(linear("tanh"), kind="matrix", limit=2)
    with pytest.raises(cc.ConvexcheckError, match="infinitely many"):
        cc.equivalents(linear("identity"), kind="matrix")
    assert len(list(cc.equivalents(linear("identity", "relu"), kind="all", limit=4))) == 4
