"""Where a function of one scalar is not convex: the exact set on which its second derivative is negative (untrusted).

The second derivative must be a rational function of the variable, or of u = exp(variable / q). Its numerator
times its denominator is a polynomial over the rationals; that is factored, its real roots are isolated, and its
sign is taken at a rational point between neighbours. Every number that comes out is exact: an end point is a root
in closed form (degree 1 or 2), or is enclosed between two rationals. It tells a reader how far a refutation
reaches; no verdict rests on it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from math import gcd, lcm

import flint

from convexcheck.certificate.evidence import Array, Instance
from convexcheck.expression.bounds import Context
from convexcheck.expression.errors import ConvexcheckError
from convexcheck.expression.evaluate import evaluate
from convexcheck.expression.functions import derivative
from convexcheck.expression.normal import Polynomial, polynomial
from convexcheck.expression.statement import Declaration, Statement, text
from convexcheck.expression.term import ONE, Expression, apply, const, instantiate, mul, power, rebuild, substitute

MAX_DEGREE, MAX_TERMS = 200, 400
_BITS = 128


@dataclass(frozen=True)
class EndPoint:
    """An end of an interval: `value` in closed form where there is one, always with ``low <= value <= high``."""

    value: Expression | None
    low: Fraction
    high: Fraction

    def __str__(self) -> str:
        return text(self.value) if self.value is not None else f"{float((self.low + self.high) / 2):.6g}..."


@dataclass(frozen=True)
class Region:
    """Open intervals of a variable (None: unbounded) on which the second derivative is negative."""

    variable: str
    second: Expression
    intervals: tuple[tuple[EndPoint | None, EndPoint | None], ...]

    def __str__(self) -> str:
        parts = []
        for low, high in self.intervals:
            left = f"{low} < " if low is not None else ""
            right = f" < {high}" if high is not None else ""
            parts.append(left + self.variable + right if left or right else f"all {self.variable}")
        return " or ".join(parts) or "nowhere"


def negative_region(statement: Statement, instance: Instance | None = None, side: str = "convex") -> Region | None:
    """The set on which the second derivative of a function of one real variable is negative.

    Args:
        statement: its function may have sizes and parameters, which `instance` fixes; one real variable remains.
        instance: values for sizes and parameters.
        side: "convex", or "concave" for the set on which the second derivative is positive.

    Returns:
        The region on the whole real line, whatever the domain; None where the method does not apply: more
        variables, a kink, or a second derivative that is no rational function of x or of exp(x/q).

    >>> w = Expression("var", (), "w")
    >>> loss = (apply("sigmoid", w) - 1) ** 2
    >>> print(negative_region(Statement(loss, {"w": Declaration()})))
    w < -log(2)
    """
    try:
        function, name, variable = _single(statement, instance)
        second = substitute(derivative(derivative(function)), {("dir", variable.data): ONE})
        context = Context(Statement(ONE, {variable.data: Declaration()}))
        rational = _Rational(variable)
        form = _without_positive_factors(polynomial(second, context))
        rational.look(form, context)
        top, bottom = rational.convert(form, context)
    except (ConvexcheckError, _NotRational, ZeroDivisionError):
        return None
    sign = top * bottom if side == "convex" else -top * bottom
    return Region(name, second, _negative(sign, 1 / rational.rate if rational.exponential else None))


class _NotRational(Exception):
    """The second derivative is not a rational function of x or of exp(x/q)."""


def _single(statement: Statement, instance: Instance | None) -> tuple[Expression, str, Expression]:
    """The function with sizes, parameters and sums written out, the name of its variable, and the variable."""
    sizes = dict(instance.sizes) if instance else {}
    arrays = dict(instance.parameters) if instance else {}
    if len(statement.variables) != 1:
        raise _NotRational
    name, declaration = next(iter(statement.variables.items()))
    lengths = [int(s.data) if s.op == "const" else sizes.get(s.data, 0) for s in declaration.shape]
    if any(n != 1 for n in lengths):
        raise _NotRational
    variable = Expression("var", (), name)
    shown = name + (f"[{', '.join('0' * len(lengths))}]" if lengths else "")
    return _written_out(statement.function, sizes, arrays, variable), shown, variable


def _written_out(e: Expression, sizes: Mapping[str, int], arrays: Mapping[str, Array], x: Expression) -> Expression:
    def visit(e: Expression) -> Expression:
        if e.op == "dim":
            return const(sizes[e.data])
        if e.op == "var":
            return x
        if e.op == "par":
            array, at = arrays[e.data], [visit(a) for a in e.args]
            if any(a.op != "const" for a in at) or array.digest:
                raise _NotRational
            flat = 0
            for a, n in zip(at, array.shape, strict=True):
                flat = flat * n + int(a.data)
            return const(array.entries[flat])
        if e.op == "Sum":
            size = visit(e.args[0])
            if size.data > MAX_TERMS:
                raise _NotRational
            total = const(0)
            for k in range(int(size.data)):
                total = total + visit(instantiate(e.args[1], [const(k)]))
            return total
        if e.op == "Max":
            raise _NotRational
        if e.op == "where":
            condition = rebuild(e.args[0], [visit(a) for a in e.args[0].args])
            if condition.has("var"):
                raise _NotRational
            return visit(e.args[1 if evaluate(condition, {}, {}, exact=True) else 2])
        return rebuild(e, [visit(a) for a in e.args])

    return visit(e)


def _without_positive_factors(p: Polynomial) -> Polynomial:
    """`p` divided by every power of an exponential that all its terms share; its sign is the same."""
    shared = set.intersection(*({f for f in m if f[0].op == "exp"} for m in p)) if p else set()
    return {tuple(f for f in m if f not in shared): c for m, c in p.items()}


class _Rational:
    """Conversion to rational functions of x, or of u = exp(x/scale) if exponentials of x occur."""

    def __init__(self, variable: Expression) -> None:
        self.variable, self.rate = variable, Fraction(0)
        self.exponential = self.plain = False

    def look(self, p: Polynomial, context: Context) -> None:
        """Find out which of the two it is, and the scale."""
        for m in p:
            for g, k in m:
                if g is self.variable and k.denominator == 1:
                    self.plain = True
                elif g.op == "exp" and g.args[0] is self.variable:
                    self.exponential = True
                    bottom = lcm(self.rate.denominator, k.denominator)
                    self.rate = Fraction(gcd(int(self.rate * bottom), int(k * bottom)), bottom)
                elif g.op == "add" and k.denominator == 1:
                    self.look(polynomial(g, context), context)
                else:
                    raise _NotRational
        if self.plain and self.exponential:
            raise _NotRational

    def convert(self, p: Polynomial, context: Context) -> tuple[flint.fmpq_poly, flint.fmpq_poly]:
        """Numerator and denominator."""
        top, bottom = flint.fmpq_poly([0]), flint.fmpq_poly([1])
        for m, c in p.items():
            above, below = flint.fmpq_poly([flint.fmpq(c.numerator, c.denominator)]), flint.fmpq_poly([1])
            for g, k in m:
                if g.op == "add":
                    num, den = self.convert(polynomial(g, context), context)
                    count = k
                else:
                    num, den = flint.fmpq_poly([0, 1]), flint.fmpq_poly([1])
                    count = k / self.rate if g.op == "exp" else k
                if count < 0:
                    num, den = den, num
                above, below = above * num ** abs(int(count)), below * den ** abs(int(count))
            shared = bottom.gcd(below)
            top = top * (below // shared) + above * (bottom // shared)
            bottom = bottom * (below // shared)
            if top.degree() + bottom.degree() > MAX_DEGREE:
                raise _NotRational
        return top, bottom


def _negative(p: flint.fmpq_poly, scale: Fraction | None) -> tuple[tuple[EndPoint | None, EndPoint | None], ...]:
    """The open intervals on which `p` is negative, in x; with a `scale`, p is in u = exp(x/scale) > 0."""
    if p.degree() < 0:
        return ()
    roots: list[tuple[flint.arb, flint.fmpz_poly]] = []
    before, flint.ctx.prec = flint.ctx.prec, _BITS
    try:
        for factor, _ in p.factor()[1]:
            roots += [(r.real, factor.numer()) for r, _ in factor.complex_roots() if r.imag == 0]
        roots.sort(key=lambda r: float(r[0].mid()))
        if any(not a[0] < b[0] for a, b in pairwise(roots)):
            raise _NotRational
        if scale is not None:
            roots = [r for r in roots if r[0] > 0]
        return _intervals(p, roots, scale)
    finally:
        flint.ctx.prec = before


def _intervals(
    p: flint.fmpq_poly, roots: Sequence[tuple[flint.arb, flint.fmpz_poly]], scale: Fraction | None
) -> tuple[tuple[EndPoint | None, EndPoint | None], ...]:
    """Signs at rational points between neighbouring roots; intervals that touch stay apart (the value there is 0)."""
    edges = [_between(r[0], r[0]) for r in roots]
    if edges:
        first = edges[0][0] / 2 if scale is not None else edges[0][0] - 1
        samples = [first, *((a[1] + b[0]) / 2 for a, b in pairwise(edges)), edges[-1][1] + 1]
    else:
        samples = [Fraction(1)]
    ends = [None, *(_end(r, f, scale) for r, f in roots), None]
    found = []
    for k, at in enumerate(samples):
        if p(flint.fmpq(at.numerator, at.denominator)) < 0:
            found.append((ends[k], ends[k + 1]))
    return tuple(found)


def _between(low: flint.arb, high: flint.arb) -> tuple[Fraction, Fraction]:
    """Rationals below and above."""

    def exact(ball: flint.arb) -> Fraction:
        mantissa, exponent = ball.man_exp()
        return Fraction(int(mantissa)) * Fraction(2) ** int(exponent)

    return exact(low.lower()), exact(high.upper())


def _end(root: flint.arb, factor: flint.fmpz_poly, scale: Fraction | None) -> EndPoint:
    closed = _closed(root, [int(c) for c in factor.coeffs()])
    if scale is None:
        return EndPoint(closed, *_between(root, root))
    ball = root.log() * flint.fmpq(scale.numerator, scale.denominator)
    if closed is None:
        value = None
    elif closed.op == "const" and closed.data.numerator == 1:
        value = mul(-scale, apply("log", const(closed.data.denominator))) if closed is not ONE else const(0)
    else:
        value = mul(scale, apply("log", closed))
    return EndPoint(value, *_between(ball, ball))


def _closed(root: flint.arb, coefficients: list[int]) -> Expression | None:
    """A root of an irreducible polynomial of degree 1 or 2 in closed form."""
    if len(coefficients) == 2:
        return const(Fraction(-coefficients[0], coefficients[1]))
    if len(coefficients) != 3:
        return None
    c, b, a = coefficients
    surd = power(const(Fraction(b * b - 4 * a * c, 4 * a * a)), Fraction(1, 2))
    larger = bool(root > flint.arb(flint.fmpq(-b, 2 * a)))
    return const(Fraction(-b, 2 * a)) + (surd if larger else -surd)
