"""Obligations: what must hold for an expression to be real, collected before any rewriting (trusted).

``log u`` needs u > 0, and other functions what their row says; ``u ** q`` needs u != 0 for a negative integer q,
u >= 0 for another q > 0 and u > 0 otherwise; an index needs to be in range, a ``Max`` over a binder a nonempty
range. The branches of a ``where`` need to be real only where they are taken, so they may assume the condition.
"""

from collections.abc import Iterator
from typing import NamedTuple

from convexcheck.expression.bounds import Context, assumed, in_range
from convexcheck.expression.definite import LEVELS, definite, required
from convexcheck.expression.functions import FUNCTIONS
from convexcheck.expression.term import Expression, parts, ranges


class Obligation(NamedTuple):
    """``value > 0`` (gt), ``>= 0`` (ge) or ``!= 0`` (ne) under the facts of `context`; ``index``: in range.

    ``enough`` asks for > 0 where some values below do too: u**v for a v that may be whole, gamma functions.
    ``symmetric`` and ``posdef`` speak of the matrix that `value` is a function of.
    """

    context: Context
    relation: str
    value: Expression
    size: Expression | None = None

    def holds(self) -> bool:
        """Whether bounds alone discharge it."""
        if self.relation in LEVELS:
            return definite(self.value, self.context) >= LEVELS[self.relation]
        known = self.context.bounds(self.value)
        return known.obeys(self.relation) if self.size is None else in_range(self.value, self.size, self.context)


Seen = set[tuple[Expression, Context]]


def obligations(e: Expression, context: Context, seen: Seen | None = None) -> Iterator[Obligation]:
    """Everything that must hold for `e` to be real wherever the facts of `context` hold."""
    seen = set() if seen is None else seen
    if (e, context) in seen:
        return
    seen.add((e, context))
    inside = parts(e, *context.indices) if e.op != "index" else ()
    for k, part in enumerate(inside):
        branch = e.op == "where" and k > 0 and part.args
        where = context.extended(assumed(e.args[0], k == 1)) if branch else context
        yield from obligations(part, where, seen)
    sizes = declared.shape if (declared := context.declaration(e)) else [size + 1 for size in ranges(e)]
    for index, size in zip(e.args, sizes, strict=False):
        yield Obligation(context, "index", index, size)
    q = e.args[1].data if e.op == "pow" and e.args[1].op == "const" else None
    if e.op == "pow" and (q is None or q.denominator > 1 or q < 0):
        base, power = map(context.bounds, e.args)  # 0**p is 0 for a fixed p > 0
        root = q is None and power.positive and base.lo >= 0 and not e.args[1].has("var")
        relation = "ge" if root else "enough" if q is None else "ne" if q.denominator == 1 else "ge" if q > 0 else "gt"
        yield Obligation(context, relation, e.args[0])
    for obligation in required(e):
        yield Obligation(context, *obligation)
    domain = FUNCTIONS[e.op].domain if e.op in FUNCTIONS else None
    if e.op == "Max" or domain:
        relation, image = domain or ("gt", lambda size: size)
        yield Obligation(context, relation, image(e.args[0]))


def total(e: Expression, context: Context) -> bool:
    """Whether `e` is real wherever the facts hold, by bounds alone."""
    return all(o.holds() for o in obligations(e, context))


def rooted(e: Expression, context: Context) -> bool:
    """Whether a root of variable values, or a function that ends, as asin does at 1, keeps away from its end.

    A function that is real where `e` is needs this, and `derivative`, to be smooth: other domains are open.
    """
    ends = (o for o in obligations(e, context) if o.relation == "ge" and o.value.has("var"))
    return all(o.context.bounds(o.value).positive for o in ends)
