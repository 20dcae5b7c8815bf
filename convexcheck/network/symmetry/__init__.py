"""Equivalent weights: symmetry groups, orbits, and the counterexamples that they make (untrusted).

Reading order: `kinds`, `member`, `action`, `stabiliser`, `group`, `canonical`,
`equivalents`, `pairs`, `evidence`, `critical`, `alignment`, `spec`, `counting`.
"""
