"""A theorem for all sizes and data, and its instance at the statement's own (untrusted; coqc judges).

The general theorem stands in a module of its own. What it assumes of data is shown for the data that are declared, by
exact computation with their rationals; where it assumes nothing of them, the theorem holds for all data of that size.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from convexcheck.certificate import evidence as ev
from convexcheck.export.numbers import values
from convexcheck.export.rocq.enclosure import numeric
from convexcheck.export.rocq.notation import NoScript, binders, index, size
from convexcheck.export.rocq.proof import proved
from convexcheck.export.rocq.statement import definitions, given
from convexcheck.export.rocq.witness import table
from convexcheck.expression.statement import Condition, Statement
from convexcheck.expression.term import Expression

_VERDICTS = {"convex": "convex_on", "concave": "concave_on", "affine": "affine_on"}


def specialised(s: Statement, claim: ev.Claim, e: ev.Generalisation, folder: Path | None) -> str:
    """The general theorem in a module, and the theorem about ``f`` and ``dom``.

    Raises:
        NoScript: where the general proof has no mapping, or the data are too many.
    """
    general, sizes = e.general, dict(e.sizes)
    inner = "\n\n".join([definitions(general, claim.verdict), proved(general, claim, e.premise)])
    at = general.instance(sizes)
    assumed = [c for c in at.given if c not in s.given]
    fixed = {n for c in assumed for n in c.body.names("par") if s.parameters[n].array}
    known: dict[tuple[str, str], Any] = {}
    shapes = {n: tuple(int(k.data) for k in d.shape) for n, d in s.parameters.items() if n in fixed}
    if fixed:
        arrays = tuple((n, ev.Array(shapes[n], (), s.parameters[n].array)) for n in shapes)
        known = values(arrays, "par", folder)
    tables = [line for n in shapes for line in table(f"table_data_{n}", f"data_{n}", known["par", n])]
    free = [(name, kind) for name, kind in binders(s) if name[2:] not in fixed]
    names = "".join(f" data_{n[2:]}" if n[2:] in fixed else f" {n}" for n, _ in binders(s))
    own = [f"G{k}" for k in range(len(given(s)))]
    facts, lines = list[str](), list[str]()
    for name, low in general.sizes.items():
        if low:
            facts.append(f"(ltac:(lia) : ({low} <= {sizes[name]})%nat)")
    for k, c in enumerate(at.given):
        facts.append(own[list(s.given).index(c)] if c in s.given else _fact(c, f"K{k}", lines))
    whole = _pairs(facts)
    counted = "".join(f" {sizes[n]}%nat" for n in general.sizes)
    quantified = "".join(f" ({name} : {kind})" for name, kind in free)
    place = f"(General.dom{counted}{names}) (General.f{counted}{names})"
    before = f"given{names} -> " if names else ""
    head = f"forall{quantified}, " if free else ""
    opening = f"intros{''.join(f' {n}' for n, _ in free)}{' G' if names else ''}."
    if own:
        taken = f"destruct H as ({' & '.join(own)})." if len(own) > 1 else f"rename H into {own[0]}."
        opening += f" assert (H := G). cbv [given] in H. {taken}"
    condition = f" ({whole})" if names or counted else ""
    kind = _VERDICTS[claim.verdict]
    ext = "affine_ext" if claim.verdict == "affine" else "convex_ext"
    opened = " ".join(f"v_{n} General.v_{n}" for n in s.variables)
    value = f"{'- ' * (kind == 'concave_on')}General.f{counted}{names} p"
    proof = [
        opening,
        *lines,
        f"assert (H : {kind} {place}) by exact (General.verdict{counted}{names}{condition}).",
        f"first [exact H | apply ({ext} _ (fun p => {value})); [|exact H];",
        f"  intros p _; cbv [f General.f {opened}]; agree].",
    ]
    statement = f"Theorem verdict : {head}{before}{kind} (dom{names}) (f{names})."
    theorem = f"{statement}\nProof.\n  " + "\n  ".join(proof) + "\nQed."
    return "\n\n".join([*tables, f"Module General.\n{inner}\nEnd General.", theorem])


def _fact(c: Condition, name: str, lines: list[str]) -> str:
    """What is assumed of data, as a term; the computation that shows it is added to the lines."""
    if c.relation not in ("ge", "gt", "eq"):
        raise NoScript(f"the condition {c.relation} on a matrix of data has no mapping")

    def leaf(e: Expression, names: Sequence[str]) -> str:
        if e.op != "par" or any(a.op not in ("bound", "const") for a in e.args):
            raise NoScript("what is assumed of data speaks of more than their entries")
        at = " ".join([*(index(a, names) for a in e.args), *["0%nat"] * (2 - len(e.args))])
        return f"(Rat (table_data_{e.data} {at}))"

    body = numeric(c.body, leaf, [f"i{k}" for k in range(len(c.sizes))])
    ranges = [(f"i{k}", size(n)) for k, n in enumerate(c.sizes)][::-1]  # the last one is outermost, as in `holds`
    tests = [f"exactly is_{c.relation} {body}"]  # the last one is about every entry
    for i, n in reversed(ranges):
        tests.insert(0, f"List.forallb (fun {i} => {tests[0]}) (List.seq 0 {n})")
    lines.append(f"assert ({name} : {tests[0]} = true) by vm_cast_no_check (@eq_refl bool true).")
    shown = name
    for (i, n), inner in zip(ranges, tests[1:], strict=True):
        shown = f"(below {n} (fun {i} => {inner}) {shown} {i} H{i})"
    opened = "".join(f" {i} H{i}" for i, _ in ranges)
    return f"({f'fun{opened} => ' * bool(ranges)}exact_{c.relation} {body} {shown})"


def _pairs(facts: Sequence[str]) -> str:
    """A conjunction's proof from those of its parts."""
    if not facts:
        return "I"
    *before, whole = facts
    for fact in reversed(before):
        whole = f"conj {fact} ({whole})"
    return whole
