"""Pieces between knots, and limits of convex functions, as lemmas (untrusted; coqc judges)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from convexcheck.certificate import evidence as ev
from convexcheck.export.rocq.box import declare
from convexcheck.export.rocq.claims import call, convex_domain, function, lemma
from convexcheck.export.rocq.composition import signed
from convexcheck.export.rocq.notation import NoScript, index, number
from convexcheck.export.rocq.place import UNFOLD, Place, Writer, hypotheses
from convexcheck.export.rocq.signs import Signs
from convexcheck.expression.bounds import Context
from convexcheck.expression.functions import derivative
from convexcheck.expression.statement import Condition, Declaration
from convexcheck.expression.term import ONE, ZERO, Expression, entry, nodes, substitute, transform

Convex = Callable[[Expression, int, ev.Curvature, Place], str]


@dataclass(frozen=True)
class Piece:
    """One formula of a function with knots: where it holds, and the lemmas that it is convex there and is the function.

    Args:
        formula: the piece. region: the closed part of the domain. convex, same: names of the lemmas.
    """

    formula: Expression
    region: Place
    convex: str
    same: str


def piecewise(e: Expression, side: int, rule: ev.Piecewise, place: Place, convex: Convex) -> str:
    """The name of the lemma: pieces that are convex, glued at one knot after the other, from the lowest on."""
    (t,) = {n for n in nodes(e) if n.op == "var"}
    knots, formulas = ([place.placed(a) for a in parts] for parts in (rule.knots, rule.pieces))
    w, f, at = place.writer, function(e, side, place), _coordinates(t, place)
    arguments, shown = w.arguments + place.arguments, [place.show(k) for k in knots]
    _admit(t, knots, place)
    known = w.opened + _orders(knots, rule.orders, place)
    pieces = []
    for j, (p, rule_) in enumerate(zip(formulas, rule.curvatures, strict=True)):
        region = _region(j, t, knots, place, known)
        pieces.append(Piece(p, region, convex(p, side, rule_, region), _same(e, p, t, side, region, shown, place)))
    left = ""
    for m, knot in enumerate(shown):
        last = m == len(shown) - 1
        below, above = (_tangent(f, t, knots[m], side, piece, place) for piece in pieces[m : m + 2])
        jump = _jump(t, knots[m], side, pieces[m], pieces[m + 1], rule.jumps[m], place)
        whole = place.set if last else f"(fun p => {place.set} p /\\ p {at} <= {shown[m + 1]})"
        ends = [shown[m - 1] if m else f"({knot} - 1)", f"({knot} + 1)" if last else shown[m + 1]]
        slope = place.show(side * _slope(pieces[m].formula, t, knots[m]))
        into = [_into(piece.region, place) for piece in pieces[m : m + 2]]
        first = _on_region(side, pieces[m], arguments)
        if left:
            first = (
                f"apply (convex_within (fun p => {place.set} p /\\ p {at} <= {knot})); "
                f"[intros p Hp; cbv beta in *; tauto | half_convex | exact ({left}{arguments})]"
            )
        lines = [
            f"{known}assert (SC := {convex_domain(place)}{w.arguments}).",
            f"apply (glue {whole} {at} {f} {knot} {' '.join(ends)} {slope}).",
            f"- {'exact SC' if last else 'half_convex'}.",
            "- lra.",
            f"- {first}.",
            f"- {_on_region(side, pieces[m + 1], arguments)}.",
            f"- intros r p Dr Dp Hr Hp. assert (J := {jump}{arguments}).",
            f"  destruct (Rle_lt_dec (p {at}) {knot}) as [L|L].",
            f"  + apply ({below}{arguments} r p); [{into[0]} | {into[0]} | exact Hr].",
            f"  + assert (T := {above}{arguments} r p ltac:({into[1]}) ltac:({into[1]}) Hr). "
            "apply Rle_trans with (2 := T). apply Rplus_le_compat_l. apply Rmult_le_compat_r; lra.",
        ]
        left = w.lemma("glued", place.binders, f"convex_on {whole} {f}", "\n  ".join(lines))
    return left


def _admit(t: Expression, knots: Sequence[Expression], place: Place) -> None:
    """Refuse what the lemmas do not speak of."""
    others = {n for c in place.facts for n in nodes(c.body) if n.op == "var"} - {t}
    if others or any(k.has("index") for k in knots) or any(a.op == "index" for a in t.args):
        raise NoScript("knots that depend on an index, or beside another variable's range, have no mapping")
    i = place.context.bounds(t)
    bounded = not (isinstance(i.lo, float) and isinstance(i.hi, float))
    if bounded and not all(k.op == "const" and i.lo < k.data < i.hi for k in knots):
        raise NoScript("a knot at the boundary of the domain has no mapping")


def _orders(knots: Sequence[Expression], orders: Sequence[ev.Sign], place: Place) -> str:
    """Lemmas that the knots increase, and the sentences that recall them."""
    recalled = ""
    for a, b, order in zip(knots[:-1], knots[1:], orders, strict=True):
        signs = Signs(place, place.context, hypotheses(place.context, place.facts))
        proof = f"assert (J : 0 < {place.show(b - a)}). {{ {signs.show(b - a, True, order)} }} lra."
        statement = f"{place.show(a)} < {place.show(b)}"
        name = place.writer.lemma("order", "", statement, place.writer.opened + proof)
        recalled += f'let O := fresh "O" in assert (O := {name}{place.writer.arguments}). '
    return recalled


def _region(j: int, t: Expression, knots: Sequence[Expression], place: Place, known: str) -> Place:
    """The place between two knots, below the first or above the last."""
    i, at = place.context.bounds(t), list(place.context.statement.variables).index(t.data)
    lows = [None if isinstance(i.lo, float) else number(i.lo), *map(place.show, knots)]
    highs = [*map(place.show, knots), None if isinstance(i.hi, float) else number(i.hi)]
    low, high = lows[j], highs[j]
    middle = f"(({low} + {high}) / 2)" if low and high else f"({low} + 1)" if low else f"({high} - 1)"
    facts = [[Condition(relation, t - k if n < j else k - t) for n, k in enumerate(knots)] for relation in ("ge", "gt")]
    inside = replace(
        place, context=place.context.extended(facts[0]), interior=place.interior.extended(facts[1]), indices=()
    )
    center = f"fun k i j => if Nat.eqb k {at}%nat then {middle} else 0"
    region = declare(inside, [*place.facts, *facts[0]], [*place.strict, *facts[1]], center, known)
    return replace(region, indices=place.indices)


def _coordinates(t: Expression, place: Place) -> str:
    """Where the entry is in a point."""
    k = list(place.context.statement.variables).index(t.data)
    return " ".join([f"{k}%nat", *map(index, t.args), *["0%nat"] * (2 - len(t.args))])


def _slope(p: Expression, t: Expression, knot: Expression) -> Expression:
    """The derivative of a piece along the unit direction, at a knot."""
    along = transform(derivative(p), lambda n, _: ONE if n.op == "dir" else None)
    return transform(along, lambda n, _: knot if n is t else None)


def _into(region: Place, place: Place) -> str:
    """The tactic that shows that a point is in a region."""
    return f"cbv [{region.domain} {place.domain} everywhere]; cbv [{place.domain} everywhere] in *; intuition lra"


def _on_region(side: int, piece: Piece, arguments: str) -> str:
    """The tactic that shows that the function is convex on a part of a region."""
    region = piece.region
    return (
        f"apply (convex_within {region.set}); [intros p Hp; cbv beta in *; {_into(region, region)} | half_convex | "
        f"apply (convex_ext _ {function(piece.formula, side, region)}); "
        f"[intros p Hp; symmetry; exact ({piece.same}{arguments} p Hp) | {call(piece.convex, region)}]]"
    )


def _same(
    e: Expression, p: Expression, t: Expression, side: int, region: Place, knots: Sequence[str], place: Place
) -> str:
    """The lemma that the function is a piece on its region, the knots included."""
    f, piece = (function(a, side, place) for a in (e, p))
    ends = " | ".join(f"at_knot {place.show(t)} {k}" for k in knots)
    proof = f"intros p Hp. {region.opened(False)}cbv beta. {'f_equal. ' if side < 0 else ''}"
    if any(n.op in ("where", "abs", "max") for n in nodes(e)):
        proof += f"pieces ltac:(first [{ends}])."
    else:  # a root of a square
        proof += Signs(region, region.context, hypotheses(region.context, region.facts)).identity(e, p)
    return place.writer.lemma("same", place.binders, f"forall p, {region.set} p -> {f} p = {piece} p", proof)


def _tangent(f: str, t: Expression, knot: Expression, side: int, piece: Piece, place: Place) -> str:
    """The lemma that the function lies above the tangent of a piece at a knot, on the piece's region."""
    region, p = piece.region, piece.formula
    shown, at = place.show(knot), _coordinates(t, place)
    deep, arguments = signed(p, side, region), place.writer.arguments + place.arguments
    slope = place.show(side * _slope(p, t, knot))
    known = Signs(region, region.context, hypotheses(region.context, region.facts)).denominators(p)
    smooth = place.writer.lemma(
        "smooth", place.binders, f"forall p v, {region.set} p -> p {at} = {shown} -> ok p v {deep}",
        f"intros p v Hp Hk. {region.opened(False)}{known} {UNFOLD}. smooth.",
    )  # fmt: skip
    proof = (
        f"{place.writer.opened}intros r p Dr Dp Hr. cbv beta. "
        f"rewrite ({piece.same}{arguments} r Dr), ({piece.same}{arguments} p Dp).\n"
        f"  assert (T := tangent {region.set} {deep} r p ltac:(cbv [still]; tauto) ({piece.convex}{arguments})\n"
        f"    ({smooth}{arguments} r (along p r) Dr Hr) Dr Dp).\n"
        f"  assert (E : ev r (along p r) (D {deep}) = {slope} * (p {at} - {shown})).\n"
        f"  {{ {UNFOLD[:-1]} along]. rewrite ?Hr. first [ring | field; nonzero]. }}\n"
        f"  rewrite E in T. exact T."
    )
    statement = (
        f"forall r p, {region.set} r -> {region.set} p -> r {at} = {shown} -> "
        f"{f} r + {slope} * (p {at} - {shown}) <= {f} p"
    )
    return place.writer.lemma("tangent", place.binders, statement, proof)


def _jump(
    t: Expression, knot: Expression, side: int, left: Piece, right: Piece, rule: ev.Sign, place: Place
) -> str:
    """The lemma that the slope does not fall at a knot."""
    before, after = (_slope(piece.formula, t, knot) for piece in (left, right))
    gap = side * (after - before)
    signs = Signs(place, place.context, hypotheses(place.context, place.facts))
    shown = [place.show(side * a) for a in (before, after)]
    proof = (
        f"{place.writer.opened}apply Rminus_ge_0. apply (ge0_eq _ {place.show(gap)}).\n"
        f"  {{ first [ring | field; nonzero]. }}\n"
        f"  {signs.show(gap, False, rule)}"
    )
    return place.writer.lemma("jump", place.binders, f"{shown[0]} <= {shown[1]}", proof)


def limit(e: Expression, side: int, rule: ev.Limit, place: Place, convex: Convex) -> str:
    """The name of the lemma: convex for every value > 0 of a new parameter, which then falls to 0."""
    w, s, new = place.writer, place.context.statement, entry("par", rule.name)
    wider = replace(s, parameters={**s.parameters, rule.name: Declaration()}, function=ZERO)
    positive = Condition("gt", new)
    contexts = [Context(wider, [*c.facts, positive]) for c in (place.context, place.interior)]
    p, mark = f"p_{rule.name}", f"G{sum(1 for c in place.context.facts if c not in place.facts)}"
    inner = Writer(
        f"{w.head} ({p} : R) ({mark} : 0 < {p})", f"{w.arguments} {p} {mark}", f"{w.plain_head} ({p} : R)",
        f"{w.plain_arguments} {p}", w.opened, w.accessors, w.lemmas, w.numbers,
    )  # fmt: skip
    center = place.inside.replace("inside", "center") + w.plain_arguments
    moved = replace(place, writer=inner, context=contexts[0], interior=contexts[1], defined=())
    if place.defined:
        raise NoScript("a limit where a value is real for a reason of its own has no mapping")
    moved = declare(moved, place.facts, place.strict, f"({center})")
    g = moved.placed(rule.function)
    name = convex(g, side, rule.premise, moved)
    variables = {**s.variables, rule.name: Declaration()}
    outer = Context(replace(wider, variables=variables, domain=(), given=()), place.context.facts)
    deeper = replace(place, context=outer)
    deep = signed(substitute(g, {("par", rule.name): entry("var", rule.name)}), side, deeper)
    at = f"{len(s.variables)}%nat"
    known = Signs(place, place.context, hypotheses(place.context, place.facts)).denominators(e)
    unfold = f"{UNFOLD[:-1]} with_at Nat.eqb]"
    lines = [
        f"assert (SC := {convex_domain(place)}{w.arguments}).",
        f"apply (convex_ext _ (fun p => value {deep} (with_at {at} 0 p))); [intros p _; {unfold}; solve [reorder]|].",
        "apply limit_convex. exact SC.",
        f"{{ intros p v Hp. {place.opened(False)}{known} {unfold}. smooth. }}",
        f"intros {p} {mark}. apply (convex_within {moved.set}); [intros p Hp; exact Hp | exact SC |].",
        f"apply (convex_ext _ {function(g, side, moved)}); [intros p _; {unfold}; solve [reorder]|].",
        f"exact ({name}{inner.arguments}{place.arguments}).",
    ]
    return lemma(place, "limit", e, side, "\n  ".join(lines))
