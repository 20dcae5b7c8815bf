"""Midpoint-radius float64: every enclosure holds the exact value, whatever is added, multiplied, summed or compared."""

import operator
from fractions import Fraction

import flint
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convexcheck.expression.enclosures import Enclosure, add, contract, mul
from convexcheck.expression.evaluate import evaluate, value
from convexcheck.expression.floats import Floats
from convexcheck.expression.objects import Inexact, rationals
from convexcheck.expression.term import apply, bound, const, dim, entry, over
from convexcheck.read.text import read_text

F, BIG = Floats(), 2.0**53


def fraction(v: float) -> Fraction:
    return Fraction(float(v))


def inside(found: Enclosure, exact: np.ndarray) -> bool:
    """Whether the exact values, an object array of Fraction, are enclosed, by values that are finite."""
    mid, rad = np.broadcast_arrays(found.mid, 0.0 if found.rad is None else found.rad)
    return all(
        np.isfinite([m, r]).all() and abs(q - fraction(m)) <= fraction(r)
        for m, r, q in zip(mid.flat, rad.flat, np.broadcast_to(exact, mid.shape).flat, strict=True)
    )


def exactly(array: np.ndarray) -> np.ndarray:
    return np.frompyfunc(fraction, 1, 1)(array)


floats = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False, min_value=-1e150, max_value=1e150),
    st.integers(-(2**53), 2**53).map(float),
    st.sampled_from([0.0, 5e-324, -5e-324, 2.0**-600, 2.0**-1022, 2.0**53, 2.0**53 - 1, 1.0, -1.0, 0.1]),
)
radii = st.one_of(st.none(), st.floats(0, 1e100), st.sampled_from([0.0, 5e-324, 2.0**-600, 1e-17]))


@st.composite
def enclosed(draw: st.DrawFn) -> tuple[Enclosure, Fraction]:
    """An enclosure, and a member of it."""
    mid, rad = draw(floats), draw(radii)
    at = fraction(mid) + fraction(rad or 0.0) * draw(st.fractions(-1, 1, max_denominator=9))
    return Enclosure(np.array(mid), None if rad is None else np.array(rad)), at


@settings(max_examples=600, deadline=None)
@given(enclosed(), enclosed())
def test_members_stay_inside(a: tuple[Enclosure, Fraction], b: tuple[Enclosure, Fraction]) -> None:
    (A, p), (B, q) = a, b
    for operation, exact in ((add, p + q), (mul, p * q)):
        found = operation(A, B)
        if np.isfinite(found.mid) and np.isfinite(found.rad if found.rad is not None else 0.0):
            assert inside(found, np.array(exact))
    assert inside(F.fold("max", A, B), np.array(max(p, q)))
    assert inside(F.function("abs", A), np.array(abs(p)))
    for op, test in (("le", operator.le), ("lt", operator.lt), ("eq", operator.eq)):
        truth = int(F.compare(op, A, B))
        assert truth == 0 or (truth == 1) == test(p, q)
        assert truth or A.rad is not None or B.rad is not None  # numbers without error are always compared
    for truth, members in ((1, [p]), (-1, [q]), (0, [p, q])):
        with np.errstate(over="ignore"):
            found = F.where(np.array(truth, dtype=np.int8), A, B)
        assert all(inside(found, np.array(m)) for m in members)


LAYERS = [  # shapes of factors whose last axis is summed: what matrix products, batches and sums make of them
    [(7,)],
    [(5, 7)],
    [(5, 7), (7,)],
    [(5, 1, 7), (3, 7)],
    [(2, 5, 1, 7), (2, 1, 3, 7)],
    [(5, 7), (5, 7)],
    [(5, 1, 7), (3, 7), (7,)],
    [(5, 1, 7), (3, 7), (5, 3, 7)],
    [(5, 1, 1), (3, 7)],
    [(4, 1, 1, 7), (5, 1, 7), (3, 7)],
    [(5, 1)],
    [()],
    [(1, 7), (5, 1)],
]


@pytest.mark.parametrize("shapes", LAYERS, ids=str)
@pytest.mark.parametrize("scale", [1.0, 1e-170, 1e80, 2.0**-540])
@pytest.mark.parametrize("spread", [None, 1e-3])
def test_sums_of_products(shapes: list[tuple[int, ...]], scale: float, spread: float | None) -> None:
    rng = np.random.default_rng(len(shapes))
    mids = [rng.normal(size=shape) * scale for shape in shapes]
    rads = [None if spread is None or k else np.abs(m) * spread for k, m in enumerate(mids)]
    signs = [0 if r is None else rng.choice([-1, 0, 1], size=m.shape) for m, r in zip(mids, rads, strict=True)]
    members = [exactly(m) + (0 if r is None else exactly(r) * s) for m, r, s in zip(mids, rads, signs, strict=True)]
    product = np.asarray(members[0], dtype=object)
    for m in members[1:]:
        product = np.asarray(product * m, dtype=object)
    product = np.atleast_1d(product)
    exact = np.broadcast_to(product, (*product.shape[:-1], 7)).sum(axis=-1)
    found = F.total([Enclosure(np.asarray(m), r) for m, r in zip(mids, rads, strict=True)], 7)
    assert found.shape == np.shape(exact) and inside(found, np.asarray(exact, dtype=object))


def test_a_layer_is_tight() -> None:
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(50, 1, 300)), rng.normal(size=(40, 300))
    found = contract(Enclosure(a), Enclosure(b))
    assert found.shape == (50, 40) and found.rad.max() < 1e-10
    assert np.allclose(found.mid, a[:, 0] @ b.T)
    assert contract(Enclosure(np.ones((3, 0))), Enclosure(np.ones(0))).mid.tolist() == [0, 0, 0]


@pytest.mark.parametrize("terms", [1, 128, 256, 257, 384, 385, 1000, 20_000])
def test_long_sums_go_in_blocks(terms: int) -> None:
    """Terms that cancel, so that nearly all of the error is seen; the bound grows with the blocks, not with terms."""
    rng = np.random.default_rng(terms)
    a, b = rng.normal(size=(3, terms)), rng.normal(size=(3, terms)) * 2.0 ** rng.integers(-9, 9, (3, terms))
    half = terms // 2
    a[:, half : 2 * half], b[:, half : 2 * half] = a[:, :half], -b[:, :half]
    found = contract(Enclosure(a), Enclosure(b))
    exact = [
        sum((x * y for x, y in zip(*map(exactly, pair), strict=True)), Fraction(0)) for pair in zip(a, b, strict=True)
    ]
    assert inside(found, np.array(exact, dtype=object))
    rounds = max(256, 128 + terms / 128, 2 * terms**0.5) + 3
    assert (np.broadcast_to(found.rad, 3) <= 1.01 * rounds * 2.0**-53 * np.abs(a * b).sum(axis=1) + 1e-200).all()


@pytest.mark.parametrize("terms", [1, 2, 9])
def test_what_underflows_is_enclosed(terms: int) -> None:
    """2**-600 * 2**-600 is 0 in float64, and not in the reals."""
    tiny = Enclosure(np.full(terms, 2.0**-600))
    assert inside(F.total([tiny, tiny], terms), np.array(terms * Fraction(2) ** -1200))
    assert inside(mul(tiny, tiny), np.array(Fraction(2) ** -1200))
    assert F.compare("lt", Enclosure(np.array(0.0)), mul(tiny, tiny)).max() == 0
    x = entry("var", "x")
    at = {("var", "x"): np.array(2.0**-600)}
    assert value(x**2, at, {}, F).contains(flint.arb(2) ** -1200)
    assert not value(apply("lt", 0, x**2), at, {}, F)


TOP = 2**53 - 1
LIMITS = [(TOP, 0, True), (TOP, 1, False), (TOP, 2, False), (-TOP, 0, True), (0.5, 0.5, False)]


@pytest.mark.parametrize(("a", "b", "exact"), LIMITS)
def test_integers_are_exact_below_the_limit_only(a: float, b: float, exact: bool) -> None:
    A, B = Enclosure(np.full(2, float(a))), Enclosure(np.full(2, float(b)))
    assert (add(*(Enclosure(np.array(float(v))) for v in (a, b))).rad is None) == (abs(a + b) != 2**53 + 1)
    one = Enclosure(np.array([float(a), float(b)]))
    for found in (add(A, B), F.total([one], 2), F.total([one, Enclosure(np.ones(2))], 2)):
        assert (found.rad is None) == exact and inside(found, np.array(fraction(a) + fraction(b)))
    assert (mul(A, Enclosure(np.full(2, 3.0))).rad is None) == (abs(3 * a) < BIG and a != 0.5)


def test_what_is_not_finite_is_not_known() -> None:
    huge, nan = Enclosure(np.array([1e200])), F.undefined()
    one, zero = Enclosure(np.array([1.0])), Enclosure(np.array([0.0]))
    with np.errstate(all="ignore"):
        unknown = [mul(mul(huge, huge), zero), add(nan, one), mul(nan, zero), F.total([mul(huge, huge), zero], 1)]
        unknown += [F.fold("max", nan, one), F.largest(Enclosure(np.array([np.nan, 1.0]), np.array([np.nan, 0.0])))]
        unknown += [F.function("abs", nan), F.where(np.array(0, dtype=np.int8), nan, one)]
        unknown += [F.where(np.array(1, dtype=np.int8), nan, one), Enclosure(np.array(1.0), np.array(np.inf))]
        for found in unknown:
            assert not F.item(Enclosure(np.ravel(found.mid)[0], np.ravel(found.rad)[0])).is_finite()
            for op in ("le", "lt", "eq"):
                assert not F.compare(op, found, one).any() and not F.compare(op, one, found).any()
        assert F.where(np.array(-1, dtype=np.int8), nan, one).mid == 1
    for bad in (np.array([1.0, np.nan]), np.array([np.inf])):
        with pytest.raises(Inexact):
            F.load(bad)


def test_zeros_hide_nothing_in_a_matrix_product() -> None:
    a, b = np.zeros((40, 1, 30)), np.ones((20, 30))
    b[3, 4] = np.nan
    assert np.isnan(contract(Enclosure(a), Enclosure(b, np.zeros(b.shape))).mid).all()


def test_rationals_are_rounded_with_their_error() -> None:
    third = flint.fmpq(1, 3)
    found = F.load(np.array([third, flint.fmpq(1, 4)], dtype=object))
    assert inside(found, np.array([Fraction(1, 3), Fraction(1, 4)]))
    assert F.load(np.array([flint.fmpq(1, 4)], dtype=object)).rad is None
    with pytest.raises((Inexact, OverflowError)):
        F.load(np.array([flint.fmpq(10**400)], dtype=object))
    with pytest.raises(Inexact):
        F.load(np.array([flint.arb(1)], dtype=object))


NAMES = {"x": "", "w": "d"}, {"X": "n d", "y": "n"}
POLYNOMIALS = [
    "sum((X @ w - y)**2)",
    "sum(y) - n + x**3*sum(w)",
    "max(X @ w - y) - max(w)*x",
    "sum(where(X @ w <= y, abs(w[0]), y**2*x))",
    "w @ X.T @ X @ w - sum(y*(X @ w))*x",
    "sum(where(y == 1, x, 0)) + sum(max(X @ w, 0))",
]


@pytest.mark.parametrize("text", POLYNOMIALS)
@pytest.mark.parametrize("whole", [True, False])
def test_statements_in_floats_hold_their_exact_value(text: str, whole: bool) -> None:
    import re

    words = set(re.findall("[a-zA-Z]+", text))
    f = read_text(text, *({n: s for n, s in names.items() if n in words} for names in NAMES)).function
    rng = np.random.default_rng(1)
    for _ in range(20):
        sizes = {"n": int(rng.integers(1, 6)), "d": int(rng.integers(1, 6))}
        shapes = {"x": (), "w": (sizes["d"],), "X": (sizes["n"], sizes["d"]), "y": (sizes["n"],)}
        drawn = {n: rng.integers(-9, 9, s).astype(float) if whole else rng.normal(size=s) for n, s in shapes.items()}
        kinds = {("var" if n in NAMES[0] else "par", n): a for n, a in drawn.items()}
        exact = evaluate(f, {k: rationals(a) for k, a in kinds.items()}, sizes, exact=True)
        assert exact == evaluate(f, kinds, sizes, exact=True)  # float64 arrays are the rationals that they store
        found = value(f, kinds, sizes, F)
        assert found.contains(flint.arb(exact)) or found.overlaps(flint.arb(exact))
        assert found.rad() == 0 if whole else found.rad() < 1e-9


def test_labels_and_facts_of_large_data_are_decided_at_once() -> None:
    n, k = dim("n"), dim("k")
    y = entry("par", "Y", [bound(1), bound(0)])
    labels = np.eye(10)[np.random.default_rng(0).integers(0, 10, 20_000)]
    sizes, values = {"n": 20_000, "k": 10}, {("par", "Y"): labels}
    rows = over("Max", n, apply("abs", over("Sum", k, y) - 1))
    assert value(rows, values, sizes, F) == 0
    assert value(over("Max", n, over("Max", k, -y)), values, sizes, F) == 0
    labels[7, 3] += 1e-9
    assert value(rows, values, sizes, F) > 0
    picked = over("Sum", n, entry("par", "Y", [bound(0), entry("par", "c", [bound(0)])]))
    classes = labels.argmax(axis=1).astype(float)
    assert abs(value(picked, values | {("par", "c"): classes}, sizes, F) - 20_000) < 1e-6
    classes[5] = 10
    assert not value(picked, values | {("par", "c"): classes}, sizes, F).is_finite()
    assert value(over("Sum", const(0), y), values, sizes, F) == 0
