"""Disciplined convex programming: what CVXPY's rules say of a statement, and spellings that they accept (untrusted)."""
