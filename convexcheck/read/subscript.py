"""Subscripts of the text language: ``w[0]``, ``X[i, j]``, ``X[:, 0]``, ``x[1:]``, ``Z[y]`` (untrusted).

An index is an integer expression: constants, sizes, bound indices and parameters, which become integer
parameters thereby. An array as index gathers, as in NumPy. A negative constant counts from the end.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from convexcheck.expression.errors import Unsupported
from convexcheck.expression.term import ZERO, Expression, add, bound, const, nodes, substitute
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
    sliced = {a: _slice(formula, p, array.shape[a]) for a, p in enumerate(picks) if isinstance(p, ast.Slice)}
    chosen = {a: _index(formula, p, array.shape[a]) for a, p in enumerate(picks) if a not in sliced}
    shape: Shape = ()
    if chosen:
        with formula.place(node):
            shape = joined(*chosen.values())
    if shape and max(chosen) - min(chosen) + 1 != len(chosen):
        raise source.error(node, "a slice between index arrays", "index arrays side by side", kind=Unsupported)
    kept = {a: sliced.get(a, (ZERO, s)) for a, s in enumerate(array.shape) if a not in chosen}
    before = [a for a in kept if chosen and a < min(chosen)]
    after = [a for a in kept if a not in before]
    full = (*(kept[a][1] for a in before), *shape, *(kept[a][1] for a in after))
    axes = range(len(before), len(before) + len(shape))
    place: dict[int, Expression] = {a: kept[a][0] + bound(j) for j, a in enumerate(before)}
    place |= {a: kept[a][0] + bound(len(before) + len(shape) + j) for j, a in enumerate(after)}
    place |= {a: t.broadcast(full, axes[len(axes) - len(t.shape) :]).body for a, t in chosen.items()}
    return Tensor(full, array.at(*(place[a] for a in range(len(array.shape)))))


def integral(e: Expression, allowed: frozenset[str] = _INTEGER) -> bool:
    """Whether `e` is built of integers by sums and products, with leaves of the kinds in `allowed`."""
    return all(p.op in allowed and (p.op != "const" or p.data.denominator == 1) for p in nodes(e))


def least_size(formula: Formula, size: Expression) -> int:
    """The value of a size where every dimension has its least value."""
    return int(substitute(size, {("dim", n): low for n, low in formula.scope.sizes.items()}).data)


def _slice(formula: Formula, node: ast.Slice, size: Expression) -> tuple[Expression, Expression]:
    """Start and length of a slice; symbolic sizes are not clipped, so the bounds must lie inside."""
    source = formula.source
    bounds = [formula.value(b).body if b else None for b in (node.lower, node.upper)]
    if node.step or any(b is not None and (b.op != "const" or not integral(b)) for b in bounds):
        raise source.error(node, "a slice with a step or a symbolic bound", "integers, as in x[1:-1]", kind=Unsupported)
    low, high = (None if b is None else int(b.data) for b in bounds)
    if size.op == "const":
        start, stop, _ = slice(low, high).indices(int(size.data))
        return const(start), const(max(stop - start, 0))
    begin, end = low or 0, high or 0
    from_end, to_end = begin < 0, high is None or high < 0  # counted from the end
    first, last = (add(size, k) if back else const(k) for k, back in ((begin, from_end), (end, to_end)))
    if from_end and not to_end:
        raise source.error(node, "a slice that ends before it begins for large sizes", "x[1:-1]", kind=Unsupported)
    if not 0 <= least_size(formula, first) <= least_size(formula, last) <= least_size(formula, size):
        least = least_size(formula, size)
        raise source.error(
            node, f"a slice beyond an axis of size {size} = {least}", hint="a larger least size in given="
        )
    length = add(size, end - begin) if to_end and not from_end else const(end - begin)
    return first, length


def _index(formula: Formula, node: ast.expr, size: Expression) -> Tensor:
    """An index expression, checked to be an integer and, where it is a number, to be in range."""
    index = formula.value(node)
    if not integral(index.body):
        expected = "integers, sizes, bound indices and parameters"
        raise formula.source.error(node, "an index that is no integer", expected)
    formula.scope.integers |= index.body.names("par")
    if index.body.op != "const":
        _symbolic(formula, node, index.body, size)
        return index
    position, least = int(index.body.data), least_size(formula, size)
    if not -least <= position < least:
        more = position + 1 if position >= 0 else -position
        where = f"of an axis of size {least}" if size.op == "const" else f"where {size} = {least}"
        hint = f"given {size} >= {more}" if size.op == "dim" else ""
        raise formula.source.error(node, f"index {position} is out of range {where}", hint=hint)
    return index if position >= 0 else Tensor((), size + position)


def _symbolic(formula: Formula, node: ast.expr, index: Expression, size: Expression) -> None:
    """Refuse an index of the axis's own sizes that is out of range for small ones: ``x[n]``, ``x[n - 2]``."""
    if not index.names("dim") <= size.names("dim") or any(n.op in ("par", "index", "bound") for n in nodes(index)):
        return
    tries = [{name: low + more for name, low in formula.scope.sizes.items()} for more in range(4)]
    reached = [[int(substitute(e, {("dim", n): k for n, k in at.items()}).data) for e in (index, size)] for at in tries]
    back = {position - length for position, length in reached}
    for at, (position, length) in zip(tries, reached, strict=True):
        if not 0 <= position < length:
            always = len(back) == 1 and min(back) >= 0
            where = ", ".join(f"{name} = {at[name]}" for name in sorted(size.names("dim")))
            place = f"of an axis of size {size}" if always else f"where {where}"
            hint = f"given {size} >= {-min(back)}" if size.op == "dim" and len(back) == 1 and not always else ""
            raise formula.source.error(node, f"index {index} is out of range {place}", hint=hint)
