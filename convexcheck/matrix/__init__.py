"""Semidefiniteness of matrices of numbers, decided in exact or bounded arithmetic (untrusted; no certificates)."""
