"""Options that hold for all tests, and the count of trusted code that closes every run."""

from pathlib import Path

import pytest

from tests.architecture.code_lines import TRUSTED, TRUSTED_CAP, per_folder

PACKAGE = Path(__file__).parents[1] / "convexcheck"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    counts = per_folder(PACKAGE)
    trusted = sum(counts.get(folder, 0) for folder in TRUSTED)
    terminalreporter.section("lines of code", sep="-")
    terminalreporter.line(", ".join(f"{folder} {count}" for folder, count in counts.items()))
    terminalreporter.line(f"trusted ({', '.join(TRUSTED)}): {trusted} of at most {TRUSTED_CAP}")
