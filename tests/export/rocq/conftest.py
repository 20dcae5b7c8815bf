"""The compiled library, once for all workers; without coqc these tests are skipped by name, with CI=true they fail."""

import os
import shutil
import time
from pathlib import Path

import pytest

from convexcheck.export.rocq.check import INSTALL, compiled, coqc_version
from convexcheck.export.rocq.directory import library as sources


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with every file of proofs/rocq compiled."""
    if coqc_version() is None:
        reason = f"coqc is not there: {INSTALL}"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    base = tmp_path_factory.getbasetemp()
    shared = (base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base) / "rocq"
    done = shared / "done"
    try:
        shared.mkdir()
    except FileExistsError:  # another worker compiles
        for _ in range(3000):
            if done.exists():
                break
            time.sleep(0.1)
    else:
        for source in [*sources().glob("*.v"), sources() / "_CoqProject"]:
            shutil.copy(source, shared)
        listed = (shared / "_CoqProject").read_text(encoding="ascii").split()
        names = [line.removesuffix(".v") for line in listed if line.endswith(".v")]
        done.write_text(compiled(shared, names) or "compiled", encoding="utf-8")
    assert done.read_text(encoding="utf-8") == "compiled"
    return shared
