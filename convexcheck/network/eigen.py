"""The smallest eigenvalue of a loss's Hessian with its direction (untrusted; float64, no bound on its own).

Dense for small P; beyond, Lanczos' method on products. The value is an upper bound on the smallest eigenvalue up to
rounding; the residual r says that an eigenvalue lies within r of it, and not that it is the smallest.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from convexcheck.expression.errors import ConvexcheckError
from convexcheck.network.blocks import Key, slices
from convexcheck.network.lanczos import Step, steps
from convexcheck.network.numbers import STAGE, Numbers, counted, rational
from convexcheck.network.products import Products

DENSE = 1500  # parameters up to which the matrix is formed
METHODS = ("auto", "dense", "lanczos")
Stop = Callable[[Step], bool]


@dataclass(frozen=True, eq=False)
class Eigenpair:
    """The smallest eigenvalue that was found.

    Args:
        value: the eigenvalue, or Ritz value.
        vector: the unit direction, length P, in the order of the parameters.
        residual: the norm of ``H v - value v``.
        products: how many products with H were taken; 0 for a dense matrix.
        method: "dense" or "lanczos".
        converged: whether the residual is as small as was asked for.
        stopped: whether the caller's `stop` ended the iteration.
        slices: where the parameters of each name are in the vector.
    """

    value: float
    vector: Numbers
    residual: float
    products: int
    method: str
    converged: bool
    stopped: bool = False
    slices: dict[Key, slice] = field(default_factory=dict, repr=False)

    @property
    def iterations(self) -> int:
        """The number of products with H."""
        return self.products

    def part(self, name: Key) -> Numbers:
        """The entries of the direction for one array of parameters, or one layer."""
        from convexcheck.network.blocks import part

        return self.vector[part(self.slices, name)]

    def shares(self) -> dict[Key, float]:
        """How much of the direction's square lies in each array of parameters; the shares add up to 1."""
        return {name: float(np.sum(self.vector[s] ** 2)) for name, s in self.slices.items() if isinstance(name, str)}

    def __str__(self) -> str:
        state = "converged" if self.converged else "stopped early" if self.stopped else "not converged"
        how = f"{self.products} products with H, {state}" if self.method == "lanczos" else "dense"
        return f"lambda_min {self.value:.8g} (residual {self.residual:.2g}, {how})"


def smallest(
    products: Products,
    dense: Callable[[], Numbers] | None = None,
    method: str = "auto",
    tolerance: float = 1e-9,
    most: int = 1000,
    seed: int = 0,
    stop: Stop | None = None,
    progress: Callable[[Step], None] | None = None,
    basis: int | None = None,
) -> Eigenpair:
    """The smallest eigenvalue of a symmetric matrix with its direction.

    Args:
        products: the matrix by its products.
        dense: makes the matrix itself.
        method: "dense", "lanczos", or "auto": dense up to `DENSE` parameters.
        tolerance: of the residual, relative to the largest eigenvalue in size.
        most: products at most; without convergence the best pair is returned, with its residual.
        seed: of the first vector.
        stop: looks at every step, and may end the iteration.
        progress: is told of every step.
        basis: how many vectors are held at most.

    Raises:
        ConvexcheckError: an unknown method, a tolerance that is not positive, overflow.
    """
    if method not in METHODS:
        raise ConvexcheckError(STAGE, f"method={method!r}", f"one of {', '.join(METHODS)}")
    tolerance = float(rational(tolerance, "tolerance"))
    if not tolerance > 0:
        raise ConvexcheckError(STAGE, f"tolerance={tolerance:g}", "a positive number")
    most, seed = counted(most, "most", 1), counted(seed, "seed", 0)
    where = slices(products.sizes, products.layers)
    if dense is not None and stop is None and (method == "dense" or (method == "auto" and products.size <= DENSE)):
        value, vector, residual = least(np.asarray(dense()))
        return Eigenpair(value, vector, residual, 0, "dense", True, slices=where)
    last = None
    for step in steps(_finite(products), products.size, seed, basis):
        last = step
        if progress is not None:
            progress(step)
        converged = step.exhausted or step.residual <= tolerance * step.largest
        stopped = stop is not None and stop(step)
        if converged or stopped or step.products >= most:
            return Eigenpair(
                step.value, step.vector(), step.residual, step.products, "lanczos", converged, stopped, where
            )
    raise AssertionError(last)  # the iteration ends by `exhausted`


def least(matrix: Numbers) -> tuple[float, Numbers, float]:
    """The smallest eigenvalue of a symmetric matrix, its unit vector and the residual.

    >>> least(np.diag([2.0, -1.0]))[0]
    -1.0
    """
    from scipy.linalg import eigh

    values, vectors = eigh(matrix, subset_by_index=[0, 0])
    vector = vectors[:, 0]
    return float(values[0]), vector, float(np.linalg.norm(matrix @ vector - values[0] * vector))


def _finite(products: Products) -> Callable[[Numbers], Numbers]:
    def product(vector: Numbers) -> Numbers:
        found = products(vector)
        if not np.isfinite(found.sum()):
            raise ConvexcheckError(STAGE, "a product with the Hessian overflows float64", "smaller weights or data")
        return found

    return product
