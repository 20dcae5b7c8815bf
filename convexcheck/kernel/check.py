"""The checker: bytes in, Accepted or Rejected out; it searches for nothing (trusted)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from fractions import Fraction
from hashlib import sha256
from pathlib import Path

from convexcheck.certificate import evidence as ev
from convexcheck.certificate.arrays import load, rationals
from convexcheck.certificate.claim import VERDICTS, Claim
from convexcheck.certificate.codec import decode, statement_digest
from convexcheck.expression.binding import substitute
from convexcheck.expression.defined import total
from convexcheck.expression.errors import ConvexcheckError
from convexcheck.expression.statement import Statement, generic
from convexcheck.expression.term import Expression, add, const, mul, over
from convexcheck.expression.text import statement_lines
from convexcheck.kernel.curvature import curvature, is_affine
from convexcheck.kernel.domain import admit
from convexcheck.kernel.points import holds
from convexcheck.kernel.refutation import counterexample, ill_posed
from convexcheck.kernel.scope import Rejection
from convexcheck.kernel.strictness import strictness

SIDES = {"convex": (1,), "concave": (-1,), "affine": (1, -1)}


@dataclass(frozen=True)
class Accepted:
    """The certificate is accepted: the claim of its statement is true if its axioms and this kernel are right.

    `statement` holds the printed lines, `rules` how often each rule was used, `axioms` the names relied on,
    `digest` the digest of the statement alone.
    """

    verdict: str
    statement: tuple[str, ...]
    rules: tuple[tuple[str, int], ...]
    axioms: tuple[str, ...]
    digest: str

    def __str__(self) -> str:
        rules = ", ".join(f"{name} x{count}" for name, count in self.rules)
        return "\n".join(["accepted", *self.statement, f"rules      {rules}", f"axioms     {', '.join(self.axioms) or 'none'}"])


@dataclass(frozen=True)
class Rejected:
    """The certificate is rejected at `step`, because of `reason`."""

    step: str
    reason: str

    def __str__(self) -> str:
        return f"rejected at {self.step}: {self.reason}"


def verify(data: bytes, folder: Path | None = None) -> Accepted | Rejected:
    """Check the bytes of a certificate file.

    Args:
        data: the file's content.
        folder: where its arrays lie, if it has any.

    Returns:
        Accepted only if every rule was checked; Rejected for anything else, malformed bytes included.

    >>> verify(b"{}").step
    'certificate'
    """
    try:
        return _verify(data, folder)
    except Rejection as rejection:
        return Rejected(rejection.step, rejection.message)
    except ConvexcheckError as error:
        return Rejected(error.stage, str(error))
    except (RecursionError, MemoryError, OverflowError, ZeroDivisionError, ValueError) as error:
        return Rejected("kernel", f"{type(error).__name__}: {error}")


def _verify(data: bytes, folder: Path | None) -> Accepted:
    certificate = decode(data)
    s, claim, evidence = certificate.statement.check(), certificate.claim, certificate.evidence
    used: Counter[str] = Counter()
    notes: list[str] = []
    if claim.verdict not in VERDICTS:
        raise Rejection("claim", f"verdict {claim.verdict!r}")
    if claim.verdict in SIDES:
        if isinstance(evidence, ev.Generalisation):
            notes = _generalisation(s, claim, evidence, folder, used)
        elif isinstance(evidence, ev.Proof):
            notes = _proof(s, claim, evidence, used)
        else:
            raise Rejection("claim", f"{type(evidence).__name__} proves nothing")
    elif claim.strict or claim.modulus is not None:
        raise Rejection("claim", "strictness or a modulus of a function that is not convex")
    elif claim.verdict == "ill-posed":
        notes = [f"because    {ill_posed(s, evidence, folder, used)}", *_witness_lines(evidence)]
    elif claim.verdict == "neither":
        if not isinstance(evidence, ev.Neither):
            raise Rejection("claim", "`neither` needs two counterexamples")
        for side, one in ((1, evidence.convex), (-1, evidence.concave)):
            notes += [f"not {'convex' if side == 1 else 'concave'}", *_refuted(s, side, one, folder, used)]
    else:
        if not isinstance(evidence, ev.JensenGap | ev.NegativeCurvature):
            raise Rejection("claim", f"{type(evidence).__name__} is no counterexample")
        notes = _refuted(s, 1 if claim.verdict == "not convex" else -1, evidence, folder, used)
    lines = (_claim_line(claim), *statement_lines(s), *notes)
    return Accepted(claim.verdict, lines, tuple(sorted(used.items())), (), statement_digest(s))


def _claim_line(claim: Claim) -> str:
    strict = f", strictly {claim.strict}" if claim.strict else ""
    modulus = f", strongly with modulus {claim.modulus}" if claim.modulus is not None else ""
    return f"claim      {claim.verdict}{strict}{modulus}"


def _proof(s: Statement, claim: Claim, proof: ev.Proof, used: Counter[str]) -> list[str]:
    scope = replace(admit(s, proof), used=used)
    sides = SIDES[claim.verdict]
    if len(sides) == 2 and not (isinstance(proof.curvature, ev.Affine) and is_affine(s.function, scope.context)):
        raise Rejection("claim", f"{s.function} is not affine")
    curvature(s.function, sides[0], proof.curvature, scope)
    if (claim.modulus is None) != (proof.modulus is None):
        raise Rejection("modulus", "a claim without its rule, or a rule without its claim")
    if claim.modulus is not None and proof.modulus is not None:
        mu = claim.modulus
        closed = mu.loose == 0 and not mu.has("var", "dir", "index") and mu.names("par") <= set(s.parameters)
        if not closed or not total(mu, scope.context) or scope.context.bounds(mu).lo < 0 or mu.names("dim") - set(s.sizes):
            raise Rejection("modulus", f"{mu} is not a number >= 0")
        rest = add(s.function, mul(Fraction(-sides[0], 2), mu, squared_norm(s)))
        curvature(rest, sides[0], proof.modulus, scope)
    if claim.strict:
        shown = strictness(s, sides[0], claim.modulus, proof.curvature, scope)
        if claim.strict != shown:
            raise Rejection("strict", f"shown is {shown!r}, claimed {claim.strict!r}")
    return _inside_lines(proof.inside)


def squared_norm(s: Statement) -> Expression:
    """The sum of the squares of all entries of all variables."""
    total_square: list[Expression] = []
    for name, d in s.variables.items():
        e = generic("var", name, d) ** 2
        for size in d.shape:
            e = over("Sum", size, e)
        total_square.append(e)
    return add(*total_square)


def _generalisation(s: Statement, claim: Claim, e: ev.Generalisation, folder: Path | None, used: Counter[str]) -> list[str]:
    """The statement is the instance of `general` at `sizes`, and its fixed arrays satisfy what `general` assumes."""
    step, sizes = "Generalisation", dict(e.sizes)
    used[step] += 1
    general = e.general.check()
    inner = replace(claim, modulus=e.modulus)
    notes = _proof(general, inner, e.premise, used)
    if len(sizes) != len(e.sizes) or set(sizes) != set(general.sizes) or any(sizes[n] < general.sizes[n] for n in sizes):
        raise Rejection(step, f"sizes {e.sizes}")
    at = general.instance(sizes)
    at_sizes: dict[str, Expression] = {n: const(v) for n, v in sizes.items()}
    modulus = None if e.modulus is None else substitute(e.modulus, {}, at_sizes)
    bare = {n: replace(d, array="") for n, d in s.parameters.items()}
    same = at.function is s.function and at.domain == s.domain and modulus is claim.modulus and at.assumptions == s.assumptions
    if not same or dict(at.variables) != dict(s.variables) or dict(at.parameters) != bare or s.sizes:
        raise Rejection(step, "the statement is not this instance")
    values = {}
    for name in {n for c in at.given if c not in s.given for n in c.body.names("par")}:
        if not s.parameters[name].array or folder is None:
            raise Rejection(step, f"`given` speaks of {name}, which has no array")
        values["par", name] = rationals(load(folder, s.parameters[name].array))
    for c in at.given:
        if c not in s.given and not holds(c, values, {}):
            raise Rejection(step, f"the data do not satisfy {c.relation} {c.body}")
    return ["which holds in general", *(f"  {line}" for line in [*statement_lines(general), *notes])]


def _refuted(s: Statement, side: int, e: ev.Counterexample, folder: Path | None, used: Counter[str]) -> list[str]:
    gap = counterexample(s, side, e, folder, used)
    name = "gap" if isinstance(e, ev.JensenGap) else "curvature -"
    return [*_witness_lines(e), f"  {name} = {gap} > 0"]


def _inside_lines(inside: ev.Instance | None) -> list[str]:
    return ["inside", *_witness_lines(inside)] if inside else []


def _witness_lines(e: object) -> list[str]:
    """Every value of the evidence, long arrays by their first entries and the digest of all."""
    out: list[str] = []
    if isinstance(e, ev.Instance):
        out += [f"  {name} = {size}" for name, size in e.sizes]
        out += [f"  {name} = {_array_text(a)}" for name, a in (*e.parameters, *e.variables)]
    for key, label in (("instance", None), ("x", "x"), ("y", "y"), ("direction", "v"), ("t", "t"), ("which", "condition")):
        value = getattr(e, key, None)
        if isinstance(value, ev.Instance):
            out += _witness_lines(value)
        elif isinstance(value, tuple):
            out += [f"  {label}: {name} = {_array_text(a)}" for name, a in value]
        elif value is not None:
            out.append(f"  {label} = {value}")
    return out


def _array_text(a: ev.Array) -> str:
    if a.digest:
        return f"array {a.digest[:16]} of shape {list(a.shape)}"
    shown = ", ".join(map(str, a.entries[:6]))
    if len(a.entries) > 6:
        shown += f", ... (SHA-256 {sha256(repr(a.entries).encode()).hexdigest()[:16]})"
    return f"[{shown}]" + (f" of shape {list(a.shape)}" if len(a.shape) != 1 else "") if a.shape else shown
