"""Critical points of losses, against published cases with known eigenvalues, losses and orbits."""

import re
from fractions import Fraction

import numpy as np
import pytest

import convexcheck as cc
from convexcheck.certificate.codec import digest, encode
from convexcheck.certificate.evidence import Certificate, Claim
from convexcheck.kernel.check import Accepted, verify
from convexcheck.network import MLP
from convexcheck.network.symmetry.critical import curves
from convexcheck.network.symmetry.evidence import case
from convexcheck.report.critical import degenerate
from convexcheck.search.arrays import pack

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
    assert f"{images} different ones under permutations and signs have equal loss, and on the segment" in str(found)
    assert cc.critical_point(seed(activation), X, orbit=False).images is None


def test_the_loss_rises_between_two_minima():
    """With two sigmoid units there is one image, and the rise in the middle is the published number."""
    found = cc.critical_point(seed("sigmoid"), X)
    assert abs(float(found.rise.mid()) - 0.25446803819916974) < 1e-9 and found.rise > 0
    assert cc.verify(found.pair).verdict == "not convex"
    other = cc.critical_point(seed("sigmoid"), X, orbit=False)
    assert other.rise is None and other.pair is None


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
    assert found.status == "NON_STRICT" and found.certificate is None and "units 0 and 1" in found.message


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
    assert found.status == "NON_STRICT" and found.index is None and "no outgoing weights" in found.message


def one_layer(activation: str, rows, outgoing, bias=None, last=None) -> MLP:
    return MLP.from_arrays([(rows, bias), ([outgoing], last)], activation=activation)


# what makes the loss constant along a curve through the weights: net, ridge, words, whether a certificate shows it
CURVES = {
    "scales of relu": (seed("relu"), 0, "a global minimum.*unit 0 of hidden layer 1 may be scaled", True),
    "scales of linear units": (seed("identity"), 0, "a global minimum.*may be scaled", True),
    "rotations under a penalty": (seed("identity"), "1/8", "no strict minimum: hidden layer 1 is linear, and", True),
    "shared inputs": (one_layer("softplus", [[1, 2], [1, 2]], [1, 3]), 0, "units 0 and 1 .* share", False),
    "opposite inputs, odd": (one_layer("tanh", [[1, 2], [-1, -2]], [1, 3]), 0, "units 0 and 1 .* share", False),
    "no outgoing weight": (one_layer("softplus", [[1, 2], [2, 1]], [1, 0]), 0, "unit 1 .* has no outgoing", False),
    "no incoming weight": (one_layer("gelu", [[1, 2], [0, 0]], [1, 3]), 0, "unit 1 .* is constant", False),
    "a constant and a bias": (one_layer("softplus", [[1, 2], [0, 0]], [1, 3], None, [0]), 0, "is constant", False),
}


@pytest.mark.parametrize("name", CURVES)
def test_a_curve_of_equal_loss_is_no_strict_minimum(name):
    net, ridge, words, shown = CURVES[name]
    own, found = curves_of(net, ridge)
    assert re.search(words, str(degenerate(found.words, found.least, None)))
    if shown:
        answer = verify(encode(Certificate(own.statement, Claim("invariant"), found.evidence)))
        assert isinstance(answer, Accepted), answer
    else:  # another look: at a minimum, whose Hessian has no direction but that of the curve
        assert found.evidence is None
        assert lowest(net) < 1e-12


# softplus(0) = log(2) and sigmoid(0) = 1/2 are no 0, so without biases a unit of zero inputs is one of its own kind
REGULAR = {
    "softplus of 0": (one_layer("softplus", [[1, 2], [0, 0]], [1, 3]), 0),
    "shared inputs under a penalty": (one_layer("softplus", [[1, 2], [1, 2]], [1, 3]), "1/8"),
    "scales under a penalty": (seed("relu"), "1/8"),
    "one linear unit under a penalty": (one_layer("identity", [[1, 2]], [1]), "1/8"),
    "linear units of zeros": (one_layer("identity", [[0, 0], [0, 0]], [0, 0]), "1/8"),
}


@pytest.mark.parametrize("name", REGULAR)
def test_no_curve_is_claimed_where_there_may_be_none(name):
    net, ridge = REGULAR[name]
    assert curves_of(net, ridge)[1].words == ""
    assert ridge or lowest(net) > 1e-6


def curves_of(net: MLP, ridge):
    own = case(net, X, None, "mse", ridge, lambda array: digest(pack(array)))
    return own, curves(own, own_targets=True)


def lowest(net: MLP) -> float:
    """The smallest eigenvalue of the Hessian at the network's own targets, by size."""
    return float(np.abs(np.linalg.eigvalsh(np.asarray(cc.hessian(net, X, net(X), loss="mse")))).min())


def test_a_kink_claims_nothing():
    """|x| fitted exactly: at the input 0 both units stand at their kink, and a penalty fixes the scales."""
    net = MLP.from_arrays([([["1"], ["-1"]], ["0", "0"]), ([["1", "1"]], ["0"])], activation="relu")
    found = cc.critical_point(net, [[-1], [0], [1]], [1, 0, 1], ridge="1/1000")
    assert found.status in ("NOT_FOUND", "NON_STRICT") and found.certificate is None


def test_it_has_no_truth_value():
    with pytest.raises(TypeError, match="status"):
        bool(cc.critical_point(seed("relu"), X))


def test_ridge_makes_the_minima_of_relu_free_nets_isolated():
    net = MLP.from_arrays([(np.array([[0.5], [-0.4]]), None), (np.array([[0.3, 0.6]]), None)], activation="tanh")
    x, y = [[1.0], [2.0], [-1.0]], [0.5, 0.8, -0.1]
    found = cc.critical_point(net, x, y, ridge=0.25)
    assert found.status in ("STRICT_MINIMUM", "SADDLE") and found.certificate is not None


def test_equal_units_have_fewer_images():
    """A penalty makes a minimum with two equal units strict: 2**2 signs, and no exchange; at 0 there is one image."""
    data = [[1.0], [2.0], [-0.5]]
    assert cc.critical_point(neuron([1.0, 1.0], [1.0, 1.0]), data, ridge="1/100").images == 4
    assert cc.critical_point(neuron([0.1, 0.1], [0.1, 0.1]), data, ridge="1/4").images == 1


def test_a_network_that_is_too_large_is_refused():
    net = MLP.from_arrays([(np.ones((60, 3)), None), (np.ones((1, 60)), None)], activation="gelu")
    with pytest.raises(cc.ConvexcheckError, match="240 parameters; expected at most 200"):
        cc.critical_point(net.with_parameters(np.arange(1.0, 241.0)), [[1.0, 2.0, 3.0]])


def test_more_parameters_than_numbers_to_fit():
    """Two targets and four weights: no loss is smaller than 0, and nothing more is said."""
    found = cc.critical_point(neuron([1.0, 2.0], [1.0, 1.0]), [[1.0], [2.0]])
    assert found.status == "NON_STRICT" and found.certificate is None
    assert found.message == "a global minimum, as no loss is smaller; a strict one was not shown"
