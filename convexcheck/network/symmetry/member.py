"""A member of a network's symmetry group, and what it does to weights, in exact arithmetic (untrusted)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

import numpy as np

from convexcheck.expression.errors import ConvexcheckError
from convexcheck.network.model import MLP, Layer
from convexcheck.network.numbers import Numbers, fractions
from convexcheck.network.symmetry.kinds import FLIP, ODD, Kind

STAGE = "symmetry"
PARTS = ("permutation", "signs", "scales")


@dataclass(frozen=True)
class Stretch:
    """The matrix A = I + (factor - 1) u v' / v'u between two linear layers; its inverse has 1/factor.

    With permutations, signs and scales such matrices generate all invertible ones. Those with u = v and factor -1 are
    Householder's reflections, which generate the orthogonal ones.

    Args:
        u: numbers > 0: u is multiplied with the factor.
        v: numbers > 0: what is orthogonal to v stays.
        factor: not 0.
    """

    u: tuple[Fraction, ...]
    v: tuple[Fraction, ...]
    factor: Fraction

    def __call__(self, rows: Numbers) -> Numbers:
        """A times an array of Fractions."""
        return _stretched(rows, self.u, self.v, self.factor)

    def back(self, rows: Numbers) -> Numbers:
        """Rows of Fractions times the inverse of A."""
        moved: Numbers = _stretched(rows.T, self.v, self.u, 1 / self.factor).T
        return moved


def _stretched(rows: Numbers, u: Sequence[Fraction], v: Sequence[Fraction], factor: Fraction) -> Numbers:
    one, other = (np.array(a, dtype=object) for a in (u, v))
    moved: Numbers = rows + np.multiply.outer(one, (factor - 1) / (one @ other) * (other @ rows))
    return moved


@dataclass(frozen=True)
class Move:
    """What happens to one hidden layer: new unit i is old unit ``permutation[i]``, with its sign and scale.

    Args:
        permutation: a bijection of 0 .. h - 1.
        signs: 1 or -1 for each new unit; empty for all 1.
        scales: numbers > 0 for each new unit; empty for all 1.
        stretch: of the old units of a linear layer, before anything else.
    """

    permutation: tuple[int, ...]
    signs: tuple[int, ...] = ()
    scales: tuple[Fraction, ...] = ()
    stretch: Stretch | None = None

    @property
    def trivial(self) -> bool:
        """Whether nothing happens."""
        still = self.permutation == tuple(range(len(self.permutation)))
        return still and set(self.signs) <= {1} and set(self.scales) <= {Fraction(1)} and self.stretch is None


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
        cls, net: MLP, permutations: Any = None, signs: Any = None, scales: Any = None, stretches: Any = None,
        penalised: bool = False,
    ) -> Member:  # fmt: skip
        """The member with the given permutations, signs and scales by hidden layer, the first being 1.

        Args:
            net: the perceptron.
            permutations: by layer, the old unit for each new one.
            signs: by layer, 1 or -1 for each new unit.
            scales: by layer, a number > 0 for each new unit.
            stretches: by linear layer, the triple (u, v, factor) of a `Stretch`.
            penalised: whether a penalty has to stay the same.

        Raises:
            ConvexcheckError: no such layer, no permutation, no sign, a symmetry that the layer does not have.
        """
        from convexcheck.network.symmetry.kinds import kinds

        own = kinds(net, penalised)
        parts = [part or {} for part in (permutations, signs, scales, stretches)]
        for part in parts:
            if not isinstance(part, Mapping):
                raise ConvexcheckError(STAGE, f"{part!r}", "what moves, by hidden layer", "{1: [1, 0]}")
        given = [dict(part) for part in parts]
        for layer in {j for part in given for j in part}:
            if layer not in range(1, len(own) + 1):
                raise ConvexcheckError(STAGE, f"hidden layer {layer}", f"one of the {len(own)}, from 1")
        moves = [
            _checked(j, kind, given[0].get(j, range(kind.width)), given[1].get(j, ()), given[2].get(j, ()))
            for j, kind in enumerate(own, 1)
        ]
        for j, triple in given[3].items():
            if len(triple) != 3:
                raise ConvexcheckError(STAGE, f"hidden layer {j}: {len(triple)} parts", "a triple (u, v, factor)")
            moves[j - 1] = replace(moves[j - 1], stretch=_stretch(j, own[j - 1], *triple))
        return cls(tuple(moves), own)

    def of_another(self, net: MLP, penalised: bool) -> Member:
        """The same moves as a member of another network's group.

        Raises:
            ConvexcheckError: where they are none of its symmetries.
        """
        moves = dict(enumerate(self.moves, 1))
        stretches = {j: (m.stretch.u, m.stretch.v, m.stretch.factor) for j, m in moves.items() if m.stretch}
        permutations, signs, scales = ({j: getattr(m, part) for j, m in moves.items()} for part in PARTS)
        return Member.of(net, permutations, signs, scales, stretches, penalised)

    @property
    def trivial(self) -> bool:
        """Whether it is the identity."""
        return all(move.trivial for move in self.moves)

    def __call__(self, net: MLP) -> MLP:
        """The equivalent network; weights that float64 cannot hold become exact rationals."""
        widths = tuple(k.width for k in self.kinds)
        if widths != net.widths[1:-1]:
            raise ConvexcheckError(STAGE, f"hidden layers of {net.widths[1:-1]} units", f"{widths}, as the member has")
        exact = any(m.stretch for m in self.moves)
        layers = [_rational(layer) for layer in net.layers] if exact else list(net.layers)
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


def _stretch(j: int, kind: Kind, u: Sequence[Any], v: Sequence[Any], factor: Any) -> Stretch:
    found = Stretch(tuple(map(Fraction, u)), tuple(map(Fraction, v)), Fraction(factor))
    if not kind.linear:
        raise ConvexcheckError(STAGE, f"hidden layer {j}: a matrix", "a layer with the activation identity")
    if {len(found.u), len(found.v)} != {kind.width} or min(found.u + found.v) <= 0:
        raise ConvexcheckError(STAGE, f"hidden layer {j}: u, v of {len(u)}, {len(v)}", f"{kind.width} numbers > 0 each")
    if kind.penalised and (found.u != found.v or found.factor != -1):
        raise ConvexcheckError(STAGE, f"hidden layer {j}: no reflection", "u = v and the factor -1, under a penalty")
    if not kind.penalised and found.factor <= 0:
        raise ConvexcheckError(STAGE, f"hidden layer {j}: the factor {factor}", "a number > 0")
    return found


def _rational(layer: Layer) -> Layer:
    return replace(layer, W=fractions(layer.W), b=None if layer.b is None else fractions(layer.b))


def _moved(layer: Layer, following: Layer, move: Move, kind: Kind) -> tuple[Layer, Layer]:
    if move.stretch is not None:
        bias = None if layer.b is None else move.stretch(layer.b)
        layer = replace(layer, W=move.stretch(layer.W), b=bias)
        following = replace(following, W=move.stretch.back(following.W))
    order = list(move.permutation)
    W, b, V, a = layer.W[order], None if layer.b is None else layer.b[order], following.W[:, order], following.b
    if -1 in move.signs:
        if kind.signs == FLIP and a is not None:
            a = fractions(a) + fractions(V[:, np.array(move.signs) < 0]).sum(axis=1)
        W, b = _times(W.T, move.signs).T, None if b is None else _times(b, move.signs)
        V = _times(V, move.signs) if kind.signs in (ODD, FLIP) else V
    if move.scales:
        inverse = [1 / s**kind.degree for s in move.scales]
        W, b = _times(W.T, move.scales).T, None if b is None else _times(b, move.scales)
        V = _times(V, inverse)
    return replace(layer, W=W, b=b), replace(following, W=V, b=a)


def _times(a: Numbers, factors: Sequence[Fraction | int]) -> Numbers:
    """The columns times the factors: float64 where all of these are powers of 2 and no result is rounded."""
    if a.dtype != object and all(map(_dyadic, factors)):
        scales = np.array(factors, dtype=float)
        scaled: Numbers = a * scales
        if np.array_equal(scaled / scales, a):
            return scaled
    exact: Numbers = fractions(a) * np.array([*factors, None], dtype=object)[:-1]
    return exact


def _dyadic(factor: Fraction | int) -> bool:
    """Whether it is a power of 2, up to its sign, that float64 holds."""
    n, d = abs(Fraction(factor)).as_integer_ratio()
    return (n & (n - 1)) == 0 == (d & (d - 1)) and n.bit_length() + d.bit_length() < 1000
