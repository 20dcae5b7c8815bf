"""Bounds for eigenvalues that hold although floats compute them.

Notation: u = 2^-53, gamma_k = k u / (1 - k u). All bounds allow for any order of summation and fused operations
(Higham, Accuracy and Stability of Numerical Algorithms, 2nd ed., section 3.1); underflow is covered by `TINY`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from convexcheck.matrix.entries import Floats, Symmetric

U, TINY = 2.0**-53, 2.0**-500


@dataclass(frozen=True)
class Enclosure:
    """All numbers between two floats; a true value lies among them.

    >>> Fraction(1, 3) in Enclosure.of(Fraction(1, 3), Fraction(1, 3)), 0 in Enclosure(0.0, 0.0)
    (True, True)
    """

    lower: float
    upper: float

    @classmethod
    def of(cls, lower: Fraction, upper: Fraction) -> Enclosure:
        """The least pair of floats around two rationals."""
        return cls(_rounded(lower, -math.inf), _rounded(upper, math.inf))

    def __contains__(self, value: object) -> bool:
        if not isinstance(value, (int, float, Fraction)):
            raise TypeError(f"a {type(value).__name__} is no real number")
        return self.lower <= value <= self.upper  # Python compares floats with rationals exactly

    def __str__(self) -> str:
        return f"{self.lower!r}" if self.lower == self.upper else f"[{self.lower!r}, {self.upper!r}]"


def _rounded(x: Fraction, towards: float) -> float:
    try:
        near = float(x)
    except OverflowError:
        near = math.inf if x > 0 else -math.inf
    if math.isinf(near):
        return near if (near > 0) == (towards > 0) else math.nextafter(near, 0.0)
    wrong = Fraction(near) > x if towards < 0 else Fraction(near) < x
    return math.nextafter(near, towards) if wrong else near


def gamma(k: int) -> float:
    """A bound for (1 + u)^k - 1, itself rounded up."""
    return 1.0001 * k * U


def rest(matrix: Symmetric) -> float:
    """A bound for the 2-norm of what `high` leaves of the matrix."""
    n = matrix.size
    if matrix.exact is None:
        return 1.001 * float(np.linalg.norm(matrix.low)) + n * n * TINY
    return 1.001 * U * float(np.linalg.norm(matrix.high)) + n * n * 2.0**-1000


def positive_margin(matrix: Symmetric, shift: float) -> float:
    """A lower bound for the least eigenvalue: -inf unless Cholesky's factorisation of high - shift I runs through.

    Then R'R = B + E with |E| <= gamma_{n+1} |R|'|R| (Higham, Theorem 10.3), so that
    ||E||_2 <= gamma_{n+1}/(1 - gamma_{n+1}) tr(B), with n + 4 where pivots are inverted first;
    Rump, Verification of positive definiteness, BIT 46 (2006) 433-452.
    """
    n = matrix.size
    b = matrix.high.copy()
    diagonal = np.diag(b) - shift
    np.fill_diagonal(b, diagonal)
    if not (diagonal > 0).all():
        return -math.inf
    try:
        factor = np.linalg.cholesky(b)
    except np.linalg.LinAlgError:
        return -math.inf
    if not np.isfinite(factor).all():
        return -math.inf
    trace = 1.001 * float(diagonal.sum())
    slack = 1.01 * gamma(n + 4) * trace + 2 * U * (float(diagonal.max()) + abs(shift)) + n * n * TINY
    return shift - 1.001 * (slack + rest(matrix)) - 4 * U * abs(shift)


def smallest_pair(a: Floats) -> tuple[float, Floats] | None:
    """The smallest eigenvalue and its vector, nearly, by inverse iteration; None if Cholesky's factorisation fails."""
    from scipy.linalg import cho_factor, cho_solve
    from scipy.sparse.linalg import ArpackError, LinearOperator, eigsh

    try:
        factor = cho_factor(a, lower=True)
    except np.linalg.LinAlgError:
        return None
    start = np.random.default_rng(0).normal(size=len(a))
    inverse = LinearOperator(a.shape, lambda x: cho_solve(factor, x), dtype=np.float64)
    try:
        vector = eigsh(inverse, 1, which="LM", v0=start)[1][:, 0]
    except (ArpackError, ValueError):  # no convergence; an inverse that is not finite
        return None
    return (float(vector @ (a @ vector)), vector) if np.isfinite(vector).all() else None


def eigenvalue_bounds(matrix: Symmetric, values: Floats, vectors: Floats) -> tuple[Floats, Floats]:
    """Lower and upper bounds for all eigenvalues in ascending order, from an approximate decomposition.

    With A = X diag(values) X' and ||X'X - I|| <= e < 1, Ostrowski's theorem (Horn, Johnson, Matrix Analysis, 2nd ed.,
    Theorem 4.5.9) puts the k-th eigenvalue of A between (1 - e) and (1 + e) times the k-th value, and Weyl's
    (Theorem 4.3.1) moves it by no more than ||S - A||_2. Norms are bounded by Frobenius norms; a computed product P Q
    is off by at most gamma_n || |P| |Q| ||_F <= gamma_n ||P||_F ||Q||_F.
    """
    n, size = matrix.size, float(np.linalg.norm(vectors))
    loss = gamma(n + 4) * size * size
    e = 1.001 * (float(np.linalg.norm(vectors.T @ vectors - np.eye(n))) + loss + n * U) + n * n * TINY
    product = (vectors * values) @ vectors.T
    off = float(np.linalg.norm(matrix.high - product)) + 2 * U * float(np.linalg.norm(matrix.high))
    scaled = float(np.linalg.norm(vectors * values))
    off = 1.001 * (off + 1.01 * gamma(n + 4) * size * scaled + rest(matrix)) + n * n * TINY
    if not e < 0.5:
        off, e = math.inf, 0.5
    step = 1.001 * (off + (e + 4 * U) * np.abs(values)) + TINY
    return np.asarray(values - step), np.asarray(values + step)
