"""Sums of squares: a polynomial in generators as ``sum_j g_j * (sum of rational squares)``, g_j >= 0 (untrusted).

A semidefinite program gives Gram matrices in floats; they are rounded, projected onto the identity exactly, and
factored by LDL^T over the rationals. Where the Gram matrix has to be singular, its kernel is rounded and divided
out first (facial reduction). The result is an expression whose terms are visibly >= 0.
Source: P. A. Parrilo, Semidefinite programming relaxations for semialgebraic problems, 2003, sections 3 and 4;
H. Peyrl and P. A. Parrilo, Computing sum of squares decompositions with rational coefficients, 2008, section 3.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator, Sequence
from fractions import Fraction
from math import lcm
from typing import Any

import numpy as np

from convexcheck.expression.normal import Polynomial, polynomial
from convexcheck.expression.term import Expression, add, const, mul, power
from convexcheck.search.scope import Scope

Exponents = tuple[int, ...]
Basis = list[dict[Exponents, Fraction]]  # polynomials that span what is squared
Rational = list[list[Fraction]]
MAX_BASIS, MAX_GENERATORS = 36, 8
_DENOMINATORS = (1, 2, 4, 12, 60, 720, 10**4, 10**6, 10**9)


def sum_of_squares(e: Expression, scope: Scope) -> Expression | None:
    """An expression identical to `e` whose terms are multipliers >= 0 times squares, or None.

    Args:
        e: a polynomial in at most MAX_GENERATORS generators (entries, directions, exponentials ...).
        scope: its facts give the multipliers: generators that are >= 0, and affine facts about them.
    """
    p = polynomial(e, scope.context)
    generators = sorted({g for m in p for g, _ in m}, key=lambda g: g.key)
    if not 1 <= len(generators) <= MAX_GENERATORS or any(k < 0 for m in p for _, k in m):
        return None
    roots = [lcm(*(dict(m).get(g, Fraction(0)).denominator for m in p)) for g in generators]
    bases = [power(g, const(Fraction(1, r))) for g, r in zip(generators, roots, strict=True)]
    target = _exponents(p, generators, roots)
    if target is None:
        return None
    for multipliers in _multipliers(bases, target, scope):
        scope.tick()
        found = _decompose(target, multipliers, scope)
        if found is not None:
            return _written(found, multipliers, bases)
    return None


Coefficients = dict[Exponents, Fraction]


def _exponents(p: Polynomial, generators: Sequence[Expression], roots: Sequence[int]) -> Coefficients | None:
    out: dict[Exponents, Fraction] = {}
    for m, c in p.items():
        at = dict(m)
        out[tuple(int(at.get(g, Fraction(0)) * r) for g, r in zip(generators, roots, strict=True))] = c
    return out if max((sum(x) for x in out), default=0) <= 16 else None


def _multipliers(
    bases: Sequence[Expression], target: dict[Exponents, Fraction], scope: Scope
) -> Iterator[list[tuple[Expression, dict[Exponents, Fraction]]]]:
    """No multiplier; then the generators that are >= 0 and the ends of their ranges; then products of two."""
    zero = (0,) * len(bases)
    one = (const(1), {zero: Fraction(1)})
    yield [one]
    ends: list[tuple[Expression, dict[Exponents, Fraction]]] = []
    for k, g in enumerate(bases):
        unit = tuple(int(j == k) for j in range(len(bases)))
        i = scope.context.bounds(g)
        if isinstance(i.lo, Fraction):
            ends.append((g - i.lo, {unit: Fraction(1), zero: -i.lo} if i.lo else {unit: Fraction(1)}))
        if isinstance(i.hi, Fraction):
            ends.append((i.hi - g, {unit: Fraction(-1), zero: i.hi}))
    if ends:
        yield [one, *ends]
        pairs = [(mul(a, b), _times(p, q)) for (a, p), (b, q) in itertools.combinations(ends, 2)]
        yield [one, *ends, *pairs]


def _times(p: dict[Exponents, Fraction], q: dict[Exponents, Fraction]) -> dict[Exponents, Fraction]:
    out: dict[Exponents, Fraction] = {}
    for (a, c), (b, d) in itertools.product(p.items(), q.items()):
        key = tuple(x + y for x, y in zip(a, b, strict=True))
        out[key] = out.get(key, Fraction(0)) + c * d
    return {k: c for k, c in out.items() if c}


def _decompose(
    target: dict[Exponents, Fraction], multipliers: Sequence[tuple[Expression, dict[Exponents, Fraction]]], scope: Scope
) -> list[tuple[Basis, Rational]] | None:
    """For each multiplier a basis and a PSD rational Gram matrix; together they give `target`."""
    blocks = [_basis(target, g) for _, g in multipliers]
    for _ in range(4):
        if not sum(map(len, blocks)) > 0 or max(map(len, blocks)) > MAX_BASIS:
            return None
        scope.tick()
        floats = _solve(target, [g for _, g in multipliers], blocks)
        if floats is None:
            return None
        grams = _rounded(target, [g for _, g in multipliers], blocks, floats)
        if grams is not None:
            return list(zip(blocks, grams, strict=True))
        smaller = [_face(basis, Q) for basis, Q in zip(blocks, floats, strict=True)]
        if list(map(len, smaller)) == list(map(len, blocks)):
            return None
        blocks = smaller
    return None


def _basis(target: dict[Exponents, Fraction], g: dict[Exponents, Fraction]) -> Basis:
    """Monomials whose squares, times the multiplier, can occur: half of the target's box and degrees."""
    top = [max(a) for a in zip(*g, strict=True)]
    n = range(len(top))
    high = [max((a[k] for a in target), default=0) - top[k] for k in n]
    low = [min((a[k] for a in target), default=0) for k in n]
    if any(h < 0 for h in high):
        return []
    degree = max(map(sum, target)) - max(map(sum, g))
    least = min(map(sum, target)) - min(map(sum, g))
    ranges = [range(-(-max(low[k] - top[k], 0) // 2), high[k] // 2 + 1) for k in n]
    size = 1
    for r in ranges:
        size *= len(r)
    if size > 5000:
        return []
    found = [a for a in itertools.product(*ranges) if max(0, least) <= 2 * sum(a) <= degree]
    return [{a: Fraction(1)} for a in _pruned(found, target)] if len(g) == 1 and not any(top) else [
        {a: Fraction(1)} for a in found
    ]


def _pruned(monomials: list[Exponents], target: dict[Exponents, Fraction]) -> list[Exponents]:
    """Drop a monomial whose square is neither in the target nor a product of two others (diagonal consistency)."""
    while True:
        products = Counter(tuple(map(sum, zip(a, b, strict=True))) for a, b in itertools.combinations(monomials, 2))
        kept = [a for a in monomials if tuple(2 * x for x in a) in target or products[tuple(2 * x for x in a)]]
        if len(kept) == len(monomials):
            return kept
        monomials = kept


def _equations(
    gs: Sequence[dict[Exponents, Fraction]], blocks: Sequence[Basis]
) -> dict[Exponents, dict[tuple[int, int, int], Fraction]]:
    """For each monomial the coefficients of the Gram entries (block, i <= j) in it."""
    rows: dict[Exponents, dict[tuple[int, int, int], Fraction]] = {}
    for k, (g, basis) in enumerate(zip(gs, blocks, strict=True)):
        for i, j in itertools.combinations_with_replacement(range(len(basis)), 2):
            for a, c in _times(_times(basis[i], basis[j]), g).items():
                rows.setdefault(a, {})[k, i, j] = c * (1 if i == j else 2)
    return rows


def _solve(
    target: dict[Exponents, Fraction], gs: Sequence[dict[Exponents, Fraction]], blocks: Sequence[Basis]
) -> list[np.ndarray[Any, Any]] | None:
    """Gram matrices in floats with the largest least eigenvalue (at most 1), by an interior-point method."""
    import clarabel
    from scipy import sparse

    rows = _equations(gs, blocks)
    if any(a not in rows for a in target):
        return None
    index: dict[tuple[int, int, int], int] = {}
    for k, basis in enumerate(blocks):
        for j in range(len(basis)):
            for i in range(j + 1):
                index[k, i, j] = len(index)
    n = len(index) + 1  # the last unknown is the least eigenvalue
    entries: list[tuple[int, int, float]] = []
    b: list[float] = []
    scale = max(abs(float(c)) for c in target.values())
    for r, (a, row) in enumerate(rows.items()):
        entries += [(r, index[key], float(c)) for key, c in row.items()]
        b.append(float(target.get(a, Fraction(0))) / scale)
    cones: list[Any] = [clarabel.ZeroConeT(len(rows))]
    row_number = len(rows)
    for k, basis in enumerate(blocks):
        if not basis:
            continue
        for j in range(len(basis)):
            for i in range(j + 1):
                entries.append((row_number, index[k, i, j], -1.0 if i == j else -float(np.sqrt(2))))
                if i == j:
                    entries.append((row_number, n - 1, 1.0))
                b.append(0.0)
                row_number += 1
        cones.append(clarabel.PSDTriangleConeT(len(basis)))
    entries.append((row_number, n - 1, 1.0))
    b.append(1.0)
    cones.append(clarabel.NonnegativeConeT(1))
    i_s, j_s, v_s = zip(*entries, strict=True)
    A = sparse.csc_matrix((v_s, (i_s, j_s)), shape=(row_number + 1, n))
    q = np.zeros(n)
    q[-1] = -1.0
    settings = clarabel.DefaultSettings()
    settings.verbose = False
    solution = clarabel.DefaultSolver(sparse.csc_matrix((n, n)), q, A, np.array(b), cones, settings).solve()
    x = np.array(solution.x)
    if not np.isfinite(x).all() or x[-1] < -1e-5:
        return None
    out = []
    for k, basis in enumerate(blocks):
        Q = np.zeros((len(basis), len(basis)))
        for i, j in itertools.combinations_with_replacement(range(len(basis)), 2):
            Q[i, j] = Q[j, i] = x[index[k, i, j]] * scale
        out.append(Q)
    return out


def _rounded(
    target: dict[Exponents, Fraction], gs: Sequence[dict[Exponents, Fraction]], blocks: Sequence[Basis],
    floats: Sequence[np.ndarray[Any, Any]],
) -> list[Rational] | None:  # fmt: skip
    """Rational Gram matrices near the floats that satisfy the identity exactly and are PSD."""
    rows = _equations(gs, blocks)
    for q in _DENOMINATORS:
        x = {
            (k, i, j): Fraction(round(Q[i, j] * q), q)
            for k, Q in enumerate(floats)
            for i, j in itertools.combinations_with_replacement(range(len(Q)), 2)
        }
        if not _projected(target, rows, x):
            continue
        grams = []
        for k, basis in enumerate(blocks):
            n = range(len(basis))
            grams.append([[x[k, min(i, j), max(i, j)] for j in n] for i in n])
        if all(ldl(Q) is not None for Q in grams):
            return grams
    return None


def _projected(
    target: dict[Exponents, Fraction], rows: dict[Exponents, dict[tuple[int, int, int], Fraction]],
    x: dict[tuple[int, int, int], Fraction],
) -> bool:  # fmt: skip
    """Move `x` onto the identity, each monomial's residual spread over its entries; False where entries are shared."""
    seen = Counter(key for row in rows.values() for key in row)
    shared = any(count > 1 for count in seen.values())
    for _ in range(60 if shared else 1):
        exact = True
        for a, row in rows.items():
            residual = target.get(a, Fraction(0)) - sum((c * x[key] for key, c in row.items()), Fraction(0))
            if residual:
                exact = False
                free = {key: c for key, c in row.items() if seen[key] == 1} or row
                weight = sum((c * c for c in free.values()), Fraction(0))
                for key, c in free.items():
                    x[key] += residual * c / weight
        if exact:
            return True
        if not shared:
            return True
        if max(v.denominator.bit_length() for v in x.values()) > 4000:
            return False
    return False


def _face(basis: Basis, Q: np.ndarray[Any, Any]) -> Basis:
    """The span of `basis` orthogonal to the near-kernel of Q, in small rationals."""
    if not basis:
        return basis
    values, vectors = np.linalg.eigh(Q)
    near = values < 1e-4 * max(1.0, float(values[-1]))
    if not near.any() or near.all():
        return [] if near.all() else basis
    rest = vectors[:, ~near].T.copy()
    kept: list[dict[Exponents, Fraction]] = []
    rank = 0
    for column in range(rest.shape[1]):  # reduced row echelon form
        if rank == len(rest):
            break
        pivot = rank + int(np.argmax(np.abs(rest[rank:, column])))
        if abs(rest[pivot, column]) < 1e-3:
            continue
        rest[[rank, pivot]] = rest[[pivot, rank]]
        rest[rank] /= rest[rank, column]
        for other in range(len(rest)):
            if other != rank:
                rest[other] -= rest[other, column] * rest[rank]
        rank += 1
    for row in rest[:rank]:
        combined: dict[Exponents, Fraction] = {}
        for c, b in zip(row, basis, strict=True):
            small = Fraction(float(c)).limit_denominator(60)
            for a, d in b.items():
                combined[a] = combined.get(a, Fraction(0)) + small * d
        kept.append({a: c for a, c in combined.items() if c})
    return [k for k in kept if k]


def ldl(Q: Rational) -> tuple[Rational, list[Fraction]] | None:
    """L (rows) and D >= 0 with Q = L^T D L for a PSD rational matrix, else None.

    >>> ldl([[Fraction(1), Fraction(1)], [Fraction(1), Fraction(1)]])[1]
    [Fraction(1, 1), Fraction(0, 1)]
    """
    n, M = range(len(Q)), [list(row) for row in Q]
    lines: Rational = []
    pivots: list[Fraction] = []
    for k in n:
        d = M[k][k]
        if d < 0 or (d == 0 and any(M[k][j] for j in n[k:])):
            return None
        line = [M[k][j] / d if d and j >= k else Fraction(int(j == k)) for j in n]
        for i in n[k + 1 :] if d else ():
            factor = M[i][k] / d
            M[i] = [x - factor * y for x, y in zip(M[i], M[k], strict=True)]
        lines.append(line)
        pivots.append(d)
    return lines, pivots


def _written(
    found: Sequence[tuple[Basis, Rational]], multipliers: Sequence[tuple[Expression, dict[Exponents, Fraction]]],
    bases: Sequence[Expression],
) -> Expression:  # fmt: skip
    """The decomposition as an expression."""
    terms: list[Expression] = []
    for (basis, Q), (g, _) in zip(found, multipliers, strict=True):
        monomials = [add(*(mul(c, _monomial(bases, a)) for a, c in q.items())) for q in basis]
        factored = ldl(Q)
        if factored is None:
            continue
        for line, d in zip(*factored, strict=True):
            if d:
                terms.append(mul(d, g, add(*(mul(c, z) for c, z in zip(line, monomials, strict=True) if c)) ** 2))
    return add(*terms)


def _monomial(bases: Sequence[Expression], a: Exponents) -> Expression:
    return mul(*(power(b, k) for b, k in zip(bases, a, strict=True) if k))
