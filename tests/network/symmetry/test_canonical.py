"""One representative for every orbit: the same for all members, different for different orbits."""

import random

import numpy as np
import pytest

from convexcheck.expression.errors import ConvexcheckError
from convexcheck.network.model import MLP
from convexcheck.network.symmetry.canonical import canonical
from convexcheck.network.symmetry.equivalents import equivalents
from convexcheck.network.symmetry.group import symmetry_group
from tests.network.symmetry.test_group import drawn, key


@pytest.mark.parametrize("seed", range(40))
def test_all_members_of_an_orbit_have_the_same(seed):
    """Units of zeros are among them."""
    net = drawn(seed)
    found = key(canonical(net))
    listed = list(equivalents(net, "all", limit=12, seed=seed))
    assert all(key(canonical(e.net)) == found for e in listed)
    assert key(symmetry_group(net).canonical()) == found


def chain(activation: str, *layers) -> MLP:
    return MLP.from_arrays([(W, None) for W in layers], activation=activation)


NULL = {  # units without incoming weights, which still have a scale, alone and in a row
    "one": chain("relu", [[1], [0]], [[2, 6], [3, -5]], [[1, 1]]),
    "squares": chain("square", [[1], [0]], [[2, 6], [3, -5]], [[1, 1]]),
    "two in a row": chain("relu", [[1], [0]], [[2, 6], [0, 7]], [[4, 3]]),
    "three in a row": chain("relu", [[1], [0]], [[2, 6], [0, 7]], [[4, 3], [0, 5]], [[1, 8]]),
    "no weights at all": chain("relu", [[1], [0]], [[2, 0]]),
}


@pytest.mark.parametrize("name", NULL)
def test_null_units_have_their_scale_from_what_they_feed(name):
    net = NULL[name]
    listed = list(equivalents(net, "all", limit=30, seed=1))
    assert len(listed) > 10
    assert len({key(canonical(e.net)) for e in listed}) == 1
    assert np.allclose(canonical(net)([[2.0], [-1.0]]), net([[2.0], [-1.0]]))


def test_a_unit_fed_by_null_units_alone_may_have_no_fixed_scale():
    with pytest.raises(ConvexcheckError, match="unit 1 of hidden layer 2 has no fixed scale"):
        canonical(chain("relu", [[1], [0]], [[2, 6], [0, 7]], [[4, 0]]))


@pytest.mark.parametrize("seed", range(10))
def test_it_has_the_same_function(seed):
    net = drawn(seed)
    x = np.random.default_rng(seed).normal(size=(4, net.widths[0]))
    assert np.allclose(canonical(net)(x), net(x), atol=1e-12)


def test_another_orbit_has_another_one():
    rng, seen = random.Random(0), set()
    for _ in range(20):
        u, v = rng.random() + 0.1, rng.random() + 0.1
        net = MLP.from_arrays([([[u], [v]], None), ([[1.0, 2.0]], None)], activation="softplus")
        seen.add(key(canonical(net)))
    assert len(seen) == 20
