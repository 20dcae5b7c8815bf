"""Rules for quadratic forms: a value is >= 0 because a matrix, of numbers, balls or expressions, is PSD (trusted)."""

from collections.abc import Sequence
from dataclasses import replace
from functools import reduce
from itertools import combinations_with_replacement, product
from math import inf
from typing import Any

import flint
import numpy as np

from convexcheck.certificate import evidence as ev
from convexcheck.expression.bounds import natural
from convexcheck.expression.definite import LEVELS, level
from convexcheck.expression.evaluate import evaluate
from convexcheck.expression.normal import identical
from convexcheck.expression.term import ENTRIES, ONE, ZERO, Expression, add, bind, const, entry, mul, nodes, replaced
from convexcheck.kernel.scope import Goals, Scope, SignGoal, require

Matrix = list[list[Any]]


def symmetric(step: str, triangle: Sequence[Any], size: int) -> Matrix:
    """The symmetric matrix with this lower triangle, row by row."""
    require(len(triangle) == size * (size + 1) // 2, step, "{} entries for {} rows", len(triangle), size)
    n = range(size)
    return [[triangle[max(i, j) * (max(i, j) + 1) // 2 + min(i, j)] for j in n] for i in n]


def semidefinite(matrix: Matrix) -> bool:
    """Whether elimination shows a symmetric matrix PSD: of rationals; or of balls, then every one in them.

    Each pivot is > 0, or it is 0 and so is the rest of its row (N. J. Higham, Accuracy and Stability, section 10.3).
    """
    M = [[*row] for row in matrix]
    for k, row in enumerate(M):
        if row[k] > 0:
            for other in M[k + 1 :]:
                factor = other[k] / row[k]
                other[k:] = [a - factor * b for a, b in zip(other[k:], row[k:], strict=True)]
        elif not all(a == 0 for a in row[k:]):  # of balls == holds only for exact zeros
            return False
    return True


def quadratic(matrix: Matrix, vector: Sequence[Expression]) -> Expression:
    """sum_pq M_pq y_p y_q."""
    pairs = combinations_with_replacement(range(len(vector)), 2)
    return add(*(mul(1 + (p != q), matrix[p][q], vector[p], vector[q]) for p, q in pairs))


def gram(goal: SignGoal[ev.Gram]) -> Goals:
    """margin + sum_j g_j m_j'W_j m_j with g_j >= 0 and W_j PSD (P. A. Parrilo 2003; M. Putinar 1993)."""
    e, strict, rule, scope = goal
    require(rule.margin > 0 or (rule.margin == 0 and not strict), "Gram", "the margin {}", rule.margin)
    total = const(rule.margin)
    for block in rule.blocks:
        g, *basis = (scope.place("Gram", part) for part in (block.multiplier, *block.basis))
        W = symmetric("Gram", block.matrix, len(basis))
        shown = semidefinite([[flint.fmpq(*q.as_integer_ratio()) for q in row] for row in W])
        require(shown, "Gram", "{} is not PSD", W)
        yield SignGoal(g, False, block.sign, scope)
        total += g * quadratic(W, basis)
    require(identical(e, total, scope.context), "Gram", "{} is not identical to {}", e, total)


def minors(goal: SignGoal[ev.Minors], definite: bool = False) -> Goals:
    """y'M y >= 0 for a PSD matrix M; where asked for, M is definite."""
    e, strict, rule, scope = goal
    y, entries = ([scope.place("Minors", part) for part in parts] for parts in (rule.vector, rule.matrix))
    M = symmetric("Minors", entries, len(y))
    form = quadratic(M, y)
    require(not strict and identical(e, form, scope.context), "Minors", "{} is not identical to {}", e, form)
    yield from positive_minors("Minors", M, rule.premises, scope, definite)


def positive_minors(step: str, M: Matrix, premises: Sequence[ev.Sign], scope: Scope, definite: bool = False) -> Goals:
    """M is PSD iff its principal minors are >= 0 (R. A. Horn, C. R. Johnson, Matrix Analysis, theorem 7.2.5).

    It is PSD too if the leading ones are > 0, the last >= 0: pivots are their quotients. It is definite iff all
    leading ones are > 0.
    """
    leading = len(premises) == len(M)
    require(leading or not definite, step, "{} premises for {} leading minors", len(premises), len(M))
    chosen = [2**k - 1 for k in range(1, len(M) + 1)] if leading else [*range(1, 2 ** len(M))]
    require(len(premises) == len(chosen), step, "{} premises for {} minors", len(premises), len(chosen))
    for rows, premise in zip(chosen, premises, strict=True):
        kept = [k for k in range(len(M)) if rows >> k & 1]
        minor = determinant([[M[p][q] for q in kept] for p in kept])
        yield SignGoal(minor, definite or (leading and rows != chosen[-1]), premise, scope)


def determinant(M: Matrix) -> Expression:
    """The determinant, expanded along the first row."""
    rest = [[[*row[:k], *row[k + 1 :]] for row in M[1:]] for k in range(len(M))]
    return add(*(mul((-1) ** k, M[0][k], determinant(rest[k])) for k in range(len(M)))) if M else ONE


def diagonal_low_rank(goal: SignGoal[ev.DiagonalLowRank]) -> Goals:
    """Sum_k a_k z_k**2 + y'M y >= 0 for all z if N is PSD, where y = (L, t) and L_p = Sum_k a_k r_pk z_k.

    With G_pq = Sum_k a_k r_pk r_qk the least Sum a z**2 at given L = G s is s'G s, so that the form is at its least
    (s, t)'N (s, t) for N = diag(G, 0) + E M E and E = diag(G, 1).
    """
    e, strict, rule, scope = goal
    step, r = "DiagonalLowRank", len(rule.vectors)
    size, *others = (scope.place(step, part) for part in (rule.size, *rule.others))
    require(not strict and natural(size, scope.context), step, "a sum over {}, or > 0", size)
    inner = scope.over([size], e, rule.direction, rule.weight, *rule.vectors)
    z, a, *vectors = (inner.place(step, part) for part in (rule.direction, rule.weight, *rule.vectors))
    yield SignGoal(a, False, rule.weight_sign, inner)
    squares, *lines = (bind("Sum", inner.indices[0], a * part * z) for part in (z, *vectors))
    n = range(r + len(others))
    M = symmetric(step, [scope.place(step, part) for part in rule.matrix], len(n))
    form = squares + quadratic(M, [*lines, *others])
    require(identical(e, form, scope.context), step, "{} is not identical to {}", e, form)
    G = [[bind("Sum", inner.indices[0], a * u * v) for u in vectors] for v in vectors]
    E = [[G[p][q] if max(p, q) < r else const(int(p == q)) for q in n] for p in n]
    N = [[add(*(E[p][i] * M[i][j] * E[j][q] for i, j in product(n, n) if ZERO not in (E[p][i], E[j][q]))) for q in n]
         for p in n]  # fmt: skip
    least = [[N[p][q] + G[p][q] if max(p, q) < r else N[p][q] for q in n] for p in n]
    yield from positive_minors(step, least, rule.premises, scope)


def kronecker(goal: SignGoal[ev.Kronecker]) -> Goals:
    """Sum over all i_s, k_s of prod_s M_s[i_s, k_s] U[i_1, ...] U[k_1, ...] >= 0 where every M_s is PSD.

    The Kronecker product of PSD matrices is PSD (Horn and Johnson, Topics in Matrix Analysis, corollary 4.2.13).
    """
    e, strict, rule, scope = goal
    step, sizes, count = "Kronecker", rule.sizes, len(rule.sizes)
    fits = count == len(rule.matrices) >= 1 and all(natural(s, scope.context) for s in sizes) and not strict
    require(fits, step, "a matrix for every size, and >= 0, are needed")
    opened = scope.over([*sizes, *sizes], e, *rule.matrices, rule.vector).indices[: 2 * count]
    rows, columns = opened[:count], opened[count:]

    def placed(body: Expression, *own: Expression) -> Expression:
        return replace(scope, indices=(*own, *scope.indices)).place(step, body)

    factors = [placed(rule.vector, *rows), placed(rule.vector, *columns)]
    for body, i, k in zip(rule.matrices, rows, columns, strict=True):
        factors.append(placed(body, i, k))
        known = level(factors[-1], i, k, scope.context) >= LEVELS["psd"]
        require(known, step, "the matrix {} is not known to be PSD", factors[-1])
    form = reduce(lambda inner, index: bind("Sum", index, inner), opened, mul(*factors))
    require(identical(e, form, scope.context), step, "{} is not identical to {}", e, form)
    yield from ()


def cover(goal: SignGoal[ev.Cover]) -> Goals:
    """y'M y >= 0 where every matrix in the balls for M is PSD, on parts that leave nothing of the box out."""
    e, strict, rule, scope = goal
    y, flat, entries = ([scope.place("Cover", a) for a in part] for part in (rule.vector, rule.matrix, rule.entries))
    M = symmetric("Cover", flat, len(y))
    form = quadratic(M, y)
    require(identical(e, form, scope.context), "Cover", "{} is not identical to {}", e, form)
    require(not strict or (y == [ONE]), "Cover", "a form is 0 at 0")
    box = [scope.context.bounds(x)[:2] for x in entries]
    known = all(n in entries for n in nodes(*flat) if n.op in (*ENTRIES, "dim", "index", "bound"))
    once = len(set(entries)) == len(entries)
    require(known and once and all(inf not in (hi, -lo) for lo, hi in box), "Cover", "{} is not in a box", form)
    named = {x: entry("var", f"c{k}") for k, x in enumerate(entries)}
    M = [[replaced(a, named) for a in row] for row in M]
    parts = [box]
    for k in rule.tree:
        require(parts and -1 <= k < len(box), "Cover", "no such part, or no entry {}", k)
        part = parts.pop()
        if k >= 0:
            (lo, hi), middle = part[k], sum(part[k]) / 2
            parts += [[*part[:k], half, *part[k + 1 :]] for half in ((middle, hi), (lo, middle))]
            continue
        ends = [[flint.arb(flint.fmpq(*q.as_integer_ratio())) for q in interval] for interval in part]
        values = {("var", f"c{j}"): np.array(lo.union(hi), dtype=object) for j, (lo, hi) in enumerate(ends)}
        balls = [[evaluate(a, values, {}) for a in row] for row in M]
        require(semidefinite(balls) and (not strict or balls[0][0] > 0), "Cover", "{} is not shown PSD on {}", M, part)
    require(not parts, "Cover", "{} parts are left out", len(parts))
    yield from ()
