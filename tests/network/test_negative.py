"""Refutations of a network's convexity by negative curvature: accepted by the kernel, in all three arithmetics."""

import dataclasses

import flint
import numpy as np
import pytest

import convexcheck as cc
from convexcheck import pipeline
from convexcheck.network.dense import hessian_of
from convexcheck.network.negative import levels, proposals
from convexcheck.network.statement import read_problem
from tests.network.networks import problem

# (widths, activation, loss, the arithmetic that is tried first)
NETS = [
    ((2, 2, 1), "tanh", "mse", "ball"),
    ((2, 3, 1), "relu", "mse", "rational"),
    ((3, 4, 3, 2), "square", "half_sse", "rational"),
    ((3, 5, 4), "gelu", "cross_entropy", "ball"),
    ((3, 5, 1), "softplus", "cross_entropy", "ball"),
    ((2, 3, 3, 1), "identity", "sse", "rational"),
    ((2, 3, 2, 2), "sin", "mse", "ball"),
    ((2, 3, 2), "sigmoid", "cross_entropy", "ball"),
]


@pytest.mark.parametrize(("widths", "activation", "loss", "level"), NETS)
def test_negative_curvature_is_found_and_accepted(widths, activation, loss, level):
    p = problem(widths, activation, loss, rows=8, ridge="0.001")
    v = cc.refute(p.net, p.X, p.y, loss=loss, ridge="0.001", budget=60)
    assert v.status == "REFUTED"
    (found,) = v.negative
    assert (found.side, found.level) == ("convex", level)
    least = np.linalg.eigvalsh(hessian_of(p))[0]
    assert least - 1e-9 <= found.bound < 0  # an upper bound, and no worse than half of it
    assert found.bound < 0.4 * least
    # v'Hv in the ball or rational, against the dense matrix
    direction = np.concatenate([np.array(a, dtype=float).ravel() for a in found.v.values()])
    exact = direction @ np.asarray(hessian_of(p)) @ direction
    assert float(flint.arb(found.value)) == pytest.approx(exact, rel=1e-9)
    assert isinstance(cc.verify(v.certificate), cc.Accepted)
    assert f"in {level} arithmetic" in v.explain()
    assert v.explain().startswith("NOT CONVEX")


def test_concavity_is_refuted_too():
    p = problem((2, 2, 1), "tanh", "mse")
    v = cc.refute(p.net, p.X, p.y, loss="mse", claim="concave")
    (found,) = v.negative
    assert v.status == "REFUTED"
    assert 0 < found.bound <= np.linalg.eigvalsh(hessian_of(p))[-1] + 1e-9
    assert "lambda_max: at least" in str(v)


def test_large_networks_keep_points_in_files(tmp_path):
    p = problem((10, 40, 3), "sin", "mse", rows=5)
    v = cc.refute(p.net, p.X, p.y, loss="mse", budget=60)
    assert v.status == "REFUTED"
    assert len(v.certificate.arrays) == 2 + 2 * 4  # X, y; the weights and the direction
    v.certificate.write(tmp_path / "net.json")
    assert isinstance(cc.verify(tmp_path / "net.json"), cc.Accepted)
    for file in tmp_path.glob("*.array"):  # one byte changed in any array: its digest is another
        data = file.read_bytes()
        file.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
        rejected = cc.verify(tmp_path / "net.json")
        assert isinstance(rejected, cc.Rejected)
        assert "has changed" in rejected.reason
        file.write_bytes(data)


def test_a_better_direction_where_few_digits_are_certain(monkeypatch):
    p = problem((40, 40, 5), "tanh", "mse", rows=30)
    first = cc.refute(p.net, p.X, p.y, loss="mse", budget=60).negative[0]
    assert first.relative_radius < pipeline.SHARP
    monkeypatch.setattr(pipeline, "SHARP", -1.0)
    v = cc.refute(p.net, p.X, p.y, loss="mse", budget=60)
    assert v.negative[0].bound < first.bound < 0
    assert len(v.certificate.arrays) == 2 + 2 * 4  # those of the first direction are not kept


def reading(p):
    return read_problem(p, lambda array: "0" * 64)


def proposed(p, left=lambda: 100.0):
    return list(proposals(p, reading(p), "convex", lambda array: "0" * 64, left))


def test_directions_are_short_where_they_are_written_out():
    p = problem((2, 2, 1), "tanh", "mse")
    evidence = proposed(p)[0].evidence
    entries = [q for _, array in evidence.v for q in array.entries]
    assert max(q.denominator for q in entries) <= 64
    assert any(entries)


def test_nothing_is_proposed_where_the_curvature_is_positive():
    p = problem((2, 2, 1), "tanh", "mse", ridge=1000)
    assert proposed(p) == []
    v = cc.refute(p.net, p.X, p.y, loss="mse", ridge=1000, budget=1)
    assert v.negative == ()


def test_a_zero_hessian_refutes_nothing():
    """relu units that are off everywhere: H = 0, and the sign of rounding errors is no evidence."""
    p = problem((2, 2, 1), "relu", "mse")
    theta = p.net.vector()
    theta[:4], theta[4:6] = 0, -1
    dead = dataclasses.replace(p, net=p.net.with_parameters(theta))
    assert np.abs(hessian_of(dead)).max() <= 2.001  # of the output bias
    assert proposed(dead) == []


def test_the_arithmetics():
    assert levels(problem((2, 2, 1), "relu", "mse")) == ["rational", "ball", "midpoint-radius"]
    assert levels(problem((2, 2, 1), "relu", "cross_entropy")) == ["ball", "midpoint-radius"]
    assert levels(problem((60, 100, 10), "tanh", "mse", rows=500)) == ["midpoint-radius", "ball"]


def test_lanczos_steps_give_directions_for_large_networks():
    p = problem((40, 40, 5), "tanh", "mse", rows=30)
    found = proposed(p)
    assert found[0].products <= 5
    assert [f.value for f in found] == sorted((f.value for f in found), reverse=True)
    assert found[0].value < 0
    assert len(proposed(p, left=lambda: 0.0)) <= 1
