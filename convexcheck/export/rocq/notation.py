"""Expressions and declarations in the notation of Rocq's reals (untrusted; a test evaluates what it prints).

Every name of the user's gets a prefix: ``v_`` for variables, ``p_`` for parameters, ``n_`` for sizes. With the
characters that a statement admits, none can then be a keyword, clash with a definition or end a comment.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction

from convexcheck.expression.bounds import linear
from convexcheck.expression.errors import ConvexcheckError
from convexcheck.expression.statement import Condition, Declaration, Statement
from convexcheck.expression.term import BINDERS, Expression, add, mul

MOST_INDICES = 2
CALLS = {
    "exp": "exp", "log": "ln", "abs": "Rabs", "sin": "sin", "cos": "cos", "atan": "atan", "asinh": "asinh",
    "sinh": "sinh", "cosh": "cosh", "tanh": "tanh", "sigmoid": "sigmoid", "softplus": "softplus", "erf": "erf",
}  # fmt: skip
_TESTS = {"le": "Rleb", "lt": "Rltb", "eq": "Reqb", "and": "andb", "or": "orb", "not": "negb"}
_RELATIONS = {"ge": "0 <= {}", "gt": "0 < {}", "eq": "{} = 0"}
Leaf = Callable[[Expression, Sequence[str]], str | None]


def plain(e: Expression, names: Sequence[str]) -> str | None:
    """No leaf prints in its own way."""
    return None



class NoScript(ConvexcheckError):
    """A certificate, or a part of one, that has no counterpart in the exported language.

    >>> print(NoScript("a statement with a matrix condition has no mapping"))
    export: no script, because a statement with a matrix condition has no mapping
    """

    def __init__(self, reason: str) -> None:
        super().__init__("export", f"no script, because {reason}")


def number(q: Fraction) -> str:
    """A rational as a real of Rocq.

    >>> number(Fraction(-1, 2)), number(Fraction(3))
    ('(- (1 / 2))', '3')
    """
    size = str(abs(q)) if q.denominator == 1 else f"({abs(q.numerator)} / {q.denominator})"
    return f"(- {size})" if q < 0 else size


def size(e: Expression) -> str:
    """A size as a natural number of Rocq."""
    return index(e)


def real(e: Expression, names: Sequence[str] = (), leaf: Leaf = plain) -> str:
    """An expression as a real number of Rocq.

    Args:
        e: the expression.
        names: names of its loose bound indices, 0 first.
        leaf: what a node prints as, where it is not what it says.

    Raises:
        NoScript: for an operation without counterpart.

    >>> from convexcheck.expression.term import bound, dim, entry, over
    >>> real(over("Sum", dim("n"), entry("var", "x", [bound(0)]) ** 2))
    '(Sum n_n (fun i0 => ((v_x p i0) ^ 2)))'
    """
    own = leaf(e, names)
    if own is not None:
        return own

    def show(a: Expression) -> str:
        return real(a, names, leaf)

    if e.op == "const":
        return number(e.data)
    if e.op in ("var", "par", "dir"):
        head = {"var": f"v_{e.data} p", "par": f"p_{e.data}", "dir": f"v_{e.data} v"}[e.op]
        return f"({' '.join([head, *(index(a, names) for a in e.args)])})"
    if e.op in ("bound", "index", "dim"):
        return f"(INR {index(e, names)})"
    if e.op in BINDERS:
        name = f"i{len(names)}"
        body = real(e.args[1], [name, *names], leaf)
        return f"({'Maxi' if e.op == 'Max' else 'Sum'} {size(e.args[0])} (fun {name} => {body}))"
    if e.op in ("add", "mul"):
        return f"({(' + ' if e.op == 'add' else ' * ').join(map(show, collected(e).args))})"
    if e.op == "pow":
        return _power(show(e.args[0]), e.args[1], show)
    if e.op == "max":
        first, *rest = map(show, e.args)
        for other in rest:
            first = f"(Rmax {first} {other})"
        return first
    if e.op == "where":
        return f"(if {test(e.args[0], names, leaf)} then {show(e.args[1])} else {show(e.args[2])})"
    if e.op in CALLS:
        return f"({CALLS[e.op]} {show(e.args[0])})"
    if e.op == "pi":
        return "PI"
    raise NoScript(f"{e.op} has no counterpart")


def collected(e: Expression) -> Expression:
    """A sum of sizes and indices with each of them once; other expressions as they are.

    >>> from convexcheck.expression.term import bound, dim
    >>> print(collected(dim("n") - 1 - bound(0) + dim("n") - dim("n")))
    n - 1 - _0
    """
    if e.op != "add":
        return e
    constant, terms = linear(e)
    whole = add(constant, *(mul(c, t) for t, c in terms))
    return whole if whole.op == "add" and all(t.op in ("dim", "index", "bound") for t, _ in terms) else e


def _power(base: str, exponent: Expression, show: Callable[[Expression], str]) -> str:
    if exponent.op != "const":
        return f"(Rpower {base} {show(exponent)})"
    q = exponent.data
    if q == Fraction(1, 2):
        return f"(sqrt {base})"
    if q < 0:
        return f"(/ {base})" if q == -1 else f"(/ {_power(base, Expression('const', (), -q), show)})"
    return f"({base} ^ {q})" if q.denominator == 1 else f"(pw {base} {number(q)})"


def test(e: Expression, names: Sequence[str] = (), leaf: Leaf = plain) -> str:
    """A condition as a boolean of Rocq."""
    boolean = e.op in ("and", "or", "not")
    first, *rest = [test(a, names, leaf) if boolean else real(a, names, leaf) for a in e.args]
    if not rest:
        return f"({_TESTS[e.op]} {first})"
    for other in rest:
        first = f"({_TESTS[e.op]} {first} {other})"
    return first


def index(e: Expression, names: Sequence[str] = ()) -> str:
    """An index as a natural number of Rocq.

    >>> from convexcheck.expression.term import bound
    >>> index(5 - 2 * bound(0), ["i0"])
    '((5%nat) - (2%nat * i0)%nat)%nat'
    """
    if e.op == "const" and e.data.denominator == 1 and e.data >= 0:
        return f"{e.data}%nat"
    if e.op == "bound":
        return str(names[e.data])
    if e.op == "index":
        return f"j{e.data}"
    if e.op == "dim":
        return f"n_{e.data}"
    e = collected(e)
    if e.op == "mul" and _natural(e):
        return f"({' * '.join(index(a, names) for a in e.args)})%nat"
    less = [mul(-1, a) for a in e.args if _negative(a)] if e.op == "add" else []
    more = [a for a in e.args if not _negative(a)]
    if e.op == "add" and all(map(_natural, [*more, *less])):  # what is subtracted comes last: no result is below 0
        shown = " + ".join(index(a, names) for a in more) or "0%nat"
        return f"({' - '.join([f'({shown})', *(index(a, names) for a in less)])})%nat"
    if e.has("var", "dir"):
        raise NoScript(f"the index {e} is computed from variables")
    return f"(place_of {real(e, names)})"


def _negative(e: Expression) -> bool:
    """Whether a term of a sum is subtracted."""
    first = e.args[0] if e.op == "mul" else e
    return bool(first.op == "const" and first.data < 0)


def _natural(e: Expression) -> bool:
    """Whether every part is a natural number, so that arithmetic with natural numbers gives the same."""
    if e.op == "mul":
        return all(map(_natural, e.args))
    return e.op in ("bound", "index", "dim") or bool(e.op == "const" and e.data.denominator == 1 and e.data >= 0)


def holds(c: Condition, leaf: Leaf = plain) -> str:
    """A condition of a domain, or on parameters, as a proposition of Rocq."""
    if c.relation not in _RELATIONS:
        raise NoScript(f"the condition {c.relation}({c.body}) on matrices has no counterpart")
    names = [f"i{k}" for k in range(len(c.sizes))]
    body = _RELATIONS[c.relation].format(real(c.body, names, leaf))
    for name, n in zip(names, c.sizes, strict=True):
        body = f"(forall {name} : nat, ({name} < {size(n)})%nat -> {body})"
    return f"({body})"


def array(d: Declaration, name: str = "an array") -> str:
    """The type of an array: a real, or a function of its indices."""
    if len(d.shape) > MOST_INDICES:
        raise NoScript(f"{name} has more than {MOST_INDICES} indices")
    return "nat -> " * len(d.shape) + "R"


def binders(s: Statement) -> list[tuple[str, str]]:
    """The sizes and parameters of a statement as bound variables of Rocq, with their types."""
    return [(f"n_{n}", "nat") for n in s.sizes] + [(f"p_{n}", array(d, n)) for n, d in s.parameters.items()]


def conjunction(parts: Sequence[str], none: str) -> str:
    """All of the propositions, or `none` where there is none."""
    return " /\\ ".join(parts) or none


def accessor(k: int, name: str, d: Declaration) -> str:
    """The definition of a variable as a part of a point."""
    array(d, name)
    indices = ["i", "j"][: len(d.shape)]
    given = "".join(f" ({i} : nat)" for i in indices)
    at = " ".join([*indices, *["0%nat"] * (MOST_INDICES - len(indices))])
    return f"Definition v_{name} (p : point){given} : R := p {k}%nat {at}."


def comment(lines: Sequence[str]) -> str:
    """Lines as a comment: no quote, no mark that opens or ends a comment, printable ASCII only."""
    text = "\n   ".join("".join(c if " " <= c <= "~" else "?" for c in line) for line in lines)
    for mark in ("(*", "*)"):
        text = text.replace(mark, " ".join(mark))
    return f"(* {text.replace(chr(34), chr(39))} *)"

