"""Which matrices are known to be symmetric, positive semidefinite or positive definite, from their entry (trusted).

From facts (``psd(A)``); sums; a scalar or Schur product with a rank-one matrix u_i u_j; sums over an index of
such; Gram matrices; diagonal matrices; inverses. Every step keeps symmetry.
Source: R. Horn, C. Johnson, Matrix Analysis (2nd edition), observation 7.1.3, corollary 7.6.3, theorem 7.5.3.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from convexcheck.expression.term import ZERO, Expression, apply, instantiate, mul, opened, opened_matrix, substitute

if TYPE_CHECKING:
    from convexcheck.expression.bounds import Context

LEVELS = {"symmetric": 1, "psd": 2, "posdef": 3}


def definite(node: Expression, context: Context) -> int:
    """What is known of the square matrix that `node` is a function of, as in `level`."""
    body, (i, j) = opened_matrix(node, *context.indices)
    return level(body, i, j, context)


def required(e: Expression) -> Iterator[tuple[str, Expression, Expression | None]]:
    """What must hold for a function of a matrix to be real: relations, values and sizes as in `bounds.Obligation`."""
    if e.op in ("inv", "logm"):
        yield from (("index", index, e.args[0]) for index in e.args[1:3])
    if e.op in ("logdet", "inv"):
        yield "ne" if e.op == "inv" else "gt", apply("det", e.args[0], e.args[-1]), None
    if e.op in ("eigmax", "trace_xlogx", "logm"):
        yield "symmetric" if e.op == "eigmax" else "posdef", e, None
    if e.op == "eigmax":
        yield "gt", e.args[0], None


def level(e: Expression, i: Expression, j: Expression, context: Context) -> int:
    """What is known of the matrix with the entry `e` at the opened row i and column j: see `LEVELS`; 0 for nothing.

    >>> from convexcheck.expression.bounds import Context
    >>> from convexcheck.expression.statement import Condition, Declaration, Statement
    >>> from convexcheck.expression.term import bound, dim, entry, fresh
    >>> n, X = dim("n"), entry("var", "X", [bound(0), bound(1)])
    >>> posdef = Condition("posdef", X, (n, n))
    >>> c = Context(Statement(n, {"X": Declaration((n, n))}, {}, {"n": 1}, (posdef,)))
    >>> i, j = fresh(n), fresh(n, fresh(n))
    >>> level(instantiate(X, [i, j]), i, j, c), level(-instantiate(X, [j, i]), i, j, c)
    (3, 1)
    """
    facts = [c for c in context.facts if c.relation in LEVELS and c.sizes[0] is i.args[0] and c.body.loose <= 2]
    known = [LEVELS[c.relation] for c in facts if e in (instantiate(c.body, [i, j]), instantiate(c.body, [j, i]))]
    return max([*known, _structural(e, i, j, context)])


def _structural(e: Expression, i: Expression, j: Expression, context: Context) -> int:
    swap = {("index", i.data): j, ("index", j.data): i}
    if e.op == "add":
        parts = [level(a, i, j, context) for a in e.args]
        least = min(parts)
        return max(parts) if least > 1 else max(least, int(substitute(e, swap) is e))
    if e.op == "Sum":
        return min(level(opened(e, i, j, *context.indices)[0], i, j, context), 2)
    if e.op == "where" and e.args[0].op == "eq" and set(e.args[0].args) == {i, j} and e.args[2] is ZERO:
        return 3 if context.bounds(e.args[1]).positive else 2 if context.bounds(e.args[1]).lo >= 0 else 1
    if e.op == "inv" and set(e.args[1:3]) == {i, j} and not swap.keys() & e.args[3].symbols:
        inner, place = opened_matrix(e, i, j, *context.indices)
        known = level(inner, place[0], place[1], context)
        return 3 if known == 3 else min(known, 1)
    factors = list(e.args) if e.op == "mul" else [e]
    row, column, free, rest = (list[Expression]() for _ in range(4))
    for f in factors:
        of = [("index", k.data) in f.symbols for k in (i, j)]
        (rest if all(of) else row if of[0] else column if of[1] else free).append(f)
    rank_one = substitute(mul(*row), {("index", i.data): j}) is mul(*column)
    found = int(substitute(e, swap) is e)
    if rank_one and len(rest) <= 1 and factors != rest:
        scale, core = context.bounds(mul(*free)), level(rest[0], i, j, context) if rest else 2
        most = 1 if scale.lo < 0 else 3 if scale.positive and not row else 2
        found = max(found, min(core, most))
    return found
