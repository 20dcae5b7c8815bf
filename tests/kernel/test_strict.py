"""Strictness: weights that vanish rarely, leading minors, affine maps of full rank; and the false claims nearby."""

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

import convexcheck
from convexcheck.certificate import evidence as ev
from convexcheck.certificate.codec import encode
from convexcheck.certificate.evidence import Certificate, Claim
from convexcheck.expression.statement import Declaration, Statement
from convexcheck.expression.term import ZERO, Expression, const, entry
from convexcheck.kernel.check import Accepted, verify

x, y, u, v = entry("var", "x"), entry("var", "y"), entry("dir", "x"), entry("dir", "y")
a = entry("par", "a")
B = ev.Bounds()
SECOND = ev.SecondOrder(B)
QUARTIC = x**4 + y**4


def accepted(function: Expression, strict: ev.Strict | ev.Definite, rule: ev.Curvature = SECOND) -> bool:
    parameters = {"a": Declaration()} if function.has("par") else {}
    statement = Statement(function, {"x": Declaration(), "y": Declaration()}, parameters)
    proof = ev.Proof(rule, strict=strict)
    return isinstance(verify(encode(Certificate(statement, Claim("convex", "always"), proof))), Accepted)


def weights(c: Expression, d: Expression, rest: ev.Sign = B) -> ev.Strict:
    return ev.Strict((("x", c, B), ("y", d, B)), rest)


RARELY = [  # (function, weights of d_x**2 and d_y**2, accepted)
    (QUARTIC, weights(12 * x**2, 12 * y**2, ev.Rewritten(ZERO, B)), True),
    (QUARTIC, weights(6 * x**2, 6 * y**2, ev.Rewritten(6 * x**2 * u**2 + 6 * y**2 * v**2, B)), True),
    (QUARTIC + x**2 * y**2 + x**2 + y**2, weights(ZERO, ZERO), False),
    (x**4 + y**2, weights(12 * x**2, const(2), ev.Rewritten(ZERO, B)), True),
    (x**4, weights(12 * x**2, ZERO, ev.Rewritten(ZERO, B)), False),
    # a weight that vanishes on a whole line along which its own entry moves: x**2 for d_y**2
    (x**4 / 12 + x**2 * y**2 / 2, weights(ZERO, x**2), False),
    (a**2 * x**4 + y**4, weights(12 * a**2 * x**2, 12 * y**2, ev.Rewritten(ZERO, B)), False),  # a = 0
]


@pytest.mark.parametrize(("function", "strict", "expected"), RARELY)
def test_weights_may_vanish_for_some_values_of_their_own_entry(
    function: Expression, strict: ev.Strict, expected: bool
) -> None:
    assert accepted(function, strict) is expected


SQUARES = (x + y) ** 2 + y**2
GRAM = (ev.Block(const(1), B, (u, v), (Fraction(2), Fraction(2), Fraction(4))),)
EXPANDED = ev.SecondOrder(ev.Gram(Fraction(0), GRAM))
TWO, FOUR = const(2), const(4)
MINORS = [  # (function, vector, matrix, premises, accepted)
    (SQUARES, (u, v), (TWO, TWO, FOUR), (B, B), True),
    (SQUARES, (v, u), (FOUR, TWO, TWO), (B, B), True),
    (SQUARES, (u, v), (TWO, TWO, TWO), (B, B), False),
    (SQUARES, (u, v), (TWO, TWO, FOUR), (B, B, B), False),
    (SQUARES, (u, u), (TWO, TWO, FOUR), (B, B), False),
    (SQUARES, (u + v, v), (TWO, ZERO, TWO), (B, B), False),  # definite, but in other coordinates
    (SQUARES - y**2, (u, v), (TWO, TWO, TWO), (B, B), False),  # semidefinite
    (SQUARES - y**2, (u + v,), (TWO,), (B,), False),
]


@pytest.mark.parametrize(("function", "vector", "matrix", "premises", "expected"), MINORS)
def test_leading_minors(
    function: Expression, vector: tuple[Expression, ...], matrix: tuple[Expression, ...],
    premises: tuple[ev.Sign, ...], expected: bool,
) -> None:  # fmt: skip
    rule = EXPANDED if function is SQUARES else SECOND
    assert accepted(function, ev.Definite(vector, matrix, premises), rule) is expected


CLAIMS = [  # (function, variables, domain, strict, modulus, or two numbers that it lies between)
    ("log(1 + exp(x - y)) + log(1 + exp(x + y))", "x y", (), True, None),
    ("log(1 + exp(x - y)) + log(1 + exp(2*x - 2*y))", "x y", (), None, None),
    ("x**2/(2*y) - log(y)/2", "x y", "y > 0", True, None),
    ("x**2/y", "x y", "y > 0", None, None),
    ("-log(x*z - y**2)", "x y z", "x > 0, z > 0, x*z - y**2 > 0", True, None),
    ("(x**2 + y**2)**2", "x y", (), True, None),
    ("(x - y)**4", "x y", (), None, None),
    ("x**2 + x*y + y**2", "x y", (), True, 1),
    ("x**2 + x*y + y**2 - sin(x)/8", "x y", (), True, (0.93, 0.935551)),
    ("x**4 + x**3 + x**2", "x", (), True, Fraction(5, 4)),
    ("(x - 1)**2 + (y - 1)**2 + (z - 1)**2 - x*y - y*z", "x y z", (), True, Fraction(292893, 500000)),
    ("x**3", "x", "x >= 0, x <= 5", True, None),
    ("x**3", "x", "x >= 1/2, x <= 5", True, 3),
]


@pytest.mark.parametrize(("text", "variables", "domain", "strict", "modulus"), CLAIMS)
def test_claims(text: str, variables: str, domain: str, strict: bool | None, modulus: Any) -> None:
    verdict = convexcheck.check(text, wrt=variables, domain=domain, budget=20)
    assert verdict.curvature == "CONVEX"
    assert verdict.strict is strict
    if isinstance(modulus, tuple):
        assert modulus[0] < verdict.modulus < modulus[1]
    else:
        assert verdict.modulus == modulus


@pytest.mark.parametrize(
    ("function", "given", "strict"),
    [
        ("sqrt(1 + (x/a)**2)", "a > 0", True),
        ("-log(normcdf(a*x))", "a < 0", True),  # through t = -a*x/sqrt(2)
        ("sqrt(1 + (a*x)**2)", "a >= 0", None),  # constant at a = 0
        ("exp(b*x + a*x)", "a > 0", None),  # constant at b = -a
    ],
)
def test_a_slope_that_is_not_zero_is_injective_in_one_variable(function: str, given: str, strict: Any) -> None:
    names = {n: "" for n in "ab" if n in function.replace("abs", "")}
    verdict = convexcheck.check(function, wrt="x", parameters=names, given=given, budget=20)
    assert (verdict.curvature, verdict.strict) == ("CONVEX", strict)


def test_a_slope_that_may_vanish_is_not_injective() -> None:
    verdict = convexcheck.check("exp(a*x) + exp(-a*x)", wrt="x", parameters={"a": ""}, given="a > 0", budget=20)
    assert verdict.certificate is not None and verdict.strict is True
    content = verdict.certificate.content
    (sign,) = content.statement.given
    weaker = replace(content, statement=replace(content.statement, given=(replace(sign, relation="ge"),)))
    assert isinstance(verify(encode(content)), Accepted) and not isinstance(verify(encode(weaker)), Accepted)
