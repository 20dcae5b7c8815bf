"""Sampled Jensen: the oracle for every claim, in balls and on rational points (independent of the package)."""

import random
from fractions import Fraction
from typing import Any

import flint

from tests.soundness.programs import NotReal, Program, ball

SCALES = (1, 1, 1, 4, 40)
PRECISIONS = (128, 512, 2048)


def violation(
    program: Program, claims: list[str], modulus: Fraction | None, strict: bool, rng: random.Random, pairs: int
) -> str:
    """The first contradiction to the claims ("convex", "concave") among random pairs, in words; "" if there is none.

    A point of the domain at which the function is not real contradicts every claim. `modulus` and `strict` speak of
    the claim, if there is one alone.
    """
    for _ in range(pairs):
        scale = rng.choice(SCALES)
        sizes = {name: rng.randint(1, 3) for name in "nd"}
        data = program.sample(rng, program.parameters, sizes, scale)
        x, y = (program.sample(rng, program.wrt, sizes, scale) for _ in range(2))
        t = Fraction(rng.randint(1, 7), 8)
        between = {v: t * x[v] + (1 - t) * y[v] for v in x}
        where = f"{program.term.text} at x = {x}, y = {y}, t = {t}, data {data}"
        distance = sum((d**2 for v in x for d in _flat(x[v] - y[v])), Fraction(0))
        try:
            for bits in PRECISIONS:
                values = [program.value({**data, **p}, bits) for p in (between, x, y)]
                if all(v.is_finite() for v in values):
                    break
            else:  # a tower of exponentials that no ball holds
                continue
        except NotReal as error:
            return f"not real, {error}: {where}"
        for claim in claims:
            gap = jensen_gap(claim, values, t, bits)
            if modulus is not None and len(claims) == 1:  # then the gap is <= -mu/2 t (1 - t) |x - y|^2
                gap = gap + ball(modulus / 2 * t * (1 - t) * distance)
            flat = (
                strict and scale == 1 and distance > 0 and gap.contains(0) and _vanishes(program, claim, data, x, y, t)
            )
            if gap > 0 or flat:
                return f"not {'strictly ' * bool(flat)}{claim}: {where}: {values}"
    return ""


def jensen_gap(claim: str, values: list[Any], t: Fraction, bits: int) -> Any:
    """The ball f(t x + (1-t) y) - t f(x) - (1-t) f(y), for -f if `claim` is "concave"; > 0 contradicts the claim."""
    before, flint.ctx.prec = flint.ctx.prec, bits
    try:
        between, a, b = values
        return (1 if claim == "convex" else -1) * (between - ball(t) * a - ball(1 - t) * b)
    finally:
        flint.ctx.prec = before


def _vanishes(program: Program, claim: str, data: Any, x: Any, y: Any, t: Fraction) -> bool:
    """Whether 8,192 bits do not tell the gap from 0."""
    between = {v: t * x[v] + (1 - t) * y[v] for v in x}
    values = [program.value({**data, **p}, 8192) for p in (between, x, y)]
    return bool(jensen_gap(claim, values, t, 8192).contains(0))


def _flat(v: Any) -> list[Any]:
    return [v] if isinstance(v, Fraction) else list(v.reshape(-1))
