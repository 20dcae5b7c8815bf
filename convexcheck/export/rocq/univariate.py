"""Sign rules for a value that depends on one entry or one generator, as tactics (untrusted; coqc judges).

A polynomial without a root in a range is shown to have its sign by its Bernstein coefficients on pieces of the range,
and by its coefficients from some point on: sums of products of values >= 0, which need no decision procedure.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import comb, lcm
from typing import TYPE_CHECKING

import flint

from convexcheck.export.rocq.interval import Steps
from convexcheck.export.rocq.notation import NoScript, number
from convexcheck.expression.functions import Interval
from convexcheck.expression.normal import content, expression, polynomial
from convexcheck.expression.term import Expression, add, const, mul, power

if TYPE_CHECKING:
    from convexcheck.export.rocq.signs import Signs

Coefficients = Sequence[Fraction]
MOST_PIECES, MOST_DEGREE = 24, 24


def roots(signs: Signs, e: Expression, strict: bool) -> str:
    """The value is a positive factor times powers of polynomials in one generator, each with a sign of its own."""
    context, place = signs.context, signs.place
    scale, common, rest = content(polynomial(e, context), context, positive=True)
    (g,) = {g for m in rest for g, _ in m}
    powers = {dict(m).get(g, Fraction(0)): c for m, c in rest.items()}
    q = lcm(*(k.denominator for k in powers))
    u = power(g, Fraction(1, q))
    terms = [powers.get(Fraction(k, q), Fraction(0)) for k in range(int(max(powers) * q) + 1)]
    if len(terms) > MOST_DEGREE + 1:
        raise NoScript(f"a polynomial of a degree above {MOST_DEGREE} has no mapping")
    constant, found = flint.fmpq_poly([flint.fmpq(c.numerator, c.denominator) for c in terms]).factor()
    factors = [([Fraction(int(c.p), int(c.q)) for c in f.coeffs()], int(k)) for f, k in found]
    steps, i = Steps(place, context, signs.names), context.bounds(u)
    name, facts, sign = place.show(u), [], 1 if constant > 0 else -1
    for end, relation in ((i.lo, ">" if i.lo_open else ">="), (i.hi, "<" if i.hi_open else "<=")):
        if not isinstance(end, float):
            facts.append(steps.have(u, relation, end))
    outer = mul(scale, expression({common: Fraction(1)}))
    facts.append(steps.have(outer, ">", 0))
    bodies, shown = [], []
    for number_, (coefficients, k) in enumerate(factors):
        text = printed(coefficients, name)
        bodies.append(power(add(*(mul(c, power(u, n)) for n, c in enumerate(coefficients))), k))
        shown.append(f"{text} ^ {k}" if k > 1 else text)
        if k % 2 == 0 and not strict:
            facts.append(f"assert (E{number_} : 0 <= {text} ^ {k}) by apply (even_ge0 _ {k // 2}).")
            continue
        s, proof = signed(coefficients, name, i, strict)
        sign *= s if k % 2 else 1
        relation = "<" if strict else "<="
        left, right = ("0", text) if s > 0 else (text, "0")
        facts.append(f"assert (E{number_}_ : {left} {relation} {right}) by ({proof}).")
        facts.append(_powered(number_, text, k, s, strict))
    if sign < 0:
        raise NoScript("the factors of a polynomial do not have its sign")
    size = number(abs(Fraction(int(constant.p), int(constant.q))))
    product = f"({place.show(outer)} * {size})"
    signs_of = "mul_pp_lt" if strict else "mul_pp"
    flipped = const(Fraction(int(constant.p), int(constant.q)))
    # the factor's own sign goes to the constant: an even number of factors is negative
    proof = f"assert (C0 : 0 {'<' if strict else '<='} {product}) by (apply {signs_of}; lra)."
    if constant < 0:
        product = f"(- {product})"
        proof += f" assert (C1 : {product} {'<' if strict else '<='} 0) by lra."
    whole = " * ".join([product, *shown])
    equal = signs.identity(e, mul(outer, flipped, *bodies))
    lemma = "gt0_eq" if strict else "ge0_eq"
    return "\n  ".join([f"apply ({lemma} _ ({whole})). {{ {equal} }}", *facts, proof, "product."])


def _powered(k: int, text: str, n: int, sign: int, strict: bool) -> str:
    """The sign of a power, from that of its base."""
    if n == 1:
        return f"assert (E{k} := E{k}_)."
    relation = "<" if strict else "<="
    if n % 2 == 0:
        return f"assert (E{k} : 0 < {text} ^ {n}) by (apply (even_gt0 _ {n // 2}); lra)."
    if sign > 0:
        return f"assert (E{k} : 0 {relation} {text} ^ {n}) by (apply {'pow_lt' if strict else 'pow_le'}; assumption)."
    lemma = "odd_lt0" if strict else "odd_le0"
    return f"assert (E{k} : {text} ^ {n} {relation} 0) by (apply ({lemma} _ {n // 2}); assumption)."


def printed(coefficients: Coefficients, name: str) -> str:
    """A polynomial in a named value."""
    parts = [f"{number(c)}" if not k else f"{number(c)} * {name} ^ {k}" for k, c in enumerate(coefficients) if c]
    return f"({' + '.join(parts)})"


def signed(p: Coefficients, name: str, i: Interval, strict: bool) -> tuple[int, str]:
    """The sign of a polynomial without a root inside a range, and the tactic that proves it.

    The hypotheses say that the named value is in the range. Without `strict` it may vanish at an end.
    """
    sign = 1 if _at(p, _inside(i)) > 0 else -1
    if len(p) == 2:
        return sign, "lra"
    f = [sign * c for c in p]
    pieces = _pieces(f, i)
    tactic = ""
    shown = printed(p, name)
    value = shown if sign > 0 else f"(- {shown})"
    for k, (lo, hi) in enumerate(pieces):
        margin, terms = _positive(f, lo, hi)
        text = " + ".join(_product(c, a, b, lo, hi, name) for c, a, b in terms) or "0"
        goal = f"assert (B : 0 <= {value} - {number(margin)}) by (replace ({value} - {number(margin)}) with ({text})"
        step = f"{goal} by field; bernstein); lra"
        last = k == len(pieces) - 1
        tactic += step if last else f"destruct (Rle_lt_dec {name} {number(_end(hi))}); [{step} | "
    return sign, tactic + "]" * (len(pieces) - 1)


def _end(t: Fraction | None) -> Fraction:
    if t is None:
        raise NoScript("a piece of a range without an end")
    return t


def _at(p: Coefficients, t: Fraction) -> Fraction:
    total = Fraction(0)
    for c in reversed(p):
        total = total * t + c
    return total


def _inside(i: Interval) -> Fraction:
    low, high = (None if isinstance(t, float) else t for t in (i.lo, i.hi))
    if low is not None and high is not None:
        return (low + high) / 2
    return low + 1 if low is not None else high - 1 if high is not None else Fraction(0)


def _pieces(f: Coefficients, i: Interval) -> list[tuple[Fraction | None, Fraction | None]]:
    """Parts of the range on each of which `_positive` finds a margin, from the lowest on."""
    low, high = (None if isinstance(t, float) else t for t in (i.lo, i.hi))
    if low is None and high is None:
        return [*_pieces(f, Interval(i.lo, Fraction(0))), *_pieces(f, Interval(Fraction(0), i.hi))]
    if low is None or high is None:
        end, away = (low, 1) if low is not None else (_end(high), -1)
        step = Fraction(0)
        while _margin(f, *_ray(end, away, step)) is None:
            step = 2 * step or Fraction(1)
            if step > 2**40:
                raise NoScript("a polynomial on a ray has no mapping")
        outer = _ray(end, away, step)
        low, high = sorted((end, end + away * step))
        near = _pieces(f, Interval(low, high)) if step else []
        return [*near, outer] if away > 0 else [outer, *near]
    todo, found = [(low, high)], list[tuple[Fraction | None, Fraction | None]]()
    while todo:
        lo, hi = todo.pop()
        if _margin(f, lo, hi) is not None:
            found.append((lo, hi))
        elif len(todo) + len(found) > MOST_PIECES:
            raise NoScript("a polynomial that nearly vanishes has no mapping")
        else:
            middle = (lo + hi) / 2
            todo += [(middle, hi), (lo, middle)]
    return found


def _ray(end: Fraction | None, away: int, step: Fraction) -> tuple[Fraction | None, Fraction | None]:
    start = _end(end) + away * step
    return (start, None) if away > 0 else (None, start)


def _margin(f: Coefficients, lo: Fraction | None, hi: Fraction | None) -> Fraction | None:
    """A number > 0 below the polynomial on a part of the range, if the coefficients there show one."""
    values = _bernstein(f, lo, hi)
    if lo is not None and hi is not None:
        return min(values) if min(values) > 0 else None
    return values[0] if values[0] > 0 and min(values) >= 0 else None


def _bernstein(f: Coefficients, lo: Fraction | None, hi: Fraction | None) -> list[Fraction]:
    """The Bernstein coefficients on [lo, hi]; on a ray the coefficients in the distance from its end."""
    n = len(f) - 1
    start, width = (lo, 1 if hi is None else hi - lo) if lo is not None else (_end(hi), Fraction(-1))
    shifted = [sum((f[m] * comb(m, k) * start ** (m - k) for m in range(k, n + 1)), Fraction(0)) for k in range(n + 1)]
    scaled = [c * width**k for k, c in enumerate(shifted)]
    if lo is None or hi is None:
        return scaled
    ratios = [[Fraction(comb(k, j), comb(n, j)) for j in range(k + 1)] for k in range(n + 1)]
    return [sum((r * c for r, c in zip(row, scaled, strict=False)), Fraction(0)) for row in ratios]


def _positive(
    f: Coefficients, lo: Fraction | None, hi: Fraction | None
) -> tuple[Fraction, list[tuple[Fraction, int, int]]]:
    """A margin, and the polynomial minus the margin as terms c (u - lo)**a (hi - u)**b with c >= 0."""
    n, margin = len(f) - 1, _margin(f, lo, hi)
    if margin is None:
        raise NoScript("a polynomial that nearly vanishes has no mapping")
    values = _bernstein(f, lo, hi)
    if lo is None or hi is None:
        return margin, [(c, k, 0) for k, c in enumerate(values) if k and c]
    width = (hi - lo) ** n
    return margin, [((c - margin) * comb(n, k) / width, k, n - k) for k, c in enumerate(values) if c != margin]


def _product(c: Fraction, a: int, b: int, lo: Fraction | None, hi: Fraction | None, name: str) -> str:
    away = f"({name} - {number(lo)})" if lo is not None else f"({number(_end(hi))} - {name})"
    factors = [number(c), *([f"{away} ^ {a}"] if a else [])]
    return " * ".join([*factors, *([f"({number(_end(hi))} - {name}) ^ {b}"] if b else [])])
