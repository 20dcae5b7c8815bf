"""Counterexamples to convexity: a Jensen gap in small rationals, found in float64 and checked in balls (untrusted).

For growing sizes and simple parameters: pairs of simple points; random pairs at many scales; the direction of
least curvature, by a descent on the Hessian's least eigenvalue or by Lanczos' method. What is found is rounded
to the fewest digits that keep the gap (`rounding`).
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np

from convexcheck.certificate.evidence import Instance, JensenGap
from convexcheck.expression.statement import Statement
from convexcheck.search.curvature import MOST_EXACT, Curvature, descend, lanczos
from convexcheck.search.deadline import Deadline, OutOfTime
from convexcheck.search.kinks import at_kinks, compiled
from convexcheck.search.needles import needle, single
from convexcheck.search.numeric import Floats, Program
from convexcheck.search.pairs import Pair, constants, simple, wild
from convexcheck.search.points import Instances, Parameters, anchor
from convexcheck.search.rounding import Problem, complexity, confirmed, rounded

ROUNDS = 40
NOISE = 1e-12


@dataclass
class Attempt:
    """What a counterexample search found, and how near it came.

    Args:
        evidence: the counterexample, or None.
        nearest: the largest ``f(middle) - chord`` seen outside rounding noise, relative to the values there;
            at most 0 where nothing was found, and -1 where nothing was compared.
        curvature: the least eigenvalue of a Hessian seen, relative to its largest in size; 0 if it is negative
            without a confirmed gap, which is rounding noise; infinite where there was no Hessian.
        pairs: how many pairs of points were compared.
        instances: how many choices of sizes and parameters.
        seconds: the time that it took.
    """

    evidence: JensenGap | None = None
    nearest: float = -1.0
    curvature: float = np.inf
    pairs: int = 0
    instances: int = 0
    seconds: float = 0.0


def refute(
    statement: Statement,
    side: str = "convex",
    arrays: Mapping[str, np.ndarray[Any, Any]] | None = None,
    budget: float = 2.0,
    seed: int = 0,
    instance_sizes: Mapping[str, int] | None = None,
) -> JensenGap | None:
    """A counterexample to convexity ("convex") or concavity ("concave"), or None; `attempt` says how near it came.

    Args:
        statement: what is asked about.
        side: the claim to refute; for "concave" the evidence is about minus the function.
        arrays: values of the parameters that are fixed data, by name; the points then live at their sizes.
        budget: seconds; the search also ends by itself.
        seed: of the random numbers. The same arguments give the same answer unless time runs out.
        instance_sizes: sizes to look at instead of small ones.

    Returns:
        Evidence with sizes, parameters and points spelled out in rationals, its gap confirmed in balls.

    >>> from convexcheck.expression.statement import Declaration
    >>> from convexcheck.expression.term import entry
    >>> found = refute(Statement(entry("var", "x") ** 3, {"x": Declaration()}))
    >>> [point[0][1].entries[0] for point in (found.x, found.y)], found.t
    ([Fraction(-1, 1), Fraction(0, 1)], Fraction(1, 2))
    """
    return attempt(statement, side, arrays, budget, seed, instance_sizes).evidence


def attempt(
    statement: Statement,
    side: str = "convex",
    arrays: Mapping[str, np.ndarray[Any, Any]] | None = None,
    budget: float = 2.0,
    seed: int = 0,
    instance_sizes: Mapping[str, int] | None = None,
) -> Attempt:
    """As `refute`, with a record of what was tried."""
    search = _Search(statement if side == "convex" else replace(statement, function=-statement.function), budget, seed)
    start = time.monotonic()
    if search.statement.function.has("var"):
        search.result.evidence = search.run(Instances(statement, seed, arrays, instance_sizes))
    search.result.seconds = time.monotonic() - start
    return search.result


class _Search:
    """One search: its clock, its random numbers, its record."""

    def __init__(self, statement: Statement, budget: float, seed: int) -> None:
        self.statement, self.deadline = statement, Deadline(budget)
        self.rng = np.random.default_rng(seed)
        self.result = Attempt()
        self.near = constants(statement.function, *(c.body for c in statement.domain))
        self.checks = 0

    def late(self) -> bool:
        return self.deadline.over()

    def run(self, instances: Instances) -> JensenGap | None:
        """Round robin over sizes, a few parameters each time, more pairs in later rounds."""
        sizes = list(itertools.islice(instances.sizes(), 12))
        streams = [instances.parameters(s) for s in sizes]
        tools = [_Tools(self.statement, s) for s in sizes]
        single: list[Problem | None] = [None] * len(sizes)
        for turn in range(ROUNDS):
            for k, (stream, tool) in enumerate(zip(streams, tools, strict=True)):
                if turn > 0 and k > 2 * turn + 1:
                    continue
                for _ in range(3 if turn else 2):
                    if self.late():
                        return None
                    item = next(stream, None)
                    problem = self.problem(instances, tool, item) if item else single[k]
                    if problem is None:
                        break
                    single[k] = problem
                    found = self.inspect(problem, tool, turn)
                    if found:
                        return found
                    if item is None:
                        break
        return None

    def problem(self, instances: Instances, tool: _Tools, item: Parameters) -> Problem | None:
        """The function at one choice of sizes and parameters, if a point of the domain was found there."""
        _, values, pairs = item
        space = instances.domain(tool.sizes, values)
        start = anchor(space, self.rng)
        if start is None or space.dimension == 0:
            return None
        self.result.instances += 1
        return Problem(self.statement.function, tool.program, space, Instance(tuple(tool.sizes.items()), pairs))

    def inspect(self, problem: Problem, tool: _Tools, turn: int) -> JensenGap | None:
        """All methods on one problem, cheapest first."""
        space, few = problem.space, problem.space.dimension <= MOST_EXACT
        count = tool.program.chunk(1024 if turn == 0 else 512)
        found = self.compare(problem, simple(space, self.rng, self.near, count), exact=True)
        if found or self.late():
            return found
        found = at_kinks(problem, tool.kinks, self.rng) if turn < 2 and not problem.large else None
        if found or self.late():
            return found
        for t in (Fraction(1, 2), Fraction(1, 4) if turn % 2 else Fraction(3, 4)):
            found = self.compare(problem, wild(space, self.rng, self.near, count), t)
            if found or self.late():
                return found
        if turn == 0 and single(self.statement):
            found = self.at_needle(problem)
            if found or self.late():
                return found
        if few and tool.curvature.program is not None:
            score, z, v = descend(tool.curvature, space, self.rng, self.near, self.deadline, 256 * (1 + turn))
            self.result.curvature = min(self.result.curvature, max(score, 0.0))
            if score < -NOISE:
                return self.along(problem, z[:, None], v[:, None])
        elif not few:
            scores, points, directions = lanczos(tool.program, space, self.rng, self.near, self.deadline)
            keep = np.argsort(scores, kind="stable")[:2]
            self.result.curvature = min(self.result.curvature, max(float(scores.min(initial=np.inf)), 0.0))
            if len(keep) and scores[keep[0]] < -1e-7:
                return self.along(problem, points[:, keep], directions[:, keep])
        return None

    def at_needle(self, problem: Problem) -> JensenGap | None:
        """Pairs on both sides of a point where the second derivative of a function of one variable is negative."""
        try:
            found = needle(self.statement, self.deadline)
        except OutOfTime:
            return None
        for k in range(1, 60, 3) if found else ():
            middle, width = found if found else (Fraction(0), Fraction(0))
            gap = confirmed(problem, [middle - width / 2**k], [middle + width / 2**k], Fraction(1, 2))
            if gap or self.late():
                return gap
        return None

    def along(self, problem: Problem, z: Floats, v: Floats) -> JensenGap | None:
        """Pairs on both sides of points of negative curvature, with many steps."""
        steps = 10.0 ** np.linspace(1.5, -5, 27) * (1e-2 + np.abs(z).max(axis=0))[:, None]
        moves = (v[:, :, None] * steps[None]).reshape(len(z), -1)
        middle = np.repeat(z, steps.shape[1], axis=1)
        x, y = problem.space.fold(middle - moves), problem.space.fold(middle + moves)
        return self.compare(problem, (x, y))

    def compare(
        self, problem: Problem, pair: Pair, t: Fraction = Fraction(1, 2), exact: bool = False
    ) -> JensenGap | None:
        """Look for a gap among pairs; round and confirm the most promising ones."""
        gaps = problem.gaps(pair, t)
        self.result.pairs += gaps.size
        if not gaps.size:
            return None
        calm = gaps[gaps <= NOISE]
        self.result.nearest = max(self.result.nearest, min(0.0, float(calm.max(initial=-1.0))))
        (good,) = np.nonzero(gaps > NOISE)
        if not len(good):
            return None
        large = good[gaps[good] > 1e-6]
        if exact and len(large):
            cost = complexity(pair[0][:, large]) + complexity(pair[1][:, large])
            order = [int(large[k]) for k in np.argsort(cost, kind="stable")]
        else:
            order = [int(k) for k in good[np.argsort(-gaps[good], kind="stable")]]
        for k in order[: 3 if problem.large else 6]:
            if self.late():
                return None
            found = rounded(problem, (pair[0][:, [k]], pair[1][:, [k]]), t, float(gaps[k]), self.deadline)
            if found:
                return found
        return None


class _Tools:
    """What is compiled once for each choice of sizes."""

    def __init__(self, statement: Statement, sizes: Mapping[str, int]) -> None:
        self.sizes, self.statement = sizes, statement
        self._program: Program | None = None
        self._curvature: Curvature | None = None
        self._kinks: list[Program] | None = None

    @property
    def program(self) -> Program:
        """The function."""
        if self._program is None:
            self._program = Program(self.statement.function, self.sizes)
        return self._program

    @property
    def kinks(self) -> list[Program]:
        """The differences that decide a choice."""
        if self._kinks is None:
            self._kinks = compiled(self.statement.function, self.sizes)
        return self._kinks

    @property
    def curvature(self) -> Curvature:
        """Its Hessian form."""
        if self._curvature is None:
            self._curvature = Curvature(self.statement.function, self.sizes)
        return self._curvature
