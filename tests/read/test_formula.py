"""Operators on scalars and arrays: the statement's value is NumPy's, at random sizes and data."""

import pytest

from convexcheck.expression.errors import ConvexcheckError
from convexcheck.read.text import read_text
from tests.read.numpy_oracle import agree

SCALAR = {"x": "", "y": ""}
# Texts of two scalars. Precedence is Python's: -x**2, x/y*y, x**-2 and 2**3**2 are easy to get wrong.
SCALARS = [
    "x + y", "x - y - 1", "-x**2", "(-x)**2", "x/y*3", "x/(y*3)", "1/x/y", "x**-2 + y", "2**3**2*x + y", "2**x + y",
    "x - -y", "+x*-y", "0.1*x + 1e-3*y", "x*y*x", "x**2*x + y", "(x - y)/(x + y + 40)", "x - (y - (x - 2))", "3",
    "1 - 2 - 3 + x + y", "8/4/2*x + y", "x**(1 + 1)/y", "pi*x + e*y", "e**x + y", ".5*x + 2.*y",
]  # fmt: skip
POSITIVE = ["x**0.5 + y", "x**(1/3)*y**(2/3)", "x**y", "x**(-1/2)*y", "1/sqrt(x) + y", "(x*y)**0.25"]
CHOICES = [
    "where(x > 0, x, y)", "where(x >= y, x**2, -y)", "where(0 < x <= 1, x, 2*y)", "where(x == y, 1, 2) + x + y",
    "where(x != y, 1, 2) + x + y", "where(not x > 0, x, y)", "where(x < 0, 1, where(y < 0, 2, 3)) + x",
]  # fmt: skip
# NumPy has no `and` of arrays, so the oracle is written with & and |
JOINED = [
    ("where(x > 0 and y > 0, x, y)", "where((x > 0) & (y > 0), x, y)"),
    ("where(x > 0 or y > 0 or x < y, x, y)", "where((x > 0) | (y > 0) | (x < y), x, y)"),
    ("where(not (x > 0 and (y > 0 or x > y)), x, y)", "where(np.logical_not((x > 0) & ((y > 0) | (x > y))), x, y)"),
]

MATRICES = {
    "X": "n d", "w": "d", "y": "n", "A": "n n", "b": "n", "c": "", "Z": "n 1", "R": "1 d", "K": "3 2", "W": "d k",
}  # fmt: skip
ARRAYS = [
    "sum(X @ w)", "sum((X @ w - y)**2)", "y @ X @ w", "y @ A @ y", "b @ A.T @ y", "sum(X.T @ y)", "sum(X.T @ X)",
    "sum(X @ W @ W.T)", "sum(A @ A)", "sum(X + y @ X)", "sum(X*w)", "sum(X*Z)", "sum(Z*w - R/2)", "sum(Z + y)",
    "sum(y.T*b)", "sum(X.T.T*Z)", "sum(-X + c)", "sum(X**2/(1 + X**2))", "sum(2**y)", "sum(c - X - R - Z)",
    "sum(K) + sum(K @ K.T)", "sum(where(X > 0, X, c*Z))", "sum(where(y > c, 1, 0))", "c*(y @ b) + 1",
    "sum((X*X).T*X.T)",
    "y @ y/(1 + b @ b)", "sum(R @ w) + sum(Z.T @ y)", "sum(Z @ R)", "sum(n*y + d)", "sum(y)/n - d",
]  # fmt: skip


@pytest.mark.parametrize("text", [*SCALARS, *CHOICES])
def test_scalars(text):
    agree(text, SCALAR)


@pytest.mark.parametrize("text", POSITIVE)
def test_positive_scalars(text):
    agree(text, SCALAR, positive=True)


@pytest.mark.parametrize(("text", "oracle"), JOINED)
def test_joined_conditions(text, oracle):
    agree(text, SCALAR, oracle=oracle)


@pytest.mark.parametrize("text", ARRAYS)
def test_arrays(text):
    agree(text, MATRICES)


# Shapes that NumPy refuses, whatever the sizes are.
MISFITS = {
    "sum(X + y)": "read.text: shapes (n, d) and (n,) do not broadcast: 'X + y' at column 5; expected equal sizes, or 1",
    "sum(1 + w - X*2 - y)": (
        "read.text: shapes (n, d) and (n,) do not broadcast: '1 + w - X*2 - y' at column 5; expected equal sizes, or 1"
    ),
    "sum(w*y*X)": "read.text: shapes (d,) and (n,) do not broadcast: 'w*y' at column 5; expected equal sizes, or 1",
    "w @ X": "read.text: shapes (d,) and (n, d) do not match: 'w @ X' at column 1; expected equal inner sizes",
    "c @ w": "read.text: @ with an operand of shape (): 'c @ w' at column 1; expected vectors and matrices; try: *",
    "sum(y**w)": "read.text: shapes (n,) and (d,) do not broadcast: 'y**w' at column 5; expected equal sizes, or 1",
    "sum(where(y > w, 1, 2))": (
        "read.text: shapes (n,) and (d,) do not broadcast: 'where(y > w, 1, 2)' at column 5; expected equal sizes, or 1"
    ),
}


@pytest.mark.parametrize(("text", "message"), MISFITS.items())
def test_misfits(text, message):
    with pytest.raises(ConvexcheckError) as caught:
        read_text(text, MATRICES)
    assert str(caught.value) == message


def test_a_long_sum_is_not_a_deep_one():
    total = " + ".join(f"{k}*x{k}" for k in range(1, 500))
    assert read_text(total).function.depth == 3


def test_a_decimal_is_exact():
    assert str(read_text("x + 0.1 + 1e-20").function) == f"{10**19 + 1}/{10**20} + x"
