"""Forms in which known PSD matrices meet, such as u'A u or trace(A U B U'), as sums of squares (untrusted).

A product that is summed over all of its indices is a graph: factors are joined by the indices that they share. Where
cutting one or two *links* leaves two halves with a direction each (an array each, where there are no directions), the
product is h' (M_1 x M_2) g: a link is an entry of a PSD matrix between two indices, or an index itself (the identity).
Products that are cut by the same links form a quadratic form in their halves, whose rational matrix is factored as
L D L^T. Numbers and other terms without an index must be >= 0 by their bounds.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import reduce
from itertools import combinations, permutations, product
from typing import NamedTuple

from convexcheck.certificate.evidence import Bounds, EachTerm, Kronecker, Rewritten, Sign
from convexcheck.expression.contraction import FIRST, summed
from convexcheck.expression.definite import level
from convexcheck.expression.normal import identical, polynomial, products
from convexcheck.expression.term import (
    ONE,
    ZERO,
    Expression,
    abstract,
    add,
    apply,
    bind,
    bound,
    const,
    fresh,
    instantiate,
    mul,
    substitute,
)
from convexcheck.search.scope import Scope

MOST_TERMS, MOST_FACTORS, MOST_ORDERS, MOST_LOOSE = 40, 14, 24, 4
PLACES = FIRST - 100  # serial numbers of the places at which a half meets its links


class Links(NamedTuple):
    """What two halves meet through: sizes, and matrices at row 0 and column 1; `weight` is a factor of no half."""

    sizes: tuple[Expression, ...]
    matrices: tuple[Expression, ...]
    weight: Expression


class Cut(NamedTuple):
    """A product as `sign` times ``first`` and ``second`` half at the links' places."""

    links: Links
    first: Expression
    second: Expression
    sign: int


def kronecker(e: Expression, scope: Scope, depth: int = 0) -> Sign | None:
    """Evidence that the form `e` is >= 0: a sum of `Kronecker` squares, or None."""
    c = scope.context
    terms = products(polynomial(e, c), c)
    if not 0 < len(terms) <= MOST_TERMS or not any(summed(t) for t in terms):
        return None
    alone = {t: k for t, k in terms.items() if not summed(t) and not t.has("dir")}
    if alone and len(alone) < len(terms):
        rest, form = add(*(mul(k, t) for t, k in alone.items())), {t: k for t, k in terms.items() if t not in alone}
        whole = add(*(mul(k, reduce(lambda b, i: bind("Sum", i, b), summed(t), t)) for t, k in form.items()))
        found = kronecker(whole, scope) if c.bounds(rest).lo >= 0 else None
        return None if found is None else _both(e, rest, whole, found, scope)
    return _tried(e, terms, scope, False) or _tried(e, terms, scope, True)


def _both(e: Expression, rest: Expression, form: Expression, shown: Sign, scope: Scope) -> Sign | None:
    """A value >= 0 by its bounds, and a form that was shown to be >= 0."""
    if isinstance(shown, Rewritten):
        form, shown = instantiate(shown.target, scope.indices), shown.premise
    parts = dict(zip(form.args, shown.premises, strict=True)) if isinstance(shown, EachTerm) else {form: shown}
    target = add(rest, *parts)
    signs = tuple(parts.get(a, Bounds()) for a in target.args)
    single = all(scope.context.bounds(a).lo >= 0 for a in target.args if a not in parts)
    if not single or not set(parts) <= set(target.args) or not identical(e, target, scope.context):
        return None
    return Rewritten(scope.close(target), EachTerm(signs))


def _tried(e: Expression, terms: dict[Expression, Fraction], scope: Scope, at_indices: bool) -> Sign | None:
    """The squares that some order of the links gives; links are entries of PSD matrices, and indices if asked for."""
    options: dict[Expression, list[Cut]] = {}
    for t in terms:
        options[t] = list(_cuts(t, scope, at_indices))
        if not options[t]:
            return None
    known: dict[Links, tuple[int, int, int]] = {}
    for cuts in options.values():
        for links in {cut.links for cut in cuts}:
            even = any(cut.links == links and cut.first is cut.second for cut in cuts)
            covered, even_ones, _ = known.get(links, (0, 0, 0))
            known[links] = (covered - 1, even_ones - even, len(links.sizes))
    ranked = sorted(known, key=lambda links: known[links])[:4]
    for tried, order in enumerate(permutations(ranked)):
        scope.tick()
        squares = _assigned(terms, options, order, scope)
        if squares:
            found = _shown(e, squares, scope)
            if found is not None:
                return found
        if tried > MOST_ORDERS:
            break
    return None


def _cuts(term: Expression, scope: Scope, at_indices: bool) -> Iterator[Cut]:
    """Every way to cut the product at one or two links."""
    factors = [f for f in (term.args if term.op == "mul" else (term,)) if f.op != "const"]
    split: list[Expression] = []
    for f in factors:
        squared = f.op == "pow" and f.args[1] is const(2)
        split += [f.args[0]] * 2 if squared and (f.has("dir") or summed(f)) else [f]
    moving = [k for k, f in enumerate(split) if f.has("dir")]
    if not moving:  # a form in the variables and parameters themselves
        moving = [k for k, f in enumerate(split) if summed(f) and _matrix(f, scope) is None]
    if len(moving) != 2 or len(split) > MOST_FACTORS:
        return
    edges = [k for k, f in enumerate(split) if k not in moving and _matrix(f, scope) is not None]
    links = [*edges, *(summed(term) if at_indices else ())]
    for count in (1, 2):
        for chosen in combinations(links, count):
            for order in permutations(chosen):
                yield from _halves(split, moving, order, scope)


def _matrix(f: Expression, scope: Scope) -> tuple[Expression, Expression, Expression, int] | None:
    """An entry of a PSD matrix, or of minus one, between summed indices of one size: the matrix, row, column, sign."""
    ends = summed(f)
    if len(ends) != 2 or ends[0].args != ends[1].args:
        return None
    size = ends[0].args[0]
    i = fresh(size, f, *scope.indices, *scope.context.indices)
    j = fresh(size, f, i, *scope.indices, *scope.context.indices)
    generic = substitute(f, {("index", ends[0].data): i, ("index", ends[1].data): j})
    for sign in (1, -1):
        if level(mul(sign, generic), i, j, scope.context) >= 2:
            return abstract(mul(sign, generic), [i, j]), ends[0], ends[1], sign
    return None


def _halves(
    factors: Sequence[Expression], moving: Sequence[int], chosen: Sequence[object], scope: Scope
) -> Iterator[Cut]:
    """The two parts that are left when the links are cut, if each holds one direction and one end of every link."""
    removed = {k for k in chosen if isinstance(k, int)}
    indices = {k for k in chosen if isinstance(k, Expression)}
    rest = [k for k in range(len(factors)) if k not in removed]
    part = {k: k for k in rest}
    for a, b in combinations(rest, 2):
        if (set(summed(factors[a])) & set(summed(factors[b]))) - indices and part[a] != part[b]:
            old, new = part[b], part[a]
            part = {k: new if p == old else p for k, p in part.items()}
    first, second = (part[k] for k in moving)
    if first == second:
        return None
    loose = sorted({part[k] for k in rest if summed(factors[k])} - {first, second})
    for joins in product((first, second), repeat=len(loose)) if len(loose) <= MOST_LOOSE else ():
        home = dict(zip(loose, joins, strict=True))
        halves = [[factors[k] for k in rest if home.get(part[k], part[k]) == p] for p in (first, second)]
        outside = [factors[k] for k in rest if home.get(part[k], part[k]) not in (first, second)]
        cut = _joined(halves, outside, factors, chosen, scope)
        if cut is not None:
            yield cut


def _joined(
    halves: list[list[Expression]], outside: list[Expression], factors: Sequence[Expression],
    chosen: Sequence[object], scope: Scope,
) -> Cut | None:
    """Two halves as functions of the places at which they meet the links; None where a link has no end in each."""
    mine = [{i for f in half for i in summed(f)} for half in halves]
    sizes, matrices = list[Expression](), list[Expression]()
    names: list[dict[tuple[str, int], Expression]] = [{}, {}]
    sign = 1
    for place, link in enumerate(chosen):
        if isinstance(link, Expression):
            if not all(link in m for m in mine):
                return None
            sizes.append(link.args[0])
            matrices.append(apply("where", apply("eq", bound(0), bound(1)), ONE, ZERO))
            ends = (link, link)
        else:
            found = _matrix(factors[link], scope) if isinstance(link, int) else None
            if found is None:
                return None
            matrix, i, j, own_sign = found
            sign *= own_sign
            ends = (i, j) if i in mine[0] and j in mine[1] else (j, i)
            if ends[0] not in mine[0] or ends[1] not in mine[1]:
                return None
            sizes.append(i.args[0])
            matrices.append(matrix)
        for own, end in zip(names, ends, strict=True):
            own["index", end.data] = Expression("index", end.args, PLACES + place)
    if [m.key for m in matrices] != sorted(m.key for m in matrices):
        return None
    bodies = []
    for half, own in zip(halves, names, strict=True):
        free = {i for f in half for i in summed(f)} - {i for i in mine[0] | mine[1] if ("index", i.data) in own}
        body = reduce(lambda inner, i: bind("Sum", i, inner), sorted(free, key=lambda i: i.key), mul(*half))
        bodies.append(_one(substitute(body, own), scope))
    first, second = bodies
    if first is None or second is None:
        return None
    return Cut(Links(tuple(sizes), tuple(matrices), mul(*outside)), first, second, sign)


def _one(body: Expression, scope: Scope) -> Expression | None:
    """A half in a canonical form."""
    found = products(polynomial(body, scope.context), scope.context)
    if len(found) != 1:
        return None
    ((inside, c),) = found.items()
    return mul(c, reduce(lambda inner, i: bind("Sum", i, inner), summed(inside), inside))


Squares = list[tuple[Links, Fraction, Expression]]


def _assigned(
    terms: dict[Expression, Fraction], options: dict[Expression, list[Cut]], order: Sequence[Links], scope: Scope
) -> Squares | None:
    """Every product given to the first links that cut it, and each quadratic form as a sum of squares.

    Halves of a square come first: what is PSD has the squares of all of its halves.
    """
    forms: dict[Links, dict[tuple[Expression, Expression], Fraction]] = {}
    squared = {cut.first for cuts in options.values() for cut in cuts if cut.first is cut.second}
    for term, c in terms.items():
        cuts = [cut for links in order for cut in options[term] if cut.links == links]
        if not cuts:
            return None
        cut = max(cuts, key=lambda cut: (cut.links == cuts[0].links, {cut.first, cut.second} <= squared))
        form = forms.setdefault(cut.links, {})
        for pair in ((cut.first, cut.second), (cut.second, cut.first)):
            form[pair] = form.get(pair, Fraction(0)) + c * cut.sign / 2
    found: Squares = []
    for links, form in forms.items():
        squares = _squares(form)
        if squares is None:
            return None
        found += [(links, d, h) for d, h in squares]
    return found


def _squares(form: dict[tuple[Expression, Expression], Fraction]) -> list[tuple[Fraction, Expression]] | None:
    """A rational quadratic form as weights > 0 times squares, or None where it is not PSD."""
    names = sorted({h for pair in form for h in pair}, key=lambda h: h.key)
    M = {(a, b): form.get((a, b), Fraction(0)) for a, b in product(names, names)}
    found: list[tuple[Fraction, Expression]] = []
    left = list(names)
    while left:
        pivot = next((h for h in left if M[h, h] > 0), None)
        if pivot is None:
            return found if all(M[a, b] == 0 for a, b in product(left, left)) else None
        d = M[pivot, pivot]
        found.append((d, add(*(mul(M[pivot, h] / d, h) for h in left))))
        left.remove(pivot)
        for a, b in product(left, left):
            M[a, b] -= M[a, pivot] * M[pivot, b] / d
        if any(M[h, h] < 0 for h in left):
            return None
    return found


def _shown(e: Expression, squares: Squares, scope: Scope) -> Sign | None:
    """The squares as evidence."""
    parts: list[Expression] = []
    rules: dict[Expression, Sign] = {}
    for links, d, h in squares:
        count = len(links.sizes)
        places = [Expression("index", (s,), PLACES + k) for k, s in enumerate(links.sizes)]
        vector = abstract(h, places)
        inner = scope.over([*links.sizes, *links.sizes], e, vector, *links.matrices)
        rows, columns = inner.indices[:count], inner.indices[count : 2 * count]
        weight = mul(d, links.weight)
        first = instantiate(links.matrices[0], [rows[0], columns[0]])
        apart = first.op == "mul" and first.args[0].op == "const"  # -A is known, and 2 (-A) is not seen as twice that
        matrices = links.matrices if apart else [mul(weight, links.matrices[0]), *links.matrices[1:]]
        entries = [instantiate(m, [i, k]) for m, i, k in zip(matrices, rows, columns, strict=True)]
        whole = mul(*entries, instantiate(vector, rows), instantiate(vector, columns))
        form = reduce(lambda body, i: bind("Sum", i, body), (*rows, *columns), whole)
        ends = zip(entries, rows, columns, strict=True)
        closed = tuple(abstract(entry, [i, k, *scope.indices]) for entry, i, k in ends)
        rule: Sign = Kronecker(links.sizes, closed, abstract(instantiate(vector, rows), [*rows, *scope.indices]))
        term = mul(weight, form) if apart else form
        if term.op == "mul":
            rule = EachTerm(tuple(rule if a is form else Bounds() for a in term.args))
        rules[term] = rule
        parts.append(term)
    target = add(*parts)
    if target.op != "add" or len(parts) == 1:
        only, same = rules[parts[0]], identical(e, parts[0], scope.context)
        return (only if target.op != "mul" else Rewritten(scope.close(target), only)) if same else None
    if set(target.args) != set(parts) or not identical(e, target, scope.context):
        return None
    return Rewritten(scope.close(target), EachTerm(tuple(rules[a] for a in target.args)))
