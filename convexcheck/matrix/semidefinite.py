"""The answer of `psd`: three-valued, with what it rests on."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np

from convexcheck.matrix.enclosure import Enclosure, U

PSD, NOT_PSD, UNDECIDED = "PSD", "NOT_PSD", "UNDECIDED"


@dataclass(frozen=True)
class Semidefinite:
    """Whether a matrix is positive semidefinite.

    Args:
        status: "PSD", "NOT_PSD", or "UNDECIDED" where the smallest eigenvalue is too close to zero.
        rows: n.
        smallest: encloses the smallest eigenvalue of S = (Q + Q^T)/2.
        shift: encloses the least t >= 0 for which S + t I is PSD.
        distance: encloses the Frobenius distance from S to the nearest PSD matrix.
        definite: whether it is positive definite; None if undecided.
        witness: integers v with v'Qv < 0, as an object array; None if there is none, or none was found.
        value: v'Qv, exactly.
        asymmetry: the largest |Q[i, j] - Q[j, i]|.
        size: the Frobenius norm of S, in floats.
        methods: what the answer rests on.
    """

    status: str
    rows: int
    smallest: Enclosure
    shift: Enclosure
    distance: Enclosure
    definite: bool | None
    witness: np.ndarray[Any, Any] | None
    value: Fraction | None
    asymmetry: Fraction
    size: float = field(repr=False)
    methods: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        if self.status == UNDECIDED:
            raise TypeError(f"undecided is neither yes nor no: {self.message}")
        return self.status == PSD

    @property
    def roundoff(self) -> bool:
        """Whether a negative eigenvalue is no larger than rounding errors in the entries would explain."""
        return self.status == NOT_PSD and -self.smallest.lower <= 2 * U * self.rows * self.size

    @property
    def message(self) -> str:
        """What else has to be said, in words."""
        said = []
        if self.asymmetry:
            gap = float(self.asymmetry)
            said.append(
                f"Q is not symmetric (entries differ by up to {gap:.3g}): this is about (Q + Q^T)/2, with the same x'Qx"
            )
        if self.roundoff:
            said.append(
                "the negative eigenvalue is of the size of rounding errors; "
                f"Q + t I is PSD from t = {self.shift.upper:.3g}"
            )
        if self.status == UNDECIDED:
            said.append("the smallest eigenvalue is too close to zero for these bounds")
        return "; ".join(said)

    def __repr__(self) -> str:
        return str(self)

    def __str__(self) -> str:
        word = {True: ", positive definite", False: ", singular", None: ""}[self.definite] * (self.status == PSD)
        rows = [
            ("status", self.status + word),
            ("matrix", f"{self.rows} x {self.rows}{', not symmetric' * bool(self.asymmetry)}"),
            ("smallest eigenvalue", str(self.smallest)),
        ]
        if self.status != PSD:
            rows += [("shift to PSD", str(self.shift)), ("distance to PSD", str(self.distance))]
        if self.witness is not None and self.value is not None:
            shown = ", ".join(map(str, self.witness[:6])) + ", ..." * (self.rows > 6)
            rows += [("v", f"[{shown}]"), ("v'Qv", _short(self.value))]
        rows += [("method", ", ".join(self.methods))] + [("note", note) for note in self.message.split("; ") if note]
        width = max(len(name) for name, _ in rows) + 2
        return "\n".join(f"{name:>{width}}: {value}" for name, value in rows)


def _short(value: Fraction) -> str:
    text, near = str(value), Enclosure.of(value, value)
    return text if len(text) <= 24 else f"{near.upper:.6g}, exact in .value"
