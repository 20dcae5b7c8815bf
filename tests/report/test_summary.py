"""The aligned summary, the repr, and the notebook's bundle."""

import html
import re

import numpy as np
import pytest

import convexcheck as cc
from convexcheck.report import points
from convexcheck.report.latex import escaped, latex
from convexcheck.report.summary import facts, summary

SOURCES = ["x**2", "x*y", "sqrt(x)", "x + 1", "gamma(x)", "log(1 + exp(x)) - x/3", "(y - 1/(1 + exp(-x)))**2"]


@pytest.mark.parametrize("source", SOURCES)
def test_the_colons_are_aligned(source):
    verdict = cc.check(source)
    lines = summary(verdict).splitlines()
    assert len({line.index(":") for line in lines}) == 1
    assert lines[0].split() == ["status:", verdict.status]
    assert repr(verdict) == str(verdict) == summary(verdict)


@pytest.mark.parametrize("source", SOURCES)
def test_the_bundle_of_a_notebook(source):
    bundle = cc.check(source)._repr_mimebundle_()
    assert {"text/plain", "text/html"} <= set(bundle) <= {"text/plain", "text/html", "text/latex"}
    tags = re.findall(r"</?(\w+)", bundle["text/html"])
    assert set(tags) <= {"div", "strong", "table", "tr", "th", "td", "code", "details", "summary", "pre"}
    assert tags.count("td") % 2 == 0


def test_html_escapes_what_came_from_the_input():
    verdict = cc.check("max(x, 1)*exp(x)", domain="x > 2, x < 3")
    text = verdict._repr_mimebundle_()["text/html"]
    assert "x - 2 > 0" not in text
    assert html.escape("x - 2 > 0") in text
    hostile = cc.Verdict("UNKNOWN", "UNKNOWN", message="<script>alert(1)</script>", attempts=("<b>",))
    assert "<script>" not in hostile._repr_mimebundle_()["text/html"]
    assert "<b>" not in hostile._repr_mimebundle_()["text/html"]


LATEX = [
    ("x**2/3", r"\frac{x^{2}}{3}"),
    ("log(1 + exp(-x))", r"\log\left(1 + \exp\left(-x\right)\right)"),
    ("sqrt(x)", r"\sqrt{x}"),
    ("alpha*x", r"\alpha \, x"),
    ("abs(x - y)", r"\left|x - y\right|"),
    ("1/x", r"\frac{1}{x}"),
]


@pytest.mark.parametrize(("source", "expected"), LATEX)
def test_latex(source, expected):
    from convexcheck.read.text import read_text

    assert latex(read_text(source).function) == expected


def test_latex_of_sums_and_names():
    from convexcheck.read.text import read_text

    found = latex(read_text("sum(x_long**2)", {"x_long": "n"}).function)
    assert found == r"\sum_{i<n} {x_{\mathrm{long}}}_{i}^{2}"
    assert escaped("a_b & 50% {x}") == r"a\_b \& 50\% \{x\}"


def test_arrays_as_text():
    assert points.array(np.array([1, 2], dtype=object)) == "[1, 2]"
    assert points.array(np.array(3, dtype=object)) == "3"
    assert points.array("f" * 64) == "the given array " + "f" * 16
    sparse = np.zeros((5, 4), dtype=object)
    assert points.array(sparse) == "all 0"
    sparse[1, 2] = 7
    assert points.array(sparse) == "all 0 except [1, 2] = 7"
    assert "norm 6" in points.array(np.full(36, 1, dtype=object))


def test_what_a_proof_assumes_of_the_data_is_said():
    import jax.numpy as jnp

    found = cc.check(lambda w, p: jnp.abs(w) ** p, 1.0, 1.5, wrt=0, given="p > 0")
    assert found.curvature == "CONVEX"  # which it is not for all p > 0
    assert ("data", "p - 1 >= 0") in [(name.strip(), value) for name, value in facts(found)]


def test_a_verdict_has_no_truth_value():
    with pytest.raises(TypeError, match=r"compare \.status"):
        bool(cc.check("x**2"))
