"""Equivalent weight sets, made one after the other (untrusted: the equality of the functions is for the kernel)."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from hashlib import blake2b
from math import factorial, prod
from typing import Any

import numpy as np

from convexcheck.expression.errors import ConvexcheckError
from convexcheck.network.model import MLP
from convexcheck.network.numbers import floats, fractions, representable
from convexcheck.network.symmetry.kinds import Kind, kinds, stretched
from convexcheck.network.symmetry.member import STAGE, Member, Move, Stretch

CHOICES = ("permutation", "sign", "scale", "matrix", "finite", "all")
ALONE = ("sign", "scale", "matrix")
FEW = 5_040  # a group up to this order is listed whole without a limit
_FACTORS = tuple(Fraction(2) ** k for k in range(-3, 4))  # powers of two, so that floats stay floats


@dataclass(frozen=True)
class Equivalent:
    """Weights with the same function, and the member of the group that makes them."""

    net: MLP
    member: Member


def equivalents(
    net: MLP, kind: str = "finite", limit: Any = None, seed: Any = 0, ridge: Any = 0
) -> Iterator[Equivalent]:
    """Different weights with the same function for all inputs, starting with the given ones.

    Args:
        net: the perceptron.
        kind: "permutation", "sign", "scale" or "matrix" alone; "finite": permutations and signs; "all": everything.
            Matrices act on one linear layer, see `kinds.stretched`.
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
    if limit is not None and (isinstance(limit, bool) or not isinstance(limit, int | np.integer) or limit < 1):
        raise ConvexcheckError(STAGE, f"limit={limit!r}", "a whole number >= 1")
    if isinstance(seed, bool) or not isinstance(seed, int | np.integer) or seed < 0:
        raise ConvexcheckError(STAGE, f"seed={seed!r}", "a whole number >= 0")
    factors = [_moves(k, kind) for k in own]
    has = {"sign": any(k.signs for k in own), "scale": any(k.degree for k in own), "matrix": bool(stretched(own))}
    if kind == "matrix" and not has["matrix"] and any(k.linear for k in own):
        hidden = "a linear layer with no other kind of layer between it and the outputs"
        raise ConvexcheckError(STAGE, "the kernel cannot prove matrices below a nonlinear layer", hidden, 'kind="all"')
    if not has.get(kind, True):
        raise ConvexcheckError(STAGE, f"no {kind} changes leave this network alone", hint='kind="permutation"')
    infinite = kind in ("scale", "matrix") or (kind == "all" and (has["scale"] or has["matrix"]))
    size = prod(count for count, _ in factors)
    if limit is None and (infinite or size > FEW):
        many = "infinitely many" if infinite else f"{size:.3g}" if size < 1e300 else "very many"
        raise ConvexcheckError(STAGE, f"{many} equivalent weight sets", "a limit", "limit=100")
    if infinite or (limit is not None and size > 50 * limit):
        return _distinct(net, _drawn(own, kind, int(seed), int(limit or 0)), limit)
    listed = itertools.product(*(make() for _, make in factors))
    return _distinct(net, (Member(moves, own) for moves in listed), limit)


def _distinct(net: MLP, members: Iterator[Member], limit: Any) -> Iterator[Equivalent]:
    seen: set[bytes] = set()
    for member in members:
        moved = member(net)
        key = _key(moved)
        if key not in seen:
            seen.add(key)
            yield Equivalent(moved, member)
            if len(seen) == limit:
                return


def _key(net: MLP) -> bytes:
    """A digest of the exact weights, the same for a float and for the rational that it stores, and for -0 and 0."""
    found = blake2b(digest_size=32)
    for a in net.parameters.values():
        found.update((floats(a) + 0.0).tobytes() if representable(a) else repr(fractions(a).tolist()).encode())
    return found.digest()


def _moves(kind: Kind, choice: str) -> tuple[int, Any]:
    """How many moves one layer has, and a function that lists them."""
    permuting = choice not in ALONE
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
        moves, one = [], stretched(own) if choice in ("matrix", "all") else ()
        for j, k in enumerate(own, 1):
            order = rng.permutation(k.width) if choice not in ALONE else np.arange(k.width)
            signing = k.signs and choice in ("sign", "finite", "all")
            scaling = k.degree and choice in ("scale", "all")
            signs = tuple(int(s) for s in rng.choice([1, -1], k.width)) if signing else ()
            scales = tuple(_FACTORS[p] for p in rng.integers(len(_FACTORS), size=k.width)) if scaling else ()
            stretch = _stretch(k, rng) if j in one else None
            moves.append(Move(tuple(map(int, order)), signs, scales, stretch))
        yield Member(tuple(moves), own)


def _stretch(kind: Kind, rng: np.random.Generator) -> Stretch:
    u, v = (tuple(map(Fraction, rng.integers(1, 9, kind.width).tolist())) for _ in range(2))
    return Stretch(u, u, Fraction(-1)) if kind.penalised else Stretch(u, v, _FACTORS[rng.integers(len(_FACTORS))])
