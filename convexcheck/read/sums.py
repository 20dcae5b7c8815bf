"""JAX primitives that reduce axes: sums, maxima, cumulative sums, products of matrices (untrusted)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from convexcheck.expression.errors import Unsupported
from convexcheck.expression.term import (
    ONE,
    ZERO,
    Expression,
    abstract,
    apply,
    bound,
    fresh,
    instantiate,
    mul,
    nodes,
    over,
    transform,
)
from convexcheck.read.infinity import FINITE, filled, infinite
from convexcheck.read.logic import choose, compare, number
from convexcheck.read.tensor import Tensor, associated

if TYPE_CHECKING:
    from convexcheck.read.equations import Equation

STAGE = "read.jaxpr"
MAX_PRODUCT = 64  # factors that a product is written out for


def total(op: str, size: Expression, body: Expression, merged: bool) -> Expression:
    """``Sum`` or ``Max`` of `body` over its bound index 0; over each axis in turn where that axis was merged.

    Args:
        op: the binder.
        size: the size of the axis.
        body: the entry.
        merged: whether merged axes may occur at all.
    """
    if size is ONE:
        return instantiate(body, [ZERO])
    if not merged:
        return over(op, size, body)
    index = fresh(size, body)
    inside = instantiate(body, [index])
    radices = {n.args[1:] for n in nodes(inside) if n.op == "part" and n.args[0] is index}
    if len(radices) != 1:
        return over(op, size, body)
    sizes = next(iter(radices))
    axes: list[Expression] = []
    for s in sizes:
        axes.append(fresh(s, inside, *axes))

    def leaf(node: Expression, level: int) -> Expression | None:
        return axes[node.data] if node.op == "part" and node.args[0] is index else None

    result = transform(inside, leaf)
    if ("index", index.data) in result.symbols:
        return over(op, size, body)
    for s, axis in zip(reversed(sizes), reversed(axes), strict=True):
        result = total(op, s, abstract(result, [axis]), merged)
    return result


def reduced(op: str, t: Tensor, axes: Sequence[int], merged: bool) -> Tensor:
    """``Sum`` or ``Max`` over `axes`; the other axes stay in order."""
    for axis in sorted(axes, reverse=True):
        rank = len(t.shape)
        place = [bound(0) if j == axis else bound(j + 1 if j < axis else j) for j in range(rank)]
        t = Tensor(t.shape[:axis] + t.shape[axis + 1 :], total(op, t.shape[axis], t.at(*place), merged))
    return t


def _reduce_sum(e: Equation) -> list[Tensor]:
    return [reduced("Sum", e.operands[0], e.params["axes"], e.reader.merged)]


def _maximum(e: Equation, t: Tensor) -> Tensor:
    if infinite(t.body):
        e.reader.assume(FINITE)
        t = filled(t, e.params["axes"])
    return reduced("Max", t, e.params["axes"], e.reader.merged)


def _reduce_max(e: Equation) -> list[Tensor]:
    return [_maximum(e, e.operands[0])]


def _reduce_min(e: Equation) -> list[Tensor]:
    t = e.operands[0]
    largest = _maximum(e, Tensor(t.shape, _minus(t.body)))
    return [Tensor(largest.shape, -largest.body)]


def _minus(e: Expression) -> Expression:
    """``-e``, inside the choices between a finite and an infinite value."""
    return apply("where", e.args[0], _minus(e.args[1]), _minus(e.args[2])) if e.op == "where" and infinite(e) else -e


def _reduce_prod(e: Equation) -> list[Tensor]:
    t = e.operands[0]
    for axis in sorted(e.params["axes"], reverse=True):
        size = t.shape[axis]
        if size.op != "const" or size.data > MAX_PRODUCT:
            raise Unsupported(
                STAGE, f"a product over {size} entries", f"at most {MAX_PRODUCT}, a fixed number", "exp(sum(log(...)))"
            )
        rank = len(t.shape)
        factors = [
            t.at(*(bound(a) for a in range(axis)), i, *(bound(a - 1) for a in range(axis + 1, rank)))
            for i in range(int(size.data))
        ]
        t = Tensor(t.shape[:axis] + t.shape[axis + 1 :], mul(*factors))
    return [t]


def _reduce_or(e: Equation) -> list[Tensor]:
    t = e.operands[0]
    some = reduced("Max", Tensor(t.shape, number(t.body)), e.params["axes"], e.reader.merged)
    return [Tensor(some.shape, compare("eq", some.body, ONE))]


def _reduce_and(e: Equation) -> list[Tensor]:
    t = e.operands[0]
    open_ = reduced("Max", Tensor(t.shape, choose(t.body, ZERO, ONE)), e.params["axes"], e.reader.merged)
    return [Tensor(open_.shape, compare("eq", open_.body, ZERO))]


def _cumulative(e: Equation, op: str, t: Tensor, otherwise: Expression | None) -> Tensor:
    """The binder over j <= i (or j >= i) along the axis; entries outside count as `otherwise` (as entry i if None)."""
    axis, rank = e.params["axis"], len(t.shape)
    here = [bound(a + 1) for a in range(rank)]
    there = [bound(0) if a == axis else h for a, h in enumerate(here)]
    i, j = bound(axis + 1), bound(0)
    inside = compare("le", i, j) if e.params.get("reverse") else compare("le", j, i)
    body = choose(inside, t.at(*there), t.at(*here) if otherwise is None else otherwise)
    return Tensor(t.shape, total(op, t.shape[axis], body, False))


def _cumsum(e: Equation) -> list[Tensor]:
    return [_cumulative(e, "Sum", e.operands[0], ZERO)]


def _cummax(e: Equation) -> list[Tensor]:
    return [_cumulative(e, "Max", e.operands[0], None)]


def _cummin(e: Equation) -> list[Tensor]:
    t = e.operands[0]
    return [Tensor(t.shape, -_cumulative(e, "Max", Tensor(t.shape, -t.body), None).body)]


def _cumlogsumexp(e: Equation) -> list[Tensor]:
    t = e.operands[0]
    return [Tensor(t.shape, apply("log", _cumulative(e, "Sum", Tensor(t.shape, apply("exp", t.body)), ZERO).body))]


def _dot_general(e: Equation) -> list[Tensor]:
    """Sums of products over the contracted axes; then batch axes, free axes of the left side, of the right side."""
    a, b = e.operands
    (left, right), (batch_a, batch_b) = e.params["dimension_numbers"]
    free_a = [j for j in range(len(a.shape)) if j not in left and j not in batch_a]
    free_b = [j for j in range(len(b.shape)) if j not in right and j not in batch_b]
    n, m = len(left), len(batch_a)
    row = {axis: bound(k) for k, axis in enumerate(left)}
    row.update({axis: bound(n + k) for k, axis in enumerate(batch_a)})
    row.update({axis: bound(n + m + k) for k, axis in enumerate(free_a)})
    column = {axis: bound(k) for k, axis in enumerate(right)}
    column.update({axis: bound(n + k) for k, axis in enumerate(batch_b)})
    column.update({axis: bound(n + m + len(free_a) + k) for k, axis in enumerate(free_b)})
    body = mul(a.at(*(row[j] for j in range(len(a.shape)))), b.at(*(column[j] for j in range(len(b.shape)))))
    for axis in left:
        body = total("Sum", a.shape[axis], body, e.reader.merged)
        body = associated(body) if not e.reader.merged else body
    return [Tensor(e.shapes[0], body)]


RULES: dict[str, Callable[[Equation], Sequence[Tensor]]] = {
    "reduce_sum": _reduce_sum,
    "reduce_max": _reduce_max,
    "reduce_min": _reduce_min,
    "reduce_prod": _reduce_prod,
    "reduce_or": _reduce_or,
    "reduce_and": _reduce_and,
    "cumsum": _cumsum,
    "cummax": _cummax,
    "cummin": _cummin,
    "cumlogsumexp": _cumlogsumexp,
    "dot_general": _dot_general,
}
