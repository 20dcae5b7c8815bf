"""When a convex function is strictly so: weights of squares in its Hessian form (untrusted)."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import flint
import numpy as np

from convexcheck.certificate import evidence as ev
from convexcheck.certificate.evidence import injective
from convexcheck.expression.errors import ConvexcheckError
from convexcheck.expression.evaluate import evaluate
from convexcheck.expression.functions import derivative, hessian_form
from convexcheck.expression.normal import expression, identical, normal, numerator, polynomial
from convexcheck.expression.objects import Inexact, rationals
from convexcheck.expression.obligations import total
from convexcheck.expression.statement import Declaration, Statement, generic
from convexcheck.expression.term import (
    ONE,
    ZERO,
    Expression,
    abstract,
    add,
    const,
    instantiate,
    mul,
    opened,
    over,
    substitute,
)
from convexcheck.search.definite import strict_form
from convexcheck.search.forms import nonnegative
from convexcheck.search.scope import Scope

MAX_ROWS = 60


def strictness(s: Statement, rule: ev.Curvature, side: int, scope: Scope) -> tuple[ev.Strict | ev.Definite | None, str]:
    """Weights of the squares in the Hessian form, and the condition under which they show strictness.

    Args:
        s: the statement.
        rule: what shows its curvature.
        side: +1 for convex, -1 for concave.
        scope: the statement's facts.

    Returns:
        The evidence and "always" or a condition in words; (None, "") where nothing is found, or where the
        condition holds in no instance that was tried.
    """
    e, variables = s.function, dict(s.variables)
    used: tuple[ev.Slot, ...] = ()
    while not isinstance(rule, ev.SecondOrder):
        if isinstance(rule, ev.Rewriting):
            e, rule = rule.target, rule.premise
        elif isinstance(rule, ev.Composition) and all(slot.curvature == "affine" for slot in rule.slots):
            if used:
                return None, ""
            used = rule.slots
            ranges = {
                slot.name: (Declaration(slot.sizes), scope.context.bounds(normal(_open(slot, scope), scope.context)))
                for slot in rule.slots
            }
            variables = {slot.name: Declaration(slot.sizes) for slot in rule.slots}
            scope, e, rule = scope.boxed(ranges), rule.outer, rule.premise
        else:
            return None, ""
    single = [d.shape for d in variables.values()] == [()]
    context = scope.interior if single else scope.context
    inner_scope = replace(scope, context=context)
    try:
        form = mul(side, hessian_form(e))
        weighed = _weights(form, variables, inner_scope)
        shown: ev.Strict | ev.Definite | None = weighed
        names = [name for name, _, _ in weighed.weights] if weighed else []
        if set(names) != set(variables) and all(not d.shape for d in variables.values()):
            definite = strict_form(form, variables, inner_scope)
            shown, names = (definite, list(variables)) if definite else (shown, names)
    except ConvexcheckError:
        return None, ""
    if not used:
        return (shown, "always") if set(names) == set(variables) else (None, "")
    chosen = [slot for slot in used if slot.name in names]
    if {v for slot in chosen for v in slot.body.names("var")} != set(s.variables):
        return None, ""  # a variable that no weighed argument sees: the map cannot be injective
    known = [(slot.body, slot.sizes) for slot in chosen]
    whole = all((generic("var", name, d), d.shape) in known for name, d in s.variables.items())
    if whole or _full_rank(s, chosen, scope):
        return shown, "always"
    return (shown, injective(s.variables, chosen)) if _injective_somewhere(s, chosen) else (None, "")


def reused(rule: ev.Curvature) -> ev.Strict | None:
    """The evidence of second order in one direction as a weight of its square: a proposal, as it may not be strict."""
    while isinstance(rule, ev.Rewriting | ev.Composition):
        rule = rule.premise
    form = rule.form if isinstance(rule, ev.SecondOrder) else None
    if not isinstance(form, ev.Rewritten) or form.target.op != "mul" or not isinstance(form.premise, ev.EachTerm):
        return None
    pairs = list(zip(form.target.args, form.premise.premises, strict=False))
    squares = [f for f, _ in pairs if f.op == "pow" and f.args[0].op == "dir" and not f.args[0].args]
    rest = [(f, premise) for f, premise in pairs if f not in squares]
    c = mul(*(f for f, _ in rest))
    if len(squares) != 1 or squares[0].args[1] is not const(2) or c.has("dir") or not rest:
        return None
    whole = c.op == "mul" and c.args == tuple(f for f, _ in rest)
    if not whole and len(rest) > 1:
        return None
    premise = ev.EachTerm(tuple(p for _, p in rest)) if whole else rest[0][1]
    return ev.Strict(((squares[0].args[0].data, c, premise),), ev.Rewritten(ZERO, ev.Bounds()))


def _full_rank(s: Statement, slots: Sequence[ev.Slot], scope: Scope) -> bool:
    """Whether scalar slots have constant slopes in scalar variables, and determine these; or one slope != 0 in one."""
    if any(d.shape for d in s.variables.values()) or any(slot.sizes for slot in slots):
        return False
    units = [{("dir", n): const(int(n == name)) for n in s.variables} for name in s.variables]
    slopes = [[normal(substitute(derivative(slot.body), unit), scope.context) for unit in units] for slot in slots]
    if any(q.op != "const" for row in slopes for q in row):
        return len(units) == 1 and any(scope.context.bounds(row[0]).obeys("ne") for row in slopes)
    cells = [flint.fmpq(q.data.numerator, q.data.denominator) for row in slopes for q in row]
    return bool(slots) and flint.fmpq_mat(len(slots), len(units), cells).rank() == len(units)


def _injective_somewhere(s: Statement, slots: Sequence[ev.Slot]) -> bool:
    """Whether the linear part of the slots has full column rank at some small sizes and random parameters."""
    rng = np.random.default_rng(0)
    own = {size.data for d in s.variables.values() for size in d.shape if size.op == "dim"}
    for small, large in ((1, 4), (2, 7), (3, 12)):
        sizes = {n: max(low, small if n in own else large) for n, low in s.sizes.items()}
        matrix = _linear_part(s, slots, sizes, rng)
        if matrix is None or (matrix.size and np.linalg.matrix_rank(matrix) == matrix.shape[1]):
            return True
    return False


def _linear_part(
    s: Statement, slots: Sequence[ev.Slot], sizes: dict[str, int], rng: np.random.Generator
) -> np.ndarray[Any, Any] | None:
    """The matrix of the slots' linear part in floats; None where it would be large, or cannot be computed."""

    def numbers(shape: Sequence[Expression]) -> tuple[int, ...]:
        return tuple(int(evaluate(size, {}, sizes, exact=True)) for size in shape)

    values: dict[tuple[str, str], np.ndarray[Any, Any]] = {}
    for name, d in s.parameters.items():
        drawn = rng.integers(-9, 10, numbers(d.shape)) if not d.integer else np.zeros(numbers(d.shape), dtype=int)
        values["par", name] = rationals(np.asarray(drawn))
    shapes = {name: numbers(d.shape) for name, d in s.variables.items()}
    rows = [
        instantiate(derivative(slot.body), at)
        for slot in slots
        for at in itertools.islice(np.ndindex(*numbers(slot.sizes)), MAX_ROWS)
    ]
    if len(rows) * sum(map(math.prod, shapes.values())) > MAX_ROWS**2:
        return None
    columns = []
    for name, shape in shapes.items():
        for k in range(math.prod(shape)):
            unit = {("dir", n): rationals(np.zeros(other, dtype=int)) for n, other in shapes.items()}
            one = np.zeros(math.prod(shape), dtype=int)
            one[k] = 1
            unit["dir", name] = rationals(one.reshape(shape))
            try:
                columns.append([float(evaluate(row, {**values, **unit}, sizes).mid()) for row in rows])
            except (ConvexcheckError, Inexact):
                return None
    return np.array(columns).T.reshape(len(rows), len(columns))


def _weights(form: Expression, variables: dict[str, Declaration], scope: Scope) -> ev.Strict | None:
    """Squares of the variables that the form contains, with positive weights; as many variables as possible."""
    context = scope.context
    if [d.shape for d in variables.values()] == [()] and total(form, context):  # the second derivative itself
        (name,) = variables
        second = substitute(form, {("dir", name): ONE})
        sign = nonnegative(second, scope, strict=True)
        if sign is not None:
            return ev.Strict(((name, scope.close(second), sign),), ev.Rewritten(ZERO, ev.Bounds()))
    weights: dict[str, list[Expression]] = {name: [] for name in variables}
    for m, c in polynomial(form, context).items():
        name, weight = _square(expression({m: c}), variables, scope)
        if name:
            weights[name].append(weight)
    found: list[tuple[str, Expression, ev.Sign]] = []
    squares: list[Expression] = []
    for name, d in variables.items():
        inner = scope.over(d.shape, form)
        placed = instantiate(add(*weights[name]), inner.indices)
        above, below = numerator(polynomial(placed, context), context)
        weight = mul(expression(above), *(g ** const(-k) for g, k in below))
        own = instantiate(generic("var", name, d), inner.indices)
        p = polynomial(weight, context)
        rarely = bool(p) and all(g is own for m in p for g, _ in m)  # zero for finitely many values of its entry
        sign = nonnegative(weight, inner, strict=not rarely) if total(weight, context) else None
        if sign is not None:
            closed = inner.close(weight)
            direction = generic("dir", name, d)
            found.append((name, closed, sign))
            squares.append(_total_over(d.shape, mul(closed, direction, direction)))
    rest = form - add(*squares)
    if not found or not total(form, context):
        return None
    sign = ev.Rewritten(ZERO, ev.Bounds()) if identical(rest, ZERO, context) else nonnegative(rest, scope)
    return ev.Strict(tuple(found), sign) if sign is not None else None


def _total_over(sizes: tuple[Expression, ...], body: Expression) -> Expression:
    for size in sizes:
        body = over("Sum", size, body)
    return body


def _open(slot: ev.Slot, scope: Scope) -> Expression:
    return instantiate(slot.body, scope.over(slot.sizes, slot.body).indices)


def _square(term: Expression, variables: dict[str, Declaration], scope: Scope) -> tuple[str, Expression]:
    """(variable, weight at bound indices) of a sum of weight * direction**2 over all entries, else ("", term)."""
    factors = list(term.args) if term.op == "mul" else [term]
    indices: list[Expression] = []
    while sums := [f for f in factors if f.op == "Sum" and f.has("dir")]:
        body, index = opened(sums[0], term, *indices)
        indices.append(index)
        factors.remove(sums[0])
        factors += list(body.args) if body.op == "mul" else [body]
    squares = [f for f in factors if f.has("dir")]
    if len(squares) != 1 or squares[0].op != "pow" or squares[0].args[1] is not const(2):
        return "", term
    if squares[0].args[0].op != "dir":
        return "", term
    v = squares[0].args[0]
    fits = set(v.args) == set(indices) and len(v.args) == len(indices) and v.data in variables
    if not fits or tuple(i.args[0] for i in v.args) != variables[v.data].shape:
        return "", term
    return v.data, abstract(mul(*(f for f in factors if f is not squares[0])), v.args)
