"""Counting lines of code: no blank lines, no comments, no docstrings."""

import ast
import io
import tokenize
from pathlib import Path

TRUSTED = ("expression", "certificate", "kernel")
TRUSTED_CAP = 3228  # so that one person can read what has to be believed in two days

_SILENT = {
    tokenize.COMMENT,
    tokenize.NL,
    tokenize.NEWLINE,
    tokenize.INDENT,
    tokenize.DEDENT,
    tokenize.ENCODING,
    tokenize.ENDMARKER,
}


def _docstring_starts(tree: ast.AST) -> set[tuple[int, int]]:
    owners = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    firsts = [node.body[0] for node in ast.walk(tree) if isinstance(node, owners) and node.body]
    return {
        (first.value.lineno, first.value.col_offset)
        for first in firsts
        if isinstance(first, ast.Expr)
        and isinstance(first.value, ast.Constant)
        and isinstance(first.value.value, str)
    }


def code_lines(source: str) -> int:
    """Number of lines that hold a token of code; a string over many lines counts with all of them."""
    docstrings = _docstring_starts(ast.parse(source))
    lines: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type not in _SILENT and token.start not in docstrings:
            lines.update(range(token.start[0], token.end[0] + 1))
    return len(lines)


def per_folder(package: Path) -> dict[str, int]:
    """Lines of code of every folder of the package; top-level modules are counted together."""
    counts: dict[str, int] = {}
    for path in sorted(package.rglob("*.py")):
        parts = path.relative_to(package).parts
        folder = parts[0] if len(parts) > 1 else "top level"
        counts[folder] = counts.get(folder, 0) + code_lines(path.read_text(encoding="utf-8"))
    return counts
