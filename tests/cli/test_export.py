"""``convexcheck export``: what is written, what is refused, and the exit codes."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

import convexcheck as cc
from convexcheck.cli import main


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(main, ["export", *arguments])
    return result.exit_code, result.output


def written(folder: Path, question: str, **options: object) -> Path:
    verdict = cc.check(question, **options)
    assert verdict.certificate is not None
    verdict.certificate.write(folder / "certificate.json")
    return folder / "certificate.json"


def test_the_folder_holds_all_that_a_third_party_needs(tmp_path: Path) -> None:
    code, said = run(str(written(tmp_path, "x**3")), "--to", "rocq", "--out", str(tmp_path / "out"))
    assert code == 0, said
    names = {str(p.relative_to(tmp_path / "out")) for p in (tmp_path / "out").rglob("*") if p.is_file()}
    texts = [p.read_text() for p in (tmp_path / "out").rglob("*.v")]
    lines = [line for t in texts for line in re.findall(r"From Convexcheck Require Import (.*)\.", t)]
    library = {f"library/{name}.v" for line in lines for name in line.split()}  # what something needs, and no more
    assert library and names - library == {"Makefile", "README.md", "axioms.txt", "script/verdict.v", "script/audit.v"}
    assert library <= names


def test_without_the_tool_nothing_is_accepted(tmp_path: Path, monkeypatch) -> None:
    path = written(tmp_path, "x**3")
    monkeypatch.setenv("PATH", "")
    code, said = run(str(path), "--to", "rocq", "--out", str(tmp_path / "out"), "--check")
    assert (code, "not run by coqc" in said) == (3, True), said


def test_evidence_without_counterpart_is_no_script(tmp_path: Path) -> None:
    code, said = run(str(written(tmp_path, "x", domain="x > 0, x < 0")), "--to", "rocq", "--out", str(tmp_path / "out"))
    assert (code, said.startswith("no script, because")) == (3, True), said
    assert not (tmp_path / "out").exists()


def test_a_certificate_that_the_kernel_rejects_is_not_exported(tmp_path: Path) -> None:
    path = written(tmp_path, "x**3")
    path.write_bytes(path.read_bytes().replace(b'"neither"', b'"convex"'))
    code, said = run(str(path), "--to", "rocq", "--out", str(tmp_path / "out"))
    assert (code, "rejected" in said) == (1, True), said
    assert not (tmp_path / "out").exists()


def test_sympy_accepts_what_is_written_for_it(tmp_path: Path) -> None:
    path = written(tmp_path, "exp(x) + x**2")
    code, said = run(str(path), "--to", "sympy", "--out", str(tmp_path / "v.py"), "--check", "--timeout", "300")
    assert (code, "accepted by SymPy" in said) == (0, True), said
    assert (tmp_path / "v.py").read_text().startswith("# claim      convex, strictly always")


def test_a_file_that_is_no_script_stays(tmp_path: Path) -> None:
    path = written(tmp_path, "x**3")
    before = path.read_bytes()
    assert run(str(path), "--to", "sympy", "--out", str(path))[0] == 2
    assert path.read_bytes() == before


STARTS = {"markdown": "# NEITHER", "latex": "\\documentclass", "smtlib": "; claim"}


@pytest.mark.parametrize(("target", "start"), STARTS.items())
def test_each_target_has_its_own_kind_of_file(tmp_path: Path, target: str, start: str) -> None:
    code, said = run(str(written(tmp_path, "x**3")), "--to", target, "--out", str(tmp_path / "v"))
    assert code == 0, said
    assert (tmp_path / "v").read_text().startswith(start)
    assert run(str(tmp_path / "certificate.json"), "--to", target, "--out", str(tmp_path / "v"))[0] == 0  # once more


def test_a_text_that_no_tool_checks_is_not_accepted(tmp_path: Path) -> None:
    path = written(tmp_path, "x**2")
    code, said = run(str(path), "--to", "markdown", "--out", str(tmp_path / "v.md"), "--check")
    assert (code, "no tool checks markdown" in said) == (3, True), said
