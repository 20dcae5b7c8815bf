"""The public verbs, and input that must end in a clear message: stage, offending piece, expected, what to try."""

import re

import numpy as np
import pytest

import convexcheck as cc
from convexcheck import Accepted, ConvexcheckError, Rejected


def test_check_returns_evidence_for_each_status(tmp_path):
    for source, status in [("x**2", "PROVED"), ("x**3", "REFUTED"), ("sqrt(x)", "ILL_POSED")]:
        verdict = cc.check(source)
        assert verdict.status == status
        assert isinstance(cc.verify(verdict.certificate), Accepted)
        path = tmp_path / f"{status}.json"
        verdict.certificate.write(path)
        assert path.read_bytes() == verdict.certificate.data
        assert isinstance(cc.verify(path), Accepted)
        assert isinstance(cc.verify(str(path)), Accepted)
    unknown = cc.check("gamma(x)")
    assert (unknown.status, unknown.certificate) == ("UNKNOWN", None)


def test_prove_and_refute_take_one_side_only():
    assert cc.prove("x**2").status == "PROVED"
    assert cc.prove("x**3").status == "UNKNOWN"
    assert cc.refute("x**3").status == "REFUTED"
    assert cc.refute("x**2").status == "UNKNOWN"
    assert cc.prove("-x**2", claim="concave").status == "PROVED"


def test_the_counterexample_is_exact_and_holds():
    found = cc.check("x**3").counterexample
    x, y, m = (float(p["x"][()]) for p in (found.x, found.y, found.middle))
    assert m == (x + y) / 2
    assert m**3 > (x**3 + y**3) / 2
    assert str(found.gap) == str(type(found.gap)(3, 8))


def test_explain_takes_a_verdict_or_a_question():
    explained = cc.check("x**2").explain()
    assert cc.explain(cc.check("x**2")).startswith(explained)  # what CVXPY says comes after
    assert cc.explain(cc.check("x**2")) == cc.explain("x**2")
    assert cc.explain("x*y", wrt="x").startswith("AFFINE: proved for all x, for every y")


@pytest.mark.parametrize("source", ["x**2", "x**3", "gamma(x)", "sqrt(x)"])
def test_a_verdict_is_no_boolean(source):
    with pytest.raises(TypeError, match="more than two values"):
        if cc.check(source):
            pass


def test_the_same_seed_gives_the_same_certificate():
    first, second = (cc.check("(y - 1/(1 + exp(-w*x)))**2", wrt="w", seed=3) for _ in range(2))
    assert first.certificate.data == second.certificate.data


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda data: data[:-1], "truncated"),
        (lambda data: b"", "empty"),
        (lambda data: data.replace(b"x", b"y"), "edited"),
        (lambda data: data.replace(b'"version":1', b'"version":7'), "re-versioned"),
        (lambda data: b"\xff" + data, "no text"),
    ],
)
def test_a_changed_certificate_is_rejected(change, why, tmp_path):
    path = tmp_path / "c.json"
    path.write_bytes(change(cc.check("x**2").certificate.data))
    answer = cc.verify(path)
    assert isinstance(answer, Rejected)
    assert str(answer).startswith("rejected at ")


def test_writing_leaves_nothing_half_written(tmp_path):
    certificate = cc.check("x**2").certificate
    with pytest.raises(ConvexcheckError, match="cannot write"):
        certificate.write(tmp_path / "nowhere" / "c.json")
    with pytest.raises(ConvexcheckError, match="no regular file"):
        certificate.write(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_writing_keeps_what_is_no_certificate(tmp_path):
    certificate = cc.check("x**2").certificate
    path = tmp_path / "thesis.tex"
    path.write_text("years of work")
    with pytest.raises(ConvexcheckError) as caught:
        certificate.write(path)
    message = f"certificate: {path} exists and is no certificate; it stays as it is"
    assert str(caught.value) == f"{message}; try: another path, or remove that file first"
    assert path.read_text() == "years of work"
    path.write_bytes(b"")  # nothing is lost
    certificate.write(path)
    cc.check("x**4").certificate.write(path)  # an older certificate makes room
    assert cc.verify(path).statement[1] == "function   x**4"


# (source, options, pieces of the message)
BAD = [
    ("x +", {}, ["read.text"]),
    ("", {}, ["read.text"]),
    ("foo(x)", {}, ["read.text", "foo"]),
    ("x*q", {"wrt": "x", "parameters": {"y": ""}}, ["q"]),
    ("x", {"wrt": "x", "parameters": {"z": ""}}, ["parameter z is not used", "leave it out"]),
    ("X @ w", {"wrt": {"w": "d"}, "parameters": {"X": "n d"}}, ["shape (n,)", "one real number"]),
    ("X @ w @ w", {"wrt": {"w": "d"}, "parameters": {"X": "n k"}}, ["read.text"]),
    ("__import__('os').system('true')", {}, ["read.text", "column"]),
    ("x.__class__", {}, ["read.text"]),
    ("9**9**9**9", {}, ["bits"]),
    ("(" * 100_000 + "x" + ")" * 100_000, {}, ["read.text"]),
    ("x", {"wrt": "__import__"}, ["__import__", "ASCII letters"]),
    ("x", {"wrt": "exp"}, ["exp", "a function of the language"]),
    ("x + nan", {}, ["nan is not a real number: 'nan' at column 5", "another name"]),
    ("x*Inf", {"wrt": "x"}, ["Inf is not a real number: 'Inf' at column 3"]),
    ("x[0]", {"wrt": {"x": "0"}}, ["size 0 in the shape of x; expected sizes are at least 1"]),
    ("x", {"wrt": 7}, ["variables given as int"]),
    ("x", {"claim": "quasiconvex"}, ["quasiconvex", '"convex" or "concave"']),
    ("x", {"domain": "x >"}, ["read.domain"]),
    ("x*y", {"budget": "10"}, ["budget '10'", "seconds"]),
    ("x*y", {"seed": -1}, ["seed -1", "whole number"]),
    ("x", {"domain": "a > 0"}, ["a"]),
    ("x*a", {"wrt": "x", "given": "x > 0"}, ["`given` speaks of the variable x", "domain="]),
    (3, {}, ["a int"]),
    (None, {}, ["text, SymPy, CVXPY or a JAX function"]),
]


@pytest.mark.parametrize(("source", "options", "pieces"), BAD, ids=lambda a: str(a)[:40])
def test_bad_text(source, options, pieces):
    with pytest.raises(ConvexcheckError) as caught:
        cc.check(source, **options)
    assert [p for p in pieces if p not in str(caught.value)] == []
    assert caught.value.stage
    assert len(str(caught.value)) < 1000


def test_what_is_no_certificate():
    with pytest.raises(ConvexcheckError, match="a NoneType; expected a path"):
        cc.verify(None)


def test_arrays_after_what_is_no_function_are_refused():
    import sympy

    took = "expected keywords alone after it; try: "
    shapes = "shapes with wrt={'x': '3'} and parameters={'A': 'n 3'}; names alone with wrt='x'"
    x = sympy.Symbol("x")
    cases = [
        ("sum(x**2)", [np.zeros(3)], f"read.text: text takes no arrays, got ndarray; {took}{shapes}"),
        ("x*y", ["x"], f"read.text: text takes no arrays, got str; {took}{shapes}"),
        (x**2, [1.0], f"read.sympy: a SymPy expression takes no arrays, got float; {took}the variables with wrt=[...]"),
    ]
    for source, arguments, message in cases:
        for verb in (cc.check, cc.prove, cc.refute, cc.explain):
            with pytest.raises(ConvexcheckError) as caught:
                verb(source, *arguments)
            assert str(caught.value) == message


def test_bad_jax():
    import jax.numpy as jnp

    cases = [
        (lambda w: w, [np.zeros(3)], "shape"),
        (lambda w, X: jnp.sum(X @ w), [np.zeros(2), np.array([[1.0, np.nan]])], "nan"),
        (lambda w, X: jnp.sum(X @ w), [np.zeros(2), np.array([[1.0, np.inf]])], "inf"),
        (lambda w: jnp.sum(w), [np.zeros(2, dtype=int)], "int"),
        (lambda w: jnp.sum(w), [], "argument"),
    ]
    for loss, arguments, piece in cases:
        with pytest.raises(ConvexcheckError) as caught:
            cc.check(loss, *arguments)
        assert piece in str(caught.value).lower()


def test_an_unknown_primitive_is_unknown_and_named():
    import jax.numpy as jnp

    verdict = cc.check(lambda w: jnp.sum(jnp.sort(w)[:2]), np.zeros(4))
    assert verdict.status == "UNKNOWN"
    assert "sort" in verdict.message


POINT = "the function is not real at {}, a point of the domain"
ILL_POSED = [
    ("x**2", {"domain": "x > 1, x < 0"}, "no point satisfies every condition: x - 1 > 0 contradicts -x > 0"),
    ("a*x**2", {"wrt": "x", "given": "a > 1, a < 0"}, "every condition: a - 1 > 0 contradicts -a > 0"),
    ("x**2", {"domain": "0*x > 1"}, "no point satisfies every condition: 0*x - 1 > 0 cannot hold"),
    ("x**2", {"domain": "x**2 >= 1"},
     "the domain is not convex: x = -1 and x = 1 lie in it, x = 0 between them does not"),
    ("x**2 + y", {"domain": "x**2 + y**2 >= 1"},
     "the domain is not convex: (x = 0, y = -1) and (x = 0, y = 1) lie in it, (x = 0, y = 0) between them does not"),
    ("log(x)", {}, POINT.format("x = 0") + "; try domain='x > 0'"),
    ("sqrt(x - 1)", {}, POINT.format("x = 0") + "; try domain='x - 1 >= 0'"),
    ("log(x) + sqrt(1 - y)", {}, "; try domain='x > 0, 1 - y >= 0'"),
    ("log(a)*x**2", {"wrt": "x"}, "; try given='a > 0'"),
    ("sum(log(W))", {"wrt": {"W": "n k"}}, "; try domain='W > 0'"),
    ("sum(log(X @ w + b))", {"wrt": {"w": "d", "b": ""}, "parameters": {"X": "n d"}}, "try domain='b + X @ w > 0'"),
    ("log(x**2 - 1)", {}, POINT.format("x = 0")),  # no simple condition that would help
]  # fmt: skip


@pytest.mark.parametrize(("source", "options", "why"), ILL_POSED)
def test_ill_posed_questions_carry_evidence(source, options, why):
    verdict = cc.check(source, **options)
    assert (verdict.status, verdict.curvature) == ("ILL_POSED", "UNKNOWN")
    assert why in verdict.message
    assert verdict.message in str(verdict)
    assert isinstance(cc.verify(verdict.certificate), Accepted)
    tried = re.findall(r"(domain|given)='([^']*)'", verdict.message)  # what the message suggests helps
    assert not tried or cc.check(source, **{**options, **dict(tried)}).status != "ILL_POSED"


def test_a_budget_that_is_over_is_said():
    verdict = cc.check("sin(x*y)*exp(z**2) + sin(z*x)*log(1 + y**4)", budget=1e-9)
    assert (verdict.status, verdict.out_of_time) == ("UNKNOWN", True)
    assert "budget" in verdict.message
    (line,) = verdict.attempts
    assert line.startswith("the budget was used up by: ill-posed, proof of affine, proof of convex, counterexample to")
    assert str(verdict).count("tried:") == 1


TRIED = [
    (["not convex: no gap in 10 pairs", "not convex: no gap in 90 pairs"], ["not convex: no gap in 90 pairs"]),
    (["proof of convex: stuck at x", "not convex: no gap", "proof of convex: stuck at x"],
     ["proof of convex: stuck at x", "not convex: no gap"]),
    (["a: the budget was used up", "b: the budget was used up", "a: the budget was used up", "c: no"],
     ["c: no", "the budget was used up by: a, b"]),
    ([], []),
]  # fmt: skip


@pytest.mark.parametrize(("attempts", "told"), TRIED)
def test_attempts_are_told_once(attempts, told):
    from convexcheck.report.attempts import tidy

    assert list(tidy(attempts)) == told


@pytest.mark.parametrize("verb", ["check", "prove", "refute"])
def test_an_option_that_does_not_exist_is_named(verb):
    with pytest.raises(ConvexcheckError) as caught:
        getattr(cc, verb)("x", givn="y > 0")
    assert str(caught.value).startswith("api: no option givn=; expected one of wrt, parameters, domain, given, loss")
    assert str(caught.value).endswith("; try: given")
    with pytest.raises(ConvexcheckError, match="no option foo="):
        getattr(cc, verb)(lambda x: x, 1.0, foo=3)
