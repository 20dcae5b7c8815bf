"""The demo: once on all data as users run it, and its pieces on a few rows."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

import convexcheck
from convexcheck.cli import main
from convexcheck.demo import table
from convexcheck.demo.models import data, models

CONVEX = ("linear", "logistic", "softmax")
NOT_CONVEX = ("logistic_squared", "mlp_squared", "mlp")


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The real run: all rows, a process of its own."""
    folder = tmp_path_factory.mktemp("demo")
    command = [sys.executable, "-m", "convexcheck", "demo", "--out", "new/out"]
    run = subprocess.run(command, capture_output=True, text=True, timeout=300, cwd=folder)
    assert run.returncode == 0, run.stderr
    assert len(run.stderr.splitlines()) == 7  # plain lines where there is no terminal
    return run.stdout, folder / "new" / "out"


def test_every_model_has_its_row(whole):
    stdout, _ = whole
    listed = [line for line in stdout.splitlines() if line.rstrip().endswith("accepted") and ".json" not in line]
    rows, swapped = listed[:6], listed[6:]
    assert [row.split()[1] for row in swapped] == ["tanh,", "sigmoid,", "relu,", "tanh,"]
    for row, gap in zip(swapped, ("2.649719511", "0.2544680382", "701173/70000", "above"), strict=True):
        assert gap in row
    assert [row.split()[0] for row in rows] == ["linear", "logistic", "logistic", "softmax", "perceptron", "perceptron"]
    words = ["CONVEX", "CONVEX", "NEITHER", "CONVEX", "NEITHER", "NEITHER"]
    assert [next(w for w in row.split() if w in ("CONVEX", "NEITHER")) for row in rows] == words


def test_proofs_hold_for_all_sizes_and_refutations_at_the_real_data(whole):
    _, out = whole
    for name in CONVEX:
        assert b"Generalisation" in (out / f"{name}.json").read_bytes()
        assert (out / f"{name}.json").stat().st_size < 20_000
    for name in NOT_CONVEX:
        certificate = (out / f"{name}.json").read_text()
        arrays = [p.stem for p in out.glob("*.array")]
        assert sum(digest in certificate for digest in arrays) == 2  # X and y


def test_the_points_are_weight_vectors_with_a_gap_in_float64_too(whole):
    import jax

    _, out = whole
    X, y = data()
    every = {model.name: model for model in models(X.shape[1])}
    for name in NOT_CONVEX:
        model = every[name]
        for found in json.loads((out / f"{name}.points.json").read_text()):
            keys = dict(zip(found["P"], sorted(model.shapes), strict=True))
            points = {}
            for point in ("P", "Q", "middle"):
                points[point] = {keys[n]: exact(v).reshape(model.shapes[keys[n]]) for n, v in found[point].items()}
            with jax.enable_x64(True):
                p, q, middle = (float(model.loss(points[k], X, y.astype(float))) for k in ("P", "Q", "middle"))
            gap = middle - (p + q) / 2
            assert found["t"] == "1/2"
            assert gap > 1e-6 if found["not"] == "convex" else gap < -1e-6


def exact(value):
    from fractions import Fraction

    return np.vectorize(lambda s: float(Fraction(s)))(np.array(value, dtype=object))


def test_the_answer_in_words(whole):
    stdout, out = whole
    report = (out / "report.txt").read_text()
    assert stdout.strip().splitlines()[0] in report
    for piece in (
        "Why is logistic regression's loss convex and a multilayer perceptron's not?",
        "H = (1/n) [1 X]^T diag(s*(1 - s)) [1 X]",
        "the proof holds for all sizes, of which 569 x 30 is one",
        "f((P + Q)/2) = ",
        "the chord; gap",
        "|P| = ",
    ):
        assert piece in stdout
        assert piece in report


def test_the_picture(whole):
    _, out = whole
    picture = (out / "segments.svg").read_text()
    assert 1_000 < len(picture) < 100_000
    assert "above its chord: not convex" in picture
    drawn = (out / "symmetry.svg").read_text()
    for piece in ("rise of the loss between equal", "tanh, trained on the tumours", "root of the loss in a plane"):
        assert piece in drawn


def test_the_swapped_weight_sets_are_shown(whole):
    stdout, out = whole
    orbits = ("8 = 8/1", "2 = 2/1", "384 = 384/1")  # 2! 2^2; 2!; 4! 2^4
    words = ("middle  W1 = [[1/10, 6/5], [1/10, 6/5]], W2 = [[31/20, 31/20]]", "g theta W1 = [[17/10, 2/5], [-3/2, 2]]")
    for piece in (*orbits, *words, "It refutes nothing", "isolated global minima", "symmetry_equal.json:\naccepted"):
        assert piece in stdout
    equal = convexcheck.verify(out / "symmetry_equal.json")
    assert isinstance(equal, convexcheck.Accepted) and equal.verdict == "invariant" and "W1[h1, d]" in str(equal)
    for name in ("tanh", "sigmoid", "relu", "trained"):
        assert b"SymmetryPair" in (out / f"symmetry_{name}.json").read_bytes()


@pytest.mark.nightly
def test_a_few_rows(tmp_path):
    result = CliRunner().invoke(main, ["demo", "--out", str(tmp_path / "out"), "--rows", "12"])
    assert result.exit_code == 0, result.stderr
    assert "12 x 30 breast-cancer data" in result.stdout
    assert Path(tmp_path / "out" / "report.txt").exists()


def test_a_table_is_aligned():
    assert table([("name", "n"), ("a", "10")]) == ["name  n", "----  --", "a     10"]
