"""Random expressions with facts, and their values at points by plain recursion: an oracle apart from the package."""

import math
import random
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

import flint
from hypothesis import strategies as st

from convexcheck.expression.bounds import Context
from convexcheck.expression.functions import FUNCTIONS as TABLE
from convexcheck.expression.statement import Condition, Declaration, Statement
from convexcheck.expression.term import Expression, add, apply, bound, const, dim, entry, maximum, mul, over, power

BITS = 400
n = dim("n")
x, z = entry("var", "x"), entry("var", "z")
p, q, r = (entry("par", v) for v in "pqr")
w0, y0 = entry("var", "w", [bound(0)]), entry("par", "y", [bound(0)])
SCALAR, VECTOR = Declaration(), Declaration((n,))
STATEMENT = Statement(
    x,
    {"x": SCALAR, "z": SCALAR, "w": VECTOR},
    {"p": SCALAR, "q": SCALAR, "r": SCALAR, "y": VECTOR, "k": Declaration((), True)},
    {"n": 1},
    (Condition("gt", z), Condition("ge", w0 + 2, (n,))),
    (
        Condition("ge", p),
        Condition("ge", q),
        Condition("ge", 1 - q),
        Condition("gt", r - 2),
        Condition("gt", y0, (n,)),
        Condition("ge", entry("par", "k")),
        Condition("ge", n - 1 - entry("par", "k")),
    ),
)


class Undefined(Exception):
    """The expression has no real value at the point."""


def context() -> Context:
    """The facts above."""
    return Context(STATEMENT)


def point(seed: int) -> tuple[dict[str, Any], int]:
    """Admissible exact values for every name, with an emphasis on ends and zeros; and the size n."""
    rng = random.Random(seed)
    size = rng.choice((1, 2, 3))

    def some(low: int = -6, high: int = 6) -> Fraction:
        return Fraction(rng.randint(low * 4, high * 4), rng.choice((1, 2, 4)))

    values: dict[str, Any] = {
        "x": some(-3, 3) if rng.random() < 0.8 else Fraction(0),
        "z": abs(some()) or Fraction(1, 1000),
        "w": [max(some(), Fraction(-2)) for _ in range(size)],
        "p": rng.choice((Fraction(0), abs(some()))),
        "q": Fraction(rng.randint(0, 4), 4),
        "r": 2 + (abs(some()) or Fraction(1, 1000)),
        "y": [abs(some()) or Fraction(1, 1000) for _ in range(size)],
        "k": Fraction(rng.randrange(size)),
    }
    return values, size


def ball(value: Fraction | int) -> Any:
    """The exact rational as a ball."""
    return flint.arb(flint.fmpq(Fraction(value).numerator, Fraction(value).denominator))


def value(e: Expression, names: Mapping[str, Any], size: int, stack: tuple[int, ...] = ()) -> Any:
    """The value in a ball of `BITS` bits, or a truth value; the direction of v is named ``d_v``."""
    before, flint.ctx.prec = flint.ctx.prec, BITS
    try:
        return _value(e, names, size, stack)
    finally:
        flint.ctx.prec = before


def _value(e: Expression, names: Mapping[str, Any], size: int, stack: tuple[int, ...]) -> Any:
    def at(a: Expression, inner: tuple[int, ...] = stack) -> Any:
        return _value(a, names, size, inner)

    if e.op == "const":
        return ball(e.data)
    if e.op == "pi":
        return flint.arb.pi()
    if e.op == "dim":
        return ball(size)
    if e.op == "bound":
        return ball(stack[-1 - e.data])
    if e.op in ("var", "par", "dir"):
        found = names[("d_" if e.op == "dir" else "") + e.data]
        for a in e.args:
            found = found[int(at(a).mid().fmpz())]
        return ball(found)
    if e.op in ("Sum", "Max"):
        cells = [at(e.args[1], (*stack, j)) for j in range(int(at(e.args[0]).mid().fmpz()))]
        total = cells[0]
        for c in cells[1:]:
            total = total + c if e.op == "Sum" else total.max(c)
        return total
    if e.op == "where":
        return at(e.args[1] if at(e.args[0]) else e.args[2])
    args = [at(a) for a in e.args]
    return _OPERATIONS[e.op](*args)


def _certain(yes: bool, no: bool) -> bool:
    if yes == no:
        raise Undefined("a tie that balls leave open")
    return yes


def _fold(cell: Callable[[Any, Any], Any]) -> Callable[..., Any]:
    def folded(first: Any, *rest: Any) -> Any:
        for a in rest:
            first = cell(first, a)
        return first

    return folded


def _power(base: Any, exponent: Any) -> Any:
    if exponent.is_integer():
        k = int(exponent.mid().fmpz())
        if k < 0 and base.contains(0):
            raise Undefined("a power of 0")
        return base**k if k >= 0 else 1 / base ** (-k)
    if base < 0 or (exponent < 0 and base.contains(0)) or (base.contains(0) and not base.is_zero()):
        raise Undefined("a root")
    return base**exponent


def _real(t: Any) -> Any:
    if not t.is_finite():
        raise Undefined("no real value")
    return t


def _gamma(m: int, t: Any) -> Any:
    """psi^(m) as a Taylor coefficient of the logarithm of the gamma function."""
    if not t > 0:
        raise Undefined("left of 0")
    series = flint.arb_series([t, 1], m + 2).lgamma()
    return _real(series[m + 1] * math.factorial(m + 1))


def _log(t: Any) -> Any:
    if not t > 0:
        raise Undefined("a logarithm")
    return t.log()


_OPERATIONS: dict[str, Callable[..., Any]] = {
    "add": _fold(lambda a, b: a + b),
    "mul": _fold(lambda a, b: a * b),
    "max": _fold(lambda a, b: a.max(b)),
    "pow": _power,
    "le": lambda a, b: _certain(a <= b, a > b),
    "lt": lambda a, b: _certain(a < b, a >= b),
    "eq": lambda a, b: _certain(a == b, a != b),
    "not": lambda a: not a,
    "and": lambda *a: all(a),
    "or": lambda *a: any(a),
    "exp": lambda t: t.exp(),
    "log": _log,
    "abs": abs,
    "sin": lambda t: t.sin(),
    "cos": lambda t: t.cos(),
    "atan": lambda t: t.atan(),
    "asinh": lambda t: t.asinh(),
    "sinh": lambda t: t.sinh(),
    "cosh": lambda t: t.cosh(),
    "tanh": lambda t: t.tanh(),
    "sigmoid": lambda t: 1 / (1 + (-t).exp()),
    "softplus": lambda t: (1 + t.exp()).log(),
    "erf": lambda t: t.erf(),
    "erfc": lambda t: 1 - t.erf(),
    "asin": lambda t: _real(2 * (t / (1 + (1 - t * t).sqrt())).atan()),
    "lambertw": lambda t: _real(t.lambertw()),
    "loggamma": lambda t: _real(t.lgamma()) if t > 0 else _real(flint.arb.nan()),
    "gamma": lambda t: _real(t.gamma()) if t > 0 else _real(flint.arb.nan()),
    "digamma": lambda t: _real(t.digamma()) if t > 0 else _real(flint.arb.nan()),
    "trigamma": lambda t: _gamma(1, t),
    "tetragamma": lambda t: _gamma(2, t),
    "pentagamma": lambda t: _gamma(3, t),
    "hexagamma": lambda t: _gamma(4, t),
    "heptagamma": lambda t: _gamma(5, t),
    "octagamma": lambda t: _gamma(6, t),
}
FUNCTIONS = sorted({"exp", "log", "abs", *_OPERATIONS} & {*TABLE})
SMOOTH = [f for f in FUNCTIONS if f not in ("abs", "octagamma")]
EXPONENTS = [Fraction(a) for a in (-2, -1, 0, 2, 3)] + [Fraction(1, 2), Fraction(-1, 2), Fraction(3, 2), Fraction(1, 3)]

_k = entry("par", "k")
_wk, _yk = entry("var", "w", [_k]), entry("par", "y", [_k])
_numbers = st.sampled_from([Fraction(k, j) for k in (-3, -2, -1, 0, 1, 2, 5) for j in (1, 2)]).map(const)


def expressions(functions: list[str] = FUNCTIONS, kinks: bool = True, leaves: int = 7) -> st.SearchStrategy[Expression]:
    """Closed expressions over the names above; with `kinks` also max, Max and guards on variables."""
    indexed = st.sampled_from([w0, y0, x, z, p, bound(0), w0 * y0, w0 - y0])
    bodies = st.recursive(indexed, lambda inner: _grown(inner, functions, kinks), max_leaves=4)
    binders = ["Sum", "Max"] if kinks else ["Sum"]
    basic = st.one_of(
        st.sampled_from([x, x, z, p, q, r, _wk, _yk, _k, n, Expression("pi")]),
        _numbers,
        st.tuples(st.sampled_from(binders), bodies).map(lambda b: over(b[0], n, b[1])),
    )
    return st.recursive(basic, lambda inner: _grown(inner, functions, kinks), max_leaves=leaves)


def _grown(inner: st.SearchStrategy[Expression], functions: list[str], kinks: bool) -> st.SearchStrategy[Expression]:
    several = st.lists(inner, min_size=2, max_size=3)
    ways = [
        several.map(lambda a: add(*a)),
        several.map(lambda a: mul(*a)),
        st.tuples(inner, st.sampled_from(EXPONENTS)).map(_raised),
        st.tuples(st.sampled_from(functions), inner).map(lambda f: apply(*f)),
    ]
    if kinks:
        guards = st.tuples(st.sampled_from(["le", "lt", "eq"]), inner, inner).map(lambda c: apply(*c))
        ways += [
            several.map(lambda a: maximum(*a)),
            st.tuples(guards, inner, inner).map(lambda a: apply("where", *a)),
        ]
    return st.one_of(*ways)


def _raised(pair: tuple[Expression, Fraction]) -> Expression:
    base, exponent = pair
    return base if base.op == "const" else power(base, exponent)
