"""Perceptrons as files: ``.npz``, ``.safetensors`` and ``.json`` (untrusted).

Arrays are W1, b1, W2, ...; the names of the activations stand beside them. Rationals that float64 cannot hold are
kept by JSON only. Nothing in a file is executed.
Source of the format of .safetensors: its documentation, "Format".
"""

from __future__ import annotations

import json
import math
import re
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from convexcheck.expression.errors import ConvexcheckError
from convexcheck.network.model import MLP
from convexcheck.network.numbers import STAGE, Numbers, floats

FORMATS = (".npz", ".safetensors", ".json")
_MOST_HEADER = 100_000_000
_TYPES = {"F64": "<f8", "F32": "<f4", "F16": "<f2", "BF16": "<u2", "I64": "<i8", "I32": "<i4"}
_PART = re.compile(r"(?P<stem>.*?)(?P<kind>weight|kernel|bias|W|b)(?P<number>\d*)")


def save(net: MLP, path: str | Path) -> None:
    """Write a perceptron; the ending of the path chooses the format.

    Args:
        net: the perceptron.
        path: ends in .npz, .safetensors or .json.

    Raises:
        ConvexcheckError: another ending; weights that the format cannot hold exactly; a folder that is not there.
    """
    target = Path(path)
    if target.suffix not in FORMATS:
        raise ConvexcheckError(STAGE, f"{target.name}", f"a file that ends in {', '.join(FORMATS)}")
    if target.suffix != ".json" and not net.exact_in_float64:
        raise ConvexcheckError(STAGE, "weights that float64 cannot hold", "floats", target.with_suffix(".json").name)
    try:
        if target.suffix == ".npz":
            arrays = {n: floats(a) for n, a in net.parameters.items()}
            np.savez(target, activations=np.array(net.activations), **arrays)  # type: ignore[arg-type]
        elif target.suffix == ".json":
            target.write_text(json.dumps(_document(net), indent=1) + "\n", encoding="ascii")
        else:
            target.write_bytes(_tensors(net))
    except OSError as error:
        raise ConvexcheckError(STAGE, f"cannot write {target}: {error.strerror}", hint="another folder") from error


def load(path: str | Path, activation: str | Sequence[str] | None = None) -> MLP:
    """Read a perceptron that `save` or another program wrote.

    Args:
        path: a .npz, .safetensors or .json file. Arrays of other programs are taken in the order of their numbers,
            weights as (out, in), such as ``0.weight, 0.bias, 2.weight``, or ``kernel`` as (in, out).
        activation: of the hidden layers; needed where the file does not say it.

    Raises:
        ConvexcheckError: an unreadable file, arrays that are no perceptron, unknown activations.
    """
    source = Path(path)
    readers = {".npz": _npz, ".safetensors": _safetensors, ".json": _json}
    if source.suffix not in readers:
        raise ConvexcheckError(STAGE, source.name or str(path), f"a file that ends in {', '.join(FORMATS)}")
    try:
        arrays, named = readers[source.suffix](source)
    except OSError as error:
        raise ConvexcheckError(STAGE, f"cannot read {source}: {error.strerror or error}", "a file") from error
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, EOFError, zipfile.BadZipFile) as error:
        message = f"{source.name} is no network: {type(error).__name__} {str(error)[:120]}"
        raise ConvexcheckError(STAGE, message, f"a {source.suffix} file with W1, b1, W2, ...") from error
    return from_parts(arrays, activation if activation is not None else named)


def load_data(path: str | Path) -> tuple[Numbers, Numbers]:
    """X and y of an .npz file.

    Raises:
        ConvexcheckError: an unreadable file, or one without X and y.
    """
    source = Path(path)
    try:
        with np.load(source, allow_pickle=False) as file:
            missing = [name for name in ("X", "y") if name not in file.files]
            if not missing:
                return file["X"], file["y"]
            message = f"{source.name} holds {', '.join(file.files) or 'nothing'}"
    except OSError as error:
        raise ConvexcheckError(STAGE, f"cannot read {source}: {error.strerror or error}", "a .npz file") from error
    except (ValueError, AttributeError, TypeError, EOFError, zipfile.BadZipFile):  # TypeError: a single array
        message = f"{source.name} holds no arrays"
    raise ConvexcheckError(STAGE, message, "a .npz file with X and y", "numpy.savez(path, X=X, y=y)")


def from_parts(arrays: Mapping[str, Any], activation: str | Sequence[str] | None) -> MLP:
    """The perceptron with arrays that are named by layer.

    Raises:
        ConvexcheckError: names that are no weights and biases, or no activation.

    >>> from_parts({"0.weight": [[1.0]], "0.bias": [0.0], "2.weight": [[1.0]]}, "tanh").names
    ('W1', 'b1', 'W2')
    """
    layers: dict[str, dict[str, Any]] = {}
    for name, array in arrays.items():
        found = _PART.fullmatch(name)
        if not found or (found["kind"] in "Wb") != bool(found["number"]):
            expected = "W1, b1, ..., or names that end in weight and bias"
            raise ConvexcheckError(STAGE, f"an array named {name!r}", expected)
        layers.setdefault(found["stem"] + found["number"], {})[found["kind"]] = array
    pairs = []
    for key in sorted(layers, key=_natural):
        parts = layers[key]
        weight = parts.get("W", parts.get("weight"))
        if weight is None and "kernel" in parts:
            weight = np.asarray(parts["kernel"]).T
        if weight is None:
            raise ConvexcheckError(STAGE, f"layer {key!r} has {', '.join(parts)} alone", "weights")
        pairs.append((weight, parts.get("b", parts.get("bias"))))
    if activation is None and len(pairs) > 1:
        raise ConvexcheckError(STAGE, "the activation is not said", "activation=, such as 'tanh'", "--activation tanh")
    return MLP.from_arrays(pairs, activation or "tanh")


def _natural(key: str) -> list[Any]:
    return [int(part) if part.isdigit() else part for part in re.split(r"(\d+)", key)]


def _hidden(names: Sequence[str] | None) -> list[str] | None:
    return None if names is None else [str(name) for name in names[:-1]]


def _npz(path: Path) -> tuple[dict[str, Any], list[str] | None]:
    with np.load(path, allow_pickle=False) as file:
        arrays = {name: file[name] for name in file.files}
    names = arrays.pop("activations", None)
    return arrays, _hidden(None if names is None else np.atleast_1d(names).tolist())


def _document(net: MLP) -> dict[str, Any]:
    def written(array: Numbers | None) -> Any:
        if array is None or array.dtype != object:
            return None if array is None else array.tolist()
        return np.vectorize(str, otypes=[object])(array).tolist()

    layers = [{"W": written(a.W), "b": written(a.b), "activation": a.activation} for a in net.layers]
    return {"format": "convexcheck network", "version": 1, "layers": layers}


def _json(path: Path) -> tuple[dict[str, Any], list[str] | None]:
    document = json.loads(path.read_bytes())
    arrays: dict[str, Any] = {}
    for j, layer in enumerate(document["layers"], 1):
        arrays[f"W{j}"] = layer["W"]
        if layer.get("b") is not None:
            arrays[f"b{j}"] = layer["b"]
    named = [layer.get("activation") for layer in document["layers"]]
    return arrays, _hidden(named) if all(named[:-1]) else None


def _tensors(net: MLP) -> bytes:
    header: dict[str, Any] = {"__metadata__": {"activations": ",".join(net.activations)}}
    data = b""
    for name, array in zip(net.names, net.arrays(), strict=True):
        part = array.astype("<f8").tobytes()
        header[name] = {"dtype": "F64", "shape": list(array.shape), "data_offsets": [len(data), len(data) + len(part)]}
        data += part
    text = json.dumps(header).encode("ascii")
    text += b" " * (-len(text) % 8)
    return len(text).to_bytes(8, "little") + text + data


def _safetensors(path: Path) -> tuple[dict[str, Any], list[str] | None]:
    data = path.read_bytes()
    length = int.from_bytes(data[:8], "little")
    if length > min(_MOST_HEADER, len(data) - 8):
        raise ValueError("a header longer than the file")
    header, body = json.loads(data[8 : 8 + length]), data[8 + length :]
    names = header.pop("__metadata__", {}).get("activations")
    arrays = {}
    for name, entry in header.items():
        start, stop = entry["data_offsets"]
        kind, shape = entry["dtype"], tuple(entry["shape"])
        if kind not in _TYPES:
            raise ValueError(f"{name} has dtype {kind}")
        if not 0 <= start <= stop <= len(body) or math.prod(shape) * np.dtype(_TYPES[kind]).itemsize != stop - start:
            raise ValueError(f"{name} does not fit its bytes")
        array = np.frombuffer(body[start:stop], _TYPES[kind]).reshape(shape)
        if kind == "BF16":  # the upper half of a float32
            array = (array.astype("<u4") << 16).view("<f4")
        arrays[name] = array
    return arrays, _hidden(None if names is None else names.split(","))
