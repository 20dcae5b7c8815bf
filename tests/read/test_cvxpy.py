"""CVXPY expressions: the statement's values against CVXPY's own, and what is asked about them."""

import cvxpy as cp
import numpy as np
import pytest

import convexcheck as cc
from convexcheck import ConvexcheckError
from convexcheck.read.cvxpy import read_cvxpy
from convexcheck.search.numeric import Program

RNG = np.random.default_rng(0)
A, B = RNG.normal(size=(4, 3)), RNG.normal(size=4)
S = A.T @ A


def x(shape=3, **attributes):
    return cp.Variable(shape, name="x", **attributes)


EXPRESSIONS = {
    "least squares": lambda v: cp.sum_squares(A @ v - B),
    "norms": lambda v: cp.norm(A @ v) + cp.norm1(v) + 2 * cp.norm_inf(v - 1),
    "p-norm": lambda v: cp.norm(v, 3),
    "p below 1": lambda v: cp.pnorm(v, 0.5) + cp.pnorm(v, -1),
    "powers": lambda v: cp.sum(cp.power(v, 4)) + cp.power(v[0], 3) - v[1] ** 2 / 2,
    "roots": lambda v: cp.sum(cp.sqrt(v)) + cp.power(v[2], 1.5) + cp.inv_pos(v[0]),
    "entropies": lambda v: cp.sum(cp.entr(v)) + cp.rel_entr(v[0], v[1]) + cp.kl_div(v[1], v[2]),
    "logs": lambda v: cp.log_sum_exp(A @ v) + cp.sum(cp.logistic(-v)) + cp.log1p(v[0]) - cp.sum(cp.log(v)),
    "quadratic form": lambda v: cp.quad_form(v, S) + v @ np.ones(3),
    "quotient": lambda v: cp.quad_over_lin(v[:2], v[2]),
    "pieces": lambda v: cp.max(v) + cp.sum(cp.pos(v - 1)) + cp.minimum(v[0], v[1]) - cp.min(v) + cp.huber(v[2], 0.7),
    "indices": lambda v: v[1] * 3 + cp.sum(v[::-1][1:]) + cp.sum(cp.multiply(v, np.arange(3.0))),
    "geometric mean": lambda v: cp.geo_mean(v),
    "joined": lambda v: cp.norm(cp.hstack([1, v, v[0] + 2])) + cp.log_sum_exp(cp.hstack([v[0], 2 * v[1], 0])),
    "rows": lambda v: cp.max(cp.sum_squares(cp.vstack([v, 2 * v - 1]), axis=1)),
    "blocks": lambda v: cp.norm(cp.bmat([[v[0], 1], [v[1], v[2]]]), "fro"),
    "cumulated": lambda v: cp.sum_squares(cp.cumsum(v) - 1) + cp.norm1(cp.diff(v)),
    "diagonals": lambda v: cp.sum_squares(cp.diag(v, 1) @ np.arange(4.0)) + cp.sum_squares(cp.diag(cp.diag(v) @ S)),
    "largest": lambda v: cp.sum_largest(v, 2) + cp.sum_smallest(A @ v, 3) + cp.sum_largest(cp.abs(v), 1),
    "variance": lambda v: cp.var(v) + cp.std(A @ v) + cp.ptp(v),
    "wrapped": lambda v: cp.quad_form(v, cp.psd_wrap(S)) + cp.mixed_norm(cp.vstack([v, v + 1]), 2, 1),
    "absolute values": lambda v: cp.sum(cp.abs(v - np.array([1.0, 2.0, 0.5]))) / 4,
}


@pytest.mark.parametrize("name", EXPRESSIONS)
def test_values_are_those_of_cvxpy(name):
    variable = x()
    expression = EXPRESSIONS[name](variable)
    found = read_cvxpy(expression, digest=lambda a: "0" * 64)
    data = {("par", n): a[..., None] for n, a in found.arrays.items()}
    program = Program(found.statement.function, {})
    for _ in range(4):
        variable.value = RNG.uniform(0.1, 3, 3)
        ours = program({("var", "x"): variable.value[:, None], **data})
        assert float(np.ravel(ours)[0]) == pytest.approx(float(np.ravel(expression.value)[0]), rel=1e-9)


def test_matrices_have_values_too():
    X, weights = cp.Variable((3, 2), name="X"), cp.Parameter((2, 3), name="P")
    expression = cp.trace(weights @ X) + cp.sum(X.T) + cp.sum(cp.sum(X, axis=0) ** 2) + cp.sum(X[:, 1])
    found = read_cvxpy(expression).statement
    X.value, weights.value = RNG.normal(size=(3, 2)), RNG.normal(size=(2, 3))
    ours = Program(found.function, {})({("var", "X"): X.value[..., None], ("par", "P"): weights.value[..., None]})
    assert float(np.ravel(ours)[0]) == pytest.approx(float(np.ravel(expression.value)[0]))


# an expression, options, its curvature; CVXPY's word on each is another, or none
VERDICTS = [
    (cp.log(1 + cp.exp(x(()))), {}, "CONVEX", "UNKNOWN"),
    (cp.sqrt(1 + cp.square(x(()))), {}, "CONVEX", "UNKNOWN"),
    (cp.multiply(x((), pos=True), cp.log(x((), pos=True))), {}, "NEITHER", "UNKNOWN"),  # two variables of one name
    (cp.power(x(()), 3), {}, "NEITHER", "CONVEX"),  # CVXPY narrows the domain to x >= 0 without a word
    (cp.power(x((), nonneg=True), 3), {}, "CONVEX", "CONVEX"),
    (cp.power(x(()), 3), {"domain": "x >= 0"}, "CONVEX", "CONVEX"),
    (cp.log(x(())), {}, "CONCAVE", "CONCAVE"),  # the constraint of the atom is in the statement
    (cp.sum_squares(A @ x() - B), {}, "CONVEX", "CONVEX"),
    (cp.quad_form(x(), S) - cp.sum(x(nonneg=True)), {}, "CONVEX", "CONVEX"),  # S is seen to be PSD
    (cp.pnorm(x(2), 0.5), {}, "CONCAVE", "CONCAVE"),  # on the orthant, where CVXPY's is finite
    (cp.pnorm(x(2), -1), {}, "CONCAVE", "CONCAVE"),
]


@pytest.mark.parametrize(("expression", "options", "curvature", "theirs"), VERDICTS, ids=lambda e: str(e)[:30])
def test_verdicts(expression, options, curvature, theirs):
    verdict = cc.check(expression, **options)
    assert verdict.curvature == curvature
    assert isinstance(cc.verify(verdict.certificate), cc.Accepted)
    rules = str(expression.curvature)
    assert (rules if rules in ("CONVEX", "CONCAVE", "AFFINE") else "UNKNOWN") == theirs


READ = [  # atoms that arrange entries; S. Boyd, L. Vandenberghe, Convex Optimization, chapter 3
    (cp.quad_form(x(2), cp.psd_wrap(cp.Parameter((2, 2), name="P"))), "CONVEX"),
    (cp.sum_largest(x(4), 2), "CONVEX"),
    (cp.sum_smallest(x(4), 2), "CONCAVE"),
    (cp.norm(cp.hstack([1, x(2)])), "CONVEX"),
    (cp.sum_squares(cp.cumsum(x(3)) - 1), "CONVEX"),
    (cp.sum_largest(x(3), 2) - cp.sum(x(3)), "CONVEX"),
]


@pytest.mark.parametrize(("expression", "curvature"), READ, ids=lambda e: str(e)[:30])
def test_arranged_entries_have_their_curvature(expression, curvature):
    assert cc.check(expression, budget=30.0).curvature == curvature


def test_what_is_said_of_a_parameter_is_assumed_and_printed():
    P = cp.Parameter((2, 2), name="P")
    assert [c.relation for c in cc.check(cp.quad_form(x(2), cp.psd_wrap(P))).statement.given] == ["psd"]
    assert not cc.check(cp.quad_form(x(3), cp.psd_wrap(S))).statement.given  # data speak for themselves


def test_what_keeps_no_shape_is_not_read_at_all():
    X = cp.Variable((3, 2), name="X")
    found = cc.check(cp.sum(cp.max(cp.reshape(X, (2, 3), order="F"), axis=0)))
    assert found.status == "UNKNOWN" and "the shape (3, 2) as (2, 3)" in found.message
    many = cc.check(cp.sum_largest(cp.Variable(40, name="x"), 7))
    assert many.status == "UNKNOWN" and "the 7 largest of 40 entries" in many.message


def test_attributes_and_constraints_are_in_the_statement():
    u, p = cp.Variable(2, name="u", nonneg=True), cp.Parameter(name="p", nonneg=True)
    s = cc.check(p * cp.sum(cp.log(u))).statement
    assert [str(c.body) for c in s.domain] == ["u[_0]", "u[_0]"]
    assert [c.relation for c in s.domain] == ["ge", "gt"]
    assert [(c.relation, str(c.body)) for c in s.given] == [("ge", "p")]


def test_a_part_of_the_variables():
    w, v = cp.Variable(name="w"), cp.Variable(name="v")
    expression = (w * v - 1) ** 2
    assert cc.check(expression, wrt=[w]).curvature == "CONVEX"
    assert cc.check(expression, wrt="v").curvature == "CONVEX"
    assert cc.check(expression).curvature == "NEITHER"


BAD = [
    (x(), {}, "an expression of shape (3,)"),
    (cp.sum(x()), {"wrt": "z"}, "no variable is named by wrt='z'"),
    (cp.Constant(3), {}, "no variable is named by wrt=None"),
    (cp.Problem(cp.Minimize(cp.sum(x()))), {}, "a Problem"),
    (cp.Minimize(cp.sum(x())), {}, "a Minimize"),
    (x() <= 1, {}, "a Inequality"),
]


@pytest.mark.parametrize(("expression", "options", "message"), BAD)
def test_bad_input(expression, options, message):
    with pytest.raises(ConvexcheckError) as caught:
        cc.check(expression, **options)
    assert caught.value.message == message


def test_unknown_atoms_and_attributes_are_unknown():
    for expression, piece in ((cp.sum(cp.conv([1, 2], x())), "the atom conv"), (x((), integer=True), "integer")):
        verdict = cc.check(expression)
        assert verdict.status == "UNKNOWN"
        assert piece in verdict.message
