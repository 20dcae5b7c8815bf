"""The command line: one file per command, exit codes and JSON objects in `answer` (untrusted).

Heavy libraries load inside the commands only, so that ``--help`` stays quick.
"""

from __future__ import annotations

import json
import sys
import traceback
from collections.abc import Sequence
from typing import Any

import click

from convexcheck import ConvexcheckError
from convexcheck.cli.answer import INTERNAL, INTERRUPTED, USAGE, failure
from convexcheck.cli.batch import batch
from convexcheck.cli.check import LONG_NAME, check
from convexcheck.cli.demo import demo
from convexcheck.cli.doctor import doctor
from convexcheck.cli.export import export
from convexcheck.cli.network import network
from convexcheck.cli.verify import verify

REPORT = "this is a bug in convexcheck; please report it with this command; --debug shows where it happened"


class Program(click.Group):
    """The group of commands; it alone decides how the process ends."""

    def main(self, args: Sequence[str] | None = None, *rest: Any, **options: Any) -> Any:
        """Run a command and exit with its code; whatever goes wrong is one message, never a traceback."""
        words = list(sys.argv[1:] if args is None else args)
        end = words.index("--") if "--" in words else len(words)
        own = words[:end] + words[end + 2 :]
        options |= {"standalone_mode": False, "obj": own}
        as_json, debug = "--json" in own, "--debug" in own
        try:
            code = super().main(["--debug"] * debug + rest_of(words, end), *rest, **options)
        except click.ClickException as error:
            usage = error.ctx.get_usage() + "\n" if isinstance(error, click.UsageError) and error.ctx else ""
            code = _fail(as_json, words, USAGE, error.format_message(), usage)
        except ConvexcheckError as error:
            code = _fail(as_json, words, USAGE, said(error))
        except (click.Abort, KeyboardInterrupt):
            click.echo("interrupted", err=True)
            code = INTERRUPTED
        except BrokenPipeError:
            sys.stderr.close()
            code = INTERRUPTED
        except Exception as error:  # noqa: BLE001 - a crash is reported as one, with its own exit code
            if debug:
                traceback.print_exc()
            message = f"internal error: {type(error).__name__}: {str(error)[:200]}"
            code = _fail(as_json, words, INTERNAL, f"{message}\n{REPORT}")
        sys.exit(code if isinstance(code, int) else 0)


def rest_of(words: Sequence[str], own: int) -> list[str]:
    """The arguments without ``--debug``, which may stand anywhere; ``--`` shields the one word after it."""
    shielded = list(words[own : own + 2])
    return [w for w in (*words[:own], *words[own + 2 :]) if w != "--debug"] + shielded


def _fail(as_json: bool, words: Sequence[str], code: int, message: str, before: str = "") -> int:
    if as_json:
        name = next((w for w in words[1:] if not w.startswith("--")), "")
        click.echo(json.dumps(failure(name[:LONG_NAME], message)))
    else:
        click.echo(before + message, err=True)
    return code


def said(error: ConvexcheckError) -> str:
    """An error on several lines: stage and offending piece, what was expected, what to try."""
    lines = [f"error in {error.stage}: {error.message}"]
    lines += [f"  expected: {error.expected}"] * bool(error.expected)
    return "\n".join(lines + [f"  try:      {error.hint}"] * bool(error.hint))


@click.group(cls=Program, context_settings={"help_option_names": ["--help"]})
@click.version_option(package_name="convexcheck")
@click.option("--debug", is_flag=True, help="Show the traceback of an internal error.")
def main(debug: bool) -> None:
    """Is this loss convex? A proof, a counterexample, or an honest "unknown", each as a file that can be checked.

    \b
    Exit codes: 0 established, with an accepted certificate; 1 the opposite established, or certificate rejected;
    2 usage or unreadable input; 3 unknown; 4 budget exhausted; 5 ill-posed; 70 internal error; 130 interrupted.
    """  # noqa: D301 - \b is click's mark for a paragraph that keeps its lines


for _command in (check, batch, network, verify, export, demo, doctor):
    main.add_command(_command)
