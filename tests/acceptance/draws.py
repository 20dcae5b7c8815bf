"""Random data by kind, and as exact rationals."""

from fractions import Fraction

import flint
import numpy as np


def draw(kind, rng, n, k):
    """Targets of `n` samples.

    ``f`` real, ``+`` one number between 0 and 1, ``s`` -1 or 1, ``u`` between 0 and 1 with both ends met, ``c`` counts,
    ``class`` integers below k, ``one-hot`` their rows of 0 and 1.
    """
    match kind:
        case "f":
            return rng.normal(size=n)
        case "+":
            return rng.uniform(0.25, 0.75)
        case "s":
            return np.where(np.arange(n) % 2, rng.choice([-1.0, 1.0], n), -1.0 + 2.0 * (np.arange(n) % 4 == 0))
        case "u":
            return np.concatenate([[0.0, 1.0], rng.uniform(size=n - 2)])
        case "c":
            return rng.integers(0, 6, n).astype(float)
        case "class":
            return np.concatenate([np.arange(k), rng.integers(0, k, n - k)])
        case "one-hot":
            return np.eye(k)[draw("class", rng, n, k)]
    raise ValueError(kind)


def rationals(array):
    """The same entries as exact rationals."""
    array = np.asarray(array).astype(object)  # Python's own numbers
    out = np.empty(array.shape, dtype=object)
    for at in np.ndindex(array.shape):
        out[at] = flint.fmpq(*Fraction(array[at]).as_integer_ratio())
    return out
