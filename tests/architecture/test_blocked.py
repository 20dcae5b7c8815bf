"""The kernel checks certificates while every library that search may use is blocked."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.stages import HEAVY, ROOT

# Runs `python -m MODULE ARGUMENTS` with a finder in front that refuses the heavy libraries.
RUNNER = f"""
import runpy, sys

class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {HEAVY!r}:
            raise ImportError(f"{{name}} is blocked")

sys.meta_path.insert(0, Refuse())
module, sys.argv = sys.argv[1], sys.argv[1:]
runpy.run_module(module, run_name="__main__", alter_sys=True)
"""
OPTIMISED = pytest.mark.parametrize("options", [(), ("-O",)], ids=["plain", "without-asserts"])


def run_blocked(module, *arguments, options=(), cwd=ROOT):
    command = [sys.executable, *options, "-c", RUNNER, module, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, cwd=cwd)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory) -> Path:
    import convexcheck as cc

    path = tmp_path_factory.mktemp("certificate") / "softplus.json"
    cc.check("log(1 + exp(x))").certificate.write(path)
    return path


@OPTIMISED
def test_kernel_starts_blocked(options):
    run = run_blocked("convexcheck.kernel", "--help", options=options)
    assert run.returncode == 0, run.stderr
    assert "usage" in run.stdout.lower()


@OPTIMISED
def test_kernel_accepts_blocked(certificate, options):
    run = run_blocked("convexcheck.kernel", certificate, options=options)
    assert run.returncode == 0, run.stdout + run.stderr
    assert "accepted" in run.stdout.lower()
    assert "exp(x)" in run.stdout


@OPTIMISED
@pytest.mark.parametrize("kept", [0.0, 0.5], ids=["empty", "truncated"])
def test_kernel_rejects_blocked(certificate, tmp_path, options, kept):
    damaged = tmp_path / "damaged.json"
    text = certificate.read_text(encoding="utf-8")
    damaged.write_text(text[: int(kept * len(text))], encoding="utf-8")
    run = run_blocked("convexcheck.kernel", damaged, options=options)
    assert run.returncode not in (0, 70), run.stdout + run.stderr
    assert "Traceback" not in run.stderr


# The runner itself can fail: each of these would go unnoticed if blocking did not work.
@pytest.mark.parametrize("library", HEAVY)
def test_blocking_works(tmp_path, library):
    (tmp_path / "direct.py").write_text(f"import {library}", encoding="utf-8")
    run = run_blocked("direct", cwd=tmp_path)
    assert run.returncode != 0
    assert f"{library} is blocked" in run.stderr


def test_a_kernel_that_imports_lazily_is_detected(tmp_path):
    package = tmp_path / "fake_kernel"
    package.mkdir()
    (package / "__init__.py").write_text("def check(path):\n    import sympy.core\n", encoding="utf-8")
    (package / "__main__.py").write_text(
        "import sys\nfrom fake_kernel import check\nif '--help' not in sys.argv:\n    check(sys.argv[1])\n",
        encoding="utf-8",
    )
    assert run_blocked("fake_kernel", "--help", cwd=tmp_path).returncode == 0
    run = run_blocked("fake_kernel", "certificate.json", cwd=tmp_path)
    assert run.returncode != 0
    assert "sympy is blocked" in run.stderr


def test_what_is_not_blocked_still_runs(tmp_path):
    (tmp_path / "light.py").write_text("import sys, json, numpy, flint; print(sys.argv[1])", encoding="utf-8")
    run = run_blocked("light", "argument", cwd=tmp_path)
    assert (run.returncode, run.stdout.strip()) == (0, "argument"), run.stderr
