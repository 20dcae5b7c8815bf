"""The loss of a perceptron as a statement: index notation, one sum over the inputs of every unit (untrusted).

The variables are W1, b1, W2, ...; the parameters X and y are fixed arrays, named by their digests. Data that float64
cannot hold are instead parameters of which `given` says the values, one condition an entry.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction

import numpy as np

from convexcheck.expression.errors import ConvexcheckError
from convexcheck.expression.statement import Condition, Declaration, Statement, generic
from convexcheck.expression.term import (
    ONE,
    ZERO,
    Expression,
    abstract,
    add,
    apply,
    bind,
    const,
    dim,
    entry,
    maximum,
    mul,
    power,
    substitute,
)
from convexcheck.network.loss import Problem
from convexcheck.network.numbers import STAGE, Numbers, fractions, representable

MOST_WRITTEN = 20_000  # entries of data that `given` may state one by one
Digest = Callable[[Numbers], str]
_HALF = Fraction(1, 2)

# gelu(z) = z Phi(z), with the normal distribution function Phi(z) = (1 + erf(z/sqrt(2)))/2
_PHI: dict[str, Callable[[Expression], Expression]] = {
    "relu": lambda z: maximum(0, z),
    "gelu": lambda z: mul(_HALF, z, add(1, apply("erf", mul(power(2, -_HALF), z)))),
    "square": lambda z: power(z, 2),
    "identity": lambda z: z,
    **{name: (lambda z, op=name: apply(op, z)) for name in ("tanh", "sigmoid", "softplus", "sin")},  # type: ignore[misc]
}


@dataclass(frozen=True)
class Reading:
    """What `check` asks about a perceptron.

    Args:
        statement: at the given data and widths.
        general: the same for all numbers of samples, inputs, units and outputs, and for all data.
        sizes: the sizes at which `general` gives `statement`.
        arrays: the data by parameter, float64 or int64.
    """

    statement: Statement
    general: Statement | None
    sizes: Mapping[str, int] = field(default_factory=dict)
    arrays: Mapping[str, Numbers] = field(default_factory=dict)


def read_problem(problem: Problem, digest: Digest) -> Reading:
    """The statement about a perceptron's loss in its weights.

    Args:
        problem: the perceptron, data and loss. Its weights do not matter here, only their shapes.
        digest: names a data array by its content.

    >>> from convexcheck.network.model import MLP
    >>> net = MLP.from_arrays([([[1.0], [2.0]], None), ([[1.0, 1.0]], None)], activation="tanh")
    >>> read_problem(Problem.of(net, [1.0], [1.0], "mse"), lambda array: "").statement.function
    (Sum(i < 2, W2[0, i]*tanh(X[0, 0]*W1[i, 0])) - y[0, 0])**2
    """
    data = {"X": problem.X, "y": problem.y}
    written = {name: array for name, array in data.items() if not representable(array)}
    arrays = {n: a if a.dtype.kind == "i" else a.astype(float) for n, a in data.items() if n not in written}
    statement = _statement(problem, {})
    held = {n: replace(d, array=digest(arrays[n])) if n in arrays else d for n, d in statement.parameters.items()}
    given = tuple(c for name, array in written.items() for c in _values(name, array))
    statement = replace(statement, parameters=held, given=given).check()
    labels = {value: name for name, value in reversed(_roles(problem).items()) if value > 1}
    general = _statement(problem, labels).check() if not written else None
    return Reading(statement, general, {name: value for value, name in labels.items()}, arrays)


def _roles(problem: Problem) -> dict[str, int]:
    """Names for the sizes, by what they count."""
    inputs, *hidden, outputs = problem.net.widths
    named = {"n": problem.rows, "d": inputs}
    return named | {f"h{j}": width for j, width in enumerate(hidden, 1)} | {"k": outputs}


def _values(name: str, array: Numbers) -> list[Condition]:
    if array.size > MOST_WRITTEN:
        message = f"{name} holds {array.size} numbers, some of which float64 cannot hold"
        raise ConvexcheckError(STAGE, message, f"at most {MOST_WRITTEN} such numbers", f"{name} as floats")
    entries = np.ndenumerate(fractions(array))
    return [Condition("eq", entry("par", name, index) - const(value)) for index, value in entries]


class _Builder:
    """Expressions for one problem; a size in `labels` is a symbol, a size 1 has the index 0."""

    def __init__(self, problem: Problem, labels: Mapping[int, str]) -> None:
        self.problem, self.net, self.labels, self.serial = problem, problem.net, labels, 0

    def size(self, value: int) -> Expression:
        return dim(self.labels.get(value, value))

    def total(self, size: int, body: Callable[[Expression], Expression]) -> Expression:
        """The sum of ``body(i)`` over i below `size`."""
        if size == 1:
            return body(ZERO)
        self.serial += 1
        index = Expression("index", (self.size(size),), self.serial)
        found = bind("Sum", index, body(index))
        self.serial -= 1
        return found

    def unit(self, layer: int, row: Expression, k: Expression) -> Expression:
        """z of unit k of a layer, counted from 1, for the row of X."""

        def term(j: Expression) -> Expression:
            below = entry("par", "X", [row, j]) if layer == 1 else self.activated(layer - 1, row, j)
            return mul(entry("var", f"W{layer}", [k, j]), below)

        z = self.total(self.net.widths[layer - 1], term)
        return add(z, entry("var", f"b{layer}", [k])) if self.net.layers[layer - 1].b is not None else z

    def activated(self, layer: int, row: Expression, k: Expression) -> Expression:
        return _PHI[self.net.layers[layer - 1].activation](self.unit(layer, row, k))

    def sample(self, row: Expression) -> Expression:
        """The loss of one row of X, without its factor."""
        outputs, last = self.net.widths[-1], len(self.net.layers)
        if self.problem.loss != "cross_entropy":

            def square(k: Expression) -> Expression:
                return power(self.unit(last, row, k) - entry("par", "y", [row, k]), 2)

            return self.total(outputs, square)
        label = entry("par", "y", [row])
        if outputs == 1:
            z = self.unit(last, row, ZERO)
            return apply("softplus", z) - mul(label, z)
        whole = self.total(outputs, lambda k: apply("exp", self.unit(last, row, k)))
        return apply("log", whole) - self.unit(last, row, label)

    def loss(self) -> Expression:
        fixed = {"sse": ONE, "half_sse": const(_HALF)}
        scale = fixed.get(self.problem.loss, power(self.size(self.problem.rows), -1))
        value = mul(scale, self.total(self.problem.rows, self.sample))
        squares = [self.squares(name, array.shape) for name, array in self.net.parameters.items()]
        return add(value, mul(self.problem.ridge / 2, add(*squares))) if self.problem.ridge else value

    def squares(self, name: str, shape: tuple[int, ...], *indices: Expression) -> Expression:
        if len(indices) == len(shape):
            return power(entry("var", name, indices), 2)
        return self.total(shape[len(indices)], lambda i: self.squares(name, shape, *indices, i))


def _statement(problem: Problem, labels: Mapping[int, str]) -> Statement:
    builder = _Builder(problem, labels)

    def declared(shape: tuple[int, ...], integer: bool = False) -> Declaration:
        return Declaration(tuple(map(builder.size, shape)), integer=integer)

    variables = {name: declared(array.shape) for name, array in problem.net.parameters.items()}
    labelled = problem.loss == "cross_entropy"
    parameters = {"X": declared(problem.X.shape), "y": declared(problem.y.shape, labelled)}
    return Statement(builder.loss(), variables, parameters, dict.fromkeys(labels.values(), 1))


def own_targets(problem: Problem, reading: Reading) -> Statement:
    """The loss whose targets are the outputs of the same network with weights W1_0, b1_0, ..., which are parameters.

    So the loss is exactly 0 where W1 = W1_0, b1 = b1_0, ..., whatever those weights and X are.

    Args:
        problem: the network and X; y is not used. The loss is one of the squared errors.
        reading: what `read_problem` said of it.
    """
    builder, outputs = _Builder(problem, {}), problem.net.widths[-1]
    row, unit = Expression("index", (const(problem.rows),), 1001), Expression("index", (const(outputs),), 1002)
    output = abstract(builder.unit(len(problem.net.layers), row, unit), [row, unit])
    s = reading.statement
    weights = {("var", n): generic("par", f"{n}_0", d) for n, d in s.variables.items()}
    target = substitute(output, weights)
    kept = {n: d for n, d in s.parameters.items() if n != "y"}
    own = {f"{n}_0": d for n, d in s.variables.items()}
    given = tuple(c for c in s.given if "y" not in c.body.names("par"))
    function = substitute(s.function, {("par", "y"): target})
    return replace(s, function=function, parameters={**kept, **own}, given=given).check()
