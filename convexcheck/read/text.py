"""Losses written as text, scalar or with arrays of symbolic sizes: the first reader (untrusted).

The text is a Python expression of the names, numbers, operators and functions that DESIGN calls the text
language, read through `ast` and a list of what is allowed; it is never evaluated. What the printer writes
(``convexcheck.expression.statement``) reads back as the same expression.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from convexcheck.expression.errors import ConvexcheckError
from convexcheck.expression.statement import Declaration, Statement
from convexcheck.expression.term import Expression
from convexcheck.read.array_functions import CONSTANTS, NAMES, PREDICATES
from convexcheck.read.conditions import Texts, Written, conditions, whole, written
from convexcheck.read.declarations import STAGE, Names, check_name, declarations, dimensions
from convexcheck.read.formula import Formula, scope_of, unknown_name
from convexcheck.read.syntax import Source, free_names, parse
from convexcheck.read.tensor import shape_text

MAX_NODES = 100_000
_NO_NUMBERS = frozenset({"nan", "inf", "infinity"})  # floats print so; as names they have to be declared
Declared = dict[str, Declaration]


def read_text(
    expression: str, wrt: Names | None = None, parameters: Names | None = None, domain: Texts = (), given: Texts = ()
) -> Statement:
    """The statement about a function that is written as text.

    Args:
        expression: the function; decimals in it are exact rationals.
        wrt: its variables: names (scalars), or a mapping from names to shapes, ``"n d"`` or ``"3 2"`` or
            ``""``. Without it every name that is no parameter is a scalar variable.
        parameters: the other names, in the same forms. Without it they are real scalars.
        domain: conditions on the variables, as text with commas or as a list.
        given: conditions on parameters and dimensions; dimensions are at least 1 otherwise.

    Returns:
        The statement, checked. A parameter that serves as an index is an integer.

    Raises:
        ConvexcheckError: text that is not in the language, names that are not declared, shapes that do not fit.
        Unsupported: a function of the text language that statements cannot express yet.

    >>> s = read_text("sum((X @ w - y)**2)/2", {"w": "d"}, {"X": "n d", "y": "n"})
    >>> s.function
    Sum(i < n, (Sum(j < d, X[i, j]*w[j]) - y[i])**2)/2
    >>> list(read_text("log(1 + exp(-y*(w*x + b)))", wrt="w b").parameters)
    ['y', 'x']
    """
    source = Source(expression, STAGE)
    tree = parse(source)
    region, assumed = written("read.domain", domain), written("read.given", given)
    mentioned = [Written(source, tree), *region]
    variables = {} if wrt is None else declarations("variable", wrt)
    constants = {} if parameters is None else declarations("parameter", parameters)
    sizes = dimensions(variables, constants)
    known = {**CONSTANTS, **sizes, **constants, **variables}
    if wrt is None:
        variables = {**_declared_by_use("variable", mentioned[:1], known), **variables}
        if not variables:
            Formula(source, scope_of({}, constants, sizes)).value(tree)  # other mistakes come first
            raise ConvexcheckError(STAGE, "no name in the text is a variable", hint="name one with wrt=")
    elif not variables:
        raise ConvexcheckError(STAGE, "no variable is declared", hint="name one with wrt=")
    elif parameters is None:
        constants = _declared_by_use("parameter", mentioned, known)
    _once(variables, constants, sizes)
    used = {name for w in mentioned for name in free_names(w.node)}
    scope = scope_of(variables, constants, sizes)
    for w in (mentioned[0], *assumed, *region):
        for name, node in free_names(w.node).items():
            if name not in scope.tensors:
                raise unknown_name(w.source, node, scope.tensors)
    for name in constants:
        if name not in used:
            expected = "a name in the function or the domain"
            raise ConvexcheckError(STAGE, f"parameter {name} is not used", expected, "leave it out")
    conditioned = conditions(region, assumed, scope)
    value = Formula(source, scope).value(tree)
    if _written_out(value.body) > MAX_NODES:  # nested calls of functions that use their argument twice
        message = f"a formula of more than {MAX_NODES} terms when written out"
        raise ConvexcheckError(STAGE, message, hint="a shorter one")
    if value.shape:
        hint = "sum(...) or mean(...)"
        raise ConvexcheckError(STAGE, f"the loss returns shape {shape_text(value.shape)}", "one real number", hint)
    constants = {n: replace(d, integer=n in scope.integers) for n, d in constants.items()}
    holding = whole(conditioned.given, constants)
    return Statement(value.body, variables, constants, conditioned.sizes, conditioned.domain, holding).check()


def _declared_by_use(role: str, texts: list[Written], known: Mapping[str, object]) -> Declared:
    """Scalar declarations of the names that nothing declares."""
    found: Declared = {}
    for source, node in texts:
        for name, place in free_names(node).items():
            if name in NAMES or name in PREDICATES:
                raise unknown_name(source, place, known)
            if name not in known:
                if name.lower() in _NO_NUMBERS:
                    raise source.error(place, f"{name} is not a real number", "finite numbers", "another name")
                try:
                    check_name(role, name)
                except ConvexcheckError as error:
                    raise source.error(place, error.message, error.expected, error.hint) from None
                found[name] = Declaration()
    return found


def _written_out(e: Expression) -> int:
    """The number of nodes of the expression as a tree; shared parts count as often as they are printed."""
    size: dict[Expression, int] = {}
    stack = [e]
    while stack:
        open_args = [a for a in stack[-1].args if a not in size]
        if not open_args:
            node = stack.pop()
            size[node] = 1 + sum(size[a] for a in node.args)
        stack += open_args
    return size[e]


def _once(variables: Declared, parameters: Declared, sizes: Mapping[str, int]) -> None:
    roles = (("variable", variables), ("parameter", parameters), ("dimension", sizes))
    for j, (role, names) in enumerate(roles):
        for other, others in roles[j + 1 :]:
            for name in names:
                if name in others:
                    raise ConvexcheckError(STAGE, f"{name} is both a {role} and a {other}", hint="two names")
