"""A member of a network's symmetry group, and what it does to weights, in exact arithmetic (untrusted)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

import numpy as np

from convexcheck.expression.errors import ConvexcheckError
from convexcheck.network.model import MLP, Layer
from convexcheck.network.numbers import Numbers, fractions
from convexcheck.network.symmetry.kinds import FLIP, ODD, Kind

STAGE = "symmetry"


@dataclass(frozen=True)
class Move:
    """What happens to one hidden layer: new unit i is old unit ``permutation[i]``, with its sign and scale.

    Args:
        permutation: a bijection of 0 .. h - 1.
        signs: 1 or -1 for each new unit; empty for all 1.
        scales: numbers > 0 for each new unit; empty for all 1.
    """

    permutation: tuple[int, ...]
    signs: tuple[int, ...] = ()
    scales: tuple[Fraction, ...] = ()

    @property
    def trivial(self) -> bool:
        """Whether nothing happens."""
        still = self.permutation == tuple(range(len(self.permutation)))
        return still and set(self.signs) <= {1} and set(self.scales) <= {Fraction(1)}


@dataclass(frozen=True)
class Member:
    """One move for every hidden layer.

    >>> net = MLP.from_arrays([([[1.0], [2.0]], None), ([[3.0, 5.0]], None)], activation="tanh")
    >>> swap = Member.of(net, {1: [1, 0]}, signs={1: [1, -1]})
    >>> moved = swap(net)
    >>> moved.layers[0].W.tolist(), moved.layers[1].W.tolist()
    ([[2.0], [-1.0]], [[5.0, -3.0]])
    """

    moves: tuple[Move, ...]
    kinds: tuple[Kind, ...] = field(repr=False)

    @classmethod
    def of(
        cls, net: MLP, permutations: Any = None, signs: Any = None, scales: Any = None, penalised: bool = False
    ) -> Member:
        """The member with the given permutations, signs and scales by hidden layer, the first being 1.

        Raises:
            ConvexcheckError: no such layer, no permutation, no sign, a symmetry that the layer does not have.
        """
        from convexcheck.network.symmetry.kinds import kinds

        own = kinds(net, penalised)
        given = [dict(part or {}) for part in (permutations, signs, scales)]
        for layer in {j for part in given for j in part}:
            if layer not in range(1, len(own) + 1):
                raise ConvexcheckError(STAGE, f"hidden layer {layer}", f"one of the {len(own)}, from 1")
        moves = [
            _checked(j, kind, given[0].get(j, range(kind.width)), given[1].get(j, ()), given[2].get(j, ()))
            for j, kind in enumerate(own, 1)
        ]
        return cls(tuple(moves), own)

    @property
    def trivial(self) -> bool:
        """Whether it is the identity."""
        return all(move.trivial for move in self.moves)

    def __call__(self, net: MLP) -> MLP:
        """The equivalent network; weights that float64 cannot hold become exact rationals."""
        exact = any(set(m.scales) - {Fraction(1)} for m in self.moves)
        flips = any(k.signs == FLIP and -1 in m.signs for k, m in zip(self.kinds, self.moves, strict=True))
        layers = [_rational(layer) for layer in net.layers] if exact or flips else list(net.layers)
        for j, (move, kind) in enumerate(zip(self.moves, self.kinds, strict=True)):
            layers[j], layers[j + 1] = _moved(layers[j], layers[j + 1], move, kind)
        return replace(net, layers=tuple(layers))


def _checked(j: int, kind: Kind, permutation: Sequence[int], signs: Sequence[int], scales: Sequence[Any]) -> Move:
    where = f"hidden layer {j}"
    if sorted(permutation) != list(range(kind.width)):
        raise ConvexcheckError(STAGE, f"{where}: {list(permutation)}", f"a permutation of 0 to {kind.width - 1}")
    if len(signs) and (len(signs) != kind.width or set(map(int, signs)) - {1, -1}):
        raise ConvexcheckError(STAGE, f"{where}: signs {list(signs)}", f"{kind.width} numbers 1 or -1")
    if set(signs) - {1} and not kind.signs:
        raise ConvexcheckError(STAGE, f"{where}: a change of sign", "an odd or even activation, or sigmoid with a bias")
    factors = tuple(map(Fraction, scales))
    if factors and (len(factors) != kind.width or min(factors) <= 0):
        raise ConvexcheckError(STAGE, f"{where}: scales {list(scales)}", f"{kind.width} numbers > 0")
    if set(factors) - {Fraction(1)} and not kind.degree:
        raise ConvexcheckError(STAGE, f"{where}: a change of scale", "relu, square or identity, and no penalty")
    return Move(tuple(map(int, permutation)), tuple(map(int, signs)), factors)


def _rational(layer: Layer) -> Layer:
    return replace(layer, W=fractions(layer.W), b=None if layer.b is None else fractions(layer.b))


def _moved(layer: Layer, following: Layer, move: Move, kind: Kind) -> tuple[Layer, Layer]:
    order = list(move.permutation)
    W, b, V, a = layer.W[order], None if layer.b is None else layer.b[order], following.W[:, order], following.b
    if -1 in move.signs:
        signs = np.array(move.signs, dtype=object if W.dtype == object else float)
        if kind.signs == FLIP and a is not None:
            a = a + V[:, np.array(move.signs) < 0].sum(axis=1)
        W, b = W * signs[:, None], None if b is None else b * signs
        V = V * signs if kind.signs in (ODD, FLIP) else V
    if move.scales:
        scales: Numbers = np.array([*move.scales, None], dtype=object)[:-1]
        W, b, V = W * scales[:, None], None if b is None else b * scales, V / scales**kind.degree
    return replace(layer, W=W, b=b), replace(following, W=V, b=a)


