"""Losses that are convex are proved so for all sizes and all data, from each spelling of them."""

import re
from fractions import Fraction

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import convexcheck as cc
from convexcheck import pipeline
from convexcheck.certificate.evidence import Generalisation, Proof
from convexcheck.expression.evaluate import evaluate
from convexcheck.expression.term import Expression, nodes
from tests.acceptance.convex_losses import (
    ALWAYS,
    LOSSES,
    NEVER,
    RANK,
    drawn,
    jax_loss,
    names_of,
    of_class,
    scores,
    shapes_of,
    text_of,
)
from tests.acceptance.draws import rationals

MAX_BYTES = 20_000
SMALL, LARGE = {"n": 11, "d": 7, "k": 5}, {"n": 29, "d": 13, "k": 23}  # primes, so that they show where they stay
BIAS = pytest.mark.parametrize("biased", [False, True], ids=["", "bias"])
RARE_BIAS = pytest.mark.parametrize(
    "biased", [False, pytest.param(True, marks=pytest.mark.nightly)], ids=["", "bias"]
)  # text and SymPy have it in every run


def spellings(source):
    """Every loss in every spelling of one kind."""
    found = []
    for name, loss in LOSSES.items():
        written = getattr(loss, source)
        for key in written if isinstance(written, dict) else range(len(written)):
            found.append(pytest.param(loss, written[key], id=f"{name}-{key}"))
    return pytest.mark.parametrize(("loss", "written"), found)


def computed(loss, values):
    """What NumPy says."""
    weights = values["W" if loss.classes else "w"]
    z = values["X"] @ weights + values.get("b", 0.0)
    rest = [values["c"]] if loss.penalty == "c" else []
    return loss.value(z, values.get("y", values.get("Y")), *rest, *([weights] if loss.penalty else []))


def evaluated(statement, values, sizes):
    """What the statement says."""
    declared = {**dict.fromkeys(statement.variables, "var"), **dict.fromkeys(statement.parameters, "par")}
    points = {(kind, name): rationals(values[name]) for name, kind in declared.items()}
    return float(evaluate(statement.function, points, {s: sizes[s] for s in statement.sizes}).mid())


def assert_proved(verdict, tmp_path):
    """Convex, with a small file that the kernel accepts without an axiom."""
    assert (verdict.curvature, verdict.status) == ("CONVEX", "PROVED"), verdict.attempts
    assert len(verdict.certificate) < MAX_BYTES
    verdict.certificate.write(tmp_path / "proof.json")
    accepted = cc.verify(tmp_path / "proof.json")
    assert isinstance(accepted, cc.Accepted) and accepted.verdict == "convex"
    assert accepted.axioms == ()


def assert_strict(verdict, loss, biased):
    """No more than is true, and no less: the condition is printed with it."""
    if loss.strict == NEVER:
        assert verdict.strict is None and verdict.conditions == ()
    elif loss.strict == ALWAYS and not biased:
        assert verdict.strict is True
    elif loss.penalty and biased:  # the bias bears no penalty
        assert verdict.strict or RANK in verdict.conditions[0]
    else:
        assert verdict.strict is None and RANK in verdict.conditions[0]
        assert ("2*c > 0" in verdict.conditions[0]) == (loss.penalty == "c")


def assert_modulus(modulus, loss, biased):
    """The constant of the penalty where all variables bear it, else none."""
    if loss.modulus is None or biased:
        assert modulus is None
        return
    for c in (Fraction(1, 3), Fraction(2)):
        found = modulus
        if isinstance(modulus, Expression):
            found = Fraction(str(evaluate(modulus, {("par", "c"): rationals(c)}, {}, exact=True)))
        assert found == loss.modulus(c)


def assert_about_all(statement, loss, biased):
    """Every size is a symbol, no data are fixed, and nothing is assumed but of what must be assumed."""
    variables, parameters = names_of(loss, biased)
    for declared, shapes in ((statement.variables, variables), (statement.parameters, parameters)):
        assert {name: " ".join(map(str, x.shape)) for name, x in declared.items()} == shapes
        assert not any(x.array for x in declared.values())
    assert statement.sizes and set(statement.sizes.values()) == {1}
    assert {name for c in statement.given for name in c.body.names("par")} <= set(re.findall(r"[cyY]", loss.given))


# --- from text, SymPy and JAX code, for all sizes and data ---------------------------------------------------


def assert_all(verdict, loss, biased, tmp_path):
    assert_proved(verdict, tmp_path)
    assert_strict(verdict, loss, biased)
    assert_modulus(verdict.modulus, loss, biased)
    assert_about_all(verdict.statement, loss, biased)
    assert len(verdict.statement.given) == len(re.findall("[<>]", loss.given))
    assert isinstance(verdict.certificate.content.evidence, Proof)
    values = drawn(loss, biased, SMALL, np.random.default_rng(3))
    assert evaluated(verdict.statement, values, SMALL) == pytest.approx(computed(loss, values), rel=1e-9)


@BIAS
@spellings("text")
def test_from_text(loss, written, biased, tmp_path):
    variables, parameters = names_of(loss, biased)
    verdict = cc.check(text_of(loss, written, biased), wrt=variables, parameters=parameters, given=loss.given)
    assert_all(verdict, loss, biased, tmp_path)


@BIAS
@spellings("sympy")
def test_from_sympy(loss, written, biased, tmp_path):
    formula = written(scores(of_class if loss.classes else None)[biased])
    given = loss.given if loss.penalty != "c" else ()  # SymPy's own assumption on the symbol says it
    variables, _ = names_of(loss, biased)
    verdict = cc.check(formula, wrt=list(variables), given=given)
    assert_all(verdict, loss, biased, tmp_path)


@BIAS
@spellings("jax")
def test_from_jax_with_symbolic_shapes(loss, written, biased, tmp_path):
    shapes = shapes_of(loss, biased)
    verdict = cc.check(jax_loss(loss, written, biased), *shapes, wrt=(0, 1) if biased else 0, given=loss.given)
    assert_all(verdict, loss, biased, tmp_path)


# --- from JAX code at concrete data: proved for all sizes and data all the same -----------------------------


@RARE_BIAS
@spellings("jax")
def test_from_jax_with_data(loss, written, biased, tmp_path, monkeypatch):
    monkeypatch.setattr(pipeline, "SHORT", 1.0)  # a busy machine may not change which facts are assumed
    variables, parameters = names_of(loss, biased)
    found = []
    for sizes in (SMALL,) if biased else (SMALL, LARGE):
        values = drawn(loss, biased, sizes, np.random.default_rng(5))
        args = [values[name] for name in (*variables, *parameters)]
        verdict = cc.check(jax_loss(loss, written, biased), *args, wrt=(0, 1) if biased else 0)
        assert_proved(verdict, tmp_path)
        evidence = verdict.certificate.content.evidence
        assert isinstance(evidence, Generalisation)
        assert_about_all(evidence.general, loss, biased)
        assert_modulus(evidence.modulus, loss, biased)
        assert dict(evidence.sizes).items() <= sizes.items()
        numbers = [
            part for x in nodes(evidence.general.function) if x.op == "const" for part in x.data.as_integer_ratio()
        ]
        assert not any(part % size == 0 for part in numbers if part for size in sizes.values())
        found.append(verdict)
        if sizes is SMALL:
            assert evaluated(verdict.statement, values, {}) == pytest.approx(computed(loss, values), rel=1e-9)
            assert evaluated(evidence.general, values, sizes) == pytest.approx(computed(loss, values), rel=1e-9)
    small, large = (v.certificate.content.evidence for v in (found[0], found[-1]))
    if small.general == large.general:  # else the two data sets show different facts
        assert small.premise == large.premise
    assert small.general.function is large.general.function
    assert abs(len(found[0].certificate) - len(found[-1].certificate)) < 300


def test_shapes_with_numbers_ask_about_all_data():
    shape = lambda *sizes: jax.ShapeDtypeStruct(sizes, float)  # noqa: E731
    verdict = cc.check(lambda w, X, y: jnp.mean(jnp.logaddexp(0, -y * (X @ w))), shape(5), shape(100, 5), shape(100))
    evidence = verdict.certificate.content.evidence
    assert verdict.curvature == "CONVEX" and isinstance(evidence, Generalisation)
    assert not verdict.certificate.arrays and dict(evidence.sizes) == {"n": 100, "d": 5}


# --- the losses themselves, in NumPy alone ------------------------------------------------------------------


@BIAS
@pytest.mark.parametrize("loss", LOSSES.values(), ids=LOSSES)
def test_sampled_jensen(loss, biased):
    rng = np.random.default_rng(11)
    variables, _ = names_of(loss, biased)
    strictly = np.inf
    for _ in range(200):
        sizes = {"n": int(rng.integers(6, 12)), "d": int(rng.integers(1, 5)), "k": int(rng.integers(2, 5))}
        x, other = (drawn(loss, biased, sizes, rng) for _ in range(2))
        scale, t = 3 ** rng.uniform(-2, 2), rng.uniform(0.1, 0.9)
        x |= {name: scale * x[name] for name in variables}
        y = x | {name: scale * other[name] for name in variables}
        middle = x | {name: t * x[name] + (1 - t) * y[name] for name in variables}
        chord = t * computed(loss, x) + (1 - t) * computed(loss, y)
        slack = chord - computed(loss, middle)
        apart = sum(np.sum((x[name] - y[name]) ** 2) for name in variables)
        mu = float(loss.modulus(x.get("c"))) if loss.modulus and not biased else 0.0
        assert slack >= mu / 2 * t * (1 - t) * apart - 1e-9 * (1 + abs(chord))
        strictly = min(strictly, slack)
    assert strictly > 0 or loss.strict == NEVER  # random data have full column rank, more samples than weights


@pytest.mark.parametrize("loss", [x for x in LOSSES.values() if x.modulus], ids=lambda x: x.text[0])
def test_no_larger_modulus_holds(loss):
    values = drawn(loss, False, SMALL, np.random.default_rng(1)) | {"X": np.zeros((11, 7)), "c": 0.75}
    at = [computed(loss, values | {"w": t * np.eye(7)[0]}) for t in (-1.0, 0.0, 1.0)]
    assert at[0] - 2 * at[1] + at[2] == pytest.approx(float(loss.modulus(0.75)))


@pytest.mark.parametrize("loss", [x for x in LOSSES.values() if not x.penalty], ids=lambda x: x.value)
def test_strictness_needs_its_condition(loss):
    values = drawn(loss, False, SMALL, np.random.default_rng(1))
    values["X"][:, 0] = 0.0  # the first weight does nothing
    name = "W" if loss.classes else "w"
    moved = values | {name: values[name] + np.eye(7)[0].reshape(-1, *[1] * (values[name].ndim - 1))}
    assert computed(loss, values) == computed(loss, moved)


@pytest.mark.parametrize("name", ["softmax, one-hot", "softmax, integer labels"])
def test_softmax_is_not_strictly_convex_whatever_the_rank(name):
    values = drawn(LOSSES[name], False, SMALL, np.random.default_rng(1))
    moved = values | {"W": values["W"] + np.arange(7.0)[:, None]}  # the same for every class
    assert computed(LOSSES[name], values) == pytest.approx(computed(LOSSES[name], moved))
