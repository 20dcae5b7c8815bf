"""``convexcheck check``: one question, answered by a child process that the budget can end (untrusted)."""

from __future__ import annotations

import json
import math
import re
import sys
from pathlib import Path
from typing import Any

import click

from convexcheck.cli.answer import INTERNAL, OUT_OF_TIME, failure
from convexcheck.cli.process import Answered, Process

FILE = re.compile(r"(?P<path>.+\.py):(?P<function>[A-Za-z_][A-Za-z0-9_]*)", re.DOTALL)
OPTION = re.compile(r"--[a-z]+(-[a-z]+)*(=.*)?", re.DOTALL)
LONG_NAME = 200


def _finite(context: click.Context, parameter: click.Parameter, value: float) -> float:
    if not 0 < value < math.inf:
        raise click.BadParameter(f"{value} is not a positive number of seconds")
    return value


@click.command(context_settings={"ignore_unknown_options": True, "allow_extra_args": True})
@click.argument("question", metavar="EXPR|FILE.py:FUNCTION")
@click.option("--var", "variables", multiple=True, metavar="NAME[:SHAPE]", help='A variable; a shape is such as "n d".')
@click.option("--param", "parameters", multiple=True, metavar="NAME[:SHAPE]", help="A parameter, such as data.")
@click.option("--domain", multiple=True, metavar="COND", help='On variables, such as "x > 0, x <= 5".')
@click.option("--given", multiple=True, metavar="COND", help='On parameters and sizes: "0 <= y <= 1, n >= 3".')
@click.option("--claim", type=click.Choice(["convex", "concave"]), help="By default what --expect says, or convex.")
@click.option("--expect", type=click.Choice(["CONVEX", "CONCAVE", "AFFINE", "NEITHER"], case_sensitive=False),
              help="Exit 0 if this is established, 1 if its opposite is.")  # fmt: skip
@click.option("--certificate", type=click.Path(path_type=Path), help="Write the accepted certificate here.")
@click.option("--timeout", type=float, default=10.0, show_default=True, callback=_finite, metavar="S",
              help="Seconds for reading and search.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")
@click.option("--seed", type=int, default=0, show_default=True)
@click.option("--explain", is_flag=True, help="Print the reasons in numbered steps.")
@click.pass_context
def check(
    context: click.Context, /, question: str, certificate: Path | None, timeout: float, as_json: bool, explain: bool,
    **options: Any,
) -> int:  # fmt: skip
    """Is EXPR, or the JAX function FUNCTION of FILE.py, convex?

    An expression may start with a minus sign. Without --var, all names in it are variables. FILE.py is executed;
    shapes come from annotations such as "n d", or from --var and --param.

    With --certificate, an older certificate at that path is removed first: it stays absent where nothing is settled.
    """
    # without `--` before it, what looks like an option is a mistyped one
    unknown = next((w for w in (question, *context.args) if OPTION.fullmatch(w) and w in (context.obj or ())), None)
    if unknown:
        known = ", ".join(p.opts[0] for p in context.command.params if isinstance(p, click.Option))
        raise click.UsageError(
            f"No such option: {unknown}; there are {known}. For an expression that starts so, put -- before it."
        )
    if context.args:
        raise click.UsageError(f"Got unexpected extra arguments ({' '.join(context.args)[:LONG_NAME]})")
    if certificate is not None:
        certificate = certificate.absolute()
        _clear(certificate)
    found = FILE.fullmatch(question)
    if not found and (file := re.fullmatch(r"([^\s:]+\.py)(:.*)?", question)):
        raise click.UsageError(f"{question}: expected FILE.py:FUNCTION, such as {file[1]}:loss")
    expected = (options["expect"] or "").lower()
    options["claim"] = options["claim"] or ("concave" if expected == "concave" else "convex")
    request = {
        "expression": None if found else question,
        "file": found["path"] if found else None,
        "function": found["function"] if found else None,
        "certificate": None if certificate is None else str(certificate),
        "timeout": timeout,
        "name": question[:LONG_NAME],
        "explain": explain,
        **options,
    }
    with Process(request, timeout, progress=sys.stderr.isatty() and not as_json) as process:
        answer = process.answer()
    if answer.code in (OUT_OF_TIME, INTERNAL) and certificate is not None:
        for path in (certificate, certificate.with_name(certificate.name + ".part")):
            path.unlink(missing_ok=True)
    return _show(request["name"], answer, as_json, explain, certificate, context.find_root().params.get("debug", False))


def _show(name: str, answer: Answered, as_json: bool, explain: bool, certificate: Path | None, debug: bool) -> int:
    if as_json:
        record = answer.record or failure(name, answer.message, "UNKNOWN" if answer.code == OUT_OF_TIME else "ERROR")
        click.echo(json.dumps(record))
    elif answer.record is None:
        click.echo(answer.message, err=answer.code != OUT_OF_TIME)
    else:
        click.echo(answer.explanation if explain else answer.summary)
        if answer.record["certificate"]:
            click.echo(f"certificate written to {certificate}", err=True)
    if answer.traceback and debug:
        click.echo(answer.traceback, err=True)
    return answer.code


def _clear(path: Path) -> None:
    """Make room for a certificate: only an older certificate, or an empty file, is removed."""
    from convexcheck.report.verdict import make_room

    if not path.parent.is_dir():
        raise click.UsageError(f"--certificate: there is no folder {path.parent}")
    make_room(path)
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise click.UsageError(f"--certificate: {path}: {error.strerror}") from error
