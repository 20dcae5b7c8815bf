"""Losses for two classes: margins y z with y in {-1, 1}, or targets y in [0, 1]."""

import jax
import jax.numpy as jnp
import optax

from tests.acceptance.gallery import CONVEX, NEITHER, SIGNS, UNIT, ZERO_ONE, Loss


def plain(w, X, y):
    p = jax.nn.sigmoid(X @ w)
    return -jnp.mean(y * jnp.log(p) + (1 - y) * jnp.log(1 - p))


def clipped(w, X, y):
    p = jnp.clip(jax.nn.sigmoid(X @ w), 1e-3, 1 - 1e-3)
    return -jnp.mean(y * jnp.log(p) + (1 - y) * jnp.log(1 - p))


def guarded(w, X, y):
    z = X @ w
    return jnp.mean(jnp.maximum(z, 0) - z * y + jnp.log1p(jnp.exp(-jnp.abs(z))))


def smoothed(w, X, y):
    return optax.sigmoid_binary_cross_entropy(X @ w, 0.9 * y + 0.05).mean()


def focal(w, X, y):
    p = jax.nn.sigmoid(y * (X @ w))
    return -jnp.mean((1 - p) ** 2 * jnp.log(p))


def modified_huber(w, X, y):
    m = y * (X @ w)
    return jnp.mean(jnp.where(m >= -1, jnp.maximum(0, 1 - m) ** 2, -4 * m))


def smooth_hinge(w, X, y):
    m = y * (X @ w)
    return jnp.where(m >= 1, 0.0, jnp.where(m <= 0, 0.5 - m, 0.5 * (1 - m) ** 2)).mean()


def support_vectors(p, X, y, c):
    return c * jnp.mean(jax.nn.relu(1 - y * (X @ p["w"] + p["b"]))) + 0.5 * jnp.sum(p["w"] ** 2)


def scanned(w, X, y):
    return jax.lax.scan(lambda s, r: (s + jax.nn.softplus(-r[1] * (r[0] @ w)), None), 0.0, (X, y))[0]


def weighted(w, X, y, a):
    z = X @ w
    return -jnp.mean(a * y * jax.nn.log_sigmoid(z) + (1 - y) * jax.nn.log_sigmoid(-z))


LOSSES = {
    "logaddexp": Loss(lambda w, X, y: jnp.logaddexp(0, -y * (X @ w)).mean(), SIGNS, CONVEX, "softplus"),
    "log sigmoid": Loss(lambda w, X, y: -jax.nn.log_sigmoid(y * (X @ w)).mean(), SIGNS, CONVEX, "softplus"),
    "log of a sigmoid": Loss(lambda w, X, y: -jnp.log(jax.nn.sigmoid(y * (X @ w))).mean(), SIGNS, CONVEX, "softplus"),
    "plain": Loss(plain, ZERO_ONE, CONVEX, "softplus(z) - y z"),
    "optax": Loss(lambda w, X, y: optax.sigmoid_binary_cross_entropy(X @ w, y).mean(), ZERO_ONE, CONVEX, "the same"),
    "guarded": Loss(guarded, ZERO_ONE, CONVEX, "the same: max(z, 0) + log(1 + exp(-|z|)) is softplus"),
    "label smoothing": Loss(smoothed, ZERO_ONE, CONVEX, "the same at another y"),
    "scanned": Loss(scanned, SIGNS, CONVEX, "softplus, added up by a loop"),
    "weighted": Loss(
        weighted, (*ZERO_ONE, "+"), CONVEX, "softplus with weights a y and 1 - y", {"given": "0 <= y <= 1, a >= 0"}
    ),
    "tempered": Loss(
        lambda w, X, y, T: jax.nn.softplus(-y * (X @ w) / T).mean(),
        (*SIGNS, "+"),
        CONVEX,
        "softplus of an affine form",
        {"given": "T > 0"},
    ),
    "tuple of weights and bias": Loss(
        lambda p, X, y: jnp.mean(jnp.log1p(jnp.exp(-y * (X @ p[0] + p[1])))),
        (["f d", "f"], "f n d", "s n"),
        CONVEX,
        "softplus",
    ),
    "many labels": Loss(
        lambda W, X, Y: optax.sigmoid_binary_cross_entropy(X @ W, Y).sum(axis=1).mean(),
        ("f d k", "f n d", "z n k"),
        CONVEX,
        "softplus(z) - y z",
    ),
    "exponential": Loss(lambda w, X, y: jnp.exp(-y * (X @ w)).mean(), SIGNS, CONVEX, "exp"),
    "log of mean exponentials": Loss(
        lambda w, X, y: jnp.log(jnp.mean(jnp.exp(-y * (X @ w)))), SIGNS, CONVEX, "log-sum-exp"
    ),
    "hinge": Loss(lambda w, X, y: optax.hinge_loss(X @ w, y).mean(), SIGNS, CONVEX, "a maximum"),
    "perceptron": Loss(lambda w, X, y: optax.losses.perceptron_loss(X @ w, y).mean(), SIGNS, CONVEX, "a maximum"),
    "support vectors": Loss(
        support_vectors,
        ({"w": "f d", "b": "f"}, "f n d", "s n", "+"),
        CONVEX,
        "maxima and squares",
        {"given": "c >= 0"},
    ),
    "squared hinge": Loss(
        lambda w, X, y: jnp.square(jax.nn.relu(1 - y * (X @ w))).mean(),
        SIGNS,
        CONVEX,
        "square of a convex function >= 0",
    ),
    "modified Huber": Loss(modified_huber, SIGNS, CONVEX, "slopes -4, -2 (1 - m), 0"),
    "smooth hinge": Loss(smooth_hinge, SIGNS, CONVEX, "slopes -1, m - 1, 0"),
    "preferences": Loss(
        lambda w, A, B, c: -jax.nn.log_sigmoid(c * (A @ w - B @ w)).mean(),
        ("f d", "f n d", "f n d", "+"),
        CONVEX,
        "softplus of an affine form",
    ),
    "area under the curve": Loss(
        lambda w, P, N: jnp.mean(jax.nn.softplus((N @ w)[None, :] - (P @ w)[:, None])),
        ("f d", "f n d", "f m d"),
        CONVEX,
        "softplus of affine forms",
    ),
    "clipped probabilities": Loss(clipped, ZERO_ONE, NEITHER, "constant for large |z|, where y = 0 or 1"),
    "focal": Loss(focal, SIGNS, NEITHER, "-(1 - p)**2 log p for small p: z falls like |z|, and bends down before"),
    "focal by optax": Loss(lambda w, X, y: optax.sigmoid_focal_loss(X @ w, y).mean(), ZERO_ONE, NEITHER, "the same"),
    "squared probabilities": Loss(
        lambda w, X, y: jnp.mean((jax.nn.sigmoid(X @ w) - y) ** 2), ZERO_ONE, NEITHER, "bounded"
    ),
    "savage": Loss(lambda w, X, y: jnp.mean(jax.nn.sigmoid(-y * (X @ w)) ** 2), SIGNS, NEITHER, "bounded"),
    "tangent": Loss(lambda w, X, y: jnp.mean((2 * jnp.arctan(y * (X @ w)) - 1) ** 2), SIGNS, NEITHER, "bounded"),
    "ramp": Loss(lambda w, X, y: jnp.clip(1 - y * (X @ w), 0, 1).mean(), SIGNS, NEITHER, "bounded"),
    "sigmoid": Loss(lambda w, X, y: jax.nn.sigmoid(-y * (X @ w)).mean(), SIGNS, NEITHER, "bounded"),
    "dice": Loss(
        lambda w, X, y: 1 - 2 * jnp.sum(jax.nn.sigmoid(X @ w) * y) / (jnp.sum(jax.nn.sigmoid(X @ w)) + jnp.sum(y) + 1),
        ZERO_ONE,
        NEITHER,
        "bounded",
        UNIT,
    ),
}
