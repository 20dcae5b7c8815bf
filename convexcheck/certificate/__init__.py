"""Certificates (trusted): claims, evidence, and the file that holds them.

Reading order: `rules`, `points`, `evidence`, `codec`.
"""
