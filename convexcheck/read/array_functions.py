"""The functions of the text language on tensors, with NumPy's meaning of axes and shapes (untrusted).

A row says what a name computes in the language of statements; names that the language cannot express yet are
listed, so that the answer to them is "unknown" and not "no such function".
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import partial
from itertools import product
from math import prod

from convexcheck.expression.errors import ConvexcheckError, Unsupported
from convexcheck.expression.functions import FUNCTIONS, exp, log
from convexcheck.expression.term import MATRICES, ONE, PI, ZERO, Expression, apply, bound, maximum, mul, over, power
from convexcheck.read import special
from convexcheck.read.matrices import least_eigenvalue, of_matrix
from convexcheck.read.tensor import Shape, Tensor, contract, elementwise, minimum, scalar, shape_text

HALF = Fraction(1, 2)
MAX_FACTORS = 200  # of a product that is written out


def _unary(name: str) -> Callable[..., Expression]:
    return lambda t: apply(name, t)


# Functions of entries: the number of arguments (0: two or more) and the function.
ELEMENTWISE: dict[str, tuple[int, Callable[..., Expression]]] = {
    **{name: (1, _unary(name)) for name in FUNCTIONS},
    "sqrt": (1, lambda t: power(t, HALF)),
    "log1p": (1, lambda t: log(1 + t)),
    "expm1": (1, lambda t: exp(t) - 1),
    **{name: (1, rule) for name, rule in special.UNARY.items()},
    "logaddexp": (2, lambda a, b: log(exp(a) + exp(b))),
    "max": (0, maximum),
    "min": (0, minimum),
}


def _map(function: Callable[..., Expression], x: Tensor) -> Tensor:
    return Tensor(x.shape, function(x.body))


def total(x: Tensor, axes: Sequence[int]) -> Tensor:
    """The sum over `axes`.

    >>> from convexcheck.expression.statement import Declaration
    >>> from convexcheck.expression.term import dim
    >>> from convexcheck.read.tensor import declared
    >>> total(declared("par", "X", Declaration((dim("n"), dim("d")))), [0, 1]).body
    Sum(i < n, Sum(j < d, X[i, j]))
    """
    return x.reduce("Sum", axes)


def largest(x: Tensor, axes: Sequence[int]) -> Tensor:
    """The maximum over `axes`."""
    return x.reduce("Max", axes)


def smallest(x: Tensor, axes: Sequence[int]) -> Tensor:
    """The minimum over `axes`: ``-max(-x)``."""
    return _map(lambda t: -t, largest(_map(lambda t: -t, x), axes))


def mean(x: Tensor, axes: Sequence[int]) -> Tensor:
    """The sum over `axes` divided by their sizes."""
    count = mul(*(x.shape[a] for a in axes)) if axes else ONE
    return _map(lambda t: t / count, total(x, axes))


def multiplied(x: Tensor, axes: Sequence[int]) -> Tensor:
    """The product over `axes`, written out, so that their sizes must be numbers.

    Raises:
        Unsupported: a symbolic size, or too many factors.
    """
    sizes = [x.shape[a] for a in axes]
    ranges = [range(int(s.data)) for s in sizes if s.op == "const"]
    if len(ranges) < len(sizes) or any(len(r) > MAX_FACTORS for r in ranges) or prod(map(len, ranges)) > MAX_FACTORS:
        hint = "exp(sum(log(x))) where x > 0"
        over_what = shape_text(tuple(sizes))
        raise Unsupported("read", f"a product over shape {over_what}", f"numbers up to {MAX_FACTORS}", hint)
    kept = [a for a in range(len(x.shape)) if a not in axes]
    factors = []
    for position in product(*ranges):
        chosen = dict(zip(axes, position, strict=True))
        factors.append(x.at(*(chosen[a] if a in chosen else bound(kept.index(a)) for a in range(len(x.shape)))))
    return Tensor(tuple(x.shape[a] for a in kept), mul(*factors))


def log_sum_exp(x: Tensor, axes: Sequence[int]) -> Tensor:
    """``log(sum(exp(x)))`` over `axes`."""
    return _map(log, total(_map(exp, x), axes))


def norm(x: Tensor, axes: Sequence[int]) -> Tensor:
    """The root of the sum of squares over `axes`; the absolute value of a scalar."""
    if not axes:
        return _map(_unary("abs"), x)
    return _map(lambda t: power(t, HALF), total(_map(lambda t: t**2, x), axes))


def norm1(x: Tensor, axes: Sequence[int]) -> Tensor:
    """The sum of absolute values over `axes`."""
    return total(_map(_unary("abs"), x), axes)


REDUCTIONS: dict[str, Callable[[Tensor, Sequence[int]], Tensor]] = {
    "sum": total,
    "mean": mean,
    "prod": multiplied,
    "max": largest,
    "min": smallest,
    "norm": norm,
    "norm1": norm1,
    "logsumexp": log_sum_exp,
}


def matmul(a: Tensor, b: Tensor) -> Tensor:
    """``a @ b`` for vectors and matrices.

    Raises:
        ConvexcheckError: for scalars, more than two axes, or sizes that do not match.
    """
    for t in (a, b):
        if not 1 <= len(t.shape) <= 2:
            shape = shape_text(t.shape)
            raise ConvexcheckError("read", f"@ with an operand of shape {shape}", "vectors and matrices", "*")
    return contract(a, b)


def dot(a: Tensor, b: Tensor) -> Tensor:
    """``a @ b``, or the product where one of them is a scalar."""
    return matmul(a, b) if a.shape and b.shape else elementwise(mul, a, b)


def trace(a: Tensor) -> Tensor:
    """The sum of the diagonal of a square matrix.

    Raises:
        ConvexcheckError: for another shape.
    """
    if len(a.shape) != 2 or a.shape[0] is not a.shape[1]:
        raise ConvexcheckError("read", f"trace of shape {shape_text(a.shape)}", "a square matrix")
    return scalar(over("Sum", a.shape[0], a.at(bound(0), bound(0))))


# Functions of whole tensors, with their number of arguments.
WHOLE: dict[str, tuple[int, Callable[..., Tensor]]] = {
    "dot": (2, dot),
    "trace": (1, trace),
    "eigmin": (1, least_eigenvalue),
    **{name: (1, partial(of_matrix, name)) for name in MATRICES},
}
SPECIAL = ("where", "Sum", "Max")
NAMES = frozenset({*ELEMENTWISE, *REDUCTIONS, *WHOLE, *SPECIAL})
PREDICATES = frozenset({"psd", "posdef", "symmetric"})  # in conditions only
CONSTANTS: dict[str, Expression] = {"pi": PI, "e": exp(ONE)}


def with_kept_axes(x: Tensor, shape: Shape, axes: Sequence[int]) -> Tensor:
    """A reduced tensor with axes of size 1 in the place of the reduced ones (NumPy's ``keepdims``)."""
    kept = [a for a in range(len(shape)) if a not in axes]
    sizes = tuple(ONE if a in axes else s for a, s in enumerate(shape))
    return Tensor(sizes, x.at(*(bound(a) for a in kept)))


def joined(*tensors: Tensor) -> Shape:
    """The shape that tensors broadcast to.

    Raises:
        ConvexcheckError: naming the shapes.
    """
    return elementwise(lambda *_: ZERO, *(Tensor(t.shape, ZERO) for t in tensors)).shape
