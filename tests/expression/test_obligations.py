"""Obligations: what must hold for an expression to be real, and what bounds settle of it."""

from fractions import Fraction

import pytest

from convexcheck.expression.bounds import Context
from convexcheck.expression.obligations import obligations, rooted, total
from convexcheck.expression.statement import Condition, Declaration, Statement
from convexcheck.expression.term import Expression, apply, bound, dim, entry, over, power

n = dim("n")
x, y, p, k = entry("var", "x"), entry("var", "y"), entry("par", "p"), entry("par", "k")
i = bound(0)
SCALAR, VECTOR = Declaration(), Declaration((n,))
VARIABLES = {"x": SCALAR, "y": SCALAR, "w": VECTOR}
PARAMETERS = {"p": SCALAR, "k": Declaration((), True), "c": Declaration((n,), True)}
half = Fraction(1, 2)


def w(index: Expression | int) -> Expression:
    return entry("var", "w", [index])


def log(e: Expression) -> Expression:
    return apply("log", e)


def where(left: Expression | int, right: Expression | int, yes: Expression, no: Expression | int) -> Expression:
    """``yes if left < right else no``."""
    return apply("where", apply("lt", left, right), yes, no)


def positive(e: Expression) -> Condition:
    return Condition("gt", e)


def below(e: Expression, size: Expression, *sizes: Expression) -> list[Condition]:
    return [Condition("ge", e, sizes), Condition("ge", size - 1 - e, sizes)]


ci = entry("par", "c", [i])
ROWS: list[tuple[Expression, int, list[Condition], list[str], list[str]]] = [
    # expression, least n, facts, what bounds settle (indices in range left out), what stays open
    (x**2 + apply("exp", x) * apply("abs", y), 0, [], [], []),
    (x**-2, 0, [], [], ["ne x"]),
    (x**-2, 0, [positive(x)], ["ne x"], []),
    (x**-2, 0, [positive(-x)], ["ne x"], []),
    (0 * log(x), 0, [], [], ["gt x"]),
    (log(x) - log(x), 0, [], [], ["gt x"]),
    (log(x - y), 0, [], [], ["gt x - y"]),
    (log(x - y), 0, [positive(x - y)], ["gt x - y"], []),
    (log(x), 0, [Condition("ge", x)], [], ["gt x"]),
    (log(1 + apply("exp", x)), 0, [], ["gt 1 + exp(x)"], []),
    (x**2 / x, 0, [], [], ["ne x"]),
    (power(x, half), 0, [], [], ["ge x"]),
    (power(x, half), 0, [Condition("ge", x)], ["ge x"], []),
    (power(x, -half), 0, [Condition("ge", x)], [], ["gt x"]),
    (power(1 + x**2, half), 0, [], ["ge 1 + x**2"], []),
    (power(x, p), 0, [], [], ["enough x"]),
    (power(x, p), 0, [Condition("ge", x)], [], ["enough x"]),
    (power(x, p), 0, [positive(x)], ["enough x"], []),
    (power(2, x), 0, [], ["enough 2"], []),
    (power(x, p), 0, [Condition("ge", x), positive(p)], ["ge x"], []),  # 0**p = 0
    (power(x, p), 0, [Condition("ge", x), Condition("ge", p)], [], ["enough x"]),  # 0**0
    (power(x, p), 0, [positive(p)], [], ["enough x"]),  # real at x = -1 for some p: not surely undefined
    (power(p, x), 0, [Condition("ge", p), positive(x)], [], ["enough p"]),  # its derivative has a log p
    (x**0, 0, [], [], []),
    (1 / n, 0, [], [], ["ne n"]),
    (1 / n, 1, [], ["ne n"], []),
    (1 / (n - 1), 1, [], [], ["ne n - 1"]),
    (w(2), 1, [], [], ["index 2"]),
    (w(2), 3, [], [], []),
    (w(-1), 3, [], [], ["index -1"]),
    (w(half), 3, [], [], ["index 1/2"]),
    (w(n - 1), 0, [], [], ["index n - 1"]),
    (w(k), 1, [], [], ["index k"]),
    (w(k), 1, below(k, n), [], []),
    (w(p), 1, below(p, n), [], ["index p"]),  # no integer
    (over("Sum", n, w(i)), 0, [], [], []),
    (over("Sum", n, w(i + 1)), 0, [], [], ["index 1 + _i1"]),
    (over("Sum", n, w(ci)), 0, below(ci, n, n), [], []),
    (over("Sum", n, w(ci)), 0, [Condition("ge", ci, (n,))], [], ["index c[_i1]"]),
    (over("Sum", n, 1 / w(i)), 0, [], [], ["ne w[_i1]"]),
    (over("Sum", n, 1 / w(i)), 0, [Condition("gt", w(i), (n,))], ["ne w[_i1]"], []),
    (over("Max", n, w(i)), 0, [], [], ["gt n"]),
    (over("Max", n, w(i)), 1, [], ["gt n"], []),
    (where(0, x, log(x), 0), 0, [], ["gt x"], []),
    (where(x, 0, log(x), 0), 0, [], [], ["gt x"]),
    (where(x, 0, x, power(x, half)), 0, [], ["ge x"], []),
    (where(x, 0, x, log(x)), 0, [], [], ["gt x"]),  # it is taken at 0
    (where(0, x, log(x), log(x)), 0, [], ["gt x"], ["gt x"]),
    (where(0, log(x), x, 0), 0, [], [], ["gt x"]),  # a condition is always evaluated
    (apply("where", apply("and", apply("lt", 0, x), apply("lt", 0, y)), log(x * y), x), 0, [], ["gt x*y"], []),
    (apply("where", apply("or", apply("lt", 0, x), apply("lt", 0, y)), log(x), x), 0, [], [], ["gt x"]),
    (apply("where", apply("not", apply("le", x, 0)), log(x), x), 0, [], ["gt x"], []),
]


@pytest.mark.parametrize(("e", "least", "facts", "settled", "left"), ROWS, ids=lambda v: str(v)[:60])
def test_obligations(e: Expression, least: int, facts: list[Condition], settled: list[str], left: list[str]) -> None:
    context = Context(Statement(e, VARIABLES, PARAMETERS, {"n": least}).check(), facts)
    found = list(obligations(e, context))
    assert sorted(f"{o.relation} {o.value}" for o in found if not o.holds()) == sorted(left)
    assert [f"{o.relation} {o.value}" for o in found if o.holds() and o.relation != "index"] == settled
    assert total(e, context) == (not left)


X_POSITIVE, X_LEAST, P_LEAST = Condition("gt", x), Condition("ge", x), Condition("ge", p)
ROOTED = {  # expression, facts, whether it is smooth wherever it is real and has a derivative
    "a root that may end at 0": (power(x, half), [X_LEAST], False),
    "a root inside": (power(x, half), [X_POSITIVE], True),
    "its derivative's end": (power(x, Fraction(3, 2)), [X_LEAST], False),
    "a negative power ends nowhere": (power(x, -half), [X_LEAST], True),
    "a root of a parameter": (power(p, half) * x, [P_LEAST], True),
    "a power that may end at 0": (power(x, p), [X_LEAST, positive(p)], False),
    "a power inside": (power(x, p), [X_POSITIVE, positive(p)], True),
    "asin up to 1": (apply("asin", x), [X_LEAST, Condition("ge", 1 - x)], False),
    "asin below 1": (apply("asin", x), [X_LEAST, Condition("gt", 1 - x)], True),
    "lambertw from 0 on": (apply("lambertw", x), [X_LEAST], True),
    "log ends nowhere": (log(x), [X_POSITIVE], True),
    "where it is taken": (where(0, p, power(x + p, half), 0), [X_LEAST], True),
    "where the other is taken": (where(0, p, x, power(x + p, half)), [X_LEAST, P_LEAST], False),
    "below a sum": (over("Sum", n, power(w(i), half)), [Condition("ge", w(i), (n,))], False),
    "below a sum, inside": (over("Sum", n, power(w(i), half)), [Condition("gt", w(i), (n,))], True),
}


@pytest.mark.parametrize(("e", "facts", "smooth"), ROOTED.values(), ids=ROOTED)
def test_roots_keep_away_from_their_ends(e: Expression, facts: list[Condition], smooth: bool) -> None:
    assert rooted(e, Context(Statement(e, VARIABLES, PARAMETERS, {"n": 1}), facts)) is smooth
