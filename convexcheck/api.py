"""The whole pipeline: read, search, write the certificate, let the kernel decide, show the answer.

``check`` asks both ways, ``prove`` and ``refute`` one way. The kernel is handed the serialised certificate and
nothing else, and its answer counts only if it speaks of the statement that was read.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from convexcheck.certificate import evidence as ev
from convexcheck.certificate.codec import decode, digest, encode, statement_digest
from convexcheck.certificate.evidence import Certificate, Claim
from convexcheck.expression.errors import ConvexcheckError, Unsupported
from convexcheck.expression.statement import Condition, Statement
from convexcheck.expression.term import substitute
from convexcheck.kernel.check import Accepted, Rejected
from convexcheck.kernel.check import verify as kernel_verify
from convexcheck.kernel.points import jensen_gap
from convexcheck.read.arguments import refuse_superfluous
from convexcheck.report.attempts import LATE, tidy
from convexcheck.report.illposed import reason
from convexcheck.report.labels import remark
from convexcheck.report.rejected import plain
from convexcheck.report.verdict import ILL_POSED, PROVED, REFUTED, UNKNOWN, CertificateFile, Jensen, Verdict
from convexcheck.search.arrays import pack
from convexcheck.search.scope import OutOfTime

Texts = str | Sequence[str]
CURVATURES = {"convex": "CONVEX", "concave": "CONCAVE", "affine": "AFFINE", "neither": "NEITHER"}
SHORT = 0.2  # seconds of a first try
OPPOSITE = {"convex": "concave", "concave": "convex"}


@dataclass(frozen=True)
class Question:
    """A statement as read; where data are concrete, also the general one, its sizes, and facts of the data."""

    statement: Statement
    general: Statement | None = None
    sizes: Mapping[str, int] = field(default_factory=dict)
    arrays: Mapping[str, np.ndarray[Any, Any]] = field(default_factory=dict)
    facts: tuple[Condition, ...] = ()


def check(
    source: Any,
    *arguments: Any,
    wrt: Any = None,
    parameters: Any = None,
    domain: Texts = (),
    given: Texts = (),
    claim: str = "convex",
    budget: float = 10.0,
    seed: int = 0,
) -> Verdict:
    """Is this function convex? A proof, a counterexample, or an honest "unknown", each with what it rests on.

    Args:
        source: text, a SymPy expression, or a function that JAX can trace (its arguments follow).
        arguments: the JAX function's arguments; shapes (`jax.ShapeDtypeStruct`) ask about all data.
        wrt: the variables: names or shapes by name for text, symbols for SymPy, argument numbers for JAX.
        parameters: for text, the other names with their shapes.
        domain: conditions on the variables, such as ``"x > 0, x <= 5"``.
        given: assumptions on parameters and dimensions, such as ``"0 <= y <= 1, n >= 3"``.
        claim: "convex" or "concave": what `status` speaks of.
        budget: seconds in all.
        seed: of random choices; the same seed gives the same answer.

    Returns:
        A `Verdict`, settled only by certificates that the kernel accepted.

    Raises:
        ConvexcheckError: for input that cannot be read.

    >>> check("log(1 + exp(-y*(w*x + b)))", wrt="w b").curvature
    'CONVEX'
    >>> print(check("x*y").counterexample.gap)
    1/4
    """
    return _Pipeline(claim, budget, seed).run(source, arguments, wrt, parameters, domain, given, ("prove", "refute"))


def prove(
    source: Any, *arguments: Any, claim: str = "convex", budget: float = 10.0, seed: int = 0, **options: Any
) -> Verdict:
    """Look for a proof of the claim only; arguments as for `check`.

    >>> prove("x**2").modulus
    Fraction(2, 1)
    """
    return _Pipeline(claim, budget, seed).run(source, arguments, options=options, ways=("prove",))


def refute(
    source: Any, *arguments: Any, claim: str = "convex", budget: float = 10.0, seed: int = 0, **options: Any
) -> Verdict:
    """Look for a counterexample to the claim only; arguments as for `check`.

    >>> refute("x**3").status
    'REFUTED'
    """
    return _Pipeline(claim, budget, seed).run(source, arguments, options=options, ways=("refute",))


def verify(certificate: str | Path | CertificateFile) -> Accepted | Rejected:
    """Let the kernel check a certificate: a file's path, or one that a verdict holds.

    Args:
        certificate: a path (its arrays lie in the same folder) or a `CertificateFile`.

    Returns:
        `Accepted`, with the printed statement, rules and axioms; or `Rejected`, with step and reason.

    Raises:
        ConvexcheckError: when the file cannot be read.
    """
    if isinstance(certificate, CertificateFile):
        return _judge(certificate)
    path = Path(certificate)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ConvexcheckError("verify", f"cannot read {path}: {error.strerror}", "a certificate file") from error
    return plain(kernel_verify(data, path.parent))


def explain(source: Any, *arguments: Any, **options: Any) -> str:
    """The reasons behind a verdict in numbered steps; takes a verdict, or whatever `check` takes.

    >>> print(explain("x**2").splitlines()[0])
    CONVEX: proved for all x
    """
    verdict = source if isinstance(source, Verdict) else check(source, *arguments, **options)
    return verdict.explain()


def question(
    source: Any, arguments: Sequence[Any] = (), wrt: Any = None, parameters: Any = None,
    domain: Texts = (), given: Texts = (),
) -> Question:  # fmt: skip
    """Read what the user handed over.

    Raises:
        ConvexcheckError: for input that cannot be read, or is of no known kind.
    """
    refuse_superfluous(source, arguments)
    if isinstance(source, str):
        from convexcheck.read.text import read_text

        return Question(read_text(source, wrt, parameters, domain, given))
    if callable(source) and not hasattr(source, "free_symbols"):
        from convexcheck.read.jaxpr import read_jax

        if parameters is not None:
            raise ConvexcheckError("read.jaxpr", "`parameters` with a JAX function", hint="arguments not in wrt")
        found = read_jax(
            source, *arguments, wrt=0 if wrt is None else wrt, domain=domain, given=given,
            digest=lambda array: digest(pack(array)),
        )  # fmt: skip
        return Question(found.statement, found.general, found.sizes, found.arrays, found.facts)
    if hasattr(source, "free_symbols"):
        from convexcheck.read.sympy import read_sympy

        return Question(read_sympy(source, wrt, domain=domain, given=given))
    raise ConvexcheckError("read", f"a {type(source).__name__}", "text, a SymPy expression or a JAX function")


def _judge(file: CertificateFile) -> Accepted | Rejected:
    """The kernel's answer to the bytes alone, with the arrays in a folder of their own."""
    if not file.arrays:
        return kernel_verify(file.data, None)
    with tempfile.TemporaryDirectory() as folder:
        file.write_arrays(Path(folder))
        return kernel_verify(file.data, Path(folder))


class _Pipeline:
    def __init__(self, claim: str, budget: float, seed: int) -> None:
        if claim not in OPPOSITE:
            raise ConvexcheckError("api", f"claim {claim!r}", '"convex" or "concave"')
        self.claim, self.seed, self.start, self.budget = claim, seed, time.monotonic(), budget
        self.attempts: list[str] = []
        self.spent = {"read": 0.0, "search": 0.0, "check": 0.0}
        self.late = False

    def left(self) -> float:
        return self.budget - (time.monotonic() - self.start)

    def run(
        self, source: Any, arguments: Sequence[Any], wrt: Any = None, parameters: Any = None,
        domain: Texts = (), given: Texts = (), ways: Sequence[str] = (), options: Mapping[str, Any] | None = None,
    ) -> Verdict:  # fmt: skip
        options = {"wrt": wrt, "parameters": parameters, "domain": domain, "given": given, **(options or {})}
        begin = time.perf_counter()
        try:
            q = question(source, arguments, **options)
        except Unsupported as error:
            return self.unknown(None, str(error))
        self.spent["read"] = time.perf_counter() - begin
        return self.settle(q, ways)

    def settle(self, q: Question, ways: Sequence[str]) -> Verdict:
        """A short try at a proof, a short try at a counterexample, then longer ones, for each side in turn."""
        ill = self.ill_posed(q)
        if ill is not None:
            return ill
        sides = (self.claim, OPPOSITE[self.claim]) if len(ways) == 2 else (self.claim,)
        gaps: dict[str, ev.JensenGap] = {}
        if "prove" in ways:
            found = self.proof(q, "affine", SHORT)
            if found is not None:
                return found
        for proving, searching in ((SHORT, 2 * SHORT), (0.45 * self.budget, 0.3 * self.budget)):
            for side in sides:
                found = self.proof(q, side, proving) if "prove" in ways and side not in gaps else None
                if found is not None:
                    return found if side == self.claim else self.opposite(q, found, gaps.get(self.claim))
                if "refute" in ways and side not in gaps:
                    gap = self.gap(q, side, searching)
                    gaps |= {side: gap} if gap is not None else {}
            if set(gaps) == set(sides):
                break
        against = self.refuted(q, gaps)
        sought = " and no ".join({"prove": "proof", "refute": "counterexample"}[way] for way in ways)
        return against if against is not None else self.unknown(q, f"no {sought} was found")

    def ill_posed(self, q: Question) -> Verdict | None:
        from convexcheck.search.illposed import ill_posed

        found = self.searched("ill-posed", lambda: ill_posed(q.statement, min(1.0, self.left()), self.seed, q.arrays))
        return self.sealed(q, Claim("ill-posed"), found) if found is not None else None

    def refuted(self, q: Question, gaps: Mapping[str, ev.JensenGap]) -> Verdict | None:
        """Both sides in one certificate where both fail; else the claim's own."""
        against = {side: gap for side, gap in gaps.items() if side == self.claim}
        claims: list[tuple[Claim, ev.Evidence]] = [(Claim(f"not {side}"), gap) for side, gap in against.items()]
        if len(gaps) == 2:
            claims.insert(0, (Claim("neither"), ev.Neither(gaps["convex"], gaps["concave"])))
        for claim, evidence in claims:
            found = self.sealed(q, claim, evidence)
            if found is not None:
                return found
        return None

    def proof(self, q: Question, verdict: str, budget: float) -> Verdict | None:
        """A proof of the general statement with as few facts of the data as it needs; else of the statement itself."""
        if q.general is None or verdict == "affine":
            return self.plainly(q, verdict, budget)
        found = self.generally(q, verdict, (), budget)
        if found is not None or not q.facts:
            return found if found is not None or budget <= SHORT else self.plainly(q, verdict, budget)
        found = self.generally(q, verdict, q.facts, budget)
        if found is None:
            return self.plainly(q, verdict, budget) if budget > SHORT else None
        needed = q.facts
        for fact in q.facts:
            kept = tuple(f for f in needed if f is not fact)
            less = self.generally(q, verdict, kept, budget)
            if less is not None:
                found, needed = less, kept
        return found

    def plainly(self, q: Question, verdict: str, budget: float) -> Verdict | None:
        """A proof of the statement as it was asked."""
        return self.first(q, q.statement, verdict, budget, lambda claim, proof: (claim, proof))

    def generally(self, q: Question, verdict: str, facts: Sequence[Condition], budget: float) -> Verdict | None:
        """A proof for all sizes and all data that satisfy `facts`."""
        if q.general is None:
            return None
        general, sizes = replace(q.general, given=(*q.general.given, *facts)), tuple(q.sizes.items())

        def instance(claim: Claim, proof: ev.Proof) -> tuple[Claim, ev.Evidence]:
            at = {("dim", name): value for name, value in sizes}
            modulus = None if claim.modulus is None else substitute(claim.modulus, at)
            return replace(claim, modulus=modulus), ev.Generalisation(general, sizes, claim.modulus, proof)

        return self.first(q, general, verdict, budget, instance)

    def first(
        self, q: Question, s: Statement, verdict: str, budget: float,
        wrap: Callable[[Claim, ev.Proof], tuple[Claim, ev.Evidence]],
    ) -> Verdict | None:  # fmt: skip
        """The strongest proof of `s` that the kernel accepts as evidence for the question."""
        from convexcheck.search.proof import proofs

        found = proofs(s, verdict, max(0.02, min(budget, self.left())), self.seed)
        while True:
            pair = self.searched(f"proof of {verdict}", lambda: next(found, None))
            verdict_found = self.sealed(q, *wrap(*pair)) if pair is not None else None
            if pair is None or verdict_found is not None:
                return verdict_found

    def gap(self, q: Question, side: str, budget: float) -> ev.JensenGap | None:
        from convexcheck.search.refute import attempt

        limit = max(0.05, min(budget, self.left()))
        search = partial(attempt, q.statement, side, q.arrays, limit, self.seed)
        found = self.searched(f"counterexample to {side}", search)
        if found is not None and found.evidence is None:
            self.attempts.append(f"not {side}: no gap in {found.pairs} pairs of points at {found.instances} instances")
        return found.evidence if found is not None else None

    def opposite(self, q: Question, found: Verdict, gap: ev.JensenGap | None) -> Verdict:
        """The opposite is proved; a counterexample decides the claim itself."""
        against = self.sealed(q, Claim(f"not {self.claim}"), gap) if gap is not None else None
        if against is None:
            return replace(found, status=UNKNOWN, message=f"{found.curvature.lower()}, and possibly affine")
        return replace(found, status=REFUTED, counterexamples=against.counterexamples)

    def searched(self, what: str, method: Callable[[], Any]) -> Any:
        begin = time.perf_counter()
        try:
            if self.left() <= 0:
                raise OutOfTime
            return method()
        except OutOfTime:
            self.late = self.left() <= 0
            self.attempts.append(f"{what}: {LATE}")
        except (ConvexcheckError, RecursionError) as error:
            self.attempts.append(f"{what}: {error}")
        finally:
            self.spent["search"] += time.perf_counter() - begin
        return None

    def sealed(self, q: Question, claim: Claim, evidence: ev.Evidence) -> Verdict | None:
        """The verdict, if the kernel accepts the bytes and they speak of the statement that was read."""
        begin = time.perf_counter()
        data = encode(Certificate(q.statement, claim, evidence))
        fixed = {n: d.array for n, d in q.statement.parameters.items() if d.array}
        needed = {digest: q.arrays[n] for n, digest in fixed.items() if self.needs(evidence, n)}
        file = CertificateFile(data, {k: pack(a) for k, a in needed.items()}, decode(data))
        answer = _judge(file)
        self.spent["check"] += time.perf_counter() - begin
        if isinstance(answer, Rejected) or answer.digest != statement_digest(q.statement):
            self.attempts.append(f"{claim.verdict}: the kernel {answer}")
            return None
        return self.verdict(q, claim, evidence, file, answer)

    @staticmethod
    def needs(evidence: ev.Evidence, name: str) -> bool:
        """Whether the kernel reads the parameter's array: at points, and where `given` speaks of it."""
        if isinstance(evidence, ev.Generalisation):
            labels = evidence.general.parameters[name].integer
            return labels or any(name in c.body.names("par") for c in evidence.general.given)
        return not isinstance(evidence, ev.Proof)

    def verdict(
        self, q: Question, claim: Claim, evidence: ev.Evidence, file: CertificateFile, answer: Accepted
    ) -> Verdict:
        from convexcheck.search.region import negative_region

        curvature = CURVATURES.get(claim.verdict, "UNKNOWN")
        good = claim.verdict in (self.claim, "affine")
        status = PROVED if good else ILL_POSED if claim.verdict == "ill-posed" else REFUTED
        if claim.verdict == f"not {OPPOSITE[self.claim]}":
            status = UNKNOWN
        pairs = [("convex", evidence.convex), ("concave", evidence.concave)] if isinstance(evidence, ev.Neither) else []
        if isinstance(evidence, ev.JensenGap):
            pairs = [(claim.verdict.removeprefix("not "), evidence)]
        found = tuple(_jensen(q.statement, side, gap, file) for side, gap in pairs)
        against = [gap.instance for side, gap in pairs if side == "convex"]
        region = negative_region(q.statement, against[0]) if against else None
        mu = claim.modulus.data if claim.modulus is not None and claim.modulus.op == "const" else claim.modulus
        strict = True if claim.strict == "always" else None
        conditions = (f"strictly {claim.verdict} {claim.strict}",) if claim.strict and strict is None else ()
        return Verdict(
            status, curvature, self.claim, q.statement, file, reason(q.statement, evidence), strict, conditions, mu,
            found, tidy(self.attempts), answer, dict(self.spent),
            region=None if region is None else str(region),
        )  # fmt: skip

    def unknown(self, q: Question | None, message: str) -> Verdict:
        late = self.late or self.left() <= 0
        why = [LATE if late else message, remark(q.statement, q.arrays) if q else ""]
        return Verdict(
            UNKNOWN, "UNKNOWN", self.claim, q.statement if q else None, None,
            "; ".join(filter(None, why)), attempts=tidy(self.attempts), seconds=dict(self.spent), out_of_time=late,
        )  # fmt: skip


def _jensen(s: Statement, side: str, gap: ev.JensenGap, file: CertificateFile) -> Jensen:
    with tempfile.TemporaryDirectory() as folder:
        file.write_arrays(Path(folder))
        value = jensen_gap(s, 1 if side == "convex" else -1, gap, Path(folder))

    def named(arrays: Sequence[tuple[str, ev.Array]]) -> dict[str, Any]:
        return {n: a.digest or np.array([*a.entries, None], dtype=object)[:-1].reshape(a.shape) for n, a in arrays}

    instance = gap.instance
    return Jensen(side, named(gap.x), named(gap.y), gap.t, value, dict(instance.sizes), named(instance.parameters))
