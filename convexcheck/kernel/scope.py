"""What a rule is given and what it asks for: goals, the scope in which they stand, and rejection (trusted).

A rule is a function from a goal to the goals that are left; it raises Rejection where the evidence is no instance of
it. Nothing is returned, so that a rule can show nothing by itself: `rules.show` calls it and shows what it yields.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field, replace
from typing import Any, Generic, NamedTuple, TypeVar

from convexcheck.certificate import evidence as ev
from convexcheck.expression.bounds import Context
from convexcheck.expression.errors import ConvexcheckError, Record
from convexcheck.expression.functions import Interval
from convexcheck.expression.obligations import total
from convexcheck.expression.statement import Condition, Declaration
from convexcheck.expression.term import BINDERS, Expression, fresh, instantiate

Rule = TypeVar("Rule")


class Rejection(ConvexcheckError):
    """A step of a certificate that is not an instance of its rule."""


def require(holds: object, step: str, reason: str, *pieces: object) -> None:
    """Raise Rejection unless `holds`; the pieces are printed into `reason` only then."""
    if not holds:
        raise Rejection(step, reason.format(*pieces))


class Scope(Record):
    """`context` holds on the domain, `interior` on its relative interior; `indices`: opened ones, innermost first."""

    context: Context
    interior: Context
    indices: tuple[Expression, ...] = ()
    used: Counter[str] = field(default_factory=Counter)

    def place(self, step: str, e: Expression) -> Expression:
        """An expression of the evidence, its loose indices bound to the opened ones, real on the domain."""
        formed = e.loose <= len(self.indices) and not e.names("index")
        require(formed and all(ok for ok, _, _ in self.context.statement.uses(e)), step, "{} is not well formed", e)
        placed = instantiate(e, self.indices)
        require(total(placed, self.context), step, "{} may be undefined", placed)
        return placed

    def over(self, sizes: Sequence[Expression], *avoid: Expression) -> "Scope":
        """The scope with a fresh index for each of `sizes`, the first of them innermost."""
        new: list[Expression] = []
        for size in sizes:
            new.append(fresh(size, *avoid, *self.indices, *self.context.indices, *new))
        return replace(self, indices=(*new, *self.indices))

    def assuming(self, facts: Sequence[Condition]) -> "Scope":
        """The scope with more facts, which hold inside too."""
        return replace(self, context=self.context.extended(facts), interior=self.interior.extended(facts))

    def boxed(self, ranges: Mapping[str, tuple[Declaration, Interval]]) -> "Scope":
        """The scope whose variables, and no others, range over a box."""
        inside = self.context.boxed(ranges, strict=True)
        return replace(self, context=self.context.boxed(ranges), interior=inside)

    def parts(self, step: str, e: Expression, args: Sequence[Expression], premises: Sequence[Any]) -> Iterator[Any]:
        """The body of a binder in the scope inside, else `args` in this scope, each with its premise."""
        inner = self.over(e.args[:1], e) if e.op in BINDERS else self
        parts = [instantiate(e.args[1], inner.indices[:1])] if e.op in BINDERS else args
        require(parts and len(parts) == len(premises), step, "{} premises for {}", len(premises), e)
        return zip(parts, premises, [inner] * len(parts), strict=True)


class SignGoal(NamedTuple, Generic[Rule]):
    """`value` > 0 (if `strict`) or >= 0 wherever the facts of `scope` hold, shown by `rule`."""

    value: Expression
    strict: bool
    rule: Rule
    scope: Scope


class CurvatureGoal(NamedTuple, Generic[Rule]):
    """`value` is convex (`side` +1), concave (-1) or affine (0) in the variables, shown by `rule`."""

    value: Expression
    side: int
    rule: Rule
    scope: Scope


Goals = Iterator[SignGoal[ev.Sign] | CurvatureGoal[ev.Curvature]]
