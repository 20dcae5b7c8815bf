"""The statement makes sense: the domain is convex and not empty, the function is real on it (trusted)."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from convexcheck.certificate.evidence import Curvature, Instance, Proof
from convexcheck.expression.binding import substitute
from convexcheck.expression.bounds import Context
from convexcheck.expression.defined import obligations
from convexcheck.expression.statement import Condition, Statement
from convexcheck.expression.term import Expression, const
from convexcheck.kernel.curvature import curvature, is_affine
from convexcheck.kernel.points import holds, point
from convexcheck.kernel.scope import Rejection, Scope
from convexcheck.kernel.sign import sign


def admit(statement: Statement, proof: Proof) -> Scope:
    """The scope of the statement's function, or Rejection where the statement does not make sense.

    A domain is cut out by conditions in order; each is convex on the set that the earlier ones leave.
    """
    scope = Scope(Context(statement, statement.given), Context(statement, statement.given))
    rules = list(proof.domain)
    for k, c in enumerate(statement.domain):
        earlier = Context(statement, (*statement.given, *statement.domain[:k]))
        _convex(c, Scope(earlier, earlier, used=scope.used), rules)
    if rules:
        raise Rejection("domain", "premises for conditions that are affine")
    if (proof.inside is None) != (not statement.domain and not statement.given):
        raise Rejection("domain", "a point inside is given if and only if there are conditions")
    if proof.inside is not None:
        values, sizes = point(statement, proof.inside, proof.inside.variables, None)
        if not all(holds(c, values, sizes) for c in (*statement.domain, *statement.given)):
            raise Rejection("domain", "the point inside does not satisfy every condition")
    context = Context(statement)
    interior = Context(statement, [*_interior(statement, proof.inside), *statement.given]) if proof.inside else context
    signs = list(proof.defined)
    for o in obligations(statement.function, context):
        if not o.holds():
            if not signs or o.size is not None or o.relation == "ne":
                raise Rejection("domain", f"{o.value} {o.relation} is not shown, so the function may be undefined")
            sign(o.value, o.relation == "gt", signs.pop(0), Scope(o.context, o.context, used=scope.used))
    if signs:
        raise Rejection("domain", "premises for obligations that hold already")
    return Scope(context, interior, used=scope.used)


def _convex(c: Condition, scope: Scope, rules: list[Curvature]) -> None:
    """The set where the condition holds is convex: an affine or concave body >= 0 or > 0, an affine body = 0."""
    inner = scope.over(c.sizes, c.body)
    body = inner.place("domain", c.body)
    if not is_affine(body, inner.context):
        if c.relation not in ("ge", "gt") or not rules:
            raise Rejection("domain", f"the condition on {body} may not cut out a convex set")
        curvature(body, -1, rules.pop(0), inner)


def _interior(statement: Statement, inside: Instance | None) -> Sequence[Condition]:
    """Conditions that hold on the relative interior: ``>= 0`` becomes ``> 0``, where that is known to be possible.

    It is when the conditions that are not strict are affine in single entries, free of parameters and sizes, and
    hold strictly at one point whose arrays are constant (so that it works for all sizes); the strict ones are
    open, and meet the interior of the others if they meet them at all (Rockafellar, Convex Analysis, Theorem 6.5).
    """
    fill: dict[tuple[str, str], Expression] = {}
    for name, array in inside.variables if inside else ():
        if array.entries and len(set(array.entries)) == 1:
            fill["var", name] = const(array.entries[0])
    closed = [c for c in statement.domain if c.relation != "gt"]
    for c in closed:
        body = substitute(c.body, fill)
        strict = c.relation == "eq" and body is const(0)
        if not strict and not (c.relation == "ge" and body.op == "const" and body.data > Fraction(0)):
            return statement.domain
    return [Condition("gt" if c.relation == "ge" else c.relation, c.body, c.sizes) for c in statement.domain]
