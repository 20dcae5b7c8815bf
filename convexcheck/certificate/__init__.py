"""Certificates (trusted): claims, evidence, and the file that holds them.

Reading order: `signs`, `curvatures`, `points`, `evidence`, `codec`.
"""
