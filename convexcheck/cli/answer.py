"""Exit codes, and the one JSON object that stands for an answer (untrusted)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from convexcheck.report.verdict import Verdict

ESTABLISHED, AGAINST, USAGE, UNSETTLED, OUT_OF_TIME, ILL = 0, 1, 2, 3, 4, 5
INTERNAL, INTERRUPTED = 70, 130
KEYS = ("id", "curvature", "status", "strict", "modulus", "seconds", "certificate", "message")


def exit_code(verdict: Verdict, expect: str | None = None) -> int:
    """The exit code: of the claim, or of the curvature that was expected.

    >>> from convexcheck.report.verdict import Verdict
    >>> proved = Verdict("PROVED", "AFFINE")
    >>> exit_code(proved), exit_code(proved, "CONVEX"), exit_code(proved, "NEITHER")
    (0, 0, 1)
    """
    if verdict.status == "ILL_POSED":
        return ILL
    answer = _expected(verdict, expect) if expect else {"PROVED": True, "REFUTED": False}.get(verdict.status)
    if answer is None:
        return OUT_OF_TIME if verdict.out_of_time else UNSETTLED
    return ESTABLISHED if answer else AGAINST


def _expected(verdict: Verdict, expect: str) -> bool | None:
    """Whether the function has the expected curvature; an affine one is also convex and concave."""
    convex, concave = known(verdict, "convex"), known(verdict, "concave")
    if expect in ("CONVEX", "CONCAVE"):
        return convex if expect == "CONVEX" else concave
    sides = (convex, concave) if expect == "AFFINE" else tuple(None if k is None else not k for k in (convex, concave))
    return False if False in sides else None if None in sides else True


def known(verdict: Verdict, side: str) -> bool | None:
    """Whether the function is convex (or concave), None where the verdict does not tell."""
    if verdict.curvature in (side.upper(), "AFFINE"):
        return True
    refuted = verdict.curvature == "NEITHER" or side in verdict.fails
    return False if refuted else None


def record(name: str, verdict: Verdict, certificate: str | None) -> dict[str, Any]:
    """The object for a verdict: the keys of `KEYS` and no other.

    Args:
        name: the question as it was given.
        verdict: the answer.
        certificate: the absolute path of the file that was written, or None.
    """
    modulus = None if verdict.modulus is None else str(verdict.modulus)
    seconds = round(sum(verdict.seconds.values()), 6)
    from convexcheck.report.explain import headline

    message = "; ".join((headline(verdict), *verdict.conditions))
    return dict(
        zip(KEYS, (name, verdict.curvature, verdict.status, verdict.strict, modulus, seconds, certificate, message),
            strict=True)
    )  # fmt: skip


def failure(name: str, message: str, status: str = "ERROR") -> dict[str, Any]:
    """The object for a question that has no verdict."""
    return dict(zip(KEYS, (name, "UNKNOWN", status, None, None, 0.0, None, message), strict=True))
