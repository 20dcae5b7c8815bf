"""Exact arithmetic on symmetric matrices: quadratic forms, and the LDL^T factorisation without fractions.

The elimination is Bareiss's (Mathematics of Computation 22, 1968, 565-578): its entries are minors, so each division
is exact, and after the positive pivots K the entry (i, j) has the sign of the Schur complement's.
"""

from __future__ import annotations

from fractions import Fraction
from math import lcm
from typing import Any

import flint
import numpy as np

from convexcheck.matrix.entries import Floats, Symmetric

LIMB = 20  # 2 LIMB + log2(n) < 53 bits: products of limbs, summed over a row, are exact in float64


def form(matrix: Symmetric, v: list[int]) -> Fraction:
    """``v' S v / 2**scale`` for an integer vector, exactly."""
    if matrix.exact is not None:
        n = matrix.size
        rows = (sum(v[j] * matrix.exact[i, j] for j in range(n) if v[j]) for i in range(n) if v[i])
        return Fraction(sum(x * row for x, row in zip((x for x in v if x), rows, strict=True)))
    return _float_form(matrix.high, v) + _float_form(matrix.low, v)


def _float_form(a: Floats, v: list[int]) -> Fraction:
    column = np.array(v, dtype=object)[:, None]
    numerators, shift = _multiplied(a, column)
    return Fraction(sum(x * y for x, y in zip(v, numerators[:, 0], strict=True)), 1 << shift)


def product(matrix: Symmetric, vectors: Floats) -> Floats:
    """S V for floats S, V below 1 in modulus, computed exactly and rounded once."""
    columns = np.asarray(np.frompyfunc(int, 1, 1)(np.rint(np.ldexp(vectors, 53))), dtype=object)
    high, shift = _multiplied(matrix.high, columns)
    low, other = _multiplied(matrix.low, columns)
    common = max(shift, other)
    numerators = high * (1 << (common - shift)) + low * (1 << (common - other))
    divide = np.frompyfunc(lambda x: x / (1 << (common + 53)), 1, 1)  # of integers: correctly rounded
    return np.asarray(divide(numerators), dtype=np.float64)


def _multiplied(a: Floats, columns: np.ndarray[Any, Any]) -> tuple[np.ndarray[Any, Any], int]:
    """A V times a power of two, as integers: limbs of both, whose float products are exact."""
    limbs, rest = [], np.abs(columns)
    sign = np.frompyfunc(lambda x: (x > 0) - (x < 0), 1, 1)(columns).astype(np.float64)
    while rest.any():
        limbs.append(sign * (rest & ((1 << LIMB) - 1)).astype(np.float64))
        rest = rest >> LIMB
    integral = np.frompyfunc(int, 1, 1)
    found, shift, remainder = np.zeros(columns.shape, dtype=object), 0, a.copy()
    while limbs and remainder.any():
        shift += LIMB
        whole = np.trunc(np.ldexp(remainder, shift))
        remainder -= np.ldexp(whole, -shift)
        found = found * (1 << LIMB)
        for k, limb in enumerate(limbs):
            found = found + integral(whole @ limb) * (1 << (LIMB * k))
    return found, shift


def integers(matrix: np.ndarray[Any, Any]) -> list[list[Any]]:
    """The lower triangle of a symmetric rational matrix, times the least common denominator."""
    common = lcm(*(x.denominator for x in matrix.flat))
    return [[flint.fmpz(int(matrix[i, j] * common)) for j in range(i + 1)] for i in range(len(matrix))]


def eliminated(lower: list[list[Any]]) -> tuple[list[int], tuple[int, int] | None]:
    """LDL^T without fractions: the positive pivots, and where semidefiniteness fails.

    Args:
        lower: the lower triangle of a symmetric matrix of ``flint.fmpz``.

    Returns:
        The indices K of the pivots; and None if the matrix is PSD, else (i, j): the Schur complement of K has a
        negative entry at i = j, or a zero at (i, i) and another number at (i, j).

    >>> eliminated([[flint.fmpz(1)], [flint.fmpz(2), flint.fmpz(1)]])
    ([0], (1, 1))
    >>> eliminated([[flint.fmpz(1)], [flint.fmpz(1), flint.fmpz(1)]])
    ([0], None)
    """
    a, n = [list(row) for row in lower], len(lower)
    pivots: list[int] = []
    before = flint.fmpz(1)
    for k in range(n):
        for i in range(k, n):
            if a[i][i] < 0:
                return pivots, (i, i)
        p, column = a[k][k], [a[i][k] for i in range(k + 1, n)]
        if p == 0:
            other = next((i for i, x in enumerate(column, start=k + 1) if x != 0), None)
            if other is not None:
                return pivots, (k, other)
            continue
        for i in range(k + 1, n):
            row, c = a[i], column[i - k - 1]
            for j in range(k + 1, i + 1):
                row[j] = (p * row[j] - c * column[j - k - 1]) // before
        before = p
        pivots.append(k)
    return pivots, None


def negative_direction(matrix: np.ndarray[Any, Any], pivots: list[int], place: tuple[int, int]) -> list[int]:
    """An integer vector v with v' S v < 0, from where the elimination stopped.

    With K the pivots and w a vector outside K, v = w - inv(S_KK) S_Kw has the form w' (Schur complement) w; w is a unit
    vector at a negative diagonal entry, and (t, 1) with 2 t b + c < 0 where the block is [[0, b], [b, c]].
    """
    i, j = place
    outside = {i: Fraction(1)}
    if i != j:
        b, c = _schur(matrix, pivots, i, j), _schur(matrix, pivots, j, j)
        outside = {i: -(c + 1) / (2 * b), j: Fraction(1)}
    right = [sum(matrix[k, o] * x for o, x in outside.items()) for k in pivots]
    inside = _solved(matrix, pivots, right)
    v = [Fraction(0)] * len(matrix)
    for k, x in zip(pivots, inside, strict=True):
        v[k] = -x
    for o, x in outside.items():
        v[o] = x
    common = lcm(*(x.denominator for x in v))
    return [int(x * common) for x in v]


def _schur(matrix: np.ndarray[Any, Any], pivots: list[int], i: int, j: int) -> Fraction:
    solved = _solved(matrix, pivots, [matrix[k, j] for k in pivots])
    return Fraction(matrix[i, j] - sum(matrix[i, k] * x for k, x in zip(pivots, solved, strict=True)))


def _solved(matrix: np.ndarray[Any, Any], pivots: list[int], right: list[Any]) -> list[Fraction]:
    if not pivots:
        return []
    n = len(pivots)
    a = flint.fmpq_mat(n, n, [_fmpq(matrix[i, j]) for i in pivots for j in pivots])
    x = a.solve(flint.fmpq_mat(n, 1, [_fmpq(r) for r in right]))
    return [Fraction(int(e.p), int(e.q)) for e in x.entries()]


def _fmpq(x: Any) -> Any:
    return flint.fmpq(x.numerator, x.denominator)
