"""Forms of a diagonal over an index, a few sums along it, and a few more numbers (untrusted).

``Sum_k a_k v_k**2 + y'M y`` is read off the normal form, y = (L_1, ..., L_r, t_1, ..., t_s) and L_p = Sum_k l_pk v_k;
its least value in v leaves a small matrix of values (`kernel.forms.diagonal_low_rank` has the proof).
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import product

from convexcheck.certificate.evidence import DiagonalLowRank, Sign
from convexcheck.expression.normal import expression, identical, normal, polynomial
from convexcheck.expression.obligations import total
from convexcheck.expression.term import ONE, ZERO, Expression, add, bind, const, fresh, instantiate, mul
from convexcheck.search.minors import MAX_SIZE, Prove, positive_minors
from convexcheck.search.scope import Scope


def diagonal_low_rank(e: Expression, scope: Scope, prove: Prove) -> Sign | None:
    """Evidence that the form `e` is >= 0, or None.

    Args:
        e: a form whose sums with directions all run over one size.
        scope: its facts.
        prove: what looks for the signs of weights and minors.
    """
    c = scope.context
    p = polynomial(e, c)
    sizes = {g.args[0] for m in p for g, _ in m if g.op == "Sum" and g.has("dir")}
    if len(sizes) != 1:
        return None
    size = sizes.pop()
    index = fresh(size, e, *scope.indices)
    weights: list[Expression] = []
    cells: dict[tuple[Expression, Expression], list[Expression]] = {}
    directions: set[Expression] = set()
    for m, coefficient in p.items():
        moving = [g for g, k in m if g.has("dir") for _ in range(int(k))]
        whole = all(k.denominator == 1 and k > 0 for g, k in m if g.has("dir"))
        factor = expression({tuple(f for f in m if not f[0].has("dir")): coefficient})
        parts: list[Read | None] = [
            read(instantiate(g.args[1], [index])) if g.op == "Sum" else (None, int(g.op == "dir"), g) for g in moving
        ]
        if not whole or any(part is None for part in parts):
            return None
        found = [part for part in parts if part is not None]
        directions |= {v for v, _, _ in found if v is not None}
        if [k for _, k, _ in found] == [2]:
            weights.append(mul(factor, found[0][2]))
        elif [k for _, k, _ in found] == [1, 1]:
            # a sum is known by its line, a number by itself; the index keeps the two apart
            keys = [rest if v is None else bind("Sum", index, mul(rest, v)) for v, _, rest in found]
            cells.setdefault((keys[0], keys[1]), []).append(factor)
        else:
            return None
    if len(directions) != 1 or not weights:
        return None
    direction, weight = directions.pop(), normal(add(*weights), c)
    inner = scope.over([size], e)
    names = sorted({y for pair in cells for y in pair}, key=lambda y: (y.op != "Sum", y.key))
    lines = [y for y in names if y.op == "Sum"]
    others = names[len(lines) :]
    if not lines or len(names) > MAX_SIZE or inner.indices[0] is not index:
        return None
    vectors = []
    for y in lines:
        part = read(instantiate(y.args[1], [index]))
        vectors.append(normal((part[2] if part else ZERO) / weight, c))
    sign = prove(weight, inner, False)
    if sign is None or not all(total(r, inner.context) for r in vectors):
        return None
    matrix = [[_cell(cells, a, b) for b in names] for a in names]
    ratios = _ratios(matrix, scope) if not others else []
    if len(ratios) > 1:  # one sum in several parts
        vectors = [add(*(mul(q, r) for q, r in zip(ratios, vectors, strict=True)))]
        names, matrix = names[:1], [[matrix[0][0]]]
    least = _least(weight, vectors, matrix, index)
    premises = positive_minors(least, scope, prove)
    if premises is None:
        return None
    triangle = tuple(scope.close(matrix[i][j]) for i in range(len(names)) for j in range(i + 1))
    close = inner.close
    return DiagonalLowRank(
        scope.close(size), close(direction), close(weight), tuple(map(close, vectors)),
        tuple(map(scope.close, others)), triangle, sign, premises,
    )  # fmt: skip


Read = tuple[Expression | None, int, Expression]


def read(body: Expression) -> Read | None:
    """A product as (direction entry, its power, the other factors); None if it is something else."""
    factors = body.args if body.op == "mul" else (body,)
    moving = [f for f in factors if f.has("dir")]
    if len(moving) != 1:
        return None
    base, q = moving[0].args if moving[0].op == "pow" else (moving[0], ONE)
    if base.op != "dir" or q.op != "const" or q.data not in (1, 2):
        return None
    return base, int(q.data), mul(*(f for f in factors if f is not moving[0]))


def _cell(cells: dict[tuple[Expression, Expression], list[Expression]], a: Expression, b: Expression) -> Expression:
    both = [*cells.get((a, b), []), *(cells.get((b, a), []) if a is not b else [])]
    return mul(1, add(*both)) if a is b else mul(Fraction(1, 2), add(*both))


def _ratios(M: list[list[Expression]], scope: Scope) -> list[Expression]:
    """Constants q with M_pq = q_p q_q M_11, if there are any."""
    c, first = scope.context, M[0][0]
    if not polynomial(first, c) or not total(1 / first, c):
        return []
    q = [normal(row[0] / first, c) for row in M]
    n = range(len(M))
    fits = all(x.op == "const" for x in q) and all(identical(M[i][j], q[i] * q[j] * first, c) for i in n for j in n)
    return q if fits else []


def _least(
    weight: Expression, vectors: Sequence[Expression], M: list[list[Expression]], index: Expression
) -> list[list[Expression]]:
    """The matrix that the least value in v leaves: diag(G, 0) + E M E with E = diag(G, 1)."""
    n, r = range(len(M)), len(vectors)
    G = [[bind("Sum", index, weight * u * v) for u in vectors] for v in vectors]
    E = [[G[p][q] if max(p, q) < r else const(int(p == q)) for q in n] for p in n]

    def cell(p: int, q: int) -> Expression:
        terms = (E[p][i] * M[i][j] * E[j][q] for i, j in product(n, n) if ZERO not in (E[p][i], E[j][q]))
        return add(*terms, G[p][q] if max(p, q) < r else ZERO)

    return [[cell(p, q) for q in n] for p in n]
