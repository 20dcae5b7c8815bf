"""Evidence for critical points of a network's loss, with the orbit that its symmetries make (untrusted)."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import factorial, prod

import numpy as np

from convexcheck.certificate.evidence import CriticalPoint
from convexcheck.network.model import MLP
from convexcheck.network.newton import critical_points
from convexcheck.network.numbers import floats
from convexcheck.network.symmetry.action import action, values
from convexcheck.network.symmetry.equivalents import equivalents
from convexcheck.network.symmetry.evidence import Case
from convexcheck.network.symmetry.kinds import kinds

MOST = 1_000  # images that one certificate lists


@dataclass(frozen=True)
class Proposal:
    """Evidence, with what it is expected to show.

    Args:
        evidence: for the kernel.
        index: the number of negative eigenvalues, in float64.
        size: the number of parameters.
    """

    evidence: CriticalPoint
    index: int
    size: int

    @property
    def inertia(self) -> str:
        """What the kernel must print."""
        return f"{self.size - self.index} eigenvalues > 0 and {self.index} < 0"


def proposals(case: Case, orbit: bool) -> Iterator[Proposal]:
    """Evidence for the critical point near the network's weights, with its orbit first, then alone."""
    net = case.problem.net
    start = {n: floats(a) for n, a in net.parameters.items()}
    for found in critical_points(case.statement, case.instance, case.exact, start):
        frame = np.array([float(v) for v in found.frame.entries]).reshape(found.frame.shape)
        inverse = np.array([float(v) for v in found.inverse.entries]).reshape(found.inverse.shape)
        index = int((np.linalg.eigvalsh((inverse + inverse.T) / 2) < 0).sum())
        if orbit:
            with_images = _with_orbit(case, found)
            if with_images is not None:
                yield Proposal(with_images, index, len(frame))
        yield Proposal(found, index, len(frame))


def _with_orbit(case: Case, found: CriticalPoint) -> CriticalPoint | None:
    own = kinds(case.problem.net, bool(case.problem.ridge))
    if not own or prod(factorial(k.width) * (2**k.width if k.signs else 1) for k in own) > MOST:
        return None
    net = _at(case.problem.net, found)
    members = [e.member for e in itertools.islice(equivalents(net, "finite", MOST, ridge=case.problem.ridge), MOST)]
    family = action(case.statement, own, scales=False)
    return replace(found, action=family, elements=tuple(values(family, g) for g in members))


def _at(net: MLP, found: CriticalPoint) -> MLP:
    """The network with the weights at the centre of the box, as exact rationals."""
    arrays = {n: np.array([*a.entries, None], dtype=object)[:-1].reshape(a.shape) for n, a in found.x}
    layers = [
        replace(layer, W=arrays[f"W{j}"], b=arrays.get(f"b{j}")) for j, layer in enumerate(net.layers, 1)
    ]  # fmt: skip
    return replace(net, layers=tuple(layers))
