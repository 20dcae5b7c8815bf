"""Facts that are offered about data hold for them, and are those that proofs ask for."""

import jax.numpy as jnp
import numpy as np

import convexcheck as cc
from convexcheck.expression.statement import text
from convexcheck.read.jaxpr import read_jax


def test_facts_about_the_data():
    signs, weights = np.array([-1.0, 1.0, 1.0]), np.array([0.5, 0.25, 0.75])
    reading = read_jax(
        lambda W, y, s, p: jnp.sum(W[0, y] * s * p), np.zeros((2, 4)), np.array([0, 1, 3]), signs, weights
    )
    known = [f"{text(f.body, ['i'])} {f.relation}" for f in reading.facts]
    of_labels, of_signs = ["y[i] ge", "k - 1 - y[i] ge"], ["1 + s[i] ge", "1 - s[i] ge", "s[i]**2 - 1 eq"]
    assert known == [*of_labels, *of_signs, "p[i] gt", "1 - p[i] ge"]
    rows = read_jax(lambda W, P: jnp.sum(W * P), np.zeros((2, 2)), np.array([[0.5, 0.5], [1.0, 0.0]])).facts
    assert any("Sum" in str(f.body) and f.relation == "eq" for f in rows)


def test_matrices_that_are_positive_semidefinite():
    q = np.array([[2.0, 7.0], [7.0, 25.0]])
    for matrix, offered in ((q, True), (q - np.eye(2), False), (np.triu(q), False), (np.ones((2, 2)), True)):
        known = read_jax(lambda w, Q: w @ Q @ w, np.zeros(2), matrix).facts
        assert ("psd" in [f.relation for f in known]) == offered


def test_a_matrix_is_psd_exactly_or_not_at_all():
    """An eigenvalue of -5.6e-17 is offered as 0; the kernel does not take it, and the verdict is the right one."""
    below = np.array([[1.0, 1.0], [1.0, 1.0 - 2.0**-53]])
    at, under = (cc.check(lambda w, Q: w @ Q @ w, np.zeros(2), matrix) for matrix in (np.ones((2, 2)), below))
    assert (at.curvature, under.curvature) == ("CONVEX", "NEITHER")
