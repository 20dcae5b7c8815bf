"""The loss of a perceptron and its Hessian as jitted JAX functions (untrusted).

One function is compiled for each architecture and shape, in double precision whatever JAX is set to. Weights and
data are arguments of it: arrays that a closure holds would be folded as constants, which takes minutes.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from convexcheck.network.activations import derivatives, jax_activation
from convexcheck.network.loss import Problem
from convexcheck.network.model import MLP
from convexcheck.network.numbers import Numbers, floats


class Form(NamedTuple):
    """What a compiled function depends on, shapes aside."""

    activations: tuple[str, ...]
    biases: tuple[bool, ...]
    loss: str

    @classmethod
    def of(cls, net: MLP, loss: str) -> Form:
        """The form of a net with a loss."""
        return cls(net.activations, tuple(layer.b is not None for layer in net.layers), loss)


def arguments(problem: Problem) -> tuple[list[Numbers], Numbers, Numbers, float, float]:
    """Weights, X, y, the factor of the loss and the ridge, as the functions here take them."""
    scale, ridge = float(problem.scale), float(problem.ridge)
    return problem.net.arrays(), floats(problem.X), _targets(problem), scale, ridge


def _targets(problem: Problem) -> Numbers:
    return problem.y if problem.y.dtype.kind == "i" else floats(problem.y)


def output(form: Form, weights: Sequence[Any], X: Any) -> Any:
    """The net's output as a JAX array."""
    parts, h = iter(weights), X
    for activation, bias in zip(form.activations, form.biases, strict=True):
        z = h @ next(parts).T
        h = jax_activation(activation)(z + next(parts) if bias else z)
    return h


def losses(form: Form, z: Any, y: Any) -> Any:
    """The loss of each row, without its factor."""
    if form.loss != "cross_entropy":
        return jnp.sum((z - y) ** 2, axis=1)
    if z.shape[1] == 1:
        return jax.nn.softplus(z[:, 0]) - y * z[:, 0]
    return jax.nn.logsumexp(z, axis=1) - jnp.take_along_axis(z, y[:, None], axis=1)[:, 0]


def loss(form: Form, weights: Sequence[Any], X: Any, y: Any, scale: Any, ridge: Any) -> Any:
    """The loss as a JAX scalar."""
    data = scale * jnp.sum(losses(form, output(form, weights, X), y))
    return data + 0.5 * ridge * sum(jnp.sum(a * a) for a in weights)


def compiled_hessian(problem: Problem) -> Numbers:
    """The dense Hessian by one jitted function; for small networks.

    >>> net = MLP.from_arrays([([[3.0]], None), ([[2.0]], None)], activation="identity")
    >>> compiled_hessian(Problem.of(net, [1.0], [5.0], "half_sse")).tolist()
    [[4.0, 7.0], [7.0, 9.0]]
    """
    function, weights = _ready(problem.net, problem.loss)
    packed = np.concatenate([weights, [float(problem.scale), float(problem.ridge)]])  # every argument costs time
    with jax.enable_x64(True):
        found = function(packed, floats(problem.X), _targets(problem))
        return np.array(found)


@lru_cache(maxsize=64)
def _ready(net: MLP, loss: str) -> tuple[Callable[..., Any], Numbers]:
    """The function for a network, and its weights; the networks that are held so are small."""
    return _function(Form.of(net, loss), net.shapes), net.vector()


@lru_cache(maxsize=64)
def _function(form: Form, shapes: tuple[tuple[int, ...], ...]) -> Callable[..., Any]:
    ends = list(itertools.accumulate(map(math.prod, shapes)))

    def hessian(packed: Any, X: Any, y: Any) -> Any:
        """`passes` and `assemble` once more, written as one expression for the compiler."""
        weights = [packed[a:b].reshape(s) for a, b, s in zip([0, *ends], ends, shapes, strict=False)]
        (scale, ridge), layers = packed[-2:], _layers(form, weights)
        inputs, slopes, bends, z = [X], [], [], X
        for k, (W, b) in enumerate(layers):
            z = inputs[-1] @ W.T + (0 if b is None else b)
            if k < len(layers) - 1:
                h, slope, bend = derivatives(form.activations[k], z, jnp)
                inputs.append(h)
                slopes.append(slope)
                bends.append(bend)
        delta, S = _ends(form, z, y, scale)
        wide = [
            h if b is None else jnp.concatenate([h, jnp.ones((len(h), 1))], axis=1)
            for h, (_, b) in zip(inputs, layers, strict=True)
        ]
        blocks: dict[tuple[int, int], Any] = {}
        for m in reversed(range(len(layers))):
            if m < len(layers) - 1:
                W = layers[m + 1][0]
                back = delta @ W
                S = slopes[m][:, :, None] * (W.T @ S @ W) * slopes[m][:, None, :]
                S = S + (bends[m] * back)[:, :, None] * jnp.eye(S.shape[1])
                delta = back * slopes[m]
            column, F = S, None
            for k in reversed(range(m + 1)):
                if k < m:
                    W = layers[k + 1][0]
                    column = slopes[k][:, :, None] * (W.T @ column)
                    F = slopes[k][:, :, None] * (jnp.eye(len(W.T)) if F is None else W.T @ F)
                H = jnp.einsum("na,ni,nbj->baji", wide[k], wide[m], column)
                if F is not None:
                    inner = jnp.einsum("na,nbi,nj->baji", wide[k], F, delta)
                    H = H.at[..., : inner.shape[-1]].add(inner)
                blocks[k, m] = _ordered(H, layers[k][1] is not None, layers[m][1] is not None)
        rows = [
            jnp.concatenate([blocks[k, m] if k <= m else blocks[m, k].T for m in range(len(layers))], axis=1)
            for k in range(len(layers))
        ]
        whole = jnp.concatenate(rows, axis=0)
        whole = jnp.triu(whole) + jnp.triu(whole, 1).T  # the same to the last bit, however sums were ordered
        return whole + ridge * jnp.eye(len(whole))

    compiled: Callable[..., Any] = jax.jit(hessian)
    return compiled


def _layers(form: Form, weights: Sequence[Any]) -> list[tuple[Any, Any]]:
    parts = iter(weights)
    return [(next(parts), next(parts) if bias else None) for bias in form.biases]


def _ends(form: Form, z: Any, y: Any, scale: Any) -> tuple[Any, Any]:
    """Gradient and Hessian of the loss in the outputs, row by row."""
    unit = jnp.eye(z.shape[1])
    if form.loss != "cross_entropy":
        return 2.0 * scale * (z - y), 2.0 * scale * jnp.broadcast_to(unit, (len(z), *unit.shape))
    if z.shape[1] == 1:
        s = jax.nn.sigmoid(z)
        return scale * (s - y[:, None]), scale * (s * (1.0 - s))[:, :, None]
    p = jax.nn.softmax(z)
    return scale * (p - unit[y]), scale * (p[:, :, None] * unit - p[:, :, None] * p[:, None, :])


def _ordered(H: Any, row_bias: bool, column_bias: bool) -> Any:
    """(b, a, j, i) as a matrix in the order W row by row, then b; biases are the last a and i."""
    _, width, s, wide = H.shape
    rows = H[:, : width - row_bias].reshape(-1, s, wide)
    rows = jnp.concatenate([rows, H[:, -1]], axis=0) if row_bias else rows
    columns = rows[:, :, : wide - column_bias].reshape(len(rows), -1)
    return jnp.concatenate([columns, rows[:, :, -1]], axis=1) if column_bias else columns
