"""What an explanation says beyond the verdict: the part that stops a proof, and CVXPY's view (untrusted)."""

from __future__ import annotations

from collections.abc import Iterator

from convexcheck.certificate import evidence as ev
from convexcheck.expression.statement import Statement
from convexcheck.expression.term import abstract
from convexcheck.report.notation import array_text
from convexcheck.report.steps import Step, cut
from convexcheck.report.verdict import ILL_POSED, PROVED, UNKNOWN, Verdict

SECONDS = 2.0


def steps_beyond(verdict: Verdict) -> Iterator[Step]:
    """Steps to add to the explanation of a verdict."""
    s = verdict.statement
    if s is None or verdict.status == ILL_POSED:
        return
    evidence = verdict.certificate.content.evidence if verdict.certificate else None
    s = evidence.general if isinstance(evidence, ev.Generalisation) else s
    if verdict.status == UNKNOWN:
        yield from _open_part(s)
    yield from _cvxpy(s, verdict)


def _open_part(s: Statement) -> Iterator[Step]:
    from convexcheck.search.blame import smallest_open_part

    found = smallest_open_part(s, SECONDS)
    if found is not None:
        e, indices = found
        own = [index for index in indices if ("index", index.data) in e.symbols]
        said = array_text(abstract(e, own), [index.args[0] for index in own])
        detail = "the rules show it neither convex nor concave on the domain, although they know its parts"
        yield Step(f"The smallest part that stops a proof: {cut(said)}", (detail,))


def _cvxpy(s: Statement, verdict: Verdict) -> Iterator[Step]:
    try:
        from convexcheck.dcp.advice import advise

        advice = advise(s, verdict.curvature if verdict.curvature in ("CONVEX", "CONCAVE", "AFFINE") else "")
    except Exception:  # noqa: BLE001 - whatever CVXPY raises, it says nothing of the verdict
        return
    if not advice.failing:
        narrower = (f"on a smaller domain, which its atoms add without a word: {', '.join(advice.domain)}",)
        against = {"CONVEX": "convex", "CONCAVE": "concave"}.get(advice.curvature)
        refuted = any(c.side == against for c in verdict.counterexamples)
        title = f"CVXPY's rules accept the function as it is written: {advice.curvature}"
        yield Step(title, narrower if refuted and advice.domain else ())
        return
    lines = [f"the smallest part that they stop at: {cut(advice.failing)}", advice.reason]
    if advice.rewriting:
        lines += [f"a spelling that CVXPY accepts, with the same values: {cut(advice.rewriting)}"]
    elif verdict.status == PROVED:
        lines += ["no other spelling was found that CVXPY accepts"]
    yield Step("CVXPY's rules do not accept the function as it is written", tuple(lines))
