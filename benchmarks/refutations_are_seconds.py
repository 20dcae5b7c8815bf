"""Counterexamples: found in under two seconds, checked in under one, at the user's own data too.

Every loss of the acceptance tests that is not convex, from text, SymPy and JAX code at symbolic shapes, at small
data, and at scikit-learn's breast-cancer data (569 x 30, columns scaled to mean 0 and variance 1).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

import convexcheck as cc
from benchmarks.measure import Benchmark, Row, question
from tests.acceptance.draws import draw
from tests.acceptance.nonconvex_losses import LOSSES

SMALL = {"n": 6, "d": 3, "h": 4, "k": 2, "m": 5}
CANCER = {"n": 569, "d": 30, "h": 4}


def rows(repeats: int) -> Iterator[Row]:
    """One row per loss and kind of input."""
    cc.check("x**2")
    for name, loss in LOSSES.items():
        row: Row = {"loss": name, "from": "text", "data": "any"}
        yield row | question(repeats, loss.text, wrt=loss.variables, parameters=loss.parameters)
        if loss.sympy:
            expression, wrt = loss.sympy
            yield row | {"from": "SymPy"} | question(repeats, expression, wrt=wrt)
        row["from"] = "JAX"
        shapes = symbolic(loss)
        variables = tuple(range(len(loss.variables)))
        yield row | question(repeats, loss.jax, *shapes, wrt=variables)
        for data, arguments in (("small", small(loss)), ("breast cancer", cancer(loss))):
            if arguments:
                yield row | {"data": data} | question(repeats, loss.jax, *arguments, wrt=variables)


def symbolic(loss: Any) -> list[Any]:
    """The arguments as symbolic shapes."""
    shapes = (loss.variables | loss.parameters).values()
    used = dict.fromkeys(" ".join(shapes).split())
    symbol = dict(zip(used, jax.export.symbolic_shape(", ".join(used)), strict=True))
    return [jax.ShapeDtypeStruct(tuple(symbol[s] for s in shape.split()), jnp.float32) for shape in shapes]


def zeros(loss: Any, sizes: dict[str, int]) -> list[Any]:
    return [np.zeros([sizes[s] for s in shape.split()]) for shape in loss.variables.values()]


def small(loss: Any) -> list[Any]:
    """Random data of a few rows."""
    rng = np.random.default_rng(0)
    data = {name: rng.normal(size=[SMALL[s] for s in shape.split()]) for name, shape in loss.parameters.items()}
    if "y" in data:
        data["y"] = draw(loss.targets, rng, SMALL["n"], 0)
    return [*zeros(loss, SMALL), *data.values()]


def cancer(loss: Any) -> list[Any]:
    """The breast-cancer data, for losses of X and y."""
    from sklearn.datasets import load_breast_cancer

    if set(loss.parameters) != {"X", "y"}:
        return []
    X, y = load_breast_cancer(return_X_y=True)
    X, y = (X - X.mean(axis=0)) / X.std(axis=0), y.astype(float)
    return [*zeros(loss, CANCER), X, 2 * y - 1 if loss.targets == "s" else y]


BENCHMARK = Benchmark(
    claim="Each refutation takes under two seconds with reading, its check under one, at real data too.",
    bars={"total": 2.0, "search": 2.0, "check": 1.0},
    rows=rows,
    expected={"curvature": "NEITHER", "kernel": "accepted"},
)
