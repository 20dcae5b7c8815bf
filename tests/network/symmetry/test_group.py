"""Orders, stabilisers and orbits against brute force, and against counts from the literature."""

import itertools
import random
from fractions import Fraction

import numpy as np
import pytest

from convexcheck.expression.errors import ConvexcheckError
from convexcheck.network.model import MLP
from convexcheck.network.symmetry.group import SymmetryGroup, symmetry_group
from convexcheck.network.symmetry.kinds import Kind
from convexcheck.network.symmetry.member import Member


def key(net: MLP):
    return tuple(tuple(map(Fraction, a.ravel().tolist())) for a in net.parameters.values())


def listed(net: MLP) -> set:
    """All images of the weights under permutations and signs."""
    kinds = symmetry_group(net).kinds
    layers = [
        [
            (order, signs)
            for order in itertools.permutations(range(k.width))
            for signs in (itertools.product((1, -1), repeat=k.width) if k.signs else [()])
        ]
        for k in kinds
    ]
    found = set()
    for choice in itertools.product(*layers):
        permutations = {j: c[0] for j, c in enumerate(choice, 1)}
        found.add(key(Member.of(net, permutations, {j: c[1] for j, c in enumerate(choice, 1) if c[1]})(net)))
    return found


def drawn(seed: int) -> MLP:
    """A small net whose weights are few numbers, so that units are often equal, opposite or null."""
    rng = random.Random(seed)
    hidden = rng.choice([[1], [2], [3], [4], [5], [2, 2], [3, 2], [1, 3], [2, 1, 2]])
    if hidden == [5]:
        activation = rng.choice(["relu", "softplus", "gelu"])
    else:
        activation = rng.choice(["tanh", "sigmoid", "relu", "square", "sin", "softplus"])
    widths = [rng.choice([1, 2]), *hidden, rng.choice([1, 2])]
    bias = rng.random() < 0.6

    def numbers(*shape):
        return np.array([rng.choice([-1, 0, 0, 1, 2]) for _ in range(int(np.prod(shape)))], dtype=float).reshape(shape)

    layers = [(numbers(b, a), numbers(b) if bias else None) for a, b in itertools.pairwise(widths)]
    return MLP.from_arrays(layers, activation=activation)


@pytest.mark.parametrize("seed", range(40))
def test_orbit_sizes_agree_with_brute_force(seed):
    net = drawn(seed)
    group = symmetry_group(net)
    assert group.orbit_size(net) == len(listed(net))
    if not any(k.linear for k in group.kinds):
        assert group.orbit_size(net) * group.stabiliser_order(net) == group.order


def test_a_graph_without_equal_units_can_have_symmetries():
    """Two hidden layers of two units each, wired alike: exchange both pairs at once."""
    net = MLP.from_arrays([([[1], [1]], None), ([[1, 2], [2, 1]], None), ([[1, 1]], None)], activation="relu")
    assert symmetry_group(net).stabiliser_order() == 2
    assert all(r.equal == () for r in symmetry_group(net).redundancy())
    assert len(listed(net)) == 2


W, B, V, C = [["1/2", "-1"], ["3/2", "1/4"], ["-2", "1"]], ["1/3", "-1/2", "1"], ["1", "-3/2", "2/3"], ["1/5"]


def one_layer(rows=(0, 1, 2), outgoing=V) -> MLP:
    layers = [([W[i] for i in rows], [B[i] for i in rows]), ([outgoing], C)]
    return MLP.from_arrays(layers, activation="tanh")


def zeroed() -> MLP:
    return MLP.from_arrays([([W[0], W[1], [0, 0]], [*B[:2], 0]), ([[*V[:2], 0]], C)], activation="tanh")


# Sussmann, Neural Networks 5 (1992): the group has 2**3 * 3! members
PUBLISHED = {
    "all units differ": (one_layer(), 48),
    "two identical units": (one_layer((0, 0, 1), ["1", "1", "2"]), 24),
    "a unit of zeros": (zeroed(), 24),
    "the same incoming weights alone": (one_layer((0, 0, 1)), 48),
}


@pytest.mark.parametrize("name", PUBLISHED)
def test_published_orbits(name):
    net, size = PUBLISHED[name]
    assert symmetry_group(net).order == 48
    assert symmetry_group(net).orbit_size() == size == len(listed(net))


def test_redundant_units_are_named():
    assert symmetry_group(one_layer((0, 0, 1), ["1", "1", "2"])).redundancy()[0].equal == ((0, 1),)
    same = symmetry_group(one_layer((0, 0, 1))).redundancy()[0]
    assert same.equal == () and same.alike == ((0, 1),)
    assert symmetry_group(zeroed()).redundancy()[0].null == (2,)


# the weights, and what is said of their orbit
TOLD = {
    "all units differ": (one_layer(), "48 images"),
    "equal units": (one_layer((0, 0, 1), ["1", "1", "2"]), "24 images, not 48: units 0, 1 of hidden layer 1 are equal"),
    "zeros": (zeroed(), "24 images, not 48: signs do not change unit 2 of hidden layer 1"),
    "no outgoing weight is no reason": (one_layer(outgoing=["1", "2", "0"]), "48 images"),
    "a symmetric wiring": (
        MLP.from_arrays([([[1], [1]], None), ([[1, 2], [2, 1]], None), ([[1, 1]], None)], activation="softplus"),
        "2 images, not 4: the units are wired alike",
    ),
}


@pytest.mark.parametrize("name", TOLD)
def test_a_smaller_orbit_is_said_with_its_reason(name):
    net, words = TOLD[name]
    assert str(symmetry_group(net)).endswith(f"under permutations and signs these weights have {words}")


ALONE = [
    ("softplus", True, 0, "3! permutations alone (no other symmetry of softplus is known here)"),
    ("gelu", True, 0, "3! permutations alone (no other symmetry of gelu is known here)"),
    ("sigmoid", False, 0, "3! permutations alone (sigmoid: the next layer has no bias)"),
    ("relu", True, 1, "3! permutations alone (relu: the penalty breaks the others)"),
]


@pytest.mark.parametrize(("activation", "bias", "ridge", "words"), ALONE)
def test_where_nothing_but_permutations_is_known_it_is_said(activation, bias, ridge, words):
    layers = [([[1.0], [2.0], [3.0]], [1.0, 2.0, 3.0] if bias else None), ([[1.0, 2.0, 3.0]], [0.5] if bias else None)]
    assert words in str(symmetry_group(MLP.from_arrays(layers, activation=activation), ridge))


BAD = [
    (lambda: MLP.from_arrays([([[float("nan")]], None), ([[1.0]], None)]), r"W1.0, 0. is nan"),
    (lambda: MLP.from_arrays([([[1.0], [2.0]], None), ([[1.0]], None)]), "W2 has shape .1, 1., but layer 1 has 2"),
    (lambda: MLP.from_arrays([([[1.0]], None), ([[1.0]], None)], activation="swish"), "unknown activation 'swish'"),
    (lambda: symmetry_group(np.ones((2, 2))), "a ndarray; expected a network.MLP"),
    (lambda: symmetry_group(one_layer()).orbit_size(one_layer((0, 1), V[:2])), "whose group is another one"),
    (lambda: symmetry_group(one_layer()).redundancy(one_layer((0, 1), V[:2])), "whose group is another one"),
]


@pytest.mark.parametrize(("call", "words"), BAD, ids=range(len(BAD)))
def test_bad_input_says_what_is_wrong(call, words):
    with pytest.raises(ConvexcheckError, match=words):
        call()


def widths(*hidden):
    return SymmetryGroup(one_layer(), tuple(Kind(h) for h in hidden))


def test_published_orders():
    """Ainsworth, Hayase, Srinivasa, Git Re-Basin, table of permutation counts, as exact logarithms."""
    vgg = [64] * 2 + [128] * 2 + [256] * 3 + [512] * 6 + [4096] * 2
    assert widths(512, 512, 512).log10_order == pytest.approx(3499.6237226573076, abs=1e-8)
    assert widths(*vgg).log10_order == pytest.approx(35168.549639908546, abs=1e-6)
    assert widths(3, 4).order == 6 * 24


# (activation, biases, penalty): order and dimension for three hidden units
GROUPS = [
    ("tanh", True, 0, 48, 0),
    ("sigmoid", True, 0, 48, 0),
    ("sigmoid", False, 0, 6, 0),
    ("sigmoid", True, 1, 6, 0),
    ("tanh", True, 1, 48, 0),
    ("relu", True, 0, 6, 3),
    ("relu", True, 1, 6, 0),
    ("square", False, 0, 48, 3),
    ("square", False, 1, 48, 0),
    ("identity", False, 0, 2, 9),
    ("identity", False, 1, 2, 3),
    ("softplus", True, 0, 6, 0),
    ("gelu", True, 0, 6, 0),
    ("sin", False, 0, 48, 0),
]


@pytest.mark.parametrize(("activation", "bias", "ridge", "order", "dimension"), GROUPS)
def test_the_group_depends_on_activation_bias_and_penalty(activation, bias, ridge, order, dimension):
    shapes = [((3, 2), 3), ((1, 3), 1)]
    rng = np.random.default_rng(0)
    layers = [(rng.normal(size=s), rng.normal(size=k) if bias else None) for s, k in shapes]
    group = symmetry_group(MLP.from_arrays(layers, activation=activation), ridge)
    assert (group.order, group.dimension) == (order, dimension)
    assert f"dimension: {dimension}" in str(group)
