"""Exact quadratic forms and elimination against rational arithmetic written out."""

from fractions import Fraction

import numpy as np
import pytest
import sympy

from convexcheck.matrix.entries import symmetric_part
from convexcheck.matrix.exact import eliminated, form, integers, negative_direction, product

RNG = np.random.default_rng(0)


def plainly(matrix, v):
    rows = matrix.rationals()
    return sum(Fraction(x) * y * rows[i, j] for i, x in enumerate(v) for j, y in enumerate(v))


@pytest.mark.parametrize("scale", [0, 1, 40, 300])
def test_forms_of_floats_lose_nothing(scale):
    """Entries over many powers of two, and vectors of many bits."""
    Q = RNG.normal(size=(7, 7)) * 2.0 ** RNG.integers(-scale, 1, size=(7, 7))
    for bits in (1, 20, 21, 53, 200):
        v = [int(RNG.integers(-(2**31), 2**31)) << bits >> 31 for _ in range(7)]
        for matrix in (symmetric_part(Q), symmetric_part([[Fraction(x) for x in row] for row in Q])):
            assert form(matrix, v) == plainly(matrix, v)


def test_products_are_rounded_once():
    X = RNG.normal(size=(9, 4))
    matrix = symmetric_part(X @ X.T)
    V = np.ldexp(np.rint(RNG.uniform(-1, 1, size=(9, 3)) * 2.0**53), -53)
    rows = matrix.rationals()
    exact = [[sum(rows[i, k] * Fraction(V[k, j]) for k in range(9)) for j in range(3)] for i in range(9)]
    assert product(matrix, V).tolist() == [[float(x) for x in row] for row in exact]


def integer_matrices():
    for n in (1, 2, 3, 4):
        for _ in range(60):
            A = RNG.integers(-2, 3, size=(n, n))
            yield A @ A.T if RNG.random() < 0.3 else A + A.T


def test_elimination_agrees_with_principal_minors():
    """PSD iff all principal minors, not the leading ones alone, are >= 0 (Horn, Johnson, Theorem 7.2.5)."""
    from itertools import combinations

    seen = set()
    for A in integer_matrices():
        n = len(A)
        subsets = [list(c) for k in range(1, n + 1) for c in combinations(range(n), k)]
        minors = [sympy.Matrix(A[np.ix_(c, c)].tolist()).det() for c in subsets]
        rationals = np.frompyfunc(lambda x: Fraction(int(x)), 1, 1)(A)
        pivots, place = eliminated(integers(rationals))
        assert (place is None) == all(m >= 0 for m in minors)
        seen.add(place is None)
        if place is None:
            assert len(pivots) == sympy.Matrix(A.tolist()).rank()
        else:
            v = np.array(negative_direction(rationals, pivots, place), dtype=object)
            assert v @ A @ v < 0
    assert seen == {True, False}
