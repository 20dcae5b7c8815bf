"""Functions of matrices that are in no corpus, true ones and false ones: most are settled, none is settled wrongly."""

import pytest

import convexcheck

# expression, variables, parameters, domain, given, what is true; "UNKNOWN" where the question itself is ill-posed
ROWS = [
    ("-logdet(X)", "X:n n", "", "posdef(X)", "", "CONVEX"),
    ("logdet(X) + logdet(Y)", "X:n n;Y:n n", "", "posdef(X), posdef(Y)", "", "CONCAVE"),
    ("logdet(X) - logdet(Y)", "X:n n;Y:n n", "", "posdef(X), posdef(Y)", "", "NEITHER"),
    ("trace(inv(X) @ A)", "X:n n", "A:n n", "posdef(X)", "symmetric(A)", "NEITHER"),
    ("trace(inv(X))", "X:n n", "", "posdef(X)", "", "CONVEX"),
    ("eigmax(X @ X)", "X:n n", "", "symmetric(X)", "", "CONVEX"),
    ("sum(X @ X)", "X:n n", "", "symmetric(X)", "", "CONVEX"),
    ("logdet(X.T @ X + A)", "X:m n", "A:n n", "", "posdef(A)", "NEITHER"),
    ("trace(X @ Y)", "X:n n;Y:n n", "", "", "", "NEITHER"),
    ("trace(X.T @ X)", "X:m n", "", "", "", "CONVEX"),
    ("trace(X @ X)", "X:n n", "", "", "n >= 2", "NEITHER"),
    ("norm_nuclear(A @ X - B)", "X:n k", "A:m n;B:m k", "", "", "CONVEX"),
    ("norm_spectral(X)**2", "X:m n", "", "", "", "CONVEX"),
    ("norm_nuclear(X) - norm_spectral(X)", "X:m n", "", "", "m >= 2, n >= 2", "NEITHER"),
    ("eigmax(X) - eigmin(X)", "X:n n", "", "symmetric(X)", "", "CONVEX"),
    ("eigmax(X) + eigmin(X)", "X:n n", "", "symmetric(X)", "n >= 3", "NEITHER"),
    ("exp(eigmax(X))", "X:n n", "", "symmetric(X)", "", "CONVEX"),
    ("max(eigmax(X), 0)**2", "X:n n", "", "symmetric(X)", "", "CONVEX"),
    ("1/det(X)", "X:n n", "", "posdef(X)", "", "CONVEX"),
    ("log(det(X))", "X:n n", "", "posdef(X)", "", "CONCAVE"),
    ("logdet(inv(X))", "X:n n", "", "posdef(X)", "", "CONVEX"),
    ("v @ inv(X + Y) @ v", "X:n n;Y:n n;v:n", "", "posdef(X), posdef(Y)", "", "CONVEX"),
    ("(A @ v - b) @ inv(X) @ (A @ v - b)", "X:n n;v:m", "A:n m;b:n", "posdef(X)", "", "CONVEX"),
    ("trace(X @ logm(X)) - trace(X)", "X:n n", "", "posdef(X)", "", "CONVEX"),
    ("trace(S @ X) - logdet(X) + c*norm1(X)", "X:n n", "S:n n;c:", "posdef(X)", "psd(S), c >= 0", "CONVEX"),
    ("(x - m) @ P @ (x - m)", "x:n", "P:n n;m:n", "", "psd(P)", "CONVEX"),
    ("x @ P @ x + q @ x", "x:n", "P:n n;q:n", "", "symmetric(P)", "NEITHER"),
    ("sqrt(x @ P @ x)", "x:n", "P:n n", "", "posdef(P)", "CONVEX"),
    ("q @ x + c*sqrt(x @ P @ x)", "x:n", "P:n n;q:n;c:", "x >= 0", "psd(P), c >= 0", "CONVEX"),
    ("sqrt(1 + (x - m) @ P @ (x - m))", "x:n", "P:n n;m:n", "", "psd(P)", "CONVEX"),
    ("sqrt(x @ P @ x)", "x:n", "P:n n", "x > 0", "symmetric(P), P >= 0", "NEITHER"),
    ("(x @ P @ x)**2", "x:n", "P:n n", "", "psd(P)", "CONVEX"),
    ("(x @ P @ x)**(3/2) - x @ P @ x", "x:n", "P:n n", "", "posdef(P)", "NEITHER"),
    ("(x @ P @ x)/(q @ x)", "x:n", "P:n n;q:n", "q @ x > 0", "psd(P)", "CONVEX"),
    ("(x @ P @ x)/(q @ x)**2", "x:n", "P:n n;q:n", "q @ x > 0", "psd(P), n >= 2", "NEITHER"),
    ("sqrt(trace(X @ P @ X.T))", "X:m n", "P:n n", "", "psd(P)", "CONVEX"),
    ("trace(inv(X)) - logdet(X)", "X:n n", "", "posdef(X)", "", "CONVEX"),
    ("exp(x @ P @ x)", "x:n", "P:n n", "", "psd(P)", "CONVEX"),
    ("sum((A @ X @ B - C)**2)", "X:n k", "A:m n;B:k p;C:m p", "", "", "CONVEX"),
    ("trace(A @ X @ B @ X.T)", "X:m n", "A:m m;B:n n", "", "psd(A), psd(B)", "CONVEX"),
    ("trace(A @ X @ B @ X.T)", "X:m n", "A:m m;B:n n", "", "psd(A), symmetric(B)", "NEITHER"),
    ("trace(X @ inv(Y) @ X.T)", "X:m n;Y:n n", "", "posdef(Y)", "", "CONVEX"),
    ("X[0,0]", "X:n n", "", "psd(X)", "", "AFFINE"),
    ("det(X)", "X:2 2", "", "symmetric(X)", "", "NEITHER"),
    ("-logdet(i < n, j < n, where(i == j, x[i], 0))", "x:n", "", "x > 0", "", "CONVEX"),
    ("-logdet(i < n, j < n, A[i,j] + Sum(k < m, x[k]*B[k,i]*B[k,j]))", "x:m", "A:n n;B:m n", "x >= 0", "posdef(A)",
     "CONVEX"),
    ("trace(inv(X)) + norm(X)", "X:n n", "", "posdef(X)", "", "CONVEX"),
    ("logdet(X) + c*trace(S @ inv(X))", "X:n n", "S:n n;c:", "posdef(X)", "psd(S), c > 0", "NEITHER"),
    ("trace(X @ inv(X))", "X:n n", "", "posdef(X)", "", "AFFINE"),
    ("-sqrt(det(X))", "X:2 2", "", "posdef(X)", "", "CONVEX"),
    ("inv(X)[0,0]", "X:n n", "", "posdef(X)", "", "CONVEX"),
    ("eigmax(X)", "X:n n", "", "", "", "UNKNOWN"),
    ("logdet(X)", "X:n n", "", "symmetric(X)", "", "UNKNOWN"),
    ("sum(X @ inv(X + A) @ X)", "X:n n", "A:n n", "posdef(X)", "posdef(A)", "CONVEX"),
    ("sum(inv(inv(X) + inv(Y)))", "X:n n;Y:n n", "", "posdef(X), posdef(Y)", "", "CONCAVE"),
    ("eigmax(A @ X @ A.T)", "X:n n", "A:m n", "symmetric(X)", "", "CONVEX"),
    ("x @ inv(A) @ x", "x:n", "A:n n", "", "posdef(A)", "CONVEX"),
]
UNSETTLED = {  # true, and out of reach of the rules so far
    "eigmax(X @ X)", "1/det(X)", "logdet(inv(X))", "trace(X @ inv(X))",
    "-sqrt(det(X))", "sum(inv(inv(X) + inv(Y)))", "eigmax(A @ X @ A.T)", "trace(A @ X @ B @ X.T)",
    "-logdet(i < n, j < n, where(i == j, x[i], 0))",
}  # fmt: skip
QUICK = ("-logdet(X)", "trace(X @ Y)", "norm_nuclear(A @ X - B)", "(x - m) @ P @ (x - m)", "logdet(X) - logdet(Y)")


def shapes(text: str) -> dict[str, str]:
    return dict(part.split(":") for part in text.split(";") if part)


def outcome(expression: str, variables: str, parameters: str, domain: str, given: str) -> str:
    options = {"wrt": shapes(variables), "parameters": shapes(parameters), "domain": domain, "given": given}
    return convexcheck.check(expression, **options, budget=10).curvature


@pytest.mark.parametrize("row", [r for r in ROWS if r[0] in QUICK], ids=lambda r: r[0])
def test_some_are_settled(row: tuple[str, ...]) -> None:
    *question, truth = row
    assert outcome(*question) == truth


@pytest.mark.nightly
@pytest.mark.parametrize("row", ROWS, ids=lambda r: f"{r[0]} {r[3]} {r[4]}")
def test_none_is_settled_wrongly(row: tuple[str, ...]) -> None:
    *question, truth = row
    found = outcome(*question)
    assert found in (truth, "UNKNOWN") and (found == truth or row[0] in UNSETTLED)
