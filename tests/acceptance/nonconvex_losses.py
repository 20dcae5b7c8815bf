"""Losses that are neither convex nor concave, as text, in SymPy and as JAX code, beside NumPy's own values."""

from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np
import sympy as sp

n, d, h, k, m = sp.symbols("n d h k m", integer=True, positive=True)
i, j, q = sp.symbols("i j q", integer=True)
w, A, a, v, X, y = (sp.IndexedBase(name) for name in ("w", "A", "a", "v", "X", "y"))
U, V, Y = (sp.IndexedBase(name) for name in "UVY")
b = sp.Symbol("b")

DATA = {"X": "n d", "y": "n"}
LINEAR, WITH_BIAS = {"w": "d"}, {"w": "d", "b": ""}
NETWORK, BIASED_NETWORK = {"A": "d h", "v": "h"}, {"A": "d h", "a": "h", "v": "h", "b": ""}


@dataclass(frozen=True)
class Loss:
    """`value` takes the variables, then the parameters, in the order in which they are declared; so does `jax`."""

    variables: dict
    parameters: dict
    value: object
    jax: object
    text: str
    sympy: object = None
    targets: str = "f"


def sample(term):
    return sp.Sum(term, (i, 0, n - 1))


def score(entry=None):
    """``X @ w`` of sample i, or the score of hidden unit q."""
    return sp.Sum(X[i, j] * (w[j] if entry is None else A[j, entry]), (j, 0, d - 1))


def logistic(t):
    return 1 / (1 + sp.exp(-t))


def sigmoid(t):
    return 1 / (1 + np.exp(-t))


ACTIVATIONS = {  # in NumPy, JAX, text and SymPy
    "tanh": (np.tanh, jnp.tanh, "tanh({})", sp.tanh),
    "relu": (lambda t: np.maximum(t, 0), jax.nn.relu, "max({}, 0)", lambda t: sp.Max(t, 0)),
    "sigmoid": (sigmoid, jax.nn.sigmoid, "sigmoid({})", logistic),
}
OUTPUTS = {
    "squared error": (
        "f",
        lambda z, y: np.mean((z - y) ** 2),
        lambda z, y: jnp.mean((z - y) ** 2),
        "mean(({} - y)**2)",
        lambda z: sample((z - y[i]) ** 2) / n,
    ),
    "cross-entropy": (
        "s",
        lambda z, y: np.mean(np.logaddexp(0, -y * z)),
        lambda z, y: jnp.mean(jnp.logaddexp(0, -y * z)),
        "mean(log(1 + exp(-y*({}))))",
        lambda z: sample(sp.log(1 + sp.exp(-y[i] * z))) / n,
    ),
}


def network(activation, output, biased):
    """A perceptron with one hidden layer; the last layer is linear."""
    np_act, jax_act, text_act, sympy_act = ACTIVATIONS[activation]
    targets, np_out, jax_out, text_out, sympy_out = OUTPUTS[output]
    if biased:
        return Loss(
            BIASED_NETWORK,
            DATA,
            lambda A, a, v, b, X, y: np_out(np_act(X @ A + a) @ v + b, y),
            lambda A, a, v, b, X, y: jax_out(jax_act(X @ A + a) @ v + b, y),
            text_out.format(text_act.format("X @ A + a") + " @ v + b"),
            targets=targets,
        )
    return Loss(
        NETWORK,
        DATA,
        lambda A, v, X, y: np_out(np_act(X @ A) @ v, y),
        lambda A, v, X, y: jax_out(jax_act(X @ A) @ v, y),
        text_out.format(text_act.format("X @ A") + " @ v"),
        (sympy_out(sp.Sum(v[q] * sympy_act(score(q)), (q, 0, h - 1))), [A, v]),
        targets,
    )


LOSSES = {
    "logistic, squared error": Loss(
        LINEAR,
        DATA,
        lambda w, X, y: np.mean((sigmoid(X @ w) - y) ** 2),
        lambda w, X, y: jnp.mean((jax.nn.sigmoid(X @ w) - y) ** 2),
        "mean((1/(1 + exp(-(X @ w))) - y)**2)",
        (sample((logistic(score()) - y[i]) ** 2) / n, [w]),
        "u",
    ),
    "logistic, squared error, bias": Loss(
        WITH_BIAS,
        DATA,
        lambda w, b, X, y: np.mean((sigmoid(X @ w + b) - y) ** 2),
        lambda w, b, X, y: jnp.mean((jax.nn.sigmoid(X @ w + b) - y) ** 2),
        "mean((sigmoid(X @ w + b) - y)**2)",
        (sample((logistic(score() + b) - y[i]) ** 2) / n, [w, b]),
        "u",
    ),
    "Student-t": Loss(
        LINEAR,
        DATA,
        lambda w, X, y: np.sum(np.log1p((X @ w - y) ** 2 / 3)),
        lambda w, X, y: jnp.sum(jnp.log1p((X @ w - y) ** 2 / 3)),
        "sum(log(1 + (X @ w - y)**2/3))",
        (sample(sp.log(1 + (score() - y[i]) ** 2 / 3)), [w]),
    ),
    "bilinear": Loss(
        {"a": "d", "v": "d"},
        {},
        lambda a, v: a @ v,
        lambda a, v: jnp.vdot(a, v),
        "a @ v",
        (sp.Sum(a[j] * v[j], (j, 0, d - 1)), [a, v]),
    ),
    "bilinear form": Loss(
        {"a": "n", "v": "d"},
        {"X": "n d"},
        lambda a, v, X: a @ X @ v,
        lambda a, v, X: a @ X @ v,
        "a @ X @ v",
        (sample(a[i] * sp.Sum(X[i, j] * v[j], (j, 0, d - 1))), [a, v]),
    ),
    "matrix factorisation": Loss(
        {"U": "n k", "V": "m k"},
        {"Y": "n m"},
        lambda U, V, Y: np.sum((U @ V.T - Y) ** 2),
        lambda U, V, Y: jnp.sum((U @ V.T - Y) ** 2),
        "sum((U @ V.T - Y)**2)",
        (
            sp.Sum((sp.Sum(U[i, q] * V[j, q], (q, 0, k - 1)) - Y[i, j]) ** 2, (i, 0, n - 1), (j, 0, m - 1)),
            [U, V],
        ),
    ),
    **{
        f"network, {activation}, {output}{', bias' if biased else ''}": network(activation, output, biased)
        for activation in ACTIVATIONS
        for output in OUTPUTS
        for biased in (False, True)
    },
}
