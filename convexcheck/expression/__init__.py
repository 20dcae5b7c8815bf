"""The language of statements (trusted): exact expressions in index notation, and what can be computed on them.

Reading order: `errors`, `term`, `matrices`, `functions`, `statement`; what follows from facts: `definite`, `bounds`,
`obligations`, `contraction`, `normal`, `growth`; values: `objects`, `enclosures`, `floats`, `evaluate`, `jets`.
"""
