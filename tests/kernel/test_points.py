"""Negative curvature: accepted where it is shown, rejected with any side condition missing."""

import re
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from typing import Any

import flint
import numpy as np
import pytest

from convexcheck.certificate import evidence as ev
from convexcheck.certificate.codec import array_path, digest, encode
from convexcheck.certificate.evidence import Array, Certificate, Claim
from convexcheck.expression.evaluate import value
from convexcheck.expression.floats import Floats
from convexcheck.expression.jets import Jets
from convexcheck.expression.objects import Objects
from convexcheck.expression.statement import Condition, Declaration, Statement
from convexcheck.expression.term import ONE, apply, bound, const, dim, entry, maximum, over, power
from convexcheck.kernel.check import Accepted, Rejected, verify
from convexcheck.network import MLP, Problem
from convexcheck.network.statement import read_problem
from convexcheck.search.arrays import pack
from tests.kernel.twins import accepted_alike

x, y, p = entry("var", "x"), entry("var", "y"), entry("par", "p")
w = entry("var", "w", [bound(0)])
SCALAR, VECTOR, MATRIX = Declaration(), Declaration((dim("n"),)), Declaration((const(2), const(2)))
NOT_CONVEX, NOT_CONCAVE = Claim("not convex"), Claim("not concave")


def array(value: Any) -> Array:
    entries = np.asarray(value, dtype=object)
    return Array(entries.shape, tuple(Fraction(v) for v in entries.reshape(-1).tolist()))


def named(values: dict[str, Any]) -> tuple[tuple[str, Array], ...]:
    return tuple((name, array(v)) for name, v in values.items())


def curved(at: Any, along: Any, level: str = "rational", step: Any = 1, sizes: Any = (), **parameters: Any) -> Any:
    instance = ev.Instance(sizes, named(parameters))
    return ev.NegativeCurvature(instance, named(at), named(along), level, Fraction(step))


def ask(f: Any, *domain: Condition, **more: Any) -> Statement:
    return Statement(f, {"x": SCALAR, "y": SCALAR}, domain=domain, **more)


def answer(s: Statement, e: Any, claim: Claim = NOT_CONVEX) -> Accepted | Rejected:
    return verify(encode(Certificate(s, claim, e)))


def ge(e: Any) -> Condition:
    return Condition("ge", e)


ALONG_X, ALONG_Y = {"x": 1, "y": 0}, {"x": 0, "y": 1}
ZERO, MISSING = {"x": 0, "y": 0}, Array((), (), "0" * 64)
vector = Statement(over("Sum", dim("n"), w**4 - w**2), {"w": VECTOR}, sizes={"n": 1})
cell = [entry("var", "M", [i, j]) for i, j in ((0, 0), (0, 1), (1, 0), (1, 1))]
determinant = Statement(
    cell[0] * cell[3] - cell[1] * cell[2],
    {"M": MATRIX},
    domain=(Condition("psd", entry("var", "M", [bound(0), bound(1)]), (const(2), const(2))),),
)
SHOWN = {
    "a saddle": (ask(x**2 - y**2), curved(ZERO, ALONG_Y), "v'Hv = -2 < 0"),
    "in balls": (ask(x**2 - y**2), curved(ZERO, ALONG_Y, "ball"), "v'Hv = -2.0"),
    "at a point": (ask(x**2 + apply("tanh", y)), curved({"x": 0, "y": 1}, ALONG_Y, "ball"), "v'Hv = "),
    "inside": (ask(x**3 + y, ge(x + 2)), curved({"x": -1, "y": 0}, ALONG_X), "v'Hv = -6"),
    "inside, a small step": (ask(x**3, ge(x + 2)), curved({"x": -1, "y": 0}, ALONG_X, step="1/2"), "v'Hv = -6"),
    "along an edge": (ask(x - y**2, ge(x)), curved(ZERO, ALONG_Y), "v'Hv = -2"),
    "on a line": (ask(x**2 - 2 * y**2, Condition("eq", x - y)), curved(ZERO, {"x": 1, "y": 1}), "v'Hv = -2"),
    "in a disc": (ask(-(x**2), ge(1 - x**2 - y**2)), curved(ZERO, ALONG_X), "v'Hv = -2"),
    "in an open disc": (ask(-(x**2), Condition("gt", 1 - x**2 - y**2)), curved(ZERO, ALONG_X), "v'Hv = -2"),
    "beside a kink": (ask(maximum(x, 0) - x**2), curved({"x": 1, "y": 0}, ALONG_X), "v'Hv = -2"),
    "a kink that does not move": (ask(apply("abs", x) - y**2), curved(ZERO, ALONG_Y), "v'Hv = -2"),
    "a parameter": (
        ask(p * x**2, parameters={"p": SCALAR}),
        curved(ZERO, ALONG_X, p=-1),
        "v'Hv = -2",
    ),
    "a vector": (vector, curved({"w": [0, 1]}, {"w": [1, 0]}, sizes=(("n", 2),)), "v'Hv = -2"),
    "a matrix": (determinant, curved({"M": [[1, 0], [0, 1]]}, {"M": [[0, 1], [1, 0]]}, step="1/2"), "v'Hv = -2"),
    "a root": (ask(power(x, Fraction(1, 2)), ge(x)), curved({"x": 4, "y": 0}, ALONG_X, "ball"), "v'Hv = -0.03125"),
}


@pytest.mark.parametrize("name", SHOWN)
def test_accepted(name: str) -> None:
    s, e, shown = SHOWN[name]
    found = answer(s, e)
    assert isinstance(found, Accepted), found
    assert any(shown in line for line in found.statement) and found.rules == (("NegativeCurvature", 1),)
    assert isinstance(answer(s, e, NOT_CONCAVE), Rejected)


FALSE = {  # a true statement, or evidence that does not show it
    "off the line": (ask(x**2 - y**2, Condition("eq", y)), curved(ZERO, ALONG_Y), "may fail beside"),
    "out of the half-plane": (ask(-(x**3), ge(-x)), curved(ZERO, ALONG_X), "may fail beside"),
    "a long step": (ask(x**3, ge(x + 2)), curved({"x": -1, "y": 0}, ALONG_X, step=2), "may fail beside"),
    "no step": (ask(x**3, ge(x + 2)), curved({"x": -1, "y": 0}, ALONG_X, step=0), "a step > 0"),
    "a step back": (ask(x**3), curved({"x": -1, "y": 0}, ALONG_X, step=-1), "a step > 0"),
    "on a circle": (ask(-(x**2), ge(1 - x**2 - y**2)), curved({"x": 0, "y": 1}, ALONG_X), "may fail beside"),
    "a jump of the domain": (
        ask(-(x**2), Condition("gt", apply("where", apply("le", x, 0), 1, -1))),
        curved(ZERO, ALONG_X, "ball"),
        "may fail beside",
    ),
    "outside": (ask(x**3, ge(x)), curved({"x": -1, "y": 0}, ALONG_X), "does not satisfy"),
    "convex": (ask(x**2 + y**2), curved(ZERO, ALONG_X), "not shown"),
    "flat": (ask(x**2 + y), curved(ZERO, ALONG_Y), "not shown"),
    "flat in balls": (ask(x**2 - apply("sin", const(0)) * y), curved(ZERO, ALONG_Y, "ball"), "not shown"),
    "a kink": (ask(apply("abs", x) - x**2), curved(ZERO, ALONG_X, "ball"), "not shown"),
    "a tie of equals": (ask(maximum(x, 2 * x) - 5 * x**2), curved(ZERO, ALONG_X, "ball"), "not shown"),
    "not real": (ask(apply("log", x)), curved(ZERO, ALONG_X, "ball"), "not shown"),
    "not real, exactly": (ask(-(x**2) + 0 / x), curved(ZERO, ALONG_X), "not shown"),
    "the edge of a root": (ask(power(x, Fraction(3, 2)) - x**2), curved(ZERO, ALONG_X, "ball"), "not shown"),
    "irrational": (ask(-apply("exp", x)), curved({"x": 1, "y": 0}, ALONG_X), "not shown"),
    "no direction": (ask(-(x**2)), curved(ZERO, ZERO), "direction is zero"),
    "half a direction": (ask(-(x**2)), curved(ZERO, {"x": 1}), "a direction for"),
    "another name": (ask(-(x**2)), curved(ZERO, {"x": 1, "z": 0}), "a direction for"),
    "another order": (ask(-(x**2)), curved(ZERO, {"y": 0, "x": 1}), "a direction for"),
    "a vector for a number": (ask(-(x**2)), curved(ZERO, {"x": [1], "y": 0}), r"x \(1,\)"),
    "too long": (vector, curved({"w": [0, 1]}, {"w": [1, 0, 0]}, sizes=(("n", 2),)), r"w \(3,\)"),
    "another level": (ask(-(x**2)), curved(ZERO, ALONG_X, "float64"), "one of"),
    "no such file": (
        ask(-(x**2)),
        ev.NegativeCurvature(ev.Instance((), ()), named(ZERO), (("x", MISSING), *named({"y": 0})), "ball"),
        "0000",
    ),
    "given": (
        ask(p * x**2, parameters={"p": SCALAR}, given=(ge(p),)),
        curved(ZERO, ALONG_X, p=-1),
        "does not satisfy",
    ),
    "not symmetric": (
        determinant,
        curved({"M": [[1, 0], [0, 1]]}, {"M": [[0, 1], [0, 0]]}, step="1/2"),
        "may fail beside",
    ),
    "a singular matrix": (
        determinant,
        curved({"M": [[1, 0], [0, 0]]}, {"M": [[0, 1], [1, 0]]}, step="1/2"),
        "may fail beside",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FALSE)
def test_rejected(name: str) -> None:
    s, e, reason = FALSE[name]
    found = answer(s, e)
    assert isinstance(found, Rejected) and re.search(reason, str(found)), found


def test_the_other_side_and_both() -> None:
    s, up, down = ask(x**2 - y**2), curved(ZERO, ALONG_X), curved(ZERO, ALONG_Y)
    assert isinstance(answer(s, up, NOT_CONCAVE), Accepted) and isinstance(answer(s, up), Rejected)
    both = answer(s, ev.Neither(down, up), Claim("neither"))
    assert isinstance(both, Accepted) and both.rules == (("NegativeCurvature", 2),)
    assert isinstance(answer(s, ev.Neither(up, down), Claim("neither")), Rejected)
    assert isinstance(answer(s, down, Claim("convex")), Rejected)


def stored(folder: Any, values: Any) -> Array:
    data = pack(np.asarray(values, dtype=float))
    array_path(folder, digest(data)).write_bytes(data)
    return Array(np.shape(values), (), digest(data))


@pytest.mark.parametrize("level", ["rational", "ball"])
def test_large_arrays_lie_beside_the_file(level: str, tmp_path: Any) -> None:
    rng = np.random.default_rng(0)
    at, along = stored(tmp_path, rng.normal(size=500) / 10), stored(tmp_path, rng.normal(size=500))
    e = ev.NegativeCurvature(ev.Instance((("n", 500),), ()), (("w", at),), (("w", along),), level)
    data = encode(Certificate(vector, NOT_CONVEX, e))
    assert len(data) < 2000 and isinstance(verify(data, tmp_path), Accepted)
    assert isinstance(verify(data), Rejected)
    file = array_path(tmp_path, along.digest)
    whole = file.read_bytes()
    for broken in (whole[:-8] + np.float64(1).tobytes(), whole[:-8], whole + whole[-8:], b""):
        file.write_bytes(broken)
        assert isinstance(verify(data, tmp_path), Rejected)
    nan = stored(tmp_path, [np.nan] * 500)
    e = ev.NegativeCurvature(e.instance, e.x, (("w", nan),), level)
    found = verify(encode(Certificate(vector, NOT_CONVEX, e)), tmp_path)
    assert isinstance(found, Rejected) and found.step == "arrays"


def test_a_dimension_without_entries_has_no_direction() -> None:
    s = Statement(ONE - over("Sum", dim("n"), w**2), {"w": VECTOR}, sizes={"n": 0})
    none = (("w", Array((0,), ())),)
    assert isinstance(answer(s, ev.NegativeCurvature(ev.Instance((("n", 0),), ()), none, none, "ball")), Rejected)


@pytest.mark.parametrize("name", ["a parameter", "in balls", "a vector", "along an edge"])
def test_corrupted_twins_are_rejected_or_say_something_else(name: str) -> None:
    s, e, _ = SHOWN[name]
    assert not accepted_alike(encode(Certificate(s, NOT_CONVEX, e)))


# --- networks ---------------------------------------------------------------------------------------------

ACTIVATIONS = ["tanh", "sigmoid", "softplus", "gelu", "sin", "square", "relu"]


def perceptron(loss: str, activation: str, widths: tuple[int, ...], rows: int) -> tuple[Any, ...]:
    """A statement, its data, weights and a direction, all random."""
    rng = np.random.default_rng(7)
    layers = [(rng.normal(size=(b, a)) / a, rng.normal(size=b) / 9) for a, b in pairwise(widths)]
    net = MLP.from_arrays(layers, activation=activation)
    X = rng.normal(size=(rows, widths[0]))
    y = rng.integers(0, widths[-1], rows) if loss == "cross_entropy" else rng.normal(size=(rows, widths[-1]))
    s = read_problem(Problem.of(net, X, y, loss), lambda a: digest(pack(a))).statement
    data = {"X": X, "y": np.asarray(y, dtype=float).reshape([int(e.data) for e in s.parameters["y"].shape])}
    at = {n: np.asarray(net.parameters[n], dtype=float) for n in s.variables}
    return s, data, at, {n: rng.normal(size=a.shape) for n, a in at.items()}


def second(s: Statement, data: Any, at: Any, along: Any, arithmetic: Any) -> Any:
    values = {("par", n): a for n, a in data.items()} | {("var", n): a for n, a in at.items()}
    return value(s.function, {**values, **{("dir", n): a for n, a in along.items()}}, {}, Jets(arithmetic))


@pytest.mark.parametrize("loss", ["mse", "cross_entropy"])
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_midpoint_radius_and_balls_overlap(loss: str, activation: str) -> None:
    s, data, at, along = perceptron(loss, activation, (3, 5, 4, 3), 6)
    found, balls = (second(s, data, at, along, a) for a in (Floats(), Objects(flint.arb)))
    for z, ball in zip(found, balls, strict=True):
        assert z.is_finite() and z.overlaps(ball) and z.rad() < 1e-9 * (1 + abs(ball))


def test_chunks_give_the_same_sum() -> None:
    s, data, at, along = perceptron("mse", "tanh", (2, 3, 1), 2500)
    chunked, whole = Floats(), Floats()
    chunked.chunk, whole.chunk = 1000, 10**6
    for z, other in zip(second(s, data, at, along, chunked), second(s, data, at, along, whole), strict=True):
        assert z.overlaps(other) and z.rad() < 1e-8


@pytest.mark.parametrize("level", ["midpoint-radius", "ball"])
def test_a_network_is_refuted_from_its_stored_weights(level: str, tmp_path: Any) -> None:
    s, data, at, _ = perceptron("mse", "tanh", (2, 4, 1), 12)
    names, signs = list(at), []
    for seed in range(8):
        rng = np.random.default_rng(seed)
        along = {n: rng.normal(size=a.shape) for n, a in at.items()}
        signs.append((float(second(s, data, at, along, Floats())[2].mid()), seed))
    least, seed = min(signs)
    rng = np.random.default_rng(seed)
    along = {n: rng.normal(size=a.shape) for n, a in at.items()}
    instance = ev.Instance((), tuple((n, stored(tmp_path, data[n])) for n in s.parameters))
    x, v = (tuple((n, stored(tmp_path, a[n])) for n in names) for a in (at, along))
    e = ev.NegativeCurvature(instance, x, v, level)
    claim = NOT_CONVEX if least < 0 else NOT_CONCAVE
    found = verify(encode(Certificate(s, claim, e)), tmp_path)
    assert isinstance(found, Accepted), found
    assert ("Strassen" in str(found)) == (level == "midpoint-radius")
    other = NOT_CONCAVE if least < 0 else NOT_CONVEX
    assert isinstance(verify(encode(Certificate(s, other, e)), tmp_path), Rejected)
    for array in (x[0][1], v[0][1], instance.parameters[0][1]):
        file = array_path(tmp_path, array.digest)
        whole = file.read_bytes()
        file.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
        assert isinstance(verify(encode(Certificate(s, claim, e)), tmp_path), Rejected)
        file.write_bytes(whole)


# the midpoint-radius level at scalars: (formula, x, accepted)
SCALARS = [
    (-(x**2), 2.0**-600, True),
    (apply("exp", x) - x**4 * 1000, 1.0, True),
    (-apply("exp", x), 710.0, False),  # too large for float64
    (-apply("exp", x), -800.0, False),  # underflows: not known to be < 0
    (x**2 - x**2 + 0 * x, 1.0, False),
    (apply("abs", x) - x**2, 0.0, False),
    (apply("log", x), 0.0, False),
    (apply("log", x), 1e-300, False),  # its second derivative overflows
    (apply("log", x), 0.5, True),
    (power(x, Fraction(5, 2)) - 5 * x**2, 0.0, False),
    (power(x, Fraction(5, 2)) - 5 * x**2, 0.01, True),
    (-1 / x, 2.0, True),
    (-1 / x, 0.0, False),
]


@pytest.mark.parametrize(("f", "at", "accepted"), SCALARS)
def test_midpoint_radius_at_numbers(f: Any, at: float, accepted: bool) -> None:
    s = Statement(f, {"x": SCALAR})
    e = curved({"x": Fraction(at)}, {"x": 1}, "midpoint-radius")
    assert isinstance(answer(s, e), Accepted) == accepted


def test_a_product_that_underflows_has_no_sign() -> None:
    s = Statement(-(p**2) * x**2, {"x": SCALAR}, {"p": SCALAR})
    e = curved({"x": 0}, {"x": 1}, "midpoint-radius", p=Fraction(2) ** -600)
    assert isinstance(answer(s, e), Rejected)
    assert isinstance(answer(s, replace(e, level="rational")), Accepted)


def test_a_jensen_gap_between_stored_points(tmp_path: Any) -> None:
    rng = np.random.default_rng(3)
    s = Statement(over("Sum", dim("n"), apply("tanh", w)), {"w": VECTOR}, sizes={"n": 1})
    low = rng.normal(size=30_000)
    ends = tuple((("w", stored(tmp_path, p)),) for p in (low, low + 3))
    instance = ev.Instance((("n", 30_000),), ())
    middle = float(np.sum(np.tanh(low + 1.5) - np.tanh(low) / 2 - np.tanh(low + 3) / 2))
    claim = NOT_CONVEX if middle > 0 else NOT_CONCAVE
    gap = ev.JensenGap(instance, *ends, Fraction(1, 2))
    found = verify(encode(Certificate(s, claim, gap)), tmp_path)
    assert isinstance(found, Accepted) and "Strassen" in str(found)
    assert f"{abs(middle):.6g}"[:6] in str(found)
    flat = Statement(over("Sum", dim("n"), w), {"w": VECTOR}, sizes={"n": 1})
    assert isinstance(verify(encode(Certificate(s, replace(claim, verdict="convex"), gap)), tmp_path), Rejected)
    small = tuple((("w", stored(tmp_path, p)),) for p in (np.zeros(3), np.ones(3)))
    gap = ev.JensenGap(ev.Instance((("n", 3),), ()), *small, Fraction(1, 3))
    assert isinstance(verify(encode(Certificate(flat, NOT_CONVEX, gap)), tmp_path), Rejected)
