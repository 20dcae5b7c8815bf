"""``convexcheck network``: size, memory, smallest eigenvalue and a certificate for a perceptron's loss (untrusted)."""

from __future__ import annotations

import json
import sys
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

import click

from convexcheck import ConvexcheckError
from convexcheck.cli.answer import record


@click.command()
@click.argument("model", metavar="MODEL", type=click.Path(path_type=Path))
@click.option("--data", required=True, type=click.Path(path_type=Path), help="A .npz file with X and y.")
@click.option("--loss", required=True, metavar="LOSS", help="mse, sse, half_sse or cross_entropy.")
@click.option("--ridge", default="0", metavar="C", help="Adds (C/2) |weights|**2 to the loss.")
@click.option("--activation", metavar="NAME", help="Of the hidden layers, where MODEL does not say it.")
@click.option("--spectrum", is_flag=True, help="The density of eigenvalues too, and the saddle index where P is small.")
@click.option("--certificate", type=click.Path(path_type=Path), help="By default MODEL.certificate.json.")
@click.option("--plot", type=click.Path(path_type=Path), help="A picture of the loss along the direction.")
@click.option("--timeout", type=click.FloatRange(0.0, min_open=True), default=60.0, show_default=True, metavar="S",
              help="Seconds for the eigenvalue, and as many for the certificate.")  # fmt: skip
@click.option("--seed", type=int, default=0, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")
def network(
    model: Path, data: Path, loss: str, ridge: str, certificate: Path | None, as_json: bool, timeout: float,
    **options: Any,
) -> int:  # fmt: skip
    """The Hessian of the loss of the network in MODEL, at its weights: where is it negative, and by which proof?

    MODEL is a .npz, .safetensors or .json file with W1, b1, W2, ... The certificate shows that the curvature along the
    direction found is negative, so that the loss is not convex; arrays lie beside it.
    """
    from convexcheck import network as nets
    from convexcheck.api import refute
    from convexcheck.network.memory import Forecast
    from convexcheck.network.verbs import net_eigenvalue

    net = nets.load(model, options["activation"])
    X, y = nets.load_data(data)
    problem = nets.Problem.of(net, X, y, loss, ridge)
    forecast = Forecast.of(net, problem.rows)
    show = _Progress(sys.stderr.isatty() and not as_json, timeout)
    show.line(f"{net}, {problem.rows} rows; {forecast}")
    rows = [("network", f"{net}{_single(net)}"), ("data", f"{problem.rows} rows, {loss}"), ("forecast", str(forecast))]
    found = net_eigenvalue(problem, tolerance=1e-6, seed=options["seed"], progress=show.step, stop=show.late(net.size))
    rows.append(("lambda_min", str(found).removeprefix("lambda_min ")))
    told: dict[str, Any] = {"size": net.size, "bytes": forecast.total, "lambda_min": found.value,
                            "residual": found.residual, "products": found.products}  # fmt: skip
    verdict = refute(
        net, X, y, loss=loss, ridge=ridge, direction=found.vector, budget=timeout, seed=options["seed"]
    )  # fmt: skip
    show.clear()
    path = certificate or model.with_suffix(".certificate.json")
    if verdict.certificate is not None and verdict.negative:
        verdict.certificate.write(path)
        (curved,) = verdict.negative
        told |= {"bound": curved.bound, "level": curved.level}
        rows.append(("bound", f"lambda_min <= {curved.bound:.9g}, shown in {curved.level} arithmetic"))
        rows.append(("certificate", f"{path}: not convex, accepted by the kernel"))
    else:
        rows.append(("bound", f"none: the curvature at these weights was not certified{_kink(net)}"))
        found_elsewhere = f"{path}: not convex by two points elsewhere, accepted by the kernel"
        nothing = "none: no two points elsewhere were found either; this proves nothing"
        rows.append(("certificate", nothing if verdict.certificate is None else found_elsewhere))
        if verdict.certificate is not None:
            verdict.certificate.write(path)
    if options["spectrum"]:
        rows += _spectrum(problem, show, options, told)
    if options["plot"] is not None:
        _draw(problem, found.vector, told.get("density"), options["plot"])
    told.pop("density", None)
    if as_json:
        where = str(path.absolute()) if verdict.certificate is not None else None
        click.echo(json.dumps({**record(model.name, verdict, where), **told}))
    else:
        width = max(len(name) for name, _ in rows) + 2
        click.echo("\n".join(f"{name:>{width}}: {value}" for name, value in rows))
    return 0


def _spectrum(problem: Any, show: _Progress, options: dict[str, Any], told: dict[str, Any]) -> list[tuple[str, str]]:
    from convexcheck import network as nets

    found = nets.spectrum(
        problem.net, problem.X, problem.y, loss=problem.loss, ridge=problem.ridge, seed=options["seed"],
        progress=show.count,
    )  # fmt: skip
    show.clear()
    told |= {"negative": found.negative, "index": found.index, "trace": found.moment(1) * found.size, "density": found}
    how = "all eigenvalues" if found.exact else f"stochastic Lanczos quadrature, {found.products} products"
    ends = f"from {found.nodes[0]:.6g} to {found.nodes[-1]:.6g}"
    rows = [("spectrum", f"{ends} ({how})"), ("negative", f"{100 * found.negative:.3g} % of the eigenvalues")]
    rows += [("saddle index", str(found.index))] * (found.index is not None)
    import numpy as np

    largest = float(np.abs(found.nodes).max()) * (1 + 1e-12) or 1.0
    decades = np.array([1.0, 0.1, 0.01, 0.001])
    cells, edges = np.histogram(found.nodes, [*(-largest * decades), *(largest * decades[::-1])], weights=found.weights)
    parts = zip(pairwise(edges.tolist()), cells.tolist(), strict=True)
    return rows + [("density", f"{a:>12.4g} to {b:<12.4g} {100 * share:8.3f} %") for (a, b), share in parts if share]


def _single(net: Any) -> str:
    """What was done to weights of single precision."""
    import numpy as np

    with np.errstate(over="ignore"):
        single = all(np.array_equal(a, np.float32(a)) for a in net.arrays())
    return ", float32 weights converted to float64 exactly" if single else ""


def _kink(net: Any) -> str:
    """Why that may be."""
    return ", perhaps as a unit is at its kink, where its input is 0" if net.has_kinks else ""


def _draw(problem: Any, direction: Any, density: Any, path: Path) -> None:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    from convexcheck.network.plots import plot_along, plot_spectrum

    figure = Figure(figsize=(5 if density is None else 10, 3.5), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots(1, 1 if density is None else 2, squeeze=False)[0]
    plot_along(problem, direction, axes[0])
    if density is not None:
        plot_spectrum(density, axes[1])
    try:
        figure.savefig(path)
    except (OSError, ValueError) as error:
        raise ConvexcheckError("network", f"cannot draw {path}: {error}", "a file such as curvature.png") from error


class _Progress:
    """One line on stderr that is written anew: products so far and the Ritz value."""

    def __init__(self, shown: bool, timeout: float) -> None:
        self.shown, self.end = shown, time.monotonic() + timeout

    def late(self, size: int) -> Any:
        """Ends Lanczos' method when time is up; small matrices need no end."""
        from convexcheck.network.eigen import DENSE

        return None if size <= DENSE else lambda step: time.monotonic() > self.end

    def step(self, step: Any) -> None:
        self.line(f"{step.products} products with H, Ritz value {step.value:.8g}, residual {step.residual:.2g}")

    def count(self, products: int) -> None:
        self.line(f"spectrum: {products} products with H")

    def line(self, text: str) -> None:
        if self.shown:
            click.echo(f"\r\x1b[K{text}", nl=False, err=True)

    def clear(self) -> None:
        self.line("")
