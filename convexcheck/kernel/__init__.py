"""The kernel (trusted): accepts a certificate or rejects it, without searching.

Reading order: `scope`, `sign`, `curvature`, `strictness`, `points`, `domain`, `refutation`, `check`.
"""
