"""Why a question has no answer, in one sentence that names the point or the condition (untrusted)."""

from __future__ import annotations

from collections.abc import Sequence

from convexcheck.certificate import evidence as ev
from convexcheck.expression.bounds import Context
from convexcheck.expression.errors import ConvexcheckError
from convexcheck.expression.functions import derivative
from convexcheck.expression.obligations import obligations
from convexcheck.expression.statement import Condition, Statement
from convexcheck.expression.term import Expression, nodes
from convexcheck.report import points
from convexcheck.report.notation import notation, said

SHORT, SIMPLE, FEW = 160, 40, 3
Named = Sequence[tuple[str, ev.Array]]
_SIGNS = {"gt": "> 0", "ge": ">= 0", "ne": "> 0"}


def reason(s: Statement, evidence: ev.Evidence) -> str:
    """The sentence for evidence that a question is ill-posed; "" for other evidence.

    >>> from fractions import Fraction
    >>> from convexcheck.expression.statement import Declaration
    >>> from convexcheck.expression.term import apply
    >>> x, zero = Expression("var", (), "x"), ev.Array((), (Fraction(0),))
    >>> reason(Statement(apply("log", x), {"x": Declaration()}), ev.Undefined(ev.Instance((), (), (("x", zero),))))
    "the function is not real at x = 0, a point of the domain; try domain='x > 0'"
    """
    if isinstance(evidence, ev.Undefined):
        i = evidence.instance
        where = _point(i.variables) + _at(i)
        place = f"at {where}, a point of the domain" if len(where) <= SHORT else "at a point of the domain"
        return f"the function is not real {place}{hint(s)}"
    if isinstance(evidence, ev.OutsideDomain):
        x, y, middle = map(_point, (evidence.x, evidence.y, _between(evidence)))
        if len(evidence.x) > 1:
            x, y, middle = f"({x})", f"({y})", f"({middle})"
        whole = f"the domain is not convex: {x} and {y} lie in it, {middle} between them does not"
        return (whole if len(whole) <= 2 * SHORT else "the domain is not convex") + _at(evidence.instance)
    if isinstance(evidence, ev.EmptyDomain):
        conditions = [*s.domain, *s.given]
        which = conditions.pop(evidence.which)
        others = [c for c in conditions if _speaks_of_the_same(c, which)] or conditions
        rest = f"contradicts {said(others[0]) if len(others) == 1 else 'the others'}"
        return f"no point satisfies every condition: {said(which)} {rest if others else 'cannot hold'}"
    return ""


def _speaks_of_the_same(a: Condition, b: Condition) -> bool:
    return any(a.body.names(op) & b.body.names(op) for op in ("var", "par"))


def _point(arrays: Named) -> str:
    return ", ".join(f"{name} = {points.entries(value)}" for name, value in arrays)


def _at(instance: ev.Instance) -> str:
    """The parameters, where they are few and no files."""
    known = _point([(name, value) for name, value in instance.parameters if not value.digest])
    return f" with {known}" if known and len(known) <= SHORT else ""


def _between(segment: ev.Segment) -> Named:
    def mixed(a: ev.Array, b: ev.Array) -> ev.Array:
        pairs = zip(a.entries, b.entries, strict=True)
        return ev.Array(a.shape, tuple(segment.t * p + (1 - segment.t) * q for p, q in pairs))

    return [(name, mixed(a, b)) for (name, a), (_, b) in zip(segment.x, segment.y, strict=True)]


def hint(s: Statement) -> str:
    """Conditions under which the function is real, where they are few and simple; else "".

    >>> from fractions import Fraction
    >>> from convexcheck.expression.statement import Declaration
    >>> x = Expression("var", (), "x")
    >>> hint(Statement((x - 1) ** Fraction(1, 2), {"x": Declaration()}))
    "; try domain='x - 1 >= 0'"
    """
    wanted: dict[str, dict[str, None]] = {"domain": {}, "given": {}}
    context = Context(s)
    for o in obligations(s.function, context):
        if o.context is not context or o.relation not in (*_SIGNS, "enough") or o.holds():
            continue
        found = _simple(o.value)
        if not found:
            return ""
        condition = f"{found} {_SIGNS.get(o.relation, '> 0')}"
        wanted["domain" if o.value.has("var") else "given"][condition] = None
    tried = ", ".join(f"{option}='{', '.join(texts)}'" for option, texts in wanted.items() if texts)
    return f"; try {tried}" if tried and sum(map(len, wanted.values())) <= FEW else ""


def _simple(value: Expression) -> str:
    """The value as short text that a condition may hold, affine in the variables; else ""."""
    try:
        if derivative(value).has("var"):
            return ""
    except ConvexcheckError:
        return ""
    indices = tuple(n for n in nodes(value) if n.op == "index")
    found = [text for axes in (indices, indices[::-1]) if (text := notation(value, axes))]
    return min((text for text in found if len(text) <= SIMPLE), key=len, default="")
