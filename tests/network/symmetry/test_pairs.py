"""Pairs of equal points with a larger loss between, against published numbers; and controls that must stand."""

from fractions import Fraction

import flint
import numpy as np
import pytest

import convexcheck as cc
from convexcheck.network import MLP
from convexcheck.network.loss import Problem
from convexcheck.network.symmetry.member import Member
from convexcheck.network.symmetry.pairs import candidates

# datascience.stackexchange 18802: W1 = [[-1.5, 2], [1.7, 0.4]], W2 = [2.3, 0.8], data made by the network
X = [(1, 0), (0, 1), (1, 1), (1, -1), (0.5, -2), (-2, 0.5), (2, 1)]
PUBLISHED = {  # the loss in the middle, in 128 bits; the smallest eigenvalue of the Hessian at both ends
    "tanh": ("2.649719511367008318529515 +/- 1.83e-25", 0.0027071362414877514),
    "sigmoid": ("0.2544680381991698990337766 +/- 3.62e-26", 0.0005648652487293737),
}


def seed(activation: str) -> MLP:
    return MLP.from_arrays([([["-1.5", "2"], ["1.7", "0.4"]], None), ([["2.3", "0.8"]], None)], activation=activation)


@pytest.mark.parametrize("activation", PUBLISHED)
def test_the_gap_is_the_published_number(activation):
    net = seed(activation)
    v = cc.symmetry_counterexample(net, X, g=Member.of(net, {1: [1, 0]}), t="1/2")
    assert v.status == "REFUTED"
    gap = v.counterexample.gap
    with flint.ctx.workprec(128):
        assert gap.contains(flint.arb(PUBLISHED[activation][0])) and gap.rad() < 1e-15
    assert {n: a.tolist() for n, a in v.counterexample.y.items()} == {
        "W1": [[Fraction("1.7"), Fraction("0.4")], [Fraction("-1.5"), Fraction("2")]],
        "W2": [[Fraction("0.8"), Fraction("2.3")]],
    }
    assert isinstance(cc.verify(v.certificate), cc.Accepted)


@pytest.mark.parametrize("activation", PUBLISHED)
def test_both_ends_have_the_published_curvature(activation):
    net = seed(activation)
    for end in (net, Member.of(net, {1: [1, 0]})(net)):
        lowest = cc.min_eigenvalue(end, X, net(X), loss="mse").value
        assert abs(lowest - PUBLISHED[activation][1]) < 1e-9


def test_the_middle_of_all_signs_is_zero():
    """The centroid of the orbit under an odd activation: the gap is the mean square of the targets."""
    net = seed("tanh")
    v = cc.symmetry_counterexample(net, X, g=Member.of(net, signs={1: [-1, -1]}), t="1/2")
    assert all(not a.any() for a in v.counterexample.middle.values())
    assert v.counterexample.gap.overlaps(flint.arb("3.194990799906774 +/- 1e-15"))


COLUMNS = MLP.from_arrays([([["-1.5", "1.7"], ["2", "0.4"]], None), ([["2.3", "0.8"]], None)], activation="relu")
EXACT = {  # net, inputs, published gap
    "all inputs": (seed("relu"), X, "701173/70000"),
    "the input (1, 0)": (seed("relu"), [(1, 0)], "441/400"),
    "the input (0, 1)": (seed("relu"), [(0, 1)], "36/25"),
    "units are columns": (COLUMNS, X, "13554157/1120000"),
}


@pytest.mark.parametrize("name", EXACT)
def test_the_gap_is_exact_for_relu(name):
    net, inputs, gap = EXACT[name]
    v = cc.symmetry_counterexample(net, inputs, g=Member.of(net, {1: [1, 0]}), t="1/2")
    assert str(v.counterexample.gap) == gap


@pytest.mark.parametrize("activation", ["tanh", "sigmoid", "relu", "softplus", "gelu", "sin", "square"])
@pytest.mark.parametrize("loss", ["mse", "cross_entropy"])
def test_noisy_data_and_weights_that_fit_them_roughly(activation, loss):
    rng = np.random.default_rng(7)
    net = MLP.from_arrays(
        [(rng.normal(size=(4, 3)), rng.normal(size=4)), (rng.normal(size=(3, 4)), rng.normal(size=3))], activation
    )
    x = rng.normal(size=(6, 3))
    y = net(x) + 0.3 * rng.normal(size=(6, 3)) if loss == "mse" else net(x).argmax(axis=1)
    v = cc.symmetry_counterexample(net, x, y, loss=loss)
    assert v.status == "REFUTED" and v.accepted.rules == (("SymmetryPair", 1),)


def test_large_weights_lie_beside_the_certificate(tmp_path):
    """Large arrays go into files, and the kernel encloses the losses in float64 with bounds on its errors."""
    rng = np.random.default_rng(3)
    shapes = [(60, 40), (60, 60), (4, 60)]
    net = MLP.from_arrays([(rng.normal(size=s) / np.sqrt(s[1]), np.zeros(s[0])) for s in shapes])
    x = rng.normal(size=(20, 40))
    v = cc.symmetry_counterexample(net, x, net(x).argmax(axis=1), loss="cross_entropy")
    assert v.status == "REFUTED" and v.counterexample.gap > 0 and v.counterexample.middle == {}
    assert "W1 = g(W1)" in v.explain()
    v.certificate.write(tmp_path / "pair.json")
    answer = cc.verify(tmp_path / "pair.json")
    assert isinstance(answer, cc.Accepted) and "assuming IEEE rounding" in str(answer)
    files = sorted(tmp_path.glob("*.array"))
    assert len(files) == 4  # X, y, W1, W2
    for file in files:
        whole = file.read_bytes()
        file.write_bytes(whole[:-8] + b"\0" * 8)
        assert isinstance(cc.verify(tmp_path / "pair.json"), cc.Rejected)
        file.write_bytes(whole)


@pytest.mark.parametrize("ridge", [0, "1/100"])
def test_a_matrix_between_linear_layers(ridge):
    """V (I + A^-1)/2 (I + A)/2 W is not V W: a stretch, or under a penalty a reflection, makes a pair too."""
    net = MLP.from_arrays([([["1", "2"], ["3", "4"]], ["1", "-1"]), ([["5", "1/3"]], None)], activation="identity")
    direction = ([1, 2], [1, 2], -1) if ridge else ([1, 2], [3, "1/2"], 5)
    g = Member.of(net, stretches={1: direction}, penalised=bool(ridge))
    v = cc.symmetry_counterexample(net, [[1, 0], [0, 1], [1, 1]], g=g, t="1/2", ridge=ridge)
    assert v.status == "REFUTED" and v.accepted.rules == (("SymmetryPair", 1),)
    assert Fraction(str(v.counterexample.gap)) > 0  # exact


ONE, ZERO = np.array([[1.0]]), np.array([[0.0]])
CONTROLS = {  # convex along all that is tried: nothing may be refuted
    "no hidden layer": (MLP.from_arrays([([[1.0, 2.0]], None)]), [[1.0, 1.0]], [[1.0]]),
    "constant at the input 0": (MLP.from_arrays([([[1.0], [2.0]], None), ([[1.0, 3.0]], None)]), ZERO, ZERO),
    "equal units": (MLP.from_arrays([([[1.0], [1.0]], None), ([[2.0, 2.0]], None)], "softplus"), ONE, ONE),
}


@pytest.mark.parametrize("name", CONTROLS)
def test_controls_are_not_refuted(name):
    net, x, y = CONTROLS[name]
    v = cc.symmetry_counterexample(net, x, y)
    assert v.status == "UNKNOWN" and v.certificate is None and "refutes nothing" in v.message


def test_little_time_is_spent_on_one_member():
    found = candidates(Problem.of(seed("tanh"), X, seed("tanh")(X), "mse"), seconds=0)
    assert len(found) == 1 < len(candidates(Problem.of(seed("tanh"), X, seed("tanh")(X), "mse")))


WIDE = MLP.from_arrays([(np.eye(3, 2), None), (np.ones((1, 3)), None)])


def scaled() -> Member:
    return Member.of(seed("relu"), scales={1: [2, 1]})


BAD = [
    (lambda: cc.symmetry_counterexample("x**2", X), "expected a network.MLP"),
    (lambda: cc.symmetry_counterexample(seed("tanh"), X, t=1), "0 < t < 1"),
    (lambda: cc.symmetry_counterexample(seed("tanh"), X, loss="cross_entropy"), "without y"),
    (lambda: cc.symmetry_counterexample(seed("tanh"), X, t="half"), "t "),
    (lambda: cc.symmetry_counterexample(seed("tanh"), X, t=float("nan")), "t "),
    (lambda: cc.symmetry_counterexample(seed("tanh"), X, g=[1, 0]), "g is a list; expected a Member"),
    (lambda: cc.symmetry_counterexample(seed("tanh"), X, g=scaled()), "a change of scale"),
    (lambda: cc.symmetry_counterexample(seed("relu"), X, g=scaled(), ridge=1), "a change of scale"),
    (lambda: cc.symmetry_counterexample(seed("relu"), X, g=Member.of(seed("tanh"), signs={1: [1, -1]})), "of sign"),
    (lambda: cc.symmetry_counterexample(WIDE, X, g=Member.of(seed("tanh"), {1: [1, 0]})), "a permutation of 0 to 2"),
    (lambda: Member.of(WIDE, {1: [2, 1, 0]})(seed("tanh")), "hidden layers of .2,. units; expected .3,."),
    (lambda: Member.of(seed("tanh"), [1, 0]), "by hidden layer"),
    (lambda: Member.of(seed("tanh"), {1: [0, 0]}), "a permutation of 0 to 1"),
    (lambda: Member.of(seed("tanh"), {2: [0, 1]}), "hidden layer 2"),
    (lambda: Member.of(seed("relu"), signs={1: [1, -1]}), "a change of sign"),
    (lambda: Member.of(seed("tanh"), scales={1: [2, 1]}), "a change of scale"),
    (lambda: Member.of(seed("tanh"), signs={1: [1, 2]}), "1 or -1"),
    (lambda: Member.of(seed("relu"), scales={1: [0, 1]}), "numbers > 0"),
]


@pytest.mark.parametrize(("call", "words"), BAD, ids=range(len(BAD)))
def test_bad_input_says_what_is_wrong(call, words):
    with pytest.raises(cc.ConvexcheckError, match=words):
        call()
