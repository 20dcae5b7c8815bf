"""From an accepted certificate to SMT-LIB 2 (logic QF_NRA), with the answer that is expected (untrusted).

For a proof the file states that the claim fails somewhere, and the answer is to be ``unsat``: a direction along which
the Hessian form has the wrong sign or, where the function has kinks, two points whose midpoint lies on the wrong side
of the chord (S. Boyd, L. Vandenberghe, Convex Optimization, sections 3.1.4 and 3.1.1; for a continuous function the
midpoint suffices). For a refutation the file fixes the witness, and the answer is to be ``sat``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

from convexcheck.certificate import evidence as ev
from convexcheck.certificate.codec import array_path
from convexcheck.export.chord import as_chord
from convexcheck.export.concrete import Concrete, comment
from convexcheck.export.names import refuse_names
from convexcheck.export.numbers import values
from convexcheck.export.rocq.notation import NoScript
from convexcheck.expression.bounds import Context
from convexcheck.expression.errors import ConvexcheckError
from convexcheck.expression.functions import hessian_form
from convexcheck.expression.statement import Condition, Statement, statement_lines, text
from convexcheck.expression.term import ENTRIES, Expression, const, instantiate, nodes, transform

_RELATION = {"ge": ">=", "gt": ">", "eq": "=", "le": "<=", "lt": "<"}
_LONGEST = 20_000  # characters of one formula
Point = Mapping[tuple[str, str], Any]


def export_smtlib(certificate: ev.Certificate, folder: Path | None = None) -> str:
    """The text of the file for an accepted certificate.

    Args:
        certificate: one that the kernel accepted (whoever calls has asked it).
        folder: where its arrays lie, if it has any.

    Raises:
        NoScript: for a claim that no formula over the reals with + - * / states.
    """
    refuse_names(certificate)
    s, claim, e = certificate.statement, certificate.claim, certificate.evidence
    script = _Script()
    if isinstance(e, ev.Proof | ev.Generalisation):
        answer, note = "unsat", _negated(script, s, claim, folder)
    elif isinstance(e, ev.EmptyDomain):
        answer, note = "unsat", "some point satisfies every condition"
        _conditions(script, Concrete({}, _data(s, folder)), (*s.domain, *s.given))
    else:
        answer, note = "sat", "the counterexample, as numbers"
        for side, part in _refutations(claim, e):
            _witness(script, s, side, part, folder)
    head = [f"claim      {claim.verdict}", *statement_lines(s), "", f"stated here: {note}"]
    lines = [*(comment(line, ";") for line in head), "(set-logic QF_NRA)", f"(set-info :status {answer})"]
    return "\n".join([*lines, *script.declared, *script.asserted, "(check-sat)", ""])


def _refutations(claim: ev.Claim, e: ev.Evidence) -> list[tuple[int, ev.Evidence]]:
    if isinstance(e, ev.Neither):
        return [(1, e.convex), (-1, e.concave)]
    return [(-1 if claim.verdict == "not concave" else 1, e)]


class _Script:
    """Declarations and assertions; every entry is renamed, every root is a number of its own."""

    def __init__(self) -> None:
        self.names: dict[Expression, str] = {}
        self.declared: list[str] = []
        self.asserted: list[str] = []
        self.seen: dict[Expression, str] = {}
        self.undefined: list[str] | None = None  # collects where a value is not real; without it that is excluded

    def claim(self, formula: str) -> None:
        """Assert a formula."""
        if len(formula) > _LONGEST:
            raise NoScript(f"a formula has more than {_LONGEST} characters")
        if f"(assert {formula})" not in self.asserted:
            self.asserted.append(f"(assert {formula})")

    def new(self, what: str) -> str:
        """A real of its own."""
        name = f"x{len(self.declared)}"
        self.declared.append(f"(declare-const {name} Real) {comment(what, ';')}")
        return name

    def real(self, e: Expression) -> str:
        """A scalar expression as a term.

        >>> _Script().real(const(Fraction(-1, 2)))
        '(- (/ 1.0 2.0))'
        """
        if e not in self.seen:
            self.seen[e] = self._real(e)
        return self.seen[e]

    def _real(self, e: Expression) -> str:
        if e.op == "const":
            return _number(e.data)
        if e.op in ENTRIES:
            return self.new(text(e))
        if e.op in ("add", "mul"):
            return f"({'+' if e.op == 'add' else '*'} {' '.join(map(self.real, e.args))})"
        if e.op == "pow" and e.args[1].op == "const":
            return self._power(e.args[0], e.args[1].data)
        if e.op in ("max", "abs"):
            parts = [e.args[0], -e.args[0]] if e.op == "abs" else e.args
            first, *rest = map(self.real, parts)
            for other in rest:
                first = f"(ite (>= {first} {other}) {first} {other})"
            return first
        if e.op == "where":
            if any(n.op == "pow" and (n.args[1].data < 0 or n.args[1].data.denominator > 1)
                   for a in e.args[1:] for n in nodes(a) if n.op == "pow" and n.args[1].op == "const"):  # fmt: skip
                raise NoScript("a choice between formulas holds a root or a quotient, which may not be real elsewhere")
            return f"(ite {self.formula(e.args[0])} {self.real(e.args[1])} {self.real(e.args[2])})"
        raise NoScript(f"{e.op} is beyond polynomials and rational functions")

    def _power(self, base: Expression, q: Fraction) -> str:
        inner = self.real(base)
        if q.denominator > 1:
            root = self.new(f"the root of degree {q.denominator} of {text(base)}")
            is_root = f"(and (>= {root} 0.0) (= {_times(root, q.denominator)} {inner}))"
            if self.undefined is None:
                self.claim(is_root)
            else:
                self.undefined.append(f"(< {inner} 0.0)")
                self.claim(f"(or (< {inner} 0.0) {is_root})")
            inner = root
        if q < 0 and self.undefined is None:
            self.claim(f"(not (= {inner} 0.0))")
        elif q < 0 and self.undefined is not None:
            self.undefined.append(f"(= {inner} 0.0)")
        whole = _times(inner, abs(q.numerator))
        return f"(/ 1.0 {whole})" if q < 0 else whole

    def formula(self, e: Expression) -> str:
        """A condition."""
        if e.op == "const":
            return "true" if e.data else "false"
        if e.op in ("le", "lt", "eq"):
            return f"({_RELATION[e.op]} {' '.join(map(self.real, e.args))})"
        return f"({e.op} {' '.join(map(self.formula, e.args))})"


def _number(q: Fraction) -> str:
    whole = f"{abs(q.numerator)}.0" if q.denominator == 1 else f"(/ {abs(q.numerator)}.0 {q.denominator}.0)"
    return f"(- {whole})" if q < 0 else whole


def _times(term: str, k: int) -> str:
    return term if k == 1 else f"(* {' '.join([term] * k)})"


def _renamed(e: Expression, mark: str) -> Expression:
    """The expression at another point: its variables under another name (no name of a user has a space)."""
    return transform(e, lambda n, _: Expression("var", n.args, f"{n.data} {mark}") if n.op == "var" else None)


def _kinked(f: Expression) -> bool:
    return any(n.op in ("max", "Max", "abs", "where") for n in nodes(f))


def _conditions(script: _Script, concrete: Concrete, conditions: Iterable[Condition], mark: str = "") -> None:
    for formula in _stated(script, concrete, conditions, mark):
        script.claim(formula)


def _stated(script: _Script, concrete: Concrete, conditions: Iterable[Condition], mark: str) -> list[str]:
    """The conditions at a point as formulas."""
    found = []
    for c in conditions:
        if c.relation not in ("ge", "gt", "eq"):
            raise NoScript(f"the condition {c.relation} on a matrix has no counterpart")
        for at in product(*(range(concrete.size(n)) for n in c.sizes)):
            body = concrete(instantiate(c.body, at))
            body = _renamed(body, mark) if mark else body
            found.append(f"({_RELATION[c.relation]} {script.real(body)} 0.0)")
    return found


def _data(s: Statement, folder: Path | None) -> dict[tuple[str, str], Any]:
    if s.sizes:
        raise NoScript("the sizes are symbols, and a formula has a fixed number of reals")
    named = []
    for name, d in s.parameters.items():  # data without a file are not needed: what holds does for all numbers there
        if d.array and folder is not None and array_path(folder, d.array).exists():
            named.append((name, ev.Array(tuple(int(n.data) for n in d.shape), (), d.array)))
    return values(tuple(named), "par", folder)


def _negated(script: _Script, s: Statement, claim: ev.Claim, folder: Path | None) -> str:
    """State that the claim fails; what is stated, in words."""
    concrete = Concrete({}, _data(s, folder))
    wrong = {"convex": "<", "concave": ">", "affine": "distinct"}[claim.verdict]
    f = concrete(s.function)
    if any(n.op in ("par",) and s.parameters[n.data].integer for n in nodes(f)):
        raise NoScript("a parameter is an integer, and the formula speaks of reals")
    flat = any(c.relation == "eq" and c.body.has("var") for c in s.domain)
    try:
        form = None if flat or _kinked(f) or _touched(f, Context(s)) else concrete(hessian_form(f))
    except ConvexcheckError:
        form = None
    if form is not None:
        _conditions(script, concrete, (*s.domain, *s.given))
        script.undefined = []
        curved = f"({wrong} {script.real(form)} 0.0)"
        script.real(f)
        _fails(script, curved)
        return f"somewhere f is not real, or the Hessian form along some direction d is {wrong} 0"
    _conditions(script, concrete, s.given)
    for mark in ("at one point", "at another"):
        _conditions(script, concrete, s.domain, mark)
    ends = [_renamed(f, mark) for mark in ("at one point", "at another")]
    variables = [n for n in nodes(f) if n.op == "var"]
    middle = {v: (_renamed(v, "at one point") + _renamed(v, "at another")) / 2 for v in variables}
    between = transform(f, lambda n, _: middle.get(n))
    script.undefined = []
    a, b, m = (script.real(part) for part in (*ends, between))
    wrong = {"<": ">", ">": "<"}.get(wrong, wrong)
    _fails(script, f"({wrong} (* 2.0 {m}) (+ {a} {b}))")
    return f"for two points, f is not real there or between, or 2 f(midpoint) is {wrong} the sum of their values"


def _touched(f: Expression, context: Context) -> bool:
    """Whether a root may be taken of 0, where it has no derivative: sqrt(x**2) has a kink."""
    roots = [n for n in nodes(f) if n.op == "pow" and n.args[1].op == "const" and n.args[1].data.denominator > 1]
    return not all(context.bounds(n.args[0]).obeys("gt") for n in roots)


def _fails(script: _Script, wrong: str) -> None:
    """Assert that the claim fails: in its inequality, or because a value is not real."""
    options = list(dict.fromkeys([*(script.undefined or ()), wrong]))
    script.claim(f"(or {' '.join(options)})" if len(options) > 1 else wrong)


def _fixed(script: _Script, point: Point) -> None:
    """Assert every entry of a point."""
    for (op, name), array in point.items():
        for at in np.ndindex(array.shape):
            e = Expression(op, tuple(map(const, at)), name)
            script.claim(f"(= {script.real(e)} {_number(array[at])})")


def _witness(script: _Script, s: Statement, side: int, e: ev.Evidence, folder: Path | None) -> None:
    """Fix the counterexample, and assert what it shows."""
    if not isinstance(e, ev.Refutation | ev.OutsideDomain):
        raise NoScript(f"evidence of the kind {type(e).__name__} has no mapping")
    if isinstance(e, ev.SymmetryPair) or (isinstance(e, ev.NegativeCurvature) and _kinked(s.function)):
        e = as_chord(s, side, e, folder)
    known = values(e.instance.parameters, "par", folder)
    concrete = Concrete(dict(e.instance.sizes), known)
    x = values(e.x, "var", folder)
    if isinstance(e, ev.NegativeCurvature):
        v = values(e.v, "var", folder)
        _fixed(script, x)
        _fixed(script, {("dir", name): array for (_, name), array in v.items()})
        _conditions(script, concrete, (*s.domain, *s.given))
        form = concrete(hessian_form(s.function))
        script.claim(f"({'<' if side == 1 else '>'} {script.real(form)} 0.0)")
        return
    y = values(e.y, "var", folder)
    _conditions(script, concrete, s.given)
    parts = []
    middle = {k: np.asarray(e.t * x[k] + (1 - e.t) * y[k], dtype=object) for k in x}
    for mark, point in (("x", x), ("y", y), ("between", middle)):
        outside = isinstance(e, ev.OutsideDomain) and mark == "between"
        mark = f"{mark} of the {'convex' if side == 1 else 'concave'} side"
        _fixed(script, {(op, f"{name} {mark}"): array for (op, name), array in point.items()})
        if outside:
            script.claim(f"(not (and true {' '.join(_stated(script, concrete, s.domain, mark))}))")
            return
        _conditions(script, concrete, s.domain, mark)
        if isinstance(e, ev.OutsideDomain):
            continue
        parts.append(script.real(_renamed(concrete(s.function), mark)))
    a, b, m = parts
    chord = f"(+ (* {_number(e.t)} {a}) (* {_number(1 - e.t)} {b}))"
    script.claim(f"({'>' if side == 1 else '<'} {m} {chord})")


