"""``convexcheck batch``: a file of problems, answered one by one in child processes (untrusted)."""

from __future__ import annotations

import json
import math
import os
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from convexcheck import ConvexcheckError
from convexcheck.cli.answer import failure
from convexcheck.cli.problems import STAGE, Problem, certificate_paths, read_problems


def _positive(context: click.Context, parameter: click.Parameter, value: float) -> float:
    if not 0 < value < math.inf:
        raise click.BadParameter(f"{value} is not a positive number")
    return value


@click.command()
@click.argument("problems", metavar="PROBLEMS.jsonl", type=click.Path(path_type=Path, allow_dash=True))
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
              help="Write results here, and go on from what it holds; without it they go to stdout.")  # fmt: skip
@click.option("--certificates", type=click.Path(path_type=Path, file_okay=False), metavar="DIR",
              help="Write an accepted certificate for each settled problem, named after its id.")  # fmt: skip
@click.option("--timeout", type=float, default=10.0, show_default=True, callback=_positive, metavar="S",
              help="Seconds for each problem; a library that hangs is killed.")  # fmt: skip
@click.option("--jobs", type=click.IntRange(min=1), default=None, metavar="N",
              help="So many processes at once; by default one for each processor.")  # fmt: skip
@click.option("--memory", type=float, default=4.0, show_default=True, callback=_positive, metavar="GIB",
              help="Memory for each process (where the system can limit it).")  # fmt: skip
@click.option("--cluster", metavar="ADDRESS", help="Let the workers of this dask.distributed scheduler answer.")
def batch(
    problems: Path, out: Path | None, certificates: Path | None, timeout: float, jobs: int | None, memory: float,
    cluster: str | None,
) -> int:  # fmt: skip
    """Answer each problem of a file, a JSON object a line; results are lines too, in the same order.

    \b
    {"id": "a", "expression": "sum((X @ w)**2)", "variables": {"w": "d"}, "parameters": {"X": "n d"},
     "given": ["n >= 2"], "domain": ["w >= 0"]}

    A run that was ended goes on when it is started again with the same --out. A line that is no problem has a
    result with status ERROR. Exit code 0: all lines were processed.
    """  # noqa: D301 - \b is click's mark for a paragraph that keeps its lines
    from convexcheck.cli import parallel

    found = _read(problems)
    paths = None if certificates is None else _folder(certificates, found)
    results = _Printed(found) if out is None else _opened(out, found, timeout, paths)
    workers = parallel.local(jobs or os.cpu_count() or 1) if cluster is None else parallel.cluster(cluster)
    done = dict(results.records)
    finished: dict[int, dict[str, Any]] = {}
    for p in found:
        if p.question is None:
            finished[p.line] = failure(p.name, p.fault, "ERROR")
            results.add(finished[p.line])
        elif p.name in done:
            finished[p.line] = done[p.name]
    lines = {p.name: p.line for p in found if p.question is not None}
    todo = [(p.name, p.question) for p in found if p.question is not None and p.line not in finished]
    if done:
        click.echo(f"going on: {len(done)} of {len(found)} problems have their result", err=True)
    try:
        with _progress(len(found), len(finished)) as advance, workers as executor:
            questions = parallel.requests(todo, timeout, memory)
            for name, answer in parallel.answers(questions, executor, timeout):
                record = parallel.told(name, answer, timeout)
                if paths is not None:
                    record["certificate"] = _written(paths[name], answer.certificate)
                results.add(record)
                finished[lines[name]] = record
                advance()
        results.close([finished[p.line] for p in found])
    except BaseException:
        results.close()
        raise
    count = Counter(r["status"] if r["status"] in ("ERROR", "ILL_POSED") else r["curvature"] for r in finished.values())
    words = ", ".join(f"{n} {word}" for word, n in count.most_common())
    click.echo(f"{len(found)} problems: {words}" if found else f"no problems: {problems} has no lines", err=True)
    return 0


class _Printed:
    """Results on stdout, in the order of the problems."""

    def __init__(self, problems: list[Problem]) -> None:
        self.records: Mapping[str, dict[str, Any]] = {}
        self.awaited = [(p.name, p.question is None) for p in problems][::-1]
        self.held: dict[tuple[str, bool], dict[str, Any]] = {}

    def add(self, record: dict[str, Any]) -> None:
        """Print it, and what waited for it, or let it wait."""
        faulty = record["status"] == "ERROR" and (record["id"], True) in self.awaited
        self.held[record["id"], faulty] = record
        while self.awaited and self.awaited[-1] in self.held:
            click.echo(json.dumps(self.held[self.awaited.pop()]))

    def close(self, ordered: object = None) -> None:
        """Nothing is left to write."""


def _read(path: Path) -> list[Problem]:
    try:
        data = sys.stdin.buffer.read() if str(path) == "-" else path.read_bytes()
    except OSError as error:
        raise ConvexcheckError(STAGE, f"cannot read {path}: {error.strerror}", "a file of JSON lines") from error
    return read_problems(data.split(b"\n"))


def _opened(out: Path, problems: list[Problem], timeout: float, paths: Mapping[str, Path] | None) -> Any:
    from convexcheck.cli.results import Results

    if not out.absolute().parent.is_dir():
        raise ConvexcheckError(STAGE, f"--out: there is no folder {out.absolute().parent}", "an existing folder")
    return Results(out, problems, timeout, paths)


def _folder(folder: Path, problems: list[Problem]) -> dict[str, Path]:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConvexcheckError(STAGE, f"--certificates: {folder}: {error.strerror}", "a folder") from error
    return certificate_paths((p for p in problems if p.question is not None), folder.absolute())


def _written(path: Path, certificate: str) -> str | None:
    """Write a certificate, or remove an older one where nothing was settled."""
    from convexcheck.report.verdict import make_room, write_whole

    make_room(path)
    try:
        if certificate:
            write_whole(path, certificate.encode("ascii"))
        else:
            path.unlink(missing_ok=True)
    except OSError as error:
        raise ConvexcheckError(STAGE, f"cannot write {path}: {error.strerror}", hint="another folder") from error
    return str(path) if certificate else None


@contextmanager
def _progress(total: int, done: int) -> Iterator[Any]:
    """A bar on stderr where that is a terminal; yields what moves it on."""
    if not sys.stderr.isatty():
        yield lambda: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("problems"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("problems", total=total, completed=done)
        yield lambda: bar.advance(task)
