"""The one printer: an expression as text that ``read.text`` reads back (trusted).

Binders print with names for their indices: ``Sum(i < n, x[i]**2)``. A direction entry prints as ``d_x``.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from convexcheck.expression.statement import Condition, Statement
from convexcheck.expression.term import BINDERS, ENTRIES, MAX_DEPTH, Expression, const, mul

_ADD, _MUL, _NEG, _POW, _ATOM = 1, 2, 3, 4, 5
_MINUS_ONE = const(-1)
_COMPARE = {"le": "<=", "lt": "<", "eq": "=="}
_SIGN = {"ge": ">= 0", "gt": "> 0", "eq": "== 0"}


def index_names(avoid: frozenset[str]) -> Sequence[str]:
    """Names for bound indices that are not in `avoid`, one for every depth: i, j, k, ..., then i1, i2, ..."""
    names = [*"ijklmpqrs", *(f"i{c}" for c in range(1, MAX_DEPTH + len(avoid)))]
    return [n for n in names if n not in avoid]


def text(e: Expression, indices: Sequence[str] = ()) -> str:
    """`e` as text; `indices` names its loose bound indices, 0 first.

    >>> from convexcheck.expression.term import apply, bound, dim, entry, over
    >>> text(over("Sum", dim("n"), apply("exp", -entry("var", "x", [bound(0)]))))
    'Sum(i < n, exp(-x[i]))'
    """
    taken = frozenset(data for op, data in e.symbols if op != "index") | set(indices)
    return _print(e, list(indices)[::-1], index_names(taken), 0)


def _print(e: Expression, stack: list[str], names: Sequence[str], level: int) -> str:
    own, string = _parts(e, stack, names)
    return f"({string})" if own < level else string


def _parts(e: Expression, stack: list[str], names: Sequence[str]) -> tuple[int, str]:
    def show(a: Expression, level: int = 0) -> str:
        return _print(a, stack, names, level)

    if e.op == "const":
        value: Fraction = e.data
        return (_ATOM if value >= 0 and value.denominator == 1 else _MUL if value >= 0 else _NEG), str(value)
    if e.op == "pi":
        return _ATOM, "pi"
    if e.op == "bound":
        return _ATOM, stack[-1 - e.data] if e.data < len(stack) else f"_{e.data - len(stack)}"
    if e.op == "index":
        return _ATOM, f"_i{e.data}"
    if e.op == "dim":
        return _ATOM, e.data
    if e.op in ENTRIES:
        name = f"d_{e.data}" if e.op == "dir" else e.data
        return _ATOM, name + (f"[{', '.join(show(a) for a in e.args)}]" if e.args else "")
    if e.op in BINDERS:
        name = names[len(stack)]
        inner = _print(e.args[1], [*stack, name], names, 0)
        return _ATOM, f"{e.op}({name} < {show(e.args[0])}, {inner})"
    if e.op == "add":
        ordered = sorted(e.args, key=_leads_negative)
        out = show(ordered[0], _ADD)
        for term in ordered[1:]:
            out += f" - {show(mul(-1, term), _MUL)}" if _leads_negative(term) else f" + {show(term, _MUL)}"
        return _ADD, out
    if e.op == "mul":
        if _leads_negative(e):
            return _NEG, f"-{show(mul(-1, e), _MUL)}"
        above: list[str] = []
        below: list[str] = []
        for f in e.args:
            if f.op == "const":
                above += [str(f.data.numerator)] if f.data.numerator != 1 else []
                below += [str(f.data.denominator)] if f.data.denominator != 1 else []
            elif f.op == "pow" and f.args[1] is _MINUS_ONE:
                below.append(show(f.args[0], _POW))
            else:
                above.append(show(f, _MUL + 1))
        return _MUL, "/".join(["*".join(above) or "1", *below])  # a/b/c, because a/(b*c) is another expression
    if e.op == "pow":
        base, q = e.args
        if q is _MINUS_ONE:
            return _MUL, f"1/{show(base, _POW)}"
        if q.op == "const" and q.data == Fraction(1, 2):
            return _ATOM, f"sqrt({show(base)})"
        return _POW, f"{show(base, _ATOM)}**{show(q, _ATOM)}"
    if e.op in _COMPARE:
        return 0, f"{show(e.args[0])} {_COMPARE[e.op]} {show(e.args[1])}"
    if e.op in ("and", "or"):
        return 0, f" {e.op} ".join(f"({show(a)})" for a in e.args)
    if e.op == "not":
        return 0, f"not ({show(e.args[0])})"
    return _ATOM, f"{e.op}({', '.join(show(a) for a in e.args)})"


def _leads_negative(e: Expression) -> bool:
    head = e.args[0] if e.op == "mul" else e
    return head.op == "const" and head.data < 0


def condition_text(c: Condition) -> str:
    """A condition with its quantifiers: ``y[i] >= 0 for all i < n``."""
    names = index_names(frozenset(d for op, d in c.body.symbols if op != "index"))[: len(c.sizes)]
    if c.relation not in _SIGN:
        return f"{c.relation}({text(c.body, names)})" if c.body.op not in ENTRIES else f"{c.relation}({c.body.data})"
    ranges = "".join(f"{' for all' if j == 0 else ','} {n} < {s}" for j, (n, s) in enumerate(zip(names, c.sizes, strict=True)))
    return f"{text(c.body, names)} {_SIGN[c.relation]}{ranges}"


def statement_lines(s: Statement) -> list[str]:
    """The statement in full, one fact a line: function, names with shapes, sizes, domain, assumptions."""

    def names(kind: str) -> str:
        out = []
        for name, d in getattr(s, kind).items():
            shape = f"[{', '.join(map(str, d.shape))}]" if d.shape else ""
            out.append(name + shape + (" integer" if d.integer else "") + (f" = array {d.array[:16]}" if d.array else ""))
        return ", ".join(out)

    lines = [f"function   {s.function}", f"variables  {names('variables')}"]
    if s.parameters:
        lines.append(f"parameters {names('parameters')}")
    if s.sizes:
        lines.append("sizes      " + ", ".join(f"{n} >= {low}" for n, low in s.sizes.items()))
    lines += [f"domain     {condition_text(c)}" for c in s.domain]
    lines += [f"given      {condition_text(c)}" for c in s.given]
    return lines + [f"assuming   {a}" for a in s.assumptions]


