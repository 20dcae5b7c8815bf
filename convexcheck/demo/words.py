"""The answer in words, put together from what the certificates hold (untrusted)."""

from __future__ import annotations

from collections.abc import Mapping

from convexcheck import Verdict
from convexcheck.report import points
from convexcheck.report.hessian import factored_hessian

_METHODS = {
    "Affine": "affine arguments",
    "SecondOrder": "second order",
    "DiagonalLowRank": "diagonal + low rank",
    "JensenGap": "two points, Jensen gap",
}


def statement(verdict: Verdict) -> str:
    """For what the answer holds, in a few words."""
    content = verdict.certificate.content.evidence if verdict.certificate else None
    general = getattr(content, "general", None)
    if general is not None:
        given = " as assumed" * bool(general.given)
        return f"for all {', '.join((*general.sizes, *general.parameters))}{given}"
    found = verdict.counterexample
    if found is not None:
        return f"at these data, gap > {points.below(found.gap)}"
    return "nothing"


def method(verdict: Verdict) -> str:
    """The rules that carry the argument, in words."""
    used = [name for name, _ in verdict.accepted.rules] if verdict.accepted is not None else []
    return ", ".join(words for name, words in _METHODS.items() if name in used) or "none"


def because(verdicts: Mapping[str, Verdict], n: int, d: int) -> list[str]:
    """Why logistic regression's loss is convex and a multilayer perceptron's is not.

    Args:
        verdicts: the answers by the names of the models.
        n: samples.
        d: features.
    """
    lines = ["Why is logistic regression's loss convex and a multilayer perceptron's not?", ""]
    lines += _convex(verdicts["logistic"], n, d)
    lines += ["", *_squared(verdicts["logistic_squared"])]
    return [*lines, "", *_network(verdicts["mlp_squared"], verdicts["mlp"])]


def _convex(verdict: Verdict, n: int, d: int) -> list[str]:
    evidence = verdict.certificate.content.evidence if verdict.certificate else None
    premise, general = getattr(evidence, "premise", None), getattr(evidence, "general", None)
    hessian = factored_hessian(general, premise.curvature) if premise is not None and general is not None else None
    if hessian is None:
        return [f"Logistic regression with cross-entropy: {verdict.curvature}."]
    return [
        "Logistic regression with cross-entropy: the scores t are affine in the weights, and the loss is convex in t.",
        f"Its Hessian is   H = {hessian.matrix}   with {'; '.join(hessian.where)}.",
        "The diagonal is > 0 because 0 < s < 1, so v^T H v is a sum of squares with positive weights: never negative.",
        f"No number of the data enters: the proof holds for all sizes, of which {n} x {d} is one, and for all data.",
    ]


def _squared(verdict: Verdict) -> list[str]:
    lines = ["Logistic regression with squared error: the same scores, but (sigmoid(t) - y)^2 bends down where the"]
    return [*lines, "prediction is badly wrong. Between two weight vectors it lies above its chord:", *_gap(verdict)]


def _network(squared: Verdict, entropy: Verdict) -> list[str]:
    lines = ["The multilayer perceptron: the weights of one layer multiply those of the next, so the output is not"]
    lines += ["affine in them, and no outer loss repairs it. Squared error, at the real data:", *_gap(squared)]
    lines += ["Cross-entropy, the very loss that is convex for logistic regression:", *_gap(entropy)]
    return [*lines, "A convex function is never above its chord, so neither of these losses is convex."]


def _gap(verdict: Verdict) -> list[str]:
    found = verdict.counterexample
    values = None if found is None else points.values(verdict, found)
    if found is None or values is None:
        return [f"  {verdict.curvature}"]
    a, b, c = values
    s = 1 - found.t
    chord = points.number(found.t.numerator * a / found.t.denominator + s.numerator * b / s.denominator, 6)
    norms = f"|P| = {points.norm(found.x):.4g}, |Q| = {points.norm(found.y):.4g}"
    return [
        f"  f(P) = {points.number(a, 6)}, f(Q) = {points.number(b, 6)}, {norms}",
        f"  f({points.mix(found.t)}) = {points.number(c, 6)} > {chord}, the chord; gap {points.number(found.gap, 6)}",
    ]
