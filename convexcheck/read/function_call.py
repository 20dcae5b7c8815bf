"""Calls of the text language: functions of entries, reductions over axes, ``where`` and binders (untrusted)."""

from __future__ import annotations

import ast
from difflib import get_close_matches
from typing import TYPE_CHECKING

from convexcheck.expression.errors import ConvexcheckError
from convexcheck.expression.term import BINDERS, Expression, abstract, apply, over
from convexcheck.read.array_functions import (
    ELEMENTWISE,
    NAMES,
    PREDICATES,
    REDUCTIONS,
    WHOLE,
    with_kept_axes,
)
from convexcheck.read.matrices import of_matrix
from convexcheck.read.subscript import integral
from convexcheck.read.syntax import binder_indices
from convexcheck.read.tensor import Tensor, elementwise, shape_text

if TYPE_CHECKING:
    from convexcheck.read.formula import Formula

_ELSEWHERE = {"ln": "log(x)", "log2": "log(x)/log(2)", "log10": "log(x)/log(10)", "square": "x**2", "power": "x**p",
              "maximum": "max(a, b)", "minimum": "min(a, b)", "matmul": "A @ x", "transpose": "X.T"}  # fmt: skip


_SIZES = frozenset({"const", "dim", "add", "mul"})


def called(formula: Formula, node: ast.Call) -> Tensor:
    """The tensor that a call denotes.

    Raises:
        ConvexcheckError: an unknown function, a wrong number of arguments, an axis that is not there.
    """
    if not isinstance(node.func, ast.Name):
        attribute = node.func.attr if isinstance(node.func, ast.Attribute) else ""
        hint = f"{attribute}(...)" if attribute in NAMES else ""
        raise formula.source.error(node.func, "only functions of the language can be called", "a function's name", hint)
    name = node.func.id
    if name not in NAMES:
        raise _no_function(formula, node.func)
    if name in BINDERS or binder_indices(node):
        return _binder(formula, node)
    starred = [a for a in node.args if isinstance(a, ast.Starred)]
    if starred or any(k.arg is None for k in node.keywords):
        raise formula.source.error(node, "* in a call is not in the language")
    if name in REDUCTIONS and not (name in ("max", "min") and len(node.args) > 1):
        return _reduction(formula, node, name)
    if node.keywords:
        raise formula.source.error(node, f"{name} takes no keyword")
    if name == "where":
        _count(formula, node, 3)
        condition, *branches = formula.truth(node.args[0]), *map(formula.value, node.args[1:])
        return elementwise(lambda *parts: apply("where", *parts), condition, *branches)
    count, function = ELEMENTWISE[name] if name in ELEMENTWISE else (WHOLE[name][0], None)
    _count(formula, node, count)
    arguments = [formula.value(a) for a in node.args]
    return elementwise(function, *arguments) if function else WHOLE[name][1](*arguments)


def _count(formula: Formula, node: ast.Call, count: int) -> None:
    if count and len(node.args) != count:
        raise formula.source.error(
            node, f"a call with {len(node.args)} arguments", f"{count} argument{'s' * (count > 1)}"
        )


def _no_function(formula: Formula, node: ast.Name) -> ConvexcheckError:
    if node.id in PREDICATES:
        return formula.source.error(node, f"{node.id} is a condition, not a number", hint="domain= or given=")
    if node.id in formula.scope.tensors:
        return formula.source.error(node, f"{node.id} is not a function", hint=f"{node.id}*(...) for a product")
    close = get_close_matches(node.id, NAMES, 1)
    hint = _ELSEWHERE.get(node.id, close[0] if close else "a formula in its place")
    return formula.source.error(node, f"unknown function {node.id}", "a function of the language", hint)


def _reduction(formula: Formula, node: ast.Call, name: str) -> Tensor:
    options = {str(k.arg): k.value for k in node.keywords}
    if len(node.args) == 2 and "axis" not in options and name != "norm":
        options["axis"] = node.args[1]
    elif len(node.args) != 1:
        raise formula.source.error(node, f"a call with {len(node.args)} arguments", "an array, and axis=")
    unknown = set(options) - {"axis", "keepdims"}
    if unknown:
        raise formula.source.error(node, f"{name} takes no {min(unknown)}", "axis=, keepdims=")
    x = formula.value(node.args[0])
    axes = _axes(formula, options.get("axis"), x)
    keep = options.get("keepdims", ast.Constant(False))
    if not isinstance(keep, ast.Constant) or not isinstance(keep.value, bool):
        raise formula.source.error(keep, "keepdims", "True or False")
    reduced = REDUCTIONS[name](x, axes)
    return with_kept_axes(reduced, x.shape, axes) if keep.value else reduced


def _axes(formula: Formula, node: ast.expr | None, x: Tensor) -> list[int]:
    if node is None or (isinstance(node, ast.Constant) and node.value is None):
        return list(range(len(x.shape)))
    axes = []
    for part in node.elts if isinstance(node, ast.Tuple) else [node]:
        inner = part.operand if isinstance(part, ast.UnaryOp) and isinstance(part.op, ast.USub) else part
        if not isinstance(inner, ast.Constant) or type(inner.value) is not int:
            raise formula.source.error(part, "not an axis", "an integer, or a tuple of integers")
        axis = inner.value if inner is part else -inner.value
        if not -len(x.shape) <= axis < len(x.shape):
            raise formula.source.error(part, f"no such axis of shape {shape_text(x.shape)}")
        axes.append(axis % len(x.shape))
    if len(set(axes)) < len(axes):
        raise formula.source.error(node, "an axis is named twice")
    return axes


def _binder(formula: Formula, node: ast.Call) -> Tensor:
    names = binder_indices(node)
    heads = [
        a for a in node.args[: len(names)] if isinstance(a, ast.Compare) and [type(op) for op in a.ops] == [ast.Lt]
    ]
    if not names or len(heads) < len(names) or len(node.args) != len(names) + 1 or node.keywords:
        raise formula.source.error(node, "not a binder", "Sum(i < n, body) or Max(i < n, body)")
    opened: list[Expression] = []
    for place in (head.comparators[0] for head in heads):
        size = formula.value(place)
        natural = integral(size.body, _SIZES) and (size.body.op != "const" or size.body.data >= 0)
        if size.shape or not natural:
            raise formula.source.error(place, "not a size", "a dimension of a declared shape, or a number")
        formula.opened += 1
        opened.append(Expression("index", (size.body,), formula.opened))
    outer = formula.bound
    formula.bound = {**outer, **{name.id: index for name, index in zip(names, opened, strict=True)}}
    body = formula.value(node.args[-1])
    formula.bound = outer
    op = node.func.id if isinstance(node.func, ast.Name) else ""
    if op in BINDERS:
        return Tensor(body.shape, over(op, opened[0].args[0], abstract(body.body, opened)))
    if body.shape:
        raise formula.source.error(node.args[-1], f"an entry of shape {shape_text(body.shape)}", "a number")
    return of_matrix(op, Tensor((opened[0].args[0], opened[1].args[0]), abstract(body.body, opened)))
