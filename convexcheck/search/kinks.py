"""Counterexamples at kinks and jumps: pairs of points on both sides of where a choice changes its mind (untrusted).

Sampling misses a kink that is small, or lies at an odd place. So the differences that decide absolute values, maxima
and conditions are followed along lines to their zeros, and the function is compared with chords around these, from
wide ones to tiny ones.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import combinations

import numpy as np

from convexcheck.certificate.evidence import JensenGap
from convexcheck.expression.errors import ConvexcheckError
from convexcheck.expression.term import ZERO, Expression, instantiate, nodes
from convexcheck.search.numeric import Floats, Program
from convexcheck.search.points import Coordinates
from convexcheck.search.rounding import Problem, confirmed

MOST_GAPS, LINES, HALVINGS, TRIES = 8, 6, 55, 6
NOISE = 3e-15  # of a comparison in float64, relative to the values
GRID = np.array(sorted(s * v for s in (-1, 1) for v in (0.0, 0.01, 0.1, 0.37, 1, 2.3, 5, 11, 40, 300) if v or s > 0))
WIDTHS = [Fraction(1, 10**k) for k in (0, 1, 2, 3, 4, 5, 6, 7)]
SHIFTS = (0, Fraction(1, 2), Fraction(-1, 2), 1, -1)  # of the middle, in widths: a jump, or one point that is off


def deciding(function: Expression) -> list[Expression]:
    """At most MOST_GAPS differences whose sign decides a choice in the function; at index 0 where they have indices."""
    found: dict[Expression, None] = {}
    for e in sorted(nodes(function), key=lambda e: e.key):
        pairs = combinations(e.args, 2) if e.op == "max" else [e.args] if e.op in ("le", "lt", "eq") else []
        gaps = [a - b for a, b in pairs] + ([e.args[0]] if e.op == "abs" else [])
        for gap in gaps:
            if gap.has("var"):
                found[instantiate(gap, [ZERO] * gap.loose)] = None
    return list(found)[:MOST_GAPS]


def compiled(function: Expression, sizes: Mapping[str, int]) -> list[Program]:
    """The deciding differences at concrete sizes."""
    programs = []
    for gap in deciding(function):
        try:
            programs.append(Program(gap, sizes))
        except ConvexcheckError:  # an operation without a value in float64
            continue
    return programs


def at_kinks(problem: Problem, programs: list[Program], rng: np.random.Generator) -> JensenGap | None:
    """A confirmed gap around a zero of one of the deciding differences, or None."""
    for program in programs:
        for base, step, root in _zeros(problem, program, rng):
            pairs = list(_around(base, step, root))
            x, y = (np.array([[float(q) for q in pair[side]] for pair in pairs]).T for side in (0, 1))
            gaps = problem.gaps((x, y), Fraction(1, 2))
            for k in np.argsort(-gaps, kind="stable")[:TRIES].tolist():
                low, high = pairs[k]
                found = confirmed(problem, low, high, Fraction(1, 2)) if gaps[k] > NOISE else None
                if found is not None:
                    return found
    return None


def _zeros(
    problem: Problem, program: Program, rng: np.random.Generator
) -> Iterator[tuple[list[Fraction], list[Fraction], float]]:
    """Lines ``base + s step`` in few digits, each with an s at which the difference changes sign or is 0."""
    k = problem.space.dimension
    base = np.round(rng.normal(size=(k, LINES)) * 2) / 2
    if problem.space.anchor is not None and problem.space.conditions:
        base[:, ::2] = np.round(problem.space.anchor, 3)[:, None]
    step = rng.integers(-1, 2, size=(k, LINES)).astype(float)
    step[rng.integers(k, size=LINES), np.arange(LINES)] = 1.0

    def along(s: Floats) -> Floats:
        z = base[:, :, None] + step[:, :, None] * s
        flat = z.reshape(k, -1)
        with np.errstate(all="ignore"):
            value = np.broadcast_to(program(problem.space.values(flat)), (flat.shape[1],))
        return np.asarray(value.reshape(z.shape[1:]))

    values = along(np.broadcast_to(GRID, (LINES, len(GRID))))
    signs = np.sign(np.where(np.isfinite(values), values, np.nan))
    changes = signs[:, :-1] * signs[:, 1:] < 0
    lines = np.nonzero(changes.any(axis=1))[0]
    first = changes.argmax(axis=1)
    low, high, sign = GRID[first].copy(), GRID[first + 1].copy(), signs[np.arange(LINES), first]
    for _ in range(HALVINGS if len(lines) else 0):
        middle = (low + high) / 2
        same = np.sign(along(middle[:, None])[:, 0]) == sign
        low, high = np.where(same, middle, low), np.where(same, high, middle)
    for line in range(LINES):
        zero = np.nonzero(signs[line] == 0)[0]
        if line in lines or len(zero):
            root = float(high[line]) if line in lines else float(GRID[zero[0]])
            yield [Fraction(v) for v in base[:, line]], [Fraction(v) for v in step[:, line]], root


def _around(base: list[Fraction], step: list[Fraction], root: float) -> Iterator[tuple[Coordinates, Coordinates]]:
    """Pairs of points on the line on both sides of a zero, from wide to tiny."""
    near = Fraction(root).limit_denominator(1000)
    exact = abs(float(near) - root) <= 1e-13 * (1 + abs(root))
    for width in WIDTHS:
        centre = near if exact else Fraction(round(root / float(width) * 10**4), 10**4) * width
        for shift in SHIFTS:
            ends = [centre + (shift + side) * width for side in (-1, 1)]
            low, high = ([b + s * d for b, d in zip(base, step, strict=True)] for s in ends)
            yield low, high
