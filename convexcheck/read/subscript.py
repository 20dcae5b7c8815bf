"""Subscripts of the text language: ``w[0]``, ``X[i, j]``, ``X[:, 0]``, ``Z[y]`` (untrusted).

An index is an integer expression: constants, sizes, bound indices and parameters, which become integer
parameters thereby. An array as index gathers, as in NumPy. A negative constant counts from the end.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from convexcheck.expression.binding import nodes
from convexcheck.expression.errors import Unsupported
from convexcheck.expression.term import Expression, bound
from convexcheck.read.array_functions import joined
from convexcheck.read.tensor import Shape, Tensor, shape_text

if TYPE_CHECKING:
    from convexcheck.read.formula import Formula

_INTEGER = frozenset({"const", "dim", "index", "bound", "add", "mul", "par"})


def subscripted(formula: Formula, node: ast.Subscript) -> Tensor:
    """The entries of an array that a subscript picks.

    Raises:
        ConvexcheckError: too many indices, an index that is no integer, or one that is out of range.
    """
    source, array = formula.source, formula.value(node.value)
    picks = list(node.slice.elts) if isinstance(node.slice, ast.Tuple) else [node.slice]
    if len(picks) > len(array.shape):
        hint = "declare a shape" if not array.shape else ""
        raise source.error(node, f"{len(picks)} indices for shape {shape_text(array.shape)}", hint=hint)
    if any(isinstance(p, ast.Slice) and (p.lower or p.upper or p.step) for p in picks):
        raise source.error(node, "a slice with bounds", "a whole axis ':' or an index", kind=Unsupported)
    single = {axis: p for axis, p in enumerate(picks) if not isinstance(p, ast.Slice)}
    chosen = {axis: _index(formula, p, array.shape[axis]) for axis, p in single.items()}
    shape: Shape = ()
    if chosen:
        with formula.place(node):
            shape = joined(*chosen.values())
    if shape and max(chosen) - min(chosen) + 1 != len(chosen):
        raise source.error(node, "a slice between index arrays", "index arrays side by side", kind=Unsupported)
    free = [axis for axis in range(len(array.shape)) if axis not in chosen]
    before = [axis for axis in free if chosen and axis < min(chosen)]
    after = free[len(before) :]
    full = (*(array.shape[a] for a in before), *shape, *(array.shape[a] for a in after))
    axes = range(len(before), len(before) + len(shape))
    place: dict[int, Expression] = {a: bound(j) for j, a in enumerate(before)}
    place |= {a: bound(len(before) + len(shape) + j) for j, a in enumerate(after)}
    place |= {a: t.broadcast(full, axes[len(axes) - len(t.shape) :]).body for a, t in chosen.items()}
    return Tensor(full, array.at(*(place[a] for a in range(len(array.shape)))))


def _index(formula: Formula, node: ast.expr, size: Expression) -> Tensor:
    """An index expression, checked to be an integer and, where it is a number, to be in range."""
    index = formula.value(node)
    for part in nodes(index.body):
        whole = part.op in _INTEGER and (part.op != "const" or part.data.denominator == 1)
        if not whole:
            expected = "integers, sizes, bound indices and parameters"
            raise formula.source.error(node, "an index that is no integer", expected)
    formula.scope.integers |= index.body.names("par")
    if index.body.op != "const":
        return index
    position = int(index.body.data)
    least = int(size.data) if size.op == "const" else formula.scope.sizes.get(size.data, 1)
    if not -least <= position < least:
        hint = f"given {size} >= {position + 1 if position >= 0 else -position}" if size.op == "dim" else ""
        where = f"where {size} = {least}" if size.op == "dim" else f"of an axis of size {least}"
        raise formula.source.error(node, f"index {position} is out of range {where}", hint=hint)
    return index if position >= 0 else Tensor((), size + position)
