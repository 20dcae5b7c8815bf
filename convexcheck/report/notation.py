"""Index notation as array notation where that is possible: ``sum(log(1 + exp(-y*(X @ w))))`` (untrusted).

For people only, and best effort: what has no such form stays as the printer writes it. The output is in the text
language, so that a test reads it back and compares.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from convexcheck.expression.errors import ConvexcheckError
from convexcheck.expression.statement import Condition, _parts, condition_text, names_for, text
from convexcheck.expression.term import ENTRIES, MATRICES, Expression, fresh, instantiate, mul, opened, opened_matrix
from convexcheck.report.decimals import with_decimals

_LOW, _SUM, _PRODUCT, _ATOM = 0, 1, 2, 5
Axes = tuple[Expression, ...]


def index_text(e: Expression, names: Sequence[str] = ()) -> str:
    """An expression in index notation; `names` are those of its loose indices, innermost first."""
    return text(with_decimals(e), names)


def said(c: Condition) -> str:
    """A condition with its quantifiers."""
    return condition_text(replace(c, body=with_decimals(c.body)))


class _NoArrayForm(Exception):
    """A part has no array notation, such as a gather or a comparison of indices."""


def array_text(e: Expression, sizes: Sequence[Expression] = ()) -> str:
    """An expression in array notation, or in index notation where it has no such form.

    Args:
        e: a scalar, or the entry of an array at its bound indices 0, 1, ...
        sizes: the array's sizes.

    >>> from convexcheck.expression.term import bound, dim, entry, over
    >>> product = over("Sum", dim("d"), entry("par", "X", [bound(1), bound(0)]) * entry("var", "w", [bound(0)]))
    >>> array_text(over("Sum", dim("n"), product**2))
    'sum((X @ w)**2)'
    >>> array_text(product, [dim("n")])
    'X @ w'
    """
    e = with_decimals(e)
    indices: list[Expression] = []
    for size in sizes:
        indices.append(fresh(size, e, *indices))
    found = notation(instantiate(e, indices), tuple(indices))
    return text(e, names_for(e, sizes)) if found is None else found


def notation(e: Expression, axes: Axes = (), level: int = _LOW) -> str | None:
    """Array notation for an expression whose opened indices are `axes`, or None."""
    try:
        return _show(with_decimals(e), axes, level)
    except (_NoArrayForm, ConvexcheckError):
        return None


def _own(e: Expression, axes: Axes) -> Axes:
    return tuple(a for a in axes if ("index", a.data) in e.symbols)


def _show(e: Expression, axes: Axes, level: int = _LOW) -> str:
    """Text that broadcasts against an array with these axes, in brackets where it binds less than `level`."""
    own = _own(e, axes)
    rest = axes[axes.index(own[0]) :] if own else ()
    if own != rest:  # v[i] against the axes (i, j)
        return f"{_show(e, own, _ATOM)}[{', '.join(':' if a in own else 'None' for a in rest)}]"
    binds, string = _rule(e, own)
    return f"({string})" if binds < level else string


def _rule(e: Expression, axes: Axes) -> tuple[int, str]:
    if e.op in ("index", "bound"):
        raise _NoArrayForm
    if e.op in ENTRIES:
        return _ATOM, _entry(e, axes)
    if e.op in MATRICES:
        return _ATOM, _of_matrix(e, axes)
    if e.op == "log" and e.args[0].op == "Sum" and e.args[0].args[1].op == "exp":
        return _ATOM, _reduced("logsumexp", e.args[0], axes, lambda body: body.args[0])
    if e.op == "Sum":
        return _total(e, axes)
    if e.op == "Max":
        return _ATOM, _reduced("max", e, axes)
    return _parts(e, lambda a, level=0: _show(a, axes, level), [], [])


def _entry(e: Expression, axes: Axes) -> str:
    name = f"d_{e.data}" if e.op == "dir" else str(e.data)
    at = [a for a in e.args if a in axes]
    if any(a not in axes and a.has("index") for a in e.args) or len(set(at)) < len(at) or set(at) != set(axes):
        raise _NoArrayForm
    plain = len(at) == len(e.args)
    if tuple(at) != axes and not (plain and len(at) == 2):
        raise _NoArrayForm
    if not plain:
        name += f"[{', '.join(':' if a in axes else _show(a, ()) for a in e.args)}]"
    return name if tuple(at) == axes else f"{name}.T"


def _of_matrix(e: Expression, axes: Axes) -> str:
    """``logdet(X)``, or the array ``inv(X)`` of all entries."""
    body, place = opened_matrix(e, *axes)
    at = e.args[MATRICES[e.op] : -1]
    if _own(body, axes) or at not in ((), axes, axes[::-1]):
        raise _NoArrayForm
    return f"{e.op}({_show(body, tuple(place))})" + ".T" * (len(at) == 2 and at != axes)


def _total(e: Expression, axes: Axes) -> tuple[int, str]:
    body, index = opened(e, *axes)
    factors = body.args if body.op == "mul" else (body,)
    inside = [f for f in factors if ("index", index.data) in f.symbols]
    outside = [f for f in factors if f not in inside]
    if not inside:
        return _PRODUCT, f"{_show(e.args[0], (), _PRODUCT)}*{_show(body, axes, _PRODUCT + 1)}"
    if len(inside) == 2:
        product = _matrix_product(inside, index, axes)
        if product:
            head = mul(*outside)
            if not outside:
                return _PRODUCT, product
            sign, head = ("-", mul(-1, head)) if _negative(head) else ("", head)
            before = "" if head.op == "const" and head.data == 1 else f"{_show(head, axes, _PRODUCT)}*"
            return (_PRODUCT if not sign else _SUM), f"{sign}{before}({product})"
    return _ATOM, _reduced("sum", e, axes)


def _negative(e: Expression) -> bool:
    head = e.args[0] if e.op == "mul" else e
    return bool(head.op == "const" and head.data < 0)


def _matrix_product(pair: list[Expression], index: Expression, axes: Axes) -> str | None:
    """Sum_j A[i, j]*B[j, k] as ``A @ B``; with one axis or none also as ``B @ A``, the shorter of the two."""
    found: list[str] = []
    if not axes and not all(f.op in ENTRIES or f.op in MATRICES for f in pair):
        return None
    for a, b in (pair, pair[::-1]):
        left, right = _own(a, axes), _own(b, axes)
        if left + right == axes and max(len(left), len(right)) <= 1:
            found.append(f"{_show(a, (*left, index), _PRODUCT)} @ {_show(b, (index, *right), _PRODUCT + 1)}")
    if not axes and pair[0].has("var"):  # parameters first
        found.reverse()
    return min(found, key=len, default=None)


def _reduced(name: str, e: Expression, axes: Axes, pick: Callable[[Expression], Expression] = lambda b: b) -> str:
    """A reduction: over everything where no axis is left, else over the axis that gives the shorter text."""
    body, index = opened(e, *axes)
    body = pick(body)
    if not axes:
        indices = [index]
        while body.op == e.op and name != "logsumexp":
            body, index = opened(body, *indices)
            indices.append(index)
        if len(_own(body, tuple(indices))) < len(indices):
            raise _NoArrayForm
        options = [tuple(indices)] if len(indices) == 1 else [tuple(indices), tuple(indices[::-1])]
        return min((f"{name}({_show(body, option)})" for option in options), key=len)
    if ("index", index.data) not in body.symbols or _own(body, axes) != axes:
        raise _NoArrayForm
    last, first = _show(body, (*axes, index)), _show(body, (index, *axes))
    return f"{name}({last}, axis={len(axes)})" if len(last) <= len(first) else f"{name}({first}, axis=0)"
