"""Modules are named after what they hold; verdicts come from formulas, never from the names of models."""

import ast
import json

import pytest

from tests.architecture.stages import PACKAGE, ROOT, TRUSTED, modules, stage_of

EMPTY_NAMES = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "tools", "engine"}
UNFINISHED = ("TODO", "FIXME", "XXX")

# What models and losses are called. Functions of the language (softplus, sigmoid, ...) are not in this list.
MODELS = {
    "bilinear",
    "cross entropy",
    "cross_entropy",
    "elastic net",
    "elastic_net",
    "hinge",
    "huber",
    "lad",
    "lasso",
    "least absolute deviations",
    "least squares",
    "least_squares",
    "linear regression",
    "linear_regression",
    "log_sigmoid",
    "log_softmax",
    "logistic",
    "logistic loss",
    "logistic regression",
    "logistic_loss",
    "logistic_regression",
    "mlp",
    "mse",
    "multilayer perceptron",
    "neural network",
    "ols",
    "perceptron",
    "pinball",
    "poisson",
    "poisson regression",
    "poisson_regression",
    "quantile",
    "relu",
    "ridge",
    "ridge regression",
    "softmax",
    "softmax regression",
    "softmax_regression",
    "squared error",
    "squared_error",
    "student-t",
    "student_t",
    "svm",
    "tukey",
}
SPEAKS_OF_MODELS = {"demo", "network", "symmetries", "dcp"}  # CVXPY has an atom of such a name
NAMES_ATOMS = {PACKAGE / "read" / "cvxpy.py"}  # of CVXPY, by their class


def strings(source: str) -> list[tuple[int, str]]:
    """(line, value) of every string literal that code can use: all but docstrings and other bare strings."""
    tree = ast.parse(source)
    bare = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    return [
        (node.lineno, node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in bare
    ]


def names_of_models(source: str) -> list[str]:
    return [value for _, value in strings(source) if value.strip().lower() in MODELS]


def corpus_expressions() -> set[str]:
    """Problems that tests and benchmarks ask; short ones such as `x**2` may occur anywhere by chance."""
    files = [path for folder in ("tests", "benchmarks") for path in sorted((ROOT / folder).rglob("*.jsonl"))]
    lines = [line for path in files for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    found = {record.get("expression", "") for record in map(json.loads, lines) if isinstance(record, dict)}
    return {expression for expression in found if len(expression) >= 12}


def each(stages=None):
    chosen = [path for path in modules() if stages is None or stage_of(path) in stages]
    return pytest.mark.parametrize("path", chosen, ids=lambda path: path.relative_to(PACKAGE).as_posix())


@each()
def test_names_of_modules_say_what_they_hold(path):
    assert not EMPTY_NAMES & {part.removesuffix(".py") for part in path.relative_to(PACKAGE).parts}


@each()
def test_no_names_of_models(path):
    if stage_of(path) not in SPEAKS_OF_MODELS and path not in NAMES_ATOMS:
        assert names_of_models(path.read_text(encoding="utf-8")) == []


@each()
def test_no_strings_of_the_corpus(path):
    used = {value for _, value in strings(path.read_text(encoding="utf-8"))}
    assert used & corpus_expressions() == set()


@each(TRUSTED)
def test_no_assert_carries_a_check(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert [node.lineno for node in ast.walk(tree) if isinstance(node, ast.Assert)] == []


@each()
def test_nothing_is_left_unfinished(path):
    source = path.read_text(encoding="utf-8")
    marks = [mark for mark in UNFINISHED if mark in source.replace("(", " ").replace(":", " ").split()]
    names = [node.id for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Name)]
    assert marks == []
    assert "NotImplementedError" not in names


def test_the_search_for_names_can_find_one():
    assert names_of_models("if name == 'Logistic': pass") == ["Logistic"]
    assert names_of_models("TABLE = {'softmax': 1, 'exp': 2}") == ["softmax"]
    assert names_of_models("match name:\n    case 'hinge':\n        pass") == ["hinge"]
    assert names_of_models('"""ridge"""\ndef f():\n    "hinge"\n    return "a ridge of mountains"') == []
