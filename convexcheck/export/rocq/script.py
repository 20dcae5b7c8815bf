"""From an accepted certificate to one Rocq file that ends in a theorem ``verdict`` (untrusted; coqc judges).

The theorem states the claim about ``f`` and ``dom``, which are defined readably at the top. Evidence without a
counterpart raises `NoScript`: there is never a script with a hole.
"""

from __future__ import annotations

import re
from pathlib import Path

from convexcheck.certificate import evidence as ev
from convexcheck.export.rocq.instance import specialised
from convexcheck.export.rocq.invariance import invariant
from convexcheck.export.rocq.notation import NoScript, comment
from convexcheck.export.rocq.proof import proved
from convexcheck.export.rocq.refutation import refuted
from convexcheck.export.rocq.statement import definitions
from convexcheck.export.rocq.witness import witnessed
from convexcheck.expression.bounds import Context
from convexcheck.expression.obligations import obligations
from convexcheck.expression.statement import Statement
from convexcheck.expression.term import nodes

_WHERE = {  # what a script may use beyond the rules, and where the library has it
    "Numbers": r"\bat_numbers\b|\bwithin\b|\bin_box\d\b",
    "Ranges": r"\b(sqrt|pw)_(above|below)|\b\w+_(mono|less)\b",
    "Ladders": r"\bat_\b",
    "Gauss": r"\berf_(lt1|gt_1)\b",
}
_HEAD = """From Coq Require Import Reals Lra Lia Psatz.
From Coquelicot Require Import Coquelicot.
From Convexcheck Require Import {files}.
Open Scope R_scope.
"""
_TABLES = """From Coq Require Import QArith Qreals.
From Coq Require List.
Import List.ListNotations.
Open Scope R_scope.
"""


def refutations(claim: ev.Claim, e: ev.Evidence) -> list[tuple[str, ev.Refutation]]:
    """What the evidence refutes, "convex" or "concave", and by what; nothing for evidence of another kind."""
    if isinstance(e, ev.Neither):
        return [("convex", e.convex), ("concave", e.concave)]
    return [(claim.verdict.removeprefix("not "), e)] if isinstance(e, ev.Refutation) else []


def script(certificate: ev.Certificate, folder: Path | None = None) -> str:
    """The text of the file for an accepted certificate, whose arrays lie in `folder`.

    Raises:
        NoScript: saying which part has no counterpart.
    """
    s, claim, e = certificate.statement, certificate.claim, certificate.evidence
    _refuse_powers_of_zero(s)
    sides, files = refutations(claim, e), ["Sums", "Convex", "Functions"]
    calculus, head = ["Expr", "Rules", "Signs", "Forms", "Steps", "Kinks"], _HEAD
    if sides and not any(d.array for d in s.parameters.values()) and all(type(r) is ev.JensenGap for _, r in sides):
        files += ["Numbers"]
        theorem = refuted(s, [(side, gap) for side, gap in sides if isinstance(gap, ev.JensenGap)])
    elif sides:
        files, head = [*files, "Numbers", "Enclosures"], _HEAD + _TABLES
        theorem = witnessed(s, sides, folder)
    elif isinstance(e, ev.Invariance):
        files += ["Symmetry"]
        theorem = invariant(s, e.action)
    elif isinstance(e, ev.Generalisation):
        files, head = [*files, *calculus, "Enclosures"], _HEAD + _TABLES
        theorem = specialised(s, claim, e, folder)
    elif isinstance(e, ev.Proof):
        files += calculus
        theorem = proved(s, claim, e)
    else:
        raise NoScript(f"evidence of the kind {type(e).__name__} has no mapping")
    more = [f"strictness: {claim.strict}"] * bool(claim.strict)
    more += [f"modulus: {claim.modulus}"] * (claim.modulus is not None)
    if more:
        theorem = f"{comment(['Of the certificate this script does not state', *more])}\n\n{theorem}"
    files += [name for name, words in _WHERE.items() if name not in files and re.search(words, theorem)]
    return "\n".join([head.format(files=" ".join(files)), definitions(s, claim.verdict), "", theorem, ""])


def _refuse_powers_of_zero(s: Statement) -> None:
    """Rocq's ``Rpower 0 q`` is 1, where the language's ``0 ** q`` for q > 0 is 0."""
    if any(n.op == "pow" and n.args[1].op != "const" for n in nodes(s.function)):
        for o in obligations(s.function, Context(s)):
            if o.relation == "ge" and not o.context.bounds(o.value).obeys("gt"):
                raise NoScript(f"{o.value} may be 0 beside a power with a symbolic exponent, which Rocq has as 1")
