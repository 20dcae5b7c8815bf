"""The process that answers one question, and the clock that ends it (untrusted).

A search may hang in a library that no exception can reach; so it runs in a child, and the child is killed when
the budget is over. The child writes one JSON line when it is ready, and one with the answer.
"""

from __future__ import annotations

import json
import queue
import subprocess
import sys
import threading
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from convexcheck.cli.answer import INTERNAL, OUT_OF_TIME, USAGE

STARTING, GRACE, WRITING = 60.0, 1.0, 60.0
_CHILD = "import sys; sys.path.append(sys.argv[1]); from convexcheck.cli.child import main; main()"


@dataclass(frozen=True)
class Answered:
    """How the question ended: exit code, JSON record (None where there is no verdict), and texts for a person."""

    code: int
    message: str = ""
    record: dict[str, Any] | None = None
    summary: str = ""
    explanation: str = ""
    traceback: str = ""
    certificate: str = ""
    memory: bool = False


class Process:
    """A process that answers questions, one after the other.

    Args:
        request: what to answer first, as JSON data.
        timeout: seconds for reading and search, counted from when the child is ready.
        progress: whether to show the time on stderr.
    """

    def __init__(self, request: dict[str, Any], timeout: float, progress: bool = False) -> None:
        self.progress = progress
        root = str(Path(__file__).parents[2])
        # -P keeps the current folder off the path: a file json.py in it is not a module of ours
        command = [sys.executable, "-P", "-c", _CHILD, root]
        self.child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.lines: queue.Queue[bytes] = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()
        self.ask(request, timeout)

    def ask(self, request: dict[str, Any], timeout: float) -> None:
        """Send a question; the one before must have its answer."""
        self.timeout, self.file = timeout, request.get("file")
        if self.child.stdin is not None:  # it stays open: the child ends when this process does
            with suppress(BrokenPipeError):  # a child that has ended is found out when its answer is awaited
                self.child.stdin.write(json.dumps(request).encode() + b"\n")
                self.child.stdin.flush()

    def _read(self) -> None:
        if self.child.stdout is not None:
            for line in self.child.stdout:
                self.lines.put(line)
        self.lines.put(b"")

    def __enter__(self) -> Process:
        return self

    def __exit__(self, *error: object) -> None:
        self.end()

    def end(self) -> None:
        """Kill the child, whatever it is doing."""
        self.child.kill()
        self.child.wait()

    def answer(self) -> Answered:
        """Wait for the answer, but no longer than the budget."""
        with self._shown():
            told = self._next(STARTING)
            if told is None:
                return self._ended("the process did not start")
            if "code" not in told:
                told = self._next(self.timeout + GRACE)
            if told is None and self.child.poll() is None and self.lines.empty():
                return Answered(OUT_OF_TIME, f"UNKNOWN: the budget of {self.timeout:g} s was used up")
            if told is not None and told.get("settled"):
                told = self._next(WRITING)
        return Answered(**told) if told is not None else self._ended("the process ended without an answer", True)

    def _next(self, seconds: float) -> dict[str, Any] | None:
        """The next line, or None when there is none in time."""
        try:
            line = self.lines.get(timeout=seconds)
        except queue.Empty:
            return None
        if not line:
            self.child.wait()
            return None
        found: dict[str, Any] = json.loads(line)
        return found

    def _ended(self, what: str, loaded: bool = False) -> Answered:
        """No answer came: a file of the user ended the process, or something is wrong with it."""
        code = self.child.poll()
        how = "it took too long" if code is None else f"signal {-code}" if code < 0 else f"code {code}"
        if self.file and (not loaded or (code is not None and code >= 0)):  # a crash by signal may be a library's
            return Answered(USAGE, f"error in read.file: {Path(self.file).name} ended the process ({how})")
        return Answered(INTERNAL, f"internal error: {what} ({how})")

    def _shown(self) -> Any:
        if not self.progress:
            return nullcontext()
        from rich.console import Console
        from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

        columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
        shown = Progress(*columns, console=Console(stderr=True), transient=True)
        shown.add_task(f"looking for a proof and for a counterexample, {self.timeout:g} s at most")
        return shown
