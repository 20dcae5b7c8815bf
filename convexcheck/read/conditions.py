"""Conditions written as text, for every reader: ``x > 0, 0 <= y <= 1, psd(A), n >= 3`` (untrusted).

`domain` speaks of variables, `given` of parameters and dimensions. Conditions on arrays hold elementwise.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import ceil, floor
from typing import NamedTuple

from convexcheck.expression.errors import ConvexcheckError, Unsupported
from convexcheck.expression.statement import Condition, Declaration
from convexcheck.expression.term import Expression, add, mul
from convexcheck.read.array_functions import PREDICATES
from convexcheck.read.formula import Formula, Scope
from convexcheck.read.syntax import MAX_LENGTH, Source, free_names, parse, pieces
from convexcheck.read.tensor import elementwise, shape_text

Texts = str | Sequence[str]
MAX_CONDITIONS = 1000


class Conditions(NamedTuple):
    """What the conditions say, and the least `sizes` of symbolic dimensions."""

    domain: tuple[Condition, ...]
    given: tuple[Condition, ...]
    sizes: dict[str, int]


class Written(NamedTuple):
    """One condition as text and as a syntax tree."""

    source: Source
    node: ast.expr


def written(stage: str, texts: Texts, quotes: bool = False) -> list[Written]:
    """The conditions of a string, split at top-level commas, or of a list of strings.

    Raises:
        ConvexcheckError: text that cannot be parsed.

    >>> [w.source.piece(w.node) for w in written("read.given", "0 <= max(y, z), n >= 3")]
    ['0 <= max(y, z)', 'n >= 3']
    """
    parts = [texts] if isinstance(texts, str) else texts
    if not isinstance(parts, Sequence):
        raise ConvexcheckError(stage, f"conditions of type {type(texts).__name__}", "text, or a list of texts")
    found: list[Written] = []
    for text in parts:
        whole = Source(text, stage, quotes)
        if not issubclass(type(text), str) or len(text) > MAX_LENGTH:
            parse(whole)  # says what is wrong with it
        for source in pieces(whole) if text.strip() else ():
            found.append(Written(source, parse(source)))
            if len(found) > MAX_CONDITIONS:
                raise ConvexcheckError(stage, f"more than {MAX_CONDITIONS} conditions", hint="conditions on arrays")
    return found


def read_conditions(domain: Texts, given: Texts, scope: Scope) -> Conditions:
    """Read the conditions of a statement.

    Args:
        domain: conditions on variables, as a string with commas or as a list.
        given: conditions on parameters and dimensions; ``n >= 3`` for a dimension raises its least size.
        scope: what names mean (`scope_of`); its sizes are raised, its integers gathered.

    Returns:
        The conditions, and the least sizes.

    Raises:
        ConvexcheckError: in stage ``read.domain`` or ``read.given``, pointing at the condition.

    >>> from convexcheck.expression.statement import Declaration
    >>> from convexcheck.expression.term import dim
    >>> from convexcheck.read.formula import scope_of
    >>> scope = scope_of({"x": Declaration()}, {"y": Declaration((dim("n"),))}, {"n": 1})
    >>> read = read_conditions("x > 1/2", "y <= 1, n >= 3", scope)
    >>> read.domain[0].body, read.given[0].relation, read.given[0].sizes, read.sizes
    (x - 1/2, 'ge', (n,), {'n': 3})
    """
    return conditions(written("read.domain", domain, scope.quotes), written("read.given", given, scope.quotes), scope)


def conditions(domain: Sequence[Written], given: Sequence[Written], scope: Scope) -> Conditions:
    """As `read_conditions`, of conditions that are parsed already."""
    assumed: list[Condition] = []
    # sizes first: whether w[2] is in range depends on them
    for source, node in sorted(given, key=lambda w: not set(free_names(w.node)) <= set(scope.sizes)):
        for part, c in _conditions(Formula(source, scope), node):
            if c.body.has("var"):
                name = min(c.body.names("var"))
                message = f"`given` speaks of the variable {name}"
                raise source.error(part, message, "parameters and dimensions", "domain=")
            if not c.body.has("par", "dim"):
                raise source.error(part, "`given` without a parameter or dimension", "a condition on one")
            least = _least_size(c)
            if least is None:
                assumed.append(c)
            else:
                scope.sizes[least[0]] = max(least[1], scope.sizes[least[0]])
    region: list[Condition] = []
    for source, node in domain:
        for part, c in _conditions(Formula(source, scope), node):
            if not c.body.has("var"):
                hint = "given=" if c.body.has("par", "dim") else ""
                raise source.error(part, "`domain` without a variable", "a condition on variables", hint)
            region.append(c)
    return Conditions(tuple(region), tuple(assumed), dict(scope.sizes))


def whole(conditions: Iterable[Condition], parameters: Mapping[str, Declaration]) -> tuple[Condition, ...]:
    """The same conditions, where ``y < k`` between integers reads ``y <= k - 1``.

    >>> from convexcheck.expression.term import dim, entry
    >>> y = entry("par", "y")
    >>> whole([Condition("gt", dim("k") - y)], {"y": Declaration((), integer=True)})[0].relation
    'ge'
    """

    def integral(e: Expression) -> bool:
        known = e.op == "par" and e.data in parameters and parameters[e.data].integer
        literal = e.op == "const" and e.data.denominator == 1
        return known or literal or e.op == "dim" or (e.op in ("add", "mul") and all(map(integral, e.args)))

    def weaker(c: Condition) -> Condition:
        return Condition("ge", c.body - 1, c.sizes) if c.relation == "gt" and integral(c.body) else c

    return tuple(map(weaker, conditions))


def _conditions(formula: Formula, node: ast.expr) -> Iterator[tuple[ast.expr, Condition]]:
    source = formula.source
    if isinstance(node, ast.BoolOp) and isinstance(node.op, ast.And):
        for part in node.values:
            yield from _conditions(formula, part)
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in PREDICATES:
        yield node, _matrix(formula, node, node.func.id)
    elif isinstance(node, ast.Compare):
        with formula.place(node):
            for relation, small, large in formula.comparisons(node):
                if relation == "ne":
                    raise source.error(node, "!= does not cut out a closed or open set", "<, <=, >, >=, ==")
                greater, less = (small, large) if relation == "eq" else (large, small)
                gap = elementwise(lambda a, b: add(a, mul(-1, b)), greater, less)
                if any(s.op not in ("const", "dim") for s in gap.shape):
                    message = f"a condition on an array of shape {shape_text(gap.shape)}"
                    raise source.error(node, message, "sizes that are declared", kind=Unsupported)
                yield node, Condition({"lt": "gt", "le": "ge"}.get(relation, "eq"), gap.body, gap.shape)
    else:
        raise source.error(node, "not a condition", "x > 0, 0 <= y <= 1, psd(A), ...", "conditions joined by commas")


def _matrix(formula: Formula, node: ast.Call, relation: str) -> Condition:
    if len(node.args) != 1 or node.keywords or isinstance(node.args[0], ast.Starred):
        raise formula.source.error(node, f"{relation} of {len(node.args)} arguments", "one square matrix")
    matrix = formula.value(node.args[0])
    if len(matrix.shape) != 2 or matrix.shape[0] is not matrix.shape[1]:
        raise formula.source.error(node, f"{relation} of shape {shape_text(matrix.shape)}", "a square matrix")
    return Condition(relation, matrix.body, matrix.shape)


def _least_size(c: Condition) -> tuple[str, int] | None:
    """The dimension and its least value, where the condition is ``n >= c`` or ``n > c``."""
    parts: tuple[Expression, ...] = c.body.args if c.body.op == "add" and len(c.body.args) == 2 else (c.body,)
    if c.relation not in ("ge", "gt") or parts[-1].op != "dim" or (len(parts) == 2 and parts[0].op != "const"):
        return None
    low = -parts[0].data if len(parts) == 2 else 0
    return parts[-1].data, ceil(low) if c.relation == "ge" else floor(low) + 1
