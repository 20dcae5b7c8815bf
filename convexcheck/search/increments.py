"""Signs of differences: combinations of facts, and h(high) - h(low) of a function h that grows (untrusted).

Source: the mean value theorem. Where t g(t) falls on t > 0, the form Sum g(a_k) v_k**2 - g(S) (Sum v_k)**2 with
S = Sum a_k is >= 0: by the inequality of Cauchy and Schwarz it is at least Sum (a_k g(a_k) - S g(S)) v_k**2/a_k. With
the trigamma function that is the convexity of log beta, and of the normaliser of Dirichlet's distribution.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from itertools import combinations, permutations

import flint

from convexcheck.certificate.evidence import Bounds, EachTerm, Increment, Rewritten, Sign
from convexcheck.expression.bounds import hull, linear
from convexcheck.expression.errors import ConvexcheckError
from convexcheck.expression.functions import FUNCTIONS, steepness
from convexcheck.expression.normal import expression, identical, normal, polynomial
from convexcheck.expression.obligations import rooted, total
from convexcheck.expression.statement import Declaration
from convexcheck.expression.term import (
    Expression,
    add,
    apply,
    bound,
    const,
    entry,
    instantiate,
    mul,
    nodes,
    over,
    power,
    replaced,
    shift,
    substitute,
)
from convexcheck.search.scope import Scope

MOST_FACTS, MOST_JOINED, MOST_TERMS, MOST_PAIRS, NAME = 10, 3, 8, 6, "t"
Prove = Callable[[Expression, Scope, bool], Sign | None]  # evidence that a value is >= 0 (True: > 0)


def combined(e: Expression, scope: Scope, strict: bool) -> Sign | None:
    """A value that is a sum of multiples of facts: x > y > 0 make x = (x - y) + y positive."""
    constant, terms = linear(e)
    if not terms or e.has("dir") or len(terms) > MOST_TERMS:
        return None
    c = scope.context
    for target in (*_from_facts(constant, dict(terms), scope), *_without_one(e, scope)):
        i = c.bounds(target)
        if (i.positive or (i.lo >= 0 and not strict)) and total(target, c) and identical(e, target, c):
            return Rewritten(scope.close(target), Bounds())
    return None


def _from_facts(constant: Fraction, terms: dict[Expression, Fraction], scope: Scope) -> Iterator[Expression]:
    """The value as multiples > 0 of two or three facts and a constant."""
    known = [linear(f.body) for f in scope.context.facts if not f.sizes and f.relation in ("ge", "gt")]
    known = [k for k in known if k[1]][:MOST_FACTS]
    for count in range(2, MOST_JOINED + 1):
        for chosen in combinations(known, count):
            places = {t for _, pattern in chosen for t, _ in pattern}
            if not places >= set(terms):
                continue
            columns = [dict(pattern) for _, pattern in chosen]
            A = flint.fmpq_mat(len(places), count, [_number(p.get(t, Fraction(0))) for t in places for p in columns])
            b = flint.fmpq_mat(len(places), 1, [_number(terms.get(t, Fraction(0))) for t in places])
            square = A.transpose() * A
            w = square.solve(A.transpose() * b) if square.det() else None
            if w is None or A * w != b or not all(w[k, 0] > 0 for k in range(count)):
                continue
            weights = [Fraction(int(w[k, 0].p), int(w[k, 0].q)) for k in range(count)]
            rest = constant - sum(q * base for q, (base, _) in zip(weights, chosen, strict=True))
            yield add(rest, *(_apart(q, *fact) for q, fact in zip(weights, chosen, strict=True)))


def _number(q: Fraction) -> flint.fmpq:
    return flint.fmpq(q.numerator, q.denominator)


def _apart(weight: Fraction, base: Fraction, pattern: Sequence[tuple[Expression, Fraction]]) -> Expression:
    """A multiple of a fact that stays one term of a sum."""
    scale = 2 if weight != 2 else 3
    return mul(weight / scale, add(scale * base, *(mul(scale * q, t) for t, q in pattern)))


def _without_one(e: Expression, scope: Scope) -> Iterator[Expression]:
    """Sum_i u_i - u_k as the sum over all i but k."""
    terms = e.args if e.op == "add" else ()
    for whole in terms:
        rest = -add(*(t for t in terms if t is not whole))
        for index in {n for n in nodes(rest) if n.op == "index"} if whole.op == "Sum" else ():
            if instantiate(whole.args[1], [index]) is rest:
                other = apply("where", apply("eq", bound(0), shift(index, 1)), 0, 1)
                yield over("Sum", whole.args[0], mul(other, whole.args[1]))


def increment(e: Expression, scope: Scope, strict: bool, prove: Prove) -> Sign | None:
    """A value h(high) - h(low), where h grows and high - low has the sign."""
    c = scope.context
    if e.has("dir") or not e.has("var", "par"):
        return None
    raw = list(e.args) if e.op == "add" else []
    for terms in (raw, [expression({m: q}) for m, q in polynomial(e, c).items()]):
        if not 2 <= len(terms) <= MOST_TERMS:
            continue
        for h, low, high in _pairs(terms):
            gap = substitute(h, {("var", NAME): high}) - substitute(h, {("var", NAME): low})
            inner = scope.boxed({NAME: (Declaration(), hull([c.bounds(low), c.bounds(high)]))})
            inside = Scope(inner.interior, inner.interior, scope.deadline, (), scope.heavy)
            try:
                slope = steepness(h, entry("var", NAME))
                smooth = total(h, inner.context) and total(slope, inside.context) and rooted(h, inside.context)
                if not smooth or not identical(e, gap, c):
                    continue
            except ConvexcheckError:  # a kink, or a normal form that grew too large
                continue
            order = prove(high - low, scope, strict)
            shown = prove(slope, inside, strict) if order is not None else None
            if order is not None and shown is not None:
                return Increment(h, scope.close(low), scope.close(high), order, shown)
    return None


def _pairs(terms: Sequence[Expression]) -> Iterator[tuple[Expression, Expression, Expression]]:
    """Functions of one variable with two arguments, from the terms that hold the one or the other."""
    at, found = entry("var", NAME), dict[str, list[Expression]]()
    for n in nodes(*terms):
        if n.op in FUNCTIONS and n.op != "abs" and n.has("var", "par") and n.args[0] not in found.setdefault(n.op, []):
            found[n.op].append(n.args[0])
    for op, arguments in found.items():
        for low, high in [*permutations(arguments, 2)][:MOST_PAIRS]:
            for one, sign in ((low, -1), (high, 1)):
                held = [t for t in terms if apply(op, one) in nodes(t)]
                h = replaced(mul(sign, add(*(mul(1, t) for t in held))), {one: at})
                alone = not any(n.op in ("index", "dir") or (n.op == "var" and n is not at) for n in nodes(h))
                if alone and len(held) < len(terms):
                    yield h, low, high


def superadditive(names: Sequence[Expression], M: list[list[Expression]], scope: Scope, prove: Prove) -> (
    tuple[Expression, Sign] | None
):  # fmt: skip
    """A form whose entries off the diagonal are all -q, with multiples of v_k**2/x_k apart: a sum, and its evidence."""
    c, n = scope.context, range(len(names))
    x = [Expression("var", v.args, v.data) for v in names]
    q = normal(-M[0][1], c) if len(names) > 1 else const(0)
    same = all(normal(M[i][j] + q, c) is const(0) for i in n for j in n if i != j)
    if not same or not q.has("var") or not all(c.bounds(t).positive for t in (q, *x)):
        return None
    shown: dict[Expression, Sign] = {}
    for k in n:
        left = normal(x[k] * (M[k][k] + q) - add(*x) * q, c)
        premise = prove(left, scope, False) if left.op != "const" or left.data < 0 else Bounds()
        if premise is None:
            return None
        if left is const(0):
            continue
        part = mul(power(names[k], 2), power(x[k], -1), left)
        each = part.args if part.op == "mul" else ()
        if left not in each:
            return None
        shown[part] = EachTerm(tuple(premise if f is left else Bounds() for f in each))
    pairs = [mul(q, x[i], x[j], power(names[i] / x[i] - names[j] / x[j], 2)) for i, j in combinations(n, 2)]
    target = add(*shown, *pairs)
    return target, EachTerm(tuple(shown.get(t, Bounds()) for t in target.args))


def shared(e: Expression, scope: Scope) -> Expression | None:
    """A constant plus sums over an index as one sum, the constant in proportion to the terms of a sum S > 0 in it."""
    c = scope.context
    p = polynomial(e, c)
    constant = p.get((), Fraction(0))
    sizes = {g.args[0] for m in p for g, k in m if g.op == "Sum" and k == 1}
    if constant <= 0 or len(sizes) != 1:
        return None
    (size,) = sizes
    bodies: list[Expression] = []
    for m, q in p.items():
        own = [g for g, k in m if g.op == "Sum" and k == 1]
        if m and len(own) != 1:
            return None
        if m:
            rest = expression({tuple(f for f in m if f[0] is not own[0]): q})
            bodies.append(mul(shift(rest, 1), own[0].args[1]))
    for whole in nodes(e):
        if whole.op == "Sum" and whole.args[0] is size and not whole.loose and c.bounds(whole).positive:
            part = mul(constant, whole.args[1], shift(power(whole, -1), 1))
            return over("Sum", size, add(part, *bodies))
    return None
