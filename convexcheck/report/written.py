"""A verdict as a person would write it down: numbered steps as Markdown or as LaTeX (untrusted; it proves nothing)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from convexcheck.report.explain import headline, steps_of
from convexcheck.report.latex import escaped, statement_latex
from convexcheck.report.steps import Step
from convexcheck.report.verdict import Verdict

_MARKED = re.compile(r"([\\`*_{}\[\]<>#|$~!&])")
_NOTE = "Written by convexcheck from a certificate that its kernel accepted; this text itself proves nothing."


def plain(line: str) -> str:
    """One line of printable ASCII."""
    return "".join(c if " " <= c <= "~" else "?" for c in line)


def markdown(verdict: Verdict) -> str:
    r"""The reasons as Markdown: the statement as a formula, then numbered steps.

    >>> from convexcheck.report.verdict import Verdict
    >>> print(markdown(Verdict("UNKNOWN", "UNKNOWN", message="a*b")).splitlines()[0])
    # UNKNOWN: a\*b
    """
    lines = [f"# {_text(headline(verdict))}", ""]
    if verdict.statement is not None:
        lines += [plain(statement_latex(verdict.statement, headline(verdict))), ""]
    for number, step in _numbered(steps_of(verdict)):
        lines += [f"**{number}** {_text(step.title)}", ""]
        lines += ["~~~~~~text", *(plain(line).replace("~~~", "~ ~ ~") for line in step.details), "~~~~~~", ""] * bool(
            step.details
        )
    return "\n".join([*lines, _NOTE, ""])


def article(verdict: Verdict) -> str:
    """The reasons as a LaTeX file that compiles by itself."""
    lines = [
        r"\documentclass{article}", r"\usepackage{amsmath}", r"\usepackage[margin=2cm]{geometry}",
        r"\begin{document}", r"\sloppy\raggedright\setlength{\parindent}{0pt}",
        rf"\section*{{{escaped(plain(headline(verdict)))}}}",
    ]  # fmt: skip
    if verdict.statement is not None:
        lines.append(plain(statement_latex(verdict.statement, headline(verdict))))
    for number, step in _numbered(steps_of(verdict)):
        lines += ["", rf"\medskip\textbf{{{number}}} {escaped(plain(step.title))}"]
        lines += [rf"\par\quad\texttt{{{_spaced(line)}}}" for line in step.details]
    return "\n".join([*lines, "", rf"\medskip\emph{{{_NOTE}}}", r"\end{document}", ""])


def _numbered(steps: Sequence[Step]) -> list[tuple[str, Step]]:
    """Steps with numbers such as 2.1 by their depth."""
    at: list[int] = []
    found = []
    for step in steps:
        at = [*at[: step.depth + 1], *[0] * (step.depth + 1 - len(at))]
        at[step.depth] += 1
        found.append((".".join(map(str, at)) + ".", step))
    return found


def _text(line: str) -> str:
    return _MARKED.sub(r"\\\1", plain(line))


def _spaced(line: str) -> str:
    return escaped(plain(line)).replace("  ", r"~~")
