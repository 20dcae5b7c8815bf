"""Statements: a function with its variables, parameters, sizes, domain and assumptions (trusted).

A statement reads: for all sizes, for all parameters that satisfy `given`, consider the function of the
variables on the set that `domain` cuts out. Whether it is convex is the claim, and not said here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from convexcheck.expression.binding import nodes, substitute
from convexcheck.expression.errors import ConvexcheckError
from convexcheck.expression.functions import FUNCTIONS
from convexcheck.expression.term import BINDERS, CONDITIONS, Expression, bound, entry

RELATIONS = ("ge", "gt", "eq", "psd", "posdef", "symmetric")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}\Z")
_STRUCTURAL = {"const", "pi", "dim", "var", "par", "bound", "add", "mul", "pow", "max", "where"}


@dataclass(frozen=True)
class Declaration:
    """An array of reals: its `shape`; `integer` if its entries are; `array` the digest of its fixed value."""

    shape: tuple[Expression, ...] = ()
    integer: bool = False
    array: str = ""


@dataclass(frozen=True)
class Condition:
    """``body >= 0`` (ge), ``> 0`` (gt) or ``= 0`` (eq) for all indices below `sizes`.

    The bound index j of `body` runs below ``sizes[j]``. For ``psd``, ``posdef`` and ``symmetric`` (which the
    first two include) `body` is the entry of a square matrix and `sizes` are its two equal sides.
    """

    relation: str
    body: Expression
    sizes: tuple[Expression, ...] = ()

    def substitute(self, entries: Mapping[tuple[str, str], Expression], sizes: Mapping[str, Expression]) -> Condition:
        """The same condition with entries and sizes replaced."""
        new = tuple(substitute(s, {}, sizes) for s in self.sizes)
        return Condition(self.relation, substitute(self.body, entries, sizes), new)


@dataclass(frozen=True)
class Statement:
    """What is asked about: see the module's docstring. `sizes` maps a symbolic size to its least value.

    >>> x = entry("var", "x")
    >>> Statement(x**2, {"x": Declaration()}).function
    x**2
    """

    function: Expression
    variables: Mapping[str, Declaration]
    parameters: Mapping[str, Declaration] = field(default_factory=dict)
    sizes: Mapping[str, int] = field(default_factory=dict)
    domain: tuple[Condition, ...] = ()
    given: tuple[Condition, ...] = ()
    assumptions: tuple[str, ...] = ()

    def check(self) -> Statement:
        """Return the statement if every name is declared once and used with its number of indices.

        Raises:
            ConvexcheckError: naming the offending piece.
        """
        declared = {**{("var", n): d for n, d in self.variables.items()}, **{("par", n): d for n, d in self.parameters.items()}}
        names = [*self.variables, *self.parameters, *self.sizes]
        for name in names:
            if not _NAME.match(name) or names.count(name) > 1:
                raise ConvexcheckError("statement", f"name {name!r}", "ASCII identifiers, each declared once")
        if not self.variables:
            raise ConvexcheckError("statement", "no variable is declared", hint="name one with wrt=")
        if any(not isinstance(low, int) or low < 0 for low in self.sizes.values()):
            raise ConvexcheckError("statement", "a negative size", "sizes >= 0")
        conditions = [*self.domain, *self.given]
        shapes = [s for d in declared.values() for s in d.shape] + [s for c in conditions for s in c.sizes]
        for e in shapes:
            if e.op not in ("const", "dim") or (e.op == "const" and (e.data < 0 or e.data.denominator > 1)):
                raise ConvexcheckError("statement", f"size {e}", "a natural number or a symbolic size")
        for c in conditions:
            if c.relation not in RELATIONS or c.body.loose > len(c.sizes):
                raise ConvexcheckError("statement", f"condition {c.relation} {c.body}", f"one of {', '.join(RELATIONS)}")
            if c.relation not in RELATIONS[:3] and (len(c.sizes) != 2 or c.sizes[0] is not c.sizes[1]):
                raise ConvexcheckError("statement", f"{c.relation}({c.body})", "a square matrix")
        if any(c.body.has("var") for c in self.given):
            raise ConvexcheckError("statement", "`given` speaks of a variable", "parameters and sizes only")
        if self.function.loose or self.function.op in CONDITIONS:
            raise ConvexcheckError("statement", "the function is not a scalar", "one real value")
        for e in nodes(self.function, *shapes, *(c.body for c in conditions)):
            known = e.op in _STRUCTURAL or e.op in BINDERS or e.op in CONDITIONS or e.op in FUNCTIONS
            arity = len(declared[e.op, e.data].shape) if (e.op, e.data) in declared else 0
            if e.op in ("var", "par") and ((e.op, e.data) not in declared or arity != len(e.args)):
                raise ConvexcheckError("statement", f"{e.data} with {len(e.args)} indices", "a declared name, fully indexed")
            if not known or (e.op == "dim" and e.data not in self.sizes):
                raise ConvexcheckError("statement", f"{e.op} {e.data or ''}".strip(), "the language's operations")
        return self

    def negated(self) -> Statement:
        """The same statement about minus the function."""
        return replace(self, function=-self.function)

    def instance(self, sizes: Mapping[str, int]) -> Statement:
        """The statement at some concrete sizes."""
        from convexcheck.expression.term import const

        at = {name: const(value) for name, value in sizes.items()}

        def shape(declaration: Declaration) -> Declaration:
            return replace(declaration, shape=tuple(substitute(s, {}, at) for s in declaration.shape))

        return Statement(
            substitute(self.function, {}, at),
            {n: shape(d) for n, d in self.variables.items()},
            {n: shape(d) for n, d in self.parameters.items()},
            {n: low for n, low in self.sizes.items() if n not in at},
            tuple(c.substitute({}, at) for c in self.domain),
            tuple(c.substitute({}, at) for c in self.given),
            self.assumptions,
        )


def generic(op: str, name: str, declaration: Declaration) -> Expression:
    """The generic entry of an array: ``name[0', 1', ...]`` with its bound indices in order."""
    return entry(op, name, [bound(j) for j in range(len(declaration.shape))])
