"""Losses written as JAX code: the third reader (untrusted).

The code is traced, in double precision, to a jaxpr, whose equations become index notation (`equations`). Shapes
without data are read for all sizes; concrete data are read as they are, and once more for all sizes and all data:
the general statement, of which the user's is the instance.
Source: the JAX documentation, "Understanding jaxprs" and "Shape polymorphism".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from convexcheck.expression.bounds import Context
from convexcheck.expression.errors import ConvexcheckError, Unsupported
from convexcheck.expression.statement import Condition, Declaration, Statement, generic
from convexcheck.expression.term import dim, nodes
from convexcheck.read.agreement import agree
from convexcheck.read.arguments import Arguments, Chosen, Shape, arguments
from convexcheck.read.closure import Captured
from convexcheck.read.conditions import Texts, read_conditions, whole
from convexcheck.read.declarations import dimensions
from convexcheck.read.equations import Reader, complete
from convexcheck.read.facts import facts
from convexcheck.read.formula import scope_of
from convexcheck.read.infinity import without_infinity
from convexcheck.read.trace import trace
from convexcheck.read.usage import refuse_unused

STAGE = "read.jaxpr"
Digest = Callable[[np.ndarray], str]
Declared = dict[str, Declaration]
SYMBOLS = ["n", "d", "k", "m", "p", "q", "r", "s", "t", "u", "v", "h"]


@dataclass(frozen=True)
class Reading:
    """What was read from a loss.

    Args:
        statement: the question that was asked.
        general: the same for all sizes and all data; None if there is no such reading, or nothing is concrete.
        sizes: the sizes at which `general` gives `statement`.
        arrays: the concrete data by parameter, float64 or int64.
        facts: conditions on the parameters of `general` that the data satisfy.
    """

    statement: Statement
    general: Statement | None
    sizes: Mapping[str, int]
    arrays: Mapping[str, np.ndarray]
    facts: tuple[Condition, ...]


def read_jax(
    loss: Callable[..., Any],
    *args: Any,
    wrt: Chosen = 0,
    domain: Texts = (),
    given: Texts = (),
    digest: Digest | None = None,
) -> Reading:
    """The statement about a loss that is written as JAX code.

    Args:
        loss: a function of positional arguments that JAX can trace; it returns one real number.
        args: its arguments, pytrees of arrays or of `jax.ShapeDtypeStruct` (a size may be a name, as in
            ``jax.ShapeDtypeStruct(("n", "d"), float)``). Values of variables count only by their shapes.
        wrt: which arguments hold the variables, as for `jax.grad`, or names such as ``"params['W']"``.
        domain: conditions on variables, by argument name (``params['W']`` for leaves of pytrees).
        given: conditions on the other arguments and on dimensions.
        digest: names a data array by its content.

    Returns:
        The reading. Literals and data are the rationals that float64 stores; rounding is not part of it.

    Raises:
        ConvexcheckError: arguments or code that cannot be read, data that the code does not use.
        Unsupported: code that the language of statements cannot express.

    >>> import jax, jax.numpy as jnp
    >>> shape = lambda *sizes: jax.ShapeDtypeStruct(sizes, float)
    >>> loss = lambda w, X, y: jnp.mean((X @ w - y) ** 2)
    >>> read_jax(loss, shape("d"), shape("n", "d"), shape("n")).statement.function
    Sum(i < n, (Sum(j < d, X[i, j]*w[j]) - y[i])**2)/n
    """
    found = arguments(loss, args, wrt)
    task = _Task(found, Captured(loss, [leaf.name for leaf in found.leaves]), domain, given)
    shapes = [leaf.shape for leaf in found.leaves]
    code = trace(found, shapes, task.least(shapes))
    statement = task.read(code, shapes, digest=digest)
    spoken_of = {name for c in statement.domain for name in c.body.names("par")}
    refuse_unused(code, found.leaves, shapes, lambda other: trace(found, other, {}), spoken_of)
    task.compare_sizes(statement)
    data = {leaf.name: leaf.value for leaf in found.leaves} | task.captured.arrays
    arrays = {
        n: a.astype(np.int64) if a.dtype.kind == "b" else a for n in statement.parameters if (a := data[n]) is not None
    }
    general, sizes = task.generalised(code, statement)
    known = facts(arrays, general.parameters, sizes) if general else ()
    return Reading(statement, general, sizes, arrays, known)


class _Task:
    """One question: the arguments, the arrays that the code holds, and the conditions as text."""

    def __init__(self, found: Arguments, captured: Captured, domain: Texts, given: Texts) -> None:
        self.arguments, self.captured, self.domain, self.given = found, captured, domain, given

    def declarations(self, shapes: Sequence[Shape], reader: Reader) -> tuple[Declared, Declared]:
        """The declarations of variables and of parameters."""
        found: tuple[Declared, Declared] = {}, {}
        for leaf, shape in zip(self.arguments.leaves, shapes, strict=True):
            sizes = tuple(dim(s) if isinstance(s, str) else reader.size(s) for s in shape)
            found[not leaf.variable][leaf.name] = Declaration(sizes, integer=leaf.dtype.kind in "iub")
        return found

    def least(self, shapes: Sequence[Shape]) -> dict[str, int]:
        """The least sizes that `given` asks for (1 otherwise)."""
        reader = Reader({}, False, self.captured)
        variables, parameters = self.declarations(shapes, reader)
        scope = scope_of(variables, parameters, dimensions(variables, parameters), self.labels())
        try:
            return read_conditions((), self.given, scope).sizes
        except ConvexcheckError:  # it may speak of arrays that the code holds; reported once they are known
            return dict(scope.sizes)

    def labels(self) -> dict[str, str]:
        """How the user's code names the arrays, where that is no identifier."""
        found = {leaf.label: leaf.name for leaf in self.arguments.leaves} | self.captured.labels
        return {label: name for label, name in found.items() if label != name}

    def read(
        self, code: Any, shapes: Sequence[Shape], labels: Mapping[int, str] | None = None, digest: Digest | None = None
    ) -> Statement:
        """The statement of a traced loss; `labels` turn sizes into symbols, `digest` binds it to the data."""
        import jax

        reader = Reader(labels or {}, bool(jax.config.jax_enable_x64), self.captured)
        variables, parameters = self.declarations(shapes, reader)
        operands = []
        for leaf in self.arguments.leaves:
            op, declared = ("var", variables) if leaf.variable else ("par", parameters)
            operands.append(reader.array(op, leaf.name, declared[leaf.name].shape, leaf.dtype.kind == "b"))
        function = complete(reader.run(code.jaxpr, code.consts, operands)[0].body)
        for name, array in self.captured.arrays.items():
            if name not in reader.held:
                continue
            shape = tuple(map(reader.size, array.shape))
            parameters[name] = Declaration(shape, integer=array.dtype.kind in "iub")
        truth = [parameters[name] for name in reader.truths]
        assumed = [c for name, d in zip(reader.truths, truth, strict=True) for c in _zero_or_one(name, d)]
        sizes = dimensions(variables, parameters)
        scope = scope_of(variables, parameters, sizes, self.labels())
        conditions = read_conditions(self.domain, self.given, scope)
        if digest:
            data = {leaf.name: leaf.value for leaf in self.arguments.leaves} | self.captured.arrays
            parameters = {
                n: replace(d, array=digest(a)) if (a := data[n]) is not None else d for n, d in parameters.items()
            }
        given = whole((*assumed, *conditions.given), parameters)
        s = Statement(function, variables, parameters, conditions.sizes, conditions.domain, given)
        function = without_infinity(function, Context(s))
        return replace(s, function=function, assumptions=tuple(reader.assumptions)).check()

    def compare_sizes(self, statement: Statement) -> None:
        """Refuse code that computes something else at some sizes than what was read for all sizes.

        JAX decides ``w.shape[0] == 3`` as false where the size is a symbol; so look at a few sizes.
        """
        for shift in (1, 2) if statement.sizes else ():
            sizes = {name: low + shift + j for j, (name, low) in enumerate(statement.sizes.items())}
            shapes = [
                tuple(sizes.get(s, s) if isinstance(s, str) else s for s in leaf.shape)
                for leaf in self.arguments.leaves
            ]
            try:
                here = self.read(trace(self.arguments, shapes, {}), shapes)
            except ConvexcheckError:  # code for other sizes only: nothing to compare with
                continue
            expected = statement.instance(sizes)
            if not agree(here, expected):
                at = ", ".join(f"{name} = {value}" for name, value in sizes.items())
                message = f"at {at} the loss is {here.function}, at other sizes it would be {expected.function}"
                raise Unsupported(STAGE, message, "code that does not branch on sizes", "concrete shapes")

    def generalised(self, code: Any, statement: Statement) -> tuple[Statement | None, dict[str, int]]:
        """The statement for all sizes and all data, and the sizes at which it is the user's.

        First the code is traced again with symbols for sizes; where it holds arrays, or fails, or is not the
        same code, the jaxpr that was traced is read with symbols for all sizes, then for all but one.
        """
        leaves = self.arguments.leaves
        held = [a for name, a in self.captured.arrays.items() if name in statement.parameters]
        data = [leaf.shape for leaf in leaves if not leaf.variable] + [a.shape for a in held]
        every = [*data, *(leaf.shape for leaf in leaves if leaf.variable)]
        values = list(dict.fromkeys(s for shape in every for s in shape if isinstance(s, int) and s > 1))
        taken = {*statement.variables, *statement.parameters, *statement.sizes}
        names = [n for n in [*SYMBOLS, *(f"s{j}" for j in range(len(values)))] if n not in taken]
        labels = dict(zip(values, names, strict=False))
        concrete = bool(held) or any(leaf.value is not None for leaf in leaves)
        if statement.sizes or not (labels or concrete):
            return None, {}
        fewer = [{size: name for size, name in labels.items() if size != kept} for kept in labels]
        attempts = [(labels, True)] if labels and not held else []
        for chosen, again in [*attempts, (labels, False), *((some, False) for some in fewer if some or concrete)]:
            sizes = {name: size for size, name in chosen.items()}
            shapes = [tuple(chosen.get(s, s) if isinstance(s, int) else s for s in leaf.shape) for leaf in leaves]
            try:
                traced = trace(self.arguments, shapes, {}) if again else code
                general = _enough(self.read(traced, shapes, {} if again else chosen))
            except ConvexcheckError:  # fewer symbols may do; else the user's own question stands
                continue
            if _same(general.instance(sizes), statement):
                return general, sizes
        return None, {}


def _zero_or_one(name: str, declaration: Declaration) -> list[Condition]:
    body, shape = generic("par", name, declaration), declaration.shape
    return [Condition("ge", body, shape), Condition("ge", 1 - body, shape)]


def _enough(s: Statement) -> Statement:
    """The statement with sizes large enough for the fixed positions that occur in it: ``w[2]`` needs d >= 3."""
    sizes = dict(s.sizes)
    for e in nodes(s.function):
        declared = {"var": s.variables, "par": s.parameters}.get(e.op, {}).get(e.data)
        for index, size in zip(e.args, declared.shape if declared else (), strict=False):
            if index.op == "const" and size.op == "dim":
                sizes[size.data] = max(sizes[size.data], int(index.data) + 1)
    return replace(s, sizes=sizes)


def _same(a: Statement, b: Statement) -> bool:
    """Whether two statements agree but for the data that they are bound to."""

    def shapes(d: Mapping[str, Declaration]) -> dict[str, Declaration]:
        return {name: replace(declaration, array="") for name, declaration in d.items()}

    return (
        a.function is b.function
        and shapes(a.variables) == shapes(b.variables)
        and shapes(a.parameters) == shapes(b.parameters)
        and (a.domain, a.given, a.assumptions) == (b.domain, b.given, b.assumptions)
    )
