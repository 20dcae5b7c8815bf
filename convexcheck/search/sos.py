"""Sums of squares: a polynomial as ``sum_j g_j * m_j'W_j m_j`` with rational W_j that are PSD (untrusted).

A semidefinite program gives the W_j in floats; they are rounded, moved onto the identity exactly, and factored over
the rationals. Where they have to be singular, their kernel is rounded and divided out first (facial reduction).
The monomials in m_j keep to half the Newton polytope, and fall apart by the sign changes that leave everything as
it is.
Source: P. A. Parrilo, Semidefinite programming relaxations for semialgebraic problems, 2003, sections 3 and 4;
K. Gatermann and P. A. Parrilo, Symmetry groups, semidefinite programs, and sums of squares, 2004, section 3;
H. Peyrl and P. A. Parrilo, Computing sum of squares decompositions with rational coefficients, 2008, section 3.
"""

from __future__ import annotations

import itertools
import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import flint
import numpy as np

Exponents = tuple[int, ...]
Terms = dict[Exponents, Fraction]
Rational = list[list[Fraction]]
Key = tuple[int, int, int]  # block, row, column
MAX_BASIS, MAX_ENTRIES = 45, 2500
_DENOMINATORS = (1, 2, 4, 12, 60, 720, 10**4, 10**6, 10**9)


@dataclass
class Block:
    """A multiplier (its number), polynomials that span what is squared, and in the end their PSD matrix."""

    multiplier: int
    basis: list[Terms]
    matrix: Rational


def decompose(
    target: Terms, multipliers: Sequence[Terms], tick: Callable[[], None], grading: Exponents = ()
) -> list[Block] | None:
    """Blocks whose sum is `target`, or None.

    Args:
        target: a polynomial.
        multipliers: polynomials that are >= 0 where that matters.
        tick: called now and then; may raise.
        grading: a weight per variable; 1 for directions, so that monomials of other degree in them are left out.

    >>> [block.matrix for block in decompose({(2,): Fraction(1)}, [{(0,): Fraction(1)}], lambda: None)]
    [[[Fraction(1, 1)]]]
    """
    blocks = blocks_of(target, multipliers, grading)
    for _ in range(4):
        if not blocks or max(len(b.basis) for b in blocks) > MAX_BASIS or _entries(blocks) > MAX_ENTRIES:
            return None
        tick()
        rows = equations(multipliers, blocks)
        solution = solve(target, rows, blocks)
        if solution is None or solution[1] < -1e-5:
            return None
        tick()
        if rounded(target, rows, blocks, solution[0]):
            return [b for b in blocks if any(map(any, b.matrix))]
        smaller = [Block(b.multiplier, _face(b.basis, Q), []) for b, Q in zip(blocks, solution[0], strict=True)]
        if [len(b.basis) for b in smaller] == [len(b.basis) for b in blocks]:
            return None
        blocks = [b for b in smaller if b.basis]
    return None


def _entries(blocks: Sequence[Block]) -> int:
    return sum(len(b.basis) * (len(b.basis) + 1) // 2 for b in blocks)


# --- what may be squared ---------------------------------------------------------------------------------


def blocks_of(target: Terms, multipliers: Sequence[Terms], grading: Exponents = ()) -> list[Block]:
    """For each multiplier its monomials, those of one behaviour under sign changes together."""
    signs = _sign_changes([*target, *(a for g in multipliers if len(g) > 1 or any(next(iter(g))) for a in g)])
    out: list[Block] = []
    for k, g in enumerate(multipliers):
        monomials = _monomials(target, g, grading, alone=len(multipliers) == 1)
        if len(g) == 1 and not any(next(iter(g))):
            monomials = _pruned(monomials, target)
        classes: dict[tuple[int, ...], list[Terms]] = {}
        for a in monomials:
            parity = tuple(sum(x for x, s in zip(a, change, strict=True) if s) % 2 for change in signs)
            classes.setdefault(parity, []).append({a: Fraction(1)})
        out += [Block(k, basis, []) for basis in classes.values()]
    return out


def _sign_changes(support: Sequence[Exponents]) -> list[tuple[int, ...]]:
    """Sets of variables whose joint change of sign changes no monomial of the support."""
    n = len(support[0])
    odd = {tuple(x % 2 for x in a) for a in support}
    every = itertools.product((0, 1), repeat=n) if n <= 12 else iter(())
    return [s for s in every if not any(sum(x & y for x, y in zip(s, a, strict=True)) % 2 for a in odd)]


def _monomials(target: Terms, g: Terms, grading: Exponents, alone: bool) -> list[Exponents]:
    """Monomials a with 2 a + (a term of g) inside the target's Newton polytope, as far as some weights tell.

    Where g is not alone, its terms may cancel against others: then only degrees are kept.
    """
    n = len(next(iter(target)))
    rng = random.Random(n)
    weights = [tuple(int(j == k) for j in range(n)) for k in range(n)] + [(1,) * n]
    weights += [tuple(grading)] if any(grading) else []
    first = len(weights)
    weights += [tuple(rng.choice((-1, 0, 1, 2)) for _ in range(n)) for _ in range(60 if alone else 0)]

    def height(w: Sequence[int], a: Exponents) -> int:
        return sum(x * y for x, y in zip(w, a, strict=True))

    top = [(max(height(w, a) for a in target) - max(height(w, a) for a in g)) // 2 for w in weights]
    low = [-((min(height(w, a) for a in g) - min(height(w, a) for a in target)) // 2) for w in weights]
    low = [max(lo, 0) if k < n else lo for k, lo in enumerate(low)]

    def grow(a: Exponents) -> Iterator[Exponents]:
        k = len(a)
        partial = (sum(x * y for x, y in zip(w, a, strict=False)) for w in weights[n:first])
        if any(sofar > t for sofar, t in zip(partial, top[n:first], strict=True)):
            return
        if k == n:
            if all(lo <= height(w, a) <= t for w, lo, t in zip(weights, low, top, strict=True)):
                yield a
            return
        for x in range(low[k], top[k] + 1):
            yield from grow((*a, x))

    return list(itertools.islice(grow(()), 400))


def _pruned(monomials: list[Exponents], target: Terms) -> list[Exponents]:
    """Drop a monomial whose square is neither in the target nor a product of two others (diagonal consistency)."""
    while True:
        products = Counter(tuple(map(sum, zip(a, b, strict=True))) for a, b in itertools.combinations(monomials, 2))
        kept = [a for a in monomials if tuple(2 * x for x in a) in target or products[tuple(2 * x for x in a)]]
        if len(kept) == len(monomials):
            return kept
        monomials = kept


def times(p: Terms, q: Terms) -> Terms:
    """The product."""
    out: Terms = {}
    for (a, c), (b, d) in itertools.product(p.items(), q.items()):
        key = tuple(map(sum, zip(a, b, strict=True)))
        out[key] = out.get(key, Fraction(0)) + c * d
    return {k: c for k, c in out.items() if c}


# --- the program and its solution ------------------------------------------------------------------------

Rows = dict[Exponents, dict[Key, Fraction]]


def equations(multipliers: Sequence[Terms], blocks: Sequence[Block]) -> Rows:
    """For each monomial the coefficients of the matrix entries in it."""
    rows: Rows = {}
    for k, block in enumerate(blocks):
        g = multipliers[block.multiplier]
        for i, j in itertools.combinations_with_replacement(range(len(block.basis)), 2):
            for a, c in times(times(block.basis[i], block.basis[j]), g).items():
                rows.setdefault(a, {})[k, i, j] = c * (1 if i == j else 2)
    return rows


Floats = np.ndarray[Any, Any]


def solve(
    target: Terms, rows: Rows, blocks: Sequence[Block], less: Terms | None = None
) -> tuple[list[Floats], float] | None:
    """Matrices in floats and the number that was made large, by an interior-point method.

    Args:
        target: what the blocks are to give.
        rows: their equations.
        blocks: their sizes.
        less: the number is the largest mu for which target - mu * less is given; without it the least eigenvalue
            (at most 1) of the matrices.
    """
    import clarabel
    from scipy import sparse

    if any(a not in rows for a in target) or any(a not in rows for a in less or ()):
        return None
    sizes = [len(b.basis) for b in blocks]
    keys = ((k, i, j) for k, size in enumerate(sizes) for j in range(size) for i in range(j + 1))
    index = {key: n for n, key in enumerate(keys)}
    last = len(index)
    scale = max(abs(float(c)) for c in target.values())
    entries: list[tuple[int, int, float]] = []
    b: list[float] = []
    for r, (a, row) in enumerate(rows.items()):
        entries += [(r, index[key], float(c)) for key, c in row.items()]
        if less and a in less:
            entries.append((r, last, float(less[a])))
        b.append(float(target.get(a, 0)) / scale)
    cones: list[Any] = [clarabel.ZeroConeT(len(rows))]
    root = float(np.sqrt(2))
    for (k, i, j), column in index.items():
        entries.append((len(b), column, -1.0 if i == j else -root))
        if i == j and not less:
            entries.append((len(b), last, 1.0))
        b.append(0.0)
        if i == j == sizes[k] - 1:
            cones.append(clarabel.PSDTriangleConeT(sizes[k]))
    entries.append((len(b), last, 1.0))
    b.append(1.0 if not less else 1e6)
    cones.append(clarabel.NonnegativeConeT(1))
    i_s, j_s, v_s = zip(*entries, strict=True)
    A = sparse.csc_matrix((v_s, (i_s, j_s)), shape=(len(b), last + 1))
    q = np.zeros(last + 1)
    q[-1] = -1.0
    settings = clarabel.DefaultSettings()
    settings.verbose = False
    settings.max_iter = 60
    P = sparse.csc_matrix((last + 1, last + 1))
    solution = clarabel.DefaultSolver(P, q, A, np.array(b), cones, settings).solve()
    x = np.array(solution.x)
    if not np.isfinite(x).all() or "Infeasible" in str(solution.status):
        return None
    out = [np.zeros((size, size)) for size in sizes]
    for (k, i, j), column in index.items():
        out[k][i, j] = out[k][j, i] = x[column] * scale
    return out, float(x[-1]) * (scale if less else 1)


def rounded(target: Terms, rows: Rows, blocks: Sequence[Block], floats: Sequence[Floats]) -> bool:
    """Give the blocks rational matrices near the floats that satisfy the identity exactly and are PSD, if possible."""
    seen = Counter(key for row in rows.values() for key in row)
    for q in _DENOMINATORS:
        x = {
            (k, i, j): Fraction(round(Q[i, j] * q), q)
            for k, Q in enumerate(floats)
            for i, j in itertools.combinations_with_replacement(range(len(Q)), 2)
        }
        if not _projected(target, rows, x, seen):
            continue
        for k, block in enumerate(blocks):
            n = range(len(block.basis))
            block.matrix = [[x[k, min(i, j), max(i, j)] for j in n] for i in n]
        if all(is_psd(block.matrix) for block in blocks):
            return True
    return False


def _projected(target: Terms, rows: Rows, x: dict[Key, Fraction], seen: Counter[Key]) -> bool:
    """Move `x` onto the identity: residuals go to entries of one monomial only; what then is left, is solved for."""
    left: Terms = {}
    for a, row in rows.items():
        residual = target.get(a, Fraction(0)) - sum((c * x[key] for key, c in row.items()), Fraction(0))
        own = {key: c for key, c in row.items() if seen[key] == 1}
        weight = sum((c * c for c in own.values()), Fraction(0))
        for key, c in own.items():
            x[key] += residual * c / weight
        if residual and not own:
            left[a] = residual
    return not left or _least_squares(target, rows, x)


def _least_squares(target: Terms, rows: Rows, x: dict[Key, Fraction]) -> bool:
    """The nearest solution of all equations, exactly; False where the rows depend on each other or are many."""
    if len(rows) > 200:
        return False
    order = list(rows)
    n = len(order)
    gram = flint.fmpq_mat(n, n)
    for i, j in itertools.combinations_with_replacement(range(n), 2):
        small, large = sorted((rows[order[i]], rows[order[j]]), key=len)
        value = sum((c * large[key] for key, c in small.items() if key in large), Fraction(0))
        gram[i, j] = gram[j, i] = flint.fmpq(value.numerator, value.denominator)
    residuals = flint.fmpq_mat(n, 1)
    for i, a in enumerate(order):
        value = target.get(a, Fraction(0)) - sum((c * x[key] for key, c in rows[a].items()), Fraction(0))
        residuals[i, 0] = flint.fmpq(value.numerator, value.denominator)
    try:
        weights = gram.solve(residuals)
    except ZeroDivisionError:
        return False
    for i, a in enumerate(order):
        w = Fraction(int(weights[i, 0].p), int(weights[i, 0].q))
        for key, c in rows[a].items() if w else ():
            x[key] += w * c
    return True


def _face(basis: list[Terms], Q: Floats) -> list[Terms]:
    """The span of `basis` orthogonal to the near-kernel of Q, in small rationals."""
    values, vectors = np.linalg.eigh(Q)
    near = values < 1e-4 * max(1.0, float(values[-1]))
    if not near.any() or near.all():
        return [] if near.all() else basis
    rest = vectors[:, ~near].T.copy()
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
    kept: list[Terms] = []
    for row in rest[:rank]:
        combined: Terms = {}
        for c, b in zip(row, basis, strict=True):
            small = Fraction(float(c)).limit_denominator(60)
            for a, d in b.items():
                combined[a] = combined.get(a, Fraction(0)) + small * d
        kept.append({a: c for a, c in combined.items() if c})
    return [k for k in kept if k]


def is_psd(Q: Rational) -> bool:
    """Whether the symmetric matrix is PSD; floats first, since they tell most that are not."""
    if not Q:
        return True
    floats = np.array(Q, dtype=float)
    if np.linalg.eigvalsh(floats)[0] < -1e-9 * max(1.0, float(np.abs(floats).max())):
        return False
    return ldl(Q) is not None


def ldl(Q: Rational) -> tuple[Rational, list[Fraction]] | None:
    """L (rows) and D >= 0 with Q = L^T D L for a PSD rational matrix, else None.

    >>> ldl([[Fraction(1), Fraction(1)], [Fraction(1), Fraction(1)]])[1]
    [Fraction(1, 1), Fraction(0, 1)]
    """
    n, M = range(len(Q)), [[flint.fmpq(q.numerator, q.denominator) for q in row] for row in Q]
    lines: Rational = []
    pivots: list[Fraction] = []
    for k in n:
        d = M[k][k]
        if d < 0 or (d == 0 and any(M[k][j] != 0 for j in n[k:])):
            return None
        line = [M[k][j] / d if d != 0 and j >= k else flint.fmpq(int(j == k)) for j in n]
        for i in n[k + 1 :] if d != 0 else ():
            factor = M[i][k] / d
            M[i][k:] = [x - factor * y for x, y in zip(M[i][k:], M[k][k:], strict=True)]
        lines.append([Fraction(int(v.p), int(v.q)) for v in line])
        pivots.append(Fraction(int(d.p), int(d.q)))
    return lines, pivots
