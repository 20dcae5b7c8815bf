"""For which values of a parameter a function may be convex: candidates from second derivatives in floats (untrusted).

One real parameter at a time runs over a grid, the others over what `given` allows; where no sampled second
derivative is negative, it may be convex. The ends of such a run are found by bisection and rounded to simple numbers.
Where no parameter settles it alone, a box in two or three of them is proposed.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from convexcheck.expression.errors import ConvexcheckError
from convexcheck.expression.functions import hessian_form
from convexcheck.expression.statement import Condition, Statement
from convexcheck.expression.term import Expression, add, const, entry, mul, power
from convexcheck.search.numeric import Floats, Program, Values
from convexcheck.search.pairs import constants, simple, wild
from convexcheck.search.points import Instances
from convexcheck.search.space import Space

_HALF = (0.1, 0.25, 0.5, 0.75, 1, 1.5, 2, 2.5, 3, 4, 8, 20)
GRID = (*(-a for a in reversed(_HALF)), 0, *_HALF)
COARSE = (-2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0)
DRAWS, POINTS, HALVINGS, MOST, NARROW = 12, 400, 24, 3, 0.2
STRIP = const(Fraction(1, 64))  # how far from a bound a counterexample is looked for
SNAP = 2e-3  # how far a simple number may lie from the end that was found


@dataclass(frozen=True)
class Range:
    """Conditions ``low <= name <= high`` on some parameters; None is no bound."""

    ends: tuple[tuple[str, Expression | None, Expression | None], ...]

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """As they stand in `given`."""
        found = []
        for name, low, high in self.ends:
            a = entry("par", name)
            found += [Condition("ge", add(a, mul(-1, low)))] if low is not None else []
            found += [Condition("ge", add(high, mul(-1, a)))] if high is not None else []
        return tuple(found)

    @property
    def outside(self) -> Iterator[tuple[Condition, Condition]]:
        """Conditions for a narrow strip beyond each bound."""
        for name, low, high in self.ends:
            for bound, way in ((low, 1), (high, -1)):
                if bound is not None:
                    beyond = mul(way, add(bound, mul(-1, entry("par", name))))
                    yield Condition("gt", beyond), Condition("ge", add(STRIP, mul(-1, beyond)))

    def __str__(self) -> str:
        parts = []
        for name, low, high in self.ends:
            if low is None:
                parts.append(f"{name} <= {high}")
            else:
                parts.append(f"{name} >= {low}" if high is None else f"{low} <= {name} <= {high}")
        return ", ".join(parts)


def free_scalars(s: Statement) -> list[str]:
    """The parameters that are real numbers and have no given value."""
    return [n for n, d in s.parameters.items() if not d.shape and not d.integer and not d.array]


def thresholds(s: Statement, side: int, seed: int = 0) -> Iterator[list[Range]]:
    """Candidates for conditions on parameters under which the function is convex (`side` 1) or concave (-1).

    Args:
        s: the statement; its domain must not depend on parameters.
        side: +1 or -1.
        seed: of the random points.

    Yields:
        For each set that was found, ranges that describe it, the simplest numbers first; a box in several
        parameters comes last.
    """
    if any(c.body.has("par") for c in s.domain):
        return
    names = free_scalars(s)
    sampled = _Sampled(s, side, seed)
    if not sampled.forms or not names:
        return
    for name in names:
        for low, high in _runs(sampled, name):
            if high - low > NARROW:
                yield [Range(((name, a, b),)) for a, b in itertools.product(_near(low, 1), _near(high, -1))]
    if 2 <= len(names) <= MOST:
        yield from _boxes(sampled, names)


class _Sampled:
    """Second derivatives (or second differences, where there are kinks) at points, for parameters that can be set."""

    def __init__(self, s: Statement, side: int, seed: int) -> None:
        self.side = side
        self.forms: list[Callable[[Values], Floats]] = []
        instances = Instances(s, seed)
        rng = np.random.default_rng(seed)
        near = constants(s.function)
        for sizes in list(itertools.islice(instances.sizes(), 3))[-2:]:
            for _, values, _ in itertools.islice(instances.parameters(sizes), DRAWS):
                space = instances.domain(sizes, values)
                for pairs in (simple, wild):
                    x, y = pairs(space, rng, near, POINTS)
                    inside = space.inside(x) & space.inside(y) & (np.abs(x - y).max(axis=0) > 0)
                    if inside.any():
                        self.forms.append(_second(s.function, sizes, space, x[:, inside], y[:, inside]))

    def fits(self, parameters: Mapping[str, float]) -> bool:
        """Whether no sampled second derivative is on the wrong side at these parameters."""
        fixed = {("par", n): np.array([v]) for n, v in parameters.items()}
        for form in self.forms:
            values = self.side * form(fixed)
            finite = values[np.isfinite(values)]
            if finite.size and finite.min() < -1e-9 * (1 + float(np.median(np.abs(finite)))):
                return False
        return True


def _second(e: Expression, sizes: Mapping[str, int], space: Space, x: Floats, y: Floats) -> Callable[[Values], Floats]:
    """The second derivative in the middle of each pair, along it; or the second difference, relative to the values."""
    middle = space.values((x + y) / 2)
    try:
        program = Program(hessian_form(e), sizes)
    except ConvexcheckError:
        plain, ends = Program(e, sizes), (space.values(x), space.values(y))

        def differences(fixed: Values) -> Floats:
            a, b, m = (plain({**at, **fixed}) for at in (*ends, middle))
            with np.errstate(all="ignore"):
                return np.asarray((a + b - 2 * m) / (np.abs(a) + np.abs(b) + np.abs(m) + 1e-3))

        return differences
    step = space.values((y - x) / np.linalg.norm(y - x, axis=0))
    origin = space.values(np.zeros((space.dimension, 1)))
    along = {("dir", n): v - origin[op, n] for (op, n), v in step.items() if op == "var"}
    return lambda fixed: np.asarray(program({**middle, **along, **fixed}))


def _runs(sampled: _Sampled, name: str) -> Iterator[tuple[float, float]]:
    """The intervals of the parameter on which the samples fit, with infinite ends at the ends of the grid."""
    fits = [sampled.fits({name: float(a)}) for a in GRID]
    for truth, group in itertools.groupby(range(len(GRID)), key=lambda k: fits[k]):
        run = list(group)
        if not truth or len(run) == len(GRID):
            continue
        low = -math.inf if run[0] == 0 else _end(sampled, name, GRID[run[0]], GRID[run[0] - 1])
        high = math.inf if run[-1] == len(GRID) - 1 else _end(sampled, name, GRID[run[-1]], GRID[run[-1] + 1])
        yield low, high


def _end(sampled: _Sampled, name: str, inside: float, outside: float) -> float:
    for _ in range(HALVINGS):
        middle = (inside + outside) / 2
        inside, outside = (middle, outside) if sampled.fits({name: middle}) else (inside, middle)
    return inside


def _boxes(sampled: _Sampled, names: Sequence[str]) -> Iterator[list[Range]]:
    """The box around all parameters of a grid that fit, if every one in it fits."""
    grid = list(itertools.product(COARSE, repeat=len(names)))
    fits = [p for p in grid if sampled.fits(dict(zip(names, p, strict=True)))]
    if not fits or len(fits) == len(grid):
        return
    ends = [(min(p[k] for p in fits), max(p[k] for p in fits)) for k in range(len(names))]
    inside = [p for p in grid if all(a <= x <= b for x, (a, b) in zip(p, ends, strict=True))]
    if len(inside) == len(fits):
        low = [None if a == COARSE[0] else const(Fraction(a)) for a, _ in ends]
        high = [None if b == COARSE[-1] else const(Fraction(b)) for _, b in ends]
        bounded = [end for end in zip(names, low, high, strict=True) if end[1:] != (None, None)]
        if len(bounded) > 1:
            yield [Range(tuple(bounded))]


def _near(end: float, inward: int) -> list[Expression | None]:
    """Simple numbers near an end, then a decimal further inside; None for an infinite end."""
    if math.isinf(end):
        return [None]
    found: dict[Expression, None] = {}
    for most in (1, 2, 4, 6, 12, 60):
        number = Fraction(end).limit_denominator(most)
        if abs(number - Fraction(end)) <= Fraction(SNAP) * (1 + abs(Fraction(end))):
            found[const(number)] = None
        square = Fraction(end * end).limit_denominator(most)
        rational = math.isqrt(square.numerator * square.denominator) ** 2 == square.numerator * square.denominator
        if not rational and abs(math.copysign(math.sqrt(square), end) - end) <= SNAP / 10 * (1 + abs(end)):
            root = power(const(square), const(Fraction(1, 2)))
            found[root if end > 0 else mul(-1, root)] = None
    if 0 < -inward * end < 1 / 50:  # a sampled end beyond 0 may be 0
        found[const(0)] = None
    inside = Fraction(math.ceil(inward * end * 100) + 1, 100) * inward
    return [*list(found)[:2], const(inside)]


