"""The kernel's words about a file that is no certificate, in words for people (untrusted)."""

from __future__ import annotations

from typing import TypeVar

from convexcheck.expression.errors import Record

Answer = TypeVar("Answer", bound=Record)
NO = "not a convexcheck certificate"


def plain(answer: Answer) -> Answer:
    """The kernel's answer; where the file could not be read as a certificate, with a reason that names no exception.

    >>> from convexcheck.certificate.evidence import Claim
    >>> plain(Claim("convex")).verdict
    'convex'
    """
    if getattr(answer, "step", "") != "certificate":
        return answer
    kind, _, rest = str(vars(answer)["reason"]).partition(" ")
    if kind == "JSONDecodeError":
        told = f"{NO}: not JSON" + " (truncated?)" * (not rest.endswith("(char 0)"))
    elif kind == "UnicodeDecodeError":
        told = f"{NO}: not ASCII text"
    elif kind == "RecursionError":
        told = f"{NO}: nested too deeply"
    elif kind in ("KeyError", "TypeError", "AttributeError", "IndexError"):
        told = f"{NO}: JSON, but not of this form"
    elif kind.endswith("Error"):
        told = rest
    else:
        return answer
    return type(answer)(**{**vars(answer), "reason": told})
