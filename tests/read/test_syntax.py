"""Limits of the text: hostile input ends quickly in an error, nothing is executed."""

import json
import subprocess
import sys
import tempfile
from fractions import Fraction
from pathlib import Path

import pytest

from convexcheck.expression.errors import ConvexcheckError
from convexcheck.read.syntax import Source, free_names, number, parse, pieces
from convexcheck.read.text import read_text

MARK = str(Path(tempfile.gettempdir()) / "convexcheck-was-executed")
HOSTILE = [
    f"__import__('os').system('touch {MARK}')", f"open('{MARK}', 'w')", "__import__", "x.__class__.__bases__[0]",
    "().__class__", "(lambda: x)()", "f'{x}'", "[x for y in z]", "{x}", "x := 2", "(x := 2)", "yield x", "await x",
    "...", "x;y", "import os", "eval(x)", "exec(x)", "print(x)", "getattr(x, y)", "globals()", "breakpoint()",
    "x.T.__init__", "exp.__call__(x)", "9**9**9**9 + x", "x**9**9**9",
    "2**(2**(2**(2**(2**x*2)))) + 2**2**2**2**2**2", "(9**2000)**2000*x", "x*1e999999999",
    "x + 1e-99999999999999999999", "9" * 19_000, "0x" + "f" * 10_000, "1" + "_1" * 9_000, "x*" * 9_000 + "x",
    "(" * 100_000 + "x" + ")" * 100_000, "(" * 9_000 + "x" + ")" * 9_000, "[" * 9_000 + "x" + "]" * 9_000,
    "(" * 19_000, ")" * 19_000, "-" * 19_000 + "x", "not " * 4_000 + "x", "x" + "**2" * 6_000, "x" + ".T" * 9_000,
    "x" + "[0]" * 6_000, "f" + "(x)" * 6_000, "tan(" * 99 + "x" + ")" * 99, "tan(" * 40 + "x" + ")" * 40,
    "where(x>0," * 99 + "x" + ",1)" * 99, "prod(" * 20 + "x" + ")" * 20 + "[9]", "x<" * 9_000 + "x",
    "x and " * 3_000 + "x", "x," * 9_999, "x" * 20_001, "x" * 20_000, "é", "ⅹ + x", "x\x00", "\ud800", "x # y",
    "x\\\ny", "'x'", "\"\"\"x", "Sum(" * 50, "Sum(i < Sum, i)", "Sum(Sum < 3, Sum)", "a" * 60 + " " * 10_000 + "b",
    "\t" * 20_000, "1e" * 9_000, "." * 10_000, "0" * 1_001 + ".1*x", "lambda*x",
]  # fmt: skip

PROGRAM = """
import json, resource, sys, time
resource.setrlimit(resource.RLIMIT_AS, (3 * 2**30, 3 * 2**30))
from convexcheck.expression.errors import ConvexcheckError
from convexcheck.read.text import read_text
for text in json.load(sys.stdin):
    as_condition = [("x", "x", None, text), ("x*q", "x", "q", (), text)]
    for ways in [(text,), (text, "x"), (f"x*{text}", {"x": ""}, []), *as_condition]:
        start = time.perf_counter()
        try:
            outcome = "read " + str(read_text(*ways).function)[:100]
        except ConvexcheckError as error:
            outcome = "error " + str(error)
        print(json.dumps([text[:60], outcome, time.perf_counter() - start]))
"""


def test_hostile_texts_end_quickly_in_an_error():
    Path(MARK).unlink(missing_ok=True)
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        input=json.dumps(HOSTILE),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert run.stderr == ""
    outcomes = [json.loads(line) for line in run.stdout.splitlines()]
    assert len(outcomes) == 5 * len(HOSTILE)
    assert not Path(MARK).exists()
    for text, outcome, seconds in outcomes:
        assert seconds < 2, (text, outcome, seconds)
        assert len(outcome) < 600, (text, outcome)
    accepted = {text for text, outcome, _ in outcomes[::5] if outcome.startswith("read ")}
    assert accepted == set()


def test_the_list_would_notice_a_text_that_is_read():
    assert str(read_text("x*2").function) == "2*x"


NUMBERS = {
    "0.1": Fraction(1, 10),
    "1e-9": Fraction(1, 10**9),
    "1.5E+3": Fraction(1500),
    ".5": Fraction(1, 2),
    "2.": Fraction(2),
    "0.1000000000000000055511151231257827": Fraction("0.1000000000000000055511151231257827"),
    "1e300": Fraction(10**300),
}


@pytest.mark.parametrize(("text", "value"), NUMBERS.items())
def test_numbers_are_exact(text, value):
    source = Source(f" {text} ")
    assert number(source, parse(source)) == value


ERRORS = {
    "": "the text is empty; expected an expression, such as 'x**2'",
    " \n": "the text is empty; expected an expression, such as 'x**2'",
    "x^2": "character '^' at column 2, near '^2'; expected names, numbers, operators, calls; try: ** for a power",
    "x & y": "character '&' at column 3, near '& y'; expected names, numbers, operators, calls; try: and",
    "2*λ": "character '\\u03bb' at column 3, near 'λ'; expected names, numbers, operators, calls; "
    "try: ASCII letters in names",
    "2x": "this is not an expression at column 1, near '2x'; expected Python syntax; try: 2*x for 2x, == for =",
    "x y": "this is not an expression at column 3, near 'y'; expected Python syntax; try: 2*x for 2x, == for =",
    "  x y": "this is not an expression at column 5, near 'y'; expected Python syntax; try: 2*x for 2x, == for =",
    "x +": "this is not an expression at column 4, at the end; expected Python syntax; try: 2*x for 2x, == for =",
    "x = 2": "this is not an expression at column 3, near '= 2'; expected Python syntax; try: 2*x for 2x, == for =",
    "lambda*w**2": "this is not an expression at column 9, near '**2'; expected Python syntax; "
    "try: another name for lambda, a word of Python",
    "(x": "'(' is never closed at column 1, near '(x'",
    "x)": "')' closes nothing at column 2, near ')'",
    "(x]": "']' closes nothing at column 3, near ']'",
    "x" * 20_001: "20001 characters; expected at most 20000; try: arrays with symbolic sizes",
    "(" * 101
    + "x"
    + ")" * 101: "nested too deeply; expected at most 100 levels; try: a shorter formula, or arrays with sum(...)",
    "1" * 1001: f"a number of 1001 digits at column 1, near '{'1' * 20}'; expected at most 1000",
}


@pytest.mark.parametrize(("text", "message"), ERRORS.items(), ids=lambda text: text[:20])
def test_errors(text, message):
    with pytest.raises(ConvexcheckError) as caught:
        parse(Source(text))
    assert str(caught.value) == f"read.text: {message}"


READ_ERRORS = {
    "1e1001*x": "a huge exponent: '1e1001' at column 1; expected exponents up to 1000",
    "x*0x10": "not a number of the language: '0x10' at column 3; expected decimals such as 0.25 or 1e-9",
    "x*1_000": "not a number of the language: '1_000' at column 3; expected decimals such as 0.25 or 1e-9",
    "x*1j": "not a real number: '1j' at column 3; expected decimals such as 0.25 or 1e-9",
    "x*True": "not a real number: 'True' at column 3; expected decimals such as 0.25 or 1e-9",
    "x if x else 1": "IfExp is not in the language: 'x if x else 1' at column 1; expected arithmetic and calls; "
    "try: where(condition, a, b)",
    "x, y": "Tuple is not in the language: 'x, y' at column 1; expected arithmetic and calls",
    "x // 2": "operator FloorDiv is not in the language: 'x // 2' at column 1; expected + - * / ** @",
    "x.__class__": "attribute .__class__ is not in the language: 'x.__class__' at column 1; expected .T",
    "x.sum": "attribute .sum is not in the language: 'x.sum' at column 1; expected .T; try: sum(...)",
    "9**9**9*x": "a power of more than 8192 bits: '9**9**9' at column 1; try: smaller numbers",
    "x**20000": "a power beyond reach: 'x**20000' at column 1; expected exponents up to 10000",
}


@pytest.mark.parametrize(("text", "message"), READ_ERRORS.items())
def test_errors_point_at_the_place(text, message):
    with pytest.raises(ConvexcheckError) as caught:
        read_text(text)
    assert str(caught.value) == f"read.text: {message}"


def test_lines_are_blanks():
    assert read_text("\n  x\n + 2*\n\ty\r\n").function is read_text("x + 2*y").function


def test_pieces_keep_their_columns():
    source = Source("f(a, b) > 0, [1, 2], c")
    assert [p.text.strip() for p in pieces(source)] == ["f(a, b) > 0", "[1, 2]", "c"]
    assert [len(p.text) for p in pieces(source)] == [11, 19, 22]


def test_free_names_know_what_is_bound():
    text = "i + Sum(i < n, w[i]*Max(j < i, j + k)) + f(q, axis=r) + np.exp(1)"
    assert list(free_names(parse(Source(text)))) == ["i", "n", "w", "k", "q", "r"]
