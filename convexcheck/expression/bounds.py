"""Bounds: what interval a value must lie in, computed bottom up from facts (trusted).

This is interval arithmetic on the expression, with two additions: an expression that is a multiple of
a known fact, up to a constant, inherits the fact's bound (``1 - x - y`` under ``x + y <= 1``); and a sum of terms
>= 0 is > 0 where one of them is. Bounds assume that the expression is defined: see `obligations`.
Source: R. E. Moore, R. B. Kearfott, M. J. Cloud, Introduction to Interval Analysis, chapters 2 and 5.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import reduce
from math import inf
from typing import Any

import flint

from convexcheck.expression import term
from convexcheck.expression.definite import definite
from convexcheck.expression.functions import FUNCTIONS, NONNEGATIVE, POSITIVE, REALS, Function, Interval, Number
from convexcheck.expression.statement import Condition, Declaration, Statement, generic
from convexcheck.expression.term import ONE, ZERO, Expression, add, const, mul, nodes, substitute

Terms = tuple[tuple[Expression, Fraction], ...]
_0, _1 = Fraction(0), Fraction(1)
_PI = Interval(Fraction(333, 106), Fraction(355, 113), True, True)
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
        self.products, self.within = 0, False  # the work of the normal form under way
        self.polynomials: dict[Expression, dict[Terms, Fraction]] = {}
        self.indices = [e for f in self.facts for e in nodes(f.body) if e.op == "index"]
        self._patterns = [(_RANGES[f.relation], *linear(f.body), f.sizes) for f in self.facts if f.relation in _RANGES]

    def extended(self, facts: Sequence[Condition]) -> "Context":
        """The same context with more facts."""
        return Context(self.statement, (*self.facts, *facts))

    def boxed(self, ranges: Mapping[str, tuple[Declaration, Interval]], strict: bool = False) -> "Context":
        """The context whose variables range over a box (its interior, if `strict`) instead of the old ones."""
        facts = [c for c in self.facts if not c.body.has("var", "dir")]
        for name, (declaration, i) in ranges.items():
            for end, is_open, gap in ((i.lo, i.lo_open, 1), (i.hi, i.hi_open, -1)):
                if isinstance(end, Fraction):
                    room = mul(gap, generic("var", name, declaration)) - const(gap * end)
                    facts.append(Condition("gt" if is_open or strict else "ge", room, declaration.shape))
        variables = {name: declaration for name, (declaration, _) in ranges.items()}
        return Context(replace(self.statement, function=ZERO, variables=variables, domain=(), given=()), facts)

    def declaration(self, e: Expression) -> Declaration | None:
        """The declaration of the array that `e` is an entry of, if it is one."""
        return {"par": self.statement.parameters, "var": self.statement.variables}.get(e.op, {}).get(e.data)

    def bounds(self, e: Expression) -> Interval:
        """An interval that contains `e` wherever the facts hold and `e` is defined.

        >>> x = Expression("var", (), "x")
        >>> Context(Statement(x, {"x": Declaration()})).bounds(1 + x**2).lo
        Fraction(1, 1)
        """
        if e not in self.seen:
            constant, terms = linear(e)
            collected = add(constant, *(mul(c, t) for t, c in terms))
            self.seen[e] = _structural(self, e) if terms else Interval(constant, constant)
            if terms and collected is not e:  # n - (n - i)
                self.seen[e] = meet(self.seen[e], self.bounds(collected))
            tops = [(NONNEGATIVE, *linear(t.args[0] - 1 - t), ()) for t, _ in terms if t.op == "index"]
            for known, base, pattern, sizes in [*self._patterns, *tops]:
                scale = self._scale(pattern, terms, sizes)
                if scale is not None:
                    self.seen[e] = meet(self.seen[e], _affine(known, scale, constant - scale * base))
        return self.seen[e]

    def possible(self, e: Expression) -> list[tuple[Expression, bool]]:
        """The values that a ``where`` may take, each with the truth value of its condition."""
        truth = decided(e.args[0], self)
        return [(e.args[1], True)] * (truth is not False) + [(e.args[2], False)] * (truth is not True)

    def _scale(self, pattern: Terms, terms: Terms, sizes: Sequence[Expression]) -> Fraction | None:
        """The factor s with terms = s * pattern for some values in range of the pattern's loose indices."""
        if not pattern or len(pattern) != len(terms):
            return None
        values: dict[int, Expression] = {}
        scale = terms[0][1] / pattern[0][1]
        agree = all(c == scale * p and _match(a, b, values, 0) for (a, p), (b, c) in zip(pattern, terms, strict=True))
        inside = agree and all(in_range(values.get(j, ZERO), size, self) for j, size in enumerate(sizes))
        return scale if inside else None

    def opened(self, binder: Expression) -> tuple[Expression, Expression]:
        """The binder's body at a fresh index, of which no fact speaks, and that index."""
        return term.opened(binder, *self.indices)


def linear(e: Expression) -> tuple[Fraction, Terms]:
    """`e` as a constant plus multiples of terms, without rewriting inside the terms."""
    total: dict[Expression, Fraction] = {ONE: _0}
    todo = [(e, _1)]
    while todo:
        part, scale = todo.pop()
        if part.op == "add":
            todo += [(a, scale) for a in part.args]
        elif part.op == "mul" and part.args[0].op == "const":
            todo.append((mul(*part.args[1:]), scale * part.args[0].data))
        else:
            rest, factor = (ONE, part.data) if part.op == "const" else (part, _1)
            total[rest] = total.get(rest, _0) + scale * factor
    constant = total.pop(ONE)
    return constant, tuple(sorted(((t, c) for t, c in total.items() if c), key=lambda p: (p[0].key[:2], p[0].depth)))


def _match(pattern: Expression, target: Expression, values: dict[int, Expression], level: int) -> bool:
    """Whether `target` is `pattern` with its loose indices replaced; `values` receives the replacements."""
    if pattern.loose <= level:
        return pattern is target
    if pattern.op == "bound":
        return target.loose == 0 and values.setdefault(pattern.data - level, target) is target
    if (pattern.op, pattern.data, len(pattern.args)) != (target.op, target.data, len(target.args)):
        return False
    inner = zip(pattern.args, target.args, term.levels(pattern.op, pattern.args), strict=True)
    return all(_match(p, t, values, level + k) for p, t, k in inner)


def _low(i: Interval) -> tuple[Number, bool]:
    return i.lo, i.lo_open  # of two lower ends, the larger pair cuts off more


def _high(i: Interval) -> tuple[Number, bool]:
    return i.hi, not i.hi_open  # of two upper ends, the smaller pair cuts off more


def _between(low: tuple[Number, bool], high: tuple[Number, bool]) -> Interval:
    return Interval(low[0], high[0], low[1], not high[1])


def meet(a: Interval, b: Interval) -> Interval:
    """The intersection."""
    return _between(max(_low(a), _low(b)), min(_high(a), _high(b)))


def hull(intervals: Sequence[Interval]) -> Interval:
    """The smallest interval that contains all of them."""
    return _between(min(map(_low, intervals)), max(map(_high, intervals)))


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
    """The hull of the corners; a corner is attained if both ends are, or one end that is zero."""
    corners = []
    for x, x_open in ((a.lo, a.lo_open), (a.hi, a.hi_open)):
        for y, y_open in ((b.lo, b.lo_open), (b.hi, b.hi_open)):
            zero = (x == 0 and not x_open) or (y == 0 and not y_open)
            is_open, value = (x_open or y_open) and not zero, _mul(x, y)
            corners.append(Interval(value, value, is_open, is_open))
    return hull(corners)


def _largest(intervals: Sequence[Interval]) -> Interval:
    return _between(max(map(_low, intervals)), max(map(_high, intervals)))


def _absolute(i: Interval) -> Interval:
    return meet(_largest([i, _affine(i, -_1, _0)]), NONNEGATIVE)  # abs(u) = max(u, -u)


def _reciprocal(i: Interval) -> Interval:
    if i.lo < 0:
        return _affine(_reciprocal(_affine(i, -_1, _0)), -_1, _0) if i.hi <= 0 else REALS
    low, high = (_0 if v == inf else 1 / v if v else inf for v in (i.hi, i.lo))
    return Interval(low, high, i.hi_open or low == 0, i.lo_open)


def _power(i: Interval, q: Fraction) -> Interval:
    """The image under t -> t**q, where that is defined: t != 0 for q < 0, t >= 0 for a q that is no integer."""
    if q <= 0:
        return _reciprocal(_power(i, -q)) if q else Interval(_1, _1)
    if q.denominator > 1 or q.numerator % 2 == 0:
        i = meet(i, NONNEGATIVE) if q.denominator > 1 else _absolute(i)
    if q.denominator == 1 and q <= 64:
        return Interval(i.lo**q.numerator, i.hi**q.numerator, i.lo_open, i.hi_open)
    if i.lo < 0:
        return REALS
    with flint.ctx.workprec(64):
        ends = ((i.lo, False), (i.hi, True))
        low, high = (t if t in (0, 1) or isinstance(t, float) else rounded(exact(t) ** exact(q), up) for t, up in ends)
    return Interval(max(low, _0), high, i.lo_open, i.hi_open)


def rounded(ball: Any, up: bool) -> Number:
    """The upper (else the lower) end of a ball as a rational, rounded outwards beyond 2**2000 and its inverse."""
    if not ball.is_finite():
        return inf if up else -inf
    mantissa, exponent = (ball.upper() if up else ball.lower()).man_exp()
    if abs(exponent) <= 2000:
        return Fraction(int(mantissa)) * Fraction(2) ** int(exponent)
    outer = inf if exponent > 0 else Fraction(1, 2**1900)
    return (outer if up else -outer) if (mantissa > 0) == up else _0


def exact(q: Fraction) -> Any:
    """The ball of one rational."""
    return flint.arb(flint.fmpq(q.numerator, q.denominator))


def _image(row: Function, i: Interval) -> Interval:
    """The image under a function of the table: its range, cut by its values at the ends, in balls of 64 bits."""
    if row.domain and row.domain[0] == "enough" and not i.positive:
        return REALS  # the rows of the gamma functions are for arguments > 0

    def end(t: Number, is_open: bool, up: bool) -> tuple[Number, bool]:
        value = rounded(row.ball(exact(t)), up) if isinstance(t, Fraction) else inf if up else -inf
        found = value, (is_open and isinstance(value, Fraction)) != up
        past = row.at is not None and (t >= row.at if (row.monotone > 0) != up else t <= row.at)
        return (min if up else max)(found, (row.value, (is_open or t != row.at) != up) if past else found)

    ends = [(i.lo, i.lo_open), (i.hi, i.hi_open)][:: row.monotone or 1]
    with flint.ctx.workprec(64):
        if row.monotone:
            return meet(row.range, _between(end(*ends[0], False), end(*ends[1], True)))
        if isinstance(i.lo, float) or isinstance(i.hi, float):
            return row.range
        ball = row.ball(exact(i.lo) if i.lo == i.hi else exact(i.lo).union(exact(i.hi)))
        return meet(row.range, Interval(rounded(ball, False), rounded(ball, True)))


def _structural(c: Context, e: Expression) -> Interval:
    """Bounds from the operation at the top of `e` and the bounds of its arguments."""
    if e.op in term.BINDERS:
        body, index = c.opened(e)
        each = c.bounds(body)
        total = each if e.op == "Max" else _times(meet(c.bounds(e.args[0]), NONNEGATIVE), each)
        open_ended = e.op == "Sum" and total.lo == 0 and not total.positive
        some = open_ended and any(_positive_at(v, body, index, c) for v in _witnesses(body, index))
        return meet(total, POSITIVE) if some else total
    if e.op == "where":
        return hull([c.bounds(a) for a, _ in c.possible(e)])
    inner = [c.bounds(a) for a in e.args] if e.op in ("add", "mul", "max", "pow", *FUNCTIONS) else []
    if e.op in ("add", "mul"):
        return reduce(_plus if e.op == "add" else _times, inner)
    if e.op == "max":
        return _largest(inner)
    if e.op == "pow":
        exponent = e.args[1]
        return _power(inner[0], exponent.data) if exponent.op == "const" else POSITIVE if inner[0].positive else REALS
    if e.op in FUNCTIONS:
        return _absolute(inner[0]) if e.op == "abs" else _image(FUNCTIONS[e.op], inner[0])
    if e.op in ("norm_nuclear", "norm_spectral") or (e.op in ("det", "eigmax") and definite(e, c) > 1):
        return POSITIVE if e.op in ("det", "eigmax") and definite(e, c) == 3 else NONNEGATIVE
    least = Fraction(c.statement.sizes.get(e.data, 0)) if e.op == "dim" else _0
    return {"pi": _PI, "dim": Interval(least), "index": NONNEGATIVE}.get(e.op, REALS)


def _witnesses(body: Expression, index: Expression) -> Iterator[Expression]:
    """Values of the index at which a term of a sum may be > 0: other indices, and where a comparison is an equality."""
    for e in nodes(body):
        if e.op == "index" and e is not index and e.args == index.args:
            yield e
        constant, terms = linear(e.args[0] - e.args[1]) if e.op in ("le", "eq") else (_0, ())
        c = dict(terms).get(index, _0)
        if abs(c) == 1:
            yield add(-c * constant, *(mul(-c * k, t) for t, k in terms if t is not index))


def _positive_at(value: Expression, body: Expression, index: Expression, c: Context) -> bool:
    """Whether the term of a sum or maximum at `value` exists and is > 0."""
    inside = in_range(value, index.args[0], c)
    return inside and c.bounds(substitute(body, {("index", index.data): value})).positive


def assumed(condition: Expression, truth: bool) -> list[Condition]:
    """The facts that a condition gives when it is true, or false."""
    op, args = condition.op, condition.args
    if op == "not":
        return assumed(args[0], not truth)
    if op == ("and" if truth else "or"):
        return [fact for a in args for fact in assumed(a, truth)]
    if op in ("le", "lt"):
        gap = args[1] - args[0] if truth else args[0] - args[1]
        return [Condition("gt" if (op == "lt") == truth else "ge", gap)]
    return [Condition("eq", args[0] - args[1])] if op == "eq" and truth else []


def decided(condition: Expression, context: Context) -> bool | None:
    """The truth value of a condition where bounds settle it, else None."""
    op, args = condition.op, condition.args
    if op in ("le", "lt"):
        facts = [(truth, assumed(condition, truth)[0]) for truth in (True, False)]
        return next((truth for truth, fact in facts if context.bounds(fact.body).obeys(fact.relation)), None)
    if op == "eq":
        gap = context.bounds(args[0] - args[1])
        return False if gap.obeys("ne") else True if gap.lo == gap.hi == 0 else None
    known = [decided(a, context) for a in args]
    if op == "not":
        return None if known[0] is None else not known[0]
    return (op == "or") if (op == "or") in known else None if None in known else op == "and"


def in_range(e: Expression, size: Expression, context: Context) -> bool:
    """Whether the integer expression `e` is known to lie in 0 .. size - 1."""
    if e.op == "where":
        inside = [(a, context.extended(assumed(e.args[0], truth))) for a, truth in context.possible(e)]
        return all(in_range(a, size, extended) for a, extended in inside)
    below = e.op == "index" and e.args[0] is size
    return below or (_integral(e, context) and context.bounds(e).lo >= 0 and context.bounds(size - 1 - e).lo >= 0)


def natural(size: Expression, context: Context) -> bool:
    """Whether `size` is made of sizes and integers, and known to be >= 0: ``n - 1``."""
    sizes = not size.loose and all(op == "dim" for op, _ in size.symbols)
    return sizes and _integral(size, context) and context.bounds(size).lo >= 0


def _integral(e: Expression, context: Context) -> bool:
    if e.op in ("add", "mul"):
        return all(_integral(a, context) for a in e.args)
    declared = context.declaration(e)
    whole = e.op == "const" and e.data.denominator == 1
    return whole or e.op in ("index", "dim") or bool(declared and declared.integer)
