"""Ordinary losses in JAX on a real data set; nothing here knows about convexity (untrusted).

Source: W. Wolberg, W. Street, O. Mangasarian, Breast Cancer Wisconsin (Diagnostic), 1995: 569 tumours, 30 features;
it ships inside scikit-learn.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

HIDDEN, CLASSES = 4, 2
Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Model:
    """A loss of (params, X, y), the shapes of its parameters, and the labels it wants."""

    name: str
    title: str
    loss: Callable[..., Any]
    shapes: dict[str, tuple[int, ...]]
    integer: bool = False

    @property
    def params(self) -> dict[str, Array]:
        """Parameters of the right shapes; their values do not matter to the question."""
        return {key: np.zeros(shape) for key, shape in self.shapes.items()}


def data(rows: int | None = None) -> tuple[Array, Array]:
    """The features (n, 30), standardised, and the labels (n,) in 0, 1.

    Args:
        rows: use only the first so many.
    """
    from sklearn.datasets import load_breast_cancer

    bunch = load_breast_cancer()
    X = (bunch.data - bunch.data.mean(axis=0)) / bunch.data.std(axis=0)
    return X[:rows], bunch.target[:rows]


def scores(params: Any, X: Any) -> Any:
    """One number for each sample, affine in the parameters."""
    return X @ params["w"] + params["b"]


def network(params: Any, X: Any) -> Any:
    """One number for each sample from a hidden layer of tanh units."""
    return jnp.tanh(X @ params["W1"] + params["b1"]) @ params["w2"] + params["b2"]


def squared_error(predicted: Any, y: Any) -> Any:
    """The mean squared difference."""
    return jnp.mean((predicted - y) ** 2)


def cross_entropy(t: Any, y: Any) -> Any:
    """The mean negative log-likelihood of labels 0, 1 under sigmoid(t)."""
    return jnp.mean(jnp.logaddexp(0, t) - y * t)


def softmax_cross_entropy(p: Any, X: Any, y: Any) -> Any:
    """The mean negative log-likelihood of integer labels under softmax(X W + b)."""
    log_p = jax.nn.log_softmax(X @ p["W"] + p["b"])
    return -jnp.mean(jnp.take_along_axis(log_p, y[:, None], axis=1))


def models(features: int) -> list[Model]:
    """The models of the demo, for so many features."""
    linear = {"w": (features,), "b": ()}
    hidden = {"W1": (features, HIDDEN), "b1": (HIDDEN,), "w2": (HIDDEN,), "b2": ()}
    classes = {"W": (features, CLASSES), "b": (CLASSES,)}
    return [
        Model("linear", "linear regression, squared error",
              lambda p, X, y: squared_error(scores(p, X), y), linear),
        Model("logistic", "logistic regression, cross-entropy",
              lambda p, X, y: cross_entropy(scores(p, X), y), linear),
        Model("logistic_squared", "logistic regression, squared error",
              lambda p, X, y: squared_error(jax.nn.sigmoid(scores(p, X)), y), linear),
        Model("softmax", "softmax regression, cross-entropy", softmax_cross_entropy, classes, integer=True),
        Model("mlp_squared", f"perceptron {features}-{HIDDEN}-1, squared error",
              lambda p, X, y: squared_error(network(p, X), y), hidden),
        Model("mlp", f"perceptron {features}-{HIDDEN}-1, cross-entropy",
              lambda p, X, y: cross_entropy(network(p, X), y), hidden),
    ]  # fmt: skip
