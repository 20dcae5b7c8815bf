"""A counterexample on data as a theorem: tables, points, and one computation that encloses the gap (untrusted).

Where a parameter is declared to be an array, the theorem is about that array; the others are chosen.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from convexcheck.certificate import evidence as ev
from convexcheck.export.chord import as_chord, height
from convexcheck.export.numbers import values
from convexcheck.export.rocq.enclosure import constant, numeric, rational
from convexcheck.export.rocq.notation import NoScript, index, number
from convexcheck.export.rocq.statement import given
from convexcheck.expression.statement import Statement
from convexcheck.expression.term import Expression

LEAST_BITS, MOST_BITS = 100, 1000
_UNFOLDED = "everywhere mix Sum Maxi INR Nat.add Nat.mul Nat.eqb table List.nth Q2R Qnum Qden"


def witnessed(s: Statement, sides: Sequence[tuple[str, ev.Refutation]], folder: Path | None) -> str:
    """The theorem that there is a Jensen gap of ``f`` (of ``- f`` for "concave") for each of `sides`.

    Raises:
        NoScript: for a function without an enclosure, or an array that is too large.
    """
    chords = [(side, as_chord(s, 1 if side == "convex" else -1, e, folder)) for side, e in sides]
    tables, lemmas, parts = list[str](), list[str](), list[str]()
    for k, (side, gap) in enumerate(chords):
        lemma, statement = _gap(s, side, gap, folder, k, tables)
        lemmas.append(lemma)
        parts.append(statement)
    proofs = [f"exact gap_{side}" for side, _ in chords]
    proof = f"split; [{' | '.join(proofs)}]" if len(parts) > 1 else proofs[0]
    whole = " /\\\n  ".join(parts)
    return "\n\n".join([*dict.fromkeys(tables), *lemmas, f"Theorem verdict :\n  {whole}.\nProof. {proof}. Qed."])


def _gap(s: Statement, side: str, gap: ev.JensenGap, folder: Path | None, k: int, tables: list[str]) -> tuple[str, str]:
    """The lemma with its proof, and what it states."""
    known = values(gap.instance.parameters, "par", folder)
    ends = [values(end, "var", folder) for end in (gap.x, gap.y)]
    bits = _bits(s, 1 if side == "convex" else -1, known, dict(gap.instance.sizes), ends, gap.t)
    sizes = {n: f"{size}%nat" for n, size in gap.instance.sizes}
    chosen = [(f"n_{n}", "nat", size) for n, size in sizes.items()]
    fixed, at = [], "".join(f" {size}" for size in sizes.values())
    bound = "".join(f" n_{n}" for n in sizes)
    for n, d in s.parameters.items():
        name = f"data_{n}" if d.array else f"chosen{k}_{n}"
        shape = known["par", n].shape
        tables += table(f"table_{name}", name, known["par", n])
        fixed.append(name)
        at += f" {name}"
        bound += f" {name if d.array else f'p_{n}'}"
        if not d.array:
            chosen.append((f"p_{n}", "nat -> " * len(shape) + "R", name))
    for end, point in zip("xy", ends, strict=True):
        tables += _point(s, f"{end}_{k}", point)
    value = f"(f{bound})" if side == "convex" else f"(fun p => - f{bound} p)"
    statement = f"jensen_gap (dom{bound}) {value}"
    facts = given(s)
    opening = []
    if chosen:
        binders = " ".join(f"({n} : {kind})" for n, kind, _ in chosen)
        statement = f"(exists {binders}, given{bound} /\\ {statement})"
        opening = [f"exists {what}." for _, _, what in chosen]
    opened = " ".join([f"v_{n}" for n in s.variables] + [f"x_{k} y_{k}"] + fixed + [f"table_{n}" for n in fixed]
                      + [f"{e}_{k}_{n}" for e in "xy" for n in s.variables])  # fmt: skip
    unfold = f"cbv [given dom {_UNFOLDED} {opened}]"
    if chosen:
        opening.append(f"split; [{f'{unfold}; repeat split; at_every_index' if facts else 'exact I'}|].")
    shown = [_value(s, side, place, k, gap.t, sizes, known) for place in ("x", "y", "between")]
    inside = f"{unfold}; repeat split; at_every_index" if s.domain else "exact I"
    proof = [
        *opening,
        f"exists x_{k}, y_{k}, {number(gap.t)}.",
        f"split; [{inside}|]. split; [{inside}|]. split; [{inside}|]. split; [lra|].",
        f"assert (H := chord_by {bits} {constant(gap.t)}\n    {shown[0]}\n    {shown[1]}\n    {shown[2]}).",
        "match type of H with ?A -> _ => assert (K : A) by vm_cast_no_check (@eq_refl bool true) end.",
        "exact (H K).",
    ]
    return f"Lemma gap_{side} : {statement}.\nProof.\n  " + "\n  ".join(proof) + "\nQed.", statement


def _bits(s: Statement, side: int, known: Any, sizes: dict[str, int], ends: list[Any], t: Fraction) -> int:
    """How many bits the enclosures need: what the values lose in the difference, and some more."""
    gap, largest = height(s, side, known, sizes, ends, t)
    if not gap > 0:
        raise NoScript("the gap is not shown to be > 0 in numbers")
    lost = math.log2(max(1.0, float((largest / gap).abs_upper())))
    if lost + LEAST_BITS > MOST_BITS:
        raise NoScript("the gap is too small beside the values")
    return LEAST_BITS + math.ceil(lost)


def table(own: str, name: str, array: Any) -> list[str]:
    """A table of rationals, and the array of reals that it is."""
    cells = np.asarray(array, dtype=object)
    if cells.ndim > 2:
        raise NoScript(f"{name} has more than two indices")
    columns = cells.shape[1] if cells.ndim == 2 else 1
    entries = "; ".join(f"{rational(q)}%Q" for q in cells.reshape(-1))
    names = ["i", "j"][: cells.ndim]
    typed = f" ({' '.join(names)} : nat)" if names else ""
    at = " ".join([*names, *["0%nat"] * (2 - len(names))])
    return [
        f"Definition {own} : nat -> nat -> Q := table {columns} [{entries}].",
        f"Definition {name}{typed} : R := Q2R ({own} {at}).",
    ]


def _point(s: Statement, name: str, values: Any) -> list[str]:
    """A point, one table for each variable."""
    parts, found = [], []
    for k, n in enumerate(s.variables):
        found += table(f"{name}_{n}", "", values["var", n])[:1]
        parts.append(f" | {k}%nat => Q2R ({name}_{n} i j)")
    return [*found, f"Definition {name} : point := fun k i j => match k with{''.join(parts)} | _ => 0 end."]


def _value(s: Statement, side: str, place: str, k: int, t: Fraction, sizes: dict[str, str], known: Any) -> str:
    """The function at an end of the chord, or between, as data."""

    def leaf(e: Expression, names: Sequence[str]) -> str:
        at = " ".join([*(index(a, names) for a in e.args), *["0%nat"] * (2 - len(e.args))])
        if e.op == "par":
            name = f"data_{e.data}" if s.parameters[e.data].array else f"chosen{k}_{e.data}"
            return f"(Rat (table_{name} {at}))"
        ends = [f"(Rat ({end}_{k}_{e.data} {at}))" for end in "xy"]
        if place != "between":
            return ends["xy".index(place)]
        T = constant(t)
        return f"(Plus (Times {T} {ends[0]}) (Times (Plus (Int 1) (Minus {T})) {ends[1]}))"

    shown = numeric(s.function, leaf)
    for n, size in sizes.items():
        shown = shown.replace(f" n_{n})", f" {size})").replace(f" n_{n} ", f" {size} ")
    return shown if side == "convex" else f"(Minus {shown})"
