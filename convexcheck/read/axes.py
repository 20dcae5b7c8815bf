"""JAX primitives that move, repeat and pick entries: substitutions of indices (untrusted).

An index that JAX would clamp or fill is taken as it stands: the kernel asks for 0 <= index < size, and inside that
range all modes agree.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from convexcheck.expression.errors import Unsupported
from convexcheck.expression.term import ONE, ZERO, Expression, add, bound, const, mul, shift, transform
from convexcheck.read.logic import TRUE, both, choose, compare, folded
from convexcheck.read.tensor import Shape, Tensor, scalar

if TYPE_CHECKING:
    from convexcheck.read.equations import Equation

STAGE = "read.jaxpr"
MARK = 1_000_000  # serial numbers of opened indices of this module, above those of the language


def _pick(t: Tensor, shape: Shape, indices: Sequence[Expression]) -> list[Tensor]:
    """The tensor whose entry is the entry of `t` at `indices`."""
    body = t.at(*indices)
    plain = all(i.op == "bound" for i in indices)
    return [Tensor(shape, body if plain else folded(body))]


def _broadcast_in_dim(e: Equation) -> list[Tensor]:
    return [e.operands[0].broadcast(e.shapes[0], e.params["broadcast_dimensions"])]


def _squeeze(e: Equation) -> list[Tensor]:
    gone = set(e.params["dimensions"])
    kept = iter(range(len(e.shapes[0])))
    return _pick(
        e.operands[0], e.shapes[0], [ZERO if a in gone else bound(next(kept)) for a in range(len(e.operands[0].shape))]
    )


def _expand_dims(e: Equation) -> list[Tensor]:
    new = set(e.params["dimensions"])
    return _pick(e.operands[0], e.shapes[0], [bound(a) for a in range(len(e.shapes[0])) if a not in new])


def _transpose(e: Equation) -> list[Tensor]:
    return [e.operands[0].transpose(e.params["permutation"])]


def _rev(e: Equation) -> list[Tensor]:
    t = e.operands[0]
    flipped = set(e.params["dimensions"])
    return _pick(t, t.shape, [t.shape[a] - 1 - bound(a) if a in flipped else bound(a) for a in range(len(t.shape))])


def _slice(e: Equation) -> list[Tensor]:
    starts = e.params["start_indices"]
    strides = e.params["strides"] or (1,) * len(starts)
    places = [
        add(_plain(s, e), mul(_plain(k, e), bound(a))) for a, (s, k) in enumerate(zip(starts, strides, strict=True))
    ]
    return _pick(e.operands[0], e.shapes[0], places)


def _plain(size: Any, e: Equation) -> Expression:
    """A position as an expression: an integer stays one, also where sizes are symbols."""
    return const(int(size)) if isinstance(size, (int, np.integer)) else e.reader.size(size)


def _dynamic_slice(e: Equation) -> list[Tensor]:
    t, starts = e.operands[0], e.operands[1:]
    full = [a == b for a, b in zip(t.shape, e.shapes[0], strict=True)]  # then the start can only be 0
    return _pick(t, e.shapes[0], [bound(a) if full[a] else add(s.body, bound(a)) for a, s in enumerate(starts)])


def _dynamic_update_slice(e: Equation) -> list[Tensor]:
    t, new, starts = e.operands[0], e.operands[1], [s.body for s in e.operands[2:]]
    if any(s.op != "const" for s in starts):
        raise Unsupported(STAGE, "an update at a position that depends on data", "a fixed position", "where")
    inside = _within([(bound(a), s, n) for a, (s, n) in enumerate(zip(starts, new.shape, strict=True))])
    return [Tensor(t.shape, choose(inside, new.at(*(bound(a) - s for a, s in enumerate(starts))), t.body))]


def _within(ranges: Sequence[tuple[Expression, Expression, Expression]]) -> Expression:
    """Whether every index lies in its range of a start and a length."""
    truth = TRUE
    for index, start, length in ranges:
        truth = both(truth, both(compare("le", start, index), compare("lt", index, start + length)))
    return truth


def _pad(e: Equation) -> list[Tensor]:
    t, value = e.operands
    config = e.params["padding_config"]
    if any(not isinstance(p, (int, np.integer)) or p < 0 for row in config for p in row) or any(c[2] for c in config):
        raise Unsupported(STAGE, f"padding {config}", "fixed margins", "concatenate")
    moved = [bound(a) - int(lo) for a, (lo, _, _) in enumerate(config)]
    margins = [(bound(a), const(int(lo)), t.shape[a]) for a, (lo, hi, _) in enumerate(config) if lo or hi]
    return [Tensor(e.shapes[0], choose(_within(margins), t.at(*moved), value.body))]


def _concatenate(e: Equation) -> list[Tensor]:
    axis, rank = e.params["dimension"], len(e.shapes[0])
    starts: list[Expression] = [ZERO]
    for t in e.operands:
        starts.append(add(starts[-1], t.shape[axis]))

    def piece(j: int) -> Expression:
        t = e.operands[j]
        index = ZERO if t.shape[axis] is ONE else bound(axis) - starts[j]
        return t.at(*(index if a == axis else bound(a) for a in range(rank)))

    body = piece(len(e.operands) - 1)
    for j in reversed(range(len(e.operands) - 1)):
        body = choose(compare("lt", bound(axis), starts[j + 1]), piece(j), body)
    return [Tensor(e.shapes[0], body)]


def _stack(e: Equation) -> list[Tensor]:
    axis, rank = e.params["axis"], len(e.shapes[0])
    rest = [bound(a) for a in range(rank) if a != axis]
    body = e.operands[-1].at(*rest)
    for j in reversed(range(len(e.operands) - 1)):
        body = choose(compare("eq", bound(axis), const(j)), e.operands[j].at(*rest), body)
    return [Tensor(e.shapes[0], body)]


def _split(e: Equation) -> list[Tensor]:
    t, axis = e.operands[0], e.params["axis"]
    start, parts = ZERO, []
    for shape in e.shapes:
        parts += _pick(t, shape, [bound(a) + start if a == axis else bound(a) for a in range(len(shape))])
        start = start + shape[axis]
    return parts


def _iota(e: Equation) -> list[Tensor]:
    return [Tensor(e.shapes[0], bound(e.params["dimension"]))]


def _dim_as_value(e: Equation) -> list[Tensor]:
    return [scalar(e.reader.size(e.params["dim"]))]


def _gather(e: Equation) -> list[Tensor]:
    """Source: the gather operation of StableHLO."""
    t, indices = e.operands
    numbers, shape = e.params["dimension_numbers"], e.shapes[0]
    batch = [bound(a) for a in range(len(shape)) if a not in numbers.offset_dims]
    offsets = iter(bound(a) for a in numbers.offset_dims)
    gone = {*numbers.collapsed_slice_dims, *numbers.operand_batching_dims}
    places = []
    for axis in range(len(t.shape)):
        place = ZERO if axis in gone else next(offsets)
        if axis in numbers.start_index_map:
            place = add(folded(indices.at(*batch, numbers.start_index_map.index(axis))), place)
        if axis in numbers.operand_batching_dims:
            other = numbers.start_indices_batching_dims[numbers.operand_batching_dims.index(axis)]
            place = add(place, batch[other])
        places.append(place)
    return _pick(t, shape, places)


def _reshape(e: Equation) -> list[Tensor]:
    """Group the axes into blocks of equal size; inside a block merge or split them."""
    t, old, new = e.operands[0], e.avals[0].shape, e.out_avals[0].shape
    if e.params.get("dimensions") is not None:
        raise Unsupported(STAGE, "a reshape that also transposes", "transpose, then reshape")
    rows = [a for a, s in enumerate(old) if not _unit(s)]
    columns = [a for a, s in enumerate(new) if not _unit(s)]
    places: dict[int, Expression] = dict.fromkeys(range(len(old)), ZERO)
    split: dict[Expression, list[int]] = {}
    while rows or columns:
        p, q = _block([old[a] for a in rows], [new[a] for a in columns])
        if p == q == 1:
            places[rows[0]] = bound(columns[0])
        elif p == 1:
            mark = Expression("index", (t.shape[rows[0]],), MARK + rows[0])
            places[rows[0]] = mark
            split[mark] = columns[:q]
        elif q == 1:
            e.reader.merged = True
            sizes = tuple(t.shape[a] for a in rows[:p])
            for k in range(p):
                places[rows[k]] = Expression("part", (bound(columns[0]), *sizes), k)
        else:
            raise Unsupported(STAGE, f"a reshape from {old} to {new}", "axes merged or split", "no reshape")
        rows, columns = rows[p:], columns[q:]
    body = t.at(*(places[a] for a in range(len(old))))
    for mark, block in split.items():
        body = _split_index(body, mark, [e.shapes[0][a] for a in block], [bound(a) for a in block])
    return [Tensor(e.shapes[0], folded(body))]


def _unit(size: Any) -> bool:
    return isinstance(size, (int, np.integer)) and size == 1


def _block(old: Sequence[Any], new: Sequence[Any]) -> tuple[int, int]:
    """The least numbers of leading axes whose sizes have equal products."""
    for total in range(2, len(old) + len(new) + 1):
        for p in range(1, total):
            if p <= len(old) and total - p <= len(new) and bool(_product(old[:p]) == _product(new[: total - p])):
                return p, total - p
    raise Unsupported(STAGE, f"a reshape of {tuple(old)} to {tuple(new)}", "axes merged or split")


def _product(sizes: Sequence[Any]) -> Any:
    result: Any = 1
    for s in sizes:
        result = s * result
    return result


def _split_index(
    body: Expression, mark: Expression, sizes: Sequence[Expression], indices: Sequence[Expression]
) -> Expression:
    """Replace the index `mark` of a merged axis by ``(i_1 s_2 + i_2) s_3 + ...``, its k-th part by i_k."""
    flat = indices[0]
    for size, index in zip(sizes[1:], indices[1:], strict=True):
        flat = add(mul(size, flat), index)

    def leaf(node: Expression, level: int) -> Expression | None:
        if node.op == "part" and node.args[0] is mark and node.args[1:] == tuple(sizes):
            return shift(indices[node.data], level)
        return shift(flat, level) if node is mark else None

    return transform(body, leaf)


RULES: dict[str, Callable[[Equation], Sequence[Tensor]]] = {
    "broadcast_in_dim": _broadcast_in_dim,
    "squeeze": _squeeze,
    "expand_dims": _expand_dims,
    "transpose": _transpose,
    "rev": _rev,
    "slice": _slice,
    "dynamic_slice": _dynamic_slice,
    "dynamic_update_slice": _dynamic_update_slice,
    "pad": _pad,
    "concatenate": _concatenate,
    "stack": _stack,
    "split": _split,
    "iota": _iota,
    "dim_as_value": _dim_as_value,
    "gather": _gather,
    "reshape": _reshape,
}
