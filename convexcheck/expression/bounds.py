"""Bounds: what interval a value must lie in, computed bottom up from facts (trusted).

This is interval arithmetic on the expression, with one addition: an expression that is a multiple of
a known fact, up to a constant, inherits the fact's bound (``1 - x - y`` under ``x + y <= 1``).
Every expression is assumed to be defined; the kernel discharges that separately.
Source: R. E. Moore, R. B. Kearfott, M. J. Cloud, Introduction to Interval Analysis, chapters 2 and 5.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from math import inf

from convexcheck.expression.binding import opened
from convexcheck.expression.functions import FUNCTIONS, NONNEGATIVE, POSITIVE, REALS, Interval, Number
from convexcheck.expression.statement import Condition, Declaration, Statement, generic
from convexcheck.expression.term import ZERO, Expression, add, const, mul

Terms = tuple[tuple[Expression, Fraction], ...]
_0, _1 = Fraction(0), Fraction(1)
_RANGES = {"ge": NONNEGATIVE, "gt": POSITIVE, "eq": Interval(_0, _0)}


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
        self.polynomials: dict[Expression, dict[Terms, Fraction]] = {}
        self._patterns = [(_RANGES[f.relation], linear(f.body)) for f in self.facts if f.relation in _RANGES]

    def extended(self, facts: Sequence[Condition]) -> "Context":
        """The same context with more facts."""
        return Context(self.statement, (*self.facts, *facts))

    def boxed(self, ranges: Mapping[str, tuple[Declaration, Interval]], strict: bool = False) -> "Context":
        """The context whose variables range over a box (its interior, if `strict`) instead of the old ones."""
        facts = [c for c in self.facts if not c.body.has("var", "dir")]
        for name, (declaration, i) in ranges.items():
            for end, is_open, gap in ((i.lo, i.lo_open, 1), (i.hi, i.hi_open, -1)):
                if isinstance(end, Fraction):
                    room = mul(gap, generic("var", name, declaration) - const(end))
                    facts.append(Condition("gt" if is_open or strict else "ge", room, declaration.shape))
        variables = {name: declaration for name, (declaration, _) in ranges.items()}
        return Context(replace(self.statement, function=ZERO, variables=variables, domain=(), given=()), facts)

    def declaration(self, e: Expression) -> Declaration | None:
        """The declaration of the array that `e` is an entry of."""
        return (self.statement.parameters if e.op == "par" else self.statement.variables).get(e.data)

    def bounds(self, e: Expression) -> Interval:
        """An interval that contains `e` wherever the facts hold and `e` is defined.

        >>> x = Expression("var", (), "x")
        >>> Context(Statement(x, {"x": Declaration()})).bounds(1 + x**2).lo
        Fraction(1, 1)
        """
        if e not in self.seen:
            constant, terms = linear(e)
            self.seen[e] = _structural(self, e) if terms else Interval(constant, constant)
            tops = [(NONNEGATIVE, linear(t.args[0] - 1 - t)) for t, _ in terms if t.op == "index"]
            for known, (base, pattern) in [*self._patterns, *tops]:
                scale = _scale(pattern, terms)
                if scale is not None:
                    self.seen[e] = meet(self.seen[e], _affine(known, scale, constant - scale * base))
        return self.seen[e]


def linear(e: Expression) -> tuple[Fraction, Terms]:
    """`e` as a constant plus multiples of terms, without rewriting inside the terms."""
    constant, terms = _0, dict[Expression, Fraction]()
    for part in e.args if e.op == "add" else (e,):
        scaled = part.op == "mul" and part.args[0].op == "const"
        coefficient, rest = (part.args[0].data, mul(*part.args[1:])) if scaled else (_1, part)
        if part.op == "const":
            constant += part.data
        else:
            terms[rest] = terms.get(rest, _0) + coefficient
    return constant, tuple(sorted(((t, c) for t, c in terms.items() if c), key=lambda p: (p[0].key[:2], p[0].depth)))


def _scale(pattern: Terms, terms: Terms) -> Fraction | None:
    """The factor s with terms = s * pattern for some values of the pattern's loose indices."""
    if not pattern or len(pattern) != len(terms):
        return None
    values: dict[int, Expression] = {}
    scale = terms[0][1] / pattern[0][1]
    agree = all(c == scale * p and _match(a, b, values, 0) for (a, p), (b, c) in zip(pattern, terms, strict=True))
    return scale if agree else None


def _match(pattern: Expression, target: Expression, values: dict[int, Expression], level: int) -> bool:
    """Whether `target` is `pattern` with its loose indices replaced; `values` receives the replacements."""
    if pattern.loose <= level:
        return pattern is target
    if pattern.op == "bound":
        return target.loose == 0 and values.setdefault(pattern.data - level, target) is target
    if (pattern.op, pattern.data, len(pattern.args)) != (target.op, target.data, len(target.args)):
        return False
    levels = [level] * (len(pattern.args) - 1) + [level + (pattern.op in ("Sum", "Max"))]
    return all(_match(p, t, values, k) for p, t, k in zip(pattern.args, target.args, levels, strict=True))


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


def _add(x: Number, y: Number) -> Number:
    """x + y, where an infinite end swallows the other (never inf - inf: both are lower or both upper ends)."""
    return x if isinstance(x, float) else y if isinstance(y, float) else x + y


def _mul(x: Number, y: Number) -> Number:
    """x * y with 0 * inf = 0; rationals of any size meet infinity by their sign only."""
    if isinstance(x, float) or isinstance(y, float):
        return _0 if 0 in (x, y) else inf if (x > 0) == (y > 0) else -inf
    return x * y


def _plus(a: Interval, b: Interval) -> Interval:
    return Interval(_add(a.lo, b.lo), _add(a.hi, b.hi), a.lo_open or b.lo_open, a.hi_open or b.hi_open)


def _affine(i: Interval, scale: Fraction, offset: Fraction) -> Interval:
    return _plus(_times(i, Interval(scale, scale)), Interval(offset, offset))


def _times(a: Interval, b: Interval) -> Interval:
    """The hull of the corners; a corner at a zero is attained if that zero is."""
    corners: list[tuple[Number, bool]] = []
    for x, x_open in ((a.lo, a.lo_open), (a.hi, a.hi_open)):
        for y, y_open in ((b.lo, b.lo_open), (b.hi, b.hi_open)):
            attained = (x == 0 and not x_open) or (y == 0 and not y_open)
            corners.append((_mul(x, y), not attained if 0 in (x, y) else x_open or y_open))
    lo, lo_open = min(corners)
    hi, closed = max((v, not is_open) for v, is_open in corners)
    return Interval(lo, hi, lo_open, not closed)


def _power(i: Interval, q: Fraction) -> Interval:
    """The image under t -> t**q, where that is defined: t != 0 for q < 0, t >= 0 for a q that is no integer."""
    if q < 0:
        inner = _power(i, -q)
        if inner.lo < 0:
            return _affine(_power(_affine(i, -_1, _0), q), -_1, _0) if inner.hi <= 0 and q.numerator % 2 else REALS
        low, high = (_0 if v == inf else 1 / v if v else inf for v in (inner.hi, inner.lo))
        return Interval(low, high, inner.hi_open or low == 0, inner.lo_open)
    if q.denominator > 1:
        low, high = (_1 if i.lo >= 1 else _0), (_1 if i.hi <= 1 else inf)
        return Interval(low, high, i.positive and (low == 0 or i.lo > 1 or i.lo_open))
    if q.numerator > 64:
        return REALS if q.numerator % 2 and i.lo < 0 else POSITIVE if i.positive else NONNEGATIVE
    low, high = i.lo**q.numerator, i.hi**q.numerator
    if q.numerator % 2 or i.lo >= 0:
        return Interval(low, high, i.lo_open, i.hi_open)
    top, closed = max((low, not i.lo_open), (high, not i.hi_open))
    return Interval(high, low, i.hi_open, i.lo_open) if i.hi <= 0 else Interval(_0, top, False, not closed)


def _image(name: str, i: Interval) -> Interval:
    """The image under a function of the table: its range, cut at one known value where it is increasing."""
    row = FUNCTIONS[name]
    known = REALS
    if row.increasing and i.lo >= row.at:
        known = Interval(row.value, inf, i.lo > row.at or i.lo_open)
    elif row.increasing and i.hi <= row.at:
        known = Interval(-inf, row.value, False, i.hi < row.at or i.hi_open)
    return meet(row.range, known)


def _structural(c: Context, e: Expression) -> Interval:
    """Bounds from the operation at the top of `e` and the bounds of its arguments."""
    if e.op in ("Sum", "Max"):
        count, each = c.bounds(e.args[0]), c.bounds(opened(e)[0])
        if e.op == "Max":
            return each
        lo = _mul(each.lo, count.lo if each.lo >= 0 else count.hi)  # body >= c gives n c: for c < 0 the largest n
        hi = _mul(each.hi, count.lo if each.hi <= 0 else count.hi)
        return Interval(lo, hi, each.lo_open and count.lo >= 1, each.hi_open and count.lo >= 1)
    if e.op == "index":
        return Interval(_0, e.args[0].data - 1 if e.args[0].op == "const" else inf)
    inner = [c.bounds(a) for a in e.args] if e.op in ("add", "mul", "max", "pow", *FUNCTIONS) else []
    if e.op in ("add", "mul"):
        total = inner[0]
        for i in inner[1:]:
            total = _plus(total, i) if e.op == "add" else _times(total, i)
        return total
    if e.op == "pow":
        exponent = e.args[1]
        return _power(inner[0], exponent.data) if exponent.op == "const" else POSITIVE if inner[0].positive else REALS
    if e.op == "max":
        top, (lo, lo_open) = hull(inner), max((i.lo, i.lo_open) for i in inner)
        return Interval(lo, top.hi, lo_open, top.hi_open)
    if e.op == "where":
        truth = decided(e.args[0], c)
        return hull([c.bounds(a) for a, t in zip(e.args[1:], (True, False), strict=True) if truth is not (not t)])
    if e.op == "abs":
        i, minus = inner[0], _affine(inner[0], -_1, _0)
        return i if i.lo >= 0 else minus if i.hi <= 0 else meet(hull([i, minus]), NONNEGATIVE)
    fixed = {"pi": Interval(Fraction(3), Fraction(4), True, True), "dim": Interval(Fraction(c.statement.sizes.get(e.data, 0)))}
    return _image(e.op, inner[0]) if e.op in FUNCTIONS else fixed.get(e.op, REALS)


def assumed(condition: Expression, truth: bool) -> list[Condition]:
    """The facts that a condition gives when it is true, or false."""
    op, args = condition.op, condition.args
    if op == "not":
        return assumed(args[0], not truth)
    if op == ("and" if truth else "or"):
        return [fact for a in args for fact in assumed(a, truth)]
    if op in ("le", "lt"):
        small, large = args if truth else args[::-1]
        return [Condition("gt" if (op == "lt") == truth else "ge", add(large, mul(-1, small)))]
    return [Condition("eq", add(args[0], mul(-1, args[1])))] if op == "eq" and truth else []


def decided(condition: Expression, context: Context) -> bool | None:
    """The truth value of an inequality where bounds settle it, else None."""
    for truth in (True, False) if condition.op in ("le", "lt") else ():
        (fact,) = assumed(condition, truth)
        i = context.bounds(fact.body)
        if i.positive or (fact.relation == "ge" and i.lo >= 0):
            return truth
    return None
