"""Scalar expressions as SymPy's Python: every symbol is renamed, so that no name says anything (untrusted)."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from convexcheck.export.concrete import comment
from convexcheck.export.rocq.notation import NoScript
from convexcheck.expression.bounds import Context
from convexcheck.expression.functions import GAMMAS, Interval
from convexcheck.expression.statement import Declaration, text
from convexcheck.expression.term import ENTRIES, Expression, fresh

_PLAIN = {
    "exp", "log", "sin", "cos", "asin", "atan", "asinh", "sinh", "cosh", "tanh", "sigmoid", "softplus", "erf", "erfc",
    "loggamma", "gamma", "digamma",
}  # fmt: skip
_CALLED = {"abs": "Abs", "max": "Max", "lambertw": "LambertW", "le": "Le", "lt": "Lt", "eq": "Eq", "and": "And",
           "or": "Or", "not": "Not", "Max": "Max"}  # fmt: skip


def number(q: Fraction) -> str:
    """A rational, never a Python float.

    >>> number(Fraction(-1, 2))
    'R(-1, 2)'
    """
    return f"S({q})" if q.denominator == 1 else f"R({q.numerator}, {q.denominator})"


def known_range(context: Context, op: str, name: str) -> Interval:
    """What is known of every entry of an array."""
    s = context.statement
    declared = {"par": s.parameters, "var": s.variables, "dir": s.variables}[op].get(name, Declaration())
    indices: list[Expression] = []
    for size in declared.shape:
        indices.append(fresh(size, *indices, *context.indices))
    return context.bounds(Expression(op, tuple(indices), name))


class Symbols:
    """One symbol for each entry and for each thing that is known of its sign."""

    def __init__(self) -> None:
        self.names: dict[tuple[Expression, str], str] = {}
        self.meaning: dict[str, Expression] = {}

    def name(self, e: Expression, i: Interval) -> str:
        """The symbol of an entry whose range is known."""
        kind = "positive" if i.positive else "nonnegative" if i.lo >= 0 else "real"
        kind = "negative" if i.hi < 0 or (i.hi == 0 and i.hi_open) else kind
        if (e, kind) not in self.names:
            self.names[e, kind] = f"x{len(self.names)}"
            self.meaning[self.names[e, kind]] = e
        return self.names[e, kind]

    def definitions(self) -> list[str]:
        """A line for each symbol."""
        told = {name: comment(text(e), "#") for (e, _), name in self.names.items()}
        return [f'{name} = Symbol("{name}", {kind}=True)  {told[name]}' for (_, kind), name in self.names.items()]


def written(e: Expression, name: Callable[[Expression], str]) -> str:
    """A scalar expression as Python; `name` gives the symbol of an entry.

    >>> written(Expression("var", (), "x") ** -2 / 3, lambda e: "x0")
    '(R(1, 3)*(x0)**(S(-2)))'
    """
    if e.op == "const":
        return number(e.data)
    if e.op in ENTRIES:
        return name(e)
    args = [written(a, name) for a in e.args]
    if e.op in ("add", "mul"):
        return f"({(' + ' if e.op == 'add' else '*').join(args)})"
    if e.op == "pow":
        return f"({args[0]})**({args[1]})"
    if e.op in _PLAIN or e.op in _CALLED:
        return f"{_CALLED.get(e.op, e.op)}({', '.join(args)})"
    if e.op in GAMMAS:
        return f"polygamma({GAMMAS.index(e.op)}, {args[0]})"
    if e.op == "where":
        return f"Piecewise(({args[1]}, {args[0]}), ({args[2]}, True))"
    if e.op == "pi":
        return "pi"
    raise NoScript(f"the operation {e.op} has no counterpart in SymPy")
