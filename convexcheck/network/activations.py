"""Activations with two derivatives in NumPy, and as JAX functions (untrusted).

Source: NIST Handbook of Mathematical Functions (DLMF), chapters 4 and 7.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from convexcheck.network.numbers import Numbers

_DENSITY = 1.0 / math.sqrt(2.0 * math.pi)  # of the normal distribution at 0
Three = tuple[Numbers, Numbers, Numbers]


def sigmoid(z: Numbers) -> Numbers:
    """``1/(1 + exp(-z))`` without overflow.

    >>> sigmoid(np.array([-1e4, 0.0, 1e4]))
    array([0. , 0.5, 1. ])
    """
    small = np.exp(-np.abs(z))
    return np.where(z >= 0, 1.0, small) / (1.0 + small)


def _tanh(z: Numbers) -> Three:
    t = np.tanh(z)
    slope = 1.0 - t * t
    return t, slope, -2.0 * t * slope


def _sigmoid(z: Numbers) -> Three:
    s = sigmoid(z)
    slope = s * (1.0 - s)
    return s, slope, slope * (1.0 - 2.0 * s)


def _softplus(z: Numbers) -> Three:
    s = sigmoid(z)
    return np.logaddexp(0.0, z), s, s * (1.0 - s)


def _relu(z: Numbers) -> Three:
    return np.maximum(z, 0.0), (z > 0).astype(float), np.zeros_like(z)


def _gelu(z: Numbers) -> Three:
    from scipy.special import ndtr

    below, density = ndtr(z), _DENSITY * np.exp(-0.5 * z * z)
    return z * below, below + z * density, (2.0 - z * z) * density


_THREE: dict[str, Callable[[Numbers], Three]] = {
    "tanh": _tanh,
    "sigmoid": _sigmoid,
    "softplus": _softplus,
    "relu": _relu,
    "gelu": _gelu,
    "sin": lambda z: (np.sin(z), np.cos(z), -np.sin(z)),
    "square": lambda z: (z * z, 2.0 * z, np.full_like(z, 2.0)),
    "identity": lambda z: (z, np.ones_like(z), np.zeros_like(z)),
}


def derivatives(name: str, z: Numbers) -> Three:
    """``phi(z)``, ``phi'(z)`` and ``phi''(z)``; at a kink of relu the derivative from the left.

    >>> derivatives("square", np.array([3.0]))
    (array([9.]), array([6.]), array([2.]))
    """
    with np.errstate(over="ignore", invalid="ignore"):
        return _THREE[name](z)


def phi(name: str, z: Numbers) -> Numbers:
    """``phi(z)``."""
    return derivatives(name, z)[0]


def jax_activation(name: str) -> Callable[[Any], Any]:
    """phi as a function of JAX arrays; relu has the derivative 0 at 0."""
    import jax
    import jax.numpy as jnp

    functions: dict[str, Callable[[Any], Any]] = {
        "tanh": jnp.tanh,
        "sigmoid": jax.nn.sigmoid,
        "softplus": jax.nn.softplus,
        "relu": jax.nn.relu,
        "gelu": lambda z: jax.nn.gelu(z, approximate=False),
        "sin": jnp.sin,
        "square": jnp.square,
        "identity": lambda z: z,
    }
    return functions[name]
