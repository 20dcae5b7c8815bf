"""What a certificate holds: a statement, a claim about it and the evidence, named after theorems (trusted: data only).

The records of `rules` and `points` are parts of it, and are named here too.
"""

from collections.abc import Iterable

from convexcheck.certificate.points import *  # noqa: F403  # every record has its name here too
from convexcheck.certificate.points import CriticalPoint, IllPosed, Instance, Invariance, Neither, Refutation
from convexcheck.certificate.rules import *  # noqa: F403  # as above
from convexcheck.certificate.rules import Curvature, Minors, Sign, Slot
from convexcheck.expression.errors import Record
from convexcheck.expression.statement import Statement, names_for, text
from convexcheck.expression.term import Expression


class Superlevel(Record):
    """A condition on `factor` > 0 times a concave `quotient`: it cuts out the same set as one on the quotient."""

    factor: Expression
    positive: Sign
    quotient: Expression
    premise: Curvature


class Strict(Record):
    """The Hessian form is >= the sum of c v**2 over all entries, with weights c > 0.

    Args:
        weights: (name, c, sign of c) for each variable, or for some slots of a composition with affine arguments;
            c stands at the generic entry. A polynomial in this entry alone may also be >= 0 instead of > 0.
        rest: the form minus that sum is >= 0.
    """

    weights: tuple[tuple[str, Expression, Sign], ...]
    rest: Sign


class Definite(Minors):
    """The Hessian form of scalar variables is y'M y, y the directions, and the leading principal minors of M are > 0.

    y may be the directions of the slots of a composition with affine arguments.
    """


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
    domain: tuple[Curvature | Superlevel, ...] = ()
    inside: Instance | None = None
    modulus: Curvature | None = None
    strict: Strict | Definite | None = None


class Generalisation(Record):
    """`general` holds for all sizes and data; the statement is its instance at `sizes`.

    `modulus` is the general claim's, where one is made; the rest of the claim is shared.
    """

    general: Statement
    sizes: tuple[tuple[str, int], ...]
    modulus: Expression | None
    premise: "Proof"


Evidence = Proof | Generalisation | Refutation | Neither | Invariance | CriticalPoint | IllPosed


class Claim(Record):
    """A verdict on a statement.

    Args:
        verdict: "convex", "concave", "affine" (both), "not convex", "not concave", "neither", "invariant",
            "critical point", "strict local minimum" or "ill-posed".
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
