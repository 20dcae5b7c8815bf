"""The file: what is written is read back as it was, and nothing else is read."""

import hashlib
import json
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convexcheck.certificate import evidence as ev
from convexcheck.certificate.codec import MAX_BYTES, decode, encode, statement_digest
from convexcheck.certificate.evidence import Certificate, Claim
from convexcheck.expression.errors import ConvexcheckError
from convexcheck.expression.functions import FUNCTIONS
from convexcheck.expression.statement import RELATIONS, Condition, Declaration, Statement
from convexcheck.expression.term import Expression, add, apply, bound, const, dim, entry, maximum, mul, over, power
from convexcheck.kernel.check import Rejected, verify

x, n = entry("var", "x"), dim("n")
fractions = st.fractions(max_denominator=50)
names = st.sampled_from(["x", "y", "w_1", "LongName"])
leaves = st.one_of(
    fractions.map(const),
    names.map(lambda v: entry("var", v)),
    names.map(lambda v: entry("par", v, [bound(0)])),
    st.just(n),
    st.just(Expression("pi")),
    st.integers(0, 3).map(bound),
)


def _grow(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    pairs = st.tuples(inner, inner)
    return st.one_of(
        st.lists(inner, min_size=2, max_size=3).map(lambda a: add(*a)),
        st.lists(inner, min_size=2, max_size=3).map(lambda a: mul(*a)),
        st.lists(inner, min_size=2, max_size=3).map(lambda a: maximum(*a)),
        st.tuples(inner, st.sampled_from([-1, Fraction(1, 2), 2])).map(_raised),
        st.tuples(st.sampled_from(sorted(FUNCTIONS)), inner).map(lambda p: apply(*p)),
        st.tuples(st.sampled_from(["Sum", "Max"]), inner).map(lambda p: over(p[0], n, p[1])),
        st.tuples(st.sampled_from(["le", "lt", "eq"]), pairs, pairs).map(
            lambda p: apply("where", apply("not", apply(p[0], *p[1])), *p[2])
        ),
    )


def _raised(pair: tuple[Expression, Any]) -> Expression:
    base, exponent = pair
    return base if base.op == "const" else power(base, exponent)


expressions = st.recursive(leaves, _grow, max_leaves=6)
many = st.lists(expressions, max_size=2).map(tuple)
numbers = st.lists(fractions, max_size=2).map(tuple)
signs = st.recursive(
    st.just(ev.Bounds()),
    lambda inner: st.one_of(
        st.builds(ev.Rewritten, expressions, inner),
        st.builds(ev.EachTerm, st.lists(inner, max_size=2).map(tuple)),
        st.builds(ev.Scaled, expressions, st.none() | inner, inner),
        st.builds(ev.Increment, expressions, expressions, expressions, inner, inner),
        st.builds(ev.Telescope, expressions, inner),
        st.builds(ev.Gram, fractions, st.lists(st.builds(ev.Block, expressions, inner, many, numbers)).map(tuple)),
        st.builds(ev.Cover, many, many, many, st.lists(st.integers(-1, 3), max_size=3).map(tuple)),
        st.builds(ev.Minors, many, many, st.lists(inner, max_size=2).map(tuple)),
        st.builds(
            ev.DiagonalLowRank,
            expressions,
            expressions,
            expressions,
            many,
            many,
            many,
            inner,
            st.lists(inner, max_size=2).map(tuple),
        ),
    ),
    max_leaves=4,
)
sizes = st.lists(st.one_of(st.just(n), st.integers(0, 3).map(dim)), max_size=2).map(tuple)


def _rules(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    slot = st.builds(ev.Slot, names, sizes, expressions, st.sampled_from(["affine", "convex", "concave"]), inner)
    return st.one_of(
        st.builds(ev.Maximum, st.lists(inner, max_size=2).map(tuple)),
        st.builds(ev.Rewriting, expressions, inner),
        st.builds(
            ev.Composition, expressions, st.lists(slot, max_size=2).map(tuple), inner, st.one_of(st.none(), signs)
        ),
    )


leaves = st.one_of(st.sampled_from([ev.Affine(), ev.Axiom()]), st.builds(ev.SecondOrder, signs))
rules = st.recursive(leaves, _rules, max_leaves=3)
arrays = st.lists(fractions, max_size=3).map(lambda q: ev.Array((len(q),), tuple(q)))
named = st.lists(st.tuples(names, arrays), max_size=2).map(tuple)
counted = st.lists(st.tuples(names, st.integers(0, 9)), max_size=2).map(tuple)
instances = st.builds(ev.Instance, counted, named, named)
weights = st.lists(st.tuples(names, expressions, signs), max_size=2).map(tuple)
proofs = st.builds(
    ev.Proof,
    rules,
    st.lists(signs, max_size=2).map(tuple),
    st.lists(st.one_of(rules, st.builds(ev.Superlevel, expressions, signs, expressions, rules)), max_size=1).map(tuple),
    st.one_of(st.none(), instances),
    st.one_of(st.none(), rules),
    st.one_of(
        st.none(),
        st.builds(ev.Strict, weights, signs),
        st.builds(ev.Definite, many, many, st.lists(signs, max_size=2).map(tuple)),
    ),
)
declarations = st.builds(Declaration, sizes, st.booleans(), st.sampled_from(["", "a" * 64]))
conditions = st.lists(st.builds(Condition, st.sampled_from(RELATIONS), expressions, sizes), max_size=2).map(tuple)
statements = st.builds(
    Statement,
    expressions,
    st.dictionaries(names, declarations, max_size=2),
    st.dictionaries(names, declarations, max_size=2),
    st.dictionaries(names, st.integers(0, 5), max_size=2),
    conditions,
    conditions,
    st.lists(st.text(max_size=8), max_size=2).map(tuple),
)
gaps = st.builds(ev.JensenGap, instances, named, named, fractions)
evidence = st.one_of(
    proofs,
    gaps,
    st.builds(ev.NegativeCurvature, instances, named, named, st.text(max_size=8), fractions),
    st.builds(ev.Generalisation, statements, counted, st.one_of(st.none(), expressions), proofs),
    st.builds(ev.Neither, gaps, gaps),
    st.builds(ev.Undefined, instances),
    st.builds(ev.OutsideDomain, instances, named, named, fractions),
    st.builds(ev.EmptyDomain, st.integers(0, 5)),
)
VERDICTS = ("convex", "concave", "affine", "not convex", "not concave", "neither", "ill-posed")
claims = st.builds(Claim, st.sampled_from(VERDICTS), st.text(max_size=8), st.one_of(st.none(), expressions))
certificates = st.builds(Certificate, statements, claims, evidence)


@settings(max_examples=150, deadline=None)
@given(certificates)
def test_every_kind_is_read_back_as_it_was(certificate: Certificate) -> None:
    data = encode(certificate)
    assert decode(data) == certificate
    assert encode(decode(data)) == data


@settings(max_examples=100, deadline=None)
@given(statements, statements)
def test_the_digest_of_a_statement_tells_statements_apart(a: Statement, b: Statement) -> None:
    assert (statement_digest(a) == statement_digest(b)) == (a == b)


PROOF = ev.Proof(ev.SecondOrder(ev.Bounds()))
GAP = ev.JensenGap(ev.Instance((), ()), (("x", ev.Array((), (Fraction(1, 2),))),), (), Fraction(1, 2))
SAMPLE = Certificate(Statement(x**2 + 3, {"x": Declaration()}, {}, {"n": 1}), Claim("convex"), PROOF)
POINTS = Certificate(Statement(x**3, {"x": Declaration()}), Claim("not convex"), GAP)


def resigned(document: dict[str, Any]) -> bytes:
    body = {k: v for k, v in document.items() if k != "digest"}
    body["digest"] = hashlib.sha256(dump(body)).hexdigest()
    return dump(body)


def dump(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


def edited(change: Callable[[dict[str, Any]], object], certificate: Certificate = SAMPLE) -> bytes:
    document = json.loads(encode(certificate))
    change(document)
    return resigned(document)


def replaced(old: bytes, new: bytes, certificate: Certificate = SAMPLE) -> bytes:
    """The file with `old` replaced, the digest made to fit the text as it is written."""
    data = encode(certificate)
    digest = json.loads(data)["digest"].encode()
    body = data.replace(b'"digest":"' + digest + b'",', b"")
    assert old in body
    body = body.replace(old, new, 1)
    fresh = hashlib.sha256(body).hexdigest().encode()
    place = body.index(b'"evidence"')
    return body[:place] + b'"digest":"' + fresh + b'",' + body[place:]


def test_the_edits_below_are_rejected_for_what_they_change() -> None:
    assert edited(lambda d: None) == encode(SAMPLE) == replaced(b"const", b"const")


HALF = b'"t":"1/2"'
BAD = {
    "empty": b"",
    "one byte": b"{",
    "a list": b"[]",
    "a string": b'"certificate"',
    "null": b"null",
    "binary": bytes(range(256)),
    "a byte order mark": b"\xef\xbb\xbf" + encode(SAMPLE),
    "truncated": encode(SAMPLE)[:-1],
    "half": encode(SAMPLE)[: len(encode(SAMPLE)) // 2],
    "two in a row": encode(SAMPLE) * 2,
    "a final line break": encode(SAMPLE) + b"\n",
    "a space": encode(SAMPLE).replace(b":", b": ", 1),
    "reordered keys": dump(dict(reversed(json.loads(encode(SAMPLE)).items()))).replace(b'"a"', b'"a"') + b" ",
    "not sorted": json.dumps(dict(reversed(json.loads(encode(SAMPLE)).items())), separators=(",", ":")).encode(),
    "a wrong digest": encode(SAMPLE).replace(b'"digest":"', b'"digest":"0'),
    "no digest": dump({k: v for k, v in json.loads(encode(SAMPLE)).items() if k != "digest"}),
    "version 0": edited(lambda d: d.update(version=0)),
    "version 2": edited(lambda d: d.update(version=2)),
    "version true": edited(lambda d: d.update(version=True)),
    "version 1.0": replaced(b'"version":1', b'"version":1.0'),
    "another format": edited(lambda d: d.update(format="certificate")),
    "an unknown part": edited(lambda d: d.update(extra=1)),
    "a missing part": edited(lambda d: d.pop("claim")),
    "an unknown field": edited(lambda d: d["claim"].update(extra=1)),
    "a missing field": edited(lambda d: d["claim"].pop("strict")),
    "an unknown kind": edited(lambda d: d["evidence"].update(kind="Oracle")),
    "a kind of another place": edited(lambda d: d["evidence"]["curvature"].update(kind="Claim")),
    "a kind that is a list": edited(lambda d: d["evidence"].update(kind=["Proof"])),
    "a duplicate key": replaced(b'"kind":"Claim"', b'"kind":"Claim","kind":"Claim"'),
    "NaN": replaced(b'"modulus":null', b'"modulus":NaN'),
    "infinity": replaced(b'"modulus":null', b'"modulus":Infinity'),
    "a float for a node": edited(lambda d: d["statement"].update(function=1.0)),
    "true for a node": edited(lambda d: d["statement"].update(function=True)),
    "a string for a node": edited(lambda d: d["statement"].update(function="1")),
    "a negative node": edited(lambda d: d["statement"].update(function=-1)),
    "a node out of range": edited(lambda d: d["statement"].update(function=99)),
    "a truth value for a size": edited(lambda d: d["statement"].update(sizes=[["n", True]])),
    "a size twice": edited(lambda d: d["statement"].update(sizes=[["n", 1], ["n", 1]])),
    "an integer for a truth value": edited(lambda d: d["statement"]["variables"][0][1].update(integer=0)),
    "a number for a name": edited(lambda d: d["statement"].update(variables=[[1, d["statement"]["variables"][0][1]]])),
    "a number that is no string": replaced(HALF, b'"t":0.5', POINTS),
    "not in lowest terms": replaced(HALF, b'"t":"2/4"', POINTS),
    "a leading zero": replaced(HALF, b'"t":"01/2"', POINTS),
    "a plus sign": replaced(HALF, b'"t":"+1/2"', POINTS),
    "an underscore": replaced(HALF, b'"t":"1_0/21"', POINTS),
    "a space in a number": replaced(HALF, b'"t":"1/2 "', POINTS),
    "a line break in a number": replaced(HALF, b'"t":"1/2\\n"', POINTS),
    "a decimal": replaced(HALF, b'"t":"0.5"', POINTS),
    "an exponent": replaced(HALF, b'"t":"1e9999999999"', POINTS),
    "a denominator 0": replaced(HALF, b'"t":"1/0"', POINTS),
    "a denominator 1": replaced(HALF, b'"t":"3/1"', POINTS),
    "minus 0": replaced(HALF, b'"t":"-0"', POINTS),
    "Arabic digits": replaced(HALF, b'"t":"\\u0661/\\u0662"', POINTS),
    "full-width digits": replaced(HALF, '"t":"１/２"'.encode(), POINTS),
    "many digits": replaced(HALF, b'"t":"' + b"7" * 200_000 + b'"', POINTS),
    "an integer of many digits": replaced(b'"which":0', b'"which":' + b"7" * 200_000)
    if b'"which":0' in encode(SAMPLE)
    else edited(lambda d: d["statement"].update(sizes=[["n", "7" * 200_000]])),
    "an escape that is not needed": replaced(b'"convex"', b'"\\u0063onvex"'),
    "an unused node": edited(lambda d: d["nodes"].append(["pi", [], None])),
    "a node twice": edited(lambda d: d["nodes"].insert(0, ["const", [], "2"])),
    "nodes in another order": edited(lambda d: d["nodes"].insert(0, d["nodes"].pop(1))),
    "a node that refers forward": edited(lambda d: d["nodes"][0].__setitem__(1, [1])),
    "a node that refers to itself": edited(lambda d: d["nodes"][-1].__setitem__(1, [len(d["nodes"]) - 1] * 2)),
    "an unknown operation": edited(lambda d: d["nodes"][0].__setitem__(0, "tan")),
    "an operation that is a list": edited(lambda d: d["nodes"][0].__setitem__(0, ["const"])),
    "an opened index": edited(lambda d: d["nodes"].append(["index", [0], 1])),
    "a sum of one": edited(lambda d: d["nodes"].append(["add", [0], None])),
    "arguments that are a mapping": edited(lambda d: d["nodes"].append(["add", {}, None])),
    "a row too long": edited(lambda d: d["nodes"][0].append(None)),
    "a negative bound index": edited(lambda d: d["nodes"].append(["bound", [], -1])),
    "deep lists": b"[" * 100_000,
    "deep objects": b'{"a":' * 100_000,
    "deep lists behind brackets in a string": b'{"digest":"' + b"]" * 100_000 + b'","nodes":' + b"[" * 100_000,
    "deep nodes": edited(lambda d: d.update(nodes=[["const", [], "2"], *(["exp", [k], None] for k in range(5000))])),
    "deep evidence": b'{"kind":"Rewritten","premise":' * 20_000,
    "too large": b" " * (MAX_BYTES + 1),
}


@pytest.mark.parametrize("name", BAD)
def test_nothing_else_is_read(name: str) -> None:
    assert BAD[name] not in (encode(SAMPLE), encode(POINTS))
    with pytest.raises(ConvexcheckError):
        decode(BAD[name])


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=80))
def test_any_bytes_are_refused_in_one_way(data: bytes) -> None:
    with pytest.raises(ConvexcheckError):
        decode(data)


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 10_000), st.integers(0, 255))
def test_one_byte_changed_without_the_digest_is_noticed(place: int, byte: int) -> None:
    data = bytearray(encode(SAMPLE))
    place %= len(data)
    if data[place] != byte:
        data[place] = byte
        assert isinstance(verify(bytes(data)), Rejected)
