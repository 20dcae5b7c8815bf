"""The library of proofs/rocq: complete, nothing left open, and its theorems rest on the written axioms alone."""

import re
import subprocess
from pathlib import Path

import pytest

from convexcheck.export.rocq.check import assumed, beyond, left_open
from convexcheck.export.rocq.directory import AXIOMS
from convexcheck.export.rocq.directory import library as sources

FILES = sorted(sources().glob("*.v"))
ALLOWED = (sources() / AXIOMS).read_text(encoding="ascii")
PLAIN = "\n".join(line for line in ALLOWED.splitlines() if "Int63" not in line and "Uint63" not in line)

COMPUTED = ("Numbers", "Enclosures")  # which compute with the machine's integers


def test_every_file_is_listed_after_those_that_it_uses() -> None:
    listed = [n.removesuffix(".v") for n in (sources() / "_CoqProject").read_text().split() if n.endswith(".v")]
    assert sorted(listed) == [path.stem for path in FILES]
    for path in FILES:
        used = re.findall(r"^From Convexcheck Require Import ([\w ]+)\.$", path.read_text(), re.MULTILINE)
        assert all(listed.index(name) < listed.index(path.stem) for names in used for name in names.split())


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_every_file_says_what_it_is_and_leaves_nothing_open(path: Path) -> None:
    text = path.read_text(encoding="ascii")
    assert re.match(r"\(\* .*?\bWhere: .*?\bReference: .*?\*\)", text, re.DOTALL)
    assert set(left_open(text)) <= ({"Variables"} if "Section " in text else set())


def test_the_theorems_rest_on_the_axioms_of_the_reals_alone(library: Path, tmp_path: Path) -> None:
    """All theorems in one tuple, so that what they share is walked once."""
    plain = [path for path in FILES if path.stem not in COMPUTED]
    named = [n for path in plain for n in re.findall(r"^Theorem (\w+)", path.read_text(), re.MULTILINE)]
    assert len(named) > 20
    lines = [f"From Convexcheck Require Import {' '.join(path.stem for path in plain)}."]
    lines += [
        f"Definition every := ({', '.join(f'@{name}' for name in [*named, 'sigmoid_lt1'])}).",
        "Print Assumptions every.",
    ]
    (tmp_path / "all.v").write_text("\n".join(lines), encoding="ascii")
    command = ["coqc", "-w", "none", "-Q", str(library), "Convexcheck", "all.v"]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=300)
    assert run.returncode == 0, run.stderr
    assert "sig_forall_dec" in run.stdout and beyond(assumed(run.stdout), PLAIN) == []
