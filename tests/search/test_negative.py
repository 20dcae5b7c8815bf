"""Evidence of negative curvature from floats: the kernel accepts what is proposed, and nothing is proposed at kinks."""

import numpy as np
import pytest

from convexcheck.certificate.codec import array_path, digest, encode
from convexcheck.certificate.evidence import Array, Certificate, Claim, Instance
from convexcheck.kernel.check import Accepted, verify
from convexcheck.read.text import read_text
from convexcheck.search.arrays import pack
from convexcheck.search.negative import negative_curvature

# each: a formula, its domain, the side, x, y, the direction, the level that is expected
SEEN = [
    ("x**2 - y**2", "", "convex", 0.3, 0.1, (0.1, 1.0), "rational"),
    ("x**2 - y**2", "", "concave", 0.3, 0.1, (1.0, 0.1), "rational"),
    ("tanh(x*y)", "", "convex", 1.234, 0.9876, (0.5, 0.5), "ball"),
    ("sqrt(x) + y**2", "x > 0", "convex", 2.2, 0.0, (1.0, 0.0), "ball"),
    ("-(x**2) + abs(y)", "", "convex", 0.0, 0.0, (1.0, 0.0), "rational"),
]
UNSEEN = [
    ("x**2 + y**2", "", "convex", 0.3, 0.1, (0.1, 1.0), ""),
    ("abs(x) - x**2 + y", "", "convex", 0.0, 0.0, (1.0, 0.0), ""),
    ("x*y", "", "convex", 0.0, 0.0, (0.0, 0.0), ""),
    ("log(x) + y", "", "convex", -1.0, 0.0, (1.0, 0.0), ""),
]


def named(**arrays):
    return {n: np.asarray(a, float) for n, a in arrays.items()}


@pytest.mark.parametrize(("text", "domain", "side", "x", "y", "along", "level"), SEEN + UNSEEN)
def test_at_numbers(text, domain, side, x, y, along, level) -> None:
    s = read_text(text, {"x": "", "y": ""}, domain=domain or ())
    at, v = named(x=x, y=y), named(x=along[0], y=along[1])
    found = negative_curvature(s, side, Instance((), ()), {}, at, v, str)
    assert (found is None) == (level == "")
    if found is not None:
        assert found[0].level == level and not found[1]
        assert max(len(str(a)) for _, a in (*found[0].x, *found[0].v)) <= 12  # few bits
        assert isinstance(verify(encode(Certificate(s, Claim(f"not {side}"), found[0]))), Accepted)


def test_large_arrays_become_files(tmp_path) -> None:
    s = read_text("sum((tanh(X @ w) - y)**2)", {"w": "d"}, {"X": "n d", "y": "n"})
    rng = np.random.default_rng(0)
    data = {"X": rng.normal(size=(50, 600)), "y": rng.normal(size=50)}
    files = {digest(pack(a)): a for a in data.values()}
    parameters = tuple((n, Array(a.shape, (), digest(pack(a)))) for n, a in data.items())
    instance = Instance((("d", 600), ("n", 50)), parameters)
    accepted = 0
    for seed in range(6):
        x, v = (np.random.default_rng(k).normal(size=600) / 9 for k in (seed, seed + 100))
        for side in ("convex", "concave"):
            found = negative_curvature(s, side, instance, data, {"w": x}, {"w": v}, lambda a: digest(pack(a)))
            if found is None:
                continue
            for name, array in {**files, **found[1]}.items():
                array_path(tmp_path, name).write_bytes(pack(array))
            answer = verify(encode(Certificate(s, Claim(f"not {side}"), found[0])), tmp_path)
            assert isinstance(answer, Accepted) and found[0].level == "midpoint-radius" and len(found[1]) == 2
            accepted += 1
    assert accepted == 6  # one side at each point
