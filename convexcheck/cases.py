"""Where the answer depends on real parameters: for which of their values is the function convex after all? (untrusted)

`search.thresholds` proposes ranges; each that is stated was proved under it as `given`, with a certificate of its
own, and the strips next to it are searched for a counterexample, which shows that the range cannot be larger there.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from convexcheck.expression.statement import Condition, Statement
from convexcheck.report.verdict import PROVED, REFUTED, Verdict
from convexcheck.search.thresholds import Range, free_scalars, thresholds

Settle = Callable[[Statement, str], Verdict | None]


def with_cases(
    verdict: Verdict, s: Statement, sides: Sequence[str], seed: int, searched: Callable[[Callable[[], Any]], Any],
    prove: Settle, refute: Settle,
) -> Verdict:  # fmt: skip
    """The verdict with conditions on parameters, and the verdicts behind them.

    Args:
        verdict: a refutation of the statement.
        s: the statement.
        sides: "convex", "concave" or both: what was refuted.
        seed: of random choices.
        searched: runs a search within the budget.
        prove: proves a statement on one side, with an accepted certificate.
        refute: refutes it.
    """
    if not free_scalars(s):
        return verdict
    conditions, cases = list(verdict.conditions), list(verdict.cases)
    for side in sides:
        candidates = thresholds(s, 1 if side == "convex" else -1, seed)
        known = False
        while (ranges := searched(partial(next, candidates, None))) is not None:
            if known and len(ranges[0].ends) > 1:
                break
            case = next(filter(None, (_case(s, side, r, prove, refute) for r in ranges)), None)
            if case is not None:
                known = True
                conditions.append(case[0])
                cases += case[1]
    return replace(verdict, conditions=tuple(conditions), cases=tuple(cases))


def _case(s: Statement, side: str, chosen: Range, prove: Settle, refute: Settle) -> tuple[str, list[Verdict]] | None:
    """What to say about one range of parameters: proved inside, and refuted next to it if that is found."""

    def under(conditions: Sequence[Condition]) -> Statement:
        return replace(s, given=(*s.given, *conditions))

    proved = prove(under(chosen.conditions), side)
    if proved is None:
        return None
    said, found = f"{side} if {chosen}", [replace(proved, claim=side, status=PROVED)]
    names = [name for name, _, _ in chosen.ends]
    for strip in chosen.outside:
        refuted = refute(under(strip), side)
        if refuted is not None and refuted.counterexample is not None:
            values = refuted.counterexample.parameters
            said += "; not at " + ", ".join(f"{name} = {values[name].item()}" for name in names)
            found.append(replace(refuted, claim=side, status=REFUTED))
    return said, found
