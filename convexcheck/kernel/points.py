"""Values at explicit points: conditions, counterexamples and ill-posed questions, in rationals or balls (trusted)."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from operator import ge, gt, le, lt
from pathlib import Path
from typing import Any

import flint
import numpy as np

from convexcheck.certificate import evidence as ev
from convexcheck.certificate.codec import load, written
from convexcheck.expression.bounds import Context
from convexcheck.expression.evaluate import Arithmetic, Sizes, Values, evaluate, value
from convexcheck.expression.floats import Floats
from convexcheck.expression.jets import Jets
from convexcheck.expression.normal import is_affine
from convexcheck.expression.objects import Inexact, Objects, each
from convexcheck.expression.obligations import obligations
from convexcheck.expression.statement import Condition, Declaration, Statement
from convexcheck.expression.term import Expression, abstract, apply, instantiate, nodes, over_all, ranges
from convexcheck.kernel.scope import Rejection, Scope, require

Named = tuple[tuple[str, ev.Array], ...]
Test = Callable[[Any, int], bool]  # a comparison; between a ball and 0 it holds only if it holds for all of the ball
PRECISIONS = (64, 128, 256, 512, 1024)
LEVELS: dict[str, list[tuple[int, Callable[[], Arithmetic]]]] = {  # how many bits, and which arithmetic
    "rational": [(53, lambda: Objects(flint.fmpq))], "midpoint-radius": [(53, Floats)],
    "ball": [(bits, lambda: Objects(flint.arb)) for bits in PRECISIONS],
}  # fmt: skip


def point(s: Statement, instance: ev.Instance, variables: Named, folder: Path | None) -> tuple[Values, Sizes]:
    """The exact values of all arrays at an instance, and its sizes; every declaration and condition is respected."""
    sizes = admit_sizes(s, instance.sizes)
    found: dict[tuple[str, str], np.ndarray] = {}
    for op, declared, given in (("par", s.parameters, instance.parameters), ("var", s.variables, variables)):
        names = [name for name, _ in given]
        require(names == list(declared), "point", "values for {}, declared {}", names, list(declared))
        found |= {(op, name): entries(name, declared[name], array, sizes, folder) for name, array in given}
    inside = all(holds(c, found, sizes) for c in (*s.domain, *s.given))
    require(inside, "point", "the point does not satisfy every condition")
    return found, sizes


def admit_sizes(s: Statement, sizes: tuple[tuple[str, int], ...]) -> Sizes:
    """The sizes as a mapping; Rejection unless every symbolic size has exactly one value, not below its least."""
    fits = len(dict(sizes)) == len(sizes) == len(s.sizes) and all(k >= s.sizes.get(n, k + 1) for n, k in sizes)
    require(fits, "point", "sizes {} do not fit {}", sizes, dict(s.sizes))
    return dict(sizes)


def entries(name: str, d: Declaration, array: ev.Array | None, sizes: Sizes, folder: Path | None) -> np.ndarray:
    """The exact entries of `array` (of the declared file, if None) where they fit the declaration."""
    shape = tuple(_size(s, sizes) for s in d.shape)
    array = array or ev.Array(shape, (), d.array)
    fits = shape == array.shape and d.array in ("", array.digest) and (not array.digest or folder is not None)
    require(fits, "point", "{} {} {!r} declared {} {!r}", name, array.shape, array.digest, shape, d.array)
    exact = load(folder or Path(), array) if array.digest else written(array)
    whole = np.rint(exact) == exact if array.digest else each(lambda q: q.q == 1, exact)
    require(not d.integer or whole.all(), "point", "{} has fractions, not integers", name)
    return exact


def _size(e: Expression, sizes: Sizes) -> int:
    return int(e.data) if e.op == "const" else sizes[e.data]


def decide(at: Callable[[Arithmetic], Any], test: Test, large: bool = False) -> Any:
    """``at(arithmetic)`` if it compares with 0 as `test` says, exactly or in balls of growing precision; else None.

    Where arrays are `large`, float64 with bounds on its errors comes first.
    """
    quick = floating(at) if large else flint.arb("nan")
    if quick.is_finite() and test(quick, 0):
        return quick
    try:
        exact = at(Objects(flint.fmpq))
        return exact if test(exact, 0) else None
    except Inexact:
        pass
    for bits in PRECISIONS:
        with flint.ctx.workprec(bits):
            ball = at(Objects(flint.arb))
            if ball.is_finite() and test(ball, 0):
                return ball
    return None


def _largest(body: Expression, below: Sequence[Expression], test: Test, values: Values, sizes: Sizes) -> bool:
    """Whether the largest value of `body` over its bound indices, which run so far, surely passes the test."""
    worst = over_all("Max", below, body)

    def at(arithmetic: Arithmetic) -> Any:
        return value(worst, values, sizes, arithmetic)

    whole = floating(at)  # a whole array at once; with no rounding there is nothing to assume
    return (whole.is_exact() and test(whole, 0)) or decide(at, test) is not None


def floating(at: Callable[[Arithmetic], Any]) -> Any:
    """``at(arithmetic)`` as the ball that float64 gives, not finite where there is none."""
    try:
        return at(Floats())
    except Inexact:
        return flint.arb("nan")


def stored(e: ev.JensenGap | ev.SymmetryPair) -> bool:
    """Whether an end of the segment lies in a file, so that rationals would take long."""
    return any(array.digest for _, array in (*e.x, *(e.y if isinstance(e, ev.JensenGap) else ())))


def holds(c: Condition, values: Values, sizes: Sizes) -> bool:
    """Whether the condition surely holds at the point."""
    if c.relation in ("psd", "posdef", "symmetric"):
        return _matrix_holds(c, values, sizes)
    gap = apply("abs", c.body) if c.relation == "eq" else -c.body
    empty = any(_size(s, sizes) == 0 for s in c.sizes)
    return empty or _largest(gap, c.sizes, lt if c.relation == "gt" else le, values, sizes)


def _matrix_holds(c: Condition, values: Values, sizes: Sizes) -> bool:
    """A symmetric A is PSD (> 0) iff all coefficients of det(t + A), whose roots are real, are >= 0 (> 0)."""
    n = _size(c.sizes[0], sizes)
    cells = evaluate(c.body, values, sizes, exact=True, ranges=(n, n))
    A = flint.fmpq_mat(n, n, cells.ravel().tolist())
    definite = all(q > 0 if c.relation == "posdef" else q >= 0 for q in (-A).charpoly().coeffs())
    return A.transpose() == A and (c.relation == "symmetric" or definite)


def _segment(s: Statement, e: ev.Segment, folder: Path | None) -> tuple[list[Values], Sizes]:
    """The points x, y, t x + (1-t) y; the first two satisfy every condition."""
    (x, sizes), (y, _) = (point(s, e.instance, end, folder) for end in (e.x, e.y))
    require(0 < e.t < 1 and not e.instance.variables, type(e).__name__, "t is not in (0, 1), or there is a third point")
    t, exact = flint.fmpq(e.t.numerator, e.t.denominator), Objects(flint.fmpq).load
    between = {k: np.asarray(t * exact(x[k]) + (1 - t) * exact(y[k]), dtype=object) for k in x if k[0] == "var"}
    return [x, y, {**x, **between}], sizes


def jensen_gap(s: Statement, side: int, e: ev.JensenGap, folder: Path | None) -> Any:
    """The ball (or rational) f(t x + (1-t) y) - t f(x) - (1-t) f(y) > 0, for -f if `side` is -1; else Rejection."""
    points, sizes = _segment(s, e, folder)
    t = flint.fmpq(e.t.numerator, e.t.denominator)

    def gap(arithmetic: Arithmetic) -> Any:
        a, b, middle = (value(s.function, v, sizes, arithmetic) for v in points)
        return side * (middle - t * a - (1 - t) * b)

    found = decide(gap, gt, stored(e))
    fits = found is not None and all(holds(c, points[2], sizes) for c in s.domain)
    require(fits, "JensenGap", "the gap is not shown to be > 0, or the point between is outside the domain")
    return found


def negative_curvature(s: Statement, side: int, e: ev.NegativeCurvature, folder: Path | None) -> Any:
    """The rational or ball v'Hv < 0, for -f if `side` is -1; else Rejection.

    If x + s v lies in D for |s| small and s -> f(x + s v) is C2 near 0 with a second derivative < 0 there, f is not
    convex on D. Two points x + h v, x - h v that satisfy the affine conditions leave the segment between them in
    these; the others, continuous along v, stay true near x where they hold strictly (Boyd and Vandenberghe, Convex
    Optimization, sections 3.1.4 and 2.2).
    """
    values, sizes = point(s, e.instance, e.x, folder)
    named, step = dict(e.v), "NegativeCurvature"
    fits = [n for n, _ in e.v] == list(s.variables) and not e.instance.variables and e.step > 0 and e.level in LEVELS
    require(fits, step, "a direction for {}, a step > 0 and one of {} are expected", list(s.variables), list(LEVELS))
    moves = {("dir", n): entries(n, d, named[n], sizes, folder) for n, d in s.variables.items()}
    require(any(np.any(v != 0) for v in moves.values()), step, "the direction is zero")
    for c in s.domain:
        inside = not c.body.has("var") or _stays(s, c, e, values, moves, sizes)
        require(inside, step, "the domain's condition on {} may fail beside the point", c.body)
    found = _second(s.function, {**values, **moves}, sizes, e.level)
    require(found is not None and side * found < 0, step, "the second derivative is not shown to have the sign")
    return found


def _stays(s: Statement, c: Condition, e: ev.NegativeCurvature, values: Values, moves: Values, sizes: Sizes) -> bool:
    """Whether the condition holds on the line near the point, where it is known to hold."""
    alone = Context(s, s.given)
    if is_affine(instantiate(c.body, Scope(alone, alone).over(c.sizes, c.body).indices), alone):
        exact, h = Objects(flint.fmpq).load, flint.fmpq(e.step.numerator, e.step.denominator)

        def moved(t: flint.fmpq) -> Values:
            along = {("var", n): np.asarray(exact(values["var", n]) + t * exact(v)) for (_, n), v in moves.items()}
            return {**values, **along}

        return all(holds(c, moved(t), sizes) for t in (h, -h))
    near = c.relation in ("ge", "gt") and holds(replace(c, relation="gt"), values, sizes)
    return near and _second(over_all("Sum", c.sizes, c.body), {**values, **moves}, sizes, e.level) is not None


def _second(f: Expression, values: Values, sizes: Sizes, level: str) -> Any:
    """The second derivative along the line, at the first precision at which it is known and not around 0; else None."""
    found = None
    for bits, arithmetic in LEVELS[level]:
        with flint.ctx.workprec(bits):
            try:
                z = value(f, values, sizes, Jets(arithmetic()))
            except Inexact:
                continue
            if level == "rational" or all(part.is_finite() for part in z):
                found = 2 * z[2]
                if found != 0:
                    return found
    return found


def ill_posed(s: Statement, e: ev.Evidence, folder: Path | None) -> str:
    """Why the question has no answer, as a sentence; else Rejection."""
    conditions = [*s.domain, *s.given]
    if isinstance(e, ev.Undefined) and _undefined(s, *point(s, e.instance, e.instance.variables, folder)):
        return "the function is not real at a point of the domain"
    elif isinstance(e, ev.OutsideDomain):
        (_, _, between), sizes = _segment(s, e, folder)
        fails = {"ge": gt, "gt": ge}
        if any(c.relation in fails and _largest(-c.body, c.sizes, fails[c.relation], between, sizes) for c in s.domain):
            return "the domain is not convex"
    elif isinstance(e, ev.EmptyDomain) and e.which in range(len(conditions)):
        c, context = conditions.pop(e.which), Context(s, conditions)
        body = instantiate(c.body, Scope(context, context).over(c.sizes, c.body).indices)
        opposite = {"ge": "gt", "gt": "ge", "eq": "ne"}.get(c.relation, "")  # of -body, against c
        some = opposite and all(context.bounds(size).lo >= 1 for size in c.sizes)
        if some and context.bounds(-body).obeys(opposite):
            return "no point satisfies every condition"
    raise Rejection(type(e).__name__, "it does not show that the statement is ill-posed")


def _undefined(s: Statement, values: Values, sizes: Sizes) -> bool:
    """Whether an operation outside every ``where`` surely has no real value at the point."""
    context, surely = Context(s), {"ge": gt, "gt": ge, "ne": ge}
    sides = [size for n in nodes(s.function) for size in ranges(n)]
    if any(size.loose or evaluate(size, values, sizes, exact=True) < 1 for size in sides):
        return False  # what stands under an empty range need not be real
    for o in obligations(s.function, context):
        if o.context is context and o.relation in surely:
            gap = -(apply("abs", o.value) if o.relation == "ne" else o.value)
            indices = [n for n in nodes(gap) if n.op == "index"]
            if _largest(abstract(gap, indices), [i.args[0] for i in indices], surely[o.relation], values, sizes):
                return True
    return False
