"""The committed results exist, say where they come from, and meet the bars (nothing is measured here)."""

import importlib
import json
import re

import pytest

from benchmarks.__main__ import NAMES, RESULTS, page
from tests.architecture.stages import ROOT

OVER: set[tuple[object, ...]] = set()  # rows that miss a bar, with the reason


@pytest.fixture(params=NAMES)
def name(request):
    return request.param


def result(name):
    return json.loads((RESULTS / f"{name}.json").read_text(encoding="utf-8"))


def test_every_benchmark_is_named_and_has_a_result():
    files = {p.stem for p in (ROOT / "benchmarks").glob("*.py")} - {"__init__", "__main__", "environment", "measure"}
    assert files == set(NAMES)
    assert {p.stem for p in RESULTS.iterdir()} == files


def test_the_claim_and_the_bars_are_those_of_the_code(name):
    benchmark, found = importlib.import_module(f"benchmarks.{name}").BENCHMARK, result(name)
    assert (found["claim"], found["bars"], found["expected"]) == (
        benchmark.claim,
        dict(benchmark.bars),
        dict(benchmark.expected),
    )


def test_every_row_meets_the_bars(name):
    benchmark, found = importlib.import_module(f"benchmarks.{name}").BENCHMARK, result(name)
    assert found["rows"]
    over = {(name, *map(row.get, benchmark.keys)) for row in found["rows"] if benchmark.missed(row)}
    assert over == {known for known in OVER if known[0] == name}
    columns = {column for row in found["rows"] for column in row}
    assert set(benchmark.bars) | set(benchmark.expected) <= columns


def test_the_environment_is_named_but_no_host_or_path(name):
    where = result(name)["environment"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", where["date"]) and re.fullmatch(r"3\.\d+\.\d+", where["python"])
    assert where["processor"] and where["cores"] >= 1
    assert {"convexcheck", "python-flint", "numpy", "jax", "sympy", "cvxpy"} <= set(where["packages"])
    assert not re.search(r"/(home|root|tmp|work|usr)/", json.dumps(result(name)))


def test_the_page_shows_the_result(name):
    assert (RESULTS / f"{name}.md").read_text(encoding="utf-8") == page(result(name))


def test_all_losses_are_measured_from_every_source_and_size():
    from tests.acceptance.convex_losses import LOSSES

    rows = result("proofs_are_milliseconds")["rows"]
    for loss, spelled in LOSSES.items():
        mine = [row for row in rows if row["loss"] == loss]
        assert sum(row["from"] == "text" for row in mine) == len(spelled.text)
        assert sum(row["from"] == "SymPy" for row in mine) == len(spelled.sympy)
        for spelling in spelled.jax:
            sizes = [row["data"] for row in mine if row["from"] == "JAX" and row["spelling"] == spelling]
            assert sizes == ["all", "100 x 5", "569 x 30", "20000 x 200"]


def test_certificates_do_not_grow_with_the_data():
    rows = [row for row in result("proofs_are_milliseconds")["rows"] if " x " in row["data"]]
    grouped = {}
    for row in rows:
        grouped.setdefault((row["loss"], row["spelling"]), []).append(row["bytes"])
    assert all(max(sizes) - min(sizes) < 300 for sizes in grouped.values())  # digits, and facts that data show


# (row, columns missed): the comparison itself can fail
MISSED = [
    ({"total": 1.0, "check": 0.1, "bytes": 10, "curvature": "CONVEX", "kernel": "accepted"}, []),
    ({"total": 1.01, "check": 0.1, "curvature": "CONVEX"}, ["total"]),
    ({"first": 2.0, "check": 0.2, "bytes": 30_000}, ["check", "bytes"]),
    ({"total": 0.5, "curvature": "UNKNOWN", "kernel": "rejected"}, ["curvature", "kernel"]),
]


@pytest.mark.parametrize(("row", "columns"), MISSED)
def test_a_missed_bar_is_seen(row, columns):
    from benchmarks.proofs_are_milliseconds import BENCHMARK

    assert BENCHMARK.missed(row) == columns
