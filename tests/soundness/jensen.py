"""Sampled Jensen: the oracle for every claim, in balls and on rational points (independent of the package)."""

import random
from fractions import Fraction
from typing import Any

from tests.soundness.programs import Program, _ball, _total

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
        for bits in PRECISIONS:
            values = [program.value({**data, **p}, bits) for p in (between, x, y)]
            if all(v.is_finite() for v in values):
                break
        else:
            if scale == 1:
                return f"not real: {where}: {values}"
            continue
        found = [c for c in claims if _broken(c, values, t, modulus if len(claims) == 1 else None, strict, x, y, bits)]
        if found:
            return f"not {found[0]}: {where}: {values}"
    return ""


def _broken(
    claim: str, values: list[Any], t: Fraction, mu: Fraction | None, strict: bool, x: Any, y: Any, bits: int
) -> bool:
    import flint

    before, flint.ctx.prec = flint.ctx.prec, bits
    try:
        side = 1 if claim == "convex" else -1
        between, a, b = values
        gap = side * (between - _ball(t) * a - (1 - _ball(t)) * b)
        distance = sum((Fraction(d) ** 2 for v in x for d in _flat(x[v] - y[v])), Fraction(0))
        if mu is not None:  # the gap is <= -mu/2 t (1 - t) |x - y|^2
            gap = gap + _ball(mu / 2 * t * (1 - t) * distance)
        return bool(gap > 0) or (
            strict and distance > 0 and mu is None and bool(gap.rad() < 1e-25) and bool(gap.contains(0))
        )
    finally:
        flint.ctx.prec = before


def _flat(v: Any) -> list[Any]:
    return [v] if isinstance(v, Fraction | int) else list(v.reshape(-1))


__all__ = ["_total", "violation"]
