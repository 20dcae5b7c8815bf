"""The multilayer perceptron: layers with weights, optional biases and an activation (untrusted).

``h_0 = x``, ``z_l = W_l h_{l-1} + b_l``, ``h_l = phi_l(z_l)``; the last layer is linear, and its z is the output.
Parameters are ordered layer by layer, W row by row, then b.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np

from convexcheck.expression.errors import ConvexcheckError
from convexcheck.network.numbers import STAGE, Numbers, floats, kept, representable

# gelu is t times the normal distribution function of t, with erf and not its tanh approximation
ACTIVATIONS = ("tanh", "sigmoid", "softplus", "relu", "gelu", "sin", "square", "identity")


@dataclass(frozen=True, eq=False)
class Layer:
    """One layer: ``phi(W h + b)``.

    Args:
        W: shape (out, in), float64, or Fractions where rationals were given.
        b: shape (out,), likewise; None without bias.
        activation: the name of phi, one of `ACTIVATIONS`.
    """

    W: Numbers
    b: Numbers | None = None
    activation: str = "identity"


@dataclass(frozen=True, eq=False)
class MLP:
    """A multilayer perceptron; made by `from_arrays`, which checks what it is given. A pytree of JAX.

    >>> net = MLP.from_arrays([([[1, 2], [3, 4], [5, 6]], [0, 0, 1]), ([[1, 1, 1]], None)], activation="square")
    >>> net.widths, net.size, net.names
    ((2, 3, 1), 12, ('W1', 'b1', 'W2'))
    >>> net(np.array([[1.0, 1.0]]))                  # 3**2 + 7**2 + 12**2
    array([[202.]])
    """

    layers: tuple[Layer, ...]

    @classmethod
    def from_arrays(cls, layers: Sequence[Any], activation: str | Sequence[str] = "tanh") -> Self:
        """The perceptron with the given weights.

        Args:
            layers: one pair ``(W, b)`` a layer, with W of shape (out, in) and b of shape (out,) or None; a lone W has
                no bias. Floats are their exact binary values (float32 is converted to float64 exactly); Fractions
                and decimal strings stay exact rationals.
            activation: of all hidden layers, or one name for each. The last layer is linear.

        Returns:
            The perceptron, which holds copies of the arrays.

        Raises:
            ConvexcheckError: NaN, infinity, shapes that do not fit, an unknown activation.
        """
        pairs = [_pair(layer, j) for j, layer in enumerate(_listed(layers), 1)]
        if not pairs:
            raise ConvexcheckError(STAGE, "no layers", "at least one pair (W, b)")
        if not isinstance(activation, str | list | tuple):
            expected = f"one of {', '.join(ACTIVATIONS)}, or a list of them"
            raise ConvexcheckError(STAGE, f"an activation of type {type(activation).__name__}", expected)
        hidden = [activation] * (len(pairs) - 1) if isinstance(activation, str) else list(activation)
        for name in hidden:
            if name not in ACTIVATIONS:
                raise ConvexcheckError(STAGE, f"unknown activation {name!r}", f"one of {', '.join(ACTIVATIONS)}")
        if len(hidden) != len(pairs) - 1:
            message = f"{len(hidden)} activations for {len(pairs) - 1} hidden layers"
            raise ConvexcheckError(STAGE, message, "one for each layer but the last, which is linear")
        named = zip(pairs, [*hidden, "identity"], strict=True)
        made = tuple(_layer(W, b, name, j) for j, ((W, b), name) in enumerate(named, 1))
        for j, (before, after) in enumerate(itertools.pairwise(made), 2):
            if after.W.shape[1] != before.W.shape[0]:
                message = f"W{j} has shape {after.W.shape}, but layer {j - 1} has {before.W.shape[0]} outputs"
                raise ConvexcheckError(STAGE, message, f"W{j} of shape (out, {before.W.shape[0]})", f"W{j}.T")
        return cls(made)

    @cached_property
    def widths(self) -> tuple[int, ...]:
        """The number of inputs, then of the units of every layer."""
        return (self.layers[0].W.shape[1], *(layer.W.shape[0] for layer in self.layers))

    @cached_property
    def activations(self) -> tuple[str, ...]:
        """One name a layer, the last one ``identity``."""
        return tuple(layer.activation for layer in self.layers)

    @cached_property
    def parameters(self) -> dict[str, Numbers]:
        """The arrays by name, W1, b1, W2, ..., in the order of the parameters."""
        return {
            f"{kind}{j}": array
            for j, layer in enumerate(self.layers, 1)
            for kind, array in (("W", layer.W), ("b", layer.b))
            if array is not None
        }

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the arrays in the order of the parameters."""
        return tuple(self.parameters)

    @cached_property
    def size(self) -> int:
        """P, the number of parameters."""
        return sum(int(array.size) for array in self.parameters.values())

    @cached_property
    def shapes(self) -> tuple[tuple[int, ...], ...]:
        """The shapes of the arrays, in order."""
        return tuple(array.shape for array in self.parameters.values())

    @cached_property
    def labels(self) -> tuple[dict[str, int], dict[int, tuple[str, ...]]]:
        """The number of parameters by name, and the names by layer."""
        kinds = {j: ("W",) if layer.b is None else ("W", "b") for j, layer in enumerate(self.layers, 1)}
        sizes = {name: int(array.size) for name, array in self.parameters.items()}
        return sizes, {j: tuple(f"{kind}{j}" for kind in found) for j, found in kinds.items()}

    @property
    def has_kinks(self) -> bool:
        """Whether an activation lacks a derivative somewhere."""
        return "relu" in self.activations

    @cached_property
    def exact_in_float64(self) -> bool:
        """Whether float64 holds every weight exactly."""
        return all(map(representable, self.parameters.values()))

    def arrays(self) -> list[Numbers]:
        """The parameters as float64 arrays, in order; rounded where rationals were given."""
        return [floats(array) for array in self.parameters.values()]

    def vector(self) -> Numbers:
        """The parameters as one float64 vector of length P."""
        return np.concatenate([array.ravel() for array in self.arrays()])

    def split(self, vector: Any) -> list[Any]:
        """A vector of length P as arrays of the parameters' shapes, in order."""
        if np.shape(vector) != (self.size,):
            raise ConvexcheckError(STAGE, f"a vector of shape {np.shape(vector)}", f"shape ({self.size},)")
        ends = list(itertools.accumulate(math.prod(shape) for shape in self.shapes))
        return [vector[a:b].reshape(s) for a, b, s in zip([0, *ends], ends, self.shapes, strict=False)]

    def with_parameters(self, parameters: Any) -> Self:
        """The same perceptron at other weights: a vector of length P, or arrays in order; checked as `from_arrays`."""
        parts = iter(self.split(parameters) if hasattr(parameters, "shape") else list(parameters))
        pairs = [(next(parts), None if layer.b is None else next(parts)) for layer in self.layers]
        return self.from_arrays(pairs, self.activations[:-1])

    def __call__(self, X: Any) -> Numbers:
        """The outputs in float64, one row for each row of X; the outputs alone for a single row without an axis.

        Raises:
            ConvexcheckError: another number of columns than the first layer has, NaN.
        """
        from convexcheck.network.activations import phi

        h = floats(kept(X, "X"))
        if h.shape[-1:] != self.widths[:1]:
            expected = f"(N, {self.widths[0]}), as W1 has {self.widths[0]} columns"
            raise ConvexcheckError(STAGE, f"X has shape {h.shape}", expected)
        for layer in self.layers:
            z = h @ floats(layer.W).T
            h = phi(layer.activation, z if layer.b is None else z + floats(layer.b))
        return h

    def __repr__(self) -> str:
        hidden = sorted(set(self.activations[:-1]))
        return f"MLP({'-'.join(map(str, self.widths))}, {'/'.join(hidden) or 'linear'}, P = {self.size})"


def _listed(layers: Any) -> list[Any]:
    try:
        return list(layers)
    except TypeError as error:
        raise ConvexcheckError(STAGE, f"layers of type {type(layers).__name__}", "a list of pairs (W, b)") from error


def _pair(layer: Any, j: int) -> tuple[Any, Any]:
    if isinstance(layer, tuple | list) and len(layer) == 2 and (layer[1] is None or _axes(layer[0]) >= 2):
        return layer[0], layer[1]
    if _axes(layer) == 2:
        return layer, None
    expected = "a pair (W, b) with W of shape (out, in)"
    raise ConvexcheckError(STAGE, f"layer {j} is a {type(layer).__name__}", expected, "[(W1, b1), (W2, None)]")


def _axes(array: Any) -> int:
    """The number of axes; of nested lists that of their first entries."""
    if isinstance(array, list | tuple):
        return 1 + _axes(array[0]) if len(array) else 1
    return int(getattr(array, "ndim", 0))


def _layer(W: Any, b: Any, activation: str, j: int) -> Layer:
    weights = _own(kept(W, f"W{j}"))
    if weights.ndim != 2:
        raise ConvexcheckError(STAGE, f"W{j} has shape {weights.shape}", "a matrix of shape (out, in)")
    bias = None if b is None else _own(kept(b, f"b{j}"))
    if bias is not None and bias.shape != (weights.shape[0],):
        expected = f"({len(weights)},), as W{j} has that many rows"
        raise ConvexcheckError(STAGE, f"b{j} has shape {bias.shape}", expected)
    return Layer(weights, bias, activation)


def _own(array: Numbers) -> Numbers:
    """A copy that nobody can change."""
    copy = np.array(array, order="C")
    copy.setflags(write=False)
    return copy
