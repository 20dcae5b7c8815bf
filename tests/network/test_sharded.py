"""Several devices in one process, two processes on loopback, and data that stay on disk: the same as one device."""

import json
import socket
import subprocess
import sys

import numpy as np
import pytest

from convexcheck.network import Problem, min_eigenvalue
from convexcheck.network.products import NetProducts
from convexcheck.network.sharded import ShardedProducts
from tests.architecture.stages import ROOT
from tests.network.networks import problem

PROGRAM = [sys.executable, "-m", "tests.network.over_devices"]


def start(*arguments):
    return subprocess.Popen(
        [*PROGRAM, *map(str, arguments)], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def ended(process):
    out, err = process.communicate(timeout=300)
    assert process.returncode == 0, err[-2000:]
    return json.loads(out.splitlines()[-1])


def agree(found, devices):
    assert found["devices"] == devices
    assert found["worst"] < 1e-13
    for sharded, single in found["values"]:
        assert sharded == pytest.approx(single, rel=1e-8)


def test_four_devices_in_one_process():
    agree(ended(start(4)), 4)


def test_two_processes_on_loopback():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    both = [start(port, rank) for rank in (0, 1)]
    found = [ended(process) for process in both]
    agree(found[0], 2)
    assert found[0] == found[1]


def test_one_device():
    p = problem((3, 8, 2), "tanh", "mse", rows=5)
    v = np.random.default_rng(0).standard_normal(p.net.size)
    np.testing.assert_allclose(ShardedProducts(p)(v), NetProducts(p)(v), rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("dtype", ["<f8", "<f4"])
def test_data_on_disk_are_read_in_parts(dtype, tmp_path):
    p = problem((3, 8, 2), "tanh", "mse", rows=40)
    X = np.memmap(tmp_path / "X", dtype=dtype, mode="w+", shape=p.X.shape)
    X[:] = p.X
    on_disk = Problem.of(p.net, X, p.y, "mse")
    assert isinstance(on_disk.X, np.memmap)  # not copied, not converted as a whole
    in_memory = Problem.of(p.net, np.float64(np.array(X)), p.y, "mse")
    v = np.random.default_rng(0).standard_normal(p.net.size)
    np.testing.assert_allclose(NetProducts(on_disk, rows=16)(v), NetProducts(in_memory)(v), rtol=1e-12, atol=1e-14)
    assert on_disk.value() == pytest.approx(in_memory.value(), rel=1e-14)
    found = [min_eigenvalue(q.net, q.X, q.y, loss="mse").value for q in (on_disk, in_memory)]
    assert found[0] == pytest.approx(found[1], rel=1e-12)
