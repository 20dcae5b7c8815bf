"""Derivatives against difference quotients in balls; Hessian forms against SymPy."""

import re
from fractions import Fraction

import flint
import pytest
import sympy
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from convexcheck.expression.errors import ConvexcheckError
from convexcheck.expression.functions import derivative, hessian_form
from convexcheck.expression.term import Expression, apply, dim, entry, maximum, over
from convexcheck.read.text import read_text
from tests.expression.oracle import BITS, SMOOTH, Undefined, ball, expressions, point, value, w0, x, z

STEP = ball(1) / 2**120


def quotient_differs(e: Expression, d: Expression, seed: int) -> bool:
    """Whether (e(x + h v) - e(x - h v)) / 2h surely is not `d`, up to an error of order h."""
    names, size = point(seed)
    h = Fraction(1, 2**120)
    v = {"x": Fraction(2), "z": Fraction(-1), "w": [Fraction(j + 1) for j in range(size)]}

    def moved(t: Fraction) -> dict[str, object]:
        new = {
            k: [a + t * b for a, b in zip(names[k], v[k], strict=True)] if k == "w" else names[k] + t * v[k] for k in v
        }
        return {**names, **new, **{f"d_{k}": v[k] for k in v}}

    try:
        above, below, exact = (value(f, at, size) for f, at in ((e, moved(h)), (e, moved(-h)), (d, moved(Fraction(0)))))
    except Undefined:
        return False
    flint.ctx.prec, before = BITS, flint.ctx.prec
    try:
        error = abs((above - below) / (2 * STEP) - exact)
        scale = 1 + abs(exact)
        return error.is_finite() and exact.is_finite() and abs(exact) < ball(10**12) and error > scale / 2**40
    finally:
        flint.ctx.prec = before


@settings(max_examples=400, deadline=None)
@given(expressions(SMOOTH, kinks=False), st.integers(0, 10**6))
def test_derivatives_are_limits_of_difference_quotients(e: Expression, seed: int) -> None:
    try:
        d = derivative(e)
    except ConvexcheckError:
        assume(False)
    for k in range(3):
        assert not quotient_differs(e, d, seed + k), (e, d, point(seed + k))


@pytest.mark.parametrize("wrong", [lambda d: 2 * d, lambda d: d + 1, lambda d: -d])
def test_a_wrong_derivative_is_noticed(wrong: object) -> None:
    e = apply("exp", x) + over("Sum", dim("n"), w0**2) + z**3
    assert any(quotient_differs(e, wrong(derivative(e)), seed) for seed in range(5))


X, Z, P, dX, dZ = sympy.symbols("x z p d_x d_z")
HESSIANS = [  # text of the language that SymPy reads as it is
    "x**2*z + z**3",
    "x**2/z",
    "exp(x*z) + p*x",
    "log(z)*x",
    "log(1 + exp(x)) + x*z",
    "sqrt(1 + x**2 + z**2)",
    "(x - z)**4/(1 + z**2)",
    "exp(-p*x**2)*z",
    "sin(x)*cos(z)",
    "tanh(x*p + z)",
    "z**p",
    "atan(x) + asinh(z)",
    "cosh(x)*sinh(z)",
    "erf(x + z)",
    "erfc(x - z)*x",
    "asin(x/19)*z",
    "loggamma(1 + x**2) + z*digamma(2 + z**2)",
    "gamma(1 + z)*x",
]
SYMBOLS = {"x": X, "z": Z, "p": P}


@pytest.mark.parametrize("text", HESSIANS)
def test_hessian_forms_against_sympy(text: str) -> None:
    parameters = {"p": ""} if "p" in set(re.findall(r"[a-z]+", text)) else {}
    ours = hessian_form(read_text(text, wrt={"x": "", "z": ""}, parameters=parameters).function)
    theirs = sympy.sympify(text, locals=SYMBOLS)
    v = sympy.Matrix([dX, dZ])
    form = (v.T * sympy.hessian(theirs, (X, Z)) * v)[0]
    for seed in range(4):
        names, size = point(seed)
        names |= {"d_x": names["x"] + 1, "d_z": names["z"] - 2}
        found = value(ours, names, size)
        values = {s: sympy.Rational(*names[str(s)].as_integer_ratio()) for s in (X, Z, P, dX, dZ)}
        expected = flint.arb(str(sympy.N(form.subs(values), 40)))
        assert abs(found - expected) < 1e-12 * (1 + abs(expected))


KINKS = [
    apply("abs", x),
    maximum(x, 0),
    over("Max", dim("n"), w0),
    apply("where", apply("lt", x, 0), x, z),
    apply("lt", x, 0),
    entry("var", "w", [x]),
    over("Sum", x, w0),
]


@pytest.mark.parametrize("e", KINKS, ids=str)
def test_a_kink_has_no_derivative(e: Expression) -> None:
    with pytest.raises(ConvexcheckError, match="kink"):
        derivative(e)


def test_a_direction_that_occurs_is_a_constant() -> None:
    d = entry("dir", "x")
    assert derivative(d * x) is d * d
