"""One picture: losses on the segment between the two points of a counterexample, with the chord (untrusted)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from convexcheck import Verdict
from convexcheck.demo.models import Model

STEPS, BEYOND = 121, 0.15
_CURVE, _CHORD = "#1f5a99", "#c62828"


def draw(answers: Mapping[str, tuple[Model, Verdict]], X: Any, labels: Any, path: Path) -> Path | None:
    """Three panels: cross-entropy and squared error on one segment, and the perceptron on its own.

    Args:
        answers: models and verdicts by name.
        X: features (n, d).
        labels: (n,) in 0, 1.
        path: the file to write; its suffix gives the format.

    Returns:
        The path, or None where a counterexample is missing.
    """
    squared, network = answers["logistic_squared"][1].counterexample, answers["mlp"][1].counterexample
    if squared is None or network is None:
        return None
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(10, 3.1), layout="constrained")
    FigureCanvasAgg(figure)
    panels = [("logistic", squared, False), ("logistic_squared", squared, True), ("mlp", network, True)]
    for axis, (name, found, above) in zip(figure.subplots(1, 3), panels, strict=True):
        model = answers[name][0]
        s, values = _along(model, found, X, labels.astype(float))
        _panel(axis, model.title, s, values, above)
    from matplotlib import rc_context

    with rc_context({"svg.fonttype": "none", "svg.hashsalt": "convexcheck"}):
        figure.savefig(path, metadata={"Date": None} if path.suffix == ".svg" else None)
    return path


def _along(model: Model, found: Any, X: Any, y: Any) -> tuple[Any, Any]:
    """Positions on the line through the points, 0 and 1 at them, and the loss there in float64."""
    import jax

    s = np.linspace(-BEYOND, 1 + BEYOND, STEPS)
    names = dict(zip(found.x, sorted(model.shapes), strict=True))  # the reader lists a dict's leaves by key
    ends = [
        {names[n]: np.asarray(v, dtype=object).astype(float) for n, v in p.items()} for p in (found.x, found.y)
    ]
    with jax.enable_x64(True):
        loss = jax.jit(model.loss)
        values = [
            float(loss({k: np.asarray((1 - t) * ends[0][k] + t * ends[1][k]) for k in ends[0]}, X, y)) for t in s
        ]
    return s, np.array(values)


def _panel(axis: Any, title: str, s: Any, values: Any, above: bool) -> None:
    first, last = np.interp(0, s, values), np.interp(1, s, values)
    middle = np.interp(0.5, s, values)
    axis.plot(s, values, color=_CURVE, lw=2, label="loss")
    axis.plot([0, 1], [first, last], color=_CHORD, ls="--", marker="o", ms=4, label="chord")
    axis.plot([0.5, 0.5], [(first + last) / 2, middle], color="0.3", lw=1)
    axis.plot([0.5], [middle], marker="o", ms=5, color=_CURVE)
    axis.set_title(f"{title}\n{'above its chord: not convex' if above else 'convex'}", fontsize=9)
    axis.set_xticks([0, 0.5, 1], ["P", "M", "Q"])
    axis.tick_params(labelsize=8)
    axis.legend(fontsize=8, frameon=False)
    axis.spines[["top", "right"]].set_visible(False)
