"""Products with the Hessian over several devices and several processes, on JAX's own means (untrusted; float64).

The rows of the data are spread over a mesh of devices, the weights and the direction are on all of them, and so is
the sum. With `jax.distributed` every process holds its own rows and calls the same functions; the arithmetic of
Lanczos' method is repeated in every process with the same seed, so that all take the same steps.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.sharding import Mesh, NamedSharding, PartitionSpec

from convexcheck.network.compiled import Form, losses, output
from convexcheck.network.loss import Problem
from convexcheck.network.numbers import Numbers, floats


@lru_cache(maxsize=16)
def _product(form: Form, everywhere: NamedSharding) -> Callable[..., Any]:
    def product(weights: Any, direction: Any, X: Any, y: Any, counted: Any, scale: Any) -> Any:
        def value(at: Any) -> Any:
            return scale * jnp.sum(counted * losses(form, output(form, at, X), y))

        return jax.jvp(jax.grad(value), (weights,), (direction,))[1]

    compiled: Callable[..., Any] = jax.jit(product, out_shardings=everywhere)
    return compiled


class ShardedProducts:
    """The Hessian of a perceptron's loss, its rows of data spread over devices.

    Args:
        problem: perceptron, data and loss; with several processes the rows that this process holds.
        devices: of all processes; by default all that JAX sees.

    >>> from convexcheck.network.model import MLP
    >>> net = MLP.from_arrays([([[3.0]], None), ([[2.0]], None)], activation="identity")
    >>> ShardedProducts(Problem.of(net, [1.0], [5.0], "half_sse"))(np.array([1.0, 0.0]))
    array([4., 7.])
    """

    def __init__(self, problem: Problem, devices: Sequence[Any] | None = None) -> None:
        self.problem, self.net = problem, problem.net
        self.size = self.net.size
        self.sizes, self.layers = self.net.labels
        mesh = Mesh(np.array(devices if devices is not None else jax.devices()), ("rows",))
        self.everywhere = NamedSharding(mesh, PartitionSpec())
        self.function = _product(Form.of(self.net, problem.loss), self.everywhere)
        spread = NamedSharding(mesh, PartitionSpec("rows"))
        own = sum(device.process_index == jax.process_index() for device in mesh.devices.ravel())
        counts = _gathered(problem.rows)
        rows = -(-max(counts) // own) * own  # the same in every process, and for every device
        fixed = {"sse": 1.0, "half_sse": 0.5}
        self.scale = fixed.get(problem.loss, 1.0 / sum(counts))
        y = problem.y if problem.y.dtype.kind == "i" else np.asarray(floats(problem.y), dtype=np.float64)
        counted = np.arange(rows) < problem.rows
        with jax.enable_x64(True):
            parts = [_padded(np.asarray(floats(problem.X), dtype=np.float64), rows), _padded(y, rows), counted * 1.0]
            self.data = [jax.make_array_from_process_local_data(spread, part) for part in parts]
            self.weights = [jax.device_put(a, self.everywhere) for a in self.net.arrays()]

    def __call__(self, vector: Numbers) -> Numbers:
        """The Hessian times a vector, the same in every process."""
        with jax.enable_x64(True):
            parts = self.net.split(np.ascontiguousarray(vector))
            direction = [jax.device_put(part, self.everywhere) for part in parts]
            found = self.function(self.weights, direction, *self.data, self.scale)
            total = np.concatenate([np.asarray(part).ravel() for part in found])
        return total + float(self.problem.ridge) * vector


def _gathered(count: int) -> list[int]:
    """The number of every process."""
    if jax.process_count() == 1:
        return [count]
    from jax.experimental import multihost_utils

    return [int(c) for c in np.asarray(multihost_utils.process_allgather(np.array(count))).ravel()]


def _padded(array: Numbers, rows: int) -> Numbers:
    """Zeros below the rows, which are not counted."""
    return np.concatenate([array, np.zeros((rows - len(array), *array.shape[1:]), dtype=array.dtype)])
