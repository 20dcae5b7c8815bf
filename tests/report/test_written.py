"""Proofs in words: every step is there, and no name of the user is read as markup."""

import re

import pytest

import convexcheck as cc
from convexcheck.report.steps import Step
from convexcheck.report.verdict import Verdict
from convexcheck.report.written import article, markdown

LOGISTIC = {"wrt": {"w": "d"}, "parameters": {"X": "n d", "y": "n"}}


@pytest.fixture(scope="module")
def verdict() -> Verdict:
    return cc.check("sum(log(1 + exp(-y*(X @ w))))", **LOGISTIC)


@pytest.mark.parametrize("write", [markdown, article])
def test_the_hessian_stands_there_in_factored_form(verdict: Verdict, write) -> None:
    text = write(verdict)
    assert "X^T" in text.replace(r"\^{}", "^").replace(r"\^", "^")
    assert "[SecondOrder]" in text.replace("\\", "")
    assert "[Composition]" in text.replace("\\", "")


def test_steps_are_numbered_by_their_depth(verdict: Verdict) -> None:
    numbers = re.findall(r"^\*\*([\d.]+)\*\* ", markdown(verdict), re.MULTILINE)
    assert numbers[0] == "1."
    assert len(set(numbers)) == len(numbers) > 3


HOSTILE = ["</script><b>", r"\input{/etc/passwd}", "a\n# title", "`code` $x$ ~~~~~~", "%comment", "\u202eright"]


@pytest.mark.parametrize("name", HOSTILE)
def test_markup_in_a_line_is_shown_and_not_obeyed(name: str, monkeypatch) -> None:
    monkeypatch.setattr("convexcheck.report.written.steps_of", lambda v: [Step(name, (name,))])
    told = Verdict("UNKNOWN", "UNKNOWN", message=name)
    lines = markdown(told).splitlines()
    assert [line for line in lines if line.startswith("#")] == lines[:1]
    assert lines.count("~~~~~~") == 1
    outside = "\n".join([*lines[: lines.index("~~~~~~text")], *lines[lines.index("~~~~~~") :]])
    assert not re.search(r"(?<!\\)[<`$]", outside)
    body = article(told).split(r"\begin{document}")[1]
    assert r"\input" not in body
    assert not re.search(r"(?<!\\)%", body)
    assert all(" " <= c <= "~" or c == "\n" for c in body + "\n".join(lines))
