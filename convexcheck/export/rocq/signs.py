"""Sign rules as tactics: each closes the goal ``0 <= e`` or ``0 < e`` (untrusted; coqc judges)."""

from __future__ import annotations

from dataclasses import dataclass, replace

from convexcheck.certificate import evidence as ev
from convexcheck.export.rocq import covers, forms, ladder, univariate
from convexcheck.export.rocq.identity import identity
from convexcheck.export.rocq.images import obeys
from convexcheck.export.rocq.interval import Steps
from convexcheck.export.rocq.notation import NoScript, size
from convexcheck.export.rocq.place import Place
from convexcheck.expression.bounds import Context
from convexcheck.expression.normal import normal
from convexcheck.expression.obligations import obligations
from convexcheck.expression.term import BINDERS, Expression, instantiate, nodes


@dataclass
class Signs:
    """The sign proofs of one lemma, in which the facts of `context` are hypotheses with the given names."""

    place: Place
    context: Context
    names: list[str]

    def show(self, e: Expression, strict: bool, rule: ev.Sign) -> str:
        """The sentences that prove ``0 <= e``, or ``0 < e`` where `strict`."""
        relation = ">" if strict else ">="
        steps = Steps(self.place, self.context, self.names)
        match rule:
            case ev.Bounds():
                if obeys(self.context.bounds(e), relation, 0):
                    return f"{steps.show(e, relation, 0)}."
                target = normal(e, self.context)
                return f"{self._equal(e, target, strict)}{steps.show(target, relation, 0)}."
            case ev.Rewritten():
                target = self.place.placed(rule.target)
                return self._equal(e, target, strict) + self.show(target, strict, rule.premise)
            case ev.EachTerm():
                return self._each(e, rule, strict)
            case ev.Scaled():
                return self._scaled(e, strict, rule)
            case ev.Minors():
                return forms.minors(self, e, rule)
            case ev.Gram():
                return forms.gram(self, e, strict, rule)
            case ev.DiagonalLowRank():
                return forms.low_rank(self, e, rule)
            case ev.Roots():
                return univariate.roots(self, e, strict)
            case ev.Split():
                return ladder.split(self, e, strict, rule)
            case ev.Ladder():
                return ladder.ladder(self, e, strict, rule)
            case ev.Cover():
                return covers.cover(self, e, strict, rule)
        raise NoScript(f"the sign rule {type(rule).__name__} has no mapping")

    def _equal(self, e: Expression, target: Expression, strict: bool) -> str:
        if e is target:
            return ""
        lemma = "gt0_eq" if strict else "ge0_eq"
        proof = self.identity(e, target)
        return f"apply ({lemma} _ {self.place.show(target)}). {{ {proof} }}\n  "

    def _scaled(self, e: Expression, strict: bool, rule: ev.Scaled) -> str:
        if rule.positive is None:
            raise NoScript("a factor that may vanish has no mapping")
        factor, k = self.place.placed(rule.factor), "gt" if strict else "ge"
        shown = self.place.show(factor * e)
        known = self.denominators(factor, factor * e)
        return (
            f"{known} apply (scaled_{k}0 {self.place.show(factor)}). {{ {self.show(factor, True, rule.positive)} }}\n"
            f"  apply ({k}0_eq _ {shown}). {{ first [ring | field; nonzero]. }}\n"
            f"  {self.show(factor * e, strict, rule.premise)}"
        )

    def _each(self, e: Expression, rule: ev.EachTerm, strict: bool) -> str:
        if e.op in BINDERS:
            inner = self.place.over(e.args[:1], e)
            body, j = instantiate(e.args[1], inner.indices[:1]), inner.indices[0]
            shown = Signs(inner, self.context, self.names).show(body, False, rule.premises[0])
            under, alone = inner.reordered(e, j)
            sorts = f"try (replace {under} with {alone} by (first [ring | reorder])). "
            if under == alone or not isinstance(rule.premises[0], ev.Bounds | ev.EachTerm):
                sorts = ""  # the other rules start with an identity
            return f"apply Sum_ge0. intros j{j.data} J{j.data}. {sorts}{shown}"
        proofs = [self.show(a, strict, p) for a, p in zip(e.args, rule.premises, strict=True)]
        lemma = ("Rplus_lt_0_compat" if strict else "Rplus_le_le_0_compat") if e.op == "add" else (
            "mul_pp_lt" if strict else "mul_pp"
        )
        script = proofs[0]
        for proof in proofs[1:]:
            script = f"apply {lemma}. {{ {script} }} {{ {proof} }}"
        return script

    def identity(self, left: Expression, right: Expression, source: Expression | None = None) -> str:
        """The sentences that prove left = right, where what is divided by has a sign."""

        def known(place: Place, a: Expression, b: Expression) -> str:
            return Signs(place, self.context, self.names).denominators(a, b)

        parts = (left, right) if source is None else (source, left, right)
        return identity(left, right, self.place, self.context, self.denominators(*parts), source, known)

    def denominators(self, *parts: Expression) -> str:
        """Tactics that put the sign of everything that is divided by, or under a root or logarithm, into hypotheses."""
        lines: list[str] = []
        seen = set[Expression]()
        for part in parts:
            for o in obligations(part, self.context):
                if o.size is not None or o.value in seen or o.value.op == "const" or o.context is not self.context:
                    continue
                if o.relation not in ("gt", "ge", "ne", "power"):
                    continue
                seen.add(o.value)
                lines += self._obligation(o.value)
        return "\n  ".join(lines)

    def _obligation(self, value: Expression) -> list[str]:
        own = set(self.place.indices)
        free = sorted({n for n in nodes(value) if n.op == "index"} - own, key=lambda n: -int(n.data))
        place = replace(self.place, indices=(*free, *self.place.indices))
        steps = Steps(place, self.context, self.names)
        bound = "".join(f"forall j{i.data} : nat, (j{i.data} < {size(i.args[0])})%nat -> " for i in reversed(free))
        intro = "".join(f"intros j{i.data} J{i.data}; " for i in reversed(free))
        for relation in (">", "<", ">="):
            if obeys(self.context.bounds(value), relation, 0):
                try:
                    shown, proof = steps.goal(value, relation, 0), steps.show(value, relation, 0)
                except NoScript:
                    return []
                under = place.under(value, free)
                alone = place.show(value)
                sorts = "" if under == alone else f"replace {under} with {alone} by (first [ring | reorder]); "
                fact = f"{bound}{shown.replace(alone, under)}"
                there = f"match goal with _ : {fact} |- _ => idtac end"
                known = f'first [{there} | let N := fresh "N" in assert (N : {fact}) by ({intro}{sorts}{proof})].'
                return [known]
        return []
