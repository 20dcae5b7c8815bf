"""The elementary functions of the language, one row each, and derivatives by the chain rule (trusted).

A row states where the function is defined, its range, its monotonicity, its derivative and, where one
exists, its definition by other rows. Curvature is *not* a column: the kernel derives it from the
derivatives. ``sqrt``, ``log1p``, ``min`` and the like are read as combinations of these rows.
Source: NIST Handbook of Mathematical Functions (DLMF), chapters 4, 5 and 7; on t > 0 for the gamma functions.

``D f [v]`` replaces every entry of a variable by the entry of its direction. The result is linear in the direction;
applied twice it is the quadratic form of the Hessian.
"""

from collections.abc import Callable
from fractions import Fraction
from functools import cache
from math import factorial, inf
from typing import Any, NamedTuple

import flint

from convexcheck.expression import term
from convexcheck.expression.errors import ConvexcheckError, Record
from convexcheck.expression.matrices import slope
from convexcheck.expression.term import ENTRIES, MATRICES, ONE, PI, ZERO, Expression, add, apply, mul, power, rebuild

Number = Fraction | float  # float only for -inf and inf


class Interval(NamedTuple):
    """The reals from `lo` to `hi`; an end is excluded where its flag is set (infinite ends always are)."""

    lo: Number = -inf
    hi: Number = inf
    lo_open: bool = False
    hi_open: bool = False

    @property
    def positive(self) -> bool:
        """Whether every member is > 0."""
        return self.lo > 0 or (self.lo == 0 and self.lo_open)

    def obeys(self, relation: str) -> bool:
        """Whether every member is > 0 (gt), >= 0 (ge) or != 0 (ne)."""
        negative = self.hi < 0 or (self.hi == 0 and self.hi_open)
        return self.positive or (relation == "ge" and self.lo >= 0) or (relation == "ne" and negative)


REALS, NONNEGATIVE, POSITIVE = Interval(), Interval(Fraction(0)), Interval(Fraction(0), inf, True)


class Function(Record):
    """One row: `range`; `monotone` is 1 where it increases on its domain, -1 where it decreases; `value` at `at`.

    `parity` is 1 for an even function, -1 for an odd one, 0 for others and where a definition says it;
    `derivative` maps the argument to the derivative there (None: not differentiable everywhere, or not in the
    table); `definition` rewrites into other rows; `ball` evaluates in ``flint.arb``. With a `domain` (relation,
    map), the argument's image under the map must obey the relation (as `bounds.Obligation` names them); where
    it obeys strictly, the function is smooth.
    """

    derivative: Callable[[Expression], Expression] | None
    ball: Callable[[Any], Any]
    range: Interval = REALS
    monotone: int = 1
    value: Fraction = Fraction(0)
    definition: Callable[[Expression], Expression] | None = None
    domain: tuple[str, Callable[[Expression], Expression]] | None = None
    at: Fraction | None = Fraction(0)
    parity: int = 0


def _named(op: str) -> Callable[[Expression], Expression]:
    return lambda t: apply(op, t)


def _polygamma(m: int) -> Function:
    """psi^(m)(t) = (-1)^(m+1) m! zeta(m+1, t) on t > 0, the sum of terms of one sign, each monotone (DLMF 5.15.1)."""
    sign = 1 if m % 2 else -1
    following = _named(GAMMAS[m + 1]) if m + 1 < len(GAMMAS) else None
    known = Interval(Fraction(0), inf, True) if sign > 0 else Interval(-inf, Fraction(0), False, True)
    return Function(following, lambda t: sign * factorial(m) * flint.arb(m + 1).zeta(t), known, -sign,
                    domain=("enough", lambda t: t), at=None)  # fmt: skip


GAMMAS = ("digamma", "trigamma", "tetragamma", "pentagamma", "hexagamma", "heptagamma", "octagamma")
exp, log, sigmoid = _named("exp"), _named("log"), _named("sigmoid")  # sigmoid(t) = 1/(1 + exp(-t))
_1, _half, _identity = Fraction(1), Fraction(1, 2), lambda t: t
_ball, _unit = Interval(-_1, _1, True, True), Interval(Fraction(0), _1, True, True)
_right = Interval(Fraction(-355, 226), Fraction(355, 226), True, True)  # pi < 355/113
FUNCTIONS: dict[str, Function] = {
    "exp": Function(exp, flint.arb.exp, POSITIVE, value=_1),
    "log": Function(lambda t: power(t, -1), flint.arb.log, domain=("gt", _identity), at=_1),
    "abs": Function(None, abs, NONNEGATIVE, 0),
    "sin": Function(_named("cos"), flint.arb.sin, Interval(-_1, _1), 0, parity=-1),
    "cos": Function(lambda t: -apply("sin", t), flint.arb.cos, Interval(-_1, _1), 0, _1, parity=1),
    "asin": Function(lambda t: power(1 - t**2, -_half), flint.arb.asin, _right, domain=("ge", lambda t: 1 - t**2),
                     parity=-1),
    "atan": Function(lambda t: 1 / (1 + t**2), flint.arb.atan, _right, parity=-1),
    "asinh": Function(lambda t: power(1 + t**2, -_half), flint.arb.asinh, parity=-1),
    "sinh": Function(_named("cosh"), flint.arb.sinh, definition=lambda t: (exp(t) - exp(-t)) / 2),
    "cosh": Function(_named("sinh"), flint.arb.cosh, Interval(_1), 0, _1, lambda t: (exp(t) + exp(-t)) / 2),
    "tanh": Function(lambda t: power(apply("cosh", t), -2), flint.arb.tanh, _ball,
                     definition=lambda t: (exp(2 * t) - 1) / (exp(2 * t) + 1)),
    "sigmoid": Function(lambda t: sigmoid(t) * sigmoid(-t), lambda t: 1 / (1 + (-t).exp()), _unit, value=_half,
                        definition=lambda t: 1 / (1 + exp(-t))),
    "softplus": Function(sigmoid, lambda t: (1 + t.exp()).log(), POSITIVE, at=None,
                         definition=lambda t: log(1 + exp(t))),
    "erf": Function(lambda t: mul(2, power(PI, -_half), exp(-(t**2))), flint.arb.erf, _ball, parity=-1),
    "erfc": Function(lambda t: mul(-2, power(PI, -_half), exp(-(t**2))), flint.arb.erfc,
                     Interval(Fraction(0), Fraction(2), True, True), -1, _1, lambda t: 1 - apply("erf", t)),
    "loggamma": Function(_named("digamma"), flint.arb.lgamma, Interval(Fraction(-1, 8)), 0,  # least -0.12149
                         domain=("enough", _identity), at=_1),
    "gamma": Function(lambda t: apply("gamma", t) * apply("digamma", t), flint.arb.gamma, Interval(Fraction(22, 25)), 0,
                      _1, lambda t: exp(apply("loggamma", t)), ("enough", _identity), _1),
    "digamma": Function(_named("trigamma"), flint.arb.digamma, domain=("enough", _identity), at=None),
    **{name: _polygamma(m) for m, name in enumerate(GAMMAS) if m},
    "lambertw": Function(lambda t: exp(-apply("lambertw", t)) / (1 + apply("lambertw", t)), flint.arb.lambertw,
                         Interval(-_1), domain=("ge", lambda t: 1 + exp(ONE) * t)),
}  # fmt: skip


def define(node: Expression) -> Expression:
    """Rewrite the top node by its row's definition, where there is one; ``abs`` stays.

    >>> from convexcheck.expression.term import entry
    >>> define(apply("softplus", entry("var", "x")))
    log(1 + exp(x))
    """
    row = FUNCTIONS.get(node.op)
    return row.definition(node.args[0]) if row and row.definition else node


def derivative(node: Expression) -> Expression:
    """``D node [v]``: the derivative in the variables along the direction v.

    Args:
        node: an expression; directions that already occur are constants.

    Returns:
        An expression linear in the new entries of kind ``dir``.

    Raises:
        ConvexcheckError: where `node` may fail to be differentiable: ``abs``, ``max``, ``Max`` of variables, a
            condition or an index on variables. (A square root at 0 is the caller's to exclude.)

    >>> from convexcheck.expression.term import entry
    >>> derivative(entry("var", "x") ** 2)
    2*x*d_x
    """

    @cache
    def visit(e: Expression) -> Expression:
        args, row = e.args, FUNCTIONS.get(e.op)
        if not e.has("var"):
            return ZERO
        if e.op in ENTRIES and not any(a.has("var") for a in args):
            return Expression("dir", args, e.data)
        if e.op == "add":
            return add(*map(visit, args))
        if e.op == "mul":
            parts = [(i, visit(a)) for i, a in enumerate(args)]
            return add(*(mul(*args[:i], d, *args[i + 1 :]) for i, d in parts if d is not ZERO))
        if e.op == "pow":
            base, exponent = args
            outer = mul(exponent, power(base, exponent - 1), visit(base)) if base.has("var") else ZERO
            return add(outer, mul(e, log(base), visit(exponent))) if exponent.has("var") else outer
        if e.op in ("Sum", "where") and not args[0].has("var"):
            return rebuild(e, [args[0], *map(visit, args[1:])])
        inner = slope(e, visit) if e.op in MATRICES else None
        if inner is not None:
            return inner
        if row and row.derivative:
            return mul(row.derivative(args[0]), visit(args[0]))
        raise ConvexcheckError("derivative", f"{e} may have a kink", "a smooth expression", "a rule for kinks")

    return visit(node)


def steepness(node: Expression, variable: Expression) -> Expression:
    """The derivative in a variable's entry, where no other entry of this variable moves `node`."""
    return term.substitute(derivative(node), {("dir", variable.data): ONE})


def hessian_form(node: Expression) -> Expression:
    """The quadratic form ``D2 node [v, v]`` of the Hessian, not simplified.

    >>> from convexcheck.expression.term import entry
    >>> hessian_form(entry("var", "x") ** 2)
    2*d_x**2
    """
    return derivative(derivative(node))
