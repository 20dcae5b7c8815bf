"""Bounds: what interval a value must lie in, computed bottom up from facts (trusted).

This is interval arithmetic on the expression, with one addition: an expression that is a multiple of
a known fact, up to a constant, inherits the fact's bound (``1 - x - y`` under ``x + y <= 1``).
Every expression is assumed to be defined; the kernel discharges that separately.
Source: R. E. Moore, R. B. Kearfott, M. J. Cloud, Introduction to Interval Analysis, chapters 2 and 5.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from math import inf

import flint

from convexcheck.expression.binding import opened
from convexcheck.expression.functions import FUNCTIONS, NONNEGATIVE, POSITIVE, REALS, Interval, Number
from convexcheck.expression.statement import Condition, Declaration, Statement
from convexcheck.expression.term import Expression, add, mul

Linear = tuple[Fraction, tuple[tuple[Expression, Fraction], ...]]


class Context:
    """What may be assumed: declarations, least sizes, and facts; remembers the bounds that it computed.

    Args:
        statement: gives declarations, sizes and, unless `facts` is given, its domain and `given` as facts.
        facts: conditions to assume instead.
    """

    def __init__(self, statement: Statement, facts: Sequence[Condition] | None = None) -> None:
        self.statement = statement
        self.facts = tuple(facts if facts is not None else (*statement.domain, *statement.given))
        self.seen: dict[Expression, Interval] = {}
        self.polynomials: dict[Expression, object] = {}
        self._patterns: dict[int, list[tuple[Condition, Linear]]] = {}
        for fact in self.facts:
            shape = linear(fact.body)
            self._patterns.setdefault(len(shape[1]), []).append((fact, shape))

    def extended(self, facts: Sequence[Condition]) -> Context:
        """The same context with more facts."""
        return Context(self.statement, (*self.facts, *facts))

    def declaration(self, e: Expression) -> Declaration | None:
        """The declaration of the array that `e` is an entry of."""
        kind = self.statement.parameters if e.op == "par" else self.statement.variables
        return kind.get(e.data)

    def bounds(self, e: Expression) -> Interval:
        """An interval that contains `e` wherever the facts hold and `e` is defined.

        >>> x = Expression("var", (), "x")
        >>> Context(Statement(x, {"x": Declaration()})).bounds(1 + x**2).lo
        Fraction(1, 1)
        """
        if e not in self.seen:
            self.seen[e] = REALS  # the value while the facts below are matched
            self.seen[e] = meet(_structural(self, e), self._from_facts(e))
        return self.seen[e]

    def _from_facts(self, e: Expression) -> Interval:
        constant, terms = linear(e)
        found = REALS
        if e.op in ("const", "Sum") or not terms:
            return found if e.op != "Sum" else self._match(constant, terms)
        for op, _ in e.symbols:
            if op == "index":
                return meet(self._match(constant, terms), self._index_facts(constant, terms))
        return meet(found, self._match(constant, terms))

    def _index_facts(self, constant: Fraction, terms: tuple[tuple[Expression, Fraction], ...]) -> Interval:
        found = REALS
        for index, scale in terms:
            if index.op == "index":
                limit = linear(add(index.args[0], -1, mul(-1, index)))
                if dict(limit[1]) == {t: -c / scale for t, c in terms}:
                    found = meet(found, affine(NONNEGATIVE, -scale, constant + scale * limit[0]))
        return found

    def _match(self, constant: Fraction, terms: tuple[tuple[Expression, Fraction], ...]) -> Interval:
        found = REALS
        for fact, (base, pattern) in self._patterns.get(len(terms), ()):
            scale = _scale(pattern, terms)
            if scale is None or fact.relation not in _RANGES:
                continue
            found = meet(found, affine(_RANGES[fact.relation], scale, constant - scale * base))
        return found


_ZERO, _ONE = Fraction(0), Fraction(1)
_RANGES = {"ge": NONNEGATIVE, "gt": POSITIVE, "eq": Interval(_ZERO, _ZERO)}


def linear(e: Expression) -> Linear:
    """`e` as a constant plus multiples of terms, without rewriting inside the terms."""
    constant, terms = _ZERO, dict[Expression, Fraction]()
    for part in e.args if e.op == "add" else (e,):
        coefficient, rest = Fraction(1), part
        if part.op == "const":
            constant += part.data
            continue
        if part.op == "mul" and part.args[0].op == "const":
            coefficient, rest = part.args[0].data, mul(*part.args[1:])
        terms[rest] = terms.get(rest, _ZERO) + coefficient
    return constant, tuple(sorted(((t, c) for t, c in terms.items() if c), key=lambda p: p[0].key))


def _scale(pattern: Sequence[tuple[Expression, Fraction]], terms: Sequence[tuple[Expression, Fraction]]) -> Fraction | None:
    """The factor s with terms = s * pattern for some values of the pattern's loose indices."""
    if not pattern:
        return None
    order = lambda p: (p[0].op, str(p[0].data), p[0].depth)  # noqa: E731  # a fact's indices may sort otherwise
    values: dict[int, Expression] = {}
    pairs = list(zip(sorted(pattern, key=order), sorted(terms, key=order), strict=True))
    scale = pairs[0][1][1] / pairs[0][0][1]
    agree = all(c == scale * p and match(a, b, values) for (a, p), (b, c) in pairs)
    return scale if agree else None


def match(pattern: Expression, target: Expression, values: dict[int, Expression], level: int = 0) -> bool:
    """Whether `target` is `pattern` with its loose indices replaced; `values` receives the replacements."""
    if pattern.loose <= level:
        return pattern is target
    if pattern.op == "bound":
        return target.loose == 0 and values.setdefault(pattern.data - level, target) is target
    if pattern.op != target.op or pattern.data != target.data or len(pattern.args) != len(target.args):
        return False
    inner = level + (pattern.op in ("Sum", "Max"))
    levels = [level] * (len(pattern.args) - 1) + [inner]
    return all(match(p, t, values, k) for p, t, k in zip(pattern.args, target.args, levels, strict=True))


def meet(a: Interval, b: Interval) -> Interval:
    """The intersection."""
    lo, lo_open = max((a.lo, a.lo_open), (b.lo, b.lo_open))
    hi, closed = min((a.hi, not a.hi_open), (b.hi, not b.hi_open))
    return Interval(lo, hi, lo_open, not closed)


def hull(intervals: Sequence[Interval]) -> Interval:
    """The smallest interval that contains all of them."""
    lo, lo_open = min((i.lo, i.lo_open) for i in intervals)
    hi, closed = max((i.hi, not i.hi_open) for i in intervals)
    return Interval(lo, hi, lo_open, not closed)


def affine(i: Interval, scale: Fraction, offset: Fraction) -> Interval:
    """``scale * i + offset`` for a scale other than 0."""
    low, high = _add(_mul(i.lo, scale), offset), _add(_mul(i.hi, scale), offset)
    return Interval(low, high, i.lo_open, i.hi_open) if scale > 0 else Interval(high, low, i.hi_open, i.lo_open)


def _add(x: Number, y: Number) -> Number:
    """x + y, where an infinite end swallows the other (never inf - inf: both are lower or both upper ends)."""
    return x if isinstance(x, float) else y if isinstance(y, float) else x + y


def _mul(x: Number, y: Number) -> Number:
    """x * y with 0 * inf = 0; rationals of any size meet infinity by their sign only."""
    if x == 0 or y == 0:
        return _ZERO
    if isinstance(x, float) or isinstance(y, float):
        return inf if (x > 0) == (y > 0) else -inf
    return x * y


def _plus(a: Interval, b: Interval) -> Interval:
    return Interval(_add(a.lo, b.lo), _add(a.hi, b.hi), a.lo_open or b.lo_open, a.hi_open or b.hi_open)


def _times(a: Interval, b: Interval) -> Interval:
    def ends(i: Interval) -> Iterator[tuple[Number, bool]]:
        return iter(((i.lo, i.lo_open), (i.hi, i.hi_open)))

    corners: list[tuple[Number, bool]] = []
    for x, x_open in ends(a):
        for y, y_open in ends(b):
            if x == 0 or y == 0:  # a zero that is attained makes the product attain zero; 0 * inf is 0 here
                corners.append((_ZERO, not ((x == 0 and not x_open) or (y == 0 and not y_open))))
            else:
                corners.append((_mul(x, y), x_open or y_open))
    lo, hi = min(v for v, _ in corners), max(v for v, _ in corners)
    return Interval(lo, hi, all(o for v, o in corners if v == lo), all(o for v, o in corners if v == hi))


def _outward(value: flint.arb, up: bool) -> Fraction:
    if not value.is_finite():
        raise OverflowError
    mantissa, exponent = (value.upper() if up else value.lower()).man_exp()
    return Fraction(int(mantissa)) * Fraction(2) ** int(exponent)


def _image(name: str, i: Interval, exponent: Fraction | None = None) -> Interval:
    """The image of `i` under an increasing function (or t ** exponent, exponent > 0, t >= 0), rounded outward."""
    row = FUNCTIONS.get(name)
    inside = meet(i, row.domain) if row else meet(i, NONNEGATIVE)
    whole = row.range if row else NONNEGATIVE

    def at(end: Number, is_open: bool, up: bool) -> tuple[Number, bool]:
        limit, limit_open = (whole.hi, whole.hi_open) if up else (whole.lo, whole.lo_open)
        if abs(end) == inf or (row and end in (row.domain.lo, row.domain.hi) and row.domain.lo_open):
            return limit, limit_open
        if abs(end) > 2**20 or abs(end) < Fraction(1, 2**40) and end != 0:
            return limit, limit_open
        ball = flint.arb(flint.fmpq(end.numerator, end.denominator))  # type: ignore[union-attr]  # finite here
        if exponent is not None:
            value = ball ** flint.arb(flint.fmpq(exponent.numerator, exponent.denominator)) if end else flint.arb(0)
        elif name == "sigmoid":
            value = 1 / (1 + (-ball).exp())
        elif name == "softplus":
            value = (1 + ball.exp()).log()
        else:
            value = getattr(ball, row.ball)() if row else ball
        exact = value.is_exact()
        return _outward(value, up), is_open and exact or (not exact)

    low, high = at(inside.lo, inside.lo_open, False), at(inside.hi, inside.hi_open, True)
    return meet(Interval(low[0], high[0], low[1], high[1]), whole)


def _power(base: Interval, q: Fraction) -> Interval:
    if q == 0:
        return Interval(_ONE, _ONE)
    if q < 0:  # the base is not 0, since its power is defined
        inner = _power(base, -q)
        if inner.lo < 0:
            return affine(_power(affine(base, -_ONE, _ZERO), q), -_ONE, _ZERO) if inner.hi <= 0 else REALS
        low = _ZERO if isinstance(inner.hi, float) else 1 / inner.hi
        high = inf if inner.lo == 0 or isinstance(inner.lo, float) else 1 / inner.lo
        return Interval(low, high, inner.hi_open or low == 0, inner.lo_open)
    if q.denominator > 1:
        return _image("", base, q)
    k = q.numerator
    if base.hi > 2**64 and base.hi != inf or base.lo < -(2**64) and base.lo != -inf or k > 64:
        base = REALS if base.lo < 0 else NONNEGATIVE if not base.positive else POSITIVE
    low, high = base.lo**k, base.hi**k
    if k % 2 or base.lo >= 0:
        return Interval(low, high, base.lo_open, base.hi_open)
    if base.hi <= 0:
        return Interval(high, low, base.hi_open, base.lo_open)
    top, closed = max((low, not base.lo_open), (high, not base.hi_open))
    return Interval(_ZERO, top, False, not closed)


def _structural(c: Context, e: Expression) -> Interval:
    """Bounds from the operation at the top of `e` and the bounds of its arguments."""
    if e.op == "const":
        return Interval(e.data, e.data)
    if e.op == "pi":
        return Interval(Fraction(3), Fraction(4), True, True)
    if e.op == "dim":
        return Interval(Fraction(c.statement.sizes.get(e.data, 0)))
    if e.op == "index":
        top = e.args[0].data - 1 if e.args[0].op == "const" else inf
        return Interval(_ZERO, top)
    if e.op == "add":
        total = Interval(_ZERO, _ZERO)
        for a in e.args:
            total = _plus(total, c.bounds(a))
        return total
    if e.op == "mul":
        product = Interval(_ONE, _ONE)
        for a in e.args:
            product = _times(product, c.bounds(a))
        return product
    if e.op == "pow":
        if e.args[1].op == "const":
            return _power(c.bounds(e.args[0]), e.args[1].data)
        return POSITIVE if c.bounds(e.args[0]).positive else REALS
    if e.op == "max":
        inner = [c.bounds(a) for a in e.args]
        lo, lo_open = max((i.lo, i.lo_open) for i in inner)
        top = hull(inner)
        return Interval(lo, top.hi, lo_open, top.hi_open)
    if e.op == "where":
        return hull([c.bounds(a) for a in e.args[1:]])
    if e.op in ("Sum", "Max"):
        body, _ = opened(e)
        each = c.bounds(body)
        return each if e.op == "Max" else _sum(c.bounds(e.args[0]), each)
    if e.op == "abs":
        inside = c.bounds(e.args[0])
        return _power(_power(inside, Fraction(2)), Fraction(1, 2)) if inside.lo < 0 < inside.hi else (
            inside if inside.lo >= 0 else affine(inside, -_ONE, _ZERO)
        )
    row = FUNCTIONS.get(e.op)
    if row is None:
        return REALS
    if e.op == "cosh" or row.monotone <= 0:
        return row.range
    return _image(e.op, c.bounds(e.args[0]))


def _sum(count: Interval, each: Interval) -> Interval:
    """Bounds of a sum of `count` terms: a bound c >= 0 below gives n c, but c < 0 needs a largest n."""
    lo = _mul(each.lo, count.lo if each.lo >= 0 else count.hi)
    hi = _mul(each.hi, count.lo if each.hi <= 0 else count.hi)
    some = count.lo >= 1  # an empty sum is 0, which attains a bound of 0
    return Interval(lo, hi, each.lo_open and some, each.hi_open and some)


