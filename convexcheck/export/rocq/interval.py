"""Interval arithmetic as proofs: why a value lies above or below a number, step by step as `bounds` computed it.

Untrusted: coqc judges each step. A step returns a tactic that closes the goal ``c <= e``, ``c < e``, ``e <= c`` or
``e < c``; it follows the operation at the top of the expression, after the facts that speak of it as a whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import count
from math import inf

from convexcheck.export.rocq.images import image, obeys, root, unmapped
from convexcheck.export.rocq.notation import NoScript, index, number
from convexcheck.export.rocq.place import Place
from convexcheck.expression.bounds import Context, Terms, _match, _positive_at, _witnesses, linear
from convexcheck.expression.functions import Interval, Number
from convexcheck.expression.term import BINDERS, ZERO, Expression, add, mul, opened, substitute

_SWAPPED = {">=": "<=", ">": "<", "<=": ">=", "<": ">"}


@dataclass
class Steps:
    """The proofs of one lemma: facts of `context`, names of hypotheses.

    Args:
        place: how expressions print.
        context: the facts that hold, as hypotheses of the lemma.
        patterns: each fact with the name of its hypothesis.
    """

    place: Place
    context: Context
    names: list[str]
    numbers: count[int] = field(default_factory=count)

    def goal(self, e: Expression, relation: str, c: Number) -> str:
        """The proposition."""
        shown, bound = self.place.show(e), number(Fraction(c))
        left, right = (bound, shown) if relation in (">=", ">") else (shown, bound)
        return f"{left} {'<=' if '=' in relation else '<'} {right}"

    def have(self, e: Expression, relation: str, c: Number) -> str:
        """The tactic that adds the proposition as a hypothesis."""
        return f"assert (Q{next(self.numbers)} : {self.goal(e, relation, c)}) by ({self.show(e, relation, c)})."

    def haves(self, parts: Sequence[tuple[Expression, str, Number]]) -> str:
        """The same for several."""
        return " ".join(self.have(*part) for part in parts)

    def show(self, e: Expression, relation: str, c: Number) -> str:
        """The tactic that proves that `e` is in the relation to the rational c."""
        i = self.context.bounds(e)
        if not obeys(i, relation, c):
            raise NoScript(f"bounds do not show {e} {relation} {c}")
        if not linear(e)[1]:
            return "lra"
        fact = self._fact(e, relation, c)
        if fact is not None:
            return fact
        constant, terms = linear(e)
        collected = add(constant, *(mul(k, t) for t, k in terms))
        if collected is not e and obeys(self.context.bounds(collected), relation, c):
            return _joined(f"{self.have(collected, relation, c)} lra")
        step = getattr(self, f"_{e.op}", None)
        if step is None:
            step = self._function
        return _joined(step(e, relation, c, i))

    def _fact(self, e: Expression, relation: str, c: Number) -> str | None:
        """A fact that speaks of a multiple of `e`, up to a constant."""
        context, (constant, terms) = self.context, linear(e)
        for (known, base, pattern, sizes), name in zip(context._patterns, self.names, strict=False):
            values = _values(context, pattern, terms, sizes)
            scale = context._scale(pattern, terms, sizes)
            if scale is None or values is None:
                continue
            lo, hi = (known.lo, known.hi) if scale > 0 else (known.hi, known.lo)
            opens = (known.lo_open, known.hi_open) if scale > 0 else (known.hi_open, known.lo_open)
            moved = Interval(
                -inf if isinstance(lo, float) else scale * lo + constant - scale * base,
                inf if isinstance(hi, float) else scale * hi + constant - scale * base,
                *opens,
            )
            if obeys(moved, relation, c):
                if not sizes:
                    return f"clear - {name}; lra" if not e.has("index") else "lra"
                if any("place_of" in v for v in values):
                    raise NoScript("a fact at an index that data choose has no mapping")
                at = " ".join(f"{v} ltac:(lia)" for v in values)
                return f"pose proof ({name} {at}) as Q; cbv beta in Q; lra"
        for t, _ in terms:
            if t.op == "index":
                return f"pose proof (pos_INR {index(t)}); pose proof (lt_INR _ _ J{t.data}); lra"
        return None

    # --- operations -----------------------------------------------------------------------------------

    def _add(self, e: Expression, relation: str, c: Number, i: Interval) -> str:
        lower = relation in (">=", ">")
        ends: list[tuple[Number, bool]] = []
        for a in e.args:
            j = self.context.bounds(a)
            ends.append((j.lo, j.lo_open) if lower else (j.hi, j.hi_open))
            if isinstance(ends[-1][0], float):
                raise NoScript(f"{a} has no bound")
        for k, (end, _) in enumerate(ends):  # a sign is shown by less than a number is
            if (end > 0) == lower and end and e.args[k].op != "const":
                cheaper = [*ends[:k], (Fraction(0), True), *ends[k + 1 :]]
                total = sum((Fraction(t) for t, _ in cheaper), Fraction(0))
                if (total >= c) if lower else (total <= c):
                    ends = cheaper
        words = [(">" if is_open else ">=") if lower else ("<" if is_open else "<=") for _, is_open in ends]
        parts = [(a, w, t) for a, w, (t, _) in zip(e.args, words, ends, strict=True) if a.op != "const"]
        return f"{self.haves(parts)} lra"

    def _mul(self, e: Expression, relation: str, c: Number, i: Interval) -> str:
        if c == 0:
            return f"{self.haves([self._sign(a) for a in e.args if a.op != 'const'])} product"
        if e.args[0].op == "const":
            factor = e.args[0].data
            rest = Expression("mul", e.args[1:]) if len(e.args) > 2 else e.args[1]
            flipped = relation if factor > 0 else _SWAPPED[relation]
            return f"{self.have(rest, flipped, Fraction(c) / factor)} lra"
        positive = all(self.context.bounds(a).lo >= 0 for a in e.args)
        if relation in (">=", ">") and c < 0 and positive:
            return f"{self.have(e, '>=', 0)} lra"
        parts = []
        for a in e.args:
            j = self.context.bounds(a)
            parts += [(a, ">" if j.lo_open else ">=", j.lo)] if not isinstance(j.lo, float) else []
            parts += [(a, "<" if j.hi_open else "<=", j.hi)] if not isinstance(j.hi, float) else []
        return f"{self.haves([p for p in parts if p[0].op != 'const'])} nra"

    def _sign(self, e: Expression) -> tuple[Expression, str, Number]:
        """The sign of a factor, as strictly as it is known."""
        i = self.context.bounds(e)
        for relation in (">", "<", ">=", "<="):
            if obeys(i, relation, 0):
                return e, relation, 0
        raise NoScript(f"the factor {e} has no sign")

    def _pow(self, e: Expression, relation: str, c: Number, i: Interval) -> str:
        base, exponent = e.args
        if exponent.op != "const":
            return "unfold Rpower; apply exp_pos" if relation in (">", ">=") and c <= 0 else unmapped(e)
        q, j = exponent.data, self.context.bounds(base)
        if q < 0:
            return self._inverse(e, relation, c)
        if q.denominator == 1:
            return self._natural(e, relation, c, j, int(q))
        return root(self, e, relation, c)

    def _natural(self, e: Expression, relation: str, c: Number, j: Interval, q: int) -> str:
        base, n = e.args[0], q // 2
        shown = self.place.show(base)
        if q % 2 == 0 and relation in (">=", ">") and c <= 0:
            if relation == ">=" or c < 0:
                return f"pose proof (even_ge0 {shown} {n}); cbn [Nat.mul Nat.add] in *; lra"
            return f"{self.haves([self._sign(base)])} apply (even_gt0 {shown} {n}); lra"
        if c == 0 and relation in (">=", ">"):
            return f"{self.haves([self._sign(base)])} apply {'pow_lt' if relation == '>' else 'pow_le'}; lra"
        if c == 0:
            lemma = "odd_lt0" if relation == "<" else "odd_le0"
            return f"{self.haves([self._sign(base)])} apply ({lemma} {shown} {n}); lra"
        parts: list[tuple[Expression, str, Number]] = []
        if not isinstance(j.lo, float):
            parts.append((base, ">" if j.lo_open else ">=", j.lo))
        if not isinstance(j.hi, float):
            parts.append((base, "<" if j.hi_open else "<=", j.hi))
        if relation in (">=", ">") and j.lo >= 0:
            lemma = f"pow_gt {shown} {q} {number(Fraction(j.lo))} ltac:(lia)" if relation == ">" else (
                f"pow_ge {shown} {q} {number(Fraction(j.lo))}"
            )
            return f"{self.haves(parts)} pose proof ({lemma} ltac:(lra) ltac:(lra)); lra"
        if relation in ("<=", "<") and j.lo >= 0 and not isinstance(j.hi, float):
            lemma = f"pow_lt_top {shown} {q} {number(Fraction(j.hi))} ltac:(lia)" if relation == "<" else (
                f"pow_le_top {shown} {q} {number(Fraction(j.hi))}"
            )
            return f"{self.haves(parts)} pose proof ({lemma} ltac:(lra) ltac:(lra)); lra"
        return f"{self.haves(parts)} nra"

    def _inverse(self, e: Expression, relation: str, c: Number) -> str:
        under = e.args[0] ** -e.args[1].data
        if c == 0 and relation in (">=", ">"):
            return f"{self.have(under, '>', 0)} {'apply Rlt_le, ' if relation == '>=' else 'apply '}inv_pos; assumption"
        if c == 0:
            return f"{self.have(under, '<', 0)} {'apply Rlt_le, ' if relation == '<=' else 'apply '}inv_neg; assumption"
        shown, end = self.place.show(under), Fraction(1) / Fraction(c)
        if c < 0:
            return f"{self.have(e, '>=', 0)} lra" if relation in (">=", ">") else unmapped(e)
        if relation in ("<=", "<"):
            lemma = "inv_le" if relation == "<=" else "inv_lt"
            known = self.have(under, _SWAPPED[relation], end)
            return f"{known} pose proof ({lemma} {shown} {number(end)} ltac:(lra) ltac:(lra)); lra"
        pair = [(under, ">", Fraction(0)), (under, _SWAPPED[relation], end)]
        lemma = "inv_ge" if relation == ">=" else "inv_gt"
        return f"{self.haves(list(pair))} pose proof ({lemma} {shown} {number(end)} ltac:(lra) ltac:(lra)); lra"

    def _max(self, e: Expression, relation: str, c: Number, i: Interval) -> str:
        if relation in ("<=", "<"):
            parts = self.haves([(a, relation, c) for a in e.args])
            return f"{parts} repeat (apply Rmax_lub || apply Rmax_lub_lt); lra"
        best = next((a for a in e.args if obeys(self.context.bounds(a), relation, c)), None)
        if best is None:
            return unmapped(e)
        return f"{self.have(best, relation, c)} unfold Rmax; repeat destruct Rle_dec; lra"

    def _where(self, e: Expression, relation: str, c: Number, i: Interval) -> str:
        possible = self.context.possible(e)
        parts = [self.have(a, relation, c) for a, _ in possible if a.op != "const"]
        each = "match goal with |- context [if ?b then _ else _] => destruct b end"
        decided = each if len(possible) > 1 else "decide_all"
        return f"{' '.join(parts)} {decided}; lra"

    def _Sum(self, e: Expression, relation: str, c: Number, i: Interval) -> str:
        if c != 0:
            return unmapped(e)
        body, j = opened(e, *self.context.indices, *self.place.indices)
        inner = Steps(replace(self.place, indices=(j, *self.place.indices)), self.context, self.names, self.numbers)
        intro, (under, alone) = f"intros j{j.data} J{j.data}; ", inner.place.reordered(e, j)
        if under != alone:
            intro += f"replace {under} with {alone} by (first [ring | reorder]); "
        if relation in (">=", "<="):
            return f"apply Sum_{'ge' if relation == '>=' else 'le'}0; {intro}{inner.show(body, relation, 0)}"
        if relation == ">" and self.context.bounds(body).positive and self.context.bounds(e.args[0]).lo >= 1:
            return f"apply Sum_gt0; [lia|{intro}{inner.show(body, relation, 0)}]"
        for at in _witnesses(body, j) if relation == ">" else ():
            if _positive_at(at, body, j, self.context):
                there = inner.show(substitute(body, {("index", j.data): at}), ">", 0)
                each = f"{intro}{inner.show(body, '>=', 0)}"
                decided = "rewrite ?minus_INR by lia; simpl INR; decide_all; first [positive | exfalso; lra]"
                there = f"first [{there} | {decided}]"
                return f"apply (Sum_gt0_at _ _ {index(at)}); [lia|{each}|cbv beta; {there}]"
        return unmapped(e)

    def _pi(self, e: Expression, relation: str, c: Number, i: Interval) -> str:
        return "pose proof PI_RGT_0; pose proof PI_4; pose proof PI2_3_2; lra"

    def _dim(self, e: Expression, relation: str, c: Number, i: Interval) -> str:
        return f"pose proof (pos_INR n_{e.data}); try (assert (1 <= INR n_{e.data}) by (apply (le_INR 1); lia)); lra"

    def _index(self, e: Expression, relation: str, c: Number, i: Interval) -> str:
        return f"pose proof (pos_INR j{e.data}); lra"

    def _function(self, e: Expression, relation: str, c: Number, i: Interval) -> str:
        return unmapped(e) if e.op in BINDERS else image(self, e, relation, c)


def _joined(tactic: str) -> str:
    """Sentences as one tactic: ``a. b. c`` becomes ``a; b; c`` where each leaves one goal."""
    return tactic.replace(". ", "; ")


def _values(context: Context, pattern: Terms, terms: Terms, sizes: Sequence[Expression]) -> list[str] | None:
    """The indices at which a fact for all indices is used."""
    found: dict[int, Expression] = {}
    if len(pattern) != len(terms) or not all(
        _match(a, b, found, 0) for (a, _), (b, _) in zip(pattern, terms, strict=True)
    ):
        return None
    return [index(found.get(k, ZERO)) for k in reversed(range(len(sizes)))]
