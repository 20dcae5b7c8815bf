"""The JAX reader against JAX itself: what was read has the value that the code computes."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import scipy.stats

from convexcheck.expression.errors import ConvexcheckError, Unsupported
from convexcheck.expression.statement import statement_lines, text
from convexcheck.read.arguments import arguments
from convexcheck.read.jaxpr import read_jax
from tests.read.jax_losses import CONCRETE_ONLY, CONDITIONS, LOSSES, ONE_SIZE, SIZES
from tests.read.jax_oracle import close, computed, drawn, shape, shaped, value


@pytest.fixture(params=LOSSES)
def case(request):
    loss, *specs = LOSSES[request.param]
    rng = np.random.default_rng(7)
    return (
        request.param,
        loss,
        jax.tree_util.tree_map(shaped, specs),
        jax.tree_util.tree_map(lambda s: drawn(s, rng), specs),
    )


def test_symbolic_shapes_mean_what_the_code_computes(case):
    name, loss, shapes, args = case
    if name in CONCRETE_ONLY:
        with pytest.raises(Unsupported):
            read_jax(loss, *shapes)
        return
    reading = read_jax(loss, *shapes, **CONDITIONS.get(name, {}))
    names = [leaf.name for leaf in arguments(loss, args, 0).leaves]
    assert reading.general is None and not reading.arrays
    assert close(value(reading.statement, names, args, SIZES), computed(loss, args))


def test_concrete_data_and_their_generalisation_mean_what_the_code_computes(case):
    name, loss, _, args = case
    reading = read_jax(loss, *args, **CONDITIONS.get(name, {}))
    names = [leaf.name for leaf in arguments(loss, args, 0).leaves]
    assert not reading.statement.sizes
    assert close(value(reading.statement, names, args, {}), computed(loss, args))
    if name in ONE_SIZE:
        assert reading.general is None
        return
    assert reading.general.instance(reading.sizes).function is reading.statement.function
    assert close(value(reading.general, names, args, reading.sizes), computed(loss, args))


X, y = np.array([[1.0, 2.0, -1.0], [0.5, 0.0, 3.0]]), np.array([0.1, 1.0])
labels = np.array([2, 0])


def test_the_general_statement_is_about_all_sizes_and_data():
    loss = lambda w, X, y: jnp.mean((X @ w - y) ** 2)  # noqa: E731
    reading = read_jax(loss, np.ones(3), X, y, digest=lambda array: "d" * 64)
    assert statement_lines(reading.general) == [
        "function   Sum(i < n, (Sum(j < d, X[i, j]*w[j]) - y[i])**2)/n",
        "variables  w[d]",
        "parameters X[n, d], y[n]",
        "sizes      d >= 1, n >= 1",
    ]
    assert reading.sizes == {"n": 2, "d": 3}
    fixed = "array " + "d" * 64
    parameters = f"parameters X[2, 3] = {fixed}, y[2] = {fixed}"
    assert statement_lines(reading.statement)[1:] == ["variables  w[3]", parameters]


def test_sizes_that_are_one_stay_one_and_equal_sizes_share_a_symbol():
    reading = read_jax(lambda w, X: jnp.sum((X @ w) ** 2), np.ones((2, 1)), np.ones((2, 2)))
    assert list(map(str, reading.general.parameters["X"].shape)) == ["n", "n"]
    assert list(map(str, reading.general.variables["w"].shape)) == ["n", "1"]


def test_shapes_with_numbers_ask_about_all_data_of_these_sizes():
    reading = read_jax(lambda w, X: jnp.sum((X @ w) ** 2), shape(3), shape(2, 3))
    assert not reading.arrays and reading.statement.parameters["X"].array == ""
    assert reading.sizes == {"n": 2, "d": 3} and not reading.statement.sizes


def test_code_that_fits_one_size_only_is_still_generalised():
    loss = lambda W, y: -jnp.sum(jax.nn.one_hot(y, 4) * jax.nn.log_softmax(W[y]))  # noqa: E731
    reading = read_jax(loss, np.zeros((3, 4)), labels)
    assert reading.general is not None and set(reading.sizes.values()) == {2, 3, 4}
    fixed = read_jax(lambda w: w[0] ** 2 + w[1] * w[2], np.zeros(3))
    assert fixed.general.sizes == {"n": 3}


def test_a_size_that_the_code_writes_out_stays_while_others_become_symbols():
    reading = read_jax(lambda w, X: jnp.sum(jnp.prod(1 + (X * w) ** 2, axis=1)), np.ones(3), X)
    assert reading.sizes == {"n": 2}
    assert list(map(str, reading.general.parameters["X"].shape)) == ["n", "3"]


def test_conditions_speak_of_arguments_and_of_leaves():
    loss = lambda params, X: jnp.sum(jnp.log(X @ params["W"])) + params["b"][0] ** 2  # noqa: E731
    args = ({"W": shape("d"), "b": [shape()]}, shape("n", "d"))
    reading = read_jax(loss, *args, domain="params['W'] > 0, params_b_0 <= 1", given="X > 0, n >= 3")
    assert [c.body.names("var") for c in reading.statement.domain] == [{"params_W"}, {"params_b_0"}]
    assert reading.statement.sizes == {"d": 1, "n": 3}


def test_conditions_may_speak_of_arrays_that_the_code_holds():
    reading = read_jax(lambda w: jnp.sum(jnp.exp(w[labels])), np.zeros(3), given="0 <= labels <= 2")
    assert len(reading.statement.given) == len(reading.general.given) == 2


def test_wrt_takes_several_arguments():
    reading = read_jax(lambda X, w, b: jnp.sum((X @ w + b) ** 2), shape("n", "d"), shape("d"), shape(), wrt=(1, -1))
    assert list(reading.statement.variables) == ["w", "b"]


def test_truth_values_are_declared_as_0_or_1():
    reading = read_jax(lambda w, m: jnp.sum(jnp.where(m, w, 0.0)), shape("n"), shape("n", dtype=bool))
    assert [text(c.body, ["i"]) for c in reading.statement.given] == ["m[i]", "1 - m[i]"]
    assert reading.statement.parameters["m"].integer


def test_numbers_are_the_rationals_that_double_precision_stores():
    reading = read_jax(lambda w: 0.1 * w, shape())
    assert str(reading.statement.function) == "3602879701896397*w/36028797018963968"
    single = np.array([0.1], dtype=np.float32)
    held = read_jax(lambda w: (w * single).sum(), np.zeros(1)).arrays["single"]
    assert held.dtype == np.float64 and held[0] == float(single[0]) != 0.1


def test_python_integers_and_strings_belong_to_the_code():
    def loss(w, power, reduction):
        return getattr(jnp, reduction)(w**power)

    assert str(read_jax(loss, shape("n"), 2, "sum").statement.function) == "Sum(i < n, w[i]**2)"


def test_a_stabilised_sum_of_two_exponentials_is_recognised_by_what_it_computes():
    spellings = [
        lambda z: jnp.logaddexp(z, 0),
        lambda z: jnp.maximum(z, 0) + jnp.log1p(jnp.exp(-jnp.abs(z))),
        lambda z: -(jnp.minimum(-z, 0) - jnp.log(1 + jnp.exp(-jnp.abs(-z)))),
        lambda z: jax.nn.softplus(z),
    ]
    assert {str(read_jax(f, shape()).statement.function) for f in spellings} == {"log(1 + exp(z))"}
    other = read_jax(lambda z: jnp.maximum(z, 0) + jnp.log1p(jnp.exp(-jnp.abs(z - 1))), shape())
    assert "max" in str(other.statement.function)


@pytest.mark.parametrize("x", [-30.0, -20.0, -19.0, -1.0, 0.0, 3.0, 8.0, 8.5])
def test_the_series_for_the_log_of_the_normal_distribution_stands_for_the_function(x):
    reading = read_jax(lambda z: jnp.sum(jax.scipy.stats.norm.logcdf(z)), shape("n"))
    (assumption,) = [a for a in reading.statement.assumptions if "log_ndtr" in a]
    assert assumption in "\n".join(statement_lines(reading.statement))
    found = value(reading.statement, ["z"], [np.array([x, 0.5])], {"n": 2})
    assert found == pytest.approx(scipy.stats.norm.logcdf([x, 0.5]).sum(), rel=1e-12)


def test_another_series_is_read_as_it_is_written():
    reading = read_jax(lambda z: jax.scipy.special.log_ndtr(z, series_order=2), shape())
    assert not any("log_ndtr" in a for a in reading.statement.assumptions)


def test_assumptions_are_stated():
    assert read_jax(jax.nn.softplus, shape()).statement.assumptions == (
        "all intermediate values of the code are finite",
    )
    assert read_jax(jnp.exp, shape()).statement.assumptions == ()


# --- code that depends on sizes ---------------------------------------------------------------------------


def trap(w):
    return -jnp.sum(w**2) if w.shape[0] == 3 else jnp.sum(w**2)


def test_a_branch_on_a_size_cannot_be_read_for_all_sizes():
    with pytest.raises(Unsupported, match="at n = 3 the loss is -Sum"):
        read_jax(trap, shape("n"))


@pytest.mark.parametrize("size", [2, 3])
def test_a_branch_on_a_size_is_right_at_the_users_own_size(size):
    reading = read_jax(trap, np.ones(size))
    w = np.arange(1.0, 1.0 + size)
    assert value(reading.statement, ["w"], [w], {}) == computed(trap, [w])
    assert reading.general.instance(reading.sizes).function is reading.statement.function


def test_constants_that_are_rounded_from_sizes_are_no_branch():
    assert read_jax(lambda w: jnp.sum(w**2) * (0.1 / w.shape[0]), shape("n")).general is None


# --- what cannot be read ----------------------------------------------------------------------------------

BAD = [
    (lambda w: w**2, (shape("n"),), {}, r"the loss returns shape \(n,\); expected one real number; try: jnp.sum"),
    (lambda w: (w.sum(), w), (shape("n"),), {}, "the loss returns 2 arrays"),
    (lambda w: w.sum() > 0, (shape("n"),), {}, "the loss returns bool"),
    (
        lambda w: w.sum(),
        (np.arange(3),),
        {},
        r"variable w holds integers \(int64\); expected real numbers; try: w as floats",
    ),
    (lambda w: w.sum(), (3,), {}, "variable w holds integers"),
    (lambda w: jnp.abs(w).sum(), (np.ones(3, dtype=complex),), {}, "w has dtype complex128"),
    (lambda w, X: (X @ w).sum(), (np.ones(2), np.array([[1, 2], [3, np.nan]])), {}, r"X\[1, 1\] is nan"),
    (lambda w: (w * np.array([1.0, np.inf])).sum(), (np.ones(2),), {}, r"code\[1\] is inf; expected finite numbers"),
    (lambda w: w @ undefined, (shape("n"),), {}, "the loss raised NameError: name 'undefined' is not defined"),  # noqa: F821
    (lambda w: w.sum() if w.sum() > 0 else 0.0, (shape("n"),), {}, "the loss raised TracerBoolConversionError"),
    (lambda w, X: (X @ w).sum(), (shape("n"), shape("n", "d")), {}, "the loss raised TypeError"),
    (lambda w: w.sum(), (shape("n"),), {"wrt": 1}, "wrt=1 for 1 arguments"),
    (lambda w: w.sum(), (shape("n"),), {"wrt": 1.5}, "wrt=1.5 for 1 arguments; expected positions or names"),
    (lambda w: w.sum(), (shape("n"),), {"wrt": "q"}, "wrt names q, which is no argument; expected one of"),
    (lambda w: w.sum(), (shape("n+1"),), {}, r"size 'n\+1' in the shape of w; expected a number or a name"),
    (lambda w: w.sum(), ("text",), {}, "variable w is of type str"),
    (lambda w: w.sum(), (shape("n"),), {"domain": "v > 0"}, "v"),
    (3, (shape("n"),), {}, "int is not a function"),
]
LEFT_OUT = "the loss does not use {}; expected data that it uses; try: leave it out"
BAD += [  # data that the loss does not depend on: by their values, by their shape
    (lambda w, X, y: ((X @ w) ** 2).sum(), (shape("d"), shape("n", "d"), shape("n")), {}, LEFT_OUT.format("y")),
    (lambda w, X, y: ((X @ w) ** 2).sum(), (np.ones(3), np.ones((4, 3)), np.ones(4)), {}, LEFT_OUT.format("y")),
    (lambda w, lam: (w**2).sum(), (shape("d"), 0.5), {}, LEFT_OUT.format("lam")),
    (lambda w, b: (b["x"] @ w).sum(), (np.ones(2), {"x": np.eye(2), "id": np.ones(2)}), {}, r"not use b\['id'\];"),
    (jax.jit(lambda w, y: w.sum()), (np.ones(2), np.ones(2)), {}, LEFT_OUT.format("y")),
]
USED = [
    (lambda w, y: (w**2).sum() / y.shape[0], (shape("d"), shape("n")), {}),
    (lambda w, y: (w**2).sum() / y.shape[0], (np.ones(2), np.ones(5)), {}),
    (lambda w, y: (w**2).sum() + 0 * y, (shape("d"), 0.5), {}),  # it is in the code
    (lambda w, power: (w**power).sum(), (shape("d"), 2), {}),  # a constant of the code
    (lambda w, lam: (w**2).sum(), (shape(), shape()), {"domain": "w > lam"}),
    (lambda w, v: (w**2).sum(), (shape(), shape()), {"wrt": (0, 1)}),  # a variable that does not occur
]
HINTS = [  # what usually goes wrong while JAX traces, and what to try
    (lambda w: np.exp(w).sum(), 1, "jnp instead of np in the loss"),
    (lambda w: np.linalg.norm(w), 1, "jnp instead of np in the loss"),
    (lambda w: w[0] if w[0] > 0 else w[1], 1, "jnp.where instead of if, while, and, or"),
    (lambda w: max(w[0], 0.0), 1, "jnp.maximum instead of max"),
    (lambda w: float(w[0]), 1, r"jnp instead of float\(\)"),
    (lambda w: jnp.sum([w[0], w[1]]), 1, r"jnp.array\(\[...\]\) or jnp.stack\(\[...\]\) around the list"),
    (lambda w, X, y: (X @ w - y).sum(), 1, "pass 'X' and 'y' too, as data or as a shape"),
    (lambda w, *, lam: lam * w.sum(), 1, r"functools.partial\(loss, lam=...\), to fix 'lam'"),
    (lambda w: w.sum(), 2, "the arguments of the loss, no more"),
]
UNSUPPORTED = [
    (lambda w: jnp.sort(w)[0], (shape("n"),), r"the primitive 'sort' at test_jaxpr.py:\d+"),
    (lambda w: jax.lax.igamma(w, w).sum(), (shape("n"),), "the primitive 'igamma'"),
    (lambda w: jax.scipy.special.polygamma(9, w).sum(), (shape("n"),), "polygamma of order 9"),
    (lambda w: w[jnp.argmax(w)], (shape("n"),), "the primitive 'argmax'"),
    (lambda w: jnp.linalg.qr(w)[1].sum(), (shape(4, 4),), "the primitive '(geqrf|householder_product|qr)'"),
    (lambda w: w.astype(int).sum() * 1.0, (shape("n"),), "the cast of .* from float64 to int"),
    (lambda w: w.astype(jnp.float16).sum(), (shape("n"),), "the cast of .* from float64 to float16"),
    (lambda w: w.astype(jnp.bfloat16).sum(), (shape("n"),), "the cast of .* from float64 to bfloat16"),
    (lambda w: jnp.floor(w).sum(), (shape("n"),), "the primitive 'floor'"),
    (lambda w: jnp.real(jnp.fft.fft(w))[0], (shape(4),), "complex|fft"),
    (lambda w: jnp.where(w > 0, jnp.log(w), -jnp.inf).sum(), (shape("n"),), "an infinite value or NaN may reach"),
    (lambda w: jnp.where(w > 0, w, jnp.nan).sum(), (shape("n"),), "an infinite value or NaN may reach"),
    (lambda w: jnp.exp(jax.random.normal(w, ())), (jax.random.key(0),), "key<fry>"),
    (lambda w: jax.lax.while_loop(lambda c: c < 9, lambda c: c * 2, w), (shape(),), "the primitive 'while'"),
    (lambda w: jax.lax.scan(lambda c, x: (c * x, None), 1.0, w)[0], (shape("n"),), "a loop over n steps whose state"),
    (lambda w: jnp.prod(w), (shape("n"),), "a product over n entries"),
    (
        lambda w: jax.lax.scan(lambda c, x: (jnp.tanh(jnp.exp(jnp.sin(c) + 1) * x), None), 0.1, w)[0],
        (shape(60),),
        "nested deeper",
    ),
    (lambda w, y: w[y.astype(jnp.uint8)].sum(), (shape("n"), shape("m", dtype=int)), "from int64 to uint8"),
    (lambda W: W.reshape(-1)[1:].sum(), (shape("n", "d"),), "an axis that was merged by reshape"),
    (
        lambda z, m: jax.nn.logsumexp(jnp.where(m, z, -jnp.inf)),
        (shape("d"), shape("d", dtype=bool)),
        "under a mask of data, which may let nothing through",
    ),
    (lambda z, b: jax.nn.logsumexp(z, b=b), (shape("d"), shape("d")), "under a mask of data"),
]


@pytest.mark.parametrize("loss, args, options, message", BAD)
def test_unreadable_input_is_an_error_that_says_what_to_try(loss, args, options, message):
    with pytest.raises(ConvexcheckError, match=message) as error:
        read_jax(loss, *args, **options)
    assert error.value.stage.startswith("read.")


@pytest.mark.parametrize(("loss", "args", "options"), USED)
def test_arguments_that_count_by_value_by_shape_or_in_the_domain(loss, args, options):
    assert read_jax(loss, *args, **options).statement.variables


@pytest.mark.parametrize(("loss", "count", "hint"), HINTS)
def test_an_error_of_the_loss_says_what_usually_helps(loss, count, hint):
    with pytest.raises(ConvexcheckError, match=f"the loss raised .*; expected code that JAX can trace; try: .*{hint}"):
        read_jax(loss, *[np.ones(3)] * count)


@pytest.mark.parametrize("loss, args, message", UNSUPPORTED)
def test_code_beyond_the_language_is_unsupported(loss, args, message):
    with pytest.raises(Unsupported, match=message):
        read_jax(loss, *args)


def test_a_cast_to_single_precision_counts_only_in_double_precision():
    loss = lambda w: w.astype(jnp.float32).sum()  # noqa: E731
    assert str(read_jax(loss, shape("n")).statement.function) == "Sum(i < n, w[i])"
    with jax.enable_x64(True), pytest.raises(Unsupported, match="from float64 to float32"):
        read_jax(loss, shape("n"))
