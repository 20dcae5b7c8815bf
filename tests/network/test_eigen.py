"""The smallest eigenvalue and the spectrum: against the dense answer, and without convergence."""

import jax.numpy as jnp
import numpy as np
import pytest

import convexcheck as cc
from convexcheck import ConvexcheckError, network
from convexcheck.network.dense import hessian_of
from convexcheck.network.density import lanczos_spectrum, quadrature
from convexcheck.network.lanczos import steps
from convexcheck.network.products import NetProducts, TreeProducts
from tests.network.networks import problem

NETS = [
    ((3, 8, 2), "tanh", "mse", 0),
    ((10, 20, 20, 3), "softplus", "cross_entropy", "0.25"),
]


@pytest.mark.parametrize(("widths", "activation", "loss", "ridge"), NETS)
def test_products_equal_the_matrix_times_the_vector(widths, activation, loss, ridge):
    p = problem(widths, activation, loss, rows=30, ridge=ridge)
    H, v = np.asarray(hessian_of(p)), np.random.default_rng(1).standard_normal(p.net.size)
    for rows in (None, 7):  # the data at once, and in parts of which the last is smaller
        np.testing.assert_allclose(NetProducts(p, rows)(v), H @ v, rtol=1e-11, atol=1e-12)


@pytest.mark.parametrize(("widths", "activation", "loss", "ridge"), NETS)
def test_lanczos_agrees_with_the_dense_answer(widths, activation, loss, ridge):
    p = problem(widths, activation, loss, rows=30, ridge=ridge)
    H = np.asarray(hessian_of(p))
    expected = np.linalg.eigvalsh(H)[0]
    found = cc.min_eigenvalue(p.net, p.X, p.y, loss=loss, ridge=ridge, method="lanczos")
    dense = cc.min_eigenvalue(p.net, p.X, p.y, loss=loss, ridge=ridge)
    assert found.converged
    assert (found.method, dense.method) == ("lanczos", "dense")
    assert found.value == pytest.approx(expected, rel=1e-8)
    assert dense.value == pytest.approx(expected, rel=1e-8)
    v = found.vector
    assert np.linalg.norm(v) == pytest.approx(1)
    assert np.linalg.norm(H @ v - found.value * v) <= found.residual + 1e-10


def test_a_small_basis_restarts_and_converges_to_the_same():
    p = problem((3, 8, 2), "tanh", "mse", rows=30)
    expected = np.linalg.eigvalsh(hessian_of(p))[0]
    for step in steps(NetProducts(p), p.net.size, basis=9):
        if step.residual < 1e-9 or step.products > 500:
            break
    assert step.value == pytest.approx(expected, rel=1e-8)
    assert 9 < step.products < 300


def test_without_convergence_the_best_pair_is_returned():
    p = problem((10, 20, 20, 3), "tanh", "mse", rows=30)
    found = network.min_eigenvalue(p.net, p.X, p.y, loss="mse", method="lanczos", most=5)
    assert not found.converged
    assert found.products == found.iterations == 5
    H = np.asarray(hessian_of(p))
    assert found.residual == pytest.approx(np.linalg.norm(H @ found.vector - found.value * found.vector), rel=1e-6)
    assert "5 products with H, not converged" in str(found)


def test_the_caller_can_stop():
    p = problem((10, 20, 20, 3), "tanh", "mse", rows=30)
    seen = []
    found = network.min_eigenvalue(
        p.net, p.X, p.y, loss="mse", stop=lambda step: step.value < 0, progress=lambda step: seen.append(step.products)
    )
    assert found.stopped
    assert found.value < 0
    assert seen == list(range(1, found.products + 1))
    assert found.products < 15
    assert "stopped early" in str(found)


def test_directions_by_name():
    p = problem((3, 8, 2), "tanh", "mse")
    found = network.min_eigenvalue(p.net, p.X, p.y, loss="mse")
    assert found.part("W2").shape == (16,)
    assert found.part(1).shape == (32,)
    assert sum(found.shares().values()) == pytest.approx(1)
    assert "dense" in str(found)


@pytest.mark.parametrize("diagonal", [[0.0, 0.0, 0.0], [5.0], [1.0, 1.0, 1.0, -2.0], [3e-320, -1e-320]])
def test_degenerate_matrices_end(diagonal):
    *_, last = steps(lambda v: np.array(diagonal) * v, len(diagonal))
    assert last.exhausted
    assert last.value == pytest.approx(min(diagonal), abs=1e-12)


# --- any JAX loss over a pytree ----------------------------------------------------------------------------


def tree_loss(params, X, y, power):
    hidden = jnp.tanh(X @ params["layer"]["W"] + params["layer"]["b"])
    return jnp.mean((hidden @ params["out"] - y) ** power)


def tree_case():
    rng = np.random.default_rng(0)
    params = {"layer": {"W": np.float32(rng.standard_normal((3, 4))), "b": np.zeros(4)}, "out": rng.standard_normal(4)}
    return params, rng.standard_normal((9, 3)), rng.standard_normal(9), 2


def test_any_jax_loss_over_a_pytree():
    """The same function as an MLP without output bias: the matrices agree up to the order of parameters."""
    params, X, y, power = tree_case()
    H = cc.hessian(tree_loss, params, X, y, power)
    W, b, out = np.float64(params["layer"]["W"]), params["layer"]["b"], params["out"]
    net = network.MLP.from_arrays([(W.T, b), (out[None], None)])
    expected = hessian_of(network.Problem.of(net, X, y, "mse"))
    order = [3 * j + i for i in range(3) for j in range(4)] + list(range(12, 20))  # W is transposed
    np.testing.assert_allclose(H, expected[np.ix_(order, order)], rtol=1e-11, atol=1e-13)
    assert list(H.slices) == ["['layer']['W']", "['layer']['b']", "['out']"]
    assert H.block("['out']", "['out']").shape == (4, 4)
    found = cc.min_eigenvalue(tree_loss, params, X, y, power, method="lanczos")
    assert found.value == pytest.approx(np.linalg.eigvalsh(expected)[0], rel=1e-8)
    assert found.part("['out']").shape == (4,)
    assert (cc.hessian(tree_loss, params, X, y, power, triangle="upper") == np.triu(H)).all()
    assert cc.hessian(tree_loss, params, X, y, power, block=("['out']", "['out']")).shape == (4, 4)


def test_a_perceptron_is_a_pytree_for_other_losses():
    net = problem((2, 3, 1), "tanh", "mse").net

    def loss(net, x):
        return jnp.sum(net.layers[0].W ** 2) * x + jnp.sum(net.layers[1].W ** 4)

    H = cc.hessian(loss, net, 2.0)
    assert list(H.slices) == [".W1", ".b1", ".W2", ".b2"]
    np.testing.assert_allclose(H.block(".W1", ".W1"), 4 * np.eye(6))


REFUSED = [
    (lambda: cc.hessian(lambda w: w, np.zeros(2)), "the loss returns ShapeDtypeStruct.*; expected one real number"),
    (lambda: cc.hessian(lambda w: w.nothing, np.zeros(2)), "the loss raised AttributeError"),
    (lambda: cc.hessian(lambda w: w.sum(), np.array([np.nan])), "parameter params holds NaN or infinity"),
    (lambda: cc.hessian(lambda w: 0.0, {}), "no parameters"),
    (lambda: cc.hessian(lambda w: 0.0), "a loss without parameters"),
    (lambda: cc.hessian(lambda w: w.sum(), {"a": "text"}), "parameter \\['a'\\] has dtype"),
    (lambda: cc.hessian(3), "a int; expected a network.MLP, or a JAX loss"),
    (lambda: cc.hessian(lambda w: w.sum(), np.zeros(2), loss="mse"), "loss= or ridge= with a function"),
    (lambda: cc.hessian(problem((2, 2), "tanh", "mse").net), "0 arrays and loss=None with a network"),
    (lambda: cc.min_eigenvalue(lambda w: w.sum(), np.zeros(2), method="qr"), "method='qr'; expected one of auto"),
    (lambda: cc.min_eigenvalue(lambda w: w.sum(), np.zeros(2), tolerance=0), "tolerance=0; expected a positive number"),
    (lambda: cc.min_eigenvalue(lambda w: w.sum(), np.zeros(2), most=0), "most=0; expected a whole number >= 1"),
    (lambda: cc.min_eigenvalue(lambda w: w.sum(), np.zeros(2), seed=-1), "seed=-1; expected a whole number >= 0"),
    (lambda: network.spectrum(lambda w: w.sum(), np.zeros(2), method="lanczos", steps=0), "steps=0; expected"),
    (lambda: network.spectrum(lambda w: w.sum(), np.zeros(2), method="lanczos", vectors="4"), "vectors='4'; expected"),
    (lambda: cc.hessian(lambda w: jnp.sqrt(w).sum(), np.array([-1.0, 1.0])), "the Hessian holds NaN or infinity"),
    (lambda: cc.min_eigenvalue(lambda w: jnp.sqrt(w).sum(), np.array([-1.0, 1.0])), "the Hessian holds NaN"),
    (lambda: cc.hessian(lambda w: w.sum(), np.ones(2) * 1j), "parameter params has dtype complex128"),
    (lambda: cc.hessian(lambda w: w.sum(), np.ones(2), block="params"), "block='params'; expected a pair of names"),
    (lambda: cc.hessian(lambda w: w.sum(), np.ones(2), out=np.ones((2, 2))), "out= with block= or a function"),
    (lambda: network.spectrum(lambda w: w.sum(), np.zeros(2), method="qr"), "method='qr'"),
]


@pytest.mark.parametrize(("call", "message"), REFUSED)
def test_what_is_refused(call, message):
    with pytest.raises(ConvexcheckError, match=message):
        call()


def test_a_product_that_overflows_is_an_error():
    with pytest.raises(ConvexcheckError, match="overflows float64"):
        cc.min_eigenvalue(lambda w: jnp.exp(400 * w[0]) * jnp.exp(400 * w[1]), np.array([1.0, 1.0]), method="lanczos")


def test_integers_are_part_of_the_code():
    assert TreeProducts(lambda w, k: w**k, 3.0, 2)(np.ones(1)).tolist() == [2.0]


# --- spectra ------------------------------------------------------------------------------------------------


def test_quadrature_is_exact_up_to_its_degree():
    """v' H^k v = sum_i w_i t_i^k for k <= 2 steps - 1, against powers of the dense matrix."""
    p = problem((3, 8, 2), "tanh", "mse", rows=30)
    H = np.asarray(hessian_of(p))
    v = np.random.default_rng(3).standard_normal(len(H))
    v /= np.linalg.norm(v)
    nodes, weights = quadrature(NetProducts(p), v, 5)
    assert weights.sum() == pytest.approx(1)
    for k in range(10):
        assert weights @ nodes**k == pytest.approx(v @ np.linalg.matrix_power(H, k) @ v, rel=1e-9)
    assert weights @ nodes**10 != pytest.approx(v @ np.linalg.matrix_power(H, 10) @ v, rel=1e-9)


def test_the_density_against_the_dense_answer():
    p = problem((3, 8, 2), "tanh", "mse", rows=30)
    H = np.asarray(hessian_of(p))
    dense = network.spectrum(p.net, p.X, p.y, loss="mse")
    assert dense.exact
    assert dense.index == int((np.linalg.eigvalsh(H) < 0).sum()) > 0
    assert dense.negative == pytest.approx(dense.index / len(H))
    products = NetProducts(p)
    products.__class__ = type("Multiplied", (NetProducts,), {"__call__": lambda self, v: H @ v})  # the same, quicker
    estimate = lanczos_spectrum(products, steps=len(H), vectors=200)
    assert estimate.index is None
    assert estimate.weights.sum() == pytest.approx(1)
    assert estimate.products <= 200 * len(H)
    for k in (1, 2):  # the error of a mean over 200 vectors of signs
        assert estimate.moment(k) == pytest.approx(np.trace(np.linalg.matrix_power(H, k)) / len(H), rel=0.1)
    at = np.linspace(-1, 3, 50)
    close = np.abs(estimate.density(at, 0.3) - dense.density(at, 0.3)).max()
    assert close < 0.1 * dense.density(at, 0.3).max()


def test_a_density_integrates_to_one():
    found = network.spectrum(lambda w: jnp.sum(jnp.arange(4.0) * w**2) / 2, np.zeros(4))
    at = np.linspace(-2, 5, 2001)
    assert found.nodes.tolist() == pytest.approx([0, 1, 2, 3])
    assert np.trapezoid(found.density(at), at) == pytest.approx(1)
    assert found.index == 0


def test_a_spectrum_without_a_matrix():
    p = problem((3, 8, 2), "tanh", "mse")
    counts = []
    found = network.spectrum(p.net, p.X, p.y, loss="mse", method="lanczos", steps=6, vectors=2, progress=counts.append)
    assert counts == list(range(1, 13))
    assert not found.exact
    found = network.spectrum(tree_loss, *tree_case(), method="lanczos", steps=4, vectors=1)
    assert found.products == 4
