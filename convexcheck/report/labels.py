"""Integer labels that may be outside the axis that they index: the usual reason for "unknown" (untrusted)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from convexcheck.expression.bounds import Context
from convexcheck.expression.obligations import obligations
from convexcheck.expression.statement import Statement


def remark(s: Statement, arrays: Mapping[str, np.ndarray[Any, Any]]) -> str:
    """What to assume of the labels, or which of the given ones is outside; "" where all is well.

    Args:
        s: the question.
        arrays: the data that are known, by parameter.

    >>> from convexcheck.expression.statement import Declaration
    >>> from convexcheck.expression.term import dim, entry
    >>> k, y = dim("k"), entry("par", "y")
    >>> declared = {"y": Declaration(integer=True)}
    >>> remark(Statement(entry("var", "w", [y]), {"w": Declaration((k,))}, declared, {"k": 1}), {})
    "labels y have to lie in 0..k-1; try given='0 <= y < k'"
    """
    context = Context(s)
    for o in obligations(s.function, context):
        names = [n for n in o.value.names("par") if s.parameters[n].integer] if o.size is not None else []
        if len(names) != 1 or o.size is None or o.holds():
            continue
        (name,), size = names, o.size
        if name not in arrays:
            last = int(size.data) - 1 if size.op == "const" else f"{size}-1"
            return f"labels {name} have to lie in 0..{last}; try given='0 <= {name} < {size}'"
        if size.op == "const" and o.value.op in ("par", "where"):  # JAX counts negative ones from the end
            low = -int(size.data) if o.value.op == "where" else 0
            outside = np.argwhere((arrays[name] < low) | (arrays[name] >= int(size.data)))
            if len(outside):
                at = tuple(outside[0].tolist())
                place = f"{name}[{', '.join(map(str, at))}]" if at else name
                return f"{place} = {arrays[name][at]} is no class of 0..{int(size.data) - 1}"
    return ""
