"""Of the settled functions of the corpus at least 65 % export to Rocq and coqc accepts each: median under 3 s.

One row per kind of evidence, and one for all. The library is compiled once, before; the seconds are processor time
of coqc for the script alone. ``why not`` counts the reasons of those that have no script, or whose script coqc does
not accept.
"""

from __future__ import annotations

import os
import statistics
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import convexcheck as cc
from benchmarks.corpus import problems
from benchmarks.measure import Benchmark, Row, rounded
from convexcheck.certificate.codec import decode
from convexcheck.export.rocq.check import ACCEPTED, NOT_RUN, Answer, check, compiled, coqc_version
from convexcheck.export.rocq.directory import export_rocq, library, needed
from convexcheck.export.rocq.notation import NoScript

TIMEOUT, BUDGET = 60.0, 3.0


def exported(data: bytes, folder: Path) -> Answer:
    """What coqc says about the script of a certificate, with the library in `folder`."""
    try:
        files = export_rocq(decode(data))
    except NoScript as error:
        return Answer("no script", error.message.removeprefix("no script, because "))
    text = next(text for name, text in files.items() if name.endswith("verdict.v"))
    said = compiled(folder, needed(text))
    if said:
        return Answer(NOT_RUN, said)
    begin = os.times()
    answer = check(files, TIMEOUT, folder, audit=False)
    end = os.times()
    busy = end.children_user + end.children_system - begin.children_user - begin.children_system
    return replace(answer, seconds=busy)


def rows(repeats: int) -> Iterator[Row]:
    """One row per kind of evidence; `repeats` is not used."""
    if coqc_version() is None:
        return
    found: dict[str, list[tuple[str, Answer]]] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for source in library().glob("*.v"):
            (folder / source.name).write_text(source.read_text(encoding="ascii"), encoding="ascii")
        for problem in problems():
            try:
                verdict = cc.check(
                    problem["expression"], wrt=problem["variables"], parameters=problem.get("parameters") or None,
                    domain=problem.get("domain", ()), given=problem.get("given", ()), budget=BUDGET,
                )  # fmt: skip
            except cc.ConvexcheckError:
                continue
            if verdict.certificate is not None:
                kind = type(verdict.certificate.content.evidence).__name__
                found.setdefault(kind, []).append((problem["id"], exported(verdict.certificate.data, folder)))
    found["all"] = [pair for pairs in found.values() for pair in pairs]
    for kind, pairs in found.items():
        accepted = [answer.seconds for _, answer in pairs if answer.word == ACCEPTED]
        row: Row = {"evidence": kind, "settled": len(pairs), "accepted": len(accepted)}
        if kind == "all":
            reasons = Counter(a.reason if a.word == "no script" else a.word for _, a in pairs if a.word != ACCEPTED)
            row["left, %"] = rounded(100 - 100 * len(accepted) / len(pairs))
            row |= {"median seconds": rounded(statistics.median(accepted)), "slowest": rounded(max(accepted))}
            row["why not"] = "; ".join(f"{count} {reason}" for reason, count in reasons.most_common())
            row["not accepted"] = " ".join(n for n, a in pairs if a.word not in (ACCEPTED, "no script"))
        yield row


BENCHMARK = Benchmark(
    claim="Of the settled functions of the corpus, coqc accepts the scripts of at least 65 %, the median under 3 s.",
    bars={"left, %": 35.0, "slowest": 60.0, "median seconds": 3.0},
    rows=rows,
)
