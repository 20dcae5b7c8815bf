"""Where an expression is real: the obligations of its operations, collected before any rewriting (trusted).

``log u`` needs u > 0; ``u ** q`` needs u != 0 for a negative integer q, u >= 0 for another q > 0 and u > 0
otherwise; an index needs to be in range, a ``Max`` over a binder a nonempty range. The branches of a
``where`` need to be real only where they are taken, so they may assume the condition.
"""

from collections.abc import Iterator
from typing import NamedTuple

from convexcheck.expression.binding import opened
from convexcheck.expression.bounds import Context, assumed, decided
from convexcheck.expression.functions import FUNCTIONS, POSITIVE
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


Seen = set[tuple[Expression, Context]]


def obligations(e: Expression, context: Context, seen: Seen | None = None) -> Iterator[Obligation]:
    """Everything that must hold for `e` to be real wherever the facts of `context` hold."""
    seen = set() if seen is None else seen
    if (e, context) in seen:
        return
    seen.add((e, context))
    if e.op == "where":
        yield from obligations(e.args[0], context, seen)
        for branch, truth in zip(e.args[1:], (True, False), strict=True):
            yield from obligations(branch, context.extended(assumed(e.args[0], truth)) if branch.args else context, seen)
        return
    for a in (opened(e)[0],) if e.op in BINDERS else () if e.op == "index" else e.args:
        yield from obligations(a, context, seen)
    if e.op in BINDERS:
        yield Obligation(context, "index", e.args[0], e.args[0] + 1)
    declared = context.declaration(e) if e.op in ("var", "par") else None
    for index, size in zip(e.args, declared.shape if declared else (), strict=False):
        yield Obligation(context, "index", index, size)
    if e.op == "pow":
        q = e.args[1].data if e.args[1].op == "const" else None
        if q is None or q.denominator > 1 or q < 0:
            relation = "gt" if q is None else "ne" if q.denominator == 1 else "ge" if q > 0 else "gt"
            yield Obligation(context, relation, e.args[0])
    if e.op == "Max" or (e.op in FUNCTIONS and FUNCTIONS[e.op].domain == POSITIVE):
        yield Obligation(context, "gt", e.args[0])


def total(e: Expression, context: Context) -> bool:
    """Whether `e` is real wherever the facts hold, by bounds alone."""
    return all(o.holds() for o in obligations(e, context))


def rooted(e: Expression, context: Context) -> bool:
    """Whether every root of a variable value has a base > 0; `derivative` refuses every other kink."""
    root = e.op == "pow" and e.has("var") and (e.args[1].op != "const" or e.args[1].data.denominator > 1)
    parts = [opened(e)[0]] if e.op in BINDERS else e.args if e.has("var") else ()
    return (not root or context.bounds(e.args[0]).positive) and all(rooted(a, context) for a in parts)


def in_range(e: Expression, size: Expression, context: Context) -> bool:
    """Whether the integer expression `e` is known to lie in 0 .. size - 1."""
    if e.op == "where":
        pairs = [(a, t) for a, t in zip(e.args[1:], (True, False), strict=True) if decided(e.args[0], context) is not (not t)]
        return all(in_range(a, size, context.extended(assumed(e.args[0], t))) for a, t in pairs)
    if e.op == "index" and e.args[0] is size:
        return True
    whole = _integral(e, context)
    return whole and context.bounds(e).lo >= 0 and context.bounds(add(size, -1, mul(-1, e))).lo >= 0


def _integral(e: Expression, context: Context) -> bool:
    if e.op in ("add", "mul"):
        return all(_integral(a, context) for a in e.args)
    declared = context.declaration(e) if e.op == "par" else None
    return e.op in ("index", "dim") or (e.op == "const" and e.data.denominator == 1) or bool(declared and declared.integer)
