"""Losses in the spellings that people use, as data for the tests of the JAX reader.

Arguments are pytrees of texts: a kind and a shape. ``f`` real, ``+`` positive, ``s`` -1 or 1, ``z`` 0.0 or 1.0,
``c`` a count, ``b`` a truth value, ``i:k`` an integer label below k, ``p`` rows that sum to 1.
"""

import jax
import jax.numpy as jnp
import optax
from jax.scipy.special import entr, rel_entr, xlogy

SIZES = {"n": 5, "d": 3, "k": 4, "m": 2}


def scan_loss(w, X, y):
    def step(total, row):
        x, t = row
        return total + jnp.logaddexp(0.0, -t * (x @ w)), None

    return jax.lax.scan(step, 0.0, (X, y))[0]


def for_loss(w):
    return jax.lax.fori_loop(0, 3, lambda i, total: total + (w[i] - i) ** 2, 0.0)


def scan_rows(w, X):
    def step(total, x):
        total = total + x @ w
        return total, jnp.exp(-total)

    return jnp.sum(jax.lax.scan(step, 0.0, X)[1])


def scan_reverse(w):
    def step(total, x):
        total = total + jnp.exp(x)
        return total, jnp.log(total)

    return jnp.sum(jax.lax.scan(step, 0.0, w, reverse=True)[1])


@jax.custom_vjp
def own_gradient(x):
    return jnp.exp(x)


own_gradient.defvjp(lambda x: (jnp.exp(x), x), lambda x, c: (c,))


def chosen(w, X):
    z = X @ w
    either = jax.lax.cond(z[0] > 0, jnp.sum, lambda v: jnp.sum(v**2), z)
    return either + jax.lax.switch(2, [jnp.sum, jnp.max, jnp.min], w)


def squaring(w):
    return jax.lax.scan(lambda value, c: (0.5 * value**2 + c, None), 0.0, w)[0]


def forgetting(w):
    """The state loses half of itself in every step; backwards it grows."""
    last, means = jax.lax.scan(lambda mean, c: (0.5 * mean + c, mean), 1.0, w)
    back, sums = jax.lax.scan(lambda s, c: (2.0 * s - c, s * c), 0.0, w, reverse=True)
    return last**2 + jnp.sum(means**2) + back + jnp.sum(sums)


def vmapped_scan(W, X):
    return jnp.sum(jax.vmap(lambda w: jax.lax.scan(lambda t, x: (t + jnp.exp(x @ w), t), 0.0, X)[1], in_axes=1)(W))


def vmap_loss(params, X, y):
    def one(x, t):
        return optax.losses.squared_error(jnp.dot(params["W"], x) + params["b"], t)

    return jax.vmap(one)(X, y).mean()


def mlp(params, X, y):
    h = jax.nn.relu(X @ params[0]["W"] + params[0]["b"])
    return jnp.mean((h @ params[1]["W"] + params[1]["b"] - y) ** 2)


def pairs_loss(w, X, y):
    z = X @ w
    return jnp.sum(jnp.where(y[:, None] > y[None, :], jax.nn.softplus(z[None, :] - z[:, None]), 0.0))


def cox(w, X, event):
    z = X @ w
    return -jnp.sum(event * (z - jax.lax.cumlogsumexp(z, reverse=True)))


def cox_cumsum(w, X, event):
    z = X @ w
    return -jnp.sum(event * (z - jnp.log(jnp.cumsum(jnp.exp(z)[::-1])[::-1])))


def smoothed(W, X, y):
    k = W.shape[1]
    labels = 0.9 * jax.nn.one_hot(y, k) + 0.1 / k
    return optax.softmax_cross_entropy(X @ W, labels).mean()


def masked_mean(w, X, y, m):
    losses = jnp.square(X @ w - y)
    return jnp.sum(jnp.where(m, losses, 0.0)) / X.shape[0]


def stable_bce(w, X, y):
    z = X @ w
    return jnp.mean(jnp.maximum(z, 0) - z * y + jnp.log1p(jnp.exp(-jnp.abs(z))))


def plain_bce(w, X, y):
    p = jax.nn.sigmoid(X @ w)
    return -jnp.mean(y * jnp.log(p) + (1 - y) * jnp.log(1 - p))


def log_softmax_by_hand(W, X, y):
    z = X @ W
    z = z - jnp.max(z, axis=1, keepdims=True)
    return -jnp.mean((z - jnp.log(jnp.sum(jnp.exp(z), axis=1, keepdims=True)))[jnp.arange(X.shape[0]), y])


def gather_ce(W, X, y):
    return -jnp.mean(jnp.take_along_axis(jax.nn.log_softmax(X @ W), y[:, None], axis=1))


def bias_in_column(w, X, y):
    return jnp.mean((jnp.concatenate([jnp.ones((X.shape[0], 1)), X], axis=1) @ jnp.concatenate([w[:1], w]) - y) ** 2)


def huber_where(w, X, y):
    r = jnp.abs(X @ w - y)
    return jnp.sum(jnp.where(r <= 1.0, 0.5 * r**2, r - 0.5))


REGRESSION = ("f d", "f n d", "f n")
SIGNS, ZERO_ONE = ("f d", "f n d", "s n"), ("f d", "f n d", "z n")
CLASSES = ("f d k", "f n d", "i:k n")

LOSSES = {
    # linear models, squared and absolute error
    "squares": (lambda w, X, y: jnp.mean((X @ w - y) ** 2), *REGRESSION),
    "squares of a norm": (lambda w, X, y: 0.5 * jnp.linalg.norm(X @ w - y) ** 2, *REGRESSION),
    "squares by einsum": (lambda w, X, y: jnp.sum(jnp.square(jnp.einsum("nd,d->n", X, w) - y)), *REGRESSION),
    "squares by optax": (lambda w, X, y: optax.l2_loss(X @ w, y).mean(), *REGRESSION),
    "squares by vdot": (lambda w, X, y: jnp.vdot(X @ w - y, X @ w - y) / y.size, *REGRESSION),
    "squares of a matrix": (lambda W, X, Y: jnp.mean((X @ W - Y) ** 2), "f d k", "f n d", "f n k"),
    "inner products": (lambda W, V: jnp.vdot(W, V) + jnp.trace(W @ V.T), "f d k", "f d k"),
    "ridge": (lambda w, X, y, c: jnp.mean((X @ w - y) ** 2) + c * jnp.sum(w**2), *REGRESSION, "+"),
    "elastic": (lambda w, X, y: jnp.sum((X @ w - y) ** 2) + 0.1 * jnp.sum(jnp.abs(w)) + w @ w, *REGRESSION),
    "absolute": (lambda w, X, y: jnp.abs(X @ w - y).mean(), *REGRESSION),
    "largest": (lambda w, X, y: jnp.max(jnp.abs(X @ w - y)) - jnp.min(w), *REGRESSION),
    "pinball": (lambda w, X, y: jnp.mean(jnp.maximum(0.9 * (y - X @ w), -0.1 * (y - X @ w))), *REGRESSION),
    "huber by where": (huber_where, *REGRESSION),
    "huber by optax": (lambda w, X, y: optax.huber_loss(X @ w, y, delta=2.0).sum(), *REGRESSION),
    "log cosh": (lambda w, X, y: optax.log_cosh(X @ w, y).sum(), *REGRESSION),
    "vmap and a pytree": (vmap_loss, {"W": "f d", "b": "f"}, "f n d", "f n"),
    # two classes
    "log1p exp": (lambda w, X, y: jnp.mean(jnp.log1p(jnp.exp(-y * (X @ w)))), *SIGNS),
    "log of 1 + exp": (lambda w, X, y: jnp.mean(jnp.log(1 + jnp.exp(-y * (X @ w)))), *SIGNS),
    "logaddexp": (lambda w, X, y: jnp.logaddexp(0, -y * (X @ w)).mean(), *SIGNS),
    "softplus": (lambda w, X, y: jax.nn.softplus(-y * (X @ w)).sum(), *SIGNS),
    "log sigmoid": (lambda w, X, y: -jax.nn.log_sigmoid(y * (X @ w)).mean(), *SIGNS),
    "log of sigmoid": (lambda w, X, y: -jnp.log(jax.nn.sigmoid(y * (X @ w))).mean(), *SIGNS),
    "sigmoid, 0 or 1": (plain_bce, *ZERO_ONE),
    "optax, 0 or 1": (lambda w, X, y: optax.sigmoid_binary_cross_entropy(X @ w, y).mean(), *ZERO_ONE),
    "guarded, 0 or 1": (stable_bce, *ZERO_ONE),
    "softplus - y z": (lambda w, X, y: jnp.sum(jax.nn.softplus(X @ w) - y * (X @ w)), *ZERO_ONE),
    "jit inside": (jax.jit(lambda w, X, y: jnp.mean(jax.jit(jax.nn.softplus)(-y * (X @ w)))), *SIGNS),
    "checkpoint": (jax.checkpoint(lambda w, X, y: jnp.mean(jnp.exp(-y * (X @ w)))), *SIGNS),
    "running sum": (scan_loss, *SIGNS),
    "sigmoid and squares": (lambda w, X, y: jnp.mean((jax.nn.sigmoid(X @ w) - y) ** 2), *ZERO_ONE),
    "hinge": (lambda w, X, y: jnp.mean(jax.nn.relu(1 - y * (X @ w))), *SIGNS),
    "hinge by optax": (lambda w, X, y: optax.hinge_loss(X @ w, y).mean(), *SIGNS),
    "hinge by clip": (lambda w, X, y: jnp.clip(1 - y * (X @ w), 0).mean(), *SIGNS),
    "squared hinge": (lambda w, X, y: jnp.sum(jnp.maximum(0, 1 - y * (X @ w)) ** 2), *SIGNS),
    # many classes
    "log_softmax, gather": (gather_ce, *CLASSES),
    "log_softmax, one-hot": (
        lambda W, X, y: -jnp.sum(jax.nn.one_hot(y, W.shape[1]) * jax.nn.log_softmax(X @ W)), *CLASSES),
    "log of softmax": (
        lambda W, X, y: -jnp.sum(jax.nn.one_hot(y, W.shape[1]) * jnp.log(jax.nn.softmax(X @ W))), *CLASSES),
    "logsumexp, index": (
        lambda W, X, y: jnp.mean(jax.nn.logsumexp(X @ W, axis=1) - (X @ W)[jnp.arange(y.size), y]), *CLASSES),
    "log-softmax by hand": (log_softmax_by_hand, *CLASSES),
    "integer labels by optax": (
        lambda W, X, y: optax.softmax_cross_entropy_with_integer_labels(X @ W, y).mean(), *CLASSES),
    "label smoothing": (smoothed, *CLASSES),
    "soft labels": (lambda W, X, P: optax.softmax_cross_entropy(X @ W, P).mean(), "f d k", "f n d", "p n k"),
    # counts, times, divergences
    "poisson": (lambda w, X, y: jnp.sum(jnp.exp(X @ w) - y * (X @ w)), "f d", "f n d", "c n"),
    "hinge of many classes": (lambda W, X, y: optax.losses.multiclass_hinge_loss(X @ W, y).mean(), *CLASSES),
    "gamma": (lambda w, X, y: jnp.sum(y * jnp.exp(-X @ w) + X @ w), "f d", "f n d", "+ n"),
    "proportional hazards": (cox, "f d", "f n d", "z n"),
    "proportional hazards by cumsum": (cox_cumsum, "f d", "f n d", "z n"),
    "entropy": (lambda p: -jnp.sum(entr(p)) + jnp.sum(jax.scipy.special.xlog1py(0.5, p)), "+ d"),
    "divergence": (lambda p, q: jnp.sum(rel_entr(p, q)) + optax.kl_divergence(jnp.log(p), q).sum(), "+ d", "+ d"),
    "xlogy": (lambda p, c: -jnp.sum(xlogy(c, p)), "+ d", "c d"),
    # shapes, masks, loops
    "mask": (masked_mean, *REGRESSION, "b n"),
    "mask times": (lambda w, X, y, m: jnp.sum(m * (X @ w - y) ** 2), *REGRESSION, "b n"),
    "pairs": (pairs_loss, *REGRESSION),
    "running sums": (scan_rows, "f d", "f n d"),
    "backwards": (scan_reverse, "f d"),
    "loop by index": (for_loss, "f d"),
    "loop that is no sum": (squaring, "f d"),
    "loop that forgets": (forgetting, "f d"),
    "brackets": (lambda w, A, B: w @ A.T @ A @ w + jnp.vdot(w @ A.T @ B @ A, w), "f d", "f n d", "f n n"),
    "diagonal": (lambda W: jnp.sum(jnp.diag(W) ** 2) + jnp.trace(W), "f d d"),
    "vmap of a loop": (vmapped_scan, "f d k", "f n d"),
    "own gradient": (lambda w: jnp.sum(own_gradient(w)), "f d"),
    "branches": (chosen, "f d", "f n d"),
    "products": (lambda w: jnp.prod(1 + w**2), "f d"),
    "any and all": (lambda w, m: jnp.sum(w**2) * jnp.where(jnp.any(m) & ~jnp.all(m), 2.0, 1.0), "f d", "b n"),
    "largest so far": (lambda w: jnp.sum(jax.lax.cummax(w) - jax.lax.cummin(w)), "f d"),
    "mean and variance": (lambda w: jnp.var(w) + jnp.std(1 + w), "f d"),
    "batches": (lambda W, X: jnp.sum(jnp.einsum("nij,njk->nik", X, W) ** 2), "f n d k", "f n d d"),
    "rows picked": (lambda W, y: jnp.sum(W[y] ** 2) + jnp.sum(jnp.take(W, y, axis=1)), "f k k", "i:k n"),
    "rolled": (lambda w: jnp.sum((jnp.roll(w, 1) - w) ** 2), "f d"),
    "moved axes": (lambda W: jnp.sum(jnp.swapaxes(W, 0, 1).reshape(-1) ** 2) + W.ravel() @ W.ravel(), "f d k"),
    "flat and back": (lambda W: jnp.sum(W.reshape(-1).reshape(W.shape)[0]), "f d k"),
    "differences": (lambda w: jnp.sum(jnp.diff(w) ** 2) + jnp.sum(jnp.abs(w[1:] - w[:-1])) + w[-1] * w[0], "f d"),
    "padded": (lambda w: jnp.sum(jnp.pad(w, 1, constant_values=2.0) ** 2), "f d"),
    "networks": (mlp, [{"W": "f d m", "b": "f m"}, {"W": "f m", "b": "f"}], "f n d", "f n"),
    "elementary": (
        lambda w: jnp.sum(jnp.sinh(w) + jnp.cosh(w) * jnp.tanh(w) + jnp.expm1(w) - jax.lax.rsqrt(1 + w * w)
                          + jnp.arctan(w) + jnp.arcsinh(w) + jnp.sin(w) * jnp.cos(w) + jnp.tan(0.1 * w)
                          + jax.scipy.special.erf(w) - jax.scipy.special.erfc(w) + jnp.exp2(w)
                          + (1 + w**2) ** 1.5 + jnp.hypot(w, 1.0) + jax.nn.gelu(w, approximate=False)), "f d"),
    "gates": (lambda w: jnp.sum(jax.nn.elu(w) + jax.nn.leaky_relu(w) + jax.nn.silu(w) + jax.nn.swish(w)), "f d"),
    "two scalars": (lambda w, b: (w * b - 1) ** 2 + jnp.log(1 + (w - b) ** 2), "f", "f"),
}  # fmt: skip

CONDITIONS = {
    "entropy": {"domain": "p > 0"},
    "divergence": {"domain": "p > 0", "given": "q > 0"},
}
# jnp.roll by a number needs the remainder by a size; the loop and the product are written out
CONCRETE_ONLY = {"rolled", "loop that is no sum", "products"}
ONE_SIZE = {"loop that is no sum", "products"}  # nothing to generalise
