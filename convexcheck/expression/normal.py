"""Normal forms: expressions as polynomials in generators, and the identity checker (trusted).

A polynomial maps monomials to rational coefficients; a monomial is a product of generators with rational
exponents; a generator is an expression in normal form: an entry, ``exp`` of a monomial, ``log`` of a
primitive polynomial, a sum over a binder that releases nothing more, a sum raised to a power that is
not a natural number, and so on. The rewriting rules are the laws of exp, log and powers, linearity of
``Sum``, ``Max(c + c' x) = c + c' Max(x)`` for c' >= 0, definitions of the elementary functions and
substitution by an indicator. A rule that needs a sign asks `bounds`. Each holds wherever both sides
are defined, so domains must be settled on the expression as it was written, before.
"""

from collections.abc import Iterable
from fractions import Fraction
from math import floor, gcd, lcm

from convexcheck.expression.binding import abstract, instantiate, opened
from convexcheck.expression.bounds import Context, decided
from convexcheck.expression.defined import in_range
from convexcheck.expression.errors import ConvexcheckError
from convexcheck.expression.functions import FUNCTIONS, define
from convexcheck.expression.term import ONE, ZERO, Expression, add, apply, const, maximum, mul, over, power, rebuild

Monomial = tuple[tuple[Expression, Fraction], ...]
Polynomial = dict[Monomial, Fraction]
MAX_TERMS = 20_000
_0, _1 = Fraction(0), Fraction(1)


def normal(e: Expression, context: Context) -> Expression:
    """The normal form of `e`; equal wherever `e` is defined and the context's facts hold.

    >>> from convexcheck.expression.statement import Statement
    >>> x = Expression("var", (), "x")
    >>> normal((x + 1) ** 2 - x**2, Context(Statement(x, {})))
    1 + 2*x
    """
    return expression(polynomial(e, context))


def identical(a: Expression, b: Expression, context: Context) -> bool:
    """Whether `a` = `b` follows by normal forms, denominators cleared."""
    return vanishes(polynomial(a - b, context), context)


def is_affine(e: Expression, context: Context) -> bool:
    """Whether the normal form is a sum of terms with at most one variable entry, to the power 1."""
    for m in polynomial(e, context):
        moving = [(g, k) for g, k in m if g.has("var")]
        if len(moving) > 1 or any(k != 1 for _, k in moving):
            return False
        for g, _ in moving:
            parts = [opened(g, e)[0]] if g.op == "Sum" else g.args[1:] if g.op == "where" else []
            fixed = not any(a.has("var") for a in (g.args[:1] if g.op == "where" else g.args if g.op == "var" else ()))
            if not fixed or not (parts or g.op == "var") or not all(is_affine(p, context) for p in parts):
                return False
    return True


def vanishes(p: Polynomial, context: Context) -> bool:
    """Whether `p` is zero after its denominators are multiplied out; they are not 0, so the product is 0 only if p is."""
    while p:
        p, denominator = numerator(p, context)
        if not denominator:
            return False
    return True


def numerator(p: Polynomial, context: Context) -> tuple[Polynomial, Monomial]:
    """p as (numerator, denominator): the sums with negative powers, taken to their largest such power."""
    least: dict[Expression, Fraction] = {}
    for m in p:
        least |= {g: min(k, least.get(g, _0)) for g, k in m if g.op == "add" and k < 0}
    denominator = _monomial((g, -k) for g, k in least.items())
    return _product(p, {denominator: _1}, context) if denominator else p, denominator


def expression(p: Polynomial) -> Expression:
    """A polynomial as an expression."""
    return add(*(mul(c, *(power(g, const(k)) for g, k in m)) for m, c in p.items()))


def polynomial(e: Expression, context: Context) -> Polynomial:
    """The normal form of `e` as a polynomial in generators."""
    found = context.polynomials.get(e)
    if found is None:
        found = context.polynomials[e] = _rule(e, context)
    return found


def _monomial(factors: Iterable[tuple[Expression, Fraction]]) -> Monomial:
    total: dict[Expression, Fraction] = {}
    for g, k in factors:
        total[g] = total.get(g, _0) + k
    return tuple(sorted(((g, k) for g, k in total.items() if k), key=lambda f: f[0].key))


def _sum(parts: Iterable[Polynomial]) -> Polynomial:
    total: Polynomial = {}
    for p in parts:
        for m, c in p.items():
            total[m] = total.get(m, _0) + c
    if len(total) > MAX_TERMS:
        raise ConvexcheckError("normal form", f"more than {MAX_TERMS} terms", hint="a smaller expression")
    return {m: c for m, c in total.items() if c}


def _product(p: Polynomial, q: Polynomial, context: Context) -> Polynomial:
    if len(p) * len(q) > 4 * MAX_TERMS:
        raise ConvexcheckError("normal form", f"more than {4 * MAX_TERMS} products", hint="a smaller expression")
    total: Polynomial = {}
    expand: list[Polynomial] = []
    for m, c in p.items():
        for n, d in q.items():
            merged = _monomial((*m, *n)) if m and n else m or n
            if any(_reducible(g, k) for g, k in merged):
                expand.append(_reduced(merged, c * d, context))
            else:
                total[merged] = total.get(merged, _0) + c * d
    return _sum([total, *expand])


def _reducible(g: Expression, k: Fraction) -> bool:
    if g.op == "add" or g.op == "const":
        return k >= 1 or (g.op == "const" and k < 0)
    return k != 1 and (g.op == "where" and set(g.args[1:]) == {ZERO, ONE}) or (g.op == "abs" and k >= 2)


def _reduced(m: Monomial, c: Fraction, context: Context) -> Polynomial:
    """Expand natural powers of sums, fold constants, indicators and squares of absolute values."""
    rest: list[tuple[Expression, Fraction]] = []
    factors: list[Polynomial] = []
    for g, k in m:
        if not _reducible(g, k):
            rest.append((g, k))
        elif g.op == "where":  # an indicator is its own square
            rest.append((g, _1))
        elif g.op == "abs":  # |u|**2 = u**2
            rest.append((g, k - 2 * floor(k / 2)))
            factors.append(polynomial(power(g.args[0], 2 * floor(k / 2)), context))
        else:
            rest.append((g, k - floor(k)))
            if g.op == "const":
                c *= g.data ** floor(k)
            else:
                factors += [polynomial(g, context)] * floor(k)
    result: Polynomial = {_monomial(rest): c}
    for f in factors:
        result = _product(result, f, context)
    return result


def content(p: Polynomial, context: Context, positive: bool) -> tuple[Fraction, Monomial, Polynomial]:
    """Write p = c * m * primitive: integer coefficients without common factor, no denominator, no common monomial.

    With `positive`, c > 0 and m holds generators that are > 0; otherwise the first coefficient of the
    primitive part is > 0.
    """
    cleared, denominator = numerator(p, context)
    if positive and not all(context.bounds(g).positive for g, _ in denominator):
        cleared, denominator = p, ()
    p = cleared
    if not p:
        raise ConvexcheckError("normal form", "log or a negative power of 0", "an expression that is defined")
    scale = Fraction(gcd(*(c.numerator for c in p.values())), lcm(*(c.denominator for c in p.values())))
    least: dict[Expression, Fraction] = {g: _0 for m in p for g, _ in m}
    for g in least:
        if not positive or context.bounds(g).positive:
            least[g] = min(dict(m).get(g, _0) for m in p)
    inverse = [(g, -k) for g, k in least.items()]
    rest = {_monomial((*m, *inverse)): c / scale for m, c in p.items()}
    if not positive and rest[min(rest, key=_order)] < 0:
        scale, rest = -scale, {m: -c for m, c in rest.items()}
    return scale, _monomial((g, -k) for g, k in (*inverse, *denominator)), rest


def _order(m: Monomial) -> tuple[object, ...]:
    return tuple((g.key, k) for g, k in m)


def _power(p: Polynomial, q: Fraction, context: Context) -> Polynomial:
    integral = q.denominator == 1
    if integral and q >= 0 and len(p) != 1:
        if q * len(p) > 128:
            raise ConvexcheckError("normal form", f"the power {q} of {len(p)} terms", hint="composition rules")
        result: Polynomial = {(): _1}
        for _ in range(int(q)):
            result = _product(result, p, context)
        return result
    if not p and q > 0:
        return {}
    scale, common, rest = content(p, context, positive=not integral)
    outside, root = (scale ** int(q), _0) if integral else (scale ** floor(q), q - floor(q))
    factors = [(const(scale), root), *((g, k * q) for g, k in common)] if scale != 1 else [(g, k * q) for g, k in common]
    if not integral and len(rest) == 1 and next(iter(rest.values())) > 0:
        factors += _root(next(iter(rest)), q)
    elif rest != {(): _1}:
        factors.append((expression(rest), q))
    return _reduced(_monomial(factors), outside, context)


def _root(m: Monomial, q: Fraction) -> list[tuple[Expression, Fraction]]:
    """(product of g**k) ** q for a q that is no integer: even powers come out as absolute values."""
    even = [(apply("abs", g), k * q) for g, k in m if k.denominator == 1 and k % 2 == 0]
    odd = [(g, k) for g, k in m if k.denominator > 1 or k % 2]
    if len(odd) > 1:
        return [*even, (expression({_monomial(odd): _1}), q)]
    return [*even, *((g, k * q) for g, k in odd)]  # g**k >= 0 with k odd or no integer: then g >= 0 itself


def _exp(p: Polynomial, context: Context) -> Polynomial:
    result: Polynomial = {(): _1}
    for m, c in p.items():
        if len(m) == 1 and m[0][0].op == "log" and m[0][1] == 1:  # exp(c log u) = u**c
            factor = _power(polynomial(m[0][0].args[0], context), c, context)
        else:
            factor = {((apply("exp", expression({m: _1})), c),): _1}
        result = _product(result, factor, context)
    return result


def _log(p: Polynomial, context: Context) -> Polynomial:
    scale, common, rest = content(p, context, positive=True)
    parts: list[Polynomial] = [{((apply("log", const(scale)), _1),): _1}] if scale != 1 else []
    for g, k in common:
        if g.op == "exp":
            parts.append({m: c * k for m, c in polynomial(g.args[0], context).items()})
        else:
            parts.append({((apply("log", g), _1),): k})
    if rest != {(): _1}:
        parts.append({((apply("log", expression(rest)), _1),): _1})
    return _sum(parts)


def _split(m: Monomial, index: Expression) -> tuple[Monomial, Monomial]:
    """The factors of `m` that are free of `index`, and the others."""
    mine = ("index", index.data)
    return tuple(f for f in m if mine not in f[0].symbols), tuple(f for f in m if mine in f[0].symbols)


def _over(e: Expression, context: Context) -> Polynomial:
    """``Sum`` is linear and releases what its index does not touch; an indicator of one value picks it."""
    body, index = opened(e)
    total: list[Polynomial] = []
    for m, c in polynomial(body, context).items():
        free, inner = _split(m, index)
        picked = next((p for g, _ in inner if (p := _selected(g, index, context))), None)
        if picked:
            others = abstract(expression({tuple(f for f in inner if f[0] is not picked[0]): _1}), [index])
            summed = polynomial(instantiate(others, [picked[1]]), context)
        elif inner:
            summed = {((_sorted_sum(over("Sum", e.args[0], abstract(expression({inner: _1}), [index]))), _1),): _1}
        else:
            summed = polynomial(e.args[0], context)
        total.append(_product({free: c}, summed, context))
    return _sum(total)


def _sorted_sum(e: Expression) -> Expression:
    """Two sums in a row commute: the one with the smaller key comes first."""
    if e.args[1].op != "Sum" or e.args[1].args[0].loose:
        return e
    inner, j = opened(e)
    body, k = opened(inner, j)
    other = over("Sum", inner.args[0], abstract(_sorted_sum(over("Sum", e.args[0], abstract(body, [j]))), [k]))
    return min(e, other, key=lambda s: s.key)


def _selected(g: Expression, index: Expression, context: Context) -> tuple[Expression, Expression] | None:
    """For the indicator of ``index = value`` with 0 <= value < size: the indicator and the value."""
    if g.op != "where" or g.args[1:] != (ONE, ZERO) or g.args[0].op != "eq":
        return None
    values = [b for b in g.args[0].args if b is not index and ("index", index.data) not in b.symbols]
    return (g, values[0]) if index in g.args[0].args and values and in_range(values[0], index.args[0], context) else None


def _max(e: Expression, context: Context) -> Polynomial:
    """``Max`` lets go of added terms that its index does not touch, and of a factor that is >= 0."""
    body, index = opened(e)
    free, bound = Polynomial(), Polynomial()
    for m, c in polynomial(body, context).items():
        (bound if _split(m, index)[1] else free)[m] = c
    if not bound:
        return free
    scale, common, rest = content(bound, context, positive=True)
    outer, inner = _split(common, index)
    kept = over("Max", e.args[0], abstract(expression(_product({inner: _1}, rest, context)), [index]))
    return _sum([free, {_monomial([*outer, (kept, _1)]): scale}])


def _abs(e: Expression, context: Context) -> Polynomial:
    inside = polynomial(e.args[0], context)
    sign = context.bounds(expression(inside))
    if sign.lo >= 0 or sign.hi <= 0:
        return inside if sign.lo >= 0 else {m: -c for m, c in inside.items()}
    scale, common, rest = content(inside, context, positive=True)
    if rest[min(rest, key=_order)] < 0:
        rest = {m: -c for m, c in rest.items()}
    return {_monomial([*common, (apply("abs", expression(rest)), _1)]): scale}


def _rule(e: Expression, context: Context) -> Polynomial:
    if e.op == "const":
        return {(): e.data} if e.data else {}
    if e.op == "add":
        return _sum(polynomial(a, context) for a in e.args)
    if e.op == "mul":
        result: Polynomial = {(): _1}
        for a in e.args:
            result = _product(result, polynomial(a, context), context)
        return result
    if e.op == "pow":
        base, exponent = polynomial(e.args[0], context), e.args[1]
        if exponent.op == "const":
            return _power(base, exponent.data, context)
        if context.bounds(e.args[0]).positive:
            return polynomial(apply("exp", exponent * apply("log", e.args[0])), context)
        return {((power(expression(base), normal(exponent, context)), _1),): _1}
    if e.op == "Sum":
        return _over(e, context)
    if e.op == "Max":
        return _max(e, context)
    if e.op == "exp":
        return _exp(polynomial(e.args[0], context), context)
    if e.op == "log":
        return _log(polynomial(e.args[0], context), context)
    if e.op == "abs":
        return _abs(e, context)
    args = [normal(a, context) for a in e.args]
    if e.op == "where" and (args[1] is args[2] or decided(e.args[0], context) is not None):
        return polynomial(e.args[2 if decided(e.args[0], context) is False else 1], context)
    if e.op == "max":
        largest = [a for a in args if not any(b is not a and context.bounds(b - a).positive for b in args)]
        top = maximum(*largest)
        return {((top, _1),): _1} if top.op == "max" else polynomial(top, context)
    if e.op in FUNCTIONS:
        defined = define(e)
        if defined is not e:
            return polynomial(defined, context)
    return {((rebuild(e, args), _1),): _1}
