"""Eigenvalues by another way: balls at high precision, from python-flint."""

from fractions import Fraction

import flint


def eigenvalues(rows, precision=600):
    """The eigenvalues of a symmetric rational matrix as balls, in ascending order of their midpoints."""
    before = flint.ctx.prec
    flint.ctx.prec = precision
    try:
        n = len(rows)
        entries = [flint.arb(flint.fmpq(x.numerator, x.denominator)) for row in rows for x in row]
        found = flint.acb_mat(flint.arb_mat(n, n, entries)).eig(algorithm="approx")
        return sorted((ball(value) for value in found), key=lambda x: x[0])
    finally:
        flint.ctx.prec = before


def ball(value):
    """An approximate eigenvalue, of many digits, as a rational; and its distance from the real line."""
    return fraction(value.real.mid()), fraction(abs(value.imag.mid()))


def fraction(x):
    mantissa, exponent = x.man_exp()
    return Fraction(int(mantissa)) * Fraction(2) ** int(exponent)


def symmetric(Q):
    """(Q + Q^T)/2 in rationals."""
    rows = [[Fraction(x) for x in row] for row in Q]
    return [[(rows[i][j] + rows[j][i]) / 2 for j in range(len(rows))] for i in range(len(rows))]
