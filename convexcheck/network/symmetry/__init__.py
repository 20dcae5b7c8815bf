"""Equivalent weights: symmetry groups, orbits, and the counterexamples that they make (untrusted).

Reading order: `kinds`, `member`, `action`, `stabiliser`, `canonical`, `group`,
`equivalents`, `pairs`, `evidence`, `critical`, `alignment`, `spec`, `counting`.
"""
