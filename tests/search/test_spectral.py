"""Functions of matrices in float64 against the exact evaluator, one by one and in sums."""

import numpy as np
import pytest

from convexcheck.expression.evaluate import evaluate
from convexcheck.search.numeric import Program
from tests.expression.test_matrices import CASES, SIZES, point, stated


@pytest.mark.parametrize("function", CASES)
def test_a_batch_of_points_agrees_with_balls(function: str) -> None:
    e, points = stated(function).function, [point(seed) for seed in range(4)]
    batch = {k: np.stack([np.vectorize(lambda q: int(q.p) / int(q.q))(p[k]) for p in points], -1) for k in points[0]}
    found = np.broadcast_to(Program(e, SIZES)(batch), (4,))
    for value, at in zip(found, points, strict=True):
        assert value == pytest.approx(float(evaluate(e, at, SIZES).mid()), rel=1e-7, abs=1e-7)


@pytest.mark.parametrize("function", ["logdet(X)", "inv(X)[0, 0]", "trace_xlogx(X)", "logm(X)[0, 0]"])
def test_nan_where_the_function_is_not_real(function: str) -> None:
    batch = {("var", "X"): np.stack([np.zeros((3, 3)), np.eye(3), np.full((3, 3), np.nan)], -1)}
    assert np.isfinite(Program(stated(function).function, SIZES)(batch)).tolist() == [False, True, False]


def test_eigmax_is_of_symmetric_matrices() -> None:
    batch = {("var", "X"): np.array([[1.0, 1.0], [-1.0, 1.0]])[..., None]}
    assert np.isnan(Program(stated("eigmax(X)").function, {"n": 2})(batch)).all()
