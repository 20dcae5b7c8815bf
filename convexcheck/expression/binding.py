"""Binders: opening, closing, substitution without capture, fresh indices (trusted).

Bound indices are de Bruijn numbers; an opened index is a node of another kind (``index``) with a serial
number and the size that it runs below, so that no substitution can capture it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence

from convexcheck.expression.term import BINDERS, ENTRIES, Expression, Operand, bound, const, rebuild


def fresh(size: Expression, *avoid: Expression) -> Expression:
    """An opened index over 0 .. size - 1 that occurs in none of `avoid`.

    The serial number is the least free one, so that two openings of one binder agree.
    """
    used = [data for e in avoid for op, data in e.symbols if op == "index"]
    return Expression("index", (size,), 1 + max(used, default=0))


def transform(node: Expression, leaf: Callable[[Expression, int], Expression | None], level: int = 0) -> Expression:
    """Rebuild `node` bottom up; `leaf(node, binders above)` replaces a node, or returns None to go on."""
    done: dict[tuple[Expression, int], Expression] = {}

    def visit(e: Expression, k: int) -> Expression:
        found = done.get((e, k))
        if found is None:
            found = leaf(e, k)
            if found is None:
                inner = k + BINDERS.get(e.op, 0)
                found = rebuild(e, [visit(a, k) for a in e.args[:-1]] + [visit(a, inner) for a in e.args[-1:]])
            done[e, k] = found
        return found

    return visit(node, level)


def shift(node: Expression, by: int, cutoff: int = 0) -> Expression:
    """Renumber the loose bound indices (those >= cutoff) by `by`."""
    if by == 0 or node.loose <= cutoff:
        return node

    def leaf(e: Expression, k: int) -> Expression | None:
        if e.loose <= k:
            return e
        return bound(e.data + by) if e.op == "bound" else None

    return transform(node, leaf, cutoff)


def instantiate(body: Expression, values: Sequence[Operand]) -> Expression:
    """Replace the loose bound indices 0, 1, ... of `body` by `values`; the others move down."""
    terms = [const(v) for v in values]

    def leaf(e: Expression, k: int) -> Expression | None:
        if e.loose <= k:
            return e
        if e.op != "bound":
            return None
        j = e.data - k
        return shift(terms[j], k) if j < len(terms) else bound(e.data - len(terms))

    return transform(body, leaf)


def abstract(body: Expression, indices: Sequence[Expression]) -> Expression:
    """Inverse of `instantiate` with opened indices: turn them into bound indices 0, 1, ..."""
    position = {index: j for j, index in enumerate(indices)}

    def leaf(e: Expression, k: int) -> Expression | None:
        if e in position:
            return bound(k + position[e])
        return bound(e.data + len(position)) if e.op == "bound" and e.data >= k else None

    return transform(body, leaf)


def opened(node: Expression, *avoid: Expression) -> tuple[Expression, Expression]:
    """The body of a binder with a fresh index in place of the bound one, and that index; `avoid` as in `fresh`."""
    index = fresh(node.args[0], node, *avoid)
    return instantiate(node.args[-1], [index]), index


Entries = Mapping[tuple[str, str], Expression]


def substitute(node: Expression, entries: Entries, sizes: Mapping[str, Expression] | None = None) -> Expression:
    """Replace array entries and sizes, without capture.

    Args:
        node: the expression to rebuild.
        entries: for ``(op, name)`` a body whose bound indices 0, 1, ... stand for the entry's indices.
        sizes: for a symbolic size its value.
    """

    def leaf(e: Expression, k: int) -> Expression | None:
        if e.op == "dim":
            return sizes.get(e.data) if sizes else None
        body = entries.get((e.op, e.data)) if e.op in ENTRIES else None
        return body and instantiate(body, [transform(a, leaf, k) for a in e.args])

    return transform(node, leaf)


def nodes(*roots: Expression) -> Iterator[Expression]:
    """Every distinct node below `roots`."""
    seen: set[Expression] = set()
    stack = list(roots)
    while stack:
        node = stack.pop()
        if node not in seen:
            seen.add(node)
            yield node
            stack.extend(node.args)
