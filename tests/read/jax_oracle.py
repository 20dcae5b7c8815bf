"""JAX's own values beside a statement's, for the tests of the JAX reader."""

import flint
import jax
import jax.numpy as jnp
import numpy as np

from convexcheck.expression.evaluate import evaluate
from tests.read.jax_losses import SIZES


def shaped(spec):
    kind, *shape = spec.split()
    dtype = {"i": int, "c": int, "b": bool}.get(kind[0], float)
    return jax.ShapeDtypeStruct(tuple(shape), dtype)


def drawn(spec, rng):
    kind, *names = spec.split()
    shape = tuple(SIZES[n] for n in names)
    match kind[0]:
        case "+":
            return rng.uniform(0.25, 2.0, shape)
        case "s":
            return rng.choice([-1.0, 1.0], shape)
        case "z":
            return rng.choice([0.0, 1.0], shape)
        case "c":
            return rng.integers(0, 5, shape)
        case "b":
            return np.arange(shape[0]) % 2 == 0
        case "i":
            return np.append(rng.integers(0, SIZES[kind[2:]], shape[0] - 1), SIZES[kind[2:]] - 1)
        case "p":
            return rng.dirichlet(np.ones(shape[1]), shape[0])
    return rng.normal(size=shape)


def rationals(array):
    array = np.asarray(array)
    out = np.empty(array.shape, dtype=object)
    for index in np.ndindex(array.shape):
        out[index] = flint.fmpq(*array[index].item().as_integer_ratio())
    return out


def value(statement, names, args, sizes):
    """The statement's function at the leaves of `args`, as a float."""
    leaves = jax.tree_util.tree_leaves(args)
    kind = {**dict.fromkeys(statement.variables, "var"), **dict.fromkeys(statement.parameters, "par")}
    points = {(kind[n], n): rationals(a) for n, a in zip(names, leaves, strict=True)}
    ball = evaluate(statement.function, points, sizes)
    return float(ball.mid())


def computed(loss, args):
    with jax.enable_x64(True):
        return float(loss(*jax.tree_util.tree_map(jnp.asarray, args)))


def close(a, b):
    return abs(a - b) <= 1e-10 * (1 + abs(b))


def shape(*sizes, dtype=float):
    return jax.ShapeDtypeStruct(sizes, dtype)
