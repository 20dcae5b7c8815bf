"""Pictures of a spectrum, and of a loss along a direction with its chord (untrusted). Both return the Axes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from convexcheck.expression.errors import ConvexcheckError
from convexcheck.network.density import Spectrum
from convexcheck.network.loss import Problem
from convexcheck.network.numbers import STAGE, Numbers, floats, kept

STEPS = 61
_CURVE, _CHORD = "#1f5a99", "#c62828"


def plot_spectrum(spectrum: Spectrum, ax: Any = None, width: float | None = None) -> Any:
    """The density of eigenvalues, the negative ones in another colour; a rug where all are known.

    Args:
        spectrum: all eigenvalues, or a quadrature.
        ax: the Axes to draw on; None for new ones.
        width: of the smoothing, as for `Spectrum.density`.

    Returns:
        The Axes.
    """
    ax = _axes(ax)
    low, high = float(spectrum.nodes[0]), float(spectrum.nodes[-1])
    margin = 0.05 * (high - low) or 1.0
    at = np.linspace(low - margin, high + margin, 801)
    density, below = spectrum.density(at, width), spectrum.nodes < -spectrum.rounding
    negative = replace(spectrum, weights=np.where(below, spectrum.weights, 0.0)).density(at, width)
    ax.semilogy(at, density, color=_CURVE, label="all")
    ax.fill_between(at, negative, color=_CHORD, alpha=0.4, label=f"negative: {100 * spectrum.negative:.3g} %")
    if spectrum.exact:
        for part, color in ((spectrum.nodes[~below], _CURVE), (spectrum.nodes[below], _CHORD)):
            ax.plot(part, np.full(len(part), 0.02), "|", color=color, transform=ax.get_xaxis_transform())
    top = float(density.max())
    ax.set_ylim(top * 1e-8, top * 10)
    ax.legend()
    ax.set_xlabel("eigenvalue of the Hessian")
    ax.set_ylabel("density" if spectrum.exact else f"density, estimated by {spectrum.products} products")
    return ax


def plot_along(problem: Problem, direction: Any, ax: Any = None, reach: float | None = None) -> Any:
    """The loss on the line through the net's weights along a direction, with the chord between the ends.

    Args:
        problem: perceptron, data and loss.
        direction: a vector of length P, in the order of the parameters.
        ax: the Axes to draw on; None for new ones.
        reach: how far to go to both sides, in units of the direction's length; by default where the chord is lowest
            below the loss, at most about 8 times the length of the weights.

    Returns:
        The Axes.

    Raises:
        ConvexcheckError: a direction of length zero, or of another size.
    """
    v = unit(direction, problem.net.size)
    theta = problem.net.vector()

    def loss(t: float) -> float:
        return replace(problem, net=problem.net.with_parameters(theta + t * v)).value()

    middle = loss(0.0)

    def gap(t: float) -> float:
        """How far the chord from -t to t is below the loss."""
        return middle - (loss(t) + loss(-t)) / 2

    if reach is None:
        reaches = [1e-3 * (1.0 + float(np.linalg.norm(theta))) * 2**k for k in range(14)]
        reach = max(reaches, key=gap)
    ax = _axes(ax)
    at = np.linspace(-reach, reach, STEPS)
    values = [loss(float(t)) for t in at]
    ax.plot(at, values, color=_CURVE, label=problem.loss)
    ax.plot([at[0], at[-1]], [values[0], values[-1]], color=_CHORD, linestyle="--", label=_told(gap(reach)))
    ax.plot([0.0], [values[STEPS // 2]], "o", color=_CURVE)
    ax.set_xlabel("t, along the direction")
    ax.set_ylabel("loss")
    ax.legend()
    return ax


def _told(gap: float) -> str:
    return f"chord, {abs(gap):.2g} {'below' if gap > 0 else 'above'}"


def unit(direction: Any, size: int) -> Numbers:
    """The direction with length 1.

    Raises:
        ConvexcheckError: a length of zero, NaN, or another size than P.
    """
    v = floats(kept(direction, "direction")).ravel()
    if v.shape != (size,):
        raise ConvexcheckError(STAGE, f"a direction of size {v.size}", f"P = {size} entries")
    with np.errstate(over="ignore"):
        norm = float(np.linalg.norm(v))
    if not np.isfinite(norm):
        raise ConvexcheckError(STAGE, "a direction of infinite length", "entries below 1e150")
    if norm == 0:
        raise ConvexcheckError(STAGE, "a direction of length zero", "one entry that is not 0")
    return v / norm


def _axes(ax: Any) -> Any:
    if ax is not None:
        return ax
    import matplotlib.pyplot as plt

    return plt.subplots(layout="constrained")[1]
