"""Values of expressions: exact rationals where the operations allow it, balls elsewhere (trusted).

A value is a NumPy array of objects (``flint.fmpq`` or ``flint.arb``) whose last axes are the bound indices
that the expression refers to, the innermost last, so that one pass evaluates a sum over real data.
Comparisons that a ball leaves open give the union of both outcomes; nothing is ever rounded silently.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import flint
import numpy as np

from convexcheck.expression.errors import ConvexcheckError
from convexcheck.expression.functions import FUNCTIONS
from convexcheck.expression.term import BINDERS, ENTRIES, Expression

Values = Mapping[tuple[str, str], np.ndarray]
MAX_CELLS = 20_000_000


class Inexact(Exception):
    """The value is not rational, or not known to be: balls are needed."""


class Undefined(Exception):
    """The expression is not real at the point (`sure`), or its ball does not show that it is."""

    def __init__(self, sure: bool) -> None:
        self.sure = sure


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
        Undefined: not real at the point; Inexact: `exact` and not rational.

    >>> evaluate(Expression("const", (), __import__("fractions").Fraction(1, 2)), {}, {}, exact=True)
    1/2
    """
    return _Evaluator(values, sizes, exact).visit(e, ()).item()


class _Evaluator:
    def __init__(self, values: Values, sizes: Mapping[str, int], exact: bool) -> None:
        self.values, self.sizes, self.exact = values, sizes, exact
        self.number: Callable[[Any], Any] = flint.fmpq if exact else flint.arb
        self.lenient = False  # inside a branch that not every cell takes: None marks a cell that is not real
        self.seen: dict[tuple[Expression, tuple[int, ...], bool], np.ndarray] = {}

    def visit(self, e: Expression, stack: tuple[int, ...]) -> np.ndarray:
        key = (e, stack[len(stack) - e.loose :] if e.loose else (), self.lenient)
        if key not in self.seen:
            self.seen[key] = self.rule(e, key[1])
        return self.seen[key]

    def size(self, e: Expression) -> int:
        value = int(e.data) if e.op == "const" else self.sizes.get(e.data)
        if value is None:
            raise ConvexcheckError("evaluation", f"size {e} has no value")
        return value

    def each(self, function: Callable[..., Any], *arrays: np.ndarray) -> np.ndarray:
        if int(np.prod(np.broadcast_shapes(*(a.shape for a in arrays)))) > MAX_CELLS:
            raise ConvexcheckError("evaluation", f"more than {MAX_CELLS} values at once", hint="smaller data")
        cell = self.lenient_cell(function) if self.lenient else function
        return np.asarray(np.frompyfunc(cell, len(arrays), 1)(*arrays), dtype=object)

    @staticmethod
    def lenient_cell(function: Callable[..., Any]) -> Callable[..., Any]:
        def cell(*values: Any) -> Any:
            try:
                return function(*values) if function in _LOGICAL or None not in values else None
            except Undefined:
                return None

        return cell

    def rule(self, e: Expression, stack: tuple[int, ...]) -> np.ndarray:
        if e.op in ("const", "dim"):
            value = flint.fmpq(e.data.numerator, e.data.denominator) if e.op == "const" else flint.fmpq(self.size(e))
            return _cell(self.number(value))
        if e.op == "pi":
            if self.exact:
                raise Inexact
            return _cell(flint.arb.pi())
        if e.op == "bound":
            axis = np.array([self.number(flint.fmpq(i)) for i in range(stack[0])], dtype=object)
            return axis.reshape((-1,) + (1,) * e.data)
        if e.op in ENTRIES:
            return self.entry(e, stack)
        if e.op in BINDERS:
            size = self.size(e.args[0])
            if size == 0 and e.op == "Max":
                raise Undefined(True)
            body = self.visit(e.args[1], (*stack, size))
            if body.ndim == 0 or body.shape[-1] != size or not _uses_innermost(e.args[1]):
                body = np.broadcast_to(body if body.ndim else body.reshape(1), (*body.shape[:-1], size))
            if size == 0:
                return np.full(body.shape[:-1], self.number(0), dtype=object)
            total = body[..., 0]
            for j in range(1, size):
                total = self.each(_ADD if e.op == "Sum" else self.larger, total, body[..., j])
            return np.asarray(total, dtype=object)
        if e.op == "where":
            return self.where(e, stack)
        args = [self.visit(a, stack) for a in e.args]
        if e.op in ("add", "mul", "max", "and", "or"):
            result = args[0]
            for a in args[1:]:
                result = self.each(_FOLD.get(e.op, self.larger), result, a)
            return result
        if e.op == "pow":
            return self.each(self.power, *args)
        if e.op == "not":
            return self.each(_negated, *args)
        if e.op in ("le", "lt", "eq"):
            return self.each(getattr(self, e.op), *args)
        return self.each(lambda t: self.function(e.op, t), *args)

    def entry(self, e: Expression, stack: tuple[int, ...]) -> np.ndarray:
        array = self.values.get((e.op, e.data))
        if array is None or array.ndim != len(e.args):
            raise ConvexcheckError("evaluation", f"{e.data} has no value with {len(e.args)} axes")
        positions = []
        for axis, index in enumerate(e.args):
            cells = self.visit(index, stack)
            flat = [_whole(c) for c in cells.ravel()]
            if any(i is None or not 0 <= i < array.shape[axis] for i in flat):
                raise Undefined(None not in flat)
            positions.append(np.array(flat, dtype=np.intp).reshape(cells.shape))
        picked = np.asarray(array[tuple(positions)], dtype=object)
        return picked if self.exact else self.each(flint.arb, picked)

    def where(self, e: Expression, stack: tuple[int, ...]) -> np.ndarray:
        truth = self.visit(e.args[0], stack)
        decided = set(truth.ravel().tolist())
        if len(decided) == 1 and None not in decided:
            return self.visit(e.args[1 if True in decided else 2], stack)
        before, self.lenient = self.lenient, True
        branches = [self.visit(a, stack) for a in e.args[1:]]
        self.lenient = before
        return self.each(self.choose, truth, *branches)

    @staticmethod
    def choose(truth: bool | None, a: Any, b: Any) -> Any:
        picked = a if truth else b if truth is False else None if a is None or b is None else a.union(b)
        if picked is None:
            raise Undefined(False)
        return picked

    def larger(self, a: Any, b: Any) -> Any:
        return (a if a > b else b) if self.exact else a.max(b)

    def le(self, a: Any, b: Any) -> bool | None:
        return True if a <= b else False if a > b else None

    def lt(self, a: Any, b: Any) -> bool | None:
        return True if a < b else False if a >= b else None

    def eq(self, a: Any, b: Any) -> bool | None:
        return True if a == b else False if a != b else None

    def power(self, base: Any, exponent: Any) -> Any:
        whole = _whole(exponent)
        if whole is not None:
            if whole < 0 and not base != 0:
                raise Undefined(bool(base == 0))
            return base**whole
        if self.exact:
            raise Inexact
        if exponent > 0 and base.is_zero():
            return base
        if not base > 0:
            raise Undefined(bool(base < 0 or (base <= 0 and exponent < 0)))
        return base**exponent

    def function(self, name: str, t: Any) -> Any:
        if name == "abs":
            return abs(t)
        if self.exact:
            if t == 0 and name in _AT_ZERO:
                return flint.fmpq(*_AT_ZERO[name])
            raise Inexact
        row = FUNCTIONS[name]
        if not (t > row.domain.lo and t < row.domain.hi if row.domain.lo_open else True):
            raise Undefined(bool(t <= row.domain.lo or t >= row.domain.hi))
        if name == "sigmoid":
            return 1 / (1 + (-t).exp())
        return (1 + t.exp()).log() if name == "softplus" else getattr(t, row.ball)()


_AT_ZERO = {"exp": (1, 1), "sin": (0, 1), "cos": (1, 1), "tanh": (0, 1), "sinh": (0, 1), "cosh": (1, 1),
            "sigmoid": (1, 2), "atan": (0, 1), "asinh": (0, 1), "erf": (0, 1)}  # fmt: skip


def _both(a: bool | None, b: bool | None) -> bool | None:
    return False if a is False or b is False else None if a is None or b is None else True


def _either(a: bool | None, b: bool | None) -> bool | None:
    return True if a or b else None if a is None or b is None else False


def _negated(a: bool | None) -> bool | None:
    return None if a is None else not a


_ADD: Callable[[Any, Any], Any] = lambda a, b: a + b  # noqa: E731
_FOLD: dict[str, Callable[[Any, Any], Any]] = {"add": _ADD, "mul": lambda a, b: a * b, "and": _both, "or": _either}
_LOGICAL = (_both, _either, _negated, _Evaluator.choose)


def _cell(value: Any) -> np.ndarray:
    cell = np.empty((), dtype=object)
    cell[()] = value
    return cell


def _whole(value: Any) -> int | None:
    """The integer that `value` is exactly, else None."""
    if isinstance(value, flint.fmpq):
        return int(value.p) if value.q == 1 else None
    return int(value.mid().fmpz()) if value.is_exact() and value.is_integer() else None


def _uses_innermost(e: Expression) -> bool:
    """Whether the bound index 0 occurs in `e`."""
    if e.op == "bound":
        return bool(e.data == 0)
    return any(_mentions(a, 0) for a in e.args[:-1]) or (bool(e.args) and _mentions(e.args[-1], BINDERS.get(e.op, 0)))


def _mentions(e: Expression, level: int) -> bool:
    if e.loose <= level:
        return False
    if e.op == "bound":
        return bool(e.data == level)
    inner = level + BINDERS.get(e.op, 0)
    return any(_mentions(a, level) for a in e.args[:-1]) or _mentions(e.args[-1], inner)
