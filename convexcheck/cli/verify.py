"""``convexcheck verify``: the kernel's answer to one certificate file (untrusted; it only prints it)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from convexcheck.cli.answer import AGAINST, ESTABLISHED, failure


@click.command()
@click.argument("certificate", metavar="CERT", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")
def verify(certificate: Path, as_json: bool) -> int:
    """Let the kernel check the file CERT; its arrays lie in the same folder.

    Exit code 0: accepted, with the statement, the rules and the axioms printed. 1: rejected. 2: unreadable.
    """
    from convexcheck import Accepted, api

    answer = api.verify(certificate)
    accepted = isinstance(answer, Accepted)
    if as_json:
        click.echo(json.dumps({**_record(str(certificate), answer), **_told(answer)}))
    else:
        click.echo(answer)
    return ESTABLISHED if accepted else AGAINST


def _record(name: str, answer: Any) -> dict[str, Any]:
    from convexcheck import Rejected, pipeline

    if isinstance(answer, Rejected):
        return failure(name, str(answer), "REJECTED")
    found = failure(name, answer.statement[0], "ACCEPTED")
    found["curvature"] = pipeline.CURVATURES.get(answer.verdict, "UNKNOWN")
    found["certificate"] = str(Path(name).absolute())
    return found


def _told(answer: Any) -> dict[str, Any]:
    """The kernel's own fields."""
    return {"accepted": not hasattr(answer, "reason"), **{k: v for k, v in vars(answer).items() if k != "digest"}}
