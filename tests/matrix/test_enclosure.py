"""Bounds on float eigenvalues hold, and are not infinitely wide; a bound without its error terms does not hold."""

from fractions import Fraction

import numpy as np
import pytest

from convexcheck.matrix.enclosure import Enclosure, eigenvalue_bounds, positive_margin
from convexcheck.matrix.entries import symmetric_part
from convexcheck.matrix.lowest import lowest_bounds
from tests.matrix.oracle import eigenvalues


def matrices():
    rng = np.random.default_rng(1)
    for n, k in ((5, 5), (12, 6), (20, 19), (30, 40)):
        X = rng.normal(size=(n, k)) * 10.0 ** rng.uniform(-3, 3, size=k)
        yield symmetric_part(X @ X.T)
    X = rng.normal(size=(15, 15))
    yield symmetric_part(X)


CASES = [(m, [x for x, _ in eigenvalues(m.rationals().tolist())]) for m in matrices()]


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case[0].size))
def test_all_eigenvalues_lie_within_their_bounds(case):
    matrix, exact = case
    values, vectors = np.linalg.eigh(matrix.high)
    lower, upper = eigenvalue_bounds(matrix, values, vectors)
    for x, a, b in zip(exact, lower, upper, strict=True):
        assert Fraction(a) <= x <= Fraction(b)
    assert (upper - lower).max() < 1e-12 * matrix.size * np.abs(values).max()


@pytest.mark.parametrize("case", CASES[1:3], ids=lambda case: str(case[0].size))
def test_the_lowest_ones_are_bounded_on_their_own_scale(case):
    matrix, exact = case
    values, vectors = np.linalg.eigh(matrix.high)
    k = int((values < 1e-9 * values[-1]).sum())
    assert k > 0
    lower, upper, vector = lowest_bounds(matrix, values, vectors, k)
    for x, a, b in zip(exact[:k], lower, upper, strict=True):
        assert Fraction(a) <= x <= Fraction(b)
    reach = max(abs(exact[0]), abs(exact[k - 1]))
    assert all(Fraction(b) - x <= reach / 1000 for x, b in zip(exact[:k], upper, strict=True))
    assert abs(float(np.linalg.norm(vector)) - 1) < 1e-9


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case[0].size))
def test_the_margin_is_below_the_smallest_eigenvalue(case):
    matrix, exact = case
    for shift in (0.0, 0.5 * float(exact[0]), float(exact[0]), -1e-3):
        assert Fraction(max(positive_margin(matrix, shift), -1e300)) <= exact[0]
    if exact[0] > Fraction(1, 1000) * exact[-1]:
        assert positive_margin(matrix, 0.5 * float(exact[0])) > 0.49 * exact[0]


def test_a_rough_decomposition_gives_wide_bounds_and_no_wrong_ones():
    matrix, exact = CASES[0]
    rng = np.random.default_rng(2)
    values, vectors = np.linalg.eigh(matrix.high)
    for size in (1e-8, 1e-3, 0.1, 10.0):
        lower, upper = eigenvalue_bounds(matrix, values * (1 + size), vectors + size * rng.normal(size=vectors.shape))
        for x, a, b in zip(exact, lower, upper, strict=True):
            assert a <= x <= b  # the last bounds are infinite


def test_enclosures_round_outwards():
    third = Enclosure.of(Fraction(1, 3), Fraction(1, 3))
    assert Fraction(third.lower) < Fraction(1, 3) < Fraction(third.upper)
    assert np.nextafter(third.lower, 1) == third.upper
    assert Enclosure.of(Fraction(10) ** 400, Fraction(10) ** 400).upper == np.inf
    assert Enclosure.of(Fraction(-1, 10**400), Fraction(1, 2)).lower == -5e-324
    assert str(Enclosure.of(Fraction(1, 2), Fraction(1, 2))) == "0.5"
