"""From a syntax tree to a tensor: the operators of the text language (untrusted).

One method per kind of node; a kind without a method is an error that points at its place. Bound indices of
``Sum`` and ``Max`` are opened while their body is read, so that axes and binders cannot be confused.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from difflib import get_close_matches

from convexcheck.expression.errors import ConvexcheckError, Unsupported
from convexcheck.expression.statement import Declaration
from convexcheck.expression.term import ZERO, Expression, add, apply, dim, mul, power
from convexcheck.read.array_functions import CONSTANTS, NAMES, PREDICATES, joined, matmul
from convexcheck.read.function_call import called
from convexcheck.read.subscript import subscripted
from convexcheck.read.syntax import Source, number, same_chain
from convexcheck.read.tensor import Shape, Tensor, declared, elementwise, scalar

Rule = Callable[..., Expression]
MAX_POWER = 10_000  # of a constant exponent: rational evaluation writes such powers out
_RELATIONS: dict[type[ast.cmpop], tuple[str, bool]] = {
    ast.Lt: ("lt", False), ast.LtE: ("le", False), ast.Gt: ("lt", True), ast.GtE: ("le", True),
    ast.Eq: ("eq", False), ast.NotEq: ("ne", False),
}  # fmt: skip


@dataclass
class Scope:
    """What names mean: `tensors` by name, least `sizes` of symbolic dimensions, and what was learnt while reading.

    With `quotes` a name may be a label such as ``params['W']``. `integers` collects the parameters that
    were used as an index.
    """

    tensors: dict[str, Tensor]
    sizes: dict[str, int]
    integers: set[str] = field(default_factory=set)
    quotes: bool = False


def scope_of(
    variables: Mapping[str, Declaration],
    parameters: Mapping[str, Declaration],
    sizes: Mapping[str, int],
    labels: Mapping[str, str] | None = None,
) -> Scope:
    """The scope in which all declared names are known, and the constants that they do not hide.

    `labels` maps a label, spelled as `ast.unparse` does, to the declared name that it stands for.
    """
    tensors = {name: scalar(value) for name, value in CONSTANTS.items()}
    tensors |= {name: scalar(dim(name)) for name in sizes}
    tensors |= {name: declared("par", name, d) for name, d in parameters.items()}
    tensors |= {name: declared("var", name, d) for name, d in variables.items()}
    tensors |= {label: tensors[name] for label, name in (labels or {}).items()}
    return Scope(tensors, dict(sizes), quotes=bool(labels))


class Formula:
    """Reads the nodes of one source in one scope.

    >>> from convexcheck.read.syntax import parse
    >>> source, n = Source("sum(2*x)"), dim("n")
    >>> Formula(source, scope_of({"x": Declaration((n,))}, {}, {"n": 1})).value(parse(source)).body
    Sum(i < n, 2*x[i])
    """

    def __init__(self, source: Source, scope: Scope) -> None:
        self.source, self.scope = source, scope
        self.bound: dict[str, Expression] = {}
        self.opened = 0

    def value(self, node: ast.expr) -> Tensor:
        """The tensor that a node denotes.

        Raises:
            ConvexcheckError: pointing at the smallest node that the language does not have.
        """
        with self.place(node):
            match node:
                case ast.Constant():
                    return self._constant(node)
                case ast.Name():
                    return self._name(node)
                case ast.UnaryOp():
                    return self._unary(node)
                case ast.BinOp():
                    return self._binary(node)
                case ast.Attribute() | ast.Subscript() if self.labelled(node):
                    return self.scope.tensors[ast.unparse(node)]
                case ast.Attribute():
                    return self._attribute(node)
                case ast.Subscript():
                    return subscripted(self, node)
                case ast.Call():
                    return called(self, node)
                case ast.Compare() | ast.BoolOp():
                    hint = "where(condition, a, b), or domain= and given="
                    raise self.source.error(node, "a condition where a number is needed", hint=hint)
            hint = "where(condition, a, b)" if isinstance(node, ast.IfExp) else ""
            raise self.source.error(node, f"{type(node).__name__} is not in the language", "arithmetic and calls", hint)

    def labelled(self, node: ast.expr) -> bool:
        """Whether the node is, as a whole, a label of the scope."""
        return self.scope.quotes and ast.unparse(node) in self.scope.tensors

    @contextmanager
    def place(self, node: ast.expr) -> Iterator[None]:
        """Let errors of the language point at `node`."""
        try:
            yield
        except ConvexcheckError as error:
            if error.stage == self.source.stage:
                raise
            raise self.source.error(node, error.message, error.expected, error.hint, type(error)) from None
        except RecursionError:
            raise self.source.error(node, "nested too deeply", hint="a shorter formula") from None

    def truth(self, node: ast.expr) -> Tensor:
        """The tensor of truth values of a condition: comparisons joined by ``and``, ``or``, ``not``."""
        if isinstance(node, ast.BoolOp):
            op = "and" if isinstance(node.op, ast.And) else "or"
            return elementwise(lambda *parts: apply(op, *parts), *map(self.truth, node.values))
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            return elementwise(lambda t: apply("not", t), self.truth(node.operand))
        links = [self.link(op, *sides) for op, *sides in self.comparisons(node)]
        return links[0] if len(links) == 1 else elementwise(lambda *parts: apply("and", *parts), *links)

    def comparisons(self, node: ast.expr) -> list[tuple[str, Tensor, Tensor]]:
        """The links of a chain such as ``0 <= x < 1``: (le, lt, eq or ne, smaller side, larger side)."""
        if not isinstance(node, ast.Compare):
            raise self.source.error(node, "not a condition", "a comparison such as x > 0")
        unknown = [op for op in node.ops if type(op) not in _RELATIONS]
        if unknown:
            raise self.source.error(node, "not a comparison of numbers", "<, <=, >, >=, ==")
        sides = [self.value(side) for side in (node.left, *node.comparators)]
        links = []
        for op, left, right in zip(node.ops, sides, sides[1:], strict=False):
            joined(left, right)  # an error names the shapes in the order of the text
            relation, turned = _RELATIONS[type(op)]
            links.append((relation, right, left) if turned else (relation, left, right))
        return links

    def link(self, relation: str, a: Tensor, b: Tensor) -> Tensor:
        """One comparison as a tensor of truth values."""
        if relation == "ne":
            return elementwise(lambda x, y: apply("not", apply("eq", x, y)), a, b)
        return elementwise(lambda x, y: apply(relation, x, y), a, b)

    def _constant(self, node: ast.Constant) -> Tensor:
        if isinstance(node.value, (bool, str, bytes, complex)) or not isinstance(node.value, (int, float)):
            raise self.source.error(node, "not a real number", "decimals such as 0.25 or 1e-9")
        return scalar(number(self.source, node))

    def _name(self, node: ast.Name) -> Tensor:
        if node.id in self.bound:
            return scalar(self.bound[node.id])
        if node.id not in self.scope.tensors:
            raise unknown_name(self.source, node, self.scope.tensors)
        return self.scope.tensors[node.id]

    def _unary(self, node: ast.UnaryOp) -> Tensor:
        if isinstance(node.op, ast.Not):
            raise self.source.error(node, "a condition where a number is needed", hint="where(condition, a, b)")
        if isinstance(node.op, ast.Invert):
            raise self.source.error(node, "~ is not in the language")
        x = self.value(node.operand)
        return elementwise(lambda t: -t, x) if isinstance(node.op, ast.USub) else x

    def _binary(self, node: ast.BinOp) -> Tensor:
        if isinstance(node.op, (ast.Add, ast.Sub)):
            return self.chain(node, ast.Sub, add, lambda t: -t)
        if isinstance(node.op, (ast.Mult, ast.Div)):
            return self.chain(node, ast.Div, mul, lambda t: power(t, -1))
        if not isinstance(node.op, (ast.Pow, ast.MatMult)):
            raise self.source.error(node, f"operator {type(node.op).__name__} is not in the language", "+ - * / ** @")
        a, b = self.value(node.left), self.value(node.right)
        if isinstance(node.op, ast.MatMult):
            return matmul(a, b)
        if b.body.op == "const" and abs(b.body.data) > MAX_POWER and a.body.op != "const":
            raise self.source.error(node, "a power beyond reach", f"exponents up to {MAX_POWER}", kind=Unsupported)
        return elementwise(power, a, b)

    def chain(self, node: ast.BinOp, inverted: type[ast.operator], join: Rule, invert: Rule) -> Tensor:
        """``a + b - c ...`` or ``a * b / c ...`` at once, so that a long sum is not a deep one."""
        nodes: list[ast.BinOp] = [node]
        while same_chain(nodes[-1], nodes[-1].left) and isinstance(nodes[-1].left, ast.BinOp):
            nodes.append(nodes[-1].left)
        parts = [self.value(nodes[-1].left)]
        shape: Shape = parts[0].shape
        for link in reversed(nodes):
            part = self.value(link.right)
            with self.place(link):
                shape = joined(Tensor(shape, ZERO), part)
            parts.append(elementwise(invert, part) if isinstance(link.op, inverted) else part)
        return elementwise(join, *parts)

    def _attribute(self, node: ast.Attribute) -> Tensor:
        if node.attr != "T":
            hint = f"{node.attr}(...)" if node.attr in NAMES else ""
            raise self.source.error(node, f"attribute .{node.attr} is not in the language", ".T", hint)
        return self.value(node.value).transpose()


def unknown_name(source: Source, node: ast.Name, known: Mapping[str, object]) -> ConvexcheckError:
    """The error for a name that nothing declares."""
    if node.id in NAMES or node.id in PREDICATES:
        return source.error(node, f"{node.id} is a function of the language, not a number", hint=f"{node.id}(...)")
    close = get_close_matches(node.id, known, 2, cutoff=0.7)
    hint = " or ".join(close) if close else "declare it as a variable or a parameter"
    name = source.piece(node)
    return source.error(node, f"name {name!r} is declared nowhere", "a declared name", hint)
