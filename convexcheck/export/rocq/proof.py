"""A proof of convexity as lemmas, one per rule, that end in the theorem about ``f`` and ``dom`` (untrusted)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from convexcheck.certificate import evidence as ev
from convexcheck.export.rocq.box import pulled
from convexcheck.export.rocq.claims import SIDES
from convexcheck.export.rocq.curvature import convex
from convexcheck.export.rocq.notation import NoScript, binders, number
from convexcheck.export.rocq.place import Place, Writer, hypotheses
from convexcheck.export.rocq.signs import Signs
from convexcheck.export.rocq.statement import given, quantified
from convexcheck.expression.bounds import Context, linear
from convexcheck.expression.normal import is_affine
from convexcheck.expression.obligations import obligations
from convexcheck.expression.statement import Condition, Statement


def proved(s: Statement, claim: ev.Claim, proof: ev.Proof) -> str:
    """The lemmas and the theorem that ``f`` is convex, concave or affine on ``dom``."""
    names = "".join(f" {n}" for n, _ in binders(s))
    assumed = given(s)
    head = quantified(s) + (f" (G : given{names})" if names else "")
    least = len(assumed) - len(s.given)
    opened = ""
    if assumed:
        marks = [f"L{k}" for k in range(least)] + [f"G{k}" for k in range(len(s.given))]
        pattern = f"destruct H as ({' & '.join(marks)}). " if len(assumed) > 1 else f"rename H into {marks[0]}. "
        opened = f"assert (H := G). cbv [given] in H. {pattern}"
    accessors = tuple(f"v_{n}" for n in s.variables)
    writer = Writer(head, f"{names} G" if names else "", quantified(s), names, opened, accessors)
    place = _place(s, proof, writer)
    sides = [SIDES[claim.verdict]] if claim.verdict != "affine" else [1, -1]
    lemmas = [convex(s.function, side, proof.curvature, place) for side in sides]
    arguments = writer.arguments
    if claim.verdict == "affine":
        statement = f"affine_on (dom{names}) (f{names})"
        tactic = f"apply affine_of_both; [exact ({lemmas[0]}{arguments}) | exact ({lemmas[1]}{arguments})]"
    else:
        statement = f"{claim.verdict}_on (dom{names}) (f{names})"
        tactic = f"exact ({lemmas[0]}{arguments})"
    quantifier = f"forall{quantified(s)}, given{names} -> " if names else ""
    intro = f"intros{names} G. " if names else ""
    theorem = f"Theorem verdict : {quantifier}{statement}.\nProof. {intro}{tactic}. Qed."
    return "\n\n".join([*writer.lemmas, theorem])


def _place(s: Statement, proof: ev.Proof, writer: Writer) -> Place:
    """The statement's own domain: that it is convex and, where the interior differs, how it is reached."""
    context = Context(s)
    if any(not is_affine(c.body, context) for c in s.domain):
        raise NoScript("a domain cut out by a condition that is not affine has no mapping")
    facts = tuple(s.domain)
    strict = facts
    interior = context
    w = writer
    unfolded = " ".join(["convex_set", "dom", "everywhere", "mix", *w.accessors])
    w.lemmas.append(
        f"Lemma convex_dom{w.head} : convex_set (dom{w.plain_arguments}).\n"
        f"Proof. cbv [{unfolded}]. intros p q t Dp Dq Ht. convex_facts. Qed."
    )
    inside = "dom"
    if _box(s.domain, context) and any(c.relation == "ge" for c in s.domain) and proof.inside is not None:
        strict = tuple(Condition("gt", c.body, c.sizes) for c in s.domain)
        interior = Context(s, [*strict, *s.given])
        values = dict(proof.inside.variables)
        if all(not d.shape for d in s.variables.values()):
            inside = "inside_dom"
            cases = [f" | {k}%nat => {number(values[n].entries[0])}" for k, n in enumerate(s.variables)]
            center = f"fun k i j => match k with{''.join(cases)} | _ => 0 end"
            draft = Place(w, context, interior, "dom", inside, facts, strict)
            body = " /\\ ".join(draft.condition(c) for c in strict)
            w.lemmas.append(f"Definition {inside}{w.plain_head} (p : point) : Prop :=\n  {body}.")
            pulled(w, "dom", inside, center)
        else:
            raise NoScript("the interior of a domain of arrays has no mapping")
    return _defined(s, proof, Place(w, context, interior, "dom", inside, facts, strict))


def _defined(s: Statement, proof: ev.Proof, place: Place) -> Place:
    """The signs that bounds leave open, as lemmas, in the order in which the kernel meets them."""
    rules, known = list(proof.defined), list[tuple[Condition, str, str]]()
    for o in obligations(s.function, place.context):
        if o.holds():
            continue
        if o.context is not place.context or o.value.has("index") or not rules:
            raise NoScript("a value that is real for a reason inside a choice or a sum has no mapping")
        rule, strict = rules.pop(0), o.relation != "ge"
        names = []
        for inside in (False, True)[: 1 if place.inside == place.domain else 2]:
            context, own = (place.interior, place.strict) if inside else (place.context, place.facts)
            signs = Signs(place, context, hypotheses(context, own))
            known_facts = signs.denominators(o.value)
            set_of = place.inner if inside else place.set
            statement = f"forall p, {set_of} p -> 0 {'<' if strict else '<='} {place.show(o.value)}"
            shown = f"{known_facts}\n  {signs.show(o.value, strict, rule)}"
            names.append(place.writer.lemma("defined", "", statement, f"intros p Hp. {place.opened(inside)}{shown}"))
        known.append((Condition("gt" if strict else "ge", o.value), names[0], names[-1]))
    return replace(place, defined=tuple(known))


def _box(conditions: Sequence[Condition], context: Context) -> bool:
    """Whether every condition bounds one variable entry, with room inside; as the kernel decides it."""
    ends = []
    for c in conditions:
        terms = linear(c.body)[1]
        if len(terms) != 1 or terms[0][0].op != "var" or c.relation not in ("ge", "gt") or c.sizes:
            return False
        ends.append(terms[0][0])
    return all(context.bounds(e).lo < context.bounds(e).hi for e in ends)

