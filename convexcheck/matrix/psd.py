"""The public verb `psd`: is this matrix positive semidefinite, exactly as its numbers stand, and how far from it?

A block that no other entry couples to the rest is a question of its own. Each is decided by bounds on float
computations where these leave a margin (`enclosure`), else by exact elimination (`exact`) up to `EXACT` rows, else by
an integer vector with a negative form, else not at all.
"""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np

from convexcheck.matrix.enclosure import Enclosure, eigenvalue_bounds, positive_margin, smallest_pair
from convexcheck.matrix.entries import Floats, Symmetric, symmetric_part
from convexcheck.matrix.exact import eliminated, form, integers, negative_direction
from convexcheck.matrix.lowest import lowest_bounds
from convexcheck.matrix.semidefinite import NOT_PSD, PSD, UNDECIDED, Semidefinite

EXACT, SHARP = 150, 40  # rows up to which elimination decides at full rank, and also sharpens the bounds
NEAR = 1e-7  # of the largest eigenvalue: where rounding errors of a float computation hide the sign
Bounds = tuple[Fraction, Fraction]


def psd(Q: Any) -> Semidefinite:
    """Is Q positive semidefinite, that is, is x'Qx convex? An exact answer for the numbers as they are stored.

    Args:
        Q: (n, n), n <= 2000: a NumPy array, a SciPy-sparse matrix or a SymPy matrix of rationals. A float is the
            rational that it stores. Only the symmetric part (Q + Q^T)/2 matters for x'Qx: the answer is about it,
            and says so where Q is not symmetric.

    Returns:
        A `Semidefinite`: status, a certified interval for the smallest eigenvalue, an integer vector v with v'Qv < 0
        where there is one, and how far the nearest PSD matrix is. Its truth value is the answer; it raises if the
        matrix is too close to singular to be decided (for more than 150 coupled rows).

    Raises:
        ConvexcheckError: for what is no square matrix of finite real numbers.

    Source:
        Higham, Computing a nearest symmetric positive semidefinite matrix, Linear Algebra Appl. 103 (1988) 103-118;
        Rump, Verification of positive definiteness, BIT 46 (2006) 433-452.

    >>> answer = psd([[1, 2], [2, 1]])
    >>> answer.status, answer.witness.tolist(), answer.value
    ('NOT_PSD', [-1, 1], Fraction(-2, 1))
    >>> bool(psd([[1, 1], [1, 1]])), -1 in answer.smallest, 1 in answer.distance
    (True, True, True)
    """
    matrix = symmetric_part(Q)
    parts = [_Block(matrix.part(index), index) for index in _blocks(matrix)]
    low = min(p.smallest[0] for p in parts)
    high = min(p.smallest[1] for p in parts)
    status = UNDECIDED if any(p.status == UNDECIDED for p in parts) else PSD
    negative = [p for p in parts if p.status == NOT_PSD]
    witness = value = None
    if negative:
        status = NOT_PSD
        part = min(negative, key=lambda p: p.smallest[1])
        entries = np.zeros(matrix.size, dtype=object)
        entries[part.index] = part.witness
        unit = Fraction(2) ** matrix.scale
        witness, value = entries, form(part.matrix, part.witness or []) * unit
    unit = Fraction(2) ** matrix.scale
    square = [sum((p.square[k] for p in parts), Fraction(0)) for k in (0, 1)]
    return Semidefinite(
        status,
        matrix.size,
        Enclosure.of(low * unit, high * unit),
        Enclosure.of(max(Fraction(0), -high) * unit, max(Fraction(0), -low) * unit),
        Enclosure.of(_root(square[0], False) * unit, _root(square[1], True) * unit),
        definite=None if status == UNDECIDED else status == PSD and all(p.definite for p in parts),
        witness=witness,
        value=value,
        asymmetry=matrix.asymmetry,
        size=Enclosure.of(Fraction(0), Fraction(float(np.linalg.norm(matrix.high))) * unit).upper,
        methods=tuple(sorted({p.method for p in parts})),
    )


def _blocks(matrix: Symmetric) -> list[np.ndarray[Any, Any]]:
    """The indices of the blocks: connected components of the graph of the nonzero entries."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import connected_components

    joined = (matrix.high != 0) | (matrix.low != 0) if matrix.exact is None else matrix.exact != 0
    count, labels = connected_components(csr_array(joined.astype(bool)), directed=False)
    order = np.argsort(labels, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(labels[order])) + 1) if count else []


class _Block:
    """One block: `status`; bounds for the smallest eigenvalue and for the squared distance; a witness; the method."""

    def __init__(self, matrix: Symmetric, index: np.ndarray[Any, Any]) -> None:
        self.matrix, self.index = matrix, index
        self.witness: list[int] | None = None
        self.status, self.definite, self.square = PSD, True, (Fraction(0), Fraction(0))
        if matrix.size > SHARP and self._quickly():
            return
        values, vectors = np.linalg.eigh(matrix.high)
        lower, upper, vector = _spectrum(matrix, values, vectors)
        self.method = "bounds on float eigenvalues"
        self.smallest = (_fraction(lower[0], -1), min(self._quotient(vector), _fraction(upper[0], 1)))
        if not lower[0] > 0:
            self._decide(int((values > NEAR * values[-1]).sum()))
        if self.status == PSD and not self.definite:
            self.smallest = (Fraction(0), Fraction(0))
        elif matrix.size <= SHARP:
            self._sharpen()
        if self.status != PSD:
            self.square = self._square(lower, upper)

    def _quotient(self, vector: Floats) -> Fraction:
        """The Rayleigh quotient of a computed eigenvector, exactly: the smallest eigenvalue is at most that."""
        self.vector = [int(x) for x in np.rint(np.ldexp(vector, 53))]
        self.quotient = form(self.matrix, self.vector) / sum(x * x for x in self.vector)
        return self.quotient

    def _quickly(self) -> bool:
        """Whether the Cholesky factorisation leaves a margin: no eigenvectors are needed then."""
        found = smallest_pair(self.matrix.high)
        if found is None:
            return False
        value, vector = found
        margin = max(positive_margin(self.matrix, part * value) for part in (0.999, 0.9, 0.5))
        if not margin > 0:
            return False
        self.smallest = (Fraction(margin), self._quotient(vector))
        self.method = "Cholesky factorisation with a bound for its rounding errors"
        return True

    def _decide(self, rank: int) -> None:
        """By an integer vector; else by elimination, whose cost grows with the rank."""
        self.witness = self._rounded()
        if self.witness is not None:
            self.status, self.definite, self.method = NOT_PSD, False, "an integer vector, in exact arithmetic"
            return
        if self.matrix.size**2 * rank > EXACT**3:
            self.status, self.definite = UNDECIDED, False
            return
        self.method = "exact LDL^T factorisation"
        exact = self.matrix.rationals()
        pivots, place = eliminated(integers(exact))
        self.definite = len(pivots) == len(exact)
        if place is not None:
            self.status, self.witness = NOT_PSD, negative_direction(exact, pivots, place)
            quotient = form(self.matrix, self.witness) / sum(x * x for x in self.witness)
            self.smallest = (self.smallest[0], min(self.smallest[1], quotient))

    def _rounded(self) -> list[int] | None:
        """The computed eigenvector in as few bits as give a negative form."""
        if self.quotient >= 0:
            return None
        top = max(map(abs, self.vector))
        for bits in (1, 2, 4, 8, 16, 26):
            v = [round(Fraction(x, top) * (1 << bits)) for x in self.vector]
            common = math.gcd(*v)
            v = [x // common for x in v]
            if form(self.matrix, v) < 0:
                return v
        return self.vector

    def _sharpen(self) -> None:
        """Raise the lower bound close to the Rayleigh quotient, as far as exact elimination allows."""
        exact, high = self.matrix.rationals(), self.smallest[1]
        for part in (Fraction(0), Fraction(1, 2**80), Fraction(1, 2**60), Fraction(1, 2**52)):
            low = high - max(abs(high) * part, part * Fraction(1, 2**40))
            low = low if not part else Fraction(math.floor(low * 2**140), 2**140)
            if low <= self.smallest[0]:
                return
            shifted = exact.copy()
            for i in range(len(exact)):
                shifted[i, i] -= low
            if eliminated(integers(shifted))[1] is None:
                self.smallest = (low, high)
                return

    def _square(self, lower: Floats, upper: Floats) -> Bounds:
        """Bounds for the sum of the squares of the negative eigenvalues."""
        low, high = self.smallest
        least = min(Fraction(0), high) ** 2
        most = min(Fraction(0), low) ** 2
        for a, b in zip(lower[1:], upper[1:], strict=True):
            if not a < 0:
                break
            least += min(Fraction(0), _fraction(b, 1)) ** 2
            most += _fraction(a, -1) ** 2
        return least, most


def _spectrum(matrix: Symmetric, values: Floats, vectors: Floats) -> tuple[Floats, Floats, Floats]:
    """Bounds for all eigenvalues, sharper for those near zero where signs are open; and a vector for the smallest."""
    lower, upper = eigenvalue_bounds(matrix, values, vectors)
    top = float(np.abs(values).max())
    k = int((values <= NEAR * top).sum())
    unclear = bool(((lower <= 0) & (upper >= 0)).any())
    if unclear and matrix.exact is None and 0 < k < matrix.size and values[0] > -NEAR * top:
        found = lowest_bounds(matrix, values, vectors, k)
        if found is not None:
            lower[:k], upper[:k] = np.maximum(lower[:k], found[0]), np.minimum(upper[:k], found[1])
            return lower, upper, found[2]
    return lower, upper, vectors[:, 0]


def _fraction(bound: float, side: int) -> Fraction:
    """A bound as a rational; where there is none, one that holds for every matrix with entries below 1."""
    return Fraction(float(bound)) if math.isfinite(bound) else Fraction(side * 4000)


def _root(x: Fraction, up: bool) -> Fraction:
    """A rational below, or above, the square root of a rational."""
    if not x:
        return x
    shift = 160 + max(0, x.denominator.bit_length() - x.numerator.bit_length())
    scaled = (x.numerator << 2 * shift) // x.denominator
    return Fraction(math.isqrt(scaled + up) + up, 1 << shift)


