"""Evidence at explicit points as lines of a SymPy script: numbers that are > 0, conditions that hold (untrusted)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import permutations, product
from math import prod
from pathlib import Path
from typing import Any

import numpy as np

from convexcheck.certificate import evidence as ev
from convexcheck.certificate.codec import load
from convexcheck.certificate.codec import written as entries
from convexcheck.export.concrete import Concrete, Values, small_sizes
from convexcheck.export.rocq.notation import NoScript
from convexcheck.export.sympy_text import Symbols, number, written
from convexcheck.expression.functions import REALS, Interval
from convexcheck.expression.statement import Statement, generic
from convexcheck.expression.term import Expression, instantiate, substitute

MOST_ENTRIES = 5000
_SIXTY = "Values that are no rationals are evaluated to 60 digits."
_RELATION = {"ge": "Ge", "gt": "Gt", "eq": "Eq"}
Named = tuple[tuple[str, ev.Array], ...]


def refuted(
    s: Statement, claim: ev.Claim, e: ev.Evidence, symbols: Symbols, folder: Path | None
) -> tuple[list[str], list[str]]:
    """Notes for the head, and the lines that check.

    Raises:
        NoScript: for evidence that rests on something else.
    """
    side = -1 if claim.verdict == "not concave" else 1
    match e:
        case ev.JensenGap():
            return [_SIXTY], _Point(s, e.instance, symbols, folder).jensen(e, side)
        case ev.NegativeCurvature():
            return [_SIXTY], _Point(s, e.instance, symbols, folder).curvature(e, side)
        case ev.SymmetryPair():
            return [_SIXTY], _Point(s, e.instance, symbols, folder).pair(e, side)
        case ev.OutsideDomain():
            return [_SIXTY], _Point(s, e.instance, symbols, folder).outside(e)
        case ev.Neither():
            first, second = ev.Claim("not convex"), ev.Claim("not concave")
            notes, lines = refuted(s, first, e.convex, symbols, folder)
            return notes, lines + refuted(s, second, e.concave, symbols, folder)[1]
        case ev.Invariance():
            return _invariant(s, e.action, symbols)
    raise NoScript(f"evidence of the kind {type(e).__name__} has no mapping")


def values(named: Named, op: str, folder: Path | None) -> dict[tuple[str, str], Any]:
    """Exact entries of arrays."""
    found: dict[tuple[str, str], Any] = {}
    for name, array in named:
        if prod(array.shape) > MOST_ENTRIES or (array.digest and folder is None):
            raise NoScript(f"the array {name} has too many entries, or is not there")
        exact = load(folder or Path(), array) if array.digest else entries(array)
        flat = [Fraction(float(q)) if array.digest else Fraction(str(q)) for q in np.asarray(exact).reshape(-1)]
        found[op, name] = np.array([*flat, None], dtype=object)[:-1].reshape(array.shape)
    return found


class _Point:
    """An instance: sizes, parameters as numbers, variables as symbols or as numbers."""

    def __init__(self, s: Statement, instance: ev.Instance, symbols: Symbols, folder: Path | None) -> None:
        self.s, self.symbols, self.folder = s, symbols, folder
        self.known: Values = values(instance.parameters, "par", folder)
        self.sizes = dict(instance.sizes)
        self.concrete = Concrete(self.sizes, self.known)

    def text(self, e: Expression) -> str:
        return written(self.concrete(e), self.symbol)

    def symbol(self, e: Expression) -> str:
        return self.symbols.name(e, REALS)

    def at(self, point: Mapping[tuple[str, str], Any], op: str = "var") -> str:
        """A dictionary from symbols to numbers."""
        pairs = [
            (Expression(kind, tuple(map(_int, place)), name), array[place])
            for (kind, name), array in point.items() if kind == op for place in np.ndindex(array.shape)
        ]  # fmt: skip
        return f"{{{', '.join(f'{self.symbol(e)}: {number(q)}' for e, q in pairs)}}}"

    def conditions(self) -> list[str]:
        """The facts at this instance, one relation each."""
        found = []
        for c in (*self.s.domain, *self.s.given):
            if c.relation not in _RELATION:
                raise NoScript(f"the condition {c.relation} on a matrix has no mapping")
            for place in product(*(range(self.concrete.size(n)) for n in c.sizes)):
                body = self.text(instantiate(c.body, place))
                found.append(f"{_RELATION[c.relation]}({body}, 0)")
        return found

    def holds(self, *points: str) -> list[str]:
        return [f'inside("condition", {c}, {p})' for p in points for c in self.conditions()]

    def jensen(self, e: ev.JensenGap, side: int) -> list[str]:
        x, y = values(e.x, "var", self.folder), values(e.y, "var", self.folder)
        middle = {k: np.asarray(e.t * x[k] + (1 - e.t) * y[k], dtype=object) for k in x}
        lines = [f"x, y, m = {self.at(x)}, {self.at(y)}, {self.at(middle)}", f"f, t = {self.text(self.s.function)}, "
                 f"{number(e.t)}", *self.holds("x", "y", "m")]  # fmt: skip
        lines += ["for v in m:", "    if m[v] != t * x[v] + (1 - t) * y[v]:"]
        lines += ['        fail("JensenGap", f"{v} is not between")']
        gap = f"{side} * (f.subs(m) - t * f.subs(x) - (1 - t) * f.subs(y))"
        return ["# JensenGap: f lies on the wrong side of its chord", *lines,
                f'above("JensenGap", "f(t x + (1-t) y) - t f(x) - (1-t) f(y)", {gap})']  # fmt: skip

    def curvature(self, e: ev.NegativeCurvature, side: int) -> list[str]:
        x, v = values(e.x, "var", self.folder), values(e.v, "var", self.folder)
        h = e.step
        ends = [{k: np.asarray(x[k] + way * h * v[k], dtype=object) for k in x} for way in (1, -1)]
        lines = [f"x, v = {self.at(x)}, {self.at(v)}", f"f = {self.text(self.s.function)}", *self.holds("x")]
        for k, end in enumerate(ends):
            lines += [f"x{'ab'[k]} = {self.at(end)}", *self.holds(f"x{'ab'[k]}")] if self.s.domain else []
        gap = f"{-side} * diff(f.subs({{k: x[k] + s * v[k] for k in x}}), s, 2).subs(s, 0)"
        return ["# NegativeCurvature: the second derivative along v (Boyd and Vandenberghe, 3.1.4)", *lines,
                's = Symbol("s", real=True)',
                f'above("NegativeCurvature", "{"-" if side == 1 else ""}(the second derivative of f along v)", {gap})']

    def pair(self, e: ev.SymmetryPair, side: int) -> list[str]:
        image = {("var", n): body for n, body in e.action.images}
        moved, f = substitute(self.s.function, image), self.s.function
        names = {n: image.get(("var", n), generic("var", n, d)) for n, d in self.s.variables.items()}
        between = {("var", n): (1 - e.t) * generic("var", n, d) + e.t * names[n] for n, d in self.s.variables.items()}
        lines = [f"x = {self.at(values(e.x, 'var', self.folder))}", f"f = {self.text(f)}", *self.holds("x"),
                 f'same("SymmetryPair", f, {self.text(moved)})']  # fmt: skip
        lines.append(f"m = {self.text(substitute(f, between))}")
        return ["# SymmetryPair: f(g x) = f(x), and f is larger between (for -f if it is about concavity)", *lines,
                f'above("SymmetryPair", "f((1-t) x + t g x) - f(x)", {side} * (m.subs(x) - f.subs(x)))']  # fmt: skip

    def outside(self, e: ev.OutsideDomain) -> list[str]:
        x, y = values(e.x, "var", self.folder), values(e.y, "var", self.folder)
        middle = {k: np.asarray(e.t * x[k] + (1 - e.t) * y[k], dtype=object) for k in x}
        lines = [f"x, y, m = {self.at(x)}, {self.at(y)}, {self.at(middle)}", *self.holds("x", "y")]
        return ["# OutsideDomain: the domain is not convex", *lines,
                f"if all(c.subs(m) == True for c in [{', '.join(self.conditions())}]):",
                '    fail("OutsideDomain", "the point between satisfies every condition")']  # fmt: skip


def _int(k: int) -> Expression:
    return Expression("const", (), Fraction(k))


def _invariant(s: Statement, action: ev.Action, symbols: Symbols) -> tuple[list[str], list[str]]:
    """f(g x) = f(x) for every member of the action at small sizes."""
    sizes = small_sizes(s)
    plain = Concrete(sizes)
    lengths = {n: plain.size(size) for n, size in (*action.permutations, *action.signs)}
    choices: list[list[tuple[tuple[str, str], Any]]] = []
    for n, _ in action.permutations:
        choices.append([(("par", n), _array(p)) for p in permutations(range(lengths[n]))])
    for n, _ in action.signs:
        choices.append([(("par", n), _array(p)) for p in product((1, -1), repeat=lengths[n])])
    image = {("var", n): body for n, body in action.images}
    moved, lines = substitute(s.function, image), ["# Invariance: f(g x) = f(x), by algebra"]
    scales = {n for n, _ in action.scales}

    def symbol(e: Expression) -> str:
        return symbols.name(e, Interval(Fraction(0), float("inf"), True) if e.data in scales else REALS)

    lines.append(f"f = {written(plain(s.function), symbol)}")
    members = list(product(*choices))[:64]
    for member in members:
        lines.append(f'same("Invariance", f, {written(Concrete(sizes, dict(member))(moved), symbol)})')
    told = ", ".join(f"{n} = {k}" for n, k in sizes.items())
    return [f"Checked at {told or 'its sizes'} for {len(members)} members of the action; for all of them see the "
            "certificate."], lines  # fmt: skip


def _array(numbers: Sequence[int]) -> Any:
    return np.array([*map(Fraction, numbers), None], dtype=object)[:-1]
