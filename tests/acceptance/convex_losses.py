"""Convex losses in the spellings that people use: as text, in SymPy and as JAX code, beside NumPy's own values.

A loss is a function of scores z and targets y, and the scores are ``X @ w`` or, with a bias, ``X @ w + b`` (for
several classes ``X @ W`` and ``X @ W + b``). In texts `Z` stands for the scores.
"""

import re
from dataclasses import dataclass, field

import jax
import jax.numpy as jnp
import numpy as np
import optax
import sympy as sp

from tests.acceptance.draws import draw

RANK, NEVER, ALWAYS = "full column rank", "never", "always"  # when a loss is strictly convex

n, d, k = sp.symbols("n d k", integer=True, positive=True)
i, j, of_class = sp.symbols("i j m", integer=True)
w, W, b = sp.IndexedBase("w"), sp.IndexedBase("W", shape=(d, k)), sp.IndexedBase("b")
X, y, Y = sp.IndexedBase("X"), sp.IndexedBase("y"), sp.IndexedBase("Y")
classes = sp.IndexedBase("y", shape=(n,))  # used as indices, so integers
bias, c, positive = sp.Symbol("b"), sp.Symbol("c", nonnegative=True), sp.Symbol("c", positive=True)


def each(term):
    """The sum over samples."""
    return sp.Sum(term, (i, 0, n - 1))


def scores(column=None):
    """What `Z` stands for: without and with a bias."""
    product = sp.Sum(X[i, j] * (w[j] if column is None else W[j, column]), (j, 0, d - 1))
    return [product, product + (bias if column is None else b[column])]


def log_total(z):
    """The logarithm of the sum of exponentials over classes."""
    return sp.log(sp.Sum(sp.exp(z), (of_class, 0, k - 1)))


def logistic(t):
    return 1 / (1 + sp.exp(-t))


squared_norm = sp.Sum(w[j] ** 2, (j, 0, d - 1))


@dataclass(frozen=True)
class Loss:
    """A loss in several spellings; `value` is what NumPy says that it is.

    Args:
        value: of scores, targets and, where there is a penalty, its weight c and the weights.
        targets: the kind of data that y is; see `draws.py`.
        text, sympy, jax: the spellings; SymPy's take what the scores are, and JAX's the arguments of `value`.
        strict: when it is strictly convex.
        given: what must be assumed of the data, as text.
        classes: whether the weights are a matrix.
        penalty: "c" where the weight of a penalty is a parameter, "fixed" where it is a number in the loss.
        modulus: of strong convexity without a bias, as a function of c (a bias bears no penalty).
    """

    value: object
    targets: str
    text: tuple = ()
    sympy: tuple = ()
    jax: dict = field(default_factory=dict)
    strict: str = RANK
    given: str = ""
    classes: bool = False
    penalty: str = ""
    modulus: object = None


def softplus(t):
    return np.logaddexp(0, t)


def log_sum_exp(z):
    return np.log(np.sum(np.exp(z), axis=1))


def picked(z, y):
    return z[np.arange(len(y)), y]


LOSSES = {
    "least squares": Loss(
        value=lambda z, y: np.mean((z - y) ** 2),
        targets="f",
        text=("mean((Z - y)**2)", "sum((Z - y)**2)/n", "norm(Z - y)**2/n", "(Z - y) @ (Z - y)/n"),
        sympy=(lambda z: each((z - y[i]) ** 2) / n,),
        jax={
            "mean": lambda z, y: jnp.mean((z - y) ** 2),
            "vdot": lambda z, y: jnp.vdot(z - y, z - y) / y.size,
            "norm": lambda z, y: jnp.linalg.norm(z - y) ** 2 / z.shape[0],
            "optax": lambda z, y: optax.squared_error(z, y).mean(),
        },
    ),
    "ridge": Loss(
        value=lambda z, y, c, w: np.mean((z - y) ** 2) + c * np.sum(w**2),
        targets="f",
        text=("mean((Z - y)**2) + c*sum(w**2)", "norm(Z - y)**2/n + c*norm(w)**2"),
        sympy=(lambda z: each((z - y[i]) ** 2) / n + c * squared_norm,),
        jax={
            "sum": lambda z, y, c, w: jnp.mean((z - y) ** 2) + c * jnp.sum(w**2),
            "product": lambda z, y, c, w: jnp.mean(jnp.square(z - y)) + c * w @ w,
        },
        given="c >= 0",
        penalty="c",
        modulus=lambda c: 2 * c,
    ),
    "ridge with halves": Loss(
        value=lambda z, y, c, w: np.sum((z - y) ** 2) / 2 + c / 2 * np.sum(w**2),
        targets="f",
        text=("sum((Z - y)**2)/2 + c/2*sum(w**2)",),
        sympy=(lambda z: each((z - y[i]) ** 2) / 2 + positive / 2 * squared_norm,),
        jax={"halves": lambda z, y, c, w: 0.5 * jnp.sum((z - y) ** 2) + 0.5 * c * jnp.sum(w**2)},
        strict=ALWAYS,
        given="c > 0",
        penalty="c",
        modulus=lambda c: c,
    ),
    "ridge with a fixed weight": Loss(
        value=lambda z, y, w: np.mean((z - y) ** 2) + np.sum(w**2) / 8,
        targets="f",
        text=("mean((Z - y)**2) + 0.125*sum(w**2)",),
        sympy=(lambda z: each((z - y[i]) ** 2) / n + squared_norm / 8,),
        jax={"constant": lambda z, y, w: jnp.mean((z - y) ** 2) + 0.125 * jnp.sum(w**2)},
        strict=ALWAYS,
        penalty="fixed",
        modulus=lambda c: 1 / 4,
    ),
    "logistic, -1 or 1": Loss(
        value=lambda z, y: np.mean(softplus(-y * z)),
        targets="s",
        text=(
            "mean(log1p(exp(-y*Z)))",
            "mean(log(1 + exp(-y*Z)))",
            "mean(logaddexp(0, -y*Z))",
            "mean(softplus(-y*Z))",
            "-mean(log(sigmoid(y*Z)))",
        ),
        sympy=(
            lambda z: each(sp.log(1 + sp.exp(-y[i] * z))) / n,
            lambda z: -each(sp.log(logistic(y[i] * z))) / n,
        ),
        jax={
            "log1p": lambda z, y: jnp.mean(jnp.log1p(jnp.exp(-y * z))),
            "logaddexp": lambda z, y: jnp.logaddexp(0, -y * z).mean(),
            "softplus": lambda z, y: jax.nn.softplus(-y * z).mean(),
            "log_sigmoid": lambda z, y: -jax.nn.log_sigmoid(y * z).mean(),
            "log of sigmoid": lambda z, y: -jnp.mean(jnp.log(jax.nn.sigmoid(y * z))),
        },
    ),
    "logistic, 0 to 1": Loss(
        value=lambda z, y: np.mean(softplus(z) - y * z),
        targets="u",
        text=(
            "mean(log1p(exp(Z)) - y*Z)",
            "mean(logaddexp(0, Z) - y*Z)",
            "mean(softplus(Z) - y*Z)",
            "-mean(y*log(sigmoid(Z)) + (1 - y)*log(1 - sigmoid(Z)))",
        ),
        sympy=(
            lambda z: each(sp.log(1 + sp.exp(z)) - y[i] * z) / n,
            lambda z: each(-y[i] * sp.log(logistic(z)) - (1 - y[i]) * sp.log(1 - logistic(z))) / n,
        ),
        jax={
            "log1p": lambda z, y: jnp.mean(jnp.log1p(jnp.exp(z)) - y * z),
            "softplus": lambda z, y: jnp.mean(jax.nn.softplus(z) - y * z),
            "log_sigmoid": lambda z, y: -jnp.mean(y * jax.nn.log_sigmoid(z) + (1 - y) * jax.nn.log_sigmoid(-z)),
            "log of sigmoid": lambda z, y: -jnp.mean(
                y * jnp.log(jax.nn.sigmoid(z)) + (1 - y) * jnp.log(1 - jax.nn.sigmoid(z))
            ),
            "stable": lambda z, y: jnp.mean(jnp.maximum(z, 0) - z * y + jnp.log1p(jnp.exp(-jnp.abs(z)))),
            "optax": lambda z, y: optax.sigmoid_binary_cross_entropy(z, y).mean(),
        },
    ),
    "softmax, one-hot": Loss(
        value=lambda z, y: np.mean(log_sum_exp(z) - np.sum(y * z, axis=1)),
        targets="one-hot",
        text=(
            "mean(logsumexp(Z, axis=1) - sum(Y*Z, axis=1))",
            "mean(log(sum(exp(Z), axis=1)) - sum(Y*Z, axis=1))",
        ),
        sympy=(
            lambda z: each(log_total(z) - sp.Sum(Y[i, of_class] * z, (of_class, 0, k - 1))) / n,
        ),
        jax={
            "logsumexp": lambda z, y: jnp.mean(jax.nn.logsumexp(z, axis=1) - jnp.sum(y * z, axis=1)),
            "log_softmax": lambda z, y: -jnp.mean(jnp.sum(y * jax.nn.log_softmax(z), axis=1)),
            "log of softmax": lambda z, y: -jnp.sum(y * jnp.log(jax.nn.softmax(z))) / z.shape[0],
            "optax": lambda z, y: optax.softmax_cross_entropy(z, y).mean(),
        },
        strict=NEVER,  # the same vector added to every class changes nothing
        given="Y >= 0",
        classes=True,
    ),
    "softmax, integer labels": Loss(
        value=lambda z, y: np.mean(log_sum_exp(z) - picked(z, y)),
        targets="class",
        sympy=(
            lambda z: each(log_total(z) - z.subs(of_class, classes[i])) / n,
        ),
        jax={
            "log_softmax": lambda z, y: -jnp.mean(jnp.take_along_axis(jax.nn.log_softmax(z), y[:, None], axis=1)),
            "one_hot": lambda z, y: -jnp.mean(
                jnp.sum(jax.nn.one_hot(y, z.shape[1]) * jax.nn.log_softmax(z), axis=1)
            ),
            "logsumexp": lambda z, y: jnp.mean(jax.nn.logsumexp(z, axis=1) - z[jnp.arange(y.size), y]),
            "optax": lambda z, y: optax.softmax_cross_entropy_with_integer_labels(z, y).mean(),
        },
        strict=NEVER,
        given="0 <= y <= k - 1",
        classes=True,
    ),
    "poisson": Loss(
        value=lambda z, y: np.mean(np.exp(z) - y * z),
        targets="c",
        text=("mean(exp(Z) - y*Z)",),
        sympy=(lambda z: each(sp.exp(z) - y[i] * z) / n,),
        jax={
            "mean": lambda z, y: jnp.mean(jnp.exp(z) - y * z),
        },
    ),
    "hinge": Loss(
        value=lambda z, y: np.mean(np.maximum(0, 1 - y * z)),
        targets="s",
        text=("mean(max(0, 1 - y*Z))",),
        sympy=(lambda z: each(sp.Max(0, 1 - y[i] * z)) / n,),
        jax={
            "maximum": lambda z, y: jnp.mean(jnp.maximum(0.0, 1 - y * z)),
            "relu": lambda z, y: jax.nn.relu(1 - y * z).mean(),
            "optax": lambda z, y: optax.hinge_loss(z, y).mean(),
        },
        strict=NEVER,
    ),
    "least absolute deviations": Loss(
        value=lambda z, y: np.mean(np.abs(z - y)),
        targets="f",
        text=("mean(abs(Z - y))", "norm1(Z - y)/n", "mean(max(Z - y, y - Z))"),
        sympy=(lambda z: each(sp.Abs(z - y[i])) / n,),
        jax={
            "abs": lambda z, y: jnp.mean(jnp.abs(z - y)),
            "norm": lambda z, y: jnp.linalg.norm(z - y, ord=1) / z.shape[0],
            "maximum": lambda z, y: jnp.maximum(z - y, y - z).mean(),
        },
        strict=NEVER,
    ),
}  # fmt: skip


def text_of(loss, written, biased):
    """The text with the scores in the place of `Z`."""
    product = "X @ W" if loss.classes else "X @ w"
    return re.sub(r"\bZ\b", f"({product} + b)" if biased else f"({product})", written)


def jax_loss(loss, written, biased):
    """The function of weights, perhaps a bias, data, targets and perhaps the penalty's weight."""
    if loss.classes:
        if loss.targets == "one-hot":
            return (lambda W, b, X, Y: written(X @ W + b, Y)) if biased else lambda W, X, Y: written(X @ W, Y)
        return (lambda W, b, X, y: written(X @ W + b, y)) if biased else lambda W, X, y: written(X @ W, y)
    if loss.penalty == "c":
        if biased:
            return lambda w, b, X, y, c: written(X @ w + b, y, c, w)
        return lambda w, X, y, c: written(X @ w, y, c, w)
    if loss.penalty:
        return (lambda w, b, X, y: written(X @ w + b, y, w)) if biased else lambda w, X, y: written(X @ w, y, w)
    return (lambda w, b, X, y: written(X @ w + b, y)) if biased else lambda w, X, y: written(X @ w, y)


def names_of(loss, biased):
    """The variables with their shapes, and the parameters with theirs."""
    weights = {"W": "d k"} if loss.classes else {"w": "d"}
    bias = {"b": "k" if loss.classes else ""} if biased else {}
    targets = {"Y": "n k"} if loss.targets == "one-hot" else {"y": "n"}
    return {**weights, **bias}, {"X": "n d", **targets, **({"c": ""} if loss.penalty == "c" else {})}


def drawn(loss, biased, sizes, rng):
    """Values for all of them by name."""
    variables, _ = names_of(loss, biased)
    values = {name: rng.normal(size=[sizes[s] for s in shape.split()]) for name, shape in variables.items()}
    values["X"] = rng.normal(size=(sizes["n"], sizes["d"]))
    values["Y" if loss.targets == "one-hot" else "y"] = draw(loss.targets, rng, sizes["n"], sizes["k"])
    return values | ({"c": draw("+", rng, 0, 0)} if loss.penalty == "c" else {})


def shapes_of(loss, biased):
    """The arguments of the JAX loss as symbolic shapes."""
    variables, parameters = names_of(loss, biased)
    symbol = dict(zip("ndk", jax.export.symbolic_shape("n, d, k"), strict=True))
    dtypes = {"y": int} if loss.targets == "class" else {}
    return [
        jax.ShapeDtypeStruct(tuple(symbol[s] for s in shape.split()), dtypes.get(name, float))
        for name, shape in (variables | parameters).items()
    ]
