"""The atoms of an identity: exponentials, logarithms and roots as products of a few of them (untrusted; coqc judges).

The atoms are the generators of the certificate's normal forms. For each transcendental part, innermost first, a
hypothesis says which product of atoms it is; the part is replaced wherever it occurs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from math import lcm

from convexcheck.export.rocq.notation import NoScript, number
from convexcheck.export.rocq.place import Place
from convexcheck.expression.bounds import Context
from convexcheck.expression.normal import Monomial, Polynomial, content, expression, polynomial
from convexcheck.expression.term import ENTRIES, Expression, apply, power

_PLAIN = {"sin": "sin", "cos": "cos", "atan": "atan", "erf": "erf", "abs": "Rabs"}
Known = Callable[[Place, Expression, Expression], str]


def nothing(place: Place, left: Expression, right: Expression) -> str:
    """No hypotheses under a sum."""
    return ""


@dataclass
class Atoms:
    """The atoms of one identity: tactics that introduce them, and what every part is in terms of them."""

    place: Place
    context: Context
    signs: Known
    setup: list[str] = field(default_factory=list)
    rules: list[str] = field(default_factory=list)
    roots: list[str] = field(default_factory=list)
    known: dict[Expression, str] = field(default_factory=dict)
    exponents: dict[Expression, int] = field(default_factory=dict)
    bases: dict[Expression, int] = field(default_factory=dict)
    named: dict[tuple[str, Expression], str] = field(default_factory=dict)
    divided: set[Expression] = field(default_factory=set)
    weak: set[Expression] = field(default_factory=set)

    @property
    def mark(self) -> str:
        """What keeps the names of hypotheses under a sum from those outside."""
        return "_" * len(self.place.indices)

    def collect(self, parts: Iterable[Expression]) -> None:
        """Find the common denominators of exponents and roots in the parts and all that is in them."""
        seen, stack = set[Expression](), list(parts)
        while stack:
            e = stack.pop()
            if e in seen or e.op == "Sum":  # what is under a sum has atoms of its own
                continue
            seen.add(e)
            stack += e.args
            if e.op == "exp":
                for m, c in polynomial(e.args[0], self.context).items():
                    if not _logarithm(m):
                        self._exponent(expression({m: Fraction(1)}), c)
                    else:
                        self._root(m[0][0].args[0], c, stack)
            if e.op == "pow" and e.args[1].op == "const" and e.args[1].data.denominator > 1:
                q = e.args[1].data
                for m in polynomial(e.args[0] ** (q - q.numerator // q.denominator), self.context):
                    for g, k in m:
                        self._root(g, k, stack)
            if e.op == "log":
                stack += [g for m in polynomial(e, self.context) for g, _ in m if g is not e]

    def _exponent(self, m: Expression, c: Fraction) -> None:
        self.exponents[m] = lcm(self.exponents.get(m, 1), c.denominator)

    def _root(self, g: Expression, k: Fraction, stack: list[Expression]) -> None:
        if g.op == "exp":
            for m, c in polynomial(g.args[0], self.context).items():
                if not _logarithm(m):
                    self._exponent(expression({m: Fraction(1)}), k * c)
        elif k.denominator > 1:
            self.bases[g] = lcm(self.bases.get(g, 1), k.denominator)
        stack.append(g)

    # --- printing ------------------------------------------------------------------------------------------

    def show(self, e: Expression) -> str:
        """The expression in terms of atoms."""
        if e not in self.known:
            self.known[e] = self._rule(e)
        return self.known[e]

    def _rule(self, e: Expression) -> str:
        if e.op in ("add", "mul"):
            return f"({(' + ' if e.op == 'add' else ' * ').join(map(self.show, e.args))})"
        if e.op == "pow" and e.args[1].op == "const":
            q = e.args[1].data
            if q.denominator == 1:
                base = self.show(e.args[0])
                power = base if abs(q) == 1 else f"({base} ^ {abs(q)})"
                return f"(/ {power})" if q < 0 else power
            return self._radical(e)
        if e.op == "exp":
            return self._exponential(e)
        if e.op == "log":
            return self._logarithm(e)
        if e.op in _PLAIN:
            return self._plain(e)
        if e.op in ("Sum", "Max", "max", "where"):
            raise NoScript(f"an identity with {e.op} has no mapping")
        if e.op == "pow":
            raise NoScript("an identity with a power that is no number has no mapping")
        shown = self.place.show(e)
        if e.op in ENTRIES and any(self.place.show(g) != shown for m in polynomial(e, self.context) for g, _ in m):
            raise NoScript("an identity between indices that data choose has no mapping")
        return shown

    def _name(self, kind: str, e: Expression, value: str, facts: str = "", how: str = "pose ({0} := {1}).") -> str:
        key = (kind, e)
        if key not in self.named:
            name = f"A{self.mark}{len(self.named)}"
            self.named[key] = name
            self.setup.append(f"{how.format(name, value)} {facts.format(name)}".strip())
        return self.named[key]

    def _atom(self, m: Expression, c: Fraction) -> str:
        """exp(c m) as a power of the atom exp(m / L)."""
        parts = self.exponents[m]
        inner = self.show(m)
        exponent = inner if parts == 1 else f"({inner} * / {parts})"
        name = self._name("exp", m, f"exp {exponent}", "assert (P{0} : 0 < {0}) by apply exp_pos.")
        return powered(name, c * parts)

    def _base(self, g: Expression, k: Fraction) -> str:
        """g**k as a power of the atom g**(1/L), or of g itself."""
        parts = self.bases.get(g, 1)
        inner = self.show(g)
        if parts == 1:
            return powered(inner, k)
        positive = self.context.bounds(g).positive
        if not positive and (g not in self.weak or parts != 2 or k < 0):
            raise NoScript("a root that may vanish has no identity")
        whole, scale = inner, ""
        if g.op == "const" and g.data.denominator > 1:  # (a/b)**(1/L) = (a b**(L-1))**(1/L) / b: laws of whole numbers
            b = g.data.denominator
            whole, scale = number(g.data * b**parts), f" * {powered(f'(/ {b})', k * parts)}"
        value = f"sqrt {whole}" if parts == 2 else f"pw {whole} (/ {parts})"
        law = "pow2_sqrt; nonnegative" if parts == 2 else f"(pw_root {whole} {parts}); [positive | lia]"
        lemma = "sqrt_lt_R0" if parts == 2 else "pw_pos"
        facts = (
            f"assert (B{{0}} : 0 < {whole}) by positive. "
            f"assert (P{{0}} : 0 < {{0}}) by (unfold {{0}}; apply {lemma}; exact B{{0}}). "
            f"assert (R{{0}} : {{0}} ^ {parts} = {whole}) by (unfold {{0}}; apply {law})."
        )
        if not positive:
            facts = (
                f"assert (B{{0}} : 0 <= {whole}) by (first [lra | nonnegative]). "
                f"assert (P{{0}} : 0 <= {{0}}) by (unfold {{0}}; apply sqrt_pos). "
                f"assert (R{{0}} : {{0}} ^ 2 = {whole}) by (unfold {{0}}; apply pow2_sqrt; exact B{{0}})."
            )
        name = self._name("root", g, value, facts)
        if f"R{name}" not in self.roots:
            self.roots.append(f"R{name}")
        return f"({powered(name, k * parts)}{scale})" if scale else powered(name, k * parts)

    def _monomial(self, m: Monomial, c: Fraction) -> str:
        factors = [number(c)] if c != 1 or not m else []
        for g, k in m:
            if g.op == "exp":
                factors.append(self._exponential(apply("exp", k * g.args[0])) if k != 1 else self.show(g))
            else:
                factors.append(self._base(g, k) if k.denominator > 1 or g in self.bases else powered(self.show(g), k))
        return f"({' * '.join(factors)})"

    def _polynomial(self, p: Polynomial) -> str:
        return f"({' + '.join(self._monomial(m, c) for m, c in p.items()) or '0'})"

    def _exponential(self, e: Expression) -> str:
        factors, middle = [], []
        for m, c in polynomial(e.args[0], self.context).items():
            if _logarithm(m):  # exp(c log g) = g**c
                base = m[0][0].args[0]
                if c.denominator > 1:
                    raise NoScript("an exponential of a fraction of a logarithm has no identity")
                factors.append(powered(self.show(base), c))
                middle.append(powered(f"(exp (ln {self.show(base)}))", c))
            else:
                mono = expression({m: Fraction(1)})
                if mono not in self.exponents or self.exponents[mono] % c.denominator:
                    self._exponent(mono, c)
                factors.append(self._atom(mono, c))
                middle.append(factors[-1])
        shown, inner = f"({' * '.join(factors) or '1'})", self.show(e.args[0])
        proof = f"{self._unfold()}exponential"
        if middle != factors:
            proof = f"transitivity ({' * '.join(middle)}); [{proof} | repeat rewrite exp_ln by positive; reflexivity]"
        self._rewrite("exp", inner, shown, proof)
        return shown

    def _unfold(self) -> str:
        return f"cbv delta [{' '.join(self.named.values())}]; " if self.named else ""

    def _logarithm(self, e: Expression) -> str:
        inner, terms = self.show(e.args[0]), polynomial(e, self.context)
        if len(terms) == 1 and next(iter(terms.values())) == 1 and len(next(iter(terms))) == 1:
            (g, k), *_ = next(iter(terms))
            if g.op == "log" and k == 1:
                body = self.show(g.args[0])
                name = self._name("log", g, f"ln {body}", "")
                proof = f"{self._unfold()}f_equal; field; nonzero"
                self._rewrite("ln", inner, name, proof)
                return name
        parts: list[tuple[str, Fraction]] = []
        for m, c in terms.items():
            shown = []
            for g, k in m:
                if g.op == "log":
                    shown.append(powered(self._name("log", g, f"ln {self.show(g.args[0])}", ""), k))
                else:
                    shown.append(powered(self.show(g), k))
            parts.append((f"({' * '.join(shown) or '1'})", c))
        total = f"({' + '.join(f'{number(c)} * {t}' for t, c in parts) or '0'})"
        scale, common, rest = content(polynomial(e.args[0], self.context), self.context, positive=True)
        own = (g.args[0] for m in terms for g, _ in m if g.op == "log" and len(m) == 1)
        primitive = next((self.show(g) for g in own if polynomial(g, self.context) == rest), self._polynomial(rest))
        product = f"({self._monomial(common, scale)} * {primitive})"
        proof = (
            f"assert (T : 0 < {product}) by positive; replace ({inner}) with {product} by (field; nonzero); "
            f"{self._unfold()}logarithm"
        )
        self._rewrite("ln", inner, total, proof)
        return total

    def _plain(self, e: Expression) -> str:
        inner = self.show(e.args[0])
        head = _PLAIN[e.op]
        name = self._name(e.op, e.args[0], f"{head} {inner}", "")
        self._rewrite(head, inner, name, "reflexivity")
        if e.op == "abs" and f"R{name}" not in self.roots:
            self.setup.append(f"assert (R{name} : {name} ^ 2 = {inner} ^ 2) by (apply pow2_abs).")
            self.setup.append(f"assert (P{name} : 0 <= {name}) by (apply Rabs_pos).")
            self.roots.append(f"R{name}")
        return name

    def _radical(self, e: Expression) -> str:
        base, q = e.args[0], e.args[1].data
        if q < 0:
            return f"(/ {self.show(base ** -q)})"
        inner, whole = self.show(base), q.numerator // q.denominator
        if q == Fraction(1, 2) and not self.context.bounds(base).positive:
            self._weaken(base, inner)
        terms = list(polynomial(base ** (q - whole), self.context).items())
        if len(terms) != 1:
            raise NoScript("a root of a sum that is no single power has no identity")
        shown = self._monomial(*terms[0])
        if whole:
            shown = f"({powered(inner, Fraction(whole))} * {shown})"
        laws = ", ".join(self.roots)
        how = f"field [{' '.join(self.roots)}]" if laws else "field"
        if q == Fraction(1, 2):
            head, proof = "sqrt", f"apply sqrt_is; [nonnegative | {how}; nonzero]"
            self._rewrite("sqrt", inner, shown, proof)
            return shown
        head = f"pw {inner} {number(q)}"
        goals = f"positive | positive | lia | cbn; lra | {how}; nonzero"
        proof = f"apply (pw_is _ _ _ {q.numerator} {q.denominator}); [{goals}]"
        self.rules.append(f"assert (X{self.mark}{len(self.rules)} : {head} = {shown}) by ({proof}).")
        self.setup.append(self.rules[-1])
        self.setup.append(
            f"repeat match goal with |- context [pw ?u {number(q)}] => replace (pw u {number(q)}) with {shown} by "
            f"(symmetry; transitivity ({head}); "
            f"[f_equal; field; nonzero | exact X{self.mark}{len(self.rules) - 1}]) end."
        )
        return shown

    def _weaken(self, base: Expression, inner: str) -> None:
        """The root of a value that may vanish, but is known to be >= 0."""
        p = polynomial(base, self.context)
        if self.context.bounds(base).lo >= 0:
            self.setup.append(f"assert (Y{self.mark}{len(self.weak)} : 0 <= {inner}) by nonnegative.")
        elif not any(polynomial(c.body, self.context) == p for c, _, _ in self.place.defined):
            return
        self.weak |= {g for m in polynomial(power(base, Fraction(1, 2)), self.context) for g, _ in m}

    def _rewrite(self, head: str, inner: str, shown: str, proof: str) -> None:
        """Replace every ``head inner``, by an equation that the tactic proves."""
        rule = f"X{self.mark}{len(self.rules)}"
        self.rules.append(f"assert ({rule} : {head} {inner} = {shown}) by ({proof}).")
        self.setup += [self.rules[-1], f"trade_{head} {inner} {shown} {rule}."]


def _logarithm(m: Monomial) -> bool:
    return len(m) == 1 and m[0][0].op == "log" and m[0][1] == 1


def powered(name: str, k: Fraction) -> str:
    """A named value to a power that is a whole number."""
    if k.denominator != 1:
        raise NoScript("a power that is not of an atom")
    power = name if abs(k) == 1 else f"({name} ^ {abs(k)})"
    return "1" if k == 0 else f"(/ {power})" if k < 0 else power
