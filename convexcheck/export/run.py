"""Run another tool on an exported script: accepted, rejected or not run (untrusted; it reports what was said)."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from importlib import metadata
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


_Z3 = """
import sys, z3
s = z3.Solver()
s.set("timeout", int(sys.argv[2]))
s.from_file(sys.argv[1])
print(s.check())
"""
_CVC5 = """
import sys, cvc5
solver = cvc5.Solver()
solver.setOption("tlimit-per", sys.argv[2])
manager = cvc5.SymbolManager(solver)
parser = cvc5.InputParser(solver, manager)
parser.setFileInput(cvc5.InputLanguage.SMT_LIB_2_6, sys.argv[1])
while not (command := parser.nextCommand()).isNull():
    print(command.invoke(solver, manager), end="")
"""
_SOLVERS = {"z3": ("z3-solver", _Z3), "cvc5": ("cvc5", _CVC5)}


def run_smtlib(script: str, timeout: float = SECONDS) -> list[Ran]:
    """Ask z3 and cvc5, each where it is installed, and compare the answer with the one that the script expects."""
    expected = "unsat" if "\n(set-info :status unsat)\n" in script else "sat"
    return [_solver(name, script, expected, timeout) for name in _SOLVERS]


def _solver(name: str, script: str, expected: str, timeout: float) -> Ran:
    package, program = _SOLVERS[name]
    try:
        version = metadata.version(package)
    except metadata.PackageNotFoundError:
        return Ran(name, "", NOT_RUN, f"{name} is not installed: pip install {package}")
    begin = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "verdict.smt2"
        path.write_text(script, encoding="ascii")
        command = [sys.executable, "-I", "-c", program, str(path), str(int(1000 * timeout))]
        try:
            found = subprocess.run(command, capture_output=True, text=True, timeout=timeout + 10)
        except subprocess.TimeoutExpired:
            return Ran(name, version, NOT_RUN, f"no answer within {timeout:g} s", timeout)
    spent, answer = time.perf_counter() - begin, found.stdout.strip()
    if answer == expected:
        return Ran(name, version, ACCEPTED, "", spent)
    if answer in ("sat", "unsat"):
        return Ran(name, version, REJECTED, f"it answered {answer}, expected {expected}", spent)
    said = (answer or found.stderr.strip() or "nothing").splitlines()[-1][:200]
    return Ran(name, version, NOT_RUN if answer in ("unknown", "") else REJECTED, f"it answered {said}", spent)
