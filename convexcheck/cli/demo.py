"""``convexcheck demo``: the main job on a real data set (untrusted)."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.option("--out", type=click.Path(path_type=Path), default=Path("out"), show_default=True, help="The folder.")
@click.option("--rows", type=click.IntRange(min=4), help="Use only so many rows of the data.")
def demo(out: Path, rows: int | None) -> int:
    """Why is logistic regression's loss convex and a multilayer perceptron's not?

    Five models on scikit-learn's breast-cancer data; certificates, points, a report and a picture go to a folder.
    """
    from convexcheck.demo import run

    return run(out, rows)
