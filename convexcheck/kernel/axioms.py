"""Axioms: facts about one primitive of the language each, taken from the literature and not derived here (trusted).

A rule that relies on one counts it under its name; every verdict lists the names that its certificate relies on.
"""

from convexcheck.certificate import evidence as ev
from convexcheck.expression.normal import is_affine
from convexcheck.expression.obligations import total
from convexcheck.expression.term import MATRICES, opened_matrix
from convexcheck.kernel.scope import CurvatureGoal, Goals, require

AXIOMS: dict[str, str] = {  # name: author, work, theorem; "convex:" before a primitive that is convex in its matrix
    "convex:eigmax": "Horn and Johnson, Matrix Analysis, theorem 4.2.2: the maximum of v'Mv over unit vectors v",
    "convex:trace_xlogx": "Carlen, Trace inequalities and quantum entropy, theorem 2.10: trace f(M) for a convex f",
    "convex:norm_nuclear": "Horn and Johnson, Matrix Analysis, section 7.4.7: the sum of singular values is a norm",
    "convex:norm_spectral": "Horn and Johnson, Matrix Analysis, example 5.6.6: the largest singular value is a norm",
}


def primitive(goal: CurvatureGoal[ev.Axiom]) -> Goals:
    """A primitive that an axiom says to be convex, real, of a matrix that is affine in the variables."""
    e, side, _, scope = goal
    name, context = f"convex:{e.op}", scope.context
    require(name in AXIOMS and side == 1 and total(e, context), "Axiom", "{} is no convex primitive", e)
    body, _ = opened_matrix(e, *context.indices) if e.op in MATRICES else (e, [])
    require(is_affine(body, context), "Axiom", "the matrix {} is not affine", body)
    scope.used[name] += 1
    yield from ()
