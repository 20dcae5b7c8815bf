"""Values of expressions: exact rationals where the operations allow it, balls elsewhere (trusted).

A value is a NumPy array of objects (``flint.fmpq`` or ``flint.arb``) whose last axes are the bound indices
that the expression refers to, the innermost last, so that one pass evaluates a sum over real data.
A ball that is not finite says that the value is not known to be real; a comparison that balls leave
open gives the union of both outcomes. Nothing is ever rounded silently.
"""

import operator
from collections.abc import Callable, Mapping
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
    def __init__(self, values: Values, sizes: Mapping[str, int], number: type) -> None:
        self.values, self.sizes, self.number = values, sizes, number
        self.numbers: dict[tuple[str, str], np.ndarray] = {}
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
            return flint.arb.pi() if self.number is flint.arb else _inexact()
        if e.op == "bound":
            axis = np.array([self.number(i) for i in range(stack[0])], dtype=object)
            return axis.reshape((-1,) + (1,) * e.data)
        if e.op in BINDERS:
            size = self.size(e.args[0])
            body = self.visit(e.args[1], (*stack, size))
            cells = np.broadcast_to(body if body.ndim else body.reshape(1), (*body.shape[:-1], size))
            if size == 0:
                return np.full(body.shape[:-1], self.number(0) if e.op == "Sum" else self.undefined(), dtype=object)
            return np.frompyfunc(operator.add if e.op == "Sum" else _larger, 2, 1).reduce(cells, axis=-1)
        args = [self.visit(a, stack) for a in e.args]
        if int(np.prod(np.broadcast_shapes(*(a.shape for a in args)))) > MAX_CELLS:
            raise ConvexcheckError("evaluation", f"more than {MAX_CELLS} values at once", hint="smaller data")
        if e.op in ENTRIES:
            return self.entry(e, args)
        if e.op in FUNCTIONS:
            return np.frompyfunc(lambda t: _function(e.op, t), 1, 1)(args[0])
        cell, result = _CELLS[e.op], args[0]
        if e.op in ("where", "not"):
            return np.frompyfunc(cell, len(args), 1)(*args)
        for a in args[1:]:
            result = np.frompyfunc(cell, 2, 1)(result, a)
        return result

    def size(self, e: Expression) -> int:
        value = self.sizes.get(e.data) if e.op == "dim" else _whole(self.visit(e, ()).item())
        if value is None or value < 0:
            raise ConvexcheckError("evaluation", f"size {e} has no value")
        return value

    def undefined(self) -> Any:
        return flint.arb("nan") if self.number is flint.arb else _inexact()

    def entry(self, e: Expression, indices: list[np.ndarray]) -> Any:
        array = self.values.get((e.op, e.data))
        if array is None or array.ndim != len(indices):
            raise ConvexcheckError("evaluation", f"{e.data} has no value with {len(indices)} axes")
        if (e.op, e.data) not in self.numbers:
            self.numbers[e.op, e.data] = np.asarray(np.frompyfunc(self.number, 1, 1)(array), dtype=object)
        whole = [np.asarray(np.frompyfunc(_whole, 1, 1)(i), dtype=object) for i in indices]
        outside = [np.frompyfunc(lambda i, n=n: i is None or not 0 <= i < n, 1, 1)(w) for w, n in zip(whole, array.shape)]
        if any(np.any(o) for o in outside):
            whole = [np.where(o, 0, w) for o, w in zip(outside, whole, strict=True)]
        places = tuple(w.astype(np.intp) for w in whole)
        picked = self.numbers[e.op, e.data][places]
        for o in outside:
            if np.any(o):
                picked = np.where(o, self.undefined(), picked)
        return picked


def _inexact() -> Any:
    raise Inexact


def _whole(value: Any) -> int | None:
    """The integer that `value` is exactly, else None."""
    if isinstance(value, flint.fmpq):
        return int(value.p) if value.q == 1 else None
    return int(value.mid().fmpz()) if value.is_exact() and value.is_integer() else None


def _larger(a: Any, b: Any) -> Any:
    return a.max(b) if isinstance(a, flint.arb) else b if b > a else a


def _power(base: Any, exponent: Any) -> Any:
    whole = _whole(exponent)
    if whole is not None and (abs(whole) <= MAX_EXACT_POWER or isinstance(base, flint.arb)):
        return base**whole
    return base**exponent if isinstance(base, flint.arb) else _inexact()


def _function(name: str, t: Any) -> Any:
    row = FUNCTIONS[name]
    if isinstance(t, flint.arb) or name == "abs":
        return row.ball(t)
    return flint.fmpq(*row.value.as_integer_ratio()) if row.increasing and row.at == t else _inexact()


def _choose(truth: bool | None, a: Any, b: Any) -> Any:
    return a if truth else b if truth is False else a.union(b)


def _decided(yes: bool, no: bool) -> bool | None:
    return True if yes else False if no else None


_CELLS: dict[str, Callable[..., Any]] = {
    "add": operator.add,
    "mul": operator.mul,
    "pow": _power,
    "max": _larger,
    "where": _choose,
    "le": lambda a, b: _decided(a <= b, a > b),
    "lt": lambda a, b: _decided(a < b, a >= b),
    "eq": lambda a, b: _decided(a == b, a != b),
    "and": lambda a, b: _decided(a and b, a is False or b is False),
    "or": lambda a, b: _decided(a or b, a is False and b is False),
    "not": lambda a: None if a is None else not a,
}
