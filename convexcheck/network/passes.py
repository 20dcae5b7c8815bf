"""Forward and backward pass over some rows of the data, and the second derivatives in the pre-activations (untrusted).

For one row, with z_l the pre-activations of layer l, h_l = phi_l(z_l), and L the loss of that row:

    delta_l = dL/dz_l,      S_lm = d2L / dz_l dz_m,      F_lk = dh_k/dz_l,      D_l = diag(phi_l'(z_l))
    S_LL is the loss's own Hessian; delta_l = (delta_{l+1} W_{l+1}) D_l
    S_ll = D_l W_{l+1}^T S_{l+1,l+1} W_{l+1} D_l + diag(phi_l''(z_l) (delta_{l+1} W_{l+1}))
    S_lm = D_l W_{l+1}^T S_{l+1,m} and F_lk = D_l W_{l+1}^T F_{l+1,k} for l < m, l < k;  F_ll = D_l

S carries the Gauss-Newton part and the curvature of the activations together.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from convexcheck.network.activations import derivatives, sigmoid
from convexcheck.network.loss import Problem
from convexcheck.network.numbers import Numbers, floats


class Passes:
    """The quantities of the module's docstring for the rows from `start` to `stop`; layers count from 0.

    Args:
        problem: perceptron, data and loss.
        start: the first row.
        stop: the row behind the last.
    """

    def __init__(self, problem: Problem, start: int, stop: int) -> None:
        layers = problem.net.layers
        self.W = [floats(layer.W) for layer in layers]
        self.inputs, self.slopes, self.bends = [floats(problem.X[start:stop])], list[Numbers](), list[Numbers]()
        self.rows = len(self.inputs[0])
        for layer, W in zip(layers, self.W, strict=True):
            z = self.inputs[-1] @ W.T
            if layer.b is not None:
                z += floats(layer.b)
            if layer is layers[-1]:
                break
            h, slope, bend = derivatives(layer.activation, z)
            self.inputs.append(h)
            self.slopes.append(slope)
            self.bends.append(bend)
        error, self.last = _loss(problem, z, floats(problem.y[start:stop]))
        self.deltas, self.back = [error], list[Numbers]()
        for slope, W in zip(self.slopes[::-1], self.W[:0:-1], strict=True):
            self.back.insert(0, self.deltas[0] @ W)
            self.deltas.insert(0, self.back[0] * slope)

    def gradient(self, problem: Problem) -> list[Numbers]:
        """The part of the gradient that the rows contribute, in the order of the parameters; without the ridge."""
        found = []
        for layer, delta, h in zip(problem.net.layers, self.deltas, self.inputs, strict=True):
            found.append(delta.T @ h)
            if layer.b is not None:
                found.append(delta.sum(axis=0))
        return found

    def columns(self, least: int = 0, first: int = 0) -> Iterator[tuple[int, int, Numbers]]:
        """Every (l, m, S_lm) with `first` <= l <= m and m >= `least` >= `first`: (rows, units of m, units of l)."""
        diagonal, beside = self.last, self.last
        for m in reversed(range(least, len(self.W))):
            if m < len(self.W) - 1:
                diagonal = self._below(beside, m)
            yield m, m, diagonal
            column = diagonal
            for below in reversed(range(first, m)):
                column = self._through(column, below)
                beside = column if below == m - 1 else beside
                yield below, m, column

    def _through(self, column: Numbers, layer: int) -> Numbers:
        """(rows, c, units of layer + 1) to (rows, c, units of layer): times W D."""
        flat = column.reshape(-1, column.shape[2]) @ self.W[layer + 1]
        found: Numbers = flat.reshape(self.rows, column.shape[1], -1)
        found *= self.slopes[layer][:, None, :]
        return found

    def _below(self, beside: Numbers, m: int) -> Numbers:
        """S_mm from S_{m, m+1}, of shape (rows, units of m + 1, units of m)."""
        W, units = self.W[m + 1], beside.shape[2]
        if len(W) < units // 2:  # one product, of few terms, is quicker than one for each row
            flat = np.ascontiguousarray(beside.transpose(0, 2, 1)).reshape(-1, len(W)) @ W
            found: Numbers = flat.reshape(self.rows, units, units)
            found *= self.slopes[m][:, None, :]
        else:
            found = np.matmul(W.T, beside)
            found *= self.slopes[m][:, :, None]
        index = np.arange(units)
        found[:, index, index] += self.bends[m] * self.back[m]
        return found

    def forward(self, layer: int, k: int) -> Numbers:
        """F_lk for l = `layer` < k as an array of shape (rows, units of l, units of k)."""
        found = self.slopes[k][:, None, :] * self.W[k].T
        found *= self.slopes[k - 1][:, :, None]
        for below in reversed(range(layer, k - 1)):
            found = np.matmul(self.W[below + 1].T, found)
            found *= self.slopes[below][:, :, None]
        return found


def _loss(problem: Problem, z: Numbers, y: Numbers) -> tuple[Numbers, Numbers]:
    """Gradient and Hessian of the loss in the outputs z, row by row."""
    scale, outputs = float(problem.scale), z.shape[1]
    unit = np.eye(outputs)
    if problem.loss != "cross_entropy":
        return 2.0 * scale * (z - y), np.broadcast_to(2.0 * scale * unit, (len(z), outputs, outputs)).copy()
    if outputs == 1:
        s = sigmoid(z)
        return scale * (s - y[:, None]), scale * (s * (1.0 - s))[:, :, None]
    p = np.exp(z - z.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    return scale * (p - unit[y.astype(int)]), scale * (p[:, :, None] * unit - p[:, :, None] * p[:, None, :])
