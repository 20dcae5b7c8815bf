"""Evidence at explicit points: arrays, instances, counterexamples, ill-posed questions (trusted: data only)."""

from fractions import Fraction

from convexcheck.expression.errors import Record


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


Refutation = JensenGap
