"""The child process: answers the question on its standard input, with one JSON line (untrusted)."""

from __future__ import annotations

import json
import os
import queue
import sys
import threading
import traceback
from dataclasses import replace
from pathlib import Path
from typing import Any

from convexcheck import ConvexcheckError
from convexcheck.cli.answer import INTERNAL, OUT_OF_TIME, UNSETTLED, USAGE, exit_code, known, record


def main() -> None:
    """Answer requests, one a line, until the input ends: say when everything is loaded, then answer."""
    reply = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # whatever an executed file prints is no part of the answer

    def tell(**message: Any) -> None:
        reply.write(json.dumps(message) + "\n")
        reply.flush()

    requests: queue.Queue[str] = queue.Queue()
    threading.Thread(target=_receive, args=(requests,), daemon=True).start()
    while True:
        _reply(json.loads(requests.get()), tell)


def _reply(request: dict[str, Any], tell: Any) -> None:
    from convexcheck.cli import said

    try:
        if request.get("memory"):
            _limit_memory(request["memory"])
        tell(**_answer(request, tell))
    except ConvexcheckError as error:
        tell(code=USAGE, message=said(error))
    except MemoryError:
        limit = f"the memory cap of {request.get('memory')} GiB" if request.get("memory") else "all memory"
        tell(code=OUT_OF_TIME, message=f"UNKNOWN: {limit} was used up", memory=True)
    except KeyboardInterrupt:
        os._exit(130)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - a crash is reported as one
        message = f"internal error: {type(error).__name__}: {str(error)[:200]}"
        tell(code=INTERNAL, message=message, traceback=traceback.format_exc())


def _receive(requests: queue.Queue[str]) -> None:
    """Pass requests on, also while one is answered; end with the parent."""
    for line in sys.stdin:
        requests.put(line)
    os._exit(1)


def _limit_memory(gib: float) -> None:
    """Let allocations fail beyond so much private memory, where the system can."""
    try:
        import resource
    except ImportError:  # no such limits on this system
        return
    most = resource.getrlimit(resource.RLIMIT_DATA)[1]
    wanted = int(gib * 2**30)
    resource.setrlimit(resource.RLIMIT_DATA, (wanted if most < 0 else min(wanted, most), most))


def _answer(request: dict[str, Any], tell: Any) -> dict[str, Any]:
    from convexcheck import api, pipeline

    if request["file"] is not None:
        from convexcheck.cli.function import loaded

        source, arguments, options = loaded(request)
    else:
        source, arguments, options = request["expression"], (), _declared(request)
    tell(loaded=True)
    try:
        verdict = api.check(
            source, *arguments, claim=request["claim"], domain=request["domain"], given=request["given"],
            budget=request["timeout"], seed=request["seed"], **options,
        )  # fmt: skip
    except SystemExit as error:
        if request["file"] is None:
            raise
        raise ended(request["file"], error) from error
    code = exit_code(verdict, request["expect"])
    if code == UNSETTLED and request["expect"]:  # a counterexample to a side that is open decides
        sides = (pipeline.OPPOSITE[verdict.claim], verdict.claim)
        other = next(side for side in sides if known(verdict, side) is None)
        more = api.refute(source, *arguments, claim=other, domain=request["domain"], given=request["given"],
                          budget=max(0.1, request["timeout"] - sum(verdict.seconds.values())), **options)  # fmt: skip
        verdict = replace(verdict, counterexamples=(*verdict.counterexamples, *more.counterexamples))
        code = exit_code(verdict, request["expect"])
    written = None
    if verdict.certificate is not None and request["certificate"] and code not in (UNSETTLED, OUT_OF_TIME):
        tell(settled=True)
        verdict.certificate.write(request["certificate"])
        written = request["certificate"]
    kept = verdict.certificate if request.get("keep") else None
    explanation = ""
    if request["explain"]:
        if not written:
            tell(settled=True)  # the search is over: this may take longer than the budget
        explanation = api.explain(verdict)
    return {
        "code": code,
        "record": record(request["name"], verdict, written),
        "summary": str(verdict),
        "explanation": explanation,
        "certificate": "" if kept is None else kept.data.decode("ascii"),
    }


def ended(file: str, error: SystemExit) -> ConvexcheckError:
    """The error for a file of the user, or a function in it, that wants to end the process."""
    message = f"{Path(file).name} raised SystemExit({error.code!r})"
    return ConvexcheckError("read.file", message, "a file that defines the loss and goes on", "no exit in it")


def _declared(request: dict[str, Any]) -> dict[str, Any]:
    """The options of a text: a mapping of names to shapes where any were declared."""
    return {
        "wrt": declared("--var", request["variables"]),
        "parameters": declared("--param", request["parameters"]),
    }


def declared(option: str, found: list[str] | dict[str, str]) -> dict[str, str] | None:
    """Names with shapes, from the options of a command or as a mapping; None where nothing is declared."""
    return shapes(option, found) if isinstance(found, list) else found or None


def shapes(option: str, declared: list[str]) -> dict[str, str] | None:
    """Names and shapes from ``NAME[:SHAPE]``.

    Raises:
        ConvexcheckError: for a name that is declared twice.

    >>> shapes("--var", ["X:n d", "b"])
    {'X': 'n d', 'b': ''}
    """
    found: dict[str, str] = {}
    for text in declared:
        name, _, shape = text.partition(":")
        if name.strip() in found:
            raise ConvexcheckError("command line", f"{option} {name.strip()} is given twice", "each name once")
        found[name.strip()] = shape.strip()
    return found or None
