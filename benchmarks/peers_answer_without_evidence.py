"""The same objectives put to SymPy's `is_convex` and to CVXPY's rules (DCP), in the same process.

A peer's answer is a bare truth value, and "False" from CVXPY's rules means "not known". The ratio is the peer's
time by ours for an answer with a certificate that the kernel has accepted; below 1 the peer is faster.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

import convexcheck as cc
from benchmarks.measure import Benchmark, Row, rounded, seconds

N, D = 569, 30


def rows(repeats: int) -> Iterator[Row]:
    """One row per objective and peer."""
    cc.check("x**2")
    for peer, objective, theirs, ours in (*with_sympy(), *with_cvxpy()):
        theirs(), ours()  # caches are warm for both
        their_times, answer = seconds(theirs, repeats)
        our_times, verdict = seconds(ours, repeats)
        their_time, our_time = statistics.median(their_times), statistics.median(our_times)
        yield {
            "objective": objective,
            "peer": peer,
            "peer's answer": str(answer),
            "ours": verdict.curvature,
            "peer's seconds": rounded(their_time),
            "our seconds": rounded(our_time),
            "ratio": rounded(their_time / our_time),
            "kernel": "accepted" if verdict.accepted is not None else "nothing to accept",
        }


Question = tuple[str, str, Callable[[], Any], Callable[[], cc.Verdict]]


def with_sympy() -> Iterator[Question]:
    """Functions of one real variable, the only ones that it takes."""
    import sympy

    x = sympy.Symbol("x", real=True)
    for expression in (
        sympy.log(1 + sympy.exp(-x)),
        (1 / (1 + sympy.exp(-x)) - 1) ** 2,
        sympy.log(1 + x**2),
    ):

        def theirs(expression: Any = expression) -> Any:
            sympy.core.cache.clear_cache()  # else only the first call computes
            return sympy.is_convex(expression, x)

        def ours(expression: Any = expression) -> cc.Verdict:
            return cc.check(expression, wrt=x)

        yield "SymPy is_convex", str(expression), theirs, ours


def with_cvxpy() -> Iterator[Question]:
    """The mean logistic loss at 569 x 30, by its own atom and as people write it."""
    import cvxpy
    import jax.numpy as jnp

    rng = np.random.default_rng(0)
    X, y, w = rng.normal(size=(N, D)), rng.choice([-1.0, 1.0], N), np.zeros(D)

    def by_atom() -> Any:
        v = cvxpy.Variable(D)
        return (cvxpy.sum(cvxpy.logistic(-cvxpy.multiply(y, X @ v))) / N).is_convex()

    def written_out() -> Any:
        v = cvxpy.Variable(D)
        return (cvxpy.sum(cvxpy.log(1 + cvxpy.exp(-cvxpy.multiply(y, X @ v)))) / N).is_convex()

    def ours() -> cc.Verdict:
        return cc.check(lambda w, X, y: jnp.mean(jnp.log(1 + jnp.exp(-y * (X @ w)))), w, X, y)

    yield "CVXPY is_convex", f"logistic atom, {N} x {D}", by_atom, ours
    yield "CVXPY is_convex", f"mean(log(1 + exp(-y*(X @ w)))), {N} x {D}", written_out, ours


BENCHMARK = Benchmark(
    claim="On the same objectives peers answer without evidence; the ratio of their time to ours is beside it.",
    bars={},
    rows=rows,
    expected={"kernel": "accepted"},
)
