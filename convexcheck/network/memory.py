"""How much memory a dense Hessian takes, said before it is taken (untrusted)."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from convexcheck.expression.errors import ConvexcheckError
from convexcheck.network.model import MLP
from convexcheck.network.numbers import STAGE

PAIRS = 2080  # pairs of inputs that are multiplied out together: those of 64 inputs
_WORK = 1 << 28  # bytes for work on some rows of the data, unless half of the matrix is more
_LITTLE = 1 << 26  # bytes that are there without asking
_LIMITS = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory.current")


@dataclass(frozen=True)
class Forecast:
    """What a dense Hessian of a perceptron takes.

    Args:
        size: P, the number of parameters.
        matrix: bytes of the matrix, 8 P**2.
        work: bytes beside it, at most.
        rows: how many rows of the data are looked at together.

    >>> net = MLP.from_arrays([([[1.0, 2.0]] * 3, [0.0] * 3), ([[1.0] * 3], None)])
    >>> Forecast.of(net, 100).matrix                    # P = 12
    1152
    """

    size: int
    matrix: int
    work: int
    rows: int

    @classmethod
    def of(cls, net: MLP, rows: int, shape: tuple[int, int] | None = None) -> Forecast:
        """The forecast for `rows` rows of data, and for a block of that shape only."""
        widths = net.widths
        units = max(widths[1:])
        pairs = min(PAIRS, max(widths) ** 2)
        # S of two pairs of layers, packed, one in progress, and F; the pairs of inputs; a few vectors for each layer
        sample = 8 * (5 * units * units + 2 * pairs + max(widths) + 6 * sum(widths))
        matrix = 8 * net.size**2 if shape is None else 8 * shape[0] * shape[1]
        together = max(1, min(rows, max(_WORK, matrix // 2) // sample))
        product = 8 * pairs * (units + 320)  # with 64 x 64 x 64 entries that are unpacked
        return cls(net.size, matrix, together * sample + product, together)

    @property
    def total(self) -> int:
        """All bytes."""
        return self.matrix + self.work

    def __str__(self) -> str:
        return f"P = {self.size:,}: a dense Hessian takes {told(self.matrix)}, and {told(self.work)} of work beside it"

    def admit(self, say: Callable[[str], None] | None = None) -> Forecast:
        """The forecast itself, if there is as much memory; `say` is told the figure first.

        Raises:
            ConvexcheckError: with the figures, and the way without a matrix.
        """
        admit(self.total, f"P = {self.size:,}: a Hessian of {told(self.matrix)} with its work", say)
        return self


def admit(count: int, what: str, say: Callable[[str], None] | None = None) -> None:
    """Refuse what takes more bytes than there are; `say` is told the figure first.

    Raises:
        ConvexcheckError: with the figures, and the way without a matrix.
    """
    if say is not None:
        say(f"{what} takes {told(count)}")
    free = available() if count > _LITTLE else None
    if free is not None and count > free:
        message = f"{what} takes {told(count)}, and {told(free)} are free"
        raise ConvexcheckError(STAGE, message, "a smaller one, or block=", "min_eigenvalue(...), which needs no matrix")


def told(count: int) -> str:
    """A number of bytes in words.

    >>> told(2_370_000_000), told(1152)
    ('2.37 GB', '1.15 kB')
    """
    for unit, size in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if count >= size:
            return f"{count / size:.3g} {unit}"
    return f"{count} bytes"


def available() -> int | None:
    """The bytes that can be had, as the system and the control group say; None if neither says."""
    found = []
    try:
        fields = dict(line.split(":") for line in Path("/proc/meminfo").read_text().splitlines())
        found.append(1024 * int(fields["MemAvailable"].split()[0]))
    except (OSError, KeyError, ValueError):
        if hasattr(os, "sysconf") and "SC_PHYS_PAGES" in os.sysconf_names:
            found.append(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
    try:
        most, now = (int(Path(path).read_text()) for path in _LIMITS)
        found.append(most - now)
    except (OSError, ValueError):  # no control group, or no limit in it
        pass
    return min(found, default=None)
