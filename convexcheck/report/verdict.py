"""The verdict: what the pipeline answers, and the certificate file behind it (untrusted; it decides nothing)."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from convexcheck.certificate.codec import array_path
from convexcheck.certificate.evidence import Certificate
from convexcheck.expression.errors import ConvexcheckError
from convexcheck.expression.statement import Statement

PROVED, REFUTED, UNKNOWN, ILL_POSED = "PROVED", "REFUTED", "UNKNOWN", "ILL_POSED"
_START = b'{"claim":'  # of every certificate


@dataclass(frozen=True)
class CertificateFile:
    """An accepted certificate: its bytes, the arrays beside it, and what it says.

    Args:
        data: the bytes of the file, as the kernel accepted them.
        arrays: the bytes of each array file, by digest.
        content: the certificate in those bytes.
    """

    data: bytes = field(repr=False)
    arrays: Mapping[str, bytes] = field(repr=False)
    content: Certificate = field(repr=False)

    def write(self, path: str | Path) -> None:
        """Write the file at `path`, and its arrays into the same folder.

        Raises:
            ConvexcheckError: when a file is there that is no certificate and not empty, or when the folder cannot be
                written to; nothing is left half-written.
        """
        target = Path(path)
        make_room(target)
        try:
            self.write_arrays(target.parent)
            write_whole(target, self.data)
        except OSError as error:
            message = f"cannot write {target}: {error.strerror}"
            raise ConvexcheckError("certificate", message, hint="another folder") from error

    def write_arrays(self, folder: Path) -> None:
        """Write the arrays alone, each into a file that its digest names."""
        for name, data in self.arrays.items():
            write_whole(array_path(folder, name), data)

    @contextmanager
    def laid_out(self) -> Iterator[Path | None]:
        """A folder with the arrays for as long as it is looked at; None where there are none."""
        if not self.arrays:
            yield None
            return
        with tempfile.TemporaryDirectory() as folder:
            self.write_arrays(Path(folder))
            yield Path(folder)

    def __len__(self) -> int:
        return len(self.data)


def make_room(path: Path) -> None:
    """Refuse a path at which something else than a certificate, or than an empty file, would be lost.

    Raises:
        ConvexcheckError: a folder, a device, a file that cannot be read, or one that is no certificate.
    """
    if not path.exists():
        return
    if not path.is_file():
        raise ConvexcheckError("certificate", f"{path} is no regular file", "a file's path")
    try:
        start = path.open("rb").read(len(_START))
    except OSError as error:
        raise ConvexcheckError("certificate", f"cannot read {path}: {error.strerror}", hint="another path") from error
    if start and start != _START:
        message = f"{path} exists and is no certificate; it stays as it is"
        raise ConvexcheckError("certificate", message, hint="another path, or remove that file first")


def write_whole(path: Path, data: bytes) -> None:
    """Write a file so that it is there in whole or not at all."""
    partial = path.with_name(path.name + ".part")
    partial.write_bytes(data)
    partial.replace(path)


Points = Mapping[str, Any]


@dataclass(frozen=True)
class Jensen:
    """A counterexample: f(t x + (1-t) y) exceeds t f(x) + (1-t) f(y) by `gap` (for -f if `side` is "concave").

    Args:
        side: the property that fails: "convex" or "concave".
        x, y: object arrays of exact rationals (Fraction), by variable; large arrays by their digests.
        t: the weight of x, a Fraction in (0, 1).
        gap: a ball (``flint.arb``) or an exact rational (``flint.fmpq``), > 0.
        sizes, parameters: the instance at which it fails; arrays of the user's data are named by their digest.
    """

    side: str
    x: Points
    y: Points
    t: Fraction
    gap: Any
    sizes: Mapping[str, int]
    parameters: Points

    @property
    def middle(self) -> Points:
        """The point t x + (1-t) y; empty where the arrays are large."""
        if any(isinstance(value, str) for value in (*self.x.values(), *self.y.values())):
            return {}
        mixed = {name: self.t * self.x[name] + (1 - self.t) * self.y[name] for name in self.x}
        return {name: np.asarray(value, dtype=object) for name, value in mixed.items()}


@dataclass(frozen=True)
class Curvature:
    """A counterexample: ``v'Hv`` has the wrong sign at the point x, so that f is not convex (or concave) there.

    Args:
        side: the property that fails: "convex" or "concave".
        x, v: object arrays of exact rationals (Fraction) by variable; large arrays by their digests.
        value: v'Hv, a ball (``flint.arb``) or an exact rational (``flint.fmpq``), < 0 for "convex".
        level: the arithmetic in which the kernel showed it: "rational", "ball" or "midpoint-radius".
        bound: for "convex" the least eigenvalue of the Hessian at x is at most this float < 0; for "concave" the
            largest is at least this float > 0. It is v'Hv/v'v, rounded towards 0.
    """

    side: str
    x: Points
    v: Points
    value: Any
    level: str
    bound: float

    @property
    def relative_radius(self) -> float:
        """How far v'Hv may be from the middle of `value`, relative to it; 0 for a rational."""
        return float(self.value.rad() / abs(self.value.mid())) if hasattr(self.value, "rad") else 0.0


@dataclass(frozen=True)
class Verdict:
    """The answer to "is this convex?".

    Args:
        status: PROVED, REFUTED, UNKNOWN or ILL_POSED, of `claim`.
        curvature: CONVEX, CONCAVE, AFFINE, NEITHER or UNKNOWN.
        claim: the property that was asked about: "convex" or "concave".
        statement: what was read; None where nothing could be.
        certificate: the accepted file; None where nothing was settled.
        message: one sentence for a person.
        strict: True where strictness is proved without a condition, else None.
        conditions: under which more is true, such as strictness, in words; where the answer depends on parameters, for
            which of their values the function is convex or concave.
        modulus: a proved strong-convexity constant: a Fraction, an expression in the parameters, or None.
        counterexamples: at most one against each side.
        attempts: what was tried, and how near it came.
        accepted: the kernel's answer.
        seconds: time of reading, search and check.
        out_of_time: whether the budget ended the search.
        region: for a refuted function of one variable, where its second derivative is negative, if that is known.
        cases: the verdicts behind such conditions on parameters, each with its certificate.
        negative: curvature of the wrong sign along a direction, where that is the evidence.
    """

    status: str
    curvature: str
    claim: str = "convex"
    statement: Statement | None = None
    certificate: CertificateFile | None = None
    message: str = ""
    strict: bool | None = None
    conditions: tuple[str, ...] = ()
    modulus: Any = None
    counterexamples: tuple[Jensen, ...] = ()
    attempts: tuple[str, ...] = ()
    accepted: Any = None
    seconds: Mapping[str, float] = field(default_factory=dict)
    out_of_time: bool = False
    region: str | None = None
    cases: tuple[Verdict, ...] = ()
    negative: tuple[Curvature, ...] = ()

    @property
    def counterexample(self) -> Jensen | None:
        """The counterexample to the claim, or the first there is."""
        mine = [c for c in self.counterexamples if c.side == self.claim]
        return (*mine, *self.counterexamples)[0] if self.counterexamples else None

    @property
    def fails(self) -> tuple[str, ...]:
        """The properties that are refuted: "convex", "concave", both or none."""
        return (*(c.side for c in self.counterexamples), *(c.side for c in self.negative))

    def __bool__(self) -> bool:
        raise TypeError("a verdict has more than two values: compare .status or .curvature, do not use it as a bool")

    def explain(self) -> str:
        """The reasons in numbered steps, as plain text."""
        from convexcheck.report.explain import explain

        return explain(self)

    def to_script(self, kind: str) -> str:
        """The certificate as a script for another tool: "sympy", "smtlib", "rocq" (needs the library too); or as a
        text: "markdown", "latex".

        Raises:
            ConvexcheckError: nothing was settled, another kind, or "no script, because ...".

        >>> from convexcheck import check
        >>> check("x**2").to_script("sympy").splitlines()[0]
        '# claim      convex, strictly always, strongly with modulus 2'
        """
        from convexcheck.report.scripts import script_text

        return script_text(self, kind)

    def plot(self, ax: Any = None) -> Any:
        """Draw the function along the segment or direction that refutes the claim, with the chord; returns the Axes.

        Without a counterexample a function of one real number is drawn as it is.

        Args:
            ax: the Axes to draw on; None for new ones.

        Raises:
            ConvexcheckError: there is nothing to draw.
        """
        from convexcheck.report.plot import plot

        return plot(self, ax)

    def __repr__(self) -> str:
        return str(self)

    def __str__(self) -> str:
        from convexcheck.report.summary import summary

        return summary(self)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        from convexcheck.report.notebook import mimebundle

        return mimebundle(self)
