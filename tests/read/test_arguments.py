"""Variables by position and by name: convex in one block for every value of the others, in one call."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import sympy

import convexcheck as cc
from convexcheck import ConvexcheckError
from convexcheck.read.arguments import arguments


def shape(*sizes):
    return jax.ShapeDtypeStruct(sizes, float)


def factored(params, X, Y):
    return jnp.sum((X @ params["W"] @ params["V"] - Y) ** 2)


PARAMS = {"W": shape("d", "h"), "V": shape("h", "k")}
DATA = (shape("n", "d"), shape("n", "k"))

# (wrt, variables, curvature): a bilinear model is convex in each factor, and not in both
BLOCKS = [
    (0, {"params_V", "params_W"}, "NEITHER"),
    ("params", {"params_V", "params_W"}, "NEITHER"),
    ("params['W']", {"params_W"}, "CONVEX"),
    ('params["V"]', {"params_V"}, "CONVEX"),
    (["params['W']"], {"params_W"}, "CONVEX"),
    ("params['W'], params['V']", {"params_V", "params_W"}, "NEITHER"),
    (("params['V']", "Y"), {"params_V", "Y"}, "CONVEX"),
    (("params['V']", 2), {"params_V", "Y"}, "CONVEX"),
]


def shown(value):
    return str(sorted(value) if isinstance(value, set) else value)[:30]


@pytest.mark.parametrize(("wrt", "variables", "curvature"), BLOCKS, ids=shown)
def test_blocks_of_a_pytree(wrt, variables, curvature):
    verdict = cc.check(factored, PARAMS, *DATA, wrt=wrt)
    assert set(verdict.statement.variables) == variables
    assert verdict.curvature == curvature
    if curvature == "CONVEX":
        assert verdict.status == "PROVED"
        assert set(verdict.statement.parameters) == {"params_W", "params_V", "X", "Y"} - variables


def test_a_block_at_data_is_proved_beyond_them():
    rng = np.random.default_rng(0)
    params = {"W": rng.normal(size=(2, 3)), "V": rng.normal(size=(3, 1))}
    verdict = cc.check(factored, params, rng.normal(size=(5, 2)), rng.normal(size=(5, 1)), wrt="params['W']")
    assert verdict.curvature == "CONVEX"
    general = verdict.certificate.content.evidence.general
    assert set(general.parameters) == {"params_V", "X", "Y"}
    assert not any(d.array for d in general.parameters.values())


def test_names_reach_into_nested_arguments():
    def loss(layers, x):
        return jnp.sum((layers[0]["w"] @ x) ** 2) + layers[1]["w"] ** 2

    layers = [{"w": shape(2, 3)}, {"w": shape()}]
    found = arguments(loss, (layers, shape(3)), "layers[0]")
    assert [(leaf.label, leaf.variable) for leaf in found.leaves] == [
        ("layers[0]['w']", True),
        ("layers[1]['w']", False),
        ("x", False),
    ]
    assert cc.check(loss, layers, shape(3), wrt="layers[1]['w']").modulus == 2


@pytest.mark.parametrize(
    ("wrt", "message"),
    [
        ("params['U']", r"wrt names params\['U'\], which is no argument; expected one of params, X, Y, params\['V'\]"),
        ("W", "wrt names W, which is no argument"),
        ("para", "wrt names para, which is no argument"),
        ("params[", "is no name of an argument or of a part"),
        ("", "is no name of an argument or of a part"),
        (3, "wrt=3 for 3 arguments; expected positions or names"),
        ([], r"wrt=\[\] for 3 arguments"),
    ],
)
def test_a_name_that_is_none(wrt, message):
    with pytest.raises(ConvexcheckError, match=message):
        cc.check(factored, PARAMS, *DATA, wrt=wrt)


def test_text_and_sympy_take_part_of_the_names():
    """The others are fixed: the answer holds for all their values."""
    text = cc.check("sum((X @ W @ V - Y)**2)", wrt={"W": "d h"}, parameters={"X": "n d", "V": "h k", "Y": "n k"})
    assert (text.curvature, set(text.statement.parameters)) == ("CONVEX", {"X", "V", "Y"})
    w, v, y = sympy.symbols("w v y", real=True)
    assert cc.check((w * v - y) ** 2, wrt=[w]).curvature == "CONVEX"
    assert cc.check((w * v - y) ** 2, wrt=[w, v]).curvature == "NEITHER"
    assert cc.check("(w*v - y)**2", wrt="v").curvature == "CONVEX"
