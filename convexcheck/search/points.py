"""Points of a domain, and instances of the sizes and parameters, in small rationals (untrusted).

`inside` is the evidence that a domain is not empty; `Instances` is where a counterexample search begins.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from convexcheck.certificate.evidence import Array, Instance
from convexcheck.expression.errors import ConvexcheckError
from convexcheck.expression.objects import rationals
from convexcheck.expression.statement import Statement
from convexcheck.search.numeric import Floats
from convexcheck.search.recheck import Exact, strictness
from convexcheck.search.space import Space, parameter_space

_QUARTERS = (4, 0, 2, 8, -4, 1, 12, -8, 40, -2, 20, -40, 400)
FILLS = tuple(Fraction(k, 4) for k in _QUARTERS)
DENOMINATORS = (1, 2, 4, 10, 100, 1000, 10**6)
_TRIES = 2000

Coordinates = list[Fraction]
Parameters = tuple[int, Exact, tuple[tuple[str, Array], ...]]  # how strictly, exact values, as evidence holds them


def inside(
    statement: Statement, seed: int = 0, arrays: Mapping[str, np.ndarray[Any, Any]] | None = None
) -> Instance | None:
    """A point that satisfies every condition, at small sizes and in small rationals.

    Args:
        statement: its sizes are taken as small as its conditions allow.
        seed: of the random search that follows where simple points fail.
        arrays: values of the parameters that are fixed data, by name.

    Returns:
        Values for sizes, parameters and variables, checked in rationals or balls; None where none was found.

    >>> from convexcheck.expression.statement import Condition, Declaration
    >>> from convexcheck.expression.term import entry
    >>> x = entry("var", "x")
    >>> s = Statement(x, {"x": Declaration()}, domain=(Condition("gt", x - 2), Condition("ge", 3 - x)))
    >>> inside(s).variables[0][1].entries
    (Fraction(5, 2),)
    """
    return next((instance for _, instance in Instances(statement, seed, arrays).first()), None)


def _held(array: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """The data as float64 where that is exact, so that no rational is made before it is needed."""
    entries = np.asarray(array)
    found = entries.astype(np.float64) if entries.dtype.kind in "biuf" else entries
    return found if entries.dtype.kind in "bf" or bool(np.all(np.abs(found) < 2.0**53)) else rationals(entries)


class Instances:
    """Sizes and parameters that satisfy `given`, simplest first.

    Args:
        statement: what they are instances of.
        seed: of the random numbers.
        arrays: values of the parameters that are fixed data; they also fix the sizes of their axes.
        sizes: sizes to use instead of choosing.
    """

    def __init__(
        self,
        statement: Statement,
        seed: int = 0,
        arrays: Mapping[str, np.ndarray[Any, Any]] | None = None,
        sizes: Mapping[str, int] | None = None,
    ) -> None:
        self.statement, self.rng = statement, np.random.default_rng(seed)
        arrays = arrays or {}
        for name, d in statement.parameters.items():
            if bool(d.array) != (name in arrays):
                what = f"no data for the parameter {name}" if d.array else f"data for the free parameter {name}"
                raise ConvexcheckError("search", what, "data for exactly the parameters that are fixed")
        self.fixed: Exact = {("par", n): _held(arrays[n]) for n, d in statement.parameters.items() if d.array}
        self.known = dict(sizes or {})
        for (_, name), a in self.fixed.items():
            for size, n in zip(statement.parameters[name].shape, a.shape, strict=True):
                if size.op == "dim":
                    self.known[size.data] = n

    def sizes(self) -> Iterator[dict[str, int]]:
        """Values for the symbolic sizes that satisfy `given`: the least ones, then larger ones, then mixtures."""
        names = [n for n in self.statement.sizes if n not in self.known]
        about = [c for c in self.statement.given if not c.body.has("par", "var")]
        low = {n: self.statement.sizes[n] for n in names}
        equal: Iterator[Sequence[int]] = ([k] * len(names) for k in (0, 1, 2, 3))
        few = itertools.islice(itertools.product((1, 2, 3), repeat=len(names)), 27)
        many = itertools.islice(itertools.product((1, 2, 4, 7, 12), repeat=len(names)), 1, 200 if about else 1)
        seen = set()
        for wanted in itertools.chain(equal, few, many):
            choice = tuple(max(low[n], k) for n, k in zip(names, wanted, strict=True))
            found = {**self.known, **dict(zip(names, choice, strict=True))}
            if choice not in seen and all(strictness(c, {}, found) for c in about):
                yield found
            seen.add(choice)

    def first(self) -> Iterator[tuple[int, Instance]]:
        """Instances with a point of the domain, and how strictly it satisfies the conditions (2 or 1)."""
        for sizes in itertools.islice(self.sizes(), 8):
            given = self.parameters(sizes)
            for strict, values, pairs in itertools.islice(given, 8):
                space = self.domain(sizes, values)
                z = anchor(space, self.rng)
                if z is not None:
                    found = min(strict, space.strictness(z))
                    if found:
                        yield found, Instance(tuple(sizes.items()), pairs, space.arrays(z))

    def domain(self, sizes: Mapping[str, int], parameters: Exact) -> Space:
        """The coordinates of the variables at some sizes and parameters."""
        return Space(self.statement.variables, self.statement.domain, sizes, parameters)

    def parameters(self, sizes: Mapping[str, int]) -> Iterator[Parameters]:
        """Parameters that satisfy `given`, simplest first; many where they are free."""
        space = parameter_space(self.statement, sizes, self.fixed)
        first = anchor(space, self.rng)
        if first is None:
            return
        yield self._pairs(space, first)
        if not space.dimension:
            return
        space.anchor = np.array([float(q) for q in first])
        seen, misses, step = {tuple(first)}, 0, 0
        while misses < 30:
            z, step, misses = self.simple(space, step), step + 1, misses + 1
            if z is not None and tuple(z) not in seen:
                seen.add(tuple(z))
                misses = 0
                yield self._pairs(space, z)

    def simple(self, space: Space, step: int) -> Coordinates | None:
        """Random coordinates with few digits that satisfy the conditions, or None."""
        pool = np.array([1.0, -1.0, 0.0, 2.0, 0.5, -2.0, 3.0, -0.5, -3.0, 5.0, 10.0, 0.25, 0.1, 30.0][: 4 + step // 4])
        fill = self.rng.choice(pool, size=len(space.shapes))
        if step > 40:  # and then numbers of two digits at any scale
            more = self.rng.normal(size=8) * 10.0 ** self.rng.integers(-1, 3, size=8)
            pool = np.concatenate([pool, np.round(more, 1)])
        z = np.empty(space.dimension)
        for k, (name, start) in enumerate(space.starts.items()):
            mine = (space.free >= start) & (space.free < start + math.prod(space.shapes[name]))
            z[mine] = fill[k] if step < 6 else self.rng.choice(pool, size=int(mine.sum()))
        edge = self.rng.choice(np.stack([space.lo, space.hi]), axis=0)
        z = np.where(np.isfinite(edge) & (self.rng.random(len(z)) < 0.3), edge, z)
        z = _with_matrices(space, z, self.rng)
        moved = space.pull(z[:, None])[:, 0]
        for q in (1, 2, 4, 8, 100, 1000):
            rounded = [Fraction(round(v * q), q) for v in moved.tolist()]
            close = all(abs(r - v) <= abs(v) / 20 for r, v in zip(rounded, moved.tolist(), strict=True))
            if close and (not space.conditions or space.strictness(rounded)):
                return rounded
        return None

    def _pairs(self, space: Space, z: Coordinates) -> Parameters:
        moving = dict(space.arrays(z))
        values: Exact = {**self.fixed, **{("par", n): a for (_, n), a in space.exact(z).items()}}
        pairs = []
        for name, d in self.statement.parameters.items():
            pairs.append((name, moving[name] if name in moving else Array(self.fixed["par", name].shape, (), d.array)))
        return space.strictness(z), values, tuple(pairs)


def anchor(space: Space, rng: np.random.Generator) -> Coordinates | None:
    """A point of the domain in small rationals, strictly inside where one was found; sets `space.anchor`.

    Tried in order: constant arrays and identity matrices; the centre of the box; random points at many
    scales; a climb to where the tightest condition has most room.
    """
    if not space.conditions:
        z = [Fraction(0 if len(space.shapes) > 40 else 1)] * space.dimension
        space.anchor = np.array([float(q) for q in z])
        return z
    weak: Coordinates | None = None
    for batch in _candidates(space, rng):
        slack = space.slack(batch)
        order = [k for k in range(batch.shape[1]) if slack[k] >= 0][:6] or []
        if (slack > 0).any():
            order.append(int(np.argmax(slack)))
        for k in order:
            for z in _roundings(batch[:, k], space.integer):
                strict = space.strictness(z)
                if strict == 2 or (strict == 1 and weak is None):
                    space.anchor = np.array([float(q) for q in z])
                if strict == 2:
                    return z
                if strict == 1:
                    weak = weak or z
                    if slack[k] <= 0:
                        break
    return weak


def _roundings(z: Floats, integer: np.ndarray[Any, Any]) -> Iterator[Coordinates]:
    previous: Coordinates | None = None
    for q in DENOMINATORS:
        steps = [1 if whole else q for whole in integer.tolist()]
        rounded = [Fraction(round(v * k), k) for v, k in zip(z.tolist(), steps, strict=True)]
        if rounded != previous:
            yield rounded
        previous = rounded


def _candidates(space: Space, rng: np.random.Generator) -> Iterator[Floats]:
    """Batches of points to try, simplest first."""
    names = list(space.shapes)
    fills = list(itertools.islice(_fills(len(names)), 600))
    x = np.zeros((space.length, 2 * len(fills)))
    for column, fill in enumerate(fills):
        for name, q in zip(names, fill, strict=True):
            shape, start = space.shapes[name], space.starts[name]
            stop = start + math.prod(shape)
            x[start:stop, 2 * column] = x[start:stop, 2 * column + 1] = float(q)
            if len(shape) == 2 and shape[0] == shape[1]:
                x[start:stop, 2 * column] = (float(q) * np.eye(shape[0])).ravel()
    exact = x[space.free]
    yield exact
    if space.dimension < space.length and space.dimension:
        yield np.asarray(np.linalg.lstsq(space.basis, x - space.offset[:, None], rcond=None)[0], dtype=float)
    yield space.fold(exact)
    yield _centre(space)[:, None]
    spread = 10.0 ** rng.uniform(-2, 2, size=(1, _TRIES)) * rng.normal(size=(space.dimension, _TRIES))
    wild = space.fold(spread)
    for k in range(0, _TRIES, 40):
        wild[:, k] = _with_matrices(space, wild[:, k], rng)
    yield wild
    best = wild[:, int(np.argmax(space.slack(wild)))]
    for step in range(40):
        around = best[:, None] + 10.0 ** rng.uniform(-3, 1, size=(1, 200)) * rng.normal(size=(space.dimension, 200))
        around = np.concatenate([best[:, None], space.fold(around)], axis=1)
        best = around[:, int(np.argmax(space.slack(around)))]
        if step % 10 == 9:
            yield best[:, None]


def _fills(count: int) -> Iterator[Sequence[Fraction]]:
    """Constants for `count` arrays: the same for all first, then few different ones."""
    for q in FILLS:
        yield [q] * count
    if 1 < count <= 6:
        yield from itertools.product(FILLS[: max(2, int(600 ** (1 / count)))], repeat=count)


def _centre(space: Space) -> Floats:
    lo, hi = space.lo, space.hi
    with np.errstate(all="ignore"):
        half = np.where(np.isfinite(lo), lo + 1, np.where(np.isfinite(hi), hi - 1, 0.0))
        return np.where(np.isfinite(lo) & np.isfinite(hi), (lo + hi) / 2, half)


def _with_matrices(space: Space, z: Floats, rng: np.random.Generator) -> Floats:
    """`z` with products B B' of small whole numbers where a whole array must be a PSD matrix."""
    definite = [c for c in space.conditions if c.relation in ("psd", "posdef")]
    wanted = [c for c in definite if c.body.op == "var" and len(c.body.args) == 2]
    if not wanted:
        return z
    x = space.offset + space.basis @ z
    for c in wanted:
        shape, start = space.shapes[c.body.data], space.starts[c.body.data]
        b = rng.integers(-2, 3, size=shape)
        x[start : start + math.prod(shape)] = (b @ b.T + (c.relation == "posdef") * np.eye(shape[0])).ravel()
    return np.asarray(x[space.free])
