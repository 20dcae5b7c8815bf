"""A value on a box by interval arithmetic, halving the box where that is needed (untrusted; coqc judges)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from convexcheck.certificate import evidence as ev
from convexcheck.export.rocq.interval import Steps
from convexcheck.export.rocq.notation import NoScript
from convexcheck.expression.functions import Number
from convexcheck.expression.term import ENTRIES, ONE, Expression, nodes

if TYPE_CHECKING:
    from convexcheck.export.rocq.signs import Signs

_KNOWN = frozenset({"const", "add", "mul", "exp", "log", "sin", "cos", "atan", "abs", "pow", "pi", *ENTRIES,
                    "tanh", "sinh", "cosh", "sigmoid", "softplus", "asinh"})  # fmt: skip
MOST_ENTRIES = 3


def cover(signs: Signs, e: Expression, strict: bool, rule: ev.Cover) -> str:
    """The value is in balls >= 0, or > 0, on the parts of a box."""
    place = signs.place
    y, (value, *more), entries = ([place.placed(a) for a in part] for part in (rule.vector, rule.matrix, rule.entries))
    if y != [ONE] or more:
        raise NoScript("a cover on which a matrix is positive semidefinite has no mapping")
    if len(entries) > MOST_ENTRIES:
        raise NoScript(f"a cover of a box of {len(entries)} entries has no mapping")
    for n in nodes(value):
        root = n.op == "pow" and (n.args[1].op != "const" or n.args[1].data.denominator > 2)
        if n.op not in _KNOWN or root:
            raise NoScript(f"a cover with {n.op} has no mapping")
    lemma, shown = "gt0_eq" if strict else "ge0_eq", place.show(value)
    equal = "" if value is e else f"apply ({lemma} _ {shown}). {{ {signs.identity(e, value)} }}\n  "
    steps, ends = Steps(place, signs.context, signs.names), list[tuple[Expression, str, Number]]()
    for x in entries:
        i = signs.context.bounds(x)
        ends += [(x, ">" if i.lo_open else ">=", i.lo), (x, "<" if i.hi_open else "<=", i.hi)]
    named = " ".join(f"set (U{k} := {place.show(x)}) in *." for k, x in enumerate(entries))
    all_ = " ".join(f"U{k}" for k in range(len(entries)))
    unfold = "unfold tanh, sinh, cosh, sigmoid, softplus, asinh in *."
    return f"{equal}{steps.haves(ends)} {unfold} {named} clearbody {all_}. in_box{len(entries)} {all_}."
