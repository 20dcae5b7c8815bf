"""``python -m convexcheck.kernel``: exit code 0 only on acceptance, an answer to any file, also under ``python -O``."""

import json
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convexcheck.certificate import evidence as ev
from convexcheck.certificate.codec import encode
from convexcheck.certificate.evidence import Certificate, Claim
from convexcheck.expression.statement import Declaration, Statement
from convexcheck.expression.term import entry
from convexcheck.kernel.check import Rejected, verify

x = entry("var", "x")
SMOOTH = ev.Proof(ev.SecondOrder(ev.Bounds()))
GOOD = encode(Certificate(Statement(x**2, {"x": Declaration()}), Claim("convex"), SMOOTH))
FALSE = encode(Certificate(Statement(x**3, {"x": Declaration()}), Claim("convex"), SMOOTH))


def kernel(*arguments: str, optimised: bool = False) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, *["-O"] * optimised, "-m", "convexcheck.kernel", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize("optimised", [False, True])
@pytest.mark.parametrize(
    ("data", "code", "word"), [(GOOD, 0, "accepted"), (FALSE, 1, "rejected"), (b"", 1, "rejected")]
)
def test_the_exit_code_is_the_answer(data: bytes, code: int, word: str, optimised: bool, tmp_path: Path) -> None:
    file = tmp_path / "c.json"
    file.write_bytes(data)
    done = kernel(str(file), optimised=optimised)
    assert (done.returncode, done.stdout.split()[0], done.stderr) == (code, word, "")


def test_an_accepted_statement_is_printed(tmp_path: Path) -> None:
    (tmp_path / "c.json").write_bytes(GOOD)
    lines = kernel(str(tmp_path / "c.json")).stdout.splitlines()
    assert lines[1:4] == ["claim      convex", "function   x**2", "variables  x"]


@pytest.mark.parametrize(("data", "accepted"), [(GOOD, True), (FALSE, False)])
def test_json_is_one_object(data: bytes, accepted: bool, tmp_path: Path) -> None:
    (tmp_path / "c.json").write_bytes(data)
    answer = json.loads(kernel("--json", str(tmp_path / "c.json")).stdout)
    assert answer["accepted"] is accepted
    assert ("statement" in answer) is accepted and ("reason" in answer) is not accepted


@pytest.mark.parametrize("arguments", [[], ["no such file"], ["."], ["a", "b"], ["--unknown", "c"]])
def test_what_cannot_be_read_exits_2(arguments: list[str]) -> None:
    done = kernel(*arguments)
    assert done.returncode == 2 and not done.stdout and "Traceback" not in done.stderr


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=60))
def test_any_bytes_get_an_answer(data: bytes) -> None:
    assert isinstance(verify(data), Rejected)


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([b"0", b"9", b"[", b"]", b'"', b",", b"null", b"true", b"-", b"{}"]))
def test_any_edit_gets_an_answer(place: int, piece: bytes) -> None:
    place %= len(GOOD)
    edited = GOOD[:place] + piece + GOOD[place + 1 :]
    assert isinstance(verify(edited), Rejected) or edited == GOOD


def test_a_missing_array_is_a_rejection(tmp_path: Path) -> None:
    half = ev.Array((), (Fraction(1, 2),))
    gap = ev.JensenGap(
        ev.Instance((), (("p", ev.Array((), (), "a" * 64)),)), (("x", half),), (("x", half),), Fraction(1, 2)
    )
    s = Statement(x * entry("par", "p"), {"x": Declaration()}, {"p": Declaration((), False, "a" * 64)})
    data = encode(Certificate(s, Claim("not convex"), gap))
    for folder in (None, tmp_path, tmp_path / "nowhere"):
        assert isinstance(verify(data, folder), Rejected)
