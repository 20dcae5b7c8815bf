"""What the lemmas of curvature say, and the hypotheses in them (untrusted)."""

from __future__ import annotations

from convexcheck.export.rocq.place import UNFOLD, Place, hypotheses
from convexcheck.export.rocq.signs import Signs
from convexcheck.expression.term import Expression

SIDES = {"convex": 1, "concave": -1, "affine": 0}


def function(e: Expression, side: int, place: Place) -> str:
    """The function, or its negative, as Rocq sees it."""
    body = place.show(e)
    return f"(fun p => {body if side >= 0 else f'- {body}'})"


def lemma(place: Place, kind: str, e: Expression, side: int, proof: str) -> str:
    """Write the lemma that the function, or its negative, is convex on the place's domain; its name."""
    return place.writer.lemma(kind, place.binders, f"convex_on {place.set} {function(e, side, place)}", proof)


def call(name: str, place: Place) -> str:
    """A lemma at this place's sizes, parameters and indices."""
    return f"exact ({name}{place.writer.arguments}{place.arguments})"


def convex_domain(place: Place) -> str:
    """The name of the lemma that the place's domain is convex."""
    return f"convex_{place.domain}"


def smooth(e: Expression, place: Place, inside: bool) -> str:
    """The sentences for ``forall p v, domain p -> ok p v e`` (`inside`), or the same with cok."""
    context, own = (place.interior, place.strict) if inside else (place.context, place.facts)
    known = Signs(place, context, hypotheses(context, own)).denominators(e)
    return f"intros p v Hp. {place.opened(inside)}{known} {UNFOLD}. smooth."

