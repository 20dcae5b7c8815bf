"""Roots, ladders, cuts and balls: accepted where they hold, rejected where one side condition fails.

The oracle for polynomials is their own factors, chosen at random; for values, mpmath at random points.
"""

import random
from dataclasses import replace
from fractions import Fraction
from math import inf

import flint
import mpmath
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convexcheck.certificate.evidence import (
    Bounds,
    EachTerm,
    Increment,
    Ladder,
    Rewritten,
    Roots,
    Sign,
    Split,
    Telescope,
)
from convexcheck.expression.bounds import Context
from convexcheck.expression.errors import ConvexcheckError
from convexcheck.expression.functions import Interval
from convexcheck.expression.statement import text
from convexcheck.expression.term import ONE, Expression, apply, entry
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


# --- differences of values, and gamma functions one step later ------------------------------------------------

T = entry("var", "t")


def trigamma(t: Expression) -> Expression:
    return apply("trigamma", t)


def accepts(value: Expression, rule: Sign, domain: str, strict: bool = False) -> bool:
    try:
        s = read_text("x + y", "x y", None, domain)
        show(SignGoal(value, strict, rule, Scope(Context(s), Context(s))))
    except ConvexcheckError:
        return False
    return True


B, Y = Bounds(), entry("var", "y")
EXP = Increment(apply("exp", T), X, Y, B, B)
FALLING = Telescope(T, Telescope(T, Roots()))  # for -(t psi'(t))'
STEP = Increment(-T * trigamma(T), X, X + Y, B, FALLING)
GROWTH = apply("exp", Y) - apply("exp", X)
STEPPED = X * trigamma(X) - (X + Y) * trigamma(X + Y)
INCREMENTS = [  # (value, rule, domain, strict, accepted)
    (GROWTH, EXP, "y >= x", False, True),
    (GROWTH, EXP, "y > x", True, True),
    (GROWTH, EXP, "y >= x", True, False),  # equal at x = y
    (GROWTH, EXP, "x >= y", False, False),  # the other order
    (-GROWTH, EXP, "y >= x", False, False),
    (GROWTH + 1, EXP, "y >= x", False, False),  # another value
    (GROWTH, replace(EXP, low=Y, high=X), "y >= x", False, False),
    (GROWTH, replace(EXP, function=apply("exp", X)), "y >= x", False, False),  # no function of t
    (Y**2 - X**2, Increment(T**2, X, Y, B, B), "y >= x, x >= 0, y >= 0", False, True),
    (Y**2 - X**2, Increment(T**2, X, Y, B, B), "y >= x", False, False),  # 2 t may be < 0
    (apply("abs", Y) - apply("abs", X), Increment(apply("abs", T), X, Y, B, B), "y >= x", False, False),
    (1 / X - 1 / Y, Increment(-1 / T, X, Y, B, B), "y >= x, x > 0, y > 0", False, True),
    (1 / X - 1 / Y, Increment(-1 / T, X, Y, B, B), "y >= x", False, False),  # a pole between them
    (STEPPED, STEP, "x > 0, y > 0", True, True),
    (STEPPED, STEP, "x > 0, y >= 0", False, True),
    (STEPPED, STEP, "x > 0", False, False),
    (X * trigamma(X) - 1, Telescope(X, Telescope(X, Telescope(X, Roots()))), "x > 0", True, True),
    (X * trigamma(X) - 2, Telescope(X, Telescope(X, Telescope(X, Roots()))), "x > 0", False, False),  # limit -1
    (X * trigamma(X) - 1, Telescope(X, Telescope(X, Telescope(X, Roots()))), "x > 0, x < 5", False, False),
    (1 - X * trigamma(X), Telescope(X, Telescope(X, Telescope(X, Roots()))), "x > 0", False, False),  # it grows
    (apply("digamma", X), Telescope(X, Roots()), "x > 0", False, False),  # < 0 near 0, though its limit is infinite
    (trigamma(X) - 1 / X, Telescope(X, Rewritten(1 / (X**2 * (1 + X)), B)), "x > 0", True, True),
    (1 / X - trigamma(X), Telescope(X, Roots()), "x > 0", False, False),
    (trigamma(X) - 1 / X, Telescope(X, Roots()), "", False, False),  # not real everywhere
    (trigamma(X + Y) - 1 / (X + Y), Telescope(X, Roots()), "x > 0, y > 0", False, False),  # two variables
]


@pytest.mark.parametrize(("value", "rule", "domain", "strict", "expected"), INCREMENTS)
def test_increments_and_telescopes(value: Expression, rule: Sign, domain: str, strict: bool, expected: bool) -> None:
    assert accepts(value, rule, domain, strict) is expected


@pytest.mark.parametrize(("value", "domain", "strict"), [(v, d, s) for v, _, d, s, yes in INCREMENTS if yes])
def test_what_is_accepted_has_the_sign_at_random_points(value: Expression, domain: str, strict: bool) -> None:
    rng, tried = random.Random(3), 0
    names = {"trigamma": lambda t: mpmath.psi(1, t), "exp": mpmath.exp}
    while tried < 50:
        point = {n: mpmath.mpf(rng.choice([0.001, 0.1, 1, 10, 100]) * rng.uniform(-1, 1)) for n in "xy"}
        if all(eval(c, {}, point) for c in domain.split(", ")):  # noqa: S307
            found = eval(text(value), {**names, **point})  # noqa: S307
            assert found > 0 if strict else found >= 0
            tried += 1
