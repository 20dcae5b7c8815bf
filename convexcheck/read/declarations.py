"""Declared names and shapes, as people write them: ``"w b"``, ``["w", "b"]``, ``{"X": "n d"}`` (untrusted)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from keyword import iskeyword

from convexcheck.expression.errors import ConvexcheckError
from convexcheck.expression.statement import Declaration
from convexcheck.expression.term import Expression, dim
from convexcheck.read.array_functions import NAMES, PREDICATES

Names = str | Sequence[str] | Mapping[str, str]
MAX_AXES = 8
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}")
_SIZE = re.compile(r"[0-9]{1,9}")
STAGE = "read.text"


def declarations(role: str, names: Names) -> dict[str, Declaration]:
    """The declarations of names, which are scalars unless a mapping gives their shapes.

    Args:
        role: what the names are, for messages: ``variable`` or ``parameter``.
        names: names separated by blanks or commas, a sequence of names, or a mapping from names to shapes;
            a shape is ``""`` or its sizes, symbols or numbers, as in ``"n 3"``.

    Raises:
        ConvexcheckError: a name or a shape that cannot be declared.

    >>> declarations("variable", {"W": "n 3"})["W"].shape
    (n, 3)
    """
    if isinstance(names, str):
        names = names.replace(",", " ").split()
    if not issubclass(type(names), (Mapping, Sequence)):
        expected = "'w b', ['w', 'b'] or {'w': 'd', 'b': ''}"
        raise ConvexcheckError(STAGE, f"{role}s given as {type(names).__name__}", expected)
    found: dict[str, Declaration] = {}
    for name in names:
        check_name(role, name)
        if name in found:
            raise ConvexcheckError(STAGE, f"{role} {name} is declared twice")
        found[name] = Declaration(_shape(name, names[name]) if isinstance(names, Mapping) else ())
    return found


def check_name(role: str, name: object) -> None:
    """Refuse a name that could be mistaken for something else.

    Raises:
        ConvexcheckError: no ASCII identifier, a word of Python, or a function of the language.
    """
    shown = repr(name)[:40]
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        expected = "up to 64 ASCII letters, digits and _, a letter first"
        raise ConvexcheckError(STAGE, f"{shown} cannot be the name of a {role}", expected)
    if iskeyword(name) or name in NAMES or name in PREDICATES:
        what = "a word of Python" if iskeyword(name) else "a function of the language"
        raise ConvexcheckError(STAGE, f"{shown} cannot be the name of a {role}: it is {what}", hint=f"{name}1")


def dimensions(*declared: Mapping[str, Declaration]) -> dict[str, int]:
    """The symbolic sizes of all shapes, each with its least value, 1."""
    sizes = [s for group in declared for d in group.values() for s in d.shape]
    return {str(s.data): 1 for s in sizes if s.op == "dim"}


def _shape(name: str, shape: object) -> tuple[Expression, ...]:
    if not isinstance(shape, str):
        hint = "'' for a scalar, 'n d' for a matrix"
        raise ConvexcheckError(STAGE, f"the shape of {name} is of type {type(shape).__name__}", "text", hint)
    sizes = shape.replace(",", " ").split()
    if len(sizes) > MAX_AXES:
        raise ConvexcheckError(STAGE, f"{name} has {len(sizes)} axes", f"at most {MAX_AXES}")
    for size in sizes:
        if not _SIZE.fullmatch(size):
            check_name("size", size)
        elif not int(size):
            raise ConvexcheckError(STAGE, f"size {size} in the shape of {name}", "sizes are at least 1")
    return tuple(dim(int(size) if size.isdigit() else size) for size in sizes)
