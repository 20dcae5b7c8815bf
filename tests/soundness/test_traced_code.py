"""What is read from JAX code against what the code computes: integers that wrap around, and a look-alike."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import convexcheck
from convexcheck.read.calls import _log_ndtr
from convexcheck.read.equations import WHOLE

SMALL = jnp.array([100, 100], dtype=jnp.int8)
WRAPPED = {  # losses of w, and data, for which the code computes another number than that over the integers
    "uint8 - 1": (lambda w, y: jnp.where(y - 1 > 0, w**2, -(w**2)), np.uint8(0)),
    "-uint8": (lambda w, y: w**2 * (-y), np.uint8(3)),
    "uint32 - 1": (lambda w, y: jnp.where(y - 1 > 0, w**2, -(w**2)), np.uint32(0)),
    "int8 product": (lambda w, y: w**2 * (y * y), np.int8(12)),
    "int8 power": (lambda w, y: w**2 * y**2, np.int8(12)),
    "int8 dot": (lambda w, y: w**2 * (y @ y), np.array([12], dtype=np.int8)),
    "abs(int8)": (lambda w, y: w**2 * jnp.abs(y), np.int8(-128)),
    "int32 product": (lambda w, y: w**2 * (y * y), np.int32(50000)),
    "int64 to int32": (lambda w, y: w**2 * y.astype(jnp.int32), np.array(2**32 - 1)),
    "constants": (lambda w, y: w**2 * (jnp.int8(100) + jnp.int8(100)).astype(float) + 0 * y, 0.0),
    "sum of constants": (lambda w, y: w**2 * jnp.sum(SMALL, dtype=jnp.int8).astype(float) + 0 * y, 0.0),
    "loop": (lambda w, y: w**2 * jax.lax.fori_loop(0, 200, lambda i, c: c + jnp.int8(1), jnp.int8(0)) + 0 * y, 0.0),
}


@pytest.mark.parametrize("name", WRAPPED)
def test_integers_that_wrap_around_are_refused_or_named(name: str) -> None:
    loss, y = WRAPPED[name]
    with jax.enable_x64(True):
        low, middle, high = (float(loss(jnp.float64(w), jnp.asarray(y))) for w in (-1, 0, 1))
    verdict = convexcheck.check(loss, 1.0, y, wrt=0, budget=0.5)
    wrong = {"CONVEX": middle > (low + high) / 2, "CONCAVE": middle < (low + high) / 2}.get(verdict.curvature, False)
    assert not wrong or WHOLE in verdict.statement.assumptions


def test_integers_that_keep_their_values_are_read() -> None:
    labels = convexcheck.check(lambda w, y: w**2 * (y == 1), 1.0, np.uint8(1), wrt=0)
    constants = convexcheck.check(lambda w: w**2 * (jnp.int8(100) + jnp.int8(1)).astype(float), 1.0)
    assert (labels.curvature, constants.curvature) == ("CONVEX", "CONVEX")


def test_a_function_with_the_operations_of_log_ndtr_in_another_order_is_not_taken_for_it() -> None:
    with jax.enable_x64(True):
        code = _log_ndtr(jax.ShapeDtypeStruct((), np.float64)).jaxpr
    last = code.eqns[-1]
    swapped = last.replace(invars=[last.invars[0], *last.invars[:0:-1]])

    @jax.custom_jvp
    def other(x: jax.Array) -> jax.Array:
        return jax.core.eval_jaxpr(code.replace(eqns=[*code.eqns[:-1], swapped]), [], x)[0]

    other.defjvp(lambda x, v: (other(*x), v[0]))
    real = convexcheck.check(lambda w: -jax.scipy.special.log_ndtr(w), 1.0)
    assert real.curvature == "CONVEX"
    assert convexcheck.check(lambda w: -other(w), 1.0, budget=0.5).curvature not in ("CONVEX", "AFFINE")
