"""Symmetries: which actions leave which losses alone, for all sizes; pairs of equal points with more between."""

from fractions import Fraction
from typing import NamedTuple

import flint
import numpy as np
import pytest

from convexcheck.certificate import evidence as ev
from convexcheck.certificate.codec import encode
from convexcheck.certificate.evidence import Certificate, Claim
from convexcheck.expression.evaluate import evaluate
from convexcheck.expression.statement import Statement
from convexcheck.expression.term import Expression, bound, const, dim, entry, over, substitute
from convexcheck.kernel.check import Accepted, Rejected, verify
from convexcheck.read.text import read_text
from tests.kernel.twins import accepted_alike

H = dim("h")
FIRST, SECOND = bound(0), bound(1)
ACTIVATIONS = {
    "tanh": "tanh(Z)",
    "sigmoid": "sigmoid(Z)",
    "softplus": "log(1 + exp(Z))",
    "relu": "max(0, Z)",
    "sin": "sin(Z)",
    "atan": "atan(Z)",
    "square": "Z**2",
    "gelu": "Z*(1 + erf(Z/sqrt(2)))/2",
}


def var(name: str, *at: Expression) -> Expression:
    return entry("var", name, at)


def par(name: str, *at: Expression) -> Expression:
    return entry("par", name, at)


def loss(activation: str, ridge: str = "") -> Statement:
    """One hidden layer of h units, for all sizes and data."""
    text = f"sum(({ACTIVATIONS[activation].replace('Z', '(X @ W.T + b)')} @ v + c - y)**2){ridge}"
    return read_text(text, {"W": "h d", "b": "h", "v": "h", "c": ""}, {"X": "n d", "y": "n"})


class Kind(NamedTuple):
    action: ev.Action
    admitted: set[str]  # the activations whose losses it leaves alone


p, s, r = par("p", FIRST), par("s", FIRST), par("r", FIRST)
SWAP = ev.Action((("W", var("W", p, SECOND)), ("b", var("b", p)), ("v", var("v", p))), permutations=(("p", H),))
ODD = ev.Action(
    (("W", s * var("W", FIRST, SECOND)), ("b", s * var("b", FIRST)), ("v", s * var("v", FIRST))), signs=(("s", H),)
)
EVEN = ev.Action((("W", s * var("W", FIRST, SECOND)), ("b", s * var("b", FIRST))), signs=(("s", H),))
FLIP = ev.Action((*ODD.images, ("c", var("c") + over("Sum", H, (1 - s) / 2 * var("v", FIRST)))), signs=(("s", H),))
SCALE = ev.Action(
    (("W", r * var("W", FIRST, SECOND)), ("b", r * var("b", FIRST)), ("v", var("v", FIRST) / r)), scales=(("r", H),)
)
SQUARED = ev.Action((*SCALE.images[:2], ("v", var("v", FIRST) / r**2)), scales=(("r", H),))
KINDS = {
    "permutations": Kind(SWAP, set(ACTIVATIONS)),
    "signs, odd": Kind(ODD, {"tanh", "sin", "atan"}),
    "signs, even": Kind(EVEN, {"square"}),
    "signs, through the next bias": Kind(FLIP, {"sigmoid"}),
    "scales": Kind(SCALE, {"relu"}),
    "scales, of degree 2": Kind(SQUARED, {"square"}),
}


def invariant(statement: Statement, action: ev.Action) -> Accepted | Rejected:
    return verify(encode(Certificate(statement, Claim("invariant"), ev.Invariance(action))))


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("kind", KINDS)
def test_an_action_is_accepted_for_just_the_activations_that_have_it(kind, activation):
    action, admitted = KINDS[kind]
    found = isinstance(invariant(loss(activation), action), Accepted)
    assert found == (activation in admitted)
    assert found == (apart(loss(activation), action) < 1e-12)  # an independent look: values at random points


def drawn(rng, h=3, d=2, n=4):
    shapes = {("var", "W"): (h, d), ("var", "b"): (h,), ("var", "v"): (h,), ("var", "c"): (), ("par", "X"): (n, d)}
    values = {key: rng.normal(size=shape) for key, shape in {**shapes, ("par", "y"): (n,)}.items()}
    values["par", "p"], values["par", "s"] = np.array([2, 0, 1]), np.array([-1, 1, -1])
    values["par", "r"] = np.array([0.5, 3.0, 0.25])
    rational = np.vectorize(lambda q: flint.fmpq(*Fraction(float(q)).as_integer_ratio()), otypes=[object])
    return {key: rational(a) for key, a in values.items()}, {"h": h, "d": d, "n": n}


def apart(statement: Statement, action: ev.Action) -> float:
    values, sizes = drawn(np.random.default_rng(0))
    moved = substitute(statement.function, {("var", n): body for n, body in action.images})
    return abs(float((evaluate(moved, values, sizes) - evaluate(statement.function, values, sizes)).mid()))


WITHOUT_B = ev.Action((SWAP.images[0], SWAP.images[2]), permutations=(("p", H),))
INPUTS = ev.Action((("W", var("W", SECOND, FIRST)),), permutations=(("p", dim("d")),))
REJECTED = {  # what is left out or added, and what the kernel says of it
    "the bias stays": (loss("tanh"), WITHOUT_B, "not identical"),
    "p is a permutation of d": (loss("tanh"), ev.Action(SWAP.images, permutations=(("p", dim("d")),)), "not identical"),
    "nothing says that p is one": (loss("tanh"), ev.Action(SWAP.images), "no image"),
    "nothing says that s is a sign": (loss("tanh"), ev.Action(ODD.images, scales=(("s", H),)), "not identical"),
    "a penalty breaks the scaling": (loss("relu", " + 0.1*sum(W**2)"), SCALE, "not identical"),
    "a name of the statement": (loss("tanh"), ev.Action(SWAP.images, permutations=(("X", H),)), "twice"),
    "two images": (loss("tanh"), ev.Action((*SWAP.images, SWAP.images[0]), permutations=(("p", H),)), "two images"),
    "no image": (loss("tanh"), ev.Action(()), "none has one"),
    "axes exchanged": (loss("tanh"), INPUTS, "not identical"),
    "an unknown variable": (loss("tanh"), ev.Action((("u", var("b", FIRST)),)), "image"),
    "an index too many": (loss("tanh"), ev.Action((("b", var("b", SECOND)),)), "image"),
}


@pytest.mark.parametrize("name", REJECTED)
def test_what_is_no_symmetry_is_rejected(name):
    statement, action, words = REJECTED[name]
    found = invariant(statement, action)
    assert isinstance(found, Rejected) and words in found.reason, found


def test_permutations_and_odd_signs_keep_a_ridge():
    for action in (SWAP, ODD):
        assert isinstance(invariant(loss("tanh", " + 0.1*(sum(W**2) + sum(v**2))"), action), Accepted)


DEEP = (
    "sum((tanh(tanh(X @ U.T) @ V.T) @ w - y)**2)",
    {"U": "g d", "V": "h g", "w": "h"},
    {"X": "n d", "y": "n"},
)
q = par("q", SECOND)
SWAPS = ev.Action(
    (("U", var("U", par("q", FIRST), SECOND)), ("V", var("V", p, q)), ("w", var("w", p))),
    permutations=(("p", H), ("q", dim("g"))),
)
t = par("t", SECOND)
SIGNS = ev.Action(
    (
        ("U", par("t", FIRST) * var("U", FIRST, SECOND)),
        ("V", s * t * var("V", FIRST, SECOND)),
        ("w", s * var("w", FIRST)),
    ),
    signs=(("s", H), ("t", dim("g"))),
)


@pytest.mark.parametrize("action", [SWAPS, SIGNS], ids=["permutations", "signs"])
def test_every_layer_of_a_deep_net_has_its_own(action):
    assert isinstance(invariant(read_text(*DEEP), action), Accepted)


# --- pairs -----------------------------------------------------------------------------------------------


def array(values, shape=None) -> ev.Array:
    entries = np.asarray(values, dtype=object)
    flat = tuple(Fraction(str(v)) for v in entries.reshape(-1))
    return ev.Array(tuple(shape or entries.shape), flat)


TWO = read_text("sum((max(0, X @ W.T) @ v - y)**2)", {"W": "2 2", "v": "2"}, {"X": "1 2", "y": "1"})
SWAP2 = ev.Action((("W", var("W", p, SECOND)), ("v", var("v", p))), permutations=(("p", const(2)),))


def pair(swap=(1, 0), v=("2.3", "0.8"), t="1/2") -> bytes:
    """The net W = [[-1.5, 2], [1.7, 0.4]] at the sample (1, 0), whose target is its own output 0.8 * 1.7."""
    given = (("X", array([[1, 0]])), ("y", array(["1.36"])), ("p", array(list(swap))))
    x = (("W", array([["-1.5", 2], ["1.7", "0.4"]])), ("v", array(v)))
    found = ev.SymmetryPair(ev.Instance((), given), SWAP2, x, Fraction(t))
    return encode(Certificate(TWO, Claim("not convex"), found))


def test_a_pair_of_equal_minima_with_more_between():
    found = verify(pair())
    # the midpoint has both units at 0.1 and both weights at 1.55: 0.31 in place of 1.36, and 1.05**2 = 441/400
    assert isinstance(found, Accepted) and "gap = 441/400 > 0" in str(found)


FALSE = {
    "the identity moves nothing": pair(swap=(0, 1)),
    "no permutation": pair(swap=(1, 1)),
    "no index": pair(swap=(1, 2)),
    "not between": pair(t="1"),
    "equal units": pair(v=("0", "0")),
}


@pytest.mark.parametrize("name", FALSE)
def test_a_pair_without_a_gap_is_rejected(name):
    assert isinstance(verify(FALSE[name]), Rejected)


def test_equal_minima_alone_refute_nothing():
    """(w1 + w2 - 1)**2 has the minima (1, 0) and (0, 1), and is convex."""
    statement = read_text("(sum(w) - 1)**2", {"w": "2"})
    action = ev.Action((("w", var("w", p)),), permutations=(("p", const(2)),))
    assert isinstance(invariant(statement, action), Accepted)
    for t in ("1/2", "1/3", "9/10"):
        evidence = ev.SymmetryPair(
            ev.Instance((), (("p", array([1, 0])),)), action, (("w", array([1, 0])),), Fraction(t)
        )
        assert isinstance(verify(encode(Certificate(statement, Claim("not convex"), evidence))), Rejected)


@pytest.mark.parametrize("data", [pair(), encode(Certificate(loss("tanh"), Claim("invariant"), ev.Invariance(SWAP)))])
def test_twins_are_rejected_or_say_something_else(data):
    redundant = ("/images = ",)  # the order of the images
    assert not [place for place in accepted_alike(data) if not any(r in place for r in redundant)]
