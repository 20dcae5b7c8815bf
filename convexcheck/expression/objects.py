"""Arrays of exact rationals or of balls (trusted).

A ball that is not finite says that the value is not known to be real.
Source: F. Johansson, Arb: efficient arbitrary-precision midpoint-radius interval arithmetic, IEEE TC 66 (2017).
"""

import operator
from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import reduce
from math import prod
from typing import Any

import flint
import numpy as np

from convexcheck.expression import matrices
from convexcheck.expression.errors import ConvexcheckError
from convexcheck.expression.functions import FUNCTIONS

MAX_CELLS, MAX_EXACT_BITS = 20_000_000, 100_000


class Inexact(Exception):
    """The value is not rational, not known to be, or not real: another arithmetic is needed."""


def limited(*shapes: tuple[int, ...]) -> None:
    """Refuse to hold more than MAX_CELLS values at once."""
    if prod(np.broadcast_shapes(*shapes)) > MAX_CELLS:
        raise ConvexcheckError("evaluation", f"more than {MAX_CELLS} values at once", hint="smaller data")


def each(cell: Callable[..., Any], *arrays: Any) -> np.ndarray:
    """The object array of ``cell(...)`` of the arrays' entries."""
    return np.asarray(np.frompyfunc(cell, len(arrays), 1)(*arrays), dtype=object)


def rationals(array: np.ndarray) -> np.ndarray:
    """An object array with the exact rational value of every entry."""
    values, at = np.unique(array, return_inverse=True)
    return np.array([flint.fmpq(*v.as_integer_ratio()) for v in values.tolist()], "O")[at.ravel()].reshape(array.shape)


class Objects:
    """The arithmetic of ``flint.fmpq`` (raising Inexact or ZeroDivisionError) or ``flint.arb``."""

    moving, chunk = False, MAX_CELLS

    def __init__(self, number: Any) -> None:
        self.number = number

    def load(self, array: np.ndarray, direction: np.ndarray | None = None) -> np.ndarray:
        """An array of float64, or of ``flint.fmpq``, as its own kind."""
        exact = array if array.dtype == object else rationals(array)
        return exact if self.number is flint.fmpq else each(self.number, exact)

    def undefined(self) -> np.ndarray:
        """What is not known to be real."""
        return np.array(self.number(0) / self.number(0), dtype=object)

    def take(self, array: np.ndarray, places: tuple[np.ndarray, ...]) -> np.ndarray:
        """The entries at the places."""
        return np.asarray(array[places], dtype=object)

    def total(self, factors: Sequence[np.ndarray], size: int) -> np.ndarray:
        """The product of the factors, summed over the last axis, which has the size or is missing."""
        limited(*(f.shape for f in factors), (size,))
        body = np.atleast_1d(reduce(np.multiply, factors))
        return np.asarray(np.add.reduce(np.broadcast_to(body, (*body.shape[:-1], size)), axis=-1), dtype=object)

    def largest(self, array: np.ndarray) -> np.ndarray:
        """The maximum over the last axis."""
        return np.asarray(np.frompyfunc(_larger, 2, 1).reduce(np.atleast_1d(array), axis=-1), dtype=object)

    def leader(self, array: np.ndarray) -> np.ndarray:
        """Where the maximum over the last axis is, probably."""
        return np.asarray(np.argmax(each(lambda q: float(flint.arb(q).mid()), array).astype(float), axis=-1))

    def where(self, truth: np.ndarray, a: np.ndarray, b: np.ndarray) -> np.ndarray:
        """One of two values, or their union."""
        if self.number is flint.fmpq and not np.all(truth):
            raise Inexact
        return each(lambda known, p, q: p if known > 0 else q if known < 0 else p.union(q), truth, a, b)

    def function(self, name: str, *arrays: np.ndarray) -> np.ndarray:
        """A function of the table."""
        if name == "pi":
            return np.array(flint.arb.pi() if self.number is flint.arb else _inexact(), dtype=object)
        return each(lambda t: _function(name, t), *arrays)

    def fold(self, op: str, a: np.ndarray, b: np.ndarray) -> np.ndarray:
        """add, mul, max, pow."""
        return each(_CELLS[op], a, b)

    def compare(self, op: str, a: np.ndarray, b: np.ndarray) -> np.ndarray:
        """le, lt, eq."""
        return each(_CELLS[op], a, b).astype(np.int8)

    def matrix(self, op: str, body: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
        """A function of each matrix in the last two axes, which have the shape (columns, rows) or are missing."""
        body = np.array(body, dtype=object, ndmin=2)
        cells = np.broadcast_to(body, (*body.shape[:-2], *shape))
        found = np.empty(cells.shape[:-2], dtype=object)
        for at in np.ndindex(found.shape):
            known = matrices.value(op, cells[at].T.tolist(), self.number is flint.fmpq)
            found[at] = self.undefined().item() if known is None else known
        return found

    def pick(self, found: np.ndarray, places: Sequence[np.ndarray], size: int) -> np.ndarray:
        """Entries of what `matrix` found, for matrices of that size; the places may be out of range."""

        def entry(known: Any, i: int, j: int) -> Any:
            return known(i, j) if callable(known) and 0 <= min(i, j) <= max(i, j) < size else self.undefined().item()

        return each(entry, found, *places)

    def item(self, array: np.ndarray) -> Any:
        """The number in an array without axes."""
        return array.item()

    def whole(self, array: np.ndarray) -> np.ndarray:
        """The natural numbers in an array as integers; -1 for what is none, or not known to be."""
        known = each(_exponent, array)
        return each(lambda k: -1 if k is None or not 0 <= k < 2**53 else k, known).astype(np.int64)


def _inexact() -> Any:
    raise Inexact


def _exponent(value: Any) -> int | None:
    """The integer that `value` is exactly, else None."""
    if isinstance(value, flint.fmpq):
        return int(value.p) if value.q == 1 else None
    return int(value.mid().fmpz()) if value.is_exact() and value.is_integer() else None


def _larger(a: Any, b: Any) -> Any:
    return a.max(b) if isinstance(a, flint.arb) else b if b > a else a


def _power(base: Any, exponent: Any) -> Any:
    ball, whole = isinstance(base, flint.arb), _exponent(exponent)
    if ball and whole and 0 < whole <= 64 and base.contains(0):  # arb's own power is not finite there
        return prod([base] * whole)
    small = whole is not None and (ball or abs(whole) * base.height_bits() <= MAX_EXACT_BITS)
    return base**whole if small else base**exponent if ball else _inexact()


def _function(name: str, t: Any) -> Any:
    row = FUNCTIONS[name]
    if isinstance(t, flint.arb) or name == "abs":
        return row.ball(t)
    return flint.fmpq(*row.value.as_integer_ratio()) if row.at == Fraction(str(t)) else _inexact()


_CELLS: dict[str, Callable[[Any, Any], Any]] = {
    "add": operator.add, "mul": operator.mul, "pow": _power, "max": _larger, "le": lambda a, b: (a <= b) - (a > b),
    "lt": lambda a, b: (a < b) - (a >= b), "eq": lambda a, b: (a == b) - (a != b),
}  # fmt: skip
