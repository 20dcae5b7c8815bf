"""The arithmetic of float64 arrays with a bound on their error: midpoint-radius arithmetic (trusted).

The rules and their proofs are in `enclosures` and `elementary`; here they take their places in `evaluate`.
"""

from collections.abc import Sequence
from functools import reduce
from typing import Any

import flint
import numpy as np

from convexcheck.expression.elementary import function, power
from convexcheck.expression.enclosures import WHOLE, Enclosure, U, add, contract, finite, mul, radius, widened
from convexcheck.expression.objects import Inexact


class Floats:
    """The arithmetic of enclosures, raising Inexact for what it does not know; NaN is not known to be real."""

    moving, chunk = False, 1024

    def load(self, array: np.ndarray, direction: np.ndarray | None = None) -> Enclosure:
        """An array of float64, or of ``flint.fmpq``, as its own kind."""
        if array.dtype == object:
            if not all(isinstance(q, flint.fmpq) for q in array.flat):
                raise Inexact
            floats = np.array([int(q.p) / int(q.q) for q in array.reshape(-1)], dtype=float).reshape(array.shape)
            same = all(flint.fmpq(*v.as_integer_ratio()) == q for v, q in zip(floats.flat, array.flat, strict=True))
            return Enclosure(floats) if same else widened(floats, U * np.abs(floats))
        if not np.isfinite(array).all():
            raise Inexact
        return Enclosure(array)

    def undefined(self) -> Enclosure:
        """What is not known to be real."""
        return Enclosure(np.array(np.nan), np.array(np.nan))

    def take(self, array: Enclosure, places: tuple[np.ndarray, ...]) -> Enclosure:
        """The entries at the places."""
        return Enclosure(*(None if part is None else part[places] for part in array))

    def total(self, factors: Sequence[Enclosure], size: int) -> Enclosure:
        """The product of the factors, summed over the last axis, which has the size or is missing."""
        groups, outer = list[Enclosure](), list[Enclosure]()
        for f in factors:
            if not f.shape or f.shape[-1] != size:
                outer.append(Enclosure(*(p[..., 0] if np.ndim(p) else p for p in f)))
                continue
            alike = (k for k, g in enumerate(groups) if np.broadcast_shapes(f.shape, g.shape) in (f.shape, g.shape))
            k = next(alike, min(len(groups), 1))
            groups[k : k + 1] = [mul(groups[k], f) if k < len(groups) else f]
        if groups:
            outer.append(contract(groups[0], groups[1] if len(groups) == 2 else Enclosure(np.ones(size))))
        return reduce(mul, outer if groups else [*outer, Enclosure(np.array(float(size)))])

    def largest(self, array: Enclosure) -> Enclosure:
        """|max a - max b| <= max |a - b|."""
        return Enclosure(*(None if p is None else np.atleast_1d(p).max(axis=-1) for p in array))

    def leader(self, array: Enclosure) -> np.ndarray:
        """Where the maximum over the last axis is, probably."""
        return np.asarray(np.argmax(array.mid, axis=-1))

    def where(self, truth: np.ndarray, a: Enclosure, b: Enclosure) -> Enclosure:
        """One of two values, or their union."""
        mid = np.where(truth < 0, b.mid, a.mid)
        if a.rad is b.rad is None and np.all(truth):
            return Enclosure(mid)
        both = radius(a) + radius(b) + np.abs(b.mid - a.mid)
        return widened(mid, np.where(truth > 0, radius(a), np.where(truth < 0, radius(b), both)))

    def function(self, name: str, *arrays: Enclosure) -> Enclosure:
        """A function of the table."""
        return function(name, *arrays)

    def fold(self, op: str, a: Enclosure, b: Enclosure) -> Enclosure:
        """add, mul, max, pow."""
        if op == "max":
            rad = None if a.rad is b.rad is None else np.maximum(radius(a), radius(b))
            return Enclosure(np.maximum(a.mid, b.mid), rad)
        return {"add": add, "mul": mul, "pow": power}[op](a, b)

    def compare(self, op: str, a: Enclosure, b: Enclosure) -> np.ndarray:
        """Whether the difference is beyond its radius; a radius that is not finite decides nothing."""
        exact = a.rad is b.rad is None
        sign = np.greater(b.mid, a.mid).astype(float) - np.less(b.mid, a.mid)
        gap = Enclosure(sign, np.zeros(sign.shape)) if exact else add(b, Enclosure(-a.mid, a.rad))
        yes, no = {"le": (gap.mid >= gap.rad, gap.mid < -gap.rad), "lt": (gap.mid > gap.rad, gap.mid <= -gap.rad),
                   "eq": (exact & (gap.mid == 0), np.abs(gap.mid) > gap.rad)}[op]
        return np.where(np.isfinite(gap.rad), np.subtract(yes, no, dtype=np.int8), 0).astype(np.int8)

    def item(self, array: Enclosure) -> Any:
        """The enclosure as a ball."""
        known = finite(array)
        return flint.arb(float(array.mid), float(radius(array))) if known else flint.arb("nan")

    def whole(self, array: Enclosure) -> np.ndarray:
        """The natural numbers in an array as integers; -1 for what is none, or not known to be."""
        natural = (np.rint(array.mid) == array.mid) & (array.mid >= 0) & (array.mid < WHOLE) & (array.rad is None)
        return np.where(natural, array.mid, -1.0).astype(np.int64)
