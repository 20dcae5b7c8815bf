"""The arguments of a JAX loss: leaves of pytrees with names, shapes and values (untrusted).

Leaves of the arguments that `wrt` names are variables; concrete arrays and shapes elsewhere are data. Python
integers, truth values, strings and functions are part of the code, as they are for `jax.grad`.
"""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from convexcheck.expression.errors import ConvexcheckError, Unsupported
from convexcheck.read.declarations import check_name

STAGE = "read.jaxpr"
Shape = tuple[int | str, ...]


@dataclass(frozen=True)
class Leaf:
    """One array among the arguments.

    Args:
        label: how the user's code names it, as `ast.unparse` spells it: ``params['W']``.
        name: the identifier in the statement: ``params_W``.
        variable: whether the loss is a function of it.
        shape: its sizes; names stand for all sizes.
        dtype: float64, int64 or bool; an integer type that is narrower or has no sign is kept.
        value: the data (None for variables, and for shapes without data).
    """

    label: str
    name: str
    variable: bool
    shape: Shape
    dtype: np.dtype[Any]
    value: np.ndarray | None


@dataclass(frozen=True)
class Arguments:
    """The leaves of all arguments, and how to call the loss with other values for them."""

    leaves: tuple[Leaf, ...]
    call: Callable[..., Any]


Chosen = int | str | Sequence[int | str]


def arguments(loss: Callable[..., Any], args: Sequence[Any], wrt: Chosen) -> Arguments:
    """Split the arguments of a loss into variables, data and constants of the code.

    Args:
        loss: the function.
        args: its positional arguments: pytrees of arrays, of `jax.ShapeDtypeStruct` (a size may be a name), of
            numbers; anything else is passed on as it is.
        wrt: the variables: positions of arguments, as for `jax.grad`, or names of arguments or of parts of them, such
            as ``"params['W']"``; all other leaves are data.

    Raises:
        ConvexcheckError: a position or name that does not exist, integer variables, NaN or infinity in data.

    >>> found = arguments(lambda w, X: (X @ w).sum(), (np.zeros(2), np.eye(2)), 0)
    >>> [(leaf.name, leaf.variable, leaf.shape) for leaf in found.leaves]
    [('w', True, (2,)), ('X', False, (2, 2))]
    """
    import jax

    if not callable(loss):
        raise ConvexcheckError(STAGE, f"{type(loss).__name__} is not a function", "a function that JAX can trace")
    chosen = chosen_parts(wrt, len(args))
    names = argument_names(loss, len(args))
    prefixes = [names[part] if isinstance(part, int) else part for part in chosen]
    labels: list[str] = []
    taken: set[str] = set()
    leaves: list[Leaf] = []
    values: list[Any] = []
    places: list[int] = []  # of the leaves among the values
    paths, tree = jax.tree_util.tree_flatten_with_path(tuple(args))
    for path, value in paths:
        values.append(value)
        position = path[0].idx
        label = names[position] + "".join(map(_key, path[1:]))
        labels.append(label)
        variable = any(_within(label, prefix) for prefix in prefixes)
        if not variable and not _array(value):
            continue
        name = identifier(label, taken)
        taken.add(name)
        places.append(len(values) - 1)
        leaves.append(_leaf(label, name, variable, value))
    for prefix in prefixes:
        if prefix not in names and not any(_within(label, prefix) for label in labels):
            expected = "one of " + ", ".join(dict.fromkeys([*names, *labels][:20]))
            raise ConvexcheckError(STAGE, f"wrt names {prefix}, which is no argument", expected)
    if not any(leaf.variable for leaf in leaves):
        raise ConvexcheckError(
            STAGE, "no variable: the arguments of wrt hold no array", "arrays or shapes", f"wrt={wrt!r}"
        )

    def call(*arrays: Any) -> Any:
        filled = list(values)
        for place, array in zip(places, arrays, strict=True):
            filled[place] = array
        return loss(*jax.tree_util.tree_unflatten(tree, filled))

    return Arguments(tuple(leaves), call)


def chosen_parts(wrt: Any, count: int) -> list[int | str]:
    """Positions, and names spelled as labels are; a text may name several, with commas.

    >>> chosen_parts(-1, 3), chosen_parts('params["W"], b', 3)
    ([2], ["params['W']", 'b'])
    """
    parts: list[int | str] = []
    for part in wrt if isinstance(wrt, (tuple, list)) and wrt else [wrt]:
        if isinstance(part, str):
            parts += _spelled(part)
        elif isinstance(part, int) and -count <= part < count:
            parts.append(part % count)
        else:
            expected = "positions or names, such as 0, (0, 2) or \"params['W']\""
            raise ConvexcheckError(STAGE, f"wrt={wrt!r} for {count} arguments", expected, "wrt=0")
    return parts


def _spelled(text: str) -> list[str]:
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        message = f"wrt={text[:60]!r} is no name of an argument or of a part"
        raise ConvexcheckError(STAGE, message, "such as \"w\" or \"params['W']\"") from error
    return [ast.unparse(node) for node in (tree.elts if isinstance(tree, ast.Tuple) else [tree])]


def _within(label: str, prefix: str) -> bool:
    """Whether the leaf is the named part or lies in it."""
    return label == prefix or (label.startswith(prefix) and label[len(prefix)] in "[.")


def argument_names(loss: Callable[..., Any], count: int) -> list[str]:
    """What the function calls its positional arguments.

    >>> argument_names(lambda w, *rest: w, 3)
    ['w', 'rest_0', 'rest_1']
    """
    try:
        parameters = list(inspect.signature(loss).parameters.values())
    except (TypeError, ValueError):
        parameters = []
    found: list[str] = []
    for p in parameters:
        if p.kind is p.VAR_POSITIONAL:
            found += [f"{p.name}_{j}" for j in range(count - len(found))]
        elif p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD):
            found.append(p.name)
    return [*found, *(f"arg{j}" for j in range(len(found), count))][:count]


def _key(key: Any) -> str:
    """One step of a path, spelled as code."""
    if hasattr(key, "name"):
        return f".{key.name}"
    return f"[{getattr(key, 'key', getattr(key, 'idx', None))!r}]"


def identifier(label: str, taken: Iterable[str]) -> str:
    """An ASCII identifier for a label, different from those taken.

    >>> identifier("params['W']", []), identifier("β", ["x"])
    ('params_W', 'x1')
    """
    name = re.sub(r"[^A-Za-z0-9_]+", "_", label).strip("_")[:56] or "x"
    name = name if name[0].isalpha() else f"x{name}"
    unique, count = name, 0
    while unique in taken or not _allowed(unique):
        count += 1
        unique = f"{name}{count}"
    return unique


def _allowed(name: str) -> bool:
    try:
        check_name("array", name)
    except ConvexcheckError:
        return False
    return True


def _array(value: Any) -> bool:
    """Whether a leaf is data rather than part of the code."""
    return isinstance(value, float) or hasattr(value, "dtype")


def _leaf(label: str, name: str, variable: bool, value: Any) -> Leaf:
    import jax

    if not _array(value) and not isinstance(value, (int, complex)):
        raise ConvexcheckError(STAGE, f"variable {label} is of type {type(value).__name__}", "an array or a shape")
    if isinstance(value, jax.ShapeDtypeStruct):
        shape, dtype, array = tuple(_size(s, label) for s in value.shape), value.dtype, None
    else:
        array = (
            np.asarray(value) if not jax.dtypes.issubdtype(getattr(value, "dtype", None), jax.dtypes.extended) else None
        )
        shape, dtype = (array.shape, array.dtype) if array is not None else ((), value.dtype)
    kept = standard(dtype, label)
    if variable and kept.kind != "f":
        what = "integers" if kept.kind == "i" else "truth values"
        raise ConvexcheckError(STAGE, f"variable {label} holds {what} ({dtype})", "real numbers", f"{label} as floats")
    data = None if variable or array is None else exact(array, label)
    # a type that may not hold 2*y - 1 is traced as it is, so that arithmetic in it is seen
    own = np.dtype(dtype) if kept.kind == "i" and not np.can_cast(np.int32, dtype) else kept
    return Leaf(label, name, variable, shape, own if own.kind in "iu" else kept, data)


def _size(size: Any, label: str) -> int | str:
    if isinstance(size, (int, np.integer)):
        return int(size)
    text = str(size)
    if not text.isidentifier() or not _allowed(text):
        hint = f"a name of its own for the size {text}"
        raise ConvexcheckError(STAGE, f"size {text!r} in the shape of {label}", "a number or a name", hint)
    return text


def standard(dtype: Any, label: str) -> np.dtype[Any]:
    """float64, int64 or bool for a dtype of data.

    Raises:
        Unsupported: complex numbers and anything that is not a number.
    """
    import jax

    if jax.dtypes.issubdtype(dtype, np.floating):
        return np.dtype(np.float64)
    if jax.dtypes.issubdtype(dtype, np.integer):
        return np.dtype(np.int64)
    if jax.dtypes.issubdtype(dtype, np.bool_):
        return np.dtype(np.bool_)
    hint = "real and imaginary parts" if jax.dtypes.issubdtype(dtype, np.complexfloating) else "an array of numbers"
    raise Unsupported(STAGE, f"{label} has dtype {dtype}", "real numbers", hint)


def exact(array: np.ndarray, label: str) -> np.ndarray:
    """The data as float64, int64 or bool, every value kept.

    Raises:
        ConvexcheckError: naming the first entry that is NaN, infinite or too large.
    """
    kept = array.astype(standard(array.dtype, label))
    bad = np.argwhere(~np.isfinite(kept)) if kept.dtype.kind == "f" else np.argwhere(kept != array)
    if len(bad):
        index = ", ".join(map(str, bad[0]))
        value = array[tuple(bad[0])]
        raise ConvexcheckError(STAGE, f"{label}[{index}] is {value}", "finite numbers", "data without NaN and infinity")
    return kept


def refuse_superfluous(source: Any, arguments: Sequence[Any]) -> None:
    """Refuse arguments after a text or a SymPy expression: nothing would use them.

    Raises:
        ConvexcheckError: saying where shapes and variables go.
    """
    text = isinstance(source, str)
    if not arguments or not (text or hasattr(source, "free_symbols")):
        return
    shapes = "shapes with wrt={'x': '3'} and parameters={'A': 'n 3'}; names alone with wrt='x'"
    got = ", ".join(type(a).__name__ for a in arguments[:4])
    what = f"{'text' if text else 'a SymPy expression'} takes no arrays, got {got}"
    hint = shapes if text else "the variables with wrt=[...]"
    raise ConvexcheckError("read.text" if text else "read.sympy", what, "keywords alone after it", hint)
