"""Fast float64 values of expressions at many points at once (untrusted).

An expression becomes a tape of NumPy operations. A value is an array whose last axis runs over the points of
a batch; before it stand the bound indices that the expression refers to, the innermost last, so that a sum
over a binder of a product is one ``einsum``. What is not real at a point is NaN or infinite there; nothing warns.
The reverse sweep over the tape is `gradient`. Everything found with these numbers is checked again in balls.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import flint
import numpy as np

from convexcheck.expression.errors import ConvexcheckError
from convexcheck.expression.evaluate import evaluate
from convexcheck.expression.functions import FUNCTIONS, GAMMAS
from convexcheck.expression.term import BINDERS, ENTRIES, MATRICES, Expression, sides
from convexcheck.search.spectral import function, picked, stacked

Floats = np.ndarray[Any, np.dtype[np.float64]]
Values = Mapping[tuple[str, str], Floats]
MAX_CELLS = 4_000_000
_LETTERS = "abcdefghijklmnopqrstuvwxy"


def _softplus(t: Floats) -> Floats:
    return np.maximum(t, 0.0) + np.log1p(np.exp(-np.abs(t)))


def _sigmoid(t: Floats) -> Floats:
    e = np.exp(-np.abs(t))
    return np.where(t >= 0, 1.0, e) / (1.0 + e)


def _math(function: Callable[[float], float]) -> Callable[[Floats], Floats]:
    cell = np.frompyfunc(function, 1, 1)
    return lambda t: np.asarray(cell(t), dtype=np.float64)


def _ball(name: str) -> Callable[[Floats], Floats]:
    """The midpoints of balls, NaN where the function is not real: importing SciPy takes longer than most searches."""

    def value(t: float) -> float:
        found = FUNCTIONS[name].ball(flint.arb(t))
        return float(found.mid()) if found.is_finite() else math.nan

    return _math(value)


UNARY: dict[str, Callable[[Floats], Floats]] = {
    "exp": np.exp, "log": np.log, "abs": np.abs, "sin": np.sin, "cos": np.cos, "atan": np.arctan,
    "asinh": np.arcsinh, "sinh": np.sinh, "cosh": np.cosh, "tanh": np.tanh, "sigmoid": _sigmoid,
    "softplus": _softplus, "erf": _math(math.erf), "erfc": _math(math.erfc), "asin": np.arcsin,
    **{name: _ball(name) for name in ("lambertw", "loggamma", "gamma", *GAMMAS)},
}  # fmt: skip


class Step:
    """One operation of a tape: `op`, the positions of its arguments, and what the operation needs besides."""

    __slots__ = ("op", "args", "data", "active")

    def __init__(self, op: str, args: tuple[int, ...], data: Any, active: bool) -> None:
        self.op, self.args, self.data, self.active = op, args, data, active


class Program:
    """An expression compiled at concrete sizes.

    Args:
        expression: what to evaluate; its loose bound indices run below `ranges`, the innermost last.
        sizes: the value of each symbolic size.
        ranges: the sizes of the loose bound indices.

    >>> from convexcheck.expression.term import entry
    >>> Program(entry("var", "x") ** 2, {})({("var", "x"): np.array([2.0, 3.0])})
    array([4., 9.])
    """

    def __init__(self, expression: Expression, sizes: Mapping[str, int], ranges: Sequence[int] = ()) -> None:
        self.sizes, self.ranges = sizes, tuple(ranges)
        self.steps: list[Step] = []
        self._seen: dict[tuple[Expression, tuple[int, ...]], int] = {}
        self.cells = 1
        self.result = self._compile(expression, self.ranges)
        self._seen.clear()

    def chunk(self, most: int) -> int:
        """A number of points at once that keeps memory small, at most `most`."""
        return max(1, min(most, MAX_CELLS // max(self.cells, 1)))

    def __call__(self, values: Values) -> Floats:
        """The value at each point of a batch, as an array of shape ``(*ranges, points)``.

        Args:
            values: for ``(op, name)`` an array of shape ``(*shape, points)``, or ``(*shape, 1)`` for all points.
        """
        return self.run(values)[self.result]

    def run(self, values: Values) -> list[Floats]:
        """The value of every step, for the reverse sweep."""
        done: list[Floats] = []
        with np.errstate(all="ignore"):
            for step in self.steps:
                done.append(_RULES.get(step.op, _unary)(step, [done[a] for a in step.args], values))
        return done

    def _size(self, e: Expression) -> int:
        return int(evaluate(e, {}, self.sizes, exact=True))  # a size may be n - 1

    def _compile(self, e: Expression, stack: tuple[int, ...]) -> int:
        stack = stack[len(stack) - e.loose :] if e.loose else ()
        found = self._seen.get((e, stack))
        if found is None:
            found = self._seen[e, stack] = self._step(e, stack)
        return found

    def _step(self, e: Expression, stack: tuple[int, ...]) -> int:
        data: Any = None
        self.cells = max(self.cells, math.prod(stack))
        op, inner, parts = e.op, stack, e.args
        if op == "index":
            raise ConvexcheckError("search", "an opened index", "a closed expression")
        if op in ("const", "pi", "dim"):
            data = np.array([_float(e.data) if op == "const" else math.pi if op == "pi" else self._size(e)], float)
            op = "const"
        elif op == "bound":
            op, data = "const", np.arange(stack[0], dtype=float).reshape((-1,) + (1,) * (e.data + 1))
        elif op in ENTRIES:
            plan = _view(e.args, stack)
            data, op = ((op, e.data), plan), "entry"
            parts = () if plan is not None else parts
        elif op in BINDERS:
            data, inner, parts = self._size(e.args[0]), (*stack, self._size(e.args[0])), e.args[1:]
            if op == "Sum" and parts[0].op == "mul":
                op, parts = "contract", parts[0].args
        elif op in MATRICES:
            rows, columns = map(self._size, sides(e))
            body = self._compile(e.args[-1], (*stack, columns, rows))
            places = [self._compile(a, stack) for a in e.args[MATRICES[op] : -1]]
            self.steps.append(Step("matrix", (body, *places), (op, rows, columns), e.has("var")))
            return len(self.steps) - 1
        elif op == "pow" and e.args[1].op == "const":
            op, data, parts = "power", e.args[1].data, e.args[:1]
        args = tuple(self._compile(a, inner) for a in parts)
        self.steps.append(Step(op, args, data, e.has("var")))
        return len(self.steps) - 1


def _float(value: Any) -> float:
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def _view(indices: Sequence[Expression], stack: tuple[int, ...]) -> tuple[Any, Any, Any] | None:
    """How to read an entry without copying, if its indices are constants and different bound indices."""
    levels = [i.data for i in indices if i.op == "bound"]
    if any(i.op not in ("bound", "const") for i in indices) or len(set(levels)) < len(levels):
        return None
    pick = tuple(int(i.data) if i.op == "const" else slice(0, stack[-1 - i.data]) for i in indices)
    order = tuple(sorted(range(len(levels)), key=lambda p: -levels[p]))
    gaps = tuple(d for d in range(max(levels, default=-1), -1, -1) if d not in levels)
    return pick, order, gaps


def _entry(step: Step, args: list[Floats], values: Values) -> Floats:
    name, plan = step.data
    array = values[name]
    if plan is not None:
        pick, order, gaps = plan
        if any(isinstance(p, int) and not 0 <= p < n for p, n in zip(pick, array.shape, strict=False)):
            return np.full(array.shape[-1:], np.nan)
        beyond = [0 if isinstance(p, int) else max(0, p.stop - n) for p, n in zip(pick, array.shape, strict=False)]
        if any(beyond):  # where a choice passes over them
            array = np.pad(array, [(0, more) for more in (*beyond, 0)], constant_values=np.nan)
        found = array[pick].transpose(*order, len(order))
        if gaps:
            found = np.expand_dims(found, tuple(-2 - d for d in gaps))
        return np.asarray(found)
    cells, inside = positions(args, array.shape)
    return np.where(inside[..., None], array[cells], np.nan)


def positions(args: Sequence[Floats], shape: Sequence[int]) -> tuple[tuple[Any, ...], Any]:
    """Integer positions from computed indices (the same at every point), and where they are in range."""
    cells, inside = [], np.array(True)
    for index, size in zip(args, shape, strict=False):
        with np.errstate(all="ignore"):
            whole = np.nan_to_num(index[..., 0], nan=-1.0)
            at = whole.astype(np.int64)
        inside = inside & (at == whole) & (at >= 0) & (at < size)
        cells.append(np.clip(at, 0, max(size - 1, 0)))
    return tuple(np.broadcast_arrays(*cells)), inside


def _matrix(step: Step, args: list[Floats], values: Values) -> Floats:
    op, rows, columns = step.data
    found = function(op, stacked(args[0], rows, columns))
    return picked(found, *positions(args[1:], found.shape[-2:])) if len(args) > 1 else found


def _sum(step: Step, args: list[Floats], values: Values) -> Floats:
    body, size = args[0], step.data
    if body.ndim < 2 or (body.shape[-2] == 1 and size != 1):
        return np.asarray((body if body.ndim < 2 else body[..., 0, :]) * size)
    return np.asarray(body.sum(axis=-2))


def _largest(step: Step, args: list[Floats], values: Values) -> Floats:
    body = args[0]
    if step.data == 0:
        return np.full(body.shape[-1:], np.nan)
    return body if body.ndim < 2 else np.asarray(body.max(axis=-2), dtype=float)


def contraction(factors: Sequence[Floats], kept: Sequence[bool]) -> Floats:
    """Product of `factors`, summed over the axes (counted from the end) whose `kept` is False.

    Axes align from the last one; an axis of length 1 repeats. Axes that no factor has come out with length 1,
    summed ones too, so that the caller multiplies by their sizes.
    """
    depth = len(kept)
    subscripts, arrays, present = [], [], set[int]()
    for f in factors:
        axes = [d for d in range(f.ndim) if f.shape[-1 - d] != 1][::-1]
        present |= set(axes)
        subscripts.append("".join(_LETTERS[d] for d in axes))
        arrays.append(f.reshape([f.shape[-1 - d] for d in axes]))
    out = [d for d in range(depth - 1, -1, -1) if d in present and kept[d]]
    spec = f"{','.join(subscripts)}->{''.join(_LETTERS[d] for d in out)}"
    large = sum(a.size for a in arrays) > 512
    result = np.asarray(np.einsum(spec, *arrays, optimize="greedy" if large else False))
    lengths = dict(zip(out, result.shape, strict=True))
    return result.reshape([lengths.get(d, 1) for d in range(depth - 1, -1, -1)])


def _contract(step: Step, args: list[Floats], values: Values) -> Floats:
    depth = max(2, *(a.ndim for a in args))
    present = any(a.ndim > 1 and a.shape[-2] != 1 for a in args)
    total = contraction(args, [d != 1 for d in range(depth)])
    return np.asarray(total[..., 0, :] * (1 if present else step.data))


def power(base: Floats, q: Any) -> Floats:
    """``base ** q`` for a rational q; NaN where it is not real."""
    if q.denominator > 1:
        return np.sqrt(base) if q == 0.5 else np.power(base, float(q))
    if q == 2:
        return base * base
    return 1.0 / base if q == -1 else np.power(base, float(q))


def _unary(step: Step, args: list[Floats], values: Values) -> Floats:
    rule = UNARY.get(step.op)
    if rule is None:
        raise ConvexcheckError("search", f"no numbers for the operation {step.op}")
    return rule(args[0])


def _fold(function: Callable[[Any, Any], Any]) -> Callable[[Step, list[Floats], Values], Floats]:
    def rule(step: Step, args: list[Floats], values: Values) -> Floats:
        result = args[0]
        for a in args[1:]:
            result = function(result, a)
        return np.asarray(result)

    return rule


_RULES: dict[str, Callable[[Step, list[Floats], Values], Floats]] = {
    "const": lambda s, a, v: s.data,
    "entry": _entry,
    "Sum": _sum,
    "Max": _largest,
    "contract": _contract,
    "matrix": _matrix,
    "power": lambda s, a, v: power(a[0], s.data),
    "pow": lambda s, a, v: np.power(a[0], a[1]),
    "add": _fold(np.add),
    "mul": _fold(np.multiply),
    "max": _fold(np.maximum),
    "and": _fold(np.logical_and),
    "or": _fold(np.logical_or),
    "not": lambda s, a, v: np.logical_not(a[0]),
    "le": _fold(np.less_equal),
    "lt": _fold(np.less),
    "eq": _fold(np.equal),
    "where": lambda s, a, v: np.where(a[0], a[1], a[2]),
}
