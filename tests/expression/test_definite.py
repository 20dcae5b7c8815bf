"""What is known of a matrix from its entry, against eigenvalues at random points that satisfy the facts."""

import numpy as np
import pytest

from convexcheck.expression.bounds import Context
from convexcheck.expression.definite import definite
from convexcheck.expression.statement import Statement
from convexcheck.expression.term import Expression
from convexcheck.read.text import read_text
from convexcheck.search.numeric import Program

CASES = [  # a matrix, under which facts, and its level: 3 posdef, 2 psd, 1 symmetric, 0 nothing
    ("P", 3), ("P.T", 3), ("S", 2), ("-P", 1), ("Y", 1), ("X", 0), ("2*P + S", 3), ("P - S", 1), ("S + S", 2),
    ("X + X.T", 1), ("X @ X.T", 2), ("X.T @ X", 2), ("X.T @ X + P", 3), ("X @ X", 0), ("inv(P)", 3), ("inv(P).T", 3),
    ("inv(P + X.T @ X)", 3), ("c*P", 3), ("b*S", 2), ("a*P", 1), ("c*Y", 1), ("X*Y", 0), ("P + X", 0),
    ("P*where(c > 0, 1, 0)", 3), ("inv(Y @ Y)", 0), ("0*P", 2),
]  # fmt: skip
GIVEN = "posdef(P), psd(S), symmetric(Y), c > 0, b >= 0"


def stated(matrix: str) -> Statement:
    shapes = dict.fromkeys("PSXY", "n n") | dict.fromkeys("abc", "")
    return read_text(f"sum(P + S + X + Y) + a + b + c + v**2 + det({matrix})", {"v": ""}, shapes, given=GIVEN)


def matrix_function(s: Statement) -> Expression:
    return next(t for t in s.function.args if t.op == "det")


@pytest.mark.parametrize(("matrix", "level"), CASES)
def test_levels(matrix: str, level: int) -> None:
    s = stated(matrix)
    assert definite(matrix_function(s), Context(s)) == level


@pytest.mark.parametrize(("matrix", "level"), [c for c in CASES if c[1] > 1])
def test_levels_hold_at_random_matrices(matrix: str, level: int) -> None:
    s = stated(matrix)
    body = matrix_function(s).args[-1]
    rng = np.random.default_rng(0)
    for n in (1, 2, 3):
        program = Program(body, {"n": n}, (n, n))
        for _ in range(20):
            X, Y, B, C = rng.normal(size=(4, n, n))
            C[:, 0] = 0.0
            arrays = {
                "P": B @ B.T + 0.01 * np.eye(n),
                "S": C @ C.T,
                "X": X,
                "Y": Y + Y.T,
                "a": -1.0,
                "b": 0.5,
                "c": 2.0,
            }
            values = {("par", k): np.asarray(a)[..., None] for k, a in arrays.items()}
            M = np.broadcast_to(program(values), (n, n, 1))[..., 0]
            least = np.linalg.eigvalsh((M + M.T) / 2)[0]
            assert np.allclose(M, M.T) and least > -1e-9 * (1 + np.abs(M).max()), (matrix, M)
            assert level < 3 or least > 0
