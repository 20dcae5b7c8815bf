"""What a notebook shows of a verdict: text, HTML and LaTeX (untrusted)."""

from __future__ import annotations

from html import escape

from convexcheck.report.explain import headline
from convexcheck.report.latex import statement_latex
from convexcheck.report.summary import facts, summary
from convexcheck.report.verdict import Verdict

_COLOURS = {"PROVED": "#2e7d32", "REFUTED": "#c62828", "UNKNOWN": "#757575", "ILL_POSED": "#b26a00"}


def mimebundle(verdict: Verdict) -> dict[str, str]:
    """The verdict by MIME type; everything that came from the input is escaped.

    >>> from convexcheck.report.verdict import Verdict
    >>> sorted(mimebundle(Verdict("UNKNOWN", "UNKNOWN", message="a < b")))
    ['text/html', 'text/plain']
    """
    bundle = {"text/plain": summary(verdict), "text/html": html(verdict)}
    if verdict.statement is not None:
        bundle["text/latex"] = statement_latex(verdict.statement, headline(verdict))
    return bundle


def html(verdict: Verdict) -> str:
    """A small table, with the explanation folded below it."""
    cell = 'style="text-align:left;padding:1px 8px;vertical-align:top"'
    rows = "".join(
        f"<tr><th {cell}>{escape(name)}</th><td {cell}><code>{escape(value)}</code></td></tr>"
        for name, value in facts(verdict)
    )
    colour = _COLOURS.get(verdict.status, "#757575")
    return (
        f'<div><strong style="color:{colour}">{escape(headline(verdict))}</strong><table>{rows}</table>'
        f"<details><summary>why</summary><pre>{escape(verdict.explain())}</pre></details></div>"
    )
