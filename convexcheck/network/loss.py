"""A perceptron, data and a loss: one problem, checked when it is made (untrusted).

With z_i the output for row i of X, N rows, and theta all parameters:

=================  ===================================================================
mse                ``sum_i |z_i - y_i|**2 / N``
sse, half_sse      ``sum_i |z_i - y_i|**2``, and half of it
cross_entropy      ``sum_i (log sum_k exp z_ik - z_{i, y_i}) / N`` for labels y_i; with
                   one output ``sum_i (log(1 + exp z_i) - y_i z_i) / N`` for y_i 0 or 1
with ``ridge=c``   plus ``(c/2) |theta|**2``, biases included
=================  ===================================================================
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Self

import numpy as np

from convexcheck.expression.errors import ConvexcheckError
from convexcheck.network.model import MLP
from convexcheck.network.numbers import STAGE, Numbers, floats, kept, rational

LOSSES = ("mse", "sse", "half_sse", "cross_entropy")


@dataclass(frozen=True, eq=False)
class Problem:
    """A perceptron with data and a loss.

    Args:
        net: the perceptron; its weights are the point of interest, and the variables of the loss.
        X: inputs, shape (N, inputs), float64 or Fractions.
        y: targets of shape (N, outputs), likewise; for cross_entropy int64 labels of shape (N,).
        loss: one of `LOSSES`.
        ridge: c >= 0 in the term ``(c/2) |theta|**2``.
    """

    net: MLP
    X: Numbers
    y: Numbers
    loss: str
    ridge: Fraction = Fraction(0)

    @classmethod
    def of(cls, net: Any, X: Any, y: Any, loss: str, ridge: Any = 0) -> Self:
        """The problem, after checking that everything fits.

        Raises:
            ConvexcheckError: an unknown loss, empty data, NaN, shapes that do not fit, labels out of range.

        >>> net = MLP.from_arrays([([[2.0]], None)])
        >>> Problem.of(net, [[1.0], [3.0]], [2, 5], "mse").value()     # (0**2 + 1**2)/2
        0.5
        """
        if not isinstance(net, MLP):
            message = f"a {type(net).__name__} in place of a network"
            raise ConvexcheckError(STAGE, message, "an MLP", "network.MLP.from_arrays([(W1, b1), ...])")
        if loss not in LOSSES:
            raise ConvexcheckError(STAGE, f"unknown loss {loss!r}", f"one of {', '.join(LOSSES)}")
        c = rational(ridge, "ridge")
        if c < 0:
            raise ConvexcheckError(STAGE, f"ridge is {ridge}", "a number >= 0")
        inputs = _inputs(X, net.widths[0])
        outputs = net.widths[-1]
        if loss == "cross_entropy":
            return cls(net, inputs, _labels(y, len(inputs), outputs), loss, c)
        return cls(net, inputs, _targets(y, len(inputs), outputs), loss, c)

    @property
    def rows(self) -> int:
        """N, the number of samples."""
        return len(self.X)

    @property
    def scale(self) -> Fraction:
        """The factor before the sum over samples."""
        half = Fraction(1, 2) if self.loss == "half_sse" else Fraction(1)
        return half if self.loss in ("sse", "half_sse") else Fraction(1, self.rows)

    def value(self) -> float:
        """The loss at the net's weights, in float64."""
        z = self.net(self.X)
        if self.loss != "cross_entropy":
            total = np.square(z - floats(self.y)).sum()
        elif z.shape[1] == 1:
            total = (np.logaddexp(0.0, z[:, 0]) - self.y * z[:, 0]).sum()
        else:
            total = (np.logaddexp.reduce(z, axis=1) - z[np.arange(len(z)), self.y]).sum()
        theta = self.net.vector()
        return float(self.scale) * float(total) + float(self.ridge) / 2 * float(theta @ theta)


def _inputs(X: Any, width: int) -> Numbers:
    inputs = kept(X, "X")
    if inputs.ndim == 1 and width == 1:
        inputs = inputs[:, None]
    if inputs.ndim != 2 or inputs.shape[1] != width:
        hint = "X.reshape(1, -1) for one sample" if inputs.shape == (width,) else ""
        raise ConvexcheckError(STAGE, f"X has shape {inputs.shape}", f"(N, {width}), as W1 has {width} columns", hint)
    return inputs


def _targets(y: Any, rows: int, outputs: int) -> Numbers:
    targets = kept(y, "y")
    if targets.ndim == 1 and outputs == 1:
        targets = targets[:, None]
    if targets.shape != (rows, outputs):
        shapes = f"({rows},) or " * (outputs == 1) + f"({rows}, {outputs})"
        expected = f"{shapes}: one row for each of X, one column for each output"
        raise ConvexcheckError(STAGE, f"y has shape {np.shape(y)}", expected)
    return targets


def _labels(y: Any, rows: int, outputs: int) -> Numbers:
    """Class numbers as int64."""
    classes = max(2, outputs)
    whole_numbers = isinstance(y, np.ndarray) and y.dtype.kind in "iu"
    if whole_numbers and y.shape == (rows,) and y.min() >= 0 and y.max() < classes:
        return np.asarray(y, dtype=np.int64)
    expected = f"whole numbers from 0 to {classes - 1}, one for each of the {rows} rows of X"
    given = kept(y, "y")
    labels = given[:, 0] if given.shape == (rows, 1) else given
    if labels.shape != (rows,):
        hint = "y.argmax(axis=1) for one-hot rows" if given.shape == (rows, outputs) else ""
        raise ConvexcheckError(STAGE, f"y has shape {given.shape}", expected, hint)
    whole = floats(labels).astype(np.int64)
    bad = np.flatnonzero((whole != labels) | (whole < 0) | (whole >= classes))
    if len(bad):
        hint = "(y + 1)/2 for labels -1 and 1" if outputs == 1 and set(np.unique(whole)) <= {-1, 1} else ""
        raise ConvexcheckError(STAGE, f"y[{bad[0]}] is {labels[bad[0]]}", expected, hint)
    return whole
