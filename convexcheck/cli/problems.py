"""The lines of a file of problems: each is a question, or says what is wrong with it (untrusted)."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

STAGE = "batch"
EXPECTED = 'an object {"id", "expression", "variables": {name: shape}, "parameters", "given", "domain"}'
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


@dataclass(frozen=True)
class Problem:
    """One line: a question as JSON data for the child, or None where `fault` says why it is none."""

    line: int
    name: str
    question: dict[str, Any] | None
    fault: str = ""

    @property
    def digest(self) -> str:
        """What tells this question from another under the same name."""
        return hashlib.sha256(json.dumps(self.question, sort_keys=True).encode()).hexdigest()


def read_problems(lines: Iterable[bytes]) -> list[Problem]:
    """All problems in order; empty lines are passed over.

    Args:
        lines: the bytes of each line.

    Returns:
        A problem for every other line; one that cannot be read, or repeats a name, has a `fault`.

    >>> lines = [b'{"id": "a", "expression": "x**2"}', b"[]", b'{"id": "a", "expression": "y"}']
    >>> for problem in read_problems(lines):
    ...     print(problem.line, problem.fault[:40])
    1
    2 line 2 is a list, expected an object {"i
    3 line 3: the id 'a' is that of line 1
    """
    found: list[Problem] = []
    seen: dict[str, int] = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        problem = _problem(number, line)
        if problem.question is not None:
            first = seen.setdefault(problem.name, number)
            if first != number:
                problem = Problem(
                    number, problem.name, None, f"line {number}: the id {problem.name!r} is that of line {first}"
                )
        found.append(problem)
    return found


def _problem(number: int, line: bytes) -> Problem:
    name = f"line {number}"
    try:
        told = json.loads(line.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return Problem(number, name, None, f"{name} is not UTF-8")
    except json.JSONDecodeError as error:
        return Problem(number, name, None, f"{name} is not JSON: {error.msg} at column {error.colno}")
    except (ValueError, RecursionError) as error:  # a number of too many digits; too deep
        return Problem(number, name, None, f"{name} is not JSON that can be read: {str(error)[:100]}")
    if not isinstance(told, dict):
        return Problem(number, name, None, f"{name} is a {type(told).__name__}, expected {EXPECTED}")
    if isinstance(told.get("id"), str) and told["id"]:
        name = told["id"]
    try:
        return Problem(number, name, _question(told))
    except ValueError as error:
        return Problem(number, name, None, f"line {number}: {error}")


def _question(told: Mapping[str, Any]) -> dict[str, Any]:
    """The parts that the child reads.

    Raises:
        ValueError: saying which part is missing or of another kind.
    """
    if not isinstance(told.get("id"), str) or not told["id"]:
        raise ValueError(f'"id" is {_shown(told.get("id"))}, expected a text')
    if not isinstance(told.get("expression"), str):
        raise ValueError(f'"expression" is {_shown(told.get("expression"))}, expected a text')
    question: dict[str, Any] = {"expression": told["expression"]}
    for key in ("variables", "parameters"):
        shapes = told.get(key) or {}
        if not isinstance(shapes, dict) or not all(isinstance(shape, str) for shape in shapes.values()):
            raise ValueError(f'"{key}" is {_shown(shapes)}, expected shapes by name, as in {{"X": "n d", "b": ""}}')
        question[key] = shapes
    for key in ("given", "domain"):
        conditions = told.get(key) or []
        conditions = [conditions] if isinstance(conditions, str) else conditions
        if not isinstance(conditions, list) or not all(isinstance(c, str) for c in conditions):
            raise ValueError(f'"{key}" is {_shown(conditions)}, expected a list of conditions, as in ["x > 0"]')
        question[key] = conditions
    return question


def _shown(value: Any) -> str:
    return "missing" if value is None else json.dumps(value)[:60]


def certificate_paths(problems: Iterable[Problem], folder: Path) -> dict[str, Path]:
    """A file for each name; names that are no plain file names get a digest, and so do those that differ in case only.

    >>> for path in certificate_paths([Problem(1, "a", {}), Problem(2, "../b", {})], Path("c")).values():
    ...     print(path.as_posix())
    c/a.json
    c/.._b-95cd90691029.json
    """
    names = [p.name for p in problems]
    alike = Counter(name.casefold() for name in set(names))
    paths = {}
    for name in names:
        plain = name if _PLAIN.fullmatch(name) and alike[name.casefold()] == 1 else ""
        mark = hashlib.sha256(name.encode()).hexdigest()[:12]
        paths[name] = folder / f"{plain or re.sub(r'[^A-Za-z0-9._-]', '_', name)[:60] + '-' + mark}.json"
    return paths
