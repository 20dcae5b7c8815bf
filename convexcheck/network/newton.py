"""Critical points: Newton's method in float64, then in balls, and what the kernel needs to certify them (untrusted)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

import flint
import numpy as np

from convexcheck.certificate.evidence import Array, CriticalPoint, Instance
from convexcheck.expression.errors import ConvexcheckError
from convexcheck.expression.jets import gradient_hessian
from convexcheck.expression.statement import Statement
from convexcheck.network.assemble import fill
from convexcheck.network.loss import Problem
from convexcheck.network.passes import Passes

STEPS, BITS, DENOMINATOR = 60, 128, 2**80
CLOSE = Fraction(1, 2**36)
Floats = np.ndarray[Any, np.dtype[np.float64]]
Exact = Mapping[tuple[str, str], np.ndarray[Any, Any]]


def settled(problem: Problem) -> Floats | None:
    """The weights, in float64, at which Newton's method from those of the network stops; None where it does not.

    Args:
        problem: perceptron, data and loss.

    >>> from convexcheck.network.model import MLP
    >>> net = MLP.from_arrays([([[1.0]], None)])
    >>> settled(Problem.of(net, [1.0], [3.0], "sse"))                       # (w - 3)**2
    array([3.])
    """
    theta, count = problem.net.vector(), problem.net.size
    every, hessian = range(len(problem.net.layers)), np.empty((count, count))
    with np.errstate(all="ignore"):
        for _ in range(STEPS):
            here = replace(problem, net=problem.net.with_parameters(theta))
            fill(here, hessian, every, every, problem.rows, True)
            slopes = np.concatenate([a.ravel() for a in Passes(here, 0, problem.rows).gradient(here)])
            shifted = hessian + float(problem.ridge) * np.eye(count)
            if not np.isfinite(shifted).all():
                return None
            try:
                step = np.linalg.solve(shifted, slopes + float(problem.ridge) * theta)
            except np.linalg.LinAlgError:
                return None
            if not np.isfinite(theta - step).all():
                return None
            theta = np.asarray(theta - step, dtype=float)
            if abs(step).max() <= 1e-9 * (1 + abs(theta).max()):
                return theta
    return None


def critical_points(
    s: Statement, instance: Instance, parameters: Exact, start: Mapping[str, Floats]
) -> Iterator[CriticalPoint]:
    """Evidence for a critical point near a start, for two boxes; nothing where the Hessian is singular.

    Args:
        s: a statement without conditions on the variables.
        instance: its sizes and parameters, as the evidence names them.
        parameters: the exact values of the parameters.
        start: float64 values of the variables.
    """
    sizes, shapes = dict(instance.sizes), {n: start[n].shape for n in s.variables}
    x = np.concatenate([np.ravel(start[n]) for n in s.variables])
    centre = [Fraction(v) for v in x.tolist()]
    with flint.ctx.workprec(BITS):
        for _ in range(STEPS):
            try:
                gradient, hessian = gradient_hessian(s, {**parameters, **_values(centre, shapes)}, sizes)
                step = _middle(flint.arb_mat(hessian.tolist()).solve(flint.arb_mat(gradient.reshape(-1, 1).tolist())))
            except (ConvexcheckError, ZeroDivisionError):
                return
            size = max(map(abs, step[:, 0]))
            moved = (c - v for c, v in zip(centre, step[:, 0], strict=True))
            centre = [Fraction(round(q * DENOMINATOR), DENOMINATOR) for q in moved]
            if size < CLOSE * (1 + max(map(abs, centre))):  # the next step is about as long as the square of this one
                break
        else:
            return
    matrix = np.array([[float(v.mid()) for v in row] for row in hessian])
    values, vectors = np.linalg.eigh((matrix + matrix.T) / 2)
    if not np.isfinite(values).all() or abs(values).min() == 0:
        return
    centre = [Fraction(repr(float(q))) for q in centre]  # a short decimal, close enough for the boxes below
    frame = vectors / np.sqrt(abs(values))
    inverse = (vectors / values) @ vectors.T
    for k in (40, 30):
        radius = Fraction(1, 2**k) * 2 ** max(0, round(max(map(abs, centre))).bit_length() - 6)
        yield CriticalPoint(instance, _arrays(centre, shapes), radius, _array(inverse), _array(frame))


def _middle(m: flint.arb_mat) -> np.ndarray[Any, Any]:
    cells = [[Fraction(int(v.mid().fmpq().p), int(v.mid().fmpq().q)) for v in row] for row in m.table()]
    return np.array(cells, dtype=object)


def _sections(x: Any, shapes: Mapping[str, tuple[int, ...]]) -> Iterator[tuple[str, tuple[int, ...], Any]]:
    start = 0
    for name, shape in shapes.items():
        size = int(np.prod(shape))
        yield name, shape, x[start : start + size]
        start += size


def _values(x: list[Fraction], shapes: Mapping[str, tuple[int, ...]]) -> dict[tuple[str, str], np.ndarray[Any, Any]]:
    rational = [flint.fmpq(q.numerator, q.denominator) for q in x]
    return {("var", n): np.array(part, dtype=object).reshape(s) for n, s, part in _sections(rational, shapes)}


def _arrays(x: list[Fraction], shapes: Mapping[str, tuple[int, ...]]) -> tuple[tuple[str, Array], ...]:
    return tuple((n, Array(shape, tuple(part))) for n, shape, part in _sections(x, shapes))


def _array(m: Floats) -> Array:
    return Array(m.shape, tuple(Fraction(float(f"{v:.9g}")).limit_denominator(10**12) for v in m.reshape(-1)))
