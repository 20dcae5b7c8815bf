"""Products of a loss's Hessian with vectors, without the matrix (untrusted; float64).

``H v`` is the derivative of the gradient along v: forward over reverse differentiation, a few times the cost of
a gradient. For a perceptron the rows of the data may come in parts, so that data larger than memory will do.
Source: B. Pearlmutter, Fast exact multiplication by the Hessian, Neural Computation 6 (1994).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any, Protocol

import jax
import numpy as np
from jax.flatten_util import ravel_pytree

from convexcheck.expression.errors import ConvexcheckError
from convexcheck.network.compiled import Form, loss
from convexcheck.network.loss import Problem
from convexcheck.network.numbers import STAGE, Numbers, floats

TOGETHER = 1 << 27  # bytes of activations that are held at once


class Products(Protocol):
    """A symmetric matrix that is known by its products; `sizes` are the numbers of parameters by name."""

    size: int
    sizes: dict[str, int]
    layers: dict[int, tuple[str, ...]]

    def __call__(self, vector: Numbers) -> Numbers:
        """The matrix times a vector of length `size`."""
        ...


@lru_cache(maxsize=64)
def _product(form: Form) -> Callable[..., Any]:
    def product(weights: Any, direction: Any, X: Any, y: Any, scale: Any) -> Any:
        def gradient(at: Any) -> Any:
            return jax.grad(lambda w: loss(form, w, X, y, scale, 0.0))(at)

        return jax.jvp(gradient, (weights,), (direction,))[1]

    compiled: Callable[..., Any] = jax.jit(product)
    return compiled


class NetProducts:
    """The Hessian of a perceptron's loss at the net's weights.

    Args:
        problem: perceptron, data and loss.
        rows: how many rows of the data are looked at together; by default as many as `TOGETHER` allows.

    >>> from convexcheck.network.model import MLP
    >>> net = MLP.from_arrays([([[3.0]], None), ([[2.0]], None)], activation="identity")
    >>> NetProducts(Problem.of(net, [1.0], [5.0], "half_sse"))(np.array([1.0, 0.0]))
    array([4., 7.])
    """

    def __init__(self, problem: Problem, rows: int | None = None) -> None:
        self.problem, self.net = problem, problem.net
        self.size = self.net.size
        self.sizes, self.layers = self.net.labels
        self.function = _product(Form.of(self.net, problem.loss))
        sample = 8 * 6 * sum(self.net.widths)
        self.rows = max(1, min(problem.rows, rows or TOGETHER // sample))
        with jax.enable_x64(True):
            self.weights = [jax.device_put(a) for a in self.net.arrays()]
            self.parts = [self._part(0)] if self.rows == problem.rows else None

    def _part(self, start: int) -> tuple[Any, Any]:
        X, y = (a[start : start + self.rows] for a in (self.problem.X, self.problem.y))
        return jax.device_put(np.array(floats(X))), jax.device_put(y if y.dtype.kind == "i" else np.array(floats(y)))

    def _data(self) -> Iterator[tuple[Any, Any]]:
        """The data part by part, the last part smaller."""
        if self.parts is not None:
            yield from self.parts
        else:
            yield from map(self._part, range(0, self.problem.rows, self.rows))

    def __call__(self, vector: Numbers) -> Numbers:
        """The Hessian times a vector."""
        total = float(self.problem.ridge) * vector if self.problem.ridge else np.zeros(self.size)
        scale = float(self.problem.scale)
        with jax.enable_x64(True):
            direction = [jax.device_put(part) for part in self.net.split(np.ascontiguousarray(vector))]
            for X, y in self._data():
                at = 0
                for part in self.function(self.weights, direction, X, y, scale):
                    total[at : at + part.size] += np.asarray(part).ravel()
                    at += part.size
        return total


class TreeProducts:
    """The Hessian of any JAX loss in the leaves of a pytree, in double precision.

    Args:
        loss_fn: a function of the pytree and the data, with a scalar value.
        params: the pytree of parameters.
        data: further arguments.

    Raises:
        ConvexcheckError: no parameters, NaN in them, or a loss that is no scalar.

    >>> TreeProducts(lambda p: p["a"] ** 2 * p["b"], {"a": 1.0, "b": 3.0})(np.array([1.0, 0.0]))   # [[2b, 2a], [2a, 0]]
    array([6., 2.])
    """

    def __init__(self, loss_fn: Callable[..., Any], params: Any, *data: Any) -> None:
        with jax.enable_x64(True):
            paths = jax.tree_util.tree_flatten_with_path(params)[0]
            leaves = {jax.tree_util.keystr(path) or "params": leaf for path, leaf in paths}
            for name, leaf in leaves.items():
                kind = np.asarray(leaf).dtype
                if not np.issubdtype(kind, np.integer) and not jax.dtypes.issubdtype(kind, np.floating):
                    raise ConvexcheckError(STAGE, f"parameter {name} has dtype {kind}", "real numbers")
                if not np.isfinite(np.asarray(leaf, dtype=float)).all():
                    raise ConvexcheckError(STAGE, f"parameter {name} holds NaN or infinity", "finite numbers")
            if not leaves:
                raise ConvexcheckError(STAGE, "no parameters", "a pytree of arrays")
            wide = jax.tree.map(lambda a: jax.numpy.asarray(a, dtype=float), params)
            vector, self.unravel = ravel_pytree(wide)
            self.at = vector
            self.sizes = {name: int(np.size(leaf)) for name, leaf in leaves.items()}
            self.layers: dict[int, tuple[str, ...]] = {}
            self.size = int(vector.size)
            self.data = jax.tree.map(_wide, data)
            # what is no array is part of the code, as it is for jax.grad
            flat, self.tree = jax.tree_util.tree_flatten(self.data)
            self.kept = {j: a for j, a in enumerate(flat) if not hasattr(a, "dtype")}
            self.moving = [a for a in flat if hasattr(a, "dtype")]

            def value(theta: Any, moving: Any) -> Any:
                parts = iter(moving)
                filled = [self.kept[j] if j in self.kept else next(parts) for j in range(len(flat))]
                return loss_fn(self.unravel(theta), *jax.tree_util.tree_unflatten(self.tree, filled))

            self.value = value
            self._scalar()
            self.gradient = jax.jit(jax.grad(value))
            self.product = jax.jit(lambda at, v, moving: jax.jvp(lambda t: jax.grad(value)(t, moving), (at,), (v,))[1])
            self.several = jax.jit(jax.vmap(self.product, in_axes=(None, 0, None)))

    def _scalar(self) -> None:
        try:
            out = jax.eval_shape(self.value, self.at, self.moving)
        except Exception as error:
            first = (str(error).strip().splitlines() or [""])[0][:300]
            message = f"the loss raised {type(error).__name__}: {first}"
            raise ConvexcheckError(STAGE, message, "code that JAX can trace, and all its data") from error
        if getattr(out, "shape", None) != ():
            raise ConvexcheckError(STAGE, f"the loss returns {out}", "one real number", "jnp.sum or jnp.mean")

    def __call__(self, vector: Numbers) -> Numbers:
        """The Hessian times a vector."""
        with jax.enable_x64(True):
            return np.asarray(self.product(self.at, jax.numpy.asarray(vector), self.moving))

    def dense(self, together: int = 64) -> Numbers:
        """The whole matrix, some columns at a time."""
        found = np.empty((self.size, self.size))
        with jax.enable_x64(True):
            for start in range(0, self.size, together):
                stop = min(start + together, self.size)
                found[start:stop] = np.asarray(
                    self.several(self.at, jax.numpy.asarray(np.eye(stop - start, self.size, start)), self.moving)
                )
        if not np.isfinite(found.sum()):
            expected = "parameters where it is twice differentiable"
            raise ConvexcheckError(STAGE, "the Hessian holds NaN or infinity", expected, "other parameters or data")
        return 0.5 * (found + found.T)


def _wide(a: Any) -> Any:
    """Arrays of floats in double precision; everything else as it is."""
    if isinstance(a, float) or (hasattr(a, "dtype") and jax.dtypes.issubdtype(a.dtype, np.floating)):
        return jax.numpy.asarray(a, dtype=float)
    return jax.numpy.asarray(a) if hasattr(a, "dtype") else a
