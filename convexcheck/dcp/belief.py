"""Which side CVXPY's rules speak for: where the search should spend its time, never a verdict (untrusted).

CVXPY says so of the function as it is written, or of a spelling with the same values at points of the domain. What its
atoms add to the domain without a word must hold at such points too: else it speaks of another question.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

from convexcheck.dcp.advice import agrees, at_points
from convexcheck.dcp.plan import World, curvature, leaf
from convexcheck.dcp.rewrite import Spellings
from convexcheck.expression.statement import Statement

SIDES = {"CONVEX": ("convex",), "CONCAVE": ("concave",), "AFFINE": ("convex", "concave")}


def believed(s: Statement) -> tuple[str, ...]:
    """The sides that CVXPY's rules accept; none where they stop, or where CVXPY has no word for the function.

    Args:
        s: the statement.

    >>> from convexcheck.read.text import read_text
    >>> believed(read_text("log(exp(x) + exp(2*y))")), believed(read_text("x**3")), believed(read_text("sin(x)"))
    (('convex',), (), ())
    """
    try:
        world = World(s)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # CVXPY warns about products of variables; that is what is asked
            for plan in (leaf(s.function), *Spellings(world).of(s.function)):
                value = world.value(plan, {})
                sides = SIDES.get(curvature(value), ())
                if sides and agrees(s, plan, world) and _holds(s, world, value.domain):
                    return sides
    except Exception:  # noqa: BLE001 - whatever CVXPY raises, it believes nothing
        pass
    return ()


def _holds(s: Statement, world: World, constraints: Sequence[Any]) -> bool:
    """Whether CVXPY's own constraints hold at points of the domain."""
    return all(bool(c.value()) for _ in at_points(s, world) for c in constraints)
