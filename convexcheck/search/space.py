"""The set that conditions cut out, with coordinates in which it is easy to move (untrusted).

All entries of the variables (or of the parameters) form one vector x. Affine equalities are solved once in
rationals, x = x0 + N z, so that every z satisfies them; bounds on one coordinate are kept by folding the
coordinate back; what remains is met by moving towards a point inside, which convexity allows.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np

from convexcheck.certificate.evidence import Array
from convexcheck.expression.errors import ConvexcheckError
from convexcheck.expression.evaluate import evaluate
from convexcheck.expression.functions import derivative
from convexcheck.expression.objects import Inexact
from convexcheck.expression.statement import Condition, Declaration, Statement, generic
from convexcheck.expression.term import Expression, substitute
from convexcheck.search.numeric import Floats, Program
from convexcheck.search.recheck import Exact, closed, indices, numbered, rational, strictness

MATRICES = ("psd", "posdef", "symmetric")
MAX_SOLVED = 80  # coordinates beyond which equalities are not solved


class Space:
    """Coordinates for the variables of a statement at concrete sizes, and the conditions on them.

    Args:
        declarations: the arrays that move.
        conditions: what they must satisfy.
        sizes: the value of each symbolic size.
        fixed: exact values of everything else that the conditions mention.
    """

    def __init__(
        self,
        declarations: Mapping[str, Declaration],
        conditions: Sequence[Condition],
        sizes: Mapping[str, int],
        fixed: Exact | None = None,
    ) -> None:
        self.sizes, self.conditions, self.fixed = dict(sizes), tuple(conditions), fixed or {}
        self.shapes = {n: tuple(_number(s, sizes) for s in d.shape) for n, d in declarations.items()}
        self.starts: dict[str, int] = {}
        self.length = 0
        for name, shape in self.shapes.items():
            self.starts[name] = self.length
            self.length += math.prod(shape)
        self.numbers = {n: floats(a)[..., None] for n, a in self.fixed.items()}
        self._programs = [(c, Program(c.body, self.sizes, numbered(c, sizes)[::-1])) for c in self.conditions]
        self._solve()
        kinds = [d.integer for n, d in declarations.items() for _ in range(math.prod(self.shapes[n]))]
        self.integer = np.array(kinds, dtype=bool)[self.free]
        self.lo, self.hi = self._box()
        self.anchor: Floats | None = None

    # --- the map from coordinates to entries -------------------------------------------------------------

    def _solve(self) -> None:
        """Solve the affine equalities: `free` positions of x are the coordinates z, x = offset + basis z."""
        rows: list[list[Fraction]] = []
        for c in self.conditions:
            rows += self._rows(c)
        pivots: list[int] = []
        reduced: list[list[Fraction]] = []
        for row in rows:
            for p, other in zip(pivots, reduced, strict=True):
                if row[p]:
                    row = [a - row[p] * b for a, b in zip(row, other, strict=True)]
            pivot = next((j for j in range(self.length - 1, -1, -1) if row[j]), None)
            if pivot is None:
                continue
            row = [a / row[pivot] for a in row]
            reduced = [[a - o[pivot] * b for a, b in zip(o, row, strict=True)] if o[pivot] else o for o in reduced]
            pivots.append(pivot)
            reduced.append(row)
        self.free = np.array([j for j in range(self.length) if j not in set(pivots)], dtype=int)
        self.dimension = len(self.free)
        self._solved = [
            (p, row[-1], [(k, row[j]) for k, j in enumerate(self.free) if row[j]])
            for p, row in zip(pivots, reduced, strict=True)
        ]
        self.offset, self.basis = np.zeros(self.length), np.zeros((self.length, self.dimension))
        self.basis[self.free, np.arange(self.dimension)] = 1.0
        for p, constant, terms in self._solved:
            self.offset[p] = -float(constant)
            for k, a in terms:
                self.basis[p, k] = -float(a)

    def _rows(self, c: Condition) -> list[list[Fraction]]:
        """The affine equations that a condition imposes, as coefficients of x and the constant."""
        if self.length > MAX_SOLVED or c.relation not in ("eq", *MATRICES):
            return []
        out = []
        for at in indices(numbered(c, self.sizes)):
            if c.relation == "eq":
                bodies = [closed(c.body, at)]
            elif at[0] > at[1]:
                bodies = [closed(c.body, at) - closed(c.body, at[::-1])]
            else:
                continue
            out += [row for row in map(self._affine, bodies) if row]
        return out

    def _affine(self, e: Expression) -> list[Fraction] | None:
        try:
            if derivative(e).has("var"):
                return None
            zero = [Fraction(0)] * self.length
            constant = self._rational(e, zero)
            unit = [self._rational(e, [*zero[:j], Fraction(1), *zero[j + 1 :]]) - constant for j in range(self.length)]
        except (ConvexcheckError, Inexact):
            return None
        return [*unit, constant]

    def _rational(self, e: Expression, x: Sequence[Fraction]) -> Fraction:
        found = evaluate(e, {**self.fixed, **self._named(x)}, self.sizes, exact=True)
        return Fraction(int(found.p), int(found.q))

    def _box(self) -> tuple[Floats, Floats]:
        """Bounds on single coordinates, from conditions that are affine in one coordinate."""
        lo, hi = np.full(self.dimension, -np.inf), np.full(self.dimension, np.inf)
        probe = np.concatenate([np.zeros((self.dimension, 1)), np.eye(self.dimension)], axis=1)
        values = self.values(probe)
        for c, program in self._programs:
            if (
                c.relation not in ("ge", "gt")
                or not _is_affine(c.body)
                or program.chunk(probe.shape[1]) < probe.shape[1]
            ):
                continue
            level = np.broadcast_to(program(values), (*program.ranges, probe.shape[1])).reshape(-1, probe.shape[1])
            slope = level[:, 1:] - level[:, :1]
            for row, constant in zip(slope, level[:, 0], strict=True):
                (where,) = np.nonzero(row)
                if len(where) == 1 and np.isfinite(row).all():
                    k = int(where[0])
                    edge = -constant / row[k]
                    if row[k] > 0:
                        lo[k] = max(lo[k], edge)
                    else:
                        hi[k] = min(hi[k], edge)
        return lo, hi

    def values(self, z: Floats) -> dict[tuple[str, str], Floats]:
        """The arrays at a batch of coordinates of shape ``(dimension, points)``, with all that is fixed."""
        x = self.offset[:, None] + self.basis @ z if self._solved else z
        out = dict(self.numbers)
        for name, shape in self.shapes.items():
            start = self.starts[name]
            out["var", name] = x[start : start + math.prod(shape)].reshape(*shape, z.shape[1])
        return out

    def entries(self, z: Sequence[Fraction]) -> list[Fraction]:
        """All entries of x at exact coordinates."""
        x = [Fraction(0)] * self.length
        for k, j in enumerate(self.free):
            x[j] = z[k]
        for p, constant, terms in self._solved:
            x[p] = -constant - sum((a * z[k] for k, a in terms), Fraction(0))
        return x

    def arrays(self, z: Sequence[Fraction]) -> tuple[tuple[str, Array], ...]:
        """The arrays at exact coordinates, as evidence holds them."""
        x = self.entries(z)
        sections = {n: x[s : s + math.prod(self.shapes[n])] for n, s in self.starts.items()}
        return tuple((n, Array(self.shapes[n], tuple(part))) for n, part in sections.items())

    def exact(self, z: Sequence[Fraction]) -> Exact:
        """The arrays at exact coordinates, as the evaluator takes them."""
        return {("var", n): rational(a) for n, a in self.arrays(z)}

    def _named(self, x: Sequence[Fraction]) -> Exact:
        out: Exact = {}
        for n, s in self.starts.items():
            part = tuple(x[s : s + math.prod(self.shapes[n])])
            out["var", n] = rational(Array(self.shapes[n], part))
        return out

    # --- staying inside ----------------------------------------------------------------------------------

    def fold(self, z: Floats) -> Floats:
        """Coordinates reflected at the bounds of the box; integer ones rounded."""
        lo, hi = self.lo[:, None], self.hi[:, None]
        width = hi - lo
        with np.errstate(all="ignore"):
            both = lo + np.abs((z - lo + width) % (2 * width) - width)
            one = np.where(np.isfinite(lo), lo + np.abs(z - lo), np.where(np.isfinite(hi), hi - np.abs(hi - z), z))
            inside = (z >= lo) & (z <= hi)
            out = np.where(inside, z, np.where(np.isfinite(width) & (width > 0), both, np.where(width == 0, lo, one)))
        if self.integer.any():
            out = np.where(self.integer[:, None], np.clip(np.round(out), np.ceil(lo), np.floor(hi)), out)
        return np.asarray(out)

    def inside(self, z: Floats) -> np.ndarray[Any, np.dtype[np.bool_]]:
        """Which points of a batch satisfy every condition, in float64."""
        return self.slack(z) >= 0

    def slack(self, z: Floats) -> Floats:
        """For each point the least value of an inequality: >= 0 where all hold, > 0 where strictly, in float64."""
        total = np.full(z.shape[1], np.inf)
        if not z.shape[1]:
            return total
        values = self.values(z)
        for c, program in self._programs:
            level = np.broadcast_to(program(values), (*program.ranges, z.shape[1]))
            if c.relation in MATRICES:
                worst = _eigenvalue(level, c.relation)
            else:
                level = -np.abs(level) if c.relation == "eq" else level
                worst = level.reshape(math.prod(program.ranges), z.shape[1]).min(axis=0, initial=np.inf)
                if c.relation == "eq":
                    worst = np.where(worst > -1e-9, np.inf, worst)
                if c.relation == "gt":
                    worst = np.where(worst == 0, -1e-300, worst)
            total = np.minimum(total, np.where(np.isnan(worst), -np.inf, worst))
        return total

    def pull(self, z: Floats) -> Floats:
        """The points, those outside moved towards the anchor until they are inside."""
        z = self.fold(z)
        if not self.conditions or self.anchor is None:
            return z
        anchor = self.anchor[:, None]
        for _ in range(12):
            bad = ~self.inside(z)
            if not bad.any():
                break
            z[:, bad] = self.fold(anchor + 0.4 * (z[:, bad] - anchor))
        return z

    def strictness(self, z: Sequence[Fraction]) -> int:
        """2 where every condition holds strictly, 1 where all hold, 0 otherwise; in rationals or balls."""
        values = {**self.fixed, **self.exact(z)}
        return min((strictness(c, values, self.sizes) for c in self.conditions), default=2)


def parameter_space(s: Statement, sizes: Mapping[str, int], fixed: Exact) -> Space:
    """The coordinates of the parameters that are not fixed data, under `given`."""
    moving = {n: d for n, d in s.parameters.items() if ("par", n) not in fixed}
    renamed = {("par", n): generic("var", n, d) for n, d in moving.items()}
    return Space(moving, [replace(c, body=substitute(c.body, renamed)) for c in s.given], sizes, fixed)


def floats(array: np.ndarray[Any, Any]) -> Floats:
    """An array of rationals, or of floats, as float64."""
    if array.dtype == np.float64:
        return array
    flat = [int(q.p) / int(q.q) for q in array.ravel()]
    return np.array(flat, dtype=np.float64).reshape(array.shape)


def _number(size: Expression, sizes: Mapping[str, int]) -> int:
    return int(size.data) if size.op == "const" else sizes[size.data]


def _is_affine(e: Expression) -> bool:
    try:
        return not derivative(e).has("var")
    except ConvexcheckError:
        return False


def _eigenvalue(level: Floats, relation: str) -> Floats:
    """The least eigenvalue of each matrix of a batch (infinite if only symmetry is asked)."""
    if level.shape[0] == 0:
        return np.full(level.shape[-1], np.inf)
    matrix = np.moveaxis(level, -1, 0)
    transposed = np.swapaxes(matrix, 1, 2)
    skew = np.abs(matrix - transposed).max(axis=(1, 2)) > 1e-9 * (1 + np.abs(matrix).max(axis=(1, 2)))
    if relation == "symmetric":
        return np.where(skew, -1.0, np.inf)
    safe = np.where(np.isfinite(matrix), matrix, 0.0)
    lowest = np.linalg.eigvalsh((safe + np.swapaxes(safe, 1, 2)) / 2)[:, 0]
    lowest = np.where(skew | ~np.isfinite(matrix).all(axis=(1, 2)), -np.inf, lowest)
    tiny = 1e-12 * (1 + np.abs(safe).max(axis=(1, 2)))
    return np.where(np.abs(lowest) <= tiny, 0.0 if relation == "psd" else -1e-300, lowest)
