"""A declared permutation of units, leaf by leaf: what the kernel is asked, and where a wrong one breaks (untrusted)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from convexcheck.certificate.evidence import Action, Invariance
from convexcheck.expression.errors import ConvexcheckError
from convexcheck.expression.statement import Statement
from convexcheck.expression.term import BINDERS, Expression, bound, entry, nodes, opened, substitute
from convexcheck.network.symmetry.member import STAGE

Spec = Mapping[str, Sequence[str | None]]


def declared(s: Statement, spec: Spec) -> Invariance:
    """The invariance that a spec declares.

    Args:
        s: the statement, whose variables are the leaves of the parameters.
        spec: for each leaf that moves, the name of the permutation of every axis, or None.

    Raises:
        ConvexcheckError: no such leaf, another number of axes, axes of different sizes under one name.
    """
    sizes: dict[str, Expression] = {}
    for leaf, axes in spec.items():
        if leaf not in s.variables:
            raise ConvexcheckError(STAGE, f"the spec names {leaf!r}", f"leaves {', '.join(s.variables)}")
        shape = s.variables[leaf].shape
        if len(axes) != len(shape):
            message = f"the spec gives {len(axes)} axes for {leaf}"
            raise ConvexcheckError(STAGE, message, f"{len(shape)}: its shape is {tuple(map(str, shape))}")
        for k, name in enumerate(axes):
            if name is not None and sizes.setdefault(name, shape[k]) is not shape[k]:
                message = f"permutation {name} acts on axis {k} of {leaf}, of size {shape[k]}"
                raise ConvexcheckError(STAGE, message, f"size {sizes[name]}, as elsewhere")
    moving = {leaf: axes for leaf, axes in spec.items() if any(axes)}
    if not moving:
        raise ConvexcheckError(STAGE, "the spec permutes nothing", "a name for some axis of some leaf")
    letters = {name: f"perm{k}" for k, name in enumerate(sizes)}
    images = tuple((leaf, entry("var", leaf, _places(axes, letters))) for leaf, axes in moving.items())
    return Invariance(Action(images, tuple((letters[name], size) for name, size in sizes.items())))


def _places(axes: Sequence[str | None], letters: Mapping[str, str]) -> list[Expression]:
    return [entry("par", letters[name], [bound(k)]) if name else bound(k) for k, name in enumerate(axes)]


def where_it_breaks(s: Statement, found: Invariance, spec: Spec) -> str:
    """The permutation, leaf and axis at which the same index meets permuted and unpermuted places, in words; or ""."""
    names = list(dict.fromkeys(name for axes in spec.values() for name in axes if name))
    moved = substitute(s.function, {("var", n): body for n, body in found.action.images})
    for name, (letter, size) in zip(names, found.action.permutations, strict=True):
        for body, index in _summed(moved, size):
            permuted = entry("par", letter, [index])
            entries = [e for e in nodes(body) if e.op == "var"]
            if any(permuted in e.args for e in entries):
                bare = next(((e, e.args.index(index)) for e in entries if index in e.args), None)
                if bare is not None:
                    return f"permutation {name} breaks the function at {bare[0].data}, axis {bare[1]}"
    return ""


def _summed(e: Expression, size: Expression) -> list[tuple[Expression, Expression]]:
    """Bodies and indices of all sums and maxima below `size`."""
    found = []
    for node in [e] if e.op in BINDERS else []:
        body, index = opened(node)
        found += [(body, index)] if node.args[0] is size else []
        found += _summed(body, size)
    return found or [pair for a in (e.args if e.op not in BINDERS else ()) for pair in _summed(a, size)]
