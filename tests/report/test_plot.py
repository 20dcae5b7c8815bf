"""Pictures of verdicts: the value at the marked point lies on the wrong side of the drawn chord."""

import numpy as np
import pytest
from matplotlib.figure import Figure

import convexcheck as cc
from convexcheck.report.verdict import Verdict
from tests.network.networks import problem


def drawn(verdict):
    ax = Figure().subplots()
    assert verdict.plot(ax) is ax
    return [line.get_xydata() for line in ax.get_lines()]


def above_chord(curve, chord, gap, point):
    """How far the point lies above the chord; the point is on the curve."""
    (t, value), (start, stop) = point[0], chord
    assert np.interp(t, *curve.T) == pytest.approx(value, rel=1e-2, abs=1e-2)
    assert gap[:, 0].tolist() == [t, t]
    return value - np.interp(t, [start[0], stop[0]], [start[1], stop[1]])


def test_a_segment():
    v = cc.refute("x**3")
    assert above_chord(*drawn(v)) == pytest.approx(float(v.counterexample.gap))
    assert above_chord(*drawn(cc.refute("x**2", claim="concave"))) < 0
    assert above_chord(*drawn(cc.check("x*y"))) > 0
    assert above_chord(*drawn(cc.check("sum(w**3*c)", wrt={"w": "d"}, parameters={"c": "d"}))) > 0


@pytest.mark.parametrize("widths", [(2, 2, 1), (10, 40, 3)])
def test_a_direction(widths):
    p = problem(widths, "sin", "mse", rows=5)
    v = cc.refute(p.net, p.X, p.y, loss="mse", budget=60)
    assert v.negative
    lines = drawn(v)
    assert above_chord(*lines) > 0
    assert lines[3][0, 1] == pytest.approx(p.value())


def test_a_function_of_one_real_number():
    (curve,) = drawn(cc.check("x*log(x)", domain="x > 0"))
    inside = curve[:, 0] > 0
    np.testing.assert_allclose(curve[inside, 1], curve[inside, 0] * np.log(curve[inside, 0]), atol=1e-12)
    assert np.isnan(curve[~inside, 1]).all()


def test_new_axes_are_made_where_none_are_given():
    import matplotlib.pyplot as plt

    plt.switch_backend("agg")
    ax = cc.check("exp(x)").plot()
    assert ax.figure.get_axes() == [ax]
    plt.close(ax.figure)


REFUSED = [
    (lambda: cc.check("x**2 + y**2"), "no segment to draw the function along; expected a counterexample, or"),
    (lambda: Verdict("UNKNOWN", "UNKNOWN"), "nothing to draw; expected a verdict on a function"),
]


@pytest.mark.parametrize(("verdict", "message"), REFUSED, ids=["proved", "unread"])
def test_what_is_refused(verdict, message):
    with pytest.raises(cc.ConvexcheckError, match=message):
        verdict().plot()
