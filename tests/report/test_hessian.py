"""Hessians in factored form, as one writes them on paper."""

import pytest

import convexcheck as cc
from convexcheck.report.hessian import factored_hessian

DATA = {"X": "n d", "y": "n"}
# (text, options, the matrix, notes that must be there)
CASES = [
    ("x**2", {}, "2", []),
    ("sum(log(1 + exp(X @ w)) - y*(X @ w))", {"wrt": {"w": "d"}, "parameters": DATA},
     "X^T diag(s*(1 - s)) X", ["s = sigmoid(t)", "t = X @ w"]),
    ("mean(log(1 + exp(X @ w)) - y*(X @ w))", {"wrt": {"w": "d"}, "parameters": DATA},
     "(1/n) X^T diag(s*(1 - s)) X", []),
    ("sum(log(1 + exp(-y*(X @ w))))", {"wrt": {"w": "d"}, "parameters": DATA},
     "X^T diag(y**2*s*(1 - s)) X", ["t = -y*(X @ w)"]),
    ("sum(log(1 + exp(X @ w + b)) - y*(X @ w + b))", {"wrt": {"w": "d", "b": ""}, "parameters": DATA},
     "[X 1]^T diag(s*(1 - s)) [X 1]", []),
    ("sum((X @ w - y)**2)/2", {"wrt": {"w": "d"}, "parameters": DATA}, "X^T X", []),
    ("sum((X @ w - y)**2) + lam*sum(w**2)",
     {"wrt": {"w": "d"}, "parameters": {**DATA, "lam": ""}, "given": "lam > 0"}, "2 X^T X + (2*lam) I", []),
    ("sum(exp(X @ w) - y*(X @ w))", {"wrt": {"w": "d"}, "parameters": DATA}, "X^T diag(exp(t)) X", []),
    ("logsumexp(x)", {"wrt": {"x": "n"}}, "(diag(p) - p p^T)", ["p = exp(x)/sum(exp(x)), a vector of n probabilities"]),
    ("mean(logsumexp(X @ W, axis=1) - sum(Y*(X @ W), axis=1))",
     {"wrt": {"W": "d k"}, "parameters": {"X": "n d", "Y": "n k"}},
     "(1/n) sum over i < n of (x[i] x[i]^T) (x) (diag(p[i]) - p[i] p[i]^T)", []),
    ("log(1 + exp(-y*(w*x + b)))", {"wrt": "w b"}, "s*(1 - s) a_t a_t^T", ["a_t = (-x*y, -y), the gradient of t"]),
    ("x**2 + x*y + y**2", {}, "[[2, 1], [1, 2]]", []),
    ("x**2/y", {"domain": "y > 0"}, "[[2/y, -2*x/y**2], [-2*x/y**2, 2*x**2/y**3]]", []),
    ("sum(exp(x*w))", {"wrt": "w", "parameters": {"x": "n"}}, "sum(x**2*exp(t))", []),
]  # fmt: skip


@pytest.mark.parametrize(("source", "options", "matrix", "notes"), CASES)
def test_factored_form(source, options, matrix, notes):
    content = cc.check(source, **options).certificate.content
    found = factored_hessian(content.statement, content.evidence.curvature)
    assert found.matrix == matrix
    assert set(notes) <= set(found.where)


@pytest.mark.parametrize("source", ["abs(x)", "max(x, 2*x) + exp(x)"])
def test_there_is_none_at_a_kink(source):
    content = cc.check(source).certificate.content
    assert factored_hessian(content.statement, content.evidence.curvature) is None
