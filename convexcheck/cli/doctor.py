"""``convexcheck doctor``: what is installed, and whether the kernel works here (untrusted)."""

from __future__ import annotations

import platform
import shutil
import tempfile
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import click

NEEDED = (
    "click", "cvxpy", "jax", "jaxlib", "matplotlib", "numpy", "python-flint", "rich", "scikit-learn", "scipy", "sympy",
)  # fmt: skip
OPTIONAL = ("distributed", "jaxtyping", "optax", "z3-solver")
TOOLS = ("coqc", "z3")


@click.command()
def doctor() -> int:
    """Versions of what convexcheck rests on, double precision in JAX, and a self-test of the kernel.

    Exit code 0: everything that is needed works. 1: something is missing or fails.
    """
    lines = [("python", platform.python_version(), True)]
    for name in ("convexcheck", *NEEDED):
        lines.append((name, *_version(name)))
    lines.append(("kernel", *_self_test()))
    lines.append(("jax x64", *_double()))
    for name, told, good in lines:
        click.echo(f"{'OK     ' if good else 'MISSING'}  {name:<14} {told}")
    for name in OPTIONAL:
        told, good = _version(name)
        click.echo(f"{'OK     ' if good else 'absent '}  {name:<14} {told} (optional)")
    for name in TOOLS:
        found = shutil.which(name)
        click.echo(f"{'OK     ' if found else 'absent '}  {name:<14} {found or 'not on the path'} (optional)")
    return 0 if all(good for _, _, good in lines) else 1


def _version(name: str) -> tuple[str, bool]:
    try:
        return version(name), True
    except PackageNotFoundError:
        return "not installed", False


def _self_test() -> tuple[str, bool]:
    """A small proof is accepted, and the same file with one byte changed is rejected."""
    from convexcheck import Accepted, Rejected, api

    verdict = api.check("x**2")
    if verdict.certificate is None:
        return "finds no proof for x**2", False
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "certificate.json")
        verdict.certificate.write(path)
        accepted = isinstance(api.verify(path), Accepted)
        path.write_bytes(path.read_bytes().replace(b'"convex"', b'"affine"'))
        rejected = isinstance(api.verify(path), Rejected)
    return ("accepts a proof, rejects a changed one", True) if accepted and rejected else ("does not work", False)


def _double() -> tuple[str, bool]:
    try:
        import jax

        with jax.enable_x64(True):
            return str(jax.numpy.zeros(1).dtype), jax.numpy.zeros(1).dtype == "float64"
    except (ImportError, AttributeError) as error:
        return str(error), False
