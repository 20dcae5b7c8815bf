"""The exact Hessian of a perceptron's loss, in the variant that suits its size (untrusted; float64).

Up to `SMALL` parameters a jitted JAX form, above it matrix products in NumPy (`assemble`).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from convexcheck.expression.errors import ConvexcheckError
from convexcheck.network.assemble import fill
from convexcheck.network.blocks import Hessian, Key, part, slices
from convexcheck.network.loss import Problem
from convexcheck.network.memory import Forecast
from convexcheck.network.numbers import STAGE, Numbers

SMALL, _AT_ONCE = 150, 2_000_000  # parameters, and rows times parameters, up to which the jitted form is used
_SAFE = 1e300  # a matrix with entries below it need not be looked through for overflow
Say = Callable[[str], None]


def hessian_of(
    problem: Problem,
    block: tuple[Key, Key] | None = None,
    triangle: str = "full",
    say: Say | None = None,
    out: Numbers | None = None,
) -> Hessian | Numbers:
    """The Hessian of the loss in all parameters, at the net's weights.

    Args:
        problem: perceptron, data and loss. relu has the second derivative 0 everywhere, also at its kink.
        block: only this part: names of arrays, such as ``("W1", "b2")``, or layers counted from 1.
        triangle: "full", or "upper" with zeros below the diagonal.
        say: is told the memory that it needs, before it is taken.
        out: a float64 array of shape (P, P) to write to, which saves the time that new memory takes.

    Returns:
        A float64 matrix in the order of the parameters: layer by layer, W row by row, then b.

    Raises:
        ConvexcheckError: more memory than there is; an unknown block; overflow.

    >>> from convexcheck.network import MLP
    >>> net = MLP.from_arrays([([[3.0]], None), ([[2.0]], None)], activation="identity")
    >>> hessian_of(Problem.of(net, [1.0], [5.0], "half_sse"))    # of (b*a - 5)**2/2: [[b*b, 2ab - 5], [., a*a]]
    Hessian([[4., 7.],
             [7., 9.]])
    """
    if triangle not in ("full", "upper"):
        raise ConvexcheckError(STAGE, f"triangle={triangle!r}", '"full" or "upper"')
    if block is not None:
        return _block(problem, block, say)
    net = problem.net
    small = net.size <= SMALL and problem.rows * net.size <= _AT_ONCE
    together = problem.rows if small and say is None else Forecast.of(net, problem.rows).admit(say).rows
    if small:
        from convexcheck.network.compiled import compiled_hessian

        matrix = compiled_hessian(problem)
        matrix = matrix if triangle == "full" else np.triu(matrix)
        if out is not None:
            _given(out, net.size)[:] = matrix
            matrix = out
    else:
        make = np.empty if triangle == "full" else np.zeros
        matrix = make((net.size, net.size)) if out is None else _given(out, net.size, triangle)
        every = range(len(net.layers))
        bound = fill(problem, matrix, every, every, together, triangle == "full")
        _add_ridge(matrix, problem)
        if bound < _SAFE:
            return Hessian.labelled(matrix, *net.labels)
    return Hessian.labelled(_finite(matrix), *net.labels)


def _given(out: Any, size: int, triangle: str = "full") -> Numbers:
    fits = isinstance(out, np.ndarray) and out.shape == (size, size) and out.dtype == np.float64
    if not fits or not out.flags.c_contiguous or not out.flags.writeable:
        got = f"out of shape {getattr(out, 'shape', None)} and dtype {getattr(out, 'dtype', None)}"
        raise ConvexcheckError(STAGE, got, f"a writeable float64 array of shape ({size}, {size}), row by row")
    if triangle == "upper":
        out[:] = 0.0
    return np.asarray(out)


def _block(problem: Problem, block: tuple[Key, Key], say: Say | None) -> Numbers:
    sizes, layers = problem.net.labels
    known = slices(sizes, layers)
    rows, columns = (part(known, key) for key in block)
    k, m = (_layer(key, layers) for key in block)
    if k > m:
        return _block(problem, (block[1], block[0]), say).T
    above, beside = known[k], known[m]
    shape = (above.stop - above.start, beside.stop - beside.start)
    forecast = Forecast.of(problem.net, problem.rows, shape).admit(say)
    matrix = np.empty(shape)
    fill(problem, matrix, range(k - 1, k), range(m - 1, m), forecast.rows, True)
    if k == m:
        _add_ridge(matrix, problem)
    inside = [slice(s.start - at.start, s.stop - at.start) for s, at in ((rows, above), (columns, beside))]
    return _finite(matrix)[inside[0], inside[1]]


def _layer(key: Key, layers: dict[int, tuple[str, ...]]) -> int:
    return key if isinstance(key, int) else next(layer for layer, names in layers.items() if key in names)


def _add_ridge(matrix: Numbers, problem: Problem) -> None:
    if problem.ridge:
        matrix[np.diag_indices(len(matrix))] += float(problem.ridge)


def _finite(matrix: Numbers) -> Numbers:
    if not math.isfinite(float(matrix.sum())):
        raise ConvexcheckError(STAGE, "the Hessian overflows float64 at these weights", "smaller weights or data")
    return matrix
