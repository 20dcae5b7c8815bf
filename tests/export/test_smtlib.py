"""SMT-LIB: z3 and cvc5 give the expected answer, and another one after a change."""

from dataclasses import replace

import pytest

import convexcheck as cc
from convexcheck.certificate.codec import decode
from convexcheck.export.rocq.notation import NoScript
from convexcheck.export.run import ACCEPTED, REJECTED, run_smtlib
from convexcheck.export.smtlib import export_smtlib
from proofs.__main__ import PROOFS

# what it is here for, the expression, options, expected answer, what is changed into what
CASES = [
    ("a polynomial", "x**4 + x**2*y**2 + y**4", {}, "unsat", "(* 12.0 ", "(* (- 12.0) "),
    ("a quotient on a domain", "x**2/y", {"domain": "y > 0"}, "unsat", "(> x0 0.0)", "(< x0 0.0)"),
    ("kinks: two points and their midpoint", "max(x, 0) + abs(x - 1)", {}, "unsat", "(> (* 2.0", "(< (* 2.0"),
    ("a root is a number of its own", "sqrt(1 + x**2)", {}, "unsat", "(< (+ (* (- 1.0)", "(> (+ (* (- 1.0)"),
    ("an assumption", "a*x**2", {"wrt": "x", "given": "a >= 0"}, "unsat", "(assert (>= ", "(assert (<= "),
    ("a counterexample", "x**3", {}, "sat", "(assert (> ", "(assert (< "),
    ("an empty domain", "x", {"domain": "x > 0, x < 0"}, "unsat", "(> x0 0.0)", "(< x0 0.0)"),
    ("a domain that is not convex", "x + y", {"domain": "x*y > 1"}, "sat", "(not (and true ", "(and true (and true "),
]


def script(expression: str, **options: object) -> str:
    verdict = cc.check(expression, **options)
    assert verdict.certificate is not None
    return export_smtlib(verdict.certificate.content)


@pytest.mark.parametrize(("why", "expression", "options", "answer", "old", "new"), CASES, ids=[c[1] for c in CASES])
def test_solvers_agree_and_reject_a_change(why, expression, options, answer, old, new) -> None:
    text = script(expression, **options)
    assert f"(set-info :status {answer})" in text
    ran = run_smtlib(text, 60)
    assert [r.word for r in ran] == [ACCEPTED, ACCEPTED], (why, ran)
    assert old in text, text
    assert REJECTED in [r.word for r in run_smtlib(text.replace(old, new, 1), 60)]


def test_a_pair_of_equal_weights_is_a_chord() -> None:
    folder = PROOFS / "swapped_relu"
    text = export_smtlib(decode((folder / "certificate.json").read_bytes()), folder)
    assert text == (folder / "verdict.smt2").read_text(encoding="ascii")  # which `make proofs` accepts
    assert [r.word for r in run_smtlib(text.replace("(assert (> ", "(assert (< "), 60)] == [REJECTED, REJECTED]


# the expression, options, a word of the reason
NONE = [
    ("exp(x)", {}, "exp is beyond polynomials"),
    ("sum(x**2)", {"wrt": {"x": "n"}}, "the sizes are symbols"),
    ("where(x > 0, x + sqrt(x), x)", {"claim": "concave"}, "a choice between formulas holds a root"),
]


@pytest.mark.parametrize(("expression", "options", "reason"), NONE)
def test_what_the_logic_cannot_say_is_no_script(expression, options, reason) -> None:
    with pytest.raises(NoScript, match=reason):
        script(expression, **options)


def test_names_are_comments_only() -> None:
    text = script("Real**2 + push**2", wrt="Real push")
    assert not any(name in line.partition(";")[0] for line in text.splitlines() for name in ("push", "Real*"))
    assert [r.word for r in run_smtlib(text, 60)] == [ACCEPTED, ACCEPTED]


# a function that is not convex for a reason that its Hessian form does not show
HIDDEN = ["-sqrt(x**2)", "x**-2", "-sqrt(x**2 - 1)", "x**2 + max(0, 1/x)"]


@pytest.mark.parametrize("expression", HIDDEN)
def test_a_false_claim_is_not_unsat_where_f_has_a_kink_or_is_not_real(expression: str) -> None:
    true = cc.check("x**2").certificate
    false = cc.check(expression, budget=0.1).statement
    assert true is not None
    assert false is not None
    text = export_smtlib(replace(true.content, statement=false))
    assert [r.word for r in run_smtlib(text, 60)] == [REJECTED, REJECTED]
