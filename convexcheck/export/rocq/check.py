"""Ask coqc about exported scripts: accepted, rejected or not run, with seconds and axioms (untrusted).

Everything runs in a temporary copy, because coqc writes beside its sources. A success needs more than an exit code:
a fresh compiled file, no word in the script that leaves something open, and only axioms of the written list.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from convexcheck.export.rocq.directory import AUDIT, AXIOMS, LIBRARY, SCRIPT, needed
from convexcheck.expression.errors import Record

ACCEPTED, REJECTED, NOT_RUN = "accepted", "rejected", "not run"
INSTALL = "install coq, libcoq-coquelicot and libcoq-interval (Debian), or coq, coq-coquelicot and coq-interval (opam)"
_OPEN = re.compile(
    r"\b(Admitted|admit|Axioms?|Parameters?|Conjecture|Hypothes[ie]s|Variables?|Context|Abort|Fail|Unset|bypass_check"
    r"|Declare|Load|Redirect|Extraction|Drop|Goal)\b"
)
_COMMENT = re.compile(r"\(\*.*?\*\)", re.DOTALL)
_AXIOM = re.compile(r"^([A-Za-z_][\w.']*)(?: :|$)", re.MULTILINE)


class Answer(Record):
    """What coqc said: "accepted", "rejected" or "not run"; why; seconds for the script itself; the axioms."""

    word: str
    reason: str = ""
    seconds: float = 0.0
    axioms: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.word} by coqc" + f": {self.reason}" * bool(self.reason)


def coqc_version() -> str | None:
    """The version of the installed coqc, None where there is none."""
    path = shutil.which("coqc")
    if path is None:
        return None
    found = subprocess.run([path, "--print-version"], capture_output=True, text=True, timeout=60)
    return found.stdout.split()[0] if found.returncode == 0 and found.stdout else None


def left_open(text: str) -> list[str]:
    """The words of a script, comments aside, that could leave something unproved.

    >>> left_open("Theorem verdict : True. Admitted. (* Axiom *)")
    ['Admitted']
    """
    return _OPEN.findall(_COMMENT.sub(" ", text))


def beyond(axioms: Sequence[str], allowed: str) -> list[str]:
    """The axioms that match no pattern of the list; lines that start with # are comments.

    >>> beyond(["A.b", "C.d"], "A.*")
    ['C.d']
    """
    patterns = [line.strip() for line in allowed.splitlines() if line.strip() and not line.startswith("#")]
    return [a for a in axioms if not any(fnmatchcase(a, p) for p in patterns)]


def assumed(printed: str) -> tuple[str, ...]:
    """The axioms in the output of ``Print Assumptions``."""
    return tuple(name for name in _AXIOM.findall(printed) if name not in ("Axioms", "Closed"))


def compiled(library: Path, names: Sequence[str], seconds: float = 600.0) -> str:
    """Compile the library's files in `library` that are not compiled yet; what coqc says against one, or ""."""
    for name in names:
        if not (library / f"{name}.vo").exists():
            said = _coqc(library, library, f"{name}.v", seconds)
            if said is None or not (library / f"{name}.vo").exists():
                return f"library/{name}.v: {said or 'out of time'}"
    return ""


def _coqc(folder: Path, library: Path, name: str, seconds: float) -> str | None:
    """Everything that coqc prints about a file; None if it runs out of time."""
    command = ["coqc", "-w", "none", "-Q", str(library), "Convexcheck"]
    command += ["-Q", "script", "Script"] * (folder != library) + [name]
    try:
        run = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=seconds)
    except subprocess.TimeoutExpired:
        return None
    return run.stdout if run.returncode == 0 else f"{run.stdout}{run.stderr}\nexit code {run.returncode}"


def check(files: Mapping[str, str], timeout: float = 60.0, library: Path | None = None, audit: bool = True) -> Answer:
    """Let coqc check the files of a directory.

    Args:
        files: relative path to content, as `export_rocq` gives them.
        timeout: seconds for the script itself.
        library: a folder with the library already compiled; else it is compiled first.
        audit: whether the axioms are listed and compared with the written list.
    """
    if coqc_version() is None:
        return Answer(NOT_RUN, f"coqc is not there; {INSTALL}")
    script = files[SCRIPT]
    bad = left_open(script)
    if bad:
        return Answer(REJECTED, f"the script contains {bad[0]}")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for path, text in files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text, encoding="ascii")
        if library is None:
            library = folder / LIBRARY
            said = compiled(library, needed(script))
            if said:
                return Answer(REJECTED, said)
        begin = time.perf_counter()
        answer = _coqc(folder, library, SCRIPT, timeout)
        spent = time.perf_counter() - begin
        if answer is None:
            return Answer(NOT_RUN, f"no answer within {timeout:g} s", spent)
        if answer or not (folder / SCRIPT).with_suffix(".vo").exists():
            return Answer(REJECTED, " ".join(answer.split())[-400:], spent)
        if not audit:
            return Answer(ACCEPTED, "", spent)
        printed = _coqc(folder, library, AUDIT, 600.0)
        if printed is None or "exit code" in printed or not re.match(r"Axioms:|Closed under", printed):
            return Answer(REJECTED, f"the axioms could not be listed: {printed}", spent)
        axioms = assumed(printed)
        extra = beyond(axioms, files[AXIOMS])
        return Answer(REJECTED if extra else ACCEPTED, f"axioms {extra}" if extra else "", spent, axioms)
