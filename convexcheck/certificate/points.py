"""Evidence at explicit points: arrays, instances, counterexamples, ill-posed questions (trusted: data only)."""

from fractions import Fraction

from convexcheck.expression.errors import Record
from convexcheck.expression.term import Expression


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


class Segment(Record):
    """Two points x, y of the domain at the instance's sizes and parameters, and t in (0, 1)."""

    instance: Instance
    x: tuple[tuple[str, Array], ...]
    y: tuple[tuple[str, Array], ...]
    t: Fraction


class JensenGap(Segment):
    """f(t x + (1-t) y) > t f(x) + (1-t) f(y)."""


class NegativeCurvature(Record):
    """The second derivative of f along v is < 0 at x, and x + s v is in the domain for all small s.

    Args:
        instance: values of sizes and parameters.
        x: the point.
        v: the direction, an array for each variable.
        level: the arithmetic: "rational", "ball" or "midpoint-radius" (float64 with bounds on its errors).
        step: h > 0 such that x + h v and x - h v satisfy the domain's affine conditions.
    """

    instance: Instance
    x: tuple[tuple[str, Array], ...]
    v: tuple[tuple[str, Array], ...]
    level: str
    step: Fraction = Fraction(1)


class Neither(Record):
    """Two counterexamples: `convex` refutes convexity, `concave` refutes concavity."""

    convex: "Refutation"
    concave: "Refutation"


class Undefined(Record):
    """The instance satisfies every condition, and the function is not real there."""

    instance: Instance


class OutsideDomain(Segment):
    """t x + (1-t) y is not in the domain."""


class EmptyDomain(Record):
    """Condition number `which` (domain first, then given) contradicts the bounds from the others."""

    which: int


# --- symmetries ---------------------------------------------------------------------------------------


class Action(Record):
    """A family g of transformations of the variables, with arrays of its own.

    Args:
        images: for some variables, the generic entry of the image, in terms of the variables and of the arrays below.
        permutations: names of arrays p with their sizes; p is a bijection of 0 .. size - 1.
        signs: names of arrays s with their sizes; every s[i] is 1 or -1.
        scales: names of arrays c with their sizes; every c[i] > 0.
    """

    images: tuple[tuple[str, Expression], ...]
    permutations: tuple[tuple[str, Expression], ...] = ()
    signs: tuple[tuple[str, Expression], ...] = ()
    scales: tuple[tuple[str, Expression], ...] = ()


class Invariance(Record):
    """f(g x) = f(x) for all x and for every g of the action."""

    action: Action


class SymmetryPair(Record):
    """f((1-t) x + t g x) > f(x), where f(g x) = f(x) by algebra.

    The instance also gives values to the arrays of the action; `x` is a point of the domain, and so is g x.
    """

    instance: Instance
    action: Action
    x: tuple[tuple[str, Array], ...]
    t: Fraction


class CriticalPoint(Record):
    """Exactly one point with derivative 0 in the box x + radius [-1, 1]^P, and the inertia of the Hessian there.

    Args:
        instance: values of sizes and parameters.
        x: the centre of the box.
        radius: its half width, > 0.
        inverse: (P, P), close to the inverse of the Hessian at x; coordinates in the order of the variables.
        frame: (P, P), a matrix V for which V' H V is nearly diagonal.
        action: symmetries of the function, or None.
        elements: for each of some members of the action, the values of its arrays; they map the box to disjoint sets.
    """

    instance: Instance
    x: tuple[tuple[str, Array], ...]
    radius: Fraction
    inverse: Array
    frame: Array
    action: Action | None = None
    elements: tuple[tuple[tuple[str, Array], ...], ...] = ()


Refutation = JensenGap | NegativeCurvature | SymmetryPair
IllPosed = Undefined | OutsideDomain | EmptyDomain
