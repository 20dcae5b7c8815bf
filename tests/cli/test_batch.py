"""``convexcheck batch``: lines in, lines out; what hangs is killed; a run that was ended goes on."""

import json
import os
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from click.testing import CliRunner

from convexcheck import Accepted, api
from convexcheck.cli import main, parallel, process
from convexcheck.cli.answer import KEYS

# a problem, with its curvature and its status
PROBLEMS = [
    ({"id": "square", "expression": "x**2", "variables": {"x": ""}}, "CONVEX", "PROVED"),
    ({"id": "log", "expression": "log(x)", "variables": {"x": ""}, "domain": ["x > 0"]}, "CONCAVE", "REFUTED"),
    ({"id": "ill", "expression": "log(x)", "variables": {"x": ""}}, "UNKNOWN", "ILL_POSED"),
    ({"id": "product", "expression": "x*y", "variables": {"x": "", "y": ""}, "why": "more keys"}, "NEITHER", "REFUTED"),
    (
        {"id": "sizes", "expression": "sum(a*(X @ w)**2)", "variables": {"w": "d"}, "parameters": {"X": "n d", "a": ""},
         "given": ["a >= 0", "n >= 2"]}, "CONVEX", "PROVED",
    ),
    ({"id": "no such", "expression": "foo(x)", "variables": {"x": ""}}, "UNKNOWN", "ERROR"),
    ({"id": "open", "expression": "gamma(x)", "variables": {"x": ""}}, "UNKNOWN", "UNKNOWN"),
]  # fmt: skip

# A child that hangs, ends or takes much memory on some questions, and answers all others as ever.
HOSTILE = """
import os, sys
sys.path.append(sys.argv[1])
from convexcheck.cli import child
answer, asked = child._answer, []
def hostile(request, tell):
    asked.append(request)
    expression = request["expression"]
    if expression == "hang":
        tell(loaded=True)
        while True:
            pass
    if expression == "end":
        os._exit(3)
    if expression == "much":
        return bytearray(3 * 2**30)
    if expression == "only when new" and len(asked) > 1:
        os._exit(3)
    return answer({**request, "expression": "x" if expression == "only when new" else expression}, tell)
child._answer = hostile
child.main()
"""


def run(*arguments):
    return CliRunner().invoke(main, ["batch", *map(str, arguments)])


def written(path, problems):
    path.write_text("".join(json.dumps(p) + "\n" for p in problems))
    return path


def lines(text):
    return [json.loads(line) for line in text.splitlines()]


def without_time(records):
    return [{k: v for k, v in record.items() if k not in ("seconds", "certificate")} for record in records]


@pytest.fixture(scope="module")
def answered(tmp_path_factory):
    """All problems, by two processes, into a file, with certificates."""
    folder = tmp_path_factory.mktemp("batch")
    problems = written(folder / "p.jsonl", [problem for problem, _, _ in PROBLEMS])
    options = ["--out", folder / "out.jsonl", "--certificates", folder / "c", "--jobs", 2, "--timeout", 5]
    return folder, problems, options, run(problems, *options)


def test_a_line_for_each_problem_in_order(answered):
    folder, _, _, result = answered
    found = lines((folder / "out.jsonl").read_text())
    assert (result.exit_code, result.stdout) == (0, "")
    assert [(r["id"], r["curvature"], r["status"]) for r in found] == [(p["id"], c, s) for p, c, s in PROBLEMS]
    assert all(tuple(record) == KEYS for record in found)
    assert "unknown function foo" in found[5]["message"]
    assert result.stderr.splitlines()[-1].startswith("7 problems: ")


def test_certificates_are_accepted_and_unsettled_problems_have_none(answered):
    folder = answered[0]
    records = lines((folder / "out.jsonl").read_text())
    for record in records[:5]:
        path = Path(record["certificate"])
        assert path.is_absolute()
        assert isinstance(api.verify(path), Accepted)
    assert [record["certificate"] for record in records[5:]] == [None, None]
    assert len(list((folder / "c").iterdir())) == 5


def test_the_number_of_jobs_changes_nothing(answered):
    folder, problems, _, _ = answered
    one = run(problems, "--jobs", 1, "--timeout", 5)
    assert without_time(lines(one.stdout)) == without_time(lines((folder / "out.jsonl").read_text()))


def test_a_second_run_goes_on(answered, tmp_path, monkeypatch):
    folder, problems, _, _ = answered
    whole = (folder / "out.jsonl").read_bytes().splitlines(keepends=True)
    out = tmp_path / "out.jsonl"
    out.write_bytes(whole[1] + whole[0] + whole[3] + whole[2][:50])  # killed in the middle of a line
    asked = []
    ask = parallel.ask

    def noted(request, timeout):
        asked.append(request["name"])
        return ask(request, timeout)

    monkeypatch.setattr(parallel, "ask", noted)
    result = run(problems, "--out", out, "--timeout", 5)
    assert sorted(asked) == ["ill", "no such", "open", "sizes"]
    assert without_time(lines(out.read_text())) == without_time(map(json.loads, whole))
    assert "going on: 3 of 7" in result.stderr


def test_a_killed_run_loses_no_answer(tmp_path):
    """Killed without warning while one question hangs: the children end, and what was answered stays."""
    problems = written(tmp_path / "p.jsonl", [
        {"id": "first", "expression": "x**2"}, {"id": "hangs", "expression": "hang"}, {"id": "last", "expression": "x"}
    ])  # fmt: skip
    program = f"from convexcheck.cli import main, process; process._CHILD = {HOSTILE!r}; main()"
    command = [sys.executable, "-c", program, "batch", problems, "--out", tmp_path / "out", "--jobs", "2"]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE) as batch:
        while not (tmp_path / "out").exists() or (tmp_path / "out").read_bytes().count(b"\n") < 2:
            assert batch.poll() is None
        batch.send_signal(signal.SIGKILL)
        batch.communicate()  # returns once no child holds stderr open
    kept = lines((tmp_path / "out").read_text())
    assert {r["id"] for r in kept} == {"first", "last"}
    written(problems, [{"id": k, "expression": e} for k, e in (("first", "x**2"), ("hangs", "y"), ("last", "-x**2"))])
    result = run(problems, "--out", tmp_path / "out")
    assert "going on: 1 of 3" in result.stderr  # the last one is another question under its old id
    assert [r["curvature"] for r in lines((tmp_path / "out").read_text())] == ["CONVEX", "AFFINE", "CONCAVE"]


def test_a_hang_a_crash_and_much_memory_cost_their_own_answer_alone(tmp_path, monkeypatch):
    monkeypatch.setattr(process, "_CHILD", HOSTILE)
    questions = ["x**2", "hang", "end", "much", "only when new", "x*y"]
    problems = written(tmp_path / "p", [{"id": q, "expression": q, "variables": {}} for q in questions])
    found = lines(run(problems, "--timeout", "1", "--jobs", 1, "--memory", 2).stdout)
    assert [r["curvature"] for r in found] == ["CONVEX", "UNKNOWN", "UNKNOWN", "UNKNOWN", "AFFINE", "NEITHER"]
    assert [r["status"] for r in found][1:4] == ["UNKNOWN", "ERROR", "UNKNOWN"]
    assert found[1]["message"] == "UNKNOWN: the budget of 1 s was used up"
    assert "internal error" in found[2]["message"]
    assert "memory cap of 2.0 GiB" in found[3]["message"]


# (bytes of a line, a piece of the message)
BAD_LINES = [
    (b"{", "line 2 is not JSON"),
    (b"[1, 2]", "line 2 is a list"),
    (b"\xff\xfe", "line 2 is not UTF-8"),
    (b"[" * 100_000, "line 2 is not JSON"),
    (b'{"expression": "x"}', 'line 2: "id" is missing'),
    (b'{"id": 3, "expression": "x"}', 'line 2: "id" is 3, expected a text'),
    (b'{"id": "b"}', 'line 2: "expression" is missing'),
    (b'{"id": "b", "expression": "x", "variables": ["x"]}', '"variables" is ["x"], expected shapes by name'),
    (b'{"id": "b", "expression": "x", "parameters": {"a": 2}}', '"parameters" is {"a": 2}'),
    (b'{"id": "b", "expression": "x", "given": [1]}', '"given" is [1], expected a list of conditions'),
    (b'{"id": "good", "expression": "y"}', "line 2: the id 'good' is that of line 1"),
    (b'{"id": "b", "expression": "x +"}', "error in read.text"),
    (b'{"id": "c", "expression": "x\\ud800"}', "error in read.text"),
]


def test_bad_lines_are_reported_and_no_other_is_lost(tmp_path):
    """All bad lines together would repeat ids; each is tried between two good ones, read alone."""
    from convexcheck.cli.problems import read_problems

    good = b'{"id": "good", "expression": "x"}'
    for line, piece in BAD_LINES[:-2]:
        found = read_problems([good, line, b"  ", b'{"id": "last", "expression": "x"}'])
        assert [p.question is None for p in found] == [False, True, False]
        assert piece in found[1].fault
    path = tmp_path / "p.jsonl"
    path.write_bytes(b"\n".join([good, *(line for line, _ in BAD_LINES[-5:]), b'{"id": "last", "expression": "x"}']))
    result = run(path, "--out", tmp_path / "out", "--jobs", 1)
    records = lines((tmp_path / "out").read_text())
    assert result.exit_code == 0
    assert [r["status"] for r in records] == ["PROVED", *["ERROR"] * 5, "PROVED"]
    assert all(
        piece.split(": ")[-1] in r["message"] for (_, piece), r in zip(BAD_LINES[-5:], records[1:-1], strict=True)
    )
    again = run(path, "--out", tmp_path / "out", "--jobs", 1)
    assert again.exit_code == 0
    assert without_time(lines((tmp_path / "out").read_text())) == without_time(records)


def test_other_files_stay_as_they_are(tmp_path):
    problems = written(tmp_path / "p.jsonl", [{"id": "a", "expression": "x"}])
    thesis, other = tmp_path / "thesis.tex", tmp_path / "other.jsonl"
    thesis.write_text("years of work")
    record = dict.fromkeys(KEYS) | {"id": "z", "status": "PROVED", "curvature": "CONVEX"}
    other.write_text(json.dumps(record) + "\n")
    for path, piece in ((thesis, "no file of results"), (other, "a result for 'z'"), (problems, "is no result")):
        before = path.read_bytes()
        result = run(problems, "--out", path)
        assert (result.exit_code, path.read_bytes()) == (2, before)
        assert piece in result.stderr
    assert run(tmp_path / "nowhere.jsonl").exit_code == 2
    assert run(problems, "--out", tmp_path / "nowhere" / "out").exit_code == 2
    assert run(problems, "--jobs", "0").exit_code == 2
    assert run(problems, "--timeout", "nan").exit_code == 2


def test_names_of_certificates_stay_in_their_folder(tmp_path):
    names = ["../../up", "a/b", "A", "a", ".", "x" * 500, "ok"]
    problems = written(tmp_path / "p.jsonl", [{"id": name, "expression": "x"} for name in names])
    result = run(problems, "--certificates", tmp_path / "c", "--jobs", 2)
    paths = [Path(r["certificate"]) for r in lines(result.stdout)]
    assert len({str(p).casefold() for p in paths}) == len(names)
    assert {p.parent for p in paths} == {tmp_path / "c"}
    assert paths[-1].name == "ok.json"


def test_more_time_or_a_folder_for_certificates_asks_again(tmp_path):
    open_one = "max(x, y) + min(x, y)"  # affine, and open here: it takes all its time
    asked = [{"id": "a", "expression": open_one}, {"id": "b", "expression": "x"}]
    problems = written(tmp_path / "p.jsonl", asked)
    out = tmp_path / "out"
    run(problems, "--out", out, "--timeout", 1.5)
    assert "going on: 2 of 2" in run(problems, "--out", out, "--timeout", 1.5).stderr
    assert "going on: 1 of 2" in run(problems, "--out", out, "--timeout", 1.6).stderr
    assert "going on: 1 of 2" in run(problems, "--out", out, "--timeout", 1.6, "--certificates", tmp_path / "c").stderr
    assert "going on: 2 of 2" in run(problems, "--out", out, "--timeout", 1.6, "--certificates", tmp_path / "c").stderr


def test_a_cluster_takes_the_place_of_local_processes(tmp_path):
    """Two workers of dask.distributed, in processes of their own, answer as local processes do."""
    from distributed import Client, LocalCluster

    problems = written(tmp_path / "p.jsonl", [problem for problem, _, _ in PROBLEMS[:4]])
    expected = without_time(lines(run(problems, "--jobs", 1).stdout))
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
        found = lines(run(problems, "--cluster", cluster.scheduler_address).stdout)
        assert without_time(found) == expected
        with Client(cluster) as client:
            questions = parallel.requests([(p["id"], {**EMPTY, **p}) for p, _, _ in PROBLEMS[:4]], 5, 4)
            answers = dict(parallel.answers(questions, client.get_executor(), 5))
            busy = client.run(lambda: os.getpid())
    assert len(busy) == 2
    assert [answers[p["id"]].record["curvature"] for p, _, _ in PROBLEMS[:4]] == [c for _, c, _ in PROBLEMS[:4]]


EMPTY = {"variables": {}, "parameters": {}, "given": [], "domain": []}


def test_another_executor_answers_after_a_batch(answered):
    """What closed with the batch's own processes is no more closed to an executor of the user's."""
    asked = parallel.requests([("a", {**EMPTY, "expression": "x**2"})], 60, 4)
    with ThreadPoolExecutor(1) as executor:
        ((name, found),) = parallel.answers(asked, executor, 60)
    for child, _ in parallel._CHILDREN.waiting:
        child.end()
    parallel._CHILDREN.waiting.clear()
    assert (name, found.record["curvature"]) == ("a", "CONVEX")


def test_no_thread_or_child_is_left(answered):
    assert not [t for t in threading.enumerate() if t.name.startswith("question")]
    assert not parallel._CHILDREN.waiting
    assert not parallel._CHILDREN.busy


@pytest.mark.parametrize("content", ["", "\n\n"])
def test_a_file_without_lines_is_said_to_have_none(tmp_path, content):
    path, out = tmp_path / "empty.jsonl", tmp_path / "out.jsonl"
    path.write_text(content, encoding="utf-8")
    done = run(path, "--out", out)
    assert (done.exit_code, done.stderr) == (0, f"no problems: {path} has no lines\n")
    assert out.read_text(encoding="utf-8") == ""
