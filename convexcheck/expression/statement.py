"""Statements: a function with its variables, parameters, sizes, domain and assumptions (trusted).

A statement reads: for all sizes, for all parameters that satisfy `given`, consider the function of the
variables on the set that `domain` cuts out. Whether it is convex is the claim, and not said here.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import field, replace

from convexcheck.expression.errors import ConvexcheckError, Record
from convexcheck.expression.functions import FUNCTIONS
from convexcheck.expression.term import BINDERS, CONDITIONS, ENTRIES, Expression, bound, const, entry, nodes, substitute

RELATIONS = ("ge", "gt", "eq", "psd", "posdef", "symmetric")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}\Z")
_DIGEST = re.compile(r"([0-9a-f]{64})?\Z")
_STRUCTURAL = {"const", "pi", "dim", "var", "par", "bound", "add", "mul", "pow", "max", "where"}
_LOGICAL = {"and", "or", "not"}


class Declaration(Record):
    """An array of reals: its `shape`; `integer` if its entries are; `array` the digest of its fixed value."""

    shape: tuple[Expression, ...] = ()
    integer: bool = False
    array: str = ""


class Condition(Record):
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


class Statement(Record):
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
        for holds, what, expected in self._requirements():
            if not holds:
                raise ConvexcheckError("statement", str(what), expected)
        return self

    def _requirements(self) -> Iterator[tuple[object, object, str]]:
        """What must hold, what is wrong where it does not, and what is expected."""
        kinds = (("var", self.variables), ("par", self.parameters))
        arrays = {(op, name): d for op, declarations in kinds for name, d in declarations.items()}
        names = [*self.variables, *self.parameters, *self.sizes]
        conditions, f = [*self.domain, *self.given], self.function
        shapes = [s for d in arrays.values() for s in d.shape] + [s for c in conditions for s in c.sizes]
        yield self.variables, "no variable is declared", "at least one: name it with wrt="
        for n in names:
            yield _NAME.match(n) and names.count(n) == 1, f"name {n!r}", "ASCII identifiers, each declared once"
        clear = "pi" not in names or not any(e.op == "pi" for e in nodes(f, *(c.body for c in conditions)))
        yield clear, "the name pi beside the constant", "another name"
        for d in arrays.values():
            yield _DIGEST.match(d.array), f"array {d.array!r}", "64 hexadecimal digits"
        fixed = any(d.integer or d.array for d in self.variables.values())
        yield not fixed, "a variable that is an integer or fixed data", "a real variable"
        plain = all(a.isascii() and a.isprintable() for a in self.assumptions)
        yield plain, f"assumptions {self.assumptions}", "a printable line each"
        yield all(low >= 0 for low in self.sizes.values()), "a negative size", "sizes >= 0"
        for s in shapes:
            natural = s.op == "const" and s.data >= 0 and s.data.denominator == 1
            yield natural or s.op == "dim", f"size {s}", "a natural number or a symbolic size"
        for c in conditions:
            known = c.relation in RELATIONS and c.body.loose <= len(c.sizes)
            yield known, c.body, f"a condition with one of {RELATIONS}"
            square = len(c.sizes) == 2 and c.sizes[0] is c.sizes[1]
            yield c.relation in RELATIONS[:3] or square, c.body, "a square matrix"
        moving = any(c.body.has("var") for c in self.given)
        yield not moving, "`given` speaks of a variable", "parameters and sizes only"
        yield not f.loose and f.op not in CONDITIONS, "the function is not a scalar", "one real value"
        yield not any(e.op == "dir" for e in nodes(f)), "a direction", "variables and parameters"
        yield from self.uses(f, *shapes, *(c.body for c in conditions))

    def uses(self, *roots: Expression) -> Iterator[tuple[object, object, str]]:
        """What the expressions must keep to: declared names with their indices, numbers and conditions in place."""
        for e in nodes(*roots):
            if e.op in ENTRIES:
                d = (self.parameters if e.op == "par" else self.variables).get(e.data)
                fits = d is not None and len(d.shape) == len(e.args)
                yield fits, f"{e.data} with {len(e.args)} indices", "a declared name, fully indexed"
            known = any(e.op in ops for ops in (_STRUCTURAL, ENTRIES, BINDERS, CONDITIONS, FUNCTIONS))
            yield known and (e.op != "dim" or e.data in self.sizes), f"{e.op} {e.data}", "the language's operations"
            wanted = [e.op in _LOGICAL or (e.op == "where" and k == 0) for k in range(len(e.args))]
            yield wanted == [a.op in CONDITIONS for a in e.args], e, "numbers and conditions in their places"
            yield e.op not in BINDERS or not e.args[0].loose, e, "a size without indices"

    def instance(self, sizes: Mapping[str, int]) -> "Statement":
        """The statement at some concrete sizes."""
        at = {name: const(value) for name, value in sizes.items()}

        def shaped(arrays: Mapping[str, Declaration]) -> dict[str, Declaration]:
            return {n: replace(d, shape=tuple(substitute(s, {}, at) for s in d.shape)) for n, d in arrays.items()}

        function, least = substitute(self.function, {}, at), {n: low for n, low in self.sizes.items() if n not in at}
        domain, given = (tuple(c.at(at) for c in conditions) for conditions in (self.domain, self.given))
        arrays = shaped(self.variables), shaped(self.parameters)
        return Statement(function, *arrays, least, domain, given, self.assumptions)


def generic(op: str, name: str, declaration: Declaration) -> Expression:
    """The generic entry of an array: ``name[0', 1', ...]`` with its bound indices in order."""
    return entry(op, name, [bound(j) for j in range(len(declaration.shape))])
