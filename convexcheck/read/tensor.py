"""Tensors while reading: a shape and the scalar expression of the generic entry (untrusted).

Axis j of a tensor is the bound index j of its `body`, so that broadcasting, transposing and gathering are
substitutions of indices, and nothing is ever laid out in memory.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from convexcheck.expression.errors import ConvexcheckError
from convexcheck.expression.statement import Declaration, generic
from convexcheck.expression.term import (
    ONE,
    ZERO,
    Expression,
    Operand,
    bind,
    bound,
    const,
    instantiate,
    maximum,
    mul,
    opened,
    over,
)

Shape = tuple[Expression, ...]


@dataclass(frozen=True)
class Tensor:
    """A tensor of the given `shape` (sizes); `body` has the bound index j where the entry has its index j.

    >>> from convexcheck.expression.term import dim
    >>> x = declared("var", "x", Declaration((dim("n"),)))
    >>> x.reduce("Sum", (0,)).body
    Sum(i < n, x[i])
    """

    shape: Shape
    body: Expression

    def at(self, *indices: Operand) -> Expression:
        """The entry at some indices (expressions, which may contain bound indices of the reader's frame)."""
        return instantiate(self.body, indices)

    def transpose(self, order: Sequence[int] | None = None) -> Tensor:
        """Axis j of the result is axis ``order[j]`` (reversed order by default)."""
        order = tuple(order if order is not None else reversed(range(len(self.shape))))
        place = [bound(order.index(axis)) for axis in range(len(order))]
        return Tensor(tuple(self.shape[a] for a in order), self.at(*place))

    def reduce(self, op: str, axes: Sequence[int]) -> Tensor:
        """``Sum`` or ``Max`` over `axes`; the other axes stay in order."""
        result = self
        for axis in sorted({a % len(self.shape) for a in axes}, reverse=True):
            after = range(axis + 1, len(result.shape))
            place = [*(bound(j + 1) for j in range(axis)), bound(0), *map(bound, after)]
            body = over(op, result.shape[axis], result.at(*place))
            result = Tensor(result.shape[:axis] + result.shape[axis + 1 :], body)
        return result

    def broadcast(self, shape: Shape, axes: Sequence[int]) -> Tensor:
        """The tensor of `shape` whose axis ``axes[j]`` is axis j of this one (or repeats it, where its size is 1)."""
        place = [bound(a) if self.shape[j] is shape[a] else ZERO for j, a in enumerate(axes)]
        return Tensor(shape, self.at(*place))


def declared(op: str, name: str, declaration: Declaration) -> Tensor:
    """The tensor of a declared variable (``var``) or parameter (``par``)."""
    return Tensor(declaration.shape, generic(op, name, declaration))


def scalar(value: Operand) -> Tensor:
    """A tensor without axes."""
    return Tensor((), const(value))


def elementwise(function: Callable[..., Expression], *tensors: Tensor) -> Tensor:
    """A function of entries, with NumPy's broadcasting: sizes agree, or one of them is 1.

    Raises:
        ConvexcheckError: naming both shapes where they do not fit.
    """
    rank = max(len(t.shape) for t in tensors)
    shape: list[Expression] = []
    for axis in range(-rank, 0):
        sizes = {t.shape[axis] for t in tensors if -axis <= len(t.shape)} - {ONE}
        if len(sizes) > 1:
            shapes = " and ".join(shape_text(t.shape) for t in tensors)
            raise ConvexcheckError("read", f"shapes {shapes} do not broadcast", "equal sizes, or 1")
        shape.append(sizes.pop() if sizes else ONE)
    full = tuple(shape)
    parts = [t.broadcast(full, range(rank - len(t.shape), rank)) for t in tensors]
    return Tensor(full, function(*(p.body for p in parts)))


def contract(a: Tensor, b: Tensor, left: int = -1, right: int = 0) -> Tensor:
    """Sum of products over axis `left` of `a` and axis `right` of `b`; then the other axes of `a`, of `b`.

    Raises:
        ConvexcheckError: when the two sizes differ.
    """
    left, right = left % len(a.shape), right % len(b.shape)
    if a.shape[left] is not b.shape[right]:
        shapes = f"shapes {shape_text(a.shape)} and {shape_text(b.shape)}"
        raise ConvexcheckError("read", f"{shapes} do not match", "equal inner sizes")
    ka, kb = len(a.shape) - 1, len(b.shape) - 1
    mine = [bound(1 + j) for j in range(ka)]
    other = [bound(1 + ka + j) for j in range(kb)]
    body = mul(a.at(*mine[:left], bound(0), *mine[left:]), b.at(*other[:right], bound(0), *other[right:]))
    shape = a.shape[:left] + a.shape[left + 1 :] + b.shape[:right] + b.shape[right + 1 :]
    return Tensor(shape, associated(over("Sum", a.shape[left], body)))


def associated(e: Expression) -> Expression:
    """A sum of products with the brackets of a product of matrices moved, where that makes it flatter.

    ``Sum_k x_k Sum_j h_j A_jk = Sum_j h_j Sum_k A_jk x_k``: x A^T A x becomes the square of A x.
    """
    if e.op != "Sum":
        return e
    body, k = opened(e)
    factors = body.args if body.op == "mul" else (body,)
    for inner in factors:
        if inner.op != "Sum" or inner.args[0].has("index"):
            continue
        terms, j = opened(inner, body)
        parts = terms.args if terms.op == "mul" else (terms,)
        free = [p for p in parts if ("index", k.data) not in p.symbols]
        with_k = [p for p in parts if p not in free]
        others = [f for f in factors if f is not inner]
        moved = bind("Sum", j, mul(*free, bind("Sum", k, mul(*with_k, *others))))
        if moved.depth < e.depth:
            return moved
    return e


def shape_text(shape: Shape) -> str:
    """A shape as text, as Python writes it: ``(n, d)``, ``(n,)``, ``()``."""
    return f"({', '.join(map(str, shape))}{',' * (len(shape) == 1)})"


def minimum(*args: Operand) -> Expression:
    """The smallest of the arguments: ``-max(-a, -b, ...)``."""
    return -maximum(*(-const(a) for a in args))
