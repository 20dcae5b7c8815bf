"""Sums over several indices: equal ones become the same, different ones stay apart, values do not change."""

import random

import numpy as np
import pytest

from convexcheck.expression.bounds import Context
from convexcheck.expression.contraction import FIRST, contracted, summed
from convexcheck.expression.normal import identical, polynomial, products
from convexcheck.expression.statement import Statement
from convexcheck.expression.term import Expression, add, bind, instantiate, mul
from convexcheck.read.text import read_text
from convexcheck.search.numeric import Program

SHAPES = {"X": "n n", "Y": "n n", "A": "m n", "x": "n", "v": "n"}
EQUAL = [
    ("x @ A.T @ A @ x", "sum((A @ x)**2)", ""),
    ("trace(X @ Y)", "trace(Y @ X)", ""),
    ("trace(X @ X)", "sum(X**2)", "symmetric(X)"),
    ("trace(X @ Y @ X)", "trace(X @ X @ Y)", ""),
    ("trace(X @ Y @ X.T)", "trace(X.T @ X @ Y)", ""),
    ("trace(X @ X @ X @ Y)", "trace(X @ Y @ X @ X)", ""),
    ("x @ X @ v", "v @ X @ x", "psd(X)"),
    ("x @ inv(X) @ v", "v @ inv(X) @ x", "posdef(X)"),
    ("trace(X @ inv(Y) @ X @ inv(Y))", "trace(inv(Y) @ X.T @ inv(Y) @ X.T)", "posdef(Y)"),
    ("sum(A @ x)*sum(A @ v)", "sum(A @ v)*sum(A @ x)", ""),
    ("Sum(i < n, Sum(j < n, x[i]*v[j]))", "sum(x)*sum(v)", ""),
    ("trace(X @ Y) + n*sum(x)", "Sum(i < n, Sum(j < n, X[i, j]*Y[j, i] + x[j]))", ""),
    ("Sum(i < n, Sum(j < n, Sum(k < n, x[i]*x[j]*x[k]*X[i, j]*X[j, k]*X[k, i])))",
     "Sum(i < n, Sum(j < n, Sum(k < n, x[i]*x[j]*x[k]*X[j, i]*X[k, j]*X[i, k])))", ""),
]  # fmt: skip
DIFFERENT = [
    ("trace(X @ X)", "sum(X**2)", ""),
    ("x @ X @ v", "v @ X @ x", ""),
    ("x @ inv(X) @ v", "v @ inv(X) @ x", "symmetric(Y)"),
    ("trace(X @ Y @ X.T)", "trace(X @ X.T @ Y)", ""),
    ("trace(X @ inv(Y) @ X @ inv(Y))", "trace(inv(Y) @ X.T @ inv(Y) @ X)", "posdef(Y)"),
    ("sum(x)**2", "sum(x**2)", ""),
    ("trace(X @ X @ Y @ Y)", "trace(X @ Y @ X @ Y)", "symmetric(X), symmetric(Y)"),
    ("n*sum(x)", "m*sum(x)", ""),
]  # fmt: skip


def read(function: str, domain: str = "") -> Statement:
    used = {k: s for k, s in SHAPES.items() if k in function.replace("trace", "") + domain}
    more = {"A": "m n"} if "m*" in function else {}
    return read_text(function, {"x": "n", **used, **more}, domain=domain)


@pytest.mark.parametrize(("a", "b", "domain"), EQUAL)
def test_equal_sums_are_identical(a: str, b: str, domain: str) -> None:
    s, t = read(a, domain), read(b, domain)
    assert identical(s.function, t.function, Context(s))


@pytest.mark.parametrize(("a", "b", "domain"), DIFFERENT)
def test_different_sums_are_not(a: str, b: str, domain: str) -> None:
    s, t = read(a, domain), read(b, domain)
    assert not identical(s.function, t.function, Context(s))


@pytest.mark.parametrize(("function", "domain"), [(f, d) for row in (*EQUAL, *DIFFERENT) for f, d in
                                                  ((row[0], row[2]), (row[1], row[2]))])  # fmt: skip
def test_the_products_have_the_value_of_the_function(function: str, domain: str) -> None:
    s, rng = read(function, domain), np.random.default_rng(1)
    c = Context(s)
    found = products(polynomial(s.function, c), c)
    total = add(*(mul(k, _closed(product)) for product, k in found.items()))
    B, C, A = rng.normal(size=(3, 3)), rng.normal(size=(3, 3)), rng.normal(size=(2, 3))
    X, Y = (B @ B.T, C @ C.T) if domain else (B, C)
    arrays = {"X": X, "Y": Y, "A": A, "x": rng.normal(size=3), "v": rng.normal(size=3)}
    values = {("var", k): a[..., None] for k, a in arrays.items()}
    one, other = (float(Program(e, {"n": 3, "m": 2})(values)[0]) for e in (s.function, total))
    assert one == pytest.approx(other, rel=1e-9)


def _closed(product: Expression) -> Expression:
    for index in summed(product):
        product = bind("Sum", index, product)
    return product


def test_names_do_not_depend_on_the_order_of_the_sums() -> None:
    s, rng = read("trace(X @ Y @ X @ inv(Y))", "posdef(Y)"), random.Random(0)
    c, seen = Context(s), set()
    ((factors, _),) = [(mul(*(g for g, _ in m)), k) for m, k in polynomial(s.function, c).items()]
    body, indices = factors, []
    while body.op == "Sum":
        indices.append(Expression("index", (body.args[0],), FIRST + len(indices)))
        body = instantiate(body.args[1], [indices[-1]])
    for _ in range(12):
        rng.shuffle(indices)
        shuffled = body
        for index in indices:
            shuffled = bind("Sum", index, shuffled)
        seen |= set(products(polynomial(shuffled, c), c))
    assert len(seen) == 1


def test_a_sum_that_does_not_depend_on_its_index_counts_its_size() -> None:
    s = read("n*sum(x)")
    c = Context(s)
    ((m, k),) = polynomial(read("sum(x)").function, c).items()
    constant = {m: k}
    found = contracted(constant, lambda e: polynomial(Expression("pi"), c), c)  # the body turns out to be constant
    assert [str(product) for product in found] == ["pi*n"]
