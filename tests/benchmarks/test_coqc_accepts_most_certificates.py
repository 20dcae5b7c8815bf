"""The table of scripts: by the hardest rule, with the reasons, and every script that coqc does not accept by name."""

from typing import Any

import pytest

from benchmarks import coqc_accepts_most_certificates as benchmark
from convexcheck.export.rocq.check import ACCEPTED, REJECTED, Answer

PROBLEMS: list[dict[str, Any]] = [
    {"id": "square", "expression": "x**2", "variables": "x"},
    {"id": "saddle", "expression": "x*y", "variables": "x y"},
    {"id": "quartic", "expression": "x**4 - 4*x**3 + 10*x**2", "variables": "x"},
    {"id": "unknown", "expression": "x +", "variables": "x"},
]
ANSWERS = [Answer(ACCEPTED, "", 2.0), Answer(REJECTED, "not so"), Answer("no script", "the rule is not there")]


def test_reasons_and_rejected_scripts_are_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter(ANSWERS)
    monkeypatch.setattr(benchmark, "problems", lambda: iter(PROBLEMS))
    monkeypatch.setattr(benchmark, "exported", lambda data, folder: next(answers))
    monkeypatch.setattr(benchmark, "coqc_version", lambda: "8.16.1")
    rows = {row["evidence"]: row for row in benchmark.rows(1)}
    assert set(rows) == {
        "counterexample", "roots of a polynomial", "composition and bounds", "rejected: saddle", "all",
    }  # fmt: skip
    assert rows["roots of a polynomial"]["why not"] == "1 the rule is not there"
    assert (rows["counterexample"]["accepted"], rows["composition and bounds"]["accepted"]) == (0, 1)
    assert rows["rejected: saddle"]["why not"] == "not so"
    assert (rows["all"]["settled"], rows["all"]["accepted"], rows["all"]["left, %"]) == (3, 1, 66.7)
