"""The spectrum of a loss's Hessian: all eigenvalues where dense, else their density by stochastic Lanczos quadrature.

For a unit vector v, k steps of Lanczos' method give nodes t_i and weights w_i with ``v' p(H) v = sum_i w_i p(t_i)``
for every polynomial p of degree up to 2k - 1; over random v the mean of ``v' p(H) v`` is ``trace p(H) / P``.
Untrusted, float64; weights sum to 1, so that the density is that of one eigenvalue drawn at random.
Source: G. Golub, G. Meurant, Matrices, Moments and Quadrature, chapters 4 and 6; S. Ubaru, J. Chen, Y. Saad, Fast
estimation of tr(f(A)) via stochastic Lanczos quadrature, SIAM J. Matrix Anal. Appl. 38 (2017).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from convexcheck.network.numbers import Numbers, counted
from convexcheck.network.products import Products


@dataclass(frozen=True, eq=False)
class Spectrum:
    """Nodes and weights of a measure on the line: the eigenvalues, each with weight 1/P, or a quadrature of them.

    Args:
        nodes: eigenvalues or Ritz values, ascending.
        weights: they sum to 1.
        size: P.
        exact: whether the nodes are all eigenvalues.
        products: how many products with H were taken.
    """

    nodes: Numbers
    weights: Numbers
    size: int
    exact: bool
    products: int = 0

    @property
    def index(self) -> int | None:
        """The saddle index: how many eigenvalues are negative beyond rounding; None where not all are known."""
        return int(np.sum(self.nodes < -self.rounding)) if self.exact else None

    @property
    def rounding(self) -> float:
        """Below this size the sign of a computed eigenvalue says nothing."""
        return float(self.size * np.finfo(float).eps * np.abs(self.nodes).max())

    @property
    def negative(self) -> float:
        """The share of eigenvalues that are negative beyond rounding."""
        return float(self.weights[self.nodes < -self.rounding].sum())

    def moment(self, power: int) -> float:
        """``trace(H**power) / P``, estimated unless `exact`."""
        return float(self.weights @ self.nodes**power)

    def density(self, at: Any, width: float | None = None) -> Numbers:
        """The density at the points `at`, every node smoothed to a normal distribution.

        Args:
            at: points on the line.
            width: the standard deviation; by default a hundredth of the range.
        """
        span = float(self.nodes[-1] - self.nodes[0])
        sigma = width or max(span / 100, 1e-3 * abs(float(self.nodes[-1])), np.finfo(float).tiny)
        gap = (np.asarray(at, dtype=float)[..., None] - self.nodes) / sigma
        found: Numbers = np.exp(-0.5 * gap * gap) @ self.weights / (sigma * np.sqrt(2 * np.pi))
        return found


def dense_spectrum(matrix: Numbers) -> Spectrum:
    """All eigenvalues of a symmetric matrix.

    >>> found = dense_spectrum(np.array([[0.0, 1.0], [1.0, 0.0]]))
    >>> found.nodes.round(12).tolist(), found.index, found.negative
    ([-1.0, 1.0], 1, 0.5)
    """
    values = np.linalg.eigvalsh(np.asarray(matrix))
    return Spectrum(values, np.full(len(values), 1.0 / len(values)), len(values), True)


def quadrature(product: Callable[[Numbers], Numbers], start: Numbers, steps: int) -> tuple[Numbers, Numbers]:
    """Nodes and weights for one vector: ``v' p(H) v = sum w p(t)`` up to degree ``2 steps - 1``, v the unit vector.

    >>> nodes, weights = quadrature(lambda v: np.array([1.0, 3.0]) * v, np.array([1.0, 1.0]), 2)
    >>> nodes.round(12).tolist(), weights.round(12).tolist()
    ([1.0, 3.0], [0.5, 0.5])
    """
    size = len(start)
    steps = min(steps, size)
    Q, diagonal, beside = np.empty((steps, size)), list[float](), list[float]()
    Q[0] = start / np.linalg.norm(start)
    for k in range(steps):
        w = np.array(product(Q[k]))
        diagonal.append(float(Q[k] @ w))
        for _ in range(2):
            w -= (Q[: k + 1] @ w) @ Q[: k + 1]
        beta = float(np.linalg.norm(w))
        if k + 1 == steps or beta <= 1e-13 * max(map(abs, [*diagonal, *beside])):
            break
        beside.append(beta)
        Q[k + 1] = w / beta
    T = np.diag(diagonal) + np.diag(beside, 1) + np.diag(beside, -1)
    nodes, vectors = np.linalg.eigh(T)
    return nodes, vectors[0] ** 2


def lanczos_spectrum(
    products: Products, steps: int = 60, vectors: int = 4, seed: int = 0, progress: Callable[[int], None] | None = None
) -> Spectrum:
    """The spectral density by stochastic Lanczos quadrature.

    Args:
        products: the matrix by its products.
        steps: nodes for each vector.
        vectors: random vectors of signs; the error of a moment falls with the root of their number.
        seed: of the vectors.
        progress: is told the number of products so far.
    """
    steps, vectors = counted(steps, "steps", 1), counted(vectors, "vectors", 1)
    rng, count = np.random.default_rng(counted(seed, "seed", 0)), 0

    def product(v: Numbers) -> Numbers:
        nonlocal count
        count += 1
        if progress is not None:
            progress(count)
        return products(v)

    found = [quadrature(product, rng.choice([-1.0, 1.0], products.size), steps) for _ in range(vectors)]
    nodes = np.concatenate([t for t, _ in found])
    weights = np.concatenate([w for _, w in found]) / vectors
    order = np.argsort(nodes, kind="stable")
    return Spectrum(nodes[order], weights[order], products.size, False, count)
