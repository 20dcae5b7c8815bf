"""``python -m benchmarks [NAME ...] [--repeats 5] [--timeout 3]``: measure, print tables, write `results/`."""

from __future__ import annotations

import argparse
import importlib
import json
import sys
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.environment import environment
from benchmarks.measure import Benchmark, Row

RESULTS = Path(__file__).parent / "results"
NAMES = (
    "import_is_light",
    "proofs_are_milliseconds",
    "refutations_are_seconds",
    "peers_answer_without_evidence",
    "network_hessians_are_matrix_products",
    "negative_curvature_is_certified",
    "corpus",
    "peers_on_the_corpus",
    "coqc_accepts_most_certificates",
    "swapped_units_refute_networks",
    "everyday_losses_are_settled",
    "coqc_accepts_everyday_losses",
)


def main(arguments: list[str] | None = None) -> int:
    """Run the benchmarks named, or all; 1 if a bar is missed."""
    parser = argparse.ArgumentParser("python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(NAMES))
    parser.add_argument("--repeats", type=int, default=5, help="medians are over so many calls")
    parser.add_argument("--timeout", type=float, help="seconds per problem of the corpus")
    parser.add_argument("--every", type=int, help="ask peers only each N-th problem of the corpus", metavar="N")
    options = parser.parse_args(arguments)
    unknown = set(options.names) - set(NAMES)
    if unknown:
        parser.error(f"unknown: {', '.join(sorted(unknown))}; expected {', '.join(NAMES)}")
    missed = 0
    for name in options.names or NAMES:
        chosen = {"corpus": {"timeout": options.timeout}, "peers_on_the_corpus": {"every": options.every}}.get(name, {})
        missed += run(name, options.repeats, {k: v for k, v in chosen.items() if v is not None})
    return 1 if missed else 0


def run(name: str, repeats: int, options: dict[str, Any]) -> int:
    """Measure one, show it, write it; how many rows miss a bar."""
    benchmark: Benchmark = importlib.import_module(f"benchmarks.{name}").BENCHMARK
    where, found = environment(), []
    measure = partial(benchmark.rows, **options)
    for row in measure(repeats):
        found.append(row)
        if sys.stderr.isatty():
            print(f"\r{name}: {len(found)} rows", end="", file=sys.stderr)
    failing = [(row, benchmark.missed(row)) for row in found if benchmark.missed(row)]
    described = {"claim": benchmark.claim, "bars": dict(benchmark.bars), "expected": dict(benchmark.expected)}
    print(f"\n{name}: {benchmark.claim}\n{table(found)}\n")
    for row, columns in failing:
        print(f"over the bar in {', '.join(columns)}: {row}")
    RESULTS.mkdir(exist_ok=True)
    result = {"name": name, **described, "repeats": repeats, **options, "environment": where, "rows": found}
    (RESULTS / f"{name}.json").write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    (RESULTS / f"{name}.md").write_text(page(result), encoding="utf-8")
    return len(failing)


def page(result: dict[str, Any]) -> str:
    """The result as Markdown: claim, bars, environment, table."""
    where = dict(result["environment"])
    packages = ", ".join(f"{k} {v}" for k, v in where.pop("packages").items())
    bars = "; ".join(f"{column} at most {bar}" for column, bar in result["bars"].items())
    return "\n\n".join(
        [
            f"# {result['name'].replace('_', ' ')}",
            result["claim"],
            f"Bars: {bars or 'none'}. Times in seconds, medians of {result['repeats']}; `first` is the first call.",
            f"{', '.join(f'{k} {v}' for k, v in where.items())}; {packages}.",
            table(result["rows"]) + "\n",
        ]
    )


def table(rows: list[Row]) -> str:
    """Rows as an aligned Markdown table, with every column that a row has."""
    columns = list(dict.fromkeys(column for row in rows for column in row))
    cells = [columns, *[[cell(row.get(column)) for column in columns] for row in rows]]
    widths = [max(len(line[i]) for line in cells) for i in range(len(columns))]
    lines = ["| " + " | ".join(x.ljust(width) for x, width in zip(line, widths, strict=True)) + " |" for line in cells]
    return "\n".join([lines[0], "|" + "|".join("-" * (width + 2) for width in widths) + "|", *lines[1:]])


def cell(value: Any) -> str:
    return "" if value is None else str(value).replace("|", "\\|")


if __name__ == "__main__":
    sys.exit(main())
