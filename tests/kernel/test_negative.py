"""Negative curvature: accepted where it is shown, rejected with any side condition missing."""

import re
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from convexcheck.certificate import evidence as ev
from convexcheck.certificate.codec import array_path, digest, encode
from convexcheck.certificate.evidence import Array, Certificate, Claim
from convexcheck.expression.statement import Condition, Declaration, Statement
from convexcheck.expression.term import ONE, apply, bound, const, dim, entry, maximum, over, power
from convexcheck.kernel.check import Accepted, Rejected, verify
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
