"""What was tried without success, a line for each kind (untrusted)."""

from __future__ import annotations

from collections.abc import Iterable

LATE = "the budget was used up"


def tidy(attempts: Iterable[str]) -> tuple[str, ...]:
    """The last word on each kind (what stands before the colon), and one line for all that ran out of time.

    >>> tidy(["not convex: no gap in 10 pairs", "proof of convex: " + LATE, "not convex: no gap in 90 pairs"])
    ('not convex: no gap in 90 pairs', 'the budget was used up by: proof of convex')
    """
    said: dict[str, str] = {}
    late: dict[str, None] = {}
    for line in attempts:
        kind, _, rest = line.partition(": ")
        if rest == LATE:
            late[kind] = None
        else:
            said[kind] = line
    return (*said.values(), *[f"{LATE} by: {', '.join(late)}"] * bool(late))
