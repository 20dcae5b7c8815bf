"""A verdict at a glance: aligned lines, a fact each (untrusted)."""

from __future__ import annotations

from convexcheck.certificate.evidence import Generalisation
from convexcheck.expression.statement import Condition
from convexcheck.report import points
from convexcheck.report.decimals import note, shown_number
from convexcheck.report.explain import names
from convexcheck.report.notation import array_text, said
from convexcheck.report.steps import cut
from convexcheck.report.verdict import Verdict


def summary(verdict: Verdict) -> str:
    """The verdict as aligned text.

    >>> from convexcheck.report.verdict import Verdict
    >>> print(summary(Verdict("UNKNOWN", "UNKNOWN", message="no proof was found")))
         status: UNKNOWN
      curvature: UNKNOWN
        message: no proof was found
    """
    rows = facts(verdict)
    width = max(len(name) for name, _ in rows) + 2
    return "\n".join(f"{name:>{width}}: {value}" for name, value in rows)


def from_data(verdict: Verdict) -> list[Condition]:
    """What the proof assumes of the user's arrays beyond the assumptions that were given: the kernel saw it hold."""
    e = verdict.certificate.content.evidence if verdict.certificate else None
    if not isinstance(e, Generalisation) or verdict.statement is None:
        return []
    at = zip(e.general.given, e.general.instance(dict(e.sizes)).given, strict=True)
    return [c for c, here in at if here not in verdict.statement.given]


def facts(verdict: Verdict) -> list[tuple[str, str]]:
    """(name, value) of every fact that the verdict holds, for the summary and for notebooks."""
    rows = [("status", verdict.status), ("curvature", _curvature(verdict))]
    if verdict.claim != "convex":
        rows.append(("claim", verdict.claim))
    s = verdict.statement
    if s is not None:
        rows.append(("function", cut(array_text(s.function))))
        rows.append(("variables", names(s.variables)))
        rows += [("parameters", names(s.parameters))] * bool(s.parameters)
        rows += [("domain", said(c)) for c in s.domain]
        rows += [("given", said(c)) for c in s.given]
        rows += [("data", said(c)) for c in from_data(verdict)]
        rows += [("assuming", line) for line in s.assumptions]
        rows += [("note", line) for line in note(s)]
    rows += [("message", verdict.message)] * bool(verdict.message)
    rows += [("condition", cut(line)) for line in verdict.conditions]
    rows += [("modulus", shown_number(verdict.modulus))] * (verdict.modulus is not None)
    for found in verdict.counterexamples:
        rows.append((f"not {found.side}", f"f at {points.mix(found.t)} is off its chord by {points.number(found.gap)}"))
        at = [f"{name} = {size}" for name, size in found.sizes.items()]
        at += [f"{n} = {points.array(v)}" for n, v in found.parameters.items() if not isinstance(v, str)]
        rows += [("with", cut(", ".join(at)))] * bool(at)
        for title, point in (("P", found.x), ("Q", found.y)):
            rows += [(title, f"{name} = {points.array(value)}") for name, value in point.items()]
    for curved in verdict.negative:
        rows.append((f"not {curved.side}", f"v'Hv = {points.number(curved.value)} at x along v ({curved.level})"))
        end = ("lambda_min", "at most") if curved.side == "convex" else ("lambda_max", "at least")
        rows.append((end[0], f"{end[1]} {curved.bound:.9g}, at x"))
        for title, point in (("x", curved.x), ("v", curved.v)):
            rows += [(title, f"{name} = {points.array(value)}") for name, value in point.items()]
    rows += [("negative f''", verdict.region or "")] * bool(verdict.region)
    if verdict.certificate is None:
        rows += [("tried", cut(line)) for line in verdict.attempts]
    if verdict.accepted is not None and verdict.certificate is not None:
        rows.append(("method", method(verdict)))
        rows.append(("axioms", ", ".join(verdict.accepted.axioms) or "none"))
        rows.append(("certificate", f"{len(verdict.certificate)} bytes, accepted by the kernel"))
    if verdict.seconds:
        parts = ", ".join(f"{name} {value:.3f}" for name, value in verdict.seconds.items())
        rows.append(("seconds", f"{sum(verdict.seconds.values()):.3f} ({parts})"))
    return rows


def method(verdict: Verdict) -> str:
    """The rules that the kernel used."""
    return ", ".join(name for name, _ in verdict.accepted.rules) if verdict.accepted is not None else "none"


def _curvature(verdict: Verdict) -> str:
    return verdict.curvature + ", strictly" * bool(verdict.strict)

