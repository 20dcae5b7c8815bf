"""Counterexamples as chords: the kernel accepts each as a certificate of its own, and none with another end."""

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

import convexcheck as cc
from convexcheck.certificate import evidence as ev
from convexcheck.certificate.codec import decode, encode
from convexcheck.export.chord import as_chord
from convexcheck.export.rocq.notation import NoScript
from proofs.__main__ import PROOFS

NAMES = ["swapped_relu", "swapped_tanh", "negative_curvature"]


def judged(content: ev.Certificate, e: ev.Evidence, folder: Path, arrays: Path) -> cc.Accepted | cc.Rejected:
    for file in arrays.glob("*.array"):
        (folder / file.name).write_bytes(file.read_bytes())
    path = folder / "certificate.json"
    path.write_bytes(encode(replace(content, evidence=e)))
    return cc.verify(path)


@pytest.mark.parametrize("name", NAMES)
def test_the_kernel_accepts_a_chord_and_no_other(name: str, tmp_path: Path) -> None:
    folder = PROOFS / name
    content = decode((folder / "certificate.json").read_bytes())
    assert isinstance(content.evidence, ev.SymmetryPair | ev.NegativeCurvature)
    chord = as_chord(content.statement, 1, content.evidence, folder)
    assert isinstance(judged(content, chord, tmp_path, folder), cc.Accepted)
    assert isinstance(judged(content, replace(chord, y=chord.x), tmp_path, folder), cc.Rejected)


# the function, its domain, a point and a direction with a negative second derivative, a step
CURVED = [
    ("x**3", "x >= -2", {"x": (-1, 1)}, 1),
    ("x*y + x**4", "", {"x": (0, 1), "y": (0, -1)}, 8),  # too long at first: x^4 is above
    ("log(x) + x**2/8", "x > 0", {"x": (1, 1)}, Fraction(1, 2)),
    ("log(x*y)", "x > 0, y > 0, x*y > 1/4", {"x": (1, 1), "y": (1, 1)}, Fraction(3, 4)),  # no affine condition
]


def scalars(values: dict[str, Fraction]) -> tuple[tuple[str, ev.Array], ...]:
    return tuple((name, ev.Array((), (Fraction(q),))) for name, q in values.items())


@pytest.mark.parametrize(("text", "domain", "at", "step"), CURVED, ids=[row[0] for row in CURVED])
def test_a_second_derivative_becomes_a_chord_in_the_domain(text, domain, at, step, tmp_path: Path) -> None:
    s = cc.check(text, wrt=list(at), domain=domain, budget=0.2).statement
    assert s is not None
    x, v = (scalars({name: pair[k] for name, pair in at.items()}) for k in (0, 1))
    content = ev.Certificate(
        s, ev.Claim("not convex"), ev.NegativeCurvature(ev.Instance((), ()), x, v, "ball", Fraction(step))
    )
    assert isinstance(content.evidence, ev.NegativeCurvature)
    chord = as_chord(s, 1, content.evidence)
    assert isinstance(judged(content, chord, tmp_path, tmp_path), cc.Accepted)


def test_where_no_chord_lies_below_there_is_no_script() -> None:
    file = cc.check("x**2").certificate
    assert file is not None
    one = (("x", ev.Array((), (Fraction(1),))),)
    with pytest.raises(NoScript, match="no chord along the direction"):
        as_chord(file.content.statement, 1, ev.NegativeCurvature(ev.Instance((), ()), one, one, "rational"))
