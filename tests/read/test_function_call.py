"""Functions, reductions over axes and binders: the statement's value is NumPy's, at random sizes and data."""

import pytest

from convexcheck.expression.errors import ConvexcheckError, Unsupported
from convexcheck.expression.functions import GAMMAS
from convexcheck.read.array_functions import ELEMENTWISE, NAMES, REDUCTIONS
from convexcheck.read.text import read_text
from tests.read.numpy_oracle import NUMPY, agree

POSITIVE_ONLY = {"log", "log1p", "sqrt", "acosh", "loggamma", "gamma", "lambertw", *GAMMAS}
ARGUMENTS = {"asin": "({})/3", "acos": "({})/3", "atanh": "({})/3", "acosh": "1 + {}"}
UNARY = sorted(name for name, (count, _) in ELEMENTWISE.items() if count == 1)
SHAPES = {"X": "n d", "w": "d", "y": "n", "c": "", "A": "n n", "K": "2 3"}
TEXTS = [
    "logaddexp(c, 1)", "sum(logaddexp(X, w))", "max(c, 1)", "max(c, 1, -c/2)", "min(c, 1, 2*c)", "sum(max(X, 0))",
    "sum(min(X, w, c))", "max(X)", "min(y)", "max(max(X, axis=1) - y)", "sum(min(X, axis=0)*w)",
    "sum(X, axis=0) @ w", "sum(X, axis=1) @ y", "sum(X, 1) @ y", "sum(sum(X, axis=-1)*y)", "sum(X, axis=(0, 1))",
    "sum(X, axis=None)", "mean(X)", "mean(X, axis=0) @ w", "mean(y) - mean(X, axis=1) @ y", "sum(c) + mean(c)",
    "prod(K)", "prod(K, axis=0) @ sum(K, axis=0)", "sum(prod(K, axis=1))", "sum(mean(K, axis=0))",
    "logsumexp(X)", "sum(logsumexp(X, axis=1) - y)", "sum(X - logsumexp(X, axis=1, keepdims=True))",
    "sum(X - mean(X, axis=0, keepdims=True))", "sum(X/sum(X**2 + 1, axis=(0, 1), keepdims=True))", "norm(y)",
    "norm(X)", "sum(norm(X, axis=1)*y)", "norm1(X)", "sum(norm1(X, axis=0)*w)", "norm(c)", "trace(A)", "trace(A @ A.T)",
    "trace(X.T @ X)", "dot(X, w) @ y", "dot(c, y) @ y", "dot(y, y)", "max(X, axis=None)", "max(c)",
    "det(A) + det(A @ A.T)", "eigmax(A + A.T) - eigmin(A @ A.T)", "norm_nuclear(X) + norm_spectral(X)*norm_nuclear(A)",
    "sum(log(sum(exp(X), axis=1))) - sum(X*w)", "sum(X, axis=0, keepdims=False) @ w",
]  # fmt: skip
BINDERS = [
    ("Sum(i < n, y[i]**2)", "sum(y**2)"),
    ("Max(i < n, y[i])", "max(y)"),
    ("Sum(i < n, i*y[i])", "sum(np.arange(n)*y)"),
    ("Sum(i < n, Sum(j < d, X[i, j]*w[j]*i))", "sum(np.arange(n)*(X @ w))"),
    ("Sum(i < n, log(Sum(j < d, exp(X[i, j]))) - y[i])", "sum(log(sum(exp(X), axis=1)) - y)"),
    ("Sum(i < 3, c**i)", "1 + c + c**2"),
    ("sum(Sum(i < n, X[i]))", "sum(X)"),
    ("Sum(i < n, X[i]) @ w", "sum(X, axis=0) @ w"),
    ("Sum(n1 < n, Max(n1 < d, w[n1])*y[n1])", "max(w)*sum(y)"),
    ("Sum(c < n, c*y[c])", "sum(np.arange(n)*y)"),  # the bound index hides the scalar c
    ("Sum(i < n, Sum(j < n, where(i <= j, A[i, j], 0)))", "sum(np.triu(A))"),
]

GRAM = "i < n, j < n, Sum(k < n, A[i, k]*A[j, k]) + where(i == j, 1, 0)"
GRAM_ORACLE = "A @ A.T + np.eye(n)"


@pytest.mark.parametrize("text", ["det({})", "logdet({})", "trace(A @ inv({}))", "trace_xlogx({})", "logm({})[0] @ y"])
def test_functions_of_definite_matrices(text):
    agree(text.format(GRAM), SHAPES, oracle=text.format(GRAM_ORACLE))


def test_the_oracle_covers_the_language():
    assert set(NUMPY) - {"pi", "e"} == NAMES - {"Sum", "Max"}


@pytest.mark.parametrize("name", UNARY)
def test_functions_of_entries(name):
    positive = name in POSITIVE_ONLY
    argument = ARGUMENTS.get(name, "{}")
    text = f"{name}({argument.format('c')}) + sum({name}({argument.format('X/2')}))"
    agree(text, SHAPES, positive=positive)


@pytest.mark.parametrize("text", TEXTS)
def test_functions_of_arrays(text):
    agree(text, SHAPES)


@pytest.mark.parametrize(("text", "oracle"), BINDERS)
def test_binders(text, oracle):
    agree(text, SHAPES, oracle=oracle)


def test_a_product_over_a_symbolic_size_cannot_be_stated():
    with pytest.raises(Unsupported, match=r"a product over shape \(n,\).*try: exp\(sum\(log\(x\)\)\)"):
        read_text("prod(x)", {"x": "n"})
    with pytest.raises(Unsupported, match=r"a product over shape \(100, 100\).*numbers up to 200"):
        read_text("prod(x)", {"x": "100 100"})


ERRORS = {
    "lgo(c)": "unknown function lgo: 'lgo' at column 1; expected a function of the language; try: log",
    "ln(c)": "unknown function ln: 'ln' at column 1; expected a function of the language; try: log(x)",
    "c(2)": "c is not a function: 'c' at column 1; try: c*(...) for a product",
    "psd(A)": "psd is a condition, not a number: 'psd' at column 1; try: domain= or given=",
    "exp(c, c)": "a call with 2 arguments: 'exp(c, c)' at column 1; expected 1 argument",
    "where(c > 0, 1)": "a call with 2 arguments: 'where(c > 0, 1)' at column 1; expected 3 arguments",
    "where(c, 1, 2)": "not a condition: 'c' at column 7; expected a comparison such as x > 0",
    "where(c is w, 1, 2)": "not a comparison of numbers: 'c is w' at column 7; expected <, <=, >, >=, ==",
    "sum()": "a call with 0 arguments: 'sum()' at column 1; expected an array, and axis=",
    "norm(y, 2)": "a call with 2 arguments: 'norm(y, 2)' at column 1; expected an array, and axis=",
    "sum(X, axis=2)": "no such axis of shape (n, d): '2' at column 13",
    "sum(X, axis=(0, -2))": "an axis is named twice: '(0, -2)' at column 13",
    "sum(X, axis=c)": "not an axis: 'c' at column 13; expected an integer, or a tuple of integers",
    "sum(X, dtype=c)": "sum takes no dtype: 'sum(X, dtype=c)' at column 1; expected axis=, keepdims=",
    "sum(X, keepdims=1)": "keepdims: '1' at column 17; expected True or False",
    "exp(x=c)": "exp takes no keyword: 'exp(x=c)' at column 1",
    "sum(*X)": "* in a call is not in the language: 'sum(*X)' at column 1",
    "trace(X)": "trace of shape (n, d): 'trace(X)' at column 1; expected a square matrix",
    "Sum(i < c, 1)": "not a size: 'c' at column 9; expected a dimension of a declared shape, or a number",
    "Sum(i < 1/2, 1)": "not a size: '1/2' at column 9; expected a dimension of a declared shape, or a number",
    "Sum(i <= n, 1)": "not a binder: 'Sum(i <= n, 1)' at column 1; expected Sum(i < n, body) or Max(i < n, body)",
    "Sum(i < n, y[i]) + i": "name 'i' is declared nowhere: 'i' at column 20; expected a declared name; "
    "try: declare it as a variable or a parameter",
    "np.exp(c)": "only functions of the language can be called: 'np.exp' at column 1; "
    "expected a function's name; try: exp(...)",
    "X.sum()": "only functions of the language can be called: 'X.sum' at column 1; "
    "expected a function's name; try: sum(...)",
}


@pytest.mark.parametrize(("text", "message"), ERRORS.items())
def test_errors(text, message):
    with pytest.raises(ConvexcheckError) as caught:
        read_text(text, SHAPES, [])
    assert str(caught.value) == f"read.text: {message}"


def test_every_reduction_takes_an_axis():
    for name in REDUCTIONS:
        agree(f"sum({name}(K, axis=0))", SHAPES)
