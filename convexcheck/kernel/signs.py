"""Rules for a value >= 0 or > 0 wherever the facts hold (trusted)."""

from convexcheck.certificate import evidence as ev
from convexcheck.expression.normal import identical, normal
from convexcheck.expression.term import const, nodes
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
