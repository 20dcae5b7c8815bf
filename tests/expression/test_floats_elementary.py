"""Enclosures of elementary functions against balls of 200 bits: held everywhere, tight, at edges and far out."""

import math

import flint
import numpy as np
import pytest

from convexcheck.expression.enclosures import Enclosure
from convexcheck.expression.floats import function, power, reciprocal, root
from convexcheck.expression.functions import FUNCTIONS

OWN = ("exp", "log", "sin", "cos", "erf", "tanh", "sigmoid", "softplus", "abs")
IN_BALLS = ("atan", "erfc", "sinh", "cosh", "asinh", "asin", "loggamma", "lambertw")
EDGES = [0.0, 5e-324, 2.0**-1022, 1e-300, 1e-17, 1 / 64, 1 / 64 - 2**-60, 1 / 32, 0.5, math.log(2) / 2, 0.7072, 1.0]
EDGES += [np.nextafter(1, 0), np.nextafter(1, 2), math.sqrt(2), math.pi / 4, math.pi / 2, 2.0, math.pi, 5.99, 6.0, 6.01]
EDGES += [20.0, 36.0, 37.5, 88.7, 344.9, 354.9, 700.0, 709.7, 709.79, 745.0, 746.0, 800.0, 801.0, 1e5, 2.0**20, 2e6]
EDGES += [1e16, 2.0**53, 1e100, 1.7e308]
EDGES += [-v for v in EDGES]


def points(count: int, seed: int) -> np.ndarray:
    """Numbers of every size, and edges."""
    rng = np.random.default_rng(seed)
    some = rng.normal(size=count // 4) * 10.0 ** rng.integers(-20, 20, count // 4)
    near = [rng.normal(size=count // 4) * s for s in (0.5, 5, 100)]
    return np.concatenate([EDGES, some, *near])


def held(name: str, mids: np.ndarray, found: Enclosure) -> np.ndarray:
    """|value - mid| <= rad in balls of 200 bits, where the enclosure is finite."""
    finite = np.isfinite(found.mid) & np.isfinite(found.rad if found.rad is not None else 0.0)
    rads = np.broadcast_to(0.0 if found.rad is None else found.rad, mids.shape)
    with flint.ctx.workprec(200):
        ball = FUNCTIONS[name].ball
        for x, m, r in zip(mids[finite].tolist(), found.mid[finite].tolist(), rads[finite].tolist(), strict=True):
            exact = _value(name, ball, flint.arb(x))
            assert abs(exact - flint.arb(m)) <= flint.arb(r), (name, x, m, r)
    return finite


def _value(name, ball, x):
    if name in ("sin", "cos") and abs(x) > 2**60:  # 200 bits are not enough to reduce it
        with flint.ctx.workprec(1300):
            return ball(x)
    if name == "softplus" and x > 0:  # the same, where exp(x) is too large for a ball
        return x + (1 + (-x).exp()).log()
    if name == "sigmoid" and x < 0:
        return x.exp() / (1 + x.exp())
    return ball(x)


def tight(name: str, mids: np.ndarray, found: Enclosure, finite: np.ndarray) -> None:
    """What ought to be known is known, to 13 digits, absolutely or relatively."""
    domain = {"log": mids > 0, "exp": mids < 709}.get(name, True)
    assert finite[np.broadcast_to(domain, mids.shape)].all()
    if found.rad is not None:
        near = (abs(mids) < 2.0**20) & finite
        assert (found.rad[near] <= 1e-13 * (1 + abs(found.mid[near]))).all()


@pytest.mark.parametrize("name", OWN)
def test_values_are_held(name: str) -> None:
    mids = points(10_000, 0)
    with np.errstate(all="ignore"):
        found = function(name, Enclosure(mids))
    tight(name, mids, found, held(name, mids, found))


@pytest.mark.nightly
@pytest.mark.parametrize("name", OWN)
def test_a_million_values_are_held(name: str) -> None:
    for seed in range(1, 51):
        mids = points(20_000, seed)
        with np.errstate(all="ignore"):
            found = function(name, Enclosure(mids))
        tight(name, mids, found, held(name, mids, found))


@pytest.mark.parametrize("name", [*OWN, *IN_BALLS])
def test_a_single_number_is_evaluated_like_many(name: str) -> None:
    one, many = (function(name, Enclosure(np.array(mid), np.array(1e-9))) for mid in (0.5, [0.5, 0.25]))
    assert one.shape == () and one.mid == many.mid[0] and one.rad >= 1e-10


@pytest.mark.parametrize("name", [*OWN, *IN_BALLS])
def test_what_is_around_the_midpoint_is_held(name: str) -> None:
    rng = np.random.default_rng(2)
    mids = rng.normal(size=1500) * rng.choice([0.01, 1, 30], 1500)
    rads = np.abs(rng.normal(size=1500)) * 10.0 ** rng.integers(-18, 1, 1500)
    with np.errstate(all="ignore"):
        found = function(name, Enclosure(mids, rads))
    finite = np.isfinite(found.mid) & np.isfinite(found.rad)
    assert finite.sum() > 300
    with flint.ctx.workprec(2000):
        for k in np.nonzero(finite)[0]:
            for t in (-1, 0.37, 1):
                x = flint.arb(mids[k]) + flint.arb(t) * flint.arb(rads[k])
                exact = FUNCTIONS[name].ball(x)
                assert abs(exact - flint.arb(found.mid[k])) <= flint.arb(found.rad[k]), (name, mids[k], rads[k], t)


def test_quotients_roots_and_powers() -> None:
    rng = np.random.default_rng(3)
    mids = np.concatenate([rng.normal(size=2000) * 10.0 ** rng.integers(-30, 30, 2000), EDGES])
    rads = np.abs(mids) * rng.choice([0, 1e-17, 1e-6, 0.4, 1.0, 2.0], mids.size)
    a = Enclosure(mids, rads)
    rules = {"1/t": (reciprocal, lambda t: 1 / t), "root": (root, lambda t: t.sqrt())}
    for q in (-3, -2, -1, -1.5, -0.5, 0.5, 1.5, 2, 3, 7, 1 / 3, 2.7):
        rules[str(q)] = (lambda b, q=q: power(b, Enclosure(np.array(float(q)))), lambda t, q=q: t ** flint.arb(q))
    for rule, (own, exact) in rules.items():
        with np.errstate(all="ignore"):
            found = own(a)
        finite = np.isfinite(found.mid) & np.isfinite(found.rad)
        assert finite.sum() > 500, rule
        with flint.ctx.workprec(300):
            for k in np.nonzero(finite)[0]:
                for t in (-1, 0, 1):
                    value = exact(flint.arb(mids[k]) + t * flint.arb(rads[k]))
                    assert abs(value - flint.arb(found.mid[k])) <= flint.arb(found.rad[k]), (rule, mids[k], rads[k])


@pytest.mark.parametrize("name", [*OWN, "atan"])
@pytest.mark.parametrize(("mid", "rad"), [(np.nan, 0.0), (0.5, np.nan), (0.5, np.inf), (np.inf, 0.0), (-np.inf, 0.0)])
def test_what_is_not_finite_has_no_value(name: str, mid: float, rad: float) -> None:
    with np.errstate(all="ignore"):
        found = function(name, Enclosure(np.array([mid]), np.array([rad])))
    bounded = name in ("tanh", "sigmoid", "erf") or (name, mid) in (("exp", -np.inf), ("softplus", -np.inf))
    known = np.isfinite(found.mid).all() and np.isfinite(found.rad).all()
    assert not known or (bounded and np.isinf(mid))


@pytest.mark.parametrize("value", [-1.0, 0.0, 1e-3])
def test_beyond_a_domain_there_is_no_value(value: float) -> None:
    a = Enclosure(np.array([value]), np.array([1e-3 if value > 0 else 0.0]))
    with np.errstate(all="ignore"):
        assert np.isnan(function("log", a).mid)
        assert np.isnan(reciprocal(a).mid) or value < 0
        assert np.isnan(root(a).mid) == (value < 0)


def test_a_wrong_bound_would_be_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    import convexcheck.expression.floats as own

    rows, _ = own._table("exp")
    monkeypatch.setattr(own, "_table", lambda name: (rows, -1.95 * own.U))
    mids = points(10_000, 0)
    with np.errstate(all="ignore"):
        found = own.exp(Enclosure(mids))
    with pytest.raises(AssertionError):
        held("exp", mids, found)
