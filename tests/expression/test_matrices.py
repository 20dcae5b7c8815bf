"""Functions of matrices: values against mpmath, derivatives against difference quotients, domains."""

from collections.abc import Callable, Mapping

import flint
import mpmath
import numpy as np
import pytest

from convexcheck.certificate.codec import decode, encode
from convexcheck.certificate.evidence import Certificate, Claim, Undefined
from convexcheck.certificate.points import Instance
from convexcheck.expression.bounds import Context
from convexcheck.expression.errors import ConvexcheckError
from convexcheck.expression.evaluate import evaluate
from convexcheck.expression.functions import derivative
from convexcheck.expression.normal import normal
from convexcheck.expression.objects import Inexact
from convexcheck.expression.obligations import total
from convexcheck.expression.statement import Statement, text
from convexcheck.expression.term import Expression
from convexcheck.read.text import read_text

mp = mpmath.mp
Point = Mapping[tuple[str, str], np.ndarray]
SIZES = {"n": 3, "m": 2}


def stated(function: str, domain: str = "") -> Statement:
    shapes = {"X": "n n", "V": "m n", "v": "n", "a": ""}
    used = {k: s for k, s in shapes.items() if k in function.replace("inv", "").replace("det", "").replace("ei", "")}
    return read_text(function, used, domain=domain, given=sizes(" ".join(used.values())))


def sizes(shapes: str) -> list[str]:
    return [f"{name} >= 2" for name in "nm" if name in shapes]


def point(seed: int) -> Point:
    """Small rationals: X symmetric and positive definite."""
    rng = np.random.default_rng(seed)

    def draw(*shape: int) -> np.ndarray:
        return np.array([flint.fmpq(int(k), 4) for k in rng.integers(-8, 9, size=shape).ravel()]).reshape(shape)

    root = draw(3, 3)
    X = root @ root.T + np.array([[flint.fmpq(int(i == j)) for j in range(3)] for i in range(3)])
    return {("var", "X"): X, ("var", "V"): draw(2, 3), ("var", "v"): draw(3), ("var", "a"): draw(1).reshape(())}


def matrix(array: np.ndarray) -> mpmath.matrix:
    return mpmath.matrix([[mp.mpf(int(q.p)) / int(q.q) for q in row] for row in np.atleast_2d(array)])


def spectrum(X: mpmath.matrix) -> list[mpmath.mpf]:
    return list(mp.eigsy(X, eigvals_only=True))


CASES: dict[str, Callable[[mpmath.matrix, mpmath.matrix], object]] = {  # of X and V
    "det(X)": lambda X, V: mp.det(X),
    "det(-X)": lambda X, V: -mp.det(X),
    "logdet(X)": lambda X, V: mp.log(mp.det(X)),
    "inv(X)[0, 1]": lambda X, V: (X**-1)[0, 1],
    "trace(V @ inv(X) @ V.T)": lambda X, V: (V * X**-1 * V.T)[0, 0] + (V * X**-1 * V.T)[1, 1],
    "eigmax(X)": lambda X, V: max(spectrum(X)),
    "eigmin(X)": lambda X, V: min(spectrum(X)),
    "eigmax(V.T @ V)": lambda X, V: max(spectrum(V.T * V)),  # 0 is an eigenvalue
    "trace_xlogx(X)": lambda X, V: sum(t * mp.log(t) for t in spectrum(X)),
    "logm(X)[0, 1]": lambda X, V: mp.logm(X)[0, 1],
    "trace(X @ logm(X))": lambda X, V: sum(t * mp.log(t) for t in spectrum(X)),
    "norm_nuclear(V)": lambda X, V: sum(mp.svd_r(V, compute_uv=False)),
    "norm_nuclear(V.T)": lambda X, V: sum(mp.svd_r(V, compute_uv=False)),
    "norm_spectral(V)": lambda X, V: max(mp.svd_r(V, compute_uv=False)),
    # one matrix for every index of a sum
    "Sum(k < n, (k + 1)*det(i < n, j < n, X[i, j] + k*X[j, k]))":
        lambda X, V: sum((k + 1) * mp.det(mpmath.matrix(3, 3) + mpmath.matrix(
            [[X[i, j] + k * X[j, k] for j in range(3)] for i in range(3)])) for k in range(3)),
    "Sum(k < n, inv(i < n, j < n, X[i, j] + k*where(i == j, 1, 0))[k, 0])":
        lambda X, V: sum(((X + k * mp.eye(3)) ** -1)[k, 0] for k in range(3)),
}  # fmt: skip


@pytest.mark.parametrize("function", CASES)
def test_balls_hold_the_value_that_mpmath_computes(function: str) -> None:
    with mp.workdps(40):
        for seed in range(3):
            at = point(seed)
            expected = CASES[function](matrix(at["var", "X"]), matrix(at["var", "V"]))
            with flint.ctx.workprec(128):
                ball = evaluate(stated(function).function, at, SIZES)
                error = abs(ball - flint.arb(mp.nstr(expected, 36)))
            assert ball.is_finite() and error < 1e-25, (seed, ball, expected)


def test_the_comparison_with_mpmath_notices_another_entry() -> None:
    at = point(0)
    ball = evaluate(stated("inv(X)[0, 0]").function, at, SIZES)
    assert not abs(ball - flint.arb(str((matrix(at["var", "X"]) ** -1)[0, 1]))) < 1e-6


@pytest.mark.parametrize("function", ["det(X)", "inv(X)[0, 1]", "trace(X @ inv(X))"])
def test_determinants_and_inverses_are_rational(function: str) -> None:
    exact = evaluate(stated(function).function, point(1), SIZES, exact=True)
    assert isinstance(exact, flint.fmpq) and evaluate(stated(function).function, point(1), SIZES).overlaps(
        flint.arb(exact)
    )


SINGULAR = np.array([[flint.fmpq(k) for k in row] for row in ([1, 2, 3], [2, 4, 6], [3, 6, 10])])
SKEW = np.array([[flint.fmpq(k) for k in row] for row in ([1, 1, 0], [-1, 1, 0], [0, 0, 1])])


@pytest.mark.parametrize(
    ("function", "X"),
    [
        ("logdet(X)", SINGULAR), ("logdet(X)", -point(0)["var", "X"]), ("inv(X)[0, 0]", SINGULAR),
        ("logm(X)[0, 0]", SINGULAR), ("trace_xlogx(X)", -point(0)["var", "X"]),
        ("eigmax(X)", SKEW), ("logm(X)[0, 0]", SKEW), ("trace_xlogx(X)", SKEW),
    ],
)  # fmt: skip
def test_a_ball_is_not_finite_where_the_function_is_not_real(function: str, X: np.ndarray) -> None:
    e = stated(function).function
    assert not evaluate(e, {("var", "X"): X}, SIZES).is_finite()
    with pytest.raises(Inexact):
        evaluate(e, {("var", "X"): X}, SIZES, exact=True)


@pytest.mark.parametrize(
    "function",
    ["logdet(X)", "inv(X)[0, 1]", "v @ inv(X) @ v", "trace(V @ inv(X) @ V.T)", "exp(logdet(X))",
     "logdet(inv(X) + a**2*X)", "Sum(k < n, v[k]*inv(i < n, j < n, X[i, j] + where(i == j, v[k]**2, 0))[k, 0])"],
)  # fmt: skip
@pytest.mark.parametrize("seed", [0, 1])
def test_derivatives_are_limits_of_difference_quotients(function: str, seed: int) -> None:
    e, at, along = stated(function).function, point(seed), point(seed + 7)
    h = flint.fmpq(1, 2**60)
    with flint.ctx.workprec(256):
        up, down = (evaluate(e, {k: np.asarray(at[k] + s * along[k]) for k in at}, SIZES) for s in (h, -h))
        exact = evaluate(derivative(e), {**at, **{("dir", n): v for (_, n), v in along.items()}}, SIZES)
        assert exact.is_finite() and abs((up - down) / flint.arb(2 * h) - exact) < flint.arb(2) ** -90 * (
            1 + abs(exact)
        )


@pytest.mark.parametrize("function", ["det(X)", "eigmax(X)", "trace_xlogx(X)", "norm_nuclear(V)", "logm(X)[0, 1]"])
def test_other_functions_have_no_derivative_entry(function: str) -> None:
    with pytest.raises(ConvexcheckError, match="may have a kink"):
        derivative(stated(function).function)


@pytest.mark.parametrize(
    ("function", "domain", "real"),
    [
        ("logdet(X)", "posdef(X)", True), ("logdet(X)", "psd(X)", False), ("logdet(X)", "symmetric(X)", False),
        ("inv(X)[0, 1]", "posdef(X)", True), ("inv(X)[0, 1]", "", False),
        ("det(X)", "", True), ("eigmax(X)", "", False), ("eigmax(X)", "symmetric(X)", True),
        ("eigmax(X + X.T)", "", True), ("eigmax(X @ X)", "symmetric(X)", False),  # X @ X is, but not as it is written
        ("trace_xlogx(X)", "posdef(X)", True), ("trace_xlogx(X)", "psd(X)", False),
        ("log(det(X))", "posdef(X)", True), ("logdet(X - inv(X))", "posdef(X)", False),
        ("norm_nuclear(V)", "", True), ("logdet(X + V.T @ V)", "posdef(X)", True), ("logdet(V.T @ V)", "", False),
    ],
)  # fmt: skip
def test_where_the_function_is_known_to_be_real(function: str, domain: str, real: bool) -> None:
    s = stated(function, domain)
    assert total(s.function, Context(s)) is real


@pytest.mark.parametrize(
    ("function", "normalised"),
    [("log(det(X))", "logdet(X)"), ("log(abs(det(X)))", "logdet(X)"), ("trace_xlogx(X)", "trace(X @ logm(X))"),
     ("inv((X + X)/2)[0, 1]", "inv(X)[0, 1]")],
)  # fmt: skip
def test_identities_of_the_normal_form(function: str, normalised: str) -> None:
    a, b = stated(function, "posdef(X)"), stated(normalised, "posdef(X)")
    assert normal(a.function, Context(a)) is normal(b.function, Context(b))


@pytest.mark.parametrize("function", [*CASES, "logdet(inv(X) + V.T @ V)", "sum(inv(X), axis=0)[1]"])
def test_text_and_file_give_the_expression_back(function: str) -> None:
    s = stated(function)
    shapes = {k: " ".join(map(str, d.shape)) for k, d in s.variables.items()}
    assert read_text(text(s.function), shapes, given=sizes(" ".join(shapes.values()))).function is s.function
    c = Certificate(s, Claim("ill-posed"), Undefined(Instance((), ())))
    assert decode(encode(c)) == c


def test_a_matrix_of_the_wrong_shape_is_named() -> None:
    with pytest.raises(ConvexcheckError, match=r"logdet of shape \(m, n\): .*expected a square matrix"):
        stated("logdet(V)")


def test_a_size_with_an_index_is_refused() -> None:
    e = stated("Sum(k < n, det(i < n, j < n, X[i, j] + k))").function
    bad = Expression("Sum", (e.args[0], Expression("det", (Expression("bound", (), 0), e.args[1].args[1]))))
    with pytest.raises(ConvexcheckError, match="a size without indices"):
        Statement(bad, stated("det(X)").variables, {}, {"n": 2}).check()
