"""Proofs for all sizes and data: under a second with reading, checked in under 0.1 s, files under 20 kB.

Every loss and spelling of the acceptance tests: from text and SymPy, from JAX code at symbolic shapes, and from
JAX code at data of growing size, where the file must not grow with the data. Logistic, softmax and other losses
are measured alike: nothing in the package knows them by name.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

import convexcheck as cc
from benchmarks.measure import Benchmark, Row, question
from tests.acceptance.convex_losses import (
    LOSSES,
    drawn,
    jax_loss,
    names_of,
    of_class,
    scores,
    shapes_of,
    text_of,
)

SIZES = ({"n": 100, "d": 5, "k": 10}, {"n": 569, "d": 30, "k": 10}, {"n": 20_000, "d": 200, "k": 10})


def rows(repeats: int) -> Iterator[Row]:
    """One row per loss, spelling and kind or size of its data."""
    cc.check("x**2")  # what is imported is not what is measured
    for name, loss in LOSSES.items():
        variables, parameters = names_of(loss, False)
        for number, text in enumerate(loss.text, 1):
            row: Row = {"loss": name, "from": "text", "spelling": str(number), "data": "all"}
            formula = text_of(loss, text, False)
            yield row | question(repeats, formula, wrt=variables, parameters=parameters, given=loss.given)
        for number, build in enumerate(loss.sympy, 1):
            row = {"loss": name, "from": "SymPy", "spelling": str(number), "data": "all"}
            expression = build(scores(of_class if loss.classes else None)[0])
            given = loss.given if loss.penalty != "c" else ()
            yield row | question(repeats, expression, wrt=list(variables), given=given)
        for spelling, written in loss.jax.items():
            yield from from_code(name, spelling, jax_loss(loss, written, False), repeats)


def from_code(name: str, spelling: str, code: Any, repeats: int) -> Iterator[Row]:
    """At symbolic shapes, then at data."""
    loss = LOSSES[name]
    row: Row = {"loss": name, "from": "JAX", "spelling": spelling, "data": "all"}
    shapes = shapes_of(loss, False)
    yield row | question(repeats, code, *shapes, given=loss.given)
    variables, parameters = names_of(loss, False)
    for sizes in SIZES:
        values = drawn(loss, False, sizes, np.random.default_rng(0))
        arguments = [values[name] for name in (*variables, *parameters)]
        yield row | {"data": f"{sizes['n']} x {sizes['d']}"} | question(repeats, code, *arguments)


BENCHMARK = Benchmark(
    claim="Each dimension-free proof takes under a second with reading, its check under 0.1 s, its file under 20 kB.",
    bars={"total": 1.0, "check": 0.1, "bytes": 20_000},
    rows=rows,
    expected={"curvature": "CONVEX", "kernel": "accepted"},
)
