"""Infinite literals while reading: ``where(mask, x, -inf)`` is eliminated or refused (untrusted).

The language has real numbers only. A literal infinity is a marked entry that operations must remove:
``exp(where(m, x, -inf)) = where(m, exp(x), 0)``. What cannot be removed is refused by the reader at the end.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from convexcheck.expression.binding import substitute
from convexcheck.expression.errors import Unsupported
from convexcheck.expression.term import ONE, ZERO, Expression, const, entry, maximum, mul
from convexcheck.read.logic import FALSE, TRUE, choose
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

    Raises:
        Unsupported: the operation has no limit that is known here.
    """
    for j, b in enumerate(bodies):
        if not infinite(b):
            continue
        if b.op == "where":
            yes, no = ([*bodies[:j], branch, *bodies[j + 1 :]] for branch in b.args[1:])
            return choose(b.args[0], extended(name, function, yes), extended(name, function, no))
        if b in (INFINITY, MINUS_INFINITY):
            return _limit(name, b, [*bodies[:j], *bodies[j + 1 :]], j)
        if b is NAN and name in ("ne", "eq", "is_finite"):
            return TRUE if name == "ne" else FALSE
        if name in ("neg", "convert_element_type", "stop_gradient", "select_n"):
            break
        raise Unsupported("read.jaxpr", f"{name} of NaN or of an infinite value", hint="mask the result instead")
    return function(*bodies)


def _limit(name: str, b: Expression, others: Sequence[Expression], position: int) -> Expression:
    """The operation where argument number `position` is the infinity `b`."""
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
    raise Unsupported("read.jaxpr", f"{name} of an infinite value and {other}", hint="mask the result instead")


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
        Unsupported: +inf or NaN occurs, or nothing finite does.
    """
    leaves: list[Expression] = []

    def collect(e: Expression) -> None:
        if e.op == "where":
            collect(e.args[1])
            collect(e.args[2])
        elif not infinite(e):
            leaves.append(e)
        elif e is not MINUS_INFINITY:
            raise Unsupported("read.jaxpr", "a maximum over NaN or infinite values", "-inf under a mask")

    collect(t.body)
    if not leaves:
        raise Unsupported("read.jaxpr", "a maximum over -inf only", "a finite value")
    negative = Tensor(t.shape, maximum(*(-leaf for leaf in leaves))).reduce("Max", axes)
    kept = [j for j in range(len(t.shape)) if j not in axes]
    return Tensor(t.shape, substitute(t.body, {("par", "+inf"): negative.broadcast(t.shape, kept).body}))
