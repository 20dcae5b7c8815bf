"""What is known of a critical point of a network's loss (untrusted: the certificate says what was accepted)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import flint
import numpy as np

from convexcheck.certificate.codec import written
from convexcheck.certificate.evidence import CriticalPoint, SymmetryPair
from convexcheck.expression.evaluate import evaluate
from convexcheck.expression.statement import Statement, generic
from convexcheck.expression.term import substitute
from convexcheck.report.verdict import CertificateFile

MINIMUM, MAXIMUM, SADDLE, NONSTRICT, NOT_FOUND = (
    "STRICT_MINIMUM", "STRICT_MAXIMUM", "SADDLE", "NON_STRICT", "NOT_FOUND",
)  # fmt: skip


@dataclass(frozen=True)
class Critical:
    """One point at which the gradient is 0, enclosed in a box.

    Args:
        status: "STRICT_MINIMUM", "STRICT_MAXIMUM" or "SADDLE", each certified; "NON_STRICT": the loss is constant along
            a curve through these weights, as the certificate or the message shows, or the Hessian seems to be
            singular, as the message says; "NOT_FOUND": Newton's method did not settle.
        index: the number of negative eigenvalues of the Hessian; None where nothing is certified.
        x: the centre of the box by variable, object arrays of Fractions.
        radius: its half width in every coordinate.
        value: a ball with the loss there.
        images: how many different critical points symmetries make of it, itself included; certified.
        rise: of a strict minimum and one of its images, a ball > 0: how much larger the loss is somewhere between.
        certificate: the accepted file; None where nothing is certified. For "NON_STRICT" it says which symmetries leave
            the loss alone.
        pair: the accepted file that the loss is larger between the centre of the box and its image.
        message: the answer in words.
    """

    status: str
    index: int | None = None
    x: Mapping[str, Any] = field(default_factory=dict)
    radius: Fraction | None = None
    value: Any = None
    images: int | None = None
    rise: Any = None
    certificate: CertificateFile | None = field(default=None, repr=False)
    pair: CertificateFile | None = field(default=None, repr=False)
    message: str = ""

    def __bool__(self) -> bool:
        raise TypeError("a critical point has no truth value: ask for its status")

    def __str__(self) -> str:
        return f"{self.status}: {self.message}"


def certified(
    found: CriticalPoint, index: int, size: int, file: CertificateFile, values: Mapping[tuple[str, str], Any],
    higher: tuple[SymmetryPair, CertificateFile] | None = None,
) -> Critical:  # fmt: skip
    """The answer that an accepted certificate gives.

    Args:
        found: its evidence.
        index: the number of negative eigenvalues.
        size: the number of parameters.
        file: the certificate.
        values: exact values of the statement's parameters.
        higher: evidence of a larger loss between the centre and an image, and its certificate.
    """
    status = MINIMUM if index == 0 else MAXIMUM if index == size else SADDLE
    x = {n: np.array([*a.entries, None], dtype=object)[:-1].reshape(a.shape) for n, a in found.x}
    balls = {("var", n): written(a) for n, a in found.x}
    radius = flint.arb(0, float(found.radius) * (1 + 1e-9))
    box = {k: np.asarray(v + radius, dtype=object) for k, v in balls.items()}
    with flint.ctx.workprec(128):
        value = evaluate(file.content.statement.function, {**values, **box}, dict(found.instance.sizes))
        rise = _rise(file.content.statement, higher[0], {**values, **box}) if higher else None
    images = len(found.elements) or None
    extrema = {MINIMUM: "a strict local minimum", MAXIMUM: "a strict local maximum"}
    kind = extrema.get(status, f"a saddle of index {index}")
    message = f"{kind}, the only critical point within {float(found.radius):.3g} in every coordinate"
    if images and images > 1:
        message += f"; {images} different ones under permutations and signs have equal loss"
    if rise is not None:
        message += f", and on the segment between two of them it rises by {rise}"
    return Critical(status, index, x, found.radius, value, images, rise, file, higher and higher[1], message)


def _rise(s: Statement, pair: SymmetryPair, box: dict[tuple[str, str], Any]) -> Any:
    """A ball with f((1-t) x + t g x) - f(x) for all x in the box; None where it may be <= 0."""
    images = dict(pair.action.images)
    between = {
        ("var", n): (1 - pair.t) * generic("var", n, d) + pair.t * images.get(n, generic("var", n, d))
        for n, d in s.variables.items()
    }
    member = {("par", n): written(a) for n, a in pair.instance.parameters if n not in s.parameters}
    found = evaluate(substitute(s.function, between) - s.function, {**box, **member}, dict(pair.instance.sizes))
    return found if found > 0 else None


def degenerate(curves: str, least: bool, file: CertificateFile | None) -> Critical:
    """The answer where the loss is constant along a curve through the weights.

    Args:
        curves: which curves, in words.
        least: whether no loss is smaller.
        file: the certificate that the loss stays the same.
    """
    kind = "a global minimum, as no loss is smaller, and not a strict one" if least else "no strict minimum"
    return Critical(NONSTRICT, certificate=file, message=f"{kind}: {curves}")


def unsettled(reason: str, least: bool) -> Critical:
    """The answer where nothing is certified.

    Args:
        reason: why the kernel rejected what was found, if something was.
        least: whether no loss is smaller than at the weights.
    """
    if least:
        return Critical(NONSTRICT, message="a global minimum, as no loss is smaller; a strict one was not shown")
    if reason:
        return Critical(NONSTRICT, message=f"the Hessian is singular there, or too close to it ({reason})")
    message = "Newton's method did not settle near these weights, or the loss has a kink there"
    return Critical(NOT_FOUND, message=message)
