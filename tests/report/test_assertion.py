"""`assert_convex`: silent on a proof, an AssertionError with the counterexample, `Undecided` for the rest."""

import jax.numpy as jnp
import numpy as np
import pytest
import sympy

import convexcheck as cc

HOLDS = [
    ("x**2", {}),
    ("3*x", {}),
    ("-log(x)", {"domain": "x > 0", "strict": True}),
    ("-x**2", {"claim": "concave"}),
    ("sum((X @ w)**2)", {"wrt": {"w": "d"}, "parameters": {"X": "n d"}}),
    (sympy.Symbol("x", real=True) ** 4, {}),
]


@pytest.mark.parametrize(("source", "options"), HOLDS, ids=lambda x: str(x)[:30])
def test_what_holds_returns_the_verdict(source, options):
    verdict = cc.assert_convex(source, **options)
    assert verdict.status == "PROVED"
    assert isinstance(cc.verify(verdict.certificate), cc.Accepted)


def test_pytest_shows_the_line_of_the_test():
    with pytest.raises(AssertionError) as caught:
        cc.assert_convex("x*y")
    shown = caught.traceback.filter(caught)
    assert [entry.name for entry in shown] == ["test_pytest_shows_the_line_of_the_test"]


# (source, options, pieces of the message in order)
FAILS = [
    ("x*y", {}, ["not convex: a counterexample, accepted by the kernel", "function: x*y", "not convex: f at", "P: x =",
                 "Q: x =", "certificate: "]),
    ("a*x**2", {"wrt": "x"}, ["not convex: a counterexample", "with: a = -"]),
    ("x**2", {"claim": "concave"}, ["not concave: a counterexample", "not concave: f at"]),
    ("3*x", {"strict": True}, ["not strictly convex: the function is affine", "function: 3*x"]),
    ("log(x)", {"claim": "concave"}, ["ILL_POSED: the function is not real at x = 0", "function: log(x)"]),
]  # fmt: skip


@pytest.mark.parametrize(("source", "options", "pieces"), FAILS, ids=lambda x: str(x)[:20])
def test_what_fails_shows_why(source, options, pieces):
    with pytest.raises(AssertionError) as caught:
        cc.assert_convex(source, **options)
    rest = str(caught.value)
    for piece in pieces:
        assert piece in rest
        rest = rest.split(piece, 1)[1]


def test_a_jax_loss_at_data_shows_the_points():
    def loss(w, X, y):
        return jnp.mean((jnp.tanh(X @ w) - y) ** 2)

    with pytest.raises(AssertionError, match=r"P: w = \["):
        cc.assert_convex(loss, np.zeros(2), np.array([[1.0, 2.0], [3.0, -1.0]]), np.array([1.0, -1.0]))


@pytest.mark.parametrize(
    ("source", "options", "piece"),
    [
        ("gamma(x)", {"budget": 1}, "neither proved nor refuted that the function is convex: "),
        ("x**2", {"budget": 1e-9}, "the budget was used up"),
        ("x**2 + 0*y", {"strict": True}, "convex, but whether strictly was not settled"),
    ],
)
def test_what_is_open_is_no_assertion_error(source, options, piece):
    with pytest.raises(cc.Undecided) as caught:
        cc.assert_convex(source, **options)
    assert not isinstance(caught.value, AssertionError)
    assert piece in str(caught.value)


def test_bad_input_is_neither():
    with pytest.raises(cc.ConvexcheckError):
        cc.assert_convex("x +")
