"""Functions of a matrix M, given by its entry: what each one means, its derivative, its values (trusted).

=============  =========================================================================================
det            the determinant of a square matrix
logdet         its logarithm, where it is > 0
inv            an entry of the inverse, where the determinant is not 0
eigmax         the largest eigenvalue of (M + M')/2; M has to be symmetric, and not empty
trace_xlogx    trace(M log M): the sum of t log t over the eigenvalues t; M symmetric, positive definite
logm           an entry of log M; M symmetric, positive definite
norm_nuclear   the sum of the singular values of any matrix
norm_spectral  the largest singular value of any matrix, 0 if it is empty
=============  =========================================================================================

Derivatives: D logdet M [V] = trace(inv(M) V), D inv(M) [V] = -inv(M) V inv(M).
Source: R. Horn, C. Johnson, Matrix Analysis (2nd edition), chapters 0, 2, 5 and 6; N. Higham, Functions of
Matrices, chapters 3 and 11. Values are rationals where a determinant or an inverse is, else balls; eigenvalues
are enclosed by ``acb_mat.eig``, with multiple ones only where no eigenvector is needed.
"""

from collections.abc import Callable, Sequence
from functools import reduce
from typing import Any

import flint

from convexcheck.expression.term import Expression, apply, bound, instantiate, over_all, shift

Change = Callable[[Expression], Expression]  # the derivative of an expression, loose indices left in place


def slope(e: Expression, change: Change) -> Expression | None:
    """The derivative of a function of a matrix whose entry changes by `change`; None where it is not known here."""
    n, body = e.args[0], e.args[-1]
    outside, moved = shift(body, 2, 2), change(body)  # below two new sums: bound 0 and bound 1

    def inverse(i: Expression, j: Expression) -> Expression:
        return apply("inv", n, i, j, outside)

    if e.op == "logdet":
        return over_all("Sum", [n, n], inverse(bound(1), bound(0)) * moved)
    if e.op == "inv" and not any(a.has("var") for a in e.args[:3]):
        row, column = (shift(a, 2) for a in e.args[1:3])
        return -over_all("Sum", [n, n], inverse(row, bound(0)) * moved * inverse(bound(1), column))
    return None


def expanded(e: Expression) -> Expression:
    """``trace_xlogx`` as the sum over i and k of M[i, k] logm(M)[k, i]; anything else as it is."""
    if e.op != "trace_xlogx":
        return e
    n, body = e.args
    entry = instantiate(shift(body, 2, 2), [bound(1), bound(0)])
    return over_all("Sum", [n, n], entry * apply("logm", n, bound(0), bound(1), shift(body, 2, 2)))


def value(op: str, rows: Sequence[Sequence[Any]], exact: bool) -> Any:
    """The value at a matrix of ``flint.fmpq`` (if `exact`) or balls; for an entry, the function (row, column) -> value.

    Returns:
        None where it is not known to be real (or, if `exact`, rational).
    """
    if op in ("det", "inv"):
        M = (flint.fmpq_mat if exact else flint.arb_mat)(len(rows), len(rows), [q for row in rows for q in row])
        try:
            return M.det() if op == "det" else _entries(M.inv())
        except ZeroDivisionError:
            return None
    if exact:
        return None
    M = flint.arb_mat(len(rows), len(rows[0]) if rows else 0, [q for row in rows for q in row])
    if op == "logdet":
        return M.det().log()
    if op.startswith("norm"):
        squares = _eigenvalues(M * M.transpose() if M.nrows() < M.ncols() else M.transpose() * M)
        roots = [flint.arb(0), *map(_root, squares or ())]
        return None if squares is None else (sum if op == "norm_nuclear" else _largest)(roots)
    if not M.overlaps(M.transpose()):
        return None
    M = (M + M.transpose()) / 2
    if op == "logm":
        return _logarithm(M)
    values = _eigenvalues(M)
    if op == "eigmax":
        return _largest(values) if values else None
    known = values is not None and all(t > 0 for t in values)
    return sum((t * t.log() for t in values or ()), flint.arb(0)) if known else None


def _entries(M: Any) -> Callable[[int, int], Any]:
    return lambda i, j: M[i, j]


def _largest(values: Sequence[Any]) -> Any:
    return reduce(lambda a, b: a.max(b), values)


def _root(t: Any) -> Any:
    """The root of a number in the ball that is known to be >= 0."""
    return t.sqrt() if t > 0 else flint.arb(0).union(t.abs_upper().sqrt())


def _eigenvalues(M: Any) -> list[Any] | None:
    """All eigenvalues of a symmetric matrix of balls, repeated as often as they occur; None where not separated."""
    try:
        return [t.real for t in flint.acb_mat(M).eig(multiple=True)] if M.nrows() else []
    except ValueError:
        return None


def _logarithm(M: Any) -> Callable[[int, int], Any] | None:
    """R diag(log t) inv(R), where R holds the eigenvectors of different eigenvalues t > 0."""
    try:
        t, R = flint.acb_mat(M).eig(right=True)
        if not all(q.real > 0 for q in t):
            return None
        n = range(len(t))
        logs = flint.acb_mat(len(t), len(t), [t[i].real.log() if i == j else 0 for i in n for j in n])
        L = R * logs * R.inv()
    except (ValueError, ZeroDivisionError):
        return None
    return lambda i, j: L[i, j].real
