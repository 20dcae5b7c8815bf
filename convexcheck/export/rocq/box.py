"""Places whose domain is a box of its own: its definition, its convexity, its interior with a centre (untrusted)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from convexcheck.export.rocq.notation import conjunction, number
from convexcheck.export.rocq.place import Place, Writer
from convexcheck.expression.functions import Interval
from convexcheck.expression.statement import Condition, Declaration


def boxed(place: Place, ranges: dict[str, tuple[Declaration, Interval]]) -> Place:
    """A place with a box as its domain, defined in the script with its convexity and its centre."""
    context, interior = place.context.boxed(ranges), place.context.boxed(ranges, strict=True)
    own = tuple(c for c in context.facts if c.body.has("var"))
    strict = tuple(c for c in interior.facts if c.body.has("var"))
    draft = replace(place, context=context, interior=interior, facts=own, strict=strict, flip=False, defined=())
    return declare(draft, own, strict, centers(ranges))


def centers(ranges: dict[str, tuple[Declaration, Interval]]) -> str:
    """A point strictly inside a box."""
    cases = []
    for k, (_, i) in enumerate(ranges.values()):
        low, high = (not isinstance(v, float) for v in (i.lo, i.hi))
        middle = (i.lo + i.hi) / 2 if low and high else i.lo + 1 if low else i.hi - 1 if high else 0
        cases.append(f" | {k}%nat => {number(middle)}")  # type: ignore[arg-type]
    return f"fun k i j => match k with{''.join(cases)} | _ => 0 end"


def declare(
    place: Place, own: Sequence[Condition], strict: Sequence[Condition], center: str, known: str = ""
) -> Place:
    """Define the domain, its convexity and, where it differs, its interior with a centre; `known` recalls facts."""
    w = place.writer
    whole = conjunction([place.condition(c) for c in own], "everywhere p")
    domain = w.definition("domain", "", "(p : point) : Prop", whole)
    inside = domain
    w.lemmas.append(
        f"Lemma convex_{domain}{w.head} : convex_set ({domain}{w.plain_arguments}).\n"
        f"Proof. cbv [convex_set {domain} everywhere mix]. intros p q t Dp Dq Ht. convex_facts. Qed."
    )
    if tuple(own) != tuple(strict):
        inside = domain.replace("domain", "inside")
        body = conjunction([place.condition(c) for c in strict], "everywhere p")
        w.lemmas.append(f"Definition {inside}{w.plain_head} (p : point) : Prop :=\n  {body}.")
        pulled(w, domain, inside, center, known)
    return replace(place, domain=domain, inside=inside, facts=tuple(own), strict=tuple(strict))


def pulled(w: Writer, domain: str, inside: str, center: str, known: str = "") -> None:
    """The centre of an interior, and that every point of the domain is pulled into it."""
    name = inside.replace("inside", "center")
    head, plain, arguments = w.head, w.plain_head, w.plain_arguments
    unfolded = " ".join(["pulls", domain, inside, name, "everywhere", "mix", *w.accessors])
    w.lemmas.append(f"Definition {name}{plain} : point := {center}.")
    w.lemmas.append(
        f"Lemma pulls_{inside}{head} : pulls ({name}{arguments}) ({domain}{arguments}) ({inside}{arguments}).\n"
        f"Proof. {known}cbv [{unfolded} Nat.eqb]. intros p s Dp Hs. pull_facts. Qed."
    )
