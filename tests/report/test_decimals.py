"""Constants that come from floats are shown as decimals with a note; certificate and JSON keep exact rationals."""

from fractions import Fraction

import pytest

import convexcheck as cc
from convexcheck.report.decimals import NOTE, decimal

SHOWN = [
    (Fraction(0.1), "0.1"),
    (Fraction(-0.1), "-0.1"),
    (Fraction(1e-9), "1e-09"),
    (Fraction(123.456), "123.456"),
    (Fraction(2 * 0.1), "0.2"),
    (Fraction(1, 10), ""),  # exact, from text
    (Fraction(3, 8), ""),
    (Fraction(0.5), ""),
    (Fraction(1 / 3), ""),  # no short decimal
    (Fraction(0.1) * Fraction(0.3), ""),  # no float64
    (Fraction(0.1) + Fraction(1, 2**60), ""),
    (Fraction(1, 2**40), ""),
    (Fraction(10**400 + 1, 2**30), ""),
]


@pytest.mark.parametrize(("value", "text"), SHOWN)
def test_decimal(value, text):
    assert decimal(value) == text


@pytest.fixture(scope="module")
def ridge():
    import jax
    import jax.numpy as jnp

    shape = lambda *sizes: jax.ShapeDtypeStruct(sizes, float)  # noqa: E731
    loss = lambda w, X: jnp.sum((X @ w) ** 2) + 0.1 * jnp.sum(w**2) - 0.5 * w[0]  # noqa: E731
    return cc.check(loss, shape("d"), shape("n", "d"), domain="w > 0.25")


def test_people_read_decimals(ridge):
    texts = [str(ridge), ridge.explain(), *ridge._repr_mimebundle_().values()]
    pieces = ["0.1*sum(w**2)", "0.2 I", "note: " + NOTE, "m = 0.2", r"0.1 \, \sum", "modulus: 0.2", "w[i] - 1/4 > 0"]
    assert [piece for piece in pieces if not any(piece in text for text in texts)] == []
    assert all(NOTE in text for text in texts)
    assert not any("36028797018963968" in text or "18014398509481984" in text for text in texts)


def test_what_is_checked_stays_exact(ridge):
    from convexcheck.cli.answer import record

    assert ridge.modulus == Fraction(0.2)
    assert record("loss", ridge, None)["modulus"] == "3602879701896397/18014398509481984"
    assert "3602879701896397*Sum" in str(cc.verify(ridge.certificate))


def test_exact_decimals_need_no_note():
    assert NOTE not in cc.check("0.1*x**2").explain()


def test_sums_of_numbers_are_added_up():
    import sympy

    i, y = sympy.Symbol("i", integer=True), sympy.Symbol("y", real=True)
    verdict = cc.check(sympy.Sum((i + 1) * y**2, (i, 0, 4)), wrt=[y])
    assert "modulus: 30\n" in str(verdict)
    assert "f'' = 30\n" in verdict.explain()
