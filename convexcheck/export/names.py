"""Names that an exporter may print: identifiers, whatever a certificate made by hand holds (untrusted).

The kernel checks the names of the statement. Those that only the evidence uses, of the arguments of a composition and
of the arrays of a symmetry, are free in it; in a script they could end a comment or a string.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from convexcheck.certificate.evidence import Certificate
from convexcheck.export.rocq.notation import NoScript
from convexcheck.expression.errors import Record
from convexcheck.expression.statement import Statement
from convexcheck.expression.term import ENTRIES, Expression

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}\Z")
_PLAIN = ("curvature", "level", "digest")  # words and digests that the kernel compares


def refuse_names(certificate: Certificate) -> None:
    """Raise NoScript for a name in the evidence that is no identifier.

    Raises:
        NoScript: naming it.
    """
    for name in _names(certificate.evidence):
        if not _NAME.match(name):
            raise NoScript(f"the name {name!a} in the certificate is no identifier")


def _names(part: Any, field: str = "") -> Iterator[str]:
    """Every string of the evidence, and the names in its expressions."""
    if isinstance(part, Expression):
        yield from (str(data) for op, data in part.symbols if op in (*ENTRIES, "dim"))
    elif isinstance(part, Record) and not isinstance(part, Statement):
        for key, value in vars(part).items():
            yield from _names(value, key)
    elif isinstance(part, tuple):
        for value in part:
            yield from _names(value, field)
    elif isinstance(part, str) and field not in _PLAIN:
        yield part
