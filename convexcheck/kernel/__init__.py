"""The kernel (trusted): accepts a certificate or rejects it, without searching.

Reading order: `rules`, `points`, `check`.
"""
