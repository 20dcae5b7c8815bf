"""Every corrupted and re-signed twin is rejected, or its printed statement differs from the original's."""

import re

import pytest

import convexcheck
from convexcheck.kernel.check import Accepted, Rejected, verify
from tests.kernel.twins import accepted_alike, signed, twins

VECTOR = {"wrt": {"w": "d"}, "parameters": {"X": "n d", "y": "n"}}
CASES = {  # one for each kind of evidence and of claim, and for the ways in which they meet
    "second order": ("x**2", {}),
    "scalar composition": ("log(1 + exp(-y*(w*x + b)))", {"wrt": "w b"}),
    "logistic regression": ("sum(log(1 + exp(-y*(X @ w))))", VECTOR),
    "poisson regression": ("sum(exp(X @ w) - y*(X @ w))", VECTOR),
    "ridge: modulus": (
        "sum((X @ w - y)**2) + s*sum(w**2)",
        {"wrt": {"w": "d"}, "parameters": {"X": "n d", "y": "n", "s": ""}, "given": "s > 0"},
    ),
    "modulus": ("x**2 + exp(x)", {}),
    "an open domain": ("-log(x)", {"domain": "x > 0"}),
    "a closed box, strict": ("x*log(x)", {"domain": "x >= 0.5, x <= 3"}),
    "a power at its edge": ("-sqrt(x)", {"domain": "x >= 0"}),
    "two variables": ("x**2/y", {"wrt": "x y", "domain": "y > 0"}),
    "a concave domain condition": ("x**2", {"wrt": "x", "domain": "x > 0, log(x) >= 0"}),
    "a cone as domain": ("x**2", {"wrt": "x y z", "domain": "z > 0, z**2 - x**2 - y**2 > 0"}),
    "monotone composition": ("exp(x**2)", {}),
    "maximum": ("max(x, -x, x**2)", {}),
    "absolute value": ("abs(x - y)", {}),
    "maximum over a binder": ("max(X @ w)", {"wrt": {"w": "d"}, "parameters": {"X": "n d"}}),
    "diagonal and low rank": ("logsumexp(x)", {"wrt": {"x": "n"}}),
    "norm": ("sqrt(1 + x**2 + y**2)", {}),
    "geometric mean": ("-sqrt(x*y)", {"domain": "x > 0, y > 0"}),
    "pieces": ("where(abs(x) <= a, x**2/2, a*abs(x) - a**2/2)", {"wrt": "x", "given": "a > 0"}),
    "limit": ("sqrt(x**2 + y**2)", {}),
    "a root of a quadratic": ("sqrt(x**2 + x*y + 2*y**2)", {}),
    "a lemma": ("(x**2 + x*y + 2*y**2)**(3/2)", {}),
    "PSD matrices": ("trace(A @ X @ X.T)", {"wrt": {"X": "n m"}, "parameters": {"A": "n n"}, "given": "psd(A)"}),
    "an axiom": ("eigmax(X)", {"wrt": {"X": "n n"}, "domain": "symmetric(X)"}),
    "an axiom after rewriting": ("trace(X @ logm(X))", {"wrt": {"X": "n n"}, "domain": "posdef(X)"}),
    "a difference": ("-log(exp(x) - exp(y))", {"wrt": "x y", "domain": "x > y"}),
    "gamma functions": ("loggamma(a) - a*log(b)", {"wrt": "a b", "domain": "a > 0, b > 0"}),
    "roots": ("x**4 - x**3 + x**2", {}),
    "ladder": ("(exp(x) - 1)/x", {"domain": "x > 0"}),
    "limits at infinity": ("-log(normcdf(x))", {}),
    "tails and balls": ("0.45*x**2 - exp(-x**2)", {}),
    "affine": ("a*x + b", {"wrt": "x", "parameters": {"a": "", "b": ""}}),
    "concave": ("-sum(exp(X @ w))", {"wrt": {"w": "d"}, "parameters": {"X": "n d"}}),
    "neither": ("x*y", {}),
    "neither, with data": ("sum((1/(1 + exp(-(X @ w))) - y)**2)", VECTOR),
    "undefined": ("log(x)", {}),
    "undefined at an edge": ("sqrt(x)", {"domain": "x >= -1"}),
    "domain not convex": ("x**2", {"wrt": "x", "domain": "x*x >= 1"}),
    "domain empty": ("x", {"domain": "x > 1, x < 0"}),
}
# Places where a certificate says more than its rule needs, so that a change leaves the same proof.
REDUNDANT = (
    "/slots = ",  # the order of the arguments of a composition
    "/weights = ",  # the order of the weights
    ' = ["eq", ',  # the sides of an equation
    "/weights/0/1 = ",  # a smaller weight shows strictness as well
    "/points/",  # another cut, where the pieces have the sign as well
)


def weights(data: bytes) -> tuple[str, ...]:
    """The constants that a ladder divides by: any number > 0 makes the same proof."""
    found = re.findall(rb'"kind":"Ladder","slope":.*?"weight":([0-9]+)', data)
    return tuple(f'nodes/{int(k)} = ["const"' for k in found)


def certificate(name: str) -> bytes:
    text, options = CASES[name]
    verdict = convexcheck.check(text, budget=5, **options)
    assert verdict.certificate is not None, verdict.message
    return verdict.certificate.data


LONG = {"gamma functions", "a difference", "limits at infinity", "tails and balls", "logistic regression"}
LONG |= {"ridge: modulus", "norm"}


@pytest.mark.parametrize("name", [pytest.param(n, marks=[pytest.mark.nightly] * (n in LONG)) for n in CASES])
def test_twins_are_rejected_or_say_something_else(name: str) -> None:
    data = certificate(name)
    assert isinstance(verify(data), Accepted)
    alike = [place for place in accepted_alike(data) if not any(r in place for r in (*REDUNDANT, *weights(data)))]
    assert not alike


def test_there_are_many_twins_and_most_are_rejected() -> None:
    data = certificate("two variables")
    found = [isinstance(verify(t.data), Rejected) for t in twins(data)]
    assert len(found) > 200 and sum(found) > 0.8 * len(found)


def test_a_twin_that_is_the_original_would_be_noticed() -> None:
    import json

    data = certificate("second order")
    assert signed(json.loads(data)) == data
    assert str(verify(signed(json.loads(data)))) == str(verify(data))
