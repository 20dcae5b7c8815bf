"""Negative curvature of a perceptron's loss at its weights, proposed as evidence (untrusted).

A direction v with v'Hv < 0 refutes convexity. It comes from the dense matrix for small P, and beyond from the first
steps of Lanczos' method, which are enough: whether the sign holds is for the kernel to say, in the arithmetic that
the evidence names.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np

from convexcheck.certificate.evidence import Array, Instance, NegativeCurvature
from convexcheck.network.dense import hessian_of
from convexcheck.network.eigen import DENSE, least
from convexcheck.network.lanczos import steps
from convexcheck.network.loss import Problem
from convexcheck.network.numbers import Numbers, floats, fractions, representable
from convexcheck.network.statement import Reading

NOISE = 1e-11  # relative to the largest eigenvalue; below it a sign in float64 is not worth a check
WRITTEN = 400  # parameters that are written into the certificate itself
SMALL_WORK, LARGE_WORK = 2e6, 3e7  # rows times parameters: what objects, one number each, evaluate soon, and at all
_RATIONAL = ("relu", "square", "identity")
_BITS = (6, 10, 16, 24)  # of the entries of a direction that is written out
Digest = Callable[[Numbers], str]


@dataclass(frozen=True)
class Proposal:
    """Evidence, and the arrays that it names by their digests.

    Args:
        evidence: the point, the direction and the arithmetic.
        files: the arrays by digest.
        value: v'Hv/v'v in float64; 0 where it is not known.
        products: how many products with H it took.
    """

    evidence: NegativeCurvature
    files: Mapping[str, Numbers] = field(repr=False)
    value: float
    products: int


def proposals(
    problem: Problem,
    reading: Reading,
    side: str,
    digest: Digest,
    left: Callable[[], float],
    seed: int = 0,
    direction: Numbers | None = None,
) -> Iterator[Proposal]:
    """Evidence against convexity (or concavity), better from one to the next; none where the curvature has no sign.

    Args:
        problem: perceptron, data and loss.
        reading: the statement about them.
        side: "convex" or "concave", which is to be refuted.
        digest: names an array by its content.
        left: the seconds that are left.
        seed: of the first vector of Lanczos' method.
        direction: to try first.
    """
    sign = 1.0 if side == "convex" else -1.0
    writer = _Writer(problem, reading, digest)
    if direction is not None:
        yield from writer.proposals(direction, 0.0, 0)
    if problem.net.size <= DENSE:
        matrix = sign * np.asarray(hessian_of(problem))
        value, vector, _ = least(matrix)
        if value < -NOISE * float(np.abs(matrix).max()):
            yield from writer.proposals(vector, sign * value, 0)
        return
    from convexcheck.network.products import NetProducts

    products, wait = NetProducts(problem), 1
    for step in steps(lambda v: sign * products(v), problem.net.size, seed):
        converged = step.exhausted or step.residual <= 1e-9 * step.largest
        if step.value < -NOISE * step.largest and (step.products >= wait or converged):
            yield from writer.proposals(step.vector(), sign * step.value, step.products)
            wait = 2 * step.products
        if converged or left() <= 0:
            return


def levels(problem: Problem) -> list[str]:
    """The arithmetics to try, in order: exact where operations and size allow it, then tight, then fast."""
    net, work = problem.net, problem.rows * problem.net.size
    rational = problem.loss != "cross_entropy" and all(a in _RATIONAL for a in net.activations)
    found = ["rational"] * (rational and work <= SMALL_WORK)
    if work <= SMALL_WORK:
        return [*found, "ball", "midpoint-radius"]
    return ["midpoint-radius"] + ["ball"] * (work <= LARGE_WORK)


class _Writer:
    """Points and directions as the arrays of evidence."""

    def __init__(self, problem: Problem, reading: Reading, digest: Digest) -> None:
        self.problem, self.digest = problem, digest
        self.small = problem.net.size <= WRITTEN
        s = reading.statement
        data = {"X": problem.X, "y": problem.y}
        parameters = [(n, self.parameter(data[n], d.array)) for n, d in s.parameters.items()]
        self.instance = Instance((), tuple(parameters))
        self.files = dict[str, Numbers]()
        self.point = self.arrays(problem.net.parameters.items(), self.files)
        self.bounded = bool(s.domain)

    @staticmethod
    def parameter(array: Numbers, digest: str) -> Array:
        return Array(array.shape, () if digest else tuple(fractions(array).ravel()), digest)

    def arrays(self, named: Iterable[tuple[str, Numbers]], files: dict[str, Numbers]) -> tuple[tuple[str, Array], ...]:
        """Small arrays and rationals are written out; large ones become `files`."""

        def array(values: Numbers) -> Array:
            if self.small or not representable(values):
                return Array(values.shape, tuple(fractions(values).ravel()))
            entries = floats(np.ascontiguousarray(values))
            name = self.digest(entries)
            files[name] = entries
            return Array(entries.shape, (), name)

        return tuple((name, array(values)) for name, values in named)

    def proposals(self, vector: Numbers, value: float, products: int) -> Iterator[Proposal]:
        direction = self.rounded(vector)
        net, files = self.problem.net, dict(self.files)
        v = self.arrays(zip(net.names, net.split(direction), strict=True), files)
        step = Fraction(1, 2**20) if self.bounded else Fraction(1)
        for level in levels(self.problem):
            evidence = NegativeCurvature(self.instance, self.point, v, level, step)
            yield Proposal(evidence, files, value, products)

    def rounded(self, vector: Numbers) -> Numbers:
        """For a direction that is written out the fewest bits that keep the curvature's sign and half of its size."""
        if not self.small:
            return vector
        H = np.asarray(hessian_of(self.problem))
        curvature = float(vector @ H @ vector) / float(vector @ vector)
        scaled = vector / np.abs(vector).max()
        for bits in _BITS:
            short: Numbers = np.rint(scaled * 2.0**bits) / 2.0**bits
            if curvature and float(short @ H @ short) / curvature > 0.5 * float(short @ short):
                return short
        return vector
