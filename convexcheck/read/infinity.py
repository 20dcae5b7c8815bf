"""Infinite literals while reading: ``where(mask, x, -inf)`` is eliminated or refused (untrusted).

The language has real numbers only. A literal infinity is a marked entry that operations must remove:
``exp(where(m, x, -inf)) = where(m, exp(x), 0)``. At the end, choices that the domain decides are made, and what is
left of infinity is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce

from convexcheck.expression.bounds import Context, decided
from convexcheck.expression.errors import Unsupported
from convexcheck.expression.term import (
    BINDERS,
    ONE,
    ZERO,
    Expression,
    abstract,
    apply,
    const,
    entry,
    maximum,
    mul,
    opened,
    over,
    rebuild,
    substitute,
)
from convexcheck.read.logic import FALSE, TRUE, both, choose, either, negation
from convexcheck.read.tensor import Tensor

INFINITY, NAN = entry("par", "+inf"), entry("par", "+nan")  # no identifiers, so no declared name can be equal
MINUS_INFINITY = mul(-1, INFINITY)
FINITE = "all intermediate values of the code are finite"
Rule = Callable[..., Expression]


def infinite(e: Expression) -> bool:
    """Whether a literal infinity or NaN occurs in `e`."""
    return ("par", "+inf") in e.symbols or ("par", "+nan") in e.symbols


def extended(name: str, function: Rule, bodies: Sequence[Expression]) -> Expression:
    """``function(*bodies)``, where a body may be a choice between finite values and infinity.

    Args:
        name: the operation, for its limits.
        function: its value at finite arguments.
        bodies: the arguments.

    Returns:
        The value, with the mark where no limit is known.
    """
    for j, b in enumerate(bodies):
        if not infinite(b):
            continue
        if b.op == "where":
            yes, no = ([*bodies[:j], branch, *bodies[j + 1 :]] for branch in b.args[1:])
            return choose(b.args[0], extended(name, function, yes), extended(name, function, no))
        if b in (INFINITY, MINUS_INFINITY):
            limit = _limit(name, b, [*bodies[:j], *bodies[j + 1 :]], j)
            if limit is not None:
                return limit
        if b is NAN and name in ("ne", "eq", "is_finite"):
            return TRUE if name == "ne" else FALSE
        break
    return function(*bodies)


def _limit(name: str, b: Expression, others: Sequence[Expression], position: int) -> Expression | None:
    """The operation where argument number `position` is the infinity `b`; None if that is not known."""
    up = b is INFINITY
    if name in _ONE_ARGUMENT:
        return _ONE_ARGUMENT[name][up]
    other = others[0] if others else ZERO
    opposite = MINUS_INFINITY if up else INFINITY
    plain = not infinite(other)
    if name in ("max", "min"):
        return b if up == (name == "max") else other
    if name == "add" and (plain or other is b):
        return b
    if name == "sub" and plain:
        return b if position == 0 else opposite
    if name in ("mul", "div") and position * (name == "div") == 0 and other.op == "const" and other.data:
        return b if other.data > 0 else opposite
    if name == "div" and plain:
        return ZERO
    if name in ("eq", "ne") and (plain or other in (b, opposite)):
        return TRUE if (other is b) == (name == "eq") else FALSE
    if name in ("lt", "le", "gt", "ge") and plain:
        above = up == (position == 0)  # whether the left side is the larger one
        return TRUE if above == (name in ("gt", "ge")) else FALSE
    return None


_ONE_ARGUMENT: dict[str, tuple[Expression, Expression]] = {  # at -inf, at inf
    "exp": (ZERO, INFINITY),
    "tanh": (const(-1), ONE),
    "neg": (INFINITY, MINUS_INFINITY),
    "abs": (INFINITY, INFINITY),
    "is_finite": (FALSE, FALSE),
    "convert_element_type": (MINUS_INFINITY, INFINITY),
}


def filled(t: Tensor, axes: Sequence[int]) -> Tensor:
    """`t` with every -inf replaced by its least finite value along `axes`: the same maximum, unless all are -inf.

    Raises:
        Unsupported: +inf or NaN occurs, nothing finite does, or data decide whether anything finite does.
    """
    leaves: dict[Expression, bool] = {}  # finite values, and whether position alone lets them through

    def collect(e: Expression, certain: bool) -> None:
        if e.op == "where":
            collect(e.args[1], certain and not e.args[0].has("par", "var"))
            collect(e.args[2], certain and not e.args[0].has("par", "var"))
        elif not infinite(e):
            leaves[e] = certain or leaves.get(e, False)
        elif e is not MINUS_INFINITY:
            raise Unsupported("read.jaxpr", "a maximum over NaN or infinite values", "-inf under a mask")

    collect(t.body, True)
    if not any(leaves.values()):
        what = "a maximum over -inf under a mask of data, which may let nothing through"
        raise Unsupported("read.jaxpr", what, "a mask by position, or a finite number in place of -inf")
    negative = Tensor(t.shape, maximum(*(-leaf for leaf in leaves))).reduce("Max", axes)
    kept = [j for j in range(len(t.shape)) if j not in axes]
    return Tensor(t.shape, substitute(t.body, {("par", "+inf"): negative.broadcast(t.shape, kept).body}))


def _settled(c: Expression, context: Context) -> Expression:
    """A condition with those comparisons decided that the facts of `context` decide."""
    if c.op in ("and", "or", "not"):
        parts = [_settled(a, context) for a in c.args]
        return negation(parts[0]) if c.op == "not" else reduce(both if c.op == "and" else either, parts)
    if c.op == "eq":  # a = b unless a < b or b < a
        strict = [decided(apply("lt", a, b), context) for a, b in (c.args, c.args[::-1])]
        return FALSE if True in strict else c
    truth = decided(c, context)
    return c if truth is None else TRUE if truth else FALSE


def without_infinity(e: Expression, context: Context) -> Expression:
    """`e` with those choices made that lead to an infinite value and that the facts of `context` decide.

    Args:
        e: a closed expression.
        context: the conditions of the statement.

    Raises:
        Unsupported: an infinite value is left.
    """

    def visit(node: Expression) -> Expression:
        if not infinite(node):
            return node
        if node.op in BINDERS:
            body, index = opened(node)
            return over(node.op, node.args[0], abstract(visit(body), [index]))
        truth = _settled(node.args[0], context) if node.op == "where" else node
        if truth in (TRUE, FALSE):
            return visit(node.args[1 if truth is TRUE else 2])
        return rebuild(node, [visit(a) for a in node.args])

    found = visit(e)
    if infinite(found):
        hint = "a domain on which it is finite, or masks on the result"
        raise Unsupported("read.jaxpr", "an infinite value or NaN may reach the result", "finite numbers", hint)
    return found
