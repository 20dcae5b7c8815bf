"""The SymPy reader against SymPy's own values, and what it refuses."""

import itertools
import math
from fractions import Fraction

import flint
import numpy as np
import pytest
import sympy as sp

from convexcheck.expression.errors import ConvexcheckError, Unsupported
from convexcheck.expression.evaluate import evaluate
from convexcheck.expression.statement import condition_text
from convexcheck.read.sympy import read_sympy
from convexcheck.read.text import read_text

x, y, z = sp.symbols("x y z")
n, d, k = sp.symbols("n d k", integer=True, positive=True)
i, j, m = sp.symbols("i j m", integer=True)
X, W, w, u, b = (sp.IndexedBase(name) for name in "XWwub")
A, V = sp.MatrixSymbol("A", n, d), sp.MatrixSymbol("V", d, 1)
P, S = sp.MatrixSymbol("P", n, n), sp.MatrixSymbol("S", n, n)
SIZES = {"n": 3, "d": 2, "k": 2}

margin = u[i] * sp.Sum(X[i, j] * w[j], (j, 0, d - 1))
scores = sp.Sum(X[i, j] * W[j, m], (j, 0, d - 1))

SCALARS = [
    x**3 - 2 * x * y + sp.Rational(3, 7),
    sp.exp(-(x**2)) + sp.log(1 + y**2) + sp.sqrt(1 + x**2),
    sp.sin(x) * sp.cos(y) + sp.tan(x / 3) + sp.cot(2 + x / 9) + sp.sec(x / 5) + sp.csc(2 + x / 9),
    sp.sinh(x) + sp.cosh(y) - sp.tanh(x * y) + sp.coth(3 + x) + sp.sech(x) + sp.csch(3 + y),
    sp.atan(x) + sp.asinh(y) + sp.erf(x) - sp.erfc(y) + sp.pi * sp.E,
    sp.asin(x / 9) - sp.acos(y / 9) + sp.atanh(x / 9) + sp.acosh(1 + y**2),
    sp.loggamma(1 + x**2) * sp.digamma(2 + y**2) - sp.gamma(sp.Rational(1, 2) + y**2),
    sp.LambertW(x**2) + sp.polygamma(1, 1 + x**2) + sp.polygamma(4, 2 + y**2) + sp.beta(1 + x**2, 2 + y**2),
    sp.Max(x, y, 1) + sp.Min(x, 2 * y) + sp.Abs(x - y),
    sp.Piecewise((x**2, x < 1), (2 * x - 1, x < 2), (3, True)),
    sp.Piecewise((1, sp.And(x > 0, y > 0)), (2, sp.Or(sp.Eq(x, y), sp.Not(x < -1))), (3, True)),
    sp.Float(0.1) * x + sp.Float("0.25", 40) * y,
    (2 + sp.sin(x)) ** y + 2**x + (1 + x**2) ** sp.Rational(-3, 2),
    1 / (1 + sp.exp(-x)) - sp.log(sp.exp(x) + sp.exp(y)) / (x**2 + 1),
    sp.sqrt(x**2) + (x**2) ** sp.Rational(1, 3),
]  # fmt: skip

SUMS = [
    sp.Sum(sp.log(1 + sp.exp(-margin)), (i, 0, n - 1)),
    sp.Sum((sp.Sum(X[i, j] * w[j], (j, 0, d - 1)) - u[i]) ** 2, (i, 0, n - 1)) / n,
    sp.Sum(sp.log(sp.Sum(sp.exp(scores), (m, 0, k - 1))) - u[i] * sp.Sum(scores, (m, 0, k - 1)), (i, 0, n - 1)),
    sp.Sum(X[i, j] ** 2 * w[j], (i, 0, n - 1), (j, 0, d - 1)),
    sp.Sum(i * u[i] + (j + 1) * w[j], (i, 0, n - 1), (j, 0, d - 1)),
    sp.Sum(sp.KroneckerDelta(i, j) * u[i] * u[j] ** 3, (i, 0, n - 1), (j, 0, n - 1)),
    sp.Sum(sp.Sum(u[i] * w[j], (j, 0, d - 1)) ** 2, (i, 0, n - 1)) + sp.Sum(w[i], (i, 0, d - 1)) ** 3,
]  # fmt: skip

MATRICES = [
    ((A * V).T * (A * V))[0, 0],
    (A * V).T * (A * V),
    sp.Trace(P * S.T * P) + sp.Trace(A.T * S * A),
    sp.Trace((P + 2 * S) ** 2),
    sp.Sum((P * A * V)[i, 0] ** 2, (i, 0, n - 1)),
    sp.Trace(sp.HadamardProduct(P, S) + 3 * sp.Identity(n)),
]  # fmt: skip


def cell(value):
    out = np.empty((), dtype=object)
    out[()] = flint.fmpq(*Fraction(value).as_integer_ratio())
    return out


def values(s, rng):
    """Random rationals for everything declared, as exact arrays."""
    found = {}
    for op, declared in (("var", s.variables), ("par", s.parameters)):
        for name, declaration in declared.items():
            shape = tuple(int(e.data) if e.op == "const" else SIZES[e.data] for e in declaration.shape)
            array = np.empty(shape, dtype=object)
            for at in np.ndindex(shape):
                array[at] = flint.fmpq(int(rng.integers(-20, 21)), int(rng.integers(5, 12)))
            found[op, name] = array
    return found


def sympy_value(expr, found):
    """The same in SymPy: sums written out, entries and matrices replaced by numbers, evaluated to 40 digits."""
    number = {name: a for (_, name), a in found.items()}
    rational = lambda q: sp.Rational(int(q.p), int(q.q))  # noqa: E731
    expr = expr.subs({n: SIZES["n"], d: SIZES["d"], k: SIZES["k"]})
    symbols = {
        m: sp.Matrix(*m.shape, [rational(q) for q in number[m.name].ravel()]) for m in expr.atoms(sp.MatrixSymbol)
    }
    expr = sp.sympify(expr.xreplace(symbols)).doit()
    if isinstance(expr, sp.MatrixBase):
        expr = expr[0, 0]
    entries = {e: rational(number[str(e.base.label)][tuple(map(int, e.indices))]) for e in expr.atoms(sp.Indexed)}
    expr = expr.xreplace(entries)
    return sp.N(expr.subs({s: rational(number[s.name].item()) for s in expr.free_symbols}), 40)


@pytest.mark.parametrize("expr", [*SCALARS, *SUMS, *MATRICES], ids=lambda e: str(e)[:50])
def test_values_agree(expr):
    bases = sorted({e.base for e in expr.atoms(sp.Indexed)}, key=str)
    matrices = sorted(expr.atoms(sp.MatrixSymbol), key=str)
    s = read_sympy(expr, (bases or matrices)[:1] or None)
    rng = np.random.default_rng(2)
    for _ in range(3):
        found = values(s, rng)
        mine = evaluate(s.function, found, {m: SIZES[m] for m in s.sizes})
        assert float(mine.mid()) == pytest.approx(float(sympy_value(expr, found)), rel=1e-12, abs=1e-12)


def test_the_same_statement_as_from_text():
    read = read_sympy(sp.Sum(sp.log(1 + sp.exp(-margin)), (i, 0, n - 1)), w)
    text = read_text("sum(log(1 + exp(-u*(X @ w))))", {"w": "d"}, {"X": "n d", "u": "n"})
    assert read.function is text.function
    assert (read.variables, dict(read.parameters), read.sizes) == (text.variables, text.parameters, text.sizes)


def symbol(name="x", **assumptions):
    return sp.Symbol(name, **assumptions)


# what SymPy assumes of a symbol, and the conditions that say so
ASSUMED = [
    ({}, []),
    ({"real": True}, []),
    ({"positive": True}, ["x > 0"]),
    ({"nonnegative": True}, ["x >= 0"]),
    ({"negative": True}, ["-x > 0"]),
    ({"nonpositive": True}, ["-x >= 0"]),
]


@pytest.mark.parametrize(("assumptions", "conditions"), ASSUMED)
def test_assumptions_become_conditions(assumptions, conditions):
    t = symbol(**assumptions)
    assert [condition_text(c) for c in read_sympy(t**2, t).domain] == conditions
    assert [condition_text(c) for c in read_sympy(t * y, y).given] == conditions


def test_assumptions_on_arrays_and_integers():
    counts = sp.IndexedBase("c", nonnegative=True)
    s = read_sympy(sp.Sum(counts[i] * w[i] ** 2, (i, 0, n - 1)), w)
    assert [condition_text(c) for c in s.given] == ["c[i] >= 0 for all i < n"]
    assert read_sympy(symbol("m", integer=True) * x, x).parameters["m"].integer
    labels = sp.IndexedBase("t", shape=(n,))
    scores = sp.IndexedBase("v", shape=(k,))
    s = read_sympy(sp.Sum(scores[labels[i]], (i, 0, n - 1)), scores)
    assert s.parameters["t"].integer and s.variables["v"].shape == (
        s.function.args[1].names("dim") or s.variables["v"].shape
    )


CONDITIONS = [
    ({"domain": x > 0}, ["x > 0"], []),
    ({"domain": [x > 0, x <= 5]}, ["x > 0", "5 - x >= 0"], []),
    ({"domain": sp.And(x >= 0, x < y)}, ["x >= 0", "y - x > 0"], []),
    ({"domain": "0 < x <= 1"}, ["x > 0", "1 - x >= 0"], []),
    ({"domain": ["x > 0", x < 1], "given": sp.Eq(y, 2)}, ["1 - x > 0", "x > 0"], ["y - 2 == 0"]),
    ({"given": [y >= 0, "y <= 1"]}, [], ["y >= 0", "1 - y >= 0"]),
]


@pytest.mark.parametrize(("options", "domain", "given"), CONDITIONS)
def test_conditions(options, domain, given):
    s = read_sympy(x * y, x, **options)
    assert [condition_text(c) for c in s.domain] == domain
    assert [condition_text(c) for c in s.given] == given


def test_conditions_on_entries_sizes_and_matrices():
    total = sp.Sum(u[i] * w[i], (i, 0, n - 1))
    for given in ([u[i] >= 0, n >= 3], ["u >= 0", "n > 2"]):
        s = read_sympy(total, w, given=given)
        assert [condition_text(c) for c in s.given] == ["u[i] >= 0 for all i < n"]
        assert s.sizes == {"n": 3}
    s = read_sympy(sp.Trace(P), P, domain=sp.Q.positive_definite(P))
    assert [condition_text(c) for c in s.domain] == ["posdef(P[i, j]) for all i < n, j < n"]


def test_indices_may_start_at_one():
    s = read_sympy(sp.Sum(u[i] * w[i] ** 2, (i, 1, n)), w)
    assert s.function is read_text("Sum(i < n, u[i]*w[i]**2)", {"w": "n"}, {"u": "n"}).function


def test_floats_are_exact():
    assert read_sympy(sp.Float(0.1) * x).function.args[0].data == Fraction(0.1)
    assert read_sympy(sp.Rational(1, 10) * x).function.args[0].data == Fraction(1, 10)


HOSTILE = [
    "lambda",
    "θ",
    "x_{1}",
    "w^*",
    "",
    " ",
    "__import__('os').system('exit 1')",
    "exp",
    "x" * 200,
    "1/0",
    "\u202e",
    "N(0, 1)",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_names_are_made_safe_and_echoed(name):
    t = sp.Symbol(name)
    s = read_sympy(t**2 + x, [t, x])
    renamed = next(iter(s.variables))
    assert renamed.isascii() and renamed.isidentifier() and renamed != name
    assert s.assumptions == (f"{renamed} stands for the symbol {ascii(name)[:60]}",)


def test_two_symbols_of_one_name_stay_apart():
    s = read_sympy(sp.Symbol("t") * sp.Symbol("t", positive=True))
    assert len(s.variables) == 2 and [condition_text(c) for c in s.domain] in (["t_ > 0"], ["t > 0"])
    with pytest.raises(ConvexcheckError, match="2 different symbols are called 't'"):
        read_sympy(sp.Symbol("t") * sp.Symbol("t", positive=True), wrt="t")


# (expression, options, kind of error, text)
REFUSED = [
    (sp.I * x, {}, ConvexcheckError, "the number I is not real"),
    (sp.oo * x, {}, ConvexcheckError, "the number oo is not real"),
    (sp.nan, {"wrt": x}, ConvexcheckError, "the number nan is not real"),
    (symbol(complex=True), {}, ConvexcheckError, "the variable x is not real"),
    (symbol(imaginary=True), {}, ConvexcheckError, "the variable x is not real"),
    (symbol(integer=True), {}, ConvexcheckError, "the variable x is an integer"),
    (symbol(nonzero=True), {}, Unsupported, "nonzero"),
    (symbol("m", even=True) * x, {"wrt": x}, Unsupported, "assumed to be even"),
    (sp.zeta(x), {}, Unsupported, r"zeta in zeta\(x\)"),
    (sp.Heaviside(x), {}, Unsupported, "Heaviside"),
    (sp.sign(x), {}, Unsupported, "sign"),
    (sp.Function("f")(x), {}, Unsupported, "f in f"),
    (sp.Derivative(sp.Function("f")(x), x), {}, Unsupported, "Derivative"),
    (sp.Integral(x**2, x), {}, Unsupported, "Integral"),
    (sp.EulerGamma * x, {}, Unsupported, "the constant EulerGamma"),
    (sp.Piecewise((x, x > 0)), {}, ConvexcheckError, "a piecewise function with gaps"),
    (sp.Matrix([x, y]), {}, ConvexcheckError, "a matrix of shape 2 x 1"),
    (A, {"wrt": A}, ConvexcheckError, "a matrix where a number is expected"),
    (sp.Inverse(P)[0, 0], {"wrt": P}, Unsupported, "Inverse"),
    (sp.Determinant(P), {"wrt": P}, Unsupported, "Determinant"),
    (sp.Sum(x, (i, 0, n - 2)), {}, Unsupported, "the size n - 1"),
    (sp.Sum(sp.Sum(X[i, j], (j, 0, i)), (i, 0, n - 1)), {"wrt": X}, Unsupported, "range depends on an index|definite"),
    (sp.Sum(X[i, j], (i, 0, n - 1)), {"wrt": X}, ConvexcheckError, "axis 1 of X has no definite size"),
    (w[0] ** 2, {"wrt": w}, ConvexcheckError, r"axis 0 of w has no definite size.*try: IndexedBase\('w', shape"),
    (sp.Sum(w[i], (i, 0, n - 1)) + sp.Sum(w[i, i], (i, 0, n - 1)), {"wrt": w}, ConvexcheckError, "the shape of w"),
    (x > 0, {}, ConvexcheckError, "of type StrictGreaterThan; expected a SymPy expression"),
    ("x**2", {}, ConvexcheckError, "of type str; expected a SymPy expression"),
    (sp.Integer(3), {}, ConvexcheckError, "no symbol is a variable"),
    (x, {"wrt": []}, ConvexcheckError, "no variable is declared"),
    (x, {"wrt": "q"}, ConvexcheckError, "no symbols are called 'q'"),
    (x, {"wrt": [x**2]}, ConvexcheckError, r"wrt holds x\*\*2"),
    (sp.Sum(u[i] * x, (i, 0, n - 1)), {"wrt": n}, ConvexcheckError, "which is a size or an index"),
    (x, {"domain": sp.Ne(x, 0)}, ConvexcheckError, r"the condition Ne\(x, 0\)"),
    (x, {"domain": sp.Or(x > 1, x < 0)}, ConvexcheckError, "the condition"),
    (x, {"domain": 3}, ConvexcheckError, "conditions of type int"),
    (x, {"domain": [x]}, ConvexcheckError, "the condition x"),
    (x * y, {"wrt": x, "domain": y > 0}, ConvexcheckError, "`domain` without a variable"),
    (x * y, {"wrt": x, "given": x > 0}, ConvexcheckError, "`given` speaks of a variable"),
    (x, {"domain": "__import__('os')"}, ConvexcheckError, "read.domain"),
]


@pytest.mark.parametrize(
    ("expr", "options", "kind", "text"), REFUSED, ids=[str(r[0])[:40] + str(r[1])[:40] for r in REFUSED]
)
def test_refusals(expr, options, kind, text):
    with pytest.raises(ConvexcheckError, match=text) as caught:
        read_sympy(expr, **options)
    assert type(caught.value) is kind


def test_a_false_condition_stays_in_the_statement():
    t = symbol(positive=True)
    assert [condition_text(c) for c in read_sympy(t, domain=t < 0).domain] == ["x > 0", "-1 > 0"]


def test_deep_expressions_end_in_a_message():
    deep = x
    for _ in range(600):
        deep = sp.exp(deep, evaluate=False)
    with pytest.raises(ConvexcheckError, match="deep"):
        read_sympy(deep)


def test_reading_does_not_evaluate(monkeypatch):
    for name in ("sympify", "parse_expr", "lambdify", "simplify"):
        monkeypatch.setattr(sp, name, lambda *a, **k: pytest.fail("called"))
    assert math.isclose(float(evaluate(read_sympy(x**2 + 1).function, {("var", "x"): cell(3)}, {}, exact=True).p), 10)
    assert list(itertools.islice(read_sympy(x * y, x).parameters, 2)) == ["y"]
