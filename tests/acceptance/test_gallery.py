"""The gallery in proofs/ is complete and is what its manifest says; `make proofs` runs the tools."""

import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

import convexcheck as cc
from convexcheck.certificate.codec import decode
from convexcheck.report.scripts import script_files
from proofs.__main__ import MANIFEST, PROOFS, SCRIPTS, Tools, again, digests
from proofs.claims import answers

ENTRIES = tomllib.loads(MANIFEST.read_text(encoding="utf-8"))["claims"]
NAMES = [entry["name"] for entry in ENTRIES]
ANSWERS = {"accepted", "not run", "no script"}


def test_every_claim_is_there() -> None:
    assert list(answers()) == NAMES
    assert {path.name for path in PROOFS.iterdir() if path.is_dir()} - {"rocq", "__pycache__"} == set(NAMES)


@pytest.mark.parametrize("entry", ENTRIES, ids=NAMES)
def test_files_and_claim_are_those_of_the_manifest(entry) -> None:
    folder = PROOFS / entry["name"]
    assert digests(folder) == entry["files"]
    answer = cc.verify(folder / "certificate.json")
    assert isinstance(answer, cc.Accepted), answer
    assert (answer.verdict, answer.digest) == (entry["claim"], entry["digest"])
    assert {row["answer"] for row in entry["scripts"]} <= ANSWERS
    there = {row["script"] for row in entry["scripts"] if row["answer"] != "no script"}
    assert there == set(SCRIPTS.values()) & set(entry["files"])
    told = (folder / "README.md").read_text(encoding="utf-8")
    none = {row["script"]: row["reason"] for row in entry["scripts"] if row["answer"] == "no script"}
    assert set(none) == set(SCRIPTS.values()) - there
    assert all(reason.startswith("no script, because ") and reason in told for reason in none.values())
    assert all(row["version"] for row in entry["scripts"] if row["answer"] == "accepted")


@pytest.mark.parametrize("entry", ENTRIES, ids=NAMES)
def test_some_tool_accepted_something(entry) -> None:
    assert "accepted" in {row["answer"] for row in entry["scripts"]}


@pytest.mark.parametrize("name", ["linear", "box", "sigmoid_squared"])
def test_scripts_are_what_the_exporter_writes(name: str) -> None:
    folder = PROOFS / name
    content = decode((folder / "certificate.json").read_bytes())
    assert (folder / SCRIPTS["sympy"]).read_text(encoding="utf-8") == script_files(content, "sympy", folder)[""]


def test_a_changed_file_is_found(tmp_path: Path, monkeypatch) -> None:
    folder = tmp_path / "box"
    folder.mkdir()
    entry = next(entry for entry in ENTRIES if entry["name"] == "box")
    for name in entry["files"]:
        (folder / name).write_bytes((PROOFS / "box" / name).read_bytes())
    monkeypatch.setattr("proofs.__main__.PROOFS", tmp_path)
    monkeypatch.setattr(Tools, "ask", lambda *_: [])
    assert again(entry, Tools(tmp_path)) == []
    changed = (folder / "certificate.json").read_bytes().replace(b'"verdict":"convex"', b'"verdict":"affine"')
    (folder / "certificate.json").write_bytes(changed)
    assert len(again(entry, Tools(tmp_path))) == 2


LATEX = sorted(PROOFS.glob("*/proof.tex"))


@pytest.mark.parametrize("path", LATEX, ids=[path.parent.name for path in LATEX])
def test_latex_closes_what_it_opens(path: Path) -> None:
    text = path.read_text(encoding="ascii").replace("\\\\", " ")
    depth = 0
    for mark in re.findall(r"(?<!\\)[{}]", text):
        depth += 1 if mark == "{" else -1
        assert depth >= 0
    assert depth == 0 and len(re.findall(r"(?<!\\)\$", text)) % 2 == 0
    open_: list[str] = []
    for what, name in re.findall(r"\\(begin|end)\{(\w+\*?)\}", text):
        if what == "begin":
            open_.append(name)
        else:
            assert open_.pop() == name
    assert open_ == []
    left = [m[0] for m in re.finditer(r"\\(left|right)\b", text)]
    assert left.count("\\left") == left.count("\\right")


@pytest.mark.nightly
@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not there: install texlive-latex-base")
@pytest.mark.parametrize("path", LATEX, ids=[path.parent.name for path in LATEX])
def test_latex_compiles(path: Path, tmp_path: Path) -> None:
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", f"-output-directory={tmp_path}", str(path)]
    run = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert run.returncode == 0, run.stdout[-1000:]
