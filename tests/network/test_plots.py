"""Pictures: what is drawn, on which Axes; directions of no length."""

import numpy as np
import pytest
from matplotlib.figure import Figure

import convexcheck as cc
from convexcheck.network import plot_along, plot_spectrum
from convexcheck.network.density import Spectrum, dense_spectrum
from tests.network.networks import problem


def test_the_loss_lies_above_its_chord_along_the_negative_direction():
    p = problem((2, 3, 1), "tanh", "mse")
    v = cc.min_eigenvalue(p.net, p.X, p.y, loss="mse").vector
    own = Figure().subplots()
    ax = plot_along(p, 3 * v, own)
    assert ax is own
    curve, chord, point = ax.get_lines()
    t, values = curve.get_data()
    assert point.get_ydata()[0] == pytest.approx(p.value())
    gap = values[len(t) // 2] - np.mean(chord.get_ydata())
    assert gap > 0
    assert chord.get_label() == f"chord, {gap:.2g} below"
    assert plot_along(p, v, Figure().subplots(), reach=0.5).get_lines()[0].get_xdata()[-1] == 0.5


def test_spectra():
    ax = plot_spectrum(dense_spectrum(np.diag([-1.0, 2.0, 2.0])), Figure().subplots())
    assert "density" in ax.get_ylabel()
    density, rest, negative = ax.get_lines()
    assert rest.get_xdata().tolist() == [2.0, 2.0]
    assert negative.get_xdata().tolist() == [-1.0]
    assert ax.get_ylim()[1] < 20 * max(density.get_ydata())
    estimate = Spectrum(np.array([0.0, 1.0]), np.array([0.5, 0.5]), 9, False, 12)
    assert "12 products" in plot_spectrum(estimate, Figure().subplots()).get_ylabel()


def test_new_axes_are_made_where_none_are_given():
    import matplotlib.pyplot as plt

    plt.switch_backend("agg")
    ax = plot_spectrum(dense_spectrum(np.eye(2)))
    assert ax.figure.get_axes() == [ax]
    plt.close(ax.figure)


DIRECTIONS = [
    (np.zeros(13), "a direction of length zero; expected one entry that is not 0"),
    (np.ones(3), "a direction of size 3; expected P = 13 entries"),
    (np.full(13, np.nan), r"direction\[0\] is nan; expected finite numbers"),
    (np.full(13, 1e200), "a direction of infinite length"),
    ({"W1": 1}, "direction is .*W1.*; expected a finite number"),
]


@pytest.mark.parametrize(("direction", "message"), DIRECTIONS)
def test_directions_without_a_direction(direction, message):
    p = problem((2, 3, 1), "tanh", "mse")
    with pytest.raises(cc.ConvexcheckError, match=message):
        plot_along(p, direction)
    with pytest.raises(cc.ConvexcheckError, match=message):
        cc.refute(p.net, p.X, p.y, loss="mse", direction=direction)
