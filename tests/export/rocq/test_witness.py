"""Counterexamples on data: coqc accepts the scripts of networks, and rejects each of them after one change."""

import re
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

import convexcheck as cc
from convexcheck.certificate import evidence as ev
from convexcheck.certificate.codec import decode
from convexcheck.export.rocq.check import ACCEPTED, REJECTED, check
from convexcheck.export.rocq.directory import SCRIPT, export_rocq
from convexcheck.export.rocq.notation import NoScript
from convexcheck.network import MLP
from convexcheck.report.scripts import verdict_files
from proofs.__main__ import PROOFS
from tests.export.rocq.test_script import some


def gallery(name: str) -> dict[str, str]:
    folder = PROOFS / name
    return export_rocq(decode((folder / "certificate.json").read_bytes()), folder)


# the claim, what is changed, a pattern in the script and what it is changed into
CORRUPTED = [
    ("swapped_relu", "the function", r"(Definition f .*?)\(1 / 7\)", r"\g<1>(1 / 8)"),
    ("swapped_relu", "a point", r"exists x_0, y_0", r"exists x_0, x_0"),
    ("negative_curvature", "the direction of the inequality", r"convex_on|jensen_gap \((.*?)\) \((.*?)\)\.",
     r"jensen_gap (\1) (fun p => - \2 p)."),
    ("swapped_tanh", "the data", r"(Definition table_data_X .*?) \[.*\]", r"\g<1> [(0 # 1)]"),
    ("swapped_sigmoid", "the activation of the data", r"Over \(Plus \(Int 1\)", "Over (Plus (Int 2)"),
    ("perceptron_on_data", "the place between", r"exists x_0, y_0, \(1 / 2\)", "exists x_0, y_0, (1 / 3)"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "what", "old", "new"), some(CORRUPTED, 1, 1))
def test_corrupted_scripts_of_networks_are_rejected(name: str, what: str, old: str, new: str, library: Path) -> None:
    files = gallery(name)  # which `make proofs` accepts as they are
    assert files[SCRIPT] == (PROOFS / name / "verdict.v").read_text(encoding="ascii")
    changed = re.sub(old, new, files[SCRIPT])
    assert changed != files[SCRIPT], what
    assert check({**files, SCRIPT: changed}, library=library, audit=False).word == REJECTED


@pytest.mark.nightly
def test_no_machine_float_is_among_the_axioms(library: Path) -> None:
    answer = check(gallery("swapped_tanh"), library=library)
    assert answer.word == ACCEPTED and not any("Float" in a for a in answer.axioms), answer


@pytest.mark.nightly
def test_a_thousand_rows_are_one_computation(library: Path) -> None:
    X = np.round(np.random.default_rng(0).normal(size=(1000, 3)) * 8) / 8
    y = np.round(X[:, :1] * 4) / 4
    net = MLP.from_arrays(
        [(np.ones((3, 3)) * [[1], [-1], [2]], None), (np.array([[1.0, -2.0, 0.5]]), None)], activation="tanh"
    )
    found = cc.symmetry_counterexample(net, X, y)
    assert found.certificate is not None
    answer = check(verdict_files(found, "rocq"), timeout=300, library=library, audit=False)
    assert answer.word == ACCEPTED and answer.seconds < 120, answer


def test_the_theorem_is_about_the_data_that_are_declared_and_parameters_that_are_chosen() -> None:
    text = gallery("swapped_tanh")[SCRIPT]
    assert "exists (p_W1_0 : nat -> nat -> R) (p_W2_0 : nat -> nat -> R), given data_X p_W1_0 p_W2_0 /\\" in text
    assert "Definition data_X (i j : nat) : R := Q2R (table_data_X i j)." in text
    text = gallery("negative_curvature")[SCRIPT]
    assert "Theorem verdict :\n  jensen_gap (dom data_X data_y) (f data_X data_y).\n" in text


def test_a_function_without_an_enclosure_gives_no_script() -> None:
    s = cc.check("erf(x)", budget=0.1).statement
    assert s is not None
    x, v = ((("x", ev.Array((), (Fraction(1),))),) for _ in "xv")
    evidence = ev.NegativeCurvature(ev.Instance((), ()), x, v, "ball")
    with pytest.raises(NoScript, match="erf has no enclosure"):
        export_rocq(ev.Certificate(s, ev.Claim("not convex"), evidence))
