"""Proof search: rules for convexity and concavity, tried from the whole expression down (untrusted).

The order is: affine; second order in the affine pieces; the composition rule at the top operation; the normal
form. Whatever is found is only a proposal.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from convexcheck.certificate import evidence as ev
from convexcheck.expression.bounds import Context, meet
from convexcheck.expression.errors import ConvexcheckError
from convexcheck.expression.functions import FUNCTIONS, derivative, hessian_form
from convexcheck.expression.normal import identical, normal
from convexcheck.expression.obligations import obligations, rooted, total
from convexcheck.expression.statement import Condition, Declaration, generic
from convexcheck.expression.term import (
    BINDERS,
    ZERO,
    Expression,
    add,
    apply,
    bound,
    const,
    entry,
    instantiate,
    mul,
    nodes,
    opened_matrix,
    over,
    power,
    rebuild,
    substitute,
    transform,
)
from convexcheck.search.arguments import Argument, candidates, composed, rewritten
from convexcheck.search.entropy import entropies
from convexcheck.search.forms import nonnegative, positive
from convexcheck.search.nonsmooth import limit, piecewise
from convexcheck.search.perspective import perspective
from convexcheck.search.scope import Scope
from convexcheck.search.slots import Slots, affine, long

MAX_DEPTH, MANY_TERMS = 40, 3
HALF = Fraction(1, 2)
CONVEX_PRIMITIVES = ("eigmax", "trace_xlogx", "norm_nuclear", "norm_spectral")  # of affine matrices, by axioms
_WORDS = {1: "convex", -1: "concave"}


@dataclass
class Prover:
    """One search; remembers what failed, so that it is not tried again. Without `roots`, no rule for them is used."""

    roots: bool = True
    failed: set[tuple[Expression, int, int]] = field(default_factory=set)
    kept: list[object] = field(default_factory=list)

    def curvature(self, e: Expression, side: int, scope: Scope, depth: int = 0) -> ev.Curvature | None:
        """A rule that shows `e` convex (`side` +1) or concave (-1), or None.

        Args:
            e: an expression that is real on the scope's domain.
            side: +1 or -1.
            scope: facts and opened indices.
            depth: how deep the search is.

        Raises:
            OutOfTime: when the scope's deadline has passed.
        """
        scope.tick()
        key = (e, side, id(scope.context))
        if key in self.failed or depth > MAX_DEPTH:
            return None
        try:
            if affine(e, scope.context):
                return ev.Affine()
            methods = [self._shifts, self._second_order, self._maximum, self._axiom, self._matrices, self._composition]
            methods += [self._lemma, self._piecewise, self._arguments, self._limit, self._root, self._rewriting]
            if _definite(scope):  # the sign of a form in PSD matrices is cheaper than that of its function's Hessian
                first = [self._composition, self._lemma] if e.op in ("add", "mul") else [self._lemma, self._root]
                methods = [*first, *methods]
            if e.op == "add" and len({n for n in nodes(e) if n.op == "var"}) == 1 and _inner_kinks(e):
                methods.insert(0, self._piecewise)  # the terms of a Huber loss are not convex one by one
            if e.op == "add" and sum(not affine(a, scope.context) for a in e.args) > MANY_TERMS:
                methods.insert(0, self._composition)  # term by term is cheaper, where it works
            if e.op == "log" and e.args[0].op in ("add", "Sum"):
                methods.insert(0, self._arguments)
            for method in methods:
                found = method(e, side, scope, depth)
                if found is not None:
                    return found
        except ConvexcheckError:  # a normal form that grew too large, or a nesting that is too deep
            pass
        self.failed.add(key)
        self.kept.append(scope.context)  # keeps the id in `failed` from being used again
        return None

    def _second_order(self, e: Expression, side: int, scope: Scope, depth: int) -> ev.Curvature | None:
        alone = [d.shape for d in scope.context.statement.variables.values()] == [()]
        for strip in (False, True):
            pieces = Slots(scope, strip)
            outer = pieces.outer(e)
            if alone and len(pieces.pieces) > 1:  # of one number everything is known at once
                return self._smooth(e, side, scope)
            if pieces.identity() or (not strip and pieces.entrywise()):
                found = self._smooth(e, side, scope)
                if found is not None or pieces.identity():
                    return found
            inner = pieces.boxed()
            if inner is None or not total(outer, inner.context):
                continue
            premise = self._smooth(outer, side, inner)
            if premise is not None:
                return ev.Composition(scope.close(outer), pieces.slots(), premise, None)
            if scope.heavy and strip and len(pieces.pieces) > len(scope.context.statement.variables):
                return self._smooth(e, side, scope)  # more pieces than variables have lost how they move together
        return None

    def _smooth(self, e: Expression, side: int, scope: Scope) -> ev.Curvature | None:
        """Second order on `e` as it is, or on its normal form (where kinks may have cancelled)."""
        for target in (e, *([normal(e, scope.context)] if not long(e) else [])):
            form = smooth_form(target, scope)
            if form is None or (target is not e and not total(target, scope.context)):
                continue
            inside = replace(scope, context=scope.interior)
            sign = nonnegative(mul(side, form), inside) or perspective(mul(side, form), inside, nonnegative)
            if sign is not None:
                rule = ev.SecondOrder(sign)
                return rule if target is e else ev.Rewriting(scope.close(target), rule)
        return None

    def _shifts(self, e: Expression, side: int, scope: Scope, depth: int) -> ev.Curvature | None:
        """The normal form, where the largest entries that stabilise sums of exponentials cancel in it."""
        shifted = e.op == "add" and not long(e) and any(n.op == "Max" for n in nodes(e))
        target = normal(e, scope.context) if shifted else e
        if target is e or any(n.op == "Max" for n in nodes(target)) or not total(target, scope.context):
            return None
        return self._retarget(e, target, side, scope, depth)

    def _piecewise(self, e: Expression, side: int, scope: Scope, depth: int) -> ev.Curvature | None:
        return piecewise(e, side, scope, self._smooth) if e.op not in BINDERS else None

    def _arguments(self, e: Expression, side: int, scope: Scope, depth: int) -> ev.Curvature | None:
        """Composition with arguments that are not the operands of the top operation."""
        for outer, arguments in candidates(e, scope):
            target = composed(outer, arguments)
            if target is e or (total(target, scope.context) and identical(target, e, scope.context)):
                rule = self._compose(outer, arguments, side, scope, depth)
                if rule is not None:
                    return rule if target is e else ev.Rewriting(scope.close(target), rule)
        return None

    def _limit(self, e: Expression, side: int, scope: Scope, depth: int) -> ev.Curvature | None:
        return limit(e, side, scope, lambda g, k, inner: self._second_order(g, k, inner, depth + 1))

    def _maximum(self, e: Expression, side: int, scope: Scope, depth: int) -> ev.Curvature | None:
        if side != 1 or e.op not in ("max", "Max", "abs"):
            return None
        each = (e.args[0], -e.args[0]) if e.op == "abs" else e.args
        parts = [scope.open(e)] if e.op == "Max" else [(scope, a) for a in each]
        found = [self.curvature(part, 1, inner, depth + 1) for inner, part in parts]
        return ev.Maximum(tuple(f for f in found if f)) if all(found) else None

    def _matrices(self, e: Expression, side: int, scope: Scope, depth: int) -> ev.Curvature | None:
        """Second order on `e` as it is, where PSD matrices meet in its Hessian form."""
        form = smooth_form(e, scope) if _definite(scope) else None
        inside = replace(scope, context=scope.interior)
        sign = None if form is None else nonnegative(mul(side, form), inside)
        return None if sign is None else ev.SecondOrder(sign)

    def _axiom(self, e: Expression, side: int, scope: Scope, depth: int) -> ev.Curvature | None:
        """A convex function of an affine matrix: as it is, or after ``trace_xlogx`` was found in the trace."""
        if side != 1 or e.op not in CONVEX_PRIMITIVES:
            return None
        body, _ = opened_matrix(e, *scope.indices, *scope.context.indices)
        return ev.Axiom() if affine(body, scope.context) and total(e, scope.context) else None

    def _composition(self, e: Expression, side: int, scope: Scope, depth: int) -> ev.Curvature | None:
        """The composition rule at the top operation of `e`."""
        if e.op == "Sum":
            outer = over("Sum", e.args[0], entry("var", "t", [bound(0)]))
            return self._compose(outer, [("t", e.args[:1], e.args[1])], side, scope, depth)
        moving = [a for a in e.args if a.has("var")]
        fixed = [a for a in e.args if not a.has("var")]
        if e.op == "add":
            flat = [a for a in moving if affine(a, scope.context)]
            rest = [a for a in moving if a not in flat]
            arguments = rest + ([add(*flat)] if flat else [])
            names = [f"t{k}" for k in range(len(arguments))]
            outer = add(*fixed, *map(slot, names))
            pairs: list[Argument] = [(n, (), a) for n, a in zip(names, arguments, strict=True)]
            return self._compose(outer, pairs, side, scope, depth) if len(pairs) > 1 or fixed else None
        if e.op == "mul" and len(moving) == 1 and fixed:
            return self._compose(mul(*fixed, slot("t")), [("t", (), moving[0])], side, scope, depth)
        if e.op == "where" and not e.args[0].has("var"):
            branches = list(zip("tu", e.args[1:], strict=True))
            outer = apply("where", e.args[0], *(slot(n) if a.has("var") else a for n, a in branches))
            pairs = [(n, (), a) for n, a in branches if a.has("var")]
            return self._compose(outer, pairs, side, scope, depth)
        if e.op in FUNCTIONS and e.op != "abs":
            return self._compose(apply(e.op, slot("t")), [("t", (), e.args[0])], side, scope, depth)
        if e.op == "pow" and len(moving) == 1 and moving[0] is e.args[0]:
            return self._compose(power(slot("t"), e.args[1]), [("t", (), e.args[0])], side, scope, depth)
        return None

    def _compose(
        self, outer: Expression, pairs: Sequence[Argument], side: int, scope: Scope, depth: int
    ) -> ev.Curvature | None:
        """The composition rule for a given outer function of scalar (or one indexed) arguments."""
        slots: list[ev.Slot] = []
        ranges = {}
        for name, sizes, body in pairs:
            inner = scope.over(sizes, body)
            placed = instantiate(body, inner.indices[: len(sizes)])
            i = meet(inner.context.bounds(placed), inner.context.bounds(normal(placed, inner.context)))
            if i.lo >= i.hi or not total(placed, inner.context):
                return None
            ranges[name] = (Declaration(sizes), i)
            slots.append(ev.Slot(name, sizes, inner.close(placed), "affine", ev.Affine()))
        outer_scope = scope.boxed(ranges)
        if not total(outer, outer_scope.context):
            return None
        premise = ev.Affine() if affine(outer, outer_scope.context) else self._smooth(outer, side, outer_scope)
        if premise is None:
            return None
        done: list[ev.Slot] = []
        moves: list[Condition] = []
        still: dict[tuple[str, str], Expression] = {}
        for slot, (name, sizes, body) in zip(slots, pairs, strict=True):
            inner = scope.over(sizes, body)
            placed = instantiate(body, inner.indices[: len(sizes)])
            if affine(placed, inner.context):
                done.append(slot)
                still["dir", name] = ZERO
                continue
            kind = self._direction(outer, name, side, outer_scope)
            rule = self.curvature(placed, kind, inner, depth + 1) if kind else None
            if rule is None:
                return None
            done.append(ev.Slot(name, slot.sizes, slot.body, _WORDS[kind], rule))
            moves.append(Condition("ge", mul(kind * side, generic("dir", name, Declaration(sizes))), sizes))
        monotone = None
        if moves:
            context = outer_scope.interior.extended(moves)
            along = substitute(derivative(outer), still)
            monotone = nonnegative(along, replace(scope, context=context, interior=context))
            if monotone is None:
                return None
        return ev.Composition(scope.close(outer), tuple(done), premise, monotone)

    def _direction(self, outer: Expression, name: str, side: int, scope: Scope) -> int:
        """The curvature that the argument must have: `side` where `outer` increases in it, -`side` where it falls."""
        d = derivative(outer)
        others = {("dir", n): ZERO for n in scope.context.statement.variables if n != name}
        declaration = scope.context.statement.variables[name]
        for sign in (1, -1):
            fact = Condition("ge", mul(sign, generic("dir", name, declaration)), declaration.shape)
            context = scope.interior.extended([fact])
            if nonnegative(substitute(d, others), replace(scope, context=context, interior=context)) is not None:
                return sign * side
        return 0

    def _lemma(self, e: Expression, side: int, scope: Scope, depth: int) -> ev.Curvature | None:
        """Composition at an argument whose sign no bounds show, but a form does."""
        inner = e.args[0] if e.op in FUNCTIONS or (e.op == "pow" and not e.args[1].has("var")) else ZERO
        fact = normal(inner, scope.context)
        if not inner.has("var") or affine(inner, scope.context) or scope.context.bounds(fact).lo >= 0:
            return None
        sign = nonnegative(fact, scope) if total(fact, scope.context) else None
        if sign is None:
            return None
        more = [Condition("ge", fact)]
        known = replace(scope, context=scope.context.extended(more), interior=scope.interior.extended(more))
        rule = self._composition(e, side, known, depth + 1)
        return None if rule is None else ev.Lemma(scope.close(fact), False, sign, rule)

    def _root(self, e: Expression, side: int, scope: Scope, depth: int) -> ev.Curvature | None:
        """The root of a quadratic that is >= 0 everywhere."""
        if side != 1 or e.op != "pow" or e.args[1] is not const(HALF) or not self.roots:
            return None
        everywhere = Context(scope.context.statement, [c for c in scope.context.facts if not c.body.has("var", "dir")])
        free = replace(scope, context=everywhere, interior=everywhere)
        form = smooth_form(e.args[0], free) if total(e.args[0], everywhere) else None
        if form is None or normal(form, everywhere).has("var"):
            return None
        sign = nonnegative(e.args[0], free)
        return None if sign is None else ev.RootOfQuadratic(sign)

    def _retarget(self, e: Expression, target: Expression, side: int, scope: Scope, depth: int) -> ev.Curvature | None:
        rule = self.curvature(target, side, scope, depth + 1)
        return None if rule is None else ev.Rewriting(scope.close(target), rule)

    def _rewriting(self, e: Expression, side: int, scope: Scope, depth: int) -> ev.Curvature | None:
        forms = (*rewritten(e, scope), *entropies(e, scope), normal(e, scope.context), _completed(e, scope))
        for target in forms:
            if target is not e and total(target, scope.context):
                found = self._retarget(e, target, side, scope, depth)
                if found is not None:
                    return found
        return self._real(e, forms[-2], side, scope, depth) if scope.heavy and forms[-2] is not e else None

    def _real(self, e: Expression, target: Expression, side: int, scope: Scope, depth: int) -> ev.Curvature | None:
        """The normal form, real by the sign of a value that bounds do not see."""
        still_open = [o for o in obligations(target, scope.context) if not o.holds()]
        if len(still_open) != 1 or still_open[0].context is not scope.context or still_open[0].relation != "gt":
            return None
        fact = still_open[0].value
        sign = None if fact.names("index") else nonnegative(fact, scope, strict=True)
        if sign is None:
            return None
        known = [Condition("gt", fact)]
        more = replace(scope, context=scope.context.extended(known), interior=scope.interior.extended(known))
        rule = self._retarget(e, target, side, more, depth)
        return None if rule is None else ev.Lemma(scope.close(fact), True, sign, rule)


def _inner_kinks(e: Expression) -> bool:
    """Whether a term of the sum has a kink below another function, so that it may be convex only beside the others."""
    inner = [b for a in e.args for f in (a.args if a.op == "mul" else [a]) for b in f.args]
    return any(n.op in ("abs", "max", "Max", "where") for n in nodes(*inner))


def _definite(scope: Scope) -> bool:
    """Whether a matrix is known to be PSD."""
    return any(f.relation in ("psd", "posdef") for f in scope.context.facts)


def _completed(e: Expression, scope: Scope) -> Expression:
    """`e` with the polynomials under roots and logarithms written as a positive constant plus squares."""

    def leaf(node: Expression, level: int) -> Expression | None:
        root = node.op == "pow" and node.args[1].op == "const" and node.args[1].data.denominator > 1
        if not (root or node.op == "log") or node.loose or not node.has("var"):
            return None
        if scope.context.bounds(node.args[0]).positive:
            return None
        target = positive(node.args[0], scope) if scope.heavy else None
        return None if target is None else rebuild(node, [target, *node.args[1:]])

    return transform(e, leaf)


def slot(name: str) -> Expression:
    """The scalar variable that stands for an argument."""
    return entry("var", name)


def smooth_form(e: Expression, scope: Scope) -> Expression | None:
    """The Hessian form of `e`, or None where a kink is in the way."""
    try:
        return hessian_form(e) if rooted(e, scope.interior) else None
    except ConvexcheckError:
        return None
