"""Why a function at its slots is what substitution makes of it, operation by operation (untrusted; coqc judges).

Substitution flattens and sorts sums, products and maxima. Below an operation the arguments agree by induction, so what
is left at each node is that the same arguments come in another order.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from convexcheck.export.rocq.notation import CALLS, number
from convexcheck.export.rocq.place import Place
from convexcheck.expression.term import BINDERS, Expression, instantiate, rebuild, substitute

_TESTS = {"le": "Rleb", "lt": "Rltb", "eq": "Reqb", "and": "andb", "or": "orb", "not": "negb"}


@dataclass(frozen=True)
class Congruence:
    """The proofs that a function as printed, with each slot's body in place, is the substituted function as printed.

    Args:
        place: how what is substituted prints.
        values: what stands for each slot.
        slots: how the slots print, as parts of a point.
        point: that point; `maps` its definition.
    """

    place: Place
    values: Mapping[tuple[str, Any], Expression]
    slots: Place
    point: str
    maps: str

    def _at(self, e: Expression) -> Expression:
        return substitute(e, self.values)

    def same(self, e: Expression) -> str:
        """The tactic for ``printed e = printed substituted e``."""
        if self.values.keys().isdisjoint(e.symbols) or e.op == "var":
            return "first [reflexivity | reorder]"
        whole = self._at(e)
        if e.op in BINDERS:
            return self._binder(e, whole)
        args = [self._at(a) for a in e.args]
        shown = self._plain(e, args)
        inner = self._inner(e)
        if shown == self.place.show(whole):
            return inner
        order = "first [reflexivity | ring | max_sorts | field; nonzero | reorder]"
        return f"transitivity {shown}; [{inner} | {order}]"

    def _plain(self, e: Expression, args: list[Expression]) -> str:
        """The operation, as it is printed, of the substituted arguments in the old order."""
        show = self.place.show
        if e.op in ("add", "mul"):
            return f"({(' + ' if e.op == 'add' else ' * ').join(map(show, args))})"
        if e.op == "max":
            first, *rest = map(show, args)
            for other in rest:
                first = f"(Rmax {first} {other})"
            return first
        if e.op in CALLS:
            return f"({CALLS[e.op]} {show(args[0])})"
        if e.op == "pow" and e.args[1].op == "const":
            return self._power(show(args[0]), e)
        return show(self._at(e) if e.op == "pow" else rebuild(e, args))

    def _power(self, base: str, e: Expression) -> str:
        q = e.args[1].data
        if q < 0:
            return f"(/ {base if q == -1 else self._power(base, e.args[0] ** -q)})"
        if q.denominator == 1:
            return base if q == 1 else f"({base} ^ {q})"
        return f"(sqrt {base})" if q == Fraction(1, 2) else f"(pw {base} {number(q)})"

    def _inner(self, e: Expression) -> str:
        """The arguments agree one by one."""
        if e.op in ("add", "mul", "max"):
            head = {"add": "Rplus", "mul": "Rmult", "max": "Rmax"}[e.op]
            proof = self.same(e.args[0])
            for a in e.args[1:]:
                proof = f"apply (f_equal2 {head}); [{proof} | {self.same(a)}]"
            return proof
        if e.op in CALLS:
            return f"apply (f_equal {CALLS[e.op]}); {self.same(e.args[0])}"
        if e.op == "pow" and e.args[1].op == "const":
            q, steps = e.args[1].data, ""
            if q < 0:
                steps, q = "apply (f_equal Rinv); ", -q
            if q != 1:
                power = "sqrt t" if q == Fraction(1, 2) else f"t ^ {q}" if q.denominator == 1 else f"pw t {number(q)}"
                steps += f"apply (f_equal (fun t => {power})); "
            return steps + self.same(e.args[0])
        if e.op == "where":
            test, first, second = e.args
            return f"apply ite_same; [{self._test(test)} | {self.same(first)} | {self.same(second)}]"
        return "first [reflexivity | reorder]"

    def _test(self, e: Expression) -> str:
        """The same of a condition."""
        if self.values.keys().isdisjoint(e.symbols):
            return "reflexivity"
        one = self._test if e.op in ("and", "or", "not") else self.same
        if len(e.args) == 1:
            return f"apply (f_equal {_TESTS[e.op]}); {one(e.args[0])}"
        proof = one(e.args[0])
        for a in e.args[1:]:
            proof = f"apply (f_equal2 {_TESTS[e.op]}); [{proof} | {one(a)}]"
        return f"first [solve [{proof}] | solve [reorder]]"

    def _binder(self, e: Expression, whole: Expression) -> str:
        """For every index."""
        if whole.op != e.op or whole.args[0] is not e.args[0]:
            return "first [reflexivity | reorder]"
        inner = self.place.over(e.args[:1], e, whole)
        (j,) = inner.indices[:1]
        raw = replace(self.slots, indices=(j, *self.slots.indices))
        body = replace(self, place=inner, slots=raw).same(instantiate(e.args[1], [j]))
        sorts = "first [reflexivity | ring | reorder]"
        under, alone = inner.reordered(whole, j)
        if under != alone:
            body = f"transitivity {alone}; [{body} | {sorts}]"
        under, alone = raw.reordered(e, j)
        if under != alone:
            unfold = f"cbv [{self.maps}]; "
            body = f"transitivity ((fun p => {alone}) {self.point}); [{unfold}{sorts} | {unfold}{body}]"
        lemma = "Sum_ext" if e.op == "Sum" else "Maxi_ext"
        return f"apply {lemma}; intros j{j.data} J{j.data}; cbv beta; {body}"


def congruent(outer: Expression, side: int, c: Congruence) -> str:
    """The tactic that the function of the slots' point is the substituted one."""
    raw, shown = f"((fun p => {c.slots.show(outer)}) {c.point})", c.place.show(substitute(outer, c.values))
    sign, turned = ("", "") if side >= 0 else ("- ", "apply (f_equal Ropp); ")
    step = f"change ({sign}{raw} = {sign}{shown}); cbv [{c.maps}]; {turned}{c.same(outer)}"
    return f"first [solve [{step}] | solve [reorder]]"
