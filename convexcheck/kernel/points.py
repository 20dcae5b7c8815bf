"""Values at explicit points: instances, conditions and gaps, in rationals or balls (trusted)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import flint
import numpy as np

from convexcheck.certificate.arrays import values as entries_of
from convexcheck.certificate.evidence import Array, Instance
from convexcheck.expression.binding import instantiate
from convexcheck.expression.evaluate import Inexact, Undefined, Values, evaluate
from convexcheck.expression.statement import Condition, Declaration, Statement
from convexcheck.expression.term import Expression, apply, over
from convexcheck.kernel.scope import Rejection

Named = Sequence[tuple[str, Array]]
PRECISIONS = (64, 128, 256, 512, 1024)


def point(s: Statement, instance: Instance, variables: Named, folder: Path | None) -> tuple[Values, dict[str, int]]:
    """The exact values of all arrays at an instance, and its sizes; every declaration is respected."""
    sizes = dict(instance.sizes)
    if len(sizes) != len(instance.sizes) or set(sizes) != set(s.sizes) or any(sizes[n] < s.sizes[n] for n in sizes):
        raise Rejection("point", f"sizes {instance.sizes} do not fit {dict(s.sizes)}")
    found: dict[tuple[str, str], np.ndarray] = {}
    kinds = (("par", s.parameters, instance.parameters), ("var", s.variables, variables))
    for op, declared, given in kinds:
        if [n for n, _ in given] != list(declared):
            raise Rejection("point", f"values for {[n for n, _ in given]}, declared {list(declared)}")
        for name, array in given:
            found[op, name] = _array(name, declared[name], array, sizes, folder)
    return found, sizes


def _array(name: str, d: Declaration, array: Array, sizes: Mapping[str, int], folder: Path | None) -> np.ndarray:
    shape = tuple(int(s.data) if s.op == "const" else sizes[s.data] for s in d.shape)
    if shape != array.shape or array.digest != d.array:
        raise Rejection("point", f"{name} has shape {array.shape}, digest {array.digest[:16]!r}; declared {shape}, {d.array[:16]!r}")
    exact = entries_of(array, folder)
    if d.integer and any(q.q != 1 for q in exact.reshape(-1)):
        raise Rejection("point", f"{name} has entries that are not integers")
    return exact


def decide(value: Callable[[bool], Any], test: Callable[[Any], bool]) -> Any:
    """``value(exact)`` if `test` accepts it, exactly or in balls of growing precision; else None."""
    try:
        exact = value(True)
        return exact if test(exact) else None
    except Inexact:
        pass
    except Undefined:
        return None
    for bits in PRECISIONS:
        with precision(bits):
            try:
                ball = value(False)
            except Undefined:
                continue
            if ball.is_finite() and test(ball):
                return ball
    return None


@contextmanager
def precision(bits: int) -> Iterator[None]:
    """Balls of `bits` bits inside."""
    before, flint.ctx.prec = flint.ctx.prec, bits
    try:
        yield
    finally:
        flint.ctx.prec = before


def closed(c: Condition) -> Expression:
    """A number whose sign decides the condition for all its indices: minus the largest violation."""
    worst = -c.body
    for size in c.sizes:
        worst = over("Max", size, worst)
    return -worst


def holds(c: Condition, values: Values, sizes: Mapping[str, int], strict: bool = False) -> bool:
    """Whether the condition surely holds at the point (`strict`: with > instead of >=)."""
    if c.relation in ("psd", "posdef", "symmetric"):
        return _matrix_holds(c, values, sizes, strict)
    if any((int(s.data) if s.op == "const" else sizes[s.data]) == 0 for s in c.sizes):
        return True
    if c.relation == "eq":
        c = Condition("ge", -apply("abs", c.body), c.sizes)
        strict = False
    worst, positive = closed(c), c.relation == "gt" or strict
    test = (lambda b: b > 0) if positive else (lambda b: b >= 0)
    return decide(lambda exact: evaluate(worst, values, sizes, exact), test) is not None


def fails(c: Condition, values: Values, sizes: Mapping[str, int]) -> bool:
    """Whether the condition surely fails at the point."""
    if c.relation not in ("ge", "gt"):
        return False
    worst, test = closed(c), (lambda b: b <= 0) if c.relation == "gt" else (lambda b: b < 0)
    return decide(lambda exact: evaluate(worst, values, sizes, exact), test) is not None


def _matrix_holds(c: Condition, values: Values, sizes: Mapping[str, int], strict: bool) -> bool:
    """Exact LDL^T with symmetric elimination: PSD iff every pivot is > 0, or is 0 with a zero row."""
    n = int(c.sizes[0].data) if c.sizes[0].op == "const" else sizes[c.sizes[0].data]
    rows = [[evaluate(instantiate(c.body, [i, j]), values, sizes, exact=True) for j in range(n)] for i in range(n)]
    if any(rows[i][j] != rows[j][i] for i in range(n) for j in range(i)):
        return False
    for k in range(n if c.relation != "symmetric" else 0):
        pivot = rows[k][k]
        if pivot < 0 or (pivot == 0 and (strict or c.relation == "posdef" or any(rows[k][j] != 0 for j in range(k, n)))):
            return False
        for i in range(k + 1, n) if pivot != 0 else ():
            factor = rows[i][k] / pivot
            rows[i] = [x - factor * y for x, y in zip(rows[i], rows[k], strict=True)]
    return True
