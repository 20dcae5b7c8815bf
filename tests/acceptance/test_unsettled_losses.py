"""What the tool cannot read or settle ends in "unknown" or in an error that says what to try, never in a guess."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import convexcheck as cc
from convexcheck.certificate.evidence import Generalisation

rng = np.random.default_rng(0)
X, y, w = rng.normal(size=(6, 3)), rng.normal(size=6), np.zeros(3)
SYMBOLIC = [jax.ShapeDtypeStruct(s, float) for s in (("d",), ("n", "d"), ("n",))]


def branch_on_size(w, X, y):
    residual = X @ w - y
    return jnp.mean(residual**2) if X.shape[0] > 4 else jnp.mean(jnp.sin(residual))


# (loss, what the message names): operations that the language does not have
UNKNOWN = {
    "sort": (lambda w, X, y: jnp.sum(jnp.sort(X @ w)[:2]), "sort"),
    "cholesky": (lambda w, X, y: jnp.sum(jnp.linalg.cholesky(X.T @ X) @ w), "cholesky"),
    "callback": (
        lambda w, X, y: jnp.sum(jax.pure_callback(lambda v: v, jax.ShapeDtypeStruct(w.shape, w.dtype), w)),
        "pure_callback",
    ),
    "while": (
        lambda w, X, y: jax.lax.while_loop(lambda s: s < 9, lambda s: s + jnp.sum(w**2) + 1, 0.0),
        "while",
    ),
    "random": (lambda w, X, y: w @ jax.random.normal(jax.random.key(0), w.shape), "random"),
    "rounding": (lambda w, X, y: jnp.sum(jnp.round(w)), "round"),
}


@pytest.mark.parametrize(("loss", "named"), UNKNOWN.values(), ids=UNKNOWN)
def test_an_operation_beyond_the_language_is_unknown(loss, named):
    verdict = cc.check(loss, w, X, y)
    assert (verdict.status, verdict.curvature) == ("UNKNOWN", "UNKNOWN")
    assert verdict.certificate is None and verdict.counterexamples == ()
    line = "test_unsettled_losses.py" in verdict.message
    assert named in verdict.message and (line or named == "cholesky")  # a factor is to blame only for how it is used
    with pytest.raises(TypeError, match=r"compare \.status"):
        bool(verdict)


# (loss, arguments, what the message says)
UNREADABLE = {
    "a vector": (lambda w, X, y: X @ w - y, (w, X, y), r"the loss returns shape \(6,\); expected one real number"),
    "integer weights": (lambda w, X, y: jnp.sum((X @ w) ** 2), (np.arange(3), X, y), "variable w holds integers"),
    "NaN in data": (lambda w, X, y: jnp.sum((X @ w) ** 2), (w, X * np.nan, y), r"X\[0, 0\] is nan"),
    "infinity in data": (lambda w, X, y: jnp.sum((X @ w - y) ** 2), (w, X, np.append(np.inf, y[1:])), r"y\[0\] is inf"),
    "shapes that do not fit": (lambda w, X, y: jnp.sum(X @ w), (np.zeros(2), X, y), "the loss raised TypeError"),
    "a branch on a value": (
        lambda w, X, y: w.sum() if w[0] > 0 else 0.0,
        (w, X, y),
        "the loss raised TracerBoolConversionError",
    ),
    "a branch on a symbolic size": (branch_on_size, SYMBOLIC, "'n' > '4' is inconclusive"),
}


@pytest.mark.parametrize(("loss", "arguments", "message"), UNREADABLE.values(), ids=UNREADABLE)
def test_what_is_no_loss_is_an_error(loss, arguments, message):
    with pytest.raises(cc.ConvexcheckError, match=message) as error:
        cc.check(loss, *arguments)
    assert error.value.stage.startswith("read")


@pytest.mark.parametrize(("samples", "curvature"), [(6, "CONVEX"), (3, "NEITHER")])
def test_a_branch_on_a_size_is_decided_by_the_data_at_hand(samples, curvature):
    verdict = cc.check(branch_on_size, w, X[:samples], y[:samples])
    assert verdict.curvature == curvature
    if curvature == "CONVEX":  # the general function is what was read at this size, and is printed
        assert isinstance(verdict.certificate.content.evidence, Generalisation)
        assert "**2" in "".join(verdict.accepted.statement)


def test_labels_out_of_range_are_not_assumed_away():
    def loss(W, X, y):
        return -jnp.mean(jnp.take_along_axis(jax.nn.log_softmax(X @ W), y[:, None], axis=1))

    shapes = [jax.ShapeDtypeStruct(s, t) for s, t in ((("d", "k"), float), (("n", "d"), float), (("n",), int))]
    assert cc.check(loss, *shapes, budget=2.0).curvature in {"UNKNOWN", "CONVEX"}  # its meaning there is JAX's
    assert cc.check(loss, *shapes, given="0 <= y <= k - 1").curvature == "CONVEX"


def test_what_convexity_needs_must_be_given():
    ridge = "mean((X @ w - y)**2) + c*sum(w**2)"
    names = {"wrt": {"w": "d"}, "parameters": {"X": "n d", "y": "n", "c": ""}}
    free = cc.check(ridge, **names)
    assert free.curvature == "NEITHER" and float(free.counterexample.parameters["c"]) < 0
    assert cc.check(ridge, **names, given="c >= 0").curvature == "CONVEX"


def test_poisson_with_a_term_of_the_data_alone():
    """log y! is real for y > -1 only: what nobody said of the data is asked for, not assumed."""
    question = {"wrt": {"w": "d"}, "parameters": {"X": "n d", "y": "n"}}
    loss = "mean(exp(X @ w) - y*(X @ w) + loggamma(y + 1))"
    verdict = cc.check(loss, **question)
    assert verdict.status in {"UNKNOWN", "ILL_POSED"} and "1 + y" in verdict.message
    assert cc.check(loss, **question, given="y >= 0").curvature == "CONVEX"


def test_a_budget_of_nothing_settles_nothing():
    verdict = cc.check(
        "mean((tanh(X @ A) @ c - y)**2)", wrt={"A": "d h", "c": "h"}, parameters={"X": "n d", "y": "n"}, budget=0.0
    )
    assert verdict.status == "UNKNOWN" and verdict.out_of_time and verdict.certificate is None
