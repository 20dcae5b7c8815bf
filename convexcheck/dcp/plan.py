"""Spellings of an expression in CVXPY's atoms, as trees that print as code and have a value in CVXPY (untrusted).

Index notation has no arrays; so a statement is looked at with every size set to a small number, entry by entry.
CVXPY's rules see the same atoms, signs and curvatures there as in the vectorised code that is printed.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from convexcheck.expression.bounds import Context
from convexcheck.expression.errors import ConvexcheckError
from convexcheck.expression.evaluate import evaluate
from convexcheck.expression.statement import Statement
from convexcheck.expression.term import MATRICES, Expression, abstract, entry, mul, opened
from convexcheck.report.notation import array_text

Env = Mapping[Any, int]
SIZE, LARGEST = 2, 64  # of what is symbolic, and of what is written out
VECTORS = ("norm", "log_sum_exp", "geo_mean", "inv_prod", "sum_squares")


class NoAtom(Exception):
    """CVXPY has no atom for this operation."""


@dataclass(frozen=True)
class Plan:
    """``name(args)``: an atom; "+", "*" or "power" (of `number`); "sum" or "each" over the index `leaf`; or "leaf"."""

    name: str
    args: tuple[Plan, ...] = ()
    leaf: Expression | None = None
    number: Fraction = Fraction(0)


def leaf(e: Expression) -> Plan:
    """An expression that is written as it stands."""
    return Plan("leaf", (), e)


def text(plan: Plan, indices: Sequence[Expression] = (), level: int = 0) -> str:
    """The plan as CVXPY code, with the names of the statement; `indices` are open, the outermost first."""
    if plan.leaf is not None and plan.name == "leaf":
        return _leaf_text(plan.leaf, indices, level)
    if plan.name in ("sum", "each"):
        inner = text(plan.args[0], [*indices, *([plan.leaf] if plan.leaf is not None else [])])
        return f"sum({inner})" if plan.name == "sum" else inner
    if plan.name == "+":
        out = text(plan.args[0], indices, 1)
        for p in plan.args[1:]:
            piece = text(p, indices, 1)
            out += f" - {piece[1:]}" if piece.startswith("-") else f" + {piece}"
        return f"({out})" if level > 1 else out
    if plan.name == "*":
        first, rest = plan.args[0], plan.args[1]
        minus = first.leaf is not None and first.leaf.op == "const" and first.leaf.data == -1
        out = f"-{text(rest, indices, 2)}" if minus else f"{text(first, indices, 2)}*{text(rest, indices, 2)}"
        return f"({out})" if minus and level > 1 else out
    pieces = [text(p, indices) for p in plan.args]
    if plan.name == "power":
        return f"power({pieces[0]}, {plan.number})"
    if plan.name == "quad_over_lin":
        return f"quad_over_lin({_stacked(pieces[:-1])}, {pieces[-1]})"
    if plan.name == "sum_squares" and len(pieces) == 1 and plan.args[0].name == "leaf":
        return f"square({pieces[0]})"
    return f"{plan.name}({_stacked(pieces) if plan.name in VECTORS else ', '.join(pieces)})"


def _stacked(pieces: Sequence[str]) -> str:
    return pieces[0] if len(pieces) == 1 else f"hstack([{', '.join(pieces)}])"


def _leaf_text(e: Expression, indices: Sequence[Expression], level: int) -> str:
    """Array notation, with CVXPY's `multiply` for products of arrays entry by entry."""
    if e.op == "add":
        out = text(Plan("+", tuple(map(leaf, e.args))), indices)
        return f"({out})" if level > 1 else out
    arrays = [f for f in e.args if e.op == "mul" and any(("index", i.data) in f.symbols for i in indices)]
    if len(arrays) > 1:
        constant = mul(*(f for f in e.args if f not in arrays))
        first = text(leaf(mul(constant, arrays[0])), indices)
        for f in arrays[1:]:
            first = f"multiply({first}, {text(leaf(f), indices)})"
        return first
    own = [index for index in indices if ("index", index.data) in e.symbols]
    out = array_text(abstract(e, own), [index.args[0] for index in own])
    return f"({out})" if level > 1 and out.startswith("-") else out


def curvature(value: Any) -> str:
    """CONSTANT, AFFINE, CONVEX, CONCAVE, or UNKNOWN where CVXPY's rules for convex programs do not tell."""
    found = str(value.curvature)
    return found if found in ("CONSTANT", "AFFINE", "CONVEX", "CONCAVE") else "UNKNOWN"


class World:
    """A statement at small sizes in CVXPY: its variables and parameters as scalars, with the signs that are known.

    Args:
        statement: the statement; bounds on single entries become attributes.
    """

    def __init__(self, statement: Statement) -> None:
        self.statement, self.context = statement, Context(statement)
        self.sizes = {n: max(SIZE, low) for n, low in statement.sizes.items()}
        self.entries: dict[Expression, Any] = {}

    def value(self, plan: Plan, env: Env) -> Any:
        """The plan in CVXPY, the open indices as `env` says."""
        import cvxpy as cp

        if plan.leaf is not None and plan.name == "leaf":
            return self.build(plan.leaf, env)
        if plan.name == "sum":
            return sum(self.values(Plan("each", plan.args, plan.leaf), env))
        parts = [v for p in plan.args for v in self.values(p, env)]
        if plan.name == "+":
            return sum(parts[1:], parts[0])
        if plan.name == "*":
            return parts[0] * parts[1]
        if plan.name == "power":
            return cp.power(parts[0], float(plan.number))
        if plan.name == "quad_over_lin":
            return cp.quad_over_lin(cp.hstack(parts[:-1]), parts[-1])
        atom = getattr(cp, plan.name)
        return atom(cp.hstack(parts)) if plan.name in VECTORS else atom(*parts)

    def values(self, plan: Plan, env: Env) -> list[Any]:
        """One value, or one for each value of the index."""
        if plan.name != "each" or plan.leaf is None:
            return [self.value(plan, env)]
        places = range(self.size(plan.leaf.args[0]))
        return [v for k in places for v in self.values(plan.args[0], {**env, plan.leaf: k})]

    def size(self, e: Expression) -> int:
        """A size as a number."""
        found = int(evaluate(e, {}, self.sizes, exact=True))
        if found > LARGEST:
            raise ConvexcheckError("dcp", f"{found} entries are too many to write out")
        return found

    def build(self, e: Expression, env: Env) -> Any:
        """The expression as it is written."""
        import cvxpy as cp

        if e.op == "const":
            return cp.Constant(float(e.data))
        if e.op == "pi":
            return cp.Constant(math.pi)
        if e.op in ("dim", "index"):
            return cp.Constant(float(self.sizes[e.data] if e.op == "dim" else env[e]))
        if e.op in ("var", "par"):
            return self.entry(e, env)
        if e.op == "Sum":
            body, index = opened(e)
            return sum(self.build(body, {**env, index: k}) for k in range(self.size(e.args[0])))
        if e.op == "Max":
            body, index = opened(e)
            return cp.max(cp.hstack([self.build(body, {**env, index: k}) for k in range(self.size(e.args[0]))]))
        if e.op in MATRICES:
            raise ConvexcheckError("dcp", f"{e.op} is not written out in entries")
        if e.op not in _DIRECT:
            raise NoAtom(e.op)
        return _DIRECT[e.op](e, [self.build(a, env) for a in e.args])

    def entry(self, e: Expression, env: Env) -> Any:
        """The scalar that stands for an entry of a variable or parameter."""
        import cvxpy as cp

        place = entry(e.op, e.data, [int(self.build(a, env).value) for a in e.args])
        if place not in self.entries:
            low, high = self.context.bounds(place).lo, self.context.bounds(place).hi
            signs = {"nonneg": True} if low >= 0 else {"nonpos": True} if high <= 0 else {}
            kind = cp.Variable if e.op == "var" else cp.Parameter
            self.entries[place] = kind(name=str(place), **signs)
        return self.entries[place]


def _product(e: Expression, parts: list[Any]) -> Any:
    """Constants first, so that CVXPY multiplies by a constant where it can; a quotient is one."""
    ordered = sorted(zip(e.args, parts, strict=True), key=lambda pair: not pair[1].is_constant())
    out = ordered[0][1]
    for _, part in ordered[1:]:
        out = out * part
    return out


def _power(e: Expression, parts: list[Any]) -> Any:
    import cvxpy as cp

    base, exponent = parts
    if not exponent.is_constant():
        raise NoAtom("a power with a variable exponent")
    if e.args[1].op != "const":
        raise NoAtom("a power with a parameter as exponent")
    return cp.power(base, float(e.args[1].data))


def _called(name: str) -> Callable[[Expression, list[Any]], Any]:
    def rule(e: Expression, parts: list[Any]) -> Any:
        import cvxpy as cp

        return getattr(cp, name)(*parts)

    return rule


_DIRECT: dict[str, Callable[[Expression, list[Any]], Any]] = {
    "add": lambda e, parts: sum(parts[1:], parts[0]),
    "mul": _product,
    "pow": _power,
    "max": _called("maximum"),
    "softplus": _called("logistic"),
    **{name: _called(name) for name in ("exp", "log", "abs", "loggamma")},
}

