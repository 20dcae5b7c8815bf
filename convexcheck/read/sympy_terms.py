"""From SymPy nodes to the language of statements (untrusted).

One rule per class; a class without a rule is `Unsupported`. Nothing is simplified, parsed or evaluated by SymPy.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import cache
from typing import Any

from convexcheck.expression.errors import ConvexcheckError, Unsupported
from convexcheck.expression.functions import FUNCTIONS, exp, log
from convexcheck.expression.term import (
    ONE,
    PI,
    ZERO,
    Expression,
    abstract,
    add,
    apply,
    bound,
    const,
    dim,
    entry,
    maximum,
    mul,
    over,
    power,
)
from convexcheck.read import special
from convexcheck.read.logic import FALSE, TRUE, both, choose, compare, either, negation
from convexcheck.read.sympy_names import STAGE, Names, limits, shift, shown
from convexcheck.read.tensor import Tensor, contract, declared, elementwise, minimum, scalar

_HALF = Fraction(1, 2)
Rule = Callable[[Expression], Expression]


@cache
def _functions() -> dict[Any, Rule]:
    """Functions of one argument."""
    import sympy
    from sympy.codegen import cfunctions

    def named(name: str) -> Rule:
        return lambda t: apply(name, t)

    same = [n for n in FUNCTIONS if isinstance(getattr(sympy, n, None), sympy.FunctionClass)]
    rules = {**{n: named(n) for n in same}, **{n: r for n, r in special.UNARY.items() if hasattr(sympy, n)}}
    found: dict[Any, Rule] = {getattr(sympy, n): rule for n, rule in rules.items()}
    found |= {
        sympy.Abs: named("abs"),
        sympy.LambertW: named("lambertw"),
        sympy.cot: lambda t: apply("cos", t) / apply("sin", t),
        sympy.sec: lambda t: 1 / apply("cos", t),
        sympy.csc: lambda t: 1 / apply("sin", t),
        sympy.coth: lambda t: 1 / apply("tanh", t),
        sympy.sech: lambda t: 1 / apply("cosh", t),
        sympy.csch: lambda t: 1 / apply("sinh", t),
        cfunctions.log1p: lambda t: log(1 + t),
        cfunctions.expm1: lambda t: exp(t) - 1,
        cfunctions.Sqrt: lambda t: power(t, _HALF),
    }
    return found


class Terms:
    """Conversion of the nodes of one expression; `roles` says which symbols are variables.

    `opened` maps a SymPy index to the opened index that stands for it.
    """

    def __init__(self, names: Names, variables: set[Any]) -> None:
        self.names, self.variables = names, variables
        self.opened: dict[Any, Expression] = {}
        self.serial = 0
        self.done: dict[Any, Expression] = {}

    def scalar(self, e: Any) -> Expression:
        """The expression that a scalar SymPy node denotes.

        Raises:
            ConvexcheckError: what is no real number. Unsupported: what the language does not have.
        """
        found = self.done.get(e)
        if found is None:
            found = self._scalar(e)
            if not self.opened:
                self.done[e] = found
        return found

    def _scalar(self, e: Any) -> Expression:
        import sympy

        if getattr(e, "is_Matrix", False):
            matrix = self.matrix(e)
            if any(s is not ONE for s in matrix.shape):
                raise ConvexcheckError(
                    STAGE, f"a matrix where a number is expected: {shown(e)}", "a scalar", "Trace(...)"
                )
            return matrix.at(ZERO, ZERO)
        if isinstance(e, sympy.Symbol | sympy.Idx):
            return self._symbol(e)
        if e.is_number and e.is_Atom:
            return _number(e)
        if isinstance(e, sympy.Add):
            return add(*map(self.scalar, e.args))
        if isinstance(e, sympy.Mul):
            return mul(*map(self.scalar, e.args))
        if isinstance(e, sympy.Pow):
            return power(self.scalar(e.base), self.scalar(e.exp))
        rule = _functions().get(e.func)
        if rule is not None and len(e.args) == 1:
            return rule(self.scalar(e.args[0]))
        if isinstance(e, sympy.polygamma | sympy.beta):
            return (special.polygamma if isinstance(e, sympy.polygamma) else special.beta)(*map(self.scalar, e.args))
        if isinstance(e, sympy.Max | sympy.Min):
            return (maximum if isinstance(e, sympy.Max) else minimum)(*map(self.scalar, e.args))
        if isinstance(e, sympy.Piecewise):
            return self._piecewise(e)
        if isinstance(e, sympy.Sum):
            return self._sum(e)
        if isinstance(e, sympy.Indexed):
            return self._entry(e.base, e.indices)
        if isinstance(e, sympy.KroneckerDelta):
            return choose(compare("eq", *map(self.scalar, e.args[:2])), ONE, ZERO)
        if isinstance(e, sympy.Trace):
            return _trace(self.matrix(e.arg))
        if e.func.__name__ == "MatrixElement":
            at = [self.scalar(a) for a in e.args[1:]]
            return self.matrix(e.args[0]).at(*at)
        raise self._unsupported(e)

    def truth(self, e: Any) -> Expression:
        """The condition that a SymPy relation or a combination of relations denotes."""
        import sympy

        if e in (sympy.true, sympy.false):
            return TRUE if e == sympy.true else FALSE
        if isinstance(e, sympy.And | sympy.Or):
            join, result = (both, TRUE) if isinstance(e, sympy.And) else (either, FALSE)
            for a in e.args:
                result = join(result, self.truth(a))
            return result
        if isinstance(e, sympy.Not):
            return negation(self.truth(e.args[0]))
        op = {"<": "lt", "<=": "le", ">": "lt", ">=": "le", "==": "eq", "!=": "eq"}.get(getattr(e, "rel_op", ""))
        if op is None:
            raise self._unsupported(e)
        a, b = self.scalar(e.lhs), self.scalar(e.rhs)
        found = compare(op, b, a) if e.rel_op in (">", ">=") else compare(op, a, b)
        return negation(found) if e.rel_op == "!=" else found

    def _symbol(self, e: Any) -> Expression:
        if e in self.opened:
            return self.opened[e]
        if e in self.names.sizes:
            return dim(self.names.written[e])
        if e not in self.names.written:
            raise ConvexcheckError(STAGE, f"the index {shown(e)} is used outside its sum", "a bound index")
        return entry("var" if e in self.variables else "par", self.names.written[e])

    def _entry(self, base: Any, indices: Any) -> Expression:
        at = []
        for index, axis in zip(indices, self.names.bases[base], strict=True):
            found = self.scalar(index)
            if found.has("var"):
                raise Unsupported(
                    STAGE, f"{shown(base)} at an index that depends on a variable", "indices and parameters"
                )
            at.append(shift(found, axis.origin))
            for name in found.names("par"):
                self.names.integers |= {i for i, n in self.names.written.items() if n == name}
        return entry("var" if base in self.variables else "par", self.names.written[base], at)

    def open(self, size: Expression) -> Expression:
        """A new opened index below `size`."""
        self.serial += 1
        return Expression("index", (size,), self.serial)

    def _sum(self, e: Any) -> Expression:
        levels = []
        shadowed = dict(self.opened)
        for limit in reversed(e.limits):  # SymPy's last limit is the outermost sum
            symbol, low, high = limits(limit)
            size = high - low + 1
            if any(s in size.free_symbols for s, *_ in map(limits, e.limits)) or size.free_symbols & set(self.opened):
                raise Unsupported(STAGE, f"a sum whose range depends on an index: {shown(e)}", "a fixed range")
            index = self.open(self.names.size(size))
            self.opened[symbol] = shift(index, -int(low))
            levels.append(index)
        body = self.scalar(e.function)
        self.opened = shadowed
        for index in reversed(levels):
            body = over("Sum", index.args[0], abstract(body, [index]))
        return body

    def _piecewise(self, e: Any) -> Expression:
        import sympy

        *pieces, (last, condition) = e.args
        if condition != sympy.true:
            hint = "a last piece (value, True)"
            raise ConvexcheckError(STAGE, f"a piecewise function with gaps: {shown(e)}", "a value everywhere", hint)
        result = self.scalar(last)
        for value, condition in reversed(pieces):
            result = choose(self.truth(condition), self.scalar(value), result)
        return result

    def matrix(self, e: Any) -> Tensor:
        """The tensor that a SymPy matrix expression denotes, with two axes."""
        import sympy

        if isinstance(e, sympy.MatrixSymbol):
            op = "var" if e in self.variables else "par"
            return declared(op, self.names.written[e], self.names.declaration(e))
        if isinstance(e, sympy.MatrixBase):
            raise Unsupported(STAGE, f"a matrix written out entry by entry: {shown(e)}", "sums of entries")
        if isinstance(e, sympy.MatAdd):
            return elementwise(add, *map(self.matrix, e.args))
        if isinstance(e, sympy.MatMul):
            factor, matrices = e.as_coeff_matrices()
            result = self.matrix(matrices[0])
            for m in matrices[1:]:
                result = contract(result, self.matrix(m))
            return elementwise(mul, scalar(self.scalar(factor)), result)
        if isinstance(e, sympy.Transpose):
            return self.matrix(e.arg).transpose()
        if isinstance(e, sympy.HadamardProduct):
            return elementwise(mul, *map(self.matrix, e.args))
        if isinstance(e, sympy.HadamardPower) and not getattr(e.exp, "is_Matrix", False):
            exponent = self.scalar(e.exp)
            return elementwise(lambda t: power(t, exponent), self.matrix(e.base))
        if isinstance(e, sympy.MatPow) and e.exp.is_Integer and 1 <= e.exp <= 8:
            result = base = self.matrix(e.base)
            for _ in range(int(e.exp) - 1):
                result = contract(result, base)
            return result
        if isinstance(e, sympy.ZeroMatrix | sympy.OneMatrix):
            shape = tuple(self.names.size(s) for s in e.shape)
            return Tensor(shape, ZERO if isinstance(e, sympy.ZeroMatrix) else ONE)
        if isinstance(e, sympy.Identity):
            shape = tuple(self.names.size(s) for s in e.shape)
            return Tensor(shape, choose(compare("eq", bound(0), bound(1)), ONE, ZERO))
        raise self._unsupported(e)

    def _unsupported(self, e: Any) -> ConvexcheckError:
        name = getattr(getattr(e, "func", type(e)), "__name__", type(e).__name__)
        return Unsupported(
            STAGE, f"{ascii(name)[1:-1]} in {shown(e)}", "the language's operations", "an equal formula without it"
        )


def _trace(matrix: Tensor) -> Expression:
    return over("Sum", matrix.shape[0], matrix.at(bound(0), bound(0)))


def _number(e: Any) -> Expression:
    import sympy

    if e is sympy.pi:
        return PI
    if e is sympy.E:
        return exp(ONE)
    if e.is_Rational:
        return const(Fraction(int(e.p), int(e.q)))
    if e.is_Float and e.is_finite:
        sign, mantissa, exponent, _ = e._mpf_
        if abs(int(exponent)) > 5000:
            raise ConvexcheckError(STAGE, f"the number {shown(e)}", "a number of moderate size")
        return const((-1) ** int(sign) * int(mantissa) * Fraction(2) ** int(exponent))
    if e in (sympy.GoldenRatio, sympy.EulerGamma, sympy.Catalan, sympy.TribonacciConstant):
        raise Unsupported(STAGE, f"the constant {shown(e)}", "rationals, pi and E")
    raise ConvexcheckError(STAGE, f"the number {shown(e)} is not real", "real numbers")
