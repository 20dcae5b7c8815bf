"""The dense Hessian against jax.hessian and against differences of gradients; blocks, triangles, memory."""

import tracemalloc

import jax
import numpy as np
import pytest

from convexcheck import ConvexcheckError
from convexcheck.network import MLP, Problem, assemble, compiled, dense, memory
from convexcheck.network.assemble import fill
from convexcheck.network.compiled import Form, arguments, compiled_hessian, loss
from convexcheck.network.dense import SMALL, hessian_of
from convexcheck.network.memory import Forecast, available, told
from convexcheck.network.passes import Passes
from tests.network.networks import every, perceptron, problem

# every activation, loss, depth and kind of bias in the tests of every day; all combinations in the long campaign
CASES = list(every())
FEW = [CASES[k] for k in (0, 5, 14, 23, 51, 75, 125, 155)]
COMPILED = FEW[:4]


def by_jax(p):
    weights, X, y, scale, ridge = arguments(p)
    with jax.enable_x64(True):
        value = jax.jit(
            jax.hessian(lambda v, X, y: loss(Form.of(p.net, p.loss), p.net.split(v), X, y, scale, ridge)),
            compiler_options={"xla_backend_optimization_level": 0},  # it runs once
        )
        return np.asarray(value(np.concatenate([w.ravel() for w in weights]), X, y))


def assembled(p, rows, full=True):
    H = np.full((p.net.size, p.net.size), np.nan) if full else np.zeros((p.net.size, p.net.size))
    every = range(len(p.net.layers))
    fill(p, H, every, every, rows, full)
    return H + float(p.ridge) * np.eye(len(H))


def agree(p, *found):
    expected = by_jax(p)
    for H in found:
        assert np.abs(H - expected).max() <= 1e-12 * np.abs(expected).max()


def test_the_cases_of_every_day_hold_everything():
    names = " ".join(name for name, _ in FEW)
    assert all(word in names for word in ("tanh", "sigmoid", "softplus", "relu", "gelu", "sin", "square", "identity"))
    assert all(word in names for word in ("mse", "sse", "half_sse", "cross_entropy", "bias all", "bias none", "mixed"))
    assert {len(p.net.layers) for _, p in FEW} == {2, 3, 4, 5}
    assert any(p.loss == "cross_entropy" and p.net.widths[-1] == 1 for _, p in FEW)


@pytest.mark.parametrize("p", [p for _, p in FEW], ids=[name for name, _ in FEW])
def test_equals_jax_hessian(p):
    agree(p, assembled(p, rows=100), assembled(p, rows=3))


@pytest.mark.parametrize("p", [p for _, p in FEW], ids=[name for name, _ in FEW])
def test_the_size_of_the_products_does_not_matter(p, monkeypatch):
    """The same in many small products, so that each layer has ranges of inputs and of units."""
    whole = assembled(p, rows=100)
    for name, value in (("PAIRS", 4), ("_SIDE", 2), ("_RUN", 2), ("_COLUMNS", 3)):
        monkeypatch.setattr(assemble, name, value)
    for parts in (assembled(p, rows=100), assembled(p, rows=3)):
        assert (parts == parts.T).all()
        np.testing.assert_allclose(parts, whole, rtol=1e-12, atol=1e-14 * np.abs(whole).max())
    np.testing.assert_allclose(assembled(p, rows=3, full=False), np.triu(parts), rtol=1e-12)


@pytest.mark.parametrize("p", [p for _, p in COMPILED], ids=[name for name, _ in COMPILED])
def test_the_compiled_form_equals_the_other(p):
    np.testing.assert_allclose(compiled_hessian(p), assembled(p, rows=100), rtol=1e-10, atol=1e-12)


@pytest.mark.nightly
@pytest.mark.parametrize("p", [p for _, p in CASES], ids=[name for name, _ in CASES])
def test_equals_jax_hessian_in_all_cases(p):
    agree(p, compiled_hessian(p), assembled(p, rows=100), assembled(p, rows=3))


def test_many_inputs_or_many_rows(monkeypatch):
    """Inputs whose pairs fill more than one product; and more rows than the jitted form takes at once."""
    wide = problem((150, 3, 2), "tanh", "mse", rows=9)
    agree(wide, assembled(wide, rows=100))
    many = problem((3, 4, 2), "tanh", "mse", rows=50)
    by_compiler = hessian_of(many)
    monkeypatch.setattr(dense, "_AT_ONCE", 50)
    monkeypatch.delattr(compiled, "compiled_hessian")
    np.testing.assert_allclose(hessian_of(many), by_compiler, rtol=1e-10, atol=1e-12)


def test_the_large_variant_equals_differences_of_its_gradient():
    """An oracle that shares no second derivative: central differences of the gradient, to 1e-7."""
    p = problem((12, 15, 10, 3), "tanh", "cross_entropy", rows=20)
    assert p.net.size > SMALL
    H, rng, step = hessian_of(p), np.random.default_rng(0), 1e-5
    v = rng.standard_normal(p.net.size)

    def gradient(theta):
        moved = Problem(p.net.with_parameters(theta), p.X, p.y, p.loss)
        return np.concatenate([g.ravel() for g in Passes(moved, 0, 20).gradient(moved)])

    theta = p.net.vector()
    difference = (gradient(theta + step * v) - gradient(theta - step * v)) / (2 * step)
    np.testing.assert_allclose(H @ v, difference, rtol=1e-6, atol=1e-8)


def test_the_gradient_equals_that_of_jax():
    p = problem((3, 4, 2), "gelu", "mse")
    weights, X, y, scale, ridge = arguments(p)
    with jax.enable_x64(True):
        expected = jax.grad(lambda w: loss(Form.of(p.net, p.loss), w, X, y, scale, ridge))(weights)
    for found, wanted in zip(Passes(p, 0, p.rows).gradient(p), expected, strict=True):
        np.testing.assert_allclose(found, wanted, rtol=1e-12)


@pytest.mark.parametrize("bias", ["all", "none", "mixed"])
def test_blocks_are_parts_of_the_whole(bias):
    p = problem((5, 12, 7, 2), "sigmoid", "mse", bias=bias, ridge="0.5")
    H = hessian_of(p)
    assert p.net.size > SMALL
    for a in H.slices:
        for b in H.slices:
            if isinstance(a, str) is isinstance(b, str):
                np.testing.assert_allclose(hessian_of(p, block=(a, b)), H.block(a, b), rtol=1e-10, atol=1e-13)


def test_one_triangle():
    p = problem((12, 15, 10, 3), "softplus", "mse", ridge=1)
    whole, upper = hessian_of(p), hessian_of(p, triangle="upper")
    np.testing.assert_allclose(np.triu(whole), upper, rtol=1e-12, atol=1e-14)
    small = problem((2, 2, 1), "tanh", "mse")
    assert (np.triu(hessian_of(small)) == hessian_of(small, triangle="upper")).all()


@pytest.mark.parametrize("widths", [(12, 15, 10, 3), (1, 40, 1)])
def test_the_matrix_is_symmetric_in_every_bit(widths):
    H = hessian_of(problem(widths, "softplus", "mse", bias="mixed"))
    assert (H == H.T).all()


def test_labels():
    p = problem((2, 3, 1), "tanh", "mse")
    H = hessian_of(p)
    assert H.slices == {
        "W1": slice(0, 6), "b1": slice(6, 9), "W2": slice(9, 12), "b2": slice(12, 13), 1: slice(0, 9), 2: slice(9, 13),
    }  # fmt: skip
    assert H.block(1, 2).shape == (9, 4)
    assert (2 * H).block("b2", "b2") == 2 * H[12, 12]
    assert H[0].slices == {}
    with pytest.raises(ConvexcheckError, match="no block 'W3'; expected one of 'W1', 'b1', 'W2', 'b2', 1, 2"):
        H.block("W3", "W1")
    with pytest.raises(ConvexcheckError, match="no block 'W3'"):
        hessian_of(p, block=("W3", "W1"))


def test_the_memory_is_said_before_it_is_taken():
    said = []
    hessian_of(problem((12, 15, 10, 3), "tanh", "mse"), say=said.append)
    assert said == ["P = 388: a Hessian of 1.2 MB with its work takes 1.91 MB"]


def test_what_does_not_fit_is_refused_with_the_figure(monkeypatch):
    p = problem((100, 100, 10), "tanh", "mse")
    monkeypatch.setattr(memory, "available", lambda: 9 * 10**8)
    with pytest.raises(ConvexcheckError, match=r"P = 11,110: .* 987 MB .* and 900 MB are free; .*min_eigenvalue"):
        hessian_of(p)
    assert hessian_of(p, block=("b2", "b2")).shape == (10, 10)


def test_forecasts():
    f = Forecast.of(perceptron((20, 64, 64, 5), "tanh"), 1000)
    assert f.matrix == 8 * 5829**2
    assert f.total < 3 * f.matrix  # the bar on peak memory
    assert f.rows == 1000
    assert available() is None or available() > 0
    assert told(12) == "12 bytes"


@pytest.mark.parametrize(("widths", "rows"), [((12, 15, 10, 3), 20), ((2, 20, 20, 20, 2), 500)])
def test_no_more_memory_is_taken_than_was_said(widths, rows):
    p = problem(widths, "tanh", "mse", rows=rows)
    hessian_of(p)
    tracemalloc.start()
    hessian_of(p)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    said = Forecast.of(p.net, rows)
    assert said.matrix < peak <= said.total


def test_overflow_is_an_error():
    net = MLP.from_arrays([([[1e100]], None), ([[1e100]], None), ([[1e100]], None)], activation="square")
    with pytest.raises(ConvexcheckError, match="the Hessian overflows float64"):
        hessian_of(Problem.of(net, [1e100], [0.0], "mse"))


def test_an_unknown_triangle():
    with pytest.raises(ConvexcheckError, match="triangle='lower'; expected \"full\" or \"upper\""):
        hessian_of(problem((2, 2, 1), "tanh", "mse"), triangle="lower")


@pytest.mark.parametrize("widths", [(2, 2, 1), (12, 15, 10, 3)])
def test_a_given_array_is_written_to(widths):
    p = problem(widths, "tanh", "mse")
    out = np.full((p.net.size, p.net.size), np.nan)
    for triangle in ("full", "upper"):
        H = hessian_of(p, triangle=triangle, out=out)
        assert np.shares_memory(H, out)
        np.testing.assert_allclose(H, hessian_of(p, triangle=triangle), rtol=1e-10, atol=1e-13)
    for bad in (out[:-1], out.astype(np.float32), out.T if len(out) > 9 else out[::-1]):
        with pytest.raises(ConvexcheckError, match="a writeable float64 array of shape"):
            hessian_of(p, out=bad)
