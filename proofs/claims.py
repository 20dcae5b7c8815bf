"""The claims of the gallery in `proofs/`, as questions: what is asked, and how (data and small nets only)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

import convexcheck as cc

DATA = {"wrt": {"w": "d"}, "parameters": {"X": "n d", "y": "n"}}
CLASSES = {"wrt": {"W": "d K"}, "parameters": {"X": "n d", "Y": "n K"}, "given": "K >= 1"}
INPUTS = [(1, 0), (0, 1), (1, 1), (1, -1), (0.5, -2), (-2, 0.5), (2, 1)]  # datascience.stackexchange.com, 18802
WEIGHTS = [([["-1.5", "2"], ["1.7", "0.4"]], None), ([["2.3", "0.8"]], None)]

# name of the folder: title, expression, options
TEXTS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "linear": ("Least squares", "sum((X @ w - y)**2)", DATA),
    "ridge": ("Least squares with a penalty: strongly convex", "sum((X @ w - y)**2) + lam*sum(w**2)",
              {"wrt": {"w": "d"}, "parameters": {"X": "n d", "y": "n", "lam": ""}, "given": "lam > 0"}),
    "logistic_signs": ("Logistic regression, labels -1 and 1", "sum(log(1 + exp(-y*(X @ w))))", DATA),
    "logistic_zero_one": ("Logistic regression, labels 0 and 1", "sum(log(1 + exp(X @ w)) - y*(X @ w))", DATA),
    "softmax": ("Softmax regression", "sum(log(sum(exp(X @ W), axis=1))) - sum(Y*(X @ W))", CLASSES),
    "poisson": ("Poisson regression", "sum(exp(X @ w) - y*(X @ w))", DATA),
    "hinge": ("The hinge loss", "sum(max(0, 1 - y*(X @ w)))", DATA),
    "huber": ("The Huber loss", "sum(where(abs(X @ w - y) <= 1, (X @ w - y)**2/2, abs(X @ w - y) - 1/2))", DATA),
    "probit": ("Probit regression, up to the scale of w", "-sum(log(erfc(-y*(X @ w))/2))", DATA),
    "pseudo_huber": ("The pseudo-Huber loss", "sum(sqrt(1 + (X @ w - y)**2) - 1)", DATA),
    "log_sum_exp": ("The logarithm of a sum of exponentials", "log(sum(exp(x)))",
                    {"wrt": {"x": "n"}, "given": "n >= 1"}),
    "quad_over_lin": ("A sum of squares over a positive number", "sum(x**2)/y",
                      {"wrt": {"x": "n", "y": ""}, "domain": "y > 0"}),
    "kl": ("The Kullback-Leibler divergence", "sum(x*log(x/y) - x + y)",
           {"wrt": {"x": "n", "y": "n"}, "domain": "x > 0, y > 0"}),
    "sum_of_squares": ("A polynomial whose Hessian form is a sum of squares",
                       "x**4 + x**3*y + 2*x**2*y**2 + y**4 + z**4 + x**2*z**2", {}),
    "box": ("Convex on a box only", "x**3 - x*y + y**3", {"domain": "x >= 1, x <= 2, y >= 1, y <= 2"}),
    "sigmoid_squared": ("A sigmoid with squared error is not convex", "(sigmoid(w*x) - y)**2", {"wrt": "w"}),
}  # fmt: skip


def worked(activation: str) -> Any:
    """The question's network: its two hidden units exchanged, and the larger loss between."""
    from convexcheck.network import MLP
    from convexcheck.network.symmetry.member import Member

    net = MLP.from_arrays(WEIGHTS, activation=activation)
    return cc.symmetry_counterexample(net, INPUTS, g=Member.of(net, {1: [1, 0]}), t="1/2")


def rows(count: int) -> tuple[Any, Any]:
    """Two features of some tumours (W. Wolberg et al. 1995, in scikit-learn), to two decimals, with their labels."""
    from sklearn.datasets import load_breast_cancer

    bunch = load_breast_cancer()
    X = (bunch.data - bunch.data.mean(axis=0)) / bunch.data.std(axis=0)
    return np.round(X[:count, :2] * 4) / 4, bunch.target[:count, None].astype(float)


def perceptron() -> Any:
    """A 2-2-1 perceptron on rows of real data: its loss is not convex in the weights."""
    from convexcheck.network import MLP

    return cc.symmetry_counterexample(MLP.from_arrays(WEIGHTS, activation="tanh"), *rows(12))


def data() -> Any:
    """The logistic loss on rows of real data: the general theorem at these very numbers."""
    import jax.numpy as jnp

    X, y = rows(30)
    signs = np.asarray(2 * y[:, 0] - 1)
    return cc.check(lambda w, X, y: jnp.mean(jnp.logaddexp(0, -y * (X @ w))), np.zeros(2), X, signs, budget=60.0)


def swap() -> Any:
    """Exchanging hidden units leaves the network's function alone, for all widths."""
    from convexcheck.network import MLP

    return cc.equivalents(MLP.from_arrays(WEIGHTS, activation="tanh")).certificate


def trained() -> Any:
    """A trained perceptron: at its weights the second derivative of the loss is negative along a direction."""
    from scipy.optimize import minimize

    from convexcheck.network import MLP

    X, y = rows(40)

    def parts(theta: Any) -> Any:
        return theta[:4].reshape(2, 2), theta[4:].reshape(1, 2)

    def loss(theta: Any) -> float:
        V, u = parts(theta)
        return float(np.mean((np.tanh(X @ V.T) @ u.T - y) ** 2))

    found = minimize(loss, np.array([0.5, -0.25, 0.75, 0.5, 1.0, -0.5]), options={"maxiter": 4}).x
    V, u = parts(np.round(found * 64) / 64)
    return cc.refute(MLP.from_arrays([(V, None), (u, None)], activation="tanh"), X, y, loss="mse")


OTHERS: dict[str, tuple[str, Callable[[], Any]]] = {
    **{f"swapped_{name}": (f"Two swapped hidden units, and a larger loss between ({name})", partial(worked, name))
       for name in ("tanh", "sigmoid", "relu")},
    "perceptron_on_data": ("A perceptron on real data: the swap refutes convexity", perceptron),
    "logistic_on_data": ("The logistic loss on real data, as an instance", data),
    "swap_theorem": ("Swapping hidden units changes nothing, for all sizes", swap),
    "negative_curvature": ("A trained perceptron with negative curvature", trained),
}  # fmt: skip


def answers() -> dict[str, tuple[str, Callable[[], Any]]]:
    """The title of each claim and a function that asks."""
    asked = {name: (title, partial(cc.check, text, budget=60.0, **options))
             for name, (title, text, options) in TEXTS.items()}  # fmt: skip
    return {**asked, **OTHERS}
