"""The Hessian in factored form, such as ``X^T diag(s*(1 - s)) X``, read off the evidence (untrusted).

Where the evidence is a composition with affine arguments t = A w + b and a form of second order in t that is
diagonal, or diagonal plus low rank, the Hessian is A^T D A.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from convexcheck.certificate import evidence as ev
from convexcheck.expression.bounds import Context
from convexcheck.expression.errors import ConvexcheckError
from convexcheck.expression.functions import derivative, hessian_form
from convexcheck.expression.normal import identical, normal
from convexcheck.expression.statement import Declaration, Statement
from convexcheck.expression.term import (
    ONE,
    Expression,
    abstract,
    add,
    apply,
    const,
    instantiate,
    mul,
    nodes,
    opened,
    over,
    power,
    substitute,
)
from convexcheck.report.decimals import folded
from convexcheck.report.notation import array_text, index_text, notation
from convexcheck.report.pieces import Block, Other, Square, pieces


@dataclass
class Factored:
    """`matrix` as text, and what the names in it mean."""

    matrix: str
    where: list[str] = field(default_factory=list)

    @property
    def factored(self) -> bool:
        """Whether it is a product, and not a number or a table of entries."""
        return "^T" in self.matrix or "diag(" in self.matrix


def factored_hessian(s: Statement, rule: ev.Curvature) -> Factored | None:
    """The Hessian of the statement's function as its evidence shows it; None where there is no such form.

    >>> w = Expression("var", (), "w")
    >>> s = Statement(3 * w**2, {"w": Declaration()})
    >>> factored_hessian(s, ev.SecondOrder(ev.Bounds())).matrix
    '6'
    """
    e = s.function
    while isinstance(rule, ev.Rewriting):
        e, rule = rule.target, rule.premise
    slots: dict[str, ev.Slot] = {}
    if isinstance(rule, ev.Composition) and all(isinstance(slot.premise, ev.Affine) for slot in rule.slots):
        slots = {slot.name: slot for slot in rule.slots}
        e, rule = rule.outer, rule.premise
        while isinstance(rule, ev.Rewriting):
            e, rule = rule.target, rule.premise
    if not isinstance(rule, ev.SecondOrder):
        return None
    names = {name: Declaration(slot.sizes) for name, slot in slots.items()} or dict(s.variables)
    context = Context(Statement(e, names, s.parameters, s.sizes, given=s.given))
    writer = _Writer(s, slots, context)
    try:
        found = sorted(pieces(hessian_form(e), rule.form), key=_order)
        parts = [writer.part(p) for p in found]
    except (Other, ConvexcheckError):
        return None if slots else _written_out(s, hessian_form(e), context)
    matrix = " + ".join(parts) or "0"
    alone = len(parts) == 1 and matrix[0] == "(" and matrix.find(")") == len(matrix) - 1
    return Factored(matrix[1:-1] if alone else matrix, writer.where)


def _order(p: Square | Block) -> list[str]:
    """The slots in their order, whatever the order of the terms."""
    return sorted((p.line if isinstance(p, Square) else p.direction).names("dir"))


def _written_out(s: Statement, form: Expression, context: Context) -> Factored | None:
    """All second derivatives, for a few scalar variables."""
    names = list(s.variables)
    if len(names) > 3 or any(d.shape for d in s.variables.values()):
        return None

    def along(*on: str) -> Expression:
        return substitute(form, {("dir", n): const(int(n in on)) for n in names})

    rows = [
        [normal((along(a, b) - along(a) - along(b)) / 2 if a != b else along(a), context) for b in names] for a in names
    ]
    if len(rows) == 1:
        return Factored(index_text(folded(rows[0][0])))
    return Factored("[" + ", ".join(f"[{', '.join(index_text(folded(e)) for e in row)}]" for row in rows) + "]")


@dataclass
class _Jacobian:
    """A slot's derivative: `scale` times `rows`, whose entry at (slot index, variable index) is `entry`."""

    kind: str
    scale: Expression
    rows: str = ""


class _Writer:
    def __init__(self, s: Statement, slots: dict[str, ev.Slot], context: Context) -> None:
        self.s, self.slots, self.context = s, slots, context
        self.where: list[str] = []

    def note(self, line: str) -> None:
        if line not in self.where:
            self.where.append(line)

    def part(self, piece: Square | Block) -> str:
        return self.square(piece) if isinstance(piece, Square) else self.block(piece)

    # --- weighted squares ---------------------------------------------------------------------------------

    def square(self, p: Square) -> str:
        line = p.line
        if line.op != "dir" or set(line.args) != set(p.indices) or len(line.args) != len(p.indices):
            raise Other
        jacobian = self.jacobian(line)
        weight = normal(mul(p.weight, jacobian.scale, jacobian.scale), self.context)
        axes = tuple(line.args)
        if jacobian.kind == "scalar":  # one scalar variable: H is the number sum_i a_i**2 weight_i
            for index in axes:
                weight = over("Sum", index.args[0], abstract(weight, [index]))
            axes = ()
        head, core = self.weight(weight, axes)
        if jacobian.kind in ("scalar", "identity") and not axes:
            return " ".join(filter(None, (head, core))) or "1"
        if jacobian.kind == "identity":
            return " ".join(filter(None, (head, f"diag({core})" if core else "I")))
        if jacobian.kind != "rows":
            return " ".join(filter(None, (head, core, jacobian.kind)))
        rows = jacobian.rows
        whole = rows if rows.isidentifier() or rows[0] == "[" else f"({rows})"
        under = rows[:-2] if rows.endswith(".T") else f"{whole}^T"
        return " ".join(filter(None, (head, under, f"diag({core})" if core else "", whole)))

    def weight(self, weight: Expression, axes: tuple[Expression, ...]) -> tuple[str, str]:
        """A weight as (factor that is the same everywhere, the rest as text; empty if it is 1)."""
        fixed = mul(*(f for f in (weight.args if weight.op == "mul" else (weight,)) if not f.has("var")))
        head, rest = _split(fixed)
        for t in _entries(weight):
            self.named(t)
            curve = mul(apply("exp", t), power(1 + apply("exp", t), -2))
            if identical(weight, mul(fixed, curve), self.context):
                self.where.insert(0, f"s = sigmoid({t.data})")
                return head, "s*(1 - s)" if rest is ONE else f"{self.text(rest, axes, 3)}*s*(1 - s)"
        head, rest = _split(weight)
        return head, "" if rest is ONE else self.text(rest, axes, 3 if axes else 5)

    def named(self, t: Expression) -> str:
        """The name of a slot's entry; what the slot is goes to the notes."""
        slot = self.slots.get(t.data)
        if slot is not None:
            self.note(f"{slot.name} = {array_text(slot.body, slot.sizes)}")
        return str(t.data)

    def text(self, e: Expression, axes: tuple[Expression, ...], level: int = 0) -> str:
        found = notation(e, axes, level)
        if found is None:
            raise Other
        return found

    def jacobian(self, line: Expression) -> _Jacobian:
        """The derivative of a slot with respect to the variables."""
        slot = self.slots.get(line.data)
        if slot is None:
            return _Jacobian("identity", ONE)
        found = [self.rows(term, line.args) for term in self.terms(slot, line.args)]
        kinds = {kind for kind, _, _, _ in found}
        scales = {scale for _, _, scale, _ in found}
        if len(scales) == 1 and len(found) == len(self.s.variables) and kinds <= {"rows", "scalar"} and "rows" in kinds:
            blocks = {name: text for _, name, _, text in found}
            texts = [blocks[name] for name in self.s.variables if name in blocks]
            return _Jacobian("rows", scales.pop(), texts[0] if len(texts) == 1 else f"[{' '.join(texts)}]")
        if len(self.s.variables) == 1 and len(found) == 1 and kinds <= {"identity", "scalar"}:
            return _Jacobian(kinds.pop(), scales.pop())
        self.named(line)
        names, own = ", ".join(self.s.variables), f"a_{slot.name}"
        if not line.args and all(not d.shape for d in self.s.variables.values()):
            gradient = [add(*(scale for _, n, scale, _ in found if n == name)) for name in self.s.variables]
            self.note(f"{own} = ({', '.join(map(index_text, gradient))}), the gradient of {slot.name}")
            return _Jacobian(f"{own} {own}^T", ONE)
        self.note(f"J_{slot.name} = the Jacobian of {slot.name} with respect to ({names})")
        return _Jacobian("rows", ONE, f"J_{slot.name}")

    def terms(self, slot: ev.Slot, at: tuple[Expression, ...]) -> tuple[Expression, ...]:
        along = normal(derivative(instantiate(slot.body, at)), self.context)
        return along.args if along.op == "add" else (along,)

    def rows(self, term: Expression, at: tuple[Expression, ...]) -> tuple[str, str, Expression, str]:
        """(kind, variable, scale, text) of one term of a slot's derivative.

        The kind is "rows" for scale[i]*Sum_j X[i, j]*d_w[j] and text X; "identity" for scale[i]*d_w[i]; "scalar" for
        scale[i]*d_b; or else "".
        """
        factors = term.args if term.op == "mul" else (term,)
        (moving,) = [f for f in factors if f.has("dir")]
        scale, name = mul(*(f for f in factors if f is not moving)), min(term.names("dir"))
        if moving.op == "dir" and not moving.args:
            return "scalar", name, scale, "1"
        if moving.op == "dir" and set(moving.args) == set(at) and len(moving.args) == len(at):
            return "identity", name, scale, "I"
        if moving.op == "Sum" and len(at) == 1:
            body, k = opened(moving, *at)
            inner = body.args if body.op == "mul" else (body,)
            direction = [f for f in inner if f.has("dir")]
            found = notation(mul(*(f for f in inner if not f.has("dir"))), (*at, k))
            if found and direction[0].op == "dir" and direction[0].args == (k,):
                return "rows", name, scale, found
        return "", name, scale, ""

    # --- diagonal plus low rank ---------------------------------------------------------------------------

    def block(self, b: Block) -> str:
        direction = b.direction
        if direction.op != "dir" or set(direction.args) != {b.index, *b.indices}:
            raise Other
        t = Expression("var", direction.args, direction.data)
        p = apply("exp", t) / over("Sum", b.index.args[0], abstract(apply("exp", t), [b.index]))
        c = normal(b.weight / p, self.context)
        minus = identical(mul(b.factor, c, power(b.vector, 2)), const(-1), self.context)
        if not minus or _entries(c) or ("index", b.index.data) in c.symbols:
            raise Other
        head, rest = _split(c)
        at = "[i]" if b.indices else ""
        inner = f"(diag(p{at}) - p{at} p{at}^T)"
        if rest is not ONE:
            inner = f"{self.text(rest, b.indices, 5)}{at} {inner}"
        name = direction.data
        others = ", ".join(f"{n} < {i.args[0]}" for n, i in zip("ijlm", b.indices[::-1], strict=False))
        vector = f"p{at} = exp({name})/sum(exp({name})), a vector of {b.index.args[0]} probabilities"
        self.note(vector + f", one for each {others}" * bool(others))
        self.named(t)
        x = self.features(direction, b)
        if x:
            core = f"(x[i] x[i]^T) (x) {inner}"
            self.note(f"x[i] = {x}; (x) is the Kronecker product")
        else:
            core = f"J{at}^T {inner} J{at}" if self.slots else inner
            if self.slots:
                self.note(f"J{at} = the Jacobian of {name} with respect to ({', '.join(self.s.variables)})")
        total = f"sum over {others} of {core}" if others else core
        return " ".join(filter(None, (head, total)))

    def features(self, direction: Expression, b: Block) -> str:
        """The row x[i] such that t[j, i] = Sum_l x[i, l]*W[l, j] up to a constant, in words; "" if there is none."""
        slot = self.slots.get(direction.data)
        if slot is None or len(b.indices) != 1:
            return ""
        found: dict[str, str] = {}
        for term in self.terms(slot, direction.args):
            body, k = opened(term, *direction.args) if term.op == "Sum" else (term, ONE)
            inner = body.args if body.op == "mul" else (body,)
            row = mul(*(f for f in inner if not f.has("dir")))
            (moving,) = [f for f in inner if f.has("dir")]
            if row.op == "par" and row.args == (b.indices[0], k) and moving.args == (k, b.index):
                found[moving.data] = f"{row.data}[i, :]"
            elif row is ONE and moving.args == (b.index,):
                found[moving.data] = "1"
            else:
                return ""
        texts = [found[name] for name in self.s.variables if name in found]
        return "" if len(texts) < len(self.s.variables) else texts[0] if len(texts) == 1 else f"({', '.join(texts)})"


def _entries(e: Expression) -> list[Expression]:
    """The entries of variables (or slots) in an expression."""
    return sorted((n for n in nodes(e) if n.op == "var"), key=lambda n: n.key)


def _split(weight: Expression) -> tuple[str, Expression]:
    """(the factor without indices and variables as text, the rest)."""
    factors = weight.args if weight.op == "mul" else (weight,)
    fixed = mul(*(f for f in factors if not f.has("index", "var")))
    rest = mul(*(f for f in factors if f.has("index", "var")))
    if fixed is ONE:
        return "", rest
    shown = array_text(fixed)
    return shown if shown.replace("_", "").replace(".", "").isalnum() else f"({shown})", rest
