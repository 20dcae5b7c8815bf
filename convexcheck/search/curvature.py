"""Points and directions of negative curvature, in float64 (untrusted).

Few coordinates: the Hessian from its exact symbolic form, its least eigenvalue, and a random descent on it.
Many: Lanczos' method on differences of gradients, for several points at once.
Source: C. Lanczos, J. Res. Nat. Bur. Standards 45 (1950); G. Golub, C. Van Loan, Matrix Computations, chapter 10.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from convexcheck.expression.errors import ConvexcheckError
from convexcheck.expression.functions import hessian_form
from convexcheck.expression.term import Expression
from convexcheck.search.deadline import Deadline
from convexcheck.search.gradient import gradient
from convexcheck.search.numeric import Floats, Program
from convexcheck.search.pairs import points
from convexcheck.search.space import Space

MOST_EXACT = 12  # coordinates up to which the whole Hessian is formed
MAX_STEPS = 20_000


class Curvature:
    """The Hessian form of a function at concrete sizes; `program` is None where it has no symbolic form."""

    def __init__(self, function: Expression, sizes: Mapping[str, int]) -> None:
        self.program: Program | None = None
        try:
            self.program = Program(hessian_form(function), sizes)
        except ConvexcheckError:
            self.program = None

    def hessians(self, space: Space, z: Floats) -> Floats:
        """Hessians in the coordinates of `space` at a batch of points, as ``(points, k, k)``."""
        k, count = z.shape
        pairs = [(i, j) for i in range(k) for j in range(i, k)]
        directions = np.zeros((k, len(pairs)))
        for column, (i, j) in enumerate(pairs):
            directions[[i, j], column] = 1.0
        values = space.values(np.repeat(z, len(pairs), axis=1))
        along = space.basis @ np.tile(directions, count)
        for name, start in space.starts.items():
            shape = space.shapes[name]
            values["dir", name] = along[start : start + int(np.prod(shape, dtype=int))].reshape(*shape, along.shape[1])
        assert self.program is not None  # the caller asked before
        q = np.broadcast_to(self.program(values), (along.shape[1],)).reshape(count, len(pairs))
        out = np.zeros((count, k, k))
        diagonal = {i: column for column, (i, j) in enumerate(pairs) if i == j}
        for column, (i, j) in enumerate(pairs):
            with np.errstate(all="ignore"):
                entry = q[:, column] if i == j else (q[:, column] - q[:, diagonal[i]] - q[:, diagonal[j]]) / 2
            out[:, i, j] = out[:, j, i] = entry
        return out

    def least(self, space: Space, z: Floats) -> tuple[Floats, Floats]:
        """Least eigenvalues relative to the largest in size (infinite where not real), and eigenvectors."""
        h = self.hessians(space, z)
        good = np.asarray(np.isfinite(h).all(axis=(1, 2)))
        eigenvalues, vectors = np.linalg.eigh(np.where(good[:, None, None], h, 0.0))
        size = np.abs(eigenvalues).max(axis=1)
        relative = np.where(good & (size > 0), eigenvalues[:, 0] / np.where(size > 0, size, 1.0), np.inf)
        return np.where(good & (size == 0), 0.0, relative), vectors[:, :, 0].T


def descend(
    curvature: Curvature, space: Space, rng: np.random.Generator, near: Sequence[float], deadline: Deadline, count: int
) -> tuple[float, Floats, Floats]:
    """A point and direction of relatively small curvature: random points, then a random descent from the best."""
    forms = space.dimension * (space.dimension + 1) // 2
    room = curvature.program.chunk(MAX_STEPS) if curvature.program else 1
    batch = max(8, min(count, MAX_STEPS // forms, room // forms))
    z = points(space, rng, near, batch)
    score, v = curvature.least(space, z)
    for step in range(16):
        keep = np.argsort(score, kind="stable")[:4]
        if score[keep[0]] < -1e-3 or not np.isfinite(score[keep[0]]) or deadline.over():
            break
        z, score, v = z[:, keep], score[keep], v[:, keep]
        width = max(4, min(24, batch // 4))
        around = np.repeat(z, width, axis=1)
        reach = 10.0 ** rng.uniform(-1.5 - step / 5, 0.5 - step / 5, size=around.shape[1])
        around = space.pull(around + reach * (0.1 + np.abs(around)) * rng.normal(size=around.shape))
        more, directions = curvature.least(space, around)
        z, score, v = np.concatenate([z, around], 1), np.concatenate([score, more]), np.concatenate([v, directions], 1)
    best = int(np.argmin(score))
    return float(score[best]), z[:, best], v[:, best]


def lanczos(
    program: Program, space: Space, rng: np.random.Generator, near: Sequence[float], deadline: Deadline, starts: int = 6
) -> tuple[Floats, Floats, Floats]:
    """Relative least Ritz values, points and Ritz vectors for several random points at once."""
    count = max(1, min(starts, program.chunk(starts)))
    z = points(space, rng, near, count)
    reach = 1e-4 * (1e-2 + np.abs(z).max(axis=0, initial=0.0))

    def product(v: Floats) -> Floats:
        up, down = (_slope(program, space, z + sign * reach * v) for sign in (1.0, -1.0))
        return np.asarray((up - down) / (2 * reach))

    v = rng.normal(size=z.shape)
    v /= np.linalg.norm(v, axis=0)
    basis, diagonal, off = [v], list[Floats](), list[Floats]()
    for _ in range(min(14, space.dimension)):
        w = product(basis[-1])
        if not np.isfinite(w).all():
            w = np.where(np.isfinite(w), w, 0.0)
        diagonal.append((w * basis[-1]).sum(axis=0))
        for _ in range(2):
            for u in basis:
                w = w - (u * w).sum(axis=0) * u
        length = np.linalg.norm(w, axis=0)
        if deadline.over() or not (length > 0).any():
            break
        off.append(length)
        basis.append(w / np.where(length > 0, length, 1.0))
    steps = len(diagonal)
    t = np.zeros((count, steps, steps))
    for j in range(steps):
        t[:, j, j] = diagonal[j]
        if j + 1 < steps:
            t[:, j, j + 1] = t[:, j + 1, j] = off[j]
    values, vectors = np.linalg.eigh(t)
    size = np.abs(values).max(axis=1)
    ritz = np.einsum("jkb,bj->kb", np.stack(basis[:steps]), vectors[:, :, 0])
    return np.where(size > 0, values[:, 0] / np.where(size > 0, size, 1.0), np.inf), z, ritz


def _slope(program: Program, space: Space, z: Floats) -> Floats:
    """The gradient in the coordinates of `space`."""
    _, slopes = gradient(program, space.values(z))
    x = np.concatenate([slopes["var", n].reshape(-1, z.shape[1]) for n in space.shapes])
    return np.asarray(space.basis.T @ x)
