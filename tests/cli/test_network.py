"""``convexcheck network``: what it prints, the certificate that it writes, its errors."""

import json
import re

import numpy as np
import pytest
from click.testing import CliRunner

import convexcheck as cc
from convexcheck.cli import main
from convexcheck.cli.answer import KEYS
from convexcheck.cli.network import _Progress
from convexcheck.network import save
from tests.network.networks import problem


def run(*arguments):
    return CliRunner().invoke(main, ["network", *map(str, arguments)])


@pytest.fixture
def files(tmp_path):
    p = problem((3, 8, 2), "tanh", "mse", rows=30)
    save(p.net, tmp_path / "net.npz")
    np.savez(tmp_path / "data.npz", X=p.X, y=p.y)
    return tmp_path / "net.npz", "--data", tmp_path / "data.npz", "--loss", "mse"


def test_what_is_printed(files, tmp_path):
    result = run(*files, "--spectrum", "--plot", tmp_path / "picture.png")
    assert result.exit_code == 0, result.output
    lines = {line.split(":")[0].strip(): line.split(":", 1)[1].strip() for line in result.stdout.splitlines()}
    assert lines["network"] == "MLP(3-8-2, tanh, P = 50)"
    assert lines["forecast"].startswith("P = 50: a dense Hessian takes 20 kB")
    assert lines["lambda_min"].startswith("-1.2013078 (residual")
    assert lines["bound"].startswith("lambda_min <= -1.20")
    assert lines["saddle index"] == "25"
    assert "accepted by the kernel" in lines["certificate"]
    assert (tmp_path / "picture.png").stat().st_size > 1000
    answer = cc.verify(tmp_path / "net.certificate.json")
    assert isinstance(answer, cc.Accepted)
    assert answer.verdict == "not convex"


def test_json(files, tmp_path):
    result = run(*files, "--json", "--spectrum", "--certificate", tmp_path / "c.json")
    found = json.loads(result.stdout)
    assert result.exit_code == 0
    assert set(KEYS) <= set(found)
    assert (found["status"], found["size"], found["index"]) == ("REFUTED", 50, 25)
    assert found["bound"] < 0
    assert found["certificate"] == str(tmp_path / "c.json")


def test_single_precision_is_said(files, tmp_path):
    p = problem((3, 8, 2), "tanh", "mse", rows=30)
    save(p.net.with_parameters(np.float32(p.net.vector())), tmp_path / "single.npz")
    result = run(tmp_path / "single.npz", *files[1:])
    assert "MLP(3-8-2, tanh, P = 50), float32 weights converted to float64 exactly" in result.stdout


def test_where_nothing_is_negative(files, tmp_path):
    result = run(*files, "--ridge", "100", "--timeout", "1")
    assert result.exit_code == 0
    assert "bound: none: the curvature at these weights was not certified\n" in result.stdout
    elsewhere = "not convex by two points elsewhere" in result.stdout  # it depends on the time that there is
    assert elsewhere or "no two points elsewhere were found either; this proves nothing" in result.stdout
    assert (tmp_path / "net.certificate.json").exists() is elsewhere


def test_a_kink_at_the_weights(tmp_path):
    """The first unit's input is 0 at the first row: no curvature is certified there, but two other points will do."""
    layers = [{"W": [[1, 1], [1, 2]], "b": [0, "0.5"], "activation": "relu"}, {"W": [[1, -2]]}]
    (tmp_path / "net.json").write_text(json.dumps({"layers": layers}))
    np.savez(tmp_path / "data.npz", X=[[0.0, 0.0], [0, 1], [1, 0], [1, 1]], y=[0.0, 1, 1, 0])
    result = run(tmp_path / "net.json", "--data", tmp_path / "data.npz", "--loss", "mse")
    assert result.exit_code == 0, result.output
    assert "curvature at these weights was not certified, perhaps as a unit is at its kink" in result.stdout
    assert "not convex by two points elsewhere, accepted by the kernel" in result.stdout
    assert isinstance(cc.verify(tmp_path / "net.certificate.json"), cc.Accepted)


def test_progress_goes_to_the_terminal(capsys):
    p = problem((3, 8, 2), "tanh", "mse")
    shown = _Progress(True, 60.0)
    cc.min_eigenvalue(p.net, p.X, p.y, loss="mse", method="lanczos", most=2, progress=shown.step)
    shown.count(7)
    shown.clear()
    out, err = capsys.readouterr()
    assert out == ""
    steps = err.split("\r")  # click leaves out the rest of the escape where no terminal is
    assert re.fullmatch(r"2 products with H, Ritz value -?\d\S*, residual \d\S*", steps[2])
    assert steps[3:] == ["spectrum: 7 products with H", ""]


def test_errors_are_messages(files, tmp_path):
    np.savez(tmp_path / "other.npz", Z=np.zeros(2))
    (tmp_path / "text.npz").write_text("no arrays")
    (tmp_path / "nothing.npz").write_bytes(b"")
    np.save(tmp_path / "one.npy", np.zeros(2))
    cases = [
        (["absent.npz", *files[1:]], "cannot read absent.npz"),
        ([*files[:2], tmp_path / "other.npz", *files[3:]], "other.npz holds Z"),
        ([*files[:2], tmp_path / "text.npz", *files[3:]], "text.npz holds no arrays"),
        ([*files[:2], tmp_path / "nothing.npz", *files[3:]], "nothing.npz holds no arrays"),
        ([*files[:2], tmp_path / "one.npy", *files[3:]], "one.npy holds no arrays"),
        ([tmp_path / "nothing.npz", *files[1:]], "nothing.npz is no network"),
        ([*files[:2], tmp_path / "absent.npz", *files[3:]], "cannot read"),
        ([*files[:4], "l1"], "unknown loss 'l1'"),
        ([*files, "--ridge", "x"], "ridge is 'x'"),
        ([*files, "--plot", tmp_path / "picture.xyz"], "picture.xyz: Format 'xyz' is not supported"),
        (files[:3], "Missing option '--loss'"),
    ]
    for arguments, message in cases:
        result = run(*arguments)
        assert result.exit_code == 2, result.output
        assert message in result.stderr
