"""Claims: what a certificate says of its statement (trusted)."""

from collections.abc import Iterable

from convexcheck.certificate.evidence import Evidence, Slot
from convexcheck.expression.errors import Record
from convexcheck.expression.statement import Statement
from convexcheck.expression.term import Expression
from convexcheck.expression.text import names_for, text

VERDICTS = ("convex", "concave", "affine", "not convex", "not concave", "neither", "ill-posed")


class Claim(Record):
    """A verdict on a statement.

    Args:
        verdict: one of `VERDICTS`; "affine" means both convex and concave, "neither" refutes both.
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
