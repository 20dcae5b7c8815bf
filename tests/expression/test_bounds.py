"""Bounds: every value at an admissible point lies in the interval, open ends included."""

from fractions import Fraction
from math import inf

import flint
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convexcheck.expression.bounds import Context, decided
from convexcheck.expression.functions import Interval
from convexcheck.expression.statement import Condition, Declaration, Statement
from convexcheck.expression.term import PI, Expression, apply, bound, const, dim, entry, over, power
from tests.expression.oracle import Undefined, ball, context, expressions, p, point, q, r, value, w0, x, y0, z

n = dim("n")


def outside(i: Interval, v: object) -> bool:
    """Whether the ball `v` surely misses the interval; an exact value at an open end misses it too."""
    low, high = (ball(e) if isinstance(e, Fraction) else None for e in (i.lo, i.hi))
    below = low is not None and (v < low or (i.lo_open and v.is_exact() and v == low))
    above = high is not None and (v > high or (i.hi_open and v.is_exact() and v == high))
    return below or above or i.lo == inf or i.hi == -inf


@settings(max_examples=600, deadline=None)
@given(expressions(), st.integers(0, 10**6))
def test_values_lie_in_their_interval(e: Expression, seed: int) -> None:
    i = context().bounds(e)
    for k in range(6):
        try:
            v = value(e, *point(seed + k))
        except Undefined:
            continue
        if v.is_finite():
            assert not outside(i, v), (e, i, v, point(seed + k))


@pytest.mark.parametrize(
    ("i", "v"),
    [
        (Interval(Fraction(0)), -1),
        (Interval(Fraction(0), inf, True), 0),
        (Interval(Fraction(0), Fraction(1)), 2),
        (Interval(Fraction(0), Fraction(1), False, True), 1),
    ],
)
def test_the_oracle_notices_a_value_outside(i: Interval, v: int) -> None:
    assert outside(i, flint.arb(v))


def _(lo: object, hi: object = inf, lo_open: bool = False, hi_open: bool = False) -> Interval:
    ends = (Fraction(e) if isinstance(e, int | str) else e for e in (lo, hi))
    return Interval(*ends, lo_open, hi_open)


CASES = [  # expression, its sharpest interval: answers on paper
    (x**2 + 1, _(1)),
    (apply("exp", x), _(0, inf, True)),
    (1 - q, _(0, 1)),
    (2 * q - 3, _(-3, -1)),
    (r - 2, _(0, inf, True)),
    (r**2, _(4, inf, True)),
    (1 / r, _(0, "1/2", True, True)),
    (-1 / r, _("-1/2", 0, True, True)),
    (p * q, _(0)),
    (p / r, _(0)),
    (apply("sigmoid", p), _("1/2", 1, False, True)),
    (apply("log", z), _(-inf)),
    (apply("abs", q - 3), _(2, 3)),
    (over("Sum", n, y0), _(0, inf, True)),
    (over("Sum", n, w0), _(-inf)),  # w >= -2 gives Sum >= -2n, which has no lower end
    (over("Max", n, w0), _(-2)),
    (over("Sum", 3, const(-2) + 0 * bound(0)), _(-6, -6)),
    (entry("var", "w", [entry("par", "k")]), _(-2)),
]


@pytest.mark.parametrize(("e", "i"), CASES, ids=str)
def test_known_intervals(e: Expression, i: Interval) -> None:
    found = context().bounds(e)
    assert (found.lo, found.hi) == (i.lo, i.hi)
    assert (found.lo_open, found.hi_open or found.hi == inf) == (i.lo_open, i.hi_open or i.hi == inf)


ROUNDED = [  # expression, an interval that must hold its bounds, one that they must hold: decimals from tables
    (apply("log", r), ("0.69314", inf), ("0.69315", inf)),
    (apply("log", q), (-inf, 0), (-inf, "-1e-9")),
    (apply("exp", -r), (0, "0.13534"), (0, "0.13533")),
    (apply("exp", q), (1, "2.71829"), (1, "2.71828")),
    (apply("erfc", q), ("0.15729", 1), ("0.15730", 1)),
    (apply("trigamma", r), (0, "0.64494"), (0, "0.64493")),
    (apply("tetragamma", r), ("-0.40412", 0), ("-0.40411", 0)),
    (apply("digamma", r), ("0.42278", inf), ("0.42279", inf)),
    (apply("asin", q / 2), (0, "0.52360"), (0, "0.52359")),
    (apply("lambertw", r), ("0.85260", inf), ("0.85261", inf)),
    (apply("sin", 3 + q / 4), ("-0.1082", "0.1412"), ("-0.1081", "0.1411")),
    (apply("cos", p), (-1, 1), ("-0.99", "0.99")),
    (apply("gamma", r), ("0.88", inf), ("0.8856", inf)),
    (apply("exp", -(10**9) * q), (0, 1), ("1e-300", 1)),
    (apply("exp", 10**9 * q), (1, inf), (1, "1e300")),
    (power(r, Fraction(3, 2)), ("2.82842", inf), ("2.82843", inf)),
    (power(q + 1, Fraction(-1, 2)), ("0.70710", 1), ("0.70711", 1)),
    (PI, ("3.1415", "3.1416"), ("3.14159266", "3.14159265")),
]


@pytest.mark.parametrize(("e", "outer", "inner"), ROUNDED, ids=str)
def test_ends_are_rounded_outwards_and_not_far(
    e: Expression, outer: tuple[object, object], inner: tuple[object, object]
) -> None:
    found, a, b = context().bounds(e), _(*outer), _(*inner)
    assert a.lo <= found.lo <= b.lo and b.hi <= found.hi <= a.hi


def test_an_end_that_is_excluded_stays_so() -> None:
    assert context().bounds(apply("exp", z)).lo == 1 and context().bounds(apply("exp", z)).lo_open
    assert context().bounds(apply("erfc", z)).hi == 1 and context().bounds(apply("erfc", z)).hi_open
    assert not context().bounds(apply("exp", p)).lo_open


SCALAR = Declaration()
PAIR = {"x": SCALAR, "y": SCALAR}
a, b = entry("var", "x"), entry("var", "y")
FACTS = [  # conditions, expression, lower end that follows
    ([Condition("ge", 1 - a - b)], 3 - 2 * a - 2 * b, 1),
    ([Condition("ge", a - b)], 2 * a - 2 * b + 5, 5),
    ([Condition("eq", a + b - 4)], a + b, 4),
    ([Condition("ge", a - 1), Condition("ge", a - 3)], a, 3),
    ([Condition("ge", 1 - a - b)], a + b, -inf),  # the other side of the fact
    ([Condition("ge", 1 - a - b)], 2 - 2 * a - b, -inf),  # no multiple of it
]


@pytest.mark.parametrize(("facts", "e", "low"), FACTS, ids=str)
def test_multiples_of_facts(facts: list[Condition], e: Expression, low: float) -> None:
    assert Context(Statement(a, PAIR), facts).bounds(e).lo == low


@pytest.mark.parametrize("index", [0, 1, 2])
def test_a_fact_speaks_of_its_own_indices_only(index: int) -> None:
    v = entry("par", "v", [bound(0)])
    s = Statement(a, PAIR, {"v": Declaration((dim(3),))}, {}, (), (Condition("ge", v, (dim(2),)),))
    assert (Context(s).bounds(entry("par", "v", [index])).lo == 0) == (index < 2)


k = entry("par", "k")
INDEX = {"v": Declaration((n,)), "k": Declaration((), True)}


def chosen(condition: Expression) -> Expression:
    """The sum of exponentials of the entries that a condition on the index 0 lets through."""
    return over("Sum", n, apply("where", condition, apply("exp", entry("par", "v", [bound(0)])), 0))


SOME = [  # a sum of terms >= 0, and whether one of them is > 0 for every n >= 2 and integer k
    (chosen(apply("le", bound(0), n - 1)), True),
    (chosen(apply("le", bound(0), 1)), True),
    (chosen(apply("eq", bound(0), n - 2)), True),
    (chosen(apply("le", 2 - bound(0), 1)), True),
    (chosen(apply("le", bound(0), 2)), False),  # true for 0, which is not tried; 2 may be out of range
    (chosen(apply("le", bound(0), -1)), False),
    (chosen(apply("eq", bound(0), n)), False),
    (chosen(apply("eq", bound(0), k)), False),  # k may be out of range
    (chosen(apply("eq", 2 * bound(0), 1)), False),  # for no integer
    (chosen(apply("lt", bound(0), n - 1)), False),
]


@pytest.mark.parametrize(("e", "some"), SOME, ids=str)
def test_one_term_is_enough(e: Expression, some: bool) -> None:
    c = Context(Statement(a, PAIR, INDEX, {"n": 2}))
    assert c.bounds(e).positive == some and c.bounds(e).lo == 0


def test_another_index_of_the_same_range_is_tried() -> None:
    v = lambda *i: entry("par", "v", i)  # noqa: E731
    at_risk = apply("where", apply("le", v(bound(1)), v(bound(0))), apply("exp", v(bound(0))), 0)
    c = Context(Statement(a, PAIR, {"v": Declaration((n,)), "u": Declaration((dim("m"),))}, {"n": 1, "m": 1}))
    assert c.bounds(over("Max", n, -over("Sum", n, at_risk))).hi_open
    assert not c.bounds(over("Max", dim("m"), -over("Sum", n, at_risk))).hi_open


def test_sums_are_collected_through_brackets() -> None:
    c = Context(Statement(a, PAIR, sizes={"n": 1}))
    assert c.bounds(n - 1 - 2 * (n - 3) + n) == Interval(Fraction(5), Fraction(5))
    assert Context(Statement(a, PAIR), [Condition("ge", a + b)]).bounds(2 * (a + b) + a**2).lo == 0


DECIDED = [  # for x > 1
    (apply("eq", a, 1), False),
    (apply("eq", a, 2), None),
    (apply("eq", a - a, 0), True),
    (apply("not", apply("le", a, 1)), True),
    (apply("and", apply("lt", 1, a), apply("le", a, 3)), None),
    (apply("and", apply("le", a, 1), apply("le", a, 3)), False),
    (apply("and", apply("lt", 1, a), apply("lt", 0, a)), True),
    (apply("or", apply("lt", 1, a), apply("le", a, 3)), True),
    (apply("or", apply("le", a, 1), apply("le", a, 3)), None),
    (apply("or", apply("le", a, 1), apply("lt", a, 0)), False),
]


@pytest.mark.parametrize(("condition", "truth"), DECIDED, ids=str)
def test_decided(condition: Expression, truth: bool | None) -> None:
    assert decided(condition, Context(Statement(a, PAIR), [Condition("gt", a - 1)])) is truth
