"""Curvature rules as lemmas: each states that a function of the point p is convex on a set (untrusted; coqc judges)."""

from __future__ import annotations

from convexcheck.certificate import evidence as ev
from convexcheck.export.rocq.claims import call, convex_domain, function, lemma, smooth
from convexcheck.export.rocq.composition import composition
from convexcheck.export.rocq.deep import data
from convexcheck.export.rocq.images import obeys
from convexcheck.export.rocq.kinks import limit, piecewise
from convexcheck.export.rocq.notation import NoScript, size
from convexcheck.export.rocq.place import UNFOLD, Place, hypotheses
from convexcheck.export.rocq.signs import Signs
from convexcheck.expression.functions import hessian_form
from convexcheck.expression.normal import normal
from convexcheck.expression.term import Expression, instantiate, nodes


def convex(e: Expression, side: int, rule: ev.Curvature, place: Place) -> str:
    """The name of a lemma that ``convex_on domain (fun p => e)``, of ``- e`` where `side` is -1."""
    match rule:
        case ev.SecondOrder():
            return _second_order(e, side, rule, place)
        case ev.Affine():
            return lemma(place, "affine_convex", e, side, f"{_affine_proof(e, side, place)}")
        case ev.Maximum():
            return _maximum(e, rule, place)
        case ev.Rewriting():
            target = place.placed(rule.target)
            name = convex(target, side, rule.premise, place)
            signs = Signs(place, place.context, hypotheses(place.context, place.facts))
            proof = signs.identity(e, target)
            equal = "symmetry." if side >= 0 else "symmetry. f_equal."
            body = (
                f"apply (convex_ext _ {function(target, side, place)}); [|{call(name, place)}].\n"
                f"  intros p Hp. cbv beta. {place.opened(False)}{equal} {proof}"
            )
            return lemma(place, "rewriting", e, side, body)
        case ev.Composition():
            return composition(e, side, rule, place, convex)
        case ev.Piecewise():
            return piecewise(e, side, rule, place, convex)
        case ev.Limit():
            return limit(e, side, rule, place, convex)
    raise NoScript(f"the rule {type(rule).__name__} has no mapping")


# --- rules -------------------------------------------------------------------------------------------------


def _affine_proof(e: Expression, side: int, place: Place) -> str:
    """f(t p + (1-t) q) = t f(p) + (1-t) f(q), by algebra."""
    target = normal(e, place.context)
    start = "split; [exact C|]. intros p q t Dp Dq Ht. apply Req_le."
    use = f"assert (C := {convex_domain(place)}{place.writer.arguments}). "
    if target is e or not _transcendental(e):
        return f"{use}{start} cbv [mix]. affine_sums."
    equal = "symmetry." if side >= 0 else "symmetry. f_equal."
    signs = Signs(place, place.context, hypotheses(place.context, place.facts))
    proof = signs.identity(e, target)
    return (
        f"apply (convex_ext _ {function(target, side, place)}).\n"
        f"  {{ intros p Hp. cbv beta. {place.opened(False)}{equal} {proof} }}\n"
        f"  {use}{start} cbv [mix]. affine_sums."
    )


def _transcendental(e: Expression) -> bool:
    return any(n.has("var") and n.op not in ("add", "mul", "Sum", "var", "where") for n in nodes(e))


def _second_order(e: Expression, side: int, rule: ev.SecondOrder, place: Place) -> str:
    whole = data(e, place) if side >= 0 else f"(Opp {data(e, place)})"
    form = side * hessian_form(e)
    context = place.interior
    signs = Signs(place, context, hypotheses(context, place.strict))
    premise, target = rule.form, form
    if isinstance(premise, ev.Rewritten):
        target, premise = place.placed(premise.target), premise.premise
    elif isinstance(premise, ev.Bounds) and not obeys(context.bounds(form), ">=", 0):
        target = normal(form, context)
    shown = place.show(target)
    equal = signs.identity(form, target, e)
    sign = signs.show(target, False, premise)
    opened = f"intros p v Hp. {place.opened(True)}"
    name = place.writer.lemma(
        "form", place.binders, f"forall p v, {place.inner} p -> 0 <= ev p v (D (D {whole}))",
        f"{opened}\n  apply (ge0_eq _ {shown}).\n  {{ {UNFOLD}.\n  {equal} }}\n  {sign}",
    )  # fmt: skip
    same = place.domain == place.inside
    proof = f"change (convex_on {place.set} (value {whole})).\n  "
    if same:
        proof += "apply second_order.\n"
    else:
        center = f"({place.inside.replace('inside', 'center')}{place.writer.plain_arguments})"
        proof += f"apply (second_order_closure {place.set} {place.inner} {center}).\n"
    proof += "  - cbv [still]; tauto.\n" + f"  - exact ({convex_domain(place)}{place.writer.arguments}).\n"
    if not same:
        proof += f"  - exact (pulls_{place.inside}{place.writer.arguments}).\n"
    proof += f"  - {smooth(e, place, True)}\n"
    if not same:
        proof += f"  - {smooth(e, place, False)}\n"
    proof += f"  - {call(name, place)}."
    return lemma(place, "second_order", e, side, proof)


def _maximum(e: Expression, rule: ev.Maximum, place: Place) -> str:
    if e.op == "Max":
        inner = place.over(e.args[:1], e)
        body = instantiate(e.args[1], inner.indices[:1])
        name = convex(body, 1, rule.premises[0], inner)
        j = inner.indices[0]
        instance = f"exact ({name}{place.writer.arguments}{place.arguments} j{j.data} J{j.data})"
        convexity = f"exact ({convex_domain(place)}{place.writer.arguments})"
        each = f"(fun j{j.data} p => {inner.show(body)})"
        proof = (
            f"{place.writer.opened}apply (convex_maxi _ {size(e.args[0])} {each}); "
            f"[{convexity} | lia | intros j{j.data} J{j.data}; {instance}]."
        )
        return lemma(place, "maximum", e, 1, proof)
    args = (e.args[0], -e.args[0]) if e.op == "abs" else e.args
    names = [convex(a, 1, p, place) for a, p in zip(args, rule.premises, strict=True)]
    if e.op == "abs":
        first, second = names
        opposite = (
            f"apply (convex_ext _ {function(args[1], 1, place)}); [intros p _; cbv beta; ring|{call(second, place)}]"
        )
        proof = f"apply (convex_abs _ {function(args[0], 1, place)}); [{call(first, place)} | {opposite}]."
        return lemma(place, "maximum", e, 1, proof)
    proof = call(names[0], place)
    shown = place.show(args[0])
    for a, n in zip(args[1:], names[1:], strict=True):
        proof = f"apply (convex_max _ (fun p => {shown}) {function(a, 1, place)}); [{proof} | {call(n, place)}]"
        shown = f"(Rmax {shown} {place.show(a)})"
    return lemma(place, "maximum", e, 1, f"{proof}.")
