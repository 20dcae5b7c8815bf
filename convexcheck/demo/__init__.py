"""The main job on a real data set: which training losses are convex, and why (untrusted).

Every answer is written as a certificate, and the kernel checks the files again as a process of its own.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import convexcheck as cc
from convexcheck.demo import symmetry
from convexcheck.demo.models import Model, data, models
from convexcheck.demo.picture import draw
from convexcheck.demo.words import because, method, statement
from convexcheck.report import points
from convexcheck.report.explain import headline

BUDGET, POINTS = 30.0, ".points.json"
COLUMNS = ("model and loss", "verdict", "holds", "method", "search s", "check s", "bytes", "kernel")


@dataclass
class Row:
    """One model's answer."""

    model: Model
    verdict: cc.Verdict
    seconds: float
    file: Path | None = None
    check: float = 0.0
    kernel: str = "no certificate"

    def cells(self) -> tuple[str, ...]:
        """The row of the table."""
        size = len(self.verdict.certificate) if self.verdict.certificate else 0
        told = (self.model.title, self.verdict.curvature, statement(self.verdict), method(self.verdict))
        return (*told, f"{self.seconds:.2f}", f"{self.check:.2f}", str(size), self.kernel)

    def points(self) -> str:
        """Where the two weight vectors of a refutation are."""
        if not self.verdict.counterexamples or self.file is None:
            return ""
        return f"; its weight vectors P and Q: {self.file.with_name(self.model.name + POINTS)}"


def run(out: Path, rows: int | None = None) -> int:
    """Ask about every model, write certificates, points, a report and a picture, let the kernel check the files.

    Args:
        out: the folder to write to.
        rows: use only so many rows of the data.

    Returns:
        0 if the kernel accepted every file, else 1.
    """
    start = time.perf_counter()
    out.mkdir(parents=True, exist_ok=True)
    X, labels = data(rows)
    every = models(X.shape[1])
    say = _teller(len(every))
    say(f"breast-cancer data, {X.shape[0]} tumours with {X.shape[1]} features each, standardised", advance=False)
    answers = []
    for model in every:
        row = ask(model, X, labels, out)
        answers.append(row)
        say(f"{model.title}: {headline(row.verdict)}; the kernel: {row.kernel}")
    swapped = symmetry.examples(X, labels, out)
    say("", done=True)
    drawn = draw({row.model.name: (row.model, row.verdict) for row in answers}, X, labels, out / "segments.svg")
    lines = [f"convexcheck demo: {X.shape[0]} x {X.shape[1]} breast-cancer data, standardised", ""]
    lines += table([COLUMNS, *(row.cells() for row in answers)])
    lines += ["", *because({row.model.name: row.verdict for row in answers}, *X.shape)]
    lines += ["", *symmetry.told(swapped, out), "", *table([symmetry.COLUMNS, *(e.cells() for e in swapped)])]
    pictured = symmetry.draw(swapped, out / "symmetry.svg")
    lines += ["", "Files", f"  {pictured}: the loss between theta and g theta, and a plane through both"]
    lines += [f"  {row.file}: {row.kernel}{row.points()}" for row in answers if row.file]
    lines += [f"  {example.file}: {example.kernel}" for example in swapped if example.file]
    lines += [f"  {drawn}: the losses on the segments between the points"] if drawn else []
    text = "\n".join(lines)
    answered = [(row.model.title, row.verdict) for row in answers] + [(e.title, e.verdict) for e in swapped]
    details = [f"{'=' * 100}\n{title}\n\n{verdict.explain()}" for title, verdict in answered]
    (out / "report.txt").write_text("\n\n".join([text, *details]) + "\n", encoding="utf-8")
    print(f"\n{text}\n  {out / 'report.txt'}: this, and every answer explained")
    print(f"\n{time.perf_counter() - start:.1f} s in all")
    kernels = [row.kernel for row in answers] + [example.kernel for example in swapped]
    return 0 if set(kernels) == {"accepted"} else 1


def ask(model: Model, X: Any, labels: Any, out: Path) -> Row:
    """Check one model, write its files, and let the kernel check them as a process of its own."""
    y = labels.astype("int32" if model.integer else float)
    begin = time.perf_counter()
    verdict = cc.check(model.loss, model.params, X, y, budget=BUDGET)
    row = Row(model, verdict, time.perf_counter() - begin)
    if verdict.certificate is not None:
        row.file = out / f"{model.name}.json"
        verdict.certificate.write(row.file)
        begin = time.perf_counter()
        command = [sys.executable, "-m", "convexcheck.kernel", str(row.file)]
        kernel = subprocess.run(command, capture_output=True, text=True, check=False)
        row.check, row.kernel = time.perf_counter() - begin, (kernel.stdout or kernel.stderr).split("\n")[0]
    if verdict.counterexamples:
        _write_points(verdict, out / f"{model.name}{POINTS}")
    return row


def _write_points(verdict: cc.Verdict, path: Path) -> None:
    """The points of every counterexample as exact rationals, with their norms."""

    def plain(point: Any) -> dict[str, Any]:
        return {name: _text(value) for name, value in point.items()}

    found = [
        {
            "not": c.side, "t": str(c.t), "P": plain(c.x), "Q": plain(c.y), "middle": plain(c.middle),
            "norm P": points.norm(c.x), "norm Q": points.norm(c.y), "gap": str(c.gap),
        }
        for c in verdict.counterexamples
    ]  # fmt: skip
    path.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


def _text(value: Any) -> Any:
    return [_text(v) for v in value] if getattr(value, "shape", ()) else str(getattr(value, "item", lambda: value)())


def table(rows: list[tuple[str, ...]]) -> list[str]:
    """Aligned columns with a rule below the first row.

    >>> table([("a", "bc"), ("def", "g")])
    ['a    bc', '---  --', 'def  g']
    """
    widths = [max(len(row[k]) for row in rows) for k in range(len(rows[0]))]
    ruled = [rows[0], tuple("-" * w for w in widths), *rows[1:]]
    return ["  ".join(f"{cell:<{w}}" for cell, w in zip(row, widths, strict=True)).rstrip() for row in ruled]


def _teller(total: int) -> Callable[..., None]:
    """A progress bar on a terminal, plain lines elsewhere."""
    if not sys.stderr.isatty():

        def plain(line: str, advance: bool = True, done: bool = False) -> None:
            if not done:
                print(line, file=sys.stderr, flush=True)

        return plain
    from rich.console import Console
    from rich.progress import Progress

    shown = Progress(console=Console(stderr=True), transient=True)
    task = shown.add_task("models", total=total)
    shown.start()

    def bar(line: str, advance: bool = True, done: bool = False) -> None:
        if done:
            shown.stop()
            return
        shown.console.print(line, highlight=False, markup=False)
        shown.advance(task, 1 if advance else 0)

    return bar
