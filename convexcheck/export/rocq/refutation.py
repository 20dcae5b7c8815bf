"""A counterexample as a theorem: explicit points of the domain, and the function above the chord (untrusted).

For all sizes and parameters asked, one admissible choice refutes: the theorem says that it exists.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from convexcheck.certificate import evidence as ev
from convexcheck.export.rocq.notation import NoScript, array, number
from convexcheck.export.rocq.statement import given
from convexcheck.expression.statement import Statement

MOST_ENTRIES = 400
_UNFOLDED = "everywhere mix Sum Maxi INR Nat.add Nat.mul Nat.eqb"
Named = Sequence[tuple[str, ev.Array]]


def refuted(s: Statement, sides: Sequence[tuple[str, ev.JensenGap]]) -> str:
    """The theorem that there is a Jensen gap of ``f`` (of ``- f`` for "concave") for each of `sides`."""
    parts, proofs, lemmas = [], [], []
    for k, (side, gap) in enumerate(sides):
        lemma, statement = _gap(s, side, gap, f"gap_{side}", f"{k}")
        lemmas.append(lemma)
        parts.append(statement)
        proofs.append(f"exact gap_{side}")
    whole = " /\\\n  ".join(parts)
    proof = f"split; [{' | '.join(proofs)}]" if len(parts) > 1 else proofs[0]
    return "\n\n".join([*lemmas, f"Theorem verdict :\n  {whole}.\nProof. {proof}. Qed."])


def _gap(s: Statement, side: str, gap: ev.JensenGap, name: str, mark: str) -> tuple[str, str]:
    """The lemma with its proof, and what it states."""
    sizes = [(f"n_{n}", "nat", f"{k}%nat") for n, k in gap.instance.sizes]
    values = dict(gap.instance.parameters)
    fixed = [(f"p_{n}", array(d, n), _values(values[n])) for n, d in s.parameters.items()]
    known = [*sizes, *fixed]
    at = "".join(f" {n}" for n, _, _ in known)
    value = f"(f{at})" if side == "convex" else f"(fun p => - f{at} p)"
    statement = f"jensen_gap (dom{at}) {value}"
    if known:
        bound = " ".join(f"({n} : {kind})" for n, kind, _ in known)
        statement = f"(exists {bound}, given{at} /\\ {statement})"
    ends = [f"Definition {end}_{mark} : point := {_point(s, points)}." for end, points in (("x", gap.x), ("y", gap.y))]
    opened = [f"v_{n}" for n in s.variables]
    unfold = f"cbv [f dom {_UNFOLDED} x_{mark} y_{mark} {' '.join(opened)}]"
    chosen = "".join(f"exists {value}. " for _, _, value in known)
    if known:
        facts = "; ".join([f"cbv [given {_UNFOLDED}]", "repeat split; at_every_index"]) if given(s) else "exact I"
        chosen += f"split; [{facts}|]. "
    proof = (
        f"Proof.\n  {chosen}\n  exists x_{mark}, y_{mark}, {number(gap.t)}.\n"
        f"  {unfold}.\n  repeat split; at_every_index.\nQed."
    )
    return "\n".join([*ends, f"Lemma {name} : {statement}.", proof]), statement


def _values(a: ev.Array) -> str:
    """An array as a function of its indices."""
    if a.digest or math.prod(a.shape) > MOST_ENTRIES:
        raise NoScript("the counterexample rests on a large array of data")
    if not a.shape:
        return f"({number(a.entries[0])})"
    names = ["i", "j"][: len(a.shape)]
    return f"(fun {' '.join(names)} => {_cases(a, names)})"


def _cases(a: ev.Array, names: Sequence[str]) -> str:
    """Nested choices by index."""
    if not names:
        return number(a.entries[0])
    step = math.prod(a.shape[1:])
    rows = [ev.Array(a.shape[1:], a.entries[k * step : (k + 1) * step]) for k in range(a.shape[0])]
    cases = "".join(f" | {k}%nat => {_cases(row, names[1:])}" for k, row in enumerate(rows))
    return f"match {names[0]} with{cases} | _ => 0 end"


def _point(s: Statement, values: Named) -> str:
    found = dict(values)
    parts = []
    for k, n in enumerate(s.variables):
        a = found[n]
        if a.digest or math.prod(a.shape) > MOST_ENTRIES:
            raise NoScript("the counterexample has many coordinates")
        parts.append(f" | {k}%nat => {_cases(a, ['i', 'j'][: len(a.shape)])}")
    return f"fun k i j => match k with{''.join(parts)} | _ => 0 end"
