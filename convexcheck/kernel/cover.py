"""The rule that evaluates a matrix in balls on the parts of a box (trusted).

Source: A. Neumaier, Interval Methods for Systems of Equations, chapters 1 and 5.
"""

from math import inf

import flint
import numpy as np

from convexcheck.certificate import evidence as ev
from convexcheck.expression.evaluate import evaluate
from convexcheck.expression.normal import identical
from convexcheck.expression.term import ENTRIES, ONE, entry, nodes, transform
from convexcheck.kernel.forms import quadratic, semidefinite, symmetric
from convexcheck.kernel.scope import Goals, SignGoal, require


def cover(goal: SignGoal[ev.Cover]) -> Goals:
    """y'M y >= 0 where every matrix in the balls for M is PSD, on parts that leave nothing of the box out."""
    e, strict, rule, scope = goal
    y, flat, entries = ([scope.place("Cover", a) for a in part] for part in (rule.vector, rule.matrix, rule.entries))
    M = symmetric("Cover", flat, len(y))
    form = quadratic(M, y)
    require(identical(e, form, scope.context), "Cover", "{} is not identical to {}", e, form)
    require(not strict or (y == [ONE]), "Cover", "a form is 0 at 0")
    box = [scope.context.bounds(x)[:2] for x in entries]
    known = all(n in entries for n in nodes(*flat) if n.op in (*ENTRIES, "dim", "index", "bound"))
    once = len(set(entries)) == len(entries)
    require(known and once and all(inf not in (hi, -lo) for lo, hi in box), "Cover", "{} is not in a box", form)
    named = {x: entry("var", f"c{k}") for k, x in enumerate(entries)}
    M = [[transform(a, lambda n, _: named.get(n)) for a in row] for row in M]
    parts = [box]
    for k in rule.tree:
        require(parts and -1 <= k < len(box), "Cover", "no such part, or no entry {}", k)
        part = parts.pop()
        if k >= 0:
            (lo, hi), middle = part[k], sum(part[k]) / 2
            parts += [[*part[:k], half, *part[k + 1 :]] for half in ((middle, hi), (lo, middle))]
            continue
        ends = [[flint.arb(flint.fmpq(*q.as_integer_ratio())) for q in interval] for interval in part]
        values = {("var", f"c{j}"): np.array(lo.union(hi), dtype=object) for j, (lo, hi) in enumerate(ends)}
        balls = [[evaluate(a, values, {}) for a in row] for row in M]
        require(semidefinite(balls) and (not strict or balls[0][0] > 0), "Cover", "{} is not shown PSD on {}", M, part)
    require(not parts, "Cover", "{} parts are left out", len(parts))
    yield from ()
