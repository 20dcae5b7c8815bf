"""convexcheck: is this loss convex? A verdict that you can check.

Reading order, one stage per folder or file:

- `expression`: the language of statements (trusted)
- `read`: text, SymPy, CVXPY and JAX code become statements
- `search`: proofs and counterexamples are proposed
- `network`: perceptrons, their Hessians and spectra
- `certificate`: claim, evidence and the file that holds them (trusted)
- `kernel`: accepts the file or rejects it (trusted)
- `matrix`: whether a matrix of numbers is positive semidefinite
- `export`: accepted certificates as scripts for other tools
- `report`: what a person sees
- `dcp`: what CVXPY's rules say, and spellings that they accept
- `cases`: where the answer depends on parameters
- `beyond`: what an explanation adds to a verdict
- `question`: what was handed over, as a statement with its data
- `pipeline`: from a question to its answer
- `api`: the public verbs
- `symmetries`: the public verbs about equivalent weights
- `cli`: the command line
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from convexcheck import network
    from convexcheck.api import assert_convex, check, explain, hessian, min_eigenvalue, prove, refute, verify
    from convexcheck.expression.errors import ConvexcheckError
    from convexcheck.kernel.check import Accepted, Rejected
    from convexcheck.matrix.psd import psd
    from convexcheck.matrix.semidefinite import Semidefinite
    from convexcheck.report.assertion import Undecided
    from convexcheck.report.verdict import Verdict
    from convexcheck.symmetries import (
        align,
        check_permutations,
        critical_point,
        equivalents,
        symmetry_counterexample,
        symmetry_group,
    )

__version__ = "0.1.0"
__all__ = [
    "Accepted", "ConvexcheckError", "Rejected", "Semidefinite", "Undecided", "Verdict", "align", "assert_convex",
    "check", "check_permutations", "critical_point", "equivalents", "explain", "hessian", "min_eigenvalue", "network",
    "prove", "psd", "refute", "symmetry_counterexample", "symmetry_group", "verify",
]  # fmt: skip

_HOMES = {
    "convexcheck.api": (
        "assert_convex", "check", "explain", "hessian", "min_eigenvalue", "prove", "refute", "verify",
    ),
    "convexcheck.expression.errors": ("ConvexcheckError",),
    "convexcheck.kernel.check": ("Accepted", "Rejected"),
    "convexcheck.matrix.psd": ("psd",),
    "convexcheck.matrix.semidefinite": ("Semidefinite",),
    "convexcheck.report.assertion": ("Undecided",),
    "convexcheck.report.verdict": ("Verdict",),
    "convexcheck.symmetries": (
        "align", "check_permutations", "critical_point", "equivalents", "symmetry_counterexample", "symmetry_group",
    ),
}


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used, so that ``import convexcheck`` stays fast."""
    if name == "network":
        return importlib.import_module("convexcheck.network")
    for home, names in _HOMES.items():
        if name in names:
            return getattr(importlib.import_module(home), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
