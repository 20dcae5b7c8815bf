"""Which arguments a traced loss depends on: data that it ignores are a mistake (untrusted)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from convexcheck.expression.errors import ConvexcheckError
from convexcheck.read.arguments import Leaf, Shape

STAGE = "read.jaxpr"


def depended_on(code: Any) -> tuple[str, list[bool]]:
    """The part of a closed jaxpr that its output depends on, as text, and which inputs that reads.

    >>> import jax
    >>> depended_on(jax.make_jaxpr(jax.jit(lambda x, y, z: x + 0 * z))(1.0, 2.0, 3.0))[1]
    [True, False, True]
    """
    from jax.interpreters.partial_eval import dce_jaxpr

    pruned, used = dce_jaxpr(code.jaxpr, [True] * len(code.jaxpr.outvars))
    return str(pruned), used


def refuse_unused(
    code: Any, leaves: Sequence[Leaf], shapes: Sequence[Shape], again: Callable[[list[Shape]], Any],
    named: Iterable[str],
) -> None:  # fmt: skip
    """Refuse data that the loss does not depend on, by their values or by their shape.

    Args:
        code: the closed jaxpr.
        leaves: the arguments, in the order of its inputs.
        shapes: what it was traced at.
        again: traces the loss at other shapes.
        named: parameters that the domain speaks of.

    Raises:
        ConvexcheckError: naming the argument.
    """
    text, used = depended_on(code)
    kept = set(named)
    for k, leaf in enumerate(leaves):
        if leaf.variable or used[k] or leaf.name in kept:
            continue
        if not shapes[k] or _same_elsewhere(text, k, shapes, again):
            raise ConvexcheckError(STAGE, f"the loss does not use {leaf.label}", "data that it uses", "leave it out")


def _same_elsewhere(text: str, k: int, shapes: Sequence[Shape], again: Callable[[list[Shape]], Any]) -> bool:
    """Whether the code stays the same where argument `k` has another shape."""
    other = tuple(f"{s}_other" if isinstance(s, str) else s + 1 for s in shapes[k])
    try:
        there = again([*shapes[:k], other, *shapes[k + 1 :]])
    except ConvexcheckError:
        return False
    return depended_on(there)[0] == text
