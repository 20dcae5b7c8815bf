"""Tracing a JAX loss to a jaxpr at some shapes, concrete or symbolic (untrusted)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from convexcheck.expression.errors import ConvexcheckError
from convexcheck.read.arguments import Arguments, Shape

STAGE = "read.jaxpr"


def trace(found: Arguments, shapes: Sequence[Shape], least: Mapping[str, int]) -> Any:
    """The closed jaxpr of the loss, in double precision whatever JAX is set to.

    Args:
        found: the arguments.
        shapes: the shapes to trace at, one for each leaf; a name stands for all sizes.
        least: the least values of these sizes, where they are known to be above 1.

    Raises:
        ConvexcheckError: the loss raises, or does not return one real number.
    """
    import jax

    with jax.enable_x64(True):
        bounds = [f"{name} >= {low}" for name, low in least.items() if low > 1]
        scope = jax.export.SymbolicScope(bounds)
        structs = []
        for leaf, shape in zip(found.leaves, shapes, strict=True):
            sizes = shape
            if any(isinstance(s, str) for s in shape):
                sizes = jax.export.symbolic_shape(", ".join(map(str, shape)), scope=scope)
            structs.append(jax.ShapeDtypeStruct(sizes, leaf.dtype))
        try:
            code, out = jax.make_jaxpr(found.call, return_shape=True)(*structs)
        except Exception as error:
            lines = str(error).strip().splitlines() or [""]
            message = f"the loss raised {type(error).__name__}: {lines[0][:300]}"
            raise ConvexcheckError(STAGE, message, "code that JAX can trace", "jax.make_jaxpr on it") from error
    results = jax.tree_util.tree_leaves(out)
    if len(results) != 1 or not jax.tree_util.treedef_is_leaf(jax.tree_util.tree_structure(out)):
        raise ConvexcheckError(
            STAGE, f"the loss returns {len(results)} arrays", "one real number", "the loss alone, without state"
        )
    if results[0].shape:
        shape_text = f"({', '.join(map(str, results[0].shape))}{',' if len(results[0].shape) == 1 else ''})"
        raise ConvexcheckError(STAGE, f"the loss returns shape {shape_text}", "one real number", "jnp.sum or jnp.mean")
    if not jax.dtypes.issubdtype(results[0].dtype, np.number):
        raise ConvexcheckError(STAGE, f"the loss returns {results[0].dtype}", "one real number")
    return code
