"""The exact Hessian of a perceptron's loss, put together by matrix products over the rows of the data (untrusted).

With ``ht = [h, 1]`` for layers with a bias, n the row, and S, F, delta as in `passes`:

    H[(l; b, a), (m; j, i)] = sum_n ht_{l-1}[n, a] ht_{m-1}[n, i] S_lm[n, b, j]
                              + [l < m] sum_n ht_{l-1}[n, a] F_{l,m-1}[n, b, i] delta_m[n, j]

Each block is one product of inner length N, of pairs (a, i) with pairs (b, j). On the diagonal it is symmetric in
both pairs, so that a quarter of the work will do. A Jacobian of the outputs is never formed.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from convexcheck.network.loss import Problem
from convexcheck.network.memory import PAIRS
from convexcheck.network.numbers import Numbers
from convexcheck.network.passes import Passes

_COLUMNS = 192  # least number of columns in a product, so that it runs at full speed
_TILE = 64  # side of the tiles in which a matrix is transposed


class Block:
    """The part of the matrix for the parameters of layer l against those of layer m, seen by their meaning.

    Args:
        matrix: the part, rows and columns in the order W row by row, then b.
        rows: (units, inputs, has a bias) of layer l.
        columns: the same of layer m.
    """

    def __init__(self, matrix: Numbers, rows: tuple[int, int, bool], columns: tuple[int, int, bool]) -> None:
        (self.r, self.q, self.row_bias), (self.s, self.p, self.column_bias) = rows, columns
        w, v = self.r * self.q, self.s * self.p
        self.WW = matrix[:w, :v].reshape(self.r, self.q, self.s, self.p)
        self.Wb = matrix[:w, v:].reshape(self.r, self.q, -1)
        self.bW = matrix[w:, :v].reshape(-1, self.s, self.p)
        self.bb = matrix[w:, v:]


def fill(problem: Problem, matrix: Numbers, layers: range, others: range, rows: int, full: bool) -> None:
    """Write the blocks of the Hessian between `layers` and later `others`, the ridge aside.

    Args:
        problem: perceptron, data and loss.
        matrix: where to write: the parameters of `layers` against those of `others`.
        layers: consecutive layers, counted from 0.
        others: consecutive layers, the same or later ones.
        rows: how many rows of the data are looked at together.
        full: whether to write blocks below the diagonal too.
    """
    shapes = [(W.W.shape[0], W.W.shape[1], W.b is not None) for W in problem.net.layers]
    sizes = [r * (q + bias) for r, q, bias in shapes]
    at = {m: sum(sizes[others.start : m]) for m in others}
    above = {m: sum(sizes[layers.start : m]) for m in layers}
    blocks = {
        (k, m): Block(matrix[above[k] : above[k] + sizes[k], at[m] : at[m] + sizes[m]], shapes[k], shapes[m])
        for k in layers
        for m in others
        if k <= m
    }
    for start in range(0, problem.rows, rows):
        found = Passes(problem, start, min(start + rows, problem.rows))
        inputs = [_with_one(h, bias) for h, (_, _, bias) in zip(found.inputs, shapes, strict=True)]
        for k, m, S in found.columns(others.start, layers.start):
            if (k, m) in blocks and k == m:
                _diagonal(blocks[k, k], inputs[k], S, start == 0)
            elif (k, m) in blocks:
                _beside(blocks[k, m], inputs[k], inputs[m], S, start == 0)
                _through(blocks[k, m], inputs[k], found, k, m)
    for (k, m), block in blocks.items():
        if k == m:
            _symmetric(block, full)
            continue
        if full and layers == others:
            rows_of, columns_of = slice(above[k], above[k] + sizes[k]), slice(at[m], at[m] + sizes[m])
            transpose(matrix[rows_of, columns_of], matrix[columns_of, rows_of])


def _with_one(h: Numbers, bias: bool) -> Numbers:
    return np.concatenate([h, np.ones((len(h), 1))], axis=1) if bias else h


def _put(target: Numbers, value: Numbers, first: bool) -> None:
    if first:
        target[...] = value
    else:
        target += value


def _groups(lengths: list[int], most: int) -> Iterator[tuple[int, int]]:
    """Consecutive ranges of which the lengths add up to about `most`, at least one each."""
    start, total = 0, 0
    for j, length in enumerate(lengths):
        total += length
        if total >= most or j == len(lengths) - 1:
            yield start, j + 1
            start, total = j + 1, 0


def _diagonal(block: Block, h: Numbers, S: Numbers, first: bool) -> None:
    """sum_n h[n, a] h[n, i] S[n, b, j] for a <= i and b <= j."""
    units, width, q = block.r, h.shape[1], block.q
    upper = np.triu_indices(units)
    packed = S.reshape(len(S), -1)[:, upper[0] * units + upper[1]]
    begins = [0, *np.cumsum([units - b for b in range(units)])]
    for a0, a1 in _groups([width - a for a in range(width)], PAIRS):
        pairs = np.concatenate([h[:, a, None] * h[:, a:] for a in range(a0, a1)], axis=1)
        at = [0, *np.cumsum([width - a for a in range(a0, a1)])]
        for b0, b1 in _groups([units - b for b in range(units)], _COLUMNS):
            G = packed[:, begins[b0] : begins[b1]].T @ pairs
            for b in range(b0, b1):
                row = G[begins[b] - begins[b0] : begins[b + 1] - begins[b0]]
                for a in range(a0, min(a1, q)):
                    part = row[:, at[a - a0] : at[a - a0 + 1]]
                    _put(block.WW[b, a, b:, a:], part[:, : q - a], first)
                    if block.row_bias:
                        _put(block.Wb[b, a, b:], part[:, -1], first)
                if a1 > q:
                    _put(block.bb[b, b:], row[:, -1], first)


def _beside(block: Block, h: Numbers, g: Numbers, S: Numbers, first: bool) -> None:
    """sum_n h[n, a] g[n, i] S[n, j, b] for all a, i, b, j."""
    columns, width, q, p = S.reshape(len(S), -1), h.shape[1], block.q, block.p
    for a0, a1 in _groups([g.shape[1]] * width, PAIRS):
        pairs = (h[:, a0:a1, None] * g[:, None, :]).reshape(len(h), -1)
        for j0, j1 in _groups([block.r] * block.s, _COLUMNS):
            G = columns[:, j0 * block.r : j1 * block.r].T @ pairs
            G = G.reshape(j1 - j0, block.r, a1 - a0, -1)
            for a in range(a0, a1):
                part = G[:, :, a - a0].transpose(1, 0, 2)
                if a < q:
                    _put(block.WW[:, a, j0:j1], part[:, :, :p], first)
                else:
                    _put(block.bW[:, j0:j1], part[:, :, :p], first)
                if block.column_bias:
                    _put(block.Wb[:, a, j0:j1] if a < q else block.bb[:, j0:j1], part[:, :, -1], first)


def _through(block: Block, h: Numbers, found: Passes, k: int, m: int) -> None:
    """Add sum_n h[n, a] F[n, b, i] delta[n, j], which no bias of layer m has a part in."""
    delta, width, q = found.deltas[m], h.shape[1], block.q
    if m == k + 1:  # F is diagonal
        slopes, index = found.slopes[k], np.arange(block.r)
        for a0, a1 in _groups([block.s] * width, PAIRS):
            pairs = (h[:, a0:a1, None] * delta[:, None, :]).reshape(len(h), -1)
            G = (slopes.T @ pairs).reshape(block.r, a1 - a0, block.s)
            for a in range(a0, a1):
                (block.WW[:, a] if a < q else block.bW)[index, :, index] += G[:, a - a0]
        return
    F = found.forward(k, m - 1)
    for a0, a1 in _groups([block.s] * width, PAIRS):
        pairs = (h[:, a0:a1, None] * delta[:, None, :]).reshape(len(h), -1)
        for b0, b1 in _groups([block.p] * block.r, _COLUMNS):
            G = F[:, b0:b1].reshape(len(h), -1).T @ pairs
            G = G.reshape(b1 - b0, block.p, a1 - a0, block.s)
            for a in range(a0, a1):
                (block.WW[b0:b1, a] if a < q else block.bW[b0:b1])[...] += G[:, :, a - a0].transpose(0, 2, 1)


def _symmetric(block: Block, full: bool) -> None:
    """From a <= i and b <= j to all a, i and b <= j; with `full` to all b, j."""
    WW, units = block.WW, block.r
    for b in range(units):
        part = WW[b, :, b if full else b + 1 :]
        for a in range(1, block.q):
            part[a, :, :a] = part[:a, :, a].T
        if full:
            WW[b + 1 :, :, b] = WW[b, :, b + 1 :].transpose(1, 0, 2)
        if block.row_bias:
            block.Wb[b + 1 :, :, b] = block.Wb[b, :, b + 1 :].T
            if full:
                block.bb[b + 1 :, b] = block.bb[b, b + 1 :]
    if full and block.row_bias:
        block.bW[:] = block.Wb.transpose(2, 0, 1)


def transpose(source: Numbers, target: Numbers) -> None:
    """Write the transpose of a matrix, tile by tile.

    >>> target = np.empty((3, 2))
    >>> transpose(np.arange(6.0).reshape(2, 3), target)
    >>> target.tolist()
    [[0.0, 3.0], [1.0, 4.0], [2.0, 5.0]]
    """
    for i in range(0, len(source), _TILE):
        for j in range(0, source.shape[1], _TILE):
            target[j : j + _TILE, i : i + _TILE] = source[i : i + _TILE, j : j + _TILE].T
