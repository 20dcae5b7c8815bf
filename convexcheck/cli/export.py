"""``convexcheck export``: an accepted certificate as a script that another tool checks (untrusted)."""

from __future__ import annotations

from pathlib import Path

import click

from convexcheck.cli.answer import AGAINST, ESTABLISHED, UNSETTLED

TARGETS = ("rocq", "sympy", "smtlib", "latex", "markdown")


@click.command()
@click.argument("certificate", metavar="CERT", type=click.Path(path_type=Path))
@click.option("--to", "target", type=click.Choice(TARGETS), required=True, help="The tool that is to check it.")
@click.option("--out", metavar="PATH", type=click.Path(path_type=Path), required=True,
              help="The file; for rocq a folder, made if missing.")  # fmt: skip
@click.option("--check", "ask", is_flag=True, help="Let the tool check it, in a copy.")
@click.option("--timeout", type=click.FloatRange(0.0, min_open=True), default=60.0, show_default=True, metavar="S",
              help="Seconds for the tool.")  # fmt: skip
def export(certificate: Path, target: str, out: Path, ask: bool, timeout: float) -> int:
    """Write CERT, once the kernel has accepted it, as a script that the tool checks without this program.

    Exit code 0: written, and accepted by the tool where it was asked. 1: the kernel rejects CERT, or the tool the
    script. 2: unreadable. 3: no script, because a part has no counterpart, or the tool did not run.
    """
    from convexcheck import Accepted, api
    from convexcheck.export.rocq.check import ACCEPTED, REJECTED
    from convexcheck.export.rocq.notation import NoScript
    from convexcheck.report.scripts import ask_tools, verdict_files, write

    verdict, answer = api.reread(certificate)
    if verdict is None or not isinstance(answer, Accepted):
        click.echo(answer)
        return AGAINST
    try:
        files = verdict_files(verdict, target)
    except NoScript as error:
        click.echo(error.message)
        return UNSETTLED
    click.echo(write(files, out))
    if not ask:
        return ESTABLISHED
    said = ask_tools(target, files, timeout)
    click.echo("\n".join(map(str, said)) or f"not run: no tool checks {target}")
    words = {ran.word for ran in said}
    return AGAINST if REJECTED in words else ESTABLISHED if ACCEPTED in words else UNSETTLED
