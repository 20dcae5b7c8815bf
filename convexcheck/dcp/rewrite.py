"""A small search for spellings that CVXPY's rules accept (untrusted).

CVXPY itself judges each, and values are compared.

Every node is written in the ways that are known: as it stands over the best spellings of its parts, in its normal
form, or by an atom that holds a whole pattern, such as the logarithm of a sum of exponentials.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

from convexcheck.dcp.plan import NoAtom, Plan, World, curvature, leaf
from convexcheck.dcp.squares import squares
from convexcheck.expression.errors import ConvexcheckError
from convexcheck.expression.normal import is_affine, normal
from convexcheck.expression.term import ONE, ZERO, Expression, add, apply, const, mul, opened, power

HALF, DEEP, KEPT = Fraction(1, 2), 12, 3


class Spellings:
    """The spellings of one statement that CVXPY accepts."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.found: dict[Expression, list[Plan]] = {}
        self.open: dict[Expression, int] = {}

    def of(self, e: Expression, depth: int = 0) -> list[Plan]:
        """Spellings with a curvature that CVXPY knows, at most one affine, convex and concave one each."""
        if e in self.found or depth > DEEP:
            return self.found.get(e, [])
        self.found[e] = []  # a form that leads back to itself leads nowhere
        kept: dict[str, Plan] = {}
        for plan in self._candidates(e, depth):
            found = self._curvature(plan)
            if found not in ("UNKNOWN", *kept):
                kept[found] = plan
            if "AFFINE" in kept or "CONSTANT" in kept or len(kept) == 2:
                break
        self.found[e] = list(kept.values())
        return self.found[e]

    def _curvature(self, plan: Plan) -> str:
        try:
            return curvature(self.world.value(plan, self.open))
        except (NoAtom, ConvexcheckError, ValueError, TypeError, KeyError):
            return "UNKNOWN"

    def _candidates(self, e: Expression, depth: int) -> Iterator[Plan]:
        if is_affine(e, self.world.context):
            yield leaf(e)
            return
        for method in (self._atoms, self._structure):
            yield from method(e, depth)
        for other in self._forms(e):
            if other is not e:
                yield from self.of(other, depth + 1)

    # --- other forms of the same function ------------------------------------------------------------------

    def _forms(self, e: Expression) -> Iterator[Expression]:
        if e.op == "log" and e.args[0].op == "pow":
            yield mul(e.args[0].args[1], apply("log", e.args[0].args[0]))
        if e.op == "log" and e.args[0].op == "mul":
            yield add(*(apply("log", factor) for factor in e.args[0].args))
        if e.op == "log" and e.args[0].op == "sigmoid":
            yield mul(-1, apply("softplus", mul(-1, e.args[0].args[0])))
        if e.op == "cosh":
            yield mul(HALF, add(apply("exp", e.args[0]), apply("exp", mul(-1, e.args[0]))))
        if e.op == "mul":
            yield from self._quotient(e)
        try:
            yield normal(e, self.world.context)
        except ConvexcheckError:
            return

    def _quotient(self, e: Expression) -> Iterator[Expression]:
        """(k v + r)/v = k + r/v for affine v and constants k, r."""
        for factor in e.args:
            if factor.op == "pow" and factor.args[1] is const(-1) and is_affine(factor.args[0], self.world.context):
                v, u = factor.args[0], mul(*(f for f in e.args if f is not factor))
                for k in (Fraction(1), Fraction(-1), Fraction(2), HALF, Fraction(-2), -HALF, Fraction(3)):
                    rest = normal(add(u, mul(-k, v)), self.world.context)
                    if not rest.has("var"):
                        yield add(const(k), mul(rest, factor))
                        return

    # --- over the spellings of the parts ---------------------------------------------------------------------

    def _structure(self, e: Expression, depth: int) -> Iterator[Plan]:
        if e.op == "add":
            yield from self._sum(e, depth)
        elif e.op == "mul":
            constant = mul(*(a for a in e.args if not a.has("var")))
            rest = mul(*(a for a in e.args if a.has("var")))
            if constant is not ONE:
                yield from (Plan("*", (leaf(constant), p)) for p in self.of(rest, depth + 1))
        elif e.op == "Sum":
            body, index = opened(e)
            self.open[index] = 0
            yield from (Plan("sum", (p,), index) for p in self.of(body, depth + 1))
        elif e.op == "pow" and e.args[1].op == "const":
            for p in self.of(e.args[0], depth + 1):
                q = e.args[1].data
                named = {Fraction(2): "square", Fraction(-1): "inv_pos", HALF: "sqrt"}.get(q)
                yield Plan(named, (p,)) if named else Plan("power", (p,), None, q)
        elif e.op in ("exp", "log", "abs"):
            yield from (Plan(e.op, (p,)) for p in self.of(e.args[0], depth + 1))
        elif e.op == "softplus":
            yield from (Plan("logistic", (p,)) for p in self.of(e.args[0], depth + 1))
        elif e.op == "max":
            parts = [self.of(a, depth + 1) for a in e.args]
            if all(parts):
                yield Plan("maximum", tuple(p[0] for p in parts))

    def _sum(self, e: Expression, depth: int) -> Iterator[Plan]:
        """Squares and products first, as one sum of squares; then term by term, all on one side."""
        mixed = [t for t in e.args if not is_affine(t, self.world.context)]
        linear = add(*(t for t in e.args if t not in mixed))
        shown = squares(add(*mixed), self.world)
        tail = (leaf(linear),) if linear is not ZERO else ()
        if shown is not None:
            total = Plan("sum_squares", tuple(shown[0]))
            rest = add(linear, shown[1])
            yield Plan("+", (total, leaf(rest))) if rest is not ZERO else total
        options = [self.of(t, depth + 1) for t in mixed]
        for wanted in ("CONVEX", "CONCAVE"):
            chosen = [next((p for p in plans if self._curvature(p) in (wanted, "AFFINE")), None) for plans in options]
            if chosen and all(p is not None for p in chosen):
                terms = (*(p for p in chosen if p is not None), *tail)
                yield Plan("+", terms) if len(terms) > 1 else terms[0]

    # --- atoms that hold a whole pattern ----------------------------------------------------------------------

    def _atoms(self, e: Expression, depth: int) -> Iterator[Plan]:
        if e.op == "log":
            exponents = self._exponents(e.args[0])
            if exponents is not None:
                zero = [p for p in exponents if p.leaf is ZERO]
                if len(exponents) == 2 and zero:
                    yield Plan("logistic", tuple(p for p in exponents if p not in zero))
                yield Plan("log_sum_exp", tuple(exponents))
        if e.op == "pow" and e.args[1].op == "const":
            yield from self._powers(e.args[0], e.args[1].data, depth)
        if e.op == "mul":
            exponent = self._exponent(e)
            if exponent is not None:
                yield Plan("exp", (leaf(exponent),))
            yield from self._products(e)

    def _powers(self, base: Expression, q: Fraction, depth: int) -> Iterator[Plan]:
        if q == HALF:
            shown = squares(base, self.world)
            if shown is not None and shown[1] is ZERO:
                one = len(shown[0]) == 1 and shown[0][0].name == "leaf"
                yield Plan("abs" if one else "norm", tuple(shown[0]))
        if base.op == "mul" and len(base.args) == 2 and q == HALF:
            yield Plan("geo_mean", tuple(map(leaf, base.args)))
        if base.op == "mul" and q == -1:
            yield Plan("inv_prod", tuple(map(leaf, base.args)))

    def _products(self, e: Expression) -> Iterator[Plan]:
        below = [f.args[0] for f in e.args if f.op == "pow" and f.args[1] is const(-1) and f.has("var")]
        above = mul(*(f for f in e.args if not (f.op == "pow" and f.args[1] is const(-1) and f.has("var"))))
        if len(below) == 1:
            shown = squares(above, self.world)
            if shown is not None and shown[1] is ZERO:
                yield Plan("quad_over_lin", (*shown[0], leaf(below[0])))
        if len(below) == 2 and not above.has("var"):
            yield _scaled(above, Plan("inv_prod", tuple(map(leaf, below))))
        roots = [f.args[0] for f in e.args if f.op == "pow" and f.args[1] is const(HALF)]
        rest = mul(*(f for f in e.args if not (f.op == "pow" and f.args[1] is const(HALF))))
        if len(roots) == 2 and not rest.has("var"):
            yield _scaled(rest, Plan("geo_mean", tuple(map(leaf, roots))))
        for factor in e.args:
            if factor.op == "log":
                u, w = mul(*(f for f in e.args if f is not factor)), factor.args[0]
                yield from self._entropy(u, w)

    def _entropy(self, u: Expression, w: Expression) -> Iterator[Plan]:
        """c x log(x) = -c entr(x); c x log(x/y) = c rel_entr(x, y)."""
        coefficient = mul(*(f for f in u.args if not f.has("var"))) if u.op == "mul" else ONE
        x = mul(*(f for f in u.args if f.has("var"))) if u.op == "mul" else u
        if w is x:
            yield _scaled(mul(-1, coefficient), Plan("entr", (leaf(x),)))
        y = normal(mul(x, power(w, -1)), self.world.context)
        if y.has("var") and is_affine(y, self.world.context):
            yield _scaled(coefficient, Plan("rel_entr", (leaf(x), leaf(y))))
        z = normal(mul(x, w), self.world.context)
        if z.has("var") and is_affine(z, self.world.context):
            yield _scaled(mul(-1, coefficient), Plan("rel_entr", (leaf(x), leaf(z))))

    def _exponents(self, e: Expression) -> list[Plan] | None:
        """Affine u with e the sum of exp(u)."""
        found: list[Plan] = []
        for term in e.args if e.op == "add" else (e,):
            if term.op == "Sum":
                body, index = opened(term)
                self.open[index] = 0
                inner = self._exponents(body)
                if inner is None or len(inner) != 1:
                    return None
                found.append(Plan("each", (inner[0],), index))
                continue
            exponent = self._exponent(term)
            if exponent is None or not is_affine(exponent, self.world.context):
                return None
            found.append(leaf(exponent))
        return found if len(found) > 1 or found[0].name == "each" or e.op == "exp" else None

    def _exponent(self, e: Expression) -> Expression | None:
        if e.op == "const":
            return (ZERO if e is ONE else apply("log", e)) if e.data > 0 else None
        if e.op == "exp":
            return e.args[0]
        if e.op == "pow" and e.args[1].op == "const":
            inner = self._exponent(e.args[0])
            return None if inner is None else mul(e.args[1], inner)
        if e.op == "mul":
            parts: Sequence[Any] = [self._exponent(f) for f in e.args]
            return None if None in parts else add(*parts)
        return None


def _scaled(constant: Expression, plan: Plan) -> Plan:
    return plan if constant is ONE else Plan("*", (leaf(constant), plan))
