"""Critical points: one in a box, by the Krawczyk operator; its inertia, and its images under symmetries (trusted).

Source: R. E. Moore, R. B. Kearfott, M. J. Cloud, Introduction to Interval Analysis, section 8.4 (Krawczyk); R. A. Horn,
C. R. Johnson, Matrix Analysis, theorems 4.5.8 (inertia under congruence) and 6.1.10 (diagonal dominance).
"""

from dataclasses import replace
from itertools import combinations
from pathlib import Path

import flint
import numpy as np

from convexcheck.certificate import evidence as ev
from convexcheck.certificate.codec import written
from convexcheck.expression.bounds import Context, exact
from convexcheck.expression.evaluate import Values, evaluate
from convexcheck.expression.jets import gradient_hessian
from convexcheck.expression.normal import is_affine
from convexcheck.expression.statement import Statement
from convexcheck.kernel.points import point
from convexcheck.kernel.scope import require
from convexcheck.kernel.symmetry import invariant, member

STEP, PRECISION, MAX_ELEMENTS = "CriticalPoint", 128, 1000


def critical_point(s: Statement, verdict: str, e: ev.CriticalPoint, folder: Path | None) -> list[str]:
    """What is shown of the one critical point in the box x + r [-1, 1]^P, a line each; else Rejection."""
    fits = not s.domain and e.radius > 0 and not e.instance.variables
    require(fits, STEP, "a domain, a radius <= 0 or another point")
    values, sizes = point(s, e.instance, e.x, folder)
    with flint.ctx.workprec(PRECISION):
        r = _radius(e)
        box = _box(values, r)
        gradient, _ = gradient_hessian(s, values, sizes)
        _, hessian = gradient_hessian(s, box, sizes)
        value = evaluate(s.function, box, sizes)
        found = (value, *gradient, *hessian.reshape(-1))
        require(all(v.is_finite() for v in found), STEP, "the value or a derivative may not exist in the box")
        count = len(gradient)
        inverse, frame = (_matrix(a, count) for a in (e.inverse, e.frame))
        unit = flint.arb_mat(count, count, [int(i == j) for i in range(count) for j in range(count)])
        spread = (unit - inverse * flint.arb_mat(hessian.tolist())) * flint.arb_mat([[r]] * count)
        step = spread - inverse * flint.arb_mat(gradient.reshape(-1, 1).tolist())
        inside = all(step[i, 0].abs_upper() < exact(e.radius) for i in range(count))
        require(inside, STEP, "the Krawczyk operator does not map the box into its interior")
        positive = _positive(frame.transpose() * flint.arb_mat(hessian.tolist()) * frame)
    minimum = positive == count
    require(verdict == "critical point" or minimum, STEP, "{} of {} eigenvalues are > 0", positive, count)
    lines = [f"  exactly one critical point within {e.radius} of x in every coordinate; the value there is {value}",
             f"  its Hessian has {positive} eigenvalues > 0 and {count - positive} < 0"]  # fmt: skip
    if e.action:
        acting = invariant(s, e.action)
        linear = all(is_affine(body, Context(acting)) for _, body in e.action.images)  # f(g x) = f(x), H regular at x:
        require(linear, STEP, "an image is not affine")  # so is g, and the gradient at g x is zero
        images = _distinct(acting, e.action, e, folder)
        lines.append(f"  it has {images} distinct images under g, with the same value and inertia")
    return lines


def _matrix(a: ev.Array, count: int) -> flint.arb_mat:
    require(a.shape == (count, count) and not a.digest, STEP, "a matrix of shape {}", a.shape)
    return flint.arb_mat(np.vectorize(flint.arb, otypes=[object])(written(a)).tolist())


def _positive(m: flint.arb_mat) -> int:
    """How many eigenvalues of a symmetric matrix are > 0, if Gershgorin's discs keep away from 0."""
    n = range(m.nrows())
    for i in n:
        others = sum((abs(m[i, j]) for j in n if j != i), flint.arb(0))
        require(abs(m[i, i]) > others, STEP, "row {} of the transformed Hessian is not diagonally dominant", i)
    return sum(bool(m[i, i] > 0) for i in n)


def _distinct(acting: Statement, action: ev.Action, e: ev.CriticalPoint, folder: Path | None) -> int:
    """The number of elements of the action, whose images of the box are disjoint in pairs."""
    require(0 < len(e.elements) <= MAX_ELEMENTS, STEP, "{} elements, not 1 to {}", len(e.elements), MAX_ELEMENTS)
    found: list[np.ndarray] = []
    for element in e.elements:
        instance = replace(e.instance, parameters=(*e.instance.parameters, *element))
        values, sizes = member(acting, action, instance, e.x, folder)
        box = _box(values, _radius(e))
        images = [evaluate(body, box, sizes, ranges=box["var", name].shape) for name, body in action.images]
        found.append(np.concatenate([np.ravel(image) for image in images]))
    apart = all(any(not a.overlaps(b) for a, b in zip(u, v, strict=True)) for u, v in combinations(found, 2))
    require(apart, STEP, "two images may be the same")
    return len(found)


def _box(values: Values, r: flint.arb) -> Values:
    return {k: np.asarray(v + r, dtype=object) if k[0] == "var" else v for k, v in values.items()}


def _radius(e: ev.CriticalPoint) -> flint.arb:
    return flint.arb(0, exact(e.radius))
