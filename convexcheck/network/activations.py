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
Three = tuple[Any, Any, Any]


def sigmoid(z: Any, xp: Any = np) -> Any:
    """``1/(1 + exp(-z))`` without overflow.

    >>> sigmoid(np.array([-1e4, 0.0, 1e4]))
    array([0. , 0.5, 1. ])
    """
    small = xp.exp(-xp.abs(z))
    return xp.where(z >= 0, 1.0, small) / (1.0 + small)


def _tanh(z: Any, xp: Any) -> Three:
    t = xp.tanh(z)
    slope = 1.0 - t * t
    return t, slope, -2.0 * t * slope


def _sigmoid(z: Any, xp: Any) -> Three:
    s = sigmoid(z, xp)
    slope = s * (1.0 - s)
    return s, slope, slope * (1.0 - 2.0 * s)


def _softplus(z: Any, xp: Any) -> Three:
    s = sigmoid(z, xp)
    return xp.logaddexp(0.0, z), s, s * (1.0 - s)


def _gelu(z: Any, xp: Any) -> Three:
    if xp is np:
        from scipy.special import ndtr
    else:
        from jax.scipy.special import ndtr
    below, density = ndtr(z), _DENSITY * xp.exp(-0.5 * z * z)
    return z * below, below + z * density, (2.0 - z * z) * density


_THREE: dict[str, Callable[[Any, Any], Three]] = {
    "tanh": _tanh,
    "sigmoid": _sigmoid,
    "softplus": _softplus,
    "relu": lambda z, xp: (xp.maximum(z, 0.0), (z > 0) * 1.0, 0.0 * (z > 0)),
    "gelu": _gelu,
    "sin": lambda z, xp: (xp.sin(z), xp.cos(z), -xp.sin(z)),
    "square": lambda z, xp: (z * z, 2.0 * z, xp.full_like(z, 2.0)),
    "identity": lambda z, xp: (z, xp.ones_like(z), xp.zeros_like(z)),
}


def derivatives(name: str, z: Any, xp: Any = np) -> Three:
    """``phi(z)``, ``phi'(z)`` and ``phi''(z)``, with the functions of `xp`, which is NumPy or ``jax.numpy``.

    At the kink of relu it is the derivative from the left.

    >>> derivatives("square", np.array([3.0]))
    (array([9.]), array([6.]), array([2.]))
    """
    with np.errstate(over="ignore", invalid="ignore"):
        return _THREE[name](z, xp)


def phi(name: str, z: Numbers) -> Numbers:
    """``phi(z)``."""
    value: Numbers = derivatives(name, z)[0]
    return value


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
