"""Subscripts: the statement's value is NumPy's, and indices are checked where they are numbers."""

import pytest

from convexcheck.expression.errors import ConvexcheckError, Unsupported
from convexcheck.read.text import read_text
from tests.read.numpy_oracle import agree

SHAPES = {"X": "n n", "w": "n", "K": "3 2", "T": "2 3 n"}
GATHERED = {"y": "n", "k": ""}
TEXTS = [
    "w[0]", "w[-1]", "w[n - 1]", "X[0, 0]", "X[0] @ w", "X[:, 0] @ w", "sum(X[:])", "sum(X[:, :])", "K[2, 1]",
    "K[-3, -2]",
    "sum(K[1])", "sum(K[:, 1])", "sum(T[1, 2])", "sum(T[:, 1]*w)", "sum(T[0, :, 0])", "sum(T[:, :, 0] * K.T)",
    "X[0][0]", "(X @ w)[0]", "X.T[n - 1, 0]", "exp(X)[0, n - 1]", "sum(X[0, :]*X[:, 0])",
]  # fmt: skip
WITH_DATA = [
    "sum(w[y]) + w[k]", "w[y] @ w + X[k, k]", "sum(X[y]) + k*w[k]", "sum(X[:, y] @ w) - w[k]", "sum(X[k, y])",
    "sum(X[y, k])", "sum(X[y, y]*y) + w[k]", "sum(T[0, k - k, y])", "sum(X[0, y[k]]*w)", "w[y[k]]",
    "sum(T[:, 0, y])*w[k]",
]  # fmt: skip


@pytest.mark.parametrize("text", TEXTS)
def test_numbers_and_sizes(text):
    agree(text, SHAPES)


@pytest.mark.parametrize("text", WITH_DATA)
def test_integer_parameters(text):
    agree(text, SHAPES, GATHERED, integer={"y", "k"})


def test_a_bound_index_gathers():
    oracle = "sum(X[np.arange(n), y]) + w[k]"
    agree("Sum(i < n, X[i, y[i]]) + w[k]", SHAPES, GATHERED, integer={"y", "k"}, oracle=oracle)


def test_a_size_that_is_given_admits_an_index():
    agree("w[2] + X[1, -3]", SHAPES, given="n >= 3")
    agree("w[2]", SHAPES, given=["2 < n"])


def test_only_parameters_that_serve_as_index_are_integers():
    data, given = {"y": "n", "t": "n"}, "0 <= y, y <= k - 1"
    statement = read_text("Sum(i < n, (w[y[i]] - t[i])**2)", {"w": "k"}, data, given=given)
    assert {n: d.integer for n, d in statement.parameters.items()} == {"y": True, "t": False}
    assert len(statement.given) == 2


INTEGERS = "expected integers, sizes, bound indices and parameters"
ERRORS = {
    "w[1]": "index 1 is out of range where n = 1: '1' at column 3; try: given n >= 2",
    "w[-2]": "index -2 is out of range where n = 1: '-2' at column 3; try: given n >= 2",
    "w[n]": "index n is out of range of an axis of size n: 'n' at column 3",
    "w[n + 3]": "index 3 + n is out of range of an axis of size n: 'n + 3' at column 3",
    "w[n - 2]": "index n - 2 is out of range where n = 1: 'n - 2' at column 3; try: given n >= 2",
    "w[2*n - 2]": "index 2*n - 2 is out of range where n = 2: '2*n - 2' at column 3",
    "X[0, -n]": "index -n is out of range where n = 1: '-n' at column 6",
    "K[3, 0]": "index 3 is out of range of an axis of size 3: '3' at column 3",
    "w[0, 0]": "2 indices for shape (n,): 'w[0, 0]' at column 1",
    "c[0]": "1 indices for shape (): 'c[0]' at column 1; try: declare a shape",
    "w[c]": f"an index that is no integer: 'c' at column 3; {INTEGERS}",
    "w[0.5]": f"an index that is no integer: '0.5' at column 3; {INTEGERS}",
    "w[n/2]": f"an index that is no integer: 'n/2' at column 3; {INTEGERS}",
    "w[exp(0)]": f"an index that is no integer: 'exp(0)' at column 3; {INTEGERS}",
    "w[w > 0]": "a condition where a number is needed: 'w > 0' at column 3; "
    "try: where(condition, a, b), or domain= and given=",
    "w['a']": 'character "\'" at column 3, near "\'a\']"; expected names, numbers, operators, calls',
}


@pytest.mark.parametrize(("text", "message"), ERRORS.items())
def test_errors(text, message):
    with pytest.raises(ConvexcheckError) as caught:
        read_text(text, {**SHAPES, "c": ""})
    assert str(caught.value) == f"read.text: {message}"


SLICES = [
    "sum((w[1:] - w[:-1])**2)", "sum(w[2:] - 2*w[1:-1] + w[:-2])", "sum(w[0:2])", "w[:2] @ w[-2:]",
    "sum(X[1:, :-1] @ w[1:])",
    "sum(X[:, 1:3]*K[0:1])", "sum(K[1:])", "sum(K[-2:9, :1])", "sum(w[1:][0])", "sum(w[2:2]) + c",
    "sum(T[:, 1:, 0] - T[:, :2, 2])",
    "sum(X[:3][:, 1:][-1])", "mean(w[1:])", "sum(T[1:, 0, :2])", "max(w[1:])",
]  # fmt: skip


@pytest.mark.parametrize("text", SLICES)
def test_slices(text):
    agree(text, {**SHAPES, "c": ""}, given="n >= 3")


def test_a_slice_prints_and_reads_back():
    statement = read_text("sum((w[1:] - w[:-1])**2)", {"w": "n"}, given="n >= 2")
    assert read_text(str(statement.function), {"w": "n"}).function is statement.function


def test_a_slice_beyond_the_end_is_refused():
    with pytest.raises(ConvexcheckError) as caught:
        read_text("sum(w[3:])", {"w": "n"}, given="n >= 2")
    assert str(caught.value) == (
        "read.text: a slice beyond an axis of size n = 2: '3:' at column 7; try: a larger least size in given="
    )
    with pytest.raises(Unsupported, match=r"a condition on an array of shape \(n - 1,\): 'w\[1:\] >= w\[:-1\]'"):
        read_text("sum(w)", {"w": "n"}, domain="w[1:] >= w[:-1]")


@pytest.mark.parametrize("text", ["sum(w[n:])", "sum(w[::2])", "sum(T[y, :, y])", "sum(w[-1:1])"])
def test_numpy_subscripts_that_cannot_be_stated(text):
    with pytest.raises(Unsupported):
        read_text(text, SHAPES, None if "y" not in text else {"y": "n"})
