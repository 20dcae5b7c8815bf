"""A symmetry as a theorem: for every member of the action, ``f`` of the moved point is ``f`` (untrusted; coqc judges).

For each part of the function there is a lemma: moved, it is a product of signs and scales times itself at permuted
indices. A sum over a permuted index loses the permutation; odd functions let signs through, maxima with 0 scales.
Reference: R. Hecht-Nielsen, On the algebraic structure of feedforward network weight spaces (1990).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from convexcheck.certificate import evidence as ev
from convexcheck.export.rocq.notation import MOST_INDICES, NoScript, binders, index, real, size
from convexcheck.expression.statement import Statement
from convexcheck.expression.term import Expression, instantiate

_ODD = {"tanh": "tanh_odd", "sin": "sin_neg"}
_EVEN = {"cos": "cos_neg", "abs": "Rabs_Ropp"}
_PLACE = re.compile(r"\(place_of (\(p_\w+ [^()]*\))\)")


def invariant(s: Statement, action: ev.Action) -> str:
    """The theorem that the action leaves ``f`` alone.

    Raises:
        NoScript: for an image or a function of another kind.
    """
    return _Symmetry(s, action).theorem()


@dataclass
class _Part:
    """A part of the function: its text when moved, its own text, the factors in front, the permutation of each index.

    `lemma` proves ``moved = factors * own``, the own text at permuted indices; none where nothing moves.
    """

    moved: str
    own: str
    factors: dict[tuple[str, str], int] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)
    lemma: str = ""

    def at(self) -> str:
        """The own text at the permuted indices."""
        shown = self.own
        for name, q in self.places.items():
            shown = re.sub(rf"\b{name}\b", f"({q} {name})", shown) if q else shown
        return shown


class _Symmetry:
    def __init__(self, s: Statement, action: ev.Action) -> None:
        self.s, self.action = s, action
        self.sizes = {f"p_{n}": size(k) for n, k in (*action.permutations, *action.signs, *action.scales)}
        self.permutations = [f"p_{n}" for n, _ in action.permutations]
        self.signs, self.scales = ([f"p_{n}" for n, _ in kind] for kind in (action.signs, action.scales))
        self.lemmas: list[str] = []
        self.images = dict(action.images)
        self.below: dict[str, str] = {}  # the size of each index that is open
        self.seen: dict[tuple[Expression, tuple[str, ...], tuple[str, ...]], _Part] = {}
        if any(len(d.shape) > MOST_INDICES for d in s.variables.values()):
            raise NoScript("a variable has more than two indices")

    def theorem(self) -> str:
        s = self.s
        known = "".join(f" ({name} : {kind})" for name, kind in binders(s))
        acting = "".join(f" ({p} : nat -> nat)" for p in self.permutations)
        acting += "".join(f" ({c} : nat -> R)" for c in (*self.signs, *self.scales))
        names = "".join(f" {name}" for name, _ in binders(s))
        members = " ".join([*self.permutations, *self.signs, *self.scales])
        facts = [f"permutes {self.sizes[p]} {p}" for p in self.permutations]
        facts += [f"(forall i, (i < {self.sizes[c]})%nat -> sign ({c} i))" for c in self.signs]
        facts += [f"(forall i, (i < {self.sizes[c]})%nat -> 0 < {c} i)" for c in self.scales]
        found = self.part(s.function, [])
        if found.factors or any(found.places.values()):
            raise NoScript("the function is not invariant part by part")
        pattern = " & ".join(f"H{name}" for name in (*self.permutations, *self.signs, *self.scales))
        cases = []
        for k, (n, d) in enumerate(s.variables.items()):
            cases.append(f" | {k}%nat => {self.image(n, ['i', 'j'][: len(d.shape)])}")
        moved = f"moved{names} {members}"
        opening = f"intros{names} G {members} M p. cbv [member] in M. "
        opening += f"destruct M as ({pattern}). " if len(facts) > 1 else f"rename M into {pattern}. "
        conjunction = " /\\ ".join(facts)
        return "\n".join([
            f"Definition moved{known}{acting} (p : point) : point :=\n  fun k i j => match k with{''.join(cases)}"
            " | _ => p k i j end.",
            f"Definition member{known}{acting} : Prop :=\n  {conjunction}.", "",
            f"Theorem verdict : forall{known}, {f'given{names} -> ' if names else 'True -> '}forall{acting}, "
            f"member{names} {members} ->\n  forall p, f{names} ({moved} p) = f{names} p.",
            f"Proof.\n  {opening}", *(f"  {line}" for line in self.lemmas),
            f"  change ({found.moved} = {found.own}).",
            f"  {f'rewrite {found.lemma}; ring' if found.lemma else 'reflexivity'}.", "Qed.",
        ])  # fmt: skip

    def image(self, name: str, at: Sequence[str]) -> str:
        """The image of a variable's entry at named indices, as text."""
        body = self.images.get(name)
        if body is None:
            return f"(v_{name} p{''.join(f' {i}' for i in at)})"
        return _PLACE.sub(r"\1", real(body, list(at)))

    def part(self, e: Expression, names: list[str]) -> _Part:
        """The lemma about a part; `names` are those of its loose indices, 0 first."""
        key = (e, tuple(names), tuple(self.below[n] for n in names))
        if key not in self.seen:
            self.seen[key] = self.rule(e, names)
        return self.seen[key]

    def rule(self, e: Expression, names: list[str]) -> _Part:
        """The lemma about a part, by its operation."""
        shown = _PLACE.sub(r"\1", real(e, names))
        if not e.has("var"):
            return _Part(shown, shown, {}, {n: "" for n in names if re.search(rf"\b{n}\b", shown)})
        if e.op == "var":
            return self.entry(e, names, shown)
        if e.op == "Sum":
            return self.sum(e, names)
        exponent = e.op == "pow" and (e.args[1].op != "const" or e.args[1].data.denominator > 1 or e.args[1].data < 0)
        if e.op not in ("add", "mul", "max", "pow", *_ODD, *_EVEN) or exponent:
            return self.plain(e, names, shown)
        parts = [self.part(a, names) for a in e.args[: 1 if e.op == "pow" else None]]
        places = _joined([part.places for part in parts])
        moved = self.shown(e, [part.moved for part in parts])
        own = self.shown(e, [part.own for part in parts])
        if own != shown:
            raise NoScript(f"{e.op} is written in another way")
        rewritten = self.rewritten(parts)
        if e.op == "mul":
            factors = self.product([part.factors for part in parts])
            return self.lemma(_Part(moved, own, factors, places), f"{rewritten}; {self.ring(parts, factors)}")
        if e.op == "pow":
            k = int(e.args[1].data)
            factors = self.product([parts[0].factors] * k)
            return self.lemma(_Part(moved, own, factors, places), f"{rewritten}; {self.ring(parts, factors)}")
        first = next((p.factors for p in parts if p.own != "0"), {})
        if any(p.factors != first for p in parts if p.own != "0"):
            raise NoScript(f"the arguments of {e.op} move in different ways")
        shared, text = first, self.text(first)
        if e.op == "add":
            return self.lemma(_Part(moved, own, shared, places), f"{rewritten}; ring")
        if e.op == "max":
            return self.maximum(_Part(moved, own, shared, places), parts, rewritten)
        if not shared:
            return self.plain(e, names, shown)
        if any(name not in self.signs for name, _ in shared):
            raise NoScript(f"a scale does not pass through {e.op}")
        lemma, law = ("odd_sign", _ODD[e.op]) if e.op in _ODD else ("even_sign", _EVEN[e.op])
        proof = f"{rewritten}; rewrite ({lemma} _ {text} _ {law} {self.sign(shared)}); ring"
        return self.lemma(_Part(moved, own, shared if e.op in _ODD else {}, places), proof)

    def shown(self, e: Expression, parts: Sequence[str]) -> str:
        """An operation on texts, as `notation.real` writes it."""
        if e.op == "pow":
            return f"({parts[0]} ^ {e.args[1].data})"
        if e.op in ("add", "mul"):
            return f"({(' + ' if e.op == 'add' else ' * ').join(parts)})"
        if e.op == "max":
            first, *rest = parts
            for other in rest:
                first = f"(Rmax {first} {other})"
            return first
        return f"({ {'abs': 'Rabs'}.get(e.op, e.op)} {parts[0]})"

    def entry(self, e: Expression, names: list[str], shown: str) -> _Part:
        """An entry of a variable: its image is a product of signs, scales and one entry of it."""
        at = [index(a, names) for a in e.args]
        body = self.images.get(e.data)
        moved = self.image(e.data, at)
        if body is None:
            return _Part(moved, shown, {}, dict.fromkeys((i for i in at if i in names), ""))
        body = instantiate(body, e.args)
        factors: dict[tuple[str, str], int] = {}
        places: dict[str, str] = {}
        inner = None
        for factor in body.args if body.op == "mul" else (body,):
            base, k = (factor.args[0], factor.args[1]) if factor.op == "pow" else (factor, None)
            power = int(k.data) if k is not None and k.op == "const" and k.data.denominator == 1 else 1
            if base.op == "par" and f"p_{base.data}" in (*self.signs, *self.scales) and (k is None or abs(power) == 1):
                key = (f"p_{base.data}", self.place(base.args[0], names))
                factors[key] = factors.get(key, 0) + power
            elif factor.op == "var" and factor.data == e.data and inner is None:
                inner = factor
            else:
                raise NoScript(f"the image {body} is no product of signs, scales and an entry")
        if inner is None:
            raise NoScript(f"the image {body} has no entry of {e.data}")
        for i, a in zip(at, inner.args, strict=True):
            found = self.place(a, names)
            q = next((q for q in self.permutations if found == f"({q} {i})"), "")
            if found != i and not (q and i in names) or places.get(i, q) != q:
                raise NoScript(f"the image {body} moves its entry in another way")
            if i in names:
                places[i] = q
        return self.lemma(_Part(moved, shown, factors, places), self.ring([], factors))

    def place(self, e: Expression, names: list[str]) -> str:
        return _PLACE.sub(r"\1", index(e, names))

    def sum(self, e: Expression, names: list[str]) -> _Part:
        """A sum: over a permuted index, the permutation goes; factors without the index come out."""
        n, j = size(e.args[0]), f"i{len(names)}"
        self.below[j] = n
        body = self.part(e.args[1], [j, *names])
        q = body.places.get(j, "")
        moved, own = f"(Sum {n} (fun {j} => {body.moved}))", f"(Sum {n} (fun {j} => {body.own}))"
        outer = {i: p for i, p in body.places.items() if i != j}
        if q and self.sizes[q] != n:
            raise NoScript(f"the permutation {q} is of another size")
        factors = {(c, re.sub(rf"\({q} {j}\)", j, i) if q else i): k for (c, i), k in body.factors.items()}
        if any(re.search(rf"\b{j}\b", i) for _, i in factors):
            raise NoScript("a factor stays within a sum")
        at = _Part("", body.own, {}, outer).at()  # the index itself is not permuted any more
        term = f"{self.text(body.factors)} * {body.at()}"
        steps = [f"transitivity (Sum {n} (fun {j} => {term}))"]
        steps.append(
            f"[apply Sum_ext; intros {j} H{j}; " + (f"apply {body.lemma}; assumption" if body.lemma else "ring") + "|]"
        )
        if q:
            steps[-1] += f"; rewrite (Sum_permutes {n} {q} (fun {j} => {self.text(factors)} * {at}) H{q})"
        steps.append("apply Sum_scal")
        return self.lemma(_Part(moved, own, factors, outer), "; ".join(steps))

    def maximum(self, part: _Part, parts: Sequence[_Part], rewritten: str) -> _Part:
        """A maximum: of arguments with the same positive factor."""
        if not part.factors:
            return self.lemma(part, f"{rewritten}; rewrite !Rmult_1_l; reflexivity")
        if any(name not in self.scales for name, _ in part.factors) or len(parts) != 2:
            raise NoScript("a sign does not pass through a maximum")
        text = self.text(part.factors)
        a, b = (f"({text} * {p.at()})" for p in parts)
        positive = self.positive(part.factors)
        proof = f"{rewritten}; transitivity (Rmax {a} {b}); [f_equal; ring|]; apply Rmax_scale; {positive}"
        return self.lemma(part, proof)

    def plain(self, e: Expression, names: list[str], shown: str) -> _Part:
        """Any other function of parts that move by permutations alone."""
        if e.op in ("where", "Max"):
            raise NoScript(f"a symmetry through {e.op} has no mapping")
        parts = [self.part(a, names) for a in e.args]
        if any(part.factors for part in parts):
            raise NoScript(f"a factor does not pass through {e.op}")
        texts = {a: part.moved for a, part in zip(e.args, parts, strict=True)}
        moved = real(e, names, lambda n, at: texts.get(n) if len(at) == len(names) else None)
        places = _joined([part.places for part in parts])
        return self.lemma(_Part(moved, shown, {}, places), f"{self.rewritten(parts)}; rewrite ?Rmult_1_l; ring")

    def lemma(self, part: _Part, proof: str) -> _Part:
        """Write the lemma of a part, for all of its indices."""
        if part.moved == part.at() and not part.factors:
            return part
        part.lemma = f"E{len(self.lemmas)}"
        head = "".join(f"forall {i}, ({i} < {self.below[i]})%nat -> " for i in part.places)
        intro = "".join(f" {i} H{i}" for i in part.places)
        intros = f"intros{intro}. " if intro else ""
        claim = f"{head}{part.moved} = {self.text(part.factors)} * {part.at()}"
        self.lemmas.append(f"assert ({part.lemma} : {claim}).\n  {{ {intros}{proof}. }}")
        return part

    def rewritten(self, parts: Sequence[_Part]) -> str:
        """The tactic that rewrites with the lemmas of parts, the larger ones first."""
        known = sorted((part for part in parts if part.lemma), key=lambda part: -len(part.moved))
        calls = [f"rewrite ({part.lemma}{''.join(f' {i} H{i}' for i in part.places)})" for part in known]
        return "; ".join(dict.fromkeys(calls)) or "idtac"

    def text(self, factors: Mapping[tuple[str, str], int]) -> str:
        """A product of factors, with 1 in front."""
        shown = "1"
        for (c, i), k in sorted(factors.items()):
            for _ in range(abs(k)):
                shown = f"({shown} * {f'({c} {i})' if k > 0 else f'(/ ({c} {i}))'})"
        return shown

    def fact(self, c: str, i: str) -> str:
        """That a sign or a scale at an index is one."""
        q = next((q for q in self.permutations if i.startswith(f"({q} ")), "")
        j = i[len(q) + 2 : -1] if q else i
        inside = f"(proj1 H{q} {j} H{j})" if q else f"H{j}"
        return f"(H{c} {i} {inside})"

    def sign(self, factors: Mapping[tuple[str, str], int]) -> str:
        """The proof that a product of signs is one."""
        proof = "sign_one"
        for (c, i), k in sorted(factors.items()):
            for _ in range(abs(k)):
                proof = f"(sign_mul _ _ {proof} {self.fact(c, i)})"
        return proof

    def positive(self, factors: Mapping[tuple[str, str], int]) -> str:
        """The tactic that shows that a product of scales is > 0."""
        facts = "; ".join(f"pose proof {self.fact(c, i)}" for c, i in sorted(factors))
        return f"{facts}; repeat (apply Rmult_lt_0_compat || apply Rinv_0_lt_compat); lra"

    def product(self, parts: Sequence[Mapping[tuple[str, str], int]]) -> dict[tuple[str, str], int]:
        """The factors of a product: squares of signs are 1."""
        found: dict[tuple[str, str], int] = {}
        for part in parts:
            for key, k in part.items():
                found[key] = found.get(key, 0) + k
        return {key: k % 2 if key[0] in self.signs else k for key, k in found.items()
                if (k % 2 if key[0] in self.signs else k)}  # fmt: skip

    def ring(self, parts: Sequence[_Part], factors: Mapping[tuple[str, str], int]) -> str:
        """The tactic for a product: with squares of signs, and scales that cancel."""
        used = sorted({key for part in parts for key in part.factors} | set(factors))
        times = {key: sum(abs(part.factors.get(key, 0)) for part in parts) for key in used}
        lost = [key for key in used if key[0] in self.signs and (times[key] > 1 or key not in factors)]
        facts = [f"assert (S{k} := sign_square _ {self.fact(*key)})" for k, key in enumerate(lost)]
        facts += [f"assert (P{k} := {self.fact(*key)})" for k, key in enumerate(used) if key[0] in self.scales]
        laws = f" [{' '.join(f'S{k}' for k in range(len(lost)))}]" if lost else ""
        scaled = any(key[0] in self.scales for key in used)
        end = f"field{laws}; repeat split; apply Rgt_not_eq; assumption" if scaled else f"ring{laws}"
        return "; ".join([*facts, end])


def _joined(places: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """The permutation of each index, where all parts agree."""
    found: dict[str, str] = {}
    for part in places:
        for i, q in part.items():
            if found.setdefault(i, q) != q:
                raise NoScript("an index is permuted in one place and not in another")
    return found
