"""What evidence shows of a Hessian form: weighted squares of lines, diagonal plus low-rank blocks (untrusted)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from convexcheck.certificate import evidence as ev
from convexcheck.expression.term import Expression, instantiate, mul, opened

Indices = tuple[Expression, ...]


@dataclass(frozen=True)
class Square:
    """The sum of weight * line**2 over opened `indices` (innermost first); `line` is linear in the direction."""

    indices: Indices
    weight: Expression
    line: Expression


@dataclass(frozen=True)
class Block:
    """For each of `indices` the sum over `index` of weight * v**2, plus factor * L**2; see `DiagonalLowRank`."""

    indices: Indices
    index: Expression
    direction: Expression
    weight: Expression
    vector: Expression
    factor: Expression


class Other(Exception):
    """A part of the form is neither."""


def pieces(form: Expression, rule: ev.Sign, indices: Indices = ()) -> Iterator[Square | Block]:
    """The squares and blocks whose sum is the form, as the evidence for its sign splits it.

    Raises:
        Other: where it rests on something else.

    >>> d = Expression("dir", (), "x")
    >>> [(str(p.weight), str(p.line)) for p in pieces(3 * d**2, ev.Bounds())]
    [('3', 'd_x')]
    """
    if isinstance(rule, ev.Rewritten):
        yield from pieces(instantiate(rule.target, indices), rule.premise, indices)
    elif isinstance(rule, ev.EachTerm) and form.op == "Sum" and len(rule.premises) == 1:
        body, index = opened(form, *indices)
        yield from pieces(body, rule.premises[0], (index, *indices))
    elif isinstance(rule, ev.EachTerm) and form.op == "add" and len(rule.premises) == len(form.args):
        for term, premise in zip(form.args, rule.premises, strict=True):
            yield from pieces(term, premise, indices)
    elif isinstance(rule, ev.EachTerm) and form.op == "mul" and len(rule.premises) == len(form.args):
        moving = [(f, p) for f, p in zip(form.args, rule.premises, strict=True) if f.has("dir")]
        if len(moving) != 1:
            raise Other
        factor = mul(*(f for f in form.args if not f.has("dir")))
        for piece in pieces(*moving[0], indices):
            if isinstance(piece, Block):  # c (Sum a v**2 + m L**2) with a r the same: c a, r/c, c m
                weight, vector = factor * piece.weight, piece.vector / factor
                yield replace(piece, weight=weight, vector=vector, factor=factor * piece.factor)
            else:
                yield Square(piece.indices, mul(factor, piece.weight), piece.line)
    elif isinstance(rule, ev.DiagonalLowRank) and len(rule.vectors) == 1 and not rule.others:
        size = instantiate(rule.size, indices)
        index = Expression("index", (size,), 1 + max((i.data for i in indices), default=0))
        parts = (rule.direction, rule.weight, rule.vectors[0])
        direction, weight, vector = (instantiate(part, [index, *indices]) for part in parts)
        yield Block(indices, index, direction, weight, vector, instantiate(rule.matrix[0], indices))
    elif isinstance(rule, ev.Bounds):
        yield from squares(form, indices)
    else:
        raise Other


def squares(e: Expression, indices: Indices) -> Iterator[Square]:
    """A sum of weights times squares of lines, read off the expression.

    Raises:
        Other: where it is not written as one.
    """
    if e.op == "add":
        for term in e.args:
            yield from squares(term, indices)
        return
    factors = e.args if e.op == "mul" else (e,)
    moving = [f for f in factors if f.has("dir")]
    if not moving:
        if e.op == "const" and not e.data:
            return
        raise Other
    rest = [f for f in factors if f not in moving]
    first = moving[0]
    if len(moving) > 1:
        raise Other
    if first.op == "Sum":
        body, index = opened(first, e, *indices)
        yield from squares(mul(*rest, body), (index, *indices))
    elif first.op == "add":
        for term in first.args:
            yield from squares(mul(*rest, term), indices)
    elif first.op == "pow" and first.args[1].op == "const" and first.args[1].data == 2:
        yield Square(indices, mul(*rest), first.args[0])
    else:
        raise Other
