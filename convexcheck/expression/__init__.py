"""The language of statements (trusted): exact expressions in index notation, and what can be computed on them.

Reading order: `term`, `binding`, `functions`, `statement`, `derivative`, `bounds`, `defined`, `normal`,
`evaluate`, `text`.
"""
