"""The pieces of a Hessian form add up to it; the second opinion is the form itself, evaluated at random points."""

import random

import flint
import numpy as np
import pytest

import convexcheck as cc
from convexcheck.certificate import evidence as ev
from convexcheck.expression.evaluate import evaluate
from convexcheck.expression.functions import hessian_form
from convexcheck.expression.term import abstract, add, mul, over, power
from convexcheck.report.pieces import Other, Square, pieces

SIZES = {"n": 3, "d": 2, "k": 4}
CASES = [
    ("log(1 + exp(-y*(w*x + b)))", {"wrt": "w b"}),
    ("sum(log(1 + exp(X @ w)) - y*(X @ w))/n", {"wrt": {"w": "d"}, "parameters": {"X": "n d", "y": "n"}}),
    ("mean(logsumexp(X @ W, axis=1))", {"wrt": {"W": "d k"}, "parameters": {"X": "n d"}}),
    ("sum((X @ w - y)**2) + sum(w**4)", {"wrt": {"w": "d"}, "parameters": {"X": "n d", "y": "n"}}),
    ("x**2 + x*y + y**2", {}),
    ("sum(exp(X @ w))", {"wrt": {"w": "d"}, "parameters": {"X": "n d"}}),
]


def total(piece):
    """One piece as an expression."""
    if isinstance(piece, Square):
        body = mul(piece.weight, power(piece.line, 2))
    else:
        close = lambda e: over("Sum", piece.index.args[0], abstract(e, [piece.index]))  # noqa: E731
        line = close(mul(piece.weight, piece.vector, piece.direction))
        body = add(close(mul(piece.weight, power(piece.direction, 2))), mul(piece.factor, power(line, 2)))
    for index in piece.indices:
        body = over("Sum", index.args[0], abstract(body, [index]))
    return body


def arrays(e, sizes, rng):
    """Random rationals for every entry that occurs."""
    shapes = {}
    stack = [e]
    while stack:
        node = stack.pop()
        if node.op in ("var", "par", "dir"):
            shapes[node.op, node.data] = len(node.args)
        stack += node.args
    draw = np.vectorize(lambda _: flint.fmpq(rng.randint(1, 90), 101), otypes=[object])
    largest = max(sizes.values())
    return {key: np.asarray(draw(np.zeros((largest,) * rank)), dtype=object) for key, rank in shapes.items()}


@pytest.mark.parametrize(("source", "options"), CASES)
def test_the_pieces_add_up_to_the_form(source, options):
    verdict = cc.check(source, **options)
    rule, e = verdict.certificate.content.evidence.curvature, verdict.statement.function
    while isinstance(rule, (ev.Composition, ev.Rewriting)):
        e, rule = (rule.outer, rule.premise) if isinstance(rule, ev.Composition) else (rule.target, rule.premise)
    form = hessian_form(e)
    sum_of_pieces = add(*map(total, pieces(form, rule.form)))
    rng = random.Random(5)
    for _ in range(5):
        sizes = dict.fromkeys(verdict.statement.sizes, 3)
        values = arrays(form + sum_of_pieces, {"largest": 3, **sizes}, rng)
        difference = evaluate(form - sum_of_pieces, values, sizes)
        assert abs(flint.arb(difference)) < 1e-6


def test_a_form_that_is_no_sum_of_squares_is_refused():
    from convexcheck.expression.term import entry

    form = entry("dir", "x") * entry("dir", "y")
    with pytest.raises(Other):
        list(pieces(form, ev.Bounds()))
