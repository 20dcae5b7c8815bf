"""Which part of a function stops a proof: the smallest one whose curvature the rules do not tell (untrusted)."""

from __future__ import annotations

from convexcheck.expression.bounds import Context
from convexcheck.expression.errors import ConvexcheckError
from convexcheck.expression.statement import Statement
from convexcheck.expression.term import BINDERS, MATRICES, Expression, opened
from convexcheck.search.deadline import Deadline, OutOfTime
from convexcheck.search.proof import interior
from convexcheck.search.prove import Prover
from convexcheck.search.scope import Scope

Part = tuple[Expression, tuple[Expression, ...]]  # with its open indices, the outermost first


def smallest_open_part(s: Statement, budget: float) -> Part | None:
    """The smallest part of the function that is shown neither convex nor concave although its own parts are.

    Args:
        s: the statement; the part is looked at on its domain.
        budget: seconds.
    """
    scope = Scope(Context(s), interior(s), Deadline(budget))
    try:
        return _visit(s.function, (), scope)
    except OutOfTime:
        return None


def _visit(e: Expression, indices: tuple[Expression, ...], scope: Scope) -> Part | None:
    if not e.has("var") or e.op in MATRICES:
        return None
    if e.op in BINDERS:
        body, index = opened(e)
        inner = _visit(body, (*indices, index), scope)
    else:
        inner = next(filter(None, (_visit(a, indices, scope) for a in e.args)), None)
    if inner is not None:
        return inner
    try:
        known = any(Prover().curvature(e, side, scope) is not None for side in (1, -1))
    except (ConvexcheckError, RecursionError):
        known = False
    return None if known else (e, indices)
