"""JAX primitives that act entry by entry and depend on parameters, types or truth values (untrusted)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from convexcheck.expression.errors import Unsupported
from convexcheck.expression.term import ONE, ZERO, Expression, const, maximum, power
from convexcheck.read.infinity import extended
from convexcheck.read.logic import both, choose, compare, either, integral, negation, number
from convexcheck.read.tensor import Tensor, minimum

if TYPE_CHECKING:
    from convexcheck.read.equations import Equation

STAGE = "read.jaxpr"


def _select_n(e: Equation) -> list[Tensor]:
    which, *cases = e.aligned()
    pick = condition if e.kinds[1] == "b" else choose
    if e.kinds[0] == "b":
        return [Tensor(e.shapes[0], pick(which, cases[1], cases[0]))]
    body = cases[-1]
    for j in reversed(range(len(cases) - 1)):
        body = pick(compare("eq", which, const(j)), cases[j], body)
    return [Tensor(e.shapes[0], body)]


def condition(c: Expression, a: Expression, b: Expression) -> Expression:
    """A choice between conditions."""
    return either(both(c, a), both(negation(c), b))


def _clamp(e: Equation) -> list[Tensor]:
    low, x, high = e.aligned()
    return [Tensor(e.shapes[0], extended("min", minimum, [extended("max", maximum, [x, low]), high]))]


def _integer_pow(e: Equation) -> list[Tensor]:
    return [Tensor(e.shapes[0], power(e.operands[0].body, e.params["y"]))]


def _sign(e: Equation) -> list[Tensor]:
    (t,) = e.aligned()
    body = choose(compare("lt", ZERO, t), ONE, choose(compare("lt", t, ZERO), const(-1), ZERO))
    return [Tensor(e.shapes[0], body)]


def _rem(e: Equation) -> list[Tensor]:
    a, b = e.aligned()
    if not (a.op == b.op == "const" and b.data):
        raise Unsupported(STAGE, f"the remainder of {a} by {b}", "constants")
    return [Tensor(e.shapes[0], const(abs(a.data) % abs(b.data) * (1 if a.data >= 0 else -1)))]


def _convert_element_type(e: Equation) -> list[Tensor]:
    (t,) = e.aligned()
    return [Tensor(e.shapes[0], _converted(t, e))]


def _converted(t: Expression, e: Equation) -> Expression:
    """Casts that keep the real value are the identity; truth values become 1 and 0."""
    source, target = e.avals[0].dtype, e.params["new_dtype"]
    old, new = source.kind, target.kind
    if new == "b":
        return t if old == "b" else negation(compare("eq", t, ZERO))
    if old == "b":
        entry = t.args[0] if t.op == "eq" and t.args[1] is ONE else ZERO
        if entry.op == "par" and entry.data in e.reader.truths:  # declared as 0 or 1
            return entry
        return extended(e.name, number, [t])
    if new in "iu" and (old in "iu" or integral(t)) and _fits(t, old, target):
        return t
    if old in "iu" and new not in "iu":
        return t
    keeps = new == "f" and target.itemsize >= 4  # not float16; bfloat16 is of kind V
    if keeps and (target.itemsize >= source.itemsize or not e.reader.narrow):
        return t
    raise Unsupported(STAGE, f"the cast of {t} from {source} to {target}", "casts that keep the value", "drop the cast")


def _fits(t: Expression, old: str, target: Any) -> bool:
    """Whether whole numbers keep their values as integers of another type: labels and positions fit 32 bits."""
    if t.op == "const":
        return bool(np.can_cast(np.min_scalar_type(int(t.data)), target) or int(t.data) in (0, 1))
    return bool(target.itemsize >= 4 and (target.kind == "i" or old == "u"))


RULES: dict[str, Callable[[Equation], Sequence[Tensor]]] = {
    "select_n": _select_n,
    "clamp": _clamp,
    "integer_pow": _integer_pow,
    "sign": _sign,
    "rem": _rem,
    "convert_element_type": _convert_element_type,
}
