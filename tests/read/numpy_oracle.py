"""The same text evaluated twice: by the statement that was read, in balls, and by NumPy, in float64."""

import math
import random
from fractions import Fraction

import flint
import mpmath
import numpy as np

from convexcheck.expression.evaluate import evaluate
from convexcheck.expression.functions import GAMMAS
from convexcheck.read.text import read_text


def _extreme(elementwise, reduction):
    def function(*args, **options):
        if len(args) > 1:
            return elementwise(*args) if len(args) == 2 else elementwise(args[0], function(*args[1:]))
        return reduction(*args, **options)

    return function


def _norm(x, axis=None, keepdims=False):
    return np.sqrt(np.sum(np.square(x), axis=axis, keepdims=keepdims))


def _norm1(x, axis=None, keepdims=False):
    return np.sum(np.abs(x), axis=axis, keepdims=keepdims)


def _logsumexp(x, axis=None, keepdims=False):
    top = np.max(x, axis=axis, keepdims=True)
    inner = np.log(np.sum(np.exp(x - top), axis=axis, keepdims=True)) + top
    return inner if keepdims else np.squeeze(inner, axis=axis)


def _mpmath(name):
    return np.vectorize(lambda t: float(mpmath.re(getattr(mpmath, name)(t))))


def _polygamma(m):
    return np.vectorize(lambda t: float(mpmath.polygamma(m, t)))


def _spectral(x, function):
    values, vectors = np.linalg.eigh(x)
    return (vectors * function(values)) @ vectors.T


SAME = ("exp", "log", "log1p", "expm1", "sqrt", "abs", "sin", "cos", "tan", "sinh", "cosh", "tanh",
        "sum", "mean", "prod", "dot", "trace", "logaddexp", "where")  # fmt: skip
NUMPY = {
    **{name: getattr(np, name) for name in SAME},
    "atan": np.arctan,
    "asinh": np.arcsinh,
    "max": _extreme(np.maximum, np.max),
    "min": _extreme(np.minimum, np.min),
    "asin": np.arcsin,
    "acos": np.arccos,
    "atanh": np.arctanh,
    "acosh": np.arccosh,
    **{name: _mpmath(name) for name in ("erf", "erfc", "loggamma", "gamma", "digamma", "lambertw")},
    **{name: _polygamma(m) for m, name in enumerate(GAMMAS) if m},
    "normcdf": lambda x: 0.5 * np.vectorize(math.erfc)(-np.asarray(x) / math.sqrt(2)),
    "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
    "softplus": lambda x: np.log1p(np.exp(x)),
    "logsumexp": _logsumexp,
    "norm": _norm,
    "norm1": _norm1,
    "det": np.linalg.det,
    "logdet": lambda x: np.linalg.slogdet(x)[1],
    "inv": np.linalg.inv,
    "logm": lambda x: _spectral(x, np.log),
    "trace_xlogx": lambda x: np.trace(_spectral(x, lambda t: t * np.log(t))),
    "eigmax": lambda x: np.linalg.eigvalsh(x).max(),
    "eigmin": lambda x: np.linalg.eigvalsh(x).min(),
    "norm_nuclear": lambda x: np.linalg.norm(x, "nuc"),
    "norm_spectral": lambda x: np.linalg.norm(x, 2),
    "pi": math.pi,
    "e": math.e,
}


def values(declarations, sizes, seed, positive=False, integer=()):
    """Random exact data of the declared shapes: eighths, or integers below the least size."""
    rng = random.Random(seed)
    exact, floats = {}, {}
    for (op, name), shape in declarations.items():
        lengths = [sizes[s] if s in sizes else int(s) for s in shape.split()]
        array = np.empty(lengths, dtype=object)
        for position in np.ndindex(*lengths):
            eighths = Fraction(rng.randrange(1 if positive else -16, 17), 8)
            array[position] = Fraction(rng.randrange(min(sizes.values()))) if name in integer else eighths
        exact[op, name] = np.vectorize(lambda v: flint.fmpq(v.numerator, v.denominator), otypes=[object])(array)
        floats[name] = array.astype(int if name in integer else float)
        if not lengths:
            floats[name] = floats[name].item()
    return exact, floats


def agree(text, wrt, parameters=None, *, positive=False, integer=(), oracle=None, given=(), seeds=3, least=1):
    """Assert that the statement's value is NumPy's, at random sizes and data."""
    statement = read_text(text, wrt, parameters, given=given)
    declared = {("var", n): s for n, s in wrt.items()} | {("par", n): s for n, s in (parameters or {}).items()}
    assert {n for n, d in statement.parameters.items() if d.integer} == set(integer)
    for seed in range(seeds):
        rng = random.Random(1000 + seed)
        sizes = {n: max(least, statement.sizes[n], rng.randrange(1, 5)) for n in statement.sizes}
        exact, floats = values(declared, sizes or {"": 1}, seed, positive, integer)
        found = flint.arb(evaluate(statement.function, exact, sizes))
        names = {**NUMPY, **sizes, **floats, "np": np}
        expected = eval(oracle or text, {"__builtins__": {}}, names)  # noqa: S307  # a fixed list of texts
        assert np.ndim(expected) == 0
        assert math.isclose(float(found.mid()), expected, rel_tol=1e-9, abs_tol=1e-9), (text, sizes, found, expected)
