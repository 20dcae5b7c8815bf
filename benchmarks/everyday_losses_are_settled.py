"""At least 95 % of a gallery of everyday JAX losses get their known answer, for all sizes and data; none a wrong one.

The gallery is ``tests/acceptance/gallery``: optax, jax.nn and hand-written code, vmap, scan, gather, masks; each loss
with its curvature and the reason for it. Seconds are of the processor, reading included; `check` is the kernel's, on
the certificate's bytes.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from typing import Any

import convexcheck as cc
from benchmarks.measure import Benchmark, Row, rounded
from convexcheck.pipeline import judge
from tests.acceptance.gallery import Loss
from tests.acceptance.gallery.ask import PARTS, asked, module

BUDGET = 20.0


def answer(loss: Loss) -> dict[str, Any]:
    """What was said, how long it took, and how long the kernel."""
    begin = time.process_time()
    verdict = asked(loss, BUDGET)
    middle = time.process_time()
    if verdict.certificate is not None:
        judge(verdict.certificate)
    said = "right" if verdict.curvature == loss.curvature else "wrong"
    if verdict.curvature == "UNKNOWN":
        said = "in part" if verdict.status == "REFUTED" and loss.curvature == "NEITHER" else "unknown"
        said = "wrong" if verdict.status == "REFUTED" and loss.curvature != "NEITHER" else said
    return {"said": said, "seconds": middle - begin, "check": time.process_time() - middle}


def rows(repeats: int) -> Iterator[Row]:
    """One row per part of the gallery, then one for all; `repeats` is not used."""
    cc.check("x**2")
    found: dict[str, dict[str, dict[str, Any]]] = {}
    for part in PARTS:
        found[part] = {name: answer(loss) for name, loss in module(part).items()}
        yield row(part, found[part])
    total = row("all", {f"{part}: {name}": a for part, answers in found.items() for name, a in answers.items()})
    yield total | {"open, %": rounded(100 - 100 * total["right"] / total["losses"])}


def row(part: str, answers: dict[str, dict[str, Any]]) -> Row:
    """Counts and times of some losses."""
    kinds = [a["said"] for a in answers.values()]
    seconds = [a["seconds"] for a in answers.values() if a["said"] == "right"]
    return {
        "part": part,
        "losses": len(answers),
        **{kind: kinds.count(kind) for kind in ("right", "in part", "unknown", "wrong")},
        "median seconds": rounded(statistics.median(seconds)),
        "slowest": rounded(max(seconds)),
        "check": rounded(max(a["check"] for a in answers.values())),
        "not right": ", ".join(name for name, a in answers.items() if a["said"] != "right") if part != "all" else "",
    }


BENCHMARK = Benchmark(
    claim="At least 95 % of the losses get their known answer, none a wrong one; each certificate is checked in 1 s.",
    bars={"wrong": 0, "open, %": 5.0, "check": 1.0},
    rows=rows,
)
