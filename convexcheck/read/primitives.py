"""JAX primitives that act entry by entry: one row each (untrusted).

A row maps the scalar expressions of the arguments to the scalar expression of the result. What a primitive
computes is stated over the reals: rounding is not part of the statement.
Source: the operation semantics of StableHLO, which JAX's primitives follow.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction

from convexcheck.expression.errors import Unsupported
from convexcheck.expression.functions import exp, log, sigmoid
from convexcheck.expression.term import Expression, add, apply, const, maximum, power
from convexcheck.read import special
from convexcheck.read.infinity import FINITE, extended
from convexcheck.read.logic import TRUE, both, compare, either, folded, negation, number, stable
from convexcheck.read.tensor import minimum

Rule = Callable[..., Expression]


def _named(name: str) -> Rule:
    return lambda t: apply(name, t)


def logistic(t: Expression) -> Expression:
    """``1 / (1 + exp(-t))``."""
    return sigmoid(t)


NUMBERS: dict[str, Rule] = {
    "add": lambda a, b: stable(add(a, b)),
    "add_any": lambda a, b: stable(add(a, b)),
    "sub": lambda a, b: stable(a - b),
    "mul": lambda a, b: a * b,
    "div": lambda a, b: a / b,
    "neg": lambda a: -a,
    "max": maximum,
    "min": minimum,
    "abs": _named("abs"),
    "exp": exp,
    "exp2": lambda t: exp(t * log(const(2))),
    "expm1": lambda t: exp(t) - 1,
    "log": log,
    "log1p": lambda t: log(1 + t),
    "sqrt": lambda t: power(t, Fraction(1, 2)),
    "rsqrt": lambda t: power(t, Fraction(-1, 2)),
    "square": lambda t: power(t, 2),
    "pow": power,
    "sin": _named("sin"),
    "cos": _named("cos"),
    "atan": _named("atan"),
    "sinh": _named("sinh"),
    "cosh": _named("cosh"),
    "tanh": _named("tanh"),
    "asinh": _named("asinh"),
    "erf": _named("erf"),
    "erfc": _named("erfc"),
    "asin": _named("asin"),
    "lgamma": _named("loggamma"),
    "digamma": _named("digamma"),
    "polygamma": special.polygamma,
    **{name: special.UNARY[name] for name in ("tan", "acos", "atanh", "acosh")},
    logistic.__name__: logistic,
    "stop_gradient": lambda t: t,  # the value is the same, and convexity speaks of values
    "copy": lambda t: t,
    "copy_p": lambda t: t,
    "lt": lambda a, b: compare("lt", a, b),
    "le": lambda a, b: compare("le", a, b),
    "gt": lambda a, b: compare("lt", b, a),
    "ge": lambda a, b: compare("le", b, a),
    "eq": lambda a, b: compare("eq", a, b),
    "ne": lambda a, b: negation(compare("eq", a, b)),
}
TRUTHS: dict[str, Rule] = {  # between conditions
    "and": both,
    "or": either,
    "not": negation,
    "eq": lambda a, b: either(both(a, b), both(negation(a), negation(b))),
    "ne": lambda a, b: either(both(a, negation(b)), both(negation(a), b)),
    "xor": lambda a, b: either(both(a, negation(b)), both(negation(a), b)),
    "stop_gradient": lambda t: t,
    "copy": lambda t: t,
    "copy_p": lambda t: t,
}
INTEGERS = frozenset({"add", "sub", "mul", "neg", "max", "min", "abs", "square", "stop_gradient", "copy", "copy_p"})
COMPARISONS = frozenset({"lt", "le", "gt", "ge", "eq", "ne"})


def known(name: str) -> bool:
    """Whether `pointwise` knows the primitive."""
    return name in NUMBERS or name in TRUTHS or name == "is_finite"


def pointwise(name: str, kinds: str, bodies: Sequence[Expression], assume: Callable[[str], None]) -> Expression:
    """The entry of the result of primitive `name`, which must be known.

    Args:
        name: the primitive.
        kinds: for each argument ``f``, ``i`` or ``b``: a real, an integer or a condition.
        bodies: the entries of the arguments.
        assume: called with an assumption that the result rests on.

    Raises:
        Unsupported: integer arithmetic that the language does not have.
    """
    if name == "is_finite":
        truth = extended(name, lambda t: TRUE, bodies)
        assume(FINITE)
        return truth
    if kinds[0] == "b" and name in TRUTHS:
        return TRUTHS[name](*bodies)
    if name not in NUMBERS or (kinds[0] == "i" and name not in INTEGERS | COMPARISONS):
        quotient = _quotient(*bodies) if name == "div" else None
        if quotient is None:
            raise Unsupported("read.jaxpr", f"{name} on integers {', '.join(map(str, bodies))}", "real arithmetic")
        return quotient
    if name in ("eq", "ne") and bodies[0] is bodies[1] and kinds[0] == "f":
        assume(FINITE)  # the guard x != x asks whether x is NaN
    value = extended(name, NUMBERS[name], [number(b) if k == "b" else b for k, b in zip(kinds, bodies, strict=True)])
    return folded(value) if kinds[0] == "i" else value


def _quotient(a: Expression, b: Expression) -> Expression | None:
    """Integer division of constants, rounding towards zero; None where an argument is not constant."""
    if a.op != "const" or b.op != "const" or not b.data:
        return None
    return const(abs(a.data) // abs(b.data) * (1 if (a.data < 0) == (b.data < 0) else -1))
