"""The rule for forms in which known PSD matrices of any size meet: u'A u, trace(A U B U') (trusted)."""

from dataclasses import replace
from functools import reduce

from convexcheck.certificate import evidence as ev
from convexcheck.expression.bounds import natural
from convexcheck.expression.definite import LEVELS, level
from convexcheck.expression.normal import identical
from convexcheck.expression.term import Expression, bind, mul
from convexcheck.kernel.scope import Goals, SignGoal, require


def kronecker(goal: SignGoal[ev.Kronecker]) -> Goals:
    """Sum over all i_s, k_s of prod_s M_s[i_s, k_s] U[i_1, ...] U[k_1, ...] >= 0 where every M_s is PSD.

    The Kronecker product of PSD matrices is PSD (Horn and Johnson, Topics in Matrix Analysis, corollary 4.2.13).
    """
    e, strict, rule, scope = goal
    step, sizes, count = "Kronecker", rule.sizes, len(rule.sizes)
    fits = count == len(rule.matrices) >= 1 and all(natural(s, scope.context) for s in sizes) and not strict
    require(fits, step, "a matrix for every size, and >= 0, are needed")
    opened = scope.over([*sizes, *sizes], e, *rule.matrices, rule.vector).indices[: 2 * count]
    rows, columns = opened[:count], opened[count:]

    def placed(body: Expression, *own: Expression) -> Expression:
        return replace(scope, indices=(*own, *scope.indices)).place(step, body)

    factors = [placed(rule.vector, *rows), placed(rule.vector, *columns)]
    for body, i, k in zip(rule.matrices, rows, columns, strict=True):
        factors.append(placed(body, i, k))
        known = level(factors[-1], i, k, scope.context) >= LEVELS["psd"]
        require(known, step, "the matrix {} is not known to be PSD", factors[-1])
    form = reduce(lambda inner, index: bind("Sum", index, inner), opened, mul(*factors))
    require(identical(e, form, scope.context), step, "{} is not identical to {}", e, form)
    yield from ()
