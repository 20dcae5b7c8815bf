"""README.md keeps its word: its Python blocks run, its commands run, its make targets exist."""

import doctest
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
COMMANDS = [
    line.removeprefix("$ ")
    for language, block in BLOCK.findall(README)
    if language in ("sh", "bash", "console")
    for line in block.splitlines()
    if line.strip() and not line.startswith("#")
]


def test_python_blocks(tmp_path, monkeypatch):
    """All blocks run in one namespace, in order; `>>>` lines are compared with the output below them."""
    monkeypatch.chdir(tmp_path)
    namespace: dict[str, object] = {"__name__": "readme"}
    blocks = [block for language, block in BLOCK.findall(README) if language == "python"]
    assert blocks
    for number, block in enumerate(blocks, start=1):
        if ">>>" in block:
            name = f"README block {number}"
            test = doctest.DocTestParser().get_doctest(block, namespace, name, "README.md", 0)
            report: list[str] = []
            flags = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS
            outcome = doctest.DocTestRunner(optionflags=flags).run(test, out=report.append, clear_globs=False)
            assert outcome.failed == 0, "".join(report)
            namespace.update(test.globs)
        else:
            exec(compile(block, f"README block {number}", "exec"), namespace)


def test_the_two_commands_come_first():
    assert [line.split("#")[0].split() for line in COMMANDS[:2]] == [["make", "demo"], ["make", "test"]]


def test_make_targets_exist():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    named = set(re.findall(r"(?:^|`|\$ )make ([a-z]+)", README, re.MULTILINE))
    assert {"demo", "test"} <= named <= targets


def test_shell_commands(tmp_path):
    """`convexcheck` and `python` lines run in order in one folder; `# exit code N` states another than 0."""
    for line in COMMANDS:
        words = shlex.split(line, comments=True)
        if words[0] not in ("convexcheck", "python"):
            continue
        program = Path(sys.executable).with_name(words[0])
        run = subprocess.run(
            [program, *words[1:]], capture_output=True, text=True, timeout=60, cwd=tmp_path
        )
        stated = re.search(r"# exit code (\d+)", line)
        assert run.returncode == (int(stated[1]) if stated else 0), f"{line}\n{run.stdout}{run.stderr}"


@pytest.mark.parametrize("target", re.findall(r"\]\((?!https?:)([^)#]+)\)", README))
def test_links_lead_somewhere(target):
    assert (ROOT / target).exists()
