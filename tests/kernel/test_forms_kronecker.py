"""Forms through PSD matrices: accepted as long as every matrix is known to be PSD and the sum is the form."""

from dataclasses import replace

import pytest

import convexcheck
from convexcheck.certificate import evidence as ev
from convexcheck.expression.bounds import Context
from convexcheck.expression.errors import ConvexcheckError
from convexcheck.expression.statement import Statement
from convexcheck.expression.term import ONE, ZERO, apply, bound, dim, entry, mul
from convexcheck.kernel.rules import show
from convexcheck.kernel.scope import Scope, SignGoal
from convexcheck.read.text import read_text

n = dim("n")
A, X = (entry(op, name, [bound(0), bound(1)]) for op, name in (("par", "A"), ("var", "X")))
EYE = apply("where", apply("eq", bound(0), bound(1)), ONE, ZERO)
x = entry("var", "x", [bound(0)])
INVERSE = apply("inv", n, bound(0), bound(1), X)


def rejected(s: Statement, rule: ev.Kronecker, strict: bool = False) -> str:
    """Why the kernel rejects the rule for the statement's function; empty if it accepts it."""
    context = Context(s)
    try:
        show(SignGoal(s.function, strict, rule, Scope(context, context)))
    except ConvexcheckError as error:
        return str(error)
    return ""


def stated(function: str, given: str = "", domain: str = "") -> Statement:
    parameters = {k: "n n" for k in "AB" if k in function}
    variables = {"x": "n", "X": "n n"}
    return read_text(function, variables, parameters, given=given, domain=domain)


CASES = [  # a form, given, domain, the rule, and why it is rejected
    ("x @ A @ x", "psd(A)", "", ev.Kronecker((n,), (A,), x), ""),
    ("x @ A @ x", "posdef(A)", "", ev.Kronecker((n,), (A,), x), ""),
    ("3*x @ A @ x", "psd(A)", "", ev.Kronecker((n,), (mul(3, A),), x), ""),
    ("x @ A @ x", "symmetric(A)", "", ev.Kronecker((n,), (A,), x), "not known to be PSD"),
    ("x @ A @ x", "", "", ev.Kronecker((n,), (A,), x), "not known to be PSD"),
    ("-x @ A @ x", "psd(A)", "", ev.Kronecker((n,), (mul(-1, A),), x), "not known to be PSD"),
    ("-x @ A @ x", "psd(A)", "", ev.Kronecker((n,), (A,), x), "not identical"),
    ("2*x @ A @ x", "psd(A)", "", ev.Kronecker((n,), (A,), x), "not identical"),
    ("trace(A @ X @ X.T)", "psd(A)", "", ev.Kronecker((n, n), (A, EYE), X), ""),
    ("trace(A @ X @ X)", "psd(A)", "", ev.Kronecker((n, n), (A, EYE), X), "not identical"),
    ("trace(A @ X @ X)", "psd(A)", "symmetric(X)", ev.Kronecker((n, n), (A, EYE), X), ""),
    ("trace(A @ X @ A @ X)", "psd(A)", "symmetric(X)", ev.Kronecker((n, n), (A, A), X), ""),
    ("x @ inv(X) @ x", "", "posdef(X)", ev.Kronecker((n,), (INVERSE,), x), ""),
    ("x @ inv(X) @ x", "", "symmetric(X)", ev.Kronecker((n,), (INVERSE,), x), "may be undefined"),
    ("x @ A @ x", "psd(A)", "", ev.Kronecker((n,), (), x), "a matrix for every size"),
    ("x @ A @ x", "psd(A)", "", ev.Kronecker((), (), x), "a matrix for every size"),
    ("x @ A @ x", "psd(A)", "", ev.Kronecker((n * 1 + 1,), (A,), x), "may be undefined"),
    ("x @ A @ x", "psd(A)", "", ev.Kronecker((n,), (A,), entry("var", "x", [bound(1)])), "not well formed"),
]  # fmt: skip


@pytest.mark.parametrize(("function", "given", "domain", "rule", "reason"), CASES)
def test_what_is_accepted(function: str, given: str, domain: str, rule: ev.Kronecker, reason: str) -> None:
    found = rejected(stated(function, given, domain), rule)
    assert reason in found if reason else not found


def test_a_form_is_never_shown_to_be_positive() -> None:
    rule = ev.Kronecker((n,), (A,), x)
    assert "needed" in rejected(stated("x @ A @ x", "posdef(A)"), rule, strict=True)


def test_every_field_matters() -> None:
    s = stated("trace(A @ X @ B @ X)", "psd(A), psd(B)", "symmetric(X)")
    B = entry("par", "B", [bound(0), bound(1)])
    rule = ev.Kronecker((n, n), (A, B), X)
    assert not rejected(s, rule)
    assert rejected(s, replace(rule, matrices=(A, A))) and rejected(s, replace(rule, vector=2 * X))
    assert rejected(s, replace(rule, sizes=(n, dim("m"))))


@pytest.mark.parametrize(
    ("function", "domain"),
    [("x @ A @ x", ""), ("trace(A @ inv(X))", "posdef(X)"),
     ("x @ inv(X) @ x", "posdef(X)"), ("-logdet(X)", "posdef(X)"),
     ("trace(A @ X @ X)", "symmetric(X)")],
)  # fmt: skip
def test_the_rule_shows_functions_of_matrices_convex(function: str, domain: str) -> None:
    s = stated(function)
    shapes = {k: " ".join(map(str, d.shape)) for k, d in s.variables.items()}
    given = "psd(A)" if "A" in function else ""
    parameters = {"A": "n n"} if given else {}
    v = convexcheck.check(function, wrt=shapes, parameters=parameters, domain=domain, given=given, budget=9)
    assert v.curvature == "CONVEX" and "Kronecker" in dict(convexcheck.verify(v.certificate).rules)
