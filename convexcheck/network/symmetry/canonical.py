"""One representative for all weights that are equivalent: the same for every member of an orbit (untrusted)."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from convexcheck.expression.errors import ConvexcheckError
from convexcheck.network.model import MLP
from convexcheck.network.numbers import fractions
from convexcheck.network.symmetry.kinds import Kind, kinds
from convexcheck.network.symmetry.member import Member, Move
from convexcheck.network.symmetry.stabiliser import Colours, Graph, Vertex, cell_of, individual, odd_form

MOST = 2_000  # orderings that are compared where units are alike


def canonical(net: MLP, ridge: Any = 0) -> MLP:
    """The representative of the orbit of the weights under permutations, signs and scales.

    Scales make the largest incoming weight of a unit 1. Units are ordered by colours that do not depend on how they
    were numbered; where that leaves a choice, the smallest weights win. Matrices between linear layers, other than
    permutations, signs and scales, are not used.

    Args:
        net: the perceptron.
        ridge: a penalty, under which scales are no symmetry; 0 for none.

    Raises:
        ConvexcheckError: for weights too symmetric to order; for a unit without incoming weights that has a scale.

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
    for j, kind in enumerate(own):
        if kind.degree:
            layer = net.layers[j]
            scales = [_scale(layer, j, i) for i in range(kind.width)]
            moves = [Move(tuple(range(k.width)), (), tuple(scales) if k is kind else ()) for k in own]
            net = Member(tuple(moves), own)(net)
    return net


def _scale(layer: Any, j: int, i: int) -> Fraction:
    """1 / the largest incoming weight."""
    incoming = [*layer.W[i], *([] if layer.b is None else [layer.b[i]])]
    largest = max(abs(Fraction(v)) for v in incoming)
    if not largest:
        message = f"unit {i} of hidden layer {j + 1} has no incoming weights, so its scale is free"
        raise ConvexcheckError("symmetry", message, hint="remove the unit: it does nothing")
    return 1 / largest


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
