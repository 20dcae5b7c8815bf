"""A gallery of losses in everyday JAX, each with its curvature in the first argument and the reason for it.

Arguments are texts, as in ``tests/read/jax_losses.py``: a kind and a shape. ``f`` real, ``+`` positive, ``s`` -1 or 1,
``z`` 0.0 or 1.0, ``c`` a count, ``b`` a truth value, ``i:k`` an integer label below k. All sizes are symbols, and the
data are parameters: CONVEX means for all sizes and all data that `given` admits, NEITHER that some refute it.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

CONVEX, CONCAVE, AFFINE, NEITHER = "CONVEX", "CONCAVE", "AFFINE", "NEITHER"


class Loss(NamedTuple):
    """A loss: its code, its arguments, its curvature and why; options of ``check``."""

    code: Any
    arguments: tuple[Any, ...]
    curvature: str
    why: str
    options: Mapping[str, Any] = MappingProxyType({})


REGRESSION, SIGNS, ZERO_ONE = ("f d", "f n d", "f n"), ("f d", "f n d", "s n"), ("f d", "f n d", "z n")
CLASSES = ("f d k", "f n d", "i:k n")
LABELS = {"given": "0 <= y <= k - 1"}
UNIT = {"given": "0 <= y <= 1"}
