"""The file: canonical JSON with a version and a digest, arrays beside it (trusted).

Every dataclass becomes ``{"kind": name, field: value, ...}``; expressions are numbers into one table of
nodes, so that shared parts are written once. Reading is strict: a file is taken only if it is,
byte for byte, what writing its content gives. The digest guards against accidents only.
"""

import dataclasses
import hashlib
import json
import re
import types
import typing
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from convexcheck.certificate import claim, evidence
from convexcheck.certificate.claim import Certificate
from convexcheck.expression import statement
from convexcheck.expression.errors import ConvexcheckError
from convexcheck.expression.functions import FUNCTIONS
from convexcheck.expression.term import ENTRIES, Expression, rebuild

FORMAT, VERSION = "convexcheck certificate", 1
MAX_BYTES, MAX_DIGITS, MAX_NESTING = 8_000_000, 2_500, 120
_KINDS: dict[str, type] = {
    c.__name__: c for m in (statement, claim, evidence) for c in vars(m).values()
    if dataclasses.is_dataclass(c) and isinstance(c, type) and c is not Certificate
}  # fmt: skip
_NONE, _MANY = type(None), 10**6
_SHAPES: dict[str, tuple[int, int, type]] = {  # how many arguments, and what data
    "const": (0, 0, Fraction), "pi": (0, 0, _NONE), "dim": (0, 0, str), "bound": (0, 0, int),
    **{op: (0, 9, str) for op in ENTRIES}, **{op: (2, _MANY, _NONE) for op in ("add", "mul", "max", "and", "or")},
    **{op: (2, 2, _NONE) for op in ("pow", "Sum", "Max", "le", "lt", "eq")}, "where": (3, 3, _NONE),
    **{op: (1, 1, _NONE) for op in ("not", *FUNCTIONS)},
}  # fmt: skip
_RATIONAL = re.compile(r"-?(0|[1-9][0-9]*)(/[1-9][0-9]*)?\Z", re.ASCII)
_HINTS: dict[type, dict[str, Any]] = {}


def encode(certificate: Certificate) -> bytes:
    """The certificate as the bytes of its file."""
    nodes: dict[Expression, int] = {}
    parts = {k: _plain(getattr(certificate, k), nodes) for k in _parts()}
    document = {"format": FORMAT, "version": VERSION, "nodes": _table(nodes), **parts}
    document["digest"] = hashlib.sha256(_dump(document)).hexdigest()
    return _dump(document)


def statement_digest(s: statement.Statement) -> str:
    """The SHA-256 of a statement alone: what binds a verdict to the question that was asked."""
    nodes: dict[Expression, int] = {}
    body = _plain(s, nodes)
    return hashlib.sha256(_dump([body, _table(nodes)])).hexdigest()


def decode(data: bytes) -> Certificate:
    """The certificate in a file's bytes.

    Raises:
        ConvexcheckError: saying where the bytes differ from any certificate of this version.
    """
    try:
        return _decode(data)
    except (KeyError, IndexError, TypeError, ValueError, RecursionError, ZeroDivisionError) as error:
        raise _malformed(f"{type(error).__name__} {error}") from error


def _decode(data: bytes) -> Certificate:
    if len(data) > MAX_BYTES or not data:
        raise _malformed(f"{len(data)} bytes")
    depth = 0
    for byte in data:
        depth += (byte in b"[{") - (byte in b"]}")
        if depth > MAX_NESTING:
            raise _malformed(f"nested deeper than {MAX_NESTING}")
    if re.search(rb"[0-9]{%d}" % MAX_DIGITS, data):
        raise _malformed(f"a number of {MAX_DIGITS} digits")
    document = json.loads(data.decode("ascii"), parse_float=_refuse, parse_constant=_refuse)
    if document.get("format") != FORMAT or document.get("version") != VERSION:
        raise _malformed(f"format {document.get('format')!r}, version {document.get('version')!r}")
    nodes: list[Expression] = []
    for row in document["nodes"]:
        nodes.append(_node(row, nodes))
    parts = [_build(t, document[k], nodes) for k, t in _parts().items()]
    certificate = Certificate(*parts)
    if encode(certificate) != data:
        raise _malformed("it is not in canonical form, or its digest is wrong")
    return certificate


def _malformed(what: str) -> ConvexcheckError:
    return ConvexcheckError("certificate", what, f"a canonical file of version {VERSION}", "write it anew")


def _refuse(token: str) -> Any:
    raise _malformed(f"the number {token}")


def _parts() -> dict[str, Any]:
    return typing.get_type_hints(Certificate)


def _dump(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False).encode()


def _plain(value: Any, nodes: dict[Expression, int]) -> Any:
    if isinstance(value, Expression):
        return _number(value, nodes)
    if isinstance(value, Fraction):
        return str(value)
    if isinstance(value, tuple):
        return [_plain(v, nodes) for v in value]
    if isinstance(value, Mapping):
        return [[k, _plain(v, nodes)] for k, v in value.items()]
    if dataclasses.is_dataclass(value):
        fields = {f.name: _plain(getattr(value, f.name), nodes) for f in dataclasses.fields(value)}
        return {"kind": type(value).__name__, **fields}
    return value


def _number(e: Expression, nodes: dict[Expression, int]) -> int:
    if e not in nodes:
        for a in e.args:
            _number(a, nodes)
        nodes[e] = len(nodes)
    return nodes[e]


def _table(nodes: dict[Expression, int]) -> list[list[Any]]:
    return [[e.op, [nodes[a] for a in e.args], str(e.data) if e.op == "const" else e.data] for e in nodes]


def _node(row: Any, nodes: list[Expression]) -> Expression:
    op, numbers, data = row
    least, most, kind = _SHAPES[op]
    data = _fraction(data) if kind is Fraction else data
    backward = all(type(k) is int and 0 <= k < len(nodes) for k in numbers)
    if not backward or not least <= len(numbers) <= most or type(data) is not kind or (op == "bound" and data < 0):
        raise _malformed(f"node {row}")
    node = Expression(op, tuple(nodes[k] for k in numbers), data)
    if op in ("add", "mul", "pow", "max") and rebuild(Expression(op), node.args) is not node:
        raise _malformed(f"node {row} is not in constructor form")
    return node


def _fraction(value: Any) -> Fraction:
    if not isinstance(value, str) or not _RATIONAL.match(value):
        raise _malformed(f"the number {value!r}")
    return Fraction(value)


def _build(hint: Any, value: Any, nodes: list[Expression]) -> Any:
    """The value of type `hint` that `value` encodes; whatever is not exactly that is refused here or by `encode`."""
    origin, options = typing.get_origin(hint), typing.get_args(hint)
    if origin in (types.UnionType, typing.Union):
        if value is None and _NONE in options:
            return None
        name = value["kind"] if isinstance(value, dict) else None
        return _build(next(o for o in options if o is not _NONE and name in (None, o.__name__)), value, nodes)
    if hint is Fraction:
        return _fraction(value)
    if origin is tuple:
        hints = [options[0]] * len(value) if options[-1] is Ellipsis else options
        return tuple(_build(h, v, nodes) for h, v in zip(hints, value, strict=True))
    if origin is Mapping:
        return {_build(options[0], k, nodes): _build(options[1], v, nodes) for k, v in value}
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        fields = _HINTS.setdefault(hint, typing.get_type_hints(hint))
        if value["kind"] != hint.__name__ or set(value) != {"kind", *fields}:
            raise _malformed(f"{hint.__name__} with the fields {sorted(value)}")
        return hint(**{name: _build(h, value[name], nodes) for name, h in fields.items()})
    if type(value) is not (int if hint is Expression else hint) or (hint is Expression and value < 0):
        raise _malformed(f"{value!r} where {hint.__name__} is expected")
    return nodes[value] if hint is Expression else value
