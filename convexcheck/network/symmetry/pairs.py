"""Pairs of equivalent weights with a larger loss between them: which members of the group to try (untrusted)."""

from __future__ import annotations

import itertools
import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from convexcheck.network.loss import Problem
from convexcheck.network.model import MLP, Layer
from convexcheck.network.numbers import Numbers, floats
from convexcheck.network.symmetry.kinds import Kind, kinds, stretched
from convexcheck.network.symmetry.member import Member, Move, Stretch

HALF = Fraction(1, 2)
WEIGHTS = tuple(Fraction(k, 64) for k in (32, 16, 48, 8, 56, 1, 63, 24, 40))
MOST, DRAWN = 60, 60  # exchanges of two units in one layer; random members
LARGE, FEW = 100_000, 6  # parameters from which on only a few of either are tried


@dataclass(frozen=True)
class Candidate:
    """A member g and a weight t with the loss at (1-t) theta + t g theta minus the loss at theta, in float64."""

    member: Member
    t: Fraction
    gap: float


def candidates(
    problem: Problem, member: Member | None = None, t: Fraction | None = None, seconds: float = math.inf
) -> list[Candidate]:
    """Members and weights for which the loss between lies above, the largest gap first.

    Args:
        problem: the network with data and loss.
        member: the only member to try; None for exchanges of two units, changes of sign, and orders reversed.
        t: the only weight to try.
        seconds: no more is tried after that time.

    Returns:
        Candidates with a gap > 0 in float64; an empty list says that none was found, and nothing else.
    """
    listed = [member] if member else list(_members(problem.net, kinds(problem.net, bool(problem.ridge))))
    members = [g for g in listed if not g.trivial]
    base, spread = problem.value(), 1e-13 * (1 + abs(problem.value()))
    end = time.monotonic() + seconds

    def measured(tried: Sequence[Candidate]) -> list[Candidate]:
        first, others = tried[:1], itertools.takewhile(lambda _: time.monotonic() < end, tried[1:])
        return sorted((_measured(problem, c, base) for c in itertools.chain(first, others)), key=lambda c: -c.gap)

    found = measured([Candidate(g, HALF if t is None else t, 0.0) for g in members])
    if t is None and not (found and found[0].gap > spread):
        found = measured([replace(c, t=w) for c in found for w in WEIGHTS[1:]])
    return [c for c in found if c.gap > spread]


def _measured(problem: Problem, c: Candidate, base: float) -> Candidate:
    return replace(c, gap=replace(problem, net=between(problem.net, c.member(problem.net), c.t)).value() - base)


def between(net: MLP, other: MLP, t: Fraction) -> MLP:
    """The network with the weights (1-t) theta + t theta', in float64."""
    s = float(t)

    def mixed(a: Layer, b: Layer) -> Layer:
        bias = None if a.b is None or b.b is None else (1 - s) * floats(a.b) + s * floats(b.b)
        return replace(a, W=(1 - s) * floats(a.W) + s * floats(b.W), b=bias)

    return replace(net, layers=tuple(map(mixed, net.layers, other.layers)))


def _members(net: MLP, own: tuple[Kind, ...]) -> Iterator[Member]:
    still = [Move(tuple(range(k.width))) for k in own]
    most = FEW if net.size >= LARGE else MOST

    def one(j: int, move: Move) -> Member:
        return Member((*still[:j], move, *still[j + 1 :]), own)

    for j, kind in enumerate(own):
        units = np.concatenate([floats(net.layers[j].W), floats(net.layers[j + 1].W).T], axis=1)
        for a, b in _apart(units)[:most]:
            order = list(range(kind.width))
            order[a], order[b] = b, a
            yield one(j, Move(tuple(order)))
        if kind.width > 2:
            yield one(j, Move(tuple(range(kind.width))[::-1]))
            yield one(j, Move((*range(1, kind.width), 0)))
        if kind.signs:  # for an odd activation the midpoint with the opposite of all units is 0
            yield one(j, Move(still[j].permutation, (-1,) * kind.width))
            for i in range(min(kind.width, most)):
                yield one(j, Move(still[j].permutation, tuple(-1 if k == i else 1 for k in range(kind.width))))
        if kind.degree:
            yield one(j, Move(still[j].permutation, (), tuple(Fraction(4) for _ in range(kind.width))))
    for j in stretched(own) if net.size < LARGE else ():
        ones = (Fraction(1),) * own[j - 1].width
        factor = Fraction(-1) if own[j - 1].penalised else Fraction(4)
        yield one(j - 1, Move(still[j - 1].permutation, stretch=Stretch(ones, ones, factor)))
    if len(own) > 1:
        yield Member(tuple(Move(tuple(range(k.width))[::-1]) for k in own), own)
    rng = np.random.default_rng(0)
    for _ in range(min(DRAWN, most) if own else 0):
        orders = [tuple(map(int, rng.permutation(k.width))) for k in own]
        signs = [tuple(map(int, rng.choice([1, -1], k.width))) if k.signs else () for k in own]
        yield Member(tuple(map(Move, orders, signs)), own)


def _apart(units: Numbers) -> list[tuple[int, int]]:
    """The pairs of units that differ most, at most `MOST`."""
    if len(units) <= 200:
        pairs = list(itertools.combinations(range(len(units)), 2))
    else:
        order = np.argsort(units @ units.mean(axis=0))
        pairs = [(int(order[k]), int(order[-1 - k])) for k in range(MOST)]
    distance = {p: float(np.abs(units[p[0]] - units[p[1]]).sum()) for p in pairs}
    return sorted((p for p in pairs if distance[p]), key=lambda p: -distance[p])[:MOST]
