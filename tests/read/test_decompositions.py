"""Losses with determinants, inverses, eigenvalues and singular values in JAX: the statement has JAX's value."""

import flint
import jax
import jax.numpy as jnp
import numpy as np
import pytest

import convexcheck
from convexcheck.expression.evaluate import evaluate
from convexcheck.read.jaxpr import read_jax
from tests.read.jax_oracle import computed

S, R, v = (jax.ShapeDtypeStruct(s, float) for s in ((4, 4), (4, 3), (4,)))
SYMBOLIC = jax.ShapeDtypeStruct(("n", "n"), float)
CASES = [  # a loss, its arguments, and what the verdict is on positive definite matrices
    (lambda X: -jnp.linalg.slogdet(X)[1], (S,), "CONVEX"),
    (lambda X: jnp.linalg.slogdet(X).logabsdet + jnp.trace(X @ X), (S,), "NEITHER"),
    (lambda X: jnp.trace(jnp.linalg.inv(X)), (S,), "CONVEX"),
    (lambda X: jnp.linalg.inv(X)[0, 1] + jnp.sum(jnp.linalg.inv(X)[1]), (S,), None),
    (lambda X, y: y @ jnp.linalg.solve(X, y), (S, v), "CONVEX"),
    (lambda X, y: y @ jax.scipy.linalg.solve(X, y, assume_a="pos"), (S, v), "CONVEX"),
    (lambda X, y: y @ jnp.linalg.solve(X.T + jnp.eye(4), 2 * y), (S, v), None),
    (lambda X: jnp.sum(jnp.linalg.solve(X, X[:, :2] ** 2)), (S,), None),
    (lambda X: -2 * jnp.sum(jnp.log(jnp.diag(jnp.linalg.cholesky(X)))), (S,), "CONVEX"),
    (lambda X: jnp.linalg.eigvalsh(X)[-1], (S,), "CONVEX"),
    (lambda X: jnp.linalg.eigvalsh(X)[0], (S,), "CONCAVE"),
    (lambda X: jnp.max(jnp.linalg.eigvalsh(X)) - jnp.min(jnp.linalg.eigvalsh(X)), (S,), "CONVEX"),
    (lambda X: jnp.sum(jnp.log(jnp.linalg.eigvalsh(X))), (S,), "CONCAVE"),
    (lambda X: jnp.sum(jnp.linalg.eigvalsh(X) * jnp.log(jnp.linalg.eigvalsh(X))), (S,), "CONVEX"),
    (lambda X: jnp.linalg.norm(X, "nuc"), (R,), "CONVEX"),
    (lambda X: jnp.linalg.norm(X, 2), (R,), "CONVEX"),
    (lambda X: jnp.linalg.svd(X, compute_uv=False)[0], (R,), "CONVEX"),
]
IDS = [str(k) for k in range(len(CASES))]


@pytest.mark.parametrize(("loss", "arguments", "verdict"), CASES, ids=IDS)
def test_the_statement_has_the_value_of_the_code(loss, arguments, verdict):
    statement = read_jax(loss, *arguments, domain="posdef(X)" if arguments[0] is S else "").statement
    rng = np.random.default_rng(0)
    for _ in range(3):
        B = rng.integers(-8, 9, size=(4, 4)) / 4
        arrays = [B @ B.T + np.eye(4) if a is S else rng.integers(-8, 9, size=a.shape) / 4 for a in arguments]
        names = [*statement.variables, *statement.parameters]
        exact = np.vectorize(lambda q: flint.fmpq(*float(q).as_integer_ratio()), otypes=[object])
        kind = {**dict.fromkeys(statement.variables, "var"), **dict.fromkeys(statement.parameters, "par")}
        values = {(kind[n], n): exact(a) for n, a in zip(names, arrays, strict=True)}
        found = evaluate(statement.function, values, {})
        assert float(found.mid()) == pytest.approx(computed(loss, arrays), rel=1e-6, abs=1e-6)


@pytest.mark.parametrize(("loss", "arguments", "verdict"), [c for c in CASES if c[2]])
def test_the_verdict(loss, arguments, verdict):
    domain = "posdef(X)" if arguments[0] is S else ""
    found = convexcheck.check(loss, *arguments, domain=domain, budget=9)
    assert found.curvature == verdict, found.message


@pytest.mark.parametrize(
    ("loss", "reason"),
    [
        (lambda X: jnp.sum(jnp.linalg.eigh(X)[1]), "eigenvectors"),
        (lambda X: jnp.linalg.eigvalsh(X)[1], "the eigenvalue factor of a matrix"),
        (lambda X: jnp.sum(jnp.linalg.svd(X)[0]), "singular vectors"),
        (lambda X: jnp.sum(jnp.linalg.svd(X, compute_uv=False)[:2]), "the singular factor of a matrix"),
        (lambda X: jnp.sum(jnp.linalg.cholesky(X)), "the cholesky factor of a matrix"),
        (lambda X: jnp.sum(jax.vmap(jnp.linalg.eigvalsh)(jnp.stack([X, 2 * X]))), "of an array with 3 axes"),
    ],
)
def test_what_is_not_read_is_named(loss, reason):
    found = convexcheck.check(loss, S, budget=2)
    assert found.curvature == "UNKNOWN" and reason in found.message


def test_sizes_may_be_symbols():
    for loss in (CASES[0][0], CASES[2][0], CASES[8][0], CASES[9][0], lambda X: jnp.linalg.norm(X, "nuc")):
        found = convexcheck.check(loss, SYMBOLIC, domain="posdef(X)", budget=9)
        assert found.curvature == "CONVEX" and "n" in found.statement.sizes, found.message


def test_a_determinant_that_may_vanish_is_refused():
    found = convexcheck.check(lambda X: jnp.linalg.slogdet(X)[1], S, budget=2)
    assert found.curvature == "UNKNOWN" and "infinite value" in found.message
