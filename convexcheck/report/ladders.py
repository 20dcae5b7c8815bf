"""Why a value that moves with one entry has a sign, in words (untrusted)."""

from __future__ import annotations

from collections.abc import Sequence

from convexcheck.certificate import evidence as ev
from convexcheck.expression.term import ONE
from convexcheck.report.notation import index_text

_ENDS = {-1: "lower", 1: "upper"}


def one_entry(rule: ev.Roots | ev.Ladder | ev.Split, names: Sequence[str] = ()) -> list[str]:
    """A line for each rule.

    >>> one_entry(ev.Roots())
    ['   positive factors aside it is a polynomial in one quantity, without a change of sign in its range [Roots]']
    """
    if isinstance(rule, ev.Roots):
        what = "it is a polynomial in one quantity, without a change of sign in its range"
        return [f"   positive factors aside {what} [Roots]"]
    at = index_text(rule.at, names)
    if isinstance(rule, ev.Split):
        points = ", ".join(map(str, rule.points))
        inner = [f"  {line}" for p in rule.premises for line in _inside(p, names)]
        return [f"   the range of {at} is cut at {points} [Split]", *inner]
    over = "" if rule.weight is ONE else f", over {index_text(rule.weight, names)} > 0,"
    limit = f"has a limit >= 0 at the {_ENDS.get(rule.end)} end of the range of {at}"
    return [f"   it{over} {limit} and moves away from 0 from there [Ladder]", *_inside(rule.slope, names)]


def _inside(rule: ev.Sign, names: Sequence[str]) -> list[str]:
    while isinstance(rule, ev.Rewritten):
        rule = rule.premise
    if isinstance(rule, ev.EachTerm):
        return [line for p in rule.premises for line in _inside(p, names)]
    if isinstance(rule, ev.Roots | ev.Ladder | ev.Split):
        return [f"  {line}" for line in one_entry(rule, names)]
    return []
