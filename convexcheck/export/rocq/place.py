"""Where a lemma stands: the facts that hold there, and how expressions print there (untrusted)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import count

from convexcheck.export.rocq.notation import holds, index, real, size
from convexcheck.expression.bounds import Context
from convexcheck.expression.statement import Condition
from convexcheck.expression.term import Expression, bind, fresh, instantiate

UNFOLD = "cbv [value zero ev still ok cok D add mul opp Nat.pred Z.of_nat Pos.of_succ_nat Pos.succ]"
_CLOSED = frozenset({"ge", "gt", "eq"})


@dataclass
class Writer:
    """The lemmas of one script in order.

    Args:
        head: binders that open every lemma: sizes, parameters, and what is given of them (G).
        arguments: the same, applied; `sizes` without G.
        opened: the tactic that takes G apart.
        accessors: the names of the variables' accessors, to be unfolded.
    """

    head: str
    arguments: str
    plain_head: str
    plain_arguments: str
    opened: str
    accessors: tuple[str, ...]
    lemmas: list[str] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=count)

    def name(self, kind: str) -> str:
        """A new name."""
        return f"{kind}_{next(self.numbers)}"

    def lemma(self, kind: str, binders: str, statement: str, proof: str) -> str:
        """Write a lemma and return its name."""
        name = self.name(kind)
        self.lemmas.append(f"Lemma {name}{self.head}{binders} :\n  {statement}.\nProof.\n  {proof}\nQed.")
        return name

    def definition(self, kind: str, binders: str, typed: str, body: str) -> str:
        """Write a definition and return its name."""
        name = self.name(kind)
        self.lemmas.append(f"Definition {name}{self.plain_head}{binders} {typed} :=\n  {body}.")
        return name


@dataclass(frozen=True)
class Place:
    """The variables, and what holds of them.

    Args:
        writer: receives lemmas.
        context: the facts on the domain; `interior` those inside it.
        domain: the definition's name of the domain, `inside` that of its interior (the same where they agree).
        facts: the conditions of the domain in order; `strict` those of its interior.
        indices: opened indices, innermost first.
        flip: whether a direction prints as its negative.
        defined: what is > 0, or >= 0, on the domain by a proof of its own: the fact, and its lemmas on the domain
            and inside it.
    """

    writer: Writer
    context: Context
    interior: Context
    domain: str
    inside: str
    facts: tuple[Condition, ...]
    strict: tuple[Condition, ...]
    indices: tuple[Expression, ...] = ()
    flip: bool = False
    defined: tuple[tuple[Condition, str, str], ...] = ()

    def leaf(self, e: Expression, names: Sequence[str]) -> str | None:
        """Entries of variables and directions as parts of the points p and v."""
        if e.op not in ("var", "dir"):
            return None
        k = list(self.context.statement.variables).index(e.data)
        at = [index(a, names) for a in e.args] + ["0%nat"] * (2 - len(e.args))
        shown = f"({'p' if e.op == 'var' else 'v'} {k}%nat {' '.join(at)})"
        return f"(- {shown})" if e.op == "dir" and self.flip else shown

    def show(self, e: Expression) -> str:
        """An expression, its variables as parts of the point p."""
        return real(e, [f"i{k}" for k in reversed(range(e.loose))], self.leaf)

    def reordered(self, binder: Expression, j: Expression) -> tuple[str, str]:
        """The body of a binder at a fresh index as it is printed under the binder and by itself.

        The order of terms depends on what an index is.
        """
        return real(binder.args[1], [f"j{j.data}"], self.leaf), self.show(instantiate(binder.args[1], [j]))

    def under(self, e: Expression, indices: Sequence[Expression]) -> str:
        """An expression as it is printed under binders of some opened indices, the first of them innermost."""
        for j in indices:
            e = bind("Sum", j, e)
        for _ in indices:
            e = e.args[1]
        return real(e, [f"j{j.data}" for j in indices], self.leaf)

    def condition(self, c: Condition) -> str:
        """A fact as a proposition."""
        return holds(c, self.leaf)

    def over(self, sizes: Sequence[Expression], *avoid: Expression) -> Place:
        """The place with a fresh index for each of `sizes`, the first of them innermost."""
        new: list[Expression] = []
        for n in sizes:
            new.append(fresh(n, *avoid, *self.indices, *self.context.indices, *new))
        return replace(self, indices=(*new, *self.indices))

    def placed(self, e: Expression) -> Expression:
        """An expression of the evidence with its loose indices bound to the opened ones."""
        return instantiate(e, self.indices)

    @property
    def binders(self) -> str:
        """The opened indices, outermost first, as binders of a lemma."""
        return "".join(binder(i) for i in reversed(self.indices))

    @property
    def arguments(self) -> str:
        """The opened indices, applied."""
        return "".join(f" j{i.data} J{i.data}" for i in reversed(self.indices))

    @property
    def numbers(self) -> str:
        """The opened indices alone, applied."""
        return "".join(f" j{i.data}" for i in reversed(self.indices))

    @property
    def set(self) -> str:
        """The domain as a set of points."""
        return f"({self.domain}{self.writer.plain_arguments})"

    @property
    def inner(self) -> str:
        """The interior as a set of points."""
        return f"({self.inside}{self.writer.plain_arguments})"

    def opened(self, inside: bool) -> str:
        """The tactic that takes G and the hypothesis Hp apart into facts."""
        facts, name = (self.strict, self.inside) if inside else (self.facts, self.domain)
        known = "".join(
            f"assert (D{k} := {lemmas[inside]}{self.writer.arguments} p Hp). "
            for k, (_, *lemmas) in enumerate(self.defined)
        )
        return known + self.writer.opened + apart("Hp", facts, (name, *self.writer.accessors))


def binder(i: Expression) -> str:
    """An opened index as two binders: the number, and that it is in range."""
    return f" (j{i.data} : nat) (J{i.data} : (j{i.data} < {size(i.args[0])})%nat)"


def apart(name: str, facts: Sequence[object], unfolded: Sequence[str], mark: str = "F") -> str:
    """The tactic that takes a hypothesis, a conjunction, apart."""
    if not facts:
        return f"clear {name}. "
    pattern = " & ".join(f"{mark}{k}" for k in range(len(facts)))
    how = f"destruct {name} as ({pattern})" if len(facts) > 1 else f"rename {name} into {mark}0"
    return f"cbv [{' '.join(unfolded)}] in {name}. {how}. "


def facts(context: Context, names: list[str]) -> list[str]:
    """The names of the hypotheses whose facts the context has patterns of."""
    return [name for name, c in zip(names, context.facts, strict=True) if c.relation in _CLOSED]


def names_of(context: Context, own: Sequence[Condition]) -> list[str]:
    """A hypothesis for each fact: F for those of the domain, in its order; G for those of the parameters."""
    found, given = [], 0
    for c in context.facts:
        if c in own:
            found.append(f"F{list(own).index(c)}")
        else:
            found.append(f"G{given}")
            given += 1
    return found


def hypotheses(context: Context, own: Sequence[Condition]) -> list[str]:
    """The hypotheses whose facts the context has patterns of."""
    return facts(context, names_of(context, own))
