"""When a convex function is strictly so: the condition under which the kernel vouches for it (trusted)."""

from __future__ import annotations

from collections.abc import Mapping

from convexcheck.certificate import evidence as ev
from convexcheck.expression.binding import opened
from convexcheck.expression.bounds import Context
from convexcheck.expression.defined import total
from convexcheck.expression.normal import expression, normal, polynomial
from convexcheck.expression.statement import Declaration, Statement, generic
from convexcheck.expression.term import Expression
from convexcheck.expression.text import index_names, text
from convexcheck.kernel.curvature import slots, smooth_form
from convexcheck.kernel.scope import Scope
from convexcheck.kernel.sign import determinant, form_matrix


def strictness(s: Statement, side: int, modulus: Expression | None, rule: ev.Curvature, scope: Scope) -> str:
    """"always", a condition in words, or "" where nothing is shown; `rule` has been checked before."""
    if modulus is not None and scope.context.bounds(modulus).positive:
        return "always"
    direct = _strict(s.function, s.variables, side, rule, scope)
    if modulus is None or direct == "always":
        return direct
    return f"if {modulus} > 0" + (f" or {direct}" if direct else "")


def _strict(e: Expression, variables: Mapping[str, Declaration], side: int, rule: ev.Curvature, scope: Scope) -> str:
    if isinstance(rule, ev.Rewriting):
        return _strict(scope.place("strict", rule.target), variables, side, rule.premise, scope)
    if isinstance(rule, ev.Terms) and e.op == "add":  # one strictly convex term makes the sum so
        found = [_strict(a, variables, side, p, scope) for a, p in zip(e.args, rule.premises, strict=True)]
        return "always" if "always" in found else next((f for f in found if f), "")
    if isinstance(rule, ev.SecondOrder) and definite(e, variables, side, scope):
        return "always"
    if isinstance(rule, ev.Composition) and all(slot.curvature == "affine" for slot in rule.slots):
        outer, inner, _ = slots(rule, scope, e)
        declared = {slot.name: Declaration(slot.sizes) for slot in rule.slots}
        if _strict(outer, declared, side, rule.premise, inner) == "always":
            bodies = {slot.body for slot in rule.slots}
            if all(generic("var", name, d) in bodies for name, d in variables.items()):
                return "always"
            return f"if the linear part of ({', '.join(variables)}) -> ({_images(rule)}) is injective (full column rank)"
    return ""


def _images(rule: ev.Composition) -> str:
    out = []
    for slot in rule.slots:
        names = index_names(frozenset(d for op, d in slot.body.symbols if op != "index"))[: len(slot.sizes)]
        ranges = ", ".join(f"{n} < {size}" for n, size in zip(names, slot.sizes, strict=True))
        out.append(f"[{text(slot.body, names)} for {ranges}]" if ranges else text(slot.body))
    return ", ".join(out)


def definite(e: Expression, variables: Mapping[str, Declaration], side: int, scope: Scope) -> bool:
    """Whether D2 e [v, v] > 0 for all v != 0: on the interior of an interval, else on the whole domain.

    A segment may lie in the boundary of a set of higher dimension, so there the form must be positive too.
    """
    context = scope.context
    if [d.shape for d in variables.values()] == [()]:
        context = scope.interior
    form = smooth_form(e, scope)
    form = normal(form if side == 1 else -form, context)
    if not total(form, context):
        return False
    covered: set[str] = set()
    rest: list[Expression] = []
    for m, c in polynomial(form, context).items():
        name = _diagonal(expression({m: c}), variables, context)
        covered |= {name} if name else set()
        rest += [] if name else [expression({m: c})]
    if covered == set(variables) and all(context.bounds(r).lo >= 0 for r in rest):
        return True
    names, M = form_matrix(form, Scope(context, context))
    if {v.data for v in names} != set(variables) or any(v.args for v in names):
        return False
    leading = (determinant([row[:k] for row in M[:k]]) for k in range(1, len(M) + 1))
    return all(context.bounds(normal(minor, context)).positive for minor in leading)


def _diagonal(term: Expression, variables: Mapping[str, Declaration], context: Context) -> str:
    """The name of the variable whose every entry has a positive square in `term`, else ""."""
    indices: list[Expression] = []
    factors = list(term.args) if term.op == "mul" else [term]
    while sums := [f for f in factors if f.op == "Sum" and f.has("dir")]:
        if len(sums) > 1:
            return ""
        body, index = opened(sums[0], term, *indices)
        indices.append(index)
        factors.remove(sums[0])
        factors += list(body.args) if body.op == "mul" else [body]
    squares = [f for f in factors if f.has("dir")]
    if len(squares) != 1 or squares[0].op != "pow" or squares[0].args[0].op != "dir":
        return ""
    v, q = squares[0].args
    sizes = variables[v.data].shape if v.data in variables else None
    every = sizes == tuple(i.args[0] for i in v.args) and set(v.args) == set(indices) and len(v.args) == len(indices)
    others = [f for f in factors if f is not squares[0]]
    if every and q.op == "const" and q.data == 2 and all(context.bounds(f).positive for f in others):
        return str(v.data)
    return ""
