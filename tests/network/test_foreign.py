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
    ([SHARED, lambda z: z.nothing, Linear(RNG, 2, 1)], "<lambda> failed with AttributeError"),
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
    for phi in (nn.Tanh(), nn.Sigmoid(), nn.Softplus(), nn.ReLU(), nn.GELU(), nn.Identity()):
        model = nn.Sequential(nn.Flatten(), nn.Linear(3, 4), phi, nn.Dropout(0.5), nn.Linear(4, 2, bias=False)).eval()
        X = torch.randn(5, 3)
        np.testing.assert_allclose(from_model(model)(X), model(X).detach().numpy(), rtol=1e-4, atol=1e-5)
    with pytest.raises(ConvexcheckError, match=r"unknown activation GELU; .*approximate='none'"):
        from_model(nn.Sequential(nn.Linear(2, 2), nn.GELU(approximate="tanh"), nn.Linear(2, 1)))
    with pytest.raises(ConvexcheckError, match="Softmax in the model"):
        from_model(nn.Sequential(nn.Linear(2, 2), nn.Softmax(dim=1)))
    with pytest.raises(ConvexcheckError, match=r'sigmoid after the last layer; .*loss="cross_entropy"'):
        from_model(nn.Sequential(nn.Linear(2, 1), nn.Sigmoid()))


def test_equinox():
    eqx = pytest.importorskip("equinox", reason="an optional library")
    import jax

    key = jax.random.PRNGKey(0)
    X = np.float32(np.random.default_rng(0).standard_normal((5, 3)))
    for model in (
        eqx.nn.MLP(3, 2, 4, 2, activation=jax.nn.tanh, key=key),
        eqx.nn.Sequential([eqx.nn.Linear(3, 4, key=key), eqx.nn.Lambda(jax.nn.softplus), eqx.nn.Linear(4, 1, key=key)]),
    ):
        np.testing.assert_allclose(from_model(model)(X), jax.vmap(model)(X), rtol=1e-4, atol=1e-5)


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
