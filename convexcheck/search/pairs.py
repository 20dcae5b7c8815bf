"""Pairs of points at which a counterexample search compares a function with its chord (untrusted).

First small rationals, which need no rounding; then random pairs at many scales, along coordinates, along
blocks, across bounds and near the constants that the function mentions.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from convexcheck.expression.term import Expression, nodes
from convexcheck.search.numeric import Floats
from convexcheck.search.space import Space

Pair = tuple[Floats, Floats]
_SIMPLE = (
    0.0,
    *(s * v for v in (1.0, 2.0, 0.5, 3.0, 4.0, 5.0, 1.5, 0.25, 10.0, 0.75, 7.0, 20.0, 0.1, 100.0) for s in (1, -1)),
)


def constants(*expressions: Expression) -> list[float]:
    """The constants that occur, near which kinks and narrow features tend to lie; at most 24."""
    found = {abs(float(e.data)) for e in nodes(*expressions) if e.op == "const" and abs(e.data) < 10**9}
    return sorted(found - {0.0, 1.0})[:24]


def simple(space: Space, rng: np.random.Generator, near: Sequence[float], count: int) -> Pair:
    """Pairs in few digits; those outside the domain are left for the caller to drop."""
    near = [c for c in near if c * 64 == round(c * 64) and c < 1000]
    signed = [*near, *(-c for c in near)]
    pool = np.array(list(dict.fromkeys([*_SIMPLE, *signed])))
    edges = [v for v in {*space.lo.tolist(), *space.hi.tolist()} if np.isfinite(v)]
    if space.dimension == 1:
        grid = np.unique(np.concatenate([pool, edges, *(np.add(e, pool[:16]) for e in edges)]))
        a, b = np.triu_indices(len(grid), 1)
        pick = rng.permutation(len(a))[:count]
        return grid[a[pick]][None, :], grid[b[pick]][None, :]
    k = space.dimension
    short = pool[: 7 + len(signed)]
    x = rng.choice(short, size=(k, count))
    y = rng.choice(short, size=(k, count))
    sparse = rng.random((k, count)) < rng.choice([0.0, 0.5, 0.9], size=(1, count))
    x[sparse], y[sparse] = 0.0, 0.0
    line = rng.random(count) < 0.5
    step = rng.choice(pool, size=count) * _directions(space, rng, count, whole=True)
    y = np.where(line, x + step, y)
    if space.anchor is not None and space.conditions:
        shift = (rng.random(count) < 0.5) * space.anchor[:, None]
        x, y = x + shift, y + shift
    return x, y


def wild(space: Space, rng: np.random.Generator, near: Sequence[float], count: int) -> Pair:
    """Random pairs at many scales, moved into the domain."""
    centre = points(space, rng, near, count)
    far = rng.random(count) < 0.3
    step = 10.0 ** rng.uniform(-3, 2, size=count) * _directions(space, rng, count)
    y = np.where(far, points(space, rng, near, count), centre + step)
    x = np.where(far, centre, centre - step)
    return space.pull(x), space.pull(y)


def points(space: Space, rng: np.random.Generator, near: Sequence[float], count: int) -> Floats:
    """Random points of the domain at many scales, some on or close to its bounds."""
    k = space.dimension
    spread = 10.0 ** rng.uniform(-4, 2, size=count)
    spread = np.where(rng.random(count) < 0.5, spread, rng.choice([0.3, 1.0, 3.0], size=count))
    z = spread * rng.normal(size=(k, count))
    if space.anchor is not None:
        z += (rng.random(count) < 0.4) * space.anchor[:, None]
    if near:
        around = rng.choice(np.array([*near, *(-c for c in near)]), size=(k, count))
        z += around * (rng.random((k, count)) < 0.5) * (rng.random(count) < 0.4)
    z = space.fold(z)
    for edge in (space.lo, space.hi):
        finite = np.isfinite(edge)
        if finite.any():
            at = finite[:, None] & (rng.random((k, count)) < 0.3) & (rng.random(count) < 0.4)
            depth = rng.choice([0.0, 1e-4, 1e-2, 0.1], size=count)
            inward = np.where(finite, edge, 0.0)[:, None] + np.where(edge is space.lo, 1.0, -1.0) * depth
            z = np.where(at, inward, z)
    return space.pull(z)


def _directions(space: Space, rng: np.random.Generator, count: int, whole: bool = False) -> Floats:
    """Directions: dense, along a coordinate, along two, inside one array, or constant on one array."""
    k = space.dimension
    dense = rng.choice([-1.0, 0.0, 1.0], size=(k, count)) if whole else rng.normal(size=(k, count))
    kind = rng.integers(0, 5, size=count)
    at = rng.integers(0, k, size=(2, count))
    columns = np.arange(count)
    single = np.zeros((k, count))
    single[at[0], columns] = 1.0
    double = single.copy()
    double[at[1], columns] += rng.choice([-1.0, 1.0], size=count)
    starts = np.array(sorted(space.starts.values()))
    owner = np.searchsorted(starts, space.free, side="right")
    block = owner[:, None] == owner[at[0]][None, :]
    return np.choose(kind, [dense, single, double, dense * block, block.astype(float)])
