"""Roots, ladders, cuts and balls: accepted where they hold, rejected where one side condition fails.

The oracle for polynomials is their own factors, chosen at random; for values, mpmath at random points.
"""

from dataclasses import replace
from fractions import Fraction
from math import inf

import flint
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convexcheck.certificate.evidence import Bounds, EachTerm, Ladder, Rewritten, Roots, Sign, Split
from convexcheck.expression.bounds import Context
from convexcheck.expression.errors import ConvexcheckError
from convexcheck.expression.functions import Interval
from convexcheck.expression.term import ONE, Expression, entry
from convexcheck.kernel.rules import show
from convexcheck.kernel.scope import Scope, SignGoal
from convexcheck.kernel.signs import signed
from convexcheck.read.text import read_text

X = entry("var", "x")
NUMBERS = [Fraction(k, 2) for k in range(-4, 5)]
ENDS = st.sampled_from([*NUMBERS, -inf, inf])


@settings(max_examples=400, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(NUMBERS), st.integers(1, 4)), max_size=4), st.integers(0, 2),
    st.sampled_from([-1, 1]), ENDS, ENDS, st.booleans(), st.booleans(), st.booleans(),
)  # fmt: skip
def test_polynomials_of_known_roots(
    roots: list[tuple[Fraction, int]], squares: int, sign: int, lo: float, hi: float,
    lo_open: bool, hi_open: bool, strict: bool,
) -> None:  # fmt: skip
    if not lo < hi:
        return
    p = flint.fmpq_poly([sign]) * flint.fmpq_poly([3, 1, 1]) ** squares
    for r, k in roots:
        p *= flint.fmpq_poly([-flint.fmpq(r.numerator, r.denominator), 1]) ** k
    known = {r for r, _ in roots}
    inside = [Fraction(k, 4) for k in range(-12, 13) if lo < Fraction(k, 4) < hi]
    inside += [r for r, is_open in ((lo, lo_open), (hi, hi_open)) if isinstance(r, Fraction) and not is_open]

    def value(t: Fraction) -> int:
        out = sign
        for r, k in roots:
            out *= (t > r) - (t < r) if k % 2 else t != r
        return out

    expected = all(value(t) > 0 if strict else value(t) >= 0 for t in inside)
    assert signed(p, Interval(lo, hi, lo_open, hi_open), strict) == expected, (known, sign)


def scope(domain: str, text: str = "x", given: str = "") -> Scope:
    s = read_text(text, "x", None, domain, given)
    return Scope(Context(s), Context(s))


def value(text: str) -> Expression:
    return read_text(text, "x").function


def shown(text: str, domain: str, rule: Sign, strict: bool = False, given: str = "") -> bool:
    """Whether the kernel shows the sign."""
    at = scope(domain, text, given)
    try:
        show(SignGoal(at.context.statement.function, strict, rule, at))
    except ConvexcheckError:
        return False
    return True


def rung(end: int, slope: Sign) -> Ladder:
    return Ladder(X, ONE, Bounds(), end, slope)


LOW = rung(-1, Bounds())
EXP = rung(-1, rung(-1, Bounds()))  # exp(x) - 1 - x from 0
CASES: list[tuple[str, str, Sign, bool]] = [  # value, domain, rule, strict
    ("x**2 - 2*x + 1", "", Roots(), False),
    ("x**2 - 3*x + 2", "x >= 2", Roots(), False),
    ("x**2 - 3*x + 2", "x > 2", Roots(), True),
    ("exp(2*x) - 2*exp(x) + 1", "", Roots(), False),
    ("exp(x) - exp(x/2)", "x >= 0", Roots(), False),
    ("sigmoid(x)**2 - sigmoid(x) + 1/2", "", Roots(), True),
    ("x - sqrt(x)", "x >= 1", Roots(), False),
    ("log(x)**2 - log(x)", "x >= 3", Roots(), True),
    ("exp(x) - 1 - x", "x >= 0", EXP, False),
    ("exp(x) - 1 - x", "x > 0", EXP, False),
    ("sin(x)", "x >= 0, x <= 1.5", LOW, False),
    ("sin(x)", "x > 0, x <= 1.5", LOW, True),
    ("1 + sin(x)", "x >= 0, x <= 1.5", LOW, True),
    ("normcdf(x)", "", rung(-1, Bounds()), True),
    ("1 - tanh(x)", "", rung(1, Bounds()), True),
    ("softplus(x) - x", "", rung(1, Bounds()), True),
    ("x - log(x) - 1", "x > 0", Split(X, (Fraction(1),), (replace(LOW, end=1), LOW)), False),
    ("exp(x)*x + 1", "x >= 0", Ladder(X, value("exp(x)"), Bounds(), -1, Roots()), True),
]  # fmt: skip


@pytest.mark.parametrize(("text", "domain", "rule", "strict"), CASES, ids=lambda v: str(v)[:40])
def test_accepted(text: str, domain: str, rule: Sign, strict: bool) -> None:
    assert shown(text, domain, rule, strict)


OVER_X = Ladder(X, value("x"), Bounds(), 1, Bounds())
WRONG: dict[str, tuple[str, str, Sign, bool]] = {
    "a simple root inside": ("x**2 - 3*x + 2", "x >= 1", Roots(), False),
    "a root at an end that is included": ("x**2 - 3*x + 2", "x >= 2", Roots(), True),
    "a double root inside, strictly": ("x**2 - 2*x + 1", "", Roots(), True),
    "negative all over": ("-x**2 - 1", "", Roots(), False),
    "two generators": ("x**2 + exp(x)*x", "x >= 0", Roots(), False),
    "a power below 0": ("x**2 - 1/x", "x >= -5, x <= -1", Roots(), False),
    "the wrong end": ("sin(x)", "x >= 0, x <= 1.5", replace(LOW, end=1), False),
    "no end": ("sin(x)", "x >= 0, x <= 1.5", replace(LOW, end=0), False),
    "a limit that is negative": ("sin(x) - 0.1", "x >= 0, x <= 1.5", LOW, False),
    "0 at an end that is included": ("sin(x)", "x >= 0, x <= 1.5", LOW, True),
    "a slope that changes its sign": ("sin(x)", "x >= 0, x <= 3.2", LOW, False),
    "leading terms cancel: 1/2 - log 2": ("log(cosh(x)) - x + 1/2", "", rung(1, Roots()), False),
    "a pole inside": ("-1/x", "x <= 1", rung(-1, Bounds()), False),
    "a kink inside": ("abs(x) - 1/9", "x >= -1, x <= 1", rung(-1, Bounds()), False),
    "a root that is not smooth inside": ("(x**2)**0.5 - 1/9", "x >= -1", rung(-1, Bounds()), False),
    "no limit": ("sin(x)", "", rung(-1, Bounds()), False),
    "a weight that is negative": ("x*exp(-x)", "x < 0", OVER_X, False),
    "a weight that changes its sign": ("x*exp(-x)", "", OVER_X, False),
    "cuts that do not ascend": ("2 + sin(x)", "", Split(X, (Fraction(1), Fraction(0)), (Bounds(),) * 3), False),
    "a cut outside": ("2 + sin(x)", "x >= 2", Split(X, (Fraction(1),), (Bounds(),) * 2), False),
    "a piece that nothing shows": ("2 + sin(x)", "", Split(X, (Fraction(1),), (Bounds(),)), False),
    "a piece on which the sign is wrong": ("x**3", "", Split(X, (Fraction(0),), (Roots(), Roots())), False),
    "a strict sum whose terms are only >= 0": ("x**2 + exp(x)", "", EachTerm((Bounds(), Bounds())), True),
}  # fmt: skip


@pytest.mark.parametrize("why", WRONG)
def test_rejected(why: str) -> None:
    text, domain, rule, strict = WRONG[why]
    assert not shown(text, domain, rule, strict)


def test_two_variables_do_not_move_along_one_entry() -> None:
    s = read_text("x**2 + y", {"x": "", "y": ""}, None, "x >= 0, x <= 1, y >= 0", "")
    at = Scope(Context(s), Context(s))
    for rule in (LOW, Split(X, (Fraction(1, 2),), (Bounds(), Bounds()))):
        with pytest.raises(ConvexcheckError, match="alone"):
            show(SignGoal(s.function, False, rule, at))


def test_a_parameter_stays_a_parameter() -> None:
    """exp(a x) - 1 >= 0 on x >= 0 for a >= 0: the limit and the slope hold for every a."""
    s = read_text("exp(a*x) - 1", {"x": ""}, {"a": ""}, "x >= 0", "a >= 0")
    show(SignGoal(s.function, False, LOW, Scope(Context(s), Context(s))))
    free = read_text("exp(a*x) - 1", {"x": ""}, {"a": ""}, "x >= 0", "")
    with pytest.raises(ConvexcheckError):
        show(SignGoal(free.function, False, LOW, Scope(Context(free), Context(free))))


def test_an_entry_of_an_array_is_one_entry() -> None:
    s = read_text("sin(x[0])", {"x": "3"}, None, "x >= 0, x <= 1.5", "")
    for k, right in ((0, True), (1, False)):
        goal = SignGoal(s.function, False, replace(LOW, at=entry("var", "x", [k])), Scope(Context(s), Context(s)))
        if right:
            show(goal)
        else:
            with pytest.raises(ConvexcheckError):
                show(goal)


def test_rewriting_to_a_product_of_positive_values_is_strict() -> None:
    target = Rewritten(value("exp(x)*(1 + exp(x))"), EachTerm((Bounds(), Bounds())))
    assert shown("exp(x) + exp(2*x)", "", target, strict=True)
    assert not shown("exp(2*x) - exp(x)", "", Rewritten(value("exp(x)*(exp(x) - 1)"), target.premise), strict=True)
