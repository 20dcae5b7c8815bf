"""Functions of known curvature: how many answers are right, in part, unknown and wrong. None may be wrong.

``python -m benchmarks corpus --timeout 5`` sets the seconds per problem. An answer is right if it is the known
curvature; true in part if an affine function is called convex or concave, or of a function that is neither only
one side is refuted; wrong if it contradicts what is known: another curvature, a modulus above the known one, or
strictness of a function that is not strictly convex. Whatever is left open is unknown.
"""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import convexcheck as cc
from benchmarks.measure import Benchmark, Row, rounded

FOLDER = Path(__file__).parents[1] / "tests" / "data"
FILES = ("corpus_functions.jsonl", "corpus_arrays.jsonl")
TIMEOUT = 3.0
KINDS = ("right", "in part", "unknown", "wrong")


def problems() -> Iterator[dict[str, Any]]:
    """All problems of both files; the arrays are a category of their own."""
    for name in FILES:
        for line in (FOLDER / name).read_text(encoding="utf-8").splitlines():
            yield {"category": "arrays", **json.loads(line)}


def judged(problem: dict[str, Any], timeout: float) -> tuple[str, str, float]:
    """One of `KINDS`; what was said; and the seconds."""
    begin, known = time.perf_counter(), problem["curvature"]
    try:
        verdict = cc.check(
            problem["expression"], wrt=problem["variables"], parameters=problem.get("parameters") or None,
            domain=problem.get("domain", ()), given=problem.get("given", ()), budget=timeout,
        )  # fmt: skip
    except cc.ConvexcheckError as error:
        return "unknown", str(error), time.perf_counter() - begin
    spent = time.perf_counter() - begin
    said = f"{verdict.curvature}, strict {verdict.strict}, modulus {verdict.modulus}"
    if verdict.status == "ILL_POSED" or (verdict.status == "REFUTED" and known in {"CONVEX", "AFFINE"}):
        return "wrong", f"{verdict.status}, {verdict.message}", spent
    if verdict.curvature == "UNKNOWN":
        return "in part" if verdict.status == "REFUTED" else "unknown", verdict.message, spent
    too_strict = verdict.strict is True and problem.get("strict") is False
    too_much = isinstance(verdict.modulus, Fraction) and verdict.modulus > _at_most(problem.get("strong_convexity"))
    if too_strict or too_much:
        return "wrong", said, spent
    if known == "AFFINE" and verdict.curvature in {"CONVEX", "CONCAVE"}:
        return "in part", said, spent
    return "right" if verdict.curvature == known else "wrong", said, spent


def _at_most(known: float | None) -> Fraction:
    """The largest number that rounds to a known constant; no bound where none is known."""
    if known is None:
        return Fraction(10**300)
    shown = Decimal(repr(known))
    return Fraction(shown) + Fraction(Decimal(1).scaleb(int(shown.as_tuple().exponent))) / 2


def rows(repeats: int, timeout: float = TIMEOUT) -> Iterator[Row]:
    """One row per category, then one for all; `repeats` is not used."""
    cc.check("x**2")
    found: dict[str, list[tuple[str, str, float, str]]] = {}
    for problem in problems():
        answer = (*judged(problem, timeout), problem["id"])
        found.setdefault(problem["category"], []).append(answer)
        if answer[0] == "wrong":
            print(f"wrong: {problem['id']} is {problem['curvature']}, said {answer[1]}")
    found["all"] = [answer for answers in found.values() for answer in answers]
    for category, answers in found.items():
        count = {kind: sum(a[0] == kind for a in answers) for kind in KINDS}
        settled = [a[2] for a in answers if a[0] == "right"]
        yield {
            "category": category,
            **count,
            "median seconds, right": rounded(statistics.median(settled)) if settled else None,
            "slowest": rounded(max(a[2] for a in answers)),
            "unknown ones": " ".join(a[3] for a in answers if a[0] == "unknown" and category != "all"),
        }


BENCHMARK = Benchmark(
    claim="No answer about a function of known curvature is wrong.",
    bars={"wrong": 0},
    rows=rows,
)
