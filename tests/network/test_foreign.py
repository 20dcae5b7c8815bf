"""Models of other libraries: their own outputs against the perceptron's."""

import warnings

import numpy as np
import pytest

from convexcheck import ConvexcheckError
from convexcheck.network import Problem, from_model


@pytest.mark.parametrize("activation", ["tanh", "logistic", "relu", "identity"])
def test_scikit_learn(activation):
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.neural_network import MLPClassifier, MLPRegressor

    rng = np.random.default_rng(0)
    X = rng.standard_normal((30, 4))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # three steps are enough here
        options = {"hidden_layer_sizes": (5, 3), "activation": activation, "max_iter": 3, "random_state": 0}
        regressor = MLPRegressor(**options).fit(X, X[:, 0])
        classifier = MLPClassifier(**options).fit(X, rng.integers(0, 3, 30))
        binary = MLPClassifier(**options).fit(X, rng.integers(0, 2, 30))
    np.testing.assert_allclose(from_model(regressor)(X)[:, 0], regressor.predict(X), rtol=1e-12)
    z = from_model(classifier)(X)
    p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(p, classifier.predict_proba(X), rtol=1e-10)
    one = 1 / (1 + np.exp(-from_model(binary)(X)[:, 0]))
    np.testing.assert_allclose(one, binary.predict_proba(X)[:, 1], rtol=1e-10)
    labels = rng.integers(0, 3, 30)
    assert Problem.of(from_model(classifier), X, labels, "cross_entropy").value() == pytest.approx(
        -np.log(classifier.predict_proba(X)[np.arange(30), labels]).mean()
    )


def test_a_model_that_is_not_fitted():
    from sklearn.neural_network import MLPRegressor

    with pytest.raises(ConvexcheckError, match=r"a MLPRegressor that is not fitted; .*try: model.fit"):
        from_model(MLPRegressor())


# --- models that look like those of the optional libraries, so that reading them is tested everywhere ------


class Linear:
    def __init__(self, rng, inside, outside):
        self.in_features, self.weight, self.bias = inside, rng.standard_normal((outside, inside)), np.zeros(outside)


class Sequential(list):
    pass


class Dropout:
    training, p = True, 0.5


class Norm:
    def parameters(self):
        return [np.ones(2)]

    buffers = parameters


class Doubled(Sequential):
    """As after a hook, or with a `forward` of its own."""

    def __init__(self, factor, layers):
        super().__init__(layers)
        self.factor, self.layers = factor, layers

    def __call__(self, x):
        return self.factor * (self[2].weight @ np.tanh(self[0].weight @ np.asarray(x)))


def test_outputs_are_compared_with_those_of_the_model():
    rng = np.random.default_rng(0)
    layers = [Linear(rng, 2, 3), np.tanh, Linear(rng, 3, 1)]
    assert from_model(Doubled(1, layers)).size == 13
    with pytest.raises(ConvexcheckError, match="a Doubled with other outputs than its layers in a row have"):
        from_model(Doubled(2, layers))


def approximate_gelu(z):
    return 0.5 * z * (1 + np.tanh(np.sqrt(2 / np.pi) * (z + 0.044715 * z**3)))


def test_layers_in_a_row():
    rng = np.random.default_rng(0)
    layers = [Linear(rng, 2, 3), np.tanh, Linear(rng, 3, 3), Sequential([np.sin]), Linear(rng, 3, 3), Linear(rng, 3, 1)]
    net = from_model(Sequential(layers))
    assert net.activations == ("tanh", "sin", "identity", "identity")
    assert (layers[0].weight == net.layers[0].W).all()


RNG = np.random.default_rng(0)
SHARED = Linear(RNG, 2, 2)
REFUSED = [
    ([SHARED, np.tanh, SHARED], "two layers share their weights"),
    ([np.tanh, SHARED], "tanh before the first layer"),
    ([SHARED, np.tanh, np.sin, Linear(RNG, 2, 1)], "sin after tanh"),
    ([SHARED, np.tanh], "tanh after the last layer"),
    ([SHARED, np.cos, Linear(RNG, 2, 1)], "unknown activation cos; expected one of tanh"),
    ([SHARED, approximate_gelu, Linear(RNG, 2, 1)], "unknown activation approximate_gelu; .*the tanh approximation is"),
    ([SHARED, Dropout(), Linear(RNG, 2, 1)], "Dropout of a model in training; .*try: model.eval()"),
    ([SHARED, lambda z: np.clip(z, 0, 6), Linear(RNG, 2, 1)], "unknown activation <lambda>"),  # relu up to 6
    ([SHARED, Norm(), Linear(RNG, 2, 1)], "Norm, which has numbers of its own; .*try: fold it into the layer before"),
    ([SHARED, lambda z: z.nothing, Linear(RNG, 2, 1)], "<lambda>, which failed with AttributeError on an array"),
    ([SHARED, 3], "a int; expected a layer or an activation"),
    ([], "a Sequential without layers"),
]


@pytest.mark.parametrize(("layers", "message"), REFUSED)
def test_what_is_refused(layers, message):
    with pytest.raises(ConvexcheckError, match=message):
        from_model(Sequential(layers))


# --- the libraries themselves ---------------------------------------------------------------------------------------


def test_pytorch():
    torch = pytest.importorskip("torch", reason="an optional library, of some hundred megabytes")
    nn = torch.nn
    for phi in (nn.Tanh(), nn.Sigmoid(), nn.Softplus(), nn.ReLU(inplace=True), nn.GELU(), nn.Identity()):
        model = nn.Sequential(nn.Flatten(), nn.Linear(3, 4), phi, nn.Dropout(0.5), nn.Linear(4, 2, bias=False)).eval()
        for dtype in (torch.float64, torch.float32, torch.bfloat16):
            net, X = from_model(model.to(dtype)), torch.randn(5, 3, dtype=torch.float64)
            found = net(Problem.of(net, X, torch.zeros(5, 2), "mse").X)
            np.testing.assert_allclose(found, model.double()(X).detach().numpy(), rtol=1e-7, atol=1e-8)
        assert Problem.of(net, X.bfloat16(), torch.zeros(5, 2), "mse").X.dtype == float
    first, last, hooked = nn.Linear(2, 2), nn.Linear(2, 1), nn.Linear(2, 2)
    hooked.register_forward_hook(lambda module, inputs, output: 2 * output)
    refused = [
        ([first, nn.GELU(approximate="tanh"), last], r"unknown activation GELU; .*approximate='none'"),
        ([first, nn.Softplus(beta=2), last], "unknown activation Softplus"),
        ([first, nn.ReLU6(), last], "unknown activation ReLU6"),
        ([first, nn.Softmax(dim=1)], "Softmax in the model"),
        ([last, nn.Sigmoid()], r'sigmoid after the last layer; .*loss="cross_entropy"'),
        ([first, nn.Dropout(0.5), last], r"Dropout of a model in training; .*try: model.eval\(\)"),
        ([first, nn.BatchNorm1d(2).eval(), last], "BatchNorm1d, which has numbers of its own; .*try: fold it into"),
        ([nn.LazyLinear(2), nn.Tanh(), last], "a Sequential that cannot be read: ValueError"),
        ([nn.Linear(2, 1, dtype=torch.complex64)], "W1 has dtype complex64"),
        ([hooked, nn.Tanh(), last], "a Sequential with other outputs than its layers in a row have"),
    ]
    for layers, message in refused:
        with pytest.raises(ConvexcheckError, match=message):
            from_model(nn.Sequential(*layers))


def test_equinox():
    eqx = pytest.importorskip("equinox", reason="an optional library")
    import jax

    key = jax.random.PRNGKey(0)
    X = np.float32(np.random.default_rng(0).standard_normal((5, 3)))
    for model in (
        eqx.nn.MLP(3, 2, 4, 2, activation=jax.nn.tanh, key=key),
        eqx.nn.MLP(3, "scalar", 4, 1, activation=jax.nn.relu, key=key),
        eqx.nn.Sequential([eqx.nn.Linear(3, 4, key=key), eqx.nn.Lambda(jax.nn.softplus), eqx.nn.Linear(4, 1, key=key)]),
    ):
        expected = np.reshape(jax.vmap(model)(X), (5, -1))
        np.testing.assert_allclose(from_model(model)(X), expected, rtol=1e-4, atol=1e-5)
    noisy = eqx.nn.Sequential([eqx.nn.Linear(3, 4, key=key), eqx.nn.Dropout(0.5), eqx.nn.Linear(4, 1, key=key)])
    with pytest.raises(ConvexcheckError, match="Dropout of a model in training"):
        from_model(noisy)
    assert from_model(eqx.nn.inference_mode(noisy)).size == 21


def test_flax():
    pytest.importorskip("flax", reason="an optional library")
    import flax.linen
    import jax
    from flax import nnx

    X = np.float32(np.random.default_rng(0).standard_normal((5, 3)))
    linen = flax.linen.Sequential([flax.linen.Dense(4), flax.linen.tanh, flax.linen.Dense(2)])
    params = linen.init(jax.random.PRNGKey(0), X)
    np.testing.assert_allclose(from_model(linen, params)(X), linen.apply(params, X), rtol=1e-4, atol=1e-5)
    rngs = nnx.Rngs(0)
    model = nnx.Sequential(nnx.Linear(3, 4, rngs=rngs), jax.nn.sigmoid, nnx.Linear(4, 2, use_bias=False, rngs=rngs))
    np.testing.assert_allclose(from_model(model)(X), model(X), rtol=1e-4, atol=1e-5)
