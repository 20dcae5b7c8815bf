"""Exit codes as a table of verdicts, and the keys of the JSON object."""

import pytest

from convexcheck import Verdict
from convexcheck.cli.answer import KEYS, exit_code, failure, record
from convexcheck.report.verdict import Jensen


def verdict(status, curvature, against=(), late=False):
    found = tuple(Jensen(side, {}, {}, None, None, {}, {}) for side in against)
    return Verdict(status, curvature, counterexamples=found, out_of_time=late)


AFFINE = verdict("PROVED", "AFFINE")
CONVEX = verdict("PROVED", "CONVEX")
NOT_AFFINE = verdict("PROVED", "CONVEX", ["concave"])
CONCAVE = verdict("REFUTED", "CONCAVE", ["convex"])
NEITHER = verdict("REFUTED", "NEITHER", ["convex", "concave"])
ONE_SIDE = verdict("REFUTED", "UNKNOWN", ["convex"])  # not convex, perhaps concave
MAYBE_AFFINE = verdict("UNKNOWN", "CONCAVE")  # concave is proved, convexity is open
UNKNOWN = verdict("UNKNOWN", "UNKNOWN")
LATE = verdict("UNKNOWN", "UNKNOWN", late=True)
ILL = verdict("ILL_POSED", "UNKNOWN")

# (verdict, exit code of the claim, then with --expect CONVEX, CONCAVE, AFFINE, NEITHER)
CODES = [
    (AFFINE, 0, 0, 0, 0, 1),
    (CONVEX, 0, 0, 3, 3, 1),
    (NOT_AFFINE, 0, 0, 1, 1, 1),
    (CONCAVE, 1, 1, 0, 1, 1),
    (NEITHER, 1, 1, 1, 1, 0),
    (ONE_SIDE, 1, 1, 3, 1, 3),
    (MAYBE_AFFINE, 3, 3, 0, 3, 1),
    (UNKNOWN, 3, 3, 3, 3, 3),
    (LATE, 4, 4, 4, 4, 4),
    (ILL, 5, 5, 5, 5, 5),
]


@pytest.mark.parametrize("row", CODES, ids=lambda row: f"{row[0].status} {row[0].curvature}")
def test_exit_codes(row):
    found, *codes = row
    assert [exit_code(found, e) for e in (None, "CONVEX", "CONCAVE", "AFFINE", "NEITHER")] == codes


def test_the_keys_are_those_of_batch():
    assert KEYS == ("id", "curvature", "status", "strict", "modulus", "seconds", "certificate", "message")
    assert tuple(record("x", CONVEX, None)) == tuple(failure("x", "why")) == KEYS
