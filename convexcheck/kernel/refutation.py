"""Rules for counterexamples and for ill-posed statements: rational points, values in rationals or balls (trusted)."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from pathlib import Path
from typing import Any

import flint

from convexcheck.certificate import evidence as ev
from convexcheck.expression.binding import opened, transform
from convexcheck.expression.bounds import Context
from convexcheck.expression.derivative import derivative, hessian_form
from convexcheck.expression.evaluate import Undefined, Values, evaluate
from convexcheck.expression.functions import exp, log
from convexcheck.expression.statement import Condition, Statement
from convexcheck.expression.term import Expression
from convexcheck.kernel.points import decide, fails, holds, point, precision
from convexcheck.kernel.scope import Rejection

Used = Counter[str]


def counterexample(s: Statement, side: int, evidence: ev.Counterexample, folder: Path | None, used: Used) -> Any:
    """The ball (or rational) > 0 by which convexity (`side` +1) or concavity (-1) fails; else Rejection."""
    used[type(evidence).__name__] += 1
    f = s.function if side == 1 else -s.function
    if isinstance(evidence, ev.JensenGap):
        return _jensen_gap(s, f, evidence, folder)
    return _negative_curvature(s, f, evidence, folder)


def _mix(x: Values, y: Values, t: Fraction) -> Values:
    q = flint.fmpq(t.numerator, t.denominator)
    return {key: q * x[key] + (1 - q) * y[key] if key[0] == "var" else x[key] for key in x}


def _inside(s: Statement, values: Values, sizes: dict[str, int]) -> bool:
    return all(holds(c, values, sizes) for c in (*s.domain, *s.given))


def _segment(s: Statement, e: ev.JensenGap | ev.OutsideDomain, folder: Path | None) -> tuple[Values, Values, Values, dict[str, int]]:
    x, sizes = point(s, e.instance, e.x, folder)
    y, _ = point(s, e.instance, e.y, folder)
    if not 0 < e.t < 1 or e.instance.variables:
        raise Rejection(type(e).__name__, f"t = {e.t}, or a third point")
    if not _inside(s, x, sizes) or not _inside(s, y, sizes):
        raise Rejection(type(e).__name__, "x or y does not satisfy every condition")
    return x, y, _mix(x, y, e.t), sizes


def _jensen_gap(s: Statement, f: Expression, e: ev.JensenGap, folder: Path | None) -> Any:
    """f(t x + (1-t) y) > t f(x) + (1-t) f(y): the definition of convexity fails."""
    x, y, between, sizes = _segment(s, e, folder)
    if not all(holds(c, between, sizes) for c in s.domain):
        raise Rejection("JensenGap", "the point between is outside the domain")
    gap = difference(f, x, y, between, sizes, e.t)
    if gap is None:
        raise Rejection("JensenGap", "the gap is not shown to be > 0")
    return gap


def difference(f: Expression, x: Values, y: Values, between: Values, sizes: dict[str, int], t: Fraction) -> Any:
    """f(between) - t f(x) - (1-t) f(y) where it is surely > 0, else None."""
    q = flint.fmpq(t.numerator, t.denominator)

    def gap(exact: bool) -> Any:
        a, b, c = (evaluate(f, v, sizes, exact) for v in (between, x, y))
        return a - q * b - (1 - q) * c

    return decide(gap, lambda g: g > 0)


def _negative_curvature(s: Statement, f: Expression, e: ev.NegativeCurvature, folder: Path | None) -> Any:
    """D2 f(x)[v, v] < 0 at an x around which f is C2 and the domain open along v (Taylor's theorem)."""
    step = "NegativeCurvature"
    values, sizes = point(s, e.instance, e.instance.variables, folder)
    moves, _ = point(s, e.instance, e.direction, folder)
    values = {**values, **{("dir", name): array for (op, name), array in moves.items() if op == "var"}}
    if not all(holds(c, values, sizes) for c in s.given):
        raise Rejection(step, "the instance does not satisfy `given`")
    for c in s.domain:
        fixed = c.relation == "eq" and holds(Condition("eq", derivative(c.body), c.sizes), values, sizes)
        if not holds(c, values, sizes, strict=True) or c.relation == "symmetric" or (c.relation == "eq" and not fixed):
            raise Rejection(step, "x is not inside the domain, or v leaves it")
    form = hessian_form(_roots_as_exponentials(f))
    value = decide(lambda exact: -evaluate(form, values, sizes, exact), lambda q: q > 0)
    if value is None:
        raise Rejection(step, "the curvature is not shown to be < 0")
    return value


def _roots_as_exponentials(f: Expression) -> Expression:
    """u**q as exp(q log u) for a q that is no integer: the same value, and evaluated only where u > 0."""

    def leaf(e: Expression, level: int) -> Expression | None:
        if e.op != "pow" or (e.args[1].op == "const" and e.args[1].data.denominator == 1):
            return None
        base, q = (transform(a, leaf, level) for a in e.args)
        return exp(q * log(base))

    return transform(f, leaf)


def ill_posed(s: Statement, e: ev.Evidence, folder: Path | None, used: Used) -> str:
    """Why the question has no answer, as a sentence; else Rejection."""
    step = type(e).__name__
    used[step] += 1
    if isinstance(e, ev.Undefined):
        values, sizes = point(s, e.instance, e.instance.variables, folder)
        if not _inside(s, values, sizes) or not surely_undefined(s.function, values, sizes):
            raise Rejection(step, "the point is outside, or the function may be real there")
        return "the function is not real at a point of the domain"
    if isinstance(e, ev.OutsideDomain):
        _, _, between, sizes = _segment(s, e, folder)
        if not any(fails(c, between, sizes) for c in s.domain):
            raise Rejection(step, "the point between may lie in the domain")
        return "the domain is not convex"
    if isinstance(e, ev.EmptyDomain):
        conditions = (*s.domain, *s.given)
        c = conditions[e.which] if 0 <= e.which < len(conditions) else None
        if c is None or any((size.data if size.op == "const" else s.sizes[size.data]) < 1 for size in c.sizes):
            raise Rejection(step, f"condition {e.which}")
        context = Context(s, [other for other in conditions if other is not c])
        body = c.body
        for size in c.sizes:
            body = opened(Expression("Sum", (size, body)))[0]
        i = context.bounds(body)
        if not (i.negative or (c.relation == "gt" and i.hi <= 0) or (c.relation == "eq" and i.positive)):
            raise Rejection(step, f"{body} is not shown to contradict the other conditions")
        return "no point satisfies every condition"
    raise Rejection(step, "no evidence for an ill-posed statement")


def surely_undefined(f: Expression, values: Values, sizes: dict[str, int]) -> bool:
    """Whether an operation of `f` is surely not real at the point."""
    for bits in (128, 512):
        with precision(bits):
            try:
                evaluate(f, values, sizes)
            except Undefined as error:
                if error.sure:
                    return True
    return False
