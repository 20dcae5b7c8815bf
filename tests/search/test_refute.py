"""Counterexamples: what is not convex is refuted, what is convex never is; every witness is checked independently."""

import json
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from convexcheck.certificate.codec import digest
from convexcheck.expression.errors import Unsupported
from convexcheck.expression.objects import rationals
from convexcheck.read.text import read_text
from convexcheck.search.arrays import pack
from convexcheck.search.refute import attempt, refute
from tests.search.witness import refutes

CORPUS = [
    json.loads(line)
    for name in ("corpus_functions.jsonl", "corpus_arrays.jsonl")
    for line in (Path(__file__).parents[1] / "data" / name).read_text(encoding="utf-8").splitlines()
]
REFUTABLE = {"NEITHER": ("convex", "concave"), "CONVEX": ("concave",), "CONCAVE": ("convex",), "AFFINE": ()}


def stated(row):
    s = (row["expression"], row["variables"], row.get("parameters"), row.get("domain", ()), row.get("given", ()))
    try:
        return read_text(*s)
    except Unsupported:
        pytest.skip("the language does not have it yet")


@pytest.mark.parametrize("row", CORPUS, ids=[r["id"] for r in CORPUS])
def test_corpus(row):
    s = stated(row)
    for side in ("convex", "concave"):
        wanted = side in REFUTABLE[row["curvature"]]
        found = refute(s, side, budget=5.0 if wanted else 0.1)
        assert (found is not None) == wanted, (side, found)
        assert found is None or refutes(s, side, found)


# What a user would ask about, for all sizes and data: (expression, variables, parameters, given)
LOSSES = {
    "logistic, squared error": (
        "sum((1/(1 + exp(-(X @ w))) - y)**2)", {"w": "d"}, {"X": "n d", "y": "n"}, "0 <= y <= 1"),
    "one hidden layer, squared error": (
        "sum((tanh(X @ W + b) @ a - y)**2)", {"W": "d h", "b": "h", "a": "h"}, {"X": "n d", "y": "n"}, ""),
    "one hidden layer, cross-entropy": (
        "sum(log(1 + exp(-y*(tanh(X @ W + b) @ a))))", {"W": "d h", "b": "h", "a": "h"}, {"X": "n d", "y": "n"}, ""),
    "rectified units": ("mean((max(X @ W, 0) @ a - y)**2)", {"W": "d h", "a": "h"}, {"X": "n d", "y": "n"}, ""),
    "Student-t": ("sum(log(1 + (X @ w - y)**2/nu))", {"w": "d"}, {"X": "n d", "y": "n", "nu": ""}, "nu > 0"),
    "bilinear": ("u @ A @ v", {"u": "n", "v": "m"}, {"A": "n m"}, ""),
    "two linear layers": ("sum((X @ U @ v - y)**2)", {"U": "d h", "v": "h"}, {"X": "n d", "y": "n"}, ""),
    "indefinite quadratic": ("x @ A @ x", {"x": "n"}, {"A": "n n"}, "symmetric(A)"),
}  # fmt: skip


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("side", ["convex", "concave"])
def test_losses_without_data(loss, side):
    text, variables, parameters, given = LOSSES[loss]
    s = read_text(text, variables, parameters, given=given)
    found = refute(s, side)
    assert found is not None and refutes(s, side, found)
    entries = [q for part in (found.x, found.y) for _, a in part for q in a.entries]
    assert max(len(str(q)) for q in entries) <= 5  # small rationals


# Convex in every spelling: a false refutation would show here. (expression, variables, parameters, domain, given)
CONVEX = [
    ("sum((X @ w - y)**2) + c*sum(w**2)", {"w": "d"}, {"X": "n d", "y": "n", "c": ""}, "", "c >= 0"),
    ("sum(log(1 + exp(-y*(X @ w))))", {"w": "d"}, {"X": "n d", "y": "n"}, "", ""),
    ("-y @ log(sigmoid(X @ w)) - (1 - y) @ log(sigmoid(-X @ w))", {"w": "d"}, {"X": "n d", "y": "n"}, "", "0<=y<=1"),
    ("sum(max(0, 1 - y*(X @ w)))", {"w": "d"}, {"X": "n d", "y": "n"}, "", ""),
    ("sum(exp(X @ w) - y*(X @ w))", {"w": "d"}, {"X": "n d", "y": "n"}, "", "y >= 0"),
    ("sum(p*log(p))", {"p": "n"}, {}, "p >= 0, sum(p) == 1, p > 0", ""),
    ("x**2/y", {"x": "", "y": ""}, {}, "y > 0", ""),
    ("log(exp(x) + exp(y)) + abs(x - y)", {"x": "", "y": ""}, {}, "", ""),
    ("x @ A @ x", {"x": "n"}, {"A": "n n"}, "", "psd(A)"),
    ("x**3", {"x": ""}, {}, "x >= 0", ""),
    ("-sqrt(x*z - y**2)", {"x": "", "y": "", "z": ""}, {}, "x > 0, z > 0, x*z - y**2 > 0", ""),
    ("x**2 - y**2", {"x": "", "y": ""}, {}, "y == 0", ""),  # indefinite off the line that is asked about
]  # fmt: skip


@pytest.mark.parametrize("case", CONVEX, ids=[c[0] for c in CONVEX])
def test_convex_losses_are_not_refuted(case):
    text, variables, parameters, domain, given = case
    found = attempt(read_text(text, variables, parameters, domain, given), budget=0.7)
    assert found.evidence is None
    assert found.pairs > 1000 and -1 <= found.nearest <= 0 and found.curvature >= 0


# Each needs one thing that the others do not. (expression, domain, what it needs)
HARD = [
    ("x**2 - exp(-1000000*(x - 3/10)**2)/10000", "-1 <= x <= 1", "a feature of width 1/1000 near a constant"),
    ("x**2*y**2 + x**2 + y**2", "-1.01 <= x <= 1.01, -1.01 <= y <= 1.01", "the corners of the box"),
    ("x**3 - x", "x >= -0.001, x <= 5", "a thin strip at a closed end"),
    ("where(x < 0, x**2, x**2 + 1)", "", "a jump"),
    ("max(x, 0) - max(x - 1, 0)", "", "a kink"),
    ("a*b + c*d + e1*f + g*h", "", "many variables"),
    ("x*y", "x + y == 1", "an equality"),
    ("x**2 - 3*x*y + y**2", "x > 0, y > 0, x + y < 1/100", "a small simplex"),
    ("log(x)", "x >= 1000, x <= 1001", "a domain far away"),
    ("x**2 - 1.0001*y**2", "", "a small share of negative curvature"),
]


@pytest.mark.parametrize(("text", "domain", "need"), HARD, ids=[h[2] for h in HARD])
def test_hard_ones(text, domain, need):
    s = read_text(text, domain=domain)
    found = refute(s, budget=3.0)
    assert found is not None and refutes(s, "convex", found)


def test_data_of_the_user():
    rng = np.random.default_rng(0)
    arrays = {"X": rng.normal(size=(200, 10)), "y": rng.integers(0, 2, size=200)}
    wide = {"W": "10 6", "b": "6", "a": "6"}
    for text, variables in [
        ("mean((sigmoid(X @ w) - y)**2)", {"w": "10"}),
        ("mean((tanh(X @ W + b) @ a - y)**2)", wide),
        ("mean(log(1 + exp(tanh(X @ W + b) @ a)) - y*(tanh(X @ W + b) @ a))", wide),
    ]:
        s = read_text(text, variables, {"X": "200 10", "y": "200"})
        fixed = {n: replace(d, array=digest(pack(arrays[n]))) for n, d in s.parameters.items()}
        s = replace(s, parameters=fixed)
        for side in ("convex", "concave"):
            found = refute(s, side, arrays)
            assert found is not None
            assert [a.digest for _, a in found.instance.parameters] == [d.array for d in fixed.values()]
            assert refutes(s, side, found, {n: rationals(a) for n, a in arrays.items()})


def test_integer_labels_stay_integers():
    s = read_text("sum((w[y] - 1)**2) - 2*sum(w**2)", {"w": "k"}, {"y": "n"}, given="y >= 0, y <= k - 1")
    found = refute(s)
    assert found is not None and refutes(s, "convex", found)
    assert all(q.denominator == 1 for _, a in found.instance.parameters for q in a.entries)


def test_parameters_at_their_bounds():
    found = refute(read_text("c*x**2", {"x": ""}, {"c": ""}, given="-0.01 <= c"))
    assert found.instance.parameters[0][1].entries == (Fraction(-1, 100),)


def test_simple_witness_of_a_double_well():
    found = refute(read_text("x**4 - 2*x**2"))
    assert ([q for _, a in found.x for q in a.entries], [q for _, a in found.y for q in a.entries]) == ([-1], [0])
    assert found.t == Fraction(1, 2)


def test_the_same_seed_gives_the_same_answer():
    s = read_text("sum((tanh(X @ w) - y)**2)", {"w": "d"}, {"X": "n d", "y": "n"})
    assert refute(s, seed=3) == refute(s, seed=3)


def test_wanted_sizes_are_used():
    s = read_text("-sum(w**2)", {"w": "d"})
    assert refute(s, instance_sizes={"d": 4}).instance.sizes == (("d", 4),)
