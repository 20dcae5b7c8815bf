"""The elementary functions of the language, one row each; derivatives by the chain rule; values (trusted).

A row states where the function is defined, its range, its monotonicity, its derivative and, where one
exists, its definition by other rows. Curvature is *not* a column: the kernel derives it from the
derivatives. ``sqrt``, ``log1p``, ``min`` and the like are read as combinations of these rows.
Source: NIST Handbook of Mathematical Functions (DLMF), chapters 4, 5 and 7; on t > 0 for the gamma functions.

``D f [v]`` replaces every entry of a variable by the entry of its direction. The result is linear in the direction;
applied twice it is the quadratic form of the Hessian.

A value is a NumPy array of objects (``flint.fmpq`` or ``flint.arb``) whose last axes are the bound indices
that the expression refers to, the innermost last, so that one pass evaluates a sum over real data: exact rationals
where the operations allow it, balls elsewhere. A ball that is not finite says that the value is not known to be
real; a comparison that balls leave open gives the union of both outcomes. Nothing is ever rounded silently.
"""

import operator
from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import cache, reduce
from math import factorial, inf, prod
from typing import Any, NamedTuple

import flint
import numpy as np

from convexcheck.expression.errors import ConvexcheckError, Record
from convexcheck.expression.matrices import slope, value
from convexcheck.expression.term import (
    BINDERS,
    ENTRIES,
    MATRICES,
    ONE,
    PI,
    ZERO,
    Expression,
    add,
    apply,
    mul,
    power,
    rebuild,
    sides,
)

Number = Fraction | float  # float only for -inf and inf


class Interval(NamedTuple):
    """The reals from `lo` to `hi`; an end is excluded where its flag is set (infinite ends always are)."""

    lo: Number = -inf
    hi: Number = inf
    lo_open: bool = False
    hi_open: bool = False

    @property
    def positive(self) -> bool:
        """Whether every member is > 0."""
        return self.lo > 0 or (self.lo == 0 and self.lo_open)

    def obeys(self, relation: str) -> bool:
        """Whether every member is > 0 (gt), >= 0 (ge) or != 0 (ne)."""
        negative = self.hi < 0 or (self.hi == 0 and self.hi_open)
        return self.positive or (relation == "ge" and self.lo >= 0) or (relation == "ne" and negative)


REALS, NONNEGATIVE, POSITIVE = Interval(), Interval(Fraction(0)), Interval(Fraction(0), inf, True)


class Function(Record):
    """One row: `range`; `monotone` is 1 where it increases on its domain, -1 where it decreases; `value` at `at`.

    `parity` is 1 for an even function, -1 for an odd one, 0 for others and where a definition says it;
    `derivative` maps the argument to the derivative there (None: not differentiable everywhere, or not in the
    table); `definition` rewrites into other rows; `ball` evaluates in ``flint.arb``. With a `domain` (relation,
    map), the argument's image under the map must obey the relation (as `bounds.Obligation` names them); where
    it obeys strictly, the function is smooth.
    """

    derivative: Callable[[Expression], Expression] | None
    ball: Callable[[Any], Any]
    range: Interval = REALS
    monotone: int = 1
    value: Fraction = Fraction(0)
    definition: Callable[[Expression], Expression] | None = None
    domain: tuple[str, Callable[[Expression], Expression]] | None = None
    at: Fraction | None = Fraction(0)
    parity: int = 0


def _named(op: str) -> Callable[[Expression], Expression]:
    return lambda t: apply(op, t)


def _polygamma(m: int) -> Function:
    """psi^(m)(t) = (-1)^(m+1) m! zeta(m+1, t) on t > 0, the sum of terms of one sign, each monotone (DLMF 5.15.1)."""
    sign = 1 if m % 2 else -1
    following = _named(GAMMAS[m + 1]) if m + 1 < len(GAMMAS) else None
    known = Interval(Fraction(0), inf, True) if sign > 0 else Interval(-inf, Fraction(0), False, True)
    return Function(following, lambda t: sign * factorial(m) * flint.arb(m + 1).zeta(t), known, -sign,
                    domain=("enough", lambda t: t), at=None)  # fmt: skip


GAMMAS = ("digamma", "trigamma", "tetragamma", "pentagamma", "hexagamma", "heptagamma", "octagamma")
exp, log, sigmoid = _named("exp"), _named("log"), _named("sigmoid")  # sigmoid(t) = 1/(1 + exp(-t))
_1, _half, _identity = Fraction(1), Fraction(1, 2), lambda t: t
_ball, _unit = Interval(-_1, _1, True, True), Interval(Fraction(0), _1, True, True)
_right = Interval(Fraction(-355, 226), Fraction(355, 226), True, True)  # pi < 355/113
FUNCTIONS: dict[str, Function] = {
    "exp": Function(exp, flint.arb.exp, POSITIVE, value=_1),
    "log": Function(lambda t: power(t, -1), flint.arb.log, domain=("gt", _identity), at=_1),
    "abs": Function(None, abs, NONNEGATIVE, 0),
    "sin": Function(_named("cos"), flint.arb.sin, Interval(-_1, _1), 0, parity=-1),
    "cos": Function(lambda t: -apply("sin", t), flint.arb.cos, Interval(-_1, _1), 0, _1, parity=1),
    "asin": Function(lambda t: power(1 - t**2, -_half), flint.arb.asin, _right, domain=("ge", lambda t: 1 - t**2),
                     parity=-1),
    "atan": Function(lambda t: 1 / (1 + t**2), flint.arb.atan, _right, parity=-1),
    "asinh": Function(lambda t: power(1 + t**2, -_half), flint.arb.asinh, parity=-1),
    "sinh": Function(_named("cosh"), flint.arb.sinh, definition=lambda t: (exp(t) - exp(-t)) / 2),
    "cosh": Function(_named("sinh"), flint.arb.cosh, Interval(_1), 0, _1, lambda t: (exp(t) + exp(-t)) / 2),
    "tanh": Function(lambda t: power(apply("cosh", t), -2), flint.arb.tanh, _ball,
                     definition=lambda t: (exp(2 * t) - 1) / (exp(2 * t) + 1)),
    "sigmoid": Function(lambda t: sigmoid(t) * sigmoid(-t), lambda t: 1 / (1 + (-t).exp()), _unit, value=_half,
                        definition=lambda t: 1 / (1 + exp(-t))),
    "softplus": Function(sigmoid, lambda t: (1 + t.exp()).log(), POSITIVE, at=None,
                         definition=lambda t: log(1 + exp(t))),
    "erf": Function(lambda t: mul(2, power(PI, -_half), exp(-(t**2))), flint.arb.erf, _ball, parity=-1),
    "erfc": Function(lambda t: mul(-2, power(PI, -_half), exp(-(t**2))), flint.arb.erfc,
                     Interval(Fraction(0), Fraction(2), True, True), -1, _1, lambda t: 1 - apply("erf", t)),
    "loggamma": Function(_named("digamma"), flint.arb.lgamma, Interval(Fraction(-1, 8)), 0,  # least -0.12149
                         domain=("enough", _identity), at=_1),
    "gamma": Function(lambda t: apply("gamma", t) * apply("digamma", t), flint.arb.gamma, Interval(Fraction(22, 25)), 0,
                      _1, lambda t: exp(apply("loggamma", t)), ("enough", _identity), _1),
    "digamma": Function(_named("trigamma"), flint.arb.digamma, domain=("enough", _identity), at=None),
    **{name: _polygamma(m) for m, name in enumerate(GAMMAS) if m},
    "lambertw": Function(lambda t: exp(-apply("lambertw", t)) / (1 + apply("lambertw", t)), flint.arb.lambertw,
                         Interval(-_1), domain=("ge", lambda t: 1 + exp(ONE) * t)),
}  # fmt: skip


def define(node: Expression) -> Expression:
    """Rewrite the top node by its row's definition, where there is one; ``abs`` stays.

    >>> from convexcheck.expression.term import entry
    >>> define(apply("softplus", entry("var", "x")))
    log(1 + exp(x))
    """
    row = FUNCTIONS.get(node.op)
    return row.definition(node.args[0]) if row and row.definition else node


def derivative(node: Expression) -> Expression:
    """``D node [v]``: the derivative in the variables along the direction v.

    Args:
        node: an expression; directions that already occur are constants.

    Returns:
        An expression linear in the new entries of kind ``dir``.

    Raises:
        ConvexcheckError: where `node` may fail to be differentiable: ``abs``, ``max``, ``Max`` of variables, a
            condition or an index on variables. (A square root at 0 is the caller's to exclude.)

    >>> from convexcheck.expression.term import entry
    >>> derivative(entry("var", "x") ** 2)
    2*x*d_x
    """

    @cache
    def visit(e: Expression) -> Expression:
        args, row = e.args, FUNCTIONS.get(e.op)
        if not e.has("var"):
            return ZERO
        if e.op in ENTRIES and not any(a.has("var") for a in args):
            return Expression("dir", args, e.data)
        if e.op == "add":
            return add(*map(visit, args))
        if e.op == "mul":
            parts = [(i, visit(a)) for i, a in enumerate(args)]
            return add(*(mul(*args[:i], d, *args[i + 1 :]) for i, d in parts if d is not ZERO))
        if e.op == "pow":
            base, exponent = args
            outer = mul(exponent, power(base, exponent - 1), visit(base)) if base.has("var") else ZERO
            return add(outer, mul(e, log(base), visit(exponent))) if exponent.has("var") else outer
        if e.op in ("Sum", "where") and not args[0].has("var"):
            return rebuild(e, [args[0], *map(visit, args[1:])])
        inner = slope(e, visit) if e.op in MATRICES else None
        if inner is not None:
            return inner
        if row and row.derivative:
            return mul(row.derivative(args[0]), visit(args[0]))
        raise ConvexcheckError("derivative", f"{e} may have a kink", "a smooth expression", "a rule for kinks")

    return visit(node)


def hessian_form(node: Expression) -> Expression:
    """The quadratic form ``D2 node [v, v]`` of the Hessian, not simplified.

    >>> from convexcheck.expression.term import entry
    >>> hessian_form(entry("var", "x") ** 2)
    2*d_x**2
    """
    return derivative(derivative(node))


# --- values ----------------------------------------------------------------------------------------------

Values = Mapping[tuple[str, str], np.ndarray]
MAX_CELLS, MAX_EXACT_BITS = 20_000_000, 100_000


class Inexact(Exception):
    """The value is not rational, not known to be, or not real: balls are needed."""


def evaluate(
    e: Expression, values: Values, sizes: Mapping[str, int], exact: bool = False, ranges: tuple[int, ...] = ()
) -> Any:
    """The value of a closed expression; with `ranges`, of one whose bound index j runs below ranges[j].

    Args:
        e: an expression without opened indices.
        values: for ``(op, name)`` an object array of ``flint.fmpq``.
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
    try:
        cells = _Evaluator(values, sizes, flint.fmpq if exact else flint.arb).visit(e, ranges[::-1])
        return np.broadcast_to(cells, ranges[::-1]).transpose() if ranges else cells.item()
    except ZeroDivisionError as error:
        raise Inexact from error


class _Evaluator:
    def __init__(self, values: Values, sizes: Mapping[str, int], number: Any) -> None:
        self.values, self.sizes, self.number, self.exact = values, sizes, number, number is flint.fmpq
        self.cells: dict[tuple[str, str], np.ndarray] = {}
        self.seen: dict[tuple[Expression, tuple[int, ...]], np.ndarray] = {}
        self.whole: dict[tuple[Any, ...], np.ndarray] = {}

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
            _limited(size * prod(stack))
            body = np.atleast_1d(self.visit(e.args[1], (*stack, size)))
            cells = np.broadcast_to(body, (*body.shape[:-1], size))
            return np.frompyfunc(operator.add if e.op == "Sum" else _larger, 2, 1).reduce(cells, axis=-1)
        if e.op in MATRICES:
            return self.matrix(e, stack)
        args = [self.visit(a, stack) for a in e.args]
        _limited(prod(np.broadcast_shapes(*(a.shape for a in args))))
        if e.op in ENTRIES:
            return self.entry(e, args)
        if e.op in FUNCTIONS:
            return _each(lambda t: _function(e.op, t), *args)
        cell = _CELLS[e.op]
        return _each(cell, *args) if e.op in ("where", "not") else reduce(np.frompyfunc(cell, 2, 1), args)

    def matrix(self, e: Expression, stack: tuple[int, ...]) -> Any:
        rows, columns = (self.size(side) for side in sides(e))
        whole = (e.op, *sides(e), e.args[-1], stack)  # one inverse for all of its entries
        if whole not in self.whole:
            _limited(rows * columns * prod(stack))
            body = np.array(self.visit(e.args[-1], (*stack, columns, rows)), dtype=object, ndmin=2)
            cells = np.broadcast_to(body, (*body.shape[:-2], columns, rows))
            found = np.empty(cells.shape[:-2], dtype=object)
            for at in np.ndindex(found.shape):
                known = value(e.op, cells[at].T.tolist(), self.exact)
                found[at] = self.undefined() if known is None else known
            self.whole[whole] = found
        places = [self.visit(a, stack) for a in e.args[MATRICES[e.op] : -1]]

        def entry(known: Any, i: Any, j: Any) -> Any:
            inside = callable(known) and max(_place(i, rows), _place(j, rows)) < rows
            return known(_place(i, rows), _place(j, rows)) if inside else self.undefined()

        return _each(entry, self.whole[whole], *places) if places else self.whole[whole]

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
        if key not in self.cells:  # None behind the last cell of every axis is what an index out of range finds
            self.cells[key] = np.full([n + 1 for n in array.shape], None, dtype=object)
            self.cells[key][tuple(map(slice, array.shape))] = array if self.exact else _each(self.number, array)
        places = tuple(_each(_place, i, n).astype(np.intp) for i, n in zip(indices, array.shape, strict=True))
        return _each(lambda cell: self.undefined() if cell is None else cell, self.cells[key][places])


def _each(cell: Callable[..., Any], *arrays: Any) -> np.ndarray:
    return np.asarray(np.frompyfunc(cell, len(arrays), 1)(*arrays), dtype=object)


def _limited(count: int) -> None:
    if count > MAX_CELLS:
        raise ConvexcheckError("evaluation", f"more than {MAX_CELLS} values at once", hint="smaller data")


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
    if ball and whole and 0 < whole <= 64 and base.contains(0):  # arb's own power is not finite there
        return prod([base] * whole)
    small = whole is not None and (ball or abs(whole) * base.height_bits() <= MAX_EXACT_BITS)
    return base**whole if small else base**exponent if ball else _inexact()


def _function(name: str, t: Any) -> Any:
    row = FUNCTIONS[name]
    if isinstance(t, flint.arb) or name == "abs":
        return row.ball(t)
    return flint.fmpq(*row.value.as_integer_ratio()) if row.at == Fraction(str(t)) else _inexact()


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
