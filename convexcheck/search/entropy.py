"""``trace(M @ logm(M))`` in a sum, written as the primitive ``trace_xlogx`` (untrusted)."""

from __future__ import annotations

from collections.abc import Iterator

from convexcheck.expression.matrices import expanded
from convexcheck.expression.normal import expression, normal, polynomial
from convexcheck.expression.term import Expression, apply, mul, nodes
from convexcheck.search.scope import Scope


def entropies(e: Expression, scope: Scope) -> Iterator[Expression]:
    """Expressions equal to `e` in which ``c*trace(M @ logm(M))`` reads ``c*trace_xlogx(M)``, one for each matrix M."""
    c = scope.context
    for n, body in {(x.args[0], x.args[-1]) for x in nodes(e) if x.op == "logm" and not x.args[-1].loose > 2}:
        whole = apply("trace_xlogx", n, body)
        known, wanted = polynomial(e, c), polynomial(expanded(whole), c)
        shared = [m for m in wanted if m in known]
        if shared:
            factor = known[shared[0]] / wanted[shared[0]]
            rest = normal(e - mul(factor, expression(wanted)), c)
            yield mul(factor, whole) + rest
