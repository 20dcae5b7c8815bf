"""The symmetry group of a network: its order, the orbit of the given weights, what is redundant (untrusted)."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from math import factorial, prod

from convexcheck.expression.errors import ConvexcheckError
from convexcheck.network.model import MLP
from convexcheck.network.symmetry.canonical import canonical
from convexcheck.network.symmetry.kinds import EVEN, KNOWN, Kind, kinds
from convexcheck.network.symmetry.stabiliser import odd_form, order


@dataclass(frozen=True)
class Redundancy:
    """What is redundant in one hidden layer, as unit numbers from 0.

    Args:
        equal: groups of units with the same incoming and outgoing weights (up to the layer's signs).
        alike: groups of units with the same incoming weights; minima of such a reducible net lie on a continuum.
        null: units without incoming or without outgoing weights.
    """

    equal: tuple[tuple[int, ...], ...]
    alike: tuple[tuple[int, ...], ...]
    null: tuple[int, ...]


@dataclass(frozen=True)
class SymmetryGroup:
    """The transformations of the weights that leave the function alone: a product over hidden layers.

    Args:
        net: the perceptron whose architecture it is.
        kinds: the factor of every hidden layer.

    >>> net = MLP.from_arrays([([[1.0], [2.0], [3.0]], None), ([[1.0, 1.0, 1.0]], None)], activation="tanh")
    >>> group = SymmetryGroup(net, kinds(net))
    >>> group.order, group.dimension, group.orbit_size(net)          # 2**3 * 3!
    (48, 0, 48)
    """

    net: MLP = field(repr=False)
    kinds: tuple[Kind, ...]

    @property
    def order(self) -> int:
        """The number of connected components, which is the order of the finite part; exact."""
        return prod(self.factors)

    @property
    def factors(self) -> tuple[int, ...]:
        """The order for each hidden layer: permutations, and 2 for each sign; 2 for a linear layer (two components)."""
        return tuple(2 if k.linear else factorial(k.width) * (2**k.width if k.signs else 1) for k in self.kinds)

    @property
    def log10_order(self) -> float:
        """The decimal logarithm of the order.

        >>> from convexcheck.network.symmetry.kinds import Kind
        >>> round(SymmetryGroup(None, (Kind(512),) * 3).log10_order, 3)         # 512! three times
        3499.624
        """
        terms = [math.log(2) if k.linear else math.lgamma(k.width + 1) for k in self.kinds]
        signs = [k.width * math.log(2) for k in self.kinds if k.signs and not k.linear]
        return math.fsum(terms + signs) / math.log(10)

    @property
    def dimension(self) -> int:
        """The dimension of the continuous part: scalings, and invertible matrices for linear layers."""
        return sum(k.dimension for k in self.kinds)

    def stabiliser_order(self, net: MLP | None = None) -> int:
        """How many permutations with signs leave the weights as they are; 1 if all units differ."""
        return order(self._own(net), self.kinds)

    def orbit_size(self, net: MLP | None = None) -> int:
        """How many different weights permutations and signs make of the given ones: |G| / |stabiliser|, exact.

        Scalings, which make infinitely many, and general matrices of linear layers are left out of this count.
        """
        return self._finite // self.stabiliser_order(net)

    def canonical(self, net: MLP | None = None) -> MLP:
        """The one representative that all equivalent weights share; see `symmetry.canonical`."""
        return canonical(self._own(net), any(k.penalised for k in self.kinds))

    def redundancy(self, net: MLP | None = None) -> tuple[Redundancy, ...]:
        """Equal, alike and null units of every hidden layer, by exact comparison."""
        weights, biases = odd_form(self._own(net), self.kinds)
        found = []
        for j, kind in enumerate(self.kinds):
            equal: dict[object, list[int]] = {}
            alike: dict[object, list[int]] = {}
            null = []
            for i in range(kind.width):
                incoming, outgoing = (*weights[j][i], biases[j][i]), tuple(row[i] for row in weights[j + 1])
                turn = -1 if kind.signs and next((v for v in incoming if v), 1) < 0 else 1
                out = 1 if kind.signs == EVEN else turn
                key = tuple(turn * v for v in incoming)
                alike.setdefault(key, []).append(i)
                equal.setdefault((key, tuple(out * v for v in outgoing)), []).append(i)
                null += [i] if not any(weights[j][i]) or not any(outgoing) else []
            same, like = (tuple(tuple(g) for g in d.values() if len(g) > 1) for d in (equal, alike))
            found.append(Redundancy(same, like, tuple(null)))
        return tuple(found)

    def orbit(self, net: MLP | None = None) -> str:
        """How many images the weights have under permutations and signs, and why they are fewer than members, in words.

        >>> net = MLP.from_arrays([([[1.0], [1.0]], None), ([[2.0, 2.0]], None)], activation="softplus")
        >>> SymmetryGroup(net, kinds(net)).orbit()
        'under permutations and signs these weights have 1 image, not 2: units 0, 1 of hidden layer 1 are equal'
        """
        whole = self._finite
        try:
            size = self.orbit_size(net)
        except ConvexcheckError as error:
            return f"the images of these weights are not counted: {error.message}"
        fewer = "" if size == whole else f", not {_written(whole)}: {self._why(self._own(net))}"
        return f"under permutations and signs these weights have {_written(size)} image{'s' * (size != 1)}{fewer}"

    def _why(self, net: MLP) -> str:
        """The first equal units, or the first one that a change of sign leaves as it is."""
        for j, found in enumerate(self.redundancy(net), 1):
            for units in found.equal:
                return f"units {', '.join(map(str, units))} of hidden layer {j} are equal"
        weights, biases = odd_form(net, self.kinds)
        for j, kind in enumerate(self.kinds):
            for i in range(kind.width) if kind.signs else ():
                outgoing = [row[i] for row in weights[j + 1]] if kind.signs != EVEN else []
                if not any((*weights[j][i], biases[j][i], *outgoing)):
                    return f"signs do not change unit {i} of hidden layer {j + 1}"
        return "the units are wired alike"

    def _own(self, net: MLP | None) -> MLP:
        found = self.net if net is None else net
        if kinds(found, any(k.penalised for k in self.kinds)) != self.kinds:
            raise ConvexcheckError("symmetry", f"{found}, whose group is another one", f"the layers of {self.net}")
        return found

    @property
    def _finite(self) -> int:
        """The number of permutations with signs."""
        return prod(factorial(k.width) * (2**k.width if k.signs else 1) for k in self.kinds)

    def __str__(self) -> str:
        layers = []
        for j, k in enumerate(self.kinds, 1):
            parts = [f"{k.width}! permutations"]
            parts += [f"2^{k.width} signs ({k.signs})"] if k.signs and not k.linear else []
            parts += [f"{k.width} positive scalings"] if k.degree and not k.linear else []
            matrices = "orthogonal" if k.penalised else "invertible"
            parts = [f"{matrices} {k.width} x {k.width} matrices"] if k.linear else parts
            alone = f" alone ({_alone(self.net, j, k)})" if len(parts) == 1 and not k.linear else ""
            layers.append(f"hidden layer {j}: " + ", ".join(parts) + alone)
        size = f"order of the finite part: {_written(self.order)}; dimension: {self.dimension}"
        return "\n".join([*layers, size, *([self.orbit()] if self.kinds else [])])


def _written(count: int) -> str:
    return str(count) if count < 10**15 else f"about 10^{math.log10(count):.2f}"


def _alone(net: MLP, j: int, kind: Kind) -> str:
    """Why a layer has permutations and nothing else."""
    name = net.layers[j - 1].activation
    if name not in KNOWN:
        return f"no other symmetry of {name} is known here"
    broken = "the penalty breaks the others" if kind.penalised else "the next layer has no bias"
    return f"{name}: {broken}"


def symmetry_group(net: MLP, ridge: object = 0) -> SymmetryGroup:
    """The symmetry group of a perceptron, or of its penalised loss.

    Args:
        net: the perceptron.
        ridge: a penalty on all parameters, which breaks scalings and sigmoid's flips; 0 for none.

    >>> net = MLP.from_arrays([([[1.0], [2.0]], [0.0, 1.0]), ([[1.0, 3.0]], [0.5])], activation="relu")
    >>> print(symmetry_group(net))
    hidden layer 1: 2! permutations, 2 positive scalings
    order of the finite part: 2; dimension: 2
    under permutations and signs these weights have 2 images
    """
    return SymmetryGroup(net, kinds(net, bool(ridge)))
