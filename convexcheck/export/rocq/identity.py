"""Identities as proofs: exponentials, logarithms and roots become products of a few atoms, then ``field`` decides.

Untrusted: coqc judges. The atoms are those of `atoms`; here are the parts with indices or cases: sums, maxima, choices
and absolute values. A sum becomes a combination of sums of monomials, by an identity between the bodies.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from convexcheck.export.rocq.atoms import Atoms, Known, nothing, powered
from convexcheck.export.rocq.notation import NoScript, number, size, test
from convexcheck.export.rocq.place import Place
from convexcheck.expression.bounds import Context
from convexcheck.expression.functions import FUNCTIONS, define
from convexcheck.expression.normal import Monomial, expression, normal, polynomial
from convexcheck.expression.term import (
    ZERO,
    Expression,
    add,
    apply,
    bind,
    instantiate,
    mul,
    nodes,
    power,
    rebuild,
    transform,
)


def elementary(e: Expression) -> Expression:
    """The expression with functions replaced by their definitions, as the data in Rocq have them."""

    def leaf(a: Expression, level: int) -> Expression | None:
        if a.op == "asinh":
            t = elementary(a.args[0])
            return apply("log", t + (t**2 + 1) ** Fraction(1, 2))
        if a.op == "tanh":
            t = elementary(a.args[0])
            return (apply("exp", t) - apply("exp", -t)) / (apply("exp", t) + apply("exp", -t))
        if a.op == "pow" and a.args[1].op != "const":
            return apply("exp", elementary(a.args[1]) * apply("log", elementary(a.args[0])))
        if a.op in FUNCTIONS and define(a) is not a:
            return elementary(define(rebuild(a, map(elementary, a.args))))
        return None

    return transform(e, leaf)


@dataclass
class Parts(Atoms):
    """Atoms, and what has indices or cases in terms of them."""

    def _rule(self, e: Expression) -> str:
        whole = {"Max": self._whole, "max": self._whole}
        special = {"abs": self._absolute, "Sum": self._sum, "where": self._choice, **whole}
        return special[e.op](e) if e.op in special else super()._rule(e)

    def _absolute(self, e: Expression) -> str:
        """|u| as a positive multiple of the |w| of the normal form, or as u or - u."""
        inner, terms = self.show(e.args[0]), polynomial(e, self.context)
        factors = next(iter(terms)) if len(terms) == 1 else ()
        core = next((g for g, k in factors if g.op == "abs" and k == 1), None)
        if core is None:
            shown = self._polynomial(terms)
            proof = "first [rewrite Rabs_pos_eq by nonnegative | rewrite Rabs_left1 by nonpositive]; field; nonzero"
            self._rewrite("Rabs", inner, shown, proof)
            return shown
        if core is e:
            return self._plain(e)
        others, scale = tuple(f for f in factors if f[0] is not core), next(iter(terms.values()))
        outer, body = self._monomial(others, scale), self.show(core.args[0])
        shown = f"({outer} * {self._plain(core)})"
        either = "first [left; field; nonzero | right; field; nonzero]"
        proof = f"rewrite (abs_is {inner} {outer} {body}); [|nonnegative|{either}]"
        proof += f"; unfold {self.named['abs', core.args[0]]}; reflexivity"
        self._rewrite("Rabs", inner, shown, proof)
        return shown

    def _whole(self, e: Expression) -> str:
        """A maximum as an atom, if the normal form leaves it alone."""
        if polynomial(e, self.context) != {((e, Fraction(1)),): Fraction(1)}:
            raise NoScript(f"an identity with {e.op} has no mapping")
        value = self.place.show(e)
        return self._name(e.op, e, value, how="set ({0} := {1}) in *.")

    def _choice(self, e: Expression) -> str:
        """A choice between values as a combination with the indicator of its condition, which is its own square."""
        condition, first, second = e.args
        if condition.has("var", "dir"):
            raise NoScript("an identity with a choice by variables has no mapping")
        shown = test(condition, (), self.place.leaf)
        a, b = self.show(first), self.show(second)
        name = self._name("where", condition, f"(if {shown} then 1 else 0)", "")
        if f"R{name}" not in self.roots:
            self.setup.append(f"assert (R{name} : {name} ^ 2 = {name}) by (unfold {name}; destruct {shown}; ring).")
            self.roots.append(f"R{name}")
        total = f"({b} + {name} * ({a} - {b}))"
        same = f"unfold {name}; destruct {shown}; ring"
        self.setup.append(
            f"repeat match goal with |- context [if {shown} then ?a else ?b] => "
            f"replace (if {shown} then a else b) with (b + {name} * (a - b)) by ({same}) end."
        )
        return total

    def _sum(self, e: Expression) -> str:
        """A sum as a combination of sums of monomials, each an atom; the bodies agree for every index."""
        if _picks(e) and not _picks(normal(e, self.context)):
            raise NoScript("an identity that picks terms of a sum by their index has no mapping")
        n, inner = size(e.args[0]), self.place.over(e.args[:1], e)
        (j,) = inner.indices[:1]
        parts, bodies = [], []
        for m, c in polynomial(instantiate(e.args[1], [j]), self.context).items():
            bound = tuple(f for f in m if j in nodes(f[0]))
            free = [(g, k) for g, k in m if j not in nodes(g)]
            outer = " * ".join([number(c), *(powered(self.show(g), k) for g, k in free)])
            name = self._name_sum(bound, inner) if bound else self._count(n)
            parts.append(f"({outer}) * {name}")
            bodies.append(mul(c, *(power(g, k) for g, k in m)))
        shown = f"({' + '.join(parts) or '0'})"
        body, target = instantiate(e.args[1], [j]), add(*bodies)
        proof = identity(body, target, inner, self.context, self.signs(inner, body, target), known=self.signs)
        steps = proof.rstrip(".").replace(".\n", "; ").replace(". ", "; ")
        unfolded = " ".join(self.named.values())
        close = f"cbv delta [{unfolded}]; gather; intros j{j.data} J{j.data}"
        self.setup.append(
            f"repeat match goal with |- context [Sum {n} ?f] => "
            f"replace (Sum {n} f) with {shown} by ({close}; cbv beta; {steps}) end."
        )
        return shown

    def _name_sum(self, bound: Monomial, inner: Place) -> str:
        """The sum of a monomial as an atom."""
        (j,) = inner.indices[:1]
        body = expression({bound: Fraction(1)})
        whole = bind("Sum", j, body)
        value = self.place.show(whole)
        if ("sum", whole) not in self.named and whole not in self.divided:
            self.divided.add(whole)
            known = self.signs(self.place, power(whole, -1), ZERO) if self.context.bounds(whole).positive else ""
            self.setup += [known] * bool(known)
        return self._name("sum", whole, value, how="set ({0} := {1}) in *.")

    def _count(self, n: str) -> str:
        """The sum of 1 as an atom, which is the size."""
        name = self._name("count", Expression("count", (), n), f"Sum {n} (fun _ => 1)", "")
        if f"R{name}" not in self.roots:
            law = f"assert (R{name} : {name} = INR {n}) by (unfold {name}; rewrite Sum_const; ring)."
            self.setup.append(law)
            self.roots.append(f"R{name}")
        return name


def _picks(e: Expression) -> bool:
    """Whether there is a choice by equality in it."""
    return any(n.op == "where" and any(c.op == "eq" for c in nodes(n.args[0])) for n in nodes(e))


def identity(
    left: Expression, right: Expression, place: Place, context: Context, denominators: str = "",
    source: Expression | None = None, known: Known = nothing,
) -> str:  # fmt: skip
    """The tactic that proves an equation whose sides are `left` and `right` after computation.

    Args:
        left: an expression with the transcendental parts of the left side.
        right: the right side.
        place: how expressions print.
        context: the facts that hold.
        source: what the left side is a derivative of, whose parts occur in it as well.
        denominators: tactics that put the signs of what is divided by into hypotheses.
        known: the same at the place under a sum.
    """
    a, b = elementary(left), elementary(right)
    atoms = Parts(place, context, known)
    parts = [a, b, *([elementary(source)] if source is not None else [])]
    atoms.collect(parts)
    for part in parts:
        atoms.show(part)
    cleared = " ".join(atoms.named.values())
    laws = f" [{' '.join(atoms.roots)}]" if atoms.roots else ""
    lines = [denominators, "unfold tanh, sinh, cosh, sigmoid, softplus, asinh, Rpower in *.", "no_sums.", *atoms.setup]
    if cleared:
        used = [f"X{atoms.mark}{k}" for k in range(len(atoms.rules))]
        lines.append(f"clear {' '.join(used)}. clearbody {cleared}." if used else f"clearbody {cleared}.")
    lines.append(f"field{laws}; nonzero.")
    return "\n  ".join(line for line in lines if line)
