"""The exact Hessian of a perceptron's loss, put together by matrix products over the rows of the data (untrusted).

With ``ht = [h, 1]`` for layers with a bias, n the row, and S, F, delta as in `passes`:

    H[(l; b, a), (m; j, i)] = sum_n ht_{l-1}[n, a] ht_{m-1}[n, i] S_lm[n, b, j]
                              + [l < m] sum_n ht_{l-1}[n, a] F_{l,m-1}[n, b, i] delta_m[n, j]

Each block is one product of inner length N, of pairs (a, i) with pairs (b, j), and the units' biases, for which the
input is 1, are another. On the diagonal it is symmetric in both pairs, so that a quarter of the work will do. A
Jacobian of the outputs is never formed.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np

from convexcheck.network.loss import Problem
from convexcheck.network.memory import PAIRS
from convexcheck.network.numbers import Numbers
from convexcheck.network.passes import Passes

_COLUMNS = 192  # least number of columns in a product, so that it runs at full speed
_SIDE = 8  # inputs a whose products with all inputs i >= a are written together
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


def fill(problem: Problem, matrix: Numbers, layers: range, others: range, rows: int, full: bool) -> float:
    """Write the blocks of the Hessian between `layers` and later `others`, the ridge aside.

    Args:
        problem: perceptron, data and loss.
        matrix: where to write: the parameters of `layers` against those of `others`.
        layers: consecutive layers, counted from 0.
        others: consecutive layers, the same or later ones.
        rows: how many rows of the data are looked at together.
        full: whether to write blocks below the diagonal too.

    Returns:
        A bound on the size of every entry; infinity or NaN where something overflows.
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
    bound = 0.0
    for start in range(0, problem.rows, rows):
        found = Passes(problem, start, min(start + rows, problem.rows))
        largest = [1.0 + _largest(h) for h in found.inputs]
        for k, m, S in found.columns(others.start, layers.start):
            if (k, m) not in blocks:
                continue
            block, h, first, entry = blocks[k, m], found.inputs[k], start == 0, largest[m] * _largest(S)
            if k == m:
                _diagonal(block, h, S, first, full)
            else:
                F = found.slopes[k] if m == k + 1 else found.forward(k, m - 1)
                delta = found.deltas[m]
                _beside(block, h, found.inputs[m], S, _adjacent(h, F, delta) if m == k + 1 else None, first)
                if m > k + 1:
                    _through(block, h, F, delta)
                entry += _largest(F) * _largest(delta)
            bound += found.rows * largest[k] * entry
    for (k, m), block in blocks.items():
        if k == m:
            _finish(block, full)
        elif full and layers == others:
            rows_of, columns_of = slice(above[k], above[k] + sizes[k]), slice(at[m], at[m] + sizes[m])
            transpose(matrix[rows_of, columns_of], matrix[columns_of, rows_of])
    return bound


def _largest(array: Numbers) -> float:
    return max(float(array.max()), -float(array.min()))


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


def _pairs(h: Numbers, g: Numbers) -> Numbers:
    """h[n, a] g[n, i] with one column for each (a, i)."""
    return (h[:, :, None] * g[:, None, :]).reshape(len(h), -1)


def _diagonal(block: Block, h: Numbers, S: Numbers, first: bool, full: bool) -> None:
    """sum_n h[n, a] h[n, i] S[n, b, j], computed for b <= j and about a <= i."""
    units, q = block.r, block.q
    upper = np.triu_indices(units)
    packed = S.reshape(len(S), -1)[:, upper[0] * units + upper[1]]
    begins = [0, *itertools.accumulate(units - b for b in range(units))]
    rows = list(_groups([units - b for b in range(units)], _COLUMNS))
    side = max(1, min(_SIDE, PAIRS // q))
    parts = [(a, min(a + side, q)) for a in range(0, q, side)]
    for p0, p1 in _groups([(a1 - a0) * (q - a0) for a0, a1 in parts], PAIRS):
        chosen = parts[p0:p1]
        pairs = np.concatenate([_pairs(h[:, a0:a1], h[:, a0:]) for a0, a1 in chosen], axis=1)
        at = [0, *itertools.accumulate((a1 - a0) * (q - a0) for a0, a1 in chosen)]
        square = [(j, q - a0, i, k) for j, (a0, a1) in zip(at, chosen, strict=False)
                  for i in range(a1 - a0) for k in range(i)]  # fmt: skip
        twice = [(j + i * w + k, j + k * w + i) for j, w, i, k in square]  # to be the same to the last bit
        low, high = np.array(twice, dtype=int).reshape(-1, 2).T
        for b0, b1 in rows:
            G = packed[:, begins[b0] : begins[b1]].T @ pairs
            G[:, low] = G[:, high]
            for b in range(b0, b1):
                of_b = G[begins[b] - begins[b0] : begins[b + 1] - begins[b0]]
                for j, (a0, a1) in enumerate(chosen):
                    part = of_b[:, at[j] : at[j + 1]].reshape(units - b, a1 - a0, q - a0)
                    _write(block.WW, b, (a0, a1), part, first, full)
    if block.row_bias:
        ends = np.concatenate([h, np.ones((len(h), 1))], axis=1)
        for b in range(units):
            G = packed[:, begins[b] : begins[b + 1]].T @ ends
            _put(block.Wb[b, :, b:], G[:, :q].T, first)
            _put(block.Wb[b + 1 :, :, b], G[1:, :q], first)
            _put(block.bb[b, b:], G[:, q], first)


def _write(WW: Numbers, b: int, inputs: tuple[int, int], part: Numbers, first: bool, full: bool) -> None:
    """Write part[j, a, i] to the unit b and all j >= b, and where the symmetries say that it stands too."""
    (a0, a1), rest = inputs, part[:, :, inputs[1] - inputs[0] :]
    above = 0 if full else 1  # (b, i) with (b, a) is below the diagonal
    _put(WW[b, a0:a1, b:, a0:], part.transpose(1, 0, 2), first)
    _put(WW[b, a1:, b + above :, a0:a1], rest[above:].transpose(2, 0, 1), first)
    if full:
        _put(WW[b + 1 :, a0:a1, b, a0:], part[1:], first)
        _put(WW[b + 1 :, a1:, b, a0:a1], rest[1:].transpose(0, 2, 1), first)


def _finish(block: Block, full: bool) -> None:
    """The biases below the diagonal, or nothing below it at all."""
    for b in range(block.r):
        if not full:
            block.WW[b, :, b] = np.triu(block.WW[b, :, b])
        elif block.row_bias:
            block.bb[b + 1 :, b] = block.bb[b, b + 1 :]
    if full and block.row_bias:
        block.bW[:] = block.Wb.transpose(2, 0, 1)


def _adjacent(h: Numbers, slopes: Numbers, delta: Numbers) -> Numbers:
    """sum_n h[n, a] F[n, b] delta[n, j] for the next layer, where F is diagonal, as an array (b, a, j); a = q is 1."""
    right = np.concatenate([_pairs(h, delta), delta], axis=1)
    found: Numbers = (slopes.T @ right).reshape(slopes.shape[1], -1, delta.shape[1])
    return found


def _beside(block: Block, h: Numbers, g: Numbers, S: Numbers, more: Numbers | None, first: bool) -> None:
    """sum_n h[n, a] g[n, i] S[n, j, b] for all a, i, b, j; with `more`[b, a, j] where i = b."""
    columns, index, q, p = S.reshape(len(S), -1), np.arange(block.r), block.q, block.p
    inputs = [*_groups([p] * q, PAIRS), (q, q)]
    ends = np.concatenate([g, h, np.ones((len(h), 1))], axis=1)
    for a0, a1 in inputs:  # the last of them are the biases
        pairs = _pairs(h[:, a0:a1], g) if a0 < q else ends
        for j0, j1 in _groups([block.r] * block.s, _COLUMNS):
            G = (columns[:, j0 * block.r : j1 * block.r].T @ pairs).reshape(j1 - j0, block.r, -1)
            if a0 < q:
                inner = G.reshape(j1 - j0, block.r, a1 - a0, p)
                if more is not None:
                    inner[:, index, :, index] += more[:, a0:a1, j0:j1].transpose(0, 2, 1)
                _put(block.WW[:, a0:a1, j0:j1], inner.transpose(1, 2, 0, 3), first)
                continue
            if block.row_bias:
                if more is not None:
                    G[:, index, index] += more[:, q, j0:j1].T
                _put(block.bW[:, j0:j1], G[:, :, :p].transpose(1, 0, 2), first)
            if block.column_bias:
                _put(block.Wb[:, :, j0:j1], G[:, :, p:-1].transpose(1, 2, 0), first)
            if block.row_bias and block.column_bias:
                _put(block.bb[:, j0:j1], G[:, :, -1].T, first)


def _through(block: Block, h: Numbers, F: Numbers, delta: Numbers) -> None:
    """Add sum_n h[n, a] F[n, b, i] delta[n, j], which no bias of layer m has a part in."""
    for a0, a1 in _groups([block.s] * block.q, PAIRS):
        pairs = _pairs(h[:, a0:a1], delta)
        for b0, b1 in _groups([block.p] * block.r, _COLUMNS):
            G = (F[:, b0:b1].reshape(len(h), -1).T @ pairs).reshape(b1 - b0, block.p, a1 - a0, block.s)
            block.WW[b0:b1, a0:a1] += G.transpose(0, 2, 3, 1)
    if block.row_bias:
        block.bW += (F.reshape(len(h), -1).T @ delta).reshape(block.r, block.p, block.s).transpose(0, 2, 1)


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
