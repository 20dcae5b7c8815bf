"""Quadratic expressions as sums of squares of affine ones: by their terms, or by LDL^T (untrusted)."""

from __future__ import annotations

import math
from fractions import Fraction

from convexcheck.dcp.plan import Plan, World, leaf
from convexcheck.expression.errors import ConvexcheckError
from convexcheck.expression.normal import is_affine, polynomial
from convexcheck.expression.term import ZERO, Expression, add, const, mul, opened, power

HALF = Fraction(1, 2)


def squares(e: Expression, world: World) -> tuple[list[Plan], Expression] | None:
    """Affine u and an affine rest with ``e = sum of u**2 + rest``; None where there are none.

    Args:
        e: an expression.
        world: its statement.
    """
    found = _termwise(e, world)
    return (found, ZERO) if found is not None else _factored(e, world)


def _termwise(e: Expression, world: World) -> list[Plan] | None:
    if e.op == "const":
        return ([leaf(root(e))] if e.data else []) if e.data >= 0 else None
    if e.op == "add":
        parts = [_termwise(t, world) for t in e.args]
        return None if None in parts else [p for part in parts if part is not None for p in part]
    if e.op == "Sum":
        body, index = opened(e)
        inner = _termwise(body, world)
        return None if inner is None else [Plan("each", (p,), index) for p in inner]
    if e.op == "pow" and e.args[1].op == "const" and e.args[1].data == 2:
        return [leaf(e.args[0])] if is_affine(e.args[0], world.context) else None
    if e.op == "mul":
        constant = mul(*(f for f in e.args if not f.has("var")))
        rest = mul(*(f for f in e.args if f.has("var")))
        low = world.context.bounds(constant).lo
        if constant.op == "const" or constant.has("par", "dim"):
            inner = _termwise(rest, world) if rest is not e and low >= 0 else None
            return None if inner is None else [_scaled(root(constant), p) for p in inner]
    return None


def root(e: Expression) -> Expression:
    """The square root, as a number where it is rational."""
    if e.op == "const" and e.data >= 0:
        p, q = math.isqrt(e.data.numerator), math.isqrt(e.data.denominator)
        if p * p == e.data.numerator and q * q == e.data.denominator:
            return const(Fraction(p, q))
    return power(e, HALF)


def _scaled(root: Expression, plan: Plan) -> Plan:
    if plan.name == "each":
        return Plan("each", (_scaled(root, plan.args[0]),), plan.leaf)
    return leaf(mul(root, plan.leaf if plan.leaf is not None else ZERO))


def _factored(e: Expression, world: World) -> tuple[list[Plan], Expression] | None:
    """A quadratic polynomial in scalar variables with rational coefficients, by LDL^T."""
    try:
        terms = polynomial(e, world.context)
    except ConvexcheckError:
        return None
    matrix: dict[tuple[Expression, Expression], Fraction] = {}
    rest: list[Expression] = []
    for monomial, c in terms.items():
        factors = [x for x, q in monomial for _ in range(int(q))]
        whole = all(q.denominator == 1 and q > 0 for _, q in monomial)
        if not whole or len(factors) > 2 or any(x.op != "var" for x in factors):
            return None
        if len(factors) < 2:
            rest.append(mul(const(c), *factors))
            continue
        a, b = factors
        for pair in ((a, b), (b, a)):
            matrix[pair] = matrix.get(pair, Fraction(0)) + c / 2
    names = sorted({x for pair in matrix for x in pair}, key=lambda x: x.key)
    found = []
    while names:
        x, *names = names
        d = matrix.get((x, x), Fraction(0))
        row = {y: matrix.get((x, y), Fraction(0)) for y in names}
        if d < 0 or (d == 0 and any(row.values())):
            return None
        if d:
            inner = add(x, *(mul(const(c / d), y) for y, c in row.items() if c))
            found.append(leaf(mul(root(const(d)), inner)))
            for y in names:
                for z in names:
                    matrix[y, z] = matrix.get((y, z), Fraction(0)) - row[y] * row[z] / d
    return (found, add(*rest)) if found else None
