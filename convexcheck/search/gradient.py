"""Gradients of compiled expressions by one reverse sweep over the tape (untrusted).

At a kink any one-sided derivative may come out; the search only needs a direction.
Source: A. Griewank, A. Walther, Evaluating Derivatives, chapter 3.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping

import numpy as np

from convexcheck.expression.functions import GAMMAS
from convexcheck.search.numeric import UNARY, Floats, Program, Step, Values, contraction, positions, power


def _next(name: str) -> Callable[[Floats, Floats], Floats]:
    return lambda t, y: UNARY[name](t)


SLOPES: dict[str, Callable[[Floats, Floats], Floats]] = {
    "exp": lambda t, y: y,
    "log": lambda t, y: 1.0 / t,
    "abs": lambda t, y: np.sign(t),
    "sin": lambda t, y: np.cos(t),
    "cos": lambda t, y: -np.sin(t),
    "atan": lambda t, y: 1.0 / (1.0 + t * t),
    "asinh": lambda t, y: 1.0 / np.sqrt(1.0 + t * t),
    "sinh": lambda t, y: np.cosh(t),
    "cosh": lambda t, y: np.sinh(t),
    "tanh": lambda t, y: 1.0 - y * y,
    "sigmoid": lambda t, y: y * (1.0 - y),
    "softplus": lambda t, y: 1.0 / (1.0 + np.exp(-t)),
    "erf": lambda t, y: 2.0 / math.sqrt(math.pi) * np.exp(-t * t),
    "erfc": lambda t, y: -2.0 / math.sqrt(math.pi) * np.exp(-t * t),
    "asin": lambda t, y: 1.0 / np.sqrt(1.0 - t * t),
    "lambertw": lambda t, y: np.exp(-y) / (1.0 + y),
    "loggamma": lambda t, y: UNARY["digamma"](t),
    "gamma": lambda t, y: y * UNARY["digamma"](t),
    **{name: _next(following) for name, following in itertools.pairwise(GAMMAS)},
    GAMMAS[-1]: lambda t, y: np.full_like(t, np.nan),
}


def gradient(program: Program, values: Values) -> tuple[Floats, Mapping[tuple[str, str], Floats]]:
    """The value at each point of a batch and its derivatives in every entry of every variable.

    Args:
        program: a compiled scalar.
        values: as for the program; variables with their full batch.

    >>> from convexcheck.expression.term import entry
    >>> f, g = gradient(Program(entry("var", "x") ** 2, {}), {("var", "x"): np.array([2.0, 3.0])})
    >>> g["var", "x"]
    array([4., 6.])
    """
    done = program.run(values)
    total = {name: np.zeros(a.shape) for name, a in values.items() if name[0] == "var"}
    points = max((a.shape[-1] for a in total.values()), default=1)
    adjoint: list[Floats | None] = [None] * len(done)
    adjoint[program.result] = np.ones((*done[program.result].shape[:-1], points))
    with np.errstate(all="ignore"):
        for k in range(len(done) - 1, -1, -1):
            step, out = program.steps[k], adjoint[k]
            adjoint[k] = None
            if out is None or not step.active:
                continue
            out = np.broadcast_to(out, (*done[k].shape[:-1], points))
            if step.op == "entry":
                _scatter(step, out, [done[a] for a in step.args], total)
                continue
            for position, a in enumerate(step.args):
                if program.steps[a].active:
                    part = _pull(step, position, out, [done[b] for b in step.args], done[k])
                    part = _fit(part, done[a].shape[:-1])
                    known = adjoint[a]
                    adjoint[a] = part if known is None else known + part
    return np.broadcast_to(done[program.result], (points,)), total


def _fit(part: Floats, shape: tuple[int, ...]) -> Floats:
    """Sum over the axes along which a value was repeated; the batch stays."""
    while part.ndim - 1 > len(shape):
        part = part.sum(axis=0)
    axes = tuple(j for j, n in enumerate(shape) if n == 1 and part.shape[j] != 1)
    return part.sum(axis=axes, keepdims=True) if axes else part


def _pull(step: Step, position: int, out: Floats, args: list[Floats], value: Floats) -> Floats:
    """The part of the adjoint `out` of a step that goes to its argument at `position`."""
    op, here = step.op, args[position]
    if op == "add":
        return out
    if op == "mul":
        for other in (*args[:position], *args[position + 1 :]):
            out = out * other
        return out
    if op == "power":
        return out * float(step.data) * power(here, step.data - 1)
    if op == "pow":
        base, q = args
        return out * q * np.power(base, q - 1.0) if position == 0 else out * value * np.log(base)
    if op == "max":
        return out * (here >= value)
    if op == "where":
        return out * (args[0] if position == 1 else np.logical_not(args[0])) if position else np.zeros(out.shape)
    if op == "Sum":
        repeated = here.ndim < 2 or (here.shape[-2] == 1 and step.data != 1)
        return out * step.data if here.ndim < 2 else out[..., None, :] * (step.data if repeated else 1.0)
    if op == "Max":
        return out if here.ndim < 2 else out[..., None, :] * (here >= value[..., None, :])
    if op == "contract":
        return _uncontract(step, position, out, args)
    slope = SLOPES.get(op)
    return out * slope(here, value) if slope else np.zeros(out.shape)


def _uncontract(step: Step, position: int, out: Floats, args: list[Floats]) -> Floats:
    here, others = args[position], [*args[:position], *args[position + 1 :]]
    wide = out[..., None, :]
    present = any(a.ndim > 1 and a.shape[-2] != 1 for a in args)
    depth = max(wide.ndim, *(a.ndim for a in args))
    keep = [d == 0 or (d < here.ndim and here.shape[-1 - d] != 1) for d in range(depth)]
    part = contraction([wide, *others], keep)
    repeats = 1 if present else step.data
    return part.reshape(part.shape[depth - here.ndim :]) * repeats


def _scatter(step: Step, out: Floats, args: list[Floats], total: dict[tuple[str, str], Floats]) -> None:
    """Add the adjoint of an entry to the gradient of its array."""
    name, plan = step.data
    if name not in total:
        return
    target = total[name]
    if plan is None:
        cells, _ = positions(args, target.shape)
        np.add.at(target, cells, np.broadcast_to(out, (*cells[0].shape, out.shape[-1])))
        return
    pick, order, gaps = plan
    if gaps:
        out = out.reshape([n for j, n in enumerate(out.shape) if out.ndim - 2 - j not in gaps or j == out.ndim - 1])
    back = np.argsort(order) if order else ()
    target[pick] += out.transpose(*back, len(order))
