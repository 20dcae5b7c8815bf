"""The checker of goals: the table of rules, and the recursion over what they leave to show (trusted)."""

from collections.abc import Callable
from typing import Any

from convexcheck.certificate import evidence as ev
from convexcheck.kernel import axioms, curvatures, forms, signs
from convexcheck.kernel.scope import CurvatureGoal, Goals, SignGoal, require

SIGNS: dict[type, Callable[[Any], Goals]] = {
    ev.Bounds: signs.bounds, ev.Rewritten: signs.rewritten, ev.EachTerm: signs.each_term, ev.Scaled: signs.scaled,
    ev.Gram: forms.gram, ev.Minors: forms.minors, ev.Cover: forms.cover, ev.Kronecker: forms.kronecker,
    ev.DiagonalLowRank: forms.diagonal_low_rank, ev.Roots: signs.roots, ev.Ladder: signs.ladder, ev.Split: signs.split,
    ev.Increment: signs.increment, ev.Telescope: signs.telescope,
}  # fmt: skip
CURVATURES: dict[type, Callable[[Any], Goals]] = {
    ev.Affine: curvatures.affine, ev.Maximum: curvatures.maximum, ev.Composition: curvatures.composition,
    ev.Rewriting: signs.rewritten, ev.SecondOrder: curvatures.second_order, ev.Piecewise: curvatures.piecewise,
    ev.Limit: curvatures.limit, ev.Lemma: curvatures.lemma, ev.Axiom: axioms.primitive,
    ev.RootOfQuadratic: curvatures.root_of_quadratic,
}  # fmt: skip


def show(goal: SignGoal[ev.Sign] | CurvatureGoal[ev.Curvature]) -> None:
    """Return if the goal's rule, and those of all goals that it leaves, show it; else raise Rejection."""
    kind, table = type(goal.rule), SIGNS if isinstance(goal, SignGoal) else CURVATURES
    free = isinstance(goal, SignGoal) or not goal.value.has("dir")  # a direction is no constant: see `derivative`
    require(kind in table and free, kind.__name__, "no rule for such a goal")
    goal.scope.used[kind.__name__] += 1
    for premise in table[kind](goal):
        show(premise)
