"""``convexcheck check``: exit codes, one JSON object, certificates, hostile input; most runs start a real child."""

import json
import os
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pytest
from click.testing import CliRunner

from convexcheck.cli import main
from convexcheck.cli.answer import KEYS

FUNCTIONS = '''
import jax.numpy as jnp
from jaxtyping import Array, Float, Int
print("noise on stdout")

def annotated(w: "d", X: "n d", y: "n"):
    return jnp.mean(jnp.logaddexp(0, -y * (X @ w)))

def typed(W: Float[Array, "d k"], X: Float[Array, "n d"], y: Int[Array, "n"]):
    scores = X @ W
    return jnp.sum(jnp.log(jnp.sum(jnp.exp(scores), axis=1)) - jnp.take_along_axis(scores, y[:, None], axis=1)[:, 0])

def bare(w, X, y):
    return jnp.mean((X @ w - y) ** 2)

def vector(w: "d"):
    return w

def raises(w: "d"):
    raise ValueError("boom")

def hangs(w: "d"):
    while True:
        pass

data = 3
'''


def run(*arguments):
    return CliRunner().invoke(main, ["check", *arguments])


def answer(*arguments):
    """The exit code and the JSON object, which must be all of stdout."""
    result = run(*arguments, "--json")
    lines = result.stdout.splitlines()
    assert len(lines) == 1, result.stdout + result.stderr
    return result.exit_code, json.loads(lines[0])


# (arguments, exit code, curvature, status)
ANSWERS = [
    (["x**2"], 0, "CONVEX", "PROVED"),
    (["-x**2"], 1, "CONCAVE", "REFUTED"),  # starts with a minus, no -- before it
    (["--", "-x**2"], 1, "CONCAVE", "REFUTED"),
    (["-x**2", "--claim", "concave"], 0, "CONCAVE", "PROVED"),
    (["--x**2"], 0, "CONVEX", "PROVED"),
    (["-log(x)", "--domain", "x > 0"], 0, "CONVEX", "PROVED"),
    (["3*x - 1"], 0, "AFFINE", "PROVED"),
    (["x*y"], 1, "NEITHER", "REFUTED"),
    (["x*y", "--expect", "NEITHER"], 0, "NEITHER", "REFUTED"),
    (["x*y", "--expect", "convex"], 1, "NEITHER", "REFUTED"),
    (["x**2", "--expect", "AFFINE"], 1, "CONVEX", "PROVED"),  # a counterexample to concavity decides it
    (["3*x", "--expect", "CONVEX"], 0, "AFFINE", "PROVED"),
    (["x**2", "--expect", "CONCAVE"], 1, "CONVEX", "REFUTED"),  # what is expected is what is asked
    (["-x**2", "--expect", "concave"], 0, "CONCAVE", "PROVED"),
    (["x**2", "--expect", "CONCAVE", "--claim", "convex"], 1, "CONVEX", "PROVED"),
    (["gamma(x)"], 3, "UNKNOWN", "UNKNOWN"),
    (["sqrt(x)"], 5, "UNKNOWN", "ILL_POSED"),
    (["sum(exp(X @ w))", "--var", "w:d", "--param", "X:n d"], 0, "CONVEX", "PROVED"),
    (["y*x**2", "--var", "x", "--param", "y", "--given", "y >= 0", "--given", "y <= 1"], 0, "CONVEX", "PROVED"),
]


@pytest.mark.parametrize(("arguments", "code", "curvature", "status"), ANSWERS, ids=lambda a: str(a)[:60])
def test_answers(arguments, code, curvature, status):
    found, record = answer(*arguments)
    assert (found, record["curvature"], record["status"]) == (code, curvature, status)
    assert tuple(record) == KEYS
    assert record["certificate"] is None
    assert record["message"]
    assert record["seconds"] < 30


# (arguments, a piece of the message): all end with exit code 2
BAD = [
    (["foo(x)"], "unknown function foo"),
    (["__import__('os').system('touch pwned')"], "column 12"),
    (["().__class__.__bases__[0]"], "error in read.text"),
    (["9**9**9**9"], "a power of more than"),
    (["(" * 5000 + "x" + ")" * 5000], "error in read.text"),
    (["x +"], "error in read.text"),
    ([""], "error in read.text"),
    (["x*y", "--var", "x", "--param", "z"], "y"),
    (["x", "--var", "x", "--param", "z"], "parameter z is not used"),
    (["x", "--var", "x", "--var", "x"], "given twice"),
    (["x", "--var", "lambda"], "lambda"),
    (["sum(x)", "--var", "x:n n-1"], "'n-1'"),
    (["X @ w", "--var", "w:d", "--param", "X:n d"], "the loss returns shape"),
    (["x", "--domain", "y > 0 0"], "error in read.domain"),
    (["x*y", "--var", "x", "--given", "x > 0"], "`given` speaks of the variable x"),
    (["x", "--timeout", "0"], "positive number of seconds"),
    (["x", "--timeout", "nan"], "positive number of seconds"),
    (["x", "--timeout", "soon"], "--timeout"),
    (["x", "--claim", "quasiconvex"], "--claim"),
    (["x", "--expect", "WIGGLY"], "--expect"),
    (["x**2", "--jsn"], "--jsn"),
    (["--explian"], "No such option: --explian"),
    (["x**2", "--wrt", "x"], "No such option: --wrt; there are --var, --param"),
    (["x", "y"], "unexpected extra argument"),
    (["m.py"], "m.py: expected FILE.py:FUNCTION, such as m.py:loss"),
    (["m.py:"], "expected FILE.py:FUNCTION"),
    (["m.py:2f"], "expected FILE.py:FUNCTION"),
    (["x", "--var", "x:0"], "sizes are at least 1"),
    (["x + nan"], "nan is not a real number"),
    (["x + Infinity"], "Infinity is not a real number"),
    (["nowhere.py:f"], "there is no file nowhere.py"),
]


@pytest.mark.parametrize(("arguments", "piece"), BAD, ids=lambda a: str(a)[:60])
def test_bad_input_is_one_message_and_exit_code_2(arguments, piece, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = run(*arguments, "--certificate", "c.json")
    assert result.exit_code == 2
    assert piece in result.stderr
    assert "Traceback" not in result.stderr + result.stdout
    assert result.stdout == ""
    assert list(tmp_path.iterdir()) == []


def test_an_ill_posed_question_names_the_point():
    message = "the function is not real at x = 0, a point of the domain; try domain='x > 0'"
    assert answer("log(x)")[1]["message"] == f"ILL_POSED: {message}"
    assert f"    message: {message}\n" in run("log(x)").stdout


def test_errors_are_json_where_json_was_asked_for():
    code, record = answer("foo(x)")
    assert (code, record["status"], record["curvature"]) == (2, "ERROR", "UNKNOWN")
    assert "unknown function foo" in record["message"]
    code, record = answer("x", "--timeout", "-1")
    assert (code, record["status"]) == (2, "ERROR")


def test_a_message_says_stage_piece_expected_and_what_to_try():
    text = run("foo(x)").stderr
    assert text.startswith("error in read.text: unknown function foo")
    assert "\n  expected: " in text
    assert "\n  try:      " in text


# --- certificates ------------------------------------------------------------------------------------------


def test_a_certificate_is_written_and_accepted(tmp_path):
    path = tmp_path / "c.json"
    code, record = answer("x**2", "--certificate", str(path))
    assert (code, record["certificate"]) == (0, str(path))
    verified = CliRunner().invoke(main, ["verify", str(path)])
    assert verified.exit_code == 0
    assert verified.stdout.startswith("accepted\nclaim      convex")


@pytest.mark.parametrize("source", ["gamma(x)", "foo(x)"])
def test_an_older_certificate_does_not_outlive_a_question_that_is_not_settled(source, tmp_path):
    path = tmp_path / "c.json"
    assert run("x**2", "--certificate", str(path)).exit_code == 0
    assert run(source, "--certificate", str(path)).exit_code in (2, 3)
    assert list(tmp_path.iterdir()) == []


def test_an_empty_file_makes_room(tmp_path):
    path = tmp_path / "c.json"
    path.touch()
    assert run("x**2", "--certificate", str(path)).exit_code == 0
    assert path.stat().st_size > 0


def test_other_files_stay_as_they_are(tmp_path):
    path = tmp_path / "thesis.tex"
    path.write_text("years of work")
    result = run("x**2", "--certificate", str(path))
    assert (result.exit_code, path.read_text()) == (2, "years of work")
    assert "no certificate" in result.stderr
    assert run("x**2", "--certificate", str(tmp_path)).exit_code == 2
    assert run("x**2", "--certificate", str(tmp_path / "nowhere" / "c.json")).exit_code == 2
    assert run("x**2", "--certificate", os.devnull).exit_code == 2
    assert not Path(os.devnull).is_file()


# --- functions in files ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def functions(tmp_path_factory):
    path = tmp_path_factory.mktemp("functions") / "losses.py"
    path.write_text(FUNCTIONS)
    return path


def test_shapes_come_from_annotations(functions):
    result = run(f"{functions}:annotated", "--json")
    assert result.exit_code == 0
    assert json.loads(result.stdout)["curvature"] == "CONVEX"
    assert "noise" not in result.stdout  # what the file prints is no part of the answer


@pytest.mark.parametrize(
    ("name", "options", "code"),
    [
        ("typed", ["--given", "0 <= y <= k - 1"], 0),
        ("annotated", ["--var", "w"], 0),  # a name alone leaves the annotation's shape
        ("bare", ["--var", "w:d", "--param", "X:n d", "--param", "y:n"], 0),
        ("bare", ["--param", "w:3", "--param", "X:5 3", "--param", "y:5"], 0),  # the first argument is the variable
    ],
)
def test_functions(name, options, code, functions):
    found, record = answer(f"{functions}:{name}", *options)
    assert (found, record["curvature"]) == (code, "CONVEX")


BAD_FUNCTIONS = [
    ("nothing", [], "defines no nothing"),
    ("data", [], "a function"),
    ("bare", [], "argument w of bare has no shape"),
    ("bare", ["--var", "q:n"], "bare has no argument q"),
    ("vector", [], "the loss returns shape (d,)"),
    ("raises", [], "the loss raised ValueError: boom"),
]


@pytest.mark.parametrize(("name", "options", "piece"), BAD_FUNCTIONS)
def test_bad_functions(name, options, piece, functions):
    code, record = answer(f"{functions}:{name}", *options)
    assert (code, record["status"]) == (2, "ERROR")
    assert piece in record["message"]


@pytest.mark.parametrize(
    ("content", "piece"),
    [
        ("1/0", "bad.py, line 1: ZeroDivisionError"),
        ("def f(:", "SyntaxError"),
        ("import sys\nsys.exit(0)", "read.file: bad.py raised SystemExit(0)"),
        ("raise SystemExit", "bad.py raised SystemExit(None)"),
        ("import os\nos._exit(0)", "bad.py ended the process (code 0)"),
        ("import os\nos.kill(os.getpid(), 9)", "bad.py ended the process (signal 9)"),
        ("raise BaseException", "bad.py ended the process (code 1)"),
        ("import nowhere_to_be_found", "bad.py, line 1: ModuleNotFoundError"),
        ("def f(w: 'd'):\n    raise SystemExit(3)", "bad.py raised SystemExit(3)"),
        ("import os\ndef f(w: 'd'):\n    os._exit(0)", "bad.py ended the process (code 0)"),
    ],
)
def test_a_file_that_cannot_be_executed(content, piece, tmp_path):
    path = tmp_path / "bad.py"
    path.write_text(content)
    code, record = answer(f"{path}:f")
    assert code == 2
    assert piece in record["message"]


def test_the_file_finds_its_neighbours_and_no_file_shadows_ours(tmp_path, monkeypatch):
    (tmp_path / "neighbour.py").write_text("import jax.numpy as jnp\nnorm = jnp.linalg.norm\n")
    (tmp_path / "json.py").write_text("raise RuntimeError('a file of the user')\n")
    (tmp_path / "losses.py").write_text("import neighbour\ndef f(x: '3'):\n    return (x @ x)\n")
    monkeypatch.chdir(tmp_path)
    assert answer("x**2")[0] == 0
    (tmp_path / "json.py").unlink()
    assert answer("losses.py:f")[0] == 0


# --- time --------------------------------------------------------------------------------------------------


def test_the_budget_ends_a_search_that_hangs(functions, tmp_path):
    path = tmp_path / "c.json"
    code, record = answer(f"{functions}:hangs", "--timeout", "0.5", "--certificate", str(path))
    assert (code, record["status"]) == (4, "UNKNOWN")
    assert "budget of 0.5 s" in record["message"]
    assert list(tmp_path.iterdir()) == []


def test_an_interrupt_ends_with_130(functions):
    command = [sys.executable, "-m", "convexcheck", "check", f"{functions}:hangs", "--timeout", "60"]
    # a shell's background job ignores interrupts, and its children inherit that
    heard = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, preexec_fn=heard) as process:
        assert b"executing" in process.stderr.readline()
        time.sleep(0.2)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert out == b""
    assert b"Traceback" not in err


def test_explain_prints_the_steps():
    result = run("x**2", "--explain")
    assert result.stdout.startswith("CONVEX: proved for all x\n\n1. Asked:")
