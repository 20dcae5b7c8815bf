"""Names in certificates made by hand: the kernel refuses them, or no exporter writes them as they are.

Export goes only through `api.reread`, which asks the kernel first.
"""

import json
from pathlib import Path
from typing import Any

import pytest

import convexcheck as cc
from convexcheck import api
from convexcheck.export.rocq.notation import NoScript
from convexcheck.report.scripts import KINDS, verdict_files
from proofs.__main__ import PROOFS
from tests.kernel.twins import signed

# ends of comments and strings, new lines, commands of each language, letters beyond ASCII, nothing at all
HOSTILE = [
    'a" b', "it's", "a\nimport os", "a\r\nQed. Axiom cheat : False.", "*) Axiom cheat : False. (*", "(*", "\\",
    "|x| (exit)", r"\input{/etc/passwd}", "x;rm", "#", "%", "$x$", "`x`", "<script>", "__import__('os')", "\u00e9",
    "a\u2028b", "",
]  # fmt: skip
WORDS = ["fun", "Qed", "exit", "push", "input", "v_x"]
# what the name names, the question, its options, the name in it
PLACES = [
    ("a variable and a slot", "exp(max(zz, -2*zz)) + exp(zz)", {}, "zz"),
    ("a parameter", "zz*x**2", {"wrt": "x", "given": "zz >= 0"}, "zz"),
    ("a size", "sum(x**2)", {"wrt": {"x": "zz"}}, "zz"),
    ("an argument of a composition", "exp(max(x, y)) + exp(x)", {}, "t"),
    ("a counterexample", "zz**3", {}, "zz"),
]


def renamed(document: Any, old: str, new: str) -> Any:
    """The document with one string replaced wherever it stands alone, keys included."""
    if isinstance(document, dict):
        return {new if k == old else k: renamed(v, old, new) for k, v in document.items()}
    if isinstance(document, list):
        return [renamed(v, old, new) for v in document]
    return new if document == old else document


def rename(document: Any, old: str, name: str, path: Path) -> cc.Verdict | None:
    """The verdict of the certificate with another name, None if the kernel rejects it."""
    changed = renamed(document, old, name)
    assert changed != document
    path.write_bytes(signed(changed))
    return api.reread(path)[0]


@pytest.mark.parametrize(("what", "expression", "options", "old"), PLACES, ids=[row[0] for row in PLACES])
def test_a_name_that_could_be_a_command_is_in_no_script(what, expression, options, old, tmp_path: Path) -> None:
    file = cc.check(expression, **options).certificate
    assert file is not None
    document, path = json.loads(file.data), tmp_path / "certificate.json"
    if what == "an argument of a composition":  # free in the certificate: another name is as good
        assert rename(document, old, "other", path) is not None
    for name in HOSTILE:
        verdict = rename(document, old, name, path)
        for kind in KINDS if verdict is not None else ():
            with pytest.raises(NoScript, match="no script"):
                verdict_files(verdict, kind)


@pytest.mark.parametrize("word", WORDS)
def test_a_word_of_the_other_language_is_renamed(word: str) -> None:
    verdict = cc.check(f"{word}**2 + 1", wrt=word)
    assert f"Definition v_{word} (p : point)" in verdict_files(verdict, "rocq")["script/verdict.v"]
    for kind, mark in (("sympy", "#"), ("smtlib", ";")):
        text = verdict_files(verdict, kind)[""]
        assert f'Symbol("{word}"' not in text and f"declare-fun {word} " not in text
        assert all(line.startswith(mark) for line in text.splitlines() if f"variables  {word}" in line)


def test_the_names_of_a_symmetry_are_in_no_script_unless_they_are_identifiers(tmp_path: Path) -> None:
    document, path = (
        json.loads((PROOFS / "swap_theorem" / "certificate.json").read_bytes()),
        tmp_path / "certificate.json",
    )
    for name in HOSTILE:
        verdict = rename(document, "p1", name, path)
        for kind in ("rocq", "sympy") if verdict is not None else ():
            with pytest.raises(NoScript, match="no script"):
                verdict_files(verdict, kind)
    for word in WORDS:
        verdict = rename(document, "p1", word, path)
        assert verdict is not None
        assert f"permutes n_h1 p_{word} /\\" in verdict_files(verdict, "rocq")["script/verdict.v"]
