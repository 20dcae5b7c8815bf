"""Negative curvature of large perceptrons: found in a few products with H, and certified by the kernel.

Every row is a process of its own with a single thread. Work is CPU time in units of one product with the Hessian,
measured in the same process. The whole is one call of `refute`: reading, the products of Lanczos' method, arrays and
digests, and every check that it asks the kernel for; the modules are imported before. The check is that of the
written file with its arrays; it has a bar from a million weights on. The small networks compare the smallest
eigenvalue with the dense answer. After training the curvature is the small difference of two large parts.
"""

from __future__ import annotations

import json
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.measure import Benchmark, Row, rounded
from benchmarks.network_hessians_are_matrix_products import alone, drawn, least

# widths, rows, steps of Adam, allowed work in products with H (none: only that it completes)
LARGE = 900_000
CASES: list[tuple[tuple[int, ...], int, int, float | None]] = [
    ((8, 16, 11, 5), 200, 0, None),
    ((20, 40, 30, 5), 200, 0, None),
    ((64, 256, 256, 64), 500, 0, 15.0),
    ((784, 1000, 200, 10), 1000, 0, 15.0),
    ((64, 256, 256, 64), 500, 100, 40.0),
    ((784, 1000, 200, 10), 1000, 100, 40.0),
    ((784, 4000, 1700, 10), 1000, 0, None),
]


def rows(repeats: int) -> Iterator[Row]:
    """One row per network."""
    for case in range(len(CASES)):
        yield alone("benchmarks.negative_curvature_is_certified", case, repeats)


def measured(case: int, repeats: int) -> Row:
    """One row, in a process that has one thread."""
    widths, count, adam, allowed = CASES[case]
    problem = drawn(widths, count)
    if adam:
        problem = trained(problem, adam)
    row: Row = {"network": "-".join(map(str, widths)), "P": problem.net.size, "N": count, "Adam steps": adam}
    return row | (certified(problem, repeats, allowed) if problem.net.size > 10_000 else compared(problem))


def compared(problem: Any) -> Row:
    """The smallest eigenvalue by Lanczos' method and by the dense matrix."""
    from convexcheck.network import hessian, min_eigenvalue

    data = (problem.net, problem.X, problem.y)
    found = min_eigenvalue(*data, loss=problem.loss, method="lanczos", tolerance=1e-10)
    dense = float(np.linalg.eigvalsh(hessian(*data, loss=problem.loss))[0])
    error = abs(found.value / dense - 1)
    return {"lambda_min": rounded(found.value), "products": found.products, "error": rounded(error)}


def certified(problem: Any, repeats: int, allowed: float | None) -> Row:
    """The work of search and check, in products with H."""
    import convexcheck as cc
    from convexcheck.network.products import NetProducts

    first = drawn((64, 200, 100, 10), 200)  # imports what is needed
    cc.refute(first.net, first.X, first.y, loss=first.loss, budget=3600.0)
    products = NetProducts(problem)
    v = np.random.default_rng(1).standard_normal(problem.net.size)
    products(v)
    unit = least(repeats, partial(products, v))[0]
    held = 8 * problem.net.size + problem.X.nbytes
    del products
    counts = _counted()
    begin = time.process_time()
    verdict = cc.refute(problem.net, problem.X, problem.y, loss=problem.loss, budget=3600.0)
    whole = (time.process_time() - begin) / unit
    (found,) = verdict.negative
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "net.json"
        verdict.certificate.write(path)
        check = least(1 if problem.net.size > 5e6 else repeats, partial(cc.verify, path))[0] / unit
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    row: Row = {"v'Hv/v'v": rounded(found.bound), "level": found.level}
    row |= {"relative radius": rounded(found.relative_radius), "product, cpu s": rounded(unit)}
    row |= {"products": len(counts), "whole / product": rounded(whole)}
    row |= {"allowed": allowed, "whole / allowed": rounded(whole / allowed)} if allowed else {}
    row["check / product" if problem.net.size > LARGE else "check, no bar"] = rounded(check)
    return row | {"GB beyond weights and data": rounded((peak - held) / 1e9)}


def _counted() -> list[int]:
    """A list that grows by one entry with every product."""
    from convexcheck.network.products import NetProducts

    counts, product = list[int](), NetProducts.__call__

    def counting(self: Any, vector: Any) -> Any:
        counts.append(len(counts))
        return product(self, vector)

    # The package counts no products, and each row is measured in a process of its own, which ends with the count.
    NetProducts.__call__ = counting  # type: ignore[method-assign]
    return counts


def trained(problem: Any, count: int) -> Any:
    """The problem after some steps of Adam with step size 0.001."""
    import dataclasses

    import jax

    from convexcheck.network.compiled import Form, arguments, loss

    weights, X, y, scale, ridge = arguments(problem)
    form = Form.of(problem.net, problem.loss)
    with jax.enable_x64(True):
        gradient = jax.jit(jax.grad(lambda w, X, y: loss(form, w, X, y, scale, ridge)))
        first = [np.zeros_like(w) for w in weights]
        second = [np.zeros_like(w) for w in weights]
        for step in range(1, count + 1):
            for j, g in enumerate(map(np.asarray, gradient(weights, X, y))):
                first[j] = 0.9 * first[j] + 0.1 * g
                second[j] = 0.999 * second[j] + 0.001 * g * g
                mean, square = first[j] / (1 - 0.9**step), second[j] / (1 - 0.999**step)
                weights[j] = weights[j] - 1e-3 * mean / (np.sqrt(square) + 1e-8)
    return dataclasses.replace(problem, net=problem.net.with_parameters(weights))


BENCHMARK = Benchmark(
    claim="A network's loss is shown not to be convex, with a certificate, for little more than a few products with H.",
    bars={"whole / allowed": 1.0, "check / product": 4.0, "relative radius": 1e-6, "error": 1e-8,
          "GB beyond weights and data": 4.0},
    rows=rows,
    keys=("network", "N", "Adam steps"),
)  # fmt: skip

if __name__ == "__main__":
    print(json.dumps(measured(int(sys.argv[1]), int(sys.argv[2]))))
