"""Corrupted twins of a certificate: one change each, signed again.

A change is made in the JSON document: a leaf (number, string, truth value, null, node number), the length or order
of a list, the name of a kind, or a row of the table of nodes. The table is then written anew in canonical order,
so that a twin is not rejected for a trivial reason; where it was canonical already nothing changes.
"""

import copy
import hashlib
import json
import typing
from collections.abc import Iterator
from fractions import Fraction
from typing import Any, NamedTuple

from convexcheck.certificate import codec, evidence
from convexcheck.certificate.codec import encode
from convexcheck.certificate.evidence import Certificate
from convexcheck.expression.errors import ConvexcheckError
from convexcheck.expression.term import Expression, rebuild
from convexcheck.kernel.check import verify

OTHERS = 4  # how many other nodes stand in for one
SIBLINGS = [
    ["Affine", "SecondOrder", "Maximum", "Composition", "Rewriting", "Piecewise", "Limit", "Axiom", "Lemma",
     "RootOfQuadratic"],
    ["Bounds", "EachTerm", "Rewritten", "Scaled", "Gram", "Minors", "Cover", "DiagonalLowRank", "Kronecker",
     "Roots", "Ladder", "Split", "Increment", "Telescope"],
    ["JensenGap", "OutsideDomain"],
]
WORDS = {
    "verdict": ["convex", "concave", "affine", "not convex", "not concave", "neither", "ill-posed", ""],
    "relation": ["ge", "gt", "eq", "psd", "posdef", "symmetric", ""],
    "curvature": ["affine", "convex", "concave", ""],
    "strict": ["", "always"],
}
CONSTRUCTED = {"add", "mul", "pow", "max"}
UNREADABLE = (ConvexcheckError, LookupError, TypeError, ValueError, AttributeError, ArithmeticError, RuntimeError)
OPS = [["add", "mul", "max"], ["Sum", "Max"], ["var", "par", "dir"], ["le", "lt", "eq"], ["exp", "log", "abs", "tanh"]]


class Twin(NamedTuple):
    """What was changed where, and the bytes."""

    place: str
    data: bytes


def signed(document: dict[str, Any]) -> bytes:
    """The document with a fresh digest."""
    body = {k: v for k, v in document.items() if k != "digest"}
    body["digest"] = hashlib.sha256(_dump(body)).hexdigest()
    return _dump(body)


def _dump(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


def twins(data: bytes) -> Iterator[Twin]:
    """Every twin of the certificate in `data`, each with one change."""
    document = json.loads(data)
    for path, changed in changes(document):
        new = copy.deepcopy(document)
        _put(new, path, changed)
        raw = signed(new)
        yield Twin(f"{'/'.join(map(str, path))} = {json.dumps(changed)[:60]}", canonical(raw))


def canonical(raw: bytes) -> bytes:
    """The bytes with its table of nodes in canonical order, if they can be read at all."""
    try:
        return encode(decode_loosely(raw))
    except UNREADABLE:
        return raw


def decode_loosely(raw: bytes) -> Certificate:
    """The certificate that the parts describe, whatever the order, aliases and leftovers of the table of nodes."""
    document = json.loads(raw)
    nodes: list[Expression] = []
    for op, arguments, value in document["nodes"]:
        args = tuple(nodes[k] for k in arguments)
        data = codec._fraction(value) if op == "const" else value
        nodes.append(rebuild(Expression(op), args) if op in CONSTRUCTED else Expression(op, args, data))
    hints = typing.get_type_hints(Certificate)
    return Certificate(*(codec._build(hint, document[name], nodes) for name, hint in hints.items()))


def changes(document: dict[str, Any]) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """(path, new value) for every single change of the document."""
    count = len(document["nodes"])
    for k, row in enumerate(document["nodes"]):
        yield from (((("nodes", k)), new) for new in _rows(row, k))
    for part in ("statement", "claim", "evidence"):
        yield from _inside(document[part], (part,), count)


def _rows(row: list[Any], k: int) -> Iterator[list[Any]]:
    op, arguments, data = row
    for family in OPS:
        yield from ([other, arguments, data] for other in family if op in family and other != op)
    for j, a in enumerate(arguments):
        for other in {a - 1, a + 1, 0, k - 1} - {a}:
            if 0 <= other < k:
                yield [op, [*arguments[:j], other, *arguments[j + 1 :]], data]
        if len(arguments) > 1:
            yield [op, [*arguments[:j], *arguments[j + 1 :]], data]
    if len(arguments) > 1:
        yield [op, arguments[::-1], data]
    if op == "const":
        yield from ([op, [], v] for v in _rationals(data))
    if op == "bound":
        yield from ([op, [], v] for v in (data + 1, data - 1) if v >= 0)
    if isinstance(data, str) and op != "const":
        yield [op, arguments, data + "_"]


def _rationals(text: str) -> Iterator[str]:
    q = Fraction(text)
    for other in (q + 1, q - 1, -q, 2 * q, q / 2, Fraction(0)):
        if other != q:
            yield str(other)


def _inside(value: Any, path: tuple[Any, ...], count: int) -> Iterator[tuple[tuple[Any, ...], Any]]:
    if isinstance(value, dict):
        for key, child in value.items():
            if key == "kind":
                for family in SIBLINGS:
                    for other in family if child in family else ():
                        if other != child:
                            yield path, _as_kind(value, other)
            elif isinstance(child, str):
                words = [*WORDS.get(key, []), child + "_", *_number(child)]
                yield from (((*path, key), w) for w in words if w != child)
            elif type(child) is int and key not in ("which",):
                yield from (((*path, key), k) for k in _others(child, count))
            elif type(child) is int:
                yield from (((*path, key), k) for k in (child + 1, child - 1))
            elif isinstance(child, bool):
                yield (*path, key), not child
            elif child is None:
                yield from (((*path, key), new) for new in (0, {"kind": "Bounds"}, {"kind": "Affine"}))
            if isinstance(child, dict) and key in ("modulus", "inside", "strict", "monotone"):
                yield (*path, key), None
            yield from _inside(child, (*path, key), count)
    elif isinstance(value, list):
        for k, child in enumerate(value):
            yield path, [*value[:k], *value[k + 1 :]]
            yield path, [*value[: k + 1], *value[k:]]
            if k and value[k] != value[0]:
                yield path, [value[k], *value[1:k], value[0], *value[k + 1 :]]
            if type(child) is int:
                yield from (((*path, k), j) for j in {child + 1, child - 1, *_others(child, count)} - {child})
            elif isinstance(child, bool):
                yield (*path, k), not child
            elif isinstance(child, str):
                yield from (((*path, k), w) for w in [child + "_", *_number(child)])
            yield from _inside(child, (*path, k), count)


def _others(k: int, count: int) -> list[int]:
    step = max(1, count // OTHERS)
    return sorted({*range(k % step, count, step), k - 1, k + 1} & set(range(count)) - {k})


def _number(text: str) -> list[str]:
    try:
        return list(_rationals(text))
    except ValueError:
        return []


def _as_kind(value: dict[str, Any], kind: str) -> dict[str, Any]:
    """The same fields under another kind, where it has them; what is missing is filled with the plainest value."""
    fields = vars(evidence)[kind].__dataclass_fields__
    plain = {"form": {"kind": "Bounds"}, "premise": {"kind": "Affine"}, "premises": [], "slots": [], "monotone": None}
    return {"kind": kind, **{f: value.get(f, plain.get(f, 0)) for f in fields}}


def _put(document: Any, path: tuple[Any, ...], value: Any) -> None:
    for step in path[:-1]:
        document = document[step]
    document[path[-1]] = value


def accepted_alike(data: bytes, folder: Any = None) -> list[str]:
    """The places of the twins that the kernel accepts with the words of the original."""
    original = str(verify(data, folder))
    return [t.place for t in twins(data) if t.data != data and str(verify(t.data, folder)) == original]
