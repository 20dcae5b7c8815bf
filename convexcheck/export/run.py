"""Run another tool on an exported script: accepted, rejected or not run (untrusted; it reports what was said)."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from convexcheck.export.rocq.check import ACCEPTED, NOT_RUN, REJECTED
from convexcheck.expression.errors import Record

SECONDS = 120.0


class Ran(Record):
    """What a tool said: "accepted", "rejected" or "not run"; why; its name, version and seconds."""

    tool: str
    version: str
    word: str
    reason: str = ""
    seconds: float = 0.0

    def __str__(self) -> str:
        found = f"{self.word} by {self.tool} {self.version}".rstrip() + f": {self.reason}" * bool(self.reason)
        return found + f" ({self.seconds:.1f} s)" * bool(self.seconds)


def run_sympy(script: str, timeout: float = SECONDS) -> Ran:
    """Run a SymPy script with this Python, isolated from the current folder and from this package.

    >>> run_sympy("import sympy").word
    'accepted'
    """
    try:
        from sympy import __version__ as version
    except ImportError:
        return Ran("SymPy", "", NOT_RUN, "SymPy is not installed: pip install sympy")
    begin = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "verdict.py"
        path.write_text(script, encoding="ascii")
        try:
            found = subprocess.run([sys.executable, "-I", str(path)], capture_output=True, text=True, timeout=timeout)
        except subprocess.TimeoutExpired:
            return Ran("SymPy", version, NOT_RUN, f"no answer within {timeout:g} s", timeout)
    spent = time.perf_counter() - begin
    if found.returncode == 0:
        return Ran("SymPy", version, ACCEPTED, "", spent)
    lines = (found.stdout + found.stderr).strip().splitlines() or ["no output"]
    return Ran("SymPy", version, REJECTED, lines[-1][:300], spent)
