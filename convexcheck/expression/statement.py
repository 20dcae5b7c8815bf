"""Statements: a function with its variables, parameters, sizes, domain and assumptions (trusted).

A statement reads: for all sizes, for all parameters that satisfy `given`, consider the function of the
variables on the set that `domain` cuts out. Whether it is convex is the claim, and not said here.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from convexcheck.expression.binding import nodes, substitute
from convexcheck.expression.errors import ConvexcheckError
from convexcheck.expression.functions import FUNCTIONS
from convexcheck.expression.term import BINDERS, CONDITIONS, Expression, bound, const, entry

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

    def at(self, sizes: Mapping[str, Expression]) -> "Condition":
        """The same condition with sizes replaced."""
        new = tuple(substitute(s, {}, sizes) for s in self.sizes)
        return Condition(self.relation, substitute(self.body, {}, sizes), new)


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

    def check(self) -> "Statement":
        """Return the statement if every name is declared once and used with its number of indices.

        Raises:
            ConvexcheckError: naming the offending piece.
        """
        arrays = {**{("var", n): d for n, d in self.variables.items()}, **{("par", n): d for n, d in self.parameters.items()}}
        names = [*self.variables, *self.parameters, *self.sizes]
        conditions = [*self.domain, *self.given]
        shapes = [s for d in arrays.values() for s in d.shape] + [s for c in conditions for s in c.sizes]
        _require(bool(self.variables), "no variable is declared", "at least one: name it with wrt=")
        for name in names:
            _require(bool(_NAME.match(name)) and names.count(name) == 1, f"name {name!r}", "ASCII identifiers, each declared once")
        _require(all(low >= 0 for low in self.sizes.values()), "a negative size", "sizes >= 0")
        for e in shapes:
            natural = e.op == "const" and e.data >= 0 and e.data.denominator == 1
            _require(natural or e.op == "dim", f"size {e}", "a natural number or a symbolic size")
        for c in conditions:
            _require(c.relation in RELATIONS and c.body.loose <= len(c.sizes), f"condition {c.relation} {c.body}", "a known relation")
            square = len(c.sizes) == 2 and c.sizes[0] is c.sizes[1]
            _require(c.relation in RELATIONS[:3] or square, f"{c.relation}({c.body})", "a square matrix")
        _require(not any(c.body.has("var") for c in self.given), "`given` speaks of a variable", "parameters and sizes only")
        f = self.function
        _require(not f.loose and f.op not in CONDITIONS, "the function is not a scalar", "one real value")
        for e in nodes(f, *shapes, *(c.body for c in conditions)):
            declared = arrays.get((e.op, e.data))
            if e.op in ("var", "par"):
                fits = declared is not None and len(declared.shape) == len(e.args)
                _require(fits, f"{e.data} with {len(e.args)} indices", "a declared name, fully indexed")
            known = e.op in _STRUCTURAL or e.op in BINDERS or e.op in CONDITIONS or e.op in FUNCTIONS
            _require(known and (e.op != "dim" or e.data in self.sizes), f"{e.op} {e.data}", "the language's operations")
        return self

    def instance(self, sizes: Mapping[str, int]) -> "Statement":
        """The statement at some concrete sizes."""
        at = {name: const(value) for name, value in sizes.items()}

        def shaped(arrays: Mapping[str, Declaration]) -> dict[str, Declaration]:
            return {n: replace(d, shape=tuple(substitute(s, {}, at) for s in d.shape)) for n, d in arrays.items()}

        least = {n: low for n, low in self.sizes.items() if n not in at}
        domain, given = (tuple(c.at(at) for c in conditions) for conditions in (self.domain, self.given))
        function = substitute(self.function, {}, at)
        return Statement(function, shaped(self.variables), shaped(self.parameters), least, domain, given, self.assumptions)


def _require(holds: bool, what: str, expected: str) -> None:
    if not holds:
        raise ConvexcheckError("statement", what, expected)


def generic(op: str, name: str, declaration: Declaration) -> Expression:
    """The generic entry of an array: ``name[0', 1', ...]`` with its bound indices in order."""
    return entry(op, name, [bound(j) for j in range(len(declaration.shape))])
