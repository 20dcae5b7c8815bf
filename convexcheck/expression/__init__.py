"""The language of statements (trusted): exact expressions in index notation, and what can be computed on them.

Reading order: `errors`, `term`, `functions`, `statement`, `bounds`, `obligations`, `normal`.
"""
