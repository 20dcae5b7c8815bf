"""The kernel (trusted): accepts a certificate or rejects it, without searching.

Reading order: `scope`, `signs`, `curvatures`, `rules`, `strict`, `points`, `axioms`, `check`.
"""
