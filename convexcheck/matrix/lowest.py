"""Sharp bounds for a cluster of eigenvalues near zero, where bounds relative to the norm decide nothing (untrusted).

X = [V, U] holds approximate eigenvectors, V those of the k smallest eigenvalues. For s below the rest of the spectrum,
S - s I is congruent to [[G - s V'V, B'], [B, A]] with G = V'SV, A = U'(S - s I)U >= alpha I and B = U'(S - s I)V, so by
Haynsworth's inertia additivity (Linear Algebra Appl. 1 (1968) 73-81) it has as many negative eigenvalues as
G - s V'V - B' inv(A) B >= G - s V'V - (||B||^2 / alpha) I. From above, the k smallest eigenvalues are at most those of
the pencil (G, V'V) (Poincare; Horn, Johnson, Matrix Analysis, 2nd ed., Corollary 4.3.37). The product S V is exact
before it is rounded once, so that G and B are known relative to S V, which is small.
"""

from __future__ import annotations

import numpy as np

from convexcheck.matrix.enclosure import TINY, U, eigenvalue_bounds, gamma
from convexcheck.matrix.entries import Floats, Symmetric
from convexcheck.matrix.exact import product


def lowest_bounds(matrix: Symmetric, values: Floats, vectors: Floats, k: int) -> tuple[Floats, Floats, Floats] | None:
    """Bounds for the k smallest eigenvalues, in ascending order, and a vector for the first; None without a gap.

    A lower bound is at most zero, except that of the smallest eigenvalue.

    Args:
        matrix: S, made of floats.
        values: approximate eigenvalues, in ascending order.
        vectors: their vectors, as columns.
        k: how many, 0 < k < n.
    """
    n = matrix.size
    vectors = np.ldexp(np.rint(np.ldexp(vectors, 53)), -53)  # the integers that `product` takes
    V, W = vectors[:, :k], vectors[:, k:]
    size = float(np.linalg.norm(vectors))
    loss = gamma(n + 4) * size * size
    e = 1.001 * (float(np.linalg.norm(vectors.T @ vectors - np.eye(n))) + loss + n * U) + n * n * TINY
    image = product(matrix, V)
    weight = 1.001 * float(np.linalg.norm(image)) + n * n * TINY
    form = V.T @ image
    form = (form + form.T) / 2
    slack = 1.001 * (gamma(n + 8) * size + 4 * U * size) * weight + n * n * TINY
    small, inside = np.linalg.eigh(form)
    block = Symmetric(form, np.zeros_like(form), 0, None, matrix.asymmetry)
    low, high = eigenvalue_bounds(block, small, inside)
    low, high = low - 1.01 * slack, high + 1.01 * slack
    # X'SX = diag(values) + E diag(values) + diag(values) E + E diag(values) E + X'RX, with X'X = I + E, ||E|| <= e,
    # and R the residual; eigenvalue_bounds moves values by at least ||R|| + e ||diag(values)||
    residual = float((values - eigenvalue_bounds(matrix, values, vectors)[0]).max())
    alpha = (values[k] - 2.2 * residual) * (1 - 2 * e) / 2  # the other half is room for s
    reach = float(np.abs(np.concatenate([low, high])).max())
    if not (e < 0.1 and alpha > 0 and 4 * reach < alpha):
        return None
    b = 1.001 * (float(np.linalg.norm(W.T @ image)) + slack) + 2 * reach * e
    c = 1.01 * b * b / alpha + TINY
    below = low - c
    below = np.where(below < 0, below * (1 + 2 * e), 0.0)
    if low[0] - c > 0:
        below = np.maximum(below, (low[0] - c) * (1 - 2 * e))
    return below - np.abs(below) * 4 * U, high + np.abs(high) * (2 * e + 4 * U), V @ inside[:, 0]
