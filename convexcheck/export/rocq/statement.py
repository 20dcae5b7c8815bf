"""The head of every script: the statement in words, and the definitions of ``f`` and ``dom`` (untrusted).

``f`` and ``dom`` take the sizes and the parameters, then a point that holds all variables.
"""

from __future__ import annotations

from convexcheck.export.rocq.notation import accessor, binders, comment, conjunction, holds, real
from convexcheck.expression.statement import Statement, statement_lines


def arguments(s: Statement) -> str:
    """The sizes and parameters, applied: `` n_n p_X``, or nothing."""
    return "".join(f" {name}" for name, _ in binders(s))


def quantified(s: Statement) -> str:
    """The sizes and parameters as binders: `` (n_n : nat) (p_X : nat -> R)``, or nothing."""
    return "".join(f" ({name} : {kind})" for name, kind in binders(s))


def given(s: Statement) -> list[str]:
    """The assumptions on sizes and parameters as propositions."""
    least = [f"({low} <= n_{name})%nat" for name, low in s.sizes.items() if low]
    return [*least, *(holds(c) for c in s.given)]


def definitions(s: Statement, claim: str) -> str:
    """The statement as a comment, then as definitions.

    >>> from convexcheck.expression.statement import Declaration
    >>> from convexcheck.expression.term import Expression
    >>> x = Expression("var", (), "x")
    >>> print(definitions(Statement(x**2, {"x": Declaration()}), "convex").splitlines()[-1])
    Definition f (p : point) : R := ((v_x p) ^ 2).
    """
    lines = [comment([f"claim      {claim}", *statement_lines(s)])]
    lines += [accessor(k, name, d) for k, (name, d) in enumerate(s.variables.items())]
    known = quantified(s)
    if known:
        lines.append(f"Definition given{known} : Prop :=\n  {conjunction(given(s), 'True')}.")
    inside = conjunction([holds(c) for c in s.domain], "everywhere p")
    lines.append(f"Definition dom{known} (p : point) : Prop :=\n  {inside}.")
    lines.append(f"Definition f{known} (p : point) : R := {real(s.function)}.")
    return "\n".join(lines)
