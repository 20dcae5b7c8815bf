"""Counts of embeddings: the formulas of Simsek et al. (2021) against listing them all, and their published values."""

import itertools

import pytest

from convexcheck.expression.errors import ConvexcheckError
from convexcheck.network.symmetry.counting import embeddings, replications

# r, m: G and T of the paper, worked out by listing set partitions
PUBLISHED = {
    (1, 1): (1, 1), (1, 2): (1, 3), (1, 3): (1, 10), (1, 4): (1, 37), (1, 5): (1, 151), (1, 6): (1, 674),
    (1, 7): (1, 3263), (2, 2): (2, 2), (2, 3): (6, 12), (2, 4): (14, 62), (2, 5): (30, 320), (2, 6): (62, 1712),
    (2, 7): (126, 9604), (3, 3): (6, 6), (3, 4): (36, 60), (3, 5): (150, 450), (3, 6): (540, 3120),
    (3, 7): (1806, 21336), (4, 4): (24, 24), (4, 5): (240, 360), (4, 6): (1560, 3720), (4, 7): (8400, 33600),
}  # fmt: skip


@pytest.mark.parametrize("sizes", PUBLISHED)
def test_published_counts(sizes):
    assert (replications(*sizes), embeddings(*sizes)) == PUBLISHED[sizes]


def partitions(units):
    """All partitions of a list into blocks."""
    if not units:
        yield []
        return
    first, *rest = units
    for partition in partitions(rest):
        yield [[first], *partition]
        for k, block in enumerate(partition):
            yield [*partition[:k], [first, *block], *partition[k + 1 :]]


@pytest.mark.parametrize(("r", "m"), [(r, m) for m in range(1, 6) for r in range(1, m + 1)])
def test_listing_agrees(r, m):
    """Each unit of the small network owns one block of a partition of the wide one's; the other blocks are null."""
    maps = itertools.product(range(r), repeat=m)
    assert replications(r, m) == sum(len(set(f)) == r for f in maps)
    owned = (len(list(itertools.permutations(p, r))) for p in partitions(list(range(m))) if len(p) >= r)
    assert embeddings(r, m) == sum(owned)


def test_sizes_that_do_not_fit():
    with pytest.raises(ConvexcheckError, match="1 <= r <= m"):
        embeddings(3, 2)
