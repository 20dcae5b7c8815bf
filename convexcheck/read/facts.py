"""Facts about concrete data that a proof for all data may want to assume (untrusted).

They are offered, not assumed: the search picks those that a proof needs, and the kernel checks them at the data.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import prod

import numpy as np

from convexcheck.expression.statement import Condition, Declaration, generic
from convexcheck.expression.term import Expression, bound, const, dim, mul, over, power

MAX_ENTRIES = 10_000_000
MAX_SIDE = 60


def facts(
    arrays: Mapping[str, np.ndarray], parameters: Mapping[str, Declaration], sizes: Mapping[str, int]
) -> tuple[Condition, ...]:
    """What holds for every entry of the concrete arrays.

    Args:
        arrays: the data.
        parameters: the declarations of the general statement.
        sizes: the values of its symbolic sizes.

    Returns:
        Bounds by -1, 0 and 1; for integers, upper bounds by symbolic sizes (labels); ``y**2 = 1`` or ``y**2 = y``
        for entries of two values; rows that sum to 1; small matrices that seem to be PSD, or minus PSD.

    >>> y = Declaration((dim("n"),), integer=True)
    >>> [str(f.body) for f in facts({"y": np.array([0, 2])}, {"y": y}, {"n": 2, "k": 3})]
    ['y[_0]', 'k - 1 - y[_0]']
    """
    return tuple(
        fact
        for name, array in arrays.items()
        if name in parameters and 0 < array.size <= MAX_ENTRIES
        for fact in _facts(array, name, parameters[name], sizes)
    )


def _facts(array: np.ndarray, name: str, declaration: Declaration, sizes: Mapping[str, int]) -> Iterator[Condition]:
    entry, shape = generic("par", name, declaration), declaration.shape
    low, high = array.min().item(), array.max().item()

    def holds(relation: str, body: Expression) -> Condition:
        return Condition(relation, body, shape)

    if low >= -1:
        at = 1 if low >= 1 else 0 if low >= 0 else -1
        yield holds("gt", entry) if 0 < low < 1 else holds("ge", entry - at)
    if high <= 1:
        at = -1 if high <= -1 else 0 if high <= 0 else 1
        yield holds("gt", -entry) if -1 < high < 0 else holds("ge", at - entry)
    if array.dtype.kind == "i" and low >= 0:
        for size, value in sorted(sizes.items(), key=lambda s: s[1]):
            if high < value:
                yield holds("ge", dim(size) - 1 - entry)
    values = set(np.unique(array).tolist()) if array.size <= MAX_ENTRIES // 10 else set[float]()
    if values == {-1, 1}:
        yield holds("eq", power(entry, 2) - 1)
    if values == {0, 1}:
        yield holds("eq", power(entry, 2) - entry)
    if array.ndim == 2 and low >= 0 and prod(array.shape) <= MAX_ENTRIES // 10 and _rows_sum_to_one(array):
        row = Condition("eq", over("Sum", shape[1], _row(name)) - const(1), shape[:1])
        yield row
    if array.ndim == 2 and shape[0] == shape[1]:
        for sign in (1, -1):
            if _semidefinite(sign * array):
                yield holds("psd", mul(sign, entry))


def _semidefinite(array: np.ndarray) -> bool:
    """Whether the matrix is symmetric and seems PSD, and small enough for the kernel to see that exactly."""
    if array.dtype.kind not in "fiu" or len(array) > MAX_SIDE or not np.array_equal(array, array.T):
        return False
    eigenvalues = np.linalg.eigvalsh(array.astype(float))
    return bool(eigenvalues[0] >= -1e-12 * eigenvalues[-1])


def _row(name: str) -> Expression:
    return Expression("par", (bound(1), bound(0)), name)


def _rows_sum_to_one(array: np.ndarray) -> bool:
    """Whether every row sums to 1 without rounding: entries that are multiples of 2**-40 add up exactly."""
    scaled = array * 2.0**40
    return bool(np.all(array <= 1) and np.all(scaled == np.round(scaled)) and np.all(array.sum(axis=1) == 1))
