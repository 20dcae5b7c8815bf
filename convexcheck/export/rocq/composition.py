"""The composition rule as lemmas: the box of the arguments' ranges, their curvatures, monotonicity (untrusted)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from convexcheck.certificate import evidence as ev
from convexcheck.export.rocq.box import boxed
from convexcheck.export.rocq.claims import SIDES, convex_domain, function, lemma, smooth
from convexcheck.export.rocq.congruence import Congruence, congruent
from convexcheck.export.rocq.deep import data
from convexcheck.export.rocq.images import obeys
from convexcheck.export.rocq.interval import Steps
from convexcheck.export.rocq.notation import conjunction
from convexcheck.export.rocq.place import UNFOLD, Place, apart, facts, hypotheses, names_of
from convexcheck.export.rocq.signs import Signs
from convexcheck.expression.bounds import linear
from convexcheck.expression.functions import Interval, derivative
from convexcheck.expression.normal import normal
from convexcheck.expression.statement import Condition, Declaration, generic
from convexcheck.expression.term import Expression, bound, instantiate, substitute

Convex = Callable[[Expression, int, ev.Curvature, Place], str]


def composition(e: Expression, side: int, rule: ev.Composition, place: Place, convex: Convex) -> str:
    """The name of the lemma for h(g_1, ..., g_m); `convex` writes the lemmas of h and of the arguments."""
    inner = _slots(rule, place, e)
    outer = inner.placed(rule.outer)
    premise = convex(outer, side, rule.premise, inner)
    maps = _map(rule, place, e)
    parts = _curvatures(rule, place, e, convex)
    in_range = _range(rule, place, inner, maps, e)
    arguments = place.writer.arguments
    g = f"({maps}{place.writer.plain_arguments}{place.numbers})"
    opposite = function(outer, side, inner) if rule.monotone is None else f"(value {signed(outer, side, inner)})"
    whole = f"(fun p => {opposite} ({g} p))"
    values = {
        ("var", s.name): instantiate(s.body, [*map(bound, range(len(s.sizes))), *place.indices]) for s in rule.slots
    }
    same = congruent(outer, side, Congruence(place, values, inner, f"({g} p)", maps))
    proof = f"apply (convex_ext _ {whole}); [intros p _; {same}|].\n  "
    convexity = f"exact ({convex_domain(place)}{arguments})"
    outer_convex = f"exact ({premise}{arguments}{place.arguments})"
    if rule.monotone is None:
        proof += (
            f"apply (precomposition {place.set} {inner.set} {opposite} {g}).\n  - {convexity}.\n"
            f"  - exact ({in_range}{arguments}{place.arguments}).\n  - {outer_convex}.\n"
            f"  - intros p q t Dp Dq Ht k i j. cbv [{maps} mix]. slot_cases; affine_sums."
        )
        return lemma(place, "composition", e, side, proof)
    opposite = signed(outer, side, inner)
    cone, monotone = _monotone(rule, side, place, inner, outer, opposite)
    closed = inner.domain == inner.inside
    k = f"({cone}{place.writer.plain_arguments})"
    theorem = "composition" if closed else "composition_closure"
    center = "" if closed else f" {inner.inner}"
    middle = "" if closed else f" ({inner.inside.replace('inside', 'center')}{place.writer.plain_arguments})"
    proof += f"apply ({theorem} {place.set} {inner.set}{center} {k}{middle} {opposite} {g}).\n"
    proof += f"  - cbv [still]; tauto.\n  - {convexity}.\n  - exact ({in_range}{arguments}{place.arguments}).\n"
    proof += f"  - {outer_convex}.\n"
    poses = " ".join(f"assert (C{n} := {name}{arguments}{place.arguments})." for n, name in enumerate(parts))
    proof += (
        f"  - intros p q t Dp Dq Ht. {poses} cbv [{cone} {maps} along mix]. "
        f"repeat split; intros; slot_gaps p q t Dp Dq Ht.\n"
    )
    if not closed:
        proof += f"  - cbv [conic {cone}]. intros v s Hv Hs. conic_facts.\n"
        proof += f"  - exact (pulls_{inner.inside}{arguments}).\n"
    proof += f"  - {smooth(outer, inner, True)}\n"
    if not closed:
        proof += f"  - {smooth(outer, inner, False)}\n"
    proof += f"  - exact ({monotone}{arguments}{place.arguments})."
    return lemma(place, "composition", e, side, proof)


def _slots(rule: ev.Composition, place: Place, e: Expression) -> Place:
    """The place whose variables are the slots, with its domain, the box of their ranges."""
    ranges: dict[str, tuple[Declaration, Interval]] = {}
    for slot in rule.slots:
        inside = place.over(slot.sizes, e, slot.body)
        i = inside.context.bounds(normal(inside.placed(slot.body), inside.context))
        ranges[slot.name] = Declaration(slot.sizes), i
    return boxed(place, ranges)


def _map(rule: ev.Composition, place: Place, e: Expression) -> str:
    """The definition of the point of all slots, each printed as in the lemma of its curvature."""
    cases = []
    for k, slot in enumerate(rule.slots):
        inner = place.over(slot.sizes, e, slot.body)
        own = [f"j{i.data}" for i in inner.indices[: len(slot.sizes)]]
        shown = inner.show(inner.placed(slot.body))
        entry = f"(fun {' '.join(own)} => {shown}) {' '.join('ij'[: len(own)])}" if own else shown
        cases.append(f" | {k}%nat => {entry}")
    opened = "".join(f" (j{i.data} : nat)" for i in reversed(place.indices))
    body = f"fun k i j => match k with{''.join(cases)} | _ => 0 end"
    return place.writer.definition("slots", opened, " (p : point) : point", body)


def signed(e: Expression, side: int, place: Place) -> str:
    """The function, or its negative, as data."""
    return data(e, place) if side >= 0 else f"(Opp {data(e, place)})"


def _curvatures(rule: ev.Composition, place: Place, e: Expression, convex: Convex) -> list[str]:
    """A lemma for the curvature of each slot that is not affine."""
    names = []
    for slot in rule.slots:
        if slot.curvature == "affine":
            continue
        inner = place.over(slot.sizes, e, slot.body)
        names.append(convex(inner.placed(slot.body), SIDES[slot.curvature], slot.premise, inner))
    return names


def _range(rule: ev.Composition, place: Place, inner: Place, maps: str, e: Expression) -> str:
    """The lemma that the slots lie in their box."""
    proofs = []
    w = place.writer
    for c in inner.facts:
        slot = next(s for s in rule.slots if s.name in c.body.names("var"))
        inside = place.over(slot.sizes, e, slot.body)
        body = inside.placed(slot.body)
        value = instantiate(c.body, inside.indices[: len(slot.sizes)])
        target = normal(body, inside.context)
        context = place.context
        names = hypotheses(context, place.facts)
        signs = Signs(inside, context, names)
        i = context.bounds(target)
        weak = "=" if c.relation == "ge" else ""
        relation, end = (f">{weak}", i.lo) if _scale(value) > 0 else (f"<{weak}", i.hi)
        if obeys(context.bounds(body), relation, end):
            target = body  # as it stands; its normal form need not be shown to be the same
        steps = Steps(inside, context, names)
        show = steps.show(target, relation, end)
        opening = "".join(f"intros j{x.data} J{x.data}. " for x in reversed(inside.indices[: len(slot.sizes)]))
        equal = ""
        if target is not body:
            proof = signs.identity(body, target)
            equal = f"assert (E : {inside.show(body)} = {inside.show(target)}). {{ {proof} }}\n  rewrite E. "
        proofs.append(f"{{ {opening}{equal}assert (B : {steps.goal(target, relation, end)}) by ({show}). lra. }}")
    opened = f"intros p Hp. {place.opened(False)}cbv [{inner.domain} {maps} everywhere]."
    split = "" if len(proofs) == 1 else "repeat apply conj." if proofs else "exact I."
    return w.lemma(
        "range", place.binders, f"forall p, {place.set} p -> {inner.set} ({maps}{w.plain_arguments}{place.numbers} p)",
        f"{opened} {split}\n  " + "\n  ".join(proofs),
    )  # fmt: skip


def _scale(e: Expression) -> int:
    return 1 if linear(e)[1][0][1] > 0 else -1


def _monotone(
    rule: ev.Composition, side: int, place: Place, inner: Place, outer: Expression, opposite: str
) -> tuple[str, str]:
    """The cone of the differences that the slots' curvatures allow, and the lemma of monotonicity on it."""
    w = place.writer
    still = {("dir", slot.name): 0 for slot in rule.slots if slot.curvature == "affine"}
    moving = [(slot, generic("dir", slot.name, Declaration(slot.sizes))) for slot in rule.slots]
    directions = [Condition("ge", side * SIDES[slot.curvature] * d, slot.sizes) for slot, d in moving]
    shown = replace(inner, flip=side < 0)
    kept = [c for c, (slot, _) in zip(directions, moving, strict=True) if slot.curvature != "affine"]
    fixed = [Condition("eq", d, slot.sizes) for slot, d in moving if slot.curvature == "affine"]
    conditions = [*kept, *fixed]
    parts = [*(shown.condition(c) for c in kept), *(inner.condition(c) for c in fixed)]
    cone = w.definition("cone", "", "(v : point) : Prop", conjunction(parts, "True"))
    context = inner.interior.extended(kept)
    along = substitute(derivative(outer), still)
    names = facts(context, [*names_of(inner.interior, inner.strict), *(f"K{k}" for k in range(len(kept)))])
    signs = Signs(replace(shown, context=inner.context), context, names)
    premise, target = rule.monotone, along
    if isinstance(premise, ev.Rewritten):
        target, premise = place.placed(premise.target), premise.premise
    elif isinstance(premise, ev.Bounds) and not obeys(context.bounds(along), ">=", 0):
        target = normal(along, context)
    assert premise is not None
    equal = signs.identity(along, target, outer)
    unmoved = " ".join(f"try rewrite K{len(kept) + k}." for k in range(len(fixed)) if not fixed[k].sizes)
    proof = (
        f"intros p v Hp Hv. {inner.opened(True)}{apart('Hv', conditions, [cone], 'K')}\n"
        f"  apply (ge0_eq _ {shown.show(target)}).\n  {{ {UNFOLD}.\n  {unmoved}\n  {equal} }}\n"
        f"  {signs.show(target, False, premise)}"
    )
    k = f"({cone}{w.plain_arguments})"
    statement = f"forall p v, {inner.inner} p -> {k} v -> 0 <= ev p v (D {opposite})"
    return cone, w.lemma("monotone", place.binders, statement, proof)
