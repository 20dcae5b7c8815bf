"""Random compositions: what is proved survives sampled Jensen, what is refuted is refuted by values of their own."""

import random
from fractions import Fraction
from typing import Any

import flint
import pytest

import convexcheck
from tests.soundness.jensen import violation
from tests.soundness.programs import POSITIVE, Program, Term, program

CLAIMS = {"CONVEX": ["convex"], "CONCAVE": ["concave"], "AFFINE": ["convex", "concave"]}
SHORT, LONG, CHUNK = 200, 2400, 25


def contradiction(seed: int) -> str:
    """What is wrong with the verdict on program number `seed`, in words; "" if nothing is."""
    p = program(seed)
    v = convexcheck.check(p.term.text, budget=0.8, **p.options)
    if claims := CLAIMS.get(v.curvature) if v.certificate else None:
        mu = v.modulus if isinstance(v.modulus, Fraction) else None
        return violation(p, claims, mu, v.strict is True, random.Random(seed), pairs=25)
    for c in v.counterexamples:
        data = {name: _plain(array) for name, array in c.parameters.items()}
        middle, x, y = (p.value({**data, **{n: _plain(a) for n, a in q.items()}}, 512) for q in (c.middle, c.x, c.y))
        t = flint.arb(flint.fmpq(c.t.numerator, c.t.denominator))
        gap = middle - t * x - (1 - t) * y
        if not (gap > 0 if c.side == "convex" else gap < 0):
            return f"{p.term.text}: no gap against {c.side} at {c}"
    return ""


def _plain(array: Any) -> Any:
    return array if getattr(array, "shape", ()) else getattr(array, "item", lambda: array)()


@pytest.mark.parametrize("start", range(0, SHORT, CHUNK))
def test_no_contradiction(start: int) -> None:
    assert not [found for seed in range(start, start + CHUNK) if (found := contradiction(seed))]


@pytest.mark.nightly
@pytest.mark.parametrize("start", range(SHORT, SHORT + LONG, CHUNK))
def test_no_contradiction_in_a_long_campaign(start: int) -> None:
    assert not [found for seed in range(start, start + CHUNK) if (found := contradiction(seed))]


FALSE = {  # claims that are wrong, one for each way of being wrong
    "not convex": (Term("x**3", lambda e: e["x"] ** 3), ["convex"], None, False),
    "not concave": (Term("x**2", lambda e: e["x"] ** 2), ["concave"], None, False),
    "not affine": (Term("x**2", lambda e: e["x"] ** 2), ["convex", "concave"], None, False),
    "a modulus too large": (Term("x**2", lambda e: e["x"] ** 2), ["convex"], Fraction(9, 4), False),
    "not strict": (Term("abs(x)", lambda e: abs(e["x"])), ["convex"], None, True),
    "not real": (Term("log(x)", lambda e: POSITIVE["log"][1](e["x"])), ["concave"], None, False),
}


@pytest.mark.parametrize("name", FALSE)
def test_the_oracle_notices_a_false_claim(name: str) -> None:
    term, claims, modulus, strict = FALSE[name]
    assert violation(Program(term, {"x": ""}, {}, (), ()), claims, modulus, strict, random.Random(0), pairs=100)


def test_the_oracle_keeps_quiet_about_a_true_claim() -> None:
    p = Program(Term("x**2", lambda e: e["x"] ** 2), {"x": ""}, {}, (), ())
    assert not violation(p, ["convex"], Fraction(2), False, random.Random(0), pairs=100)
