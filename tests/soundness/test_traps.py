"""Traps: for every side condition of a rule, the false verdict that it stops.

A trap is shown by up to four kinds of rows, and `test_every_trap_is_shown` holds that none is without one:

- `QUESTIONS`: what ``check`` must answer (one of the listed outcomes, none of which is false);
- `LOSSES`: the same for code that JAX traces;
- `FORGED`: a certificate with hopeful evidence for the false claim, and why the kernel rejects it. Where there is a
  twin (the nearest statement of which the claim is true), the same evidence is accepted for it, so that the rejection
  is due to the trap and to nothing else;
- `ELSEWHERE`: tests of other files that show it; `NO_SUCH_RULE`: the reason why no evidence could fall into it.
"""

import re
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple, get_args

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import convexcheck
from convexcheck.certificate import evidence as ev
from convexcheck.certificate.codec import encode, statement_digest
from convexcheck.certificate.evidence import Certificate, Claim
from convexcheck.expression.errors import ConvexcheckError
from convexcheck.expression.statement import Condition, Declaration, Statement
from convexcheck.expression.term import (
    ONE,
    PI,
    ZERO,
    Expression,
    apply,
    bound,
    const,
    dim,
    entry,
    maximum,
    nodes,
    over,
    power,
)
from convexcheck.kernel.check import Accepted, Rejected, verify

TRAPS = {
    # the statement makes sense
    "not equal": "x != 0 cuts out no convex set",
    "mutual": "two conditions that justify each other",
    "nonsymmetric": "psd of a nonsymmetric matrix; -logdet [[1, t], [-t, 1]] = -log(1 + t^2)",
    "empty": "a domain without a point",
    "no row": "tan, gamma, lambertw, inv: an operator without a row",
    "pole": "x**-2 on R",
    "empty range": "Max over an empty range, mean with divisor 0",
    "index": "w[2] with n >= 1",
    "before rewriting": "x**2/x stays ill-posed",
    "branch": "a where needs its branches real only where they are taken",
    "smooth": "-sqrt(x**2), whose formal second derivative is 0",
    "jump": "a jump at an end point",
    "ill-posed": "ill-posed needs a point, a segment or a contradiction as well",
    # convexity
    "sum of a bound": "x^2 + Sum_k(-x^2) at n = 2",
    "range": "the square is nondecreasing on [0, inf) only",
    "piecewise": "the left slope is at most the right one at every knot",
    "limit": "the new parameter moves the function continuously down to 0",
    "perspective": "t h(x/t) with t > 0",
    "empty interior": "-x^2 on {x = y}",
    "symmetric directions": "on symmetric matrices, symmetric directions only",
    "diagonal plus low rank": "Q >= 0 iff G + m G^2 >= 0, a_k >= 0",
    "Schur, small matrix": "all principal minors, not only the leading ones",
    "SOS": "multiplier (sum x_i^2)^k and nothing else, every W PSD",
    "cover": "leaves cover the box; balls at ties",
    "axiom": "a named matrix or special-function fact",
    "strict on an edge": "x^2 y^3 + 7 y^2 on an edge",
    "modulus": "mu is a proved lower bound",
    "full rank": "[X 1] has full column rank when there is a bias; softmax without ridge is never strict",
    # signs
    "strict sign": "x on [0, inf), strictly",
    "quadratic": "a = b = 0, c = -1",
    "ladder": "log cosh z - z + 1/2, whose limit is 1/2 - log 2 < 0",
    "domination, integrals": "a_k <= b_k for every k; a nonnegative kernel",
    # not convex
    "gap": "points in D, t in (0, 1), admissible parameters",
    "negative curvature": "x^2 - y^2 on {y = 0} with v = (0, 1)",
    "symmetry pair": "g maps D to D, acts on the variables only",
    "neither": "one counterexample for f and one for -f",
    # landscape
    "landscape": "Krawczyk, inertia, orbits, cells, descent",
    # trust
    "generalisation": "-sum(w**2) if w.shape[0] == 3 else sum(w**2)",
    "binding": "a certificate of another statement",
    "literals": "0.1 as the float32 0.10000000149; casts",
    "masked": "masked softmax with -inf",
    "names": "capture; one name for two things; identifiers that only look alike",
    "file": "canonical(decode(bytes)) == bytes",
    "arrays": "digest over the bytes; no NaN; plain base names",
    "balls": "only gap > 0 accepts; max(arb(0), arb(0, 1)) is not 0; ties in where, max, abs",
    "midpoint-radius": "radii that underflow",
    "log ab": "log ab = log a + log b for a, b > 0",
    "power of a power": "(u^a)^b = u^(a b) for u > 0",
    "root of a square": "sqrt u^2 = |u|",
    "u/u": "u/u = 1 for u != 0",
    "Max(c x)": "Max(c x) = c Max(x) for c >= 0",
    "0 u": "0 u = 0 for a real u",
    "lemma": "a further fact has to follow from the others",
    "root of a quadratic": "sqrt q is convex for a quadratic q that is >= 0 on all of R^n, not on the domain alone",
}
NO_SUCH_RULE = {
    "domination, integrals": "no evidence kind; the signs of the polygamma functions are ranges of their rows",
}
ELSEWHERE = {
    "Schur, small matrix": "tests/kernel/test_forms.py::test_minors",
    "SOS": "tests/kernel/test_forms.py::test_gram",
    "cover": "tests/kernel/test_forms_cover.py::test_cover",
    "landscape": "tests/network/test_newton.py::test_evidence_with_one_thing_wrong_is_rejected",
    "negative curvature": "tests/kernel/test_points.py::test_rejected",
    "midpoint-radius": "tests/expression/test_floats.py::test_what_underflows_is_enclosed",
    "symmetry pair": "tests/kernel/test_symmetry.py::test_what_is_no_symmetry_is_rejected",
    "smooth": "tests/expression/test_functions.py::test_a_kink_has_no_derivative",
    "ill-posed": "tests/search/test_illposed.py::test_ill_posed",
    "generalisation": "tests/read/test_jaxpr.py::test_a_branch_on_a_size_cannot_be_read_for_all_sizes",
    "binding": "tests/read/test_closure.py::test_arrays_that_the_code_holds_are_data",
    "literals": "tests/read/test_jaxpr.py::test_numbers_are_the_rationals_that_double_precision_stores",
    "names": "tests/soundness/test_known_bugs.py::test_a_slot_used_without_its_index",
    "file": "tests/certificate/test_codec.py::test_nothing_else_is_read",
    "arrays": "tests/certificate/test_arrays.py::test_other_files_are_refused",
    "log ab": "tests/expression/test_normal.py::test_what_is_no_law",
    "lemma": "tests/kernel/test_curvatures.py::test_a_lemma_must_hold",
    "root of a quadratic": "tests/kernel/test_curvatures.py::test_other_roots_are_rejected",
}

# --- questions --------------------------------------------------------------------------------------------
# An outcome is the status, the curvature if the status is settled, or "error" for input that is refused.

UNSETTLED = "UNKNOWN ILL_POSED error"
SQUARE = "a*x**2 + b*x*y + c*y**2"
ROTATED = "i < 2, j < 2, where(i == j, 1, where(i < j, t, -t))"
QUESTIONS: list[tuple[str, str, dict[str, Any], str]] = [
    ("not equal", "x", {"domain": "x != 0"}, "error"),
    ("mutual", "x", {"domain": "cos(x) >= 1/2, 2*cos(x) >= 1"}, UNSETTLED),
    ("mutual", "x + y", {"domain": "x*y >= 1, x + y - x*y >= 0", "wrt": "x y"}, UNSETTLED),
    ("nonsymmetric", f"-logdet({ROTATED})", {"wrt": "t"}, "NEITHER UNKNOWN"),
    ("nonsymmetric", f"eigmax({ROTATED})", {"wrt": "t"}, "UNKNOWN ILL_POSED"),
    ("axiom", "eigmax(X)", {"wrt": {"X": "n n"}}, "UNKNOWN ILL_POSED"),
    ("axiom", "-eigmax(X)", {"wrt": {"X": "n n"}, "domain": "symmetric(X)"}, "CONCAVE"),
    ("axiom", "norm_nuclear(X @ X)", {"wrt": {"X": "n n"}}, "NEITHER REFUTED UNKNOWN"),
    ("axiom", "-norm_spectral(X)", {"wrt": {"X": "m n"}}, "CONCAVE"),
    ("nonsymmetric", "-log(1 + t**2)", {}, "NEITHER"),
    ("empty", "x**2", {"domain": "x > 1, x < 0"}, "ILL_POSED"),
    *(("no row", f"{f}(x)", {}, UNSETTLED) for f in ("tan", "gamma", "lambertw", "inv", "digamma", "floor", "sign")),
    ("pole", "x**-2", {}, "ILL_POSED"),
    ("pole", "x**-2", {"domain": "x > 0"}, "CONVEX"),
    ("pole", "x**-2", {"domain": "x >= -1, x <= 1"}, "ILL_POSED"),
    ("pole", "x**-2", {"wrt": "x y", "domain": "x + y > 0"}, "ILL_POSED"),
    ("empty range", "max(w)", {"wrt": {"w": "n"}, "domain": "n >= 0"}, UNSETTLED),
    ("index", "w[2]**2", {"wrt": {"w": "n"}}, "error"),
    ("index", "w[2]**2", {"wrt": {"w": "n"}, "given": "n >= 2"}, "error"),
    ("index", "w[2]**2", {"wrt": {"w": "n"}, "given": "n >= 3"}, "CONVEX"),
    ("before rewriting", "x**2/x", {}, "ILL_POSED"),
    ("before rewriting", "x**2/x", {"domain": "x > 0"}, "AFFINE"),
    ("branch", "where(x > 0, log(x), 0)", {}, "NEITHER UNKNOWN"),
    ("branch", "where(x < 0, log(x), x)", {}, UNSETTLED),
    ("smooth", "-sqrt(x**2)", {}, "CONCAVE"),
    ("smooth", "-sqrt(x**2)", {"domain": "x <= 0"}, "AFFINE UNKNOWN"),
    ("jump", "where(x < 1, x, 0)", {"domain": "0 <= x, x <= 1"}, "CONCAVE REFUTED"),
    ("jump", "where(x == 1, 5, x)", {"domain": "0 <= x, x <= 1"}, "CONVEX UNKNOWN"),
    ("jump", "where(x == 0, 0, 1 + x**2)", {"domain": "0 <= x, x <= 1"}, "NEITHER REFUTED"),
    ("ill-posed", "x + y", {"domain": "x*y >= 1, x > 0", "wrt": "x y"}, "AFFINE UNKNOWN"),
    ("sum of a bound", "x**2 + Sum(k < 2, -x**2)", {}, "CONCAVE"),
    ("sum of a bound", "x**2 + sum(-x**2 + 0*w)", {"wrt": {"x": "", "w": "n"}}, "CONCAVE REFUTED"),
    ("range", "(x**2 - 1)**2", {}, "NEITHER"),
    ("range", "(x**2)**2", {}, "CONVEX"),
    ("range", "(exp(x) - 2)**2", {}, "NEITHER"),
    ("range", "log(x)**2", {"domain": "x > 0"}, "NEITHER"),
    ("range", "sqrt(x)**2", {"domain": "x >= 0"}, "AFFINE"),
    ("piecewise", "min(x, 0)", {}, "CONCAVE"),
    ("piecewise", "where(x < 0, x, 0)", {}, "CONCAVE"),
    ("piecewise", "where(x < 0, 0, x + 1)", {}, "NEITHER"),
    ("limit", "sqrt(x**2 + y**2)", {"wrt": "x y"}, "CONVEX"),
    ("limit", "sqrt(x**2 - y**2)", {"wrt": "x y", "domain": "x >= y, x >= -y"}, "CONCAVE REFUTED UNKNOWN"),
    ("piecewise", "where(x < a, 0, x - b)", {"wrt": "x", "parameters": "a b"}, "NEITHER REFUTED UNKNOWN"),
    ("perspective", "x**2/t", {"wrt": "x t", "domain": "t > 0"}, "CONVEX"),
    ("perspective", "x**2/t", {"wrt": "x t", "domain": "t < 0"}, "CONCAVE"),
    ("perspective", "x**2/t", {"wrt": "x t"}, "ILL_POSED"),
    ("empty interior", "-x**2", {"wrt": "x y", "domain": "x == y"}, "CONCAVE"),
    ("empty interior", "-x**2 + y", {"wrt": "x y", "domain": "x == y"}, "CONCAVE REFUTED"),
    ("empty interior", "-y**2", {"wrt": "x y", "domain": "x >= 1, x <= 1"}, "CONCAVE"),
    ("symmetric directions", "X[0,1]*X[1,0]", {"wrt": {"X": "2 2"}, "domain": "psd(X)"}, "CONVEX UNKNOWN"),
    ("diagonal plus low rank", "sum(w**2) - sum(w)**2", {"wrt": {"w": "n"}}, "NEITHER REFUTED"),
    ("diagonal plus low rank", "sum(w**2) - sum(w)**2/n", {"wrt": {"w": "n"}}, "CONVEX UNKNOWN"),
    ("full rank", "sum((X @ w + b - y)**2)", {"wrt": {"w": "d", "b": ""}, "parameters": {"X": "n d", "y": "n"}},
     "CONVEX"),
    ("full rank", "log(sum(exp(w)))", {"wrt": {"w": "n"}}, "CONVEX"),
    ("strict on an edge", "x**2*y**3 + 7*y**2", {"wrt": "x y", "domain": "0 <= x <= 1, 0 <= y <= 1"}, "CONVEX UNKNOWN"),
    ("strict sign", "-log(x)", {"domain": "x >= 0"}, "ILL_POSED"),
    ("quadratic", SQUARE, {"wrt": "x y", "parameters": "a b c", "given": "a >= 0, 4*a*c - b**2 >= 0"},
     "NEITHER REFUTED UNKNOWN"),
    ("quadratic", SQUARE, {"wrt": "x y", "parameters": "a b c", "given": "a == 0, b == 0, c == -1"}, "CONCAVE"),
    ("quadratic", "log(2*x**2 + 2*x*y - y**2)", {"wrt": "x y"}, "ILL_POSED"),
    ("ladder", "log(log(cosh(z)) - z + 1/2)", {"domain": "z >= 0"}, "ILL_POSED"),
    ("ladder", "x*sqrt(log(cosh(p)) - p + 1/2)", {"wrt": "x", "parameters": "p", "given": "p >= 0"}, UNSETTLED),
    ("negative curvature", "x**2 - y**2", {"wrt": "x y", "domain": "y == 0"}, "CONVEX UNKNOWN"),
    ("gap", "p*x**2", {"wrt": "x", "parameters": "p", "given": "p >= 0"}, "CONVEX"),
    ("neither", "-x**2", {}, "CONCAVE"),
    ("neither", "p*x**2", {"wrt": "x", "parameters": "p"}, "NEITHER"),
    ("log ab", "-log(x*y)", {"wrt": "x y", "domain": "x*y > 0"}, "ILL_POSED"),
    ("log ab", "-log(x*y)", {"wrt": "x y", "domain": "x > 0, y > 0"}, "CONVEX"),
    ("log ab", "log(a*x) - log(a) - log(x)", {"wrt": "x", "parameters": "a"}, "ILL_POSED"),
    ("power of a power", "-(x**4)**0.25", {}, "CONCAVE"),
    ("power of a power", "(x**2)**1.5", {}, "CONVEX"),
    ("power of a power", "(x**3)**(1/3)", {}, "ILL_POSED"),
    ("root of a square", "sqrt(x**2) - x", {}, "CONVEX"),
    ("u/u", "x/x", {}, "ILL_POSED"),
    ("u/u", "(x - p)/(x - p)", {"wrt": "x", "parameters": "p"}, "ILL_POSED"),
    ("Max(c x)", "c*max(w)", {"wrt": {"w": "n"}, "parameters": "c"}, "NEITHER REFUTED"),
    ("Max(c x)", "max(c*w) - c*max(w)", {"wrt": {"w": "n"}, "parameters": "c"}, "REFUTED UNKNOWN CONVEX"),
    ("Max(c x)", "max(c*w)", {"wrt": {"w": "n"}, "parameters": "c"}, "CONVEX"),
    ("0 u", "0*log(x)", {}, "ILL_POSED"),
    ("0 u", "0/x + x", {}, "ILL_POSED"),
]  # fmt: skip


@pytest.mark.parametrize("row", range(len(QUESTIONS)), ids=lambda k: f"{QUESTIONS[k][0]} {k}")
def test_questions(row: int) -> None:
    trap, text, options, allowed = QUESTIONS[row]
    verdict = judged(allowed, text, **options)
    assert verdict is None or trap not in ("full rank", "strict on an edge") or verdict.strict is None


# --- code -------------------------------------------------------------------------------------------------

MASK, NONE = np.array([True, False, True]), np.zeros(3, dtype=bool)
LOSSES: list[tuple[str, Callable[..., Any], Any, str]] = [
    ("generalisation", lambda w: -jnp.sum(w**2) if w.shape[0] == 3 else jnp.sum(w**2), np.ones(3), "CONCAVE"),
    ("generalisation", lambda w: -jnp.sum(w**2) if w.shape[0] == 3 else jnp.sum(w**2), np.ones(2), "CONVEX"),
    ("literals", lambda w: 0.1 * w**2 - 0.1000000001 * w**2, 1.0, "CONCAVE"),  # 0 in single precision
    ("literals", lambda w: jnp.round(w * 4) ** 2 / 16, 1.0, UNSETTLED),
    ("literals", lambda w: w.astype(int) * w, 1.0, UNSETTLED),
    ("index", lambda w: -(w[7] ** 2), np.ones(3), UNSETTLED),  # JAX takes w[2] instead
    ("masked", lambda z: jax.nn.logsumexp(jnp.where(MASK, z, -jnp.inf)), np.ones(3), "CONVEX UNKNOWN error"),
    ("masked", lambda z: -jax.nn.logsumexp(jnp.where(MASK, z, -jnp.inf)), np.ones(3), "CONCAVE REFUTED UNKNOWN error"),
    ("masked", lambda z: -jax.nn.logsumexp(jnp.where(NONE, z, -jnp.inf)), np.ones(3), UNSETTLED),
    ("masked", lambda z: -jax.nn.softmax(jnp.where(MASK, z, -jnp.inf))[0], np.ones(3), "NEITHER UNKNOWN error"),
]


def judged(allowed: str, source: Any, *arguments: Any, **options: Any) -> Any:
    """The verdict, which must be one of the allowed outcomes; None where the input is refused."""
    try:
        budget = 1 if "UNKNOWN" in allowed.split() else 10  # only what may stay open uses it up
        verdict = convexcheck.check(source, *arguments, budget=budget, **options)
    except ConvexcheckError:
        assert "error" in allowed.split()
        return None
    found = verdict.curvature if verdict.curvature != "UNKNOWN" else verdict.status
    assert found in allowed.split(), str(verdict)
    return verdict


@pytest.mark.parametrize("row", range(len(LOSSES)), ids=lambda k: f"{LOSSES[k][0]} {k}")
def test_losses(row: int) -> None:
    _, loss, argument, allowed = LOSSES[row]
    judged(allowed, loss, argument)


def test_a_maximum_over_an_empty_mask_has_no_value() -> None:
    """It is -inf everywhere, so no points refute that it is convex."""
    judged(UNSETTLED, lambda z: jnp.max(jnp.where(NONE, z, -jnp.inf)), np.ones(3))


# --- forged certificates ----------------------------------------------------------------------------------

SCALAR, n, TWO, HALF = Declaration(), dim("n"), const(2), Fraction(1, 2)
x, y, p, t = entry("var", "x"), entry("var", "y"), entry("par", "p"), entry("var", "t")
wi, qi, ti = (entry(op, name, [bound(0)]) for op, name in (("var", "w"), ("par", "q"), ("var", "t")))
dx, dy = entry("dir", "x"), entry("dir", "y")
VECTOR, MATRIX = Declaration((n,)), Declaration((TWO, TWO))
CONVEX, CONCAVE, AFFINE, ILL_POSED = Claim("convex"), Claim("concave"), Claim("affine"), Claim("ill-posed")
NOT_CONVEX, STRICT = Claim("not convex"), Claim("convex", "always")
B, LINE, SMOOTH = ev.Bounds(), ev.Affine(), ev.SecondOrder(ev.Bounds())


def log(e: Expression) -> Expression:
    return apply("log", e)


def over_n(e: Expression) -> Expression:
    return over("Sum", n, e)


def ask(f: Expression, *domain: Condition, names: str = "", given: tuple[Condition, ...] = (), least: int = 1) -> Any:
    """The statement of `f`, every entry declared by its kind."""
    shape = {0: SCALAR, 1: VECTOR, 2: MATRIX}
    from_bodies = [f, *(c.body for c in (*domain, *given))]
    used = {e for body in from_bodies for e in nodes(body) if e.op in ("var", "par")}
    declared = {op: {e.data: shape[len(e.args)] for e in sorted(used, key=str) if e.op == op} for op in ("var", "par")}
    variables = {**declared["var"], **dict.fromkeys(names.split(), SCALAR)}
    sized = any(e is n for body in from_bodies for e in nodes(body)) or VECTOR in variables.values()
    return Statement(f, variables, declared["par"], {"n": least} if sized else {}, tuple(domain), given)


def at(sizes: int = 0, parameters: dict[str, Any] | None = None, **variables: Any) -> ev.Instance:
    return ev.Instance((("n", sizes),) if sizes else (), named(parameters or {}), named(variables))


def named(values: dict[str, Any]) -> tuple[tuple[str, ev.Array], ...]:
    arrays = {k: np.array(v, dtype=object) for k, v in values.items()}
    return tuple((k, ev.Array(a.shape, tuple(map(Fraction, a.reshape(-1))))) for k, a in arrays.items())


def gap(a: dict[str, Any], b: dict[str, Any], weight: Fraction = HALF, **instance: Any) -> ev.JensenGap:
    return ev.JensenGap(at(**instance), named(a), named(b), weight)


def slot(body: Expression, curvature: str, premise: Any, *sizes: Expression) -> ev.Slot:
    return ev.Slot("t", sizes, body, curvature, premise)


def low_rank(m: Expression) -> ev.Proof:
    """Sum_k 2 v_k**2 + m (Sum_k v_k)**2."""
    direction = entry("dir", "w", [bound(0)])
    return ev.Proof(ev.SecondOrder(ev.DiagonalLowRank(n, direction, TWO, (const(HALF),), (), (m,), B, (B,))))


def weighed(rule: Any, *weights: tuple[str, Any], rest: Any = B, **options: Any) -> ev.Proof:
    strict = ev.Strict(tuple((name, const(c), B) for name, c in weights), rest)
    return ev.Proof(rule, strict=strict, **options)


def ge(e: Any, *sizes: Expression) -> Condition:
    return Condition("ge", const(e), sizes)


def gt(e: Any, *sizes: Expression) -> Condition:
    return Condition("gt", const(e), sizes)


X01, X10 = entry("var", "X", [0, 1]), entry("var", "X", [1, 0])
Xij, EYE, AXIOM = entry("var", "X", [bound(0), bound(1)]), [[1, 0], [0, 1]], ev.Axiom()
PSD, POSDEF, SYMMETRIC = (Condition(name, Xij, (TWO, TWO)) for name in ("psd", "posdef", "symmetric"))
EIGMAX = apply("eigmax", TWO, Xij)
UNIT = (ge(x), ge(1 - x))
ON_LINE = Condition("eq", x - y)
COS = apply("cos", x)
WELL = x**4 / 12 - x**2 + 1  # concave where 2 - x**2 >= 0
WITHIN = ev.SecondOrder(ev.Rewritten((2 - x**2) * dx**2, B))
LOG_COSH = log(apply("cosh", p)) - p
EDGE = 2 * y**3 * (dx + 3 * x * dy / y) ** 2 + dy**2 * (14 - 12 * x**2 * y)
a, b, c = (entry("par", name) for name in "abc")
SQUARES, POSITIVE = a * x**2 + b * x * y + c * y**2, 4 * a * c - b**2
COMPLETED = ev.SecondOrder(ev.Rewritten(2 * a * (dx + b * dy / (2 * a)) ** 2 + POSITIVE * dy**2 / (2 * a), B))
THREE = {"w": Declaration((const(3),))}
MIN, MAX = apply("where", apply("lt", x, 0), x, 0), apply("where", apply("lt", x, 0), 0, x)
STEP, HAT = apply("where", apply("lt", x, 0), 0, x + 1), apply("abs", apply("abs", x - 1) - 1)
SPIKE, HOLE = (apply("where", apply("eq", x, 0), k, x**2) for k in (1, 0))
eps = entry("par", "eps")


def joined(knots: Any, pieces: Any) -> ev.Piecewise:
    """Hopeful evidence: the pieces smooth, everything else by bounds."""
    count = len(knots)
    shown = (SMOOTH,) * len(pieces), (B,) * max(count - 1, 0), (B,) * count
    return ev.Piecewise(tuple(map(const, knots)), tuple(map(const, pieces)), *shown)


class Forged(NamedTuple):
    """A certificate of something false; `twin` is a true neighbour: a statement, or all three parts."""

    trap: str
    statement: Statement
    claim: Claim
    evidence: ev.Evidence
    reason: str
    twin: Any = None


def inside(rule: Any, **options: Any) -> Callable[..., ev.Proof]:
    return lambda *sizes, **point: ev.Proof(rule, inside=at(*sizes, **point), **options)


FORGED = [
    Forged("not equal", ask(x, Condition("ne", x)), AFFINE, inside(LINE)(x=1), "at statement: x", ask(x, gt(x))),
    Forged("mutual", ask(x, ge(COS - HALF), ge(2 * COS - 1)), AFFINE, inside(LINE, domain=(SMOOTH, SMOOTH))(x=0),
           "bounds do not show"),
    Forged("mutual", ask(x, ge(WELL), ge(2 - x**2)), AFFINE, inside(LINE, domain=(WITHIN, SMOOTH))(x=1),
           "bounds do not show", (ask(x, ge(2 - x**2), ge(WELL)), AFFINE, inside(LINE, domain=(SMOOTH, WITHIN))(x=1))),
    Forged("nonsymmetric", ask(X01, PSD), AFFINE, inside(LINE)(X=[[1, 1], [-1, 1]]), "does not satisfy",
           (ask(X01, PSD), AFFINE, inside(LINE)(X=[[1, 1], [1, 1]]))),
    Forged("nonsymmetric", ask(-log(1 + x**2)), CONVEX, ev.Proof(SMOOTH), "bounds do not show"),
    *(Forged("axiom", ask(f, *domain), claim, inside(AXIOM)(X=EYE) if domain else ev.Proof(AXIOM), reason, twin)
      for f, domain, claim, reason, twin in (
        (EIGMAX, (), CONVEX, "symmetric is not shown", (ask(EIGMAX, SYMMETRIC), CONVEX, inside(AXIOM)(X=EYE))),
        (EIGMAX, (SYMMETRIC,), CONCAVE, "no convex primitive", None),
        (apply("logdet", TWO, Xij), (POSDEF,), CONCAVE, "no convex primitive", None),
        (apply("norm_nuclear", TWO, TWO, Xij**2), (), CONVEX, "not affine",
         ask(apply("norm_nuclear", TWO, TWO, 2 * Xij + 1))),
        (x**2, (), CONVEX, "no convex primitive", None),
      )),
    Forged("empty", ask(x, gt(x), ge(-x)), AFFINE, ev.Proof(LINE), "a point inside"),
    Forged("empty", ask(x, gt(x), ge(-x)), AFFINE, inside(LINE)(x=0), "does not satisfy", ask(x, ge(x), ge(-x))),
    *(Forged("no row", ask(Expression(op, (x,))), CONVEX, ev.Proof(SMOOTH), "certificate: KeyError",
             ask(apply("exp", x))) for op in ("tan", "pinv", "zeta", "qr")),
    Forged("pole", ask(x**-2), CONVEX, ev.Proof(SMOOTH), "may be undefined",
           (ask(x**-2, gt(x)), CONVEX, inside(SMOOTH)(x=1))),
    Forged("pole", ask(x**-2, ge(x)), CONVEX, inside(SMOOTH)(x=1), "may be undefined", ask(x**-2, gt(x))),
    Forged("empty range", ask(over("Max", n, wi), least=0), CONVEX, ev.Proof(ev.Maximum((LINE,))), "n gt is not shown",
           ask(over("Max", n, wi))),
    Forged("empty range", ask(over_n(wi) / n, least=0), AFFINE, ev.Proof(LINE), "n ne is not shown",
           ask(over_n(wi) / n)),
    *(Forged("index", ask(entry("var", "w", [2]) ** 2, least=k), CONVEX, ev.Proof(SMOOTH), "index is not shown",
             ask(entry("var", "w", [2]) ** 2, least=3)) for k in (1, 2)),
    Forged("before rewriting", ask(x**2 / x), AFFINE, ev.Proof(LINE), "x ne is not shown",
           (ask(x**2 / x, gt(x)), AFFINE, inside(LINE)(x=1))),
    Forged("branch", ask(x * apply("where", apply("lt", p, 0), log(p), 0)), AFFINE, ev.Proof(LINE), "p gt is not shown",
           ask(x * apply("where", apply("lt", 0, p), log(p), 0))),
    Forged("branch", ask(apply("where", apply("lt", 0, x), log(x), 0)), ILL_POSED, ev.Undefined(at(x=-1)),
           "does not show", (ask(log(x)), ILL_POSED, ev.Undefined(at(x=-1)))),
    Forged("smooth", ask(-power(x**2, HALF)), CONVEX, ev.Proof(SMOOTH), "a root in"),
    Forged("smooth", ask(-power(x**2, HALF)), CONVEX, ev.Proof(ev.Rewriting(-x, LINE)), "not identical",
           (ask(-power(x**2, HALF), gt(x)), CONVEX, inside(ev.Rewriting(-x, LINE))(x=1))),
    Forged("smooth", ask(-apply("abs", x)), CONVEX, ev.Proof(SMOOTH), "kink"),
    *(Forged("jump", ask(apply("where", c, x, 0), *UNIT), CONVEX, inside(rule)(x=HALF), "kink|not affine|not identical")
      for c in (apply("lt", x, 1), apply("not", apply("eq", x, 1)))
      for rule in (LINE, SMOOTH, ev.Rewriting(x, LINE))),
    Forged("ill-posed", ask(x, *UNIT), ILL_POSED, ev.OutsideDomain(at(), named({"x": 0}), named({"x": 1}), HALF),
           "does not show", (ask(x, ge(x**2 - 1)), ILL_POSED,
                             ev.OutsideDomain(at(), named({"x": -1}), named({"x": 1}), HALF))),
    Forged("ill-posed", ask(x, ge(x), ge(-x)), ILL_POSED, ev.EmptyDomain(1), "does not show", ask(x, gt(x), ge(-x))),
    Forged("ill-posed", ask(log(x), gt(x)), ILL_POSED, ev.Undefined(at(x=-1)), "does not satisfy", None),
    Forged("sum of a bound", ask(x**2 + over_n(-(x**2))), CONVEX, ev.Proof(SMOOTH), "bounds do not show",
           ask(x**2 + over_n(x**2))),
    Forged("sum of a bound", ask(x * power(2 + over_n(const(-1)), HALF)), AFFINE, ev.Proof(LINE, (B,)),
           "bounds do not show", (ask(x * power(2 + over_n(ONE), HALF)), AFFINE, ev.Proof(LINE))),
    *(Forged("range", ask((x**2 - k) ** 2), CONVEX,
             ev.Proof(ev.Composition(t**2, (slot(x**2 - k, "convex", SMOOTH),), SMOOTH, B)), "bounds do not show",
             (ask((x**2 + 1) ** 2), CONVEX,
              ev.Proof(ev.Composition(t**2, (slot(x**2 + 1, "convex", SMOOTH),), SMOOTH, B)))) for k in (1, 2)),
    Forged("range", ask((x**2 - 1) ** 2), CONVEX,
           ev.Proof(ev.Composition(t**2, (slot(x**2 - 1, "affine", LINE),), SMOOTH, None)), "not affine",
           (ask((x - 1) ** 2), CONVEX, ev.Proof(ev.Composition(t**2, (slot(x - 1, "affine", LINE),), SMOOTH, None)))),
    Forged("piecewise", ask(-maximum(x, 0)), CONVEX, ev.Proof(ev.Maximum((LINE, LINE))), "is no maximum",
           ask(maximum(x, 0))),
    Forged("piecewise", ask(MIN), CONVEX, ev.Proof(ev.Maximum((LINE, LINE, LINE))), "is no maximum"),
    *(Forged("piecewise", ask(f), CONVEX, ev.Proof(joined(*rest)), reason, twin) for f, rest, reason, twin in (
        (MIN, ([0], [x, 0]), "bounds do not show", (ask(MAX), CONVEX, ev.Proof(joined([0], [0, x])))),
        (STEP, ([0], [0, x + 1]), "do not meet", None),
        (SPIKE, ([0], [x**2, x**2]), "do not meet", (ask(HOLE), CONVEX, ev.Proof(joined([0], [x**2, x**2])))),
        (SPIKE, ([1], [x**2, x**2]), "is not where", None),
        (HAT, ([1, 0, 2], [-x, x, x - 2, 2 - x]), "bounds do not show", None),
        (MAX + MIN * y, ([0], [y * x, x]), "not a function of one variable", None),
        (MIN, ([0], [MIN, 0]), "kink", None),
        (-power(apply("abs", x), HALF), ([0], [-power(-x, HALF), -power(x, HALF)]), "undefined at 0", None),
        (-apply("abs", x), ([], [-apply("abs", x)]), "with knots", None),
        (-apply("abs", x), ([x], [x, -x]), "with knots", None),
    )),
    *(Forged("limit", ask(f), CONVEX, ev.Proof(ev.Limit(name, g, SMOOTH)), reason, twin)
      for name, f, g, reason, twin in (
        ("eps", -apply("abs", x), -power(eps + x**2, HALF), "does not tend to", None),
        ("eps", STEP, apply("where", apply("lt", x, eps), 0, x + 1), "may jump", None),
        ("eps", ZERO * x - x**2, ZERO * x - x**2 + x**2 * apply("where", apply("le", eps, 0), 0, 1), "may jump", None),
        ("eps", -(x**2), -(x**2) + eps**2 / eps, "may be undefined", None),
        ("x", power(x**2, HALF), power(entry("par", "x") + x**2, HALF), "no new name", None),
        ("eps", -power(1 + x**2, HALF), -power(1 + eps + x**2, HALF), "bounds do not show",
         (ask(power(1 + x**2, HALF)), CONVEX, ev.Proof(ev.Limit("eps", power(1 + eps + x**2, HALF), ev.SecondOrder(
             ev.Rewritten((1 + eps) * power(1 + eps + x**2, Fraction(-3, 2)) * dx**2, B)))))),
    )),
    Forged("perspective", ask(x**2 / t, Condition("gt", -t)), CONVEX,
           inside(ev.SecondOrder(ev.Rewritten(2 * (dx - x * entry("dir", "t") / t) ** 2 / t, B)))(t=-1, x=0),
           "bounds do not show",
           (ask(x**2 / t, gt(t)), CONVEX,
            inside(ev.SecondOrder(ev.Rewritten(2 * (dx - x * entry("dir", "t") / t) ** 2 / t, B)))(t=1, x=0))),
    Forged("empty interior", ask(-(x**2), ON_LINE), CONVEX, inside(SMOOTH)(x=0, y=0), "bounds do not show",
           ask(x**2, ON_LINE)),
    Forged("empty interior", ask(-(x**2), ON_LINE), ILL_POSED, ev.EmptyDomain(0), "does not show"),
    Forged("empty interior", ask(-(y**2), ge(x), ge(-x)), CONVEX, inside(SMOOTH)(x=0, y=0), "bounds do not show",
           ask(y**2, ge(x), ge(-x))),
    Forged("symmetric directions", ask(X01 * X10, PSD), NOT_CONVEX,
           gap({"X": [[2, 1], [0, 2]]}, {"X": [[2, 0], [1, 2]]}), "does not satisfy",
           (ask(-X01 * X10, PSD), NOT_CONVEX, gap({"X": [[1, 1], [1, 1]]}, {"X": [[1, -1], [-1, 1]]}))),
    Forged("diagonal plus low rank", ask(over_n(wi**2) - over_n(wi) ** 2), CONVEX, low_rank(const(-2)),
           "bounds do not show", (ask(over_n(wi**2) - over_n(wi) ** 2 / n), CONVEX, low_rank(-2 / n))),
    Forged("diagonal plus low rank", ask(over_n(wi**2) - over_n(wi) ** 2), CONVEX, low_rank(-2 / n), "not identical"),
    Forged("strict on an edge", ask(x**2 * y**3 + 7 * y**2, *UNIT, ge(y), ge(1 - y)), STRICT,
           weighed(ev.SecondOrder(ev.Rewritten(EDGE, B)), ("x", y**3), ("y", 1), inside=at(x=HALF, y=HALF)),
           "bounds do not show"),
    Forged("modulus", ask(x**2), Claim("convex", "", const(3)), ev.Proof(SMOOTH, modulus=SMOOTH), "bounds do not show",
           (ask(x**2), Claim("convex", "", TWO), ev.Proof(SMOOTH, modulus=SMOOTH))),
    Forged("modulus", ask(apply("exp", x)), Claim("convex", "", const(Fraction(1, 100))),
           ev.Proof(SMOOTH, modulus=SMOOTH), "bounds do not show"),
    Forged("full rank", ask((x + y) ** 2), STRICT, weighed(SMOOTH, ("x", 1), ("y", 1)), "bounds do not show",
           ask(x**2 + y**2)),
    Forged("full rank", ask(over_n(wi - over_n(wi)) ** 2), STRICT, weighed(SMOOTH, ("w", 1)), "bounds do not show"),
    Forged("strict sign", ask(-log(x), ge(x)), CONVEX, inside(SMOOTH)(x=1), "x gt is not shown", ask(-log(x), gt(x))),
    Forged("strict sign", ask(-log(x), ge(x)), CONVEX, inside(SMOOTH, defined=(B,))(x=1), "bounds do not show"),
    Forged("gap", ask(p * x**2, given=(ge(p),)), NOT_CONVEX, gap({"x": 0}, {"x": 1}, parameters={"p": -1}),
           "does not satisfy", ask(p * x**2)),
    Forged("gap", ask(x**3, ge(x)), NOT_CONVEX, gap({"x": -2}, {"x": 0}), "does not satisfy", ask(x**3)),
    *(Forged("gap", ask(x**2), NOT_CONVEX, gap({"x": 0}, {"x": 1}, Fraction(k)), "not in|not shown")
      for k in (-1, 0, 1, 2)),
    Forged("negative curvature", ask(x**2 - y**2, Condition("eq", y)), NOT_CONVEX,
           gap({"x": 0, "y": 1}, {"x": 0, "y": -1}), "does not satisfy", ask(x**2 - y**2)),
    Forged("neither", ask(-(x**2)), Claim("neither"), ev.Neither(*[gap({"x": 0}, {"x": 1})] * 2), "not shown",
           (ask(x**3), Claim("neither"), ev.Neither(gap({"x": -1}, {"x": 0}), gap({"x": 0}, {"x": 1})))),
    Forged("generalisation", Statement(-over("Sum", 3, wi**2), THREE), CONVEX,
           ev.Generalisation(ask(over_n(wi**2)), (("n", 3),), None, ev.Proof(SMOOTH)), "not this instance",
           Statement(over("Sum", 3, wi**2), THREE)),
    Forged("names", Statement(x * p, {"x": SCALAR, "p": SCALAR}, {"p": SCALAR}), AFFINE, ev.Proof(LINE), "name 'p'",
           Statement(x * p, {"x": SCALAR}, {"p": SCALAR})),
    *(Forged("names", Statement(entry("var", name), {name: SCALAR}), AFFINE, ev.Proof(LINE), "name",
             Statement(x, {"x": SCALAR})) for name in ("\u0445", "x y", "", "x\n")),
    Forged("names", ask(over_n(wi**2)), CONVEX,
           ev.Proof(ev.Composition(over_n(t**2), (slot(wi, "affine", LINE),), SMOOTH, None)),
           "no binder opened|not well formed",
           (ask(over_n(wi**2)), CONVEX,
            ev.Proof(ev.Composition(over_n(ti**2), (slot(wi, "affine", LINE, n),), SMOOTH, None)))),
    *(Forged("balls", ask(f), NOT_CONVEX, gap({"x": -1}, {"x": 1}), "not shown")
      for f in (maximum(x * apply("sin", PI), 0), x**2 * apply("cos", PI) * apply("sin", PI),
                apply("where", apply("lt", 0, apply("sin", PI)), -(x**2), x**2), apply("abs", x + apply("sin", PI)))),
    Forged("log ab", ask(-log(p * x), gt(p * x)), CONVEX,
           inside(ev.Rewriting(-log(p) - log(x), SMOOTH))(parameters={"p": -1}, x=-1), "may be undefined"),
    Forged("power of a power", ask(-power(x**4, Fraction(1, 4))), CONVEX, ev.Proof(ev.Rewriting(-x, LINE)),
           "not identical", (ask(-power(x**4, Fraction(1, 4)), gt(x)), CONVEX, inside(ev.Rewriting(-x, LINE))(x=1))),
    Forged("root of a square", ask(power(x**2, HALF)), AFFINE, ev.Proof(LINE), "not affine",
           (ask(power(x**2, HALF), gt(x)), AFFINE, inside(LINE)(x=1))),
    Forged("u/u", ask(x + (x - p) / (x - p)), AFFINE, ev.Proof(ev.Rewriting(x + 1, LINE)), "ne is not shown",
           (ask(x + (x - p) / (x - p), gt(x - p)), AFFINE,
            inside(ev.Rewriting(x + 1, LINE))(parameters={"p": 0}, x=1))),
    Forged("Max(c x)", ask(p * over("Max", n, wi)), CONVEX,
           ev.Proof(ev.Rewriting(over("Max", n, p * wi), ev.Maximum((LINE,)))), "not identical",
           (ask(p * over("Max", n, wi), given=(gt(p),)), CONVEX,
            inside(ev.Rewriting(over("Max", n, p * wi), ev.Maximum((LINE,))))(1, parameters={"p": 1}, w=[0]))),
    Forged("0 u", ask(x + 0 * log(p)), AFFINE, ev.Proof(LINE), "p gt is not shown",
           (ask(x + 0 * log(p), given=(gt(p),)), AFFINE, inside(LINE)(parameters={"p": 1}, x=0))),
    Forged("quadratic", ask(SQUARES, given=(ge(a), ge(POSITIVE))), CONVEX,
           inside(COMPLETED)(parameters={"a": 0, "b": 0, "c": -1}, x=0, y=0), "may be undefined",
           (ask(SQUARES, given=(gt(a), ge(POSITIVE))), CONVEX,
            inside(COMPLETED)(parameters={"a": 1, "b": 0, "c": 0}, x=0, y=0))),
    Forged("ladder", ask(x * log(LOG_COSH + HALF), given=(ge(p),)), AFFINE,
           inside(LINE, defined=(B,))(parameters={"p": 0}, x=0), "bounds do not show",
           (ask(x * log(p + HALF), given=(ge(p),)), AFFINE, inside(LINE)(parameters={"p": 0}, x=0))),
]  # fmt: skip


@pytest.mark.parametrize("row", range(len(FORGED)), ids=lambda k: f"{FORGED[k].trap} {k}")
def test_forged(row: int) -> None:
    trap, statement, claim, evidence, reason, twin = FORGED[row]
    answer = verify(encode(Certificate(statement, claim, evidence)))
    assert isinstance(answer, Rejected) and re.search(reason, str(answer)), f"{trap}: {answer}"
    if twin is not None:
        true = twin if isinstance(twin, tuple) else (twin, claim, evidence)
        answer = verify(encode(Certificate(*true)))
        assert isinstance(answer, Accepted), f"the twin of {trap}: {answer}"
        assert answer.digest == statement_digest(true[0])
        assert (answer.digest == statement_digest(statement)) == (true[0] == statement)


# --- the table --------------------------------------------------------------------------------------------


def test_every_trap_is_shown() -> None:
    rows = {*(q[0] for q in QUESTIONS), *(q[0] for q in LOSSES), *(f.trap for f in FORGED), *ELSEWHERE}
    assert rows | set(NO_SUCH_RULE) == set(TRAPS)
    assert not rows & set(NO_SUCH_RULE)


@pytest.mark.parametrize("trap", ELSEWHERE)
def test_the_tests_of_other_files_are_there(trap: str) -> None:
    path, name = ELSEWHERE[trap].split("::")
    assert f"def {name}(" in (Path(__file__).parents[2] / path).read_text()


def test_there_is_no_evidence_kind_that_the_table_does_not_know() -> None:
    kinds = {k.__name__ for union in (ev.Evidence, ev.Curvature, ev.Sign) for k in get_args(union)}
    assert kinds == {
        *("Proof", "Generalisation", "JensenGap", "NegativeCurvature", "SymmetryPair", "Invariance", "CriticalPoint",
          "Neither", "Undefined", "OutsideDomain", "EmptyDomain"),
        *("Affine", "Maximum", "Composition", "Rewriting", "SecondOrder", "Piecewise", "Limit", "Axiom", "Lemma",
          "RootOfQuadratic"),
        *("Bounds", "Rewritten", "EachTerm", "Scaled", "Gram", "Minors", "Cover", "DiagonalLowRank", "Kronecker",
          "Roots", "Ladder", "Split", "Increment", "Telescope"),
    }
