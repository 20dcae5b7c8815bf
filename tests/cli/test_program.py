"""The program around the commands: help, verify, doctor, crashes."""

import json
import subprocess
import sys

import pytest
from click.testing import CliRunner

import convexcheck as cc
from convexcheck.cli import main
from convexcheck.cli.answer import KEYS
from tests.architecture.stages import HEAVY


def run(*arguments):
    return CliRunner().invoke(main, list(arguments))


@pytest.mark.parametrize("arguments", [["--help"], ["check", "--help"], ["verify", "--help"], ["--version"]])
def test_help_loads_nothing_heavy(arguments):
    """Import time is kept low by what is not imported; no clock is asked."""
    program = (
        "import sys\nfrom convexcheck.cli import main\n"
        f"try:\n    main({arguments!r})\nexcept SystemExit as end:\n    assert end.code == 0\n"
        f"print(*sorted(set(sys.modules) & set({(*HEAVY, 'numpy', 'flint', 'rich')!r})), file=sys.stderr)"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert result.returncode == 0
    assert result.stderr.split() == []
    assert result.stdout


def test_help_states_the_exit_codes():
    text = run("--help").stdout
    assert all(piece in text for piece in ("3 unknown", "4 budget", "5 ill-posed", "70 internal", "130 interrupted"))


@pytest.mark.parametrize("arguments", [["chekc", "x"], ["verify"], ["verify", "a", "b"], ["check"]])
def test_usage_errors_are_2(arguments):
    result = run(*arguments)
    assert result.exit_code == 2
    assert "Usage:" in result.stderr


@pytest.fixture
def certificate(tmp_path):
    path = tmp_path / "c.json"
    cc.check("x**2").certificate.write(path)
    return path


def test_verify(certificate):
    result = run("verify", str(certificate), "--json")
    record = json.loads(result.stdout)
    assert (result.exit_code, record["accepted"], record["curvature"]) == (0, True, "CONVEX")
    assert set(KEYS) <= set(record)
    assert record["statement"][1] == "function   x**2"


CHANGES = {
    "truncated": lambda data: data[:-20],
    "empty": lambda data: b"",
    "edited": lambda data: data.replace(b'"convex"', b'"affine"'),
    "another version": lambda data: data.replace(b'"version":1', b'"version":2'),
    "no JSON": lambda data: b"hello",
    "nested": lambda data: b"[" * 100_000,
    "no text": lambda data: b"\xff" + data,
    "other JSON": lambda data: b"{}",
    "a number": lambda data: b"3",
    "a line more": lambda data: data + b"\n",
}
NO = "rejected at certificate: not a convexcheck certificate: "
ALTERED = "rejected at certificate: the file is of another version, not in canonical form, or its digest is wrong"
TOLD = {
    "truncated": NO + "not JSON (truncated?)",
    "empty": NO + "not JSON",
    "edited": ALTERED,
    "another version": ALTERED,
    "no JSON": NO + "not JSON",
    "nested": NO + "nested too deeply",
    "no text": NO + "not ASCII text",
    "other JSON": NO + "JSON, but not of this form",
    "a number": NO + "JSON, but not of this form",
    "a line more": ALTERED,
}


@pytest.mark.parametrize("name", CHANGES)
def test_verify_rejects(name, certificate):
    certificate.write_bytes(CHANGES[name](certificate.read_bytes()))
    result = run("verify", str(certificate))
    assert (result.exit_code, result.stdout) == (1, TOLD[name] + "\n")
    kernel = subprocess.run([sys.executable, "-m", "convexcheck.kernel", certificate], capture_output=True, timeout=60)
    assert kernel.returncode == 1
    record = json.loads(run("verify", str(certificate), "--json").stdout)
    assert (record["accepted"], record["status"]) == (False, "REJECTED")


def test_verify_of_no_file_is_2(tmp_path):
    result = run("verify", str(tmp_path / "nowhere.json"))
    assert result.exit_code == 2
    assert result.stderr.startswith("error in verify: cannot read")
    record = json.loads(run("verify", str(tmp_path), "--json").stdout)
    assert record["status"] == "ERROR"


def test_a_crash_is_70_and_never_1(monkeypatch):
    from convexcheck import api

    def crash(path):
        raise RuntimeError("a bug")

    monkeypatch.setattr(api, "verify", crash)
    result = run("verify", "c.json")
    assert result.exit_code == 70
    assert result.stderr.startswith("internal error: RuntimeError: a bug\n")
    assert "report" in result.stderr
    assert "Traceback" not in result.stderr
    assert json.loads(run("verify", "c.json", "--json").stdout)["status"] == "ERROR"
    assert "Traceback" in run("verify", "c.json", "--debug").stderr


def test_a_crash_in_the_child_is_70(monkeypatch):
    from convexcheck.cli import process

    monkeypatch.setattr(process, "_CHILD", "raise SystemExit(1)")
    result = run("check", "x**2")
    assert result.exit_code == 70
    assert "internal error" in result.stderr


def test_doctor():
    result = run("doctor")
    assert result.exit_code == 0, result.stdout
    assert "OK       kernel         accepts a proof, rejects a changed one" in result.stdout
    assert "OK       jax x64        float64" in result.stdout


def test_python_m_convexcheck():
    result = subprocess.run(
        [sys.executable, "-m", "convexcheck", "check", "x**2", "--json"], capture_output=True, text=True, timeout=60
    )
    assert result.returncode == 0
    assert json.loads(result.stdout)["curvature"] == "CONVEX"
