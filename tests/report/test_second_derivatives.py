"""The symbolic Hessian: its entries against jax.hessian, and against SymPy."""

import flint
import jax
import jax.numpy as jnp
import numpy as np
import pytest
import sympy

import convexcheck as cc
from convexcheck.expression.evaluate import evaluate
from convexcheck.expression.term import const, instantiate

SIZES = {"n": 4, "d": 3}
# (text, variables, parameters, the same in JAX)
CASES = [
    ("sum((X @ w - y)**2)", {"w": "d"}, {"X": "n d", "y": "n"}, lambda w, X, y: jnp.sum((X @ w - y) ** 2)),
    ("sum(log(1 + exp(-y*(X @ w + b))))", {"w": "d", "b": ""}, {"X": "n d", "y": "n"},
     lambda w, b, X, y: jnp.sum(jnp.log(1 + jnp.exp(-y * (X @ w + b))))),
    ("log(sum(exp(x)))", {"x": "n"}, {}, lambda x: jnp.log(jnp.sum(jnp.exp(x)))),
    ("sum((A @ x - x)**2)", {"x": "n"}, {"A": "n n"}, lambda x, A: jnp.sum((A @ x - x) ** 2)),
    ("trace(W.T @ W @ A)", {"W": "n d"}, {"A": "d d"}, lambda W, A: jnp.trace(W.T @ W @ A)),
    ("sum(where(y > 0, w**3, w**2))", {"w": "n"}, {"y": "n"}, lambda w, y: jnp.sum(jnp.where(y > 0, w**3, w**2))),
    ("x**2*y", {"x": "", "y": ""}, {}, lambda x, y: x**2 * y),
]  # fmt: skip


@pytest.mark.parametrize(("source", "variables", "parameters", "loss"), CASES, ids=[case[0] for case in CASES])
def test_every_entry_against_jax(source, variables, parameters, loss):
    rng = np.random.default_rng(0)
    shapes = {n: [SIZES[s] for s in shape.split()] for n, shape in (variables | parameters).items()}
    values = {n: rng.standard_normal(shape) for n, shape in shapes.items()}
    H = cc.hessian(source, wrt=variables, parameters=parameters)
    exact = np.frompyfunc(lambda x: flint.fmpq(*float(x).as_integer_ratio()), 1, 1)
    arrays = {("var" if n in variables else "par", n): np.asarray(exact(a), dtype=object) for n, a in values.items()}
    with jax.enable_x64(True):
        expected = jax.hessian(loss, argnums=tuple(range(len(variables))))(*values.values())
    for p, a in enumerate(variables):
        for q, b in enumerate(variables):
            block = np.asarray(expected[p][q])
            for index in np.ndindex(block.shape):
                entry = instantiate(H.entries[a, b], [const(k) for k in index])
                assert float(evaluate(entry, arrays, SIZES).mid()) == pytest.approx(block[index], rel=1e-9, abs=1e-12)


def test_what_is_printed():
    H = cc.hessian("sum((X @ w)**2)", wrt={"w": "d"}, parameters={"X": "n d"})
    assert str(H) == "H[w[i], w[j]] = 2*Sum(k < n, X[k, i]*X[k, j])"
    assert H["w", "w"] == "2*Sum(k < n, X[k, i]*X[k, j])"


def test_sympy_gets_a_matrix_of_sympy():
    x, y = sympy.symbols("x y", real=True)
    assert cc.hessian(x**2 * y) == cc.hessian(x**2 * y, wrt=[x, y]) == sympy.Matrix([[2 * y, 2 * x], [2 * x, 0]])
    assert cc.hessian(x**2 * y, wrt=x) == sympy.Matrix([[2 * y]])


def test_errors():
    with pytest.raises(cc.ConvexcheckError, match="may have a kink"):
        cc.hessian("abs(x)")
    H = cc.hessian("sum(w**2)", wrt={"w": "d"})
    with pytest.raises(cc.ConvexcheckError, match=r"no block \('w', 'x'\); expected two of w"):
        H["w", "x"]
    with pytest.raises(cc.ConvexcheckError, match="rows of a Hessian in arrays"):
        H.rows()
