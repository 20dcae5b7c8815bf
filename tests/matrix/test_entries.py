"""The symmetric part is exact, whatever the entries are."""

from fractions import Fraction

import numpy as np
import pytest

from convexcheck.matrix.entries import symmetric_part

RNG = np.random.default_rng(5)
MATRICES = [
    RNG.normal(size=(5, 5)),
    RNG.normal(size=(5, 5)) * 10.0 ** RNG.integers(-300, 300, size=(5, 5)),
    np.array([[5e-324, 1.7e308], [-1.0, 0.0]]),
    RNG.normal(size=(4, 4)).astype(np.float16),
    RNG.integers(-(2**62), 2**62, size=(3, 3)),
    np.longdouble(1) / RNG.integers(1, 9, size=(3, 3)).astype(np.longdouble),
    np.zeros((2, 2)),
]


@pytest.mark.parametrize("Q", MATRICES, ids=lambda Q: str(Q.dtype))
def test_the_parts_add_up(Q):
    found = symmetric_part(Q)
    exact = np.frompyfunc(lambda x: Fraction(*map(int, x.as_integer_ratio())), 1, 1)(Q.astype(object))
    wanted = (exact + exact.T) / 2
    assert ((found.rationals() * Fraction(2) ** found.scale) == wanted).all()
    assert np.abs(found.high).max() < 1
    assert found.asymmetry == np.abs(exact - exact.T).max()
    part = found.part(np.array([1, 0]))
    assert (part.rationals() * Fraction(2) ** part.scale == wanted[np.ix_([1, 0], [1, 0])]).all()
