"""Covers: nothing of the box is left out, and on every part every matrix is PSD."""

from fractions import Fraction

import pytest

from convexcheck.certificate import evidence as ev
from convexcheck.expression.bounds import Context
from convexcheck.expression.statement import Condition, Declaration, Statement
from convexcheck.expression.term import ONE, Expression, apply, const, entry
from convexcheck.kernel.rules import show
from convexcheck.kernel.scope import Rejection, Scope, SignGoal

x, y, u, v = entry("var", "x"), entry("var", "y"), entry("dir", "x"), entry("dir", "y")
WHOLE = (-1,)
QUARTERS = (0, 0, -1, -1, 0, -1, -1)


def box(lo: int, hi: int) -> tuple[Condition, ...]:
    return tuple(Condition("ge", room) for z in (x, y) for room in (z - lo, hi - z))


DIP = x**2 - x + const(Fraction(3, 5))  # at least 7/20, but its interval on [0, 1] holds -2/5
FORM = x * u**2 + 2 * u * v + y * v**2
CASES = {  # value, vector, matrix, entries, tree, facts, strict, accepted
    "a form": (FORM, (u, v), (x, ONE, y), (x, y), WHOLE, box(2, 3), False, True),
    "semidefinite at a corner": (FORM, (u, v), (x, ONE, y), (x, y), WHOLE, box(1, 3), False, False),
    "indefinite": (FORM, (u, v), (x, ONE, y), (x, y), WHOLE, box(0, 3), False, False),
    "another form": (FORM + u**2, (u, v), (x, ONE, y), (x, y), WHOLE, box(2, 3), False, False),
    "no box": (FORM, (u, v), (x, ONE, y), (x, y), WHOLE, box(2, 3)[:3], False, False),
    "an entry too few": (FORM, (u, v), (x, ONE, y), (x,), WHOLE, box(2, 3), False, False),
    "an entry twice": (FORM, (u, v), (x, ONE, y), (x, y, y), WHOLE, box(2, 3), False, False),
    "a strict form": (FORM, (u, v), (x, ONE, y), (x, y), WHOLE, box(2, 3), True, False),
    "a direction in the matrix": (u**2 * v**2, (u,), (v**2,), (v,), WHOLE, box(2, 3), False, False),
    "a value": (DIP, (ONE,), (DIP,), (x,), QUARTERS, box(0, 1), True, True),
    "a value, not cut": (DIP, (ONE,), (DIP,), (x,), WHOLE, box(0, 1), True, False),
    "a part left out": (DIP, (ONE,), (DIP,), (x,), QUARTERS[:-1], box(0, 1), True, False),
    "a part too many": (DIP, (ONE,), (DIP,), (x,), (*QUARTERS, -1), box(0, 1), True, False),
    "no parts": (DIP, (ONE,), (DIP,), (x,), (), box(0, 1), True, False),
    "no such entry": (DIP, (ONE,), (DIP,), (x,), (1, -1, -1), box(0, 1), True, False),
    "no such leaf": (DIP, (ONE,), (DIP,), (x,), (-2,), box(2, 3), True, False),
    "zero": (x - x, (ONE,), (const(0),), (), WHOLE, (), False, True),
    "not above zero": (x - x, (ONE,), (const(0),), (), WHOLE, (), True, False),
    "below zero at an end": (apply("cos", x), (ONE,), (apply("cos", x),), (x,), WHOLE, box(1, 2), True, False),
    "undefined": (apply("log", x), (ONE,), (apply("log", x),), (x,), WHOLE, box(-3, 3), False, False),
}


@pytest.mark.parametrize("name", CASES)
def test_cover(name: str) -> None:
    value, vector, matrix, entries, tree, facts, strict, accepted = CASES[name]
    statement = Statement(x * y, {"x": Declaration(), "y": Declaration()})
    context = Context(statement, facts)
    goal: SignGoal[ev.Sign] = SignGoal(value, strict, ev.Cover(vector, matrix, entries, tree), Scope(context, context))
    if accepted:
        show(goal)
    else:
        with pytest.raises(Rejection):
            show(goal)


def test_a_parameter_may_be_an_entry() -> None:
    a: Expression = entry("par", "a")
    statement = Statement(x, {"x": Declaration()}, {"a": Declaration()})
    context = Context(statement, (Condition("ge", a - 1), Condition("ge", 2 - a)))
    show(SignGoal(a * u**2, False, ev.Cover((u,), (a,), (a,), WHOLE), Scope(context, context)))
