"""The perceptron as a pytree of JAX: its leaves are W1, b1, W2, ... (untrusted).

Importing this module registers the class with JAX; `convexcheck.network.MLP` is imported from here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
import numpy as np

from convexcheck.network.model import MLP, Layer
from convexcheck.network.numbers import floats

__all__ = ["MLP"]
Shape = tuple[tuple[str, bool], ...]


def _flatten(net: MLP) -> tuple[list[Any], Shape]:
    leaves: list[Any] = [a for layer in net.layers for a in (layer.W, layer.b) if a is not None]
    kinds = tuple((layer.activation, layer.b is not None) for layer in net.layers)
    return [floats(a) if isinstance(a, np.ndarray) else a for a in leaves], kinds


def _with_keys(net: MLP) -> tuple[list[tuple[Any, Any]], Shape]:
    leaves, kinds = _flatten(net)
    names = [f"{kind}{j}" for j, (_, bias) in enumerate(kinds, 1) for kind in ("W", "b")[: 1 + bias]]
    return [(jax.tree_util.GetAttrKey(name), leaf) for name, leaf in zip(names, leaves, strict=True)], kinds


def _unflatten(kinds: Shape, leaves: Sequence[Any]) -> MLP:
    parts = iter(leaves)
    return MLP(tuple(Layer(next(parts), next(parts) if bias else None, name) for name, bias in kinds))


jax.tree_util.register_pytree_with_keys(MLP, _with_keys, _unflatten, _flatten)
