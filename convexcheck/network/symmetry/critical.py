"""Evidence for critical points of a network's loss, with the orbit that its symmetries make (untrusted)."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import factorial, prod

import numpy as np

from convexcheck.certificate.evidence import CriticalPoint, Invariance, SymmetryPair
from convexcheck.expression.evaluate import evaluate
from convexcheck.network.model import MLP
from convexcheck.network.newton import critical_points, settled
from convexcheck.network.numbers import floats
from convexcheck.network.symmetry.action import action, values
from convexcheck.network.symmetry.equivalents import equivalents
from convexcheck.network.symmetry.evidence import SQUARED, Case, pairs
from convexcheck.network.symmetry.group import SymmetryGroup
from convexcheck.network.symmetry.kinds import Kind, kinds, stretched

VANISHING = ("tanh", "relu", "gelu", "sin", "square", "identity")  # phi(0) = 0
LARGEST = 200  # parameters: the Hessian is evaluated in balls, in minutes from there on
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
    """Evidence for the critical point near the network's weights, with its orbit where the images keep apart."""
    net = case.problem.net
    theta = settled(case.problem) if net.size <= LARGEST else None
    if theta is None:
        return
    start = dict(zip(net.names, net.split(theta), strict=True))
    for found in critical_points(case.statement, case.instance, case.exact, start):
        frame = np.array([float(v) for v in found.frame.entries]).reshape(found.frame.shape)
        inverse = np.array([float(v) for v in found.inverse.entries]).reshape(found.inverse.shape)
        index = int((np.linalg.eigvalsh((inverse + inverse.T) / 2) < 0).sum())
        with_images = _with_orbit(case, found) if orbit else None
        yield Proposal(with_images or found, index, len(frame))


def _with_orbit(case: Case, found: CriticalPoint) -> CriticalPoint | None:
    own = kinds(case.problem.net, bool(case.problem.ridge))
    if not own or prod(factorial(k.width) * (2**k.width if k.signs else 1) for k in own) > MOST:
        return None
    net = _at(case.problem.net, found)
    listed = list(itertools.islice(equivalents(net, "finite", MOST, ridge=case.problem.ridge), MOST))
    points, near = np.array([e.net.vector() for e in listed]), 8 * float(found.radius)
    if any(abs(points[k + 1 :] - p).max(axis=1).min(initial=np.inf) < near for k, p in enumerate(points)):
        return None
    members = [e.member for e in listed]
    family = action(case.statement, own, scales=False)
    return replace(found, action=family, elements=tuple(values(family, g) for g in members))


def higher(case: Case, found: CriticalPoint) -> Iterator[SymmetryPair]:
    """Evidence of a larger loss between the centre of the box and one of its images, the largest first."""
    return pairs(replace(case, problem=replace(case.problem, net=_at(case.problem.net, found))))


@dataclass(frozen=True)
class Curves:
    """Curves through the weights along which the loss is constant, so that they are no strict minimum.

    Args:
        words: which ones; "" for none.
        evidence: for the kernel, where they are symmetries of all weights.
        least: whether the loss is 0, and so the least possible one.
    """

    words: str
    evidence: Invariance | None
    least: bool


def curves(case: Case, own_targets: bool) -> Curves:
    """Symmetries near the identity that move the weights, or units that are redundant.

    Args:
        case: the loss at the weights.
        own_targets: whether the targets are the network's own outputs.
    """
    net, ridge = case.problem.net, bool(case.problem.ridge)
    own = kinds(net, ridge)
    least = not ridge and case.problem.loss in SQUARED and (own_targets or _zero(case))
    for j, k in enumerate(own):
        moved = np.any(floats(net.layers[j].W) != 0, axis=1) | np.any(floats(net.layers[j + 1].W) != 0, axis=0)
        if moved.any() and k.degree:
            words = f"unit {int(moved.argmax())} of hidden layer {j + 1} may be scaled, its outgoing weights inversely"
            return Curves(words, Invariance(action(case.statement, own, signs=False)), least)
        if moved.any() and ridge and k.width > 1 and j + 1 in stretched(own):
            words = f"hidden layer {j + 1} is linear, and may be rotated"
            return Curves(words, Invariance(action(case.statement, own, matrices=(j + 1,))), least)
    return Curves("" if ridge else next(_redundant(net, own), ""), None, least)


def _redundant(net: MLP, own: tuple[Kind, ...]) -> Iterator[str]:
    """Weights that may change without a change of the function, for units that are alike or null, in words."""
    for j, found in enumerate(SymmetryGroup(net, own).redundancy(), 1):
        layer, following = net.layers[j - 1], net.layers[j]
        for units in found.alike:
            names = " and ".join(map(str, units[:2]))
            yield f"units {names} of hidden layer {j} share their incoming weights, so outgoing ones may be exchanged"
        for i in found.null:
            still = following.b is not None or (layer.activation in VANISHING and (layer.b is None or not layer.b[i]))
            if not any(following.W[:, i]):
                yield f"unit {i} of hidden layer {j} has no outgoing weights, so that its incoming ones are free"
            elif still:
                yield f"unit {i} of hidden layer {j} is constant, so that its outgoing weights are free or a bias"


def _zero(case: Case) -> bool:
    """Whether the loss is 0, exactly."""
    return bool(evaluate(case.statement.function, {**case.exact, **case.point}, {}) == 0)


def _at(net: MLP, found: CriticalPoint) -> MLP:
    """The network with the weights at the centre of the box, as exact rationals."""
    arrays = {n: np.array([*a.entries, None], dtype=object)[:-1].reshape(a.shape) for n, a in found.x}
    layers = [
        replace(layer, W=arrays[f"W{j}"], b=arrays.get(f"b{j}")) for j, layer in enumerate(net.layers, 1)
    ]  # fmt: skip
    return replace(net, layers=tuple(layers))
