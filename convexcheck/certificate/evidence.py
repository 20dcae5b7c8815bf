"""Claims, and evidence: one record per kind, each named after the theorem that the kernel applies (trusted: data only).

Expressions in evidence may use loose bound indices for the indices that the rules above have opened,
the innermost as 0. `Curvature` rules show that an expression is convex (or concave), `Sign` rules that a
value is >= 0 or > 0. What each must contain is the kernel's business; these are only the shapes.
"""

from collections.abc import Iterable
from fractions import Fraction

from convexcheck.expression.errors import Record
from convexcheck.expression.statement import Statement, names_for, text
from convexcheck.expression.term import Expression

# --- values >= 0 or > 0 -------------------------------------------------------------------------------


class Bounds(Record):
    """The interval computed bottom up from the facts has the sign."""


class Rewritten(Record):
    """The value equals `target` by normal forms, and `target` has the sign."""

    target: Expression
    premise: "Sign"


class EachTerm(Record):
    """Every term of a sum (over a binder: its term for every index) or every factor of a product is >= 0."""

    premises: tuple["Sign", ...]


class DiagonalLowRank(Record):
    """A form Sum_k a_k v_k**2 + m L**2 with L = Sum_k a_k r_k v_k, v any direction entry.

    With G = Sum_k a_k r_k**2 it is >= 0 for all v if and only if G + m G**2 >= 0.

    Args:
        size: the range of k, which is the bound index 0 of the next three.
        direction: v_k. weight: a_k. vector: r_k. factor: m. weight_sign: a_k >= 0. least: G + m G**2 >= 0.
    """

    size: Expression
    direction: Expression
    weight: Expression
    vector: Expression
    factor: Expression
    weight_sign: "Sign"
    least: "Sign"


Sign = Bounds | Rewritten | EachTerm | DiagonalLowRank

# --- convex or concave --------------------------------------------------------------------------------


class Affine(Record):
    """No variable inside a nonlinear operation; coefficients free of variables."""


class Maximum(Record):
    """A maximum of convex expressions (``abs(u)`` is that of u and -u); over a binder, convex for every index."""

    premises: tuple["Curvature", ...]


class Slot(Record):
    """One argument g of a composition, an array over `sizes`: its entry at the bound indices 0, 1, ... is `body`.

    `curvature` is "affine", "convex" or "concave"; `premise` shows it.
    """

    name: str
    sizes: tuple[Expression, ...]
    body: Expression
    curvature: str
    premise: "Curvature"


class Composition(Record):
    """h(g_1, ..., g_m): `outer` is h with the slots as variables, `premise` its curvature on their ranges.

    Sums, multiples and sums over a binder are compositions with an affine h. `monotone` shows D h [v] >= 0 for
    every v that the curvatures of the arguments allow; None if all are affine.
    """

    outer: Expression
    slots: tuple[Slot, ...]
    premise: "Curvature"
    monotone: "Sign | None"


class Rewriting(Record):
    """The function equals `target` by normal forms, and `target` has the curvature."""

    target: Expression
    premise: "Curvature"


class SecondOrder(Record):
    """The function is C2 inside the domain, and its Hessian form has the sign there for every direction."""

    form: "Sign"


class Generalisation(Record):
    """`general` holds for all sizes and data; the statement is its instance at `sizes`.

    `modulus` is the general claim's, where one is made; the rest of the claim is shared.
    """

    general: Statement
    sizes: tuple[tuple[str, int], ...]
    modulus: Expression | None
    premise: "Proof"


Curvature = Affine | Maximum | Composition | Rewriting | SecondOrder

# --- points -------------------------------------------------------------------------------------------


class Array(Record):
    """An array of rationals: `shape`, entries row by row; or the `digest` of a file beside the certificate."""

    shape: tuple[int, ...]
    entries: tuple[Fraction, ...]
    digest: str = ""

    def __str__(self) -> str:
        entries = ", ".join(map(str, self.entries))
        whole = f"[{entries}] of shape {list(self.shape)}" if self.shape else entries
        return f"array {self.digest}" if self.digest else whole


class Instance(Record):
    """Values for the sizes and for the parameters, and for the variables where the rule needs a point."""

    sizes: tuple[tuple[str, int], ...]
    parameters: tuple[tuple[str, Array], ...]
    variables: tuple[tuple[str, Array], ...] = ()


# --- what a certificate holds ---------------------------------------------------------------------------


class Strict(Record):
    """The Hessian form is >= the sum of c v**2 over all entries, with weights c > 0.

    Args:
        weights: (name, c, sign of c) for each variable, or for some slots of a composition with affine arguments;
            c stands at the generic entry.
        rest: the form minus that sum is >= 0.
    """

    weights: tuple[tuple[str, Expression, Sign], ...]
    rest: Sign


class Proof(Record):
    """Convexity (or concavity, or both).

    Args:
        curvature: the rule for the function.
        defined: signs for the obligations that bounds leave open, in the order in which they are met.
        domain: convexity of the domain's conditions that are not affine, in order.
        inside: an instance that satisfies every condition, strictly where it can: the domain is not empty.
        modulus: the rule for the function minus the claimed square, where a modulus is claimed.
        strict: strictness by second order, where it is claimed for that reason.
    """

    curvature: Curvature
    defined: tuple[Sign, ...] = ()
    domain: tuple[Curvature, ...] = ()
    inside: Instance | None = None
    modulus: Curvature | None = None
    strict: Strict | None = None


class Segment(Record):
    """Two points x, y of the domain at the instance's sizes and parameters, and t in (0, 1)."""

    instance: Instance
    x: tuple[tuple[str, Array], ...]
    y: tuple[tuple[str, Array], ...]
    t: Fraction


class JensenGap(Segment):
    """f(t x + (1-t) y) > t f(x) + (1-t) f(y)."""


class Neither(Record):
    """Two counterexamples: `convex` refutes convexity, `concave` refutes concavity."""

    convex: JensenGap
    concave: JensenGap


class Undefined(Record):
    """The instance satisfies every condition, and the function is not real there."""

    instance: Instance


class OutsideDomain(Segment):
    """t x + (1-t) y is not in the domain."""


class EmptyDomain(Record):
    """Condition number `which` (domain first, then given) contradicts the bounds from the others."""

    which: int


Evidence = Proof | Generalisation | JensenGap | Neither | Undefined | OutsideDomain | EmptyDomain

# --- claims -------------------------------------------------------------------------------------------

class Claim(Record):
    """A verdict on a statement.

    Args:
        verdict: "convex", "concave", "affine" (both), "not convex", "not concave", "neither" or "ill-posed".
        strict: "" (nothing claimed), "always", or the condition under which it is strict, as the kernel words it.
        modulus: mu >= 0, free of variables, such that the function (its negative, if concave) minus
            (mu/2) times the sum of squares of all variables is convex; None where nothing is claimed.
    """

    verdict: str
    strict: str = ""
    modulus: Expression | None = None


class Certificate(Record):
    """A statement, a claim about it, and the evidence; `codec` turns it into a file and back."""

    statement: Statement
    claim: Claim
    evidence: Evidence


def injective(variables: Iterable[str], slots: Iterable[Slot]) -> str:
    """The condition under which affine arguments determine the variables, in words."""
    named = [(slot, names_for(slot.body, slot.sizes)) for slot in slots]
    images = (f"{s.name}[{', '.join(n)}] = {text(s.body, n)}" if n else f"{s.name} = {text(s.body)}" for s, n in named)
    return f"if the linear part of ({', '.join(variables)}) -> ({', '.join(images)}) is injective (full column rank)"
