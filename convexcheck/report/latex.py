"""Expressions and statements as LaTeX (untrusted)."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from convexcheck.expression.statement import Statement, index_names
from convexcheck.expression.term import BINDERS, ENTRIES, MATRICES, Expression, mul, power
from convexcheck.report.decimals import note, with_decimals
from convexcheck.report.notation import said

_ADD, _MUL, _POW, _ATOM = 1, 2, 4, 5
_NAMED = {"exp", "log", "sin", "cos", "sinh", "cosh", "tanh"}
_LETTERS = "alpha beta gamma delta epsilon zeta eta theta kappa mu nu xi rho sigma tau phi omega"
_GREEK = frozenset(_LETTERS.split())
_RELATIONS = {"le": r"\le", "lt": "<", "eq": "="}
_SPECIAL = {"\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "^": r"\^{}", "~": r"\~{}"}


def latex(e: Expression) -> str:
    r"""An expression as LaTeX, for math mode.

    >>> latex(Expression("var", (), "x") ** 2 / 3)
    '\\frac{x^{2}}{3}'
    """
    e = with_decimals(e)
    taken = {data for op, data in e.symbols if op != "index"}
    return _show(e, 0, [], index_names(taken))


def escaped(text: str) -> str:
    """Plain text for LaTeX's text mode."""
    out = "".join(_SPECIAL.get(c, c) for c in text)
    return re.sub(r"([#$%&_])", r"\\\1", out)


def statement_latex(s: Statement, headline: str) -> str:
    """The function, the domain and the answer as a display."""
    names = ", ".join(name(n) for n in s.variables)
    conditions = "; ".join([*(said(c) for c in (*s.domain, *s.given)), *note(s)])
    where = rf" \\ & \text{{where {escaped(conditions)}}}" if conditions else ""
    lines = rf"f({names}) &= {latex(s.function)}{where} \\ & \text{{{escaped(headline)}}}"
    return rf"$$\begin{{aligned}} {lines} \end{{aligned}}$$"


def name(text: str) -> str:
    """A name in math mode: Greek letters by their command, longer names upright."""
    if not text[0].isalpha():  # a decimal
        return text
    head, _, tail = text.partition("_")
    if head == "lam" or head == "lambda":
        shown = r"\lambda"
    elif head in _GREEK:
        shown = rf"\{head}"
    else:
        shown = head if len(head) == 1 else rf"\mathrm{{{head}}}"
    below = tail.replace("_", r"\_")
    return f"{shown}_{{\\mathrm{{{below}}}}}" if tail else shown


def _show(e: Expression, level: int, stack: list[str], names: Sequence[str]) -> str:
    binds, string = _rule(e, stack, names)
    return rf"\left({string}\right)" if binds < level else string


def _rule(e: Expression, stack: list[str], names: Sequence[str]) -> tuple[int, str]:
    def show(a: Expression, level: int = 0) -> str:
        return _show(a, level, stack, names)

    if e.op == "const":
        q = abs(e.data)
        shown = str(q) if q.denominator == 1 else rf"\frac{{{q.numerator}}}{{{q.denominator}}}"
        return (_ADD, f"-{shown}") if e.data < 0 else (_ATOM if q.denominator == 1 else _MUL, shown)
    if e.op == "bound":
        return _ATOM, stack[-1 - e.data] if e.data < len(stack) else rf"\cdot_{e.data}"
    if e.op in ENTRIES:
        base = ("d" if e.op == "dir" else "") + name(e.data)
        below = "".join(show(a) if len(e.args) == 1 else show(a) + "," for a in e.args).rstrip(",")
        return _ATOM, f"{{{base}}}_{{{below}}}" if below else base
    if e.op in BINDERS:
        index, size = names[len(stack)], show(e.args[0])
        body = _show(e.args[1], _MUL, [*stack, index], names)
        return _MUL, (rf"\sum_{{{index}<{size}}} " if e.op == "Sum" else rf"\max_{{{index}<{size}}} ") + body
    if e.op in MATRICES:
        row, column = names[len(stack) : len(stack) + 2]
        body, command = _show(e.args[-1], 0, [*stack, column, row], names), e.op.replace("_", r"\_")
        below = ",".join(map(show, e.args[MATRICES[e.op] : -1]))
        return _ATOM, rf"\operatorname{{{command}}}\left[{body}\right]_{{{row},{column}}}" + f"|_{{{below}}}" * bool(
            below
        )
    if e.op == "add":
        terms = sorted(e.args, key=_negative)
        rest = (f" - {show(mul(-1, t), _MUL)}" if _negative(t) else f" + {show(t, _MUL)}" for t in terms[1:])
        return _ADD, show(terms[0], _ADD) + "".join(rest)
    if e.op == "mul":
        return (_ADD, f"-{show(mul(-1, e), _MUL)}") if _negative(e) else (_MUL, _product(e, show))
    if e.op == "pow":
        inside, q = e.args
        if q.op == "const" and q.data < 0:
            return _MUL, rf"\frac{{1}}{{{show(power(inside, -q.data))}}}"
        if q.op == "const" and q.data.denominator == 2 and q.data.numerator == 1:
            return _ATOM, rf"\sqrt{{{show(inside)}}}"
        return _POW, f"{show(inside, _ATOM)}^{{{show(q)}}}"
    if e.op in _RELATIONS:
        return 0, f"{show(e.args[0])} {_RELATIONS[e.op]} {show(e.args[1])}"
    if e.op == "where":
        condition, first, second = map(show, e.args)
        return _ATOM, rf"\begin{{cases}} {first} & {condition} \\ {second} & \text{{else}} \end{{cases}}"
    if e.op == "abs":
        return _ATOM, rf"\left|{show(e.args[0])}\right|"
    simple = {"pi": r"\pi", "dim": name(str(e.data)), "index": rf"\iota_{{{e.data}}}"}
    if e.op in simple:
        return _ATOM, simple[e.op]
    command = rf"\{e.op}" if e.op in _NAMED or e.op == "max" else rf"\operatorname{{{e.op}}}"
    return _ATOM, rf"{command}\left({', '.join(map(show, e.args))}\right)"


def _product(e: Expression, show: Callable[..., str]) -> str:
    def below(f: Expression) -> bool:
        return f.op == "pow" and f.args[1].op == "const" and bool(f.args[1].data < 0)

    head = e.args[0].data if e.args[0].op == "const" else None
    rest = e.args[1:] if head is not None else e.args
    over = [show(f, _MUL) for f in rest if not below(f)]
    under = [show(power(f.args[0], -f.args[1].data), _MUL) for f in rest if below(f)]
    if head is not None:
        over = [str(head.numerator)] * (head.numerator != 1) + over
        under = [str(head.denominator)] * (head.denominator != 1) + under
    top = r" \, ".join(over) or "1"
    return rf"\frac{{{top}}}{{{' '.join(under)}}}" if under else top


def _negative(e: Expression) -> bool:
    head = e.args[0] if e.op == "mul" else e
    return bool(head.op == "const" and head.data < 0)
