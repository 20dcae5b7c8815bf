"""Where an expression is real: the obligations of its operations, collected before any rewriting (trusted).

``log u`` needs u > 0; ``u ** q`` needs u != 0 for a negative integer q, u >= 0 for another q > 0 and u > 0
otherwise; an index needs to be in range, a ``Max`` over a binder a nonempty range. The branches of a
``where`` need to be real only where they are taken, so they may assume the condition.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from convexcheck.expression.binding import opened
from convexcheck.expression.bounds import Context
from convexcheck.expression.functions import FUNCTIONS, POSITIVE, REALS
from convexcheck.expression.statement import Condition
from convexcheck.expression.term import BINDERS, Expression, add, mul


class Obligation(NamedTuple):
    """``value > 0`` (gt), ``>= 0`` (ge) or ``!= 0`` (ne) under the facts of `context`; ``index``: in range."""

    context: Context
    relation: str
    value: Expression
    size: Expression | None = None

    def holds(self) -> bool:
        """Whether bounds alone discharge it."""
        if self.size is not None:
            return in_range(self.value, self.size, self.context)
        i = self.context.bounds(self.value)
        return i.positive or (self.relation == "ge" and i.lo >= 0) or (self.relation == "ne" and i.negative)


def obligations(e: Expression, context: Context, seen: set[tuple[Expression, int]] | None = None) -> Iterator[Obligation]:
    """Everything that must hold for `e` to be real wherever the facts of `context` hold."""
    seen = set() if seen is None else seen
    if (e, id(context)) in seen:
        return
    seen.add((e, id(context)))
    if e.op in BINDERS:
        body, _ = opened(e)
        if e.op == "Max":
            yield Obligation(context, "gt", e.args[0])
        yield from obligations(body, context, seen)
        return
    if e.op == "where":
        yield from obligations(e.args[0], context, seen)
        for branch, truth in ((e.args[1], True), (e.args[2], False)):
            inner = context.extended(assumed(e.args[0], truth)) if branch.args else context
            yield from obligations(branch, inner, seen)
        return
    for a in e.args if e.op != "index" else ():
        yield from obligations(a, context, seen)
    declared = context.declaration(e) if e.op in ("var", "par") else None
    if declared:
        for index, size in zip(e.args, declared.shape, strict=True):
            yield Obligation(context, "index", index, size)
    if e.op == "pow":
        base, q = e.args[0], e.args[1].data if e.args[1].op == "const" else None
        if q is not None and q.denominator == 1:
            if q < 0:
                yield Obligation(context, "ne", base)
        else:
            yield Obligation(context, "ge" if q is not None and q > 0 else "gt", base)
    row = FUNCTIONS.get(e.op)
    if row and row.domain == POSITIVE:
        yield Obligation(context, "gt", e.args[0])
    elif row and row.domain != REALS:
        yield Obligation(context, "ge", e.args[0] - row.domain.lo)
        yield Obligation(context, "ge", row.domain.hi - e.args[0])


def assumed(condition: Expression, truth: bool) -> list[Condition]:
    """The facts that a condition gives when it is true, or false."""
    op, args = condition.op, condition.args
    if op == "not":
        return assumed(args[0], not truth)
    if op == ("and" if truth else "or"):
        return [fact for a in args for fact in assumed(a, truth)]
    if op in ("le", "lt"):
        small, large = args if truth else args[::-1]
        return [Condition("gt" if (op == "lt") == truth else "ge", add(large, mul(-1, small)))]
    return [Condition("eq", add(args[0], mul(-1, args[1])))] if op == "eq" and truth else []


def total(e: Expression, context: Context) -> bool:
    """Whether `e` is real wherever the facts hold, by bounds alone."""
    return all(o.holds() for o in obligations(e, context))


def in_range(e: Expression, size: Expression, context: Context) -> bool:
    """Whether the integer expression `e` is known to lie in 0 .. size - 1."""
    if e.op == "index" and e.args[0] is size:
        return True
    whole = _integral(e, context)
    return whole and context.bounds(e).lo >= 0 and context.bounds(add(size, -1, mul(-1, e))).lo >= 0


def _integral(e: Expression, context: Context) -> bool:
    if e.op in ("add", "mul"):
        return all(_integral(a, context) for a in e.args)
    declared = context.declaration(e) if e.op == "par" else None
    return e.op in ("index", "dim") or (e.op == "const" and e.data.denominator == 1) or bool(declared and declared.integer)


def decided(condition: Expression, context: Context) -> bool | None:
    """The truth value of a condition where bounds settle it, else None."""
    op, args = condition.op, condition.args
    if op == "not":
        inner = decided(args[0], context)
        return None if inner is None else not inner
    if op in ("and", "or"):
        values = [decided(a, context) for a in args]
        stop = op == "or"
        return stop if stop in values else None if None in values else not stop
    gap = context.bounds(add(args[1], mul(-1, args[0])))
    if op == "eq":
        return True if gap.lo == gap.hi == 0 else False if gap.positive or gap.negative else None
    if gap.positive or (op == "le" and gap.lo >= 0):
        return True
    return False if gap.negative or (op == "lt" and gap.hi <= 0) else None
