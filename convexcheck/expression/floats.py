"""Float64 arrays with bounds on their errors: elementary functions, and the arithmetic for `evaluate` (trusted).

NumPy's own functions have no proved bound. Here exp, log, sin, cos and erf are Taylor polynomials of degree 8 around
multiples of 1/32, whose coefficients and remainders come from balls; the others are made of them. All steps are sums,
products, quotients and square roots, which IEEE arithmetic rounds correctly. Proofs: docs/enclosures.md.
Source: J.-M. Muller, Elementary Functions, chapters 3 and 11; P. H. Sterbenz, Floating-Point Computation, section 4.3.
"""

import math
from collections.abc import Sequence
from functools import cache, reduce
from typing import Any

import flint
import numpy as np

from convexcheck.expression.enclosures import WHOLE, Enclosure, U, add, contract, finite, mul, number, radius, widened
from convexcheck.expression.functions import FUNCTIONS
from convexcheck.expression.objects import Inexact, each

DEGREE, HALF, MANY = 8, 2.0**-6, 4096  # half the distance of centres; entries beyond which no balls are used
_RANGES = {"exp": (-12, 12), "log": (22, 46), "sin": (-26, 26), "cos": (-26, 26), "erf": (-193, 193)}  # in 1/32
_LN2, _PI_2 = "log", "pi"


@cache
def _split(constant: str) -> tuple[float, float]:
    """log 2 or pi/2 as a number of 32 bits and a float64, off by less than u 2**-31."""
    with flint.ctx.workprec(256):
        exact = flint.arb(2).log() if constant == _LN2 else flint.arb.pi() / 2
        high = math.floor(float(exact) * 2.0**31) / 2.0**31
        return high, float((exact - flint.arb(high)).mid())


@cache
def _table(name: str) -> tuple[Any, float]:
    """Coefficients, row k that of t**k in every cell, and a bound on |value - function| in all of them."""
    low, high = _RANGES[name]
    rows, error = np.empty((DEGREE + 1, high - low + 1)), 0.0
    with flint.ctx.workprec(256):
        for j in range(low, high + 1):
            centre = flint.arb(j) / 32
            both = (flint.arb_series([c, 1], prec=DEGREE + 2) for c in (centre, flint.arb(centre, flint.arb(HALF))))
            near, wide = (getattr(series, name)() for series in both)
            rows[:, j - low] = [float(near[k].mid()) for k in range(DEGREE + 1)]
            size = sum((abs(near[k]) * flint.arb(HALF) ** k for k in range(DEGREE + 1)), flint.arb(0))
            total = wide[DEGREE + 1] * flint.arb(HALF) ** (DEGREE + 1) + flint.arb(0, 1) * size * (2 * DEGREE + 3) * U
            error = max(error, float(total.abs_upper()) * (1 + 2.0**-50))
    return rows, error


def _polynomial(name: str, t: Any) -> tuple[Any, float]:
    """The function at numbers in the range of its table, and a bound on the error of all of them."""
    rows, error = _table(name)
    j = np.clip(np.rint(np.nan_to_num(t) * 32).astype(np.int64), *_RANGES[name])
    d, cell = t - j / 32, j - _RANGES[name][0]
    found = rows[DEGREE][cell]
    for k in range(DEGREE - 1, -1, -1):
        found = found * d + rows[k][cell]
    return found, error


def exp(a: Enclosure) -> Enclosure:
    """The argument is n log 2 + t, the value 2**n times the polynomial at t; the radius is at most 1."""
    high, low = _split(_LN2)
    m, r = np.clip(a.mid, -800.0, 800.0), radius(a)
    n = np.rint(m / (high + low))
    value, error = _polynomial("exp", (m - n * high) - n * low)
    mid = np.ldexp(value, np.nan_to_num(n).astype(np.int64))
    relative = (error + 2 * U) / 0.7
    return _where(r <= 1, widened(mid, mid * (relative + 1.001 * (r + r * r))))


def log(a: Enclosure) -> Enclosure:
    """With m = 2**k f it is k log 2 + log f, f from 1/sqrt(2) to sqrt(2)."""
    high, low = _split(_LN2)
    f, k = np.frexp(np.abs(a.mid))
    small = f < 0.7072
    f, k = np.where(small, 2 * f, f), np.where(small, k - 1, k)
    value, error = _polynomial("log", f)
    mid, r = k * high + (value + k * low), radius(a)
    return _where(a.mid > r, widened(mid, error + U + U * np.abs(mid) + r / (a.mid - r)))


def wave(name: str, a: Enclosure) -> Enclosure:
    """sin or cos of k pi/2 + t; within 1 of 0 beyond |k| = 2**20."""
    high, low = _split(_PI_2)
    k = np.rint(np.clip(np.nan_to_num(a.mid), -(2.0**20), 2.0**20) / (high + low))
    t, turn = (a.mid - k * high) - k * low, (k.astype(np.int64) + (name == "cos")) % 4
    (sine, first), (cosine, second) = (_polynomial(f, t) for f in ("sin", "cos"))
    mid = np.where(turn % 2 == 0, sine, cosine) * np.where(turn < 2, 1.0, -1.0)
    near = np.abs(a.mid) <= 2.0**20
    error = np.where(near, max(first, second) + 2 * U + radius(a), 1.0)
    return _where(np.isfinite(a.mid) & np.isfinite(radius(a)), widened(np.where(near, mid, 0.0), error))


def erf(a: Enclosure) -> Enclosure:
    """erf, within 2**-54 of 1 beyond 6; its derivative is at most 2/sqrt(pi) < 1.13."""
    value, error = _polynomial("erf", np.clip(a.mid, -6.0, 6.0))
    return widened(value, error + 2.0**-54 + 1.13 * radius(a))


def _decay(a: Enclosure, factor: float) -> tuple[Any, float]:
    """exp(-factor |m|), and a bound on its relative error, underflow aside."""
    return exp(Enclosure(-factor * np.abs(a.mid))).mid, (_table("exp")[1] + 2 * U) / 0.7


def tanh(a: Enclosure) -> Enclosure:
    """(1 - e)/(1 + e) with e = exp(-2 |m|), whose derivative in e is at most 2; that of tanh is at most 1."""
    e, relative = _decay(a, 2.0)
    return widened(np.copysign((1 - e) / (1 + e), a.mid), 2 * relative + 4 * U + radius(a))


def sigmoid(a: Enclosure) -> Enclosure:
    """1/(1 + e) or e/(1 + e) with e = exp(-|m|), with the relative error of e at most; its derivative is <= 1/4."""
    e, relative = _decay(a, 1.0)
    mid = np.where(a.mid >= 0, 1.0, e) / (1 + e)
    return widened(mid, mid * (relative + 4 * U) + 0.25 * radius(a))


def softplus(a: Enclosure) -> Enclosure:
    """max(m, 0) + log(1 + e) with e = exp(-|m|); its derivative is at most 1."""
    e, relative = _decay(a, 1.0)
    tail = log(Enclosure(1 + e))
    mid = np.maximum(a.mid, 0.0) + tail.mid
    return widened(mid, tail.rad + 1.01 * (relative + U) + U * np.abs(mid) + radius(a))


def reciprocal(a: Enclosure) -> Enclosure:
    """|1/x - 1/m| <= r/(|m| (|m| - r))."""
    mid, size, r = 1 / a.mid, np.abs(a.mid), radius(a)
    return _where(size > r, widened(mid, U * np.abs(mid) + r / size / (size - r)))


def root(a: Enclosure) -> Enclosure:
    """|sqrt x - sqrt m| <= r/sqrt m."""
    mid, r = np.sqrt(a.mid), radius(a)
    return _where(a.mid >= r, widened(mid, U * mid + np.where(r == 0, 0.0, r / mid)))


def power(a: Enclosure, b: Enclosure) -> Enclosure:
    """Products, reciprocals and roots for one exact exponent k/2, |k| <= 64; else exp(b log a)."""
    q = float(np.ravel(b.mid)[0]) if b.rad is None and np.size(b.mid) == 1 else 0.1
    if abs(q) > 32 or 2 * q != round(2 * q):
        return exp(mul(b, log(a)))
    found = a if q == round(q) else root(a)
    whole = found if q else widened(a.mid * 0 + 1, 0.0)
    for _ in range(round(abs(q) * (1 if q == round(q) else 2)) - 1):
        whole = mul(whole, found)
    return reciprocal(whole) if q < 0 else whole


def function(name: str, *arrays: Enclosure) -> Enclosure:
    """A function of the table; where it is none of the above, in balls, for a few entries."""
    if name == "pi":
        return number(flint.arb.pi())
    a = arrays[0]
    if name == "abs":
        return Enclosure(np.abs(a.mid), a.rad)
    if name in ("sin", "cos"):
        return wave(name, a)
    rule = {"exp": exp, "log": log, "erf": erf, "tanh": tanh, "sigmoid": sigmoid, "softplus": softplus}.get(name)
    if rule is not None:
        return rule(a)
    if np.size(a.mid) > MANY:
        raise Inexact
    balls = each(lambda m, r: FUNCTIONS[name].ball(flint.arb(m, r)), a.mid, radius(a) + 0.0 * a.mid)
    found = Enclosure(*(each(lambda t, part=part: number(t)[part], balls).astype(float) for part in (0, 1)))
    return _where(np.isfinite(a.mid) & np.isfinite(radius(a)), found)


def _where(known: Any, a: Enclosure) -> Enclosure:
    return Enclosure(np.where(known, a.mid, np.nan), np.where(known, a.rad, np.nan))


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
