"""``convexcheck export``: an accepted certificate as a script that another tool checks (untrusted)."""

from __future__ import annotations

from pathlib import Path

import click

from convexcheck.cli.answer import AGAINST, ESTABLISHED, UNSETTLED


@click.command()
@click.argument("certificate", metavar="CERT", type=click.Path(path_type=Path))
@click.option("--to", "target", type=click.Choice(["rocq"]), required=True, help="The tool that is to check it.")
@click.option("--out", metavar="DIR", type=click.Path(path_type=Path), required=True, help="A folder, made if missing.")
@click.option("--check", "ask", is_flag=True, help="Let the tool check it, in a copy.")
@click.option("--timeout", type=click.FloatRange(0.0, min_open=True), default=60.0, show_default=True, metavar="S",
              help="Seconds for the tool.")  # fmt: skip
def export(certificate: Path, target: str, out: Path, ask: bool, timeout: float) -> int:
    """Write CERT, once the kernel has accepted it, as a folder of files that TARGET checks without this program.

    Exit code 0: written, and accepted by the tool where it was asked. 1: the kernel rejects CERT, or the tool the
    script. 2: unreadable. 3: no script, because a part has no counterpart, or the tool did not run.
    """
    from convexcheck import Accepted, api
    from convexcheck.certificate.codec import decode
    from convexcheck.export.rocq.check import ACCEPTED, REJECTED, check
    from convexcheck.export.rocq.directory import export_rocq
    from convexcheck.export.rocq.notation import NoScript

    answer = api.verify(certificate)
    if not isinstance(answer, Accepted):
        click.echo(answer)
        return AGAINST
    try:
        files = export_rocq(decode(certificate.read_bytes()))
    except NoScript as error:
        click.echo(error.message)
        return UNSETTLED
    for name, text in files.items():
        path = out / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="ascii")
    click.echo(f"written to {out}: {len(files)} files; `make` in it checks them")
    if not ask:
        return ESTABLISHED
    said = check(files, timeout)
    click.echo(f"{said} ({said.seconds:.1f} s)" if said.seconds else str(said))
    return {ACCEPTED: ESTABLISHED, REJECTED: AGAINST}.get(said.word, UNSETTLED)
