"""Cholesky.v decides large matrices of integers by a rounded factor, and refuses what is not positive semidefinite."""

import subprocess
from pathlib import Path

import numpy as np
import pytest

HEAD = """From Coq Require Import Reals ZArith List.
From Convexcheck Require Import Psd Cholesky.
Import ListNotations.
Open Scope Z_scope.
"""
SCALE = 2**20


def rows(M: np.ndarray) -> str:
    return "[" + "; ".join("[" + "; ".join(f"({int(x)})" for x in row) + "]" for row in M) + "]"


def theorem(A: np.ndarray, L: np.ndarray) -> str:
    n = len(A)
    return (
        f"Theorem verdict : psd {n} (cell {rows(A)}).\n"
        f"Proof. apply (cholesky_psd {n} {SCALE**2} _ {rows(L)}). vm_compute. reflexivity. Qed.\n"
    )


@pytest.mark.nightly
def test_a_hundred_rows_are_accepted_and_a_changed_entry_is_rejected(library: Path, tmp_path: Path) -> None:
    G = np.random.default_rng(0).integers(-9, 10, size=(100, 120))
    A = G @ G.T + 2 * np.eye(100, dtype=int)
    L = np.rint(np.linalg.cholesky(A - np.eye(100)) * SCALE)  # what is left over dominates
    assert run(HEAD + theorem(A, L), library, tmp_path) == ""
    A[3, 3] -= 200
    assert "Unable to unify" in run(HEAD + theorem(A, L), library, tmp_path)


@pytest.mark.nightly
def test_a_matrix_with_a_negative_eigenvalue_or_no_symmetry_is_refused(library: Path, tmp_path: Path) -> None:
    for A in ([[1, 2], [2, 1]], [[2, 1], [0, 2]], [[-1]], [[1, 0]]):
        text = HEAD + theorem(np.array(A), SCALE * np.eye(len(A)))
        assert "Unable to unify" in run(text, library, tmp_path), A
    assert run(HEAD + theorem(np.array([[2, 1], [1, 2]]), SCALE * np.eye(2)), library, tmp_path) == ""


def run(text: str, library: Path, folder: Path) -> str:
    (folder / "matrix.v").write_text(text, encoding="ascii")
    command = ["coqc", "-w", "none", "-Q", str(library), "Convexcheck", "matrix.v"]
    found = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300)
    return found.stderr if found.returncode else ""
