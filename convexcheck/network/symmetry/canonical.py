"""One representative for all weights that are equivalent: the same for every member of an orbit (untrusted)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from convexcheck.expression.errors import ConvexcheckError
from convexcheck.network.model import MLP, Layer
from convexcheck.network.numbers import Numbers, fractions
from convexcheck.network.symmetry.kinds import Kind, kinds
from convexcheck.network.symmetry.member import Member, Move
from convexcheck.network.symmetry.stabiliser import Colours, Graph, Vertex, cell_of, individual, odd_form

MOST = 2_000  # orderings that are compared where units are alike


def canonical(net: MLP, ridge: Any = 0) -> MLP:
    """The representative of the orbit of the weights under permutations, signs and scales.

    Scales make the largest incoming weight of a unit 1, and of a unit without any the largest outgoing one. Units are
    ordered by colours that do not depend on how they were numbered; where that leaves a choice, the smallest weights
    win. Matrices between linear layers, other than permutations, signs and scales, are not used.

    Args:
        net: the perceptron.
        ridge: a penalty, under which scales are no symmetry; 0 for none.

    Raises:
        ConvexcheckError: for weights too symmetric to order; for a unit whose only incoming weights come from null
            units, where its outgoing weights do not settle its scale.

    >>> net = MLP.from_arrays([([[3.0], [-1.0]], None), ([[1.0, 2.0]], None)], activation="tanh")
    >>> swapped = Member.of(net, {1: [1, 0]}, signs={1: [-1, 1]})(net)
    >>> canonical(net).layers[0].W.tolist() == canonical(swapped).layers[0].W.tolist()
    True
    """
    own = kinds(net, bool(ridge))
    scaled = _scaled(net, own)
    best: tuple[Any, MLP] | None = None
    for count, member in enumerate(_orderings(scaled, own)):
        if count >= MOST:
            raise ConvexcheckError("symmetry", "weights too symmetric to order", "fewer units that are alike")
        moved = member(scaled)
        key = tuple(v for a in moved.parameters.values() for v in fractions(a).ravel())
        best = min(best, (key, moved), key=lambda pair: pair[0]) if best else (key, moved)
    return best[1] if best else scaled


def _scaled(net: MLP, own: tuple[Kind, ...]) -> MLP:
    """The largest incoming weight of a unit becomes 1; of a silent one, whose output is 0, the largest outgoing one."""
    if not any(k.degree for k in own):
        return net
    W, b = [fractions(layer.W).copy() for layer in net.layers], [_bias(layer) for layer in net.layers]
    silent = _silent(W, b, own)
    for j, kind in enumerate(own):
        for i in range(kind.width) if kind.degree else ():
            if not silent[j][i]:
                largest = max(abs(v) for v in (*W[j][i][~silent[j - 1] if j else slice(None)], b[j][i]))
                W[j][i], b[j][i] = W[j][i] / largest, b[j][i] / largest
                W[j + 1][:, i] = W[j + 1][:, i] * largest**kind.degree
    for j in reversed(range(len(own))):
        for i in np.flatnonzero(silent[j]).tolist():
            _by_outgoing(W, j, i, own[j])
    layers = [
        replace(layer, W=w, b=None if layer.b is None else c) for layer, w, c in zip(net.layers, W, b, strict=True)
    ]  # fmt: skip
    return replace(net, layers=tuple(layers))


def _bias(layer: Layer) -> Numbers:
    return fractions(np.zeros(len(layer.W)) if layer.b is None else layer.b).copy()


def _silent(W: list[Numbers], b: list[Numbers], own: tuple[Kind, ...]) -> list[Numbers]:
    """Which units with scales have no incoming weights but those of silent units: their output is 0."""
    found: list[Numbers] = []
    for j, kind in enumerate(own):
        heard = W[j][:, ~found[-1]] if found else W[j]
        found.append(~(np.any(heard != 0, axis=1) | (b[j] != 0)) & bool(kind.degree))
    return found


def _by_outgoing(W: list[Numbers], j: int, i: int, kind: Kind) -> None:
    """Scale a silent unit by its largest outgoing weight; the scales of the layers above are settled."""
    column, row = W[j + 1][:, i], W[j][i]
    if row.any() and (kind.degree > 1 or not column.any()):
        message = f"unit {i} of hidden layer {j + 1} has no fixed scale: it hears from null units alone"
        raise ConvexcheckError("symmetry", message, hint="remove the unit: it does nothing")
    if column.any():
        largest = max(map(abs, column))  # c**degree, for the scale c
        W[j + 1][:, i], W[j][i] = column / largest, row * largest


def _orderings(net: MLP, own: tuple[Kind, ...]) -> Iterator[Member]:
    """Members that order the units by colours, one for each choice between units that colours cannot tell apart."""
    weights, biases = odd_form(net, own)
    graph = Graph(weights, biases, own, [list(range(k.width)) for k in own], {})

    def visit(colours: Colours) -> Iterator[Member]:
        cell = cell_of(colours)
        if cell is None:
            yield _ordered(colours, own)
            return
        tried: set[Any] = set()
        for v in cell:
            alike = graph.twin(v)
            if alike not in tried:
                tried.add(alike)
                yield from visit(graph.refined(individual(colours, v)))

    yield from visit(graph.refined(graph.colours()))


def _ordered(colours: Colours, own: tuple[Kind, ...]) -> Member:
    moves = []
    for j, kind in enumerate(own):
        chosen: list[tuple[int, Vertex]] = []
        for i in range(kind.width):
            chosen.append(min((colours[v], v) for v in ((j, i, 1), (j, i, -1)) if v in colours))
        order = [v for _, v in sorted(chosen)]
        signs = tuple(s for _, _, s in order) if kind.signs else ()
        moves.append(Move(tuple(i for _, i, _ in order), signs))
    return Member(tuple(moves), own)
