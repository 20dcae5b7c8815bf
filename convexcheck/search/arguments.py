"""Compositions whose arguments are not the operands of the top operation (untrusted).

``log(Sum(exp(abs(t))))`` is a log-sum-exp of absolute values, and ``(x - y)**2/(1 - max(x, y))`` a smooth function of
x - y and of the maximum. The logarithm of a sum of products is a log-sum-exp of the logarithms of its terms.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from convexcheck.expression.errors import ConvexcheckError
from convexcheck.expression.normal import is_affine, normal
from convexcheck.expression.statement import Declaration, generic
from convexcheck.expression.term import (
    ZERO,
    Expression,
    abstract,
    add,
    apply,
    const,
    instantiate,
    mul,
    over,
    power,
    shift,
    substitute,
    transform,
)
from convexcheck.search.scope import Scope
from convexcheck.search.slots import Slots, looks_affine

Argument = tuple[str, tuple[Expression, ...], Expression]  # a slot's name, sizes, and body at its bound indices
Composed = tuple[Expression, list[Argument]]  # the outer function and its arguments


def composed(outer: Expression, arguments: list[Argument]) -> Expression:
    """The outer function at its arguments."""
    return substitute(outer, {("var", name): body for name, _, body in arguments})


def candidates(e: Expression, scope: Scope) -> Iterator[Composed]:
    """Ways to write `e`, or something equal to it, as a function of other arguments than its operands."""
    for find in (_kinks, _log_sum, _root_sum):
        try:
            found = find(e, scope)
        except ConvexcheckError:  # a normal form that grew too large
            found = None
        if found is not None:
            yield found


def _kinks(e: Expression, scope: Scope) -> Composed | None:
    """`e` as a function of its affine pieces and of its largest pieces with kinks at the top."""
    pieces = Slots(scope, False, kinks=partial(_kinked, e, scope))
    outer = pieces.outer(e)
    arguments = [(name, sizes, pattern) for pattern, (name, sizes) in pieces.pieces.items()]
    if all(looks_affine(body) for _, _, body in arguments) or outer.op == "var":
        return None
    return outer, arguments


def _kinked(top: Expression, scope: Scope, e: Expression) -> bool:
    """Whether `e` has a kink at its own top operation: a choice between values, or a root of what may be 0."""
    if e is top or not e.has("var"):
        return False
    if e.op == "pow" and e.args[1].op == "const" and e.args[1].data.denominator > 1:
        return not scope.context.bounds(e.args[0]).positive
    return e.op in ("abs", "max", "Max") or (e.op == "where" and e.args[0].has("var"))


def _log_sum(e: Expression, scope: Scope) -> Composed | None:
    """``log(sum of terms > 0)`` as a log-sum-exp of the logarithms of the terms; None if all of these are affine."""
    if e.op != "log" or e.args[0].op not in ("add", "Sum"):
        return None
    total = e.args[0]
    parts: list[Expression] = []
    arguments: list[Argument] = []
    affine = True
    for k, part in enumerate(total.args if total.op == "add" else (total,)):
        if not part.has("var"):
            parts.append(part)
            continue
        sizes, name = part.args[:1] if part.op == "Sum" else (), f"t{k}"
        inner = scope.over(sizes, part)
        term = instantiate(part.args[1], inner.indices[:1]) if sizes else part
        logarithm = term.args[0] if term.op == "exp" else normal(apply("log", term), inner.context)
        affine = affine and is_affine(logarithm, inner.context)
        arguments.append((name, sizes, abstract(logarithm, inner.indices[: len(sizes)])))
        exponential = apply("exp", generic("var", name, Declaration(sizes)))
        parts.append(over("Sum", sizes[0], exponential) if sizes else exponential)
    return None if affine else (apply("log", add(*parts)), arguments)


def _root_sum(e: Expression, scope: Scope) -> Composed | None:
    """``(sum of terms >= 0)**(1/p)`` as the p-norm of the p-norms of its terms, those of a double sum row by row."""
    if e.op != "pow" or e.args[1].op != "const" or not 0 < e.args[1].data < 1 or e.args[0].op not in ("add", "Sum"):
        return None
    q, total = e.args[1].data, e.args[0]
    terms = [t for t in (total.args if total.op == "add" else (total,)) if t.has("var")]
    parts: list[Expression] = [t for t in (total.args if total.op == "add" else ()) if not t.has("var")]
    arguments: list[Argument] = []
    for k, part in enumerate(terms):
        sizes, name = part.args[:1] if part.op == "Sum" and len(terms) == 1 else (), f"t{k}"
        inner = scope.over(sizes, part)
        term = instantiate(part.args[1], inner.indices[:1]) if sizes else part
        if inner.context.bounds(term).lo < 0 or (sizes and term.op not in ("add", "Sum")):
            return None
        norm = abstract(power(term, q), inner.indices[: len(sizes)])
        plain = term.op == "pow" and term.args[1] is const(1 / q) and looks_affine(term.args[0])
        arguments.append((name, sizes, term.args[0] if plain else norm))
        entry = power(generic("var", name, Declaration(sizes)), 1 / q)
        parts.append(over("Sum", sizes[0], entry) if sizes else entry)
    return (power(add(*parts), q), arguments) if len(terms) > 1 or arguments[0][1] else None


def rewritten(e: Expression, scope: Scope) -> Iterator[Expression]:
    """Forms of `e` in which other pieces are affine, or none is constant."""
    for find in (_without_constants, _shifted):
        try:
            target = find(e, scope)
        except ConvexcheckError:
            target = None
        if target is not None and target is not e:
            yield target


def _without_constants(e: Expression, scope: Scope) -> Expression:
    """`e` with the affine pieces that do not move, such as ``Sum_ij (z_i - z_j)``, as the constants that they are."""

    def leaf(node: Expression, level: int) -> Expression | None:
        if level or node.loose or node.op not in ("add", "Sum") or not looks_affine(node) or not node.has("var"):
            return None
        found = normal(node, scope.context)
        return node if found.has("var") else found

    return transform(e, leaf)


def _shifted(e: Expression, scope: Scope) -> Expression | None:
    """``log(exp(a) + S) = a + log(1 + S exp(-a))`` for an affine a, where the exponentials of S take the -a."""
    if e.op != "log" or e.args[0].op != "add":
        return None
    terms = e.args[0].args
    first = next((t for t in terms if t.op == "exp" and looks_affine(t.args[0]) and t.has("var")), None)
    if first is None:
        return None
    a = first.args[0]
    others = [_times_exp(t, -a) for t in terms if t is not first]
    return add(a, apply("log", add(1, *others)))


def _times_exp(e: Expression, a: Expression) -> Expression:
    """``e * exp(a)``, inside the exponentials of `e`."""
    if e.op == "exp":
        return apply("exp", add(e.args[0], a))
    if e.op == "Sum":
        return over("Sum", e.args[0], _times_exp(e.args[1], shift(a, 1)))
    if e.op == "where":
        return apply("where", e.args[0], *(_times_exp(b, a) for b in e.args[1:]))
    if e.op == "mul" and any(f.op in ("exp", "Sum", "where") and f.has("var") for f in e.args):
        chosen = next(f for f in e.args if f.op in ("exp", "Sum", "where") and f.has("var"))
        return mul(*(f for f in e.args if f is not chosen), _times_exp(chosen, a))
    return e if e is ZERO else mul(e, apply("exp", a))
