"""Derivatives at a point: Taylor polynomials along a line, in any arithmetic; all second ones in balls (trusted).

Along the line f(x + t v) = z0 + z1 t + z2 t**2 + o(t**2), so that v'Hv is 2 z2. What is found is a polynomial only
where all of z0, z1, z2 are known, and then the function is C2 in t near 0: a kink (abs, max, where) has to be decided
strictly at the point; else its derivatives are undefined, ties of equal functions included. A part that is None is
zero near the point, so that what does not move costs nothing.
Source: A. Griewank, A. Walther, Evaluating Derivatives, chapter 13 (Taylor arithmetic).
"""

from collections.abc import Sequence
from functools import cache, reduce
from itertools import combinations_with_replacement
from math import prod
from typing import Any, NamedTuple

import numpy as np

from convexcheck.expression.evaluate import Arithmetic, Evaluator, Sizes, Values, evaluate
from convexcheck.expression.functions import FUNCTIONS, derivative
from convexcheck.expression.objects import Inexact, rationals
from convexcheck.expression.statement import Statement
from convexcheck.expression.term import Expression, abstract, apply, bound, const, entry, substitute

_T = entry("var", "t")
_TANH, _SIGMOID = apply("tanh", _T), apply("sigmoid", _T)
_SLOPES = {  # the first and second derivative by few values; without cosh, which overflows
    "tanh": (1 - _TANH**2, -2 * _TANH * (1 - _TANH**2)), "softplus": (_SIGMOID, _SIGMOID * (1 - _SIGMOID)),
    "sigmoid": (_SIGMOID * (1 - _SIGMOID), _SIGMOID * (1 - _SIGMOID) * (1 - 2 * _SIGMOID)),
}  # fmt: skip


class Jet(NamedTuple):
    """The coefficients, arrays of one arithmetic; z1 and z2 are zero near the point where they are None."""

    z0: Any
    z1: Any = None
    z2: Any = None

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the values."""
        return tuple(self.z0.shape)

    @property
    def still(self) -> bool:
        """Whether it is constant near the point."""
        return self.z1 is None and self.z2 is None


@cache
def _slopes(name: str) -> tuple[Expression, Expression]:
    """The first and second derivative of a function of the table."""
    row = FUNCTIONS[name]
    if row.derivative is None:
        raise Inexact
    first = row.derivative(_T)
    return _SLOPES.get(name) or (first, substitute(derivative(first), {("dir", "t"): 1}))


class Jets:
    """The arithmetic of jets over that of their coefficients."""

    moving = True

    def __init__(self, base: Arithmetic) -> None:
        self.base, self.chunk = base, base.chunk

    def load(self, array: np.ndarray, direction: np.ndarray | None = None) -> Jet:
        """An array, and how it moves."""
        moves = direction is not None and bool(np.any(direction != 0))
        return Jet(self.base.load(array), self.base.load(direction) if direction is not None and moves else None)

    def undefined(self) -> Jet:
        """What is not known to be real."""
        return Jet(self.base.undefined())

    def take(self, array: Jet, places: tuple[np.ndarray, ...]) -> Jet:
        """The entries at the places."""
        return Jet(*(None if z is None else self.base.take(z, places) for z in array))

    def total(self, factors: Sequence[Jet], size: int) -> Jet:
        """The product of the factors, summed over the last axis: the rule of Leibniz."""

        def term(*moved: int) -> Any:
            parts = [f[moved.count(i)] for i, f in enumerate(factors)]
            return None if any(p is None for p in parts) else self.base.total(parts, size)

        orders = (combinations_with_replacement(range(len(factors)), k) for k in range(3))
        return Jet(*(self._sum(*(term(*moved) for moved in terms)) for terms in orders))

    def largest(self, array: Jet) -> Jet:
        """The maximum over the last axis; derivatives of the entry that is larger than all others."""
        if array.still or not array.shape:
            return array if not array.shape else Jet(self.base.largest(array.z0))
        whole = np.ones(array.shape, dtype=np.int8)
        wide = Jet(*(None if z is None else self.base.where(whole, z, z) for z in array))
        at = self.base.leader(array.z0)
        here = np.ogrid[tuple(map(slice, array.shape[:-1]))]
        first = self.take(wide, (*(i[..., None] for i in here), at[..., None]))
        beaten = self.base.compare("lt", array.z0, first.z0) > 0
        alone = np.where((beaten | (np.arange(array.shape[-1]) == at[..., None])).all(axis=-1), 1, 0).astype(np.int8)
        chosen = self.take(wide, (*here, at))
        return self._chosen(self.base.largest(array.z0), alone, chosen, chosen)

    def where(self, truth: np.ndarray, a: Jet, b: Jet) -> Jet:
        """One of two jets; an open condition leaves a union of values and no derivative."""
        return self._chosen(self.base.where(truth, a.z0, b.z0), truth, a, b)

    def function(self, name: str, *arrays: Jet) -> Jet:
        """A function of the table: f' z1, and f' z2 + f'' z1**2 / 2."""
        value = self.base.function(name, *(a.z0 for a in arrays))
        if all(a.still for a in arrays):
            return Jet(value)
        a = arrays[0]
        if name == "abs":
            negative = Jet(*(self._product(self._number(-1), z) for z in a))
            return self._chosen(value, self.compare("lt", Jet(self._number(0)), a), a, negative)
        inner = Evaluator({}, {}, self.base)
        inner.seen |= {(_T, ()): a.z0, (apply(name, _T), ()): value}
        slope, bend = (inner.visit(e, ()) for e in _slopes(name))
        return Jet(value, *self._composed(slope, bend, a))

    def fold(self, op: str, a: Jet, b: Jet) -> Jet:
        """add, mul, max, pow."""
        base = self.base
        if op == "add":
            return Jet(*map(self._sum, a, b))
        if op == "mul":
            return Jet(*(self._sum(*(self._product(a[i], b[k - i]) for i in range(k + 1))) for k in range(3)))
        value = base.fold(op, a.z0, b.z0)
        if a.still and b.still:
            return Jet(value)
        if op == "max":
            return self._chosen(value, self.compare("lt", b, a), a, b)
        if not b.still:
            return self.function("exp", self.fold("mul", b, self.function("log", a)))
        less, two = (base.fold("add", b.z0, self._number(-k)) for k in (1, 2))
        slope = base.fold("mul", b.z0, base.fold("pow", a.z0, less))
        bend = base.fold("mul", base.fold("mul", b.z0, less), base.fold("pow", a.z0, two))
        nonzero = base.compare("eq", a.z0, self._number(0)) < 0  # t**q is smooth at 0 for natural q
        smooth = np.where(nonzero | (base.whole(b.z0) >= 0), 1, 0).astype(np.int8)
        moved = Jet(value, *self._composed(slope, bend, a))
        return self._chosen(value, smooth, moved, moved)

    def compare(self, op: str, a: Jet, b: Jet) -> np.ndarray:
        """le, lt, eq, near the point: where the sides move, they have to be surely different."""
        truth = self.base.compare(op, a.z0, b.z0)
        if a.still and b.still:
            return np.asarray(truth)
        return np.where(self.base.compare("eq", a.z0, b.z0) < 0, truth, 0).astype(np.int8)

    def item(self, array: Jet) -> tuple[Any, Any, Any]:
        """The three numbers."""
        z0, z1, z2 = (self.base.item(self._number(0) if z is None else z) for z in array)
        return z0, z1, z2

    def _number(self, value: float) -> Any:
        return self.base.load(np.array(float(value)))

    def _product(self, p: Any, q: Any) -> Any:
        return None if p is None or q is None else self.base.fold("mul", p, q)

    def _sum(self, *parts: Any) -> Any:
        known = [p for p in parts if p is not None]
        return reduce(lambda p, q: self.base.fold("add", p, q), known) if known else None

    def _composed(self, slope: Any, bend: Any, a: Jet) -> tuple[Any, Any]:
        square = self._product(a.z1, a.z1)
        curved = self._product(self._number(0.5), self._product(bend, square))
        return self._product(slope, a.z1), self._sum(self._product(slope, a.z2), curved)

    def _chosen(self, value: Any, truth: np.ndarray, a: Jet, b: Jet) -> Jet:
        """`value` with the derivatives of a (where `truth` is 1) or b (-1), undefined where it is open."""
        is_open, still = truth == 0, a.still and b.still
        if not is_open.any() and still:
            return Jet(value)
        parts = []
        for p, q in ((a.z1, b.z1), (a.z2, b.z2)):
            zero = self._number(0)
            known = self.base.where(np.where(is_open, 1, truth), zero if p is None else p, zero if q is None else q)
            if is_open.any():
                known = self.base.where(np.where(is_open, 1, -1), self.base.undefined(), known)
            parts.append(known)
        return Jet(value, *parts)


def gradient_hessian(s: Statement, values: Values, sizes: Sizes) -> tuple[np.ndarray, np.ndarray]:
    """Balls that contain every first and second derivative in the variables.

    Args:
        s: the statement.
        values: rationals or balls for all parameters and variables.
        sizes: the value of each symbolic size.

    Returns:
        Arrays of shape (P,) and (P, P), the coordinates in the order of the variables, row by row. A ball that is not
        finite says that the derivative may not exist.

    Raises:
        ConvexcheckError: where the function may have a kink.

    >>> import flint
    >>> from convexcheck.expression.statement import Declaration
    >>> x = entry("var", "x")
    >>> at = {("var", "x"): np.array(flint.fmpq(2), dtype=object)}
    >>> [int(v.item().mid().fmpz()) for v in gradient_hessian(Statement(x**3, {"x": Declaration()}), at, {})]
    [12, 12]
    """
    shapes = {n: values["var", n].shape for n in s.variables}
    lengths = [prod(shape) for shape in shapes.values()]
    count, ends = sum(lengths), np.cumsum(lengths)[:-1]
    vectors = zip(shapes.items(), np.split(rationals(np.eye(count)), ends, axis=1), strict=True)
    # the derivative in coordinate a is that along the a-th basis vector; no name has a space
    basis = {("par", f"{n} {k}"): part.reshape(count, *shape) for (n, shape), part in vectors for k in (1, 2)}
    indices = [Expression("index", (const(count),), -k) for k in (1, 2)]
    both, first = {**values, **basis}, _along(s, s.function, indices[0], 1)
    second = _along(s, first, indices[1], 2)
    gradient = evaluate(abstract(first, indices[:1]), both, sizes, ranges=(count,))
    return gradient, evaluate(abstract(second, indices), both, sizes, ranges=(count, count))


def _along(s: Statement, e: Expression, index: Expression, k: int) -> Expression:
    """The derivative of `e` along the basis vector number `index`."""
    axes = {n: map(bound, range(len(d.shape))) for n, d in s.variables.items()}
    return substitute(derivative(e), {("dir", n): entry("par", f"{n} {k}", [index, *axes[n]]) for n in s.variables})
