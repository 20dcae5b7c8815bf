"""Measurements, each file named after its claim: ``python -m benchmarks`` runs them and writes `results/`.

A file states its claim, the bars (upper limits by column, which `tests/benchmarks` holds against the committed
results) and a generator of rows. Reading, search and check are timed apart; nothing here decides a verdict.
"""
