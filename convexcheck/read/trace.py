"""Tracing a JAX loss to a jaxpr at some shapes, concrete or symbolic (untrusted)."""

from __future__ import annotations

import re
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
            raise ConvexcheckError(STAGE, message, "code that JAX can trace", _hint(type(error), lines[0])) from error
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


def _hint(kind: type[Exception], message: str) -> str:
    """What usually helps against an error of a loss that JAX cannot trace."""
    missing = re.search(r"missing \d+ required (positional|keyword-only) arguments?: (.*)", message)
    if missing and missing[1] == "positional":
        return f"pass {missing[2]} too, as data or as a shape"
    if missing:
        name = missing[2].partition("'")[2].partition("'")[0]
        return f"functools.partial(loss, {name}=...), to fix {missing[2]}"
    for piece, hint in _HINTS.items():
        if piece in f"{kind.__name__}: {message}":
            return hint
    return "jax.make_jaxpr on it"


_HINTS = {
    "TracerArrayConversionError": "jnp instead of np in the loss: NumPy cannot work on traced arrays",
    "TracerBoolConversionError": "jnp.where instead of if, while, and, or; jnp.maximum instead of max",
    "TracerIntegerConversionError": "jnp.take(array, index), with jnp instead of lists and np",
    "ConcretizationTypeError": "jnp instead of float(), int(), .item(), math, and range() of a value",
    "got <class 'list'>": "jnp.array([...]) or jnp.stack([...]) around the list",
    "got <class 'tuple'>": "jnp.array([...]) or jnp.stack([...]) around the tuple",
    "type <class 'generator'>": "Python's sum(...), or jax.vmap, instead of jnp.sum of a generator",
    "positional arguments but": "the arguments of the loss, no more",
    "positional argument but": "the arguments of the loss, no more",
}
