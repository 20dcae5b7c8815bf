"""``python -m proofs write|export|ask|check [NAME ...]``: the gallery in `proofs/`, made once and checked at any time.

`write` asks convexcheck and writes certificate, scripts and what each tool says of them; `export` does so from the
certificates that are there; `ask` puts what the tools say into the manifest again. `check` asks nobody but the kernel,
about the certificates, and the tools, about the scripts; it fails where one of them rejects a file, or where a file is
not the one that the manifest names.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import sys
import tempfile
import time
import tomllib
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

import convexcheck as cc
from convexcheck.api import reread
from convexcheck.certificate.codec import decode
from convexcheck.export.rocq.check import ACCEPTED, REJECTED, check, compiled, coqc_version
from convexcheck.export.rocq.directory import AUDIT, AXIOMS, SCRIPT, library, needed
from convexcheck.export.rocq.notation import NoScript
from convexcheck.export.run import Ran, run_smtlib, run_sympy
from convexcheck.report.scripts import script_files
from convexcheck.report.written import article, markdown
from proofs.claims import answers

PROOFS = Path(__file__).parent
MANIFEST = PROOFS / "MANIFEST.toml"
SCRIPTS = {"sympy": "verdict.py", "smtlib": "verdict.smt2", "rocq": "verdict.v"}
TOOLS = {"sympy": "SymPy", "smtlib": "z3 and cvc5", "rocq": "coqc"}
SECONDS = 120.0
Rows = Sequence[dict[str, Any]]  # of the manifest: a script, a tool, its version, answer, reason and seconds


class Tools:
    """The tools, and Rocq's library compiled once."""

    def __init__(self, folder: Path, kinds: Collection[str] = tuple(SCRIPTS)) -> None:
        self.folder, self.kinds = folder, kinds

    def ask(self, kind: str, text: str) -> list[Ran]:
        """What the tools for a kind of script say of one."""
        if kind not in self.kinds:
            return []
        if kind != "rocq":
            return [run_sympy(text, SECONDS)] if kind == "sympy" else run_smtlib(text, SECONDS)
        version = coqc_version() or ""
        names = needed(text)
        for name in names if version else ():
            (self.folder / f"{name}.v").write_bytes((library() / f"{name}.v").read_bytes())
        said = compiled(self.folder, names) if version else ""
        if said:
            return [Ran("coqc", version, REJECTED, said)]
        audit = "From Script Require Import verdict.\nPrint Assumptions verdict.\n"
        files = {SCRIPT: text, AUDIT: audit, AXIOMS: (library() / AXIOMS).read_text(encoding="ascii")}
        answer = check(files, SECONDS, self.folder)
        return [Ran("coqc", version, answer.word, answer.reason, answer.seconds)]


def write(name: str, title: str, answer: Any, tools: Tools, before: Rows = ()) -> dict[str, Any]:
    """Write the folder of one claim; its entry in the manifest.

    A script that rests on no library and is the same as `before` is not asked about again.
    """
    verdict = answer if hasattr(answer, "certificate") else None
    file = answer.certificate if verdict is not None else answer
    folder = tools.folder / f"claim_{name}"  # the old files stay until all new ones are there
    folder.mkdir()
    file.write(folder / "certificate.json")
    accepted = cc.verify(folder / "certificate.json")
    if not isinstance(accepted, cc.Accepted):
        raise SystemExit(f"{name}: {accepted}")
    lines, known = [], list[dict[str, Any]]()
    for kind, path in SCRIPTS.items():
        try:
            files = script_files(decode(file.data), kind, folder)
        except NoScript as error:
            lines.append(f"- {kind}: {error.message}")
            known.append({"script": path, "answer": "no script", "reason": error.message})
            continue
        text = files.get("") or files[SCRIPT]
        (folder / path).write_text(text, encoding="utf-8")
        if kind != "rocq" and (PROOFS / name / path).exists() and (PROOFS / name / path).read_text("utf-8") == text:
            known += [row for row in before if row["script"] == path]
        lines.append(f"- `{path}`: for {TOOLS[kind]}; what they said is in `../MANIFEST.toml`")
    if verdict is not None:
        (folder / "proof.md").write_text(markdown(verdict), encoding="utf-8")
        (folder / "proof.tex").write_text(article(verdict), encoding="utf-8")
        lines.append("- `proof.md`, `proof.tex`: the same in words")
    statement = [line for line in accepted.statement if len(line) < 400]
    told = [f"# {title}", "", "~~~text", *statement, "~~~", "", "- `certificate.json`: accepted by the kernel", *lines]
    (folder / "README.md").write_text("\n".join([*told, ""]), encoding="utf-8")
    entry = {"name": name, "claim": accepted.verdict, "title": title, "digest": accepted.digest,
             "files": digests(folder), "scripts": rows(folder, tools, known, known)}  # fmt: skip
    shutil.rmtree(PROOFS / name, ignore_errors=True)
    shutil.copytree(folder, PROOFS / name)
    return entry


def there(name: str) -> Any:
    """The verdict of the certificate that is there, or the file alone where it was written alone."""
    verdict = reread(PROOFS / name / "certificate.json")[0]
    alone = verdict is not None and not (PROOFS / name / "proof.md").exists()
    return verdict.certificate if verdict is not None and alone else verdict


def rows(folder: Path, tools: Tools, known: Rows, settled: Rows = ()) -> list[dict[str, Any]]:
    """What the tools say of the scripts of one claim; for kinds that are not asked or not there, what is known."""
    found = []
    for kind, path in SCRIPTS.items():
        asked = (folder / path).exists() and not any(row["script"] == path for row in settled)
        said = tools.ask(kind, (folder / path).read_text(encoding="utf-8")) if asked else []
        found += [{"script": path, "tool": r.tool, "version": r.version, "answer": r.word, "reason": r.reason,
                   "seconds": round(r.seconds, 1)} for r in said]  # fmt: skip
        kept = [row for row in known if row["script"] == path]
        silent = {"version": "", "answer": "not run", "reason": "not asked", "seconds": 0.0}
        nobody = [{"script": path, "tool": name, **silent} for name in TOOLS[kind].split(" and ")]
        found += [] if said else kept or nobody * (folder / path).exists()
    return found


def digests(folder: Path) -> dict[str, str]:
    """The SHA-256 of every file of a claim."""
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}


def again(entry: dict[str, Any], tools: Tools) -> list[str]:
    """What is wrong with the folder of one claim: nothing, or a line for each fault."""
    folder, bad = PROOFS / entry["name"], list[str]()
    if digests(folder) != entry["files"]:
        bad.append("a file differs from the manifest")
    answer = cc.verify(folder / "certificate.json")
    if not isinstance(answer, cc.Accepted) or (answer.verdict, answer.digest) != (entry["claim"], entry["digest"]):
        bad.append(f"certificate.json: {answer}")
    before = {(row["script"], row["tool"]): row["answer"] for row in entry["scripts"] if "tool" in row}
    for kind, path in SCRIPTS.items():
        if not (folder / path).exists():
            continue
        for ran in tools.ask(kind, (folder / path).read_text(encoding="utf-8")):
            print(f"  {path:14} {ran}", flush=True)
            known = before.get((path, ran.tool))
            if ran.word == REJECTED and known != REJECTED:
                bad.append(f"{path}: {ran}")
            if known == ACCEPTED and ran.word != ACCEPTED and ran.version:
                bad.append(f"{path}: {ran}, but accepted before")
    return bad


def manifest(entries: list[dict[str, Any]]) -> str:
    """The manifest as TOML; JSON strings and numbers are TOML too."""
    lines = ["# Written by `make proofs-write`, checked by `make proofs`.", ""]
    for entry in entries:
        lines.append("[[claims]]")
        lines += [f"{key} = {json.dumps(entry[key])}" for key in ("name", "title", "claim", "digest")]
        pairs = ", ".join(f"{json.dumps(name)} = {json.dumps(value)}" for name, value in entry["files"].items())
        lines += [f"files = {{ {pairs} }}", ""]
        for row in entry["scripts"]:
            lines += ["[[claims.scripts]]", *(f"{key} = {json.dumps(value)}" for key, value in row.items()), ""]
    return "\n".join(lines)


def show(entry: dict[str, Any]) -> None:
    """Print what the tools said of a claim."""
    told = (f"{row.get('tool', row['script'])}: {row['answer']} {row['reason']}"[:120] for row in entry["scripts"])
    print(entry["name"], *told, sep="\n  ", flush=True)


def main(arguments: list[str] | None = None) -> int:
    """Write or check; 1 if something is wrong."""
    parser = argparse.ArgumentParser("python -m proofs", description=__doc__)
    parser.add_argument("what", choices=("write", "export", "ask", "check"))
    parser.add_argument("names", nargs="*")
    parser.add_argument("--kinds", nargs="*", choices=tuple(SCRIPTS), default=tuple(SCRIPTS), help="the tools to ask")
    options = parser.parse_args(arguments)
    known = tomllib.loads(MANIFEST.read_text(encoding="utf-8"))["claims"] if MANIFEST.exists() else []
    wrong, begin = 0, time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        tools = Tools(Path(folder), options.kinds)
        if options.what in ("write", "export"):
            entries = {entry["name"]: entry for entry in known}
            for name, (title, ask) in answers().items():
                if options.names and name not in options.names:
                    continue
                answer = ask() if options.what == "write" else there(name)
                if answer is None or getattr(answer, "certificate", answer) is None:
                    print(f"{name}: no certificate", flush=True)
                    wrong += 1
                    continue
                before = entries[name]["scripts"] if options.what == "export" and name in entries else ()
                entries[name] = write(name, title, answer, tools, before)
                show(entries[name])
                ordered = [entries[n] for n in answers() if n in entries]
                MANIFEST.write_text(manifest(ordered), encoding="utf-8")
        elif options.what == "ask":
            for entry in known:
                if not options.names or entry["name"] in options.names:
                    entry["scripts"] = rows(PROOFS / entry["name"], tools, entry["scripts"])
                    show(entry)
                    MANIFEST.write_text(manifest(known), encoding="utf-8")
        else:
            for entry in known:
                if not options.names or entry["name"] in options.names:
                    print(entry["name"], flush=True)
                    bad = again(entry, tools)
                    wrong += bool(bad)
                    print(*(f"  WRONG: {line}" for line in bad), sep="\n", end="\n" * bool(bad), flush=True)
    print(f"{wrong} wrong, {time.perf_counter() - begin:.0f} s")
    return min(wrong, 1) if known or options.what == "write" else 1


if __name__ == "__main__":
    sys.exit(main())
