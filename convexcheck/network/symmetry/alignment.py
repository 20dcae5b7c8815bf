"""Alignment: the member of the symmetry group that brings one network closest to another (untrusted).

Layer by layer, the best permutation with signs for fixed other layers is a linear assignment problem; sweeps over the
layers are repeated until nothing changes (S. K. Ainsworth, J. Hayase, S. Srinivasa, Git Re-Basin, ICLR 2023, sec. 3.2).
Scales are set before: the incoming and outgoing weights of a unit get equal norms in both networks.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np

from convexcheck.expression.errors import ConvexcheckError
from convexcheck.network.loss import Problem
from convexcheck.network.model import MLP
from convexcheck.network.numbers import Numbers, floats
from convexcheck.network.symmetry.kinds import EVEN, Kind, kinds
from convexcheck.network.symmetry.member import STAGE, Member, Move
from convexcheck.network.symmetry.pairs import between

SWEEPS, RANDOM = 100, 3
GRID = tuple(Fraction(k, 32) for k in range(33))


@dataclass(frozen=True)
class Alignment:
    """Two networks in a common frame.

    Args:
        first: the first network, balanced where units have scales.
        second: the second one, moved.
        member: what moved the balanced second network.
        distance: the Euclidean distance of the weights after, and `before` it.
    """

    first: MLP
    second: MLP
    member: Member
    before: float
    distance: float


def align(first: MLP, second: MLP, scales: bool = True, ridge: Any = 0) -> Alignment:
    """Move the second network by its symmetries so that it is as close as possible to the first.

    Args:
        first: the reference.
        second: a network of the same layers.
        scales: whether scales may be used where the activation has them; False compares by permutations and signs.
        ridge: a penalty, under which scales are no symmetry.

    Returns:
        Both networks, each with exactly the function that it had; with scales their weights are rationals.

    Raises:
        ConvexcheckError: networks of different shapes or activations.

    >>> one = MLP.from_arrays([([[1.0], [3.0]], None), ([[2.0, 5.0]], None)], activation="softplus")
    >>> other = Member.of(one, {1: [1, 0]})(one)
    >>> align(one, other).distance
    0.0
    """
    own = kinds(second, bool(ridge))
    if (first.widths, first.activations) != (second.widths, second.activations):
        got = f"{first.widths} {first.activations} and {second.widths} {second.activations}"
        raise ConvexcheckError(STAGE, got, "two networks of the same layers")
    start = _distance(first, second)
    if scales:
        first, second = (_balanced(net, own) for net in (first, second))
    found = []
    for moves in _starts(first, second, own):
        for _ in range(SWEEPS):
            previous = list(moves)
            for j, kind in enumerate(own):
                moves[j] = _assigned(first, second, moves, j, kind)
            if moves == previous:
                break
        member = Member(tuple(moves), own)
        moved = member(second)
        found.append(Alignment(first, moved, member, start, _distance(first, moved)))
    return min(found, key=lambda a: a.distance)


def _starts(first: MLP, second: MLP, own: tuple[Kind, ...]) -> Iterator[list[Move]]:
    """The identity; layer by layer from the inputs, by incoming weights alone; and random permutations."""
    still = [Move(tuple(range(k.width)), (1,) * k.width if k.signs else ()) for k in own]
    yield list(still)
    moves = list(still)
    for j, kind in enumerate(own):
        moves[j] = _assigned(first, second, moves, j, kind, incoming_only=True)
    yield moves
    rng = np.random.default_rng(0)
    for _ in range(RANDOM if own else 0):
        yield [Move(tuple(map(int, rng.permutation(k.width))), m.signs) for k, m in zip(own, still, strict=True)]


def _distance(a: MLP, b: MLP) -> float:
    return float(np.linalg.norm(a.vector() - b.vector()))


def _balanced(net: MLP, own: tuple[Kind, ...]) -> MLP:
    """Scales, of 12 bits each, that bring the norms of incoming and outgoing weights together, in a few sweeps."""
    for _ in range(8):
        moves = []
        for j, kind in enumerate(own):
            scales: tuple[Fraction, ...] = ()
            if kind.degree:
                bias = net.layers[j].b
                incoming = floats(net.layers[j].W) if bias is None else np.c_[floats(net.layers[j].W), floats(bias)]
                a, b = np.linalg.norm(incoming, axis=1), np.linalg.norm(floats(net.layers[j + 1].W), axis=0)
                ratio = np.where((a > 0) & (b > 0), b / np.where(a > 0, a, 1), 1.0)
                scales = tuple(_short(r ** (1 / (1 + kind.degree))) for r in ratio.tolist())
            moves.append(Move(tuple(range(kind.width)), (), scales))
        member = Member(tuple(moves), own)
        if member.trivial:
            break
        net = member(net)
    return net


def _short(scale: float) -> Fraction:
    """A number with 12 bits close to `scale`, 1 where that is closer than 2**-10."""
    mantissa, exponent = math.frexp(scale)
    return Fraction(1) if abs(scale - 1) < 2**-10 else Fraction(round(mantissa * 4096), 4096) * Fraction(2) ** exponent


def _assigned(first: MLP, second: MLP, moves: list[Move], j: int, kind: Kind, incoming_only: bool = False) -> Move:
    """The best move of layer j, the others being as they are."""
    from scipy.optimize import linear_sum_assignment

    below, above = (moves[j - 1] if j else None), (moves[j + 1] if j + 1 < len(moves) else None)
    a, b = floats(first.layers[j].W), _incoming(floats(second.layers[j].W), below)
    incoming = a @ b.T
    biases = [layer.b for layer in (first.layers[j], second.layers[j]) if layer.b is not None]
    incoming = incoming + np.outer(*map(floats, biases)) if len(biases) == 2 else incoming
    outgoing = floats(first.layers[j + 1].W).T @ _rows(floats(second.layers[j + 1].W), above)
    outgoing = outgoing * (not incoming_only)
    score = np.abs(incoming) + outgoing if kind.signs == EVEN else incoming + outgoing
    turned = np.abs(score) if kind.signs and kind.signs != EVEN else score
    rows, columns = linear_sum_assignment(turned, maximize=True)
    if not kind.signs:
        return Move(tuple(map(int, columns)))
    decisive = incoming if kind.signs == EVEN else score
    signs = (-1 if decisive[i, c] < 0 else 1 for i, c in zip(rows, columns, strict=True))
    return Move(tuple(map(int, columns)), tuple(signs))


def _incoming(W: Numbers, below: Move | None) -> Numbers:
    """The columns of W as a move of the layer below leaves them."""
    return W if below is None else W[:, list(below.permutation)] * (np.array(below.signs) if below.signs else 1.0)


def _rows(W: Numbers, above: Move | None) -> Numbers:
    if above is None:
        return W
    signs = np.array(above.signs)[:, None] if above.signs else 1.0
    moved: Numbers = W[list(above.permutation)] * signs
    return moved


def barrier(first: MLP, second: MLP, problem: Problem) -> tuple[float, Fraction]:
    """The largest height of the loss above the chord between two networks, on a grid of 33 points, and where.

    Args:
        first: the network at t = 0.
        second: the network at t = 1.
        problem: gives data and loss.

    Returns:
        The height in float64, and the weight t of the second network there.
    """
    values = [replace(problem, net=between(first, second, t)).value() for t in GRID]
    heights = [v - float(1 - t) * values[0] - float(t) * values[-1] for t, v in zip(GRID, values, strict=True)]
    top = int(np.argmax(heights))
    return heights[top], GRID[top]
