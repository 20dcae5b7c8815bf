"""What `check` refuses before and after coqc has spoken."""

from pathlib import Path

import pytest

from convexcheck.export.rocq.check import NOT_RUN, REJECTED, assumed, beyond, check, left_open
from convexcheck.export.rocq.directory import AUDIT, AXIOMS, SCRIPT, library

HEAD = "From Coq Require Import Reals.\n"
TRUE = HEAD + "Theorem verdict : True. Proof. exact I. Qed.\n"
ALLOWED = (library() / AXIOMS).read_text(encoding="ascii")
AUDITED = "From Script Require Import verdict.\nPrint Assumptions verdict.\n"

# scripts that leave something open, and why they are not accepted
OPEN = [
    (HEAD + "Theorem verdict : False. Admitted.", "Admitted"),
    (HEAD + "Axiom cheat : False. Theorem verdict : False. exact cheat. Qed.", "Axiom"),
    (HEAD + "Theorem verdict : False. Fail exact I. Abort.", "Fail"),
    (HEAD + "Parameter cheat : False. Definition verdict := cheat.", "Parameter"),
    (HEAD + "Theorem verdict : False. Proof. exact I. Qed.", "False"),
    (HEAD, "could not be listed"),  # there is no theorem
]


@pytest.mark.parametrize(("script", "reason"), OPEN, ids=[row[1] for row in OPEN])
def test_open_scripts_are_rejected(script: str, reason: str, library: Path) -> None:
    answer = check({SCRIPT: script, AUDIT: AUDITED, AXIOMS: ALLOWED}, library=library)
    assert (answer.word, reason in answer.reason) == (REJECTED, True), answer


def test_an_axiom_outside_the_list_is_rejected(library: Path) -> None:
    uses = "From Coq Require Import Eqdep. Theorem verdict : True. Proof. exact (let _ := eq_rect_eq in I). Qed.\n"
    script = HEAD + uses
    answer = check({SCRIPT: script, AUDIT: AUDITED, AXIOMS: ALLOWED}, library=library)
    assert (answer.word, "eq_rect_eq" in answer.reason) == (REJECTED, True), answer


def test_without_coqc_nothing_is_accepted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    answer = check({SCRIPT: TRUE, AUDIT: AUDITED, AXIOMS: ALLOWED})
    assert (answer.word, "libcoq-coquelicot" in answer.reason) == (NOT_RUN, True)


def test_axioms_are_read_from_what_coq_prints() -> None:
    printed = "Axioms:\nA.b : forall x,\n  x = x\nC.d\n  : nat\n"
    assert assumed(printed) == ("A.b", "C.d")
    assert beyond(assumed(printed), "# C.d\nA.*\n") == ["C.d"]
    assert left_open("Lemma Admitted_not : True.") == []
