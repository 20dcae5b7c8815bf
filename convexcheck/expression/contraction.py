"""Sums over several indices in one order: what makes ``x'A'A x`` and ``sum((A x)**2)`` the same (trusted).

A product of sums is one sum over all of their indices. Its indices are renamed, and the two indices of a symmetric
matrix exchanged, so that equal products tend to become the same expression. Any renaming keeps the value: a name
that is not canonical can only leave equal sums apart.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import cache
from itertools import count
from typing import TYPE_CHECKING

from convexcheck.expression import term
from convexcheck.expression.definite import level
from convexcheck.expression.term import ENTRIES, ZERO, Expression, fresh, instantiate, mul, nodes, rebuild, substitute

if TYPE_CHECKING:
    from convexcheck.expression.bounds import Context
    from convexcheck.expression.normal import Polynomial

Expand = Callable[[Expression], "Polynomial"]
Factors = tuple[tuple[Expression, Fraction], ...]
FIRST = 1_000_000  # the serial numbers of summed indices, beyond those of all opened ones
MAX_TERMS, MAX_TIES = 400, 24


def contracted(p: Polynomial, expand: Expand, context: Context) -> dict[Expression, Fraction]:
    """`p` as multiples of products, each summed over its indices with serial numbers from FIRST on; {} if it is 0.

    `expand` gives the normal form of a sum's body. More than MAX_TERMS products are left as they are.
    """
    flip = cache(lambda g: _symmetric(g, context))
    return term.gathered((_canonical(factors, flip), c) for factors, c in _flat(p, expand, count(FIRST)))


def summed(product: Expression) -> list[Expression]:
    """The indices that a product of `contracted` is summed over."""
    return sorted({e for e in nodes(product) if e.op == "index" and e.data >= FIRST}, key=lambda i: int(i.data))


def _flat(p: Polynomial, expand: Expand, serial: Iterator[int]) -> list[tuple[Factors, Fraction]]:
    """The terms of `p`, natural powers of sums multiplied out, each copy with an index of its own."""
    found: list[tuple[Factors, Fraction]] = []
    for m, c in p.items():
        terms: list[tuple[Factors, Fraction]] = [((), c)]
        for g, k in m:
            sums = int(k) if g.op == "Sum" and k.denominator == 1 and 1 <= k <= 4 else 0
            for _ in range(sums):
                index = Expression("index", (g.args[0],), next(serial))
                inner = _flat(expand(instantiate(g.args[1], [index])), expand, serial)
                if len(terms) * len(inner) > MAX_TERMS:
                    return list(p.items())
                size = ((g.args[0], Fraction(1)),)  # of a sum of equal terms
                used = [any(("index", index.data) in f.symbols for f, _ in h) for h, _ in inner]
                inner = [(h if u else (*h, *size), b) for u, (h, b) in zip(used, inner, strict=True)]
                terms = [((*f, *h), a * b) for f, a in terms for h, b in inner]
            terms = terms if sums else [((*f, (g, k)), a) for f, a in terms]
        found += terms
    return found


def _symmetric(g: Expression, context: Context) -> bool:
    """Whether the last two indices of the entry `g` may be exchanged; directions are as symmetric as their variable."""
    g = Expression("var", g.args, g.data) if g.op == "dir" else g
    declared, k = context.declaration(g), int(g.op not in ENTRIES)
    sizes = (g.args[0], g.args[0]) if k else declared.shape if declared else ()
    if len(sizes) != 2 or sizes[0] is not sizes[1]:
        return False
    i = fresh(sizes[0], g, *context.indices)
    j = fresh(sizes[0], g, i, *context.indices)
    return level(rebuild(g, [*g.args[:k], i, j, *g.args[k + 2 :]]), i, j, context) > 0


def _ordered(g: Expression, flip: Callable[[Expression], bool]) -> Expression:
    """`g` with the indices of a symmetric entry in order."""
    k = 0 if g.op in ENTRIES else 1
    swaps = (k == 0 or g.op in ("inv", "logm")) and len(g.args) == 2 + 2 * k and g.args[k].key > g.args[k + 1].key
    before, after = g.args[:k], g.args[k + 2 :]
    swaps = swaps and flip(rebuild(g, [*before, ZERO, ZERO, *after]))
    return rebuild(g, [*before, g.args[k + 1], g.args[k], *after]) if swaps else g


def _canonical(factors: Factors, flip: Callable[[Expression], bool]) -> Expression:
    """The product with its summed indices renamed in an order that depends on how they occur, not on their names.

    Indices get the same colour as long as they occur alike; where that leaves ties, each is tried first.
    """
    indices = summed(mul(*(g for g, _ in factors)))
    own = {i: [(g, k) for g, k in factors if ("index", i.data) in g.symbols] for i in indices}

    def painted(g: Expression, colours: dict[Expression, int]) -> Expression:
        names = {("index", i.data): Expression("index", i.args, FIRST + c) for i, c in colours.items()}
        return _ordered(substitute(g, names), flip)

    def named(colours: dict[Expression, int], ties: int) -> Expression:
        apart = {i: 2 * c for i, c in colours.items()}  # room for one index beside those of its colour
        around = {i: sorted((painted(g, {**apart, i: apart[i] + 1}).key, k) for g, k in own[i]) for i in indices}
        ranks = sorted((colours[i], around[i]) for i in indices)
        finer = {i: ranks.index((colours[i], around[i])) for i in indices}
        if finer != colours:
            return named(finer, ties)
        shared = [c for c in colours.values() if [*colours.values()].count(c) > 1]
        if not shared:
            return mul(*(painted(g, colours) ** k for g, k in factors))
        tied = [i for i in indices if colours[i] == min(shared)][: 1 if ties > MAX_TIES else None]
        return min((named({**apart, i: apart[i] - 1}, ties * len(tied)) for i in tied), key=lambda e: e.key)

    return named(dict.fromkeys(indices, 0), 1)
