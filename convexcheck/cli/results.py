"""The file of results: lines are added as answers come, and a second run goes on where the first ended (untrusted).

Beside the results, ``OUT.asked`` tells which question, with how much time, each answer is to: where a problem
changed under the same id, or had less time, it is asked again. Without that file the id alone decides.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, TextIO

from convexcheck import ConvexcheckError
from convexcheck.cli.answer import KEYS
from convexcheck.cli.problems import STAGE, Problem

Record = dict[str, Any]


class Results:
    """Records by name, and on disk.

    Args:
        path: the file, which may hold the results of an earlier run.
        problems: all problems.
        timeout: the seconds that each has.
        certificates: where each certificate belongs, or None.

    Raises:
        ConvexcheckError: a file that holds something else than results, or those of other problems.
    """

    def __init__(
        self, path: Path, problems: Sequence[Problem], timeout: float, certificates: Mapping[str, Path] | None
    ) -> None:
        self.path, self.beside, self.timeout = path, path.with_name(path.name + ".asked"), timeout
        self.problems = {p.name: p for p in problems if p.question is not None}
        self.records: dict[str, Record] = {}
        asked = {row["id"]: row for row in _rows(self.beside, ("id", "digest", "timeout"))}
        for record in _rows(path, KEYS):
            name = record["id"]
            if record["status"] == "ERROR":
                continue
            if name not in self.problems:
                message = f"{path} holds a result for {name!r}, which is none of these problems; it stays as it is"
                raise ConvexcheckError(STAGE, message, "results of the same problems", "another --out")
            if self._still_holds(record, asked.get(name), certificates):
                self.records.setdefault(name, record)
        try:
            _replaced(path, self.records.values())
            _replaced(self.beside, (self._asked(name) for name in self.records))
            self.results, self.asked = _appended(path), _appended(self.beside)
        except OSError as error:
            raise ConvexcheckError(STAGE, f"cannot write {path}: {error.strerror}", hint="another --out") from error

    def _still_holds(self, record: Record, asked: Record | None, certificates: Mapping[str, Path] | None) -> bool:
        problem = self.problems[record["id"]]
        if asked is not None and asked["digest"] != problem.digest:
            return False
        if record["status"] == "UNKNOWN" and record["curvature"] == "UNKNOWN":
            return asked is None or asked["timeout"] >= self.timeout
        if certificates is None:
            return True
        path = certificates[problem.name]
        return record["certificate"] == str(path) and path.is_file()

    def _asked(self, name: str) -> Record:
        return {"id": name, "digest": self.problems[name].digest, "timeout": self.timeout}

    def add(self, record: Record) -> None:
        """Write an answer, so that it is not lost whatever happens next."""
        name = record["id"]
        if name in self.problems:
            print(json.dumps(self._asked(name)), file=self.asked, flush=True)
        self.records[name] = record
        print(json.dumps(record), file=self.results, flush=True)

    def close(self, ordered: Iterable[Record] | None = None) -> None:
        """Close the files; with all records in order, write them once more in that order."""
        self.results.close()
        self.asked.close()
        if ordered is not None:
            _replaced(self.path, ordered)


def _rows(path: Path, keys: Sequence[str]) -> list[Record]:
    """The lines of an earlier run; what stands after the last line end was never finished."""
    if not path.exists():
        return []
    found = []
    try:
        lines = path.read_bytes().split(b"\n")[:-1]
    except OSError as error:
        raise ConvexcheckError(STAGE, f"cannot read {path}: {error.strerror}", "a file of results") from error
    for number, line in enumerate(lines, start=1):
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            row = None
        if not isinstance(row, dict) or set(row) != set(keys) or not isinstance(row["id"], str):
            message = f"{path}, line {number} is no result; the file stays as it is"
            raise ConvexcheckError(STAGE, message, "a file of results, or none", "another --out")
        found.append(row)
    if not lines and path.stat().st_size and keys is KEYS and not path.read_bytes().startswith(b'{"id"'):
        raise ConvexcheckError(STAGE, f"{path} is no file of results; it stays as it is", hint="another --out")
    return found


def _replaced(path: Path, rows: Iterable[Record]) -> None:
    partial = path.with_name(path.name + ".part")
    partial.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    partial.replace(path)


def _appended(path: Path) -> TextIO:
    return path.open("a", encoding="utf-8")
