"""The stages of the package in reading order and what each may import: the table behind these tests.

A new folder or top-level module needs a row here; the tests fail on one that has none.
"""

import ast
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "convexcheck"

READING_ORDER = (
    "expression",
    "read",
    "search",
    "network",
    "certificate",
    "kernel",
    "matrix",
    "export",
    "report",
    "dcp",
    "cases",
    "beyond",
    "question",
    "pipeline",
    "api",
    "symmetries",
    "cli",
)
TRUSTED = ("expression", "certificate", "kernel")
HEAVY = ("sympy", "jax", "jaxlib", "cvxpy", "scipy", "matplotlib", "sklearn", "z3")


@dataclass(frozen=True)
class Allowed:
    """What one stage may import besides itself and the standard library; `packages=None` allows all."""

    stages: frozenset[str]
    packages: frozenset[str] | None = None


def _row(stages: str, packages: str | None = None) -> Allowed:
    return Allowed(frozenset(stages.split()), None if packages is None else frozenset(packages.split()))


# "convexcheck" stands for the package's own __init__, the public face that only the outermost layer may use.
ALLOWED: dict[str, Allowed] = {
    "expression": _row("", "flint numpy"),
    "certificate": _row("expression", "flint numpy"),
    "kernel": _row("expression certificate", "flint numpy"),
    "read": _row("expression"),
    "search": _row("expression certificate"),
    "network": _row("expression certificate"),
    "matrix": _row("expression"),
    "export": _row("expression certificate"),
    "report": _row("expression certificate export"),
    "dcp": _row("expression search report"),
    "beyond": _row("expression search certificate report dcp"),
    "cases": _row("expression search certificate report"),
    "question": _row("expression read search network certificate"),
    "pipeline": _row("dcp cases expression read search network certificate kernel export report question"),
    "api": _row("beyond expression read search network certificate kernel export report question pipeline"),
    "symmetries": _row("expression network certificate question pipeline report search"),
    "demo": _row("convexcheck api report network read"),
    "cli": _row("convexcheck certificate export network pipeline api report demo"),
    "__main__": _row("cli"),
    "__init__": _row("expression read search network certificate kernel matrix export report pipeline api symmetries"),
}


@dataclass(frozen=True)
class Import:
    """One import statement, lazy ones inside functions included: the absolute dotted name, and its line."""

    name: str
    line: int

    @property
    def root(self) -> str:
        return self.name.partition(".")[0]

    @property
    def stage(self) -> str | None:
        """The stage that is imported, `"convexcheck"` for the package itself, None for another package."""
        if self.root != "convexcheck":
            return None
        head = self.name.split(".")[1:2]
        return head[0] if head and head[0] in ALLOWED else "convexcheck"


def stage_of(path: Path) -> str:
    """The folder, or the top-level module, that a file of the package belongs to."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports(source: str, path: Path) -> list[Import]:
    """All imports of a module, lazy ones too; a dynamic import without a literal name is `<dynamic>`."""
    package = ("convexcheck", *path.relative_to(PACKAGE).parent.parts)
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found += [Import(alias.name, node.lineno) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(package[: len(package) - node.level + 1]) if node.level else ""
            module = ".".join(part for part in (base, node.module) if part)
            found += [Import(f"{module}.{alias.name}", node.lineno) for alias in node.names]
        elif isinstance(node, ast.Call):
            function = getattr(node.func, "attr", None) or getattr(node.func, "id", None)
            if function in ("import_module", "__import__", "run_module"):
                argument = node.args[0] if node.args else None
                literal = isinstance(argument, ast.Constant) and isinstance(argument.value, str)
                name = argument.value if literal else "<dynamic>"
                if name.startswith("."):  # relative to the package of this file
                    level = len(name) - len(name.lstrip("."))
                    name = ".".join((*package[: len(package) - level + 1], name.lstrip(".")))
                found.append(Import(name, node.lineno))
    return found


def violations(source: str, path: Path) -> list[str]:
    """Every import of a module that the table forbids, as `file:line: message`."""
    stage = stage_of(path)
    where = path.relative_to(PACKAGE.parent).as_posix()
    if stage not in ALLOWED:
        return [f"{where}:1: {stage!r} has no row in tests/architecture/stages.py"]
    allowed, bad = ALLOWED[stage], []
    for found in imports(source, path):
        target = found.stage
        if target is not None:
            if target != stage and target not in allowed.stages:
                bad.append(f"{where}:{found.line}: {stage} must not import {target} ({found.name})")
        elif found.root in sys.stdlib_module_names:
            continue
        elif allowed.packages is not None and found.root not in allowed.packages:
            bad.append(f"{where}:{found.line}: {stage} must not import {found.name}")
    return bad


def modules() -> list[Path]:
    """All source files of the package."""
    return sorted(PACKAGE.rglob("*.py"))
