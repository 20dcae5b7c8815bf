"""What the kernel knows while it checks one rule: facts, opened indices, rules used so far (trusted)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from convexcheck.expression.binding import fresh, instantiate
from convexcheck.expression.bounds import Context
from convexcheck.expression.defined import total
from convexcheck.expression.errors import ConvexcheckError
from convexcheck.expression.term import Expression


class Rejection(ConvexcheckError):
    """A step of a certificate that is not an instance of its rule."""

    def __init__(self, step: str, reason: str) -> None:
        self.step = step
        super().__init__(f"kernel, rule {step}", reason)


@dataclass(frozen=True)
class Scope:
    """`context` holds on the domain, `interior` on its relative interior; `indices`: innermost first."""

    context: Context
    interior: Context
    indices: tuple[Expression, ...] = ()
    used: Counter[str] = field(default_factory=Counter)

    def place(self, step: str, e: Expression) -> Expression:
        """An expression of the evidence, its loose indices bound to the opened ones, real on the domain."""
        if e.loose > len(self.indices) or e.names("index"):
            raise Rejection(step, f"{e} has indices that no binder opened")
        placed = instantiate(e, self.indices)
        if not total(placed, self.context):
            raise Rejection(step, f"{placed} may be undefined on the domain")
        return placed

    def open(self, body: Expression, size: Expression, *avoid: Expression) -> tuple[Scope, Expression, Expression]:
        """The scope with a fresh index below `size`, `body` at that index, and the index."""
        index = fresh(size, body, *avoid, *self.indices)
        return replace(self, indices=(index, *self.indices)), instantiate(body, [index]), index

    def over(self, sizes: Sequence[Expression], *avoid: Expression) -> Scope:
        """The scope with a fresh index for each of `sizes`, the first of them innermost."""
        new: list[Expression] = []
        for size in sizes:
            new.append(fresh(size, *avoid, *self.indices, *new))
        return replace(self, indices=(*new, *self.indices))

    def at_interior(self) -> Scope:
        """The scope for a goal on the relative interior of the domain."""
        return replace(self, context=self.interior)
