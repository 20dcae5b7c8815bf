"""Published statements about landscapes that symmetries alone do not settle, with explicit data."""

from fractions import Fraction

import pytest

import convexcheck as cc
from convexcheck.certificate.codec import encode
from convexcheck.certificate.evidence import Array, Certificate, Claim, Instance, JensenGap
from convexcheck.kernel.check import Accepted, verify
from convexcheck.network import MLP
from convexcheck.network.loss import Problem

POINTS = [[-1.0], [0.0], [1.0]], [1.0, 0.0, 1.0]


def relu(first, bias, second, last) -> MLP:
    return MLP.from_arrays([(first, bias), (second, last)], activation="relu")


def test_the_cell_of_the_best_affine_fit():
    """Yun, Sra, Jadbabaie, ICLR 2019, theorem 1: all units active give the loss 1/3, and |x| the loss 0.

    The units of the first have a scale each, so that it is no strict minimum, which a certificate shows.
    """
    local = relu([["1"], ["1"]], ["2", "3"], [["1", "-1"]], ["5/3"])
    exact = relu([["1"], ["-1"]], ["0", "0"], [["1", "1"]], ["0"])
    assert Problem.of(local, *POINTS, "half_sse").value() == pytest.approx(1 / 3)
    assert Problem.of(exact, *POINTS, "half_sse").value() == 0
    assert cc.symmetry_group(local).dimension == 2
    for net, words in ((local, "no strict minimum"), (exact, "a global minimum")):
        found = cc.critical_point(net, *POINTS, loss="half_sse")
        assert found.status == "NON_STRICT" and words in found.message
        assert cc.verify(found.certificate).verdict == "invariant"


def test_an_input_convex_network():
    """Amos, Xu, Kolter, ICML 2017: weights >= 0 after the first layer make it convex in the input."""
    assert cc.check("max(0, max(0, y) + max(0, -y) - 1)").curvature == "CONVEX"
    v = cc.check("max(0, 1 - max(0, y) - max(0, -y))")
    assert v.curvature == "NEITHER"
    array = {y: Array((), (Fraction(y),)) for y in (-1, 1)}
    jensen = JensenGap(Instance((), ()), (("y", array[-1]),), (("y", array[1]),), Fraction(1, 2))
    answer = verify(encode(Certificate(v.statement, Claim("not convex"), jensen)))
    assert isinstance(answer, Accepted) and "gap = 1 > 0" in str(answer)  # at -1, 0, 1 by exactly 1
    assert cc.check("max(0, 1 - max(0, -y))", domain="y < 0").curvature == "CONVEX"  # with a weight < 0 too


def test_a_loss_that_is_symmetric_and_convex():
    """(w1 + w2 - 1)**2: swapped minima (1, 0) and (0, 1), and convex; also as one linear unit with two inputs."""
    assert cc.check("(w1 + w2 - 1)**2").curvature == "CONVEX"
    net = MLP.from_arrays([([[1.0, 0.0]], None)])
    v = cc.check(net, [[1.0, 1.0]], [[1.0]], loss="sse")
    assert v.curvature == "CONVEX"
    assert cc.symmetry_counterexample(net, [[1.0, 1.0]], [[1.0]], loss="sse").status == "UNKNOWN"
    # relu units at x = 1 with outgoing weights 1 and positive incoming ones: the same loss, of units that permute
    assert cc.check("(max(0, w1) + max(0, w2) - 1)**2", domain="w1 > 0, w2 > 0").curvature == "CONVEX"


def test_a_loss_that_is_constant():
    """v1 tanh(w1 x) + v2 tanh(w2 x) at x = 0 and y = 0: 2**2 * 2! equal minima, and all points are minima."""
    net = MLP.from_arrays([([[1.0], [2.0]], None), ([[1.0, 3.0]], None)])
    assert cc.symmetry_group(net).orbit_size() == 8
    assert cc.check(net, [[0.0]], [[0.0]], loss="sse").status == "PROVED"
    assert cc.symmetry_counterexample(net, [[0.0]], [[0.0]], loss="sse").status == "UNKNOWN"
