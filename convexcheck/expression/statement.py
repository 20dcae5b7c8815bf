"""Statements: a function with its variables, parameters, sizes, domain and assumptions; and the one printer (trusted).

A statement reads: for all sizes, for all parameters that satisfy `given`, consider the function of the
variables on the set that `domain` cuts out. Whether it is convex is the claim, and not said here.

An expression prints as text that ``read.text`` reads back. Binders print with names for their indices:
``Sum(i < n, x[i]**2)``. A direction entry prints as ``d_x``.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import field, replace
from fractions import Fraction
from itertools import chain
from typing import Any, cast

from convexcheck.expression import term
from convexcheck.expression.errors import ConvexcheckError, Record
from convexcheck.expression.functions import FUNCTIONS
from convexcheck.expression.term import BINDERS, CONDITIONS, ENTRIES, MATRICES, Expression, bound, nodes, substitute

RELATIONS = ("ge", "gt", "eq", "psd", "posdef", "symmetric")
_NAME, _DIGEST = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}\Z"), re.compile(r"([0-9a-f]{64})?\Z")
_STRUCTURAL = {"const", "pi", "dim", "var", "par", "bound", "add", "mul", "pow", "max", "where"}


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


class Statement(Record):
    """What is asked about: see the module's docstring. `sizes` maps a symbolic size to its least value.

    >>> x = Expression("var", (), "x")
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
        arrays = [*self.variables.values(), *self.parameters.values()]
        names = [*self.variables, *self.parameters, *self.sizes]
        conditions, f = [*self.domain, *self.given], self.function
        shapes, bodies = [d.shape for d in arrays] + [c.sizes for c in conditions], [c.body for c in conditions]
        yield self.variables, "no variable is declared", "at least one: name it with wrt="
        for n in names:
            yield _NAME.match(n) and names.count(n) == 1, f"name {n!r}", "ASCII identifiers, each declared once"
        yield "pi" not in names or Expression("pi") not in nodes(f, *bodies), "the name pi", "another name"
        for d in arrays:
            yield _DIGEST.match(d.array), f"array {d.array!r}", "64 hexadecimal digits"
        yield not any(d.integer or d.array for d in self.variables.values()), "a fixed variable", "real variables"
        yield all(a.isascii() and a.isprintable() for a in self.assumptions), "assumptions", "printable lines"
        yield all(low >= 0 for low in self.sizes.values()), "a negative size", "sizes >= 0"
        for s in chain(*shapes):
            whole = s.op == "dim" or (s.op == "const" and s.data >= 0 and s.data.denominator == 1)
            yield whole, f"size {s}", "a natural number or a symbolic size"
        for c in conditions:
            known = c.relation in RELATIONS and c.body.loose <= len(c.sizes)
            fits = c.relation in RELATIONS[:3] or (len(c.sizes) == 2 and c.sizes[0] is c.sizes[1])
            yield known and fits, c.body, f"one of {RELATIONS}, the last three for square matrices"
        yield not any(c.body.has("var") for c in self.given), "a variable in `given`", "parameters and sizes only"
        yield not f.loose and not any(e.has("dir") for e in (f, *bodies)), "the function is not a scalar", "a number"
        yield from self.uses(f, *chain(*shapes), *bodies)

    def uses(self, *roots: Expression) -> Iterator[tuple[object, object, str]]:
        """What the expressions must keep to: declared names with their indices, numbers and conditions in place."""
        for e in nodes(*roots):
            yield e.op not in CONDITIONS or e not in roots, e, "a number"
            if e.op in ENTRIES:
                d = (self.parameters if e.op == "par" else self.variables).get(e.data)
                fits = d is not None and len(d.shape) == len(e.args)
                yield fits, f"{e.data} with {len(e.args)} indices", "a declared name, fully indexed"
            known = any(e.op in ops for ops in (_STRUCTURAL, ENTRIES, BINDERS, MATRICES, CONDITIONS, FUNCTIONS))
            yield known and (e.op != "dim" or e.data in self.sizes), f"{e.op} {e.data}", "the language's operations"
            wanted = [e.op in ("and", "or", "not") or (e.op == "where" and k == 0) for k in range(len(e.args))]
            yield wanted == [a.op in CONDITIONS for a in e.args], e, "numbers and conditions in their places"
            yield not any(r.loose or r.has("var") for r in term.ranges(e)), e, "a size without indices"

    def instance(self, sizes: Mapping[str, int]) -> "Statement":
        """The statement at some concrete sizes."""

        def at(part: Any) -> Any:
            """The same record, mapping, tuple or expression with sizes replaced."""
            if isinstance(part, Expression):
                return substitute(part, {("dim", name): value for name, value in sizes.items()})
            if isinstance(part, Statement | Condition | Declaration):
                return replace(part, **{name: at(value) for name, value in vars(part).items()})
            if isinstance(part, Mapping):
                return {name: at(value) for name, value in part.items()}
            return tuple(map(at, part)) if isinstance(part, tuple) else part

        least = {name: low for name, low in self.sizes.items() if name not in sizes}
        return cast(Statement, replace(at(self), sizes=least))


def generic(op: str, name: str, declaration: Declaration) -> Expression:
    """The generic entry of an array: ``name[0', 1', ...]`` with its bound indices in order."""
    return Expression(op, tuple(map(bound, range(len(declaration.shape)))), name)


_ADD, _MUL, _NEG, _POW, _ATOM = 1, 2, 3, 4, 5
_INFIX = {"le": "<=", "lt": "<", "eq": "==", "and": "and", "or": "or"}
_SIGN = {"ge": ">= 0", "gt": "> 0", "eq": "== 0"}


def index_names(avoid: Set[str]) -> list[str]:
    """Names for bound indices that are not in `avoid`, one for every depth: i, j, k, ..., then i1, i2, ..."""
    return [n for n in (*"ijklmpqrs", *(f"i{c}" for c in range(1, term.MAX_DEPTH + len(avoid)))) if n not in avoid]


def text(e: Expression, indices: Sequence[str] = ()) -> str:
    """`e` as text; `indices` names its loose bound indices, 0 first.

    >>> from convexcheck.expression.term import apply, bound, dim, entry, over
    >>> text(over("Sum", dim("n"), apply("exp", -entry("var", "x", [bound(0)]))))
    'Sum(i < n, exp(-x[i]))'
    """
    taken = {data for op, data in e.symbols if op != "index"} | set(indices)
    return _show(e, 0, list(indices)[::-1], [*indices, *index_names(taken)])


def names_for(body: Expression, sizes: Sequence[Expression]) -> list[str]:
    """Names for the loose bound indices of `body`, one for each of `sizes`; 0 first."""
    return index_names({data for op, data in body.symbols if op != "index"})[: len(sizes)]


def _show(e: Expression, level: int, stack: list[str], names: list[str]) -> str:
    """`e` in brackets where it binds less than `level`."""
    own, string = _parts(e, lambda a, k=0: _show(a, k, stack, names), stack, names)
    return f"({string})" if own < level else string


def _parts(e: Expression, show: Callable[..., str], stack: list[str], names: list[str]) -> tuple[int, str]:
    if e.op == "const":
        return (_NEG if e.data < 0 else _ATOM if e.data.denominator == 1 else _MUL), str(e.data)
    if e.op == "bound":
        return _ATOM, stack[-1 - e.data] if e.data < len(stack) else f"_{e.data - len(stack)}"
    if e.op in ENTRIES:
        name = f"d_{e.data}" if e.op == "dir" else e.data
        return _ATOM, name + (f"[{', '.join(show(a) for a in e.args)}]" if e.args else "")
    if e.op in BINDERS:
        name, size = names[len(stack)], show(e.args[0])
        return _ATOM, f"{e.op}({name} < {size}, {_show(e.args[1], 0, [*stack, name], names)})"
    if e.op in MATRICES:
        taken = [*stack, *names[len(stack) : len(stack) + 2][::-1]]  # the row is the innermost
        below = ", ".join(f"{n} < {show(s)}" for n, s in zip(taken[:-3:-1], term.sides(e), strict=True))
        place = f"[{', '.join(map(show, e.args[MATRICES[e.op] : -1]))}]" if e.op in ("inv", "logm") else ""
        return _ATOM, f"{e.op}({below}, {_show(e.args[-1], 0, taken, names)}){place}"
    if e.op == "add":
        first, *rest = sorted(e.args, key=_leads_negative)
        signed = (f" - {show(-t, _MUL)}" if _leads_negative(t) else f" + {show(t, _MUL)}" for t in rest)
        return _ADD, show(first, _ADD) + "".join(signed)
    if e.op == "mul":
        return (_NEG, f"-{show(-e, _MUL)}") if _leads_negative(e) else (_MUL, _fraction(e, show))
    if e.op == "pow":
        base, q = e.args
        if q.op == "const" and q.data < 0:
            return _MUL, f"1/{show(base ** -q.data, _POW)}"
        half = q.op == "const" and q.data == Fraction(1, 2)
        return (_ATOM, f"sqrt({show(base)})") if half else (_POW, f"{show(base, _ATOM)}**{show(q, _ATOM)}")
    if e.op in _INFIX:
        return 0, f" {_INFIX[e.op]} ".join(show(a, _ADD) for a in e.args)
    if e.op == "not":
        return 0, f"not ({show(e.args[0])})"
    simple = {"pi": "pi", "dim": e.data, "index": f"_i{e.data}"}
    return _ATOM, simple.get(e.op) or f"{e.op}({', '.join(show(a) for a in e.args)})"


def _fraction(e: Expression, show: Callable[..., str]) -> str:
    """A product as factors above and below one stroke."""
    coefficient, rest = (e.args[0].data, e.args[1:]) if e.args[0].op == "const" else (Fraction(1), e.args)
    under = [f for f in rest if f.op == "pow" and f.args[1].op == "const" and f.args[1].data < 0]
    above = [str(coefficient.numerator)] * (coefficient.numerator != 1)
    above += [show(f, _MUL + 1) for f in rest if f not in under]
    below = [str(coefficient.denominator)] * (coefficient.denominator != 1)
    below += [show(f.args[0] ** -f.args[1].data, _POW) for f in under]
    return "/".join(["*".join(above) or "1", *below])  # a/b/c, because a/(b*c) is another expression


def _leads_negative(e: Expression) -> bool:
    head = e.args[0] if e.op == "mul" else e
    return head.op == "const" and head.data < 0


def condition_text(c: Condition) -> str:
    """A condition with its quantifiers: ``y[i] >= 0 for all i < n``."""
    names = names_for(c.body, c.sizes)
    body, below = text(c.body, names), ", ".join(f"{n} < {s}" for n, s in zip(names, c.sizes, strict=True))
    holds = f"{body} {_SIGN[c.relation]}" if c.relation in _SIGN else f"{c.relation}({body})"
    return holds + (f" for all {below}" if below else "")


def statement_lines(s: Statement) -> list[str]:
    """The statement in full, one fact a line: function, names with shapes, sizes, domain, assumptions."""

    def names(arrays: Mapping[str, Declaration]) -> str:
        shapes = {n: f"[{', '.join(map(str, d.shape))}]" if d.shape else "" for n, d in arrays.items()}
        kinds = {n: " integer" * d.integer + f" = array {d.array}" * bool(d.array) for n, d in arrays.items()}
        return ", ".join(n + shapes[n] + kinds[n] for n in arrays)

    sizes = ", ".join(f"{n} >= {low}" for n, low in s.sizes.items())
    rows: dict[str, Iterable[str]] = {
        "function": [str(s.function)], "variables": [names(s.variables)], "parameters": [names(s.parameters)],
        "sizes": [sizes], "domain": map(condition_text, s.domain), "given": map(condition_text, s.given),
        "assuming": s.assumptions,
    }  # fmt: skip
    return [f"{title:10} {value}" for title, values in rows.items() for value in values if value]
