"""Conditions while reading: truth values, comparisons and choices that fold what is plain (untrusted).

Folding never depends on the value of a size, so that a statement read at some sizes and the instance of
the statement read for all sizes stay equal node by node.
"""

from __future__ import annotations

from collections.abc import Callable

from convexcheck.expression.term import ONE, ZERO, Expression, add, apply, rebuild

TRUE, FALSE = apply("eq", ZERO, ZERO), apply("eq", ZERO, ONE)


def negation(c: Expression) -> Expression:
    """``not c``."""
    if c in (TRUE, FALSE):
        return FALSE if c is TRUE else TRUE
    return c.args[0] if c.op == "not" else apply("not", c)


def both(a: Expression, b: Expression) -> Expression:
    """``a and b``."""
    if FALSE in (a, b):
        return FALSE
    return b if a is TRUE else a if b is TRUE or a is b else apply("and", a, b)


def either(a: Expression, b: Expression) -> Expression:
    """``a or b``."""
    return negation(both(negation(a), negation(b)))


def compare(op: str, a: Expression, b: Expression) -> Expression:
    """``a <= b`` (le), ``a < b`` (lt) or ``a == b`` (eq); two constants, or two equal sides, are decided."""
    if a is b:
        return FALSE if op == "lt" else TRUE
    if a.op == b.op == "const":
        truth = a.data < b.data if op == "lt" else a.data <= b.data if op == "le" else a.data == b.data
        return TRUE if truth else FALSE
    if b.op == "const" and _constant_leaves(a):  # a truth value or a sign that became a number
        c, yes, no = a.args[0], compare(op, a.args[1], b), compare(op, a.args[2], b)
        return yes if yes is no else either(both(c, yes), both(negation(c), no))
    if op == "lt" and b is ZERO and a.op in ("bound", "index", "dim"):  # indices and sizes are never negative
        return FALSE
    return apply(op, a, b)


def _constant_leaves(e: Expression) -> bool:
    return e.op == "where" and all(a.op == "const" or _constant_leaves(a) for a in e.args[1:])


def choose(c: Expression, a: Expression, b: Expression) -> Expression:
    """``where(c, a, b)``."""
    if c in (TRUE, FALSE):
        return a if c is TRUE else b
    if a is b:
        return a
    return apply("where", c.args[0], b, a) if c.op == "not" else apply("where", c, a, b)


def number(c: Expression) -> Expression:
    """A condition as 1 or 0."""
    return choose(c, ONE, ZERO)


_FOLD: dict[str, Callable[..., Expression]] = {
    "where": choose,
    "not": negation,
    "and": both,
    "or": either,
    "le": lambda a, b: compare("le", a, b),
    "lt": lambda a, b: compare("lt", a, b),
    "eq": lambda a, b: compare("eq", a, b),
}


def folded(e: Expression) -> Expression:
    """`e` with conditions, choices and index arithmetic folded, after indices were replaced.

    >>> from convexcheck.expression.term import const, entry
    >>> folded(apply("where", apply("lt", const(1), const(2)), entry("par", "a"), entry("par", "b")))
    a
    """
    done: dict[Expression, Expression] = {}

    def visit(node: Expression) -> Expression:
        if not node.args:
            return node
        if node not in done:
            args = [visit(a) for a in node.args]
            new = _FOLD[node.op](*args) if node.op in _FOLD else rebuild(node, args)
            done[node] = _distributed(new) if new.op == "mul" else new
        return done[node]

    return visit(e)


def _distributed(e: Expression) -> Expression:
    """``c (a + b)`` as ``c a + c b`` in index arithmetic, so that reversing twice gives the same index."""
    if len(e.args) == 2 and e.args[0].op == "const" and e.args[1].op == "add" and integral(e.args[1]):
        return add(*(e.args[0] * t for t in e.args[1].args))
    return e


def integral(e: Expression) -> bool:
    """Whether `e` is built from whole numbers: constants, indices, sizes, and choices between them."""
    if e.op == "const":
        return bool(e.data.denominator == 1)
    if e.op in ("add", "mul", "max"):
        return all(map(integral, e.args))
    return integral(e.args[1]) and integral(e.args[2]) if e.op == "where" else e.op in ("bound", "index", "dim")


def stable(e: Expression) -> Expression:
    """Undo the usual guard against overflow: ``max(a, b) + log(1 + exp(-|a - b|)) = log(exp(a) + exp(b))``.

    The identity holds for all real a and b (let a be the larger one: the left side is a + log(1 + exp(b - a))).

    >>> from convexcheck.expression.term import entry, maximum
    >>> x = entry("var", "x")
    >>> stable(maximum(x, 0) + apply("log", 1 + apply("exp", -apply("abs", x))))
    log(1 + exp(x))
    """
    if e.op != "add":
        return e
    for term in e.args:
        scaled = term.op == "mul" and len(term.args) == 2 and term.args[0].op == "const"
        coefficient, core = term.args if scaled else (ONE, term)
        if core.op != "max" or len(core.args) != 2:
            continue
        a, b = core.args
        for gap in (a - b, b - a):
            tail = coefficient * apply("log", 1 + apply("exp", -apply("abs", gap)))
            if tail in e.args and tail is not term:
                rest = [t for t in e.args if t is not term and t is not tail]
                inside = add(*(ONE if t is ZERO else apply("exp", t) for t in (a, b)))
                return stable(add(coefficient * apply("log", inside), *rest))
    return e
