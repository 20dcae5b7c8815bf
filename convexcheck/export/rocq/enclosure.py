"""Expressions of numbers in the notation of Enclosures.v, which one computation encloses (untrusted; coqc judges).

What is written here has the value that `notation.real` writes, by computation alone: Rocq checks that it is the same.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction

from convexcheck.export.rocq.notation import NoScript, index
from convexcheck.expression.term import BINDERS, Expression

Leaf = Callable[[Expression, Sequence[str]], str]
_CALLS = {
    "exp": "Exponential", "log": "Logarithm", "sin": "Sine", "cos": "Cosine", "atan": "Arctangent", "abs": "Absolute",
    "tanh": "Tangent",
}  # fmt: skip
_ONE = "(Int 1)"


def rational(q: Fraction) -> str:
    """A rational of Rocq.

    >>> rational(Fraction(-1, 2))
    '((-1) # 2)'
    """
    top = str(q.numerator) if q >= 0 else f"({q.numerator})"
    return f"({top} # {q.denominator})"


def constant(q: Fraction) -> str:
    """A number that the language writes, as `notation.number` does."""
    size = f"(Int {abs(q)})" if q.denominator == 1 else f"(Rat {rational(abs(q))})"
    return f"(Minus {size})" if q < 0 else size


def numeric(e: Expression, leaf: Leaf, names: Sequence[str] = ()) -> str:
    """An expression as data.

    Args:
        e: the expression.
        leaf: what an entry prints as.
        names: names of its loose bound indices, 0 first.

    Raises:
        NoScript: for an operation without an enclosure.

    >>> from convexcheck.expression.term import bound, dim, entry, over
    >>> numeric(over("Sum", dim("n"), entry("var", "x", [bound(0)]) ** 2), lambda e, names: f"(x {names[0]})")
    '(Total n_n (fun i0 => (Power (x i0) 2)))'
    """

    def show(a: Expression) -> str:
        return numeric(a, leaf, names)

    if e.op == "const":
        return constant(e.data)
    if e.op in ("var", "par"):
        return leaf(e, names)
    if e.op in ("bound", "dim"):
        return f"(Idx {index(e, names)})"
    if e.op in BINDERS:
        name = f"i{len(names)}"
        body = numeric(e.args[1], leaf, [name, *names])
        return f"({'Largest' if e.op == 'Max' else 'Total'} {index(e.args[0])} (fun {name} => {body}))"
    if e.op in ("add", "mul", "max"):
        how = {"add": "Plus", "mul": "Times", "max": "Larger"}[e.op]
        first, *rest = map(show, e.args)
        for other in rest:
            first = f"({how} {first} {other})"
        return first
    if e.op == "pow":
        return _power(show(e.args[0]), e.args[1], show)
    if e.op == "where":
        return f"(Choice {_test(e.args[0], show)} {show(e.args[1])} {show(e.args[2])})"
    if e.op == "pi":
        return "Pi"
    if e.op in _CALLS or e.op in _DEFINED:
        inner = show(e.args[0])
        return f"({_CALLS[e.op]} {inner})" if e.op in _CALLS else _DEFINED[e.op](inner)
    raise NoScript(f"{e.op} has no enclosure")


def _power(base: str, exponent: Expression, show: Callable[[Expression], str]) -> str:
    if exponent.op != "const":
        return f"(Exponential (Times {show(exponent)} (Logarithm {base})))"
    q = exponent.data
    if q == Fraction(1, 2):
        return f"(Root {base})"
    if q < 0:
        return f"(Over {base})" if q == -1 else f"(Over {_power(base, Expression('const', (), -q), show)})"
    return f"(Power {base} {q})" if q.denominator == 1 else f"(Fractional {base} {constant(q)})"


def _test(e: Expression, show: Callable[[Expression], str]) -> str:
    if e.op in ("le", "lt"):
        return f"({e.op.capitalize()} {show(e.args[0])} {show(e.args[1])})"
    if e.op in ("and", "or", "not"):
        first, *rest = [_test(a, show) for a in e.args]
        if not rest:
            return f"(Not {first})"
        for other in rest:
            first = f"({e.op.capitalize()} {first} {other})"
        return first
    raise NoScript(f"the comparison {e.op} has no enclosure")


def _exponential(inner: str, sign: str = "") -> str:
    return f"(Exponential (Minus {inner}))" if sign else f"(Exponential {inner})"


def _half(inner: str, how: str) -> str:
    other = _exponential(inner, "-")
    return f"(Times (Plus {_exponential(inner)} {other if how == '+' else f'(Minus {other})'}) (Over (Int 2)))"


_DEFINED: dict[str, Callable[[str], str]] = {  # by their definitions in Functions.v and in Coq's library
    "sigmoid": lambda t: f"(Over (Plus {_ONE} {_exponential(t, '-')}))",
    "softplus": lambda t: f"(Logarithm (Plus {_ONE} {_exponential(t)}))",
    "asinh": lambda t: f"(Logarithm (Plus {t} (Root (Plus (Power {t} 2) {_ONE}))))",
    "sinh": lambda t: _half(t, "-"),
    "cosh": lambda t: _half(t, "+"),
}
