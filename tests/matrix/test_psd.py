"""`psd` against eigenvalues in high precision, on random, nearly singular and round-off-indefinite matrices."""

from fractions import Fraction

import numpy as np
import pytest
import scipy.sparse
import sympy

import convexcheck as cc
from convexcheck import ConvexcheckError, psd
from tests.matrix.oracle import eigenvalues, symmetric


def gram(n, k, seed, dtype=float):
    X = np.random.default_rng(seed).normal(size=(n, k)).astype(dtype)
    return X @ X.T


def hilbert(n):
    return np.array([[1 / (i + j + 1) for j in range(n)] for i in range(n)])


def random(n, seed, scale=1.0):
    return np.random.default_rng(seed).normal(size=(n, n)) * scale


INTEGERS = np.random.default_rng(3).integers(-3, 4, size=(12, 7))
EXACT_HILBERT = [[Fraction(1, i + j + 1) for j in range(14)] for i in range(14)]

MATRICES = {
    "one": [[2.0]],
    "negative one": [[-0.0625]],
    "zero": np.zeros((4, 4)),
    "indefinite": [[1, 2], [2, 1]],
    "singular": [[1, 1], [1, 1]],
    "one ulp below singular": np.array([[1, 1], [1, 1 - 2**-53]]),
    "one ulp above singular": np.array([[1, 1], [1, 1 + 2**-52]]),
    "zero on the diagonal": [[0, 1], [1, 5]],
    "tiny": np.array([[1e-300, 2e-300], [2e-300, 1e-300]]),
    "huge": np.array([[1e308, -1.7e308], [-1.7e308, 1e308]]),
    "far apart": np.array([[1e200, 1.0], [1.0, 1e-201]]),
    "not symmetric": random(6, 0),
    "not symmetric, rounded sum": [[1.0, 1e-17], [1.0, 1.0]],
    "random symmetric": random(20, 1) + random(20, 1).T,
    "random definite": gram(25, 30, 2),
    "random of half rank": gram(16, 8, 4),  # exactly indefinite: products are rounded
    "more than elimination sharpens": gram(60, 20, 5),
    "singular in integers": (INTEGERS @ INTEGERS.T).astype(float),
    "hilbert in floats": hilbert(14),  # round-off decides
    "hilbert in rationals": EXACT_HILBERT,  # positive definite
    "single precision": gram(10, 4, 6, np.float32),
    "blocks": np.kron(np.eye(3), [[2.0, -1.0], [-1.0, 0.5]]),
    "large integers": [[10**40, 10**20], [10**20, 1]],
    "correlation": np.corrcoef(np.random.default_rng(7).normal(size=(30, 12))),  # a sample covariance of low rank
}


@pytest.mark.parametrize("name", MATRICES)
def test_against_eigenvalues_in_high_precision(name):
    Q = MATRICES[name]
    answer = psd(Q)
    S = symmetric(np.asarray(Q).tolist())
    bits = 3000 if len(S) < 4 else 600
    found = eigenvalues(S, bits)
    slack = Fraction(1, 2 ** (bits // 2)) * max(abs(x) for row in S for x in row)  # of the oracle
    assert all(imaginary <= slack for _, imaginary in found)
    values = [value for value, _ in found]
    size, least = len(values), values[0]
    if abs(least) > slack:
        assert answer.status == ("PSD" if least > 0 else "NOT_PSD")
        assert answer.definite == (least > 0)
    else:
        assert (answer.status, answer.definite) == ("PSD", False)
    assert Fraction(answer.smallest.lower) - slack <= least <= Fraction(answer.smallest.upper) + slack
    width = Fraction(answer.smallest.upper) - Fraction(answer.smallest.lower)
    assert width <= Fraction(1, 10**12) * size * max(abs(values[0]), abs(values[-1]))
    shift, square = max(-least, 0), sum(min(value, 0) ** 2 for value in values)
    assert Fraction(answer.shift.lower) - slack <= shift <= Fraction(answer.shift.upper) + slack
    assert max(Fraction(answer.distance.lower) - slack, 0) ** 2 <= square
    assert square <= (Fraction(answer.distance.upper) + slack) ** 2
    if answer.status == "NOT_PSD":
        v = [Fraction(int(x)) for x in answer.witness]
        value = sum(v[i] * v[j] * S[i][j] for i in range(size) for j in range(size))
        assert value == answer.value < 0
    else:
        assert (answer.witness, answer.value, answer.distance.upper) == (None, None, 0)


@pytest.mark.parametrize("seed", range(12))
def test_round_off_does_not_hide_the_sign(seed):
    """Nearly singular by construction: the sign of the smallest eigenvalue is that of the exact determinant."""
    rng = np.random.default_rng(seed)
    a, b = rng.normal(size=2)
    Q = np.array([[a * a, a * b], [a * b, b * b]])
    determinant = Fraction(Q[0, 0]) * Fraction(Q[1, 1]) - Fraction(Q[0, 1]) ** 2
    assert psd(Q).status == ("PSD" if determinant >= 0 else "NOT_PSD")
    assert (0 in psd(Q).smallest) == (determinant == 0)


def test_the_least_float_counts():
    assert psd([[5e-324, 0], [0, 1.0]]).definite
    assert not psd([[-5e-324, 0], [0, 1.0]])
    assert psd([[-5e-324, 0], [0, 1.0]]).smallest.upper == -5e-324


def test_kinds_of_matrices():
    x = [[2, -1], [-1, 2]]
    same = [np.array(x, dtype=kind) for kind in (float, np.float32, np.int8, object)]
    same += [x, scipy.sparse.csr_matrix(x), scipy.sparse.coo_array(x), sympy.Matrix(x), sympy.ImmutableMatrix(x)]
    assert {str(psd(kind)).split("method")[0] for kind in same} == {str(psd(x)).split("method")[0]}
    third = sympy.Matrix([[sympy.Rational(1, 3), sympy.Rational(1, 3)], [sympy.Rational(1, 3), sympy.Rational(1, 3)]])
    assert psd(third).definite is False
    assert psd(sympy.Matrix([[0.1, 0.1], [0.1, 0.1]])).definite is False
    assert psd([[True, False], [False, True]]).definite


def test_the_symmetric_part_is_what_counts():
    answer = psd([[1, 5], [-5, 1]])
    assert answer.status == "PSD"
    assert answer.asymmetry == 10
    assert "Q is not symmetric (entries differ by up to 10): this is about (Q + Q^T)/2" in str(answer)
    assert "not symmetric" not in str(psd([[1, 0], [0, 1]]))


def test_round_off_is_named():
    answer = psd([[1, 1], [1, 1 - 2**-53]])
    assert answer.roundoff
    assert "of the size of rounding errors; Q + t I is PSD from t = 5.55e-17" in answer.message
    assert not psd([[1, 2], [2, 1]]).roundoff
    shifted = np.array([[1, 1], [1, 1 - 2**-53]]) + answer.shift.upper * np.eye(2) * 4
    assert psd(shifted)


def test_three_values():
    assert psd([[1.0]])
    assert not psd([[-1.0]])
    rows = np.random.default_rng(0).integers(-3, 4, size=(400, 390))
    open_ = psd((rows @ rows.T).astype(float))  # exactly singular, too large for elimination
    assert (open_.status, open_.definite, open_.witness) == ("UNDECIDED", None, None)
    assert 0 in open_.smallest
    with pytest.raises(TypeError, match="undecided is neither yes nor no: the smallest eigenvalue is too close"):
        bool(open_)


def test_large_matrices():
    """A margin decides by Cholesky's factorisation; beyond it eigenvalues near zero are bounded on their own scale."""
    definite = psd(gram(700, 900, 8))
    assert definite.methods == ("Cholesky factorisation with a bound for its rounding errors",)
    assert definite.smallest.lower > 0.9 * definite.smallest.upper > 0
    Q = gram(300, 250, 9)
    answer = psd(Q)
    assert answer.status == "NOT_PSD"
    assert answer.roundoff
    assert answer.smallest.upper < 0
    assert answer.smallest.upper - answer.smallest.lower < -1e-6 * answer.smallest.lower
    v = np.array([int(x) for x in answer.witness], dtype=object)
    rational = np.frompyfunc(Fraction, 1, 1)(Q)
    assert v @ (rational @ v) == answer.value
    sparse = scipy.sparse.diags([np.full(1499, -1.0), np.full(1500, 2.0), np.full(1499, -1.0)], [-1, 0, 1])
    assert psd(sparse).definite  # the second difference: 2 - 2 cos(pi/1501) = 4.38e-6
    assert 2 - 2 * np.cos(np.pi / 1501) in psd(sparse).smallest


BAD = [
    (np.ones((2, 3)), "an array of shape (2, 3)"),
    (np.ones(3), "an array of shape (3,)"),
    (np.ones((0, 0)), "an array of shape (0, 0)"),
    ([[1.0, float("nan")], [0.0, 1.0]], "Q[0, 1] is nan"),
    ([[float("inf")]], "Q[0, 0] is inf"),
    ([[1j]], "complex entries"),
    (sympy.Matrix([[sympy.Symbol("a")]]), "Q[0, 0] is a"),
    (sympy.Matrix([[sympy.sqrt(2)]]), "Q[0, 0] is sqrt(2)"),
    ([["one"]], "Q[0, 0] is one"),
    ([[1, 2], [3]], "a list that is no matrix"),
    (scipy.sparse.eye(3000), "a matrix of 3000 rows"),
    (None, "an array of shape ()"),
]


@pytest.mark.parametrize(("Q", "piece"), BAD, ids=lambda x: str(x)[:30] if isinstance(x, str) else "")
def test_bad_input(Q, piece):
    with pytest.raises(ConvexcheckError) as caught:
        psd(Q)
    assert caught.value.stage == "psd"
    assert caught.value.message == piece
    assert caught.value.expected or caught.value.hint


def test_psd_agrees_with_check():
    """The quadratic form of the matrix, asked of the kernel."""
    for Q in ([[2.0, 1.0], [1.0, 0.5]], [[1.0, 2.0], [2.0, 1.0]], [[3.0, 1.0], [1.0, 1.0]]):
        form = " + ".join(f"({Q[i][j]})*x{i}*x{j}" for i in range(2) for j in range(2))
        assert (cc.check(form).curvature == "CONVEX") == bool(psd(Q))
