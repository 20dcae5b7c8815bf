"""From float64 pairs to rational evidence: the fewest digits that keep the gap, confirmed in balls (untrusted)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from convexcheck.certificate.evidence import Instance, JensenGap
from convexcheck.expression.term import Expression
from convexcheck.search.deadline import Deadline
from convexcheck.search.numeric import Floats, Program
from convexcheck.search.pairs import Pair
from convexcheck.search.points import Coordinates
from convexcheck.search.recheck import LARGE, Exact, gap
from convexcheck.search.space import Space

_DENOMINATORS = (1, 2, 4, 5, 8, 10, 20, 100, 1000, 10**4, 10**6, 10**9)
_DIGITS = (1, 2, 3, 4, 6, 9, 13)


@dataclass
class Problem:
    """A function at concrete sizes and parameters: compiled, with the space of its variables and the instance."""

    function: Expression
    program: Program
    space: Space
    instance: Instance

    @property
    def large(self) -> bool:
        """Whether one evaluation in balls is costly."""
        return sum(a.size for a in self.space.fixed.values()) > LARGE

    def gaps(self, pair: Pair, t: Fraction) -> Floats:
        """``f(t x + (1-t) y)`` minus the chord, relative to the values; minus infinity outside the domain."""
        x, y = pair
        middle = float(t) * x + float(1 - t) * y
        three = [self.values(p) for p in (x, y, middle)]
        with np.errstate(all="ignore"):
            chord = float(t) * three[0] + float(1 - t) * three[1]
            size = float(t) * np.abs(three[0]) + float(1 - t) * np.abs(three[1]) + np.abs(three[2]) + 1e-290
            relative = (three[2] - chord) / size
        good = np.isfinite(relative)
        if self.space.conditions and good.any():
            (at,) = np.nonzero(good & (relative > 0))
            for p in (x, y, middle):
                good[at] &= self.space.inside(p[:, at])
        return np.where(good, relative, -np.inf)

    def values(self, z: Floats) -> Floats:
        """The function at a batch of coordinates, in chunks."""
        width = self.program.chunk(z.shape[1])
        parts = [
            np.broadcast_to(self.program(self.space.values(z[:, k : k + width])), (min(width, z.shape[1] - k),))
            for k in range(0, z.shape[1], width)
        ]
        return np.concatenate(parts) if parts else np.zeros(0)


def complexity(z: Floats) -> Floats:
    """About how many digits it takes to write down each point of a batch."""
    fraction = 2.0 * (z != np.round(z)) + 1.0 * (2 * z != np.round(2 * z)) + 2.0 * (4 * z != np.round(4 * z))
    return np.asarray(((z != 0) * (1 + np.log10(1 + np.abs(z)) + fraction)).sum(axis=0))


def rounded(problem: Problem, pair: Pair, t: Fraction, relative: float, deadline: Deadline) -> JensenGap | None:
    """The pair in the fewest digits that keep a gap, as evidence confirmed in balls, or None."""
    options = list(_options(pair))
    x = np.array([[float(q) for q in a] for a, _ in options]).T
    y = np.array([[float(q) for q in b] for _, b in options]).T
    gaps = problem.gaps((x, y), t)
    wanted = max(1e-13, min(relative * 0.02, 1e-3))
    tried = 0
    for k in range(len(options)):
        last = k == len(options) - 1
        if not (gaps[k] > wanted or last) or tried > 3:
            continue
        if deadline.over():
            return None
        tried += 1
        found = confirmed(problem, *options[k], t)
        if found:
            return found
        if problem.large:
            break
    return None


def _options(pair: Pair) -> Iterator[tuple[Coordinates, Coordinates]]:
    """Rational pairs near a float pair, shortest first; the last one is the pair itself."""
    x, y = (p[:, 0].tolist() for p in pair)
    exact = [Fraction(v) for v in x], [Fraction(v) for v in y]
    seen = set()
    found = []
    for q in _DENOMINATORS:
        found.append(([Fraction(round(v * q), q) for v in x], [Fraction(round(v * q), q) for v in y]))
    for digits in _DIGITS:
        found.append(([_significant(v, digits) for v in x], [_significant(v, digits) for v in y]))
    found.sort(key=lambda option: sum(len(str(q)) for part in option for q in part))
    for a, b in (*found, exact):
        if a != b and (tuple(a), tuple(b)) not in seen:
            seen.add((tuple(a), tuple(b)))
            yield a, b


def _significant(v: float, digits: int) -> Fraction:
    """`v` in so many significant decimal digits, as a rational."""
    return Fraction(f"{v:.{digits - 1}e}")


def confirmed(problem: Problem, x: Coordinates, y: Coordinates, t: Fraction) -> JensenGap | None:
    """Evidence for a gap between exact points, if rationals or balls confirm it and both lie in the domain."""
    space = problem.space
    middle = [t * a + (1 - t) * b for a, b in zip(x, y, strict=True)]
    if not all(space.strictness(z) for z in (x, y, middle)):
        return None
    points: tuple[Exact, Exact] = (space.exact(x), space.exact(y))
    if gap(problem.function, space.fixed, space.sizes, points, t) is None:
        return None
    return JensenGap(problem.instance, space.arrays(x), space.arrays(y), t)
