"""JAX primitives that decompose a matrix: eigenvalues, singular values, LU, Cholesky, linear systems (untrusted).

Factors have no place in the language. Their entries are marked while the rest is read, and `resolved` turns what is
computed from them into functions of the matrix: the last eigenvalue, the sum of the singular values, the logarithms
on the diagonal of a factor.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from convexcheck.expression.errors import Unsupported
from convexcheck.expression.term import (
    ONE,
    ZERO,
    Expression,
    apply,
    bound,
    entry,
    instantiate,
    mul,
    nodes,
    over,
    rebuild,
    shift,
)
from convexcheck.read.tensor import Tensor, scalar

if TYPE_CHECKING:
    from convexcheck.read.equations import Equation

STAGE = "read.jaxpr"
MARKS = frozenset({"eigenvalue", "singular", "lu", "cholesky"})  # indices, then a function of the matrix
_PROBE = "_probe"


def _matrix(e: Equation, op: str) -> Expression:
    t = e.operands[0]
    if len(t.shape) != 2:
        raise Unsupported(STAGE, f"{e.name} of an array with {len(t.shape)} axes", "one matrix", "jax.vmap is not read")
    return apply(op, *t.shape[: 2 if op.startswith("norm") else 1], t.body)


def _marked(mark: str, *indices: int) -> Callable[[Expression], Expression]:
    return lambda whole: Expression(mark, (*map(bound, indices), shift(whole, len(indices))))


def _eigh(e: Equation) -> Sequence[Tensor]:
    """The eigenvalues in ascending order; eigenvectors are not read."""
    if e.wanted[0]:
        raise Unsupported(STAGE, "eigenvectors", "eigenvalues", "jnp.linalg.eigvalsh")
    return [Tensor(e.shapes[0], ZERO), Tensor(e.shapes[1], _marked("eigenvalue", 0)(_matrix(e, "eigmax")))]


def _svd(e: Equation) -> Sequence[Tensor]:
    """The singular values in descending order; singular vectors are not read."""
    if any(e.wanted[1:]):
        raise Unsupported(STAGE, "singular vectors", "singular values", "compute_uv=False")
    values = Tensor(e.shapes[0], _marked("singular", 0)(_matrix(e, "norm_nuclear")))
    return [values, *(Tensor(s, ZERO) for s in e.shapes[1:])]


def _lu(e: Equation) -> Sequence[Tensor]:
    """The factors in one matrix; the pivots and the permutation are not read."""
    return [Tensor(e.shapes[0], _marked("lu", 0, 1)(_matrix(e, "det"))), *(Tensor(s, ZERO) for s in e.shapes[1:])]


def _cholesky(e: Equation) -> Sequence[Tensor]:
    return [Tensor(e.shapes[0], _marked("cholesky", 0, 1)(_matrix(e, "logdet")))]


def _solve(e: Equation) -> Sequence[Tensor]:
    """inv(A) b, where A is what the equation's own product with a vector multiplies by."""
    lengths, product, b = e.params["const_lengths"], e.params["jaxprs"].matvec, e.operands[-1]
    rank = len(b.shape)
    if len(e.operands) != sum(lengths) + 1 or rank not in (1, 2):
        raise Unsupported(STAGE, "several linear systems at once", "one", "jax.vmap is not read")
    probe = Tensor(b.shape, entry("par", _PROBE, map(bound, range(rank))))
    inner = [*e.operands[: lengths.matvec], probe]
    whole = e.reader.run(product.jaxpr, product.consts, inner)[0].body
    factors = whole.args[1].args if whole.op == "Sum" and whole.args[1].op == "mul" else whole.args[1:]
    vector = next((f for f in factors if (f.op, f.data) == ("par", _PROBE)), None)
    axis = vector.args.index(bound(0)) if vector is not None and bound(0) in vector.args else rank
    A = mul(*(f for f in factors if f is not vector))
    seen = whole.op == "Sum" and axis < rank and whole.args[0] is b.shape[axis] and ("par", _PROBE) not in A.symbols
    place = [bound(0) if a == axis else bound(1 + a) for a in range(rank)]
    if not seen or vector is None or vector.args != tuple(place):
        raise Unsupported(STAGE, "a linear system whose matrix is not seen", "jnp.linalg.solve of one matrix")
    free = _free(rank, A)
    rows = [bound(1), *(bound(0) if a == axis else free for a in range(rank))]  # the summed column, then the axes
    inverse = apply("inv", b.shape[axis], bound(1 + axis), bound(0), instantiate(A, rows))
    return [Tensor(b.shape, _times(inverse, b.at(*place), b.shape[axis]))]


def _times(row: Expression, column: Expression, size: Expression) -> Expression:
    """The sum over the bound index 0 of both, where the column may be one of the identity."""
    if column.op == "where" and column.args[0].op == "eq" and column.args[1:] == (ONE, ZERO):
        picks = [i for i in column.args[0].args if i.loose and i is not bound(0)]
        if len(picks) == 1 and bound(0) in column.args[0].args and picks[0].op == "bound":
            return instantiate(row, [shift(picks[0], -1)])
    return over("Sum", size, row * column)


def _free(rank: int, A: Expression) -> Expression:
    """A mark in the place of the axis that no entry of the matrix may depend on."""
    return Expression("part", (bound(0),), "system") if A.loose > rank else ZERO


def _platform(e: Equation) -> Sequence[Tensor]:
    """Which of the code's variants runs: the one for every platform."""
    return [scalar(list(e.params["platforms"]).index(None))]


def resolved(e: Expression) -> Expression:
    """`e` with the marks turned into functions of matrices, where what is computed from them is one.

    Raises:
        Unsupported: something else is computed from a factor.
    """
    if not any(n.op in MARKS for n in nodes(e)):
        return e

    def visit(node: Expression) -> Expression:
        if not any(n.op in MARKS for n in nodes(node)):
            return node
        whole = _function(node)
        return whole if whole is not None else rebuild(node, map(visit, node.args))

    found = visit(e)
    left = next((n for n in nodes(found) if n.op in MARKS), None)
    if left is not None:
        expected = "the largest or least eigenvalue, sums of singular values, log-determinants"
        raise Unsupported(STAGE, f"the {left.op} factor of a matrix", expected, "jnp.linalg.slogdet, eigvalsh, norm")
    return found


def _function(e: Expression) -> Expression | None:
    """The function of the matrix that `e` computes from one factor, or None."""
    if e.op in ("eigenvalue", "singular"):
        place, whole = e.args
        last = whole.args[0] - 1
        if e.op == "singular":
            return apply("norm_spectral", *whole.args) if place is ZERO else None
        return whole if place is last else _least(whole) if place is ZERO else None
    if e.op == "eq" and e.args[1] is ONE and e.args[0].op == "Max":  # a zero on the diagonal: the determinant is 0
        return _singular(e.args[0])
    body = e.args[-1]
    marks = [n for n in nodes(body) if n.op in MARKS and set(n.args[:-1]) == {bound(0)}]
    if e.op not in ("Sum", "Max") or len(marks) != 1 or e.args[0] not in marks[0].args[-1].args[:-1]:
        return None
    mark = marks[0]
    whole = instantiate(mark.args[-1], [ZERO])  # the matrix does not depend on the index that is summed
    table = {
        ("Max", mark): {"eigenvalue": whole, "singular": apply("norm_spectral", *whole.args)},
        ("Max", -mark): {"eigenvalue": -_least(whole)},
        ("Sum", mark): {"singular": whole},
        ("Sum", apply("log", apply("abs", mark))): {"lu": apply("log", apply("abs", whole))},
        ("Sum", apply("log", mark)): {"cholesky": whole / 2 + _definite(whole), "eigenvalue": _log_det(whole)},
        ("Sum", mark * apply("log", mark)): {"eigenvalue": apply("trace_xlogx", *whole.args)},
    }
    return table.get((e.op, body), {}).get(mark.op)


def _singular(e: Expression) -> Expression | None:
    """``det(M) == 0`` for the maximum over i of ``where(lu(i, i) == 0, 1, 0)``."""
    body = e.args[1]
    test = body.args[0] if body.op == "where" and body.args[1:] == (ONE, ZERO) and body.args[0].op == "eq" else body
    mark = next((a for a in test.args if a.op == "lu" and set(a.args[:-1]) == {bound(0)}), None)
    if mark is None or ZERO not in test.args or e.args[0] is not mark.args[-1].args[0]:
        return None
    return apply("eq", instantiate(mark.args[-1], [ZERO]), ZERO)


def _least(whole: Expression) -> Expression:
    """The least eigenvalue: ``-eigmax(-M)``."""
    return -apply("eigmax", whole.args[0], -whole.args[1])


def _definite(whole: Expression) -> Expression:
    """0, real only where the matrix is positive definite: ``logdet`` asks for less than a Cholesky factor."""
    return mul(0, apply("trace_xlogx", *whole.args))


def _log_det(whole: Expression) -> Expression:
    return apply("logdet", *whole.args) + _definite(whole)


RULES: dict[str, Callable[[Equation], Sequence[Tensor]]] = {
    "eigh": _eigh,
    "svd": _svd,
    "lu": _lu,
    "cholesky": _cholesky,
    "custom_linear_solve": _solve,
    "platform_index": _platform,
}
