"""Numbers for people: constants from floats as the decimals that they wrote (untrusted; certificates stay exact).

Code and data in floating point hold the float64 nearest to 0.1, which is 3602879701896397/36028797018963968. For
people it is shown as 0.1, with `NOTE`. Rationals with small denominators stay as they are.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from convexcheck.expression.statement import Statement
from convexcheck.expression.term import Expression, add, const, instantiate, mul, nodes, transform

NOTE = "decimals stand for the float64 nearest to them"
READABLE, DIGITS, FEW = 10**6, 12, 100


def decimal(q: Fraction) -> str:
    """The short decimal whose nearest float64 is `q`; "" where there is none, or none is needed.

    >>> decimal(Fraction(0.1)), decimal(Fraction(1, 10)), decimal(Fraction(-1e-9)), decimal(Fraction(1 / 3))
    ('0.1', '', '-1e-09', '')
    """
    if q.denominator <= READABLE or q.denominator & (q.denominator - 1):
        return ""
    try:
        shown = repr(float(q))
    except OverflowError:
        return ""
    short = sum(c.isdigit() for c in shown.partition("e")[0].lstrip("-0.")) <= DIGITS
    return shown if short and Fraction(float(q)) == q else ""


def with_decimals(e: Expression) -> Expression:
    """The expression with its constants from floats replaced by names that print as decimals.

    >>> with_decimals(Fraction(-0.1) * Expression("var", (), "x"))
    -0.1*x
    """

    def leaf(node: Expression, level: int) -> Expression | None:
        shown = decimal(node.data) if node.op == "const" else ""
        if not shown:
            return None
        number = Expression("par", (), shown.lstrip("-"))
        return mul(-1, number) if shown[0] == "-" else number

    return transform(e, leaf) if any(n.op == "const" and decimal(n.data) for n in nodes(e)) else e


def folded(e: Expression) -> Expression:
    """The expression with sums of plain numbers over few terms added up.

    >>> from convexcheck.expression.term import ONE, bound, const, over
    >>> folded(ONE + 2 * over("Sum", const(5), bound(0)))
    21
    """

    def leaf(node: Expression, level: int) -> Expression | None:
        if node.op != "Sum" or node.args[0].op != "const" or node.args[0].data > FEW:
            return None
        total = add(*(instantiate(folded(node.args[1]), [const(k)]) for k in range(int(node.args[0].data))))
        return total if total.op == "const" else None

    return transform(e, leaf)


def shown_number(value: Any) -> str:
    """A number or an expression, such as a modulus."""
    if isinstance(value, Expression):
        value = folded(value)
        return shown_number(value.data) if value.op == "const" else str(with_decimals(value))
    return (decimal(value) if isinstance(value, Fraction) else "") or str(value)


def note(s: Statement) -> list[str]:
    """The note, where the statement holds such constants."""
    bodies = [s.function, *(c.body for c in (*s.domain, *s.given))]
    return [NOTE] * any(n.op == "const" and decimal(n.data) != "" for body in bodies for n in nodes(body))
