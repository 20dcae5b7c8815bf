"""From an accepted certificate to one Python file that imports SymPy alone and checks by itself (untrusted).

The file ends with exit code 0 only if every check in it holds. Where sizes are symbols, its identities are those of
some small sizes, and its head says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import Any

from convexcheck.certificate import evidence as ev
from convexcheck.export.concrete import Concrete, comment, small_sizes
from convexcheck.export.names import refuse_names
from convexcheck.export.numbers import refuted
from convexcheck.export.rocq.notation import NoScript
from convexcheck.export.sympy_prelude import PRELUDE
from convexcheck.export.sympy_text import Symbols, known_range, number, written
from convexcheck.export.walk import THEOREMS, Check, proof
from convexcheck.expression.bounds import Context
from convexcheck.expression.functions import REALS
from convexcheck.expression.statement import Condition, statement_lines
from convexcheck.expression.term import ENTRIES, Expression, instantiate, nodes

_RELATION = {"ge": "Ge", "gt": "Gt", "eq": "Eq"}
_MOST = 400  # checks in one script
_END = """
for kind in sorted(counts):
    print(f"{counts[kind]:6} {kind}")
print("all checks hold")
"""


def export_sympy(certificate: ev.Certificate, folder: Path | None = None) -> str:
    """The text of the file for an accepted certificate.

    Args:
        certificate: one that the kernel accepted (whoever calls has asked it).
        folder: where its arrays lie, if it has any.

    Raises:
        NoScript: saying which part has no counterpart.
    """
    refuse_names(certificate)
    s, claim, e = certificate.statement, certificate.claim, certificate.evidence
    strict = f", strictly {claim.strict}" * bool(claim.strict)
    modulus = f", strongly with modulus {claim.modulus}" if claim.modulus is not None else ""
    head, body = [f"claim      {claim.verdict}{strict}{modulus}", *statement_lines(s)], list[str]()
    symbols = Symbols()
    if isinstance(e, ev.Generalisation):
        head += ["", "which is the instance of this statement at", f"  {e.sizes}", *statement_lines(e.general)]
        s, claim, e = e.general, ev.Claim(claim.verdict, claim.strict, e.modulus), e.premise
    if isinstance(e, ev.Proof):
        sizes = small_sizes(s)
        notes = ["The claim holds for all sizes; see the certificate. The identities are checked here at "
                 + ", ".join(f"{n} = {k}" for n, k in sizes.items()) + "."] * bool(sizes)  # fmt: skip
        integers = frozenset(n for n, d in s.parameters.items() if d.integer)
        notes += [f"Entry number k of {', '.join(sorted(integers))} is k % 2."] * bool(integers)
        notes += ["The claim of strictness is not derived again."] * bool(claim.strict)
        writer = _Writer(symbols, Concrete(sizes, integers=integers))
        body = list(writer.all(proof(s, claim, e)))
    else:
        notes, body = refuted(s, claim, e, symbols, folder)
    about = [comment(line, "#") for line in [*head, "", *notes]]
    return "\n".join([*about, "", PRELUDE, "", *symbols.definitions(), "", *body, _END.rstrip(), ""])


class _Writer:
    """Writes checks as calls of the prelude's functions."""

    def __init__(self, symbols: Symbols, concrete: Concrete) -> None:
        self.symbols, self.concrete = symbols, concrete
        self.shared: dict[str, str] = {}
        self.lines: list[str] = []

    def all(self, checks: Iterable[Check]) -> Iterator[str]:
        """The lines of all checks, each preceded by its theorem."""
        said = ""
        for count, check in enumerate(checks):
            if count > _MOST:
                raise NoScript(f"there are more than {_MOST} steps")
            if check.step != said:
                self.lines.append(f"# {check.step}: {THEOREMS[check.step]}")
                said = check.step
            indices = sorted({n for p in check.pieces for n in nodes(p) if n.op == "index"}, key=lambda n: n.data)
            for at in product(*(range(self.concrete.size(n.args[0])) for n in indices)):
                self._one(check, dict(zip(indices, at, strict=True)))
        return iter(self.lines)

    def _one(self, check: Check, at: Mapping[Expression, int]) -> None:
        found = [self.concrete(p, at) for p in check.pieces]
        context = check.context
        told = [self._text(p, context) for p in found]
        self.lines.append(getattr(self, f"_{check.kind}")(check, found, told, at))

    def _name(self, e: Expression, context: Context) -> str:
        return self.symbols.name(e, known_range(context, e.op, e.data))

    def _text(self, e: Expression, context: Context) -> str:
        """The expression, or the name of a line that holds it."""
        string = written(e, lambda n: self._name(n, context))
        if len(string) < 30:
            return string
        if string not in self.shared:
            self.shared[string] = f"e{len(self.shared)}"
            self.lines.append(f"{self.shared[string]} = {string}")
        return self.shared[string]

    def _entries(self, found: Sequence[Expression], *ops: str) -> list[Expression]:
        return sorted({n for p in found for n in nodes(p) if n.op in ops}, key=str)

    def _known(self, check: Check, found: Sequence[Expression]) -> str:
        """The facts about the entries that occur, and the ranges of the bounded ones, as two arguments."""
        own, context = self._entries(found, *ENTRIES), check.context
        ranges = []
        for e in own:
            i = known_range(context, e.op, e.data)
            if i != REALS and not (i.lo == 0 and i.hi == float("inf")):
                ranges.append(f"{self._name(e, context)}: ({_end(i.lo)}, {_end(i.hi)})")
        facts = [f for c in context.facts for f in self._facts(c, context) if f[1] <= set(own)]
        return f"[{', '.join(f[0] for f in facts)}], {{{', '.join(ranges)}}}"

    def _facts(self, c: Condition, context: Context) -> Iterator[tuple[str, set[Expression]]]:
        if c.relation not in _RELATION or c.body.has("index"):
            return
        for at in product(*(range(self.concrete.size(size)) for size in c.sizes)):
            body = self.concrete(instantiate(c.body, at))
            own = {n for n in nodes(body) if n.op in ENTRIES}
            if own and body.op not in ENTRIES:
                yield f"{_RELATION[c.relation]}({written(body, lambda n: self._name(n, context))}, 0)", own

    def _pairs(self, check: Check, found: Sequence[Expression], without: Sequence[str] = ()) -> str:
        variables = [v for v in self._entries(found, "var") if v.data not in without]
        pairs = [(self._name(v, check.context), Expression("dir", v.args, v.data)) for v in variables]
        return f"[{', '.join(f'({x}, {self._name(d, check.context)})' for x, d in pairs)}]"

    def _same(self, check: Check, found: list[Expression], told: list[str], at: Any) -> str:
        return f'same("{check.step}", {told[0]}, {told[1]}, {self._known(check, found)})'

    def _second(self, check: Check, found: list[Expression], told: list[str], at: Any) -> str:
        pairs = self._pairs(check, found[:1])
        return f'second("{check.step}", {told[0]}, {told[1]}, {check.data}, {pairs}, {self._known(check, found)})'

    def _first(self, check: Check, found: list[Expression], told: list[str], at: Any) -> str:
        pairs = self._pairs(check, found[:1], check.data)
        return f'first("{check.step}", {told[0]}, {told[1]}, {pairs}, {self._known(check, found)})'

    def _slope(self, check: Check, found: list[Expression], told: list[str], at: Any) -> str:
        x = self._name(found[2], check.context)
        return f'first("{check.step}", {told[0]}, {told[1]}, [({x}, 1)], {self._known(check, found)})'

    def _affine(self, check: Check, found: list[Expression], told: list[str], at: Any) -> str:
        names = [self._name(v, check.context) for v in self._entries(found, "var")]
        return f'affine("{check.step}", {told[0]}, [{", ".join(names)}])'

    def _psd(self, check: Check, found: list[Expression], told: list[str], at: Any) -> str:
        rows = ", ".join(f"[{', '.join(map(number, row))}]" for row in check.data)
        return f'psd("{check.step}", [{rows}])'

    def _determinant(self, check: Check, found: list[Expression], told: list[str], at: Any) -> str:
        n = round((len(told) - 1) ** 0.5)
        rows = ", ".join(f"[{', '.join(told[1 + n * i : 1 + n * (i + 1)])}]" for i in range(n))
        return f'determinant("{check.step}", {told[0]}, [{rows}])'

    def _range(self, check: Check, found: list[Expression], told: list[str], at: Any) -> str:
        return f'ranged("{check.step}", {told[0]}, {check.data}, {self._known(check, found)})'

    def _roots(self, check: Check, found: list[Expression], told: list[str], at: Any) -> str:
        terms, i, strict = check.data
        given = f"[{', '.join(map(number, terms))}], {_end(i.lo, '-oo')}, {_end(i.hi, 'oo')}, {strict}"
        return f'roots("{check.step}", {", ".join(told)}, {given}, {self._known(check, found)})'

    def _limit(self, check: Check, found: list[Expression], told: list[str], at: Any) -> str:
        end, way = check.data
        return f'tends("{check.step}", {", ".join(told)}, {_end(end, "oo" if way == 1 else "-oo")}, {way})'

    def _slots(self, check: Check, found: list[Expression], told: list[str], at: Mapping[Expression, int]) -> str:
        inner = []
        for e in self._entries(found[:1], "var"):
            sizes, body = check.data[e.data]
            place = instantiate(body, list(e.args)[: len(sizes)])
            inner.append(f"{self._name(e, check.context)}: {self._text(self.concrete(place, at), check.context)}")
        return f'slots("{check.step}", {told[0]}, {told[1]}, {{{", ".join(inner)}}})'

    def _piece(self, check: Check, found: list[Expression], told: list[str], at: Mapping[Expression, int]) -> str:
        knots = ("None" if k is None else self._text(self.concrete(k, at), check.context) for k in check.data)
        return f'piece("{check.step}", {", ".join(told)}, {", ".join(knots)})'


def _end(q: Any, otherwise: str = "None") -> str:
    return otherwise if isinstance(q, float) else number(q)


