"""The rules: a value >= 0 or > 0 wherever the facts hold; convexity (+1), concavity (-1), strictness (trusted)."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field, replace
from typing import Any

from convexcheck.certificate import evidence as ev
from convexcheck.expression.bounds import Context, rooted, total
from convexcheck.expression.errors import ConvexcheckError, Record
from convexcheck.expression.functions import Interval, derivative, hessian_form
from convexcheck.expression.normal import identical, is_affine, normal
from convexcheck.expression.statement import Condition, Declaration, generic
from convexcheck.expression.term import BINDERS, Expression, bind, bound, fresh, instantiate, over_all, substitute


class Rejection(ConvexcheckError):
    """A step of a certificate that is not an instance of its rule."""


def require(holds: object, step: str, reason: str, *pieces: object) -> None:
    """Raise Rejection unless `holds`; the pieces are printed into `reason` only then."""
    if not holds:
        raise Rejection(step, reason.format(*pieces))


class Scope(Record):
    """`context` holds on the domain, `interior` on its relative interior; `indices`: opened ones, innermost first."""

    context: Context
    interior: Context
    indices: tuple[Expression, ...] = ()
    used: Counter[str] = field(default_factory=Counter)

    def place(self, step: str, e: Expression) -> Expression:
        """An expression of the evidence, its loose indices bound to the opened ones, real on the domain."""
        formed = e.loose <= len(self.indices) and not e.names("index")
        require(formed and all(ok for ok, _, _ in self.context.statement.uses(e)), step, "{} is not well formed", e)
        placed = instantiate(e, self.indices)
        require(total(placed, self.context), step, "{} may be undefined", placed)
        return placed

    def over(self, sizes: Sequence[Expression], *avoid: Expression) -> "Scope":
        """The scope with a fresh index for each of `sizes`, the first of them innermost."""
        new: list[Expression] = []
        for size in sizes:
            new.append(fresh(size, *avoid, *self.indices, *self.context.indices, *new))
        return replace(self, indices=(*new, *self.indices))

    def parts(self, step: str, e: Expression, args: Sequence[Expression], premises: Sequence[Any]) -> Iterator[Any]:
        """The body of a binder in the scope inside, else `args` in this scope, each with its premise."""
        inner = self.over(e.args[:1], e) if e.op in BINDERS else self
        parts = [instantiate(e.args[1], inner.indices[:1])] if e.op in BINDERS else args
        require(parts and len(parts) == len(premises), step, "{} premises for {}", len(premises), e)
        return zip(parts, premises, [inner] * len(parts), strict=True)


def sign(e: Expression, strict: bool, rule: ev.Sign, scope: Scope) -> None:
    """Return if `rule` shows e > 0 (`strict`) or e >= 0, else raise Rejection."""
    step = type(rule).__name__
    scope.used[step] += 1
    require(not strict or isinstance(rule, ev.Bounds | ev.Rewritten), step, "the rule shows >= 0 only")
    if isinstance(rule, ev.Bounds):
        bounds = [scope.context.bounds(form) for form in (e, normal(e, scope.context))]
        shown = any(i.positive or (i.lo >= 0 and not strict) for i in bounds)
        require(shown, step, "bounds do not show {} {} 0", e, ">" if strict else ">=")
    elif isinstance(rule, ev.Rewritten):
        target = scope.place(step, rule.target)
        require(identical(e, target, scope.context), step, "{} is not identical to {}", e, target)
        sign(target, strict, rule.premise, scope)
    elif isinstance(rule, ev.DiagonalLowRank):
        _diagonal_low_rank(e, rule, scope)
    else:
        require(e.op in ("add", "mul", "Sum"), step, "{} is no sum or product", e)
        for part, premise, inner in scope.parts(step, e, e.args, rule.premises):
            sign(part, False, premise, inner)


def _diagonal_low_rank(e: Expression, rule: ev.DiagonalLowRank, scope: Scope) -> None:
    """Sum_k a_k z_k**2 + m L**2 >= 0 for all z iff G + m G**2 >= 0, where L = Sum a_k r_k z_k and G = Sum a_k r_k**2.

    Minimise Sum a z**2 at given L = G s: the least value is G s**2, so the form is (G + m G**2) s**2 at its least.
    """
    step = "DiagonalLowRank"
    size, m = scope.place(step, rule.size), scope.place(step, rule.factor)
    require(size.op in ("dim", "const"), step, "a sum over {}", size)
    inner = scope.over([size], e, rule.direction, rule.weight, rule.vector)
    z, a, r = (inner.place(step, part) for part in (rule.direction, rule.weight, rule.vector))
    sign(a, False, rule.weight_sign, inner)
    square, L, G = (bind("Sum", inner.indices[0], each) for each in (a * z**2, a * r * z, a * r**2))
    form = square + m * L**2
    require(identical(e, form, scope.context), step, "{} is not identical to {}", e, form)
    sign(G + m * G**2, False, rule.least, scope)


SIDES = {"convex": 1, "concave": -1, "affine": 0}


def curvature(e: Expression, side: int, rule: ev.Curvature, scope: Scope) -> None:
    """Return if `rule` shows that `e` is convex (`side` +1), concave (-1) or affine (0), else raise Rejection."""
    step = type(rule).__name__
    scope.used[step] += 1
    require(side or isinstance(rule, ev.Affine | ev.Rewriting), step, "the rule does not show that {} is affine", e)
    if isinstance(rule, ev.Affine):
        require(is_affine(e, scope.context), step, "{} is not affine", e)
    elif isinstance(rule, ev.Maximum):
        require(side == 1 and e.op in ("max", "abs", "Max"), step, "{} is no maximum", e)
        args = (e.args[0], -e.args[0]) if e.op == "abs" else e.args
        for part, premise, inner in scope.parts(step, e, args, rule.premises):
            curvature(part, 1, premise, inner)
    elif isinstance(rule, ev.Rewriting):
        target = scope.place(step, rule.target)
        require(identical(e, target, scope.context), step, "{} is not identical to {}", e, target)
        curvature(target, side, rule.premise, scope)
    elif isinstance(rule, ev.SecondOrder):
        sign(side * smooth_form(e, scope), False, rule.form, replace(scope, context=scope.interior))
    else:
        _composition(e, side, rule, scope)


def smooth_form(e: Expression, scope: Scope) -> Expression:
    """D2 e [v, v] for an `e` that is C2 on the relative interior; continuity then reaches the whole domain."""
    require(rooted(e, scope.interior), "SecondOrder", "a root in {} may not be smooth", e)
    return hessian_form(e)


def _composition(e: Expression, side: int, rule: ev.Composition, scope: Scope) -> None:
    """h(g_1, ..., g_m), h convex and monotone on a convex set that holds the range of g.

    With p = g(tx + (1-t)y) and q = t g(x) + (1-t) g(y), q - p is >= 0 in the convex arguments, <= 0 in the concave
    and 0 in the affine ones; D h[v] >= 0 for such v gives h(p) <= h(q) (Boyd and Vandenberghe, section 3.2.4).
    """
    step = "Composition"
    outer, outer_scope = slots(rule, scope, e)
    entries: dict[tuple[str, str], Expression] = {}
    for slot in rule.slots:
        entries["var", slot.name] = instantiate(slot.body, [*map(bound, range(len(slot.sizes))), *scope.indices])
        inner = scope.over(slot.sizes, e, slot.body)
        curvature(inner.place(step, slot.body), SIDES[slot.curvature], slot.premise, inner)
    own = outer.names("var") <= set(outer_scope.context.statement.variables) and len(entries) == len(rule.slots)
    require(own and substitute(outer, entries) is e, step, "{} at its slots is not {}", outer, e)
    curvature(outer, side, rule.premise, outer_scope)
    still = {("dir", slot.name): 0 for slot in rule.slots if slot.curvature == "affine"}
    moves = len(still) < len(rule.slots)
    require(moves == (rule.monotone is not None), step, "monotonicity is for arguments that are not affine")
    if rule.monotone is not None:
        smooth_form(outer, outer_scope)
        moving = [(slot, generic("dir", slot.name, Declaration(slot.sizes))) for slot in rule.slots]
        directions = [Condition("ge", side * SIDES[slot.curvature] * d, slot.sizes) for slot, d in moving]
        along = substitute(derivative(outer), still)
        sign(along, False, rule.monotone, replace(outer_scope, context=outer_scope.interior.extended(directions)))


def slots(rule: ev.Composition, scope: Scope, e: Expression) -> tuple[Expression, Scope]:
    """The outer function, and the scope in which the slots are its variables."""
    ranges: dict[str, tuple[Declaration, Interval]] = {}
    for slot in rule.slots:
        inner = scope.over(slot.sizes, e, slot.body)
        i = inner.context.bounds(normal(inner.place("Composition", slot.body), inner.context))
        require(i.lo < i.hi and all(s.op in ("const", "dim") for s in slot.sizes), "Composition", "{} is no slot", slot)
        ranges[slot.name] = Declaration(slot.sizes), i
    outer_scope = replace(scope, context=scope.context.boxed(ranges), interior=scope.context.boxed(ranges, strict=True))
    return outer_scope.place("Composition", rule.outer), outer_scope


def strictness(
    e: Expression, variables: Mapping[str, Declaration], side: int, rule: ev.Curvature, shown: ev.Strict, scope: Scope
) -> str:
    """"always", or the condition in words, under which the checked `rule` and `shown` give strict curvature.

    D2 e [v, v] >= Sum c v**2 with c > 0: inside an interval, else on the whole domain, since a segment may lie in
    its boundary. Through an injective affine map a strictly convex function stays so.
    """
    weights = {name: (c, premise) for name, c, premise in shown.weights}
    if isinstance(rule, ev.Rewriting):
        return strictness(scope.place("strict", rule.target), variables, side, rule.premise, shown, scope)
    if isinstance(rule, ev.Composition) and all(slot.curvature == "affine" for slot in rule.slots):
        outer, inner = slots(rule, scope, e)
        weighed = {slot.name: slot for slot in rule.slots if slot.name in weights}
        declared = {n: Declaration(slot.sizes) for n, slot in weighed.items()}
        direct = strictness(outer, declared, side, rule.premise, shown, inner) == "always"
        require(direct, "strict", "only one affine map may lie between the variables and the squares")
        known = [(slot.body, slot.sizes) for slot in weighed.values()]
        whole = all((generic("var", name, d), d.shape) in known for name, d in variables.items())
        return "always" if whole else ev.injective(variables, weighed.values())
    fits = isinstance(rule, ev.SecondOrder) and set(weights) == set(variables) and len(weights) == len(shown.weights)
    require(fits, "strict", "a weight for every variable and a rule of second order are needed")
    single = [*scope.context.statement.variables.values()] == [Declaration()]
    scope = replace(scope, context=scope.interior if single else scope.context)
    form = side * smooth_form(e, scope)
    require(total(form, scope.context), "strict", "{} may be undefined on the domain's boundary", form)
    for name, (c, premise) in weights.items():
        inner, d = scope.over(variables[name].shape, e, c), variables[name]
        sign(inner.place("strict", c), True, premise, inner)
        form -= instantiate(over_all("Sum", d.shape, c * generic("dir", name, d) ** 2), scope.indices)
    sign(form, False, shown.rest, scope)
    return "always"
