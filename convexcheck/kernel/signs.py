"""Rules for a value >= 0 or > 0 wherever the facts hold (trusted)."""

from dataclasses import replace
from fractions import Fraction
from math import factorial, inf, lcm
from typing import Any

import flint

from convexcheck.certificate import evidence as ev
from convexcheck.expression.bounds import exact, hull
from convexcheck.expression.functions import GAMMAS, REALS, Interval, log, steepness
from convexcheck.expression.growth import limit
from convexcheck.expression.normal import content, identical, normal, polynomial
from convexcheck.expression.obligations import rooted, total
from convexcheck.expression.statement import Declaration
from convexcheck.expression.term import ENTRIES, ONE, Expression, apply, const, nodes, power, replaced, substitute
from convexcheck.kernel.scope import Goals, Scope, SignGoal, require

MAX_DEGREE = 300


def bounds(goal: SignGoal[ev.Bounds]) -> Goals:
    """The interval computed bottom up from the facts, for the value as it stands or its normal form."""
    e, strict, _, scope = goal
    known = [scope.context.bounds(form) for form in (e, normal(e, scope.context))]
    shown = any(i.positive or (i.lo >= 0 and not strict) for i in known)
    require(shown, "Bounds", "bounds do not show {} {} 0", e, ">" if strict else ">=")
    yield from ()


def rewritten(goal: Any) -> Goals:
    """An identical expression has the sign, or the curvature: for goals of both kinds."""
    e, target = goal.value, goal.scope.place("Rewritten", goal.rule.target)
    require(identical(e, target, goal.scope.context), "Rewritten", "{} is not identical to {}", e, target)
    yield goal._replace(value=target, rule=goal.rule.premise)


def each_term(goal: SignGoal[ev.EachTerm]) -> Goals:
    """A sum or product of values >= 0 is >= 0; > 0 if all of them are, except that a sum over a binder may be empty."""
    e, strict, rule, scope = goal
    require(e.op in ("add", "mul", "Sum")[: 3 - strict], "EachTerm", "{} is no sum or product, or > 0", e)
    for part, premise, inner in scope.parts("EachTerm", e, e.args, rule.premises):
        yield SignGoal(part, strict, premise, inner)


def scaled(goal: SignGoal[ev.Scaled]) -> Goals:
    """A positive multiple has the sign; or a multiple that is positive except on a set without interior.

    Where no fact speaks of variables they range over all of R^n, and a value without ``where`` is continuous there.
    """
    e, strict, rule, scope = goal
    factor = scope.place("Scaled", rule.factor)
    if rule.positive is None:
        squares = factor.args if factor.op == "add" else (factor,)
        entries = all(s.op == "pow" and s.args[0].op == "var" and s.args[1] is const(2) for s in squares)
        free = not any(c.body.has("var") for c in scope.context.facts) and not any(n.op == "where" for n in nodes(e))
        require(entries and free and not strict, "Scaled", "{} may vanish, or {} may jump", factor, e)
    else:
        yield SignGoal(factor, True, rule.positive, scope)
    yield SignGoal(factor * e, strict, rule.premise, scope)


# --- values that depend on one entry, or on one generator, of known range ------------------------------


def roots(goal: SignGoal[ev.Roots]) -> Goals:
    """A polynomial without a root of odd multiplicity inside the range (strict: with none), positive at one point."""
    e, strict, _, scope = goal
    p = content(polynomial(e, scope.context), scope.context, positive=True)[2]
    generators = {g for m in p for g, _ in m}
    require(len(generators) == 1, "Roots", "{} is no polynomial in one generator", e)
    (g,) = generators
    powers = {dict(m).get(g, Fraction(0)): flint.fmpq(*c.as_integer_ratio()) for m, c in p.items()}
    q = lcm(*(k.denominator for k in powers))
    require(min(powers) >= 0 and max(powers) * q <= MAX_DEGREE, "Roots", "{} has no powers from 0 to {}", e, MAX_DEGREE)
    terms = [powers.get(Fraction(k, q), 0) for k in range(int(max(powers) * q) + 1)]
    i = scope.context.bounds(power(g, Fraction(1, q)))
    require(i.lo < i.hi and signed(flint.fmpq_poly(terms), i, strict), "Roots", "{} has a root or a sign in {}", e, i)
    yield from ()


def signed(p: flint.fmpq_poly, i: Interval, strict: bool) -> bool:
    """Whether p >= 0 (> 0) on the interval, which has an inside; the roots are isolated in balls by FLINT."""
    constant, found = p.factor_squarefree()
    sign, counted = flint.fmpq_poly([constant]), flint.fmpq_poly([1])
    for factor, multiplicity in found:
        sign *= factor ** (multiplicity % 2)
        counted *= factor if strict or multiplicity % 2 else 1
    lo, hi = (exact(t) if isinstance(t, Fraction) else flint.arb(t) for t in (i.lo, i.hi))
    ends = [t for t, is_open in ((i.lo, i.lo_open), (i.hi, i.hi_open)) if is_open or not strict]
    skipped = [exact(t) for t in ends if isinstance(t, Fraction) and counted(flint.fmpq(*t.as_integer_ratio())) == 0]
    real = [r.real for r, _ in counted.complex_roots() if r.imag.contains(0)]
    outside = all(r < lo or r > hi or any(r.contains(t) for t in skipped) for r in real)
    inner = [flint.fmpq(*(t + k).as_integer_ratio()) for t, k in ((i.lo, 1), (i.hi, -1)) if isinstance(t, Fraction)]
    return outside and sign(sum(inner, flint.fmpq(0)) / max(1, len(inner))) > 0  # the mean of lo + 1 and hi - 1


def line(step: str, at: Expression, scope: Scope, *values: Expression) -> tuple[Expression, list[Expression], Interval]:
    """The entry as a scalar variable of its own name, the values in it, and the entry's range."""
    at = scope.place(step, at)
    x, i = Expression("var", (), at.data), scope.context.bounds(at)
    bodies = [replaced(e, {at: x}) for e in values]
    new = at is x or x not in nodes(*values)  # the name may be a slot's, or at a direction
    alone = new and at.op in ENTRIES and all(n is x for n in nodes(*bodies) if n.op in ("var", "dir"))
    require(alone and i.lo < i.hi, step, "{} does not depend on {} alone", values[0], at)
    return x, bodies, i


def ladder(goal: SignGoal[ev.Ladder]) -> Goals:
    """h = f/w real and C1 inside (a, b), h' >= 0 there and lim h >= 0 at a give h >= 0; h' <= 0 and the limit at b too.

    Strict: the limit is > 0, or it is no value of f and h' > 0 (h' < 0). By the mean value theorem. Where h is
    real at an end it is continuous there, as all functions of the language with a derivative are.
    """
    e, strict, rule, scope = goal
    step = "Ladder"
    x, (body, w), i = line(step, rule.at, scope, e, scope.place(step, rule.weight))
    inner = scope.boxed({x.data: (Declaration(), i)})
    inside = replace(inner, context=inner.interior)
    yield SignGoal(w, True, rule.weight_sign, inner if strict else inside)
    smooth = all(total(f, inside.context) and rooted(f, inside.context) for f in (body, w))
    require(rule.end in (-1, 1) and smooth, step, "{} or {} is no C1 function", body, w)
    quotient = body if w is ONE else body / w
    end, is_open = (i.lo, i.lo_open) if rule.end == -1 else (i.hi, i.hi_open)
    value = substitute(quotient, {("var", x.data): end}) if isinstance(end, Fraction) else quotient
    if not isinstance(end, Fraction) or not total(value, inner.context):
        value = limit(quotient, x, end, rule.end, inside.context)
    found = inner.context.bounds(normal(value, inner.context))
    apart = found.positive or not strict or is_open or not isinstance(end, Fraction)
    require(found.lo >= 0 and apart, step, "the limit of {} at {} has no sign", quotient, end)
    slope = steepness(body, x) if w is ONE else steepness(body, x) * w - body * steepness(w, x)
    yield SignGoal(-rule.end * slope, strict and not found.positive, rule.slope, inside)


def split(goal: SignGoal[ev.Split]) -> Goals:
    """The sign on all pieces of a range."""
    e, strict, rule, scope = goal
    x, (body,), i = line("Split", rule.at, scope, e)
    cuts = [i.lo, *rule.points, i.hi]
    require(cuts == sorted({*cuts}) and len(rule.premises) == len(cuts) - 1, "Split", "{} do not cut {}", cuts, i)
    for k, premise in enumerate(rule.premises):
        first, last = k == 0, k == len(rule.premises) - 1
        piece = Interval(cuts[k], cuts[k + 1], first and i.lo_open, last and i.hi_open)
        yield SignGoal(body, strict, premise, scope.boxed({x.data: (Declaration(), piece)}))


def increment(goal: SignGoal[ev.Increment]) -> Goals:
    """h(high) - h(low) for a function h of t: by the mean value theorem it has the sign of h'.

    h is real on an interval that holds both ends, and C1 inside it: see `ladder` for its ends.
    """
    e, strict, rule, scope = goal
    t, low, high = Expression("var", (), "t"), *(scope.place("Increment", v) for v in (rule.low, rule.high))
    inner = scope.boxed({"t": (Declaration(), hull([scope.context.bounds(v) for v in (low, high)]))})
    h, inside = replace(inner, indices=()).place("Increment", rule.function), replace(inner, context=inner.interior)
    same = not h.has("dir") and identical(e, replaced(h, {t: high}) - replaced(h, {t: low}), scope.context)
    smooth = same and total(h, inside.context) and rooted(h, inside.context)
    require(smooth, "Increment", "{} is not h(high) - h(low) of a C1 function {}", e, h)
    yield SignGoal(high - low, strict, rule.order, scope)
    yield SignGoal(steepness(h, t), strict, rule.slope, inside)


def telescope(goal: SignGoal[ev.Telescope]) -> Goals:
    """f(x) is the sum of f(x + k) - f(x + k + 1) over k >= 0 and of lim f: >= 0 if all of these are, > 0 if f falls.

    psi^(n)(x + 1) = psi^(n)(x) + (-1)^n n! x^(-n-1), log gamma(x + 1) = log gamma(x) + log x (DLMF 5.5.1, 5.15.5).
    """
    e, strict, rule, scope = goal
    x, (f,), i = line("Telescope", rule.at, scope, e)
    inner = scope.boxed({x.data: (Declaration(), i)})
    steps = {apply(g, x): (-1) ** n * factorial(n) * x ** (-n - 1) for n, g in enumerate(GAMMAS)}
    later = {replaced(g, {x: x + 1}): g + step for g, step in {**steps, apply("loggamma", x): log(x)}.items()}
    known = i.positive and i.hi == inf and total(f, inner.context)
    end = inner.context.bounds(normal(limit(f, x, inf, 1, inner.context), inner.context)) if known else REALS
    require(end.lo >= 0, "Telescope", "the limit of {} has no sign, or {} is bounded", f, x)
    yield SignGoal(f - replaced(replaced(f, {x: x + 1}), later), strict, rule.fall, inner)
