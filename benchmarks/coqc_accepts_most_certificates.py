"""Of the settled functions of the corpus at least 65 % export to Rocq and coqc accepts each: median under 3 s.

One row per kind of evidence, the hardest of the rules that a certificate rests on, then one for every script that coqc
does not accept, and one for all. The library is compiled once, before; the seconds are processor time of coqc for the
script alone. ``why not`` counts the reasons of those that have no script.
"""

from __future__ import annotations

import os
import statistics
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import fields, replace
from pathlib import Path

import convexcheck as cc
from benchmarks.corpus import EVIDENCE, PLAIN, problems
from benchmarks.measure import Benchmark, Row, rounded
from convexcheck.certificate.codec import decode
from convexcheck.export.rocq.check import ACCEPTED, NOT_RUN, Answer, check, compiled, coqc_version
from convexcheck.export.rocq.directory import export_rocq, library, needed
from convexcheck.export.rocq.notation import NoScript
from convexcheck.expression.errors import Record

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
                kind = hardest(verdict.certificate.content.evidence)
                found.setdefault(kind, []).append((problem["id"], exported(verdict.certificate.data, folder)))
    everything = [pair for pairs in found.values() for pair in pairs]
    for kind in (k for k in (*dict.fromkeys(EVIDENCE.values()), PLAIN) if k in found):
        yield counted(kind, found[kind])
    for name, answer in everything:
        if answer.word not in (ACCEPTED, "no script"):
            yield {"evidence": f"{answer.word}: {name}", "settled": 1, "accepted": 0, "why not": answer.reason[-200:]}
    accepted = [answer.seconds for _, answer in everything if answer.word == ACCEPTED]
    yield counted("all", everything) | {
        "left, %": rounded(100 - 100 * len(accepted) / len(everything)),
        "median seconds": rounded(statistics.median(accepted)),
        "slowest": rounded(max(accepted)),
    }


def counted(kind: str, pairs: list[tuple[str, Answer]]) -> Row:
    """How many scripts are accepted, and the reasons for those that are not there."""
    reasons = Counter(a.reason for _, a in pairs if a.word == "no script")
    why = "; ".join(f"{count} {reason}" for reason, count in reasons.most_common()) if kind != "all" else ""
    accepted = sum(a.word == ACCEPTED for _, a in pairs)
    return {"evidence": kind, "settled": len(pairs), "accepted": accepted, "why not": why}


def hardest(evidence: object) -> str:
    """The kind under which a certificate is counted: that of the hardest rule in its evidence."""
    names, stack = set[str](), [getattr(evidence, "curvature", evidence)]
    while stack:
        part = stack.pop()
        if isinstance(part, Record):
            names.add(type(part).__name__)
            stack += [getattr(part, f.name) for f in fields(part)]
        elif isinstance(part, tuple):
            stack += part
    return next((kind for name, kind in EVIDENCE.items() if name in names), PLAIN)


BENCHMARK = Benchmark(
    claim="Of the settled functions of the corpus, coqc accepts the scripts of at least 65 %, the median under 3 s.",
    bars={"left, %": 35.0, "slowest": 60.0, "median seconds": 3.0},
    rows=rows,
)
