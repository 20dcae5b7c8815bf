"""Exact Hessians of perceptrons: against jax.hessian, against the rate of one matrix product, and in memory.

Every row is a process of its own with a single thread for BLAS and for XLA; times are CPU seconds, the least of the
repeats, ours and theirs in turn. jax.hessian is jitted and called once before. The rate counts the multiplications of
the block products alone (`products`), and is compared with a product of two 3000 x 3000 matrices in the same process.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np

from benchmarks.measure import Benchmark, Row, rounded

# widths, rows, and what is allowed: time by that of jax.hessian, or the rate of dgemm by ours
CASES: list[tuple[tuple[int, ...], int, str, float]] = [
    ((2, 2, 1), 200, "jax.hessian", 2.0),
    ((8, 16, 11, 5), 1000, "jax.hessian", 1 / 12),
    ((20, 64, 64, 5), 100, "jax.hessian", 1 / 25),
    ((20, 64, 64, 5), 1000, "dgemm", 1 / 0.45),
    ((64, 128, 64, 10), 1000, "dgemm", 1 / 0.45),
]
TURN = 0.3  # CPU seconds
SINGLE = {
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1",
    "JAX_PLATFORMS": "cpu",
}


def rows(repeats: int) -> Iterator[Row]:
    """One row per network."""
    for case in range(len(CASES)):
        yield alone("benchmarks.network_hessians_are_matrix_products", case, repeats)


def alone(module: str, case: int, repeats: int) -> Row:
    """The row that a process of its own with one thread prints."""
    command = [sys.executable, "-m", module, str(case), str(repeats)]
    done = subprocess.run(command, env=os.environ | SINGLE, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    found: Row = json.loads(done.stdout.splitlines()[-1])
    return found


def least(repeats: int, *calls: Callable[[], Any]) -> list[float]:
    """The least CPU time of each call; they take turns of at least `TURN`, so that other work hits all of them.

    A turn begins with a call that is not counted: it pays for the large pages that the other one has broken up.
    """
    times: list[list[float]] = [[] for _ in calls]
    for _ in range(repeats):
        for call, found in zip(calls, times, strict=True):
            call()
            turn = time.process_time()
            while time.process_time() < turn + TURN:
                begin = time.process_time()
                call()
                found.append(time.process_time() - begin)
    return [min(found) for found in times]


def drawn(widths: tuple[int, ...], count: int, activation: str = "tanh") -> Any:
    """A network at random weights with random labels."""
    from convexcheck.network import MLP, Problem

    rng = np.random.default_rng(0)
    layers = [
        (rng.standard_normal((b, a)) / np.sqrt(a), 0.1 * rng.standard_normal(b))
        for a, b in pairwise(widths)
    ]
    X, y = rng.standard_normal((count, widths[0])), rng.integers(0, max(2, widths[-1]), count)
    return Problem.of(MLP.from_arrays(layers, activation), X, y, "cross_entropy")


def products(widths: tuple[int, ...], count: int) -> float:
    """Floating-point operations of the block products: a quarter of a diagonal block, whole blocks beside it."""
    total, layers = 0, list(zip(widths[1:], widths, strict=False))
    for k, (r, q) in enumerate(layers):
        total += (q + 1) * (q + 2) // 2 * (r * (r + 1) // 2)
        for m in range(k + 1, len(layers)):
            s, p = layers[m]
            total += (q + 1) * (p + 1) * r * s + (q + 1) * s * r * (1 if m == k + 1 else p)
    return 2.0 * count * total


def measured(case: int, repeats: int) -> Row:
    """One row, in a process that has one thread."""
    from convexcheck.network import hessian

    widths, count, against, allowed = CASES[case]
    problem = drawn(widths, count)
    net, data = problem.net, (problem.X, problem.y)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    many = 200 if net.size < 100 else 1
    H = hessian(net, *data, loss="cross_entropy")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 - before
    row: Row = {"network": "-".join(map(str, widths)), "P": net.size, "N": count}
    if against == "dgemm":
        A = np.random.default_rng(0).standard_normal((3000, 3000))
        theirs, error = partial(np.matmul, A, A), 0.0
    else:
        theirs, error = _jax(problem, H)
    del H

    def ours() -> None:
        hessian(net, *data, loss="cross_entropy")

    def repeated(call: Callable[[], Any]) -> None:
        for _ in range(many):
            call()

    mine, other = (t / many for t in least(repeats, partial(repeated, ours), partial(repeated, theirs)))
    row |= {"cpu seconds": rounded(mine), "against": against}
    if against == "dgemm":
        rates = 2.0 * 3000**3 / other, products(widths, count) / mine
        row |= {"theirs": rounded(rates[0]), "ours": rounded(rates[1]), "ratio": rounded(rates[0] / rates[1])}
        row["memory / matrix"] = rounded(peak / (8 * net.size**2))
    else:
        row |= {"theirs": rounded(other), "ratio": rounded(mine / other), "relative error": rounded(error)}
    return row | {"allowed": rounded(allowed), "ratio / allowed": rounded(row["ratio"] / allowed)}


def _jax(problem: Any, H: Any) -> tuple[Callable[[], Any], float]:
    """A jitted jax.hessian, and how far the two matrices differ."""
    import jax

    from convexcheck.network.compiled import Form, arguments, loss

    weights, X, y, scale, ridge = arguments(problem)
    form, net = Form.of(problem.net, problem.loss), problem.net
    with jax.enable_x64(True):
        f = jax.jit(jax.hessian(lambda v, X, y: loss(form, net.split(v), X, y, scale, ridge)))
        given = [jax.device_put(a) for a in (np.concatenate([w.ravel() for w in weights]), X, y)]
        expected = np.asarray(f(*given))

    def call() -> None:
        with jax.enable_x64(True):
            jax.block_until_ready(f(*given))

    return call, float(np.abs(H - expected).max() / np.abs(expected).max())


BENCHMARK = Benchmark(
    claim="Exact Hessians of perceptrons run at the rate of matrix products, and far below the time of jax.hessian.",
    bars={"ratio / allowed": 1.0, "memory / matrix": 3.0, "relative error": 1e-12},
    rows=rows,
    keys=("network", "N"),
)

if __name__ == "__main__":
    print(json.dumps(measured(int(sys.argv[1]), int(sys.argv[2]))))
