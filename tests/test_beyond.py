"""`explain` names the part that stops a proof and CVXPY's view, below the reasons of the verdict."""

import jax.numpy as jnp
import numpy as np
import pytest

import convexcheck as cc

# a function, options, pieces of the text in order
CASES = [
    ("log(1 + exp(x))", {}, ["CONVEX: proved", "CVXPY's rules do not accept", "stop at: log(1 + exp(x))",
                             "accepts, with the same values: logistic(x)"]),
    ("x**2", {}, ["CONVEX: proved", "accept the function as it is written: CONVEX"]),
    ("x**3", {}, ["NEITHER", "accept the function as it is written: CONVEX", "on a smaller domain", "0.0 <= x"]),
    ("x*y", {}, ["NEITHER", "stop at: x*y"]),
]  # fmt: skip


@pytest.mark.parametrize(("function", "options", "pieces"), CASES, ids=lambda x: str(x)[:20])
def test_explanations(function, options, pieces):
    rest = cc.explain(function, **options)
    for piece in pieces:
        assert piece in rest
        rest = rest.split(piece, 1)[1]


def test_an_unknown_one_names_the_part_that_stops_it():
    text = cc.explain(cc.Verdict("UNKNOWN", "UNKNOWN", statement=cc.check("sin(x)*x**2").statement, message="no proof"))
    assert "The smallest part that stops a proof: sin(x)" in text


def test_a_loss_at_data_is_explained_by_its_general_form():
    def loss(w, X, y):
        return jnp.sum(jnp.log(1 + jnp.exp(-y * (X @ w))))

    rng = np.random.default_rng(0)
    text = cc.explain(loss, np.zeros(3), rng.normal(size=(500, 3)), rng.choice([-1.0, 1.0], 500))
    assert "a spelling that CVXPY accepts, with the same values: sum(logistic(" in text


def test_what_cannot_be_written_out_is_passed_over():
    text = cc.explain("logdet(X)", wrt={"X": "n n"}, domain="posdef(X)", budget=2)
    assert "CVXPY" not in text
