"""Values of expressions: exact rationals where the operations allow it, balls elsewhere (trusted).

A value is a NumPy array of objects (``flint.fmpq`` or ``flint.arb``) whose last axes are the bound indices
that the expression refers to, the innermost last, so that one pass evaluates a sum over real data.
A ball that is not finite says that the value is not known to be real; a comparison that balls leave
open gives the union of both outcomes. Nothing is ever rounded silently.
"""

import math
import operator
from collections.abc import Callable, Mapping
from functools import reduce
from typing import Any

import flint
import numpy as np

from convexcheck.expression.errors import ConvexcheckError
from convexcheck.expression.functions import FUNCTIONS
from convexcheck.expression.term import BINDERS, ENTRIES, Expression

Values = Mapping[tuple[str, str], np.ndarray]
MAX_CELLS, MAX_EXACT_POWER = 20_000_000, 10_000


class Inexact(Exception):
    """The value is not rational, not known to be, or not real: balls are needed."""


def evaluate(e: Expression, values: Values, sizes: Mapping[str, int], exact: bool = False) -> Any:
    """The value of a closed expression.

    Args:
        e: an expression without loose or opened indices.
        values: for ``(op, name)`` an object array of ``flint.fmpq``.
        sizes: the value of each symbolic size.
        exact: rationals (raising Inexact) instead of balls at the precision of ``flint.ctx``.

    Returns:
        A ``flint.fmpq`` or a ``flint.arb``; for a condition True, False or None (open).

    Raises:
        Inexact: if `exact` and the value is not found to be rational.
        ConvexcheckError: a name or size without value, or more than MAX_CELLS values at once.

    >>> from fractions import Fraction
    >>> evaluate(Expression("const", (), Fraction(1, 2)), {}, {}, exact=True)
    1/2
    """
    try:
        return _Evaluator(values, sizes, flint.fmpq if exact else flint.arb).visit(e, ()).item()
    except ZeroDivisionError as error:
        raise Inexact from error


class _Evaluator:
    def __init__(self, values: Values, sizes: Mapping[str, int], number: Any) -> None:
        self.values, self.sizes, self.number = values, sizes, number
        self.padded: dict[tuple[str, str], np.ndarray] = {}
        self.seen: dict[tuple[Expression, tuple[int, ...]], np.ndarray] = {}

    def visit(self, e: Expression, stack: tuple[int, ...]) -> np.ndarray:
        key = (e, stack[len(stack) - e.loose :] if e.loose else ())
        if key not in self.seen:
            self.seen[key] = np.asarray(self.rule(e, key[1]), dtype=object)
        return self.seen[key]

    def rule(self, e: Expression, stack: tuple[int, ...]) -> Any:
        if e.op in ("const", "dim"):
            return self.number(flint.fmpq(*e.data.as_integer_ratio()) if e.op == "const" else self.size(e))
        if e.op == "pi":
            return flint.arb.pi() if self.number is flint.arb else self.undefined()
        if e.op == "bound":
            return _each(self.number, np.arange(stack[0]).astype(object)).reshape((-1,) + (1,) * e.data)
        if e.op in BINDERS:
            size = self.size(e.args[0])
            if size == 0:
                return self.number(0) if e.op == "Sum" else self.undefined()
            body = np.atleast_1d(self.visit(e.args[1], (*stack, size)))
            cells = np.broadcast_to(body, (*body.shape[:-1], size))
            return np.frompyfunc(operator.add if e.op == "Sum" else _larger, 2, 1).reduce(cells, axis=-1)
        args = [self.visit(a, stack) for a in e.args]
        if math.prod(np.broadcast_shapes(*(a.shape for a in args))) > MAX_CELLS:
            raise ConvexcheckError("evaluation", f"more than {MAX_CELLS} values at once", hint="smaller data")
        if e.op in ENTRIES:
            return self.entry(e, args)
        if e.op in FUNCTIONS:
            return _each(lambda t: _function(e.op, t), *args)
        cell = _CELLS[e.op]
        return _each(cell, *args) if e.op in ("where", "not") else reduce(np.frompyfunc(cell, 2, 1), args)

    def size(self, e: Expression) -> int:
        value = self.sizes.get(e.data) if e.op == "dim" else _whole(self.visit(e, ()).item())
        if value is None or value < 0:
            raise ConvexcheckError("evaluation", f"size {e} has no value")
        return value

    def undefined(self) -> Any:
        return self.number(0) / self.number(0)  # a ball that is not finite, or ZeroDivisionError

    def entry(self, e: Expression, indices: list[np.ndarray]) -> Any:
        key, array = (e.op, e.data), self.values.get((e.op, e.data))
        if array is None or array.ndim != len(indices):
            raise ConvexcheckError("evaluation", f"{e.data} has no value with {len(indices)} axes")
        if key not in self.padded:  # None behind the last cell of every axis is what an index out of range finds
            self.padded[key] = np.full([n + 1 for n in array.shape], None, dtype=object)
            self.padded[key][tuple(map(slice, array.shape))] = _each(self.number, array)
        places = tuple(_each(_place, i, n).astype(np.intp) for i, n in zip(indices, array.shape, strict=True))
        return _each(lambda cell: self.undefined() if cell is None else cell, self.padded[key][places])


def _each(cell: Callable[..., Any], *arrays: Any) -> np.ndarray:
    return np.asarray(np.frompyfunc(cell, len(arrays), 1)(*arrays), dtype=object)


def _inexact() -> Any:
    raise Inexact


def _whole(value: Any) -> int | None:
    """The integer that `value` is exactly, else None."""
    if isinstance(value, flint.fmpq):
        return int(value.p) if value.q == 1 else None
    return int(value.mid().fmpz()) if value.is_exact() and value.is_integer() else None


def _place(index: Any, size: int) -> int:
    """The index as an integer; `size` where it is no integer in range."""
    whole = _whole(index)
    return size if whole is None or not 0 <= whole < size else whole


def _larger(a: Any, b: Any) -> Any:
    return a.max(b) if isinstance(a, flint.arb) else b if b > a else a


def _power(base: Any, exponent: Any) -> Any:
    ball, whole = isinstance(base, flint.arb), _whole(exponent)
    if whole is not None and (ball or abs(whole) <= MAX_EXACT_POWER):
        return base**whole
    return base**exponent if ball else _inexact()


def _function(name: str, t: Any) -> Any:
    row = FUNCTIONS[name]
    if isinstance(t, flint.arb) or name == "abs":
        return row.ball(t)
    return flint.fmpq(*row.value.as_integer_ratio()) if row.increasing and row.at == t else _inexact()


def _settled(yes: bool, no: bool) -> bool | None:
    return True if yes else False if no else None


_CELLS: dict[str, Callable[..., Any]] = {
    "add": operator.add, "mul": operator.mul, "pow": _power, "max": _larger,
    "where": lambda truth, a, b: a.union(b) if truth is None else a if truth else b,
    "le": lambda a, b: _settled(a <= b, a > b),
    "lt": lambda a, b: _settled(a < b, a >= b),
    "eq": lambda a, b: _settled(a == b, a != b),
    "and": lambda a, b: _settled(a and b, a is False or b is False),
    "or": lambda a, b: _settled(a or b, a is False and b is False),
    "not": lambda a: None if a is None else not a,
}  # fmt: skip
