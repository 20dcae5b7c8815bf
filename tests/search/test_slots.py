"""Affine pieces as arguments, and how long a normal form may become before it is not looked for."""

import random

import pytest

import convexcheck as cc
from convexcheck.expression.bounds import Context
from convexcheck.expression.normal import is_affine, polynomial
from convexcheck.expression.statement import Declaration, Statement
from convexcheck.expression.term import add, entry, mul
from convexcheck.search import slots
from convexcheck.search.slots import affine, terms

VARIABLES = [entry("var", name) for name in "xyz"]
CONTEXT = Context(Statement(VARIABLES[0], {name: Declaration() for name in "xyz"}))


def drawn(rng, depth):
    if not depth:
        return rng.choice([*VARIABLES, *VARIABLES, rng.randint(1, 3)])
    kind, parts = rng.choice(["add", "mul", "pow"]), [drawn(rng, depth - 1) for _ in range(rng.randint(2, 3))]
    return add(*parts) if kind == "add" else mul(*parts) if kind == "mul" else add(*parts) ** rng.randint(2, 3)


def test_the_estimate_is_no_less_than_the_terms_of_the_normal_form():
    rng = random.Random(0)
    for _ in range(60):
        e = drawn(rng, 2)
        assert terms(e) >= len(polynomial(e, CONTEXT))


def test_the_shortcut_agrees_with_the_normal_form(monkeypatch):
    rng = random.Random(1)
    drawings = [drawn(rng, 2) for _ in range(60)]
    assert [affine(e, CONTEXT) for e in drawings] == [is_affine(e, CONTEXT) for e in drawings]
    monkeypatch.setattr(slots, "MAX_PRODUCT", 1)
    assert not affine((VARIABLES[0] + 1) ** 2 - VARIABLES[0] ** 2, CONTEXT)  # it is, and nobody looked


LONG = ["(a + b + c + d + f + g)**12", "(x + y + z + w)**14 + (x - y)**2", "(x**2 + y**2 + z**2 + w**2 + u**2)**6"]


def test_many_terms_are_not_long_by_themselves():
    assert not slots.long(add(*(k * x for k, x in enumerate(VARIABLES * 100)))) and not slots.long(VARIABLES[0] ** 100)
    assert slots.long(add(*VARIABLES) ** 30) and slots.long(mul(add(1, *VARIABLES) ** 8, add(2, *VARIABLES) ** 4))


@pytest.mark.parametrize("function", LONG)
def test_a_power_is_not_multiplied_out(function):
    assert cc.check(function, budget=20).curvature == "CONVEX"
