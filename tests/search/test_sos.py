"""Sums of squares with rational matrices: the identity holds exactly, and what is none is not called one."""

from fractions import Fraction

import pytest
import sympy

from convexcheck.search.sos import Terms, decompose, is_psd, ldl, times

NAMES = sympy.symbols("x y z u v w")


def terms(text: str, variables: int) -> Terms:
    p = sympy.Poly(sympy.sympify(text), *NAMES[:variables])
    return {a: Fraction(int(c.p), int(c.q)) for a, c in p.terms()}


CASES = [  # (variables, polynomial, multipliers beside 1, whether it is a weighted sum of squares)
    (1, "x**4 - 2*x**2 + 1", [], True),  # a zero at each end: the matrix has to be singular
    (1, "x**4 - 2*x**2 + 99/100", [], False),
    (2, "x**4*y**2 + x**2*y**4 + 1 - 3*x**2*y**2", [], False),  # Motzkin: >= 0, and yet none
    (3, "(x**4*y**2 + x**2*y**4 + z**6 - 3*x**2*y**2*z**2)*(x**2 + y**2 + z**2)", [], True),
    (3, "(x + y - z)**4 + (x - 2*y)**2*(x + z)**2", [], True),
    (2, "2*x**2 - 3*x*y + 9/8*y**2", [], True),  # a square, of rank one
    (1, "x", [], False),
    (1, "1 - x**4", ["1 - x**2"], True),
    (1, "99/100 - x**4", ["1 - x**2"], False),
    (2, "1 - x**2*y**2", ["1 - x**2", "1 - y**2"], True),
    (2, "1 - 2*x**2*y**2", ["1 - x**2", "1 - y**2"], False),
]


@pytest.mark.parametrize(("variables", "text", "weights", "expected"), CASES)
def test_decompositions(variables: int, text: str, weights: list[str], expected: bool) -> None:
    target = terms(text, variables)
    multipliers = [terms(g, variables) for g in ("1", *weights)]
    found = decompose(target, multipliers, lambda: None)
    assert (found is not None) is expected
    if found is not None:
        total: Terms = {}
        for block in found:
            assert sympy.Matrix(block.matrix).is_positive_semidefinite
            n = range(len(block.basis))
            for i in n:
                for j in n:
                    product = times(times(block.basis[i], block.basis[j]), multipliers[block.multiplier])
                    for a, c in product.items():
                        total[a] = total.get(a, Fraction(0)) + c * block.matrix[i][j]
        assert {a: c for a, c in total.items() if c} == target


def test_a_factored_matrix_is_the_product_of_its_factors() -> None:
    Q = [[Fraction(4), Fraction(2), Fraction(0)], [Fraction(2), Fraction(1), Fraction(0)], [Fraction(0)] * 3]
    factored = ldl(Q)
    assert factored is not None
    L, d = factored
    n = range(3)
    assert [[sum(L[k][i] * d[k] * L[k][j] for k in n) for j in n] for i in n] == Q


@pytest.mark.parametrize(("c", "expected"), [(Fraction(1), True), (1 - Fraction(1, 10**20), False)])
def test_a_matrix_that_floats_cannot_tell_from_a_singular_one(c: Fraction, expected: bool) -> None:
    assert is_psd([[Fraction(1), Fraction(1)], [Fraction(1), c]]) is expected
