"""Losses of regression, penalties, risk measures and smoothing."""

import jax
import jax.numpy as jnp
import optax

from tests.acceptance.gallery import AFFINE, CONCAVE, CONVEX, NEITHER, REGRESSION, Loss

POSITIVE_A = {"given": "a > 0"}


def huber_where(w, X, y, a):
    r = jnp.abs(X @ w - y)
    return jnp.mean(jnp.where(r <= a, 0.5 * r**2, a * (r - 0.5 * a)))


def huber_clip(w, X, y, a):
    r = X @ w - y
    inner = jnp.clip(r, -a, a)
    return jnp.sum(inner * (r - 0.5 * inner))


def pinball_where(w, X, y, q):
    r = y - X @ w
    return jnp.mean(jnp.where(r >= 0, q * r, (q - 1) * r))


def quantiles(W, X, y, q):
    """One column of weights per level."""

    def one(w, level):
        r = y - X @ w
        return jnp.mean(jnp.maximum(level * r, (level - 1) * r))

    return jnp.sum(jax.vmap(one, in_axes=(1, 0))(W, q))


def smooth_l1(w, X, y):
    r = X @ w - y
    return jnp.where(jnp.abs(r) < 0.5, r**2, jnp.abs(r) - 0.25).sum()


def tukey(w, X, y):
    u = (X @ w - y) / 4.685
    return jnp.sum(jnp.where(jnp.abs(u) <= 1, 1 - (1 - u**2) ** 3, 1.0))


def scad(w):
    a, lam, t = 3.7, 1.0, jnp.abs(w)
    middle = (2 * a * lam * t - t**2 - lam**2) / (2 * (a - 1))
    return jnp.sum(jnp.where(t <= lam, lam * t, jnp.where(t <= a * lam, middle, lam**2 * (a + 1) / 2)))


def tweedie(w, X, y):
    z, p = X @ w, 1.5
    return jnp.mean(-y * jnp.exp((1 - p) * z) / (1 - p) + jnp.exp((2 - p) * z) / (2 - p))


def groups(w, X, y):
    return jnp.maximum(jnp.mean((X @ w - y) ** 2), jnp.mean(jnp.abs(X @ w - y)))


def masked_mean(w, X, y, m):
    return jnp.sum(jnp.where(m, (X @ w - y) ** 2, 0.0)) / jnp.maximum(jnp.sum(m), 1)


def rolling(w, X, y):
    """An exponential moving average of the residuals, by scan."""

    def step(mean, row):
        x, target = row
        mean = 0.5 * mean + 0.5 * (x @ w - target)
        return mean, mean**2

    return jnp.sum(jax.lax.scan(step, 0.0, (X, y))[1])


def accumulated(w, X, y):
    def step(total, row):
        x, target = row
        return total + optax.huber_loss(x @ w, target), None

    return jax.lax.scan(step, 0.0, (X, y))[0] / y.size


def network(params, X, y):
    h = jax.nn.relu(X @ params["W"] + params["b"])
    return jnp.mean((h @ params["v"] - y) ** 2)


def mixture(m, x):
    return -jnp.sum(jax.nn.logsumexp(-0.5 * (x[:, None] - m[None, :]) ** 2, axis=1))


LOSSES = {
    # the residual is affine, and each of these is a convex function of it
    "mean squares": Loss(lambda w, X, y: jnp.mean((X @ w - y) ** 2), REGRESSION, CONVEX, "square of an affine form"),
    "vmapped squares": Loss(
        lambda w, X, y: jax.vmap(lambda x, t: optax.squared_error(x @ w, t))(X, y).mean(),
        REGRESSION,
        CONVEX,
        "the same",
    ),
    "root mean squares": Loss(
        lambda w, X, y: jnp.sqrt(jnp.mean((X @ w - y) ** 2)), REGRESSION, CONVEX, "a norm of an affine map"
    ),
    "square-root lasso": Loss(
        lambda w, X, y, c: jnp.linalg.norm(X @ w - y) + c * jnp.linalg.norm(w, ord=1),
        (*REGRESSION, "+"),
        CONVEX,
        "two norms",
        {"given": "c >= 0"},
    ),
    "ridge": Loss(
        lambda w, X, y, c: jnp.mean((X @ w - y) ** 2) + c * jnp.sum(w**2),
        (*REGRESSION, "+"),
        CONVEX,
        "squares",
        {"given": "c >= 0"},
    ),
    "elastic net": Loss(
        lambda w, X, y, c, r: jnp.mean((X @ w - y) ** 2) + c * (r * jnp.sum(jnp.abs(w)) + (1 - r) / 2 * jnp.sum(w**2)),
        (*REGRESSION, "+", "+"),
        CONVEX,
        "squares and a norm",
        {"given": "c >= 0, 0 <= r <= 1"},
    ),
    "group lasso": Loss(
        lambda W, X, Y, c: jnp.mean((X @ W - Y) ** 2) + c * jnp.linalg.norm(W, axis=1).sum(),
        ("f d k", "f n d", "f n k", "+"),
        CONVEX,
        "squares and a sum of norms",
        {"given": "c >= 0"},
    ),
    "multi-task": Loss(
        lambda W, X, y, c: (
            jnp.sum(jax.vmap(lambda w, A, t: jnp.mean((A @ w - t) ** 2))(W, X, y))
            + c * jnp.sum((W - W.mean(axis=0)) ** 2)
        ),
        ("f k d", "f k n d", "f k n", "+"),
        CONVEX,
        "squares of affine forms",
        {"given": "c >= 0"},
    ),
    "fused lasso": Loss(
        lambda w, X, y: jnp.sum((X @ w - y) ** 2) + jnp.sum(jnp.abs(jnp.diff(w))),
        REGRESSION,
        CONVEX,
        "squares and absolute values of affine forms",
    ),
    "least absolute deviations": Loss(lambda w, X, y: jnp.abs(X @ w - y).mean(), REGRESSION, CONVEX, "absolute values"),
    "largest residual": Loss(
        lambda w, X, y: jnp.max(jnp.abs(X @ w - y)) + jnp.linalg.norm(w, ord=jnp.inf), REGRESSION, CONVEX, "maxima"
    ),
    "Huber by where": Loss(huber_where, (*REGRESSION, "+"), CONVEX, "slopes -a, r, a; continuous", POSITIVE_A),
    "Huber by clip": Loss(huber_clip, (*REGRESSION, "+"), CONVEX, "the same function", POSITIVE_A),
    "Huber by optax": Loss(
        lambda w, X, y: optax.huber_loss(X @ w, y, delta=1.35).mean(), REGRESSION, CONVEX, "the same function"
    ),
    "Huber in a scan": Loss(accumulated, REGRESSION, CONVEX, "the same function, added up by a loop"),
    "smooth L1": Loss(smooth_l1, REGRESSION, CONVEX, "slopes -1, 2 r, 1; continuous at |r| = 1/2"),
    "log cosh": Loss(
        lambda w, X, y: optax.log_cosh(X @ w, y).mean(), REGRESSION, CONVEX, "second derivative 1/cosh**2"
    ),
    "pseudo-Huber": Loss(
        lambda w, X, y: jnp.sum(jnp.sqrt(1 + (X @ w - y) ** 2) - 1), REGRESSION, CONVEX, "1/(1 + r**2)**1.5"
    ),
    "Charbonnier": Loss(
        lambda w, X, y, e: jnp.sqrt((X @ w - y) ** 2 + e**2).sum(), (*REGRESSION, "+"), CONVEX, "norm of (r, e)"
    ),
    "pinball by maximum": Loss(
        lambda w, X, y, q: jnp.mean(jnp.maximum(q * (y - X @ w), (q - 1) * (y - X @ w))),
        (*REGRESSION, "+"),
        CONVEX,
        "a maximum of affine forms, for any q",
    ),
    "pinball by where": Loss(pinball_where, (*REGRESSION, "+"), CONVEX, "slopes q - 1 <= q", {"given": "0 <= q <= 1"}),
    "quantiles at many levels": Loss(quantiles, ("f d k", "f n d", "f n", "+ k"), CONVEX, "maxima of affine forms"),
    "epsilon-insensitive": Loss(
        lambda w, X, y, e: jnp.maximum(jnp.abs(X @ w - y) - e, 0).sum(), (*REGRESSION, "+"), CONVEX, "maxima"
    ),
    "squared epsilon-insensitive": Loss(
        lambda w, X, y, e: jnp.sum(jax.nn.relu(jnp.abs(X @ w - y) - e) ** 2),
        (*REGRESSION, "+"),
        CONVEX,
        "squares of nonnegative convex functions",
    ),
    "mask by where": Loss(masked_mean, (*REGRESSION, "b n"), CONVEX, "squares, weights 0 or 1, divisor >= 1"),
    "weights": Loss(
        lambda w, X, y, a: jnp.average((X @ w - y) ** 2, weights=a),
        (*REGRESSION, "+ n"),
        CONVEX,
        "squares with weights > 0",
        {"given": "a > 0"},
    ),
    "moving average": Loss(rolling, REGRESSION, CONVEX, "squares of affine forms"),
    "smoothing spline": Loss(
        lambda w, y, c: jnp.sum((w - y) ** 2) + c * jnp.sum(jnp.diff(w, 2) ** 2),
        ("f n", "f n", "+"),
        CONVEX,
        "squares",
        {"given": "n >= 3, c >= 0"},
    ),
    "total variation": Loss(
        lambda w, y: 0.5 * jnp.sum((w - y) ** 2) + jnp.abs(w[1:] - w[:-1]).sum(),
        ("f n", "f n"),
        CONVEX,
        "squares and absolute values",
    ),
    "isotonic penalty": Loss(
        lambda w, y: jnp.sum((w - y) ** 2) + jnp.sum(jax.nn.relu(w[:-1] - w[1:])),
        ("f n", "f n"),
        CONVEX,
        "squares and maxima",
    ),
    "quadratic form": Loss(
        lambda w, A, b: 0.5 * w @ A.T @ A @ w - b @ w, ("f d", "f n d", "f d"), CONVEX, "|A w|**2/2 - b.w"
    ),
    "pairs of predictions": Loss(
        lambda w, X: (
            jnp.mean((X @ w)[:, None] - (X @ w)[None, :]) + jnp.mean(((X @ w)[:, None] - (X @ w)[None, :]) ** 2)
        ),
        ("f d", "f n d"),
        CONVEX,
        "squares of affine forms",
    ),
    "variance": Loss(lambda w, X: jnp.var(X @ w), ("f d", "f n d"), CONVEX, "squares of z - mean(z)"),
    "standard deviation": Loss(lambda w, X: jnp.std(X @ w), ("f d", "f n d"), CONVEX, "the norm of z - mean(z)"),
    "conditional value at risk": Loss(
        lambda p, X, y, a: p["t"] + jnp.mean(jax.nn.relu((X @ p["w"] - y) ** 2 - p["t"])) / (1 - a),
        ({"t": "f", "w": "f d"}, "f n d", "f n", "+"),
        CONVEX,
        "maxima of convex functions",
        {"given": "0 <= a, a < 1"},
    ),
    "entropic risk": Loss(
        lambda w, X, y: jnp.log(jnp.mean(jnp.exp((X @ w - y) ** 2))),
        REGRESSION,
        CONVEX,
        "log-sum-exp of convex functions",
    ),
    "entropic risk of absolute values": Loss(
        lambda w, X, y: jax.nn.logsumexp(jnp.abs(X @ w - y)), REGRESSION, CONVEX, "log-sum-exp of convex functions"
    ),
    "worst of two": Loss(groups, REGRESSION, CONVEX, "a maximum of convex functions"),
    "norm of positive parts": Loss(
        lambda w, X, y: jnp.linalg.norm(jax.nn.relu(X @ w - y)),
        REGRESSION,
        CONVEX,
        "a norm, monotone on vectors >= 0, of convex functions >= 0",
    ),
    # likelihoods
    "Poisson": Loss(lambda w, X, y: jnp.mean(jnp.exp(X @ w) - y * (X @ w)), REGRESSION, CONVEX, "exp and affine"),
    "gamma": Loss(
        lambda w, X, y: jnp.mean(y * jnp.exp(-(X @ w)) + X @ w),
        REGRESSION,
        CONVEX,
        "exp, weights y >= 0",
        {"given": "y >= 0"},
    ),
    "gamma, y of any sign": Loss(
        lambda w, X, y: jnp.mean(y * jnp.exp(-(X @ w)) + X @ w), REGRESSION, NEITHER, "y = 1 and y = -1"
    ),
    "Tweedie": Loss(tweedie, REGRESSION, CONVEX, "p = 1.5: 2 y exp(-z/2) + 2 exp(z/2)", {"given": "y >= 0"}),
    "negative binomial": Loss(
        lambda w, X, y, r: jnp.sum((y + r) * jnp.logaddexp(jnp.log(r), X @ w) - y * (X @ w)),
        (*REGRESSION, "+"),
        CONVEX,
        "log-sum-exp with weight y + r >= 0",
        {"given": "y >= 0, r > 0"},
    ),
    "Gumbel": Loss(lambda w, X, y: jnp.sum((y - X @ w) + jnp.exp(-(y - X @ w))), REGRESSION, CONVEX, "affine and exp"),
    "Weibull": Loss(
        lambda w, X, t, c: jnp.mean(jnp.exp(c * (jnp.log(t) - X @ w)) - c * (jnp.log(t) - X @ w)),
        ("f d", "f n d", "+ n", "+"),
        CONVEX,
        "exp and affine",
        {"given": "t > 0"},
    ),
    "Gaussian with two natural parameters": Loss(
        lambda p, x: jnp.sum(0.5 * (p["s"] * x - p["m"]) ** 2 - jnp.log(p["s"])),
        ({"m": "f", "s": "f"}, "f n"),
        CONVEX,
        "squares and -log",
        {"domain": "p['s'] > 0"},
    ),
    "Gaussian with mean and log variance": Loss(
        lambda p, X, y: jnp.mean(0.5 * jnp.exp(-(X @ p["v"])) * (X @ p["w"] - y) ** 2 + 0.5 * (X @ p["v"])),
        ({"v": "f d", "w": "f d"}, "f n d", "f n"),
        NEITHER,
        "r**2 exp(-s): determinant -2 r**2 exp(-2 s) < 0",
    ),
    "probit": Loss(
        lambda w, X, y: -jnp.mean(jax.scipy.stats.norm.logcdf(y * (X @ w))), REGRESSION, CONVEX, "-log of a normal cdf"
    ),
    "Laplace": Loss(
        lambda p, x: jnp.sum(jnp.abs(p["s"] * x - p["m"]) - jnp.log(p["s"])),
        ({"m": "f", "s": "f"}, "f n"),
        CONVEX,
        "absolute values and -log",
        {"domain": "p['s'] > 0"},
    ),
    "Student's t": Loss(
        lambda w, X, y: jnp.sum(2.0 * jnp.log1p((X @ w - y) ** 2 / 3)), REGRESSION, NEITHER, "log(1 + r**2/3), r large"
    ),
    "Cauchy": Loss(
        lambda w, X, y: jnp.log1p((X @ w - y) ** 2).mean(), REGRESSION, NEITHER, "2 (1 - r**2)/(1 + r**2)**2"
    ),
    "Gaussian mixture": Loss(mixture, ("f k", "f n"), NEITHER, "two equal means can be exchanged"),
    # redescending, and penalties that are not convex
    "Tukey": Loss(tukey, REGRESSION, NEITHER, "bounded and not constant"),
    "Welsch": Loss(lambda w, X, y: jnp.sum(1 - jnp.exp(-((X @ w - y) ** 2) / 2)), REGRESSION, NEITHER, "bounded"),
    "Geman-McClure": Loss(
        lambda w, X, y: jnp.sum((X @ w - y) ** 2 / (1 + (X @ w - y) ** 2)), REGRESSION, NEITHER, "bounded"
    ),
    "clipped squares": Loss(lambda w, X, y: jnp.minimum((X @ w - y) ** 2, 1.0).sum(), REGRESSION, NEITHER, "bounded"),
    "wrong Huber": Loss(
        lambda w, X, y: jnp.where(jnp.abs(X @ w - y) <= 1, (X @ w - y) ** 2, jnp.abs(X @ w - y)).sum(),
        REGRESSION,
        NEITHER,
        "the slope falls from 2 to 1 at r = 1",
    ),
    "SCAD": Loss(scad, ("f d",), NEITHER, "bounded"),
    "log penalty": Loss(lambda w: jnp.sum(jnp.log1p(jnp.abs(w))), ("f d",), NEITHER, "concave on w > 0, least at 0"),
    "square roots": Loss(lambda w: jnp.sum(jnp.sqrt(jnp.abs(w))), ("f d",), NEITHER, "concave on w > 0, least at 0"),
    "ratio of norms": Loss(
        lambda w: jnp.sum(jnp.abs(w)) / jnp.sqrt(jnp.sum(w**2) + 1),
        ("f d",),
        NEITHER,
        "t/sqrt(1 + t**2) in one direction",
    ),
    # factors and networks
    "matrix factors": Loss(
        lambda p, M: jnp.sum((p["U"] @ p["V"] - M) ** 2),
        ({"U": "f n k", "V": "f k d"}, "f n d"),
        NEITHER,
        "(u v - 1)**2",
    ),
    "one factor": Loss(
        lambda U, V, M: jnp.sum((U @ V - M) ** 2), ("f n k", "f k d", "f n d"), CONVEX, "squares of forms affine in U"
    ),
    "principal components": Loss(
        lambda W, X: jnp.sum((X - X @ W @ W.T) ** 2), ("f d k", "f n d"), NEITHER, "(1 - w**2)**2"
    ),
    "a network": Loss(network, ({"W": "f d k", "b": "f k", "v": "f k"}, "f n d", "f n"), NEITHER, "(v relu(w) - y)**2"),
    # divergences and barriers
    "entropy": Loss(lambda p: jnp.sum(jax.scipy.special.entr(p)), ("f d",), CONCAVE, "-p log p", {"domain": "p > 0"}),
    "regularised transport cost": Loss(
        lambda P, C: jnp.sum(P * C) + 0.1 * jnp.sum(P * (jnp.log(P) - 1)),
        ("f n d", "f n d"),
        CONVEX,
        "p log p",
        {"domain": "P > 0"},
    ),
    "KL divergence": Loss(
        lambda p, q: jnp.sum(jax.scipy.special.rel_entr(p, q)),
        ("f d", "f d"),
        CONVEX,
        "p log p + affine",
        {"domain": "p > 0", "given": "q > 0"},
    ),
    "joint KL divergence": Loss(
        lambda v: jnp.sum(v["p"] * jnp.log(v["p"] / v["q"])),
        ({"p": "f d", "q": "f d"},),
        CONVEX,
        "perspective of -log",
        {"domain": "v['p'] > 0, v['q'] > 0"},
    ),
    "Itakura-Saito": Loss(
        lambda q, p: jnp.sum(p / q - jnp.log(p / q) - 1),
        ("f d", "f d"),
        NEITHER,
        "1/q + log q: 2/q**3 - 1/q**2",
        {"domain": "q > 0", "given": "p > 0"},
    ),
    "log barrier": Loss(lambda x, c: c @ x - jnp.sum(jnp.log(x)), ("f d", "f d"), CONVEX, "-log", {"domain": "x > 0"}),
    "inner product": Loss(lambda w, X, y: jnp.vdot(y, X @ w) / y.size, REGRESSION, AFFINE, "linear"),
}
