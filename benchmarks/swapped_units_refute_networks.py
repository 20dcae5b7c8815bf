"""Two equivalent weight sets with a larger loss between, for networks from 6 to 670,000 weights.

The search for the member of the symmetry group and the kernel's check on the written file are timed apart. `share` is
their sum over what is allowed: 1 s up to 100 weights, 60 s beyond. Data are random, labels or targets are those of
the network itself with noise.
"""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

import convexcheck as cc
from benchmarks.measure import Benchmark, Row, rounded, seconds

CASES: tuple[tuple[tuple[int, ...], str, str], ...] = (
    ((2, 2, 1), "tanh", "mse"),
    ((2, 2, 1), "relu", "mse"),
    ((10, 16, 8, 3), "sigmoid", "cross_entropy"),
    ((30, 64, 64, 5), "relu", "cross_entropy"),
    ((784, 512, 512, 10), "tanh", "cross_entropy"),
    ((784, 512, 512, 10), "relu", "cross_entropy"),
)
SAMPLES = 100


def drawn(widths: tuple[int, ...], activation: str, loss: str) -> tuple[Any, Any, Any]:
    """A network with random weights, inputs, and targets near its outputs."""
    rng = np.random.default_rng(0)
    shapes = [(b, a) for a, b in itertools.pairwise(widths)]
    layers = [(rng.normal(size=s) / np.sqrt(s[1]), 0.1 * rng.normal(size=s[0])) for s in shapes]
    net = cc.network.MLP.from_arrays(layers, activation=activation)
    X = rng.normal(size=(SAMPLES, widths[0]))
    outputs = net(X) + 0.1 * rng.normal(size=(SAMPLES, widths[-1]))
    return net, X, outputs if loss == "mse" else outputs.argmax(axis=1)


def rows(repeats: int) -> Iterator[Row]:
    """One row for each network."""
    for widths, activation, loss in CASES:
        net, X, y = drawn(widths, activation, loss)
        times, verdict = seconds(lambda: cc.symmetry_counterexample(net, X, y, loss=loss), min(repeats, 2))  # noqa: B023  # called at once
        row: Row = {"network": "-".join(map(str, widths)), "activation": activation, "weights": net.size}
        row["search and first check"] = rounded(min(times))
        if verdict.certificate is not None:
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder) / "pair.json"
                verdict.certificate.write(path)
                checks, answer = seconds(lambda: cc.verify(path), 2)  # noqa: B023  # called at once
            row |= {"check": rounded(min(checks)), "bytes": len(verdict.certificate)}
            row["kernel"] = "accepted" if isinstance(answer, cc.Accepted) else "rejected"
            row["share"] = rounded((min(times) + min(checks)) / (1.0 if net.size <= 100 else 60.0))
        yield row | {"status": verdict.status}


BENCHMARK = Benchmark(
    claim="Two swapped weight sets refute convexity, checked, in under 1 s up to 100 weights and 60 s up to 670,000.",
    bars={"share": 1.0},
    rows=rows,
    expected={"status": "REFUTED", "kernel": "accepted"},
)
