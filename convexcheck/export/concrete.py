"""An expression at concrete sizes, without binders: what tools for scalar formulas can read (untrusted)."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from itertools import count
from typing import Any

from convexcheck.export.rocq.notation import NoScript
from convexcheck.expression.functions import log
from convexcheck.expression.statement import Statement
from convexcheck.expression.term import (
    BINDERS,
    ENTRIES,
    MATRICES,
    ONE,
    Expression,
    add,
    const,
    instantiate,
    maximum,
    mul,
    power,
    rebuild,
    transform,
)

LARGEST = 20_000  # nodes of one formula
Values = Mapping[tuple[str, str], Any]  # arrays of rationals, by kind and name of the entry
_COMPARED = {"le": lambda a, b: a <= b, "lt": lambda a, b: a < b, "eq": lambda a, b: a == b}


def small_sizes(s: Statement) -> dict[str, int]:
    """Sizes for a script: 2, 3, 2, ... in the order of their names, where the statement allows them.

    >>> small_sizes(Statement(ONE, {}, sizes={"n": 1, "d": 0, "K": 4}))
    {'K': 4, 'd': 3, 'n': 2}
    """
    return {name: max(s.sizes[name], k) for name, k in zip(sorted(s.sizes), (2 + j % 2 for j in count()), strict=False)}


def comment(line: str, mark: str) -> str:
    """A comment of one line, whatever the names in it hold.

    >>> comment("a" + chr(10) + "b", "#")
    '# a?b'
    """
    return f"{mark} {''.join(c if ' ' <= c <= '~' else '?' for c in line)}".rstrip()


class Concrete:
    """Expands sums and maxima at given sizes.

    Args:
        sizes: the value of each symbolic size.
        values: entries that are known numbers; the others stay as entries at constant indices.
        integers: names of parameters whose entries are integers; where no value is known the entry number k is k % 2.
    """

    def __init__(self, sizes: Mapping[str, int], values: Values | None = None, integers: frozenset[str] = frozenset()):
        self.sizes, self.values, self.integers = dict(sizes), dict(values or {}), integers
        self.seen: dict[Expression, Expression] = {}

    def __call__(self, e: Expression, indices: Mapping[Expression, int] | None = None) -> Expression:
        """The expression with opened indices at the given numbers.

        Raises:
            NoScript: for what has no such form.

        >>> from convexcheck.expression.term import bound, dim, entry, over
        >>> Concrete({"n": 2})(over("Sum", dim("n"), entry("var", "x", [bound(0)]) ** 2))
        x[1]**2 + x[0]**2
        """
        at = dict(indices or {})
        placed = transform(e, lambda n, _: const(at[n]) if n in at else None)
        found = self._at(placed) if placed.size < LARGEST else None
        if found is None or found.size > LARGEST:
            raise NoScript(f"the formula has more than {LARGEST} parts")
        return found

    def size(self, e: Expression) -> int:
        """The value of a size."""
        found = self._at(e)
        if found.op != "const" or found.data.denominator != 1:
            raise NoScript(f"the size {e} is no number")
        return int(found.data)

    def _at(self, e: Expression) -> Expression:
        if e not in self.seen:
            self.seen[e] = self._expanded(e)
        return self.seen[e]

    def _expanded(self, e: Expression) -> Expression:
        if e.op == "dim":
            return const(self.sizes[e.data])
        if e.op in BINDERS:
            parts = [self._at(instantiate(e.args[1], [j])) for j in range(self.size(e.args[0]))]
            if e.op == "Max" and not parts:
                raise NoScript("a maximum over nothing")
            total = add(*parts) if e.op == "Sum" else maximum(*parts)
            if total.size > LARGEST:
                raise NoScript(f"the formula has more than {LARGEST} parts")
            return total
        if e.op in MATRICES:
            return self._matrix(e)
        args = [self._at(a) for a in e.args]
        if e.op in ENTRIES:
            return self._entry(e, args)
        if e.op in _COMPARED and all(a.op == "const" for a in args):
            return const(int(_COMPARED[e.op](args[0].data, args[1].data)))
        if e.op in ("and", "or") and any(a.op == "const" for a in args):
            stops = e.op == "or"
            rest = [a for a in args if a.op != "const"]
            if any(a.op == "const" and bool(a.data) == stops for a in args) or not rest:
                return const(int(stops if any(a.op == "const" and bool(a.data) == stops for a in args) else not stops))
            return rest[0] if len(rest) == 1 else Expression(e.op, tuple(rest))
        if e.op == "not" and args[0].op == "const":
            return const(1 - args[0].data)
        if e.op == "where" and args[0].op == "const":
            return args[1] if args[0].data else args[2]
        return rebuild(e, args)

    def _entry(self, e: Expression, args: list[Expression]) -> Expression:
        if any(a.op != "const" or a.data.denominator != 1 for a in args):
            raise NoScript(f"the index of {e} is no number")
        at = tuple(int(a.data) for a in args)
        if (e.op, e.data) in self.values:
            return const(Fraction(str(self.values[e.op, e.data][at])))
        if e.op == "par" and e.data in self.integers:
            return const(sum(at) % 2)
        return Expression(e.op, tuple(args), e.data)

    def _matrix(self, e: Expression) -> Expression:
        n = self.size(e.args[0])
        if e.op not in ("det", "inv", "logdet") or not 0 < n <= 3:
            raise NoScript(f"the function {e.op} of a matrix has no mapping")
        M = [[self._at(instantiate(e.args[-1], [i, j])) for j in range(n)] for i in range(n)]
        det = determinant(M)
        if e.op != "inv":
            return det if e.op == "det" else log(det)
        i, j = (self.size(a) for a in e.args[1:3])
        minor = [[M[p][q] for q in range(n) if q != i] for p in range(n) if p != j]
        return mul((-1) ** (i + j), determinant(minor), power(det, -1))


def determinant(M: list[list[Expression]]) -> Expression:
    """The determinant, expanded along the first row."""
    rest = [[[*row[:k], *row[k + 1 :]] for row in M[1:]] for k in range(len(M))]
    return add(*(mul((-1) ** k, M[0][k], determinant(rest[k])) for k in range(len(M)))) if M else ONE


