"""Source text to a Python syntax tree, with every limit that hostile text could strain (untrusted).

Nothing is executed: `ast` parses, the readers walk the tree and take only what they name. Text is first held
against a list of characters, a length, a nesting depth and a number of digits, so that parsing stays quick.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from keyword import iskeyword

from convexcheck.expression.errors import ConvexcheckError
from convexcheck.expression.term import BINDERS, MATRICES, MAX_BITS

MAX_LENGTH, MAX_NESTING, MAX_DIGITS, MAX_EXPONENT = 20_000, 100, 1000, 1000
_FOREIGN = re.compile(r"[^A-Za-z0-9_ .,()\[\]+\-*/@<>=!:]")
_NUMBER = re.compile(r"([0-9]*)\.?([0-9]*)(?:[eE]([+-]?[0-9]+))?")
_INSTEAD = {"^": "** for a power", "&": "and", "|": "or", "~": "not", "√": "sqrt(x)", "π": "pi", "²": "x**2"}
_OPERATORS = frozenset({"and", "or", "not", "if", "else", "None", "True", "False"})
_CHAINS = ((ast.Add, ast.Sub), (ast.Mult, ast.Div))
Kind = type[ConvexcheckError]
_OPENS, _CLOSES = "([", ")]"


@dataclass(frozen=True)
class Source:
    """A text, and the stage that speaks of it in errors; `quotes` lets ``params['W']`` name an array.

    >>> Source("x + y*z").piece(parse(Source("x + y*z")).right)
    'y*z'
    """

    text: str
    stage: str = "read.text"
    quotes: bool = False

    def piece(self, node: ast.AST) -> str:
        """The text of a node, shortened in the middle."""
        return _shortened(self.text[_start(node) : getattr(node, "end_col_offset", None)].strip())

    def error(
        self, node: ast.AST, message: str, expected: str = "", hint: str = "", kind: Kind = ConvexcheckError
    ) -> ConvexcheckError:
        """An error that points at a node."""
        return kind(self.stage, f"{message}: {self.piece(node)!r} at column {_start(node) + 1}", expected, hint)

    def error_at(self, column: int, message: str, expected: str = "", hint: str = "") -> ConvexcheckError:
        """An error that points at a column (from 0)."""
        near = _shortened(self.text[column : column + 20].strip())
        where = f"at column {column + 1}" + (f", near {near!r}" if near else ", at the end")
        return ConvexcheckError(self.stage, f"{message} {where}", expected, hint)


def parse(source: Source) -> ast.expr:
    """The syntax tree of an expression; columns in it are columns of the text.

    Raises:
        ConvexcheckError: text that is empty, too long, too deep, or no Python expression.

    >>> type(parse(Source("2*x"))).__name__
    'BinOp'
    """
    text = source.text
    if not isinstance(text, str):
        raise ConvexcheckError(source.stage, f"an object of type {type(text).__name__}", "text, such as 'x**2'")
    if len(text) > MAX_LENGTH:
        hint = "arrays with symbolic sizes"
        raise ConvexcheckError(source.stage, f"{len(text)} characters", f"at most {MAX_LENGTH}", hint)
    plain = re.sub(r"[\t\r\n]", " ", text)
    if not plain.strip():
        raise ConvexcheckError(source.stage, "the text is empty", "an expression, such as 'x**2'")
    _characters(Source(plain, source.stage, source.quotes))
    start = len(plain) - len(plain.lstrip())
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Python's advice on its own style, such as "0or 1"
            tree = ast.parse(plain[start:], mode="eval").body
    except SyntaxError as error:
        column = min(error.offset - 1 + start, len(plain)) if error.offset else len(plain)  # no offset: the end
        words = [w for w in re.findall(r"[A-Za-z_]\w*", plain) if iskeyword(w) and w not in _OPERATORS]
        hint = f"another name for {words[0]}, a word of Python" if words else "2*x for 2x, == for ="
        raise source.error_at(column, "this is not an expression", "Python syntax", hint) from None
    except (MemoryError, RecursionError, ValueError):
        raise _too_deep(source) from None
    for node in ast.walk(tree):
        for place in ("col_offset", "end_col_offset"):
            if hasattr(node, place):
                setattr(node, place, getattr(node, place) + start)
    if _nesting(tree) > MAX_NESTING:
        raise _too_deep(source)
    return tree


def number(source: Source, node: ast.Constant) -> Fraction:
    """The exact rational that a decimal literal denotes.

    Raises:
        ConvexcheckError: a literal that is no decimal, or too long.

    >>> source = Source("1e-9")
    >>> number(source, parse(source))
    Fraction(1, 1000000000)
    """
    text = source.text[_start(node) : node.end_col_offset]
    match = _NUMBER.fullmatch(text)
    if not match or not (match[1] or match[2]):
        raise source.error(node, "not a number of the language", "decimals such as 0.25 or 1e-9")
    sign = match[3] or "0"
    if len(sign) > 5 or abs(int(sign)) > MAX_EXPONENT:
        raise source.error(node, "a huge exponent", f"exponents up to {MAX_EXPONENT}")
    value = Fraction(text)
    if value.numerator.bit_length() + value.denominator.bit_length() > MAX_BITS:
        raise source.error(node, "a huge number", f"at most {MAX_BITS} bits")
    return value


def free_names(tree: ast.AST) -> dict[str, ast.Name]:
    """The names that occur as values, with their first place, in the order of the text.

    Names of called functions are left out, and so is the index that a binder binds.

    >>> list(free_names(parse(Source("b + Sum(i < n, exp(x[i]))"))))
    ['b', 'n', 'x']
    """
    found: list[ast.Name] = []
    stack: list[tuple[ast.AST, frozenset[str]]] = [(tree, frozenset())]
    while stack:
        node, bound = stack.pop()
        if isinstance(node, ast.Name) and node.id not in bound:
            found.append(node)
        indices = binder_indices(node)
        if indices and isinstance(node, ast.Call):
            heads, rest = node.args[: len(indices)], node.args[len(indices) :]
            stack += [(size, bound) for head in heads for size in getattr(head, "comparators", [])]
            stack += [(part, bound | {index.id for index in indices}) for part in rest]
        else:
            stack += [(child, bound) for child in _values(node)]
    first: dict[str, ast.Name] = {}
    for name in sorted(found, key=_start):
        first.setdefault(name.id, name)
    return first


def binder_indices(node: ast.AST) -> list[ast.Name]:
    """The index names of ``Sum(i < n, body)``, ``Max(i < n, body)``, ``det(i < n, j < n, body)`` ...; else none."""
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
        return []
    count = 1 if node.func.id in BINDERS else 2 if node.func.id in MATRICES else 0
    lefts = [head.left for head in node.args[:count] if isinstance(head, ast.Compare)]
    names = [left for left in lefts if isinstance(left, ast.Name)]
    return names if len(names) == count else []


def pieces(source: Source) -> list[Source]:
    """The parts of a text between its top-level commas, padded so that columns stay those of the text."""
    text, depth, cut = source.text, 0, [-1]
    for column, character in enumerate(text):
        depth += (character in _OPENS) - (character in _CLOSES)
        if character == "," and depth <= 0:
            cut.append(column)
    parts = [" " * (a + 1) + text[a + 1 : b] for a, b in zip(cut, [*cut[1:], len(text)], strict=True)]
    return [Source(part, source.stage, source.quotes) for part in parts]


def _values(node: ast.AST) -> Iterator[ast.AST]:
    for child in ast.iter_child_nodes(node):
        if not (isinstance(node, ast.Call) and child is node.func):
            yield child


def _characters(source: Source) -> None:
    text = source.text
    for match in _FOREIGN.finditer(text):
        character = match[0]
        if not (source.quotes and character in "'\""):
            hint = _INSTEAD.get(character, "" if character.isascii() else "ASCII letters in names")
            expected = "names, numbers, operators, calls"
            raise source.error_at(match.start(), f"character {character!a}", expected, hint)
    digits = re.search(rf"[0-9]{{{MAX_DIGITS + 1},}}", text)
    if digits:
        raise source.error_at(digits.start(), f"a number of {len(digits[0])} digits", f"at most {MAX_DIGITS}")
    opened: list[int] = []
    for column, character in enumerate(text):
        if character in _OPENS:
            opened.append(column)
            if len(opened) > MAX_NESTING:
                raise _too_deep(source)
        elif character in _CLOSES and (not opened or text[opened.pop()] != _OPENS[_CLOSES.index(character)]):
            raise source.error_at(column, f"{character!r} closes nothing")
    if opened:
        raise source.error_at(opened[-1], f"{text[opened[-1]]!r} is never closed")


def _nesting(tree: ast.AST) -> int:
    """The depth of the tree; a chain of + and - counts once, and so does one of * and /."""
    deepest, stack = 0, [(tree, 1)]
    while stack:
        node, depth = stack.pop()
        deepest = max(deepest, depth)
        for child in ast.iter_child_nodes(node):
            chained = isinstance(node, ast.BinOp) and child is node.left and same_chain(node, child)
            stack.append((child, depth if chained else depth + (isinstance(child, ast.expr))))
    return deepest


def same_chain(node: ast.BinOp, left: ast.expr) -> bool:
    """Whether `left`, the left operand of `node`, continues its chain of + and -, or of * and /."""
    if not isinstance(left, ast.BinOp):
        return False
    return any(isinstance(node.op, ops) and isinstance(left.op, ops) for ops in _CHAINS)


def _too_deep(source: Source) -> ConvexcheckError:
    hint = "a shorter formula, or arrays with sum(...)"
    return ConvexcheckError(source.stage, "nested too deeply", f"at most {MAX_NESTING} levels", hint)


def _start(node: ast.AST) -> int:
    return int(getattr(node, "col_offset", 0))


def _shortened(text: str, length: int = 60) -> str:
    return text if len(text) <= length else f"{text[: length - 20]} ... {text[-14:]}"
