"""Arrays that keep every value, and the texts of what is refused."""

from decimal import Decimal
from fractions import Fraction

import jax.numpy as jnp
import numpy as np
import pytest
import scipy.sparse

from convexcheck import ConvexcheckError
from convexcheck.network.numbers import floats, fractions, kept, rational, refuse_infinite, representable

F = Fraction
KEPT = [
    ("float32 is converted exactly", np.float32([0.1]), np.float64(np.float32(0.1)), float),
    ("float16", np.float16([0.1]), np.float64(np.float16(0.1)), float),
    ("bfloat16 of JAX", jnp.asarray([0.1], jnp.bfloat16), float(jnp.bfloat16(0.1)), float),
    ("integers", [3], 3.0, float),
    ("truth values", [True], 1.0, float),
    ("large integers stay whole", [2**60 + 1], 2**60 + 1, object),
    ("decimal string", ["0.1"], F(1, 10), object),
    ("quotient", ["-1/3"], F(-1, 3), object),
    ("exponent", ["1e-3"], F(1, 1000), object),
    ("Fraction", [F(1, 3)], F(1, 3), object),
    ("Decimal", [Decimal("0.1")], F(1, 10), object),
    ("a float beside a Fraction is its binary value", [0.1, F(1, 3)], F(0.1), object),
]


@pytest.mark.parametrize(("value", "first", "dtype"), [case[1:] for case in KEPT], ids=[case[0] for case in KEPT])
def test_every_value_is_kept(value, first, dtype):
    array = kept(value, "W")
    assert array.dtype == dtype
    assert array.ravel()[0] == first


def test_nested_lists_of_rationals_have_the_shape_of_lists():
    assert kept([["0.1", 2], [F(1, 3), 0.5]], "W").shape == (2, 2)


REFUSED = [
    ([np.nan], r"network: W\[0\] is nan; expected finite numbers"),
    ([[1.0, np.inf]], r"network: W\[0, 1\] is inf"),
    (np.float32([1, -np.inf]), r"W\[1\] is -inf"),
    ([], r"W is empty, of shape \(0,\); expected at least one entry"),
    ([[1], [2, 3]], "W is no array: .*; expected rows of equal length"),
    ([["1"], ["2", "3"]], "W is no array: .*; expected rows of equal length"),
    ([1j], "W has dtype complex128; expected real numbers"),
    (["abc"], r"W\[0\] is 'abc'; expected a finite number"),
    (["1/0"], r"W\[0\] is '1/0'"),
    (["1e99999999"], r"W\[0\] is '1e99999999'"),
    (["nan"], r"W\[0\] is 'nan'"),
    ([Decimal("Infinity"), "1"], r"W\[0\] is 'Infinity'"),
    ([object()], r"W\[0\] is '<object"),
    (np.longdouble([1]), "W has dtype"),
    (np.array(["2020-01-01"], "M8[D]"), "W has dtype datetime64"),
    (scipy.sparse.eye(2).tocsr(), r"W is a sparse matrix; expected an array; try: W.toarray\(\)"),
    (np.ma.masked_array([1.0, 2.0], [0, 1]), "W has masked entries"),
]


@pytest.mark.parametrize(("value", "message"), REFUSED)
def test_what_is_refused(value, message):
    with pytest.raises(ConvexcheckError, match=message):
        kept(value, "W")


def test_an_infinite_entry_far_down_is_found():
    large = np.zeros((3_000, 1_000))
    large[2_900, 7] = np.nan
    with pytest.raises(ConvexcheckError, match=r"X\[2900, 7\] is nan"):
        refuse_infinite(large, "X")


def test_a_float64_array_is_not_copied():
    X = np.ones((2, 2))
    assert kept(X, "X") is X


def test_conversions():
    assert fractions(np.array([0.5])).tolist() == [F(1, 2)]
    assert floats(kept(["0.1"], "b")).tolist() == [0.1]
    assert representable(kept(["0.5"], "b"))
    assert not representable(kept(["0.1"], "b"))
    assert rational(np.float32(0.5), "ridge") == F(1, 2)
