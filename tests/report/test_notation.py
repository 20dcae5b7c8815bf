"""Array notation is read back by the text reader: it must be the same function."""

import pytest

from convexcheck.read.text import read_text
from convexcheck.report.notation import array_text

VECTOR = ({"w": "d"}, {"X": "n d", "y": "n"})
MATRIX = ({"W": "d k"}, {"X": "n d", "Y": "n k"})

# (text, variables, parameters, the array notation; None where it must fall back on index notation)
CASES = [
    ("sum(log(1 + exp(-y*(X @ w))))", *VECTOR, "sum(log(1 + exp(-y*(X @ w))))"),
    ("sum((X @ w - y)**2)/(2*n)", *VECTOR, "sum((X @ w - y)**2)/(2*n)"),
    ("mean(y*(X @ w))", *VECTOR, "sum(y*(X @ w))/n"),
    ("norm1(X @ w - y)", *VECTOR, "sum(abs(X @ w - y))"),
    ("sum(logsumexp(X @ W, axis=1) - sum(Y*(X @ W), axis=1))", *MATRIX, None),
    ("sum((X @ W - Y)**2)", *MATRIX, "sum((X @ W - Y)**2)"),
    ("max(X @ w) + y[0]", {"w": "d"}, {"X": "n d", "y": "n"}, "y[0] + max(X @ w)"),
    ("w @ (A @ w)", {"w": "d"}, {"A": "d d"}, "sum(w*(A @ w))"),
    ("b @ w", {"w": "d"}, {"b": "d"}, "b @ w"),
    ("sum((tanh(X @ W + b) @ v + c - y)**2)", {"W": "d h", "b": "h", "v": "h", "c": ""}, {"X": "n d", "y": "n"}, None),
    ("sum((tanh(X @ W.T) @ v - y)**2)", {"W": "h d", "v": "h"}, {"X": "n d", "y": "n"}, None),
    ("trace(W @ S)", {"W": "n n"}, {"S": "n n"}, "sum(S.T*W)"),
    ("sum(U[:, 0]*w)", {"w": "d"}, {"U": "d 3"}, "U[:, 0] @ w"),
    ("sum(max(0, 1 - y*(X @ w)))", *VECTOR, "sum(max(0, 1 - y*(X @ w)))"),
    ("x**2 - 3*x", {"x": ""}, None, "x**2 - 3*x"),
]


@pytest.mark.parametrize(("source", "variables", "parameters", "expected"), CASES)
def test_it_reads_back_as_the_same_function(source, variables, parameters, expected):
    statement = read_text(source, variables, parameters)
    found = array_text(statement.function)
    assert expected is None or found == expected
    assert "Sum(" not in found
    assert read_text(found, variables, parameters).function is statement.function


# index notation stays where there is no array form
LEFT = [
    ("Sum(i < n, x[i]*i)", {"x": "n"}, None),  # an index as a number
    ("Sum(i < n, x[i]*x[n - 1 - i])", {"x": "n"}, None),  # a reversal
]


@pytest.mark.parametrize(("source", "variables", "parameters"), LEFT)
def test_index_notation_stays_where_there_is_no_other(source, variables, parameters):
    statement = read_text(source, variables, parameters)
    assert array_text(statement.function) == str(statement.function)
