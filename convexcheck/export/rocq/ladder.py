"""Sign rules on the range of one entry, each a lemma about a place of its own: ladders and splits (untrusted)."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from convexcheck.certificate import evidence as ev
from convexcheck.export.rocq.box import boxed
from convexcheck.export.rocq.deep import data
from convexcheck.export.rocq.images import obeys
from convexcheck.export.rocq.interval import Steps
from convexcheck.export.rocq.notation import NoScript, number
from convexcheck.export.rocq.place import UNFOLD, Place, hypotheses
from convexcheck.expression.functions import Interval, Number, steepness
from convexcheck.expression.normal import normal
from convexcheck.expression.obligations import total
from convexcheck.expression.statement import Declaration
from convexcheck.expression.term import ONE, Expression, mul, nodes, power, replaced, substitute

if TYPE_CHECKING:
    from convexcheck.export.rocq.signs import Signs

_LINE = f"{UNFOLD[:-1]} at_ ones]"


def ladder(signs: Signs, e: Expression, strict: bool, rule: ev.Ladder) -> str:
    """The value over its weight lies above what it is at one end, and that is >= 0."""
    at = signs.place.placed(rule.at)
    x, (body, w), i = _line(signs, at, e, signs.place.placed(rule.weight))
    inner = boxed(signs.place, {x.data: (Declaration(), i)})
    low = rule.end == -1
    end = i.lo if low else i.hi
    quotient = body if w is ONE else body / w
    if isinstance(end, float):
        raise NoScript("a limit at infinity has no mapping")
    value = substitute(quotient, {("var", x.data): end})
    if not total(value, inner.context):
        raise NoScript("a limit at a point where the function is not real has no mapping")
    found = inner.context.bounds(normal(value, inner.context))
    strictly = strict and not found.positive
    deep, arguments = data(quotient, inner), inner.writer.arguments + inner.arguments
    whole, inside = _signs(signs, inner, False), _signs(signs, inner, True)
    weight = "" if w is ONE else _weight(whole, w, rule)
    smooth = [_smooth(s, quotient, deep, k) for k, s in ((0, whole), (1, inside))]
    there = _end(whole, value, deep, end, found.positive and strict)
    slope = _slope(inside, body, w, quotient, deep, rule, strictly)
    at_x = "(at_ (p 0%nat 0%nat 0%nat))"
    theorem = ("grows" if low else "shrinks") + "_strictly" * strictly
    bounds = (number(end), "(p 0%nat 0%nat 0%nat)") if low else ("(p 0%nat 0%nat 0%nat)", number(end))
    opened, unfold = inner.opened(False), f"cbv [{inner.domain} {inner.inside} everywhere at_]"
    ranged = f"{unfold}; repeat split; lra"
    lines = [
        f"intros p Hp. assert (Hd := Hp). {opened}destruct {there}{arguments} as [V C].",
        *([f"assert (W := {weight}{arguments} p Hd)."] if weight else []),
        f"assert (T : value {deep} (at_ {number(end)}) {'<' if strictly else '<='} value {deep} {at_x}).",
        f"{{ apply ({theorem} {deep} {' '.join(bounds)}).",
        "  - cbv [still]; tauto.",
        f"  - intros t Ht. apply ({smooth[1]}{arguments}); {ranged}.",
        f"  - intros t Ht. destruct (Req_dec t {number(end)}) as [-> | N]; "
        f"[exact C | apply ({smooth[0]}{arguments}); {ranged}].",
        "  - lra.",
        f"  - intros t Ht. apply ({slope}{arguments}); {ranged}. }}",
        f"assert (P : 0 {'<' if strict else '<='} value {deep} {at_x}) by lra. clear T V C.",
    ]
    lemma, shown = ("gt0_eq" if strict else "ge0_eq"), f"value {deep} {at_x}"
    if weight:
        equal = whole.identity(body, quotient * w, quotient)
        lines.append(f"apply ({lemma} _ ({shown} * {inner.show(w)})). {{ {_LINE}. {equal} }}")
        lines.append(f"apply {'mul_pp_lt' if strict else 'mul_pp'}; lra.")
    else:
        lines.append("exact P.")
    name = inner.writer.lemma("ladder", inner.binders, _claim(inner, body, strict), "\n  ".join(lines))
    return _used(signs, inner, name, at)


def split(signs: Signs, e: Expression, strict: bool, rule: ev.Split) -> str:
    """The sign on each piece of the range of an entry."""
    at = signs.place.placed(rule.at)
    x, (body,), i = _line(signs, at, e)
    cuts: list[Number] = [i.lo, *rule.points, i.hi]
    script = ""
    for k, premise in enumerate(rule.premises):
        first, last = k == 0, k == len(rule.premises) - 1
        piece = Interval(cuts[k], cuts[k + 1], first and i.lo_open, last and i.hi_open)
        inner = boxed(signs.place, {x.data: (Declaration(), piece)})
        proof = _signs(signs, inner, False).show(body, strict, premise)
        opened = f"intros p Hp. {inner.opened(False)}\n  "
        name = inner.writer.lemma("piece", inner.binders, _claim(inner, body, strict), opened + proof)
        if last:
            script += _used(signs, inner, name, at)
        else:
            shown = signs.place.show(at)
            script += f"destruct (Rle_lt_dec {shown} {number(rule.points[k])}) as [S{k}|S{k}]. "
            script += f"{{ {_used(signs, inner, name, at)} }}\n  "
    return script


def _line(signs: Signs, at: Expression, *values: Expression) -> tuple[Expression, list[Expression], Interval]:
    """The entry as a scalar variable of its own name, the values in it, and the entry's range."""
    x = Expression("var", (), at.data)
    bodies = [replaced(e, {at: x}) for e in values]
    if any(n.op in ("var", "dir") and n is not x for n in nodes(*bodies)):
        raise NoScript("a value that depends on more than one entry is no ladder")
    return x, bodies, signs.context.bounds(at)


def _signs(signs: Signs, inner: Place, inside: bool) -> Signs:
    """Sign proofs on the line."""
    context, own = (inner.interior, inner.strict) if inside else (inner.context, inner.facts)
    return type(signs)(inner, context, hypotheses(context, own))


def _claim(inner: Place, body: Expression, strict: bool) -> str:
    return f"forall p, {inner.set} p -> 0 {'<' if strict else '<='} {inner.show(body)}"


def _used(signs: Signs, inner: Place, name: str, at: Expression) -> str:
    """The sentences that close the goal by a lemma about the line, at the entry's own value."""
    i, steps = inner.context.bounds(Expression("var", (), at.data)), Steps(signs.place, signs.context, signs.names)
    own = signs.context.bounds(at)
    haves = []
    for end, is_open, relation in ((i.lo, i.lo_open, ">"), (i.hi, i.hi_open, "<")):
        asked = relation if is_open else f"{relation}="
        if not isinstance(end, float) and obeys(own, asked, end):  # the others are hypotheses of a split
            haves.append(steps.have(at, asked, end))
    arguments = inner.writer.arguments + inner.arguments
    return (
        f"{' '.join(haves)} let T := fresh \"T\" in assert (T := {name}{arguments} (at_ {signs.place.show(at)})); "
        f"cbv [{inner.domain} everywhere at_] in T; apply T; repeat split; lra."
    )


def _weight(whole: Signs, w: Expression, rule: ev.Ladder) -> str:
    """The lemma that the weight is > 0 on the range."""
    inner = whole.place
    proof = f"intros p Hp. {inner.opened(False)}\n  {whole.show(w, True, rule.weight_sign)}"
    return inner.writer.lemma("weight", inner.binders, _claim(inner, w, True), proof)


def _smooth(signs: Signs, quotient: Expression, deep: str, inside: int) -> str:
    """The lemma that the function is smooth inside its range, or continuous on it."""
    inner = signs.place
    proof = f"intros p v Hp. {inner.opened(bool(inside))}{signs.denominators(quotient)} {_LINE}. smooth."
    statement = f"forall p v, {inner.inner if inside else inner.set} p -> {'ok' if inside else 'cok'} p v {deep}"
    return inner.writer.lemma("smooth", inner.binders, statement, proof)


def _end(signs: Signs, value: Expression, deep: str, end: Fraction, strict: bool) -> str:
    """The lemma that at the end the function is >= 0 and continuous."""
    inner = signs.place
    target, known = normal(value, signs.context), signs.denominators(value)
    lemma, names = ("gt0_eq" if strict else "ge0_eq"), any(n.op in ("par", "dim", "index") for n in nodes(value))
    if names:
        equal = signs.identity(value, target)
        sign = f"apply ({lemma} _ {inner.show(target)}). {{ {_LINE}. known_values. {equal} }}\n    "
        sign += signs.show(target, strict, ev.Bounds())
    else:
        sign = f"{_LINE}. known_values. {'lra' if target.op == 'const' else 'first [lra | at_numbers]'}."
    proof = f"{inner.writer.opened}split.\n  - {sign}\n  - {known} {_LINE}. known_values. smooth."
    where = f"(at_ {number(end)})"
    statement = f"0 {'<' if strict else '<='} value {deep} {where} /\\ cok {where} ones {deep}"
    return inner.writer.lemma("end", inner.binders, statement, proof)


def _slope(
    inside: Signs, body: Expression, w: Expression, quotient: Expression, deep: str, rule: ev.Ladder, strict: bool
) -> str:
    """The lemma that the derivative has its sign inside the range."""
    inner, x = inside.place, Expression("var", (), rule.at.data)
    down = "- " if rule.end == 1 else ""
    slope = steepness(body, x) if w is ONE else steepness(body, x) * w - body * steepness(w, x)
    premise, target = rule.slope, -rule.end * slope
    if isinstance(premise, ev.Rewritten):
        target, premise = inner.placed(premise.target), premise.premise
    elif isinstance(premise, ev.Bounds) and not obeys(inside.context.bounds(target), ">" if strict else ">=", 0):
        target = normal(target, inside.context)
    whole = target if w is ONE else mul(target, power(w, -2))
    lemma, product = ("gt0_eq", "mul_pp_lt") if strict else ("ge0_eq", "mul_pp")
    equal = inside.identity(-rule.end * steepness(quotient, x), whole, quotient)
    sign = inside.show(target, strict, premise)
    if w is ONE:
        shown = inner.show(target)
    else:
        shown = f"({inner.show(target)} * / ({inner.show(w)} ^ 2))"
        square = "apply inv_pos, pow_lt" if strict else "apply Rlt_le, inv_pos, pow_lt"
        sign = f"apply {product}. {{ {sign} }}\n  {square}. {inside.show(w, True, rule.weight_sign)}"
    proof = (
        f"intros p Hp. {inner.opened(True)}\n  apply ({lemma} _ {shown}). {{ {_LINE}. {equal} }}\n  {sign}"
    )
    statement = f"forall p, {inner.inner} p -> 0 {'<' if strict else '<='} {down}ev p ones (D {deep})"
    return inner.writer.lemma("slope", inner.binders, statement, proof)
