"""Functions of many matrices at once in float64: determinants, inverses, eigenvalues, singular values (untrusted).

NaN where a function is not real: `expression.matrices` says where that is.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

Floats = np.ndarray[Any, np.dtype[np.float64]]


def stacked(body: Floats, rows: int, columns: int) -> Floats:
    """Values of shape ``(..., columns, rows, points)`` as matrices, of shape ``(..., points, rows, columns)``."""
    body = body.reshape((1,) * (3 - body.ndim) + body.shape)
    whole = np.broadcast_to(body, (*body.shape[:-3], columns, rows, body.shape[-1]))
    return np.asarray(np.swapaxes(np.moveaxis(whole, -1, -3), -1, -2))


def function(op: str, M: Floats) -> Floats:
    """The value at each matrix; for ``inv`` and ``logm`` the matrix of all entries.

    >>> function("logdet", np.eye(3)[None])
    array([0.])
    """
    good = np.asarray(np.isfinite(M).all(axis=(-2, -1)))
    M = np.where(good[..., None, None], M, 0.0)
    if op in ("norm_nuclear", "norm_spectral"):
        s = np.linalg.svd(M, compute_uv=False)
        found = s.sum(axis=-1) if op == "norm_nuclear" else s.max(axis=-1, initial=0.0)
    elif op in ("det", "logdet"):
        signs, logs = np.linalg.slogdet(M)
        found = signs * np.exp(logs) if op == "det" else np.where(signs > 0, logs, np.nan)
    elif op == "inv":
        good = good & (np.linalg.slogdet(M)[0] != 0)
        found = np.linalg.inv(np.where(good[..., None, None], M, np.eye(M.shape[-1])))
    else:
        good = good & (np.abs(M - np.swapaxes(M, -1, -2)).max(axis=(-2, -1), initial=0.0) < 1e-9)
        t, Q = np.linalg.eigh((M + np.swapaxes(M, -1, -2)) / 2)
        good = good & ((t.min(axis=-1, initial=np.inf) > 0) | (op == "eigmax"))
        logs = np.log(np.where(t > 0, t, 1.0))
        if op == "eigmax":
            found = t.max(axis=-1) if t.shape[-1] else np.full(t.shape[:-1], np.nan)
        else:
            found = (
                (t * logs).sum(axis=-1) if op == "trace_xlogx" else (Q * logs[..., None, :]) @ np.swapaxes(Q, -1, -2)
            )
    real = np.asarray(good)
    return np.where(real[..., None, None] if op in ("inv", "logm") else real, found, np.nan)


def picked(whole: Floats, cells: Sequence[Any], inside: Any) -> Floats:
    """The entries of matrices of shape ``(..., points, n, n)`` at row and column positions, NaN outside.

    The axes before ``points`` align with those of the positions, from the last one on.
    """
    shape = np.broadcast_shapes(whole.shape[:-3], cells[0].shape)
    points = whole.shape[-3]
    at = [np.broadcast_to(c[..., None], (*shape, points)) for c in cells]
    grid = np.indices((*shape, points), sparse=True)
    lead = grid[len(shape) - (whole.ndim - 3) : len(shape)]
    outer = [g if n > 1 else np.zeros_like(g) for g, n in zip(lead, whole.shape[:-3], strict=True)]
    found = whole[(*outer, grid[-1], *at)]
    return np.where(np.broadcast_to(np.asarray(inside)[..., None], found.shape), found, np.nan)
