"""Sizes: the trusted code stays readable in a day or two, modules stay short, the public face stays small."""

import statistics

import pytest

from tests.architecture.code_lines import TRUSTED, TRUSTED_CAP, code_lines, per_folder
from tests.architecture.stages import PACKAGE, modules

LONGEST_MODULE = 400
MEDIAN_MODULE = 200
PUBLIC_NAMES = 25


def test_trusted_code_is_capped():
    counts = per_folder(PACKAGE)
    print(counts)
    assert all(counts.get(folder, 0) > 0 for folder in TRUSTED)
    assert sum(counts[folder] for folder in TRUSTED) <= TRUSTED_CAP, counts


@pytest.mark.parametrize("path", modules(), ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_module_length(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST_MODULE


def test_median_module_length():
    lengths = [len(path.read_text(encoding="utf-8").splitlines()) for path in modules()]
    assert statistics.median(lengths) < MEDIAN_MODULE


def test_public_names():
    import convexcheck

    assert len(convexcheck.__all__) == len(set(convexcheck.__all__)) <= PUBLIC_NAMES
    assert [name for name in convexcheck.__all__ if not hasattr(convexcheck, name)] == []


# (source, lines of code by hand)
COUNTED = [
    ("", 0),
    ("# a comment\n\n\n", 0),
    ('"""A docstring."""\n', 0),
    ('"""A docstring\n\nover lines.\n"""\nx = 1\n', 1),
    ("x = 1  # with a comment\n", 1),
    ("x = (\n    1,\n\n    # inside\n    2,\n)\n", 4),
    ('def f():\n    """Doc\n\n    more."""\n    return 1\n', 2),
    ('def f(): "doc"\n', 1),
    ('class A:\n    """Doc."""\n\n    x = """data\n    data"""\n', 3),
    ('x = 1\n"""a string that is no docstring"""\n', 2),
    ("x = 1; y = 2\n", 1),
    ("x = f'{a}\\\n{b}'\n", 2),
    ('async def f():\n    """Größe."""\n    y = "ß"\n', 2),
]


@pytest.mark.parametrize(("source", "lines"), COUNTED)
def test_the_counter(source, lines):
    assert code_lines(source) == lines
