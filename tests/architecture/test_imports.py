"""The import direction of the stages, in every module and every function of the package."""

import subprocess
import sys
import tomllib

import pytest

from tests.architecture.stages import (
    ALLOWED,
    HEAVY,
    PACKAGE,
    READING_ORDER,
    ROOT,
    TRUSTED,
    imports,
    modules,
    stage_of,
    violations,
)

# what a distribution is called, where it differs from what one imports
DISTRIBUTION = {"flint": "python-flint", "sklearn": "scikit-learn", "jaxlib": "jax", "z3": "z3-solver"}


@pytest.mark.parametrize("path", modules(), ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_module_imports_only_what_its_stage_may(path):
    assert violations(path.read_text(encoding="utf-8"), path) == []


# (file, source, the offending import as the checker names it)
FORBIDDEN = [
    ("kernel/rule.py", "import sympy", "sympy"),
    ("kernel/rule.py", "def f():\n    import sympy.core as s", "sympy.core"),
    ("kernel/rule.py", "def f():\n    from scipy import linalg", "scipy.linalg"),
    ("kernel/rule.py", "import importlib\nimportlib.import_module('jax')", "jax"),
    ("kernel/rule.py", "import importlib\nimportlib.import_module(name)", "<dynamic>"),
    ("kernel/rule.py", "try:\n    import cvxpy\nexcept ImportError:\n    pass", "cvxpy"),
    ("kernel/rule.py", "from ..search import gap", "convexcheck.search.gap"),
    ("kernel/__init__.py", "from .. import search", "convexcheck.search"),
    ("kernel/rule.py", "from convexcheck import search", "convexcheck.search"),
    ("certificate/claim.py", "import convexcheck.kernel", "convexcheck.kernel"),
    ("expression/term.py", "from convexcheck.certificate import claim", "convexcheck.certificate.claim"),
    ("expression/term.py", "import matplotlib.pyplot", "matplotlib.pyplot"),
    ("read/text.py", "from convexcheck.certificate import claim", "convexcheck.certificate.claim"),
    ("search/gap.py", "def f():\n    from convexcheck.kernel import check", "convexcheck.kernel.check"),
    ("search/gap.py", "from importlib import import_module\nimport_module('..kernel')", "convexcheck.kernel"),
    ("search/gap.py", "from convexcheck.export import latex", "convexcheck.export.latex"),
    ("search/gap.py", "from convexcheck.api import check", "convexcheck.api.check"),
    ("search/gap.py", "from convexcheck.read import text", "convexcheck.read.text"),
    ("network/hessian.py", "from convexcheck.kernel import check", "convexcheck.kernel.check"),
    ("export/latex.py", "from convexcheck.search import gap", "convexcheck.search.gap"),
    ("report/text.py", "from convexcheck import check", "convexcheck.check"),
    ("cli.py", "from convexcheck.kernel import check", "convexcheck.kernel.check"),
]


@pytest.mark.parametrize(("file", "source", "name"), FORBIDDEN)
def test_the_checker_can_fail(file, source, name):
    (message,) = violations(source, PACKAGE / file)
    assert message.startswith(f"convexcheck/{file}:")
    assert name in message


PERMITTED = [
    ("kernel/rule.py", "from __future__ import annotations\nimport json, flint, numpy as np"),
    ("kernel/rule.py", "from . import accept\nfrom ..certificate import claim"),
    ("kernel/rule.py", "import convexcheck.expression"),
    ("kernel/rule.py", "text = 'import sympy'  # import sympy"),
    ("search/gap.py", "def f():\n    import scipy.optimize\n    from convexcheck.certificate import claim"),
    ("api.py", "from convexcheck.kernel import check\nfrom convexcheck.search import gap"),
]


@pytest.mark.parametrize(("file", "source"), PERMITTED)
def test_the_checker_can_pass(file, source):
    assert violations(source, PACKAGE / file) == []


def test_a_new_folder_needs_a_row_in_the_table():
    (message,) = violations("", PACKAGE / "novelty" / "thing.py")
    assert "'novelty' has no row" in message


def test_nothing_imports_along_a_circle_of_stages():
    reached = {stage: set(row.stages) - {"convexcheck"} for stage, row in ALLOWED.items()}
    for _ in reached:
        for targets in reached.values():
            targets |= {further for target in targets for further in reached[target]}
    assert [stage for stage, targets in reached.items() if stage in targets] == []


def test_third_party_imports_are_declared():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    optional = project["optional-dependencies"]
    listed = [*project["dependencies"], *optional["cluster"], *optional["peers"]]
    declared = {requirement.split(">=")[0].split("<")[0] for requirement in listed}
    used = {
        found.root
        for path in modules()
        for found in imports(path.read_text(encoding="utf-8"), path)
        if found.root not in sys.stdlib_module_names and found.root not in ("convexcheck", "<dynamic>")
    }
    assert {DISTRIBUTION.get(name, name) for name in used} <= declared


def test_the_package_states_its_reading_order():
    import convexcheck

    present = {stage_of(path) for path in modules()}
    expected = [stage for stage in READING_ORDER if stage in present]
    # the order is a list, one stage a line: `expression`  what it is for
    lines = [line.split() for line in (convexcheck.__doc__ or "").splitlines() if line.strip()]
    heads = [next((word for word in line[:2] if any(map(str.isalpha, word))), "") for line in lines]
    names = [head.strip("`*:,./").removesuffix(".py") for head in heads]
    assert [name for name in names if name in READING_ORDER] == expected


# modules that a user imports or starts all the time: heavy libraries load only when a question needs them
@pytest.mark.parametrize("module", ["convexcheck", "convexcheck.cli", "convexcheck.kernel"])
def test_import_is_light(module):
    program = f"import sys, {module}; print(*sorted(set(sys.modules) & set({HEAVY!r})))"
    command = [sys.executable, "-c", program]
    run = subprocess.run(command, capture_output=True, text=True, timeout=60, cwd=ROOT)
    assert run.returncode == 0, run.stderr
    assert run.stdout.split() == []


def test_trusted_stages_rest_on_flint_and_numpy_alone():
    for stage in TRUSTED:
        assert ALLOWED[stage].packages == {"flint", "numpy"}
        assert ALLOWED[stage].stages <= set(TRUSTED)
