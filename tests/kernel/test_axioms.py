"""Axioms: each is about one primitive, is listed by the verdict, and survives sampled Jensen gaps."""

import re

import numpy as np
import pytest

import convexcheck
from convexcheck.expression.term import MATRICES
from convexcheck.kernel.axioms import AXIOMS
from convexcheck.search.numeric import Program

CASES = [
    ("eigmax(X)", "symmetric(X)"),
    ("eigmax(2*X - A.T @ A)", "symmetric(X)"),
    ("trace_xlogx(X)", "posdef(X)"),
    ("norm_nuclear(A @ X - A)", ""),
    ("norm_spectral(X.T)", ""),
]


def statement(function: str, domain: str):  # type: ignore[no-untyped-def]
    parameters = {"A": "m n"} if "A" in function else {}
    return {"wrt": {"X": "n n"}, "parameters": parameters, "domain": domain, "budget": 5}


def test_an_axiom_concerns_one_primitive_and_names_its_source() -> None:
    assert {name.removeprefix("convex:") for name in AXIOMS} <= set(MATRICES)
    assert all(re.search(r"(theorem|section|example) \d", source) for source in AXIOMS.values())


@pytest.mark.parametrize(("function", "domain"), CASES)
def test_a_verdict_lists_the_axiom_that_it_rests_on(function: str, domain: str) -> None:
    v = convexcheck.check(function, **statement(function, domain))
    assert v.curvature == "CONVEX"
    (axiom,) = convexcheck.verify(v.certificate).axioms
    assert axiom.startswith("convex:" + function.split("(")[0])


@pytest.mark.parametrize("name", AXIOMS)
def test_the_axiom_holds_at_random_matrices(name: str) -> None:
    op, rng = name.removeprefix("convex:"), np.random.default_rng(0)
    v = convexcheck.check(f"{op}(X)", wrt={"X": "n n"}, domain="posdef(X)", budget=5)
    for n in (1, 2, 3):
        B, C = rng.normal(size=(2, n, n, 200))
        if op.startswith("norm"):
            x, y = B, C
        else:
            x, y = (np.einsum("ikp,jkp->ijp", M, M) + 0.01 * np.eye(n)[..., None] for M in (B, C))
        f, g, middle = (Program(v.statement.function, {"n": n})({("var", "X"): p}) for p in (x, y, (x + y) / 2))
        assert (middle <= (f + g) / 2 + 1e-9).all()
        assert (middle < (f + g) / 2 - 1e-6).any() or n == 1  # the comparison would notice the opposite
