"""Losses that are not convex are refuted, at sizes and data that the certificate names."""

import inspect
from fractions import Fraction

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import sympy as sp

import convexcheck as cc
from convexcheck.certificate.evidence import Generalisation, Neither
from tests.acceptance.draws import draw
from tests.acceptance.nonconvex_losses import LOSSES

SIZES = {"n": 5, "d": 3, "h": 2, "k": 2, "m": 4}
BY_NAME = pytest.mark.parametrize("loss", LOSSES.values(), ids=LOSSES)
BY_NAME_WITH_DATA = pytest.mark.parametrize("loss", [
    pytest.param(loss, id=name, marks=[pytest.mark.nightly] * name.endswith("bias")) for name, loss in LOSSES.items()
])  # fmt: skip
STATED_IN_SYMPY = {name: loss for name, loss in LOSSES.items() if loss.sympy}


def floats(array):
    """Exact rationals as floats."""
    return np.array(array, dtype=float)


def chord_gap(loss, found, data):
    """f at the middle minus the chord's value there, as NumPy computes it."""
    names = list(inspect.signature(loss.value).parameters)
    parameters = {name: floats(value) for name, value in found.parameters.items() if not isinstance(value, str)} | data

    def at(point):
        values = {name: floats(point[name]) for name in loss.variables} | parameters
        return loss.value(*(values[name] for name in names))

    t = float(found.t)
    return at(found.middle) - (t * at(found.x) + (1 - t) * at(found.y))


def assert_refuted(verdict, loss, tmp_path, data=None):
    """Neither convex nor concave, by two pairs of rational points at which NumPy agrees."""
    assert (verdict.curvature, verdict.status) == ("NEITHER", "REFUTED"), verdict.attempts
    assert isinstance(verdict.certificate.content.evidence, Neither)
    verdict.certificate.write(tmp_path / "counterexample.json")
    accepted = cc.verify(tmp_path / "counterexample.json")
    assert isinstance(accepted, cc.Accepted) and accepted.verdict == "neither" and accepted.axioms == ()
    assert {c.side for c in verdict.counterexamples} == {"convex", "concave"}
    for found in verdict.counterexamples:
        points = [entry for point in (found.x, found.y) for name in point for entry in point[name].ravel()]
        assert all(isinstance(entry, Fraction) for entry in points) and 0 < found.t < 1
        gap = chord_gap(loss, found, data or {})
        assert gap * (1 if found.side == "convex" else -1) > 0
        assert abs(gap) == pytest.approx(float(found.gap), rel=1e-6, abs=1e-12)


def assert_instance_named(verdict, sizes):
    """The sizes and the data of the instance are part of the counterexample."""
    for found in verdict.counterexamples:
        assert set(found.sizes) == set(sizes) and min(found.sizes.values(), default=1) >= 1
        assert set(found.parameters) == set(verdict.statement.parameters)


@BY_NAME
def test_from_text(loss, tmp_path):
    verdict = cc.check(loss.text, wrt=loss.variables, parameters=loss.parameters)
    assert_refuted(verdict, loss, tmp_path)
    assert_instance_named(verdict, verdict.statement.sizes)


@pytest.mark.parametrize("loss", STATED_IN_SYMPY.values(), ids=STATED_IN_SYMPY)
def test_from_sympy(loss, tmp_path):
    formula, wrt = loss.sympy
    verdict = cc.check(formula, wrt=wrt)
    assert_refuted(verdict, loss, tmp_path)
    assert_instance_named(verdict, verdict.statement.sizes)


@BY_NAME
def test_from_jax_with_symbolic_shapes(loss, tmp_path):
    shapes = (loss.variables | loss.parameters).values()
    used = dict.fromkeys(" ".join(shapes).split())
    symbol = dict(zip(used, jax.export.symbolic_shape(", ".join(used)), strict=True))
    args = [jax.ShapeDtypeStruct(tuple(symbol[s] for s in shape.split()), float) for shape in shapes]
    verdict = cc.check(loss.jax, *args, wrt=tuple(range(len(loss.variables))))
    assert_refuted(verdict, loss, tmp_path)
    assert_instance_named(verdict, used)


def drawn(loss, rng):
    data = {name: rng.normal(size=[SIZES[s] for s in shape.split()]) for name, shape in loss.parameters.items()}
    return data | ({"y": draw(loss.targets, rng, SIZES["n"], 0)} if "y" in data else {})


@BY_NAME_WITH_DATA
def test_from_jax_with_data(loss, tmp_path):
    data = drawn(loss, np.random.default_rng(2))
    weights = [np.zeros([SIZES[s] for s in shape.split()]) for shape in loss.variables.values()]
    verdict = cc.check(loss.jax, *weights, *data.values(), wrt=tuple(range(len(weights))))
    assert not isinstance(verdict.certificate.content.evidence, Generalisation)  # it holds at these very data
    assert_refuted(verdict, loss, tmp_path, data)
    for found in verdict.counterexamples:
        assert found.sizes == {}
        assert {name: found.x[name].shape for name in loss.variables} == {
            name: w.shape for name, w in zip(loss.variables, weights, strict=True)
        }
    held = {declaration.array for declaration in verdict.statement.parameters.values()}
    assert held == set(verdict.certificate.arrays) and len(held) == len(data)


def test_weights_may_be_a_pytree(tmp_path):
    def loss(params, X, y):
        for layer in params[:-1]:
            X = jnp.tanh(X @ layer["W"] + layer["b"])
        return jnp.mean((X @ params[-1]["W"] + params[-1]["b"] - y[:, None]) ** 2)

    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(5, 3)), rng.normal(size=5)
    params = [{"W": np.zeros((3, 2)), "b": np.zeros(2)}, {"W": np.zeros((2, 1)), "b": np.zeros(1)}]
    verdict = cc.check(loss, params, X, y)
    assert verdict.curvature == "NEITHER"
    assert list(verdict.statement.variables) == ["params_0_W", "params_0_b", "params_1_W", "params_1_b"]
    for found in verdict.counterexamples:
        at = lambda p: float(loss([{k: p[f"params_{i}_{k}"].astype(float) for k in "Wb"} for i in (0, 1)], X, y))  # noqa: E731
        t = float(found.t)
        gap = at(found.middle) - t * at(found.x) - (1 - t) * at(found.y)
        assert gap * (1 if found.side == "convex" else -1) > 0


# --- one weight: where exactly is the second derivative negative? ---------------------------------------------

w, x, y = sp.symbols("w x y", real=True)
ONE_WEIGHT = {
    "text": lambda: cc.check("(1/(1 + exp(-w)) - 1)**2", wrt="w"),
    "sigmoid": lambda: cc.check("(sigmoid(w) - 1)**2", wrt="w"),
    "sympy": lambda: cc.check((1 / (1 + sp.exp(-w)) - 1) ** 2, wrt=w),
    "jax": lambda: cc.check(lambda w: (jax.nn.sigmoid(w) - 1.0) ** 2, 0.0),
}


@pytest.mark.parametrize("ask", ONE_WEIGHT.values(), ids=ONE_WEIGHT)
def test_one_weight_and_squared_error(ask):
    """With s = sigmoid(w) the second derivative of (s - 1)**2 is 2 s (1 - s)**2 (3 s - 1), negative iff s < 1/3."""
    verdict = ask()
    assert verdict.curvature == "NEITHER"
    assert verdict.region == "w < -log(2)"
    found = verdict.counterexample
    assert found.side == "convex"
    f = lambda v: (1 / (1 + np.exp(-float(v))) - 1) ** 2  # noqa: E731
    middle, t = found.middle["w"], float(found.t)
    gap = f(middle) - t * f(found.x["w"]) - (1 - t) * f(found.y["w"])
    assert gap == pytest.approx(float(found.gap), rel=1e-9) and gap > 0
    assert min(found.x["w"], found.y["w"]) < -np.log(2)


def test_the_squared_error_of_any_one_sample_is_refuted():
    verdict = cc.check((1 / (1 + sp.exp(-x * w)) - y) ** 2, wrt=w)
    assert verdict.curvature == "NEITHER" and set(verdict.counterexample.parameters) == {"x", "y"}
