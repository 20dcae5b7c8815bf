"""What a benchmark is, and how a call is timed."""

from __future__ import annotations

import multiprocessing
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import convexcheck as cc
from convexcheck.kernel.check import verify
from convexcheck.report.verdict import CertificateFile

Row = dict[str, Any]


@dataclass(frozen=True)
class Benchmark:
    """A claim, what may not be exceeded, and the rows that show it.

    Args:
        claim: one sentence.
        bars: the largest allowed value by column, in every row that has the column.
        rows: measures, given how often each thing is to be repeated.
        expected: the value that a column must have, in every row that has the column.
        keys: the columns that name a row.
    """

    claim: str
    bars: Mapping[str, float]
    rows: Callable[[int], Iterator[Row]]
    expected: Mapping[str, Any] = field(default_factory=dict)
    keys: tuple[str, ...] = ("loss", "spelling", "data")

    def missed(self, row: Row) -> list[str]:
        """The columns of a row that exceed their bar or have another value than expected."""
        over = [column for column, bar in self.bars.items() if row.get(column, 0) > bar]
        return over + [column for column, value in self.expected.items() if row.get(column, value) != value]


def seconds(call: Callable[[], Any], repeats: int) -> tuple[list[float], Any]:
    """The wall-clock time of each call, and the last result."""
    times, result = [], None
    for _ in range(repeats):
        begin = time.perf_counter()
        result = call()
        times.append(time.perf_counter() - begin)
    return times, result


@contextmanager
def cpu_clock() -> Iterator[None]:
    """Budgets count the CPU seconds of this process, so that other work on the machine does not shorten them."""
    clock, time.monotonic = time.monotonic, time.process_time
    try:
        yield
    finally:
        time.monotonic = clock


class FreshKernels:
    """The kernel in a new process for each certificate, so that nothing is remembered from the search.

    A process is forked from one that has imported the kernel; only the check itself is timed, in CPU seconds.
    """

    def __enter__(self) -> FreshKernels:
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(["benchmarks.measure", "convexcheck.kernel.check"])
        self.pool = ProcessPoolExecutor(1, mp_context=context, max_tasks_per_child=1)
        return self

    def __exit__(self, *_: object) -> None:
        self.pool.shutdown()

    def check(self, certificate: CertificateFile) -> tuple[float, Any]:
        """CPU seconds, and the kernel's answer."""
        with tempfile.TemporaryDirectory() as folder:
            certificate.write_arrays(Path(folder))
            return self.pool.submit(_verified, certificate.data, folder).result()


def _verified(data: bytes, folder: str) -> tuple[float, Any]:
    begin = time.process_time()
    answer = verify(data, Path(folder))
    return time.process_time() - begin, answer


def rounded(value: float) -> float:
    """Three significant digits."""
    return float(f"{value:.3g}")


def question(repeats: int, source: Any, *arguments: Any, **options: Any) -> Row:
    """Ask, and let the kernel check the written file: median times in seconds, `first` the first call's; bytes."""
    verdicts: list[cc.Verdict] = []
    times, _ = seconds(lambda: verdicts.append(cc.check(source, *arguments, **options)), repeats)
    verdict = verdicts[-1]
    row: Row = {"curvature": verdict.curvature, "first": rounded(times[0]), "total": rounded(statistics.median(times))}
    for stage in ("read", "search"):
        row[stage] = rounded(statistics.median(v.seconds[stage] for v in verdicts))
    if verdict.certificate is None:
        return row
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "certificate.json"
        verdict.certificate.write(path)
        checks, answer = seconds(lambda: cc.verify(path), repeats)
    accepted = isinstance(answer, cc.Accepted)
    return row | {
        "check": rounded(statistics.median(checks)),
        "bytes": len(verdict.certificate),
        "kernel": "accepted" if accepted else "rejected",
    }
