"""How often a small network lies inside a wider one: counts of embeddings (untrusted).

A network of r different units is the same function as one of m > r units in which every unit is repeated, with
outgoing weights that add up, or is null: units that share incoming weights, with outgoing weights that add up to 0.
Source: B. Simsek et al., Geometry of the Loss Landscape in Overparameterized Neural Networks, ICML 2021 (arXiv
2105.12221), propositions 2 and 3.
"""

from __future__ import annotations

from math import comb, factorial

from convexcheck.expression.errors import ConvexcheckError
from convexcheck.network.symmetry.member import STAGE


def replications(r: int, m: int) -> int:
    """The number of ways in which m hidden units repeat r different ones, each at least once: surjections.

    Args:
        r: units of the smaller network, >= 1.
        m: units of the wider one, >= r.

    >>> replications(2, 3)               # 2**3 maps, less the two constant ones
    6
    """
    _fitting(r, m)
    return sum((-1) ** (r - i) * comb(r, i) * i**m for i in range(r + 1))


def embeddings(r: int, m: int) -> int:
    """The number of affine subspaces of weights of m hidden units that compute a network of r different units.

    Args:
        r: units of the smaller network, >= 1.
        m: units of the wider one, >= r.

    >>> embeddings(1, 2)       # both units repeat it, or one of the two is null
    3
    """
    _fitting(r, m)
    blocks = [replications(j, m) // factorial(j) for j in range(r, m + 1)]  # partitions of m units into j blocks
    return sum(count * factorial(j) // factorial(j - r) for j, count in enumerate(blocks, r))


def _fitting(r: int, m: int) -> None:
    if not 1 <= r <= m:
        raise ConvexcheckError(STAGE, f"{r} units in {m}", "numbers with 1 <= r <= m")
