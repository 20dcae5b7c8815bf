"""Normal forms: expressions as polynomials in generators, and the identity checker (trusted).

A polynomial maps monomials to rational coefficients; a monomial is a product of generators with rational
exponents; a generator is an expression in normal form: an entry, ``exp`` of a monomial, ``log`` of a
primitive polynomial, a sum over a binder that releases nothing more, a sum raised to a power that is
not a natural number, and so on. The rewriting rules are the laws of exp, log and powers, linearity of
``Sum``, ``Max(c + c' x) = c + c' Max(x)`` for c' >= 0, definitions of the elementary functions and
substitution by an indicator. A rule that needs a sign asks `bounds`. Each holds wherever both sides
are defined, so domains must be settled on the expression as it was written, before.
"""

from collections.abc import Callable, Iterable
from fractions import Fraction
from functools import reduce
from itertools import chain
from math import floor, gcd, lcm

from convexcheck.expression import term
from convexcheck.expression.bounds import Context, in_range
from convexcheck.expression.contraction import contracted
from convexcheck.expression.errors import ConvexcheckError
from convexcheck.expression.functions import FUNCTIONS, define
from convexcheck.expression.matrices import expanded
from convexcheck.expression.obligations import total
from convexcheck.expression.term import ONE, ZERO, Expression, add, apply, bind, mul, power, rebuild, substitute

Factor = tuple[Expression, Fraction]
Monomial = tuple[Factor, ...]
Polynomial = dict[Monomial, Fraction]
MAX_PRODUCTS = 40_000
_0, _1 = Fraction(0), Fraction(1)
_UNIT: Polynomial = {(): _1}


def normal(e: Expression, context: Context) -> Expression:
    """The normal form of `e`; equal wherever `e` is defined and the context's facts hold.

    >>> from convexcheck.expression.statement import Statement
    >>> x = Expression("var", (), "x")
    >>> normal((x + 1) ** 2 - x**2, Context(Statement(x, {})))
    1 + 2*x
    """
    return expression(polynomial(e, context))


def identical(a: Expression, b: Expression, context: Context) -> bool:
    """Whether `a` = `b` follows by normal forms, denominators cleared, or sums over several indices in one order."""
    p = polynomial(a - b, context)
    sums = any(g.op == "Sum" for m in p for g, _ in m)
    return vanishes(p, context) or (sums and not products(p, context))


def products(p: Polynomial, context: Context) -> dict[Expression, Fraction]:
    """`p` as multiples of products summed over all of their indices: see `contraction`."""
    return contracted(p, lambda e: polynomial(e, context), context)


def is_affine(e: Expression, context: Context) -> bool:
    """Whether the normal form is a sum of terms with at most one variable entry, to the power 1."""

    def moves_once(g: Expression) -> bool:
        if g.op in ("Sum", "where") and not g.args[0].has("var"):
            return all(is_affine(a, context) for a in ([context.opened(g)[0]] if g.op == "Sum" else g.args[1:]))
        return g.op == "var" and not any(a.has("var") for a in g.args)

    moving = [[(g, k) for g, k in m if g.has("var")] for m in polynomial(e, context)]
    return all(len(m) <= 1 and all(k == 1 and moves_once(g) for g, k in m) for m in moving)


def vanishes(p: Polynomial, context: Context) -> bool:
    """Whether `p` is zero after denominators, none of which is 0, are multiplied out."""
    cleared, denominator = numerator(p, context)
    return not p or (bool(denominator) and vanishes(cleared, context))


def numerator(p: Polynomial, context: Context, positive: bool = False) -> tuple[Polynomial, Monomial]:
    """p as (numerator, denominator): sums with negative powers (if `positive`, those > 0), to the largest such one."""
    lowest = _lowest(p, lambda g: g.op == "add" and _cancels(g, context, positive))
    denominator = _monomial((g, -k) for g, k in lowest if k < 0)
    return _product(p, {denominator: _1}, context) if denominator else p, denominator


def _cancels(g: Expression, context: Context, positive: bool) -> bool:
    """Whether g q = 0 only for q = 0: g > 0; or if not `positive`, g != 0, or holds no |u|, as (|u| + u) (|u| - u) = 0.

    A ``where`` may divide by what is 0 in its other branch.
    """
    whole = all(n.op != "pow" or (n.args[1].op == "const" and n.args[1].data.denominator == 1) for n in term.nodes(g))
    free = whole and not positive and not any(n.op in ("abs", "where") for n in term.nodes(g))
    return free or context.bounds(g).obeys("gt" if positive else "ne")


def _lowest(p: Polynomial, chosen: Callable[[Expression], bool]) -> list[Factor]:
    """Every chosen generator with the least power that it has in a term of `p`."""
    return [(g, min(dict(m).get(g, _0) for m in p)) for g in {g for m in p for g, _ in m if chosen(g)}]


def expression(p: Polynomial) -> Expression:
    """A polynomial as an expression."""
    return add(*(mul(c, *(power(g, k) for g, k in m)) for m, c in p.items()))


def polynomial(e: Expression, context: Context) -> Polynomial:
    """The normal form of `e` as a polynomial in generators; each outermost one may take MAX_PRODUCTS products."""
    if e not in context.polynomials:
        context.products, outer = context.products if context.within else 0, context.within
        context.within = True
        try:
            context.polynomials[e] = _rule(e, context)
        finally:
            context.within = outer
    return context.polynomials[e]


def _monomial(factors: Iterable[Factor]) -> Monomial:
    powers = term.gathered(factors)
    return tuple(sorted(((g, k) for g, k in powers.items() if g is not ONE), key=lambda f: f[0].key))


def _atom(g: Expression, k: Fraction = _1) -> Polynomial:
    return {((g, k),): _1}


def _to(factors: Iterable[Factor], q: Fraction) -> list[Factor]:
    """Each factor to the power q."""
    return [(g, k * q) for g, k in factors]


def _scaled(p: Polynomial, c: Fraction) -> Polynomial:
    return {m: c * d for m, d in p.items()}


def _products(parts: Iterable[Polynomial], context: Context) -> Polynomial:
    return reduce(lambda p, q: q if p is _UNIT else _product(p, q, context), parts, _UNIT)


def _sum(parts: Iterable[Polynomial]) -> Polynomial:
    return term.gathered(chain.from_iterable(p.items() for p in parts))


def _product(p: Polynomial, q: Polynomial, context: Context) -> Polynomial:
    context.products += len(p) * len(q)
    if context.products > MAX_PRODUCTS:
        raise ConvexcheckError("normal form", f"more than {MAX_PRODUCTS} products", hint="a smaller expression")
    return _sum(_reduced(_monomial((*m, *n)), c * d, context) for m, c in p.items() for n, d in q.items())


def _reduced(m: Monomial, c: Fraction, context: Context) -> Polynomial:
    """c * m, with natural powers of sums, constants, indicators and squares of absolute values rewritten."""
    for g, k in m:
        left, rewritten = k, _UNIT
        if g.op == "add" and k >= 1:
            left, rewritten = k % 1, _natural_power(polynomial(g, context), floor(k), context)
        elif g.op == "const" and not 0 <= k < 1:
            left, rewritten = k % 1, {(): power(g, floor(k)).data}
        elif g.op == "abs" and k >= 2:  # |u|**2 = u**2
            left, rewritten = k % 2, polynomial(power(g.args[0], k - k % 2), context)
        elif g.op == "where" and k != 1 and set(g.args[1:]) == {ZERO, ONE}:  # an indicator is its own square
            left = _1
        if left != k:
            return _product({_monomial([(g, left), *(f for f in m if f[0] is not g)]): c}, rewritten, context)
    return {m: c}


def content(p: Polynomial, context: Context, positive: bool) -> tuple[Fraction, Monomial, Polynomial]:
    """Write p = c * m * primitive: integer coefficients without common factor, no denominator, no common monomial.

    With `positive`, c > 0 and m holds generators that are > 0; otherwise the first coefficient of the
    primitive part is > 0.
    """
    p, denominator = numerator(p, context, positive)
    if not p:
        raise ConvexcheckError("normal form", "log or a negative power of 0", "an expression that is defined")
    scale = Fraction(gcd(*(c.numerator for c in p.values())), lcm(*(c.denominator for c in p.values())))
    common = _lowest(p, lambda g: not positive or context.bounds(g).positive)
    rest = {_monomial((*m, *_to(common, -_1))): c / scale for m, c in p.items()}
    if not positive and _leading(rest) < 0:
        scale, rest = -scale, _scaled(rest, -_1)
    return scale, _monomial((*common, *_to(denominator, -_1))), rest


def _leading(p: Polynomial) -> Fraction:
    return p[min(p, key=lambda m: [(g.key, k) for g, k in m])]


def _natural_power(p: Polynomial, q: int, context: Context) -> Polynomial:
    if q * len(p) > 128:
        raise ConvexcheckError("normal form", f"the power {q} of {len(p)} terms", hint="composition rules")
    return _products([p] * q, context)


def _power(p: Polynomial, q: Fraction, context: Context) -> Polynomial:
    integral = q.denominator == 1
    if integral and q >= 0 and len(p) != 1:
        return _natural_power(p, int(q), context)
    if not p and q > 0:
        return {}
    scale, common, rest = content(p, context, positive=not integral)
    split = not integral and len(rest) == 1 and _leading(rest) > 0
    even, last = _rooted(next(iter(rest)), q) if split else ([], [(expression(rest), q)])
    product = _reduced(_monomial([(expression({(): scale}), q), *_to(common, q), *last]), _1, context)
    return _products([product, *(_power(polynomial(g, context), k, context) for g, k in even)], context)


def _rooted(m: Monomial, q: Fraction) -> tuple[list[Factor], list[Factor]]:
    """(product of g**k) ** q for a q that is no integer: even powers come out as absolute values, and the rest."""
    even = [(apply("abs", g), k * q) for g, k in m if k.denominator == 1 and k % 2 == 0]
    odd = [(g, k) for g, k in m if k.denominator > 1 or k % 2]
    # a single g**k >= 0 with k odd or no integer: then g >= 0 itself
    return even, [(expression({_monomial(odd): _1}), q)] if len(odd) > 1 else _to(odd, q)


def _exp(e: Expression, context: Context) -> Polynomial:
    def factor(m: Monomial, c: Fraction) -> Polynomial:
        if len(m) == 1 and m[0][0].op == "log" and m[0][1] == 1:  # exp(c log u) = u**c
            return _power(polynomial(m[0][0].args[0], context), c, context)
        return _atom(apply("exp", expression({m: _1})), c)

    return _products((factor(m, c) for m, c in polynomial(e.args[0], context).items()), context)


def _log(e: Expression, context: Context) -> Polynomial:
    scale, common, rest = content(polynomial(e.args[0], context), context, positive=True)
    factors = _monomial([(expression({(): scale}), _1), *common, (expression(rest), _1)])
    return _sum(_scaled(_log_of(g, context), k) for g, k in factors)


def _log_of(g: Expression, context: Context) -> Polynomial:
    if g.op == "exp":
        return polynomial(g.args[0], context)
    return _atom(apply("logdet", *g.args) if g.op == "det" else apply("log", g))


def _split(m: Monomial, index: Expression) -> tuple[Monomial, Monomial]:
    """The factors of `m` that are free of `index`, and the others."""
    mine = ("index", index.data)
    return tuple(f for f in m if mine not in f[0].symbols), tuple(f for f in m if mine in f[0].symbols)


def _over(e: Expression, context: Context) -> Polynomial:
    """``Sum`` is linear and releases what its index does not touch; an indicator of one value picks it."""
    body, index = context.opened(e)

    def summed(m: Monomial) -> Polynomial:
        for g, _ in m:
            value = _selected(g, index, context)
            if value is not None:
                others = expression({tuple(f for f in m if f[0] is not g): _1})
                return polynomial(substitute(others, {("index", index.data): value}), context)
        return _atom(bind("Sum", index, expression({m: _1}))) if m else polynomial(e.args[0], context)

    parts = [(*_split(m, index), c) for m, c in polynomial(body, context).items()]
    return _sum(_product({free: c}, summed(inner), context) for free, inner, c in parts)


def _selected(g: Expression, index: Expression, context: Context) -> Expression | None:
    """The value, if `g` is the indicator of ``index = value`` with 0 <= value < size."""
    if g.op != "where" or g.args[1:] != (ONE, ZERO) or g.args[0].op != "eq" or index not in g.args[0].args:
        return None
    values = [v for v in g.args[0].args if ("index", index.data) not in v.symbols]
    return values[0] if values and in_range(values[0], index.args[0], context) else None


def _max(e: Expression, context: Context) -> Polynomial:
    """``Max`` lets go of added terms that its index does not touch, and of a factor that is >= 0."""
    body, index = context.opened(e)
    terms = polynomial(body, context)
    bound = {m: c for m, c in terms.items() if _split(m, index)[1]}
    if not bound:
        return terms
    scale, common, rest = content(bound, context, positive=True)
    outer, inner = _split(common, index)
    kept = bind("Max", index, expression(_product({inner: _1}, rest, context)))
    return _sum([{m: c for m, c in terms.items() if m not in bound}, {_monomial([*outer, (kept, _1)]): scale}])


def _abs(e: Expression, context: Context) -> Polynomial:
    inside = polynomial(e.args[0], context)
    sign = context.bounds(expression(inside))
    if sign.lo >= 0 or sign.hi <= 0:
        return inside if sign.lo >= 0 else _scaled(inside, -_1)
    scale, common, rest = content(inside, context, positive=True)
    core = apply("abs", expression(rest if _leading(rest) > 0 else _scaled(rest, -_1)))
    return {_monomial([*common, (core, _1)]): scale}


def _choice(e: Expression, context: Context) -> Polynomial:
    """``where`` with a settled condition or equal values, and ``max`` without arguments that another one exceeds.

    A value that is real in its branch only stays there: exp(log u) is u only where log u is real.
    """
    args = [normal(a, context) for a in e.args]
    if e.op == "where":
        values = [value for value, _ in context.possible(rebuild(e, args))]
        if len(values) == 1 or args[1] is args[2]:
            return polynomial(values[0], context)
        real = all(total(a, context) for a in e.args[1:])
        if args[0].has("var") or args[1:] == [ONE, ZERO] or not real:
            return _atom(rebuild(e, args))
        gap = _sum([polynomial(args[1], context), _scaled(polynomial(args[2], context), -_1)])
        return _sum([polynomial(args[2], context), _product(_atom(apply("where", args[0], 1, 0)), gap, context)])
    top = rebuild(e, [a for a in args if not any(b is not a and context.bounds(b - a).positive for b in args)])
    if top.op == "max" and len(top.args) == 2 and ZERO in top.args:  # max(0, c u) = c max(0, u) for c > 0
        scale, common, rest = content(polynomial(add(*top.args), context), context, positive=True)
        return {_monomial([*common, (term.maximum(ZERO, expression(rest)), _1)]): scale}
    return _atom(top) if top.op == "max" else polynomial(top, context)


def _matrix(e: Expression, context: Context) -> Polynomial:
    if expanded(e) is not e:
        return polynomial(expanded(e), context)
    body, place = term.opened_matrix(e, *context.indices)
    outside = [normal(a, context) for a in e.args[:-1]]
    return _atom(rebuild(e, [*outside, term.abstract(normal(body, context), place)]))


def _rule(e: Expression, context: Context) -> Polynomial:
    if e.op == "const":
        return {(): e.data} if e.data else {}
    if e.op == "add":
        return _sum(polynomial(a, context) for a in e.args)
    if e.op == "mul":
        return _products((polynomial(a, context) for a in e.args), context)
    if e.op == "pow" and e.args[1].op == "const":
        return _power(polynomial(e.args[0], context), e.args[1].data, context)
    if e.op == "pow" and context.bounds(e.args[0]).positive:
        return polynomial(apply("exp", e.args[1] * apply("log", e.args[0])), context)
    if e.op in _RULES:
        return _RULES[e.op](e, context)
    if e.op in FUNCTIONS and define(e) is not e:
        return polynomial(define(e), context)
    inside = polynomial(e.args[0], context) if e.op in FUNCTIONS and FUNCTIONS[e.op].parity else {}
    if inside and _leading(inside) < 0:
        return _scaled(_atom(apply(e.op, expression(_scaled(inside, -_1)))), Fraction(FUNCTIONS[e.op].parity))
    return _atom(rebuild(e, [normal(a, context) for a in e.args]))


_RULES = {"exp": _exp, "log": _log, "abs": _abs, "Sum": _over, "Max": _max, "max": _choice, "where": _choice,
          **dict.fromkeys(term.MATRICES, _matrix)}  # fmt: skip
