"""Rules for a value >= 0, or > 0, wherever the facts hold (trusted)."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

from convexcheck.certificate.evidence import Bounds, DiagonalLowRank, EachTerm, Rewritten, Sign, SmallForm
from convexcheck.expression.binding import abstract
from convexcheck.expression.normal import Polynomial, expression, identical, normal, polynomial
from convexcheck.expression.term import ZERO, Expression, add, mul, over
from convexcheck.kernel.scope import Rejection, Scope

Matrix = Sequence[Sequence[Expression]]


def sign(e: Expression, strict: bool, rule: Sign, scope: Scope) -> None:
    """Return if `rule` shows e > 0 (`strict`) or e >= 0, else raise Rejection."""
    step = type(rule).__name__
    scope.used[step] += 1
    if isinstance(rule, Bounds):
        for form in (e, normal(e, scope.context)):
            i = scope.context.bounds(form)
            if i.positive or (i.lo >= 0 and not strict):
                return
        raise Rejection(step, f"bounds do not show {e} {'>' if strict else '>='} 0")
    if isinstance(rule, Rewritten):
        target = scope.place(step, rule.target)
        if not identical(e, target, scope.context):
            raise Rejection(step, f"{e} is not identical to {target}")
        sign(target, strict, rule.premise, scope)
    elif isinstance(rule, EachTerm):
        _each_term(e, strict, rule, scope)
    elif strict:
        raise Rejection(step, "the rule shows >= 0 only")
    elif isinstance(rule, DiagonalLowRank):
        _diagonal_low_rank(e, rule, scope)
    else:
        _small_form(e, rule, scope)


def _each_term(e: Expression, strict: bool, rule: EachTerm, scope: Scope) -> None:
    """A sum of values >= 0 is >= 0, and > 0 if one is; a product of values > 0 is > 0; a sum over a binder likewise."""
    if e.op == "Sum" and len(rule.premises) == 1:
        inner, body, _ = scope.open(e.args[1], e.args[0])
        if strict and scope.context.bounds(e.args[0]).lo < 1:
            raise Rejection("EachTerm", f"{e.args[0]} may be 0")
        sign(body, strict, rule.premises[0], inner)
    elif e.op in ("add", "mul") and len(e.args) == len(rule.premises):
        for k, (part, premise) in enumerate(zip(e.args, rule.premises, strict=True)):
            sign(part, strict and (e.op == "mul" or k == 0), premise, scope)
    else:
        raise Rejection("EachTerm", f"{len(rule.premises)} premises for {e}")


def _diagonal_low_rank(e: Expression, rule: DiagonalLowRank, scope: Scope) -> None:
    """Sum_k a_k z_k**2 + sum_pq M_pq L_p L_q >= 0 for all z iff G + G M G is PSD.

    Minimise Sum a z**2 at given L = G s: the least value is s'Gs, so the form is s'(G + G M G)s at its least.
    """
    step, rank = "DiagonalLowRank", len(rule.vectors)
    size = scope.place(step, rule.size)
    parts = (rule.direction, rule.weight, *rule.vectors)
    if any(p.loose > len(scope.indices) + 1 for p in parts) or size.op not in ("dim", "const"):
        raise Rejection(step, "an index that no binder opened")
    inner, _, index = scope.open(ZERO, size, e, *parts)
    z, a, *r = (inner.place(step, p) for p in parts)
    sign(a, False, rule.weight_sign, inner)
    m = [scope.place(step, x) for x in rule.matrix]
    if len(m) != rank * rank:
        raise Rejection(step, f"a matrix of {len(m)} entries for {rank} vectors")
    M = [m[p * rank : (p + 1) * rank] for p in range(rank)]
    if any(not identical(M[p][q], M[q][p], scope.context) for p in range(rank) for q in range(p)):
        raise Rejection(step, "the matrix M is not symmetric")

    def total(body: Expression) -> Expression:
        return over("Sum", size, abstract(body, [index]))

    L = [total(mul(a, r[p], z)) for p in range(rank)]
    span = [(p, q) for p in range(rank) for q in range(rank)]
    form = add(total(mul(a, z, z)), *(mul(M[p][q], L[p], L[q]) for p, q in span))
    if not identical(e, form, scope.context):
        raise Rejection(step, f"{e} is not identical to {form}")
    G = [[total(mul(a, r[p], r[q])) for q in range(rank)] for p in range(rank)]
    GM = [[add(*(mul(G[p][t], M[t][q]) for t in range(rank))) for q in range(rank)] for p in range(rank)]
    P = [[add(G[p][q], *(mul(GM[p][t], G[t][q]) for t in range(rank))) for q in range(rank)] for p in range(rank)]
    _principal_minors(step, P, rule.minors, scope)


def _small_form(e: Expression, rule: SmallForm, scope: Scope) -> None:
    """A symmetric matrix is PSD iff all its principal minors are >= 0 (Horn and Johnson, Theorem 7.2.5)."""
    names, M = form_matrix(e, scope)
    if not names:
        raise Rejection("SmallForm", f"{e} is not a quadratic form in scalar directions")
    _principal_minors("SmallForm", M, rule.minors, scope)


def form_matrix(e: Expression, scope: Scope) -> tuple[list[Expression], list[list[Expression]]]:
    """The directions and the symmetric matrix of a quadratic form; no directions if `e` is none."""
    entries: dict[tuple[Expression, ...], Polynomial] = {}
    for m, c in polynomial(e, scope.context).items():
        v = [g for g, k in m if g.op == "dir" for _ in range(int(k))]
        rest = tuple((g, k) for g, k in m if g.op != "dir")
        if len(v) != 2 or any(g.has("dir") for g, _ in rest) or any(k.denominator > 1 or k < 1 for g, k in m if g.op == "dir"):
            return [], []
        entries.setdefault(tuple(v), {})[rest] = c if v[0] is v[1] else c / 2
    names = sorted({v for pair in entries for v in pair}, key=lambda v: v.key)
    at = {(p, q): expression(x) for pair, x in entries.items() for p, q in (pair, pair[::-1])}
    return names, [[at.get((p, q), ZERO) for q in names] for p in names]


def _principal_minors(step: str, M: Matrix, premises: Sequence[Sign], scope: Scope) -> None:
    subsets = [s for k in range(1, len(M) + 1) for s in combinations(range(len(M)), k)]
    if len(subsets) != len(premises):
        raise Rejection(step, f"{len(premises)} premises for {len(subsets)} principal minors")
    for subset, premise in zip(subsets, premises, strict=True):
        sign(determinant([[M[p][q] for q in subset] for p in subset]), False, premise, scope)


def determinant(M: Matrix) -> Expression:
    """The determinant by expansion along the first row."""
    if len(M) == 1:
        return M[0][0]
    return add(
        *(
            mul((-1) ** q, M[0][q], determinant([[*row[:q], *row[q + 1 :]] for row in M[1:]]))
            for q in range(len(M))
            if M[0][q] is not ZERO
        )
    )
