"""The kernel (trusted): accepts a certificate or rejects it, without searching.

Reading order: `scope`, `signs`, `forms`, `curvatures`, `axioms`, `rules`, `strict`; `points`, `symmetry`, `landscape`;
`check`.
"""
