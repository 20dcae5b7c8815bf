"""Float64 numbers with a bound on their error: sums, products, matrix products (trusted).

An enclosure is all reals within `rad` of `mid`; `rad` None says that `mid` is finite and exact. With u = 2**-53, IEEE
rounding to nearest gives fl(x) = x (1 + d), |d| <= u, for sums and, but for underflow, products. A sum of k products
in any order, with or without fused operations, is within (k + 3) u of the sum of absolute values (k <= 2**22), as
long as no fast matrix product (Strassen) is used; a sum of m sums of k products within (k + m + 2) u. Every radius is
computed by at most 2**22 roundings of numbers >= 0 and then widened by 1 + 2**-30, more than they can lose, and by
2**-990, more than underflows can lose, flushed or not. Sums and products of integers below 2**53 are exact. The
proofs: docs/enclosures.md.
Source: S. M. Rump, Verification methods, Acta Numerica 19 (2010), section 9; N. J. Higham, Accuracy and Stability of
Numerical Algorithms, chapter 3.
"""

import math
import operator
from collections.abc import Callable
from fractions import Fraction
from functools import reduce
from typing import Any, NamedTuple

import flint
import numpy as np

U, TINY, MAX_TERMS, WHOLE, BLOCK = 2.0**-53, 2.0**-990, 2**22, 2.0**53, 128
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


def radius(a: Enclosure) -> Any:
    """The radius as numbers."""
    return 0.0 if a.rad is None else a.rad


def finite(a: Enclosure) -> bool:
    """Whether every entry is known."""
    return bool(np.isfinite(a.mid).all() and np.isfinite(radius(a)).all())


def number(ball: Any) -> Enclosure:
    """A ball as an enclosure."""
    mid = float(ball.mid())
    return widened(mid, float((ball - flint.arb(mid)).abs_upper()) if math.isfinite(mid) else math.nan)


def _integers(*parts: Enclosure) -> bool:
    return all(a.rad is None and np.array_equal(np.rint(a.mid), a.mid) for a in parts)


def _exact(operation: Callable[[Any, Any], Any], a: Enclosure, b: Enclosure, mid: Any) -> bool:
    """Whether nothing was rounded: two numbers, or integers with a result below 2**53."""
    if a.rad is not None or b.rad is not None:
        return False
    if np.size(mid) == 1:
        p, q, found = (float(np.ravel(part)[0]) for part in (a.mid, b.mid, mid))
        return math.isfinite(found) and bool(operation(Fraction(p), Fraction(q)) == Fraction(found))
    return _integers(a, b) and bool(np.all(np.abs(mid) < WHOLE))


def add(a: Enclosure, b: Enclosure) -> Enclosure:
    """The sum."""
    mid = a.mid + b.mid
    if _exact(operator.add, a, b, mid):
        return Enclosure(mid)
    return widened(mid, radius(a) + radius(b) + U * np.abs(mid))


def mul(a: Enclosure, b: Enclosure) -> Enclosure:
    """The product."""
    mid = a.mid * b.mid
    if a.rad is None and np.size(a.mid) == 1 and np.all(np.abs(a.mid) == 1):
        return Enclosure(mid, None if b.rad is None else np.broadcast_to(b.rad, mid.shape))
    if _exact(operator.mul, a, b, mid):
        return Enclosure(mid)
    return widened(mid, np.abs(a.mid) * radius(b) + radius(a) * (np.abs(b.mid) + radius(b)) + U * np.abs(mid))


def contract(a: Enclosure, b: Enclosure) -> Enclosure:
    """The product summed over the last axis, which both have, by matrix products where axes are separate."""
    depth, terms = max(len(a.shape), len(b.shape)), a.shape[-1]
    axes = [[d for d in range(depth) if d < len(f.shape) and (f.shape[-1 - d] > 1 or d == 0)][::-1] for f in (a, b)]
    kept = sorted({*axes[0], *axes[1]} - {0}, reverse=True)
    spec = ",".join("".join(_LETTERS[d] for d in own) for own in axes) + "->" + "".join(_LETTERS[d] for d in kept)

    def product(p: Any, q: Any) -> Any:
        parts = [x.reshape([x.shape[-1 - d] for d in own]) for x, own in zip((p, q), axes, strict=True)]
        found = np.einsum(spec, *parts, optimize=True)
        lengths = dict(zip(kept, np.shape(found), strict=True))
        return np.reshape(found, [lengths.get(d, 1) for d in range(depth - 1, 0, -1)])

    if terms > MAX_TERMS or not (finite(a) and finite(b)):  # a product may skip zeros, and with them NaN
        return Enclosure(np.array(np.nan), np.array(np.nan))
    p, q = np.abs(a.mid), np.abs(b.mid)
    block = max(terms, 1) if terms <= 2 * BLOCK else max(BLOCK, math.isqrt(terms))
    blocks = [slice(k, k + block) for k in range(0, terms, block)] or [slice(0)]
    mid = reduce(operator.iadd, (product(a.mid[..., part], b.mid[..., part]) for part in blocks))
    if _integers(a, b) and np.all(product(p, q) < WHOLE):
        return Enclosure(mid)
    error = product(p, radius(b) + (block + len(blocks) + 2) * U * q)
    return widened(mid, error if a.rad is None else error + product(a.rad, q + radius(b)))
