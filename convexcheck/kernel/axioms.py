"""Axioms: facts about one primitive of the language each, taken from the literature and not derived here (trusted).

A rule that relies on one counts it under its name; every verdict lists the names that its certificate relies on.
"""

AXIOMS: dict[str, str] = {}  # name: author, work, theorem
