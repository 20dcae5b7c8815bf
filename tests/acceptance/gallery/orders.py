"""Losses of rankings, survival times, ordered classes, sequences and embeddings."""

import jax
import jax.numpy as jnp
import optax

from tests.acceptance.gallery import CONVEX, NEITHER, Loss

EVENTS = ("f d", "f n d", "z n")
EVENT = {"given": "event >= 0"}


def cox(w, X, event):
    z = X @ w
    return -jnp.sum(event * (z - jax.lax.cumlogsumexp(z, reverse=True)))


def cox_cumsum(w, X, event):
    z = X @ w
    return -jnp.sum(event * (z - jnp.log(jnp.cumsum(jnp.exp(z)[::-1])[::-1])))


def cox_shifted(w, X, event):
    z = X @ w
    top = jax.lax.stop_gradient(jnp.max(z))
    return -jnp.mean(event * (z - top - jnp.log(jnp.cumsum(jnp.exp(z - top)[::-1])[::-1])))


def cox_at_risk(w, X, event, risk):
    """`risk[i, j]` is 1 where j is still at risk at the time of i; i itself always is."""
    z = X @ w
    return jnp.sum(event * (jnp.log(jnp.exp(z) + risk @ jnp.exp(z)) - z))


def cox_scan(w, X, event):
    """From the last to the first, with a running log-sum-exp."""

    def step(total, row):
        x, e = row
        total = total + jnp.exp(x @ w)
        return total, e * (jnp.log(total) - x @ w)

    return jnp.sum(jax.lax.scan(step, 0.0, (X, event))[1])


def plackett_luce(s):
    """The items are listed in the order of the ranking."""
    return jnp.sum(jax.lax.cumlogsumexp(s[::-1]) - s[::-1])


def plackett_luce_items(s, order):
    r = s[order]
    return -jnp.sum(r - jnp.log(jnp.cumsum(jnp.exp(r)[::-1])[::-1]))


def bradley_terry(s, winner, loser):
    return jnp.mean(jax.nn.softplus(s[loser] - s[winner]))


def thresholds(p, X, y):
    """All thresholds: the signs y[i, k] say on which side of threshold k sample i lies."""
    z = X @ p["w"]
    return jnp.mean(jnp.sum(jax.nn.softplus(-y * (z[:, None] - p["b"][None, :])), axis=1))


def middle(p, x):
    """One ordered class between two thresholds a < b: -log(sigmoid(b - z) - sigmoid(a - z))."""
    z = x @ p["w"]
    return -jnp.sum(jnp.log(jax.nn.sigmoid(p["b"] - z) - jax.nn.sigmoid(p["a"] - z)))


def crf_partition(p):
    """log of the sum over all paths, by the forward recursion."""

    def step(alpha, emission):
        return jax.nn.logsumexp(alpha[:, None] + p["A"], axis=0) + emission, None

    return jax.nn.logsumexp(jax.lax.scan(step, p["E"][0], p["E"][1:])[0])


def crf(p, y):
    path = jnp.sum(jnp.take_along_axis(p["E"], y[:, None], axis=1)) + jnp.sum(p["A"][y[:-1], y[1:]])
    return crf_partition(p) - path


def crf_short(p, y):
    """Two steps, written out."""
    first = jax.nn.logsumexp(p["E"][0][:, None] + p["A"], axis=0) + p["E"][1]
    return jax.nn.logsumexp(first) - p["E"][0, y[0]] - p["A"][y[0], y[1]] - p["E"][1, y[1]]


def triplet(W, A, P, N):
    near, far = jnp.sum((A @ W - P @ W) ** 2, axis=1), jnp.sum((A @ W - N @ W) ** 2, axis=1)
    return jnp.mean(jax.nn.relu(1 + near - far))


def contrastive(W, A, B, same):
    distance = jnp.sqrt(jnp.sum((A @ W - B @ W) ** 2, axis=1) + 1e-6)
    return jnp.mean(same * distance**2 + (1 - same) * jax.nn.relu(1 - distance) ** 2)


def ntxent(Z, T):
    """Similarities of row i to all targets; its own is number i."""
    return -jnp.mean(jnp.diag(jax.nn.log_softmax(Z @ Z.T / 0.5 + 0 * T)))


def linear_ntxent(Z, T):
    """The same with fixed targets: scores affine in Z."""
    S = Z @ T.T
    return jnp.mean(jax.nn.logsumexp(S, axis=1) - jnp.diag(S))


def pairs(w, X, y):
    z = X @ w
    return jnp.sum(jnp.where(y[:, None] > y[None, :], jax.nn.softplus(z[None, :] - z[:, None]), 0.0))


ACTIVE = {"domain": "p['b'] > p['a']"}
LOSSES = {
    "Cox": Loss(cox, EVENTS, CONVEX, "log-sum-exp minus affine forms", EVENT),
    "Cox by cumsum": Loss(cox_cumsum, EVENTS, CONVEX, "the same", EVENT),
    "Cox, shifted": Loss(cox_shifted, EVENTS, CONVEX, "the same: the shift cancels", EVENT),
    "Cox at risk": Loss(
        cox_at_risk, (*EVENTS, "+ n n"), CONVEX, "log-sum-exp with weights", {"given": "event >= 0, risk >= 0"}
    ),
    "Cox by scan": Loss(cox_scan, EVENTS, CONVEX, "the same", EVENT),
    "exponential survival": Loss(
        lambda w, X, event, t: jnp.sum(t * jnp.exp(X @ w) - event * (X @ w)),
        (*EVENTS, "+ n"),
        CONVEX,
        "exp and affine",
        {"given": "t >= 0"},
    ),
    "Plackett-Luce": Loss(plackett_luce, ("f n",), CONVEX, "log-sum-exp minus affine forms"),
    "Plackett-Luce of items": Loss(
        plackett_luce_items,
        ("f k", "i:k n"),
        CONVEX,
        "log-sum-exp minus affine forms",
        {"given": "0 <= order <= k - 1"},
    ),
    "Bradley-Terry": Loss(
        bradley_terry,
        ("f k", "i:k n", "i:k n"),
        CONVEX,
        "softplus of differences",
        {"given": "0 <= winner <= k - 1, 0 <= loser <= k - 1"},
    ),
    "pairs": Loss(pairs, ("f d", "f n d", "f n"), CONVEX, "softplus of differences"),
    "pairwise hinge": Loss(
        lambda w, P, N: jnp.mean(jax.nn.relu(1 - (P @ w)[:, None] + (N @ w)[None, :])),
        ("f d", "f n d", "f m d"),
        CONVEX,
        "maxima of affine forms",
    ),
    "listwise": Loss(
        lambda s, p: -jnp.sum(p * jax.nn.log_softmax(s)),
        ("f n", "+ n"),
        CONVEX,
        "log-sum-exp with weight sum(p) >= 0",
        {"given": "p >= 0"},
    ),
    "ranking by optax": Loss(
        lambda s, r: optax.losses.ranking_softmax_loss(s, r),
        ("f n k", "+ n k"),
        CONVEX,
        "the same",
        {"given": "r >= 0"},
    ),
    "all thresholds": Loss(
        thresholds, ({"w": "f d", "b": "f k"}, "f n d", "s n k"), CONVEX, "softplus of affine forms"
    ),
    "between two thresholds": Loss(
        middle,
        ({"w": "f d", "a": "f", "b": "f"}, "f n d"),
        CONVEX,
        "softplus(a - z) + softplus(z - b) - log(1 - exp(a - b))",
        ACTIVE,
    ),
    "CRF, two steps": Loss(
        crf_short,
        ({"E": "f 2 k", "A": "f k k"}, "i:k 2"),
        CONVEX,
        "log-sum-exp minus an affine form",
        {"given": "0 <= y <= k - 1"},
    ),
    "CRF partition": Loss(
        crf_partition, ({"E": "f 5 3", "A": "f 3 3"},), CONVEX, "log-sum-exp of path scores, which are linear"
    ),
    "CRF": Loss(
        crf,
        ({"E": "f 4 k", "A": "f k k"}, "i:k 4"),
        CONVEX,
        "the same minus an affine form",
        {"given": "0 <= y <= k - 1"},
    ),
    "triplet of scores": Loss(
        lambda w, P, N: jnp.mean(jax.nn.relu(0.2 + N @ w - P @ w)), ("f d", "f n d", "f n d"), CONVEX, "maxima"
    ),
    "triplet of embeddings": Loss(
        triplet, ("f d k", "f n d", "f n d", "f n d"), NEITHER, "1 + near - far with near = 0: 1 - w**2, cut at 0"
    ),
    "contrastive": Loss(contrastive, ("f d k", "f n d", "f n d", "z n"), NEITHER, "(1 - |w|)**2, cut at 0"),
    "NT-Xent": Loss(
        lambda Z, T: ntxent(Z, T), ("f n k", "f n n"), NEITHER, "z -> -z fixes it, and 0 is no least value"
    ),
    "NT-Xent with fixed targets": Loss(linear_ntxent, ("f n k", "f n k"), CONVEX, "log-sum-exp minus affine forms"),
    "cosine": Loss(lambda w, x: optax.cosine_distance(w, x, epsilon=1e-3), ("f d", "f d"), NEITHER, "bounded"),
    "Barlow twins": Loss(
        lambda W, A, B: jnp.sum(((A @ W).T @ (B @ W) - jnp.eye(W.shape[1])) ** 2),
        ("f d k", "f n d", "f n d"),
        NEITHER,
        "(w**2 - 1)**2",
    ),
}
