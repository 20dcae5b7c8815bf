"""Affine pieces of an expression as arguments of one outer function (untrusted).

``Sum(i < n, softplus(-y[i]*(X @ w)[i]))`` becomes ``Sum(i < n, softplus(t[i]))`` at the affine array t. An affine
piece is never expanded, so proofs do not see how many weights it has.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import chain, count
from math import comb, prod

from convexcheck.certificate.evidence import Affine, Slot
from convexcheck.expression.bounds import Context, meet
from convexcheck.expression.normal import is_affine, normal
from convexcheck.expression.statement import Declaration
from convexcheck.expression.term import (
    BINDERS,
    MATRICES,
    Expression,
    abstract,
    add,
    bound,
    entry,
    instantiate,
    mul,
    nodes,
    opened,
    opened_matrix,
    over,
    rebuild,
    shift,
    transform,
)
from convexcheck.search.scope import Scope

MAX_TERMS, MAX_PRODUCT = 2000, 200
NAMES = ("t", "u", "v", "r", "s")


def looks_affine(e: Expression) -> bool:
    """Whether `e` is affine in the variables as it is written, without any rewriting."""
    if not e.has("var"):
        return True
    if e.op == "mul":
        return sum(a.has("var") for a in e.args) == 1 and all(looks_affine(a) for a in e.args)
    if e.op == "var":
        return not any(a.has("var") for a in e.args)
    return e.op in ("add", "Sum") and all(looks_affine(a) for a in e.args)


def affine(e: Expression, context: Context) -> bool:
    """Whether `e` is affine by its normal form, where that is not too long to be looked for."""
    return looks_affine(e) or (not long(e) and is_affine(e, context))


def long(e: Expression) -> bool:
    """Whether it would take long to multiply `e` out: it has many terms, or a power or product of sums has many."""
    products = (n for n in nodes(e) if n.op == "pow" or (n.op == "mul" and sum(terms(a) > 1 for a in n.args) > 1))
    return terms(e) > MAX_TERMS or any(terms(n) > MAX_PRODUCT for n in products)


def terms(e: Expression) -> int:
    """About how many terms a sum has once it is multiplied out.

    >>> x, y = entry("var", "x"), entry("var", "y")
    >>> terms((x + y) ** 3), terms((x + y) * (x + 1) + y)
    (4, 5)
    """
    if e.op == "add":
        return sum(map(terms, e.args))
    if e.op == "mul":
        return prod(map(terms, e.args))
    if e.op == "pow" and e.args[1].op == "const" and e.args[1].data.denominator == 1 and e.args[1].data > 0:
        return comb(terms(e.args[0]) + int(e.args[1].data) - 1, int(e.args[1].data))
    return terms(e.args[1]) if e.op == "Sum" else 1


@dataclass
class Slots:
    """Collects the affine pieces of expressions of one scope; `strip` leaves factors and constants outside.

    With `numbers` the factors that it leaves outside are numbers only: y*t stays one piece. Pieces that `kinks` chooses
    are arguments too, although they are not affine.

    `pieces` maps a piece, with the indices of its own binders abstracted, to the slot's name and sizes.
    """

    scope: Scope
    strip: bool
    numbers: bool = False
    kinks: Callable[[Expression], bool] = lambda e: False
    pieces: dict[Expression, tuple[str, tuple[Expression, ...]]] = field(default_factory=dict)

    def outer(self, e: Expression, own: tuple[Expression, ...] = ()) -> Expression:
        """`e` with its affine pieces replaced by slot entries; `own` are the indices opened on the way."""
        if not e.has("var"):
            return e
        if looks_affine(e) or self.kinks(e):
            return self.entry(e, own)
        if e.op in BINDERS:
            body, index = opened(e, *own, *self.scope.indices)
            return over(e.op, e.args[0], abstract(self.outer(body, (index, *own)), [index]))
        if e.op in MATRICES:
            entry, place = opened_matrix(e, *own, *self.scope.indices)
            inside = abstract(self.outer(entry, (*place, *own)), place)
            return rebuild(e, [*(self.outer(a, own) for a in e.args[:-1]), inside])
        if e.op == "add":
            flat = [a for a in e.args if looks_affine(a) and (a.has("var") or not self.strip)]
            rest = [self.outer(a, own) for a in e.args if a not in flat]
            piece = add(*flat)
            return add(*rest, self.entry(piece, own) if piece.has("var") else piece)
        return rebuild(e, [self.outer(a, own) for a in e.args])

    def entry(self, e: Expression, own: tuple[Expression, ...]) -> Expression:
        """The slot's entry for an affine piece; a new slot if no equal piece is known."""
        if self.strip:
            if e.op == "add":
                fixed = [a for a in e.args if not a.has("var")]
                moving = add(*(a for a in e.args if a.has("var")))
                if fixed:
                    return add(*fixed, self.entry(moving, own))
            elif e.op == "mul":
                fixed = [a for a in e.args if not a.has("var") and (a.op == "const" or not self.numbers)]
                if fixed:
                    return mul(*fixed, self.entry(mul(*(a for a in e.args if a not in fixed)), own))
        used = [i for i in own if ("index", i.data) in e.symbols]
        pattern = abstract(e, used)
        sizes = tuple(i.args[0] for i in used)
        if pattern not in self.pieces:
            name = next(n for n in self._names() if n not in {known for known, _ in self.pieces.values()})
            self.pieces[pattern] = (name, sizes)
        return entry("var", self.pieces[pattern][0], used)

    def _names(self) -> Iterator[str]:
        s = self.scope.context.statement
        taken = {*s.variables, *s.parameters, *s.sizes}
        yield from (n for n in chain(NAMES, (f"t{k}" for k in count(1))) if n not in taken)

    def identity(self) -> bool:
        """Whether every piece is one whole variable, so that nothing is gained."""
        return all(p.op == "var" and len(p.args) == len(sizes) for p, (_, sizes) in self.pieces.items())

    def entrywise(self) -> bool:
        """Whether every piece is a multiple of one entry of a variable plus a constant, each over a whole variable."""
        seen = [_single(p) for p in self.pieces]
        shapes = {n: d.shape for n, d in self.scope.context.statement.variables.items()}
        fits = [e is not None and shapes[e.data] == s for e, (_, s) in zip(seen, self.pieces.values(), strict=True)]
        return all(fits) and len({e.data for e in seen if e}) == len(seen)

    def slots(self) -> tuple[Slot, ...]:
        """The slots as evidence, each with an affine body."""
        out = []
        for pattern, (name, sizes) in self.pieces.items():
            out.append(Slot(name, sizes, _close(pattern, len(sizes), self.scope), "affine", Affine()))
        return tuple(out)

    def boxed(self) -> Scope | None:
        """The scope in which the slots are the variables; None if one of them is constant."""
        ranges = {}
        for slot in self.slots():
            inner = self.scope.over(slot.sizes, slot.body)
            body = instantiate(slot.body, inner.indices)
            i = meet(inner.context.bounds(body), inner.context.bounds(normal(body, inner.context)))
            if i.lo >= i.hi:
                return None
            ranges[slot.name] = (Declaration(slot.sizes), i)
        return self.scope.boxed(ranges)


def _single(e: Expression) -> Expression | None:
    """The variable entry of ``c * x[0', 1', ...] + d`` with constants c and d, if `e` is that."""
    moving = [a for a in (e.args if e.op == "add" else (e,)) if a.has("var")]
    fixed = [a for a in (e.args if e.op == "add" else ()) if not a.has("var")]
    term = moving[0]
    if term.op == "mul" and len(term.args) == 2 and term.args[0].op == "const":
        term = term.args[1]
    plain = len(moving) == 1 and all(a.op == "const" for a in fixed) and term.op == "var"
    return term if plain and term.args == tuple(map(bound, range(len(term.args)))) else None


def _close(pattern: Expression, own: int, scope: Scope) -> Expression:
    """Abstract the scope's indices behind the slot's own bound indices 0 .. own - 1."""
    places = {index: bound(own + j) for j, index in enumerate(scope.indices)}
    return transform(pattern, lambda e, level: shift(places[e], level) if e in places else None)
