"""The file: canonical JSON with a version and a digest, and arrays beside it (trusted).

Every record becomes ``{"kind": name, field: value, ...}``; expressions are numbers into one table of
nodes, so that shared parts are written once. Reading is strict: a file is taken only if it is,
byte for byte, what writing its content gives. The digest guards against accidents only.

An array is a file named by the digest of its content: a header line with the shape and the float64 entries,
little-endian and row-major. It is read once; the same bytes are hashed and parsed, and every entry must be finite.
"""

import hashlib
import json
import math
import re
import typing
from collections.abc import Mapping
from fractions import Fraction
from functools import cache
from pathlib import Path
from types import NoneType, UnionType
from typing import Any

import numpy as np

from convexcheck.certificate.evidence import Array, Certificate
from convexcheck.expression.errors import ConvexcheckError, Record
from convexcheck.expression.functions import FUNCTIONS
from convexcheck.expression.objects import rationals
from convexcheck.expression.statement import Statement
from convexcheck.expression.term import ENTRIES, MATRICES, Expression, rebuild

FORMAT, VERSION, MAX_BYTES = "convexcheck certificate", 1, 8_000_000
_SHAPES: dict[str, tuple[range, type]] = {  # how many arguments a node has, and what data
    "const": (range(1), Fraction), "pi": (range(1), NoneType), "dim": (range(1), str), "bound": (range(1), int),
    **{op: (range(10), str) for op in ENTRIES}, **{op: (range(1, 2), NoneType) for op in ("not", *FUNCTIONS)},
    **{op: (range(2, 10**6), NoneType) for op in ("add", "mul", "max", "and", "or")}, "where": (range(3, 4), NoneType),
    **{op: (range(2, 3), NoneType) for op in ("pow", "Sum", "Max", "le", "lt", "eq")},
    **{op: (range(k := sizes + 1 + 2 * (op in ("inv", "logm")), k + 1), NoneType) for op, sizes in MATRICES.items()},
}  # fmt: skip
_RATIONAL = re.compile(r"-?[0-9]+(/[0-9]+)?\Z", re.ASCII)
_hints = cache(typing.get_type_hints)
Nodes = dict[Expression, int]


def encode(certificate: Certificate) -> bytes:
    """The certificate as the bytes of its file."""
    nodes = Nodes()
    parts = {name: _plain(value, nodes) for name, value in vars(certificate).items()}
    document = {"format": FORMAT, "version": VERSION, "nodes": _table(nodes), **parts}
    return _dump({**document, "digest": hashlib.sha256(_dump(document)).hexdigest()})


def statement_digest(s: Statement) -> str:
    """The SHA-256 of a statement alone: what binds a verdict to the question that was asked."""
    nodes = Nodes()
    return hashlib.sha256(_dump([_plain(s, nodes), _table(nodes)])).hexdigest()


def decode(data: bytes) -> Certificate:
    """The certificate in a file's bytes.

    Raises:
        ConvexcheckError: saying where the bytes differ from any certificate of this version.
    """
    try:
        if len(data) > MAX_BYTES:
            raise ValueError(f"{len(data)} bytes")
        document = json.loads(data.decode("ascii"))
        nodes: list[Expression] = []
        for row in document["nodes"]:
            nodes.append(_node(row, nodes))
        certificate = Certificate(**_fields(Certificate, document, nodes))
        if encode(certificate) != data:  # whatever slipped through above as another value is caught here
            raise ValueError("the file is of another version, not in canonical form, or its digest is wrong")
        return certificate
    except (AttributeError, LookupError, TypeError, ValueError, RuntimeError, ArithmeticError) as error:
        what = f"{type(error).__name__} {error}"
        raise ConvexcheckError("certificate", what, f"a canonical file of version {VERSION}", "a new one") from error


def _dump(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


def _plain(value: Any, nodes: Nodes) -> Any:
    if isinstance(value, Expression):
        return _number(value, nodes)
    if isinstance(value, tuple | Mapping):
        return [_plain(v, nodes) for v in (value.items() if isinstance(value, Mapping) else value)]
    if isinstance(value, Record):
        return {"kind": type(value).__name__, **{k: _plain(v, nodes) for k, v in vars(value).items()}}
    return str(value) if isinstance(value, Fraction) else value


def _number(e: Expression, nodes: Nodes) -> int:
    if e not in nodes:
        for a in e.args:
            _number(a, nodes)
        nodes[e] = len(nodes)
    return nodes[e]


def _table(nodes: Nodes) -> list[list[Any]]:
    return [[e.op, [nodes[a] for a in e.args], str(e.data) if e.op == "const" else e.data] for e in nodes]


def _node(row: Any, nodes: list[Expression]) -> Expression:
    op, numbers, data = row
    lengths, kind = _SHAPES[op]
    data = _fraction(data) if kind is Fraction else data
    if len(numbers) not in lengths or type(data) is not kind or (kind is int and str(data)[0] == "-"):
        raise ValueError(f"node {row}")
    node = Expression(op, tuple(nodes[k] for k in numbers), data)
    if op in ("add", "mul", "pow", "max") and rebuild(Expression(op), node.args) is not node:
        raise ValueError(f"node {row} is not in constructor form")
    return node


def _fraction(value: Any) -> Fraction:
    if not _RATIONAL.match(value):
        raise ValueError(f"the number {value!r}")
    return Fraction(value)


def _fields(record: type, value: Any, nodes: list[Expression]) -> dict[str, Any]:
    return {name: _build(hint, value[name], nodes) for name, hint in _hints(record).items()}


def _build(hint: Any, value: Any, nodes: list[Expression]) -> Any:
    """The value of type `hint` that `value` encodes."""
    origin, options = typing.get_origin(hint), typing.get_args(hint)
    if origin in (UnionType, typing.Union):
        kind = value["kind"] if isinstance(value, dict) else "NoneType" if value is None else options[0].__name__
        return _build({o.__name__: o for o in options}[kind], value, nodes)
    if hint in (Expression, Fraction):
        return nodes[value] if hint is Expression else _fraction(value)
    if origin is tuple:
        hints = [options[0]] * len(value) if options[-1] is Ellipsis else options
        return tuple(_build(h, v, nodes) for h, v in zip(hints, value, strict=True))
    if origin is Mapping:
        return {_build(options[0], k, nodes): _build(options[1], v, nodes) for k, v in value}
    if issubclass(hint, Record):
        return hint(**_fields(hint, value, nodes))
    if type(value) is not hint:
        raise ValueError(f"{value!r} where {hint.__name__} is expected")
    return value


# --- arrays beside the file ------------------------------------------------------------------------------


def array_header(shape: tuple[int, ...]) -> bytes:
    """The first line of an array's file."""
    return f"convexcheck array <f8 {','.join(map(str, shape))}\n".encode()


def digest(data: bytes) -> str:
    """The name under which the bytes are kept: their SHA-256."""
    return hashlib.sha256(data).hexdigest()


def array_path(folder: Path, name: str) -> Path:
    """The file of the array with the digest `name`."""
    return folder / f"{name}.array"


def load(folder: Path, array: Array) -> np.ndarray:
    """The float64 array in the file that `array` names by its digest, read from `folder` and checked.

    Raises:
        ConvexcheckError: when the file is missing, has another digest or shape, or holds NaN or infinity.
    """
    file = array_path(folder, array.digest)
    try:
        data = file.read_bytes() if array.digest.isalnum() else b""
    except OSError as error:
        raise ConvexcheckError("arrays", f"{file.name}: {error.strerror}", "a file by the certificate") from error
    if digest(data) != array.digest:
        raise ConvexcheckError("arrays", f"{file.name} has changed", f"content with digest {array.digest}")
    header = array_header(array.shape)
    whole = data.startswith(header) and len(data) == len(header) + 8 * math.prod(array.shape)
    found = np.frombuffer(data[len(header) :] if whole else b"", "<f8")
    if not whole or not np.isfinite(found).all():
        raise ConvexcheckError("arrays", f"{file.name} holds {data[:60]!r}", f"finite numbers of shape {array.shape}")
    return found.reshape(array.shape)


def written(array: Array) -> np.ndarray:
    """The exact entries that are written in the certificate itself."""
    if len(array.entries) != math.prod(array.shape) or min(array.shape, default=0) < 0:
        raise ConvexcheckError("arrays", f"{len(array.entries)} entries for shape {array.shape}")
    return rationals(np.array(array.entries, dtype=object).reshape(array.shape))
