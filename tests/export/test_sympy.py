"""SymPy scripts: SymPy accepts them, and rejects each of them after one change."""

import re

import pytest

import convexcheck as cc
from convexcheck.certificate.codec import decode
from convexcheck.export.rocq.notation import NoScript
from convexcheck.export.run import ACCEPTED, REJECTED, run_sympy
from convexcheck.export.sympy import export_sympy
from proofs.__main__ import PROOFS

DATA = {"wrt": {"w": "d"}, "parameters": {"X": "n d", "y": "n"}}

# what it is here for, the expression, options, a pattern in the script, what it is changed into
CASES = [
    ("a wrong side", "exp(x) + x**2", {}, r"(second\(.*), 1, \[", r"\1, -1, ["),
    ("a changed point", "x**3", {}, r"x, y, m = \{x0: S\(", "x, y, m = {x0: R(1,7)*S("),
    ("a changed coefficient", "x**4 + x**2*y**2 + y**4", {}, r"(determinant\(\"\w+\", )", r"\1S(2)*"),
    ("a changed derivative", "where(abs(x) <= 1, x**2/2, abs(x) - 1/2)", {}, r"(first\(\"\w+\", )(\S+),", r"\1x0**3,"),
    ("all sizes", "sum((X @ w - y)**2)", DATA, r"(affine\(\"\w+\", )", r"\1x2**2 * "),
]


def script(expression: str, **options: object) -> str:
    verdict = cc.check(expression, **options)
    assert verdict.certificate is not None
    return export_sympy(verdict.certificate.content)


@pytest.mark.parametrize(("why", "expression", "options", "old", "new"), CASES, ids=[row[1] for row in CASES])
def test_scripts_are_accepted_and_their_corruptions_rejected(why, expression, options, old, new) -> None:
    text = script(expression, **options)
    ran = run_sympy(text)
    assert ran.word == ACCEPTED, (why, ran)
    changed = re.sub(old, new, text, count=1)
    assert changed != text
    assert run_sympy(changed).word == REJECTED


# the claim of the gallery, a pattern in its script, what it is changed into
NETWORKS = [
    ("swap_theorem", r"(same\(\"Invariance\", f, )", r"\1x0 + "),
    ("swapped_relu", r"f = \(R\(1, 7\)", "f = (R(1, 8)"),
    ("swapped_tanh", r"(same\(\"SymmetryPair\", f, )", r"\1x0 + "),
    ("negative_curvature", r", -1 \* diff\(", ", diff("),
    ("perceptron_on_data", r", 1 \* \(m\.subs", ", -1 * (m.subs"),
    ("logistic_on_data", r"(second\(.*), 1, \[", r"\1, -1, ["),
]


@pytest.mark.parametrize(("name", "old", "new"), [
    pytest.param(*row, id=row[0], marks=[pytest.mark.nightly] * (k > 0)) for k, row in enumerate(NETWORKS)
])  # fmt: skip
def test_corrupted_scripts_of_networks_are_rejected(name: str, old: str, new: str) -> None:
    folder = PROOFS / name  # whose scripts `make proofs` accepts as they are
    text = export_sympy(decode((folder / "certificate.json").read_bytes()), folder)
    changed = re.sub(old, new, text, count=1)
    assert changed != text
    assert run_sympy(changed).word == REJECTED


def test_sizes_at_which_identities_are_checked_are_named() -> None:
    assert "# The claim holds for all sizes; see the certificate. The identities are checked here at d = 2, n = 3." in (
        script("sum((X @ w - y)**2)", **DATA)
    )


def test_names_of_the_user_become_symbols() -> None:
    text = script("print**2 + exit**2 + S**2", wrt="print exit S")
    code = "\n".join(line.partition("#")[0] for line in text[text.index('x0 = Symbol("x0"') :].splitlines())
    assert not re.search(r"exit|print(?!\(f\"|\(\"all)", code)
    assert run_sympy(text).word == ACCEPTED


def test_evidence_without_counterpart_gives_no_script() -> None:
    with pytest.raises(NoScript, match="no script, because"):
        script("x", domain="x > 0, x < 0")
