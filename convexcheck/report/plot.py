"""A picture of a verdict: the function along the segment or direction that refutes it, with the chord (untrusted).

Values are the middles of the kernel's float64 enclosures; no verdict rests on a picture.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from convexcheck.certificate import evidence as ev
from convexcheck.expression.errors import ConvexcheckError
from convexcheck.expression.evaluate import value
from convexcheck.expression.floats import Floats
from convexcheck.expression.objects import Inexact
from convexcheck.expression.statement import Statement
from convexcheck.expression.term import Expression
from convexcheck.report.verdict import ILL_POSED, Curvature, Jensen, Verdict

STEPS, BEYOND = 61, 0.1
_CURVE, _CHORD = "#1f5a99", "#c62828"
_RANGE = (-5.0, 5.0)
Point = Mapping[str, Any]
Line = Callable[[float], float]


def plot(verdict: Verdict, ax: Any = None) -> Any:
    """Draw a verdict.

    Args:
        verdict: one with a counterexample, or about a function of one real number without parameters.
        ax: the Axes to draw on; None for new ones.

    Returns:
        The Axes.

    Raises:
        ConvexcheckError: there is no segment to draw the function along, or its points are not held.
    """
    s = verdict.statement
    if s is None or verdict.status == ILL_POSED:
        raise ConvexcheckError("report", "nothing to draw", "a verdict on a function", "print(verdict)")
    found: Jensen | Curvature | None = verdict.counterexample
    found = found or next(iter(verdict.negative), None)
    if found is None:
        return _curve(s, ax)
    if isinstance(found, Jensen):
        x, y, at = _floats(verdict, found.x), _floats(verdict, found.y), 1 - float(found.t)
        f = _along(s, x, {n: y[n] - x[n] for n in x}, _floats(verdict, found.parameters), found.sizes)
        ax = _drawn(f, 0.0, 1.0, at, ax)
        ax.set_xlabel("from x (0) to y (1)")
        return ax
    instance = next(e.instance for e in _pieces(verdict) if isinstance(e, ev.NegativeCurvature))
    x, v = _floats(verdict, found.x), _floats(verdict, found.v)
    length = np.sqrt(sum(float(np.sum(part**2)) for part in v.values()))
    parameters = _floats(verdict, {n: a.digest or np.array(a.entries).reshape(a.shape) for n, a in instance.parameters})
    f = _along(s, x, {n: part / length for n, part in v.items()}, parameters, dict(instance.sizes))
    size = np.sqrt(sum(float(np.sum(part**2)) for part in x.values()))
    reach = _reach(f, 1e-3 * (1.0 + size), 1.0 if found.side == "convex" else -1.0)
    ax = _drawn(f, -reach, reach, 0.0, ax)
    ax.set_xlabel("t, along the direction")
    return ax


def _pieces(verdict: Verdict) -> Iterator[ev.Evidence]:
    evidence = verdict.certificate.content.evidence if verdict.certificate else None
    if isinstance(evidence, ev.Neither):
        yield from (evidence.convex, evidence.concave)
    elif evidence is not None:
        yield evidence


def _floats(verdict: Verdict, named: Point) -> dict[str, Any]:
    """The arrays of a point in float64; large ones lie beside the certificate, by digest."""
    held = verdict.certificate.arrays if verdict.certificate else {}
    found = {}
    for name, array in named.items():
        if not isinstance(array, str):
            found[name] = np.asarray(array).astype(float)
        elif array in held:
            header, _, data = held[array].partition(b"\n")
            shape = [int(k) for k in header.decode("ascii").rpartition(" ")[2].split(",") if k]
            found[name] = np.frombuffer(data, "<f8").reshape(shape)
        else:
            raise ConvexcheckError("report", f"the array {name} of the counterexample is not held", "smaller arrays")
    return found


def _along(s: Statement, x: Point, v: Point, parameters: Point, sizes: Mapping[str, int]) -> Line:
    fixed = {("par", n): a for n, a in parameters.items()}
    return lambda t: _value(s.function, {**fixed, **{("var", n): x[n] + t * v[n] for n in x}}, sizes)


def _value(e: Expression, values: Mapping[tuple[str, str], Any], sizes: Mapping[str, int]) -> float:
    try:
        return float(value(e, values, sizes, Floats()).mid())
    except Inexact:
        return float("nan")


def _reach(f: Line, reach: float, sign: float) -> float:
    """How far the value in the middle stays on the wrong side of the chord, at most 16000 times the start."""
    middle = f(0.0)
    for _ in range(14):
        if not sign * (f(2 * reach) + f(-2 * reach) - 2 * middle) < 0:
            break
        reach *= 2
    return reach


def _drawn(f: Line, start: float, stop: float, at: float, ax: Any) -> Any:
    """The function beyond both ends, the chord between them, and the point that is on its wrong side."""
    ax, margin = _axes(ax), BEYOND * (stop - start)
    ends, here = (f(start), f(stop)), f(at)
    places = np.linspace(start - margin, stop + margin, STEPS)
    ax.plot(places, [f(float(t)) for t in places], color=_CURVE, label="function")
    ax.plot([start, stop], ends, color=_CHORD, linestyle="--", marker="o", markersize=4, label="chord")
    ax.plot([at, at], [float(np.interp(at, [start, stop], ends)), here], color="0.3", linewidth=1)
    ax.plot([at], [here], "o", color=_CURVE)
    ax.set_ylabel("value")
    ax.legend()
    return ax


def _curve(s: Statement, ax: Any) -> Any:
    """A function of one real number."""
    names = list(s.variables)
    if len(names) != 1 or s.variables[names[0]].shape or s.parameters or s.sizes:
        expected = "a counterexample, or a function of one real number without parameters"
        raise ConvexcheckError("report", "no segment to draw the function along", expected)
    places = np.linspace(*_RANGE, 4 * STEPS)

    def at(t: float) -> float:
        values = {("var", names[0]): np.array(t)}
        inside = all(_value(c.body, values, {}) >= 0 for c in s.domain)
        return _value(s.function, values, {}) if inside else float("nan")

    ax = _axes(ax)
    ax.plot(places, [at(float(t)) for t in places], color=_CURVE)
    ax.set_xlabel(names[0])
    ax.set_ylabel("value")
    return ax


def _axes(ax: Any) -> Any:
    if ax is not None:
        return ax
    import matplotlib.pyplot as plt

    return plt.subplots(layout="constrained")[1]
