"""Quadratic forms with declared matrices of either sign, and with given ones."""

import numpy as np
import pytest

import convexcheck as cc

X, A = {"x": "n"}, {"A": "n n"}
DECLARED = [
    ("x @ A @ x", "psd(A)", "CONVEX"),
    ("x @ A @ x", "psd(-A)", "CONCAVE"),
    ("x @ A @ x", "posdef(-A)", "CONCAVE"),
    ("sum(x**2) - x @ A @ x", "psd(-A)", "CONVEX"),
    ("sum(x**2) + x @ A @ x", "psd(-A)", "NEITHER"),
]


@pytest.mark.parametrize(("function", "given", "curvature"), DECLARED)
def test_declared_matrices(function, given, curvature):
    assert cc.check(function, wrt=X, parameters=A, given=given, budget=30).curvature == curvature


def test_given_matrices():
    q = np.array([[2.0, 7.0], [7.0, 25.0]])
    for matrix, curvature in ((q, "CONVEX"), (-q, "CONCAVE"), (q - 2 * np.eye(2), "NEITHER")):
        assert cc.check(lambda w, Q: w @ Q @ w, np.zeros(2), matrix, budget=30).curvature == curvature
