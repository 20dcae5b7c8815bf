"""Of the losses in everyday JAX that are proved, coqc accepts the scripts of at least 70 %, for all sizes and all data.

The gallery is ``tests/acceptance/gallery``. One row per loss that is settled: what coqc said of its script, or why
there is none, and the seconds of the processor; then a row for those with a proof. Refuted losses are listed too.
"""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.coqc_accepts_most_certificates import exported
from benchmarks.measure import Benchmark, Row, rounded
from convexcheck.certificate import evidence as ev
from convexcheck.export.rocq.check import ACCEPTED, coqc_version
from convexcheck.export.rocq.directory import library
from tests.acceptance.gallery.ask import asked, losses

BUDGET = 20.0


def rows(repeats: int) -> Iterator[Row]:
    """One row per loss, then one for all that are proved; `repeats` is not used."""
    if coqc_version() is None:
        return
    proved: list[Row] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for source in library().glob("*.v"):
            (folder / source.name).write_text(source.read_text(encoding="ascii"), encoding="ascii")
        for loss, question in losses().items():
            file = asked(question, BUDGET).certificate
            if file is None:
                continue
            answer = exported(file.data, folder)
            reason = answer.reason if answer.word == "no script" else ""
            row: Row = {"loss": loss, "claim": file.content.claim.verdict, "answer": answer.word, "why": reason}
            row |= {"seconds": rounded(answer.seconds)} if answer.seconds else {}
            if isinstance(file.content.evidence, ev.Proof | ev.Generalisation):
                proved.append(row)
            yield row
    accepted = [row["seconds"] for row in proved if row["answer"] == ACCEPTED]
    yield {
        "loss": f"{len(accepted)} of {len(proved)} proved",
        "left, %": rounded(100 - 100 * len(accepted) / len(proved)),
        "seconds": rounded(statistics.median(accepted)),
    }


BENCHMARK = Benchmark(
    claim="Of the proved losses of the gallery, coqc accepts the scripts of at least 70 %, for all sizes and data.",
    bars={"left, %": 30.0, "seconds": 60.0},
    rows=rows,
)
