"""Losses for many classes, in scores z, and their divergences."""

import jax
import jax.numpy as jnp
import optax

from tests.acceptance.gallery import CLASSES, CONVEX, LABELS, NEITHER, Loss

SCORES = ("f n k", "i:k n")


def gathered(W, X, y):
    return -jnp.mean(jnp.take_along_axis(jax.nn.log_softmax(X @ W), y[:, None], axis=1))


def by_hand(W, X, y):
    z = X @ W
    z = z - jax.lax.stop_gradient(jnp.max(z, axis=1, keepdims=True))
    return -jnp.mean((z - jnp.log(jnp.sum(jnp.exp(z), axis=1, keepdims=True)))[jnp.arange(y.size), y])


def smoothed(W, X, y):
    targets = optax.smooth_labels(jax.nn.one_hot(y, W.shape[1]), 0.1)
    return optax.softmax_cross_entropy(X @ W, targets).mean()


def one_sample(W, X, y):
    """vmap over samples of a loss for one."""
    return jax.vmap(lambda x, t: jax.nn.logsumexp(x @ W) - (x @ W)[t])(X, y).mean()


def distilled(W, X, T):
    """KL(teacher, student) with the teacher's scores T."""
    p = jax.nn.softmax(T)
    return jnp.mean(jnp.sum(p * (jax.nn.log_softmax(T) - jax.nn.log_softmax(X @ W)), axis=1))


def reverse(Z, T):
    p = jax.nn.softmax(Z)
    return jnp.mean(jnp.sum(p * (jax.nn.log_softmax(Z) - jax.nn.log_softmax(T)), axis=1))


def gathered_scores(Z, y):
    return jnp.mean(jax.nn.logsumexp(Z, axis=1) - Z[jnp.arange(y.size), y])


def polyloss(Z, y, weight=1.0):
    p = jax.nn.softmax(Z)[jnp.arange(y.size), y]
    return jnp.mean(-jnp.log(p) + weight * (1 - p))


def focal(Z, y):
    logp = jax.nn.log_softmax(Z)[jnp.arange(y.size), y]
    return -jnp.mean((1 - jnp.exp(logp)) ** 2 * logp)


def crammer_singer(Z, y):
    margins = 1 + Z - Z[jnp.arange(y.size), y][:, None] - jax.nn.one_hot(y, Z.shape[1])
    return jnp.max(margins, axis=1).mean()


def weston_watkins(Z, y):
    wrong = 1 - jax.nn.one_hot(y, Z.shape[1])
    return jnp.sum(wrong * jax.nn.relu(1 + Z - Z[jnp.arange(y.size), y][:, None]))


def masked(Z, y, m):
    losses = optax.softmax_cross_entropy_with_integer_labels(Z, y)
    return jnp.sum(losses * m) / jnp.maximum(jnp.sum(m), 1.0)


def per_class(W, X, y, a):
    """A weight for each class."""
    losses = optax.softmax_cross_entropy_with_integer_labels(X @ W, y)
    return jnp.mean(a[y] * losses)


LOSSES = {
    "gathered": Loss(gathered, CLASSES, CONVEX, "log-sum-exp minus an affine form", LABELS),
    "one-hot": Loss(
        lambda W, X, y: -jnp.sum(jax.nn.one_hot(y, W.shape[1]) * jax.nn.log_softmax(X @ W)),
        CLASSES,
        CONVEX,
        "the same",
        LABELS,
    ),
    "log of softmax": Loss(
        lambda W, X, y: -jnp.sum(jax.nn.one_hot(y, W.shape[1]) * jnp.log(jax.nn.softmax(X @ W))),
        CLASSES,
        CONVEX,
        "the same",
        LABELS,
    ),
    "integer labels by optax": Loss(
        lambda W, X, y: optax.softmax_cross_entropy_with_integer_labels(X @ W, y).mean(),
        CLASSES,
        CONVEX,
        "the same",
        LABELS,
    ),
    "by hand": Loss(by_hand, CLASSES, CONVEX, "the same: the shift cancels", LABELS),
    "one sample at a time": Loss(one_sample, CLASSES, CONVEX, "the same", LABELS),
    "with a bias": Loss(
        lambda p, X, y: optax.softmax_cross_entropy_with_integer_labels(X @ p["W"] + p["b"], y).mean(),
        ({"W": "f d k", "b": "f k"}, "f n d", "i:k n"),
        CONVEX,
        "the same",
        LABELS,
    ),
    "label smoothing": Loss(smoothed, CLASSES, CONVEX, "log-sum-exp minus an affine form", LABELS),
    "soft labels": Loss(
        lambda W, X, P: optax.softmax_cross_entropy(X @ W, P).mean(),
        ("f d k", "f n d", "+ n k"),
        CONVEX,
        "log-sum-exp with weight sum(P) >= 0",
        {"given": "P >= 0"},
    ),
    "tempered": Loss(
        lambda Z, y, T: optax.softmax_cross_entropy_with_integer_labels(Z / T, y).mean(),
        ("f n k", "i:k n", "+"),
        CONVEX,
        "log-sum-exp of affine forms",
        {"given": "0 <= y <= k - 1, T > 0"},
    ),
    "masked mean": Loss(
        masked, ("f n k", "i:k n", "z n"), CONVEX, "log-sum-exp with weights >= 0", {"given": "0 <= y <= k - 1, m >= 0"}
    ),
    "weights of classes": Loss(
        per_class, (*CLASSES, "+ k"), CONVEX, "log-sum-exp with weights >= 0", {"given": "0 <= y <= k - 1, a >= 0"}
    ),
    "with a ridge": Loss(
        lambda W, X, y, c: gathered(W, X, y) + c * jnp.sum(W**2),
        (*CLASSES, "+"),
        CONVEX,
        "and squares",
        {"given": "0 <= y <= k - 1, c >= 0"},
    ),
    "distillation": Loss(distilled, ("f d k", "f n d", "f n k"), CONVEX, "log-sum-exp minus an affine form"),
    "with a penalty on scores": Loss(
        lambda Z, y: gathered_scores(Z, y) + 0.01 * jnp.mean(jnp.sum(Z**2, axis=1)),
        SCORES,
        CONVEX,
        "log-sum-exp and squares",
        LABELS,
    ),
    "largest minus chosen": Loss(
        lambda Z, y: jnp.mean(jnp.max(Z, axis=1) - Z[jnp.arange(y.size), y]), SCORES, CONVEX, "maxima", LABELS
    ),
    "multiclass hinge by optax": Loss(
        lambda Z, y: optax.losses.multiclass_hinge_loss(Z, y).mean(), SCORES, CONVEX, "maxima", LABELS
    ),
    "Crammer-Singer": Loss(crammer_singer, SCORES, CONVEX, "maxima", LABELS),
    "Weston-Watkins": Loss(weston_watkins, SCORES, CONVEX, "maxima with weights 0 or 1", LABELS),
    "squared probabilities": Loss(
        lambda Z, y: jnp.sum((jax.nn.softmax(Z) - jax.nn.one_hot(y, Z.shape[1])) ** 2),
        SCORES,
        NEITHER,
        "bounded",
        LABELS,
    ),
    "mean absolute error": Loss(
        lambda Z, y: jnp.mean(1 - jax.nn.softmax(Z)[jnp.arange(y.size), y]), SCORES, NEITHER, "bounded", LABELS
    ),
    "generalised cross-entropy": Loss(
        lambda Z, y: jnp.mean((1 - jax.nn.softmax(Z)[jnp.arange(y.size), y] ** 0.5) / 0.5),
        SCORES,
        NEITHER,
        "bounded",
        LABELS,
    ),
    "polyloss": Loss(
        polyloss,
        SCORES,
        CONVEX,
        "with p = softmax(z)[y], V the variance of v under softmax(z), d = v[y] - its mean: the Hessian form is "
        "(1 + p) V - p d**2, and V >= p d**2/(1 - p)",
        LABELS,
    ),
    "polyloss with weight 3": Loss(
        lambda Z, y: polyloss(Z, y, 3.0),
        SCORES,
        NEITHER,
        "two classes: p (1 - p) (1 - 3 + 6 p) < 0 for p < 1/3",
        LABELS,
    ),
    "focal": Loss(focal, SCORES, NEITHER, "as with two classes", LABELS),
    "reverse KL divergence": Loss(reverse, ("f n k", "f n k"), NEITHER, "bounded for two classes and equal targets"),
    "entropy of softmax": Loss(
        lambda Z: -jnp.mean(jnp.sum(jax.nn.softmax(Z) * jax.nn.log_softmax(Z), axis=1)), ("f n k",), NEITHER, "bounded"
    ),
    "attention": Loss(
        lambda q, K, V: jnp.sum((jax.nn.softmax(K @ q) @ V) ** 2), ("f d", "f n d", "f n m"), NEITHER, "bounded"
    ),
}
