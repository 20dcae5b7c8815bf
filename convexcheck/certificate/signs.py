"""Evidence that a value is >= 0 or > 0 wherever the facts hold: one record per rule of the kernel (trusted: data only).

Expressions in evidence may use loose bound indices for the indices that the rules above have opened, the innermost
as 0. What each record must contain is the kernel's business (`kernel/signs.py`); these are only the shapes.
"""

from convexcheck.expression.errors import Record
from convexcheck.expression.term import Expression


class Bounds(Record):
    """The interval computed bottom up from the facts has the sign."""


class Rewritten(Record):
    """The value equals `target` by normal forms, and `target` has the sign."""

    target: Expression
    premise: "Sign"


class EachTerm(Record):
    """Every term of a sum (over a binder: its term for every index) or every factor of a product is >= 0."""

    premises: tuple["Sign", ...]


class DiagonalLowRank(Record):
    """A form Sum_k a_k v_k**2 + m L**2 with L = Sum_k a_k r_k v_k, v any direction entry.

    With G = Sum_k a_k r_k**2 it is >= 0 for all v if and only if G + m G**2 >= 0.

    Args:
        size: the range of k, which is the bound index 0 of the next three.
        direction: v_k. weight: a_k. vector: r_k. factor: m. weight_sign: a_k >= 0. least: G + m G**2 >= 0.
    """

    size: Expression
    direction: Expression
    weight: Expression
    vector: Expression
    factor: Expression
    weight_sign: "Sign"
    least: "Sign"


Sign = Bounds | Rewritten | EachTerm | DiagonalLowRank
