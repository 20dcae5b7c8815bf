"""A walk over the evidence of a proof: the rule at each node, in words (untrusted)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from convexcheck.certificate import evidence as ev
from convexcheck.export.rocq.forms import factored
from convexcheck.expression.errors import ConvexcheckError
from convexcheck.expression.functions import hessian_form
from convexcheck.expression.statement import index_names
from convexcheck.expression.term import Expression, add, const, mul, power, transform
from convexcheck.report.ladders import one_entry
from convexcheck.report.notation import array_text, index_text

LONG = 240
SQUARES = 20


@dataclass(frozen=True)
class Step:
    """One step: what it shows, the lines below it, and how deep in the proof it stands."""

    title: str
    details: tuple[str, ...] = ()
    depth: int = 0


def cut(line: str) -> str:
    """A line that stays readable."""
    return line if len(line) <= LONG else f"{line[: LONG - 30]} ... ({len(line)} characters)"


def shown(e: Expression, names: Sequence[str] = ()) -> str:
    """An expression whose loose indices have these names, innermost first; array notation where there are none."""
    return cut(array_text(e) if not e.loose else index_text(e, names))


def walk(e: Expression, word: str, rule: ev.Curvature, names: Sequence[str] = (), depth: int = 0) -> list[Step]:
    """The steps that show that `e` is `word` ("convex", "concave" or "affine").

    >>> x = Expression("var", (), "x")
    >>> [step.title for step in walk(x**2, "convex", ev.SecondOrder(ev.Bounds()))]
    ['x**2 is convex: its second derivative is >= 0 everywhere on the domain [SecondOrder]']
    """
    subject = shown(e, names)
    if isinstance(rule, ev.Affine):
        return [Step(f"{subject} is affine in the variables, hence convex and concave [Affine]", (), depth)]
    if isinstance(rule, ev.Rewriting):
        step = Step(f"{subject} is the same function as", (f"{shown(rule.target, names)}   [Rewriting]",), depth)
        return [step, *walk(rule.target, word, rule.premise, names, depth)]
    if isinstance(rule, ev.SecondOrder):
        return [_second_order(e, word, rule, names, depth)]
    if isinstance(rule, ev.Maximum):
        inner = [index_names(set(names))[0], *names] if e.op == "Max" else names
        parts = [e.args[1]] if e.op == "Max" else [e.args[0], -e.args[0]] if e.op == "abs" else list(e.args)
        steps = [Step(f"{subject} is the largest of convex expressions, hence convex [Maximum]", (), depth)]
        for part, premise in zip(parts, rule.premises, strict=False):
            steps += walk(part, "convex", premise, inner, depth + 1)
        return steps
    if isinstance(rule, ev.Piecewise):
        return _piecewise(subject, word, rule, names, depth)
    if isinstance(rule, ev.Axiom):
        return [Step(f"{subject} is {word}: {e.op} is, by the axiom, and its matrix is affine [Axiom]", (), depth)]
    if isinstance(rule, ev.Limit):
        title = f"{subject} is the limit of {word} functions as {rule.name} > 0 falls to 0, so it is {word} [Limit]"
        return [Step(title, (), depth), *walk(rule.function, word, rule.premise, names, depth + 1)]
    if isinstance(rule, ev.Lemma):
        title = f"{shown(rule.fact, names)} {'>' if rule.strict else '>='} 0, {_reason(rule.sign)} [Lemma]"
        return [Step(title, (), depth), *walk(e, word, rule.premise, names, depth)]
    if isinstance(rule, ev.RootOfQuadratic):
        title = f"{subject} is the root of a quadratic that is >= 0 for all values of the variables, so it is {word}"
        return [Step(f"{title} [RootOfQuadratic]", (), depth)]
    return _composition(subject, word, rule, names, depth)


def _piecewise(subject: str, word: str, rule: ev.Piecewise, names: Sequence[str], depth: int) -> list[Step]:
    way = {"convex": "its slope jumps up", "concave": "its slope jumps down"}.get(word, "keeps its slope")
    title = f"{subject} has kinks; it is smooth between them, meets and {way} there, so it is {word} [Piecewise]"
    knots = [shown(knot, names) for knot in rule.knots]
    places = [f"up to {knots[0]}", *(f"from {a} to {b}" for a, b in pairwise(knots)), f"from {knots[-1]} on"]
    lines = tuple(f"{place}: {shown(p, names)}" for place, p in zip(places, rule.pieces, strict=True))
    steps = [Step(title, lines, depth)]
    for piece, premise in zip(rule.pieces, rule.curvatures, strict=True):
        steps += walk(piece, word, premise, names, depth + 1)
    return steps


def _composition(subject: str, word: str, rule: ev.Composition, names: Sequence[str], depth: int) -> list[Step]:
    arguments = ", ".join(slot.name for slot in rule.slots)
    outer = f"h({arguments}) = {shown(rule.outer, names)}"
    details = [f"{slot.name} = {cut(array_text(slot.body, slot.sizes))}, {slot.curvature}" for slot in rule.slots]
    if all(slot.curvature == "affine" for slot in rule.slots):
        title = f"{subject} is h({arguments}) with affine arguments, so it is {word} where h is [Composition]"
        return [Step(title, (*details, outer), depth), *walk(rule.outer, word, rule.premise, names, depth)]
    title = f"{subject} is h({arguments}); each argument moves h the right way, so the whole is {word} [Composition]"
    rises = "h does not fall where a convex argument rises, nor where a concave one falls"
    if word == "concave":
        rises = "h does not fall where a concave argument rises, nor where a convex one falls"
    steps = [Step(title, (*details, outer, f"{rises}: {_reason(rule.monotone)}"), depth)]
    if not isinstance(rule.premise, ev.Affine):
        steps += walk(rule.outer, word, rule.premise, names, depth + 1)
    for slot in rule.slots:
        if not isinstance(slot.premise, ev.Affine):
            inner = [n for n in index_names(set(names)) if n not in names][: len(slot.sizes)]
            steps += walk(slot.body, slot.curvature, slot.premise, [*inner, *names], depth + 1)
    return steps


def _reason(rule: ev.Sign | None) -> str:
    return "the sign follows from the ranges of its factors" if isinstance(rule, ev.Bounds) else "shown term by term"


def _second_order(e: Expression, word: str, rule: ev.SecondOrder, names: Sequence[str], depth: int) -> Step:
    relation = ">= 0" if word == "convex" else "<= 0"
    scalar = len(e.names("var")) == 1 and not any(a.op == "var" and a.args for a in _leaves(e))
    what = "second derivative" if scalar else "Hessian form"
    title = f"{shown(e, names)} is {word}: its {what} is {relation} everywhere on the domain [SecondOrder]"
    try:
        form = hessian_form(e)
    except ConvexcheckError:
        return Step(title, (), depth)
    head = f"D2[d, d] = {shown(merged(form), names)}"
    if word == "concave":
        form, head = -form, f"-{head.replace('= ', '= -(', 1)})"
    return Step(title, (head, *_directions(form), *signs(form, rule.form, names)), depth)


def merged(e: Expression) -> Expression:
    """The expression with equal terms of its sums counted.

    >>> x, y = Expression("dir", (), "x"), Expression("dir", (), "y")
    >>> merged(Expression("add", (x * y, x * y)))
    2*d_x*d_y
    """

    def rule(n: Expression, level: int) -> Expression | None:
        if n.op != "add":
            return None
        return add(*(mul(k, merged(a)) for a, k in Counter(n.args).items()))

    return transform(e, rule)


def _directions(form: Expression) -> list[str]:
    """What D2 and the names d_t in it mean.

    >>> _directions(Expression("dir", (), "t") ** 2)
    ['   that is v^T H v for the direction v, where d_t is the change of t']
    """
    found = sorted(form.names("dir"))
    if not found:
        return []
    changes = ", ".join(f"d_{n}" for n in found)
    verb = "is the change" if len(found) == 1 else "are the changes"
    return [f"   that is v^T H v for the direction v, where {changes} {verb} of {', '.join(found)}"]


def _leaves(e: Expression) -> list[Expression]:
    found: list[Expression] = []
    transform(e, lambda n, k: found.append(n) if n.op == "var" else None)
    return found


def signs(e: Expression, rule: ev.Sign, names: Sequence[str] = ()) -> list[str]:
    """Why a value is >= 0, a line for each rule."""
    if isinstance(rule, ev.Bounds):
        return ["   >= 0 by the ranges of its parts [Bounds]"]
    if isinstance(rule, ev.Rewritten):
        return [f"   = {shown(rule.target, names)} [Rewritten]", *signs(rule.target, rule.premise, names)]
    if isinstance(rule, ev.EachTerm):
        inner, parts = names, list(e.args)
        lines = [f"   each {'term' if e.op != 'mul' else 'factor'} is >= 0 [EachTerm]"]
        if e.op == "Sum" and len(rule.premises) == 1:
            inner, parts = [next(n for n in index_names(set(names)) if n not in names), *names], [e.args[1]]
            lines = [f"   each term of the sum, {shown(parts[0], inner)}, is >= 0 [EachTerm]"]
        for part, premise in zip(parts, rule.premises, strict=False):
            lines += [f"  {line}" for line in signs(part, premise, inner) if not isinstance(premise, ev.Bounds)]
        return lines
    if isinstance(rule, ev.Roots | ev.Ladder | ev.Split):
        return one_entry(rule, names)
    if isinstance(rule, ev.Telescope):
        at = shown(rule.at, names)
        return [f"   it falls with every step from {at} to {at} + 1, to a limit >= 0 [Telescope]"]
    if isinstance(rule, ev.Increment):
        ends = [shown(e, names) for e in (rule.high, rule.low)]
        return [f"   = h({ends[0]}) - h({ends[1]}) for h(t) = {shown(rule.function)}, which grows [Increment]"]
    return _form(rule, names)


def _form(
    rule: ev.Scaled | ev.Gram | ev.Minors | ev.Cover | ev.DiagonalLowRank | ev.Kronecker, names: Sequence[str]
) -> list[str]:
    if isinstance(rule, ev.Kronecker):
        own = [n for n in index_names(set(names)) if n not in names]
        matrices = ", ".join(index_text(m, [*own[:2], *names]) for m in rule.matrices)
        vector = index_text(rule.vector, [*own[: len(rule.sizes)], *names])
        return [cut(f"   a form in {vector}, through matrices that are PSD: {matrices} [Kronecker]")]
    if isinstance(rule, ev.DiagonalLowRank):
        return _low_rank(rule, names)
    if isinstance(rule, ev.Minors):
        vector = ", ".join(shown(y, names) for y in rule.vector)
        return [cut(f"   a quadratic form in {vector} whose matrix has principal minors >= 0 [Minors]")]
    if isinstance(rule, ev.Cover):
        parts = sum(k < 0 for k in rule.tree)
        return [f"   its matrix is positive definite in balls on each of {parts} parts of the box [Cover]"]
    if isinstance(rule, ev.Scaled):
        return [f"   it is >= 0 because it is so times {shown(rule.factor, names)} [Scaled]"]
    return _squares(rule, names)


def _squares(rule: ev.Gram, names: Sequence[str]) -> list[str]:
    """The sum of squares itself: each block's matrix as a sum of squares of lines."""
    terms, weights = [shown(const(rule.margin), names)] * bool(rule.margin), list[str]()
    for block in rule.blocks:
        if block.multiplier.op != "const":
            weights.append(shown(block.multiplier, names))
        for d, line in factored(block.matrix, len(block.basis)):
            linear = add(*(mul(c, m) for c, m in zip(line, block.basis, strict=True) if c))
            terms.append(shown(mul(d, block.multiplier, power(linear, 2)), names))
    weighted = f", with {', '.join(weights)} >= 0" if weights else ""
    lines = [f"   {'=' if k == 0 else '+'} {term}" for k, term in enumerate(terms[:SQUARES])]
    lines += [f"   + {len(terms) - SQUARES} more"] * (len(terms) > SQUARES)
    return [*lines, cut(f"   a sum of squares{weighted} [Gram]")]


def _low_rank(rule: ev.DiagonalLowRank, names: Sequence[str]) -> list[str]:
    inner = [next(n for n in index_names(set(names)) if n not in names), *names]
    k = inner[0]
    a, v = index_text(rule.weight, inner), index_text(rule.direction, inner)
    head = f"   sum over {k} < {index_text(rule.size, names)} of a {v}**2"
    if len(rule.vectors) != 1 or rule.others:
        lines = [f"{head}, a = {a}, plus a form in {len(rule.vectors)} sums L and {len(rule.others)} other numbers"]
        return [*lines, "   the least value in the summed direction has principal minors >= 0 [DiagonalLowRank]"]
    lines = [f"{head}, plus m L**2 with L = sum of a r {v}"]
    parts = {"a": a, "r": index_text(rule.vectors[0], inner), "m": index_text(rule.matrix[0], names)}
    lines += [cut(f"   {name} = {part}") for name, part in parts.items()]
    return [*lines, "   a >= 0, and G + m G**2 >= 0 for G = sum of a r**2 [DiagonalLowRank]"]


