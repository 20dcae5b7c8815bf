"""Critical points of losses, against published cases with known eigenvalues, losses and orbits."""

from fractions import Fraction

import numpy as np
import pytest

import convexcheck as cc
from convexcheck.network import MLP

X = [(1, 0), (0, 1), (1, 1), (1, -1), (0.5, -2), (-2, 0.5), (2, 1)]


def seed(activation: str) -> MLP:
    return MLP.from_arrays([([["-1.5", "2"], ["1.7", "0.4"]], None), ([["2.3", "0.8"]], None)], activation=activation)


@pytest.mark.parametrize(("activation", "images"), [("tanh", 8), ("sigmoid", 2)])
def test_the_networks_own_data_make_a_strict_minimum_and_its_orbit(activation, images):
    """datascience.stackexchange 18802: both weight sets are isolated global minima."""
    found = cc.critical_point(seed(activation), X)
    assert found.status == "STRICT_MINIMUM" and found.index == 0 and found.images == images
    assert found.x["W1"].tolist() == [[Fraction(-3, 2), 2], [Fraction(17, 10), Fraction(2, 5)]]
    assert found.value.contains(0)
    assert isinstance(cc.verify(found.certificate), cc.Accepted)
    assert cc.critical_point(seed(activation), X, orbit=False).images is None


def neuron(w, v) -> MLP:
    return MLP.from_arrays([([[u] for u in w], None), ([v], None)], activation="tanh")


# Fukumizu and Amari, Neural Networks 13 (2000), theorem 3, on data of our own
DATA = [[0.5], [1.0], [2.0], [-1.0]], [0.2, 0.9, 0.6, -0.3]


def test_a_minimum_of_one_unit():
    found = cc.critical_point(neuron([1.0666], [0.6706]), *DATA, loss="half_sse")
    assert found.status == "STRICT_MINIMUM" and found.images == 2
    assert abs(float(found.value.mid()) - 0.10454707950806791) < 1e-9


def test_embedded_in_two_units_it_is_degenerate():
    """(w, w, lam v, (1 - lam) v) is critical for every lam: a line of critical points, and so no claim."""
    w, v = 1.0665958169725145, 0.6705904758129034
    found = cc.critical_point(neuron([w, w], [0.5 * v, 0.5 * v]), *DATA, loss="half_sse")
    assert found.status in ("NON_STRICT", "NOT_FOUND") and found.certificate is None


def test_a_saddle_has_its_index():
    """Baldi and Hornik: at 0 the loss (v w - 1)**2 / 2 has the Hessian [[0, -1], [-1, 0]]."""
    net = MLP.from_arrays([([[0.01]], None), ([[0.02]], None)], activation="identity")
    found = cc.critical_point(net, [[1]], [[1]], loss="half_sse")
    assert (found.status, found.index) == ("SADDLE", 1)
    assert str(found).startswith("SADDLE: a saddle of index 1")


def test_a_hessian_of_zero_claims_nothing():
    """Kawaguchi 2016: with three linear layers the Hessian at 0 is 0, and 0 is no minimum."""
    net = MLP.from_arrays([([[0.0]], None)] * 3, activation="identity")
    found = cc.critical_point(net, [[1]], [[1]], loss="half_sse")
    assert found.status in ("NON_STRICT", "NOT_FOUND") and found.index is None


def test_a_kink_claims_nothing():
    assert cc.critical_point(seed("relu"), X).status == "NOT_FOUND"


def test_it_has_no_truth_value():
    with pytest.raises(TypeError, match="status"):
        bool(cc.critical_point(seed("relu"), X))


def test_ridge_makes_the_minima_of_relu_free_nets_isolated():
    net = MLP.from_arrays([(np.array([[0.5], [-0.4]]), None), (np.array([[0.3, 0.6]]), None)], activation="tanh")
    x, y = [[1.0], [2.0], [-1.0]], [0.5, 0.8, -0.1]
    found = cc.critical_point(net, x, y, ridge=0.25)
    assert found.status in ("STRICT_MINIMUM", "SADDLE") and found.certificate is not None
