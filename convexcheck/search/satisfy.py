"""Counterexamples where the Hessian is rational: z3 is asked for a point and a direction of negative curvature.

z3 decides sentences about polynomials over the real numbers, so that it finds places that no sample hits. Its model is
rounded, and a Jensen gap around it is confirmed in rationals before it is handed out (untrusted; without z3, which is
an optional package, nothing is found).
Source: D. Jovanovic, L. de Moura, Solving non-linear arithmetic, IJCAR 2012.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from convexcheck.certificate.evidence import Array, Instance, JensenGap
from convexcheck.expression.bounds import Context
from convexcheck.expression.errors import ConvexcheckError
from convexcheck.expression.functions import derivative, hessian_form
from convexcheck.expression.statement import Condition, Statement
from convexcheck.expression.term import (
    Expression,
    add,
    const,
    entry,
    instantiate,
    mul,
    nodes,
    power,
    rebuild,
    transform,
)
from convexcheck.search.deadline import Deadline
from convexcheck.search.numeric import Program
from convexcheck.search.points import Instances
from convexcheck.search.recheck import closed, indices, numbered, rational, strictness, value
from convexcheck.search.rounding import Problem, confirmed
from convexcheck.search.squares import fraction

MAX_ENTRIES, SIZES, SHARE = 8, 3, 0.6
DIGITS = (0, 1, 2, 3, 6, 12, 24, 48)
Values = dict[Expression, Fraction]


def satisfied(s: Statement, side: str, budget: float, seed: int = 0) -> JensenGap | None:
    """A counterexample to convexity ("convex") or concavity ("concave") at a point that z3 finds, or None.

    Args:
        s: a statement of few entries without fixed data, whose second derivative is a rational function.
        side: the claim to refute.
        budget: seconds.
        seed: of z3's choices.

    Returns:
        Evidence with a gap that was confirmed in rationals.
    """
    deadline = Deadline(budget)
    if any(d.array or d.integer for d in (*s.parameters.values(), *s.variables.values())):
        return None
    try:
        for sizes in itertools.islice(Instances(s, seed).sizes(), SIZES):
            place = _asked(s, 1 if side == "convex" else -1, sizes, deadline.part(SHARE), seed)
            found = _gap(s, side, sizes, place, deadline) if place is not None else None
            if found is not None:
                return found
    except (ConvexcheckError, ImportError):
        pass
    return None


@dataclass(frozen=True)
class Place:
    """A form in the directions, and values of all entries at which it is < 0."""

    form: Expression
    values: Values


def _asked(s: Statement, side: int, sizes: Mapping[str, int], deadline: Deadline, seed: int) -> Place | None:
    """z3's model of the conditions and of negative curvature: along one entry, which is easier, then anywhere."""
    at = s.instance(sizes)
    form = mul(side, _written_out(hessian_form(_written_out(at.function))))
    entries = sorted({n for n in nodes(form) if n.op in ("var", "par", "dir")}, key=lambda n: n.key)
    along = [n for n in entries if n.op == "dir"]
    if len(entries) > 2 * MAX_ENTRIES or not along:
        return None
    straight = [{n: Fraction(n is chosen) for n in along} for chosen in along]
    ways: list[Values] = [*straight, {}] if len(along) > 1 and not _equalities(at) else [*straight[1:], {}]
    for k, fixed in enumerate(ways):
        left = deadline.left()
        found = _model(at, form, fixed, left / (len(ways) - k), seed) if left > 0 else None
        if found is not None:
            return Place(form, found)
    return None


def _equalities(s: Statement) -> bool:
    return any(c.relation == "eq" for c in s.domain)


def _model(s: Statement, form: Expression, fixed: Values, seconds: float, seed: int) -> Values | None:
    """Values of all entries, algebraic numbers as rationals close to them, where `form` < 0; None if z3 has none."""
    import z3

    def value(e: Expression) -> Expression:
        return fraction(transform(e, lambda n, _: const(fixed[n]) if n in fixed else None), Context(s))

    constraints = [c for condition in s.given for c in _conditions(condition, False)]
    constraints += [c for condition in s.domain for c in _conditions(condition, True)]
    solver, translated = z3.SolverFor("QF_NRA"), _Translation()
    solver.set(timeout=max(1, int(1000 * seconds)), random_seed=seed)
    for relation, body in constraints:
        left = translated.sign(value(body))
        solver.add(left == 0 if relation == "eq" else left > 0)
    solver.add(translated.sign(value(form)) < 0)
    solver.add(*translated.facts)
    if solver.check() != z3.sat:
        return None
    model = solver.model()
    return fixed | {n: _number(model.eval(v, True)) for n, v in translated.names.items()}


def _conditions(c: Condition, moving: bool) -> Iterator[tuple[str, Expression]]:
    """A condition entry by entry, inequalities as strict ones; an equality of the domain also for the direction."""
    if c.relation not in ("ge", "gt", "eq"):
        raise ConvexcheckError("search", f"{c.relation} is no inequality")
    for at in indices(numbered(c, {})):
        body = _written_out(closed(c.body, at))
        yield c.relation, body
        if c.relation == "eq" and moving:
            yield "eq", derivative(body)


def _written_out(e: Expression) -> Expression:
    """Sums over an index as sums of terms."""
    if e.op == "Sum":
        return add(*(_written_out(instantiate(e.args[1], [k])) for k in range(int(_written_out(e.args[0]).data))))
    if e.op in ("Max", "where", "max", "abs"):
        raise ConvexcheckError("search", f"{e.op} is not rational")
    return rebuild(e, [_written_out(a) for a in e.args])


class _Translation:
    """Rational expressions in z3's terms, and what else must hold of these."""

    def __init__(self) -> None:
        self.names: dict[Expression, Any] = {}
        self.facts: list[Any] = []

    def sign(self, e: Expression) -> Any:
        """A term with the sign of a product: the factors of its denominator stand in the numerator, and are not 0."""
        import z3

        factors = []
        for f in e.args if e.op == "mul" else (e,):
            below = f.op == "pow" and f.args[1].op == "const" and f.args[1].data < 0
            factors.append(self.of(power(f.args[0], -f.args[1].data) if below else f))
            self.facts += [factors[-1] != 0] if below else []
        return z3.Product(factors)

    def of(self, e: Expression) -> Any:
        """The expression; the reciprocal of u is an r with r u = 1."""
        import z3

        if e.op == "const":
            return z3.RealVal(str(e.data))
        if e.op in ("var", "par", "dir"):
            return self.names.setdefault(e, z3.Real(f"{e.op} {e}"))
        if e.op == "add":
            return z3.Sum([self.of(a) for a in e.args])
        if e.op == "mul":
            return z3.Product([self.of(a) for a in e.args])
        if e.op == "pow" and e.args[1].op == "const" and e.args[1].data.denominator == 1:
            base, q = self.of(e.args[0]), int(e.args[1].data)
            if q > 0:
                return base**q
            reciprocal = z3.Real(f"1/{e.args[0]}")
            self.facts.append(reciprocal * base == 1)
            return reciprocal**-q
        raise ConvexcheckError("search", f"{e} is not rational")


def _number(v: Any) -> Fraction:
    """A value of a model, or a rational close to it."""
    import z3

    v = v.approx(40) if z3.is_algebraic_value(v) else v
    return Fraction(v.numerator_as_long(), v.denominator_as_long())


def _gap(s: Statement, side: str, sizes: Mapping[str, int], place: Place, deadline: Deadline) -> JensenGap | None:
    """A Jensen gap beside the place, in as few digits as keep the curvature negative there."""
    sign = 1 if side == "convex" else -1
    function = mul(sign, s.function)
    for digits in DIGITS:
        rounded = {n: round(q, digits) if n.op != "dir" else q for n, q in place.values.items()}
        arrays = _arrays(s, sizes, rounded)
        curvature = value(place.form, {k: rational(a) for k, a in arrays.items()}, sizes)
        parameters = {k: rational(a) for k, a in arrays.items() if k[0] == "par"}
        if curvature is None or not curvature < 0 or not all(strictness(c, parameters, sizes) for c in s.given):
            continue
        space = Instances(s).domain(sizes, parameters)
        named = tuple((n, arrays["par", n]) for n in s.parameters)
        problem = Problem(function, Program(function, sizes), space, Instance(tuple(sizes.items()), named))
        x, v = ([q for n in s.variables for q in arrays[op, n].entries] for op in ("var", "dir"))
        z, along = ([entries[k] for k in space.free] for entries in (x, v))
        unit = max(map(abs, along), default=Fraction(0))
        for k in range(0, 90, 3):
            if deadline.over() or not unit:
                return None
            step = [d / unit / 2**k for d in along]
            before, after = ([a + w * d for a, d in zip(z, step, strict=True)] for w in (-1, 1))
            found = confirmed(problem, before, after, Fraction(1, 2))
            if found is not None:
                return found
    return None


def _arrays(s: Statement, sizes: Mapping[str, int], values: Values) -> dict[tuple[str, str], Array]:
    """The values as arrays; an entry of which nothing is said is 0."""
    declared = {("par", n): d for n, d in s.parameters.items()}
    declared |= {(op, n): d for n, d in s.variables.items() for op in ("var", "dir")}
    found = {}
    for (op, name), d in declared.items():
        shape = numbered(Condition("eq", const(0), d.shape), sizes)
        entries = (values.get(entry(op, name, at), Fraction(0)) for at in indices(shape))
        found[op, name] = Array(shape, tuple(entries))
    return found
