"""Rules for quadratic forms, against exact matrices; and what each of them must not take."""

import random
from collections.abc import Sequence
from fractions import Fraction
from itertools import combinations
from typing import Any

import flint
import numpy as np
import pytest

from convexcheck.certificate import evidence as ev
from convexcheck.expression.bounds import Context
from convexcheck.expression.evaluate import evaluate
from convexcheck.expression.objects import rationals
from convexcheck.expression.statement import Condition, Declaration, Statement
from convexcheck.expression.term import ONE, ZERO, Expression, apply, bound, const, entry, over
from convexcheck.kernel import forms
from convexcheck.kernel.rules import show
from convexcheck.kernel.scope import Rejection, Scope, SignGoal

x, y, u, v = entry("var", "x"), entry("var", "y"), entry("dir", "x"), entry("dir", "y")
B = ev.Bounds()
PLANE = Statement(x * y, {"x": Declaration(), "y": Declaration()})


def shows(value: Expression, rule: ev.Sign, *facts: Condition, strict: bool = False) -> bool:
    context = Context(PLANE, facts)
    try:
        show(SignGoal(value, strict, rule, Scope(context, context)))
    except Rejection:
        return False
    return True


def is_psd(matrix: flint.fmpq_mat) -> bool:
    """The independent oracle: every principal minor is >= 0."""
    n = range(matrix.nrows())
    chosen = [c for k in n for c in combinations(n, k + 1)]
    return all(flint.fmpq_mat(len(c), len(c), [matrix[i, j] for i in c for j in c]).det() >= 0 for c in chosen)


def test_elimination_agrees_with_minors() -> None:
    rng, found = random.Random(1), set()
    for _ in range(300):
        n, rank = rng.randint(1, 4), rng.randint(0, 4)
        root = flint.fmpq_mat(n, rank, [flint.fmpq(rng.randint(-2, 2), rng.randint(1, 2)) for _ in range(n * rank)])
        matrix = root * root.transpose()
        i = rng.randrange(n)
        matrix[i, i] += flint.fmpq(rng.randint(-1, 1), 3)
        rows = [[matrix[i, j] for j in range(n)] for i in range(n)]
        found.add((is_psd(matrix), matrix.det() == 0))
        assert forms.semidefinite(rows) == is_psd(matrix)
    assert len(found) == 4


# (matrix of balls given as middle and radius, whether all matrices in it are shown PSD)
BALLS = [
    ([[(2, 0), (1, 0)], [(1, 0), (1, 0)]], True),
    ([[(2, 0.1), (1, 0.1)], [(1, 0.1), (1, 0.1)]], True),
    ([[(2, 0.9), (1, 0.9)], [(1, 0.9), (1, 0.9)]], False),
    ([[(0, 1)]], False),  # a ball around 0 is not 0
    ([[(0, 0), (0, 1)], [(0, 1), (1, 0)]], False),
    ([[(0, 0), (0, 0)], [(0, 0), (1, 0)]], True),
    ([[(1, 0), (1, 0)], [(1, 0), (1, 0.5)]], False),  # [1 1; 1 1/2] lies in it
    ([[(float("nan"), 0)]], False),
]


@pytest.mark.parametrize(("balls", "expected"), BALLS)
def test_elimination_in_balls(balls: list[list[tuple[float, float]]], expected: bool) -> None:
    assert forms.semidefinite([[flint.arb(m, r) for m, r in row] for row in balls]) is expected


def test_determinant() -> None:
    rng = random.Random(2)
    for n in range(5):
        rows = [[rng.randint(-4, 4) for _ in range(n)] for _ in range(n)]
        found = forms.determinant([[const(a) for a in row] for row in rows])
        assert found is const(int(flint.fmpz_mat(rows).det()) if n else 1)


def block(multiplier: Expression, basis: Sequence[Expression], *triangle: int) -> ev.Block:
    return ev.Block(multiplier, B, tuple(basis), tuple(map(Fraction, triangle)))


# x**2 u**2 + 2 x y u v + y**2 v**2 + 1, and its pieces
SQUARE = (x * u + y * v) ** 2
POSITIVE = Condition("ge", x)
GRAMS = {  # value, margin, blocks, facts, strict, accepted
    "a square": (SQUARE, 0, [block(ONE, [x * u, y * v], 1, 1, 1)], (), False, True),
    "in another basis": (SQUARE, 0, [block(ONE, [x * u + y * v], 1)], (), False, True),
    "a constant more": (SQUARE + 1, 1, [block(ONE, [x * u, y * v], 1, 1, 1)], (), True, True),
    "not strict without it": (SQUARE, 0, [block(ONE, [x * u, y * v], 1, 1, 1)], (), True, False),
    "a margin < 0": (SQUARE - 1, -1, [block(ONE, [x * u, y * v], 1, 1, 1)], (), False, False),
    "another value": (SQUARE, 0, [block(ONE, [x * u, y * v], 1, 0, 1)], (), False, False),
    "not PSD": (x**2 + 4 * x * y + y**2, 0, [block(ONE, [x, y], 1, 2, 1)], (), False, False),
    "a multiplier": (x * u**2, 0, [block(x, [u], 1)], (POSITIVE,), False, True),
    "a multiplier < 0": (x * u**2, 0, [block(x, [u], 1)], (), False, False),
    "two blocks": (x * u**2 + v**2, 0, [block(x, [u], 1), block(ONE, [v], 1)], (POSITIVE,), False, True),
    "a triangle too short": (SQUARE, 0, [block(ONE, [x * u, y * v], 1, 1)], (), False, False),
    "an undefined basis": (ZERO, 0, [block(ONE, [1 / x], 0)], (), False, False),
    "an exponential": (apply("exp", 2 * x) - 2 * apply("exp", x) + 1, 0,
                       [block(ONE, [apply("exp", x), ONE], 1, -1, 1)], (), False, True),
}  # fmt: skip


@pytest.mark.parametrize("name", GRAMS)
def test_gram(name: str) -> None:
    value, margin, blocks, facts, strict, accepted = GRAMS[name]
    assert shows(value, ev.Gram(Fraction(margin), tuple(blocks)), *facts, strict=strict) is accepted


one, box = const(1), (Condition("ge", x - 2), Condition("ge", y - 2), Condition("ge", 3 - x), Condition("ge", 3 - y))
MINORS = {  # value, vector, matrix, premises, facts, accepted
    "all": (x * u**2 + 2 * u * v + y * v**2, (u, v), (x, one, y), (B, B, B), box, True),
    "leading": (x * u**2 + 2 * u * v + y * v**2, (u, v), (x, one, y), (B, B), box, True),
    "any vector": (x**2 * u**2 + v**4, (x * u, v**2), (one, ZERO, one), (B, B), (), True),
    "one premise": (x * u**2 + 2 * u * v + y * v**2, (u, v), (x, one, y), (B,), box, False),
    "no facts": (x * u**2 + 2 * u * v + y * v**2, (u, v), (x, one, y), (B, B), (), False),
    "determinant < 0": (u**2 + 4 * u * v + v**2, (u, v), (one, const(2), one), (B, B), (), False),
    "another value": (x * u**2 + 3 * u * v + y * v**2, (u, v), (x, one, y), (B, B), box, False),
    # leading minors 0, 0 and yet -1 below: all of them are needed, or the first > 0
    "leading zeros": (-(v**2), (u, v), (ZERO, ZERO, const(-1)), (B, B), (), False),
    "all of them": (-(v**2), (u, v), (ZERO, ZERO, const(-1)), (B, B, B), (), False),
    "zero": (v**2, (u, v), (ZERO, ZERO, one), (B, B, B), (), True),
}


@pytest.mark.parametrize("name", MINORS)
def test_minors(name: str) -> None:
    value, vector, matrix, premises, facts, accepted = MINORS[name]
    assert shows(value, ev.Minors(vector, matrix, premises), *facts) is accepted


SCALED = {  # value, factor, positive, premise, facts, strict, accepted
    "by an exponential": (x * apply("exp", y), apply("exp", -y), B, ev.Rewritten(x, B), (POSITIVE,), False, True),
    "by squares": (x**2 * u**2, x**2 + y**2, None, B, (), False, True),
    "by their power": (x**2 * u**2, (x**2 + y**2) ** 2, None, B, (), False, False),
    "by a root": (x**2 * u**2, (x**2 + y**2) ** const(Fraction(1, 2)), None, B, (), False, False),
    "by no squares": (x**2 * u**2, x**2 + y, None, B, (), False, False),
    "by a parameter's": (x**2 * u**2, const(0), None, B, (), False, False),
    "strictly": (x**2 + 1, x**2, None, B, (), True, False),
    "a single point": (const(-1), x**2, None, ev.Rewritten(ZERO, B), (Condition("eq", x),), False, False),
    "a jump": (apply("where", apply("eq", x, ZERO), -1, ZERO), x**2, None, B, (), False, False),
    "by something negative": (-x, const(-1), B, B, (POSITIVE,), False, False),
    "by zero": (-x, ZERO, B, B, (POSITIVE,), False, False),
}  # fmt: skip


@pytest.mark.parametrize("name", SCALED)
def test_scaled(name: str) -> None:
    value, factor, positive, premise, facts, strict, accepted = SCALED[name]
    assert shows(value, ev.Scaled(factor, positive, premise), *facts, strict=strict) is accepted


def test_what_low_rank_leaves_is_psd_exactly_where_the_form_is() -> None:
    """Sum_k a_k z_k**2 + y'M y with two sums and one more number t, at random a, r, M and n = 3."""
    n, rng = const(3), random.Random(3)
    k = bound(0)
    a, r, s, z = (entry(op, name, [k]) for op, name in (("par", "a"), ("par", "r"), ("par", "s"), ("dir", "z")))
    m = [entry("par", f"m{j}") for j in range(6)]
    t = entry("dir", "t")
    shapes = {"a": (n,), "r": (n,), "s": (n,), **{f"m{j}": () for j in range(6)}}
    parameters = {name: Declaration(shape) for name, shape in shapes.items()}
    variables = {"z": Declaration((n,)), "t": Declaration()}
    statement = Statement(over("Sum", n, entry("var", "z", [k])), variables, parameters)
    L = [over("Sum", n, a * w * z) for w in (r, s)]
    form = over("Sum", n, a * z**2) + forms.quadratic(forms.symmetric("", m, 3), [*L, t])
    context = Context(statement, [Condition("ge", a, (n,))])
    rule = ev.DiagonalLowRank(n, z, a, (r, s), (t,), tuple(m), B, (B,) * 7)
    goals: list[Any] = list(forms.diagonal_low_rank(SignGoal(form, False, rule, Scope(context, context))))
    assert len(goals) == 8
    outcomes = []
    for _ in range(150):
        scale = rng.choice([1, 20])
        arrays = {}
        for name, shape in shapes.items():
            drawn = [Fraction(rng.randint(0 if name in ("a", "m5") else -2, 2)) for _ in range(3 if shape else 1)]
            drawn = [q / scale if name < "m5" and not shape else q for q in drawn]
            arrays["par", name] = rationals(np.array(drawn, dtype=object).reshape(3 if shape else ()))
        matrix = flint.fmpq_mat(4, 4)
        for p in range(4):
            for q in range(p + 1):
                both, alone = (_form(form, arrays, ends) for ends in ((p, q), ()))
                single = [_form(form, arrays, (end,)) for end in (p, q)]
                matrix[p, q] = matrix[q, p] = single[0] if p == q else (both - sum(single, alone)) / 2
        left = all(evaluate(goal.value, arrays, {}, exact=True) >= 0 for goal in goals[1:])
        outcomes.append(left)
        assert left == is_psd(matrix)
    assert 20 < sum(outcomes) < 130


def _form(form: Expression, arrays: dict[tuple[str, str], Any], ends: tuple[int, ...]) -> flint.fmpq:
    direction = np.zeros(4, dtype=int)
    for end in ends:
        direction[end] += 1
    moved = {("dir", "z"): rationals(direction[:3]), ("dir", "t"): rationals(direction[3:].reshape(()))}
    return evaluate(form, {**arrays, **moved}, {}, exact=True)
