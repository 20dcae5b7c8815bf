"""Swap two hidden units and nothing changes: what that says of convexity, by example and on real data (untrusted).

The worked example is a question at datascience.stackexchange.com, number 18802: a 2-2-1 network with weights
W1 = [[-1.5, 2], [1.7, 0.4]], W2 = [2.3, 0.8] on data that it makes itself. Equal minima alone refute nothing.
"""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

import convexcheck as cc
from convexcheck.network import MLP
from convexcheck.network.loss import Problem
from convexcheck.network.symmetry.member import Member
from convexcheck.report import points

INPUTS = [(1, 0), (0, 1), (1, 1), (1, -1), (0.5, -2), (-2, 0.5), (2, 1)]
ACTIVATIONS = ("tanh", "sigmoid", "relu")
HIDDEN, STEPS = 4, 300
COLUMNS = ("network", "orbit = |G|/|stabiliser|", "at theta and g theta", "loss between them", "bytes", "kernel")
EQUAL = "symmetry_equal.json"


@dataclass
class Example:
    """One network with its data, a verdict on its symmetry pair, and what is certified of the two ends."""

    title: str
    net: Any
    X: Any
    y: Any
    verdict: cc.Verdict
    ends: str
    file: Path | None = None
    kernel: str = "no certificate"

    def cells(self) -> tuple[str, ...]:
        """The row of the table."""
        found, file = self.verdict.counterexample, self.verdict.certificate
        above = points.number(found.gap, 10) if found else "nothing found"
        told = f"{above} above" if self.y is not None and found else above
        return self.title, self.orbit(), self.ends, told, str(len(file) if file else 0), self.kernel

    def orbit(self) -> str:
        """How many weight sets permutations and signs make, with the orders of the group and of the stabiliser."""
        group = cc.symmetry_group(self.net)
        return f"{group.orbit_size()} = {group.order}/{group.stabiliser_order()}"


def worked(activation: str) -> Example:
    """The question's network: both weight sets, the point in the middle, and the kind of the two minima."""
    net = MLP.from_arrays([([["-1.5", "2"], ["1.7", "0.4"]], None), ([["2.3", "0.8"]], None)], activation=activation)
    verdict = cc.symmetry_counterexample(net, INPUTS, g=Member.of(net, {1: [1, 0]}), t="1/2")
    kind = cc.critical_point(net, INPUTS, orbit=False)
    isolated = "isolated global minima" if kind.status == "STRICT_MINIMUM" else "global minima, not isolated (scaling)"
    title = f"2-2-1 {activation}, its own data"
    return Example(title, net, INPUTS, None, verdict, isolated)


def trained(X: Any, labels: Any) -> Example:
    """A network trained on the real data by gradient steps, and its hidden units exchanged."""
    net = train(X, labels.astype(float)[:, None])
    verdict = cc.symmetry_counterexample(net, X, labels.astype(float)[:, None])
    title = f"{X.shape[1]}-{HIDDEN}-1 tanh, trained on the tumours"
    return Example(title, net, X, labels, verdict, "the same trained loss")


def train(X: Any, y: Any) -> Any:
    """Some hundred quasi-Newton steps on the mean squared error, from a fixed random start."""
    import jax
    import jax.numpy as jnp
    from scipy.optimize import minimize

    rng = np.random.default_rng(0)
    shapes = [(HIDDEN, X.shape[1]), (HIDDEN,), (1, HIDDEN), (1,)]
    ends = np.cumsum([int(np.prod(s)) for s in shapes])

    def parts(theta: Any) -> list[Any]:
        cut = zip([0, *ends[:-1]], ends, shapes, strict=True)
        return [theta[a:b].reshape(s) for a, b, s in cut]

    def loss(theta: Any, inputs: Any, targets: Any) -> Any:
        W1, b1, W2, b2 = parts(theta)
        return jnp.mean((jnp.tanh(inputs @ W1.T + b1) @ W2.T + b2 - targets) ** 2)

    with jax.enable_x64(True):
        both = jax.jit(jax.value_and_grad(loss))
        found = minimize(
            lambda theta: tuple(np.asarray(v, dtype=float) for v in both(theta, X, y)),
            0.3 * rng.normal(size=ends[-1]), jac=True, method="L-BFGS-B", options={"maxiter": STEPS},
        )  # fmt: skip
    W1, b1, W2, b2 = parts(found.x)
    return MLP.from_arrays([(W1, b1), (W2, b2)], activation="tanh")


def examples(X: Any, labels: Any, out: Path) -> list[Example]:
    """All examples, their certificates written and checked by the kernel as a process of its own.

    One more certificate says that equivalent weights of tanh networks give equal outputs.
    """
    found = [worked(activation) for activation in ACTIVATIONS] + [trained(X, labels)]
    for example, name in zip(found, (*ACTIVATIONS, "trained"), strict=True):
        if example.verdict.certificate is not None:
            example.file = out / f"symmetry_{name}.json"
            example.verdict.certificate.write(example.file)
            example.kernel = _kernel(example.file)
    cc.equivalents(found[0].net, limit=2).certificate.write(out / EQUAL)
    return found


def _kernel(file: Path) -> str:
    """The first line that the kernel prints, as a process of its own."""
    command = [sys.executable, "-m", "convexcheck.kernel", str(file)]
    kernel = subprocess.run(command, capture_output=True, text=True, check=False)
    return (kernel.stdout or kernel.stderr).split("\n")[0]


def told(found: list[Example], out: Path) -> list[str]:
    """What the worked example shows, in words; the folder holds the certificate of the equal outputs."""
    tanh = found[0].verdict.counterexample
    if tanh is None:
        return []
    return [
        "Swap two hidden units, and their outgoing weights: the network computes the same function.",
        f"  theta   W1 = {points.array(tanh.x['W1'])}, W2 = {points.array(tanh.x['W2'])}",
        f"  g theta W1 = {points.array(tanh.y['W1'])}, W2 = {points.array(tanh.y['W2'])}",
        f"  middle  W1 = {points.array(tanh.middle['W1'])}, W2 = {points.array(tanh.middle['W2'])}",
        f"That the outputs are equal is proved by algebra, for all widths, inputs and data ({EQUAL}:",
        f"{_kernel(out / EQUAL)}): n different units have n! weight sets of equal loss, with signs 2^n times as many.",
        "It refutes nothing by itself: (w1 + w2 - 1)^2 has two swapped minima too, and is convex. What refutes is the",
        "larger loss between.",
    ]


def draw(found: list[Example], path: Path) -> Path:
    """The losses from theta to g theta with the chord, and a slice through both and a third direction.

    Args:
        found: the worked examples.
        path: the file to write; its suffix gives the format.
    """
    from matplotlib import rc_context
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(10, 3.3), layout="constrained")
    FigureCanvasAgg(figure)
    left, right = figure.subplots(1, 2)
    for example in found:
        s, values = _segment(example)
        rise = values - np.interp(0, s, values)
        left.plot(s, rise / rise.max(), lw=2, label=example.title.partition(" ")[2])
    left.plot([0, 1], [0, 0], color="#c62828", ls="--", marker="o", ms=4, label="chord")
    left.set_xticks([0, 0.5, 1], ["theta", "middle", "g theta"])
    left.set_title("rise of the loss between equal weight sets, over its maximum", fontsize=9)
    left.legend(fontsize=8, frameon=False, loc="lower center", bbox_to_anchor=(0.5, 0.08))
    left.spines[["top", "right"]].set_visible(False)
    _slice(right, found[0])
    with rc_context({"svg.fonttype": "none", "svg.hashsalt": "convexcheck"}):
        figure.savefig(path, metadata={"Date": None} if path.suffix == ".svg" else None)
    return path


def _ends(example: Example) -> tuple[Any, Any]:
    found = example.verdict.counterexample
    if found is None:
        raise ValueError("there is no counterexample to draw")
    return _flat(found.x), _flat(found.y)


def _flat(point: Any) -> Any:
    return np.concatenate([np.asarray(a, dtype=object).ravel().astype(float) for a in point.values()])


def _losses(example: Example, thetas: Any) -> Any:
    """The mean squared error at many weight vectors."""
    targets = example.net(example.X) if example.y is None else example.y
    problem = Problem.of(example.net, example.X, targets, "mse")
    return np.array([replace(problem, net=example.net.with_parameters(theta)).value() for theta in thetas])


def _segment(example: Example) -> tuple[Any, Any]:
    a, b = _ends(example)
    s = np.linspace(-0.1, 1.1, 121)
    return s, _losses(example, [(1 - t) * a + t * b for t in s])


def _slice(axis: Any, example: Example) -> None:
    """Level lines of the loss in the plane of theta, g theta and the most negative direction at the middle."""
    a, b = _ends(example)
    middle, along = (a + b) / 2, b - a
    step, size = 1e-4, len(a)
    unit = np.eye(size) * step
    grid = [middle + p + q for p in unit for q in unit]
    forward, single = _losses(example, grid).reshape(size, size), _losses(example, [middle + p for p in unit])
    hessian = (forward - single[:, None] - single[None, :] + _losses(example, [middle])[0]) / step**2
    third = np.linalg.eigh((hessian + hessian.T) / 2)[1][:, 0]
    third = third - along * (third @ along) / (along @ along)
    if np.linalg.norm(third) < 1e-3:
        third = np.linalg.eigh((hessian + hessian.T) / 2)[1][:, 1]
        third = third - along * (third @ along) / (along @ along)
    third *= np.linalg.norm(along) / np.linalg.norm(third) / 2
    s, u = np.linspace(-0.3, 1.3, 81), np.linspace(-1, 1, 61)
    values = _losses(example, [(1 - p) * a + p * b + q * third for q in u for p in s]).reshape(len(u), len(s))
    lines = axis.contour(s, u, np.sqrt(values), levels=14, cmap="viridis", linewidths=1)
    axis.clabel(lines, fontsize=6)
    axis.plot([0, 1], [0, 0], color="#c62828", ls="--", marker="o", ms=4)
    axis.set_xticks([0, 0.5, 1], ["theta", "middle", "g theta"])
    axis.set_ylabel("most negative direction", fontsize=8)
    axis.tick_params(labelsize=8)
    axis.set_title("root of the loss in a plane, tanh", fontsize=9)
