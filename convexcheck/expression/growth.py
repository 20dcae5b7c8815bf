"""Limits at an end of an interval, by the growth of the terms of a value (trusted).

The end is moved to s -> inf. A value is rewritten, exactly, as a polynomial in s, log s, exponentials of powers of s
and rests: new variables of which only ``rest ~ coefficient * rate`` is known. A sum tends to 0 if each of its terms
does. Otherwise its fastest terms decide, and where their coefficients may cancel the limit is refused.
Source: N. G. de Bruijn, Asymptotic Methods in Analysis, chapter 1; the expansions are from the DLMF as named.
"""

from collections.abc import Callable
from fractions import Fraction
from functools import cmp_to_key, partial
from math import factorial

from convexcheck.expression.bounds import Context
from convexcheck.expression.errors import ConvexcheckError
from convexcheck.expression.functions import FUNCTIONS, GAMMAS, POSITIVE, Interval, Number, exp, log
from convexcheck.expression.normal import expression, normal, polynomial
from convexcheck.expression.statement import Declaration
from convexcheck.expression.term import ONE, PI, ZERO, Expression, add, const, gathered, mul, power, rebuild, substitute

Rate = tuple[tuple[tuple[int, Fraction], Fraction], ...]  # ((kind, power), exponent), the fastest first
_LOG, _POWER, _EXP = range(3)  # kinds: log(s)**exponent, s**exponent, exp(s**power)**exponent
Pair = tuple[Expression, Expression]


def _polygamma(m: int, u: Expression) -> Pair:
    first = (-1) ** (m - 1) * factorial(m - 1) * u**-m
    return first, first * m / (2 * u)


# f(u) = first + rest with rest ~ second, as u -> inf (DLMF 7.12.1, 4.24.2, 4.38.2, 5.11.1, 5.11.2, 5.15.8) ...
AT_INFINITY: dict[str, Callable[[Expression], Pair]] = {
    "erf": lambda u: (ONE, -exp(-(u**2)) / (power(PI, Fraction(1, 2)) * u)),
    "atan": lambda u: (PI / 2, -1 / u), "asinh": lambda u: (log(2 * u), 1 / (4 * u**2)),
    "loggamma": lambda u: (u * log(u) - u - log(u) / 2 + log(2 * PI) / 2, 1 / (12 * u)),
    "digamma": lambda u: (log(u), -1 / (2 * u)), **{g: partial(_polygamma, m) for m, g in enumerate(GAMMAS) if m},
}  # fmt: skip


def limit(e: Expression, x: Expression, end: Number, up: int, context: Context) -> Expression:
    """An expression with the sign of the limit of `e` as x tends to `end` from inside (`up` 1: from below).

    Raises:
        ConvexcheckError: where the terms do not tell.

    >>> from math import inf
    >>> from convexcheck.expression.statement import Statement
    >>> x = Expression("var", (), "x")
    >>> limit((2 * x + 1) / (x + exp(-x)) - 1, x, inf, 1, Context(Statement(x, {})))
    1
    """
    moved = up * x if not isinstance(end, Fraction) else end - up / x
    inside = context.boxed({x.data: (Declaration(), Interval(Fraction(2), *POSITIVE[1:]))})
    growth, value = _Growth(x, inside), normal(substitute(e, {("var", x.data): moved}), inside)
    coefficient, rate, _ = growth.leading(growth.expanded(value), True)
    return coefficient if _sign(rate) >= 0 else ZERO


class _Growth:
    """What is known of the terms as x -> inf; `rests` maps a new variable to its coefficient and rate."""

    def __init__(self, x: Expression, context: Context) -> None:
        self.x, self.context = x, context
        self.rests: dict[Expression, tuple[Expression, Rate]] = {}

    def leading(self, e: Expression, vanishing: bool = False) -> tuple[Expression, Rate, list[Expression]]:
        """Coefficient, not 0, and rate of an expanded `e`, and its fastest terms; any coefficient if it may vanish."""
        groups: dict[Rate, list[Pair]] = {}
        for m, c in polynomial(e, self.context).items():
            coefficient, rate = const(c), Rate()
            for g, k in m:
                own, speed = self.generator(g)
                self.require(k.denominator == 1 or self.context.bounds(own).positive, g)
                coefficient, rate = coefficient * own**k, _product(rate, speed, k)
            groups.setdefault(rate, []).append((coefficient, expression({m: c})))
        rate = max(groups, key=cmp_to_key(_compare), default=())
        total = normal(add(*(c for c, _ in groups.get(rate, []))), self.context)
        self.require(self.context.bounds(total).obeys("ne") or not groups or (vanishing and _sign(rate) < 0), e)
        return total, rate, [term for _, term in groups.get(rate, [])]

    def require(self, holds: object, e: Expression) -> None:
        """Raise unless the table tells how `e` grows."""
        if not holds:
            raise ConvexcheckError("limit", f"the growth of {e} is not in the table, or its leading terms may cancel")

    def generator(self, g: Expression) -> tuple[Expression, Rate]:
        """The coefficient and the rate of a generator."""
        if not g.has("var") or g in self.rests:
            return self.rests.get(g, (g, ()))
        if g is self.x or (g.op == "log" and g.args[0] is self.x):
            return ONE, (((_LOG if g.op == "log" else _POWER, Fraction(0)), Fraction(1)),)
        p = polynomial(g.args[0], self.context)
        self.require(g.op == "exp" and len(p) == 1, g)
        for m, c in p.items():
            if len(m) == 1 and m[0][0] is self.x and m[0][1] > 0:
                return ONE, (((_EXP, m[0][1]), c),)
        self.require(_sign(self.leading(g.args[0])[1]) < 0, g)
        return ONE, ()

    def rest(self, e: Expression) -> Expression:
        """A new variable that is ~ e, an expanded expression."""
        name = Expression("var", (), f"{self.x.data} rest {len(self.rests)}")
        self.rests[name] = self.leading(e)[:2]
        return name if e is not ZERO else ZERO

    def expanded(self, e: Expression) -> Expression:
        """`e`, in normal form, in x, its logarithm, exponentials and rests."""
        if not e.has("var") or e is self.x or e in self.rests:
            return e
        self.require(e.op in ("add", "mul", "pow", *FUNCTIONS), e)
        args = [normal(self.expanded(a), self.context) for a in e.args]
        u, e = args[0], rebuild(e, args)
        tiny = e.op == "exp" and len(polynomial(u, self.context)) == 1 and _sign(self.leading(u)[1]) < 0
        if e.op not in ("pow", *FUNCTIONS) or (e.op == "exp" and not tiny) or not e.has("var"):
            return e
        coefficient, rate, terms = self.leading(u)
        known = self.context.bounds(coefficient)
        if e.op in ("log", "pow"):  # u = first (1 + eta): log u = log first + log(1 + eta), and (1 + eta)**q
            q = ONE if e.op == "log" else args[1]
            real = q.op == "const" and (known.positive or (e.op == "pow" and q.data.denominator == 1))
            self.require(real and len(terms) == 1, e)
            rest = self.rest(normal(q * (u / terms[0] - 1), self.context))
            return log(terms[0]) + rest if e.op == "log" else power(terms[0], q) * (1 + rest)
        row = FUNCTIONS[e.op]
        if _sign(rate) < 0 and row.at == 0 and row.derivative and not row.domain:
            return const(row.value) + self.rest(normal(row.derivative(ZERO) * u, self.context))
        side = 1 if known.positive else row.parity
        self.require(_sign(rate) > 0 and e.op in AT_INFINITY and side, e)
        first, second = AT_INFINITY[e.op](normal(mul(side, u), self.context))
        return side * (self.expanded(normal(first, self.context)) + self.rest(normal(second, self.context)))


def _product(a: Rate, b: Rate, k: Fraction) -> Rate:
    """The rate a * b**k."""
    powers = gathered([*a, *((kind, k * exponent) for kind, exponent in b)])
    return tuple(sorted(powers.items(), reverse=True))


def _compare(a: Rate, b: Rate) -> int:
    return _sign(_product(a, b, Fraction(-1)))


def _sign(rate: Rate) -> int:
    """1 if it tends to infinity, -1 if to 0, 0 if it is constant."""
    return 0 if not rate else 1 if rate[0][1] > 0 else -1
