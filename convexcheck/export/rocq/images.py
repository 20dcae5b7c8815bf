"""Why the value of a function or root lies above or below a number, given the bounds of its argument (untrusted).

A range of the function comes first, then a value that it passes at a known argument, then its monotonicity with a
comparison of numbers, and last interval arithmetic on the range of the argument.
"""

from __future__ import annotations

from fractions import Fraction
from math import inf
from typing import TYPE_CHECKING

from convexcheck.export.rocq.notation import CALLS, NoScript, number
from convexcheck.expression.functions import Interval, Number
from convexcheck.expression.term import Expression

if TYPE_CHECKING:
    from convexcheck.export.rocq.interval import Steps

_RANGES = {  # (function, relation): the bound of all values, the tactic
    ("sin", ">="): (-1, "apply SIN_bound"), ("sin", "<="): (1, "apply SIN_bound"),
    ("cos", ">="): (-1, "apply COS_bound"), ("cos", "<="): (1, "apply COS_bound"),
    ("tanh", ">"): (-1, "apply tanh_gt_1"), ("tanh", "<"): (1, "apply tanh_lt1"),
    ("sigmoid", ">"): (0, "apply sigmoid_pos"), ("sigmoid", "<"): (1, "apply sigmoid_lt1"),
    ("erf", ">"): (-1, "apply erf_gt_1"), ("erf", "<"): (1, "apply erf_lt1"),
    ("cosh", ">="): (1, "apply cosh_ge1"), ("exp", ">"): (0, "apply exp_pos"),
    ("softplus", ">"): (0, "apply softplus_pos"), ("abs", ">="): (0, "apply Rabs_pos"),
}  # fmt: skip
_PASSED = {  # (function, relation): argument's relation and bound, the value's bound, lemma
    ("exp", ">="): (">=", 0, 1, "exp_ge1"), ("exp", ">"): (">", 0, 1, "exp_gt1"),
    ("exp", "<="): ("<=", 0, 1, "exp_le1"), ("exp", "<"): ("<", 0, 1, "exp_lt1"),
    ("log", ">="): (">=", 1, 0, "ln_ge0"), ("log", ">"): (">", 1, 0, "ln_gt0"),
    ("log", "<="): ("<=", 1, 0, "ln_le0"), ("log", "<"): ("<", 1, 0, "ln_lt0"),
    ("tanh", ">="): (">=", 0, 0, "tanh_ge0"), ("tanh", "<="): ("<=", 0, 0, "tanh_le0"),
    ("tanh", ">"): (">", 0, 0, "tanh_gt0"), ("tanh", "<"): ("<", 0, 0, "tanh_lt0"),
    ("sinh", ">="): (">=", 0, 0, "sinh_ge0"), ("sinh", "<="): ("<=", 0, 0, "sinh_le0"),
    ("sinh", ">"): (">", 0, 0, "sinh_gt0"), ("sinh", "<"): ("<", 0, 0, "sinh_lt0"),
    ("atan", ">="): (">=", 0, 0, "atan_ge0"),
}  # fmt: skip
_GROWING = {
    "exp": "exp", "log": "ln", "atan": "atan", "sinh": "sinh", "tanh": "tanh", "sigmoid": "sigmoid",
    "softplus": "softplus", "asinh": "asinh", "erf": "erf",
}  # fmt: skip
_ENCLOSED = frozenset({"sin", "cos", "abs"})


def obeys(i: Interval, relation: str, c: Number) -> bool:
    """Whether every member of the interval is in the relation to c."""
    if relation in ("<=", "<"):
        return i.hi < c or (i.hi == c and (relation == "<=" or i.hi_open))
    return i.lo > c or (i.lo == c and (relation == ">=" or i.lo_open))


def unmapped(e: Expression) -> str:
    """Refuse."""
    raise NoScript(f"a bound of {e.op} has no mapping")


def half(relation: str, c: Fraction) -> Interval:
    """All numbers in the relation to c."""
    return Interval(c, inf, relation == ">") if relation in (">", ">=") else Interval(-inf, c, False, relation == "<")


def image(steps: Steps, e: Expression, relation: str, c: Number) -> str:
    """The tactic that a function's value is in the relation to c."""
    weak, strict = relation.rstrip("=") + "=", relation.rstrip("=")
    j = steps.context.bounds(e.args[0])
    for tried in (strict, weak):
        bound, tactic = _RANGES.get((e.op, tried), (None, ""))
        if bound is not None and obeys(half(tried, Fraction(bound)), relation, c):
            return f"assert (Q : {steps.goal(e, tried, bound)}) by ({tactic}). lra"
    for tried in (strict, weak):
        row = _PASSED.get((e.op, tried))
        if row and obeys(j, row[0], row[1]) and obeys(half(tried, Fraction(row[2])), relation, c):
            extra: list[tuple[Expression, str, Number]] = [(e.args[0], ">", 0)] if e.op == "log" else []
            parts = steps.haves([(e.args[0], row[0], row[1]), *extra])
            return f"{parts} assert (Q : {steps.goal(e, tried, row[2])}) by (apply {row[3]}; assumption). lra"
    if e.op in _GROWING:
        return _grown(steps, e, relation, c, j)
    if e.op in _ENCLOSED:
        return _enclosed(steps, e, relation, c, j)
    return unmapped(e)


def _grown(steps: Steps, e: Expression, relation: str, c: Number, j: Interval) -> str:
    """The value at an end of the argument's range, which is a number, and monotonicity."""
    above = relation in (">", ">=")
    end, is_open = (j.lo, j.lo_open) if above else (j.hi, j.hi_open)
    if isinstance(end, float):
        return unmapped(e)
    lemma, there = _GROWING[e.op], f"({CALLS[e.op]} {number(end)})"
    facts: list[tuple[Expression, str, Number]] = [(e.args[0], f"{relation[0]}{'' if is_open else '='}", end)]
    facts += [(e.args[0], ">", 0)] if e.op == "log" else []
    how = f"apply {lemma}_{'less' if is_open else 'mono'}; lra"
    compared = "at_numbers"
    order = {(">", True): "Rle_lt_trans", (">", False): "Rlt_le_trans"}.get((relation[0], is_open), "")
    if relation in (">=", "<="):
        how, order = ("apply Rlt_le, " if is_open else "apply ") + how.removeprefix("apply "), "Rle_trans"
    elif not above:
        order = "Rlt_le_trans" if is_open else "Rle_lt_trans"
    first, second = (compared, how) if above else (how, compared)
    return f"{steps.haves(facts)} apply {order} with {there}; [{first} | {second}]"


def _enclosed(steps: Steps, e: Expression, relation: str, c: Number, j: Interval) -> str:
    """Interval arithmetic on the range of the argument."""
    ends: list[tuple[Expression, str, Number]] = []
    ends += [(e.args[0], ">=", j.lo)] if not isinstance(j.lo, float) else []
    ends += [(e.args[0], "<=", j.hi)] if not isinstance(j.hi, float) else []
    if len(ends) < 2:
        return unmapped(e)
    return f"{steps.haves(ends)} let u := fresh in set (u := {steps.place.show(e.args[0])}) in *; within u"


def root(steps: Steps, e: Expression, relation: str, c: Number) -> str:
    """The tactic that a root, a power > 0 that is no whole number, is in the relation to c."""
    base, q = e.args[0], Fraction(e.args[1].data)
    square = q == Fraction(1, 2)
    shown = steps.place.show(base) + ("" if square else f" {number(q)}")
    if (relation == ">=" and c <= 0) or c < 0:
        return f"pose proof ({'sqrt_pos' if square else 'pw_nonneg'} {shown}); lra"
    if relation == ">" and c == 0:
        lemma = "sqrt_lt_R0" if square else "pw_pos"
        return f"{steps.have(base, '>', 0)} pose proof ({lemma} {shown} ltac:(assumption)); lra"
    above, j, strict = relation in (">", ">="), steps.context.bounds(base), "=" not in relation
    end, is_open = (j.lo, j.lo_open) if above else (j.hi, j.hi_open)
    if isinstance(end, float) or end < 0:
        return unmapped(e)
    facts: list[tuple[Expression, str, Number]] = [(base, f"{relation[0]}{'' if is_open else '='}", end)]
    facts += [] if above else [(base, ">=", 0)]
    lemma = f"{'sqrt' if square else 'pw'}_{'above' if above else 'below'}{'_lt' * strict}"
    if square:
        return f"{steps.haves(facts)} apply ({lemma} {number(Fraction(c))}); lra"
    # c against the root of the end: powers of numbers; the end against the base: both to the numerator
    a, b, known = q.numerator, q.denominator, is_open and strict
    grows = f"apply {'pow_gt' if above else 'pow_lt_top'}; [lia | lra | lra]" if known else (
        f"apply {'pow_ge' if above else 'pow_le_top'}; lra"
    )
    order = "Rle_trans" if not strict else "Rle_lt_trans" if above == known else "Rlt_le_trans"
    first, second = ("lra", grows) if above else (grows, "lra")
    compared = f"apply {order} with ({number(end)} ^ {a}); [{first} | {second}]"
    if above:
        return f"{steps.haves(facts)} apply ({lemma} _ _ _ {a} {b}); [lra | cbn; lra | {compared} | lra | lia]"
    return f"{steps.haves(facts)} apply ({lemma} _ _ _ {a} {b}); [cbn; lra | intros _; {compared} | lra | lia]"
