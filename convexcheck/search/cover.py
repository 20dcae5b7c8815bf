"""Covers of a box: parts on which a matrix is PSD in balls, found by bisection (untrusted).

A part is cut along the entry whose width contributes most to the balls' radii; the search gives up at a point where
the matrix is not positive definite, since no cover exists then.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import inf
from typing import Any

import flint
import numpy as np

from convexcheck.certificate.evidence import Cover
from convexcheck.expression.evaluate import evaluate
from convexcheck.expression.functions import derivative
from convexcheck.expression.normal import identical
from convexcheck.expression.term import ONE, ZERO, Expression, add, entry, mul, nodes, rebuild, substitute, transform
from convexcheck.search.scope import Scope

MAX_ENTRIES, MAX_PARTS, MAX_DEPTH = 4, 600, 40
Part = tuple[tuple[Fraction, Fraction], ...]
Matrix = list[list[Expression]]


def cover(e: Expression, scope: Scope, strict: bool = False) -> Cover | None:
    """Evidence that a form, or a value without directions, is >= 0 on a box (a value also > 0), or None.

    Args:
        e: the form or value.
        scope: its facts say in which box the entries lie.
        strict: ask for > 0.
    """
    vector = sorted({n for n in nodes(e) if n.op == "dir"}, key=lambda n: n.key)
    entries = sorted({n for n in nodes(e) if n.op in ("var", "par")}, key=lambda n: n.key)
    box = tuple(scope.context.bounds(x)[:2] for x in entries)
    inside = 1 <= len(entries) <= MAX_ENTRIES and all(-inf < lo <= hi < inf for lo, hi in box)
    if not inside or len(vector) > MAX_ENTRIES or any(n.op in ("index", "bound", "dim") for n in nodes(e)):
        return None
    whole = tuple((Fraction(lo), Fraction(hi)) for lo, hi in box)
    matrix = _matrix(e, vector) if vector else [[e]]
    y = vector or [ONE]
    pairs = [(p, q) for p in range(len(y)) for q in range(p + 1)]
    form = add(*(mul(1 + (p != q), matrix[p][q], y[p], y[q]) for p, q in pairs))
    tree = _Bisection(matrix, entries, scope).tree(whole)
    if tree is None or (strict and vector) or not identical(e, form, scope.context):
        return None
    close = scope.close
    return Cover(tuple(map(close, y)), tuple(close(matrix[p][q]) for p, q in pairs), tuple(map(close, entries)), tree)


def _matrix(e: Expression, vector: Sequence[Expression]) -> Matrix:
    """Half the second derivatives of a form in its directions, as they come, so that balls stay small."""
    names = {v: entry("var", f"d{k}") for k, v in enumerate(vector)}
    fixed = transform(e, lambda n, _: names.get(n) or (Expression("par", n.args, n.data) if n.op == "var" else None))
    slope = derivative(fixed)

    def unit(k: int, op: str) -> dict[tuple[str, Any], Expression]:
        return {(op, f"d{j}"): ONE if j == k else ZERO for j in range(len(vector))}

    back = {n: x for x in nodes(e) if x.op == "var" for n in [Expression("par", x.args, x.data)]}

    def cell(p: int, q: int) -> Expression:
        twice = substitute(substitute(slope, unit(p, "dir")), unit(q, "var"))
        return _folded(mul(Fraction(1, 2), transform(_folded(twice), lambda n, _: back.get(n))))

    return [[cell(max(p, q), min(p, q)) for q in range(len(vector))] for p in range(len(vector))]


def _folded(e: Expression) -> Expression:
    """`e` without products with 0 (it is defined, so they are 0)."""
    args = [_folded(a) for a in e.args]
    return ZERO if e.op == "mul" and ZERO in args else rebuild(e, args)


class _Bisection:
    """Parts of a box, cut until the balls for the matrix show it positive definite."""

    def __init__(self, matrix: Matrix, entries: Sequence[Expression], scope: Scope) -> None:
        names = {x: entry("var", f"c{k}") for k, x in enumerate(entries)}
        self.matrix = [[transform(a, lambda n, _: names.get(n)) for a in row] for row in matrix]
        self.scope, self.count = scope, 0

    def tree(self, part: Part, depth: int = 0) -> tuple[int, ...] | None:
        """The walk through the parts of `part`, or None where the search gives up."""
        self.scope.tick()
        self.count += 1
        if self.count > MAX_PARTS or depth > MAX_DEPTH:
            return None
        balls = self.balls(part)
        if _definite(balls):
            return (-1,)
        middle = tuple(((lo + hi) / 2,) * 2 for lo, hi in part)
        if not _definite(self.balls(middle)):
            return None
        k = self.widest(part)
        lo, hi = part[k]
        below, above = ((*part[:k], half, *part[k + 1 :]) for half in ((lo, (lo + hi) / 2), ((lo + hi) / 2, hi)))
        first = self.tree(below, depth + 1)
        second = self.tree(above, depth + 1) if first is not None else None
        return None if first is None or second is None else (k, *first, *second)

    def balls(self, part: Part) -> list[list[Any]]:
        """The matrix in balls on a part."""
        values = {}
        for k, interval in enumerate(part):
            lo, hi = (flint.arb(flint.fmpq(q.numerator, q.denominator)) for q in interval)
            values["var", f"c{k}"] = np.array(lo.union(hi), dtype=object)
        cells = {}
        for p in range(len(self.matrix)):
            for q in range(p + 1):
                cells[p, q] = cells[q, p] = evaluate(self.matrix[p][q], values, {})
        return [[cells[p, q] for q in range(len(self.matrix))] for p in range(len(self.matrix))]

    def widest(self, part: Part) -> int:
        """The entry that adds most to the radii."""

        def left(k: int) -> float:
            lo, hi = part[k]
            quarter = (hi - lo) / 4
            thin = (*part[:k], (lo + quarter, hi - quarter), *part[k + 1 :])
            radii = [float(ball.rad()) if ball.is_finite() else 1e30 for row in self.balls(thin) for ball in row]
            return sum(radii)

        wide = [k for k, (lo, hi) in enumerate(part) if lo < hi]
        return min(wide, key=lambda k: (left(k), part[k][0] - part[k][1]))


def _definite(M: list[list[Any]]) -> bool:
    """Whether elimination in balls finds positive pivots only."""
    M = [[*row] for row in M]
    for k, row in enumerate(M):
        if not row[k] > 0:
            return False
        for other in M[k + 1 :]:
            factor = other[k] / row[k]
            other[k:] = [a - factor * b for a, b in zip(other[k:], row[k:], strict=True)]
    return True
