"""Lanczos' method for the smallest eigenvalue of a matrix known by its products (untrusted; float64).

The basis is orthogonalised in full, twice; when it has reached its largest size, a few Ritz vectors are kept and the
method goes on from there (thick restart). It never fails: without convergence the best Ritz pair is returned with
its residual.
Source: Y. Saad, Numerical Methods for Large Eigenvalue Problems, chapters 6 and 7; K. Wu, H. Simon,
Thick-restart Lanczos method, SIAM J. Matrix Anal. Appl. 22 (2000).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from convexcheck.network.numbers import Numbers

Product = Callable[[Numbers], Numbers]
_MOST = 1 << 30  # bytes of the basis


@dataclass
class Step:
    """The best Ritz pair after some products.

    Args:
        value: the Ritz value.
        residual: the norm of ``H v - value v`` for the unit vector v.
        products: how many products were taken.
        largest: the largest Ritz value in size, which is at most the norm of H.
        exhausted: whether the basis spans an invariant subspace, so that the pair is exact up to rounding.
        vector: computes v.
    """

    value: float
    residual: float
    products: int
    largest: float
    exhausted: bool
    vector: Callable[[], Numbers]


def steps(product: Product, size: int, seed: int = 0, basis: int | None = None) -> Iterator[Step]:
    """One step after another, without end unless the basis is exhausted.

    Args:
        product: the matrix times a vector.
        size: the length of vectors.
        seed: of the first vector, which is random.
        basis: how many vectors are held; by default 160, less where they would take more than 1 GiB.

    >>> diagonal = np.arange(5.0) - 1
    >>> last = list(steps(lambda v: diagonal * v, 5))[-1]
    >>> round(last.value, 12), last.products, last.exhausted
    (-1.0, 5, True)
    """
    most = min(size, basis or max(8, min(160, _MOST // (8 * size))))
    kept = max(1, min(most // 3, 20))
    Q = np.empty((most, size))
    T = np.zeros((most, most))
    start = np.random.default_rng(seed).standard_normal(size)
    Q[0] = start / np.linalg.norm(start)
    filled, products = 0, 0
    while True:
        w = np.array(product(Q[filled]))
        products, filled = products + 1, filled + 1
        norm = float(np.linalg.norm(w))
        for turn in range(2):
            part = Q[:filled] @ w
            w -= part @ Q[:filled]
            if turn == 0:
                T[:filled, filled - 1] = T[filled - 1, :filled] = part
            else:
                T[filled - 1, filled - 1] += part[-1]
        beta = float(np.linalg.norm(w))
        values, vectors = np.linalg.eigh(T[:filled, :filled])
        largest = float(np.abs(values).max())
        exhausted = filled == size or beta <= 1e-14 * max(largest, norm, np.finfo(float).tiny)

        def vector(weights: Numbers = vectors[:, 0], count: int = filled) -> Numbers:
            found: Numbers = weights @ Q[:count]
            found /= np.linalg.norm(found)
            return found

        residual = beta * abs(float(vectors[-1, 0]))
        yield Step(float(values[0]), residual, products, largest, exhausted, vector)
        if exhausted:
            return
        if filled == most:
            Q[:kept] = vectors[:, :kept].T @ Q
            T[:] = 0.0
            T[np.arange(kept), np.arange(kept)] = values[:kept]
            filled = kept
        Q[filled] = w / beta
