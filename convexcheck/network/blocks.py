"""A Hessian as a NumPy array that knows its parameters by name (untrusted)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import numpy as np

from convexcheck.expression.errors import ConvexcheckError
from convexcheck.network.numbers import STAGE

Key = str | int


class Hessian(np.ndarray[Any, np.dtype[np.float64]]):
    """A float64 array of shape (P, P); `slices` says which rows and columns belong to which array of parameters.

    >>> H = Hessian.labelled(np.diag([1.0, 2.0, 3.0]), {"W1": 2, "b1": 1})
    >>> H.block("W1", "W1").tolist(), H.slices["b1"]
    ([[1.0, 0.0], [0.0, 2.0]], slice(2, 3, None))
    """

    slices: dict[Key, slice]

    @classmethod
    def labelled(
        cls, matrix: Any, sizes: Mapping[str, int], layers: Mapping[int, tuple[str, ...]] | None = None
    ) -> Hessian:
        """The matrix with the number of parameters by name, and for networks the names by layer."""
        found = np.asarray(matrix).view(cls)
        found.slices = dict(_slices(tuple(sizes.items()), tuple((layers or {}).items())))
        return found

    def __array_finalize__(self, source: Any) -> None:
        if source is not None and np.shape(source) == self.shape:
            self.slices = getattr(source, "slices", {})
        else:
            self.slices = {}

    def block(self, rows: Key, columns: Key) -> np.ndarray[Any, np.dtype[np.float64]]:
        """The part for two arrays of parameters, by name, or for two layers, counted from 1.

        Raises:
            ConvexcheckError: no such name or layer.
        """
        return np.asarray(self)[part(self.slices, rows), part(self.slices, columns)]


def slices(sizes: Mapping[str, int], layers: Mapping[int, tuple[str, ...]] | None = None) -> dict[Key, slice]:
    """Where the parameters of each name, and of each layer, are.

    >>> slices({"W1": 2, "b1": 1}, {1: ("W1", "b1")})[1]
    slice(0, 3, None)
    """
    found: dict[Key, slice] = {}
    start = 0
    for name, size in sizes.items():
        found[name] = slice(start, start + size)
        start += size
    for layer, names in (layers or {}).items():
        found[layer] = slice(found[names[0]].start, found[names[-1]].stop)
    return found


@lru_cache(maxsize=64)
def _slices(
    sizes: tuple[tuple[str, int], ...], layers: tuple[tuple[int, tuple[str, ...]], ...]
) -> dict[Key, slice]:
    return slices(dict(sizes), dict(layers))


def part(known: Mapping[Key, slice], key: Key) -> slice:
    """The slice of a name or a layer.

    Raises:
        ConvexcheckError: with the names and layers that there are.
    """
    if key in known:
        return known[key]
    raise ConvexcheckError(STAGE, f"no block {key!r}", f"one of {', '.join(map(repr, known))}")
