"""The order of the stabiliser: how many permutations with signs leave the given weights as they are (untrusted).

The hidden units are the vertices of a layered graph whose edges are weights; inputs and outputs are fixed. A unit that
may change sign stands for two vertices, z and -z. Units with the same incoming and outgoing weights are counted and
merged first. The automorphisms of the rest are counted by colour refinement and individualisation,
|Aut| = |orbit of v| |Aut_v| (B. D. McKay, A. Piperno, J. Symbolic Comput. 60 (2014) 94-112). Comparisons are exact.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterator, Mapping, Sequence
from fractions import Fraction
from math import factorial
from typing import Any

from convexcheck.expression.errors import ConvexcheckError
from convexcheck.network.model import MLP
from convexcheck.network.numbers import fractions
from convexcheck.network.symmetry.kinds import EVEN, FLIP, Kind

Vertex = tuple[int, int, int]  # hidden layer, unit, sign
Colours = dict[Vertex, int]
Rows = list[list[Any]]
MAX_VERTICES, MAX_STEPS = 4_000, 5_000


def order(net: MLP, kinds: Sequence[Kind]) -> int:
    """The number of permutations and sign changes of hidden units that map the weights to themselves.

    Args:
        net: the perceptron.
        kinds: the symmetries of its hidden layers.

    Raises:
        ConvexcheckError: where the weights are too symmetric to be counted.

    >>> from convexcheck.network.symmetry.kinds import kinds
    >>> net = MLP.from_arrays([([[1.0], [1.0], [0.0]], None), ([[2.0, 2.0, 0.0]], None)], activation="tanh")
    >>> order(net, kinds(net))              # exchange the first two units; change the sign of the third
    4
    """
    weights, biases = odd_form(net, kinds)
    count, merged, kept = 1, dict[tuple[int, int], int](), [list(range(k.width)) for k in kinds]
    for j, kind in enumerate(kinds):
        classes: dict[tuple[Any, ...], list[int]] = defaultdict(list)
        for i in range(kind.width):
            incoming = (*weights[j][i], biases[j][i])
            classes[_canonical(incoming, tuple(row[i] for row in weights[j + 1]), kind)].append(i)
        for (incoming, outgoing), units in classes.items():
            still = not any(incoming) and (kind.signs == EVEN or not any(outgoing))
            count *= factorial(len(units)) * (2 ** (len(units) - 1) if kind.signs and still else 1)
            merged[j, units[0]] = len(units)
        kept[j] = sorted(units[0] for units in classes.values())
    return count * Graph(weights, biases, kinds, kept, merged).automorphisms()


def odd_form(net: MLP, kinds: Sequence[Kind]) -> tuple[list[Rows], Rows]:
    """Weights and biases; 1/(1 + exp(-z)) = 1/2 + tanh(z/2)/2 makes sigmoid odd, half its outgoing weights go on.

    Floats are kept where nothing is added to them.
    """
    weights = [layer.W.tolist() for layer in net.layers]
    biases = [[0] * layer.W.shape[0] if layer.b is None else layer.b.tolist() for layer in net.layers]
    for j, kind in enumerate(kinds, 1):
        if kind.signs == FLIP:
            rows = zip(biases[j], fractions(net.layers[j].W).tolist(), strict=True)
            biases[j] = [Fraction(b) + sum(row, Fraction(0)) / 2 for b, row in rows]
    return weights, biases


def _canonical(incoming: tuple[Any, ...], outgoing: tuple[Any, ...], kind: Kind) -> tuple[Any, ...]:
    """The pair, or the pair after a change of sign, whichever starts with a number > 0."""
    first = next((v for v in (*incoming, *(() if kind.signs == EVEN else outgoing)) if v), 0)
    if not kind.signs or first >= 0:
        return incoming, outgoing
    return tuple(-v for v in incoming), outgoing if kind.signs == EVEN else tuple(-v for v in outgoing)


class Graph:
    """Hidden units with signs as vertices, and the weights between consecutive layers."""

    def __init__(
        self, weights: list[Rows], biases: Rows, kinds: Sequence[Kind], kept: list[list[int]],
        merged: Mapping[tuple[int, int], int],
    ) -> None:  # fmt: skip
        self.weights, self.kinds, self.steps = weights, kinds, 0
        signs = [(1, -1) if k.signs else (1,) for k in kinds]
        self.layers = [[(j, i, s) for i in kept[j] for s in signs[j]] for j in range(len(kinds))]
        self.start: dict[Vertex, Hashable] = {}
        for j, i, s in (v for layer in self.layers for v in layer):
            inputs = tuple(s * w for w in weights[0][i]) if j == 0 else ()
            out = self._outgoing(j, s)
            outputs = tuple(out * row[i] for row in weights[-1]) if j == len(kinds) - 1 else ()
            self.start[j, i, s] = (j, merged.get((j, i), 1), s * biases[j][i], inputs, outputs)

    def _outgoing(self, j: int, s: int) -> int:
        return 1 if self.kinds[j].signs == EVEN else s

    def weight(self, lower: Vertex, upper: Vertex) -> Any:
        """The weight from one vertex to another one in the next layer."""
        return self.weights[upper[0]][upper[1]][lower[1]] * self._outgoing(lower[0], lower[2]) * upper[2]

    def automorphisms(self) -> int:
        """The order of the group of colour-preserving automorphisms."""
        colours, count = self.refined(self.colours()), 1
        while (cell := cell_of(colours)) is not None:
            if len(colours) > MAX_VERTICES:
                raise ConvexcheckError("symmetry", f"{len(colours)} units, too alike to count", "fewer units")
            first, *others = cell
            mine = self.refined(individual(colours, first))
            count *= 1 + sum(self._isomorphic(mine, self.refined(individual(colours, v))) for v in others)
            colours = mine
        return count

    def colours(self) -> Colours:
        """The colours to start from."""
        return _ranked(self.start)

    def twin(self, v: Vertex) -> Hashable:
        """A key that vertices with the same weights share."""
        j, i, s = v
        incoming = tuple(s * w for w in self.weights[j][i])
        return incoming, self.start[v], tuple(self._outgoing(j, s) * row[i] for row in self.weights[j + 1])

    def refined(self, colours: Colours) -> Colours:
        """The coarsest stable colouring that refines the given one."""
        while len(set(colours.values())) < len(colours):
            finer = _ranked({v: (colours[v], *self._around(v, colours)) for v in colours})
            if len(set(finer.values())) == len(set(colours.values())):
                break
            colours = finer
        return colours

    def _around(self, v: Vertex, colours: Colours) -> Iterator[Hashable]:
        j, i, s = v
        yield colours.get((j, i, -s), -1)
        below = self.layers[j - 1] if j else []
        above = self.layers[j + 1] if j + 1 < len(self.layers) else []
        yield frozenset(Counter((self.weight(u, v), colours[u]) for u in below).items())
        yield frozenset(Counter((self.weight(v, u), colours[u]) for u in above).items())

    def _isomorphic(self, a: Colours, b: Colours) -> bool:
        """Whether an automorphism maps the colouring `a` to `b`."""
        self.steps += 1
        if self.steps > MAX_STEPS:
            raise ConvexcheckError("symmetry", "weights too symmetric to count", "fewer units")
        if Counter(a.values()) != Counter(b.values()):
            return False
        cell = cell_of(a)
        if cell is None:
            image = {c: v for v, c in b.items()}
            return self._respects({v: image[c] for v, c in a.items()})
        mine = self.refined(individual(a, cell[0]))
        others = [v for v, c in b.items() if c == a[cell[0]]]
        return any(self._isomorphic(mine, self.refined(individual(b, v))) for v in others)

    def _respects(self, image: Mapping[Vertex, Vertex]) -> bool:
        """Whether a bijection of the vertices keeps signs paired, and all weights."""
        paired = all(image.get((j, i, -s)) in (None, (w[0], w[1], -w[2])) for (j, i, s), w in image.items())
        start = all(self.start[v] == self.start[w] for v, w in image.items())
        return paired and start and all(
            self.weight(u, v) == self.weight(image[u], image[v])
            for below, above in zip(self.layers, self.layers[1:], strict=False) for u in below for v in above
        )  # fmt: skip


def _ranked(keys: Mapping[Vertex, Hashable]) -> Colours:
    """Hashes of the keys, the same in two colourings; if two keys collide, more is left to `_respects`."""
    return {v: hash(k) for v, k in keys.items()}


def individual(colours: Colours, v: Vertex) -> Colours:
    """The colouring with a colour of its own for `v`."""
    return {**colours, v: hash(("individual", colours[v]))}


def cell_of(colours: Colours) -> list[Vertex] | None:
    """The vertices of the smallest colour that more than one has, or None."""
    cells: dict[int, list[Vertex]] = defaultdict(list)
    for v, c in colours.items():
        cells[c].append(v)
    return min((cell for cell in cells.values() if len(cell) > 1), key=lambda c: (len(c), colours[c[0]]), default=None)
