"""README.md and docs/ keep their word: Python blocks run, commands run, outputs and links and lists are right."""

import doctest
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
TEXTS = {page.name: page.read_text(encoding="utf-8") for page in PAGES}
README = TEXTS["README.md"]
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FLAGS = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS
each_page = pytest.mark.parametrize("page", TEXTS)


def blocks(page, *languages):
    return [block for language, block in BLOCK.findall(TEXTS[page]) if language in languages]


def commands(page):
    lines = [line for block in blocks(page, "sh", "bash") for line in block.splitlines()]
    return [line for line in lines if line.strip() and not line.startswith("#")]


def run(line, folder):
    words = shlex.split(line, comments=True)
    program = Path(sys.executable).with_name(words[0])
    return subprocess.run([program, *words[1:]], capture_output=True, text=True, timeout=60, cwd=folder)


@each_page
def test_python_blocks(page, tmp_path, monkeypatch):
    """All blocks of a page run in one namespace, in order; `>>>` lines are compared with the output below them."""
    monkeypatch.chdir(tmp_path)
    namespace: dict[str, object] = {"__name__": "page"}
    found = blocks(page, "python")
    assert found
    for number, block in enumerate(found, start=1):
        if ">>>" in block:
            name = f"{page} block {number}"
            test = doctest.DocTestParser().get_doctest(block, namespace, name, page, 0)
            report: list[str] = []
            flags = FLAGS | doctest.IGNORE_EXCEPTION_DETAIL
            outcome = doctest.DocTestRunner(optionflags=flags).run(test, out=report.append, clear_globs=False)
            assert outcome.failed == 0, "".join(report)
            namespace.update(test.globs)
        else:
            exec(compile(block, f"{page} block {number}", "exec"), namespace)


def test_the_two_commands_come_first():
    assert [line.split("#")[0].split() for line in commands("README.md")[:2]] == [["make", "demo"], ["make", "test"]]


def test_make_targets_exist():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    named = set(re.findall(r"(?:^|`|\$ )make ([a-z]+)", README, re.MULTILINE))
    assert {"demo", "test"} <= named <= targets


@each_page
def test_shell_commands(page, tmp_path):
    """`convexcheck` and `python` lines run in order in one folder; `# exit code N` states another than 0."""
    for line in commands(page):
        if line.split()[0] not in ("convexcheck", "python"):
            continue
        found = run(line, tmp_path)
        stated = re.search(r"# exit code (\d+)", line)
        assert found.returncode == (int(stated[1]) if stated else 0), f"{line}\n{found.stdout}{found.stderr}"


@each_page
def test_outputs(page, tmp_path):
    """What a console block shows below `$ command` is its output; `...` stands for anything, a number for any other."""
    for block in blocks(page, "console"):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            line, _, expected = part.partition("\n")
            got = re.sub(r"\d+", "0", run(line, tmp_path).stdout)
            expected = re.sub(r"\d+", "0", expected)
            assert doctest.OutputChecker().check_output(expected, got, FLAGS), f"{line}\n{got}"


@each_page
def test_links_lead_somewhere(page):
    folder = (ROOT if page == "README.md" else ROOT / "docs").resolve()
    for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", TEXTS[page]):
        assert (folder / target).exists(), target


def test_pictures_are_small():
    for picture in (ROOT / "docs").glob("*.svg"):
        assert picture.stat().st_size < 100_000


def words(text):
    return set(re.findall(r"\w+", " ".join(re.findall(r"`([^`]*)`", text))))


def test_every_function_of_the_language_is_documented():
    from convexcheck.read.array_functions import NAMES, PREDICATES

    assert sorted((NAMES | PREDICATES) - words(TEXTS["language.md"])) == []


def test_every_kind_of_evidence_is_documented():
    from convexcheck.certificate import evidence

    kinds = {n for n, v in vars(evidence).items() if isinstance(v, type) and v.__module__ == evidence.__name__}
    assert sorted(kinds - words(TEXTS["certificates.md"])) == []


def test_every_exit_code_is_documented():
    from convexcheck.cli import answer

    codes = {v for n, v in vars(answer).items() if n.isupper() and type(v) is int}
    rows = [line for line in README.splitlines() if line.startswith("| ")]
    assert {str(code) for code in codes} <= set(re.findall(r"\d+", " ".join(rows)))
