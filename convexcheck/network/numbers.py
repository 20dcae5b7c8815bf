"""Arrays as people hand them over, with every value kept: float64, or exact rationals (untrusted).

A float of any width up to 64 bits is the rational that it stores, and float64 holds it exactly. Fractions, decimals
and strings such as ``"0.1"`` or ``"1/3"`` stay exact rationals, in an array of objects.
"""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction
from numbers import Rational
from typing import Any

import numpy as np

from convexcheck.expression.errors import ConvexcheckError

STAGE = "network"
Numbers = np.ndarray[Any, np.dtype[Any]]
_WHOLE = 2**53
_WRITTEN = re.compile(r"\s*[+-]?(\d{1,400}/\d{1,400}|(\d{1,400}\.?\d{0,400}|\.\d{1,400})([eE][+-]?\d{1,3})?)\s*")
_ROWS = 1 << 20  # entries that are looked at together


def kept(value: Any, label: str) -> Numbers:
    """The array that `value` holds, with every value kept.

    Args:
        value: an array of any library, nested lists, Fractions, Decimals, or decimal strings.
        label: what to call it in messages.

    Returns:
        A float64 array; an array of Fractions where rationals were written out. A float64 array is not copied; a
        memory-mapped array of floats stays one.

    Raises:
        ConvexcheckError: ragged or empty arrays, NaN, infinity, complex numbers, what is no number.

    >>> kept([[1, 2.5]], "W"), kept(["0.1", 3], "b")
    (array([[1. , 2.5]]), array([Fraction(1, 10), Fraction(3, 1)], dtype=object))
    """
    array = _array(value, label)
    if array.size == 0:
        raise ConvexcheckError(STAGE, f"{label} is empty, of shape {array.shape}", "at least one entry")
    if array.dtype.kind in "OUS":
        return _rationals(array, label)
    if array.dtype.kind in "iu" and array.dtype.itemsize == 8:
        if np.abs(array.astype(float)).max() > _WHOLE:
            return _rationals(array.astype(object), label)
    elif array.dtype.kind not in "iubfV" or (array.dtype.kind == "f" and array.dtype.itemsize > 8):
        raise ConvexcheckError(STAGE, f"{label} has dtype {array.dtype}", "real numbers of at most 64 bits")
    if isinstance(array, np.memmap) and array.dtype.kind == "f":  # stays on disk, and is converted part by part
        refuse_infinite(array, label)
        return array
    try:
        floats = np.asarray(array, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ConvexcheckError(STAGE, f"{label} has dtype {array.dtype}", "real numbers") from error
    refuse_infinite(floats, label)
    return floats


def _array(value: Any, label: str) -> Numbers:
    if hasattr(value, "toarray"):
        raise ConvexcheckError(STAGE, f"{label} is a sparse matrix", "an array", f"{label}.toarray()")
    if isinstance(value, np.ma.MaskedArray) and np.ma.is_masked(value):
        raise ConvexcheckError(STAGE, f"{label} has masked entries", "an array without a mask")
    if hasattr(value, "detach"):  # a torch tensor that may require gradients
        value = value.detach().cpu()
        value = value.double() if value.is_floating_point() else value  # NumPy has no bfloat16
    if isinstance(value, list | tuple) and _holds_rationals(value):
        return _objects(value, label)
    try:
        return value if isinstance(value, np.memmap) else np.asarray(value)
    except (TypeError, ValueError, RuntimeError) as error:
        raise ConvexcheckError(STAGE, f"{label} is no array: {str(error)[:120]}", "rows of equal length") from error


def _holds_rationals(value: Any) -> bool:
    if isinstance(value, list | tuple):
        return any(map(_holds_rationals, value))
    return isinstance(value, str | Fraction | Decimal)


def _objects(value: Any, label: str) -> Numbers:
    """Nested lists as an array of objects, whatever the entries are."""

    def shape(part: Any) -> tuple[int, ...]:
        if not isinstance(part, list | tuple | np.ndarray):
            return ()
        inner = {shape(p) for p in part} or {()}
        if len(inner) > 1:
            message = f"{label} is no array: rows of shapes {sorted(inner)}"
            raise ConvexcheckError(STAGE, message, "rows of equal length")
        return (len(part), *inner.pop())

    found = np.empty(shape(value), dtype=object)
    for index in np.ndindex(found.shape):
        cell = value
        for j in index:
            cell = cell[j]
        found[index] = cell
    return found


def _rationals(array: Numbers, label: str) -> Numbers:
    found = np.empty(array.shape, dtype=object)
    for index, cell in np.ndenumerate(array):
        found[index] = rational(cell, f"{label}[{', '.join(map(str, index))}]" if index else label)
    return found


def rational(value: Any, label: str) -> Fraction:
    """The exact rational that a number or a string is.

    Raises:
        ConvexcheckError: NaN, infinity, and what is no number.

    >>> rational("0.25", "ridge"), rational(0.5, "ridge")
    (Fraction(1, 4), Fraction(1, 2))
    """
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, bytes):
        value = value.decode("ascii", "replace")
    if isinstance(value, str) and _WRITTEN.fullmatch(value) and not re.search(r"/0+\s*\Z", value):
        return Fraction(value.strip())
    finite = isinstance(value, Rational) or (isinstance(value, float | Decimal) and _finite(value))
    if not finite:
        expected = "a finite number, a Fraction, or a string such as '0.1' or '1/3'"
        raise ConvexcheckError(STAGE, f"{label} is {str(value)[:40]!r}", expected)
    return Fraction(value)


def counted(value: Any, label: str, least: int) -> int:
    """A whole number that is at least `least`.

    Raises:
        ConvexcheckError: anything else.

    >>> counted(3, "steps", 1)
    3
    """
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < least:
        raise ConvexcheckError(STAGE, f"{label}={value!r}", f"a whole number >= {least}")
    return int(value)


def _finite(value: float | Decimal) -> bool:
    if isinstance(value, Decimal):
        return value.is_finite() and abs(value.adjusted()) < 1000
    return bool(np.isfinite(value))


def refuse_infinite(array: Numbers, label: str) -> None:
    """Refuse NaN and infinity, looking at one part of a large array at a time.

    Raises:
        ConvexcheckError: naming the first such entry.
    """
    if array.size <= _ROWS and np.isfinite(array).all():
        return
    step = max(1, _ROWS // max(1, array[:1].size)) if array.ndim else 1
    for start in range(0, len(array), step) if array.ndim else [None]:
        part = array[start : start + step] if start is not None else array
        if not np.isfinite(part).all():
            index = np.argwhere(~np.isfinite(part))[0] + ([start or 0] + [0] * (array.ndim - 1))[: array.ndim]
            where = f"[{', '.join(map(str, index))}]" if array.ndim else ""
            message = f"{label}{where} is {array[tuple(index)]}"
            raise ConvexcheckError(STAGE, message, "finite numbers", "data without NaN and infinity")


def floats(array: Numbers) -> Numbers:
    """The nearest float64 values; floats and integers of other types are converted exactly."""
    return array if array.dtype == np.float64 else array.astype(np.float64)


def fractions(array: Numbers) -> Numbers:
    """The exact values, as an array of Fractions."""
    if array.dtype == object:
        return array
    found = np.empty(array.shape, dtype=object)
    found.ravel()[:] = [Fraction(v) for v in array.ravel().tolist()]
    return found


def representable(array: Numbers) -> bool:
    """Whether float64 holds every entry exactly."""
    return array.dtype != object or all(Fraction(float(v)) == v for v in array.ravel())
