"""Normal forms: equal wherever both sides are defined, the same when taken twice, and never equal by mistake."""

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from convexcheck.expression.errors import ConvexcheckError
from convexcheck.expression.normal import identical, is_affine, normal
from convexcheck.expression.statement import Declaration
from convexcheck.expression.term import Expression, add, apply, bound, dim, entry, maximum, mul, over, power
from tests.expression.oracle import Undefined, ball, context, expressions, p, point, r, value, w0, x, y0, z

n = dim("n")
CLOSE = ball(1) / 2**60


def apart(a: Expression, b: Expression, seed: int) -> bool:
    """Whether the values at a point surely differ."""
    try:
        u, v = value(a, *point(seed)), value(b, *point(seed))
    except Undefined:
        return False
    return u.is_finite() and v.is_finite() and not u.overlaps(v)


@settings(max_examples=500, deadline=None)
@given(expressions(), st.integers(0, 10**6))
def test_the_normal_form_has_the_same_values(e: Expression, seed: int) -> None:
    try:
        form = normal(e, context())
    except ConvexcheckError:
        assume(False)
    for k in range(4):
        assert not apart(e, form, seed + k), (e, form, point(seed + k))


@settings(max_examples=300, deadline=None)
@given(expressions())
def test_the_normal_form_of_a_normal_form_is_itself(e: Expression) -> None:
    try:
        form = normal(e, context())
    except ConvexcheckError:
        assume(False)
    assert identical(form, normal(form, context()), context())


def mutations(e: Expression) -> list[Expression]:
    """Near misses of `e`: one constant or one sign changed."""
    out = [e + 1, -e, 2 * e, e + x, e * x]
    for k, a in enumerate(e.args if e.op in ("add", "mul", "max") else ()):
        out.append(Expression(e.op, ()) if not e.args else _MAKE[e.op](*e.args[:k], a + 1, *e.args[k + 1 :]))
    return out


_MAKE = {"add": add, "mul": mul, "max": maximum}


@settings(max_examples=250, deadline=None)
@given(expressions(leaves=5), st.integers(0, 10**6))
def test_near_misses_are_not_identical(e: Expression, seed: int) -> None:
    for other in mutations(e):
        try:
            same = identical(e, other, context())
        except ConvexcheckError:
            continue
        if same:
            for k in range(6):
                assert not apart(e, other, seed + k), (e, other, point(seed + k))


u, v = x, entry("var", "z")
S = lambda body: over("Sum", n, body)  # noqa: E731
M = lambda body: over("Max", n, body)  # noqa: E731
exp, log = (lambda t: apply("exp", t)), (lambda t: apply("log", t))
sigmoid, softplus = (lambda t: apply("sigmoid", t)), (lambda t: apply("softplus", t))
j = entry("par", "k")
LAWS = [  # equal wherever both sides are defined
    ((x + 1) ** 2, x**2 + 2 * x + 1),
    (exp(x + p), exp(x) * exp(p)),
    (exp(2 * x), exp(x) ** 2),
    (exp(-x), 1 / exp(x)),
    (log(z * r), log(z) + log(r)),
    (log(exp(x)), x),
    (exp(log(z)), z),
    (exp(3 * log(z)), z**3),
    (power(z**2, power(2, -1)), z),
    (power(x**2, power(2, -1)), apply("abs", x)),
    (apply("abs", x) ** 2, x**2),
    (apply("abs", -x), apply("abs", x)),
    (apply("abs", z * x), z * apply("abs", x)),
    (softplus(x), x + softplus(-x)),
    (sigmoid(x) + sigmoid(-x), 1 + 0 * x),
    (apply("tanh", x), 2 * sigmoid(2 * x) - 1),
    (apply("cosh", x) ** 2 - apply("sinh", x) ** 2, 1 + 0 * x),
    (log(sigmoid(x)), -softplus(-x)),
    (1 / (1 + exp(x)) + exp(x) / (1 + exp(x)), 1 + 0 * x),
    (x / (1 + x**2) + x**3 / (1 + x**2), x),
    (S(w0 + y0), S(w0) + S(y0)),
    (S(p * w0), p * S(w0)),
    (S(p), n * p),
    (S(w0 * S(y0)), S(w0) * S(y0)),
    (S(apply("where", apply("eq", bound(0), j), 1, 0) * w0), entry("var", "w", [j])),
    (M(w0 + x), M(w0) + x),
    (M(p * w0 + 0), M(p * w0)),
    (M(z * w0), z * M(w0)),
    (M(2 * w0 + 1), 2 * M(w0) + 1),
    (log(S(exp(w0 + x))), x + log(S(exp(w0)))),
]
UNEQUAL = [  # look alike, but differ somewhere where both are defined
    (power(x**2, power(2, -1)), x),
    (M(-w0), -M(w0)),
    (M(x * w0), x * M(w0)),
    (S(w0 * y0), S(w0) * S(y0)),
    (S(w0) ** 2, S(w0**2)),
    (exp(x * p), exp(x) * exp(p)),
    (log(z + r), log(z) + log(r)),
    (apply("abs", x + p), apply("abs", x) + p),
    (S(apply("where", apply("eq", bound(0), n), 1, 0) * y0), y0 * 0 + entry("par", "y", [j])),
    (softplus(x), softplus(-x)),
    (M(w0 + y0), M(w0) + M(y0)),
    (1 / (1 + exp(x)), 1 / (1 + exp(-x))),
]


@pytest.mark.parametrize(("a", "b"), LAWS, ids=str)
def test_laws(a: Expression, b: Expression) -> None:
    assert identical(a, b, context())
    assert not any(apart(a, b, seed) for seed in range(20))


@pytest.mark.parametrize(("a", "b"), UNEQUAL, ids=str)
def test_what_is_no_law(a: Expression, b: Expression) -> None:
    if not (a.loose or b.loose):
        assert not identical(a, b, context())


@pytest.mark.parametrize("index", range(3))
def test_a_wrong_law_is_noticed_by_the_oracle(index: int) -> None:
    assert any(apart(*UNEQUAL[index], seed) for seed in range(40))


@settings(max_examples=300, deadline=None)
@given(expressions(leaves=5), st.integers(0, 10**6))
def test_what_is_affine_has_no_second_differences(e: Expression, seed: int) -> None:
    try:
        assume(is_affine(e, context()))
    except ConvexcheckError:
        assume(False)
    names, size = point(seed)
    other, _ = point(seed + 1)
    moved = {k: other[k] if k in "xz" else names[k] for k in names}
    middle = {k: (names[k] + moved[k]) / 2 if k in "xz" else names[k] for k in names}
    try:
        a, b, c = (value(e, at, size) for at in (names, moved, middle))
    except Undefined:
        return
    assert (a + b - 2 * c).contains(0) or not a.is_finite()


def test_declarations_are_as_the_oracle_takes_them() -> None:
    assert context().declaration(w0) == Declaration((n,))
    assert context().declaration(y0) == Declaration((n,))
    assert not context().declaration(x).shape
    assert r.op == "par"
