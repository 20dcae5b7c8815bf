"""When a search has to stop: its share of the budget, by the work of its own thread (untrusted)."""

from __future__ import annotations

import time

BUSY = 2.0  # on a busy machine a search may take so many times its seconds by the clock on the wall


class OutOfTime(Exception):
    """The budget of a search is used up."""


class Deadline:
    """So many seconds from now.

    They are counted on the processor, so that what other programs do changes no answer; where the thread mostly
    waits, the clock on the wall ends it.

    Args:
        seconds: what the search may take; with 0 or less it is over at once.
    """

    def __init__(self, seconds: float) -> None:
        self._worked = time.thread_time() + seconds
        self._waited = time.monotonic() + BUSY * seconds

    def left(self) -> float:
        """Seconds that remain; negative once it is over."""
        return min(self._worked - time.thread_time(), (self._waited - time.monotonic()) / BUSY)

    def over(self) -> bool:
        """Whether the time is used up."""
        return self.left() < 0

    def part(self, share: float) -> Deadline:
        """A deadline after this share of the time that is left."""
        return Deadline(share * self.left())

    def at_least(self, seconds: float) -> Deadline:
        """This deadline, or one that many seconds from now if that is later."""
        return self if self.left() >= seconds else Deadline(seconds)
