"""Importing the package, and asking the command line for help: under 0.3 s, each in a fresh process.

The interpreter's own start is measured beside it, and is part of the times.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from benchmarks.measure import Benchmark, Row, rounded, seconds

COMMANDS = {
    "python -c pass": [sys.executable, "-c", "pass"],
    "import convexcheck": [sys.executable, "-c", "import convexcheck"],
    "convexcheck --help": [str(Path(sys.executable).with_name("convexcheck")), "--help"],
    "convexcheck --version": [str(Path(sys.executable).with_name("convexcheck")), "--version"],
}


def rows(repeats: int) -> Iterator[Row]:
    """One row per command."""
    for name, command in COMMANDS.items():
        run = partial(subprocess.run, command, check=True, capture_output=True)
        run()  # compiled files exist from now on
        times, _ = seconds(run, 2 * repeats + 1)
        yield {"command": name, "seconds": rounded(statistics.median(times)), "slowest": rounded(max(times))}


BENCHMARK = Benchmark(
    claim="`import convexcheck` and `convexcheck --help` take under 0.3 s, the interpreter's start included.",
    bars={"seconds": 0.3},
    rows=rows,
)
