"""Gradient and Hessian at a point, or over a box of balls, all entries in one pass (trusted)."""

from collections.abc import Mapping
from math import prod

import flint
import numpy as np

from convexcheck.expression.evaluate import Values, evaluate
from convexcheck.expression.functions import derivative
from convexcheck.expression.statement import Statement
from convexcheck.expression.term import Expression, abstract, bound, const, entry, substitute


def gradient_hessian(s: Statement, values: Values, sizes: Mapping[str, int]) -> tuple[np.ndarray, np.ndarray]:
    """Balls that contain every first and second derivative in the variables.

    Args:
        s: the statement.
        values: rationals or balls for all parameters and variables.
        sizes: the value of each symbolic size.

    Returns:
        Arrays of shape (P,) and (P, P), the coordinates in the order of the variables, row by row. A ball that is not
        finite says that the derivative may not exist.

    Raises:
        ConvexcheckError: where the function may have a kink.

    >>> from convexcheck.expression.statement import Declaration
    >>> x = entry("var", "x")
    >>> at = {("var", "x"): np.array(flint.fmpq(2), dtype=object)}
    >>> [int(v.item().mid().fmpz()) for v in gradient_hessian(Statement(x**3, {"x": Declaration()}), at, {})]
    [12, 12]
    """
    shapes = {n: values["var", n].shape for n in s.variables}
    count, start = sum(map(prod, shapes.values())), 0
    basis: dict[tuple[str, str], np.ndarray] = {}
    for n, shape in shapes.items():  # the derivative in coordinate a is that along the a-th basis vector
        size = np.arange(prod(shape))
        vectors = np.full((count, len(size)), flint.fmpq(0), dtype=object)
        vectors[start + size, size] = flint.fmpq(1)
        basis |= {("par", f"{n} {k}"): vectors.reshape(count, *shape) for k in (1, 2)}  # no name has a space
        start += len(size)
    indices = [Expression("index", (const(count),), -k) for k in (1, 2)]
    both, first = {**values, **basis}, _along(s, s.function, indices[0], 1)
    second = _along(s, first, indices[1], 2)
    gradient = evaluate(abstract(first, indices[:1]), both, sizes, ranges=(count,))
    return gradient, evaluate(abstract(second, indices), both, sizes, ranges=(count, count))


def _along(s: Statement, e: Expression, index: Expression, k: int) -> Expression:
    """The derivative of `e` along the basis vector number `index`."""
    axes = {n: map(bound, range(len(d.shape))) for n, d in s.variables.items()}
    return substitute(derivative(e), {("dir", n): entry("par", f"{n} {k}", [index, *axes[n]]) for n in s.variables})
