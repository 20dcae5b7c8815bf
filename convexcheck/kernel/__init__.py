"""The kernel (trusted): accepts a certificate or rejects it, without searching.

Reading order: `sign`, `curvature`, `points`, `check`.
"""
