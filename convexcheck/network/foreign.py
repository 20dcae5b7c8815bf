"""Models of other libraries as perceptrons: scikit-learn, PyTorch, Flax, Equinox (untrusted).

None of these libraries is imported: a model is read by its attributes. An activation is recognised by its values at
some points and not by its name, so that a tanh approximation of gelu is not taken for gelu. At the end the model's own
outputs are compared with the perceptron's.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from convexcheck.expression.errors import ConvexcheckError
from convexcheck.network.activations import phi
from convexcheck.network.model import ACTIVATIONS, MLP
from convexcheck.network.numbers import STAGE, Numbers

_POINTS = np.array([-1e3, -30.0, -7.0, -3.0, -1.25, -0.5, 0.0, 0.3, 0.75, 2.0, 4.0, 7.0, 30.0, 1e3])
_TOLERANCE = 2e-6  # of float32
_ROWS = 5  # on which a model's outputs are compared
_ENDS = ("Softmax", "LogSoftmax", "Sigmoid", "LogSigmoid")
Item = tuple[str, Any, Any]


def from_model(model: Any, params: Any = None) -> MLP:
    """The perceptron that a model of another library computes.

    Args:
        model: a fitted ``MLPClassifier`` or ``MLPRegressor`` of scikit-learn; ``torch.nn.Sequential``;
            ``equinox.nn.MLP`` or ``Sequential``; ``flax.nnx.Sequential``; ``flax.linen.Sequential`` with `params`.
        params: the parameters of a Flax linen module, as its `init` returns them.

    Returns:
        The perceptron, weights converted to float64 exactly. Its last layer is linear: a softmax or sigmoid that
        the model's own prediction ends with belongs to ``loss="cross_entropy"``.

    Raises:
        ConvexcheckError: a model that is not fitted, or that holds what a perceptron does not have.
    """
    if hasattr(model, "hidden_layer_sizes"):
        return _sklearn(model)
    try:
        net = _in_a_row(model, params)
    except ConvexcheckError:
        raise
    except Exception as error:
        message = f"a {type(model).__name__} that cannot be read: {type(error).__name__} {str(error)[:200]}"
        raise ConvexcheckError(STAGE, message, "layers and activations in a row", "MLP.from_arrays") from error
    X = 3.0 * np.random.default_rng(0).standard_normal((_ROWS, net.widths[0]))
    expected, found = net(X), _outputs(model, params, X)
    near = _TOLERANCE * (1.0 + np.abs(expected).max())
    if found is not None and (found.size != expected.size or (np.abs(found.ravel() - expected.ravel()) > near).any()):
        message = f"a {type(model).__name__} with other outputs than its layers in a row have"
        expected_model = "a model without hooks and without a forward of its own"
        raise ConvexcheckError(STAGE, message, expected_model, "MLP.from_arrays")
    return net


def _in_a_row(model: Any, params: Any) -> MLP:
    items = list(_items(model, params, _points(model)))
    pairs, hidden, seen = list[tuple[Any, Any]](), list[str](), list[Any]()
    pending: str | None = None
    for kind, a, b in items:
        if kind == "linear":
            if any(a is other for other in seen):
                raise ConvexcheckError(STAGE, "two layers share their weights", "layers with weights of their own")
            seen.append(a)
            if pairs:
                hidden.append(pending or "identity")
            elif pending:
                raise ConvexcheckError(STAGE, f"{pending} before the first layer", "a layer of weights first")
            pairs.append((a, b))
            pending = None
        elif pending not in (None, "identity") and a != "identity":
            raise ConvexcheckError(STAGE, f"{a} after {pending}", "one activation after each layer")
        else:
            pending = a if a != "identity" else pending
    if not pairs:
        expected = "a model of scikit-learn, PyTorch, Flax or Equinox with layers in a row"
        raise ConvexcheckError(STAGE, f"a {type(model).__name__} without layers", expected, "MLP.from_arrays")
    if pending not in (None, "identity"):
        hint = 'the model without it, and loss="cross_entropy"' if pending == "sigmoid" else "the model without it"
        raise ConvexcheckError(STAGE, f"{pending} after the last layer", "a linear last layer", hint)
    return MLP.from_arrays([(_array(W), None if b is None else _array(b)) for W, b in pairs], hidden)


def _sklearn(model: Any) -> MLP:
    if not hasattr(model, "coefs_"):
        raise ConvexcheckError(STAGE, f"a {type(model).__name__} that is not fitted", "a fitted one", "model.fit(X, y)")
    name = {"logistic": "sigmoid"}.get(model.activation, model.activation)
    return MLP.from_arrays([(W.T, b) for W, b in zip(model.coefs_, model.intercepts_, strict=True)], name)


def _array(value: Any) -> Numbers:
    """The values of a tensor, parameter or array of any of the libraries; bfloat16 by way of float32."""
    value = value.get_value() if hasattr(value, "get_value") else value  # a variable of Flax
    if hasattr(value, "detach"):
        value = value.detach().cpu()
        return np.asarray((value.double() if value.is_floating_point() else value).numpy())
    return np.asarray(value)


def _points(model: Any) -> Any:
    """Where to evaluate activations: an array, or a tensor for modules of PyTorch."""
    tensors = model.parameters() if callable(getattr(model, "parameters", None)) else ()
    first = next(iter(tensors), None)
    return _POINTS.astype(np.float32) if first is None else _tensor(first, _POINTS)


def _tensor(first: Any, values: Numbers) -> Any:
    """Values as a tensor of double precision, as `first` is one."""
    return first.detach().new_tensor([0.0], device="cpu").abs().double().new_tensor(values.tolist())


def _outputs(model: Any, params: Any, X: Numbers) -> Numbers | None:
    """What the model itself makes of X, in double precision; None where it cannot be asked like that."""
    try:
        if callable(getattr(model, "parameters", None)):  # PyTorch
            twin = copy.deepcopy(model).cpu().double()
            found = _array(twin(_tensor(next(iter(twin.parameters())), X)))
        else:
            import jax

            with jax.enable_x64(True):
                found = np.asarray([model(x) if params is None else model.apply(params, x) for x in jax.numpy.array(X)])
    except Exception:  # noqa: BLE001, whatever a foreign model raises
        return None
    return found if found.dtype.kind == "f" and np.isfinite(found).all() else None


def _items(model: Any, params: Any, points: Any) -> Iterator[Item]:
    """Layers and activations in order: ("linear", W, b) and ("phi", name, None)."""
    name = type(model).__name__
    if params is not None:
        yield from _linen(model, params, points)
    elif hasattr(model, "weight") and hasattr(model, "in_features"):  # a linear layer of PyTorch or Equinox
        yield "linear", model.weight, getattr(model, "bias", None)
    elif hasattr(model, "kernel") and hasattr(model, "in_features"):  # of Flax's nnx
        bias: Any = getattr(model, "bias", None)
        held = bias.get_value() if hasattr(bias, "get_value") else bias
        yield "linear", _array(model.kernel).T, held
    elif hasattr(model, "layers") and hasattr(model, "final_activation"):  # equinox.nn.MLP
        for j, layer in enumerate(model.layers):
            yield from _items(layer, None, points)
            last = j == len(model.layers) - 1
            yield "phi", _recognised(model.final_activation if last else model.activation, points), None
    elif hasattr(model, "layers"):
        for layer in model.layers:
            yield from _items(layer, None, points)
    elif name == "Sequential":
        for layer in model:
            yield from _items(layer, None, points)
    elif name == "Flatten":  # the identity on rows of data
        return
    elif "Dropout" in name:  # also, when not training
        _refuse_noise(model, name)
    elif name in _ENDS and name != "Sigmoid":
        raise ConvexcheckError(STAGE, f"{name} in the model", "outputs before it", 'loss="cross_entropy" without it')
    elif callable(getattr(model, "parameters", None)) and [*model.parameters(), *model.buffers()]:
        hint = "fold it into the layer before it" if "Norm" in name else "MLP.from_arrays"
        message = f"{name}, which has numbers of its own"
        raise ConvexcheckError(STAGE, message, "Sequential, Linear, and activations without parameters", hint)
    elif callable(model):
        yield "phi", _recognised(model, points), None
    else:
        raise ConvexcheckError(STAGE, f"a {name}", "a layer or an activation")


def _refuse_noise(model: Any, name: str) -> None:
    noisy = getattr(model, "training", False) or not getattr(model, "inference", True)
    noisy = noisy or getattr(model, "deterministic", True) is False
    if noisy and getattr(model, "p", getattr(model, "rate", 0)):
        raise ConvexcheckError(STAGE, f"{name} of a model in training", "a fixed function", "model.eval()")


def _linen(model: Any, params: Any, points: Any) -> Iterator[Item]:
    """The parameters of a Flax linen module, with the activations of its Sequential."""
    held: Mapping[str, Any] = params.get("params", params)
    if not hasattr(model, "layers"):
        raise ConvexcheckError(STAGE, f"a {type(model).__name__} of Flax", "flax.linen.Sequential", "MLP.from_arrays")
    for j, layer in enumerate(model.layers):
        if hasattr(layer, "features"):
            parts = held.get(f"layers_{j}", held.get(getattr(layer, "name", None) or "", None))
            if parts is None:
                raise ConvexcheckError(STAGE, f"no parameters layers_{j}", f"one of {', '.join(held)}")
            yield "linear", np.asarray(parts["kernel"]).T, parts.get("bias")
        elif "Dropout" in type(layer).__name__:
            _refuse_noise(layer, type(layer).__name__)
        else:
            yield "phi", _recognised(layer, points), None


def _recognised(function: Callable[..., Any], points: Any) -> str:
    """The activation with the values of `function`."""
    shown = getattr(function, "__name__", type(function).__name__)
    known = f"one of {', '.join(ACTIVATIONS)}"
    try:
        values = np.asarray(_array(function(points)), dtype=float)
    except Exception as error:
        message = f"{shown}, which failed with {type(error).__name__} on an array of numbers"
        raise ConvexcheckError(STAGE, message, f"a linear layer, or {known}") from error
    for activation in ACTIVATIONS:
        wanted = phi(activation, _POINTS)
        if values.shape == wanted.shape and (np.abs(values - wanted) <= _TOLERANCE * (1 + np.abs(wanted))).all():
            return activation
    hint = "gelu with approximate='none' (or False): the tanh approximation is another function"
    raise ConvexcheckError(STAGE, f"unknown activation {shown}", known, hint if "gelu" in shown.lower() else "")
