"""A jaxpr, equation by equation, to tensors in index notation (untrusted).

Every variable of the jaxpr becomes a `Tensor`. Calls are read in place, equations that no result needs are
skipped. The primitives are in `primitives` and `entries` (entry by entry), `axes` (moving and picking entries), `sums`
(sums, maxima, products of matrices) and `calls` (nested jaxprs, loops).
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import isinf, isnan
from typing import Any

import numpy as np

from convexcheck.expression.errors import ConvexcheckError, Unsupported
from convexcheck.expression.statement import Declaration
from convexcheck.expression.term import ONE, Expression, const, dim, mul, nodes, power
from convexcheck.read import axes, calls, decompositions, entries, primitives, sums
from convexcheck.read.infinity import INFINITY, MINUS_INFINITY, NAN
from convexcheck.read.logic import FALSE, TRUE, compare
from convexcheck.read.tensor import Shape, Tensor, declared, scalar

STAGE = "read.jaxpr"
Rule = Callable[["Equation"], Sequence[Tensor]]
_ARITHMETIC = ("add", "add_any", "sub", "mul", "neg", "abs", "square", "integer_pow", "pow", "convert_element_type")
WRAPPING = frozenset({*_ARITHMETIC, "reduce_sum", "reduce_prod", "cumsum", "cumprod", "dot_general"})
WHOLE = "whole numbers stay in the range of their type"
RULES: dict[str, Rule] = {**entries.RULES, **axes.RULES, **sums.RULES, **calls.RULES, **decompositions.RULES}


@dataclass
class Equation:
    """One equation with its arguments read.

    Attributes:
        name: the primitive. params: its parameters, as JAX has them.
        operands: the arguments. avals: their abstract values (dtype and raw shape), `out_avals` of the results.
        shapes: the shapes of the results. wanted: which results are needed.
        reader: what reads nested jaxprs.
    """

    name: str
    params: Mapping[str, Any]
    operands: list[Tensor]
    avals: list[Any]
    out_avals: list[Any]
    shapes: list[Shape]
    wanted: list[bool]
    reader: Reader

    @property
    def kinds(self) -> str:
        """For each argument ``f`` (real), ``i`` (integer) or ``b`` (condition)."""
        return "".join(kind(a.dtype) for a in self.avals)

    def aligned(self) -> list[Expression]:
        """The entries of the arguments at the generic index of the first result; scalars are repeated."""
        return [_aligned(t, self.shapes[0]) for t in self.operands]


@dataclass
class Reader:
    """What one reading of a jaxpr collects.

    Args:
        labels: symbols that stand for concrete sizes of axes, to read one jaxpr for all sizes.
        narrow: whether a cast to float32 loses precision that the user asked for.
        captured: called with an array that the code holds; gives the name of a parameter, None for a constant one.
    """

    labels: Mapping[int, str]
    narrow: bool
    captured: Callable[[np.ndarray], str | None]
    assumptions: list[str] = field(default_factory=list)
    truths: set[str] = field(default_factory=set)  # parameters of truth values, declared as 0 or 1
    held: set[str] = field(default_factory=set)  # arrays of the code that occurred
    merged: bool = False  # whether axes were merged into one
    depth: int = 0  # of loops around

    def assume(self, assumption: str) -> None:
        """Note an assumption of the statement, once."""
        if assumption not in self.assumptions:
            self.assumptions.append(assumption)

    def size(self, size: Any) -> Expression:
        """A size of JAX, concrete or symbolic, as an expression."""
        if isinstance(size, (int, np.integer)):
            return dim(self.labels.get(int(size), int(size)))
        return _size(ast.parse(str(size).replace("^", "**"), mode="eval").body, str(size))

    def shape(self, aval: Any) -> Shape:
        """The shape of an abstract value."""
        return tuple(self.size(s) for s in getattr(aval, "shape", ()))

    def constant(self, value: Any) -> Tensor:
        """A literal or an array that the code holds."""
        array = np.asarray(value)
        if array.ndim == 0:
            return scalar(_exact(array.item()))
        found = self.captured(array)
        shape = tuple(self.size(s) for s in array.shape)
        if found is None:
            return Tensor(shape, _exact(array.flat[0].item()))
        self.held.add(found)
        return self.array("par", found, shape, truth=array.dtype.kind == "b")

    def array(self, op: str, name: str, shape: Shape, truth: bool = False) -> Tensor:
        """A declared array; the entries of one of truth values are conditions."""
        tensor = declared(op, name, Declaration(shape))
        if not truth:
            return tensor
        self.truths.add(name)
        return Tensor(shape, compare("eq", tensor.body, ONE))

    def run(
        self, jaxpr: Any, consts: Sequence[Any], operands: Sequence[Tensor], wanted: Sequence[bool] | None = None
    ) -> list[Tensor]:
        """The results of a jaxpr.

        Args:
            jaxpr: an open jaxpr.
            consts: values, or tensors, of its constants.
            operands: tensors for its arguments.
            wanted: which results are needed; the others come back as 0.

        Raises:
            Unsupported: a primitive that the language cannot express.
        """
        wanted = list(wanted) if wanted is not None else [True] * len(jaxpr.outvars)
        values: dict[Any, Tensor] = dict(zip(jaxpr.invars, operands, strict=True))
        for var, value in zip(jaxpr.constvars, consts, strict=True):
            values[var] = value if isinstance(value, Tensor) else self.constant(value)

        def read(atom: Any) -> Tensor:
            return self.constant(atom.val) if hasattr(atom, "val") else values[atom]

        for eqn, needed in _needed(jaxpr, wanted):
            equation = Equation(
                eqn.primitive.name,
                eqn.params,
                [read(a) for a in eqn.invars],
                [a.aval for a in eqn.invars],
                [v.aval for v in eqn.outvars],
                [self.shape(v.aval) for v in eqn.outvars],
                needed,
                self,
            )
            try:
                results = self.equation(equation)
                if eqn.primitive.name in WRAPPING:
                    self.unwrapped(equation, results)
            except Unsupported as error:
                raise _located(error, eqn) from error
            except ConvexcheckError as error:  # too deep, or numbers too long, for the language
                raise _located(Unsupported(error.stage, error.message, error.expected, error.hint), eqn) from error
            except (KeyError, IndexError, TypeError, ValueError, AttributeError, RecursionError) as error:
                message = f"the primitive {equation.name!r} in a form that is not known"
                raise _located(Unsupported(STAGE, message, hint="write it with others"), eqn) from error
            values.update(zip(eqn.outvars, results, strict=True))
        return [read(v) if w else scalar(0) for v, w in zip(jaxpr.outvars, wanted, strict=True)]

    def unwrapped(self, e: Equation, results: Sequence[Tensor]) -> None:
        """Refuse arithmetic on integers that may leave the range of their type, where the code computes another number.

        Constants are compared with the range; positions and data of 32 bits or more with a sign are assumed to fit.
        """
        for t, aval in zip(results, e.out_avals, strict=True):
            if aval.dtype.kind not in "iu" or (e.name == "convert_element_type" and _widens(e.avals[0].dtype, aval)):
                continue
            span = np.iinfo(aval.dtype)
            small = t.body.op != "const" and (span.bits < 32 or (span.min == 0 and e.name in ("sub", "neg")))
            if small or (t.body.op == "const" and not span.min <= t.body.data <= span.max):
                what = f"{e.name} on {aval.dtype}, which may leave the range of the type"
                raise Unsupported(STAGE, what, "a type that holds the result", "astype(float) before it")
            if t.body.has("par"):
                self.assume(WHOLE)

    def equation(self, e: Equation) -> Sequence[Tensor]:
        """The results of one equation."""
        rule = RULES.get(e.name)
        if rule is not None:
            return rule(e)
        if primitives.known(e.name):
            body = primitives.pointwise(e.name, e.kinds, e.aligned(), self.assume)
            return [Tensor(e.shapes[0], body)]
        raise Unsupported(
            STAGE, f"the primitive {e.name!r}", "operations of the language", "write it with supported ones"
        )


def kind(dtype: Any) -> str:
    """``f``, ``i`` or ``b`` for a dtype.

    Raises:
        Unsupported: complex numbers and keys of random numbers.
    """
    code = getattr(dtype, "kind", "O")
    if code in "fiub":
        return {"u": "i"}.get(code, code)
    if code == "V" and "float" in str(dtype):
        return "f"
    raise Unsupported(
        STAGE, f"values of type {dtype}", "real numbers", "real and imaginary parts" if code == "c" else "real arrays"
    )


def _widens(old: Any, aval: Any) -> bool:
    """Whether a cast to integers keeps all values."""
    return bool(np.can_cast(old, aval.dtype))


def _needed(jaxpr: Any, wanted: Sequence[bool]) -> list[tuple[Any, list[bool]]]:
    """The equations that wanted results depend on, in order, and which of their results are needed."""
    live = {v for v, w in zip(jaxpr.outvars, wanted, strict=True) if w and not hasattr(v, "val")}
    kept = []
    for eqn in reversed(jaxpr.eqns):
        needed = [v in live for v in eqn.outvars]
        if any(needed):
            live.update(a for a in eqn.invars if not hasattr(a, "val"))
            kept.append((eqn, needed))
    return kept[::-1]


def _aligned(t: Tensor, shape: Shape) -> Expression:
    if t.shape == shape or not t.shape:
        return t.body
    if len(t.shape) != len(shape):
        raise ConvexcheckError(STAGE, f"an operation on {len(t.shape)} and {len(shape)} axes", "equal shapes")
    return t.broadcast(shape, range(len(shape))).body


def _exact(value: Any) -> Expression:
    """A number as the rational that it stores; infinities and NaN are marked."""
    if isinstance(value, bool):
        return TRUE if value else FALSE
    if isinstance(value, complex):
        raise Unsupported(STAGE, f"the complex number {value}", "real numbers")
    if isinstance(value, float) and (isnan(value) or isinf(value)):
        return NAN if isnan(value) else INFINITY if value > 0 else MINUS_INFINITY
    return const(Fraction(value))


def _size(node: ast.expr, text: str) -> Expression:
    """The polynomial in symbols that JAX prints for a size."""
    if isinstance(node, ast.Name):
        return dim(node.id)
    if isinstance(node, ast.Constant) and isinstance(node.value, int):
        return const(node.value)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return -_size(node.operand, text)
    if isinstance(node, ast.BinOp):
        a, b = _size(node.left, text), _size(node.right, text)
        if isinstance(node.op, (ast.Add, ast.Sub)):
            return a + b if isinstance(node.op, ast.Add) else a - b
        if isinstance(node.op, (ast.Mult, ast.Pow)):
            return mul(a, b) if isinstance(node.op, ast.Mult) else power(a, b)
    raise Unsupported(STAGE, f"the size {text}", "sums and products of sizes", "a name of its own for it")


def complete(e: Expression) -> Expression:
    """`e` if it is in the language, without marks of this reader.

    Raises:
        Unsupported: an index into a merged axis is left.
    """
    if any(n.op == "part" for n in nodes(e)):
        raise Unsupported(
            STAGE, "an axis that was merged by reshape is not summed as a whole", hint="no reshape or ravel"
        )
    return decompositions.resolved(e)


def _located(error: Unsupported, eqn: Any) -> Unsupported:
    """The error with the user's line that the equation comes from, if JAX knows it."""
    if " at " in error.message:
        return error
    try:
        from jax.extend import source_info_util

        where = str(source_info_util.summarize(eqn.source_info)).rpartition("/")[2]
    except (ImportError, AttributeError):
        where = ""
    if not where:
        return error
    return Unsupported(error.stage, f"{error.message} at {where}", error.expected, error.hint)
