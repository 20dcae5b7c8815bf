"""One representative for every orbit: the same for all members, different for different orbits."""

import random

import numpy as np
import pytest

from convexcheck.expression.errors import ConvexcheckError
from convexcheck.network.model import MLP
from convexcheck.network.symmetry.canonical import canonical
from convexcheck.network.symmetry.equivalents import equivalents
from convexcheck.network.symmetry.kinds import kinds
from tests.network.symmetry.test_group import drawn, key


def free(net: MLP) -> bool:
    """Whether a unit with a scale has no incoming weights."""
    layers = zip(kinds(net), net.layers, strict=False)
    rows = [(k, np.c_[a.W, np.zeros(len(a.W)) if a.b is None else a.b]) for k, a in layers]
    return any(k.degree and not row.any(axis=1).all() for k, row in rows)


def test_most_of_the_nets_below_have_one():
    assert sum(not free(drawn(seed)) for seed in range(40)) > 25


@pytest.mark.parametrize("seed", range(40))
def test_all_members_of_an_orbit_have_the_same(seed):
    net = drawn(seed)
    if free(net):
        with pytest.raises(ConvexcheckError, match="its scale is free"):
            canonical(net)
        return
    found = key(canonical(net))
    listed = list(equivalents(net, "all", limit=12, seed=seed))
    assert all(key(canonical(e.net)) == found for e in listed)


@pytest.mark.parametrize("seed", range(10))
def test_it_has_the_same_function(seed):
    net = drawn(seed)
    if free(net):
        return
    x = np.random.default_rng(seed).normal(size=(4, net.widths[0]))
    assert np.allclose(canonical(net)(x), net(x), atol=1e-12)


def test_another_orbit_has_another_one():
    rng, seen = random.Random(0), set()
    for _ in range(20):
        u, v = rng.random() + 0.1, rng.random() + 0.1
        net = MLP.from_arrays([([[u], [v]], None), ([[1.0, 2.0]], None)], activation="softplus")
        seen.add(key(canonical(net)))
    assert len(seen) == 20
