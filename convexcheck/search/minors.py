"""Forms in few numbers whose matrix has principal minors >= 0 (untrusted).

Each minor is a value without directions, so that everything that is known about signs of values helps.
Source: R. A. Horn and C. R. Johnson, Matrix Analysis, theorem 7.2.5.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import combinations

from convexcheck.certificate.evidence import Minors, Sign
from convexcheck.expression.errors import ConvexcheckError
from convexcheck.expression.term import ONE, Expression, add, mul
from convexcheck.search.scope import Scope

MAX_SIZE = 3
Matrix = Sequence[Sequence[Expression]]
Prove = Callable[[Expression, Scope, bool], Sign | None]  # evidence that a value is >= 0 (True: > 0)


def minors(vector: Sequence[Expression], matrix: Matrix, scope: Scope, prove: Prove) -> Minors | None:
    """Evidence for ``y'M y >= 0``, or None.

    Args:
        vector: y.
        matrix: M, symmetric, free of y.
        scope: facts about the entries of M.
        prove: what looks for the sign of a minor.
    """
    premises = positive_minors(matrix, scope, prove)
    if premises is None:
        return None
    triangle = tuple(scope.close(matrix[i][j]) for i in range(len(vector)) for j in range(i + 1))
    return Minors(tuple(map(scope.close, vector)), triangle, premises)


def positive_minors(matrix: Matrix, scope: Scope, prove: Prove) -> tuple[Sign, ...] | None:
    """Evidence that all principal minors are >= 0, in binary order; or that the leading ones are > 0, the last >= 0."""
    n = len(matrix)
    if not 1 <= n <= MAX_SIZE:
        return None
    found: dict[tuple[int, ...], Sign | None] = {}

    def sign(kept: tuple[int, ...], strict: bool = False) -> Sign | None:
        if strict or kept not in found:
            scope.tick()
            try:
                value = determinant([[matrix[p][q] for q in kept] for p in kept])
                proof = prove(value, scope, strict)
            except ConvexcheckError:  # an expression or normal form that is too large
                proof = None
            if strict:
                return proof
            found[kept] = proof
        return found[kept]

    # the diagonal first, then the whole determinant: they fail soonest
    if any(sign((k,)) is None for k in range(n)) or sign(tuple(range(n))) is None:
        return None
    leading = [sign(tuple(range(k)), strict=True) for k in range(1, n)] if n > 2 else [None]
    whole = sign(tuple(range(n)))
    if n > 2 and all(leading) and whole:
        return (*(p for p in leading if p), whole)
    every = sorted((c for k in range(1, n + 1) for c in combinations(range(n), k)), key=lambda c: sum(2**k for k in c))
    premises = [sign(c) for c in every]
    return tuple(p for p in premises if p) if all(premises) else None


def determinant(M: Matrix) -> Expression:
    """The determinant as the kernel writes it: expanded along the first row."""
    rest = [[[*row[:k], *row[k + 1 :]] for row in M[1:]] for k in range(len(M))]
    return add(*(mul((-1) ** k, M[0][k], determinant(rest[k])) for k in range(len(M)))) if M else ONE
