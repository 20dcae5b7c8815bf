"""The one printer: an expression as text that ``read.text`` reads back (trusted).

Binders print with names for their indices: ``Sum(i < n, x[i]**2)``. A direction entry prints as ``d_x``.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from fractions import Fraction

from convexcheck.expression.statement import Condition, Declaration, Statement
from convexcheck.expression.term import BINDERS, ENTRIES, MAX_DEPTH, Expression, mul, power

_ADD, _MUL, _NEG, _POW, _ATOM = 1, 2, 3, 4, 5
_INFIX = {"le": "<=", "lt": "<", "eq": "==", "and": "and", "or": "or"}
_SIGN = {"ge": ">= 0", "gt": "> 0", "eq": "== 0"}


def index_names(avoid: Set[str]) -> list[str]:
    """Names for bound indices that are not in `avoid`, one for every depth: i, j, k, ..., then i1, i2, ..."""
    return [n for n in (*"ijklmpqrs", *(f"i{c}" for c in range(1, MAX_DEPTH + len(avoid)))) if n not in avoid]


def text(e: Expression, indices: Sequence[str] = ()) -> str:
    """`e` as text; `indices` names its loose bound indices, 0 first.

    >>> from convexcheck.expression.term import apply, bound, dim, entry, over
    >>> text(over("Sum", dim("n"), apply("exp", -entry("var", "x", [bound(0)]))))
    'Sum(i < n, exp(-x[i]))'
    """
    taken = {data for op, data in e.symbols if op != "index"} | set(indices)
    return _show(e, 0, list(indices)[::-1], [*indices, *index_names(taken)])


def names_for(body: Expression, sizes: Sequence[Expression]) -> list[str]:
    """Names for the loose bound indices of `body`, one for each of `sizes`; 0 first."""
    return index_names({data for op, data in body.symbols if op != "index"})[: len(sizes)]


def _show(e: Expression, level: int, stack: list[str], names: list[str]) -> str:
    """`e` in brackets where it binds less than `level`."""
    own, string = _parts(e, lambda a, k=0: _show(a, k, stack, names), stack, names)
    return f"({string})" if own < level else string


def _parts(e: Expression, show: Callable[..., str], stack: list[str], names: list[str]) -> tuple[int, str]:
    if e.op == "const":
        return (_NEG if e.data < 0 else _ATOM if e.data.denominator == 1 else _MUL), str(e.data)
    if e.op == "bound":
        return _ATOM, stack[-1 - e.data] if e.data < len(stack) else f"_{e.data - len(stack)}"
    if e.op in ENTRIES:
        name = f"d_{e.data}" if e.op == "dir" else e.data
        return _ATOM, name + (f"[{', '.join(show(a) for a in e.args)}]" if e.args else "")
    if e.op in BINDERS:
        name, size = names[len(stack)], show(e.args[0])
        return _ATOM, f"{e.op}({name} < {size}, {_show(e.args[1], 0, [*stack, name], names)})"
    if e.op == "add":
        first, *rest = sorted(e.args, key=_leads_negative)
        signed = (f" - {show(mul(-1, t), _MUL)}" if _leads_negative(t) else f" + {show(t, _MUL)}" for t in rest)
        return _ADD, show(first, _ADD) + "".join(signed)
    if e.op == "mul":
        return (_NEG, f"-{show(mul(-1, e), _MUL)}") if _leads_negative(e) else (_MUL, _fraction(e, show))
    if e.op == "pow":
        base, q = e.args
        if q.op == "const" and q.data < 0:
            return _MUL, f"1/{show(power(base, -q.data), _POW)}"
        half = q.op == "const" and q.data == Fraction(1, 2)
        return (_ATOM, f"sqrt({show(base)})") if half else (_POW, f"{show(base, _ATOM)}**{show(q, _ATOM)}")
    if e.op in _INFIX:
        return 0, f" {_INFIX[e.op]} ".join(show(a, _ADD) for a in e.args)
    if e.op == "not":
        return 0, f"not ({show(e.args[0])})"
    simple = {"pi": "pi", "dim": e.data, "index": f"_i{e.data}"}
    return _ATOM, simple[e.op] if e.op in simple else f"{e.op}({', '.join(show(a) for a in e.args)})"


def _fraction(e: Expression, show: Callable[..., str]) -> str:
    """A product as factors above and below one stroke."""
    coefficient, rest = (e.args[0].data, e.args[1:]) if e.args[0].op == "const" else (Fraction(1), e.args)
    under = [f for f in rest if f.op == "pow" and f.args[1].op == "const" and f.args[1].data < 0]
    above = [str(coefficient.numerator)] * (coefficient.numerator != 1)
    above += [show(f, _MUL + 1) for f in rest if f not in under]
    below = [str(coefficient.denominator)] * (coefficient.denominator != 1)
    below += [show(power(f.args[0], -f.args[1].data), _POW) for f in under]
    return "/".join(["*".join(above) or "1", *below])  # a/b/c, because a/(b*c) is another expression


def _leads_negative(e: Expression) -> bool:
    head = e.args[0] if e.op == "mul" else e
    return head.op == "const" and head.data < 0


def condition_text(c: Condition) -> str:
    """A condition with its quantifiers: ``y[i] >= 0 for all i < n``."""
    names = names_for(c.body, c.sizes)
    if c.relation not in _SIGN:
        return f"{c.relation}({text(c.body, names)})" if c.body.op not in ENTRIES else f"{c.relation}({c.body.data})"
    ranges = ", ".join(f"{n} < {s}" for n, s in zip(names, c.sizes, strict=True))
    return f"{text(c.body, names)} {_SIGN[c.relation]}" + (f" for all {ranges}" if ranges else "")


def statement_lines(s: Statement) -> list[str]:
    """The statement in full, one fact a line: function, names with shapes, sizes, domain, assumptions."""

    def names(arrays: Mapping[str, Declaration]) -> str:
        shapes = {n: f"[{', '.join(map(str, d.shape))}]" if d.shape else "" for n, d in arrays.items()}
        kinds = {n: " integer" * d.integer + f" = array {d.array}" * bool(d.array) for n, d in arrays.items()}
        return ", ".join(n + shapes[n] + kinds[n] for n in arrays)

    sizes = ", ".join(f"{n} >= {low}" for n, low in s.sizes.items())
    rows: dict[str, Iterable[str]] = {
        "function": [str(s.function)], "variables": [names(s.variables)], "parameters": [names(s.parameters)],
        "sizes": [sizes], "domain": map(condition_text, s.domain), "given": map(condition_text, s.given),
        "assuming": s.assumptions,
    }  # fmt: skip
    return [f"{title:10} {value}" for title, values in rows.items() for value in values if value]
