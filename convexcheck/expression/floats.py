"""Arrays of float64 with a bound on their error: midpoint-radius arithmetic (trusted).

An enclosure is all reals within `rad` of `mid`; `rad` None says that `mid` is finite and exact. With u = 2**-53, IEEE
rounding to nearest gives fl(x) = x (1 + d), |d| <= u, for sums and, but for underflow, products. A sum of k products
in any order, with or without fused operations, is within (k + 3) u of the sum of absolute values (k <= 2**22), as long
as no fast matrix product (Strassen) is used. Every radius is computed by at most 2**22 roundings of numbers >= 0 and
then widened by 1 + 2**-30, more than they can lose, and by 2**-990, more than underflows can lose, flushed or not.
Sums and products of integers below 2**53 are exact. The proofs: docs/enclosures.md.
Source: S. M. Rump, Verification methods, Acta Numerica 19 (2010), section 9; N. J. Higham, Accuracy and Stability of
Numerical Algorithms, chapter 3.
"""

from collections.abc import Sequence
from functools import reduce
from typing import Any, NamedTuple

import flint
import numpy as np

from convexcheck.expression.objects import Inexact

U, TINY, MAX_TERMS, _WHOLE = 2.0**-53, 2.0**-990, 2**22, 2.0**53
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


class Enclosure(NamedTuple):
    """The reals within `rad` of `mid`, entry by entry; exactly `mid` if `rad` is None."""

    mid: Any
    rad: Any = None

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of both."""
        return np.shape(self.mid)


def widened(mid: Any, error: Any) -> Enclosure:
    """The midpoint with a computed bound on its error, widened by what the bound's own roundings can lose."""
    return Enclosure(mid, np.broadcast_to(error * (1 + 2.0**-30) + TINY, np.shape(mid)))


def _rad(a: Enclosure) -> Any:
    return 0.0 if a.rad is None else a.rad


def _finite(a: Enclosure) -> bool:
    return bool(np.isfinite(a.mid).all() and np.isfinite(_rad(a)).all())


def _integers(*parts: Enclosure) -> bool:
    return all(a.rad is None and np.array_equal(np.rint(a.mid), a.mid) for a in parts)


def add(a: Enclosure, b: Enclosure) -> Enclosure:
    """The sum."""
    mid = a.mid + b.mid
    if _integers(a, b) and np.all(np.abs(mid) < _WHOLE):
        return Enclosure(mid)
    return widened(mid, _rad(a) + _rad(b) + U * np.abs(mid))


def mul(a: Enclosure, b: Enclosure) -> Enclosure:
    """The product."""
    mid = a.mid * b.mid
    if a.rad is None and np.size(a.mid) == 1 and np.all(np.abs(a.mid) == 1):
        return Enclosure(mid, None if b.rad is None else np.broadcast_to(b.rad, mid.shape))
    if _integers(a, b) and np.all(np.abs(mid) < _WHOLE):
        return Enclosure(mid)
    return widened(mid, np.abs(a.mid) * _rad(b) + _rad(a) * (np.abs(b.mid) + _rad(b)) + U * np.abs(mid))


def contract(a: Enclosure, b: Enclosure) -> Enclosure:
    """The product summed over the last axis, which both have, by matrix products where axes are separate."""
    depth, terms = max(len(a.shape), len(b.shape)), a.shape[-1]
    axes = [[d for d in range(depth) if d < len(f.shape) and (f.shape[-1 - d] > 1 or d == 0)][::-1] for f in (a, b)]
    kept = sorted({*axes[0], *axes[1]} - {0}, reverse=True)
    spec = ",".join("".join(_LETTERS[d] for d in own) for own in axes) + "->" + "".join(_LETTERS[d] for d in kept)

    def product(p: Any, q: Any) -> Any:
        parts = [x.reshape([f.shape[-1 - d] for d in own]) for x, f, own in zip((p, q), (a, b), axes, strict=True)]
        found = np.einsum(spec, *parts, optimize=True)
        lengths = dict(zip(kept, np.shape(found), strict=True))
        return np.reshape(found, [lengths.get(d, 1) for d in range(depth - 1, 0, -1)])

    if terms > MAX_TERMS or not (_finite(a) and _finite(b)):  # a product may skip zeros, and with them NaN
        return Enclosure(np.array(np.nan), np.array(np.nan))
    p, q = np.abs(a.mid), np.abs(b.mid)
    mid = product(a.mid, b.mid)
    if _integers(a, b) and np.all(product(p, q) < _WHOLE):
        return Enclosure(mid)
    error = product(p, _rad(b) + (terms + 3) * U * q)
    return widened(mid, error if a.rad is None else error + product(a.rad, q + _rad(b)))


class Floats:
    """The arithmetic of enclosures, raising Inexact for what it does not know; NaN is not known to be real."""

    moving = False

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
        both = _rad(a) + _rad(b) + np.abs(b.mid - a.mid)
        return widened(mid, np.where(truth > 0, _rad(a), np.where(truth < 0, _rad(b), both)))

    def function(self, name: str, *arrays: Enclosure) -> Enclosure:
        """A function of the table."""
        if name == "abs":
            return Enclosure(np.abs(arrays[0].mid), arrays[0].rad)
        raise Inexact

    def fold(self, op: str, a: Enclosure, b: Enclosure) -> Enclosure:
        """add, mul, max, pow."""
        if op == "max":
            rad = None if a.rad is b.rad is None else np.maximum(_rad(a), _rad(b))
            return Enclosure(np.maximum(a.mid, b.mid), rad)
        if op == "pow":
            k = b.mid.item() if b.rad is None and np.size(b.mid) == 1 else 0
            if k in range(1, 65):
                return reduce(mul, [a] * int(k))
            raise Inexact
        return {"add": add, "mul": mul}[op](a, b)

    def compare(self, op: str, a: Enclosure, b: Enclosure) -> np.ndarray:
        """Whether the difference is beyond its radius; a radius that is not finite decides nothing."""
        exact = a.rad is b.rad is None
        sign = np.greater(b.mid, a.mid).astype(float) - np.less(b.mid, a.mid)
        gap = Enclosure(sign, np.zeros(sign.shape)) if exact else add(b, Enclosure(-a.mid, a.rad))
        yes, no = {"le": (gap.mid >= gap.rad, gap.mid < -gap.rad), "lt": (gap.mid > gap.rad, gap.mid <= -gap.rad),
                   "eq": (exact & (gap.mid == 0), np.abs(gap.mid) > gap.rad)}[op]
        return np.where(np.isfinite(gap.rad), np.subtract(yes, no, dtype=np.int8), 0).astype(np.int8)

    def matrix(self, op: str, body: Enclosure, shape: tuple[int, int]) -> Enclosure:
        """A function of each matrix: not known."""
        raise Inexact

    def pick(self, found: Enclosure, places: Sequence[np.ndarray], size: int) -> Enclosure:
        """An entry of what `matrix` found: not known."""
        raise Inexact

    def item(self, array: Enclosure) -> Any:
        """The enclosure as a ball."""
        known = _finite(array)
        return flint.arb(float(array.mid), float(_rad(array))) if known else flint.arb("nan")

    def whole(self, array: Enclosure) -> np.ndarray:
        """The natural numbers in an array as integers; -1 for what is none, or not known to be."""
        natural = (np.rint(array.mid) == array.mid) & (array.mid >= 0) & (array.mid < _WHOLE) & (array.rad is None)
        return np.where(natural, array.mid, -1.0).astype(np.int64)
