"""Terms: one canonical form for equal sums, products and maxima; caps; interning; substitution without capture."""

import pickle
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convexcheck.expression.errors import ConvexcheckError
from convexcheck.expression.term import (
    MAX_BITS,
    MAX_DEPTH,
    ONE,
    ZERO,
    Expression,
    abstract,
    add,
    apply,
    bind,
    bound,
    const,
    dim,
    entry,
    fresh,
    instantiate,
    maximum,
    mul,
    nodes,
    opened,
    over,
    over_all,
    power,
    shift,
    substitute,
    transform,
)
from tests.expression.oracle import expressions

n, m = dim("n"), dim("m")
x, y, p = entry("var", "x"), entry("var", "y"), entry("par", "p")
i, j = bound(0), bound(1)


def w(k: Any) -> Expression:
    return entry("var", "w", [k])


def log(e: Expression) -> Expression:
    return apply("log", e)


SAME = [  # two ways to write one node
    (x + y, y + x),
    ((x + y) + p, x + (y + p)),
    (1 + x + Fraction(1, 2), x + Fraction(3, 2)),
    (x + 1 - 1, x),
    (add(), ZERO),
    (add(2, -2), ZERO),
    (add(x), x),
    (x * y, y * x),
    ((x * y) * p, x * (y * p)),
    (2 * (3 * x), 6 * x),
    (x * 1, x),
    (mul(), ONE),
    (mul(x), x),
    (x * x, x**2),
    (x * x * x**2, x**2 * x**2),
    (x**1, x),
    (const(2) ** 10, const(1024)),
    (const(Fraction(2, 3)) ** -2, const(Fraction(9, 4))),
    (const(0) ** 3, ZERO),
    (1 / x**2, x**-2),
    (1 / (1 / x) ** 1, power(power(x, -1), -1)),
    (0 - (0 - x), x),
    (x - y, x + -1 * y),
    (maximum(x, y), maximum(y, x)),
    (maximum(x, maximum(y, x)), maximum(x, y)),
    (maximum(x, x), x),
    (dim(3), const(3)),
    (over_all("Sum", [n, m], i + j), over("Sum", m, over("Sum", n, i + j))),
]


@pytest.mark.parametrize(("a", "b"), SAME, ids=str)
def test_one_node(a: Expression, b: Expression) -> None:
    assert a is b


DIFFERENT = [  # what no constructor may fold: it would hide where the expression is undefined, or is another value
    (0 * log(x), ZERO),
    (log(x) - log(x), ZERO),
    (x / x, ONE),
    (x**0, ONE),
    (const(0) ** -1, ZERO),
    (const(0) ** 0, ONE),
    ((x**2) ** Fraction(1, 2), x),
    ((x**-1) ** -1, x),
    (const(2) ** Fraction(1, 2), const(2)),
    (2 * (x + y), 2 * x + 2 * y),
    (over("Sum", 0, log(i)), ZERO),
    (entry("var", "x"), entry("par", "x")),
    (x - y, y - x),
    (x**y, y**x),
]


@pytest.mark.parametrize(("a", "b"), DIFFERENT, ids=str)
def test_two_nodes(a: Expression, b: Expression) -> None:
    assert a is not b


@settings(max_examples=200, deadline=None)
@given(st.permutations([x, y, p, const(2), log(x), x * y, w(0), const(-3)]))
def test_order_never_matters(args: list[Expression]) -> None:
    for make in (add, mul, maximum):
        assert make(*args) is make(*args[::-1])
        assert make(make(*args[:3]), *args[3:]) is make(*args)
        assert all(a.op != make(*args).op for a in make(*args).args)


DEEP = "nested deeper"
BIG = "bits"
CAPS: list[tuple[str, str, Callable[[], Any]]] = [
    ("a nest", DEEP, lambda: [e := x] + [e := apply("exp", e) for _ in range(MAX_DEPTH)]),
    ("a power", BIG, lambda: const(2) ** (MAX_BITS + 1)),
    ("a power below", BIG, lambda: const(2) ** -(10**30)),
    ("a product", BIG, lambda: mul(*[2**4000] * 3)),
    ("a sum", BIG, lambda: add(*[Fraction(1, 2**4100 + k) for k in (1, 3)])),
]


@pytest.mark.parametrize(("message", "make"), [row[1:] for row in CAPS], ids=[row[0] for row in CAPS])
def test_caps(message: str, make: Callable[[], Any]) -> None:
    with pytest.raises(ConvexcheckError, match=message):
        make()


def test_a_nest_of_the_greatest_depth_is_taken() -> None:
    e = x
    for _ in range(MAX_DEPTH - 1):
        e = apply("exp", e)
    assert e.depth == MAX_DEPTH


@settings(max_examples=100, deadline=None)
@given(expressions())
def test_pickling_gives_the_same_node(e: Expression) -> None:
    assert pickle.loads(pickle.dumps(e)) is e  # noqa: S301


def test_what_a_node_knows() -> None:
    e = over("Sum", n, w(i) * p + j)
    assert e.symbols == {("dim", "n"), ("var", "w"), ("par", "p")}
    assert (e.names("var"), e.has("par"), e.has("dir"), e.loose) == ({"w"}, True, False, 1)
    assert {a.op for a in nodes(e)} == {"Sum", "dim", "add", "mul", "var", "par", "bound"}


SHIFTS = [  # expression, cutoff, the same with its loose indices two further out
    (i, 0, bound(2)),
    (i, 1, i),
    (w(j), 1, w(bound(3))),
    (over("Sum", n, w(i)), 0, over("Sum", n, w(i))),
    (over("Sum", n, w(i) * w(j)), 0, over("Sum", n, w(i) * w(bound(3)))),
    (over("Max", m, over("Sum", n, w(bound(2)))), 0, over("Max", m, over("Sum", n, w(bound(4))))),
]


@pytest.mark.parametrize(("e", "cutoff", "moved"), SHIFTS, ids=str)
def test_shift(e: Expression, cutoff: int, moved: Expression) -> None:
    assert shift(e, 2, cutoff) is moved
    assert shift(moved, -2, cutoff) is e


INSTANCES = [  # body, values for its loose indices, result
    (w(i), [3], w(3)),
    (w(j), [3], w(i)),
    (w(i) * w(j), [j, 2], w(j) * w(2)),
    (over("Sum", n, w(i) * w(j)), [3], over("Sum", n, w(i) * w(3))),
    (over("Sum", n, w(i) * w(j)), [i], over("Sum", n, w(i) * w(j))),  # the value is shifted: no capture
    (over("Sum", n, w(bound(2))), [x], over("Sum", n, w(j))),
]


@pytest.mark.parametrize(("body", "values", "result"), INSTANCES, ids=str)
def test_instances(body: Expression, values: list[Any], result: Expression) -> None:
    assert instantiate(body, values) is result


BINDERS = [
    over("Sum", n, w(i)),
    over("Max", n, over("Sum", m, w(i) * w(j) - i)),
    over("Sum", n, over("Sum", n, w(i) * over("Max", m, w(i) + bound(2)))),
    over("Sum", n, x),
]


@pytest.mark.parametrize("e", BINDERS, ids=str)
def test_closing_undoes_opening(e: Expression) -> None:
    body, index = opened(e)
    assert body.loose == 0 and index.args == (n,)
    assert bind(e.op, index, body) is e
    twice, inner = opened(over("Sum", m, body))
    assert inner is not index and bind("Sum", index, bind("Sum", inner, twice)) is over("Sum", n, shift_in(e))


def shift_in(e: Expression) -> Expression:
    """A binder's body below one more binder that binds nothing."""
    return over("Sum", m, shift(e.args[1], 1))


def test_two_openings_agree_and_avoid_what_they_are_told() -> None:
    e = over("Sum", n, w(i))
    assert opened(e)[1] is opened(e)[1]
    assert opened(e, opened(e)[1])[1] is not opened(e)[1]


def test_closing_moves_the_loose_indices_out() -> None:
    a = fresh(n)
    assert abstract(w(a) * w(i), [a]) is w(i) * w(j)
    assert abstract(over("Sum", m, w(a) * w(i) * w(j)), [a]) is over("Sum", m, w(j) * w(i) * w(bound(2)))


SUBSTITUTIONS = [  # expression, values, result
    (x + y, {("var", "x"): y}, y + y),
    (x + p, {("var", "p"): y}, x + p),
    (x * y, {("var", "x"): y, ("var", "y"): x}, x * y),  # at the same time
    (over("Sum", n, x * w(i)), {("var", "x"): p}, over("Sum", n, p * w(i))),
    (over("Sum", n, w(i)), {("var", "w"): entry("par", "X", [p, i])}, over("Sum", n, entry("par", "X", [p, i]))),
    (over("Sum", n, w(i)), {("var", "w"): over("Sum", m, w(i) * w(j))}, over("Sum", n, over("Sum", m, w(i) * w(j)))),
    (over("Sum", n, over("Sum", m, w(j))), {("var", "w"): 2 * i}, over("Sum", n, over("Sum", m, 2 * j))),
    (over("Sum", n, w(i)), {("dim", "n"): 3}, over("Sum", 3, w(i))),
    (w(fresh(n)), {("index", 1): 0}, w(0)),
]


@pytest.mark.parametrize(("e", "values", "result"), SUBSTITUTIONS, ids=str)
def test_substitution(e: Expression, values: dict[Any, Any], result: Expression) -> None:
    assert substitute(e, values) is result


@settings(max_examples=100, deadline=None)
@given(expressions())
def test_rebuilding_changes_nothing(e: Expression) -> None:
    assert transform(e, lambda node, level: None) is e
    assert substitute(substitute(e, {("var", "x"): entry("var", "new")}), {("var", "new"): x}) is e
