"""Files: round trips, files of other programs, and what is no network."""

import json

import numpy as np
import pytest

from convexcheck import ConvexcheckError
from convexcheck.network import MLP, load, save
from tests.network.networks import perceptron


@pytest.mark.parametrize("ending", ["npz", "safetensors", "json"])
@pytest.mark.parametrize("bias", ["all", "none", "mixed"])
def test_round_trips(ending, bias, tmp_path):
    net = perceptron((3, 4, 2, 1), ["tanh", "relu"], bias=bias)
    save(net, tmp_path / f"net.{ending}")
    back = load(tmp_path / f"net.{ending}")
    assert back.activations == net.activations
    assert back.names == net.names
    assert (back.vector() == net.vector()).all()


def test_json_keeps_rationals(tmp_path):
    net = MLP.from_arrays([([["1/3", "0.1"]], None)])
    save(net, tmp_path / "net.json")
    assert load(tmp_path / "net.json").layers[0].W.tolist() == net.layers[0].W.tolist()
    for ending in ("npz", "safetensors"):
        with pytest.raises(ConvexcheckError, match="weights that float64 cannot hold"):
            save(net, tmp_path / f"net.{ending}")


def test_arrays_of_other_programs(tmp_path):
    rng = np.random.default_rng(0)
    weights = {f"{j}.weight": np.float32(rng.standard_normal((2, 2))) for j in (0, 2, 10)}
    np.savez(tmp_path / "net.npz", **weights, **{"2.bias": np.zeros(2)})
    net = load(tmp_path / "net.npz", activation="relu")
    assert net.names == ("W1", "W2", "b2", "W3")  # 10 comes after 2
    assert (weights["10.weight"] == net.layers[2].W).all()
    kernel = rng.standard_normal((3, 2))
    np.savez(tmp_path / "flax.npz", **{"Dense_0.kernel": kernel})
    assert (load(tmp_path / "flax.npz").layers[0].W == kernel.T).all()
    with pytest.raises(ConvexcheckError, match="the activation is not said; expected activation="):
        load(tmp_path / "net.npz")


def test_the_bytes_of_safetensors(tmp_path):
    """By the format's documentation: eight bytes of length, a JSON header, the arrays one after the other."""
    header = {"0.weight": {"dtype": "BF16", "shape": [1, 2], "data_offsets": [0, 4]}}
    text = json.dumps(header).encode()
    body = np.array([1.5, -2.0], "<f4").view("<u4") >> 16
    data = len(text).to_bytes(8, "little") + text + body.astype("<u2").tobytes()
    (tmp_path / "net.safetensors").write_bytes(data)
    assert load(tmp_path / "net.safetensors").layers[0].W.tolist() == [[1.5, -2.0]]
    (tmp_path / "net.safetensors").write_bytes(data[:-1])
    with pytest.raises(ConvexcheckError, match=r"net.safetensors is no network: ValueError 0.weight does not fit"):
        load(tmp_path / "net.safetensors")
    (tmp_path / "net.safetensors").write_bytes((10**9).to_bytes(8, "little") + text)
    with pytest.raises(ConvexcheckError, match="a header longer than the file"):
        load(tmp_path / "net.safetensors")


REFUSED = [
    ("net.npz", b"nothing", "net.npz is no network"),
    ("net.json", b"[", "net.json is no network: JSONDecodeError"),
    ("net.json", b'{"layers": [{}]}', "net.json is no network: KeyError 'W'"),
    ("net.json", b'{"layers": [{"W": [[NaN]]}]}', r"W1\[0, 0\] is nan"),
    ("net.json", b'{"layers": [{"W": [[1]], "activation": "swish"}, {"W": [[1]]}]}', "unknown activation 'swish'"),
    ("net.safetensors", b"", "net.safetensors is no network"),
    ("net.pt", b"", r"net.pt; expected a file that ends in .npz, .safetensors, .json"),
]


@pytest.mark.parametrize(("name", "data", "message"), REFUSED)
def test_what_is_refused(name, data, message, tmp_path):
    (tmp_path / name).write_bytes(data)
    with pytest.raises(ConvexcheckError, match=message):
        load(tmp_path / name)


def test_other_refusals(tmp_path):
    with pytest.raises(ConvexcheckError, match="cannot read"):
        load(tmp_path / "absent.npz")
    with pytest.raises(ConvexcheckError, match="cannot write"):
        save(perceptron((2, 1), "tanh"), tmp_path / "absent" / "net.npz")
    with pytest.raises(ConvexcheckError, match=r"net.h5; expected a file"):
        save(perceptron((2, 1), "tanh"), tmp_path / "net.h5")
    np.savez(tmp_path / "net.npz", mean=np.zeros(2))
    with pytest.raises(ConvexcheckError, match="an array named 'mean'; expected W1, b1"):
        load(tmp_path / "net.npz")
    np.savez(tmp_path / "net.npz", b1=np.zeros(2))
    with pytest.raises(ConvexcheckError, match="layer '1' has b alone; expected weights"):
        load(tmp_path / "net.npz")


def test_pickles_are_not_loaded(tmp_path):
    np.savez(tmp_path / "net.npz", W1=np.array([object()], dtype=object))
    with pytest.raises(ConvexcheckError, match=r"net.npz is no network: ValueError Object arrays cannot be loaded"):
        load(tmp_path / "net.npz")
