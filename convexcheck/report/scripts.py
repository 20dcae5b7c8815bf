"""The kinds of scripts: from an accepted certificate to the files of one (untrusted)."""

from __future__ import annotations

import tempfile
from pathlib import Path

from convexcheck.certificate import evidence as ev
from convexcheck.export.names import refuse_names
from convexcheck.export.rocq.notation import NoScript
from convexcheck.export.run import Ran, run_smtlib, run_sympy
from convexcheck.expression.errors import ConvexcheckError
from convexcheck.report.verdict import Verdict
from convexcheck.report.written import article, markdown

PROSE = {"markdown": markdown, "latex": article}
KINDS = ("rocq", "sympy", "smtlib", *PROSE)


def script_files(certificate: ev.Certificate, kind: str, folder: Path | None = None) -> dict[str, str]:
    """The files of a script: relative path to content; one file has the path "".

    Args:
        certificate: one that the kernel accepted (whoever calls has asked it).
        kind: one of `KINDS`.
        folder: where its arrays lie, if it has any.

    Raises:
        NoScript: saying which part has no counterpart.
        ConvexcheckError: another kind.
    """
    if kind == "rocq":
        from convexcheck.export.rocq.directory import export_rocq

        return export_rocq(certificate, folder)
    if kind == "sympy":
        from convexcheck.export.sympy import export_sympy

        return {"": export_sympy(certificate, folder)}
    if kind == "smtlib":
        from convexcheck.export.smtlib import export_smtlib

        return {"": export_smtlib(certificate, folder)}
    raise ConvexcheckError("export", f"the kind of script {kind!r}", f"one of {', '.join(KINDS)}")


def script_text(verdict: Verdict, kind: str) -> str:
    """The script, or for Rocq the file with the theorem, as text; arguments as in `verdict_files`."""
    files = verdict_files(verdict, kind)
    return files.get("") or files["script/verdict.v"]


def verdict_files(verdict: Verdict, kind: str) -> dict[str, str]:
    """The files of a script, from a verdict; see `script_files`.

    Raises:
        NoScript: nothing was settled, or a part has no counterpart.
        ConvexcheckError: another kind.
    """
    file = verdict.certificate
    if file is None:
        raise NoScript("nothing was settled")
    if kind in PROSE:
        if isinstance(file.content.evidence, ev.Invariance | ev.CriticalPoint):
            raise NoScript(f"there are no words for evidence of the kind {type(file.content.evidence).__name__}")
        refuse_names(file.content)
        return {"": PROSE[kind](verdict)}
    with tempfile.TemporaryDirectory() as folder:
        file.write_arrays(Path(folder))
        return script_files(file.content, kind, Path(folder))


def write(files: dict[str, str], out: Path) -> str:
    """Write the files: one at `out`, or several below it; what was written, in words.

    Raises:
        ConvexcheckError: where a file is there that is no script of ours, or nothing can be written.
    """
    single = "" in files
    if out.exists() and (out.is_dir() if single else not out.is_dir()):
        raise ConvexcheckError("export", f"{out} is there already; it stays as it is", hint="another --out")
    try:
        if single and out.exists() and out.read_bytes()[:8] != next(iter(files.values())).encode()[:8]:
            raise ConvexcheckError("export", f"{out} is no such script; it stays as it is", hint="another --out")
        for name, text in files.items():
            path = out / name if name else out
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ConvexcheckError("export", f"cannot write {out}: {error.strerror}", hint="another --out") from error
    return f"written to {out}" + f": {len(files)} files; `make` in it checks them" * (not single)


def ask_tools(kind: str, files: dict[str, str], timeout: float) -> list[Ran]:
    """What each tool for this kind of script says of it; empty where there is none."""
    if kind == "sympy":
        return [run_sympy(files[""], timeout)]
    if kind == "smtlib":
        return run_smtlib(files[""], timeout)
    if kind == "rocq":
        from convexcheck.export.rocq.check import check, coqc_version

        said = check(files, timeout)
        return [Ran("coqc", coqc_version() or "", said.word, said.reason, said.seconds)]
    return []
