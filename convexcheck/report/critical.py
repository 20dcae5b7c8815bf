"""What is known of a critical point of a network's loss (untrusted: the certificate says what was accepted)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import flint
import numpy as np

from convexcheck.certificate.codec import written
from convexcheck.certificate.evidence import CriticalPoint
from convexcheck.expression.evaluate import evaluate
from convexcheck.report.verdict import CertificateFile

MINIMUM, MAXIMUM, SADDLE, NONSTRICT, NOT_FOUND = (
    "STRICT_MINIMUM", "STRICT_MAXIMUM", "SADDLE", "NON_STRICT", "NOT_FOUND",
)  # fmt: skip


@dataclass(frozen=True)
class Critical:
    """One point at which the gradient is 0, enclosed in a box.

    Args:
        status: "STRICT_MINIMUM", "STRICT_MAXIMUM" or "SADDLE", each certified; "NON_STRICT": the Hessian seems to be
            singular, and nothing is claimed; "NOT_FOUND": Newton's method did not settle.
        index: the number of negative eigenvalues of the Hessian; None where nothing is certified.
        x: the centre of the box by variable, object arrays of Fractions.
        radius: its half width in every coordinate.
        value: a ball with the loss there.
        images: how many different critical points symmetries make of it, itself included; certified.
        certificate: the accepted file; None where nothing is certified.
        message: the answer in words.
    """

    status: str
    index: int | None = None
    x: Mapping[str, Any] = field(default_factory=dict)
    radius: Fraction | None = None
    value: Any = None
    images: int | None = None
    certificate: CertificateFile | None = field(default=None, repr=False)
    message: str = ""

    def __bool__(self) -> bool:
        raise TypeError("a critical point has no truth value: ask for its status")

    def __str__(self) -> str:
        return f"{self.status}: {self.message}"


def certified(
    found: CriticalPoint, index: int, size: int, file: CertificateFile, values: Mapping[tuple[str, str], Any]
) -> Critical:
    """The answer that an accepted certificate gives.

    Args:
        found: its evidence.
        index: the number of negative eigenvalues.
        size: the number of parameters.
        file: the certificate.
        values: exact values of the statement's parameters.
    """
    status = MINIMUM if index == 0 else MAXIMUM if index == size else SADDLE
    x = {n: np.array([*a.entries, None], dtype=object)[:-1].reshape(a.shape) for n, a in found.x}
    balls = {("var", n): written(a) for n, a in found.x}
    radius = flint.arb(0, float(found.radius) * (1 + 1e-9))
    box = {k: np.asarray(v + radius, dtype=object) for k, v in balls.items()}
    with flint.ctx.workprec(128):
        value = evaluate(file.content.statement.function, {**values, **box}, dict(found.instance.sizes))
    images = len(found.elements) or None
    extrema = {MINIMUM: "a strict local minimum", MAXIMUM: "a strict local maximum"}
    kind = extrema.get(status, f"a saddle of index {index}")
    message = f"{kind}, the only critical point within {float(found.radius):.3g} in every coordinate"
    if images and images > 1:
        message += f"; {images} different ones under permutations and signs, with equal loss"
    return Critical(status, index, x, found.radius, value, images, file, message)


def unsettled(reason: str) -> Critical:
    """The answer where nothing is certified."""
    if reason:
        return Critical(NONSTRICT, message=f"the Hessian is singular there, or too close to it ({reason})")
    message = "Newton's method did not settle near these weights, or the loss has a kink there"
    return Critical(NOT_FOUND, message=message)
