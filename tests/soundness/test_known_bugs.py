"""Certificates that the kernel once accepted wrongly, and bytes that it once did not answer: guards, one a fault."""

import subprocess
import sys
from dataclasses import replace
from fractions import Fraction

import flint
import numpy as np
import pytest

import convexcheck
from convexcheck.certificate import evidence as ev
from convexcheck.certificate.codec import encode
from convexcheck.certificate.evidence import Certificate, Claim
from convexcheck.expression.bounds import Context
from convexcheck.expression.evaluate import evaluate
from convexcheck.expression.normal import normal
from convexcheck.expression.obligations import total
from convexcheck.expression.statement import Condition, Declaration, Statement
from convexcheck.expression.term import ONE, PI, Expression, add, apply, bound, const, dim, entry, mul, over
from convexcheck.kernel.check import Rejected, verify

SCALAR = Declaration()
n = dim("n")
x, p, t = entry("var", "x"), entry("par", "p"), entry("var", "t")
xi, yi, wi = entry("var", "x", [bound(0)]), entry("par", "y", [bound(0)]), entry("var", "w", [bound(0)])
VECTOR = Declaration((n,))
CONVEX, AFFINE, ILL_POSED = Claim("convex"), Claim("affine"), Claim("ill-posed")
SMOOTH = ev.SecondOrder(ev.Bounds())


def array(*values: int | Fraction) -> ev.Array:
    return ev.Array((len(values),), tuple(map(Fraction, values)))


def scalar(value: int | Fraction) -> ev.Array:
    return ev.Array((), (Fraction(value),))


def answer(s: Statement, claim: Claim, evidence: ev.Evidence) -> object:
    return verify(encode(Certificate(s, claim, evidence)))


def rejected(s: Statement, claim: Claim, evidence: ev.Evidence) -> bool:
    return isinstance(answer(s, claim, evidence), Rejected)


# --- a fact is used for indices of which it does not speak ------------------------------------------------


def test_a_given_for_the_first_entry_says_nothing_of_the_others() -> None:
    """Sum y[i] x[i]**2 with y[0] >= 0 only: y = (1, -1) is admissible."""
    given = (Condition("ge", yi, (ONE,)),)
    s = Statement(over("Sum", n, yi * xi**2), {"x": VECTOR}, {"y": VECTOR}, {"n": 2}, (), given)
    inside = ev.Instance((("n", 2),), (("y", array(1, -1)),), (("x", array(0, 0)),))
    assert rejected(s, CONVEX, ev.Proof(SMOOTH, inside=inside))


def test_a_domain_for_the_first_entry_says_nothing_of_the_others() -> None:
    """Sum w[i]**3 on w[0] >= 0: w[1] = -1 is admissible."""
    s = Statement(over("Sum", n, wi**3), {"w": VECTOR}, {}, {"n": 2}, (Condition("ge", wi, (ONE,)),))
    inside = ev.Instance((("n", 2),), (), (("w", array(1, 1)),))
    assert rejected(s, CONVEX, ev.Proof(SMOOTH, inside=inside))


def test_a_condition_for_all_of_no_indices_says_nothing() -> None:
    """p x**2 with "p >= 0 for all i < n", n = 0 allowed: p = -1 is admissible."""
    s = Statement(p * x**2, {"x": SCALAR}, {"p": SCALAR}, {"n": 0}, (), (Condition("ge", p, (n,)),))
    inside = ev.Instance((("n", 0),), (("p", scalar(-1)),), (("x", scalar(0)),))
    assert rejected(s, CONVEX, ev.Proof(SMOOTH, inside=inside))


def test_facts_about_one_entry_do_not_empty_a_domain() -> None:
    """q[0] >= 0 and q[1] < 0 contradict each other only if the first speaks of every entry."""
    q = entry("par", "q", [bound(0)])
    given = (Condition("ge", q, (ONE,)), Condition("gt", -entry("par", "q", [1])))
    s = Statement(x**2, {"x": SCALAR}, {"q": VECTOR}, {"n": 2}, (), given)
    assert rejected(s, ILL_POSED, ev.EmptyDomain(1))


@pytest.mark.parametrize(
    "text, options",
    [
        ("sum(y*x**2)", {"wrt": {"x": "n"}, "parameters": {"y": "n"}, "given": "n >= 3, y[:2] >= 0"}),
        ("sum(x**3)", {"wrt": {"x": "n"}, "domain": "x[:1] >= 0", "given": "n >= 2"}),
    ],
)
def test_slices_in_conditions(text: str, options: dict) -> None:
    assert convexcheck.check(text, budget=3, **options).curvature != "CONVEX"


# --- an opened index is taken for another one ---------------------------------------------------------------


def test_a_guard_on_one_index_does_not_cover_an_inner_sum() -> None:
    """where(y[i] > 0, x Sum_j log y[j], 0): y = (1, -1) makes log(-1) real only if j is taken for i."""
    inner = x * over("Sum", n, apply("log", yi))
    f = over("Sum", n, apply("where", apply("lt", 0, yi), inner, 0))
    assert rejected(Statement(f, {"x": SCALAR}, {"y": VECTOR}, {"n": 1}), AFFINE, ev.Proof(ev.Affine()))


def test_a_guard_on_one_index_in_text() -> None:
    v = convexcheck.check("x*sum(where(y > 0, sum(log(y)), 0))", wrt="x", parameters={"y": "n"}, budget=3)
    assert v.status != "PROVED"


# --- a slot is used with another number of indices than it has ----------------------------------------------


def test_a_slot_used_without_its_index() -> None:
    """w'exp(B)w is not convex for B = 0 off the diagonal, -inf on it; t'exp(B)t with a scalar t is."""
    positive = apply("exp", entry("par", "B", [bound(1), bound(0)]))
    f = over("Sum", n, wi * over("Sum", n, positive * wi))
    outer = over("Sum", n, t * over("Sum", n, positive * t))
    s = Statement(f, {"w": VECTOR}, {"B": Declaration((n, n))}, {"n": 1})
    rule = ev.Composition(outer, (ev.Slot("t", (n,), wi, "affine", ev.Affine()),), SMOOTH, None)
    assert rejected(s, CONVEX, ev.Proof(rule))


def test_strictness_in_a_part_of_an_array_is_not_strictness() -> None:
    """w[0]**2 for w of length n >= 1, through a slot t[i] = w[i] for i < 1: constant along w[1]."""
    s = Statement(over("Sum", ONE, wi**2), {"w": VECTOR}, {}, {"n": 1})
    outer = over("Sum", ONE, entry("var", "t", [bound(0)]) ** 2)
    rule = ev.Composition(outer, (ev.Slot("t", (ONE,), wi, "affine", ev.Affine()),), SMOOTH, None)
    strict = ev.Strict((("t", const(2), ev.Bounds()),), ev.Bounds())
    assert rejected(s, Claim("convex", "always"), ev.Proof(rule, strict=strict))


# --- ill-posed, said of questions that are well posed --------------------------------------------------------


def test_a_symmetric_matrix_may_have_negative_entries() -> None:
    A = entry("par", "A", [bound(0), bound(1)])
    given = (Condition("gt", -A, (n, n)), Condition("symmetric", A, (n, n)))
    s = Statement(x**2, {"x": SCALAR}, {"A": Declaration((n, n))}, {"n": 1}, (), given)
    assert rejected(s, ILL_POSED, ev.EmptyDomain(1))


def test_a_power_with_an_exponent_that_happens_to_be_whole_is_real() -> None:
    """x**p at x = -1, p = 2."""
    s = Statement(x**p, {"x": SCALAR}, {"p": SCALAR}, {}, (), (Condition("eq", p - 2),))
    assert rejected(s, ILL_POSED, ev.Undefined(ev.Instance((), (("p", scalar(2)),), (("x", scalar(-1)),))))


def test_x_to_a_parameter_that_is_two_is_not_ill_posed() -> None:
    assert convexcheck.check("x**p", wrt="x", parameters={"p": ""}, given="p == 2", budget=3).status != "ILL_POSED"


def test_an_empty_sum_is_real_whatever_its_term() -> None:
    """Sum(i < n, x log p) at n = 0, p = -1 is 0."""
    f = over("Sum", n, x * apply("log", p))
    s = Statement(f, {"x": SCALAR}, {"p": SCALAR}, {"n": 0}, (), (Condition("eq", n),))
    point = ev.Instance((("n", 0),), (("p", scalar(-1)),), (("x", scalar(1)),))
    assert rejected(s, ILL_POSED, ev.Undefined(point))


# --- one printed statement for two meanings -----------------------------------------------------------------


def test_a_parameter_called_pi_beside_the_constant() -> None:
    """The text "pi*x**2" with a parameter pi means the parameter, for which it is not convex."""
    s = Statement(PI * x**2, {"x": SCALAR}, {"pi": SCALAR})
    assert rejected(s, CONVEX, ev.Proof(SMOOTH))


def test_all_of_an_array_s_digest_is_printed() -> None:
    lines = []
    for digest in ("a" * 64, "a" * 16 + "b" * 48):
        s = Statement(x**2 + p, {"x": SCALAR}, {"p": Declaration((), False, digest)})
        lines.append(str(answer(s, CONVEX, ev.Proof(SMOOTH))))
    assert lines[0] != lines[1]


def test_an_array_is_named_by_a_digest() -> None:
    s = Statement(x**2 + p, {"x": SCALAR}, {"p": Declaration((), False, "../../etc/passwd")})
    assert rejected(s, CONVEX, ev.Proof(SMOOTH))


@pytest.mark.parametrize("assumption", ["fine\nfunction   -x**2", "\ud800", "\x1b[2J"])
def test_an_assumption_is_one_printable_line(assumption: str) -> None:
    assert rejected(Statement(x**2, {"x": SCALAR}, assumptions=(assumption,)), CONVEX, ev.Proof(SMOOTH))


@pytest.mark.parametrize("declaration", [Declaration((), True), Declaration((), False, "a" * 64)])
def test_a_variable_is_neither_an_integer_nor_fixed(declaration: Declaration) -> None:
    """The integers are no convex set, and a fixed array does not vary."""
    assert rejected(Statement(x**2, {"x": declaration}), CONVEX, ev.Proof(SMOOTH))


@pytest.mark.parametrize(
    "f", [x * apply("abs", apply("lt", 0, p)), x + apply("lt", p, 0), apply("where", p, x, x + 1)], ids=str
)
def test_a_condition_is_not_a_number_nor_a_number_a_condition(f: Expression) -> None:
    assert rejected(Statement(f, {"x": SCALAR}, {"p": SCALAR}), AFFINE, ev.Proof(ev.Affine()))


# --- the kernel answers, whatever the bytes -----------------------------------------------------------------

HALF = Fraction(1, 2)
TRIANGLE = over("Sum", n, over("Sum", bound(0), ONE))
ESCAPES = {
    "a condition that balls leave open, as a number": (
        Statement(add(x, apply("lt", mul(x, PI), mul(x, PI))), {"x": SCALAR}),
        Claim("not convex"),
        ev.JensenGap(ev.Instance((), ()), (("x", scalar(0)),), (("x", scalar(1)),), HALF),
    ),
    "a sum whose size is an index": (
        Statement(x * TRIANGLE, {"x": SCALAR}, {}, {"n": 1}),
        Claim("not convex"),
        ev.JensenGap(ev.Instance((("n", 2),), ()), (("x", scalar(0)),), (("x", scalar(1)),), HALF),
    ),
    "a matrix condition that is not rational": (
        Statement(
            x**2,
            {"x": SCALAR},
            {"A": Declaration((n, n))},
            {"n": 1},
            (),
            (Condition("psd", apply("exp", entry("par", "A", [bound(0), bound(1)])), (n, n)),),
        ),
        Claim("not convex"),
        ev.JensenGap(
            ev.Instance((("n", 1),), (("A", ev.Array((1, 1), (Fraction(1),))),)),
            (("x", scalar(0)),),
            (("x", scalar(1)),),
            HALF,
        ),
    ),
}


@pytest.mark.parametrize("name", ESCAPES)
def test_nothing_escapes_from_the_kernel(name: str) -> None:
    assert isinstance(answer(*ESCAPES[name]), Rejected)


@pytest.mark.parametrize("kind", [b"SecondOrder", b"Proof"])
def test_an_unknown_kind_is_rejected(kind: bytes) -> None:
    data = encode(Certificate(Statement(x**2, {"x": SCALAR}), CONVEX, ev.Proof(SMOOTH)))
    assert isinstance(verify(data.replace(b'"kind":"' + kind, b'"kind":"Foo')), Rejected)


# --- a condition on a matrix, printed by its name alone ------------------------------------------------------

TWO = const(2)
BLOCKS = {
    "one entry everywhere": (Condition("psd", entry("var", "X", [0, 0]), (TWO, TWO)), TWO),
    "the diagonal for rows": (Condition("psd", entry("var", "X", [bound(0), bound(0)]), (ONE, ONE)), TWO),
    "the first block": (Condition("psd", entry("var", "X", [bound(0), bound(1)]), (ONE, ONE)), TWO),
}


@pytest.mark.parametrize("name", BLOCKS)
def test_a_matrix_condition_prints_what_it_says(name: str) -> None:
    """X[1, 1]**3 is convex where X is PSD, and not where only X[0, 0] >= 0."""
    condition, size = BLOCKS[name]
    s = Statement(entry("var", "X", [1, 1]) ** 3, {"X": Declaration((size, size))}, domain=(condition,))
    x, y = (ev.Array((2, 2), tuple(map(Fraction, v))) for v in ((1, 0, 0, -2), (1, 0, 0, 0)))
    gap = ev.JensenGap(ev.Instance((), ()), (("X", x),), (("X", y),), Fraction(1, 2))
    found = answer(s, Claim("not convex"), gap)
    assert isinstance(found, Rejected) or "domain     psd(X)" not in found.statement


# --- the budget is kept -------------------------------------------------------------------------------------

SLOW = "1/(1 + (((x)*((x)/(1 + exp(x))))/(1 + exp((log(1 + (x)**2))**2/(1 + ((x)**3)**2))))**2)"


def test_clearing_denominators_ends() -> None:
    code = f"import convexcheck; convexcheck.check({SLOW!r}, budget=0.5)"
    try:
        subprocess.run([sys.executable, "-c", code], timeout=8, check=True)
    except subprocess.TimeoutExpired:
        pytest.fail("8 seconds with a budget of 0.5")


# --- faults that are still there --------------------------------------------------------------------------


def test_a_sum_of_squares_of_residuals_is_answered() -> None:
    options = {"wrt": {"w": "d"}, "parameters": {"X": "n d", "y": "n"}}
    assert convexcheck.check("sum((X @ w - y)**2)", **options).curvature == "CONVEX"


@pytest.mark.parametrize(("op", "at"), [("exp", 0), ("log", 1), ("sigmoid", 0), ("erf", 0)])
def test_known_values_are_exact(op: str, at: int) -> None:
    evaluate(apply(op, const(at)), {}, {}, exact=True)


def test_the_last_entry_is_in_range() -> None:
    s = Statement(entry("var", "x", [n - 1]), {"x": VECTOR}, {}, {"n": 1})
    assert total(s.function, Context(s))


# --- what a slot, a condition and a power may hold ----------------------------------------------------------


def test_the_size_of_a_slot_is_fixed() -> None:
    """where(0 <= z - 1, x**2, -x**2) is -x**2 on 0 <= z <= 1/2; a slot over "z" entries must not hide that."""
    z = entry("var", "z")
    body = apply("where", apply("le", bound(0), z - 1), x**2, -(x**2))
    domain = (Condition("ge", z), Condition("ge", Fraction(1, 2) - z))
    s = Statement(apply("where", apply("le", 0, z - 1), x**2, -(x**2)), {"x": SCALAR, "z": SCALAR}, domain=domain)
    one = ev.Slot("t", (z,), body, "convex", ev.Rewriting(x**2, SMOOTH))
    other = ev.Slot("z", (), z + 10, "affine", ev.Affine())
    rule = ev.Composition(entry("var", "t", [0]), (one, other), ev.Affine(), ev.Bounds())
    inside = ev.Instance((), (), (("x", scalar(0)), ("z", scalar(Fraction(1, 4)))))
    assert rejected(s, CONVEX, ev.Proof(rule, inside=inside))


@pytest.mark.parametrize(("least", "fits"), [(0, False), (1, True)])
def test_the_size_of_a_slot_is_a_natural_number(least: int, fits: bool) -> None:
    """A slot over n - 1 entries is one for n >= 1 only."""
    squares = over("Sum", n - 1, entry("var", "x", [bound(0)]) ** 2)
    s = Statement(squares, {"x": VECTOR}, sizes={"n": least})
    slot = ev.Slot("t", (n - 1,), entry("var", "x", [bound(0)]), "affine", ev.Affine())
    outer = over("Sum", n - 1, entry("var", "t", [bound(0)]) ** 2)
    assert rejected(s, CONVEX, ev.Proof(ev.Composition(outer, (slot,), SMOOTH, None))) != fits


def test_strictness_inside_an_interval_needs_the_only_variable() -> None:
    """-(p x)**(1/3) is constant for p = 0, at the edge of the slot that holds p."""
    u, q = entry("var", "u"), Fraction(1, 3)
    a, b = entry("dir", "t") / t, entry("dir", "u") / u
    g = u**q * t**q / 9
    s = Statement(-(p**q * x**q), {"x": SCALAR}, {"p": SCALAR}, {}, (Condition("ge", x),), (Condition("ge", p),))
    slots = (ev.Slot("t", (), x, "affine", ev.Affine()), ev.Slot("u", (), p, "affine", ev.Affine()))
    target = g * (a - b) ** 2 + g * a**2 + g * b**2
    rule = ev.Composition(-(u**q * t**q), slots, ev.SecondOrder(ev.Rewritten(target, ev.Bounds())), None)
    strict = ev.Strict((("t", g / t**2, ev.Bounds()),), ev.Rewritten(g * (a - b) ** 2 + g * b**2, ev.Bounds()))
    inside = ev.Instance((), (("p", scalar(0)),), (("x", scalar(1)),))
    assert rejected(s, Claim("convex", "always"), ev.Proof(rule, inside=inside, strict=strict))


def test_a_truth_value_is_no_condition_s_body() -> None:
    s = Statement(x**3, {"x": SCALAR}, domain=(Condition("ge", apply("lt", 0, x)),))
    gap = ev.JensenGap(ev.Instance((), ()), (("x", scalar(-2)),), (("x", scalar(0)),), Fraction(1, 2))
    assert rejected(s, Claim("not convex"), gap)


def test_an_exact_power_is_capped_by_its_bits() -> None:
    """3**(10**12) in exact rationals would end the process."""
    g = x
    for _ in range(3):
        g = Expression("pow", (g, const(10000)))
    gap = ev.JensenGap(ev.Instance((), ()), (("x", scalar(3)),), (("x", scalar(5)),), Fraction(1, 2))
    assert isinstance(answer(Statement(g, {"x": SCALAR}), Claim("not convex"), gap), Rejected)


# --- names and entries that are the same by another way of writing ----------------------------------------


def where(condition: Expression, a: Expression | int, b: Expression | int) -> Expression:
    return apply("where", condition, a, b)


@pytest.mark.parametrize("other", [mul(0, n), apply("where", apply("eq", n, n), 0, 1)])
def test_an_edge_written_in_two_ways_has_no_inside(other: Expression) -> None:
    """z[0] >= 0 and z[0*n] <= 0: "inside", z[0] > 0 and z[0*n] < 0 prove that -y**2 is convex."""
    y, d_y, first, again = entry("var", "y"), entry("dir", "y"), entry("var", "z", [0]), entry("var", "z", [other])
    domain = (Condition("ge", first), Condition("ge", -again))
    s = Statement(-(y**2), {"z": VECTOR, "y": SCALAR}, sizes={"n": 1}, domain=domain)
    target = where(apply("lt", again, first), d_y**2, -2 * d_y**2)
    inside = ev.Instance((("n", 1),), (), (("z", array(0)), ("y", scalar(0))))
    assert rejected(s, CONVEX, ev.Proof(ev.SecondOrder(ev.Rewritten(target, ev.Bounds())), inside=inside))


def test_a_slot_called_like_a_parameter_is_not_the_parameter() -> None:
    """p x**3: a slot p for x makes p_slot * p look like a square when both become "the variable p"."""
    slot, d = entry("var", "p"), entry("dir", "p")
    block = ev.Block(p * slot, ev.Split(p, (), (ev.Bounds(),)), (d,), (Fraction(6),))
    form = ev.SecondOrder(ev.Gram(Fraction(0), (block,)))
    rule = ev.Composition(p * slot**3, (ev.Slot("p", (), x, "affine", ev.Affine()),), form, None)
    assert rejected(Statement(p * x**3, {"x": SCALAR}, {"p": SCALAR}), CONVEX, ev.Proof(rule))


def test_a_direction_is_not_its_variable() -> None:
    """(x**2 - 1)**2: t d_t is >= 0 for d_t >= 0 only if d_t is taken for t."""
    slot = ev.Slot("t", (), x**2 - 1, "convex", SMOOTH)
    monotone = ev.Split(entry("dir", "t"), (), (ev.Bounds(),))
    rule = ev.Composition(t**2, (slot,), SMOOTH, monotone)
    assert rejected(Statement((x**2 - 1) ** 2, {"x": SCALAR}), CONVEX, ev.Proof(rule))


@pytest.mark.parametrize("end", [-1, 1])
def test_a_weight_that_is_zero_at_an_end_shows_nothing_strict_there(end: int) -> None:
    """1 - x over 1 - x is 1, yet 1 - x is 0 at x = 1: -log(1 - x) on [0, 1]."""
    domain = (Condition("ge", x), Condition("ge", 1 - x))
    s = Statement(-apply("log", 1 - x), {"x": SCALAR}, domain=domain)
    ladder = ev.Ladder(x, 1 - x, ev.Bounds(), end, ev.Bounds())
    inside = ev.Instance((), (), (("x", scalar(0)),))
    assert rejected(s, CONVEX, ev.Proof(SMOOTH, defined=(ladder,), inside=inside))


@pytest.mark.parametrize(("sign", "size", "inverse"), [
    (where(apply("le", p, 0), -1, 1), ONE, where(apply("le", p, 0), 0, 1) ** -2),
    (p, apply("abs", p), 1 / (p + apply("abs", p))),
    (p, (p**2) ** Fraction(1, 2), 1 / (p + (p**2) ** Fraction(1, 2))),
])  # fmt: skip
def test_a_branch_may_divide_by_zero_in_the_other(sign: Expression, size: Expression, inverse: Expression) -> None:
    """sign * x**2 for p <= 0: times |p| + p, which is 0 there, p and |p| are the same."""
    d = entry("dir", "x")
    zero = d**2 / (1 + d**2) + 1 / (1 + d**2) - 1
    target = 2 * d**2 * size + where(apply("le", p, 0), 0, zero * inverse)
    form = ev.Rewritten(target, ev.Rewritten(2 * d**2 * size, ev.Bounds()))
    s = Statement(sign * x**2, {"x": SCALAR}, {"p": SCALAR})
    assert rejected(s, CONVEX, ev.Proof(ev.SecondOrder(form)))


@pytest.mark.parametrize("size", [-1, Fraction(1, 2)])
def test_the_size_of_a_matrix_is_a_natural_number(size: int | Fraction) -> None:
    """Sum(i < -1, d**2) is -d**2, formally."""
    matrix = where(apply("eq", bound(0), bound(1)), 1, 0)
    body = over("Sum", size, over("Sum", size, matrix * entry("dir", "x") ** 2))
    form = ev.Rewritten(body, ev.Kronecker((const(size),), (matrix,), entry("dir", "x")))
    assert rejected(Statement(-(x**2) / 2, {"x": SCALAR}), CONVEX, ev.Proof(ev.SecondOrder(form)))


def test_the_gamma_function_has_negative_values_below_zero() -> None:
    """gamma(p) <= -1 for p = -1/2, so that x**2 with such a p is a question."""
    given = (Condition("ge", -apply("gamma", p) - 1),)
    assert rejected(Statement(x**2, {"x": SCALAR}, {"p": SCALAR}, given=given), ILL_POSED, ev.EmptyDomain(0))


# --- maps that are no symmetries --------------------------------------------------------------------------


def test_an_image_where_the_function_is_undefined() -> None:
    """sqrt(x)**4 + x is x**2 + x, the same at -1 - x, where there is no root."""
    s = Statement((x ** Fraction(1, 2)) ** 4 + x, {"x": SCALAR}, domain=(Condition("ge", x),))
    assert rejected(s, Claim("invariant"), ev.Invariance(ev.Action((("x", -1 - x),))))


@pytest.mark.parametrize(("f", "at", "g"), [
    (x**3 - 3 * x, 1, (-x - (12 - 3 * x**2) ** Fraction(1, 2)) / 2),
    (3 * x**2, 0, (x**2) ** Fraction(1, 2)),
])  # fmt: skip
def test_the_image_of_a_critical_point_is_one_by_an_affine_map_only(f: Expression, at: int, g: Expression) -> None:
    """x**3 - 3 x has the value -2 at its minimum 1 and at -2, which is no minimum."""
    one, action = ev.Array((1, 1), (Fraction(1, 6),)), ev.Action((("x", g),))
    here = ev.CriticalPoint(ev.Instance((), ()), (("x", scalar(at)),), Fraction(1, 100), one, one, action, ((),))
    s, claim = Statement(f, {"x": SCALAR}), Claim("strict local minimum")
    assert rejected(s, claim, here)
    assert not rejected(s, claim, replace(here, action=None, elements=()))


@pytest.mark.parametrize(("f", "at"), [
    (apply("log", x - 5) + x**2 / 2, Fraction(2087, 10000)),
    (apply("log", const(-1)) + x**2 / 2, Fraction(0)),
])  # fmt: skip
def test_a_critical_point_has_a_value(f: Expression, at: Fraction) -> None:
    """The derivative 1/(x - 5) of log(x - 5) is real where the function is not."""
    one = ev.Array((1, 1), (Fraction(1),))
    here = ev.CriticalPoint(ev.Instance((), ()), (("x", scalar(at)),), Fraction(1, 1000), one, one)
    assert rejected(Statement(f, {"x": SCALAR}), Claim("strict local minimum"), here)


@pytest.mark.parametrize(("sizes", "fits"), [((2, 3), True), ((Fraction(-1, 2), 3), False), ((2, -1), False)])
def test_the_sides_of_a_matrix_are_natural_numbers(sizes: tuple[int | Fraction, ...], fits: bool) -> None:
    f = Expression("norm_nuclear", (*map(const, sizes), x))
    assert rejected(Statement(f, {"x": SCALAR}), CONVEX, ev.Proof(ev.Axiom())) != fits


# --- parts that are real in their branch only, and directions in place of constants ------------------------


def test_a_logarithm_stays_in_its_branch() -> None:
    """exp(log p) is p, which is -1 for p = -1, where where(p <= 0, 0, log p) is 0 and its exponential 1."""
    value = apply("exp", where(apply("le", p, 0), 0, apply("log", p)))
    given = (Condition("ge", -(p**3)),)
    s = Statement(-value * p**2 * x**2, {"x": SCALAR}, {"p": SCALAR}, given=given)
    inside = ev.Instance((), (("p", scalar(-1)),), (("x", scalar(0)),))
    assert rejected(s, CONVEX, ev.Proof(SMOOTH, inside=inside))


@pytest.mark.parametrize("op", ["exp", "sinh", "tanh", "sigmoid", "softplus", "abs"])
def test_the_normal_form_of_a_real_value_is_real(op: str) -> None:
    """At p = -1, where log p is in the branch that is not taken."""
    e = apply(op, where(apply("le", p, 0), 2 * p, apply("log", p)))
    at = {("par", "p"): np.array(flint.fmpq(-1), dtype=object)}
    found = evaluate(normal(e, Context(Statement(x, {"x": SCALAR}, {"p": SCALAR}))), at, {})
    assert found.is_finite() and found.overlaps(evaluate(e, at, {}))


def test_a_function_holds_no_direction() -> None:
    """The derivative along d_x would take a d_x that is there already for the same direction."""
    d = entry("dir", "x")
    assert rejected(Statement(x**2, {"x": SCALAR}), CONVEX, ev.Proof(ev.Rewriting(x**2 + d + mul(-1, d), SMOOTH)))
