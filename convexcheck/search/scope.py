"""Where a proof search stands: facts, opened indices, and the time that is left (untrusted)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from convexcheck.certificate.evidence import Curvature
from convexcheck.expression.bounds import Context
from convexcheck.expression.functions import Interval
from convexcheck.expression.statement import Declaration
from convexcheck.expression.term import Expression, abstract, fresh, instantiate
from convexcheck.search.deadline import Deadline, OutOfTime


@dataclass(frozen=True)
class Scope:
    """`context` holds on the domain, `interior` on its relative interior; `indices`: opened ones, innermost first."""

    context: Context
    interior: Context
    deadline: Deadline
    indices: tuple[Expression, ...] = ()
    heavy: bool = False  # whether semidefinite programs may be tried

    def tick(self) -> None:
        """Raise OutOfTime once the deadline has passed."""
        if self.deadline.over():
            raise OutOfTime

    def over(self, sizes: Sequence[Expression], *avoid: Expression) -> Scope:
        """The scope with a fresh index for each of `sizes`, the first of them innermost."""
        new: list[Expression] = []
        for size in sizes:
            new.append(fresh(size, *avoid, *self.indices, *self.context.indices, *new))
        return replace(self, indices=(*new, *self.indices))

    def open(self, binder: Expression) -> tuple[Scope, Expression]:
        """The scope inside a binder, and its body there."""
        inner = self.over(binder.args[:1], binder)
        return inner, instantiate(binder.args[1], inner.indices[:1])

    def close(self, e: Expression) -> Expression:
        """An expression as evidence holds it: opened indices become loose bound ones, the innermost 0."""
        return abstract(e, self.indices)

    def boxed(self, ranges: Mapping[str, tuple[Declaration, Interval]]) -> Scope:
        """The scope whose variables are slots with these ranges."""
        return replace(self, context=self.context.boxed(ranges), interior=self.context.boxed(ranges, strict=True))


Found = Curvature | None
