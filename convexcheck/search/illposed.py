"""Evidence that a question has no answer: an undefined point, a domain that is not convex or empty (untrusted)."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

import numpy as np

from convexcheck.certificate.evidence import EmptyDomain, Instance, OutsideDomain, Undefined
from convexcheck.expression.bounds import Context
from convexcheck.expression.errors import ConvexcheckError
from convexcheck.expression.functions import derivative
from convexcheck.expression.obligations import obligations
from convexcheck.expression.statement import Condition, Statement
from convexcheck.expression.term import Expression, abstract, apply, nodes, opened, over
from convexcheck.search.deadline import Deadline
from convexcheck.search.numeric import Floats, Program
from convexcheck.search.pairs import Pair, constants, simple, wild
from convexcheck.search.points import Coordinates, Instances, anchor
from convexcheck.search.recheck import combination, least, sign
from convexcheck.search.rounding import complexity
from convexcheck.search.space import Space

_HALF = Fraction(1, 2)
_INSTANCES = 12


def ill_posed(
    statement: Statement,
    budget: float = 1.0,
    seed: int = 0,
    arrays: Mapping[str, np.ndarray[Any, Any]] | None = None,
) -> Undefined | OutsideDomain | EmptyDomain | None:
    """A reason why the statement has no answer, or None where none was found.

    Args:
        statement: what is asked about.
        budget: seconds; where bounds settle that all is well, none of it is used.
        seed: of the random numbers.
        arrays: values of the parameters that are fixed data, by name.

    Returns:
        A condition that contradicts the others; a point of the domain at which the function is not real; or
        two points of the domain with a point between them outside.

    >>> from convexcheck.expression.statement import Declaration
    >>> from convexcheck.expression.term import entry
    >>> x = entry("var", "x")
    >>> ill_posed(Statement(apply("log", x), {"x": Declaration()})).instance.variables[0][1].entries
    (Fraction(0, 1),)
    """
    which = empty(statement)
    if which is not None:
        return EmptyDomain(which)
    deadline = Deadline(budget)
    wanted = list(violations(statement))
    curved = [c for c in statement.domain if not _affine(c)]
    if not wanted and not curved:
        return None
    rng = np.random.default_rng(seed)
    near = constants(statement.function, *(c.body for c in statement.domain))
    for turn in range(3):
        instances = Instances(statement, seed + turn, arrays)
        for instance, space in _spaces(instances, rng):
            if deadline.over():
                return None
            count = 1024 if turn == 0 else 4096
            for pair in (simple(space, rng, near, count), wild(space, rng, near, count)):
                found = _undefined(wanted, space, instance, pair) or _outside(curved, space, instance, pair)
                if found:
                    return found
    return None


def empty(statement: Statement) -> int | None:
    """The number of a condition (domain first, then given) that cannot hold by the bounds from the others.

    >>> from convexcheck.expression.statement import Declaration
    >>> from convexcheck.expression.term import entry
    >>> x = entry("var", "x")
    >>> empty(Statement(x, {"x": Declaration()}, domain=(Condition("gt", x), Condition("ge", -1 - x))))
    0
    """
    conditions = [*statement.domain, *statement.given]
    for which, c in enumerate(conditions):
        opposite = {"ge": "gt", "gt": "ge", "eq": "ne"}.get(c.relation)  # of -body, against c
        if opposite is None:
            continue
        if any((int(s.data) if s.op == "const" else statement.sizes[s.data]) < 1 for s in c.sizes):
            continue  # it might speak of nothing
        body = c.body
        for size in c.sizes:
            body = opened(over("Sum", size, body))[0]
        if Context(statement, conditions[:which] + conditions[which + 1 :]).bounds(-body).obeys(opposite):
            return which
    return None


def violations(statement: Statement) -> Iterator[tuple[str, Expression]]:
    """Obligations that bounds leave open: ``(relation, value)``, where the function is not real if, for some index,
    value <= 0 (gt), value < 0 (ge) or value = 0 (ne). The largest violation over the indices is ``-value``'s.
    """
    context = Context(statement)
    for o in obligations(statement.function, context):
        if o.context is context and o.relation in ("ge", "gt", "ne") and not o.holds():
            value = apply("abs", o.value) if o.relation == "ne" else o.value
            indices = [n for n in nodes(value) if n.op == "index"]
            worst = abstract(-value, indices)
            for index in indices:
                worst = over("Max", index.args[0], worst)
            yield o.relation, -worst


def _spaces(instances: Instances, rng: np.random.Generator) -> Iterator[tuple[Instance, Space]]:
    """A few instances of sizes and parameters, with the coordinates of the domain there."""
    sizes = list(itertools.islice(instances.sizes(), 3))
    for choice in sizes:
        for _, values, pairs in itertools.islice(instances.parameters(choice), _INSTANCES // len(sizes)):
            space = instances.domain(choice, values)
            if anchor(space, rng) is not None and space.dimension:
                yield Instance(tuple(choice.items()), pairs), space


def _undefined(wanted: list[tuple[str, Expression]], space: Space, instance: Instance, pair: Pair) -> Undefined | None:
    """A point among `pair`, or where a value changes its sign between two, at which an obligation fails."""
    for relation, value in wanted:
        program = Program(value, space.sizes)
        both = np.concatenate(pair, axis=1)
        level = _at(program, space, both)
        candidates = both[:, level <= 0] if relation == "gt" else both[:, level < 0]
        if relation == "ne":
            candidates = np.concatenate([both[:, level == 0], _roots(value, space, pair)], axis=1)
        candidates = candidates[:, space.inside(candidates)][:, :4096]
        for k in np.argsort(complexity(candidates), kind="stable")[:8]:
            for digits in (1, 10, 1000):
                z = [Fraction(v).limit_denominator(digits) for v in candidates[:, k].tolist()]
                outcome = sign(value, {**space.fixed, **space.exact(z)}, space.sizes)
                fails = outcome == -1 or (outcome == 0 and relation != "ge")
                if fails and space.strictness(z):
                    return Undefined(Instance(instance.sizes, instance.parameters, space.arrays(z)))
    return None


def _roots(value: Expression, space: Space, pair: Pair) -> Floats:
    """Zeros of a value between pairs of points, where its sign changes, by regula falsi."""
    inner = value.args[0] if value.op == "abs" else value
    if inner is value:
        return np.zeros((space.dimension, 0))
    program = Program(inner, space.sizes)
    x, y = pair
    a, b = _at(program, space, x), _at(program, space, y)
    with np.errstate(invalid="ignore", over="ignore"):
        change = np.isfinite(a) & np.isfinite(b) & (a * b < 0)
    x, y, a, b = x[:, change][:, :64], y[:, change][:, :64], a[change][:64], b[change][:64]
    for _ in range(60):
        if not a.size:
            break
        middle = x + a / (a - b) * (y - x)
        c = _at(program, space, middle)
        left = a * c > 0
        x, a = np.where(left, middle, x), np.where(left, c, a)
        y, b = np.where(left, y, middle), np.where(left, b / 2, c)  # halved: the Illinois variant
        if not np.isfinite(c).all() or (c == 0).all():
            break
        b = np.where(b == 0, -a * 1e-9, b)
    return y


def _at(program: Program, space: Space, z: Floats) -> Floats:
    return np.array(np.broadcast_to(program(space.values(z)), (z.shape[1],)))


def _outside(curved: list[Condition], space: Space, instance: Instance, pair: Pair) -> OutsideDomain | None:
    """Two points of the domain with the middle outside."""
    if not curved:
        return None
    x, y = pair
    good = space.inside(x) & space.inside(y) & (space.slack((x + y) / 2) < -1e-9)
    x, y = x[:, good], y[:, good]
    for k in np.argsort(complexity(x) + complexity(y), kind="stable")[:4]:
        a, b = _rational(x[:, k]), _rational(y[:, k])
        middle = combination(space.exact(a), space.exact(b), _HALF)
        if not space.strictness(a) or not space.strictness(b):
            continue
        for c in curved:
            worst = least(c, space.sizes) if c.relation in ("ge", "gt") else None
            outcome = None if worst is None else sign(worst, {**space.fixed, **middle}, space.sizes)
            if outcome == -1 or (outcome == 0 and c.relation == "gt"):
                return OutsideDomain(instance, space.arrays(a), space.arrays(b), _HALF)
    return None


def _rational(z: Floats) -> Coordinates:
    return [Fraction(v).limit_denominator(1000) for v in z.tolist()]


def _affine(c: Condition) -> bool:
    try:
        return not derivative(c.body).has("var")
    except ConvexcheckError:
        return False
