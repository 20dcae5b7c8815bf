"""Evidence of negative curvature from a point and a direction in float64 (untrusted: the kernel recomputes it).

Where a direction comes from (an eigenvector, a random draw) is the caller's business. A few entries are written out in
as few bits as keep the sign of the second derivative; many become arrays beside the certificate, as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from typing import Any

import flint
import numpy as np

from convexcheck.certificate.evidence import Array, Instance, NegativeCurvature
from convexcheck.expression.errors import ConvexcheckError
from convexcheck.expression.evaluate import Arithmetic, value
from convexcheck.expression.floats import Floats
from convexcheck.expression.jets import Jets
from convexcheck.expression.objects import Inexact, Objects
from convexcheck.expression.statement import Statement

Arrays = Mapping[str, "np.ndarray[Any, Any]"]
WRITTEN, SMALL = 400, 20_000  # entries that are written out; entries of all arrays that rationals and balls take
_BITS = (2, 5, 10, 20)
_LEVELS: dict[str, Callable[[], Arithmetic]] = {
    "rational": lambda: Objects(flint.fmpq),
    "ball": lambda: Objects(flint.arb),
    "midpoint-radius": Floats,
}


def negative_curvature(
    s: Statement, side: str, instance: Instance, data: Arrays, x: Arrays, v: Arrays, digest: Callable[[Any], str]
) -> tuple[NegativeCurvature, dict[str, np.ndarray[Any, Any]]] | None:
    """Evidence that the second derivative along v at x has the wrong sign, or None if it is not seen to have it.

    Args:
        s: the statement.
        side: "convex" or "concave", which is to be refuted.
        instance: sizes and parameters, as the certificate names them.
        data: float64 values of the same parameters.
        x: the point, float64 arrays by variable.
        v: the direction, likewise.
        digest: names an array by its content.

    Returns:
        The evidence, and the arrays that it names by their digests.

    >>> from convexcheck.expression.statement import Declaration
    >>> from convexcheck.expression.term import entry
    >>> s = Statement(entry("var", "x") ** 3, {"x": Declaration()})
    >>> found = negative_curvature(s, "convex", Instance((), ()), {}, {"x": np.array(-1.1)}, {"x": np.array(0.9)}, str)
    >>> found[0].level, str(found[0].x[0][1])
    ('rational', '-1')
    """
    sign, count = (1 if side == "convex" else -1), sum(a.size for a in x.values())
    many = count + sum(a.size for a in data.values()) > SMALL
    for at, along in _rounded(x, v) if count <= WRITTEN else [(x, v)]:
        for level in ("midpoint-radius",) if many else _LEVELS:
            found = _second(s, dict(instance.sizes), data, at, along, level)
            if found is None or not sign * found < 0:
                continue
            files: dict[str, np.ndarray[Any, Any]] = {}
            point, direction = (
                tuple((n, _array(a[n], count <= WRITTEN, digest, files)) for n in s.variables) for a in (at, along)
            )
            step = Fraction(1, 2**20) if s.domain else Fraction(1)
            return NegativeCurvature(instance, point, direction, level, step), files
    return None


def _rounded(x: Arrays, v: Arrays) -> Iterator[tuple[Arrays, Arrays]]:
    """Both in few bits, then as they are; the direction relative to its largest entry."""
    largest = max((float(np.abs(a).max(initial=0.0)) for a in v.values()), default=0.0)
    for bits in _BITS:
        if largest > 0:
            grid = 2.0**bits
            at = {n: np.asarray(np.rint(a * grid) / grid) for n, a in x.items()}
            yield at, {n: np.asarray(np.rint(a / largest * grid) / grid) for n, a in v.items()}
    yield x, v


def _second(s: Statement, sizes: Mapping[str, int], data: Arrays, x: Arrays, v: Arrays, level: str) -> Any:
    parts = (("par", data), ("var", x), ("dir", v))
    values = {(op, n): np.asarray(a, float) for op, part in parts for n, a in part.items()}
    try:
        z = value(s.function, values, sizes, Jets(_LEVELS[level]()))
    except (Inexact, ConvexcheckError):
        return None
    return z[2] if level == "rational" or all(part.is_finite() for part in z) else None


def _array(a: np.ndarray[Any, Any], written: bool, digest: Callable[[Any], str], files: dict[str, Any]) -> Array:
    if written:
        return Array(a.shape, tuple(Fraction(q) for q in np.asarray(a, float).reshape(-1).tolist()))
    name = digest(np.asarray(a, float))
    files[name] = np.asarray(a, float)
    return Array(a.shape, (), name)
