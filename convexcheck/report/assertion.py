"""What a failing assertion says: the counterexample, or what stayed open (untrusted)."""

from __future__ import annotations

from convexcheck.report.explain import headline
from convexcheck.report.summary import facts
from convexcheck.report.verdict import ILL_POSED, PROVED, REFUTED, Verdict

UNSAID = ("status", "curvature", "claim", "seconds", "method", "axioms", "message")


class Undecided(Exception):
    """An assertion about a function that was neither proved nor refuted: the function may have the property."""


def asserted(verdict: Verdict, strict: bool = False) -> Verdict:
    """The verdict, if its claim is proved.

    Args:
        verdict: the answer of `check`.
        strict: whether strictness must be proved too.

    Raises:
        AssertionError: with the counterexample, or the point at which the function is not real.
        Undecided: with what was tried.
    """
    __tracebackhide__ = True  # pytest shows the line of the test then
    claim = "strictly " * strict + verdict.claim
    if verdict.status == PROVED and (not strict or verdict.strict):
        return verdict
    if verdict.status == PROVED and verdict.curvature == "AFFINE":
        raise AssertionError(_told(f"not {claim}: the function is affine", verdict))
    if verdict.status == PROVED:
        raise Undecided(_told(f"{verdict.claim}, but whether strictly was not settled", verdict))
    if verdict.status == REFUTED:
        raise AssertionError(_told(f"not {claim}: a counterexample, accepted by the kernel", verdict))
    if verdict.status == ILL_POSED:
        raise AssertionError(_told(headline(verdict), verdict))
    why = f"neither proved nor refuted that the function is {claim}: {verdict.message}"
    hint = "this says nothing against the function; try a longer budget=, or a smaller domain="
    raise Undecided(_told(why, verdict) + f"\n({hint})")


def _told(head: str, verdict: Verdict) -> str:
    rows = [(name, value) for name, value in facts(verdict) if name not in UNSAID]
    width = max((len(name) for name, _ in rows), default=0) + 2
    return "\n".join([head, *(f"{name:>{width}}: {value}" for name, value in rows)])
