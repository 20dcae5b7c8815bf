"""Random programs: text that the reader takes, and values of their own, computed in balls and apart from the package.

A program is a random composition over scalars, or over arrays of symbolic sizes, with parameters, assumptions
and a domain. `Program.value` follows the tree that the text was printed from; it shares no code with the package.
"""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import reduce
from typing import Any

import flint
import numpy as np

ZERO = Fraction(0)
Point = Mapping[str, Any]  # arrays of fractions by name
Value = Callable[[Mapping[str, Any]], Any]


class NotReal(Exception):
    """The function surely has no real value at a point."""


@dataclass(frozen=True)
class Term:
    """A piece of a program: its text, and its value at arrays of balls."""

    text: str
    value: Value


@dataclass(frozen=True)
class Program:
    """A program with everything that `convexcheck.prove` needs, and a sampler of admissible points."""

    term: Term
    wrt: dict[str, str]
    parameters: dict[str, str]
    domain: tuple[str, ...]
    given: tuple[str, ...]
    ranges: dict[str, tuple[Fraction | None, Fraction | None, bool]] = field(default_factory=dict)

    @property
    def options(self) -> dict[str, Any]:
        return {"wrt": self.wrt, "parameters": self.parameters, "domain": list(self.domain), "given": list(self.given)}

    def sample(
        self, rng: random.Random, names: Mapping[str, str], sizes: Mapping[str, int], scale: int
    ) -> dict[str, Any]:
        """Random fractions for the arrays `names`, inside their ranges."""
        return {name: self._array(rng, name, shape, sizes, scale) for name, shape in names.items()}

    def _array(self, rng: random.Random, name: str, shape: str, sizes: Mapping[str, int], scale: int) -> Any:
        dims = tuple(sizes[s] for s in shape.split())
        out = np.empty(dims, dtype=object)
        for place in np.ndindex(*dims):
            out[place] = self._number(rng, name, scale)
        return out if dims else out.item()

    def _number(self, rng: random.Random, name: str, scale: int) -> Fraction:
        low, high, is_open = self.ranges.get(name, (None, None, False))
        q = Fraction(rng.randint(-8 * scale, 8 * scale), rng.choice((1, 2, 3, 8)))
        if rng.random() < 0.2:
            q = Fraction(rng.choice((0, 0, 1, -1)))
        if low is not None and high is not None:
            q = low + (high - low) * Fraction(rng.randint(is_open, 16 - is_open), 16)
        elif low is not None:
            q = low + (abs(q) or Fraction(is_open, 7))
        return q

    def value(self, point: Point, bits: int = 256) -> Any:
        """The program's value in a ball."""
        before, flint.ctx.prec = flint.ctx.prec, bits
        try:
            return self.term.value({name: balls(v) for name, v in point.items()})
        finally:
            flint.ctx.prec = before


def ball(q: Fraction) -> Any:
    return flint.arb(flint.fmpq(q.numerator, q.denominator))


def balls(value: Any) -> Any:
    return np.frompyfunc(ball, 1, 1)(value)


def _each(function: Callable[..., Any], arguments: int = 1) -> Callable[..., Any]:
    return np.frompyfunc(function, arguments, 1)


def _positive(t: Any) -> Any:
    if t <= 0:
        raise NotReal(f"{t} where a number > 0 is needed")
    return t


def _at_least_zero(t: Any) -> Any:
    if t < 0:
        raise NotReal(f"{t} where a number >= 0 is needed")
    return t


def _nonzero(t: Any) -> Any:
    if t == 0:
        raise NotReal("0 where another number is needed")
    return t


def _softplus(t: Any) -> Any:
    return (1 + t.exp()).log()


UNARY: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "exp": ("exp({})", lambda t: t.exp()),
    "softplus": ("log(1 + exp({}))", _softplus),
    "logaddexp": ("logaddexp(0, {})", _softplus),
    "sigmoid": ("1/(1 + exp(-({})))", lambda t: 1 / (1 + (-t).exp())),
    "square": ("({})**2", lambda t: t * t),
    "cube": ("({})**3", lambda t: t * t * t),
    "fourth": ("({})**4", lambda t: t * t * t * t),
    "abs": ("abs({})", abs),
    "hinge": ("max(0, 1 - ({}))", lambda t: (1 - t).max(flint.arb(0))),
    "huberlike": ("sqrt(1 + ({})**2)", lambda t: (1 + t * t).sqrt()),
    "cosh": ("cosh({})", lambda t: t.cosh()),
    "tanh": ("tanh({})", lambda t: t.tanh()),
    "negative": ("-({})", lambda t: -t),
    "gauss": ("exp(-({})**2)", lambda t: (-t * t).exp()),
    "student": ("log(1 + ({})**2)", lambda t: (1 + t * t).log()),
    "halved": ("({})/2", lambda t: t / 2),
    "shifted": ("(({}) + 1)", lambda t: t + 1),
    "xexp": ("({0})*exp({0})", lambda t: t * t.exp()),
    "relu2": ("max({}, 0)**2", lambda t: t.max(flint.arb(0)) ** 2),
    "inverse": ("1/(1 + ({})**2)", lambda t: 1 / (1 + t * t)),
    "logexp": ("log(exp({}))", lambda t: t),
    "sin": ("sin({})", lambda t: t.sin()),
}
POSITIVE: dict[str, tuple[str, Callable[[Any], Any]]] = {  # for variables that are > 0
    "log": ("log({})", lambda t: _positive(t).log()),
    "sqrt": ("sqrt({})", lambda t: _at_least_zero(t).sqrt()),
    "entropy": ("({0})*log({0})", lambda t: t * _positive(t).log()),
    "power": ("({})**1.5", lambda t: _at_least_zero(t) ** flint.arb("1.5")),
    "reciprocal": ("1/({})", lambda t: 1 / _nonzero(t)),
    "inverse square": ("({})**-2", lambda t: 1 / _nonzero(t) ** 2),
}
BINARY: dict[str, tuple[str, Callable[[Any, Any], Any]]] = {
    "add": ("({} + {})", lambda a, b: a + b),
    "sub": ("({} - {})", lambda a, b: a - b),
    "mul": ("({})*({})", lambda a, b: a * b),
    "max": ("max({}, {})", lambda a, b: a.max(b)),
    "min": ("min({}, {})", lambda a, b: a.min(b)),
    "over": ("({})/(1 + exp({}))", lambda a, b: a / (1 + b.exp())),
    "quadratic over": ("({})**2/(1 + ({})**2)", lambda a, b: a * a / (1 + b * b)),
    "lse": ("log(exp({}) + exp({}))", lambda a, b: (a.exp() + b.exp()).log()),
}


def _total(values: Any) -> Any:
    return reduce(lambda a, b: a + b, list(values))


def _largest(values: Any) -> Any:
    return reduce(lambda a, b: a.max(b), list(values))


REDUCTIONS: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "sum": ("sum({})", _total),
    "mean": ("mean({})", lambda v: _total(v) / len(v)),
    "max": ("max({})", _largest),
    "logsumexp": ("logsumexp({})", lambda v: _total([t.exp() for t in v]).log()),
    "norm2": ("sum(({})**2)", lambda v: _total([t * t for t in v])),
    "root": ("sqrt(1 + sum(({})**2))", lambda v: (1 + _total([t * t for t in v])).sqrt()),
}


def _apply(row: tuple[str, Callable[..., Any]], *arguments: Term) -> Term:
    template, function = row
    cells = _each(function, len(arguments))
    return Term(template.format(*(a.text for a in arguments)), lambda env: cells(*(a.value(env) for a in arguments)))


def _name(name: str) -> Term:
    return Term(name, lambda env: env[name])


def _reduced(row: tuple[str, Callable[..., Any]], v: Term) -> Term:
    return Term(row[0].format(v.text), lambda env: row[1](v.value(env)))


def _pick(rng: random.Random, table: Mapping[str, Any]) -> Any:
    return table[rng.choice(sorted(table))]


def _constant(rng: random.Random) -> Term:
    q = Fraction(rng.choice((-3, -1, 1, 2, 5)), rng.choice((1, 2)))
    return Term(f"({q})", lambda env: ball(q))


def _scalar(rng: random.Random, leaves: Sequence[Term], positive: Sequence[Term], depth: int) -> Term:
    if depth == 0 or rng.random() < 0.1:
        return _constant(rng) if rng.random() < 0.15 else rng.choice(leaves)
    if positive and rng.random() < 0.2:
        return _apply(_pick(rng, POSITIVE), rng.choice(positive))
    if rng.random() < 0.08:  # where this is real is for the prover to see
        return _apply(_pick(rng, POSITIVE), _scalar(rng, leaves, positive, depth - 1))
    if rng.random() < 0.5:
        return _apply(_pick(rng, UNARY), _scalar(rng, leaves, positive, depth - 1))
    pair = (_scalar(rng, leaves, positive, depth - 1) for _ in range(2))
    return _apply(_pick(rng, BINARY), *pair)


def scalar_program(rng: random.Random) -> Program:
    """A random function of x and y with parameters p >= 0 and q in [0, 1], on one of several domains."""
    names, parameters = ["x", "y"][: rng.choice((1, 1, 2))], ["p", "q"][: rng.choice((0, 1, 2))]
    kind = rng.choice(("all", "all", "positive", "nonnegative", "box"))
    domain = {
        "all": [],
        "positive": [f"{v} > 0" for v in names],
        "nonnegative": [f"{v} >= 0" for v in names],
        "box": [c for v in names for c in (f"{v} >= -1", f"{v} <= 2")],
    }[kind]
    span: Any = {
        "all": (None, None, False),
        "positive": (ZERO, None, True),
        "nonnegative": (ZERO, None, False),
        "box": (Fraction(-1), Fraction(2), False),
    }[kind]
    leaves = [_name(v) for v in names]
    both = [*leaves, *leaves, *(_name(v) for v in parameters)]
    term = _scalar(rng, both, leaves if kind == "positive" else [], rng.randint(1, 4))
    weight = _name(rng.choice(parameters)) if parameters else None
    if weight and rng.random() < 0.7:
        term = _apply(BINARY["mul"], weight, term)
    for v in [v for v in names + parameters if v not in _words(term.text)]:  # everything that is declared occurs
        term = _apply(BINARY["add"], term, _name(v))
    given = [c for v in parameters for c in ([f"{v} >= 0"] if v == "p" else [f"{v} >= 0", f"{v} <= 1"])]
    ranges: Any = dict.fromkeys(names, span) | {"p": (ZERO, None, False), "q": (Fraction(0), Fraction(1), False)}
    return Program(term, dict.fromkeys(names, ""), dict.fromkeys(parameters, ""), tuple(domain), tuple(given), ranges)


def _words(text: str) -> set[str]:
    return set("".join(c if c.isalnum() else " " for c in text).split())


def _matrix_times(a: Any, b: Any) -> Any:
    return np.array([_total(row * b) for row in a], dtype=object)


def _vector(rng: random.Random, leaves: Sequence[Term], positive: Sequence[Term], depth: int) -> Term:
    if depth == 0 or rng.random() < 0.1:
        return rng.choice(leaves)
    if positive and rng.random() < 0.2:
        return _apply(_pick(rng, POSITIVE), rng.choice(positive))
    if rng.random() < 0.05:
        return _apply(_pick(rng, POSITIVE), _vector(rng, leaves, positive, depth - 1))
    if rng.random() < 0.6:
        return _apply(_pick(rng, UNARY), _vector(rng, leaves, positive, depth - 1))
    return _apply(_pick(rng, BINARY), *(_vector(rng, leaves, positive, depth - 1) for _ in range(2)))


def array_program(rng: random.Random) -> Program:
    """A random function of w (length d) with data X (n x d), y (n, in [0, 1]) and c (n, >= 0) for all sizes."""
    data = {"X": "n d", "y": "n", "c": "n", "s": ""}
    margins = Term("(X @ w)", lambda env: _matrix_times(env["X"], env["w"]))
    w, y, c, s = map(_name, "wycs")
    leaves = [margins, margins, margins, _apply(BINARY["sub"], margins, y), _apply(BINARY["mul"], y, margins), c]
    positive = rng.random() < 0.3
    direct = rng.random() < 0.35
    if direct:
        leaves, parts = [w], [w] if positive else []
    else:
        parts = []
    body = _vector(rng, leaves, parts, rng.randint(1, 3))
    if not direct and rng.random() < 0.4:
        body = _apply(BINARY["mul"], c, body)
    term = _reduced(_pick(rng, REDUCTIONS), body)
    for _ in range(rng.choice((0, 0, 1))):
        term = _apply(_pick(rng, UNARY), term)
    if rng.random() < 0.4:
        other = _reduced(_pick(rng, REDUCTIONS), _vector(rng, leaves, parts, rng.randint(0, 2)))
        term = _apply(_pick(rng, BINARY), term, other)
    if rng.random() < 0.3:
        term = _apply(BINARY["add"], term, _apply(BINARY["mul"], s, _reduced(REDUCTIONS["norm2"], w)))
    if "w" not in _words(term.text):
        term = _apply(BINARY["add"], term, _reduced(REDUCTIONS["sum"], w))
    parameters = {v: shape for v, shape in data.items() if v in _words(term.text)}
    given = [c for v in parameters for c in {"y": ["y >= 0", "y <= 1"], "c": ["c >= 0"], "s": ["s >= 0"]}.get(v, [])]
    ranges: Any = {
        "y": (Fraction(0), Fraction(1), False),
        "c": (ZERO, None, False),
        "s": (ZERO, None, False),
    }
    if positive:
        ranges["w"] = (ZERO, None, True)
    return Program(term, {"w": "d"}, parameters, ("w > 0",) if positive else (), tuple(given), ranges)


def program(seed: int) -> Program:
    """The program with this number."""
    rng = random.Random(seed)
    return array_program(rng) if seed % 2 else scalar_program(rng)
