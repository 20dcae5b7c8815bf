"""What people call a matrix becomes exact numbers: NumPy, SciPy-sparse and SymPy are read here.

A float stands for the rational that it stores. The symmetric part S = (Q + Q^T)/2 is kept as a sum of two float
matrices, ``2^scale (high + low)``, which is exact for floats (TwoSum: Knuth, The Art of Computer Programming 2,
section 4.2.2, Theorem B), or as rationals.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np

from convexcheck.expression.errors import ConvexcheckError

STAGE = "psd"
LARGEST = 2000
Floats = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True)
class Symmetric:
    """The symmetric part of a square matrix, exactly.

    Args:
        high, low: floats; the matrix is ``2**scale * (high + low)`` if `exact` is None.
        scale: the power of two that brings the entries of `high` below 1.
        exact: else the entries of ``matrix / 2**scale`` as rationals; then `high` is rounded, `low` is zero.
        asymmetry: the largest ``|Q[i, j] - Q[j, i]|``; 0 for a symmetric matrix.
    """

    high: Floats = field(repr=False)
    low: Floats = field(repr=False)
    scale: int
    exact: np.ndarray[Any, Any] | None = field(repr=False)
    asymmetry: Fraction

    @property
    def size(self) -> int:
        """The number of rows."""
        return len(self.high)

    def part(self, index: np.ndarray[Any, Any]) -> Symmetric:
        """The principal submatrix of some indices."""
        cut = np.ix_(index, index)
        exact = None if self.exact is None else self.exact[cut]
        return Symmetric(self.high[cut], self.low[cut], self.scale, exact, self.asymmetry)

    def rationals(self) -> np.ndarray[Any, Any]:
        """The entries of ``matrix / 2**scale`` as Fractions."""
        if self.exact is not None:
            return self.exact
        fraction = np.frompyfunc(Fraction, 1, 1)
        return np.asarray(fraction(self.high) + fraction(self.low), dtype=object)


def symmetric_part(Q: Any) -> Symmetric:
    """Read a square matrix of real numbers.

    Args:
        Q: (n, n): a NumPy array or what becomes one, a SciPy-sparse matrix or array, or a SymPy matrix of rationals.

    Raises:
        ConvexcheckError: another shape, more than `LARGEST` rows, entries that are not finite real numbers.

    >>> symmetric_part([[1, 2], [0, 1]]).rationals().tolist(), symmetric_part([[1, 2], [0, 1]]).scale
    ([[Fraction(1, 2), Fraction(1, 2)], [Fraction(1, 2), Fraction(1, 2)]], 1)
    """
    array = _array(Q)
    if array.ndim != 2 or array.shape[0] != array.shape[1] or not array.size:
        raise ConvexcheckError(STAGE, f"an array of shape {array.shape}", "a square matrix, (n, n) with n >= 1")
    if len(array) > LARGEST:
        raise ConvexcheckError(STAGE, f"a matrix of {len(array)} rows", f"at most {LARGEST}", "its diagonal blocks")
    if np.iscomplexobj(array):
        raise ConvexcheckError(STAGE, "complex entries", "real entries", "[[A, -B], [B, A]] for A + iB")
    array = array.astype(int) if array.dtype.kind == "b" else array
    if array.dtype.kind == "f" and array.dtype.itemsize <= 8:
        floats = array.astype(np.float64)
        if not np.isfinite(floats).all():
            i, j = np.argwhere(~np.isfinite(floats))[0]
            raise ConvexcheckError(STAGE, f"Q[{i}, {j}] is {floats[i, j]}", "finite numbers")
        top = int(np.frexp(np.abs(floats).max())[1])
        scaled = np.ldexp(floats, -top - 1)
        if np.array_equal(np.ldexp(scaled, top + 1), floats) and not _subnormal(scaled):
            return _from_floats(scaled, top + 1)
        array = floats.astype(object)
    return _from_rationals(_fractions(array))


def _subnormal(x: Floats) -> bool:
    """Whether a sum of halves could underflow."""
    return bool(((x != 0) & (np.abs(x) < 1e-280)).any())


def _from_floats(a: Floats, scale: int) -> Symmetric:
    b = a.T
    total = a + b
    shadow = total - a
    rest = (a - (total - shadow)) + (b - shadow)  # exactly a + b - total
    gap = np.unravel_index(np.abs(a - b).argmax(), a.shape)
    asymmetry = abs(Fraction(float(a[gap])) - Fraction(float(a.T[gap]))) * Fraction(2) ** scale
    return Symmetric(np.ldexp(total, -1), np.ldexp(rest, -1), scale, None, asymmetry)


def _from_rationals(a: np.ndarray[Any, Any]) -> Symmetric:
    total = (a + a.T) / 2
    gap = np.abs(a - a.T).max()
    largest = np.abs(total).max()
    scale = 0
    if largest:
        scale = largest.numerator.bit_length() - largest.denominator.bit_length() + 1
        total = total / Fraction(2) ** scale
    return Symmetric(total.astype(np.float64), np.zeros(a.shape), scale, total, Fraction(gap))


def _array(Q: Any) -> np.ndarray[Any, Any]:
    if hasattr(Q, "free_symbols") and hasattr(Q, "tolist"):
        return np.array(Q.tolist(), dtype=object).reshape(Q.shape)
    if hasattr(Q, "toarray") and hasattr(Q, "shape"):
        if max(Q.shape) > LARGEST:
            raise ConvexcheckError(STAGE, f"a matrix of {max(Q.shape)} rows", f"at most {LARGEST}", "diagonal blocks")
        Q = Q.toarray()
    try:
        return np.asarray(Q)
    except (ValueError, TypeError) as error:
        raise ConvexcheckError(STAGE, f"a {type(Q).__name__} that is no matrix", "a square matrix") from error


def _fractions(array: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    found = np.empty(array.shape, dtype=object)
    for place, value in np.ndenumerate(array):
        found[place] = _fraction(value, place)
    return found


def _fraction(value: Any, place: tuple[int, ...]) -> Fraction:
    """An int, float, Fraction, Decimal, NumPy or SymPy number as a rational."""
    try:
        if hasattr(value, "free_symbols"):
            if value.is_Float:
                sign, mantissa, exponent, _ = value._mpf_
                return Fraction((-1) ** sign * int(mantissa)) * Fraction(2) ** int(exponent)
            if not value.is_Rational:
                raise TypeError
            return Fraction(int(value.p), int(value.q))
        if hasattr(value, "as_integer_ratio"):  # ints, floats of every width, Fraction, Decimal
            numerator, denominator = value.as_integer_ratio()
            return Fraction(int(numerator), int(denominator))
        return Fraction(int(value.p), int(value.q)) if hasattr(value, "q") else Fraction(int(value.__index__()))
    except (TypeError, ValueError, AttributeError, OverflowError) as error:
        i, j = place
        hint = "a parameter asks about all matrices: check('x @ Q @ x', wrt={'x': 'n'}, parameters={'Q': 'n n'})"
        raise ConvexcheckError(STAGE, f"Q[{i}, {j}] is {str(value)[:60]}", "a number, not text", hint) from error
