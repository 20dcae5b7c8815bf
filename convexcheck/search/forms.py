"""Signs of values, and of quadratic forms in the directions: what evidence shows that they are >= 0 (untrusted)."""

from __future__ import annotations

from fractions import Fraction
from itertools import permutations

from convexcheck.certificate.evidence import Bounds, EachTerm, Rewritten, Sign
from convexcheck.expression.bounds import Context
from convexcheck.expression.normal import Monomial, content, expression, identical, normal, polynomial, vanishes
from convexcheck.expression.obligations import total
from convexcheck.expression.term import (
    ONE,
    ZERO,
    Expression,
    abstract,
    add,
    const,
    fresh,
    instantiate,
    mul,
    nodes,
    over,
    power,
    transform,
)
from convexcheck.search.factor import factors
from convexcheck.search.increments import combined, increment, shared, superadditive
from convexcheck.search.kronecker import kronecker
from convexcheck.search.scope import Scope
from convexcheck.search.squares import dominant, fraction, ldl
from convexcheck.search.univariate import STEPS, univariate

MAX_DIRECTIONS = 6


def nonnegative(e: Expression, scope: Scope, strict: bool = False, depth: int = 0) -> Sign | None:
    """Evidence that `e` >= 0 (> 0 if `strict`) wherever the scope's facts hold, or None.

    Args:
        e: an expression that is real there; directions in it are any real numbers.
        scope: facts and opened indices.
        strict: ask for > 0.
        depth: how many rewritings led here.
    """
    scope.tick()
    c = scope.context
    for form in (e, normal(e, c)):
        i = c.bounds(form)
        if i.positive or (i.lo >= 0 and not strict):
            return Bounds()
    if strict and depth == 0:
        from convexcheck.search.gram import strictly_positive

        target = fraction(e, c)
        if c.bounds(target).positive and (product := _rewritten(e, target, scope, Bounds())):
            return product
        known = combined(e, scope, strict) or univariate(e, scope, strict)
        return known or _incremented(e, scope, depth, strict) or strictly_positive(e, scope)
    if depth > 3:
        return None
    if vanishes(polynomial(e, c), c):
        return Rewritten(ZERO, Bounds())
    methods = [_combined, _one_entry, _factored, _diagonal_low_rank, _complete_square, _each_index]
    methods += [_superadditive, _squares, _incremented, _sum_of_squares, _minors]
    if any(f.relation in ("psd", "posdef") for f in c.facts):
        fractions = any(k < 0 for m in polynomial(e, c) for _, k in m)
        methods = [_factored, kronecker, *methods] if fractions else [kronecker, *methods]
    elif scope.heavy and depth == 0:  # there are few links to cut, and it takes long
        methods.append(kronecker)
    if scope.heavy and depth == 0:  # where there is a cover, it is found soon; polynomials deserve algebra first
        methods.insert(len(methods) if _is_polynomial(e, c) else 1, _covered)
    for method in methods:
        found = method(e, scope, depth)
        if found is not None:
            return found
    return None


def _is_polynomial(e: Expression, c: Context) -> bool:
    return all(g.op in ("var", "par", "dir") and k > 0 for m in polynomial(e, c) for g, k in m)


def _rewritten(e: Expression, target: Expression, scope: Scope, premise: Sign | None) -> Sign | None:
    if premise is None or not total(target, scope.context) or not identical(e, target, scope.context):
        return None
    return Rewritten(scope.close(target), premise)


def _one_entry(e: Expression, scope: Scope, depth: int) -> Sign | None:
    """A form in one direction is its value at 1 times the square."""
    directions = [n for n in nodes(e) if n.op == "dir"]
    if len(directions) != 1 or depth:
        return _stepped(e, scope) or univariate(e, scope)
    value, square = transform(e, lambda n, _: ONE if n is directions[0] else None), directions[0] ** 2
    premise = _stepped(value, scope) or univariate(value, scope)
    if isinstance(premise, Rewritten):
        value, premise = instantiate(premise.target, scope.indices), premise.premise
    if value.op == "mul" and not isinstance(premise, EachTerm):
        value = normal(value, scope.context)  # a sum stays one factor
    shown: dict[Expression, Sign] = {value: premise} if premise is not None else {}
    if value.op == "mul" and isinstance(premise, EachTerm):
        shown = dict(zip(value.args, premise.premises, strict=True))
    target = mul(value, square)
    if not shown or target.op != "mul" or (value.op == "mul" and value in shown and not isinstance(premise, Bounds)):
        return None
    return _rewritten(e, target, scope, EachTerm(tuple(shown.get(a, Bounds()) for a in target.args)))


def _stepped(e: Expression, scope: Scope) -> Sign | None:
    """A difference of gamma functions of two arguments, of which a ladder would not end."""
    apart = len({n.args[0] for n in nodes(e) if n.op in STEPS}) > 1
    return increment(e, scope, False, lambda e, inner, strict: nonnegative(e, inner, strict)) if apart else None


def _factored(e: Expression, scope: Scope, depth: int) -> Sign | None:
    """One fraction, and its factors of known sign times what is left of the numerator."""
    c = scope.context
    if vanishes(polynomial(e, c), c):
        return None
    scale, common, left = content(polynomial(e, c), c, positive=False)
    constant, found = factors(left)
    sign, known, unknown = scale * constant, list[Expression](), list[Expression]()
    shown: dict[Expression, Sign] = {}
    for g, k in [*common, *((f, Fraction(k)) for f, k in found)]:
        bounds = c.bounds(power(g, const(k)))
        if bounds.lo >= 0 or bounds.hi <= 0:
            known.append(power(g, const(k)) if bounds.lo >= 0 else -power(g, const(k)))
            sign = sign if bounds.lo >= 0 else -sign
        elif k == 1 and (seen := _seen(g, scope)) is not None:
            factor, shown_by, turn = seen
            known.append(factor)
            shown[factor] = shown_by
            sign *= turn
        else:
            known += [power(g, const(k - 1))] if k.denominator == 1 and k > 1 else []
            unknown.append(g if k.denominator == 1 and k > 0 else power(g, const(k)))
    if any(c.bounds(k).lo < 0 and k not in shown for k in known) or not known:
        return None
    inside = mul(1 if sign > 0 else -1, *unknown)
    target = mul(abs(sign), *known, inside)
    if not unknown and shown and sign > 0 and target.op == "mul":
        return _rewritten(e, target, scope, EachTerm(tuple(shown.get(a, Bounds()) for a in target.args)))
    if not unknown:
        return _rewritten(e, target, scope, Bounds()) if sign > 0 else None
    premise = nonnegative(normal(inside, c), scope, depth=depth + 1)
    if premise is None or target.op != "mul":
        return None
    target = mul(abs(sign), *known, normal(inside, c))
    if not shown and (isinstance(premise, Bounds) or normal(inside, c) not in target.args):
        return _rewritten(e, target, scope, Bounds())
    shown[normal(inside, c)] = premise
    parts = tuple(shown.get(a, Bounds()) for a in target.args)
    return _rewritten(e, target, scope, EachTerm(parts))


def _seen(g: Expression, scope: Scope) -> tuple[Expression, Sign, int] | None:
    """A factor, or what it is the negative of, that facts together show to be >= 0, and its sign."""
    for turn, factor in ((1, g), (-1, normal(-g, scope.context))):
        premise = combined(factor, scope, False)
        if premise is not None:
            return factor, premise, turn
    return None


def _complete_square(e: Expression, scope: Scope, depth: int) -> Sign | None:
    """Sum_k a_k v_k**2 + 2 sum_k b_k v_k L + rest = Sum_k a_k (v_k + b_k L/a_k)**2 + (rest - Sum_k b_k**2 L**2/a_k)."""
    c = scope.context
    squares: dict[tuple[Expression, Expression], list[Expression]] = {}
    index_of: dict[Expression, Expression] = {}
    for m, coefficient in polynomial(e, c).items():
        sums = [g for g, k in m if g.op == "Sum" and g.has("dir") and k == 1]
        if len(sums) == 1 and not any(g.has("dir") for g, _ in m if g is not sums[0]):
            size = sums[0].args[0]
            index = index_of.setdefault(size, fresh(size, e, *scope.indices))
            found = _direction(instantiate(sums[0].args[1], [index]), c)
            if found and found[1] == 2 and index in found[0].args:
                factor = expression({tuple(f for f in m if f[0] is not sums[0]): coefficient})
                squares.setdefault((size, found[0]), []).append(mul(factor, found[2]))
    for (size, v), weights in squares.items():
        index = index_of[size]
        a = normal(add(*weights), c)
        cross: list[Expression] = []
        for m, coefficient in polynomial(e, c).items():
            sums = [g for g, k in m if g.op == "Sum" and g.has("dir") and k == 1 and g.args[0] is size]
            outside = [(g, k) for g, k in m if g not in sums]
            found = _direction(instantiate(sums[0].args[1], [index]), c) if len(sums) == 1 else None
            if found and found[:2] == (v, 1) and any(g.op == "dir" for g, _ in outside):
                cross.append(mul(Fraction(1, 2), expression({tuple(outside): coefficient}), found[2]))
        if not cross or not c.bounds(a).positive:
            continue
        line = v + mul(add(*cross), power(a, -1))
        square = over("Sum", size, abstract(mul(a, normal(line, c) ** 2), [index]))
        rest = normal(e - square, c)
        premise = nonnegative(rest, scope, depth=depth + 1)
        if premise is None:
            continue
        if rest is ZERO:
            return _rewritten(e, square, scope, Bounds())
        target = add(square, rest)
        if target.op == "add" and rest in target.args:
            premises = tuple(premise if t is rest else Bounds() for t in target.args)
            return _rewritten(e, target, scope, EachTerm(premises))
        return _rewritten(e, target, scope, Bounds())
    return None


def _each_index(e: Expression, scope: Scope, depth: int) -> Sign | None:
    """Gather the sums over one size into one sum, and look at its term."""
    groups: dict[Expression, list[Expression]] = {}
    rest: list[Expression] = []
    for m, c in polynomial(e, scope.context).items():
        sums = [g for g, k in m if g.op == "Sum" and g.has("dir") and k == 1]
        if len(sums) == 1 and not any(g.has("dir") for g, _ in m if g is not sums[0]):
            factor = expression({tuple(f for f in m if f[0] is not sums[0]): c})
            groups.setdefault(sums[0].args[0], []).append(mul(factor, sums[0].args[1]))
        else:
            rest.append(expression({m: c}))
    if not groups:
        return None
    parts = [over("Sum", size, add(*bodies)) for size, bodies in groups.items()] + ([add(*rest)] if rest else [])
    target = add(*parts)
    premises: list[Sign] = []
    for part in target.args if target.op == "add" else (target,):
        if part.op == "Sum":
            inner, body = scope.open(part)
            found = nonnegative(body, inner, depth=depth + 1)
            premise: Sign | None = EachTerm((found,)) if found else None
        else:
            premise = nonnegative(part, scope, depth=depth + 1) if part is not e else None
        if premise is None:
            return None
        premises.append(premise)
    return _rewritten(e, target, scope, EachTerm(tuple(premises)) if target.op == "add" else premises[0])


def _diagonal_low_rank(e: Expression, scope: Scope, depth: int) -> Sign | None:
    """A diagonal over an index, a few sums along it and a few more numbers."""
    from convexcheck.search.lowrank import diagonal_low_rank

    def prove(value: Expression, inner: Scope, strict: bool) -> Sign | None:
        return nonnegative(value, inner, strict, 0 if strict else max(depth + 1, 2))

    return diagonal_low_rank(e, scope, prove) if depth < 3 else None


def _direction(body: Expression, c: object) -> tuple[Expression, int, Expression] | None:
    """A product as (direction entry, its power, the other factors); None if it is something else."""
    factors = body.args if body.op == "mul" else (body,)
    moving = [f for f in factors if f.has("dir")]
    if len(moving) != 1:
        return None
    base, q = moving[0].args if moving[0].op == "pow" else (moving[0], ONE)
    if base.op != "dir" or q.op != "const" or q.data not in (1, 2):
        return None
    return base, int(q.data), mul(*(f for f in factors if f is not moving[0]))


def matrix_of(e: Expression, scope: Scope) -> tuple[list[Expression], list[list[Expression]]] | None:
    """The directions and the matrix of a form in finitely many direction entries, or None."""
    entries: dict[tuple[Expression, Expression], dict[Monomial, Fraction]] = {}
    for m, c in polynomial(e, scope.context).items():
        v = [g for g, k in m if g.op == "dir" for _ in range(int(k))]
        rest = tuple((g, k) for g, k in m if g.op != "dir")
        if len(v) != 2 or any(g.has("dir") for g, _ in rest):
            return None
        entries.setdefault((v[0], v[1]), {})[rest] = c if v[0] is v[1] else c / 2
    names = sorted({v for pair in entries for v in pair}, key=lambda v: v.key)
    at = {(p, q): expression(x) for pair, x in entries.items() for p, q in (pair, pair[::-1])}
    return names, [[at.get((p, q), ZERO) for q in names] for p in names]


def _squares(e: Expression, scope: Scope, depth: int) -> Sign | None:
    """A form in few scalar directions as a sum of squares with weights >= 0 (LDL^T over the normal forms)."""
    found = matrix_of(e, scope)
    if found is None or not 1 <= len(found[0]) <= MAX_DIRECTIONS:
        return None
    names, M = found
    target = dominant(names, M, scope)
    if target is not None and (proof := _rewritten(e, target, scope, Bounds())) is not None:
        return proof
    for tried, order in enumerate(permutations(range(len(names)))):
        scope.tick()
        target = ldl([names[k] for k in order], [[M[a][b] for b in order] for a in order], scope)
        if target is not None:
            proof = _rewritten(e, target, scope, Bounds())
            if proof is not None:
                return proof
        if tried > 5:
            break
    return None


def _combined(e: Expression, scope: Scope, depth: int) -> Sign | None:
    """A sum of multiples of facts."""
    return combined(e, scope, False)


def _incremented(e: Expression, scope: Scope, depth: int, strict: bool = False) -> Sign | None:
    """The difference of two values of a function that grows; a constant that is shared out among the terms of a sum."""
    found = increment(e, scope, strict, lambda e, inner, strict: nonnegative(e, inner, strict))
    if found is not None or strict:
        return found
    target = shared(e, scope)
    if target is None:
        return None
    inner, body = scope.open(target)
    premise = nonnegative(body, inner, depth=2)
    return _rewritten(e, target, scope, EachTerm((premise,))) if premise is not None else None


def _superadditive(e: Expression, scope: Scope, depth: int) -> Sign | None:
    """A diagonal less a multiple of the square of a sum, by the inequality of Cauchy and Schwarz."""
    found = matrix_of(e, scope)
    if found is None or not 2 <= len(found[0]) <= MAX_DIRECTIONS:
        return None
    shown = superadditive(*found, scope, lambda e, inner, strict: nonnegative(e, inner, strict))
    return _rewritten(e, shown[0], scope, shown[1]) if shown is not None else None


def _covered(e: Expression, scope: Scope, depth: int) -> Sign | None:
    """A form or a value on a box, in balls."""
    from convexcheck.search.cover import cover

    return cover(e, scope)


def _minors(e: Expression, scope: Scope, depth: int) -> Sign | None:
    """A form in two or three directions whose principal minors are >= 0."""
    from convexcheck.search.minors import minors

    found = matrix_of(e, scope)
    if found is None or len(found[0]) < 2:
        return None
    return minors(*found, scope, lambda e, inner, strict: nonnegative(e, inner, strict, 0 if strict else depth + 1))


def _sum_of_squares(e: Expression, scope: Scope, depth: int) -> Sign | None:
    """A polynomial as multipliers >= 0 times squares of rational polynomials."""
    from convexcheck.search.gram import gram

    return gram(e, scope) if scope.heavy else None


MARGINS = (Fraction(1), Fraction(1, 2), Fraction(1, 10), Fraction(1, 100), Fraction(1, 1000))


def positive(e: Expression, scope: Scope) -> Expression | None:
    """An expression identical to the polynomial `e` that is a positive constant plus squares, or None."""
    from convexcheck.search.gram import sum_of_squares

    for margin in MARGINS:
        squares = sum_of_squares(e - margin, scope)
        if squares is not None:
            return margin + squares
    return None
