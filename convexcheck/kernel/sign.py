"""Rules for a value >= 0, or > 0, wherever the facts hold; and the scope in which rules are checked (trusted)."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import field, replace
from itertools import combinations

from convexcheck.certificate.evidence import Bounds, DiagonalLowRank, EachTerm, Rewritten, Sign
from convexcheck.expression.bounds import Context, total
from convexcheck.expression.errors import ConvexcheckError, Record
from convexcheck.expression.normal import identical, normal
from convexcheck.expression.term import ZERO, Expression, abstract, add, fresh, instantiate, mul, over


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
        require(e.loose <= len(self.indices) and not e.names("index"), step, "{} has indices that no binder opened", e)
        require(all(holds for holds, _, _ in self.context.statement.uses(e)), step, "{} is not well formed", e)
        placed = instantiate(e, self.indices)
        require(total(placed, self.context), step, "{} may be undefined", placed)
        return placed

    def over(self, sizes: Sequence[Expression], *avoid: Expression) -> "Scope":
        """The scope with a fresh index for each of `sizes`, the first of them innermost."""
        new: list[Expression] = []
        for size in sizes:
            new.append(fresh(size, *avoid, *self.indices, *self.context.indices, *new))
        return replace(self, indices=(*new, *self.indices))

    def open(self, binder: Expression) -> tuple["Scope", Expression]:
        """The scope inside a binder, and its body there."""
        inner = self.over(binder.args[:1], binder)
        return inner, instantiate(binder.args[1], inner.indices[:1])


def sign(e: Expression, strict: bool, rule: Sign, scope: Scope) -> None:
    """Return if `rule` shows e > 0 (`strict`) or e >= 0, else raise Rejection."""
    step = type(rule).__name__
    scope.used[step] += 1
    if isinstance(rule, Bounds):
        bounds = [scope.context.bounds(form) for form in (e, normal(e, scope.context))]
        shown = any(i.positive or (i.lo >= 0 and not strict) for i in bounds)
        require(shown, step, "bounds do not show {} {} 0", e, ">" if strict else ">=")
    elif isinstance(rule, Rewritten):
        target = scope.place(step, rule.target)
        require(identical(e, target, scope.context), step, "{} is not identical to {}", e, target)
        sign(target, strict, rule.premise, scope)
    else:
        require(not strict, step, "the rule shows >= 0 only")
        _diagonal_low_rank(e, rule, scope) if isinstance(rule, DiagonalLowRank) else _each_term(e, rule, scope)


def _each_term(e: Expression, rule: EachTerm, scope: Scope) -> None:
    parts = [scope.open(e)] if e.op == "Sum" else [(scope, a) for a in e.args if e.op in ("add", "mul")]
    require(parts and len(parts) == len(rule.premises), "EachTerm", "{} premises for {}", len(rule.premises), e)
    for (inner, part), premise in zip(parts, rule.premises, strict=True):
        sign(part, False, premise, inner)


def _diagonal_low_rank(e: Expression, rule: DiagonalLowRank, scope: Scope) -> None:
    """Sum_k a_k z_k**2 + sum_pq M_pq L_p L_q >= 0 for all z iff G + G M G is PSD.

    Minimise Sum a z**2 at given L = G s: the least value is s'Gs, so the form is s'(G + G M G)s at its least.
    """
    step, rank = "DiagonalLowRank", range(len(rule.vectors))
    size = scope.place(step, rule.size)
    inner = scope.over([size], e, rule.direction, rule.weight, *rule.vectors)
    z, a, *r = (inner.place(step, p) for p in (rule.direction, rule.weight, *rule.vectors))
    entries = [scope.place(step, x) for x in rule.matrix]
    fits = size.op in ("dim", "const") and len(entries) == len(rank) ** 2 and len(rule.minors) == 2 ** len(rank) - 1
    require(fits, step, "size {}, {} vectors, {} entries, {} minors", size, len(rank), len(entries), len(rule.minors))
    sign(a, False, rule.weight_sign, inner)

    def total_over(*factors: Expression) -> Expression:
        return over("Sum", size, abstract(mul(*factors), inner.indices[:1]))

    M = [entries[p * len(rank) : (p + 1) * len(rank)] for p in rank]
    L = [total_over(a, r[p], z) for p in rank]
    form = add(total_over(a, z, z), *(mul(M[p][q], L[p], L[q]) for p in rank for q in rank))
    symmetric = all(identical(M[p][q], M[q][p], scope.context) for p in rank for q in range(p))
    require(symmetric and identical(e, form, scope.context), step, "{} is not identical to {}, M symmetric", e, form)
    G = [[total_over(a, r[p], r[q]) for q in rank] for p in rank]
    GM = [[add(*(mul(G[p][t], M[t][q]) for t in rank)) for q in rank] for p in rank]
    P = [[add(G[p][q], *(mul(GM[p][t], G[t][q]) for t in rank)) for q in rank] for p in rank]
    subsets = [s for k in rank for s in combinations(rank, k + 1)]
    for s, premise in zip(subsets, rule.minors, strict=True):  # PSD iff all principal minors >= 0 (Horn, Johnson 7.2.5)
        sign(_determinant([[P[p][q] for q in s] for p in s]), False, premise, scope)


def _determinant(M: Sequence[Sequence[Expression]]) -> Expression:
    """The determinant by expansion along the first row."""
    if len(M) == 1:
        return M[0][0]
    rest = [[[*row[:q], *row[q + 1 :]] for row in M[1:]] for q in range(len(M))]
    return add(*(mul((-1) ** q, M[0][q], _determinant(rest[q])) for q in range(len(M)) if M[0][q] is not ZERO))
