"""Where CVXPY's rules stop, and spellings that they accept: judged by CVXPY, values compared with NumPy's."""

import json
from pathlib import Path

import cvxpy as cp
import numpy as np
import pytest

import convexcheck as cc
from convexcheck.dcp.advice import advise
from convexcheck.read.text import read_text

# a function, its domain, the part that CVXPY's rules stop at, and a spelling that they accept
SCALARS = [
    ("log(1 + exp(x))", "", "log(1 + exp(x))", "logistic(x)"),
    ("log(1/(1 + exp(-x)))", "", "1/(1 + exp(-x))", "-logistic(-x)"),
    ("sqrt(x**2 + 1)", "", "sqrt(1 + x**2)", "norm(hstack([1, x]))"),
    ("sqrt(x**2 + 2*x*y + 3*y**2)", "", "2*x*y", "norm(hstack([x + y, y*sqrt(2)]))"),
    ("x*log(x)", "x > 0", "x*log(x)", "-entr(x)"),
    ("x*log(x/y)", "x > 0, y > 0", "x/y", "rel_entr(x, y)"),
    ("x**2/y", "y > 0", "x**2/y", "quad_over_lin(x, y)"),
    ("(x - y)**2/(x + y)", "x > 0, y > 0", "(x - y)**2/(x + y)", "quad_over_lin(x - y, x + y)"),
    ("log(exp(x) + exp(2*y))", "", "log(exp(x) + exp(2*y))", "log_sum_exp(hstack([x, 2*y]))"),
    ("exp(x)*exp(y)", "", "exp(y)*exp(x)", "exp(x + y)"),
    ("x**2 + 2*x*y + y**2 - 3*x", "", "2*x*y", "square(x + y) - 3*x"),
    ("sqrt(x)*sqrt(y)", "x > 0, y > 0", "sqrt(y)*sqrt(x)", "geo_mean(hstack([y, x]))"),
    ("1/(x*y)", "x > 0, y > 0", "x*y", "inv_prod(hstack([x, y]))"),
    ("x/(x + 1)", "x > -1", "x/(1 + x)", "-inv_pos(1 + x) + 1"),
    ("cosh(x)", "", "cosh(x)", "1/2*(exp(x) + exp(-x))"),
    ("exp(x**2 + y**2 + x*y)", "", "x*y", None),  # any spelling will do
]


@pytest.mark.parametrize(("function", "domain", "failing", "spelling"), SCALARS, ids=lambda x: str(x)[:25])
def test_scalars(function, domain, failing, spelling):
    s = read_text(function, domain=domain)
    found = advise(s, "CONVEX")
    side = "CONVEX" if found.rewriting else "CONCAVE"
    found = found if found.rewriting else advise(s, side)
    assert (found.curvature, found.failing) == ("UNKNOWN", failing)
    assert spelling is None or found.rewriting == spelling
    names = {name: cp.Variable(name=name) for name in s.variables}
    code = eval(found.rewriting, {**vars(cp), "power": cp.power}, names)  # noqa: S307 - what users would paste
    assert (code.is_convex() if side == "CONVEX" else code.is_concave()) and code.is_dcp()
    rng = np.random.default_rng(0)
    space = {"exp": np.exp, "log": np.log, "sqrt": np.sqrt, "cosh": np.cosh}
    for _ in range(5):
        values = {name: float(rng.uniform(0.1, 2)) for name in names}
        for name, variable in names.items():
            variable.value = values[name]
        assert float(code.value) == pytest.approx(eval(function, space, values), rel=1e-6)  # noqa: S307


ARRAYS = [
    ("sum(log(1 + exp(-y*(X @ w))))", {"w": "d"}, {"X": "n d", "y": "n"}, (), "log(1 + exp(-y*(X @ w)))",
     "sum(logistic(multiply(-y, X @ w)))"),
    ("sqrt(sum((X @ w - y)**2))", {"w": "d"}, {"X": "n d", "y": "n"}, (), "sqrt(sum((X @ w - y)**2))",
     "norm(X @ w - y)"),
    ("sum(w*log(w))", {"w": "d"}, None, "w > 0", "w*log(w)", "sum(-entr(w))"),
    ("sum(x**2)/t", {"x": "n", "t": ""}, None, "t > 0", "sum(x**2)/t", "quad_over_lin(x, t)"),
    ("log(sum(exp(X @ w)))", {"w": "d"}, {"X": "n d"}, (), "logsumexp(X @ w)", "log_sum_exp(X @ w)"),
]  # fmt: skip


@pytest.mark.parametrize(("function", "variables", "parameters", "domain", "failing", "spelling"), ARRAYS)
def test_arrays(function, variables, parameters, domain, failing, spelling):
    found = advise(read_text(function, variables, parameters, domain), "CONVEX")
    assert (found.failing, found.rewriting) == (failing, spelling)


def test_the_printed_code_runs_on_arrays():
    rng = np.random.default_rng(0)
    X, y, w = rng.normal(size=(7, 3)), rng.choice([-1.0, 1.0], 7), cp.Variable(3)
    code = eval("sum(logistic(multiply(-y, X @ w)))", vars(cp), {"X": X, "y": y, "w": w})  # noqa: S307
    assert code.is_convex()
    w.value = rng.normal(size=3)
    assert float(code.value) == pytest.approx(np.logaddexp(0, -y * (X @ w.value)).sum())


def test_a_part_without_an_atom_is_named_and_nothing_is_promised():
    found = advise(read_text("sin(x)**2 + x**4"), "")
    assert (found.failing, found.rewriting) == ("sin(x)", "")
    assert "no convex or concave atom" in found.reason


def test_a_wrong_spelling_is_not_offered(monkeypatch):
    """The values decide: a spelling with another constant does not agree."""
    from convexcheck.dcp import advice
    from convexcheck.dcp.plan import Plan, leaf
    from convexcheck.expression.term import const, entry

    wrong = Plan("+", (Plan("logistic", (leaf(entry("var", "x")),)), leaf(const(1))))
    monkeypatch.setattr(advice.Spellings, "of", lambda self, e, depth=0: [wrong])
    assert advise(read_text("log(1 + exp(x))"), "CONVEX").rewriting == ""


def test_signs_of_parameters_count():
    assert advise(read_text("a*x**2", "x", None, (), "a >= 0"), "CONVEX").curvature == "CONVEX"
    assert advise(read_text("a*x**2", "x"), "").curvature == "UNKNOWN"


# --- the corpus ---------------------------------------------------------------------------------------------------

CORPUS = Path(__file__).parents[1] / "data" / "corpus_functions.jsonl"
AGREE = {"CONVEX": ("CONVEX", "AFFINE"), "CONCAVE": ("CONCAVE", "AFFINE"), "AFFINE": ("AFFINE",),
         "CONSTANT": ("AFFINE",)}  # fmt: skip


def accepted():
    for line in CORPUS.read_text(encoding="utf-8").splitlines():
        problem = json.loads(line)
        options = {"domain": problem.get("domain", ()), "given": problem.get("given", ())}
        s = read_text(problem["expression"], problem["variables"], problem.get("parameters") or None, **options)
        found = advise(s, "")
        if found.curvature != "UNKNOWN":
            yield problem, found


def kernel(problem):
    return cc.check(
        problem["expression"], wrt=problem["variables"], parameters=problem.get("parameters") or None,
        domain=problem.get("domain", ()), given=problem.get("given", ()),
    )  # fmt: skip


def test_where_cvxpy_and_the_kernel_disagree_cvxpy_has_narrowed_the_domain():
    """The reason is in the constraints that CVXPY's atoms add; the kernel refutes on the stated domain."""
    count, disagreements = 0, {}
    for problem, found in accepted():
        count += 1
        if problem["curvature"] not in AGREE[found.curvature]:
            verdict = kernel(problem)
            assert verdict.curvature == "NEITHER" or verdict.curvature not in AGREE[found.curvature]
            assert found.domain, problem["id"]
            disagreements[problem["id"]] = f"{problem['expression']}: CVXPY {found.curvature} on {found.domain}"
    print(*disagreements.values(), sep="\n")
    assert count > 50
    assert any("x**3" in line for line in disagreements.values())


@pytest.mark.nightly
def test_the_kernel_agrees_with_whatever_cvxpy_accepts():
    for problem, found in accepted():
        verdict = kernel(problem)
        if verdict.curvature not in ("UNKNOWN", *AGREE[found.curvature]):
            assert found.domain, problem["id"]
