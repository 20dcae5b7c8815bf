"""Where labels may index out of range, an unknown verdict says what to assume, or which label is outside."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import convexcheck as cc


def shape(*sizes, dtype=float):
    return jax.ShapeDtypeStruct(sizes, dtype)


def taken(W, X, y):
    return -jnp.mean(jnp.take_along_axis(jax.nn.log_softmax(X @ W), y[:, None], axis=1))


def indexed(W, X, y):
    return -jnp.mean(jax.nn.log_softmax(X @ W)[jnp.arange(X.shape[0]), y])


def one(w, y):
    return jnp.exp(w)[y]


def data(*labels):
    return np.zeros((2, 3)), np.ones((4, 2)), np.array(labels)


ALL = (shape("d", "k"), shape("n", "d"), shape("n", dtype=int))
CASES = [
    (taken, ALL, "labels y have to lie in 0..k-1; try given='0 <= y < k'"),
    (indexed, ALL, "labels y have to lie in 0..k-1; try given='0 <= y < k'"),
    (taken, (shape(2, 3), shape(4, 2), shape(4, dtype=int)), "labels y have to lie in 0..2; try given='0 <= y < 3'"),
    (taken, data(0, 1, 7, 2), "y[2] = 7 is no class of 0..2"),
    (indexed, data(0, 1, 2, -4), "y[3] = -4 is no class of 0..2"),
    (one, (np.zeros(3), np.array(3)), "y = 3 is no class of 0..2"),
]


@pytest.mark.parametrize(("loss", "arguments", "remark"), CASES)
def test_the_message_names_the_labels(loss, arguments, remark):
    verdict = cc.check(loss, *arguments, budget=0.5)
    assert verdict.status == "UNKNOWN"
    assert verdict.message.endswith(f"; {remark}")


def test_what_the_message_suggests_helps():
    assert cc.check(taken, *ALL, given="0 <= y < k").curvature == "CONVEX"
    assert cc.check(taken, *data(0, 1, 2, 2)).curvature == "CONVEX"


def test_other_unknown_questions_say_nothing_of_labels():
    assert "label" not in cc.prove("x**3").message
