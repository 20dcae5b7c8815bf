"""The symbolic Hessian, entry by entry: for arrays, one formula for the generic entry of each block (untrusted).

The first derivative along a direction d is linear in d; its coefficient at ``d_w[i]`` is the gradient's entry. A sum
over k of ``c(k) d_w[k]`` gives ``c(i)``: the bound index is replaced by the entry's own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from convexcheck.expression.bounds import Context
from convexcheck.expression.errors import ConvexcheckError
from convexcheck.expression.functions import derivative
from convexcheck.expression.normal import normal
from convexcheck.expression.statement import Statement, text
from convexcheck.expression.term import ONE, ZERO, Expression, abstract, add, apply, bind, mul, opened, substitute

Indices = tuple[Expression, ...]
_LETTERS = "ijklmpqrsuvw"
_SERIAL = 500  # of the indices of rows and columns, above those that `opened` chooses


@dataclass(frozen=True)
class SymbolicHessian:
    """The second derivatives of a statement's function.

    Args:
        statement: the function with its variables.
        entries: for each pair of variables the generic entry, an expression in the indices of both.
        indices: the names of the indices of both, by pair.

    >>> from convexcheck.read.text import read_text
    >>> print(symbolic_hessian("", read_text("sum((X @ w)**2)", {"w": "d"}, {"X": "n d"})))
    H[w[i], w[j]] = 2*Sum(k < n, X[k, i]*X[k, j])
    """

    statement: Statement
    entries: Mapping[tuple[str, str], Expression]
    indices: Mapping[tuple[str, str], tuple[str, ...]]

    def __getitem__(self, pair: tuple[str, str]) -> str:
        """The generic entry for two variables, as text."""
        if pair not in self.entries:
            raise ConvexcheckError("hessian", f"no block {pair!r}", f"two of {', '.join(self.statement.variables)}")
        return text(self.entries[pair], self.indices[pair])

    def rows(self) -> list[list[Expression]]:
        """The matrix, where all variables are scalars."""
        names = list(self.statement.variables)
        if any(d.shape for d in self.statement.variables.values()):
            raise ConvexcheckError("hessian", "rows of a Hessian in arrays", "scalar variables", "H['w', 'w']")
        return [[self.entries[a, b] for b in names] for a in names]

    def __str__(self) -> str:
        return "\n".join(f"H[{self._named(a, b)}] = {self[a, b]}" for a, b in self.entries)

    def _named(self, a: str, b: str) -> str:
        names = iter(self.indices[a, b])
        return ", ".join(
            name + (f"[{', '.join(next(names) for _ in d.shape)}]" if d.shape else "")
            for name, d in ((n, self.statement.variables[n]) for n in (a, b))
        )


def symbolic_hessian(source: Any, s: Statement, wrt: Any = None) -> Any:
    """The Hessian as a SymPy matrix for a SymPy expression in symbols, else as a `SymbolicHessian`.

    Args:
        source: what `s` was read from.
        s: the statement.
        wrt: the symbols, for SymPy.

    Raises:
        ConvexcheckError: a function that may have a kink.
    """
    if hasattr(source, "free_symbols"):
        import sympy

        given = list(wrt) if isinstance(wrt, list | tuple) else [wrt] if wrt is not None else []
        chosen = given or sorted(source.free_symbols, key=str)
        if all(isinstance(x, sympy.Symbol) for x in chosen):
            return sympy.hessian(source, chosen)
    entries, indices = dict[tuple[str, str], Expression](), dict[tuple[str, str], tuple[str, ...]]()
    context, names = Context(s), list(s.variables)
    for p, a in enumerate(names):
        at = _indices(s, a, 0)
        first = _entry(derivative(s.function), a, at)
        for b in names[p:]:
            beside = _indices(s, b, len(at))
            found = normal(_entry(derivative(first), b, beside), context)
            taken = {str(data) for op, data in found.symbols if op != "index"}
            letters = tuple(c for c in _LETTERS if c not in taken)[: len(at) + len(beside)]
            for pair, order in (((a, b), (*at, *beside)), ((b, a), (*beside, *at))):
                entries[pair], indices[pair] = abstract(found, order), letters
    return SymbolicHessian(s, {(a, b): entries[a, b] for a in names for b in names}, indices)


def _indices(s: Statement, name: str, start: int) -> Indices:
    return tuple(Expression("index", (n,), _SERIAL + start + j) for j, n in enumerate(s.variables[name].shape))


def _entry(form: Expression, name: str, at: Indices) -> Expression:
    """The coefficient of ``d_name[at]`` in a form that is linear in directions."""
    found = []
    for factor, equal in _terms(form, name, at):
        same = [apply("where", apply("eq", *pair), ONE, ZERO) for pair in equal]
        found.append(mul(factor, *same))
    return add(ZERO, *found)


def _terms(e: Expression, name: str, at: Indices) -> Iterator[tuple[Expression, list[tuple[Expression, Expression]]]]:
    """Coefficients, each with the pairs of indices that must be equal."""
    if ("dir", name) not in e.symbols:
        return
    if e.op == "dir":
        yield ONE, [(x, i) for x, i in zip(e.args, at, strict=True) if x is not i]
    elif e.op == "add":
        for part in e.args:
            yield from _terms(part, name, at)
    elif e.op == "mul":
        (moving,) = [f for f in e.args if f.has("dir")]
        for factor, equal in _terms(moving, name, at):
            yield mul(*(f for f in e.args if f is not moving), factor), equal
    elif e.op == "where":
        for place in (1, 2):
            for factor, equal in _terms(e.args[place], name, at):
                yield apply("where", e.args[0], *((factor, ZERO) if place == 1 else (ZERO, factor))), equal
    else:
        body, k = opened(e, *at)
        for factor, equal in _terms(body, name, at):
            other = next((y if x is k else x for x, y in equal if (x is k) != (y is k)), None)
            if other is not None and ("index", k.data) not in other.symbols:
                rest = [pair for pair in equal if pair not in ((k, other), (other, k))]
                swap = {("index", k.data): other}
                yield substitute(factor, swap), [(substitute(x, swap), substitute(y, swap)) for x, y in rest]
            else:
                inside = [apply("where", apply("eq", *pair), ONE, ZERO) for pair in equal]
                yield bind(e.op, k, mul(factor, *inside)), []
