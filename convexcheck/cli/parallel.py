"""Questions to several processes at once, through any ``concurrent.futures.Executor`` (untrusted).

What the executor runs is `ask`, which only supervises: each question is answered in a child process of its own
interpreter (started afresh, never forked), where a clock can end it. So threads of this process are executor enough
on one machine, and the processes of a cluster do as well: ``dask.distributed.Client(...).get_executor()``.
"""

from __future__ import annotations

import atexit
import threading
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import CancelledError, Executor, Future, ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from typing import Any

from convexcheck import ConvexcheckError
from convexcheck.cli.answer import INTERNAL, OUT_OF_TIME, failure
from convexcheck.cli.process import Answered, Process

USES = 100  # a child is replaced after so many questions, so that what libraries keep does not add up


class _Children:
    """The children of this process: those that wait for a question, and those that are at one."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.waiting: list[tuple[Process, int]] = []
        self.busy: set[Process] = set()
        self.closed = False

    def taken(self) -> tuple[Process, int] | None:
        """A waiting child and how often it was used."""
        with self.lock:
            if self.closed:
                raise CancelledError
            if not self.waiting:
                return None
            child, uses = self.waiting.pop()
            self.busy.add(child)
            return child, uses

    def started(self, request: dict[str, Any], timeout: float) -> Process:
        """A new child that is at this question."""
        with self.lock:
            if self.closed:
                raise CancelledError
            child = Process(request, timeout)
            self.busy.add(child)
            return child

    def back(self, child: Process, uses: int, sound: bool) -> None:
        """A child that answered waits for the next question; one that hangs or failed is killed."""
        with self.lock:
            self.busy.discard(child)
            keep = sound and uses < USES and not self.closed
            if keep:
                self.waiting.append((child, uses))
        if not keep:
            child.end()

    def end(self) -> None:
        """Kill all, also those at work."""
        with self.lock:
            self.closed = True
            every = [*self.busy, *(child for child, _ in self.waiting)]
            self.waiting.clear()
        for child in every:
            child.end()


_CHILDREN = _Children()
atexit.register(_CHILDREN.end)


def ask(request: dict[str, Any], timeout: float) -> Answered:
    """The answer to one question, from a child process that is killed when the time or the memory is over.

    What is left of an earlier question must not matter: where a used child fails, a new one is asked again.
    """
    used = _CHILDREN.taken()
    if used is not None:
        child, uses = used
        child.ask(request, timeout)
        answer = _awaited(child, uses)
        if answer.code != INTERNAL and not answer.memory:
            return answer
    return _awaited(_CHILDREN.started(request, timeout), 0)


def _awaited(child: Process, uses: int) -> Answered:
    answer = None
    try:
        answer = child.answer()
    finally:
        sound = answer is not None and answer.code not in (OUT_OF_TIME, INTERNAL)
        _CHILDREN.back(child, uses + 1, sound)
    return answer


def answers(questions: Mapping[str, dict[str, Any]], executor: Executor, timeout: float) -> Iterator[tuple[str, Any]]:
    """(name, `Answered`) as the answers come in.

    Args:
        questions: what to ask, by name.
        executor: what runs `ask`; convexcheck must be installed where it does.
        timeout: seconds for each question.

    Yields:
        One pair for each question; a worker that was lost is an internal error of its question alone.
    """
    futures: dict[Future[Answered], str] = {executor.submit(ask, q, timeout): name for name, q in questions.items()}
    for future in as_completed(futures):
        try:
            answer = future.result()
        except (KeyboardInterrupt, CancelledError):
            raise
        except Exception as error:  # noqa: BLE001 - whatever an executor raises ends one question, not all
            answer = Answered(INTERNAL, f"internal error: the worker was lost: {type(error).__name__}: {error}"[:300])
        yield futures.pop(future), answer


def told(name: str, answer: Answered, timeout: float) -> dict[str, Any]:
    """The record of an answer; a question without a verdict has one too."""
    if answer.record is not None:
        return answer.record
    late = answer.code == OUT_OF_TIME
    found = failure(name, answer.message, "UNKNOWN" if late else "ERROR")
    return found | {"seconds": timeout} if late and not answer.memory else found


@contextmanager
def local(jobs: int) -> Iterator[Executor]:
    """An executor with so many child processes on this machine; none is left when it closes."""
    pool = ThreadPoolExecutor(jobs, "question")
    try:
        yield pool
    finally:
        _CHILDREN.end()
        pool.shutdown(cancel_futures=True)
        _CHILDREN.closed = False  # no thread is left that could start one; another executor of this process may


@contextmanager
def cluster(address: str) -> Iterator[Executor]:
    """The executor of a dask.distributed scheduler at `address`, such as ``tcp://10.0.0.1:8786``.

    Raises:
        ConvexcheckError: where distributed is not installed, or nothing answers at the address.
    """
    try:
        from distributed import Client
    except ImportError as error:
        raise ConvexcheckError("batch", "distributed is not installed", hint="pip install distributed") from error
    try:
        client = Client(address)
    except (OSError, ValueError, TypeError) as error:
        expected, hint = "the address of a scheduler", "dask scheduler; dask worker ADDRESS"
        raise ConvexcheckError("batch", f"no cluster at {address!r}: {str(error)[:100]}", expected, hint) from error
    with client:
        yield client.get_executor()


def requests(names: Iterable[tuple[str, dict[str, Any]]], timeout: float, memory: float) -> dict[str, dict[str, Any]]:
    """The questions as the child reads them."""
    fixed = {"file": None, "function": None, "certificate": None, "claim": "convex", "expect": None, "seed": 0}
    limits = {"timeout": timeout, "memory": memory, "explain": False, "keep": True}
    return {name: {**fixed, **limits, "name": name, **question} for name, question in names}
