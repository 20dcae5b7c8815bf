"""Functions of a matrix: ``det(X)``, ``inv(X)``, ``eigmax(X)`` ... of a tensor with two axes (untrusted)."""

from __future__ import annotations

from convexcheck.expression.errors import ConvexcheckError
from convexcheck.expression.term import MATRICES, apply, bound
from convexcheck.read.tensor import Tensor, shape_text


def of_matrix(op: str, x: Tensor) -> Tensor:
    """The function `op` of the matrix `x`: a scalar, or a matrix for ``inv`` and ``logm``.

    Raises:
        ConvexcheckError: for a tensor that is no matrix, or no square one where it has to be.

    >>> from convexcheck.expression.statement import Declaration
    >>> from convexcheck.expression.term import dim
    >>> from convexcheck.read.tensor import declared
    >>> of_matrix("logdet", declared("var", "X", Declaration((dim("n"), dim("n"))))).body
    logdet(i < n, j < n, X[i, j])
    """
    square = MATRICES[op] == 1
    if len(x.shape) != 2 or (square and x.shape[0] is not x.shape[1]):
        raise ConvexcheckError("read", f"{op} of shape {shape_text(x.shape)}", f"a {'square ' * square}matrix")
    sizes = x.shape[: MATRICES[op]]
    if op in ("inv", "logm"):
        return Tensor(x.shape, apply(op, *sizes, bound(0), bound(1), x.body))
    return Tensor((), apply(op, *sizes, x.body))


def least_eigenvalue(x: Tensor) -> Tensor:
    """The least eigenvalue of a symmetric matrix: ``-eigmax(-X)``."""
    return Tensor((), -of_matrix("eigmax", Tensor(x.shape, -x.body)).body)
