"""A directory that checks without this project: the script, the part of the library it uses, a Makefile (untrusted)."""

from __future__ import annotations

import re
from pathlib import Path

from convexcheck.certificate.evidence import Certificate
from convexcheck.export.names import refuse_names
from convexcheck.export.rocq.script import script

SCRIPT, AUDIT, LIBRARY, AXIOMS = "script/verdict.v", "script/audit.v", "library", "axioms.txt"
PACKAGES = (
    "Coq 8.16 or newer with Coquelicot and coq-interval: Debian packages\n"
    "coq libcoq-coquelicot libcoq-interval, or `opam install coq.8.16.1 coq-coquelicot coq-interval`"
)
_REQUIRE = re.compile(r"^From Convexcheck Require Import ([\w ]+)\.$", re.MULTILINE)
_MAKEFILE = """# `make` checks the theorem and prints the axioms that it rests on.
SHELL := /bin/bash
LIBRARY := {library}
COQC := coqc -w none -Q script Script -Q library Convexcheck

check: $(LIBRARY:%=library/%.vo)
\t$(COQC) script/verdict.v
\t$(COQC) -Q script Script audit.v

library/%.vo: library/%.v
\t$(COQC) $<

clean:
\trm -f {{script,library}}/*.vo* {{script,library}}/*.glob {{script,library}}/.*.aux
{rules}
.PHONY: check clean
"""
_README = """# {claim}

`script/verdict.v` defines the function `f` and its domain `dom`, and ends in the theorem `verdict` about them.
`library/` is the part of the library of convexity that it uses: definitions, rules and their proofs. Nothing is
assumed but the axioms of Coq's reals in `axioms.txt`.

    make

checks all of it and prints the axioms. It needs {packages}.
"""


def library() -> Path:
    """The folder of the library's sources: in the repository, or beside this module in an installed package."""
    packaged = Path(__file__).parent / LIBRARY
    return packaged if packaged.is_dir() else Path(__file__).parents[3] / "proofs" / "rocq"


def needed(text: str) -> list[str]:
    """The library's files that a script uses, each after those that it uses itself."""
    order: list[str] = []

    def visit(source: str) -> None:
        for name in (n for names in _REQUIRE.findall(source) for n in names.split()):
            if name not in order:
                visit((library() / f"{name}.v").read_text(encoding="ascii"))
                order.append(name)

    visit(text)
    return order


def uses(name: str) -> list[str]:
    """The library's files that one of them names."""
    text = (library() / f"{name}.v").read_text(encoding="ascii")
    return [n for names in _REQUIRE.findall(text) for n in names.split()]


def export_rocq(certificate: Certificate, folder: Path | None = None) -> dict[str, str]:
    """The files of the directory: relative path to content.

    Args:
        certificate: one that the kernel accepted (whoever calls has asked it).
        folder: where its arrays lie, if it has any.

    Raises:
        NoScript: saying which part of the certificate has no counterpart.
    """
    refuse_names(certificate)
    text = script(certificate, folder)
    names = needed(text)
    rules = "".join(f"library/{n}.vo: {' '.join(f'library/{u}.vo' for u in uses(n))}\n" for n in names if uses(n))
    files = {f"{LIBRARY}/{n}.v": (library() / f"{n}.v").read_text(encoding="ascii") for n in names}
    return {
        SCRIPT: text,
        AUDIT: "From Script Require Import verdict.\nPrint Assumptions verdict.\n",
        AXIOMS: (library() / AXIOMS).read_text(encoding="ascii"),
        "Makefile": _MAKEFILE.format(library=" ".join(names), rules=rules),
        "README.md": _README.format(claim=f"The function is {certificate.claim.verdict}", packages=PACKAGES),
        **files,
    }
