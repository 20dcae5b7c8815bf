"""Symmetries as theorems: coqc accepts those of networks of all widths, and rejects each of them after one change."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

import convexcheck as cc
from convexcheck.export.rocq.check import ACCEPTED, REJECTED, check
from convexcheck.export.rocq.directory import SCRIPT, export_rocq
from convexcheck.export.rocq.notation import NoScript
from convexcheck.network import MLP
from tests.export.rocq.test_script import some


def exported(activation: str, widths: tuple[int, ...], kind: str = "finite", bias: bool = True) -> dict[str, str]:
    layers = [(np.arange(1.0, a * b + 1).reshape(b, a), np.ones(b) if bias else None)
              for a, b in pairwise(widths)]  # fmt: skip
    found = cc.equivalents(MLP.from_arrays(layers, activation=activation), kind, limit=2)
    return export_rocq(found.certificate.content)


# activation, widths (which become symbols), kind, what is changed into what
ACCEPTS = [
    ("tanh", (2, 3, 1), "finite", "(p_s1 (p_p1 j)) * (v_W2", "(p_s1 j) * (v_W2"),
    ("tanh", (2, 3, 2, 1), "finite", "permutes n_h2 p_p2", "permutes n_h1 p_p2"),
    ("relu", (2, 3, 1), "scale", "0 < p_c1 i", "0 < 1 + p_c1 i"),
    ("relu", (2, 3, 3, 1), "all", "0 < p_c1 i", "p_c1 i <> 0"),
    ("softplus", (2, 3, 1), "finite", "(v_W1 p (p_p1 i) j)", "(v_W1 p i j)"),
    ("gelu", (2, 2, 1), "finite", "(v_b1 p (p_p1 i))", "(v_b1 p i)"),
]


@pytest.mark.nightly
@pytest.mark.parametrize(("activation", "widths", "kind", "old", "new"), ACCEPTS)
def test_symmetries_of_all_widths_are_accepted(
    activation: str, widths: tuple[int, ...], kind: str, old: str, new: str, library: Path
) -> None:
    answer = check(exported(activation, widths, kind), library=library, audit=False)
    assert answer.word == ACCEPTED, answer


@pytest.mark.parametrize(("activation", "widths", "kind", "old", "new"), some(ACCEPTS, 1, 0))
def test_corrupted_symmetries_are_rejected(
    activation: str, widths: tuple[int, ...], kind: str, old: str, new: str, library: Path
) -> None:
    files = exported(activation, widths, kind)
    text = files[SCRIPT]
    head, moved, rest = text.partition("Definition moved")
    assert old in rest
    changed = head + moved + rest.replace(old, new, 1)
    assert check({**files, SCRIPT: changed}, library=library, audit=False).word == REJECTED


def test_the_theorem_is_about_every_member_and_every_point() -> None:
    text = exported("tanh", (2, 3, 1), bias=False)[SCRIPT]
    assert "permutes n_h1 p_p1 /\\ (forall i, (i < n_h1)%nat -> sign (p_s1 i))." in text
    assert "  forall p, f n_k n_h1 n_d n_n p_X p_y (moved n_k n_h1 n_d n_n p_X p_y p_p1 p_s1 p) = f" in text


def test_a_symmetry_of_another_kind_gives_no_script() -> None:
    with pytest.raises(NoScript, match="is no product of signs, scales and an entry"):
        exported("sigmoid", (2, 3, 1))
