"""Values of closed expressions, in any arithmetic (trusted).

A value is an array of numbers whose last axes are the bound indices that the expression refers to, the innermost
last, so that one pass evaluates a sum over real data. What a number is, an `Arithmetic` says: exact rationals or balls
(`objects`), or float64 with a bound on the error (`floats`). Nothing is ever rounded silently: what is not finite is
not known to be real, and a comparison that stays open gives the union of both outcomes.

An arithmetic works on whole arrays of its own kind, which broadcast. It has methods ``load`` (an array of float64 or of
``flint.fmpq``, and its direction where `moving`), ``undefined``, ``take`` (entries at places), ``total`` (the sum of a
product over the last axis), ``largest`` (the maximum over it), ``leader`` (where that is, probably), ``where``,
``function``, ``fold`` (add, mul, max, pow), ``compare`` (le, lt, eq), ``whole`` (natural numbers as integers, -1 for
what is none), ``item`` (the number in an array without axes), and `chunk`, how many terms of an outermost sum are taken
at once. It raises Inexact, or returns what is undefined, wherever the values are not known.

The truth of a condition is an array of int8: 1 true, -1 false, 0 open. Sizes and indices are whole numbers, always
evaluated exactly.
"""

from collections.abc import Mapping
from functools import lru_cache, reduce
from typing import Any

import flint
import numpy as np

from convexcheck.expression import term
from convexcheck.expression.enclosures import Enclosure
from convexcheck.expression.errors import ConvexcheckError
from convexcheck.expression.floats import Floats
from convexcheck.expression.functions import FUNCTIONS
from convexcheck.expression.objects import Inexact, Objects, limited
from convexcheck.expression.term import BINDERS, CONDITIONS, ENTRIES, MATRICES, Expression

Values = Mapping[tuple[str, str], np.ndarray]
Sizes = Mapping[str, int]
Arithmetic = Any  # an instance of Objects, Floats or Jets
_TRUTHS = {1: True, -1: False, 0: None}


def evaluate(e: Expression, values: Values, sizes: Sizes, exact: bool = False, ranges: tuple[int, ...] = ()) -> Any:
    """The value of a closed expression; with `ranges`, of one whose bound index j runs below ranges[j].

    Args:
        e: an expression without opened indices.
        values: for ``(op, name)`` an array of float64, or an object array of ``flint.fmpq``; of balls, if not `exact`.
        sizes: the value of each symbolic size.
        exact: rationals (raising Inexact) instead of balls at the precision of ``flint.ctx``.
        ranges: the sizes of loose indices.

    Returns:
        A ``flint.fmpq`` or a ``flint.arb``; for a condition True, False or None (open); with `ranges` an array of them.

    Raises:
        Inexact: if `exact` and the value is not found to be rational.
        ConvexcheckError: a name or size without value, or more than MAX_CELLS values at once.

    >>> from fractions import Fraction
    >>> evaluate(Expression("const", (), Fraction(1, 2)), {}, {}, exact=True)
    1/2
    """
    return value(e, values, sizes, Objects(flint.fmpq if exact else flint.arb), ranges)


def value(e: Expression, values: Values, sizes: Sizes, arithmetic: Arithmetic, ranges: tuple[int, ...] = ()) -> Any:
    """The value of an expression in an arithmetic; as `evaluate`."""
    try:
        with np.errstate(all="ignore"):
            found = Evaluator(values, sizes, arithmetic).visit(e, tuple(map(range, ranges[::-1])))
        if ranges:
            return np.broadcast_to(found, ranges[::-1]).transpose()
        return _TRUTHS[found.item()] if e.op in CONDITIONS else arithmetic.item(found)
    except (ZeroDivisionError, OverflowError) as error:
        raise Inexact from error


Stack = tuple[range, ...]


class Evaluator:
    """Remembers the value of every part, by the ranges of the bound indices that it refers to."""

    def __init__(self, values: Values, sizes: Sizes, arithmetic: Arithmetic) -> None:
        self.values, self.sizes, self.arithmetic = values, sizes, arithmetic
        self.cells: dict[tuple[str, str], Any] = {}
        self.seen: dict[tuple[Expression, Stack], Any] = {}
        self.inner: list[Evaluator] = []
        self.matrices: dict[tuple[Any, ...], Any] = {}

    def visit(self, e: Expression, stack: Stack) -> Any:
        """The value of `e` below binders with these ranges, the innermost last."""
        key = (e, stack[len(stack) - e.loose :] if e.loose else ())
        if key not in self.seen:
            own = _own(e)
            if len(own) == e.loose:
                self.seen[key] = self._rule(e, key[1])
            else:  # as if the binders that it does not refer to were not there, so that equal parts are shared
                less = tuple(key[1][-1 - level] for level in reversed(own))
                self.seen[key] = _spread(self.visit(_dense(e, own), less), own)
        return self.seen[key]

    def _rule(self, e: Expression, stack: Stack) -> Any:
        a = self.arithmetic
        if e.op in ("const", "dim"):
            number = flint.fmpq(*e.data.as_integer_ratio()) if e.op == "const" else flint.fmpq(self._size(e))
            return a.load(np.array(number, dtype=object))
        if e.op == "bound":
            return a.load(np.arange(float(stack[0].start), float(stack[0].stop)))
        if e.op in BINDERS:
            size = self._size(e.args[0])
            if size == 0:
                return a.load(np.array(0.0)) if e.op == "Sum" else a.undefined()
            limited((size,))
            if e.op == "Max":
                return a.largest(self.visit(e.args[1], (*stack, range(size))))
            step = size if stack else a.chunk
            parts = [self._sum(e.args[1], (*stack, range(k, min(k + step, size)))) for k in range(0, size, step)]
            return reduce(lambda left, right: a.fold("add", left, right), parts)
        if e.op in ENTRIES:
            return self._entry(e, stack)
        if e.op in MATRICES:
            return self._matrix(e, stack)
        args = [self.visit(p, stack) for p in e.args]
        limited(*(p.shape for p in args))
        if e.op in FUNCTIONS or e.op == "pi":
            return a.function(e.op, *args)
        if e.op in ("where", "not"):
            return a.where(*args) if e.op == "where" else -args[0]
        if e.op in ("and", "or"):
            return reduce(np.minimum if e.op == "and" else np.maximum, args)
        if e.op in CONDITIONS:
            return a.compare(e.op, *args)
        return reduce(lambda left, right: a.fold(e.op, left, right), args)

    def _sum(self, body: Expression, stack: Stack) -> Any:
        factors = [self.visit(f, stack) for f in (body.args if body.op == "mul" else [body])]
        if len(stack) == 1:  # what belongs to one chunk is not needed again, unless it is the whole
            known = {k: v for k, v in self.seen.items() if stack[0].start == 0 or stack[0] not in k[1]}
            self.seen = known
        return self.arithmetic.total(factors, len(stack[-1]))

    def _size(self, e: Expression) -> int:
        size = self.sizes.get(e.data, -1) if e.op == "dim" else int(self._whole(e, ()))
        if size < 0:
            raise ConvexcheckError("evaluation", f"size {e} has no value")
        return size

    def _whole(self, e: Expression, stack: Stack) -> np.ndarray:
        """The exact values of `e` as integers; -1 where one is no natural number, or not known, or may move."""
        if self.arithmetic.moving and e.has("var"):
            return np.array(-1)
        self.inner = self.inner or [Evaluator(self.values, self.sizes, k) for k in (Floats(), Objects(flint.fmpq))]
        for evaluator in self.inner:
            try:
                found = evaluator.visit(e, stack)
                if not isinstance(found, Enclosure) or found.rad is None:
                    return np.asarray(evaluator.arithmetic.whole(found))
            except (Inexact, ZeroDivisionError, OverflowError):
                pass
        return np.array(-1)

    def _matrix(self, e: Expression, stack: Stack) -> Any:
        rows, columns = (self._size(side) for side in term.sides(e))
        key = (e.op, *term.sides(e), e.args[-1], stack)  # one inverse for all of its entries
        if not isinstance(self.arithmetic, Objects):
            raise Inexact
        if key not in self.matrices:
            limited((rows, columns, *map(len, stack)))
            body = self.visit(e.args[-1], (*stack, range(columns), range(rows)))
            self.matrices[key] = self.arithmetic.matrix(e.op, body, (columns, rows))
        places = [self._whole(a, stack) for a in e.args[MATRICES[e.op] : -1]]
        return self.arithmetic.pick(self.matrices[key], places, rows) if places else self.matrices[key]

    def _entry(self, e: Expression, stack: Stack) -> Any:
        key, a, array = (e.op, e.data), self.arithmetic, self.values.get((e.op, e.data))
        if array is None or array.ndim != len(e.args):
            raise ConvexcheckError("evaluation", f"{e.data} has no value with {len(e.args)} axes")
        if key not in self.cells:
            self.cells[key] = a.load(array, self.values.get(("dir", e.data)) if e.op == "var" else None)
        places = tuple(self._whole(index, stack) for index in e.args)
        inside = [(p >= 0) & (p < n) for p, n in zip(places, array.shape, strict=True)]
        if all(map(np.all, inside)):
            return a.take(self.cells[key], places)
        if 0 in array.shape:
            return a.undefined()
        near = tuple(np.where(good, p, 0) for good, p in zip(inside, places, strict=True))
        truth = np.where(reduce(np.logical_and, inside), 1, -1).astype(np.int8)
        return a.where(truth, a.take(self.cells[key], near), a.undefined())



@lru_cache(maxsize=4096)
def _own(e: Expression) -> tuple[int, ...]:
    """The levels of the loose bound indices that occur, the innermost first."""
    if e.op == "bound":
        return (e.data,)
    inner = zip(e.args, term.levels(e.op, e.args), strict=True)
    return tuple(sorted({level - k for a, k in inner if a.loose > k for level in _own(a) if level >= k}))


@lru_cache(maxsize=4096)
def _dense(e: Expression, own: tuple[int, ...]) -> Expression:
    """`e` with its loose indices renumbered 0, 1, ... in their order."""

    def leaf(node: Expression, k: int) -> Expression | None:
        return node if node.loose <= k else term.bound(k + own.index(node.data - k)) if node.op == "bound" else None

    return term.transform(e, leaf)


def _spread(array: Any, own: tuple[int, ...]) -> Any:
    """The array, whose last axes are dense, with axes of length 1 at the levels between."""
    if isinstance(array, tuple):
        parts: list[Any] = [None if part is None else _spread(part, own) for part in array]
        return type(array)(*parts)
    lengths = dict(zip(own, np.shape(array)[::-1], strict=False))
    return np.reshape(array, [lengths.get(level, 1) for level in range(max(own, default=-1), -1, -1)])
