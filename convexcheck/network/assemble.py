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
from functools import cache

import numpy as np

from convexcheck.network.loss import Problem
from convexcheck.network.memory import PAIRS
from convexcheck.network.numbers import Numbers
from convexcheck.network.passes import Passes

_COLUMNS = 192  # least number of rows of a product, so that it runs at full speed
_SIDE = 64  # inputs, or units, whose pairs are written together
_RUN = 32  # neighbours in memory that are worth a write of their own


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
    blocks: dict[tuple[int, int], list[Block]] = {}
    for k, m in itertools.product(layers, others):
        rows_of, columns_of = slice(above[k], above[k] + sizes[k]), slice(at[m], at[m] + sizes[m])
        if k <= m:
            blocks[k, m] = [Block(matrix[rows_of, columns_of], shapes[k], shapes[m])]
        if k < m and full and layers == others:  # the same below the diagonal
            blocks[k, m].append(Block(matrix[columns_of, rows_of].T, shapes[k], shapes[m]))

    _keep_freed_memory()
    bound = 0.0
    for start in range(0, problem.rows, rows):
        found = Passes(problem, start, min(start + rows, problem.rows))
        largest = [1.0 + _largest(h) for h in found.inputs]
        for k, m, S in found.columns(others.start, layers.start):
            if (k, m) not in blocks:
                continue
            targets, h, first, entry = blocks[k, m], found.inputs[k], start == 0, largest[m] * _largest(S)
            if k == m:
                _diagonal(targets[0], h, S, first, full)
            else:
                F = found.slopes[k] if m == k + 1 else found.forward(k, m - 1)
                delta = found.deltas[m]
                _beside(targets, h, found.inputs[m], S, _adjacent(h, F, delta) if m == k + 1 else None, first)
                if m > k + 1:
                    _through(targets, h, F, delta)
                entry += _largest(F) * _largest(delta)
            bound += found.rows * largest[k] * entry
    for (k, m), (block, *_) in blocks.items():
        if k == m:
            _finish(block, full)
    return bound


@cache
def _keep_freed_memory() -> None:
    """Make glibc keep the memory of freed arrays for the next ones, whose pages would else be new ones every time.

    When a block that it had from the system is freed, glibc takes smaller ones, up to 32 MiB, from its heap from then
    on. Elsewhere this does nothing. Source: mallopt(3), M_MMAP_THRESHOLD and M_TRIM_THRESHOLD.
    """
    np.empty(31 << 20, dtype=np.uint8)


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


def _ranges(length: int, most: int) -> list[slice]:
    """Consecutive ranges of nearly equal lengths, at most `most`."""
    count = -(-length // most)
    return [slice(length * k // count, length * (k + 1) // count) for k in range(count)]


def _pairs(h: Numbers, g: Numbers) -> Numbers:
    """h[n, a] g[n, i] with one column for each (a, i)."""
    return (h[:, :, None] * g[:, None, :]).reshape(len(h), -1)


def _taken(source: Numbers, index: Numbers, out: Numbers | None = None) -> Numbers:
    """Columns of a matrix; the index is known to be within it, and looking for errors is slow."""
    found: Numbers = np.take(source, index, axis=1, out=out, mode="clip")
    return found


def _diagonal(block: Block, h: Numbers, S: Numbers, first: bool, full: bool) -> None:
    """sum_n h[n, a] h[n, i] S[n, b, j], computed for b <= j and a <= i."""
    units, q = block.r, block.q
    upper = np.triu_indices(units)
    packed = _taken(S.reshape(len(S), -1), upper[0] * units + upper[1])
    strips = [(b, slice(j, min(j + _SIDE, units))) for b in range(units) for j in range(b, units, _SIDE)]
    lengths = [j.stop - j.start for _, j in strips]
    begins = [0, *itertools.accumulate(lengths)]
    square = np.empty((min(_SIDE, units), min(_SIDE, q) ** 2))
    for a, i, pairs, spread in _squares(h):
        for s0, s1 in _groups(lengths, _COLUMNS):
            G = packed[:, begins[s0] : begins[s1]].T @ pairs
            for s in range(s0, s1):
                values = G[begins[s] - begins[s0] : begins[s + 1] - begins[s0]]
                if spread is not None:
                    values = _taken(values, spread, square[: lengths[s], : len(spread)])
                values = values.reshape(lengths[s], a.stop - a.start, -1)
                _write(block.WW, strips[s], (a, i), values, first, full)
    if block.row_bias:
        starts = [0, *itertools.accumulate(units - b for b in range(units))]
        ends = np.concatenate([h, np.ones((len(h), 1))], axis=1)
        for b in range(units):
            G = packed[:, starts[b] : starts[b + 1]].T @ ends
            _put(block.Wb[b, :, b:], G[:, :q].T, first)
            _put(block.Wb[b + 1 :, :, b], G[1:, :q], first)
            _put(block.bb[b, b:], G[:, q], first)


def _squares(h: Numbers) -> Iterator[tuple[slice, slice, Numbers, Numbers | None]]:
    """Ranges of a and i with their pairs h[n, a] h[n, i]; on the diagonal only a <= i, and where to find the others."""
    ranges = _ranges(h.shape[1], _SIDE)
    for k, a in enumerate(ranges):
        side = a.stop - a.start
        low, high = np.triu_indices(side)
        spread = np.empty((side, side), dtype=np.intp)
        spread[low, high] = spread[high, low] = np.arange(len(low))
        pairs = _taken(h[:, a], low)
        pairs *= _taken(h[:, a], high)
        yield a, a, pairs, spread.ravel()
        for later in ranges[k + 1 :]:
            for part in _ranges(later.stop - later.start, PAIRS // side):
                i = slice(later.start + part.start, later.start + part.stop)
                yield a, i, _pairs(h[:, a], h[:, i]), None


def _write(
    WW: Numbers, units: tuple[int, slice], inputs: tuple[slice, slice], values: Numbers, first: bool, full: bool
) -> None:
    """Write values[j, a, i] for one unit b and some j >= b, and where the symmetries say that it stands too."""
    (b, j), (a, i), skip = units, inputs, int(units[1].start == units[0])
    below = slice(j.start + skip, j.stop)
    _put(WW[b, a, j, i], values.transpose(1, 0, 2), first)
    if full:
        _put(WW[below, a, b, i], values[skip:], first)
    if a != i:
        _put(WW[b, i, j, a], values.transpose(2, 0, 1), first)
        if full:
            _put(WW[below, i, b, a], values[skip:].transpose(0, 2, 1), first)


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


def _beside(targets: list[Block], h: Numbers, g: Numbers, S: Numbers, more: Numbers | None, first: bool) -> None:
    """sum_n h[n, a] g[n, i] S[n, j, b] for all a, i, b, j; with `more`[b, a, j] where i = b."""
    block = targets[0]
    columns, q, p, r = S.reshape(len(S), -1), block.q, block.p, block.r
    rows = list(_groups([r] * block.s, _COLUMNS))
    for a in _ranges(q, PAIRS // min(p, _RUN)):
        for i in _ranges(p, PAIRS // (a.stop - a.start)):
            pairs = _pairs(g[:, i], h[:, a])
            meets = np.arange(i.start, min(i.stop, r))
            for j0, j1 in rows:
                G = (columns[:, j0 * r : j1 * r].T @ pairs).reshape(j1 - j0, r, i.stop - i.start, -1)
                if more is not None:
                    G[:, meets, meets - i.start] += more[meets, a, j0:j1].transpose(2, 0, 1)
                for target in targets:
                    _put(target.WW[:, a, j0:j1, i], G.transpose(1, 3, 0, 2), first)
    index, ends = np.arange(r), np.concatenate([g, h, np.ones((len(h), 1))], axis=1)
    for j0, j1 in rows if block.row_bias or block.column_bias else []:
        G = (columns[:, j0 * r : j1 * r].T @ ends).reshape(j1 - j0, r, -1)
        if more is not None and block.row_bias:
            G[:, index, index] += more[:, q, j0:j1].T
        for target in targets:
            if block.row_bias:
                _put(target.bW[:, j0:j1], G[:, :, :p].transpose(1, 0, 2), first)
            if block.column_bias:
                _put(target.Wb[:, :, j0:j1], G[:, :, p:-1].transpose(1, 2, 0), first)
            if block.row_bias and block.column_bias:
                _put(target.bb[:, j0:j1], G[:, :, -1].T, first)


def _through(targets: list[Block], h: Numbers, F: Numbers, delta: Numbers) -> None:
    """Add sum_n h[n, a] F[n, b, i] delta[n, j], which no bias of layer m has a part in."""
    r, p, s = targets[0].r, targets[0].p, targets[0].s
    for b in _ranges(r, max(1, PAIRS // p)):
        right = F[:, b].reshape(len(h), -1)
        for a in _ranges(targets[0].q, max(1, _COLUMNS // s)):
            G = (_pairs(delta, h[:, a]).T @ right).reshape(s, a.stop - a.start, -1, p)
            for target in targets:
                target.WW[b, a] += G.transpose(2, 1, 0, 3)
    if targets[0].row_bias:
        biases = (F.reshape(len(h), -1).T @ delta).reshape(r, p, s)
        for target in targets:
            target.bW += biases.transpose(0, 2, 1)
