"""A network's loss as a statement with its instance, and the evidence that symmetries give about it (untrusted)."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from convexcheck.certificate.evidence import Array, Instance, Invariance, SymmetryPair
from convexcheck.expression.errors import ConvexcheckError
from convexcheck.expression.statement import Statement
from convexcheck.network.loss import Problem
from convexcheck.network.model import MLP
from convexcheck.network.numbers import Numbers, fractions
from convexcheck.network.statement import own_targets, read_problem
from convexcheck.network.symmetry.action import action, values
from convexcheck.network.symmetry.kinds import kinds, stretched
from convexcheck.network.symmetry.member import STAGE, Member
from convexcheck.network.symmetry.pairs import candidates

SQUARED = ("mse", "sse", "half_sse")
MOST_WRITTEN = 2_000  # entries of one array of weights that a certificate holds itself


@dataclass(frozen=True)
class Case:
    """What is asked: a loss with data, or with the network's own outputs as targets.

    Args:
        problem: the network with float data, for searching.
        statement: the loss in the weights.
        arrays: fixed data by parameter.
        parameters: the instance's values of all parameters.
        digest: names an array by its content.
    """

    problem: Problem
    statement: Statement
    arrays: Mapping[str, Numbers]
    parameters: tuple[tuple[str, Array], ...]
    digest: Callable[[Numbers], str]

    @property
    def files(self) -> dict[str, Numbers]:
        """Large arrays of weights by the digests that evidence names them with."""
        arrays = self.problem.net.parameters.values()
        return {name: a for a in arrays if (name := stored(a, self.digest).digest)}

    @property
    def instance(self) -> Instance:
        """The instance without arrays of an action."""
        return Instance((), self.parameters)

    @property
    def exact(self) -> dict[tuple[str, str], Numbers]:
        """Exact values of all parameters."""
        held = {n: fractions(np.asarray(self.arrays[n])) if a.digest else a for n, a in self.parameters}
        return {("par", n): _cells(a.entries if isinstance(a, Array) else a.ravel(), a.shape) for n, a in held.items()}

    @property
    def point(self) -> dict[tuple[str, str], Numbers]:
        """The exact weights."""
        return {("var", n): _cells(fractions(a).ravel(), a.shape) for n, a in self.problem.net.parameters.items()}


def _cells(entries: Iterable[Fraction], shape: tuple[int, ...]) -> Numbers:
    """Fractions as the numbers that expressions are evaluated with."""
    import flint

    cells = [flint.fmpq(*q.as_integer_ratio()) for q in entries]
    return np.array([*cells, None], dtype=object)[:-1].reshape(shape)


def case(net: MLP, X: Any, y: Any, loss: str, ridge: Any, digest: Callable[[Numbers], str]) -> Case:
    """Read the network's loss.

    Args:
        net: the perceptron.
        X: inputs.
        y: targets or labels; None for targets that the network makes itself, kept exact.
        loss: as for `check`.
        ridge: as for `check`.
        digest: names a data array by its content.

    Raises:
        ConvexcheckError: as for `check`; own targets without a squared error.
    """
    if y is not None:
        problem = Problem.of(net, X, y, loss, ridge)
        found = read_problem(problem, digest)
        held = _instance(found.statement, found.arrays, {})
        return Case(problem, found.statement, found.arrays, held, digest)
    if loss not in SQUARED:
        raise ConvexcheckError(STAGE, f"loss={loss!r} without y", f"one of {', '.join(SQUARED)}, or y")
    inputs = Problem.of(net, X, np.zeros((len(X), net.widths[-1])), loss, ridge).X
    problem = Problem.of(net, X, net(inputs), loss, ridge)
    found = read_problem(problem, digest)
    statement = own_targets(problem, found)
    arrays = {n: a for n, a in found.arrays.items() if n != "y"}
    own = {f"{n}_0": a for n, a in net.parameters.items()}
    return Case(problem, statement, arrays, _instance(statement, arrays, own), digest)


def _instance(
    s: Statement, arrays: Mapping[str, Numbers], written: Mapping[str, Numbers]
) -> tuple[tuple[str, Array], ...]:
    found = []
    for name, d in s.parameters.items():
        if d.array:
            found.append((name, Array(arrays[name].shape, (), d.array)))
        elif name in written:
            found.append((name, stored(written[name])))
        else:
            found.append((name, _given(s, name)))
    return tuple(found)


def _given(s: Statement, name: str) -> Array:
    """The values that `given` states, one equation ``entry - value == 0`` for each."""
    shape = tuple(int(size.data) for size in s.parameters[name].shape)
    entries = {}
    for c in s.given:
        for part in (c.body, *c.body.args):
            if part.op == "par" and part.data == name and c.relation == "eq":
                entries[tuple(int(i.data) for i in part.args)] = _constant(c.body, part)
    return Array(shape, tuple(entries[i] for i in np.ndindex(*shape)))


def _constant(body: Any, part: Any) -> Fraction:
    rest = part - body
    return Fraction(rest.data)


def stored(a: Numbers, digest: Callable[[Numbers], str] | None = None) -> Array:
    """The exact entries, written in the certificate itself; with `digest`, those of large float arrays in a file."""
    if digest is not None and a.dtype != object and a.size > MOST_WRITTEN:
        return Array(a.shape, (), digest(a))
    return Array(a.shape, tuple(fractions(a).ravel().tolist()))


def any_size(net: MLP, loss: str, ridge: Any, matrices: bool = False) -> tuple[Statement, Invariance]:
    """The loss of all networks with the same layers, of all widths, on all data; and its symmetries.

    Args:
        net: gives the activations and says which layers have a bias.
        loss: one of `network.loss.LOSSES`.
        ridge: the penalty.
        matrices: whether the matrices of a linear layer are among them.
    """
    widths = range(2, len(net.layers) + 3)  # all different, so that every size becomes a symbol of its own
    pairs = zip(net.layers, widths, widths[1:], strict=False)
    layers = [(np.zeros((b, a)), None if layer.b is None else np.zeros(b)) for layer, a, b in pairs]
    alike = MLP.from_arrays(layers, activation=[layer.activation for layer in net.layers[:-1]])
    rows = widths[-1] + 1
    y = np.zeros(rows) if loss == "cross_entropy" else np.zeros((rows, widths[len(net.layers)]))
    general = read_problem(Problem.of(alike, np.zeros((rows, 2)), y, loss, ridge), lambda array: "").general
    if general is None:
        raise ConvexcheckError(STAGE, "no general statement of the network's loss")
    own = kinds(alike, bool(ridge))
    return general, Invariance(action(general, own, matrices=stretched(own) if matrices else ()))


def pairs(
    found: Case, member: Member | None = None, t: Fraction | None = None, seconds: float = math.inf
) -> Iterator[SymmetryPair]:
    """Evidence for a larger loss between equivalent weights, the largest gap first; see `pairs.candidates`."""
    net, own = found.problem.net, kinds(found.problem.net, bool(found.problem.ridge))
    x = tuple((n, stored(a, found.digest)) for n, a in net.parameters.items())
    for c in candidates(found.problem, member, t, seconds):
        signs = any(-1 in move.signs for move in c.member.moves)
        scales = any(set(move.scales) - {Fraction(1)} for move in c.member.moves)
        matrices = [j for j, move in enumerate(c.member.moves, 1) if move.stretch]
        family = action(found.statement, own, signs, scales, matrices)
        instance = Instance((), (*found.parameters, *values(family, c.member)))
        yield SymmetryPair(instance, family, x, c.t)
