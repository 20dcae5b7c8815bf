"""Rules for a value >= 0 or > 0 wherever the facts hold (trusted)."""

from convexcheck.certificate import evidence as ev
from convexcheck.expression.normal import identical, normal
from convexcheck.expression.term import bind
from convexcheck.kernel.scope import Goals, SignGoal, require


def bounds(goal: SignGoal[ev.Bounds]) -> Goals:
    """The interval computed bottom up from the facts, for the value as it stands or its normal form."""
    e, strict, _, scope = goal
    known = [scope.context.bounds(form) for form in (e, normal(e, scope.context))]
    shown = any(i.positive or (i.lo >= 0 and not strict) for i in known)
    require(shown, "Bounds", "bounds do not show {} {} 0", e, ">" if strict else ">=")
    yield from ()


def rewritten(goal: SignGoal[ev.Rewritten]) -> Goals:
    """An identical expression has the sign."""
    e, strict, rule, scope = goal
    target = scope.place("Rewritten", rule.target)
    require(identical(e, target, scope.context), "Rewritten", "{} is not identical to {}", e, target)
    yield SignGoal(target, strict, rule.premise, scope)


def each_term(goal: SignGoal[ev.EachTerm]) -> Goals:
    """A sum or product of values >= 0 is >= 0."""
    e, strict, rule, scope = goal
    require(not strict and e.op in ("add", "mul", "Sum"), "EachTerm", "{} is no sum or product >= 0", e)
    for part, premise, inner in scope.parts("EachTerm", e, e.args, rule.premises):
        yield SignGoal(part, False, premise, inner)


def diagonal_low_rank(goal: SignGoal[ev.DiagonalLowRank]) -> Goals:
    """Sum_k a_k z_k**2 + m L**2 >= 0 for all z iff G + m G**2 >= 0, where L = Sum a_k r_k z_k and G = Sum a_k r_k**2.

    Minimise Sum a z**2 at given L = G s: the least value is G s**2, so the form is (G + m G**2) s**2 at its least.
    """
    e, strict, rule, scope = goal
    step = "DiagonalLowRank"
    size, m = scope.place(step, rule.size), scope.place(step, rule.factor)
    require(not strict and size.op in ("dim", "const"), step, "a sum over {}, or > 0", size)
    inner = scope.over([size], e, rule.direction, rule.weight, rule.vector)
    z, a, r = (inner.place(step, part) for part in (rule.direction, rule.weight, rule.vector))
    yield SignGoal(a, False, rule.weight_sign, inner)
    square, L, G = (bind("Sum", inner.indices[0], each) for each in (a * z**2, a * r * z, a * r**2))
    form = square + m * L**2
    require(identical(e, form, scope.context), step, "{} is not identical to {}", e, form)
    yield SignGoal(G + m * G**2, False, rule.least, scope)
