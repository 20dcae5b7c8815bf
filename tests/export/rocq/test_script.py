"""Exported scripts: coqc accepts them, and rejects each of them after one change."""

from pathlib import Path
from typing import Any

import pytest

import convexcheck as cc
from convexcheck.export.rocq.check import ACCEPTED, REJECTED, check
from convexcheck.export.rocq.directory import SCRIPT, export_rocq
from convexcheck.export.rocq.notation import NoScript
from tests.acceptance.gallery.ask import asked, losses


def exported(expression: str, **options: object) -> dict[str, str]:
    verdict = cc.check(expression, **options)
    assert verdict.certificate is not None
    return export_rocq(verdict.certificate.content)


# why it is here, the expression, its domain, what is changed into what
REFUTED = [
    ("a polynomial, by exact arithmetic", "x**3", (), "^ 3", "^ 2"),
    ("balls of exp and log", "log(1 + x**2)", (), "1 + ", "3 / 2 + "),
    ("a kink, and a bounded domain", "max(x, 0) - max(x - 1, 0)", ("x >= -2",), "exists x_1, y_1", "exists x_0, y_0"),
    ("integrals from 0 to points below, at and above 0", "x*erf(x/sqrt(2))", (), "erf (", "erf (2 + "),
    ("two variables", "x*y", (), "(v_x p) * (v_y p)", "(v_x p) + (v_y p)"),
]


def some(rows: list[tuple[Any, ...]], count: int, name: int) -> list[Any]:
    """The first rows in every run, the others in the nightly one: coqc takes seconds for each."""
    marks = [() if k < count else (pytest.mark.nightly,) for k in range(len(rows))]
    return [pytest.param(*row, id=row[name], marks=mark) for row, mark in zip(rows, marks, strict=True)]


@pytest.mark.parametrize(("why", "expression", "domain", "old", "new"), some(REFUTED, 1, 1))
def test_counterexamples_are_accepted_and_their_corruptions_rejected(
    why: str, expression: str, domain: tuple[str, ...], old: str, new: str, library: Path
) -> None:
    files = exported(expression, domain=domain)
    answer = check(files, library=library, audit=False)
    assert answer.word == ACCEPTED, (why, answer)
    assert old in files[SCRIPT]
    assert check({**files, SCRIPT: files[SCRIPT].replace(old, new)}, library=library, audit=False).word == REJECTED


@pytest.mark.nightly
def test_a_refutation_at_a_choice_of_parameters_says_that_they_exist(library: Path) -> None:
    files = exported("a*x**2", wrt="x", given="a >= -3")
    assert "exists (p_a : R), given p_a /\\" in files[SCRIPT]
    assert check(files, library=library, audit=False).word == ACCEPTED


@pytest.mark.nightly
def test_the_axioms_are_those_of_the_written_list(library: Path) -> None:
    answer = check(exported("x**3"), library=library)
    assert answer.word == ACCEPTED
    assert set(answer.axioms) <= {
        "ClassicalDedekindReals.sig_forall_dec",
        "ClassicalDedekindReals.sig_not_dec",
        "FunctionalExtensionality.functional_extensionality_dep",
    }


def test_evidence_without_counterpart_gives_no_script() -> None:
    with pytest.raises(NoScript, match="no script, because"):
        exported("x", domain="x > 0, x < 0")


HOSTILE = ["fun", "Theorem", "ln", "p", "f", "dom", "R", "mix", "verdict", "Admitted", "v_x", "match"]


@pytest.mark.parametrize("name", HOSTILE)
def test_no_name_of_the_user_is_a_word_of_the_script(name: str) -> None:
    text = exported(f"{name}*other", wrt=[name, "other"])[SCRIPT]
    assert f"Definition v_{name} (p : point)" in text
    assert f"(v_{name} p) * (v_other p)" in text or f"(v_other p) * (v_{name} p)" in text


# why it is here, the expression, its variables, its domain and what is given, what is changed into what; first comes
# one of each family: a curvature proof, a sign certificate, a sum of squares
PROVED = [
    ("second order, a root", "sqrt(1 + x**2)", "x", {}, "(sqrt (1 + ", "(sqrt (2 + "),
    ("a polynomial without roots", "x**4 - 4*x**3 + 10*x**2", "x", {}, "(- 4) * ((v_x", "(- 9) * ((v_x"),
    ("a sum of squares", "x**4 + 2*x**2*y**2 + y**4", "x y", {}, "((v_x p) ^ 2)", "((v_x p) ^ 3)"),
    ("two variables, a quotient", "x**4/y**3", "x y", {"domain": "y > 0"}, "0 < (v_y p)", "0 < - (v_y p)"),
    ("the boundary of the domain, concave", "sqrt(x) + x**(1/3)", "x", {"domain": "x >= 0"}, "concave_on", "convex_on"),
    ("a composition of curvatures", "exp(max(x, -2*x)) + x**2", "x", {}, "((v_x p) ^ 2)", "((v_x p) ^ 3)"),
    ("exponentials under a logarithm", "log(1 + exp(-x) + exp(y - x))", "x y", {}, "* (v_x p)", "* (v_y p)"),
    ("a parameter and what is given of it", "a*x**2 + b*x", "x", {"given": "a >= 0"}, "0 <= (p_a)", "0 <= (p_b)"),
    ("a wrong derivative", "log(1 + exp(x))", "x", {}, "apply (ge0_eq _ (", "apply (ge0_eq _ (2 * "),
    ("pieces between knots", "where(abs(x) <= 1, x**2/2, abs(x) - 1/2)", "x", {}, "then ((1 / 2)", "then ((1 / 3)"),
    ("principal minors", "x**2 + x*y + y**2", "x y", {}, "(v_x p) * (v_y p)", "3 * (v_x p) * (v_y p)"),
    ("logarithms of sums of products", "-log(exp(-(x - 1/2)**2/2) + exp(-(x + 1/2)**2/2))", "x", {}, "(ln ", "(exp "),
    ("the root of a fraction", "sqrt(((2*x - y)**2 + (2*y - x)**2)/27)", "x y", {}, "((2 * (v_x p))", "((3 * (v_x p))"),
    ("numbers for exponentials", "(1/(1 + exp(-x)))**2", "x", {"domain": "x <= 0.69"}, "(69 / 100)", "(96 / 100)"),
    ("an arc of the sine", "sin(x)", "x", {"domain": "x >= 3.2, x <= 6.2"}, "sin (v_x p)", "sin (2 * v_x p)"),
    ("terms that cancel", "cosh(x)**2 - sinh(x)**2 + x**2", "x", {}, "(sinh (v_x p))", "(2 * sinh (v_x p))"),
    ("the argument of a root", "sqrt(1 + x**2) + (y - z)**(4/3)", "x y z", {"domain": "y > z"}, "(4 / 3)", "(2 / 3)"),
    ("a ladder from the lower end", "(exp(x) - 1)/x", "x", {"domain": "x > 0"}, "0 < (v_x p)", "0 < (v_x p + 1)"),
    ("ladders, a split and a cover", "x**2 - exp(-x**2)", "x", {}, "(exp ((- 1)", "(exp ((- 2)"),
    ("ladders below ladders", "x/tanh(x)", "x", {"domain": "x > 0"}, "tanh (v_x p)", "tanh (2 * v_x p)"),
    ("a root of an exponential", "exp(-x) + exp(-x**2/100)", "x", {"domain": "x >= 10, x <= 60"}, "/ 100", "/ 90"),
    ("a root that may vanish", "(x + z)/2 + sqrt((x - z)**2/4 + y**2)", "x y z", {}, "(1 / 4)", "(- (1 / 4))"),
    ("a root of a definite form", "sqrt(x**2 + x*y + y**2 + 1)", "x y", {}, "(v_x p) * (v_y", "3 * (v_x p) * (v_y"),
    ("affine once simplified", "2*x + sin(y)**2*0 + 3", "x y", {}, "2 * (v_x p)", "2 * ((v_x p) ^ 2)"),
]


@pytest.mark.parametrize(("why", "expression", "wrt", "options", "old", "new"), some(PROVED, 3, 1))
def test_proofs_are_accepted_and_their_corruptions_rejected(
    why: str, expression: str, wrt: str, options: dict[str, str], old: str, new: str, library: Path
) -> None:
    files = exported(expression, wrt=wrt, **options)
    answer = check(files, library=library, audit=False)
    assert answer.word == ACCEPTED, (why, answer)
    assert old in files[SCRIPT], files[SCRIPT]
    changed = files[SCRIPT].replace(old, new)
    assert check({**files, SCRIPT: changed}, library=library, audit=False).word == REJECTED


def test_the_theorem_speaks_of_f_and_dom_and_all_parameters() -> None:
    text = exported("a*x**2 + b*x", wrt="x", given="a >= 0")[SCRIPT]
    assert "Theorem verdict : forall (p_a : R) (p_b : R), given p_a p_b -> convex_on (dom p_a p_b) (f p_a p_b)." in text


def test_what_the_theorem_leaves_out_is_said() -> None:
    text = exported("x**2")[SCRIPT]
    assert "(* Of the certificate this script does not state\n   strictness: always\n   modulus: 2 *)" in text
    assert "does not state" not in exported("abs(x)")[SCRIPT]


ONCE_REJECTED = [  # what is new in each: what a composition or an identity has to look into
    "regression: Huber by clip",  # maxima whose arguments change places
    "regression: pairs of predictions",  # a sum over pairs
    "regression: moving average",  # choices between zeros
    "regression: entropic risk",  # terms whose order depends on what an index is
    "regression: regularised transport cost",  # slots with two indices
    "orders: Cox by cumsum",  # uncollected indices
    "orders: Cox at risk",  # a positive sum under an index
]


@pytest.mark.nightly
@pytest.mark.parametrize("loss", ONCE_REJECTED)
def test_everyday_losses_are_accepted(loss: str, library: Path) -> None:
    file = asked(losses()[loss], 60.0).certificate
    assert file is not None
    answer = check(export_rocq(file.content), library=library, audit=False)
    assert answer.word == ACCEPTED, answer


def test_an_identity_that_data_choose_has_no_script() -> None:
    file = asked(losses()["many_classes: one-hot"], 60.0).certificate
    assert file is not None
    with pytest.raises(NoScript, match="picks terms of a sum by their index"):
        export_rocq(file.content)


ALL_SIZES = {"parameters": {"X": "n d", "y": "n"}, "wrt": {"w": "d"}}
EVERY = [  # for all sizes and all data
    ("sum(log(1 + exp(-y*(X @ w))))", "p_y i0", "p_y (S i0)"),
    ("mean(max(0, 1 - y*(X @ w)))", "(1 <= n_n)", "(0 <= n_n)"),
    ("sum(log(1 + exp(X @ w)) - y*(X @ w)) + log(sum(exp(w)))", "p_y i0", "p_y (S i0)"),
]


@pytest.mark.parametrize(("expression", "old", "new"), some(EVERY, 1, 0))
def test_losses_of_all_sizes_are_proved_for_all_sizes(expression: str, old: str, new: str, library: Path) -> None:
    files = exported(expression, **ALL_SIZES)
    text = files[SCRIPT]
    assert "Theorem verdict : forall (n_d : nat) (n_n : nat) (p_X : nat -> nat -> R) (p_y : nat -> R), given" in text
    answer = check(files, library=library, audit=False)
    assert answer.word == ACCEPTED, answer
    assert old in text
    head, f, rest = text.partition("Definition f") if "p_y" in old else ("", "", text)
    corrupted = head + f + rest.replace(old, new, 1)
    assert check({**files, SCRIPT: corrupted}, library=library, audit=False).word == REJECTED


@pytest.mark.parametrize(("domain", "refused"), [("x >= 0", True), ("x > 0", False)])
def test_a_power_of_zero_is_not_taken_for_rocqs(domain: str, refused: bool) -> None:
    verdict = cc.check("x**p", wrt="x", domain=domain, given="p > 1")
    assert verdict.certificate is not None
    if refused:
        with pytest.raises(NoScript, match="x may be 0"):
            export_rocq(verdict.certificate.content)
    else:
        assert "Rpower (v_x p) (p_p)" in export_rocq(verdict.certificate.content)[SCRIPT]
