"""Functions of known curvature: how many answers are right, in part, unknown and wrong. None may be wrong.

``python -m benchmarks corpus --timeout 5`` sets the seconds per problem. An answer is right if it is the known
curvature; true in part if an affine function is called convex or concave, or of a function that is neither only
one side is refuted; wrong if it contradicts what is known: another curvature, a modulus above the known one, or
strictness of a function that is not strictly convex. Whatever is left open is unknown.

All seconds, those of the budget too, are CPU seconds of one process. Every certificate is then checked once more by a
new process, and counted under the hardest of the rules that it rests on. All but covers, whose work is to evaluate
balls on many parts, stay under one second.
"""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import convexcheck as cc
from benchmarks.measure import Benchmark, FreshKernels, Row, cpu_clock, rounded

FOLDER = Path(__file__).parents[1] / "tests" / "data"
FILES = ("corpus_functions.jsonl", "corpus_arrays.jsonl")
TIMEOUT = 10.0
KINDS = ("right", "in part", "unknown", "wrong")
COUNTEREXAMPLE, PLAIN = "counterexample", "composition and bounds"
EVIDENCE = {  # the hardest first: a certificate is counted once
    "Cover": "cover", "JensenGap": COUNTEREXAMPLE, "NegativeCurvature": COUNTEREXAMPLE, "Gram": "sum of squares",
    "Ladder": "ladder", "Split": "ladder", "Roots": "roots of a polynomial", "Kronecker": "Kronecker form",
    "DiagonalLowRank": "diagonal and low rank", "Minors": "minors", "Limit": "limit", "Piecewise": "piecewise",
}  # fmt: skip
SLOW = 0.5  # seconds from which a certificate is named


def problems() -> Iterator[dict[str, Any]]:
    """All problems of both files; the arrays are a category of their own."""
    for name in FILES:
        for line in (FOLDER / name).read_text(encoding="utf-8").splitlines():
            yield {"category": "arrays", **json.loads(line)}


@dataclass(frozen=True)
class Answer:
    """One problem's answer.

    Args:
        id: of the problem.
        kind: one of `KINDS`.
        said: what was said.
        seconds: in all.
        evidence: a value of `EVIDENCE`; "" without a certificate.
        kernel: seconds of the kernel for the certificate alone.
    """

    id: str
    kind: str
    said: str
    seconds: float
    evidence: str = ""
    kernel: float = 0.0


def answered(problem: dict[str, Any], timeout: float, kernels: FreshKernels) -> Answer:
    """Ask, judge what is said, and check the certificate once more."""
    begin = time.process_time()
    try:
        verdict = cc.check(
            problem["expression"], wrt=problem["variables"], parameters=problem.get("parameters") or None,
            domain=problem.get("domain", ()), given=problem.get("given", ()), budget=timeout,
        )  # fmt: skip
    except cc.ConvexcheckError as error:
        return Answer(problem["id"], "unknown", str(error), time.process_time() - begin)
    spent = time.process_time() - begin
    return Answer(problem["id"], *judged(problem, verdict), spent, *checked(verdict, kernels))


def checked(verdict: cc.Verdict, kernels: FreshKernels) -> tuple[str, float]:
    """The kind of the evidence, and the kernel's CPU seconds for it."""
    if verdict.certificate is None:
        return "", 0.0
    spent, accepted = kernels.check(verdict.certificate)
    if not isinstance(accepted, cc.Accepted):
        raise cc.ConvexcheckError("benchmarks", f"a certificate is {accepted}", "one that is accepted again")
    rules = {name for name, _ in accepted.rules}
    return next((kind for name, kind in EVIDENCE.items() if name in rules), PLAIN), spent


def judged(problem: dict[str, Any], verdict: cc.Verdict) -> tuple[str, str]:
    """One of `KINDS`, and what was said."""
    known = problem["curvature"]
    said = f"{verdict.curvature}, strict {verdict.strict}, modulus {verdict.modulus}"
    if verdict.status == "ILL_POSED" or (verdict.status == "REFUTED" and known in {"CONVEX", "AFFINE"}):
        return "wrong", f"{verdict.status}, {verdict.message}"
    if verdict.curvature == "UNKNOWN":
        return "in part" if verdict.status == "REFUTED" else "unknown", verdict.message
    too_strict = verdict.strict is True and problem.get("strict") is False
    too_much = isinstance(verdict.modulus, Fraction) and verdict.modulus > _at_most(problem.get("strong_convexity"))
    if too_strict or too_much:
        return "wrong", said
    if known == "AFFINE" and verdict.curvature in {"CONVEX", "CONCAVE"}:
        return "in part", said
    return "right" if verdict.curvature == known else "wrong", said


def _at_most(known: float | None) -> Fraction:
    """The largest number that rounds to a known constant; no bound where none is known."""
    if known is None:
        return Fraction(10**300)
    shown = Decimal(repr(known))
    return Fraction(shown) + Fraction(Decimal(1).scaleb(int(shown.as_tuple().exponent))) / 2


def rows(repeats: int, timeout: float = TIMEOUT) -> Iterator[Row]:
    """One row per category and one for all, then one per kind of evidence; `repeats` is not used."""
    cc.check("x**2")
    found: dict[str, list[Answer]] = {}
    with FreshKernels() as kernels, cpu_clock():
        for problem in problems():
            answer = answered(problem, timeout, kernels)
            found.setdefault(problem["category"], []).append(answer)
            if answer.kind == "wrong":
                print(f"wrong: {problem['id']} is {problem['curvature']}, said {answer.said}")
    everything = [answer for answers in found.values() for answer in answers]
    for category, answers in (found | {"all": everything}).items():
        settled = [a.seconds for a in answers if a.kind == "right"]
        yield {
            "category": category,
            **{kind: sum(a.kind == kind for a in answers) for kind in KINDS},
            "median seconds, right": rounded(statistics.median(settled)) if settled else None,
            "slowest": rounded(max(a.seconds for a in answers)),
            **_checks(answers),
            "unknown ones": " ".join(a.id for a in answers if a.kind == "unknown" and category != "all"),
        }
    for kind in (*dict.fromkeys(EVIDENCE.values()), PLAIN):
        answers = [a for a in everything if a.evidence == kind]
        if answers:
            row = {"evidence": kind, "certificates": len(answers), **_checks(answers)}
            yield row if kind == EVIDENCE["Cover"] else row | {"slowest check, no cover": row["slowest check"]}


def _checks(answers: list[Answer]) -> Row:
    """The kernel's CPU seconds for each certificate, in a process of its own, and which take long."""
    times = {a.id: a.kernel for a in answers if a.evidence}
    long = sorted((name for name, spent in times.items() if spent > SLOW), key=lambda name: -times[name])
    return {
        "median check": rounded(statistics.median(times.values())) if times else None,
        "slowest check": rounded(max(times.values(), default=0.0)),
        f"checks over {SLOW} s": ", ".join(f"{name} {rounded(times[name])}" for name in long),
    }


BENCHMARK = Benchmark(
    claim="No answer about a function of known curvature is wrong, and the kernel checks each in under a second.",
    bars={"wrong": 0, "slowest check, no cover": 1.0},
    rows=rows,
)
