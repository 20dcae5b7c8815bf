"""Arrays of known sizes arranged anew: joined, cumulated, on a diagonal, without axes of size 1 (untrusted)."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from fractions import Fraction

from convexcheck.expression.bounds import linear
from convexcheck.expression.errors import Unsupported
from convexcheck.expression.term import (
    BINDERS,
    ONE,
    ZERO,
    Expression,
    abstract,
    add,
    bound,
    const,
    fresh,
    instantiate,
    maximum,
    nodes,
    over,
    rebuild,
    substitute,
    transform,
)
from convexcheck.read.logic import FALSE, TRUE, choose, compare
from convexcheck.read.tensor import Shape, Tensor, scalar, shape_text

MANY = 300  # choices of the largest entries that are written out


def joined(parts: Sequence[Tensor], axis: int) -> Tensor:
    """The tensors one after the other along an axis; scalars count as vectors of one entry."""
    parts = [t if t.shape else Tensor((ONE,), t.body) for t in parts]
    rank, starts = len(parts[0].shape), [0]
    for t in parts:
        starts.append(starts[-1] + int(t.shape[axis].data))

    def piece(k: int) -> Expression:
        index = ZERO if parts[k].shape[axis] is ONE else bound(axis) - starts[k]
        return parts[k].at(*(index if a == axis else bound(a) for a in range(rank)))

    body = piece(len(parts) - 1)
    for k in reversed(range(len(parts) - 1)):
        body = choose(compare("lt", bound(axis), const(starts[k + 1])), piece(k), body)
    shape = list(parts[0].shape)
    shape[axis] = const(starts[-1])
    return Tensor(tuple(shape), body)


def stacked(parts: Sequence[Tensor]) -> Tensor:
    """Rows one below the other."""
    return joined([t if len(t.shape) == 2 else Tensor((ONE, *(t.shape or (ONE,))), _row(t)) for t in parts], 0)


def _row(t: Tensor) -> Expression:
    return t.at(*(bound(a + 1) for a in range(len(t.shape))))


def reshaped(t: Tensor, shape: Shape) -> Tensor:
    """The same entries where only axes of size 1 come or go.

    Raises:
        Unsupported: where axes are merged or split.
    """
    places = [a for a, size in enumerate(shape) if size is not ONE]
    if [size for size in t.shape if size is not ONE] != [shape[a] for a in places]:
        message = f"the shape {shape_text(t.shape)} as {shape_text(shape)}"
        raise Unsupported("read.cvxpy", message, "axes that are not merged", "the entries one by one")
    moving = iter(places)
    return Tensor(shape, t.at(*(ZERO if size is ONE else bound(next(moving)) for size in t.shape)))


def cumulated(t: Tensor, axis: int) -> Tensor:
    """Sums of the entries up to each, along an axis."""
    here = [bound(a + 1) for a in range(len(t.shape))]
    there = [bound(0) if a == axis else h for a, h in enumerate(here)]
    body = choose(compare("le", bound(0), here[axis]), t.at(*there), ZERO)
    return Tensor(t.shape, Tensor((t.shape[axis], *t.shape), body).reduce("Sum", [0]).body)


def diagonal(t: Tensor, offset: int) -> Tensor:
    """The entries of a matrix on a diagonal."""
    n = int(t.shape[0].data) - abs(offset)
    down, right = max(0, -offset), max(0, offset)
    return Tensor((const(n),), t.at(bound(0) + down, bound(0) + right))


def on_diagonal(t: Tensor, offset: int) -> Tensor:
    """The matrix with the entries of a vector on a diagonal, and 0 elsewhere."""
    n = const(int(t.shape[0].data) + abs(offset))
    down = max(0, -offset)
    body = choose(compare("eq", bound(0) + offset, bound(1)), t.at(bound(0) - down), ZERO)
    return Tensor((n, n), body)


def sum_of_largest(t: Tensor, count: int) -> Tensor:
    """The sum of the `count` largest entries: the maximum over all choices of so many.

    Raises:
        Unsupported: where there are too many choices to write out.
    """
    sizes = [int(size.data) for size in t.shape]
    entries = [t.at(*place) for place in itertools.product(*map(range, sizes))]
    if math.comb(len(entries), count) > MANY:
        message = f"the {count} largest of {len(entries)} entries"
        raise Unsupported("read.cvxpy", message, f"at most {MANY} choices of them", "fewer entries")
    return scalar(maximum(*(add(*chosen) for chosen in itertools.combinations(entries, count))))


def split(e: Expression) -> Expression:
    """Sums and maxima over an index cut where its comparisons with numbers change, and these decided.

    >>> x = Expression("var", (bound(0),), "x")
    >>> split(over("Sum", 3, choose(compare("lt", bound(0), const(2)), x, ZERO)))
    Sum(i < 2, x[i])
    """
    if e.op not in BINDERS or e.args[0].op != "const" or not e.args[0].data:
        return rebuild(e, [split(a) for a in e.args])
    n, index = int(e.args[0].data), fresh(e.args[0], e)
    inside = instantiate(e.args[1], [index])
    cuts = {k for c in nodes(inside) for k in _changes(c, index) if 0 < k < n}
    parts: list[Expression] = []
    for lo, hi in itertools.pairwise([0, *sorted(cuts), n]):
        known = _decided(inside, index, range(lo, hi))
        if hi - lo == 1:
            parts.append(split(instantiate(abstract(known, [index]), [lo])))
            continue
        moved = substitute(known, {("index", index.data): index + lo}) if lo else known
        parts.append(over(e.op, hi - lo, split(abstract(moved, [index]))))
    return add(*parts) if e.op == "Sum" else maximum(*parts)


def _offset(c: Expression, index: Expression) -> tuple[int, Fraction] | None:
    """The sign s and the number k with which a comparison is that of ``s index + k`` with 0."""
    if c.op not in ("lt", "le", "eq"):
        return None
    constant, terms = linear(c.args[0] - c.args[1])
    alone = len(terms) == 1 and terms[0][0] is index and abs(terms[0][1]) == 1
    return (int(terms[0][1]), constant) if alone else None


def _changes(c: Expression, index: Expression) -> Iterator[int]:
    """The values of the index from which on a comparison may be another than before."""
    found = _offset(c, index)
    if found is not None:
        root = -found[1] / found[0]
        yield from (math.ceil(root), math.floor(root) + 1)


def _decided(e: Expression, index: Expression, values: range) -> Expression:
    """`e` with the comparisons decided whose outcome is the same for all values of the index."""

    def leaf(node: Expression, level: int) -> Expression | None:
        if node.op == "where":
            c = transform(node.args[0], leaf, level)
            return choose(c, *(transform(a, leaf, level) for a in node.args[1:])) if c in (TRUE, FALSE) else None
        found = _offset(node, index)
        if found is None:
            return None
        truths = {compare(node.op, const(found[0] * k + found[1]), ZERO) for k in (values[0], values[-1])}
        return truths.pop() if len(truths) == 1 else None

    return transform(e, leaf)
