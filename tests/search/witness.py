"""An independent check of counterexamples: written from the definition, at one high precision, sharing no code with
the search. Conditions are decided entry by entry, in rationals where the arithmetic allows and in balls otherwise.
"""

import itertools

import flint
import numpy as np

from convexcheck.expression.evaluate import evaluate
from convexcheck.expression.objects import Inexact
from convexcheck.expression.term import const, instantiate


def array(a):
    out = np.empty(len(a.entries), dtype=object)
    for k, q in enumerate(a.entries):
        out[k] = flint.fmpq(q.numerator, q.denominator)
    return out.reshape(a.shape)


def parameters(instance, data=None):
    return {("par", n): array(a) if not a.digest else data[n] for n, a in instance.parameters}


def point(pairs):
    return {("var", n): array(a) for n, a in pairs}


def number(e, values, sizes):
    try:
        return evaluate(e, values, sizes, exact=True)
    except Inexact:
        return evaluate(e, values, sizes)


def holds(c, values, sizes):
    lengths = [int(s.data) if s.op == "const" else sizes[s.data] for s in c.sizes]
    at = {
        ij: number(instantiate(c.body, [const(i) for i in ij]), values, sizes)
        for ij in itertools.product(*map(range, lengths))
    }
    if c.relation in ("psd", "posdef", "symmetric"):
        n = lengths[0]
        symmetric = all(at[i, j] == at[j, i] for i in range(n) for j in range(n))
        if c.relation == "symmetric" or not symmetric:
            return symmetric
        subsets = [s for k in range(1, n + 1) for s in itertools.combinations(range(n), k)]  # all principal minors
        minors = [flint.fmpq_mat(len(s), len(s), [at[i, j] for i in s for j in s]).det() for s in subsets]
        return all(m > 0 if c.relation == "posdef" else m >= 0 for m in minors)
    test = {"ge": lambda v: v >= 0, "gt": lambda v: v > 0, "eq": lambda v: v == 0}[c.relation]
    return all(test(v) for v in at.values())


def inside(s, values, sizes):
    return all(holds(c, values, sizes) for c in (*s.domain, *s.given))


def refutes(s, side, e, data=None):
    """Whether both points and the one between are in the domain and the function is on the wrong side of its chord."""
    sizes, fixed = dict(e.instance.sizes), parameters(e.instance, data)
    x, y = point(e.x), point(e.y)
    t = flint.fmpq(e.t.numerator, e.t.denominator)
    between = {k: np.asarray(t * x[k] + (1 - t) * y[k], dtype=object) for k in x}
    assert set(sizes) == set(s.sizes) and all(sizes[n] >= low for n, low in s.sizes.items())
    assert [n for n, _ in e.instance.parameters] == list(s.parameters)
    assert [n for n, _ in e.x] == [n for n, _ in e.y] == list(s.variables)
    before, flint.ctx.prec = flint.ctx.prec, 400
    try:
        if not 0 < t < 1 or not all(inside(s, {**fixed, **p}, sizes) for p in (x, y, between)):
            return False
        a, b, middle = (number(s.function, {**fixed, **p}, sizes) for p in (x, y, between))
        gap = middle - t * a - (1 - t) * b
        return bool(gap > 0 if side == "convex" else gap < 0)
    finally:
        flint.ctx.prec = before
