"""Equivalent weight sets, made one after the other (untrusted: the equality of the functions is for the kernel)."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from math import factorial, prod
from typing import Any

import numpy as np

from convexcheck.expression.errors import ConvexcheckError
from convexcheck.network.model import MLP
from convexcheck.network.symmetry.kinds import Kind, kinds
from convexcheck.network.symmetry.member import STAGE, Member, Move

CHOICES = ("permutation", "sign", "scale", "finite", "all")
FEW = 5_040  # a group up to this order is listed whole without a limit
_FACTORS = tuple(Fraction(2) ** k for k in range(-3, 4))  # powers of two, so that floats stay floats


@dataclass(frozen=True)
class Equivalent:
    """Weights with the same function, and the member of the group that makes them."""

    net: MLP
    member: Member


def equivalents(
    net: MLP, kind: str = "finite", limit: int | None = None, seed: int = 0, ridge: Any = 0
) -> Iterator[Equivalent]:
    """Different weights with the same function for all inputs, starting with the given ones.

    Args:
        net: the perceptron.
        kind: "permutation", "sign" or "scale" alone; "finite": permutations and signs; "all": these and scales.
        limit: how many at the most; needed where there are more than 5,040.
        seed: of the random members that are drawn where not all are listed.
        ridge: a penalty that must stay the same too; 0 for none.

    Returns:
        An iterator that makes one after the other. Weights stay float64 as long as that is exact.

    Raises:
        ConvexcheckError: an unknown kind, a kind that the network does not have, a large group without a limit.

    >>> net = MLP.from_arrays([([[1.0], [2.0]], None), ([[3.0, 5.0]], None)], activation="relu")
    >>> [e.net.layers[1].W.tolist() for e in equivalents(net)]
    [[[3.0, 5.0]], [[5.0, 3.0]]]
    """
    own = kinds(net, bool(ridge))
    if kind not in CHOICES:
        raise ConvexcheckError(STAGE, f"kind {kind!r}", f"one of {', '.join(CHOICES)}")
    factors = [_moves(k, kind) for k in own]
    if (kind == "sign" and not any(k.signs for k in own)) or (kind == "scale" and not any(k.degree for k in own)):
        raise ConvexcheckError(STAGE, f"no {kind} changes leave this network alone", hint='kind="permutation"')
    infinite = kind in ("scale", "all") and any(k.degree for k in own)
    size = prod(count for count, _ in factors)
    if limit is None and (infinite or size > FEW):
        many = "infinitely many" if infinite else f"{size:.3g}" if size < 1e300 else "very many"
        raise ConvexcheckError(STAGE, f"{many} equivalent weight sets", "a limit", "limit=100")
    if infinite or (limit is not None and size > 50 * limit):
        return _distinct(net, _drawn(own, kind, seed, limit or 0), limit)
    listed = itertools.product(*(make() for _, make in factors))
    return _distinct(net, (Member(moves, own) for moves in listed), limit)


def _distinct(net: MLP, members: Iterator[Member], limit: int | None) -> Iterator[Equivalent]:
    seen: set[Any] = set()
    for member in members:
        moved = member(net)
        key = tuple(tuple(a.ravel().tolist()) for a in moved.parameters.values())
        if key not in seen:
            seen.add(key)
            yield Equivalent(moved, member)
            if len(seen) == limit:
                return


def _moves(kind: Kind, choice: str) -> tuple[int, Any]:
    """How many moves one layer has, and a function that lists them."""
    permuting = choice not in ("sign", "scale")
    signing = choice in ("sign", "finite", "all") and bool(kind.signs)

    def make() -> Iterator[Move]:
        still = tuple(range(kind.width))
        orders = itertools.permutations(still) if permuting else iter([still])
        for order in orders:
            for signs in itertools.product((1, -1), repeat=kind.width) if signing else [()]:
                yield Move(order, signs)

    return (factorial(kind.width) if permuting else 1) * (2**kind.width if signing else 1), make


def _drawn(own: tuple[Kind, ...], choice: str, seed: int, limit: int) -> Iterator[Member]:
    """The identity, then random members; 20 for each one that is asked for, as some give the same weights."""
    rng = np.random.default_rng(seed)
    yield Member(tuple(Move(tuple(range(k.width))) for k in own), own)
    for _ in range(20 * limit):
        moves = []
        for k in own:
            order = rng.permutation(k.width) if choice not in ("sign", "scale") else np.arange(k.width)
            signing = k.signs and choice not in ("permutation", "scale")
            scaling = k.degree and choice in ("scale", "all")
            signs = tuple(int(s) for s in rng.choice([1, -1], k.width)) if signing else ()
            scales = tuple(_FACTORS[p] for p in rng.integers(len(_FACTORS), size=k.width)) if scaling else ()
            moves.append(Move(tuple(map(int, order)), signs, scales))
        yield Member(tuple(moves), own)
