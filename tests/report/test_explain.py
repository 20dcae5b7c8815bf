"""What a person reads: every kind of verdict is explained, numbered, with what it rests on."""

import re

import numpy as np
import pytest

import convexcheck as cc
from convexcheck.report.explain import explain, headline

# (text, options, the first line, pieces that the explanation must hold)
CASES = [
    ("x**2", {}, "CONVEX: proved for all x", ["f'' = 2", "strictly convex", "modulus m = 2", "axioms  none"]),
    ("sum(log(1 + exp(X @ w)) - y*(X @ w))", {"wrt": {"w": "d"}, "parameters": {"X": "n d", "y": "n"}},
     "CONVEX: proved for all w[d], for every X[n, d], y[n], of all sizes d, n",
     ["t = X @ w, affine", "X^T diag(s*(1 - s)) X", "full column rank", "[Composition]", "[SecondOrder]"]),
    ("mean(logsumexp(X @ W, axis=1))", {"wrt": {"W": "d k"}, "parameters": {"X": "n d"}},
     "CONVEX: proved for all W[d, k], for every X[n, d], of all sizes d, k, n",
     ["[DiagonalLowRank]", "diag(p[i]) - p[i] p[i]^T"]),
    ("max(x, 0) + abs(x - 1)", {}, "CONVEX: proved for all x", ["[Maximum]", "x - 1 is affine"]),
    ("log(x)", {"domain": "x > 0"}, "CONCAVE: proved for all x in the domain, and not convex",
     ["second derivative is <= 0", "the conditions can be met"]),
    ("x + exp(y)", {"wrt": "x"}, "AFFINE: proved for all x, for every y", ["[Affine]"]),
    ("x*y", {}, "NEITHER: a counterexample shows that it is not convex and another that it is not concave",
     ["first point  P: x = ", "second point Q: y = ", "between      M = (P + Q)/2", "gap = f(M) - chord = 1/4 > 0"]),
    ("x**3", {}, "NEITHER: a counterexample shows that it is not convex and another that it is not concave",
     ["The second derivative is negative exactly where x < 0"]),
    ("(y - 1/(1 + exp(-w*x)))**2", {"wrt": "w"},
     "NEITHER: a counterexample shows that it is not convex and another that it is not concave",
     ["negative exactly where w < -log(2) (at these parameters)", "y = 1", "f(P) = [0.7758"]),
    ("sqrt(x)", {}, "ILL_POSED: the function is not real at x = -1, a point of the domain; try domain='x >= 0'",
     ["     x = -1\n"]),
    ("where(x >= 0, x, 2*x)", {}, "CONCAVE: proved for all x, and not convex",
     ["gap = f(M) - chord = 1/2 > 0"]),
    ("where(x >= 0, 2*x, x)", {}, "CONVEX: proved for all x",
     ["has kinks; it is smooth between them, meets and its slope jumps up there, so it is convex [Piecewise]",
      "up to 0: x", "from 0 on: 2*x"]),
    ("sqrt(x**2 + y**2)", {}, "CONVEX: proved for all x, y",
     ["is the limit of convex functions as eps > 0 falls to 0, so it is convex [Limit]", "sqrt(eps + x**2 + y**2)"]),
    ("sqrt(x @ Q @ x)", {"wrt": {"x": "n"}, "parameters": {"Q": "n n"}, "given": "psd(Q)", "budget": 30},
     "CONVEX: proved for all x[n], for every Q[n, n] as assumed, of all sizes n",
     ["is the root of a quadratic that is >= 0 for all values of the variables, so it is convex [RootOfQuadratic]"]),
    ("x**2 + x*y + y**2", {}, "CONVEX: proved for all x, y",
     ["The Hessian: H = [[2, 1], [1, 2]]", "v^T H v for the direction v, where d_x, d_y are the changes of x, y"]),
    ("x**2", {}, "CONVEX: proved for all x",
     ["The second derivative: f'' = 2", "D2[d, d] = 2*d_x**2\n        that is v^T H v for the direction v"]),
    ("sum((X @ w)**2)", {"wrt": {"w": "d"}, "parameters": {"X": "n d"}},
     "CONVEX: proved for all w[d], for every X[n, d], of all sizes d, n",
     ["The Hessian in factored form: H = 2 X^T X", "where d_t is the change of t"]),
    ("x**2", {"wrt": "x z"}, "CONVEX: proved for all x, z", ["the function does not depend on z"]),
]  # fmt: skip


@pytest.mark.parametrize(("source", "options", "first", "pieces"), CASES)
def test_explanations(source, options, first, pieces):
    text = explain(cc.check(source, **options))
    lines = text.splitlines()
    assert lines[0] == first
    assert [piece for piece in pieces if piece not in text] == []
    numbers = [int(m[1]) for line in lines if (m := re.match(r"(\d+)\. ", line))]
    assert numbers == list(range(1, len(numbers) + 1))
    assert max(map(len, lines)) < 500


def test_an_unknown_verdict_says_what_was_tried():
    verdict = cc.check("gamma(x)")
    assert headline(verdict).startswith("UNKNOWN: ")
    assert "gamma" in explain(verdict)
    tried = cc.prove("x**3")
    assert explain(tried).startswith("UNKNOWN: no proof was found")


def test_concrete_data_are_generalised_and_said_so():
    import jax.numpy as jnp

    X, y = np.array([[1.0, 2.0], [3.0, 4.5], [0.0, 1.0]]), np.array([0.0, 1.0, 1.0])
    verdict = cc.check(lambda w, X, y: jnp.mean((X @ w - y) ** 2), np.zeros(2), X, y)
    text = explain(verdict)
    assert text.splitlines()[0] == "CONVEX: proved for all w[2], at the given X, y and beyond"
    assert "The proof holds beyond the given data" in text
    assert "its instance at n = 3, d = 2" in text


def test_a_refutation_at_given_data_shows_values_there():
    import jax.numpy as jnp

    x, y = np.array([1.0, 2.0]), np.array([1.0, 1.0])
    verdict = cc.check(lambda w, x, y: jnp.sum((1 / (1 + jnp.exp(-w * x)) - y) ** 2), 0.0, x, y)
    text = explain(verdict)
    assert verdict.curvature == "NEITHER"
    assert "x = the given array" in text
    assert "f(M) = " in text
