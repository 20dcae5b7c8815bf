"""What CVXPY says of a statement as it is written, where its rules fail, and a spelling that it accepts (untrusted)."""

from __future__ import annotations

import itertools
import math
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from convexcheck.dcp.plan import NoAtom, Plan, World, curvature, text
from convexcheck.dcp.rewrite import Spellings
from convexcheck.expression.statement import Statement
from convexcheck.expression.term import BINDERS, CONDITIONS, Expression, abstract, opened
from convexcheck.report.notation import array_text
from convexcheck.search.numeric import Program
from convexcheck.search.pairs import points
from convexcheck.search.points import Instances

POINTS, CLOSE = 12, 1e-6


@dataclass(frozen=True)
class Advice:
    """CVXPY's word on a function.

    Args:
        curvature: of the function as it is written, in CVXPY's words.
        failing: the smallest part of it whose curvature CVXPY does not know; "" if there is none.
        reason: why not.
        rewriting: a spelling of the function that CVXPY accepts with the wanted curvature; "" if none was found.
        domain: constraints that CVXPY's atoms add without a word.
    """

    curvature: str
    failing: str = ""
    reason: str = ""
    rewriting: str = ""
    domain: tuple[str, ...] = ()


def advise(s: Statement, wanted: str) -> Advice:
    """Ask CVXPY about the function, and look for a spelling with the curvature that was proved.

    Args:
        s: the statement.
        wanted: "CONVEX", "CONCAVE", "AFFINE", or "" where nothing was proved.
    """
    world = World(s)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # CVXPY warns about products of variables; that is what is asked
        failing, why = _failing(s.function, world, {}, [])
        word = "UNKNOWN" if failing else curvature(world.build(s.function, {}))
        domain = () if failing else tuple(map(str, world.build(s.function, {}).domain))
        rewriting = ""
        if failing and wanted:
            accepted = ("AFFINE", "CONSTANT", wanted)
            for plan in Spellings(world).of(s.function):
                if curvature(world.value(plan, {})) in accepted and agrees(s, plan, world):
                    rewriting = text(plan)
                    break
    return Advice(word, failing, why, rewriting, domain)


def _failing(e: Expression, world: World, env: dict[Expression, int], indices: list[Expression]) -> tuple[str, str]:
    """The smallest part whose curvature is unknown although those of its parts are known, and why."""
    try:
        if curvature(world.build(e, env)) != "UNKNOWN":
            return "", ""
        why = "its rules do not tell the curvature of this operation on these parts"
    except NoAtom as error:
        why = f"no convex or concave atom of CVXPY is known for it ({error})"
    inside = [opened(e)] if e.op in BINDERS else [(a, None) for a in e.args if a.op not in CONDITIONS]
    for part, index in inside:
        deeper = env if index is None else {**env, index: 0}
        failing = _failing(part, world, deeper, indices if index is None else [*indices, index])
        if failing[0]:
            return failing
    own = [index for index in indices if ("index", index.data) in e.symbols]
    return array_text(abstract(e, own), [index.args[0] for index in own]), why


def agrees(s: Statement, plan: Plan, world: World) -> bool:
    """Whether the spelling has the function's values at points of the domain."""
    import numpy as np

    value, compared = world.value(plan, {}), 0
    program = Program(s.function, world.sizes)
    for values in at_points(s, world):
        ours, theirs = float(np.ravel(program(values))[0]), value.value
        theirs = math.nan if theirs is None else float(np.ravel(theirs)[0])
        if math.isfinite(ours) and abs(ours) < 1e8:
            if not abs(ours - theirs) <= CLOSE * (1 + abs(ours)):
                return False
            compared += 1
    return compared > 0


def at_points(s: Statement, world: World) -> Iterator[dict[Any, Any]]:
    """Values of all arrays at points of the domain, which CVXPY's variables and parameters take as well."""
    import numpy as np

    instances = Instances(s, sizes=world.sizes)
    for _, parameters, _ in itertools.islice(instances.parameters(world.sizes), 2):
        space = instances.domain(world.sizes, parameters)
        z = points(space, np.random.default_rng(0), [], POINTS)
        for k in np.flatnonzero(space.inside(z)):
            values: dict[Any, Any] = space.values(z[:, [k]])
            for place, scalar in world.entries.items():
                array = values[place.op, place.data]
                scalar.save_value(float(array[(*(int(a.data) for a in place.args), 0)]))
            yield values
