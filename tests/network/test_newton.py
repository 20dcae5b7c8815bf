"""Newton's method ends at critical points that the kernel certifies, with the inertia that eigenvalues show."""

import itertools
from dataclasses import replace
from fractions import Fraction
from typing import NamedTuple

import numpy as np
import pytest

from convexcheck.certificate import evidence as ev
from convexcheck.certificate.codec import encode, written
from convexcheck.certificate.evidence import Certificate, Claim
from convexcheck.expression.statement import Statement
from convexcheck.expression.term import bound, const, entry
from convexcheck.kernel.check import Accepted, Rejected, verify
from convexcheck.network.newton import critical_points
from convexcheck.read.text import read_text


class Case(NamedTuple):
    text: str
    start: dict[str, float]
    at: dict[str, float]
    positive: int
    negative: int


CASES = {  # each worked out on paper
    "a bowl": Case("(x - 1)**2 + 2*(y + 3)**2", {"x": 0.5, "y": -2}, {"x": 1, "y": -3}, 2, 0),
    "a saddle": Case("x**2 - y**2 + x*y", {"x": 0.1, "y": 0.2}, {"x": 0, "y": 0}, 1, 1),
    "a hill": Case("exp(-x**2 - y**2)", {"x": 0.1, "y": 0.05}, {"x": 0, "y": 0}, 0, 2),
    "one of two minima": Case("x**4/4 - x**2/2", {"x": 0.9}, {"x": 1}, 1, 0),
    "the maximum between": Case("x**4/4 - x**2/2", {"x": 0.1}, {"x": 0}, 0, 1),
    "stiff": Case("1000000*(x - y)**2 + (x + y - 2)**2", {"x": 0, "y": 0}, {"x": 1, "y": 1}, 2, 0),
}


NOTHING = ev.Instance((), ())


def certified(s: Statement, start, instance=NOTHING, verdict="critical point"):
    parameters = {("par", n): written(a) for n, a in instance.parameters}
    for found in critical_points(s, instance, parameters, {n: np.array(v, dtype=float) for n, v in start.items()}):
        answer = verify(encode(Certificate(s, Claim(verdict), found)))
        if isinstance(answer, Accepted):
            return found, answer
    return None


@pytest.mark.parametrize("name", CASES)
def test_a_critical_point_with_its_inertia(name):
    case = CASES[name]
    found, answer = certified(read_text(case.text, " ".join(case.start)), case.start)
    assert all(abs(float(a.entries[0]) - case.at[n]) < 1e-9 for n, a in found.x)
    assert f"{case.positive} eigenvalues > 0 and {case.negative} < 0" in str(answer)


def test_only_a_minimum_is_called_one():
    for name, case in CASES.items():
        s = read_text(case.text, " ".join(case.start))
        assert (certified(s, case.start, verdict="strict local minimum") is not None) == (case.negative == 0), name


@pytest.mark.parametrize(
    ("text", "names"),
    [("x**4", "x"), ("(x - y)**2", "x y"), ("exp(x)", "x"), ("abs(x) + x**2", "x"), ("max(x, -x, x**2 - 1)", "x")],
    ids=["degenerate", "a line of minima", "none at all", "a kink", "a maximum"],
)
def test_nothing_is_found_where_there_is_no_such_point(text, names):
    assert certified(read_text(text, names), dict.fromkeys(names.split(), 0.25)) is None


BOWL = read_text("x**2 + y**2 + x*y**3", "x y")


def evidence(**changes) -> ev.CriticalPoint:
    found = next(critical_points(BOWL, ev.Instance((), ()), {}, {"x": np.array(0.1), "y": np.array(0.1)}))
    return replace(found, **changes)


def scalar(value) -> ev.Array:
    return ev.Array((), (Fraction(value),))


FALSE = {  # one thing wrong each
    "another centre": evidence(x=(("x", scalar("1/100")), ("y", scalar(0)))),
    "a box with more in it": evidence(radius=Fraction(3)),
    "no box": evidence(radius=Fraction(0)),
    "no inverse": evidence(inverse=ev.Array((2, 2), (Fraction(0),) * 4)),
    "no frame": evidence(frame=ev.Array((2, 2), (Fraction(1),) * 4)),
    "another shape": evidence(frame=ev.Array((1, 2), (Fraction(1),) * 2)),
    "two points": evidence(instance=ev.Instance((), (), (("x", scalar(0)), ("y", scalar(0))))),
}


@pytest.mark.parametrize("name", FALSE)
def test_evidence_with_one_thing_wrong_is_rejected(name):
    assert isinstance(verify(encode(Certificate(BOWL, Claim("critical point"), evidence()))), Accepted)
    assert isinstance(verify(encode(Certificate(BOWL, Claim("critical point"), FALSE[name]))), Rejected)


def test_a_domain_is_not_for_this_rule():
    s = read_text("x**2", "x", domain="x >= 0")
    assert certified(s, {"x": 0.5}) is None


# --- orbits: the net W = [[-1.5, 2], [1.7, 0.4]], v = [2.3, 0.8], whose own outputs are the targets ---------------

TWO = const(2)


def array(values) -> ev.Array:
    flat = np.array(values, dtype=object)
    return ev.Array(flat.shape, tuple(Fraction(str(v)) for v in flat.reshape(-1)))


X = [[1, 0], [0, 1], [1, 1], [1, -1], ["1/2", -2], [-2, "1/2"], [2, 1]]
WEIGHTS = {"W": [[-1.5, 2.0], [1.7, 0.4]], "v": [2.3, 0.8]}
INSTANCE = ev.Instance((), (("X", array(X)), ("A", array([["-1.5", 2], ["1.7", "0.4"]])), ("c", array(["2.3", "0.8"]))))


def own_targets(activation: str) -> Statement:
    text = f"mean(({activation}(X @ W.T) @ v - {activation}(X @ A.T) @ c)**2)"
    return read_text(text, {"W": "2 2", "v": "2"}, {"X": "7 2", "A": "2 2", "c": "2"})


def orbit(signs: list[tuple[int, ...]]):
    p = entry("par", "p", [bound(0)])
    s = entry("par", "s", [p])
    images = (("W", s * entry("var", "W", [p, bound(1)])), ("v", s * entry("var", "v", [p])))
    action = ev.Action(images, permutations=(("p", TWO),), signs=(("s", TWO),))
    members = itertools.product([(0, 1), (1, 0)], signs)
    return action, tuple((("p", array(list(a))), ("s", array(list(b)))) for a, b in members)


@pytest.mark.parametrize(
    ("activation", "signs", "count"),
    [("tanh", list(itertools.product((1, -1), repeat=2)), 8), ("sigmoid", [(1, 1)], 2)],
)
def test_the_whole_orbit_of_a_strict_minimum(activation, signs, count):
    s = own_targets(activation)
    start = {n: np.array(v) + 0.01 for n, v in WEIGHTS.items()}
    found, _ = certified(s, start, INSTANCE, "strict local minimum")
    assert found.x == (("W", array([["-1.5", 2], ["1.7", "0.4"]])), ("v", array(["2.3", "0.8"])))
    action, elements = orbit(signs)
    claim = Claim("strict local minimum")
    answer = verify(encode(Certificate(s, claim, replace(found, action=action, elements=elements))))
    if activation == "sigmoid":  # signs are no symmetry of it, also where only the trivial ones are listed
        assert isinstance(answer, Rejected)
        p = entry("par", "p", [bound(0)])
        images = (("W", entry("var", "W", [p, bound(1)])), ("v", entry("var", "v", [p])))
        action, elements = ev.Action(images, permutations=(("p", TWO),)), tuple(e[:1] for e in elements)
        answer = verify(encode(Certificate(s, claim, replace(found, action=action, elements=elements))))
    assert f"it has {count} distinct images under g" in str(answer)
    twice = replace(found, action=action, elements=(*elements, elements[0]))
    assert isinstance(verify(encode(Certificate(s, claim, twice))), Rejected)
