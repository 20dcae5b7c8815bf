"""The public verbs about equivalent weights; what they say is accepted by the kernel, like every verdict."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from convexcheck.certificate.codec import digest
from convexcheck.certificate.evidence import Claim
from convexcheck.expression.errors import ConvexcheckError
from convexcheck.network.symmetry.group import symmetry_group
from convexcheck.pipeline import Pipeline, Question
from convexcheck.report.critical import Critical, certified, unsettled
from convexcheck.report.verdict import CertificateFile, Verdict
from convexcheck.search.arrays import pack

if TYPE_CHECKING:
    from convexcheck.network.model import MLP
    from convexcheck.network.symmetry.evidence import Case
    from convexcheck.network.symmetry.member import Member

__all__ = ["Equivalents", "critical_point", "equivalents", "symmetry_counterexample", "symmetry_group"]
TRIES = 3  # certificates that are handed to the kernel


def _case(net: Any, X: Any, y: Any, loss: str, ridge: Any) -> Case:
    from convexcheck.network.model import MLP
    from convexcheck.network.symmetry.evidence import case

    if not isinstance(net, MLP):
        raise ConvexcheckError("symmetry", f"a {type(net).__name__}", "a network.MLP", "network.MLP.from_arrays(...)")
    return case(net, X, y, loss, ridge, lambda array: digest(pack(array)))


def symmetry_counterexample(
    net: MLP, X: Any, y: Any = None, loss: str = "mse", g: Member | None = None, t: Any = None,
    ridge: Any = 0, budget: float = 60.0,
) -> Verdict:  # fmt: skip
    """Refute convexity by two weight sets with the same function, between which the loss is larger.

    The loss L is equal at theta and g theta by algebra; that alone refutes nothing. What does is a point
    (1-t) theta + t g theta with a larger loss.

    Args:
        net: the perceptron whose weights are theta.
        X: inputs.
        y: targets or labels; None: the outputs of the network itself, so that the loss at theta is exactly 0.
        loss: one of `network.loss.LOSSES`.
        g: the member of the symmetry group; None to look for a good one.
        t: the weight of g theta, in (0, 1), exact; None to look for one.
        ridge: c in the penalty ``(c/2) |theta|**2``.
        budget: seconds.

    Returns:
        A verdict; REFUTED with a certificate that names theta, g, t and a gap > 0, or UNKNOWN where no gap was found.

    Raises:
        ConvexcheckError: for input that cannot be read.

    >>> from convexcheck.network import MLP
    >>> net = MLP.from_arrays([([[1], [-1]], None), ([[1, -1]], None)], activation="relu")     # max(0,x) - max(0,-x)
    >>> v = symmetry_counterexample(net, [[2]])       # between: units of weight 0, so the output is 0 in place of 2
    >>> v.status, str(v.counterexample.gap)
    ('REFUTED', '4')
    """
    from convexcheck.network.symmetry.evidence import pairs

    found = _case(net, X, y, loss, ridge)
    weight = None if t is None else Fraction(t)
    if weight is not None and not 0 < weight < 1:
        raise ConvexcheckError("symmetry", f"t = {t}", "a number with 0 < t < 1")
    question = Question(found.statement, arrays=found.arrays)
    proposed = ((Claim("not convex"), pair) for pair in pairs(found, g, weight))
    nothing = "no larger loss was found between equivalent weights; this refutes nothing and proves nothing"
    return Pipeline("convex", budget, 0).first_accepted(question, proposed, TRIES, nothing)


@dataclass(frozen=True)
class Equivalents:
    """Equivalent weight sets, made one after the other, and the certificate that they are equivalent.

    Args:
        certificate: the kernel's answer to it is "accepted": the loss is the same for all members of the group,
            for all weights, inputs and targets, of all sizes.
        nets: the iterator.
    """

    certificate: CertificateFile
    nets: Iterator[MLP] = field(repr=False)

    def __iter__(self) -> Iterator[MLP]:
        return self.nets

    def __next__(self) -> MLP:
        return next(self.nets)


def equivalents(net: MLP, kind: str = "finite", limit: int | None = None, seed: int = 0, ridge: Any = 0) -> Equivalents:
    """Different weight sets with the same function for all inputs, starting with the given one.

    Args:
        net: the perceptron.
        kind: "permutation", "sign" or "scale" alone; "finite": permutations and signs; "all": scales too.
        limit: how many at the most; needed where there are more than 5,040.
        seed: of the members that are drawn where not all are listed.
        ridge: a penalty that must stay the same too; 0 for none.

    Raises:
        ConvexcheckError: an unknown kind, a kind that the network does not have, a large group without a limit.

    >>> from convexcheck.network import MLP
    >>> net = MLP.from_arrays([([[1.0], [2.0]], None), ([[3.0, 5.0]], None)], activation="relu")
    >>> [e.layers[0].W.tolist() for e in equivalents(net, limit=24)]
    [[[1.0], [2.0]], [[2.0], [1.0]]]
    """
    from convexcheck.network.symmetry import equivalents as listing
    from convexcheck.network.symmetry.evidence import any_size

    made = listing.equivalents(net, kind, limit, seed, ridge)
    statement, evidence = any_size(net, "sse", ridge)  # equal for all targets, so the outputs are equal
    file = Pipeline("convex", 60.0, 0).accepted_file(Question(statement), Claim("invariant"), evidence)
    return Equivalents(file, (e.net for e in made))


def critical_point(
    net: MLP, X: Any, y: Any = None, loss: str = "mse", ridge: Any = 0, orbit: bool = True
) -> Critical:
    """Find a critical point of a network's loss near its weights, and certify its kind and those of its images.

    Newton's method starts at the weights. The Krawczyk operator shows that a box holds exactly one critical point,
    and the inertia of the Hessian over the box says of which kind it is; symmetries map it to others of equal loss.

    Args:
        net: the perceptron whose weights are the start.
        X: inputs.
        y: targets or labels; None: the outputs of the network itself.
        loss: one of `network.loss.LOSSES`.
        ridge: c in the penalty ``(c/2) |theta|**2``.
        orbit: whether the images under permutations and signs are certified too, where they are at most 1,000.

    Returns:
        A `Critical`; its status says what is certified.

    Raises:
        ConvexcheckError: for input that cannot be read.

    >>> from convexcheck.network import MLP
    >>> net = MLP.from_arrays([([[1.0]], None)])
    >>> found = critical_point(net, [[1], [2]], [[2], [4]], loss="sse")           # (w - 2)**2 + (2 w - 4)**2
    >>> found.status, found.x["W1"].item()
    ('STRICT_MINIMUM', Fraction(2, 1))
    """
    from convexcheck.network.symmetry.critical import proposals

    case = _case(net, X, y, loss, ridge)
    question, pipeline = Question(case.statement, arrays=case.arrays), Pipeline("convex", 60.0, 0)
    reason = ""
    for proposal in proposals(case, orbit):
        claim = Claim("strict local minimum" if proposal.index == 0 else "critical point")
        try:
            file = pipeline.accepted_file(question, claim, proposal.evidence, proposal.inertia)
        except ConvexcheckError as error:
            reason = str(error)
            continue
        return certified(proposal.evidence, proposal.index, proposal.size, file, case.exact)
    return unsettled(reason)
