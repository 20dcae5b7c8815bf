"""Arrays that a loss holds without taking them as arguments are part of the statement."""

import hashlib

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from convexcheck.read.arguments import arguments
from convexcheck.read.jaxpr import read_jax
from tests.read.jax_oracle import close, computed, value

X, y = np.array([[1.0, 2.0, -1.0], [0.5, 0.0, 3.0]]), np.array([0.1, 1.0])
labels = np.array([2, 0])


def least_squares():
    data = {"X": X, "t": [y]}
    return lambda w: jnp.mean((data["X"] @ w - data["t"][0]) ** 2)


def labelled():
    offset = np.array([1, 2])
    return lambda W: -jnp.sum(jax.nn.log_softmax(X @ W)[jnp.arange(2), labels] * offset)


# what the code holds: the loss, its variables, and the names of the arrays that were found
CLOSURES = [
    (lambda w: jnp.sum(jax.nn.softplus((X @ w) * y)), (np.zeros(3),), {"X", "y"}),
    (lambda w: jnp.sum(jax.nn.softplus(-y * (X @ w))), (np.zeros(3),), {"X", "data2"}),  # NumPy has computed -y
    (least_squares(), (np.zeros(3),), {"data_X", "data_t_0"}),
    (labelled(), (np.zeros((3, 4)),), {"X", "labels", "offset"}),
    (jax.jit(lambda w: jnp.sum(w * jnp.array([1.0, 2.0, 4.0]))), (np.zeros(3),), {"data1"}),
    (lambda w: jnp.sum(w[np.array([0, 2])] ** 2) + jnp.ones(3) @ w, (np.zeros(3),), {"data1"}),
    (lambda w: jnp.sum((X @ w["w"] + w["b"] - y) ** 2), ({"b": np.zeros(()), "w": np.zeros(3)},), {"X", "y"}),
]


def digest(array):
    return hashlib.sha256(str(array.shape).encode()).hexdigest()


@pytest.mark.parametrize("loss, args, names", CLOSURES)
def test_arrays_that_the_code_holds_are_data(loss, args, names):
    reading = read_jax(loss, *args, digest=digest)
    assert set(reading.arrays) == names == set(reading.statement.parameters)
    assert all(d.array == digest(reading.arrays[n]) for n, d in reading.statement.parameters.items())
    assert not any(d.array for d in reading.general.parameters.values())
    assert reading.general.instance(reading.sizes).function is reading.statement.function
    args = jax.tree_util.tree_map(lambda a: np.random.default_rng(0).normal(size=a.shape), args)
    names = [leaf.name for leaf in arguments(loss, args, 0).leaves]
    everything = (*args, *reading.arrays.values())
    for statement, sizes in ((reading.statement, {}), (reading.general, reading.sizes)):
        assert close(value(statement, [*names, *reading.arrays], everything, sizes), computed(loss, args))


def test_a_negative_index_in_held_labels_is_wrapped():
    picked = np.array([-1, 0])
    reading = read_jax(lambda w: jnp.sum(w[picked] ** 2), np.zeros(3))
    args = (np.array([1.0, 2.0, 4.0]), *reading.arrays.values())
    assert value(reading.statement, ["w", *reading.arrays], args, {}) == 17
