"""The whole pipeline: read, search, write the certificate, let the kernel decide, show the answer.

The kernel is handed the serialised certificate and nothing else, and its answer counts only if it speaks of the
statement that was read.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from numbers import Integral, Real
from pathlib import Path
from typing import Any, cast

from convexcheck.certificate import evidence as ev
from convexcheck.certificate.codec import array_path, decode, encode, statement_digest
from convexcheck.certificate.evidence import Certificate, Claim
from convexcheck.expression.errors import ConvexcheckError, Unsupported
from convexcheck.expression.statement import Condition, Statement
from convexcheck.kernel.check import Accepted, Rejected, refutation
from convexcheck.kernel.check import verify as kernel_verify
from convexcheck.question import Question, Texts, assuming, question
from convexcheck.report.attempts import LATE, tidy
from convexcheck.report.counterexample import curvatures, jensen
from convexcheck.report.illposed import reason
from convexcheck.report.labels import remark
from convexcheck.report.verdict import ILL_POSED, PROVED, REFUTED, UNKNOWN, CertificateFile, Jensen, Verdict
from convexcheck.search.arrays import pack
from convexcheck.search.deadline import OutOfTime

CURVATURES = {"convex": "CONVEX", "concave": "CONCAVE", "affine": "AFFINE", "neither": "NEITHER"}
QUICK, SHORT = 0.1, 0.5  # seconds of a first try, and of a second
SHARP = 1e-6  # the relative radius of a curvature that is known well enough
LONG, MANY = 4.0, 1_000_000  # seconds that must be left to ask CVXPY; numbers of data at which no search is quick
OPPOSITE = {"convex": "concave", "concave": "convex"}


def judge(file: CertificateFile) -> Accepted | Rejected:
    """The kernel's answer to the bytes alone, with the arrays in a folder of their own."""
    with file.laid_out() as folder:
        return kernel_verify(file.data, folder)


def told(data: bytes, folder: Path, answer: Accepted) -> Verdict:
    """The verdict that an accepted file holds, with the arrays that lie beside it."""
    content = decode(data)
    named = {name: array_path(folder, name) for name in re.findall("[0-9a-f]{64}", data.decode("ascii"))}
    arrays = {name: path.read_bytes() for name, path in named.items() if path.is_file()}
    claim = "concave" if "concave" in content.claim.verdict else "convex"
    q, file = Question(content.statement), CertificateFile(data, arrays, content)
    return Pipeline(claim, 0.0, 0).verdict(q, content.claim, content.evidence, file, answer)


class Pipeline:
    """One question on its way to a verdict, within a budget of seconds."""

    def __init__(self, claim: str, budget: float, seed: int) -> None:
        if claim not in OPPOSITE:
            raise ConvexcheckError("api", f"claim {claim!r}", '"convex" or "concave"')
        given: tuple[tuple[str, object, type, str], ...] = (
            ("budget", budget, Real, "a number of seconds"), ("seed", seed, Integral, "a whole number >= 0"),
        )  # fmt: skip
        for name, value, kind, expected in given:
            if not isinstance(value, kind) or (name == "seed" and seed < 0):
                raise ConvexcheckError("api", f"{name} {value!r}", expected)
        self.claim, self.seed, self.start, self.budget = claim, seed, time.monotonic(), budget
        self.attempts: list[str] = []
        self.spent = {"read": 0.0, "search": 0.0, "check": 0.0}
        self.late = False

    def _left(self) -> float:
        return self.budget - (time.monotonic() - self.start)

    def run(
        self, source: Any, arguments: Sequence[Any], wrt: Any = None, parameters: Any = None,
        domain: Texts = (), given: Texts = (), ways: Sequence[str] = (), options: Mapping[str, Any] | None = None,
    ) -> Verdict:  # fmt: skip
        """Read the question, settle it in the given ways, and say what was found."""
        options = {"wrt": wrt, "parameters": parameters, "domain": domain, "given": given, **(options or {})}
        begin = time.perf_counter()
        try:
            q = question(source, arguments, **options)
        except Unsupported as error:
            return self._unknown(None, str(error))
        self.spent["read"] = time.perf_counter() - begin
        return self._settle(q, ways)

    def _settle(self, q: Question, ways: Sequence[str]) -> Verdict:
        """A short try at a proof, a short try at a counterexample, then longer ones, for each side in turn.

        A proof may be tried on three statements, so that its share of the budget stays well below a third.
        """
        if q.curved is not None and (q.large or "prove" not in ways):
            curved = self._curved(q, self.claim) if "refute" in ways else None
            if curved is not None:
                return curved
            if q.large:
                return self._unknown(q, "no negative curvature was found at these weights")
        ill = self._ill_posed(q)
        if ill is not None:
            return ill
        sides = (self.claim, OPPOSITE[self.claim]) if len(ways) == 2 else (self.claim,)
        gaps, real = dict[str, ev.JensenGap](), False
        if "prove" in ways:
            found = self._proof(q, "affine", SHORT)
            if found is not None:
                return found
        rounds = (SHORT, 2 * SHORT), (0.1 * self.budget, 0.15 * self.budget), (0.4 * self.budget, 0.3 * self.budget)
        many = sum(a.size for a in q.arrays.values()) > MANY
        for turn, (proving, searching) in enumerate(((0.6 * SHORT if q.facts else QUICK, QUICK), *rounds)):
            believed = self._believed(q) if turn == 2 and "prove" in ways and not gaps else ()
            early = turn == 0 and bool(q.facts)  # facts of the data may still prove the claim
            for side in sides:
                if early and not gaps and side != self.claim:
                    break
                longer = proving + searching * (side in believed)
                hopeful = "prove" in ways and not (side in gaps or (early and gaps))
                found = self._proof(q, side, longer) if hopeful else None
                if found is not None:
                    return found if side == self.claim else self._opposite(q, found, gaps.get(self.claim))
                if "refute" in ways and side not in gaps and side not in believed and not (early and many):
                    gap = self._gap(q, side, searching) or (self._modelled(q, side, searching) if turn == 2 else None)
                    gaps |= {side: gap} if gap is not None else {}
            value = self._doubtful(q) if gaps and not real else None
            if value is not None:
                return self._unknown(q, f"the function may not be real: say the sign of {value} in `domain`")
            real = bool(gaps)  # looked at once
            if set(gaps) == set(sides):
                break
        against = self._refuted(q, gaps)
        if against is not None and len(ways) == 2:
            return self._with_cases(q, against, tuple(gaps))
        sought = " and no ".join({"prove": "proof", "refute": "counterexample"}[way] for way in ways)
        return against if against is not None else self._unknown(q, f"no {sought} was found")

    def _doubtful(self, q: Question) -> Any:
        """A value whose sign decides whether the function is real, if no search can settle it."""
        from convexcheck.search.proof import doubtful

        return self._searched("where it is real", lambda: doubtful(q.statement, max(0.1, min(2.0, self._left()))))

    def _ill_posed(self, q: Question) -> Verdict | None:
        from convexcheck.search.illposed import ill_posed

        found = self._searched("ill-posed", lambda: ill_posed(q.statement, min(1.0, self._left()), self.seed, q.arrays))
        return self._sealed(q, Claim("ill-posed"), found) if found is not None else None

    def _refuted(self, q: Question, gaps: Mapping[str, ev.JensenGap]) -> Verdict | None:
        """Both sides in one certificate where both fail; else the claim's own."""
        against = {side: gap for side, gap in gaps.items() if side == self.claim}
        claims: list[tuple[Claim, ev.Evidence]] = [(Claim(f"not {side}"), gap) for side, gap in against.items()]
        if len(gaps) == 2:
            claims.insert(0, (Claim("neither"), ev.Neither(gaps["convex"], gaps["concave"])))
        for claim, evidence in claims:
            found = self._sealed(q, claim, evidence)
            if found is not None:
                return found
        return None

    def _proof(self, q: Question, verdict: str, budget: float) -> Verdict | None:
        """A proof of the general statement with as few facts of the data as it needs; else of the statement itself."""
        if q.general is None or verdict == "affine":
            return self._plainly(q, verdict, budget)
        without = budget if not q.facts or budget < SHORT else 0.6 * budget * (budget > SHORT)  # at SHORT it was tried
        found = self._generally(q, verdict, (), without) if without else None
        if found is not None or not q.facts or budget < SHORT:
            return found if found is not None or budget <= SHORT else self._plainly(q, verdict, budget)
        needed = sorted(q.facts, key=lambda fact: -fact.body.depth)  # what is hard to read goes first
        begin = time.thread_time()
        proof = self._provable(q.general, verdict, needed, budget)
        if proof is None:
            return self._plainly(q, verdict, budget) if budget > SHORT else None
        # With fewer facts a proof is found about as fast, or not at all.
        enough = min(budget, max(0.2 * SHORT, 2 * (time.thread_time() - begin)))
        for fact in list(needed):
            fewer = [f for f in needed if f is not fact]
            other = proof if self._holds(q.general, proof, fewer) else None
            if other is None and fewer:
                other = self._provable(q.general, verdict, fewer, enough)
            needed, proof = (fewer, other) if other is not None else (needed, proof)
        found = self._sealed(q, *q.instance(assuming(q.general, needed), *proof))
        return found if found is not None else self._generally(q, verdict, needed, budget)

    def _provable(
        self, general: Statement, verdict: str, facts: Sequence[Condition], budget: float
    ) -> tuple[Claim, ev.Proof] | None:
        """An accepted proof under these facts, the data aside."""
        from convexcheck.search.proof import proofs

        seconds = max(0.02, min(budget, self._left()))
        found = proofs(assuming(general, facts), verdict, seconds, self.seed, self._patience())
        pair = self._searched(f"proof of {verdict}", lambda: next(found, None))
        return pair if pair is not None and self._holds(general, pair, facts) else None

    @staticmethod
    def _holds(general: Statement, proof: tuple[Claim, ev.Proof], facts: Sequence[Condition]) -> bool:
        """Whether the kernel accepts the proof under these facts."""
        return isinstance(kernel_verify(encode(Certificate(assuming(general, facts), *proof))), Accepted)

    def _patience(self) -> float:
        """Seconds that a stronger claim is worth."""
        return min(1.0, self._left() / 2)

    def _plainly(self, q: Question, verdict: str, budget: float) -> Verdict | None:
        """A proof of the statement as it was asked."""
        return self._first(q, q.statement, verdict, budget, lambda claim, proof: (claim, proof))

    def _generally(self, q: Question, verdict: str, facts: Sequence[Condition], budget: float) -> Verdict | None:
        """A proof for all sizes and all data that satisfy `facts`."""
        if q.general is None:
            return None
        general = assuming(q.general, facts)
        return self._first(q, general, verdict, budget, partial(q.instance, general))

    def _first(
        self, q: Question, s: Statement, verdict: str, budget: float,
        wrap: Callable[[Claim, ev.Proof], tuple[Claim, ev.Evidence]],
    ) -> Verdict | None:  # fmt: skip
        """The strongest proof of `s` that the kernel accepts as evidence for the question."""
        from convexcheck.search.proof import proofs

        found = proofs(s, verdict, max(0.02, min(budget, self._left())), self.seed, self._patience())
        while True:
            pair = self._searched(f"proof of {verdict}", lambda: next(found, None))
            verdict_found = self._sealed(q, *wrap(*pair)) if pair is not None else None
            if pair is None or verdict_found is not None:
                return verdict_found

    def _with_cases(self, q: Question, against: Verdict, sides: Sequence[str]) -> Verdict:
        """The verdict, with the values of parameters for which the function is convex, or concave, after all."""
        from convexcheck.cases import with_cases

        tried = self.attempts
        found = with_cases(
            against, q.statement, sides, self.seed, partial(self._searched, "conditions"),
            lambda s, side: self._plainly(replace(q, statement=s, general=None), side, 5 * SHORT),
            lambda s, side: self._against(replace(q, statement=s, general=None), side),
        )  # fmt: skip
        self.attempts = tried
        return replace(found, seconds=dict(self.spent))

    def _against(self, q: Question, side: str) -> Verdict | None:
        """A counterexample to one side alone, if it is found in a short time."""
        gap = self._gap(q, side, SHORT)
        return self._sealed(q, Claim(f"not {side}"), gap) if gap is not None else None

    def _gap(self, q: Question, side: str, budget: float) -> ev.JensenGap | None:
        from convexcheck.search.refute import attempt

        search = partial(attempt, q.statement, side, q.arrays, max(0.05, min(budget, self._left())), self.seed)
        found = self._searched(f"counterexample to {side}", search)
        if found is not None and found.evidence is None:
            self.attempts.append(f"not {side}: no gap in {found.pairs} pairs of points at {found.instances} instances")
        return found.evidence if found is not None else None

    def _modelled(self, q: Question, side: str, budget: float) -> ev.JensenGap | None:
        """A gap at a point that z3 finds, where it is installed and the Hessian is rational."""
        from convexcheck.search.satisfy import satisfied

        search = partial(satisfied, q.statement, side, max(0.05, min(budget, self._left())), self.seed)
        return cast("ev.JensenGap | None", self._searched(f"counterexample to {side}", search))

    def _believed(self, q: Question) -> tuple[str, ...]:
        """The sides to spend more on: those that CVXPY's rules speak for, if there is time to ask it."""
        from convexcheck.dcp.belief import believed

        found = self._searched("what CVXPY says", partial(believed, q.statement)) if self._left() > LONG else None
        return found or ()

    def _curved(self, q: Question, side: str) -> Verdict | None:
        """Negative curvature at a network's weights, in the first arithmetic in which the kernel accepts it.

        Where its value has few digits that are certain, a better direction is asked for, once.
        """
        proposed = q.curved(side=side, left=self._left, seed=self.seed) if q.curved else iter(())
        accepted: list[Verdict] = []
        settled: Any = None
        while (found := self._searched(f"curvature against {side}", lambda: next(proposed, None))) is not None:
            if found.evidence.v == settled:  # in another arithmetic
                continue
            verdict = self._sealed(replace(q, files=found.files), Claim(f"not {side}"), found.evidence)
            if verdict is not None:
                accepted, settled = [*accepted, verdict], found.evidence.v
                if verdict.negative[0].relative_radius <= SHARP or len(accepted) == 2:
                    break
        return accepted[-1] if accepted else None

    def _opposite(self, q: Question, found: Verdict, gap: ev.JensenGap | None) -> Verdict:
        """The opposite is proved; a counterexample decides the claim itself."""
        against = self._sealed(q, Claim(f"not {self.claim}"), gap) if gap is not None else None
        if against is None:
            return replace(found, status=UNKNOWN, message=f"{found.curvature.lower()}, and possibly affine")
        return replace(found, status=REFUTED, counterexamples=against.counterexamples)

    def _searched(self, what: str, method: Callable[[], Any]) -> Any:
        begin = time.perf_counter()
        try:
            if self._left() <= 0:
                raise OutOfTime
            return method()
        except OutOfTime:
            self.late = self._left() <= 0
            self.attempts.append(f"{what}: {LATE}")
        except (ConvexcheckError, RecursionError) as error:
            self.attempts.append(f"{what}: {error}")
        finally:
            self.spent["search"] += time.perf_counter() - begin
        return None

    def first_accepted(
        self, q: Question, proposed: Iterator[tuple[Claim, ev.Evidence]], tries: int, nothing: str
    ) -> Verdict:
        """The verdict of the first proposal that the kernel accepts, among the first ones; else UNKNOWN."""
        for _ in range(tries):
            pair = self._searched("pairs", lambda: next(proposed, None))
            found = self._sealed(q, *pair) if pair is not None else None
            if found is not None:
                return found
        return self._unknown(q, nothing)

    def accepted_file(self, q: Question, claim: Claim, evidence: ev.Evidence, saying: str = "") -> CertificateFile:
        """The certificate of a claim that is no verdict on curvature, if what the kernel prints holds `saying`.

        Raises:
            ConvexcheckError: where the kernel rejects it.
        """
        file = self._file(q, claim, evidence)
        answer = judge(file)
        if isinstance(answer, Rejected) or saying not in str(answer):
            raise ConvexcheckError("kernel", f"{claim.verdict}: {answer}")
        return file

    def _file(self, q: Question, claim: Claim, evidence: ev.Evidence) -> CertificateFile:
        data = encode(Certificate(q.statement, claim, evidence))
        fixed = {n: d.array for n, d in q.statement.parameters.items() if d.array}
        needed = {digest: q.arrays[n] for n, digest in fixed.items() if self._needs(evidence, n)}
        return CertificateFile(data, {k: pack(a) for k, a in (needed | dict(q.files)).items()}, decode(data))

    def _sealed(self, q: Question, claim: Claim, evidence: ev.Evidence) -> Verdict | None:
        """The verdict, if the kernel accepts the bytes and they speak of the statement that was read."""
        begin = time.perf_counter()
        file = self._file(q, claim, evidence)
        answer = judge(file)
        self.spent["check"] += time.perf_counter() - begin
        if isinstance(answer, Rejected) or answer.digest != statement_digest(q.statement):
            self.attempts.append(f"{claim.verdict}: the kernel {answer}")
            return None
        return self.verdict(q, claim, evidence, file, answer)

    @staticmethod
    def _needs(evidence: ev.Evidence, name: str) -> bool:
        """Whether the kernel reads the parameter's array: at points, and where `given` speaks of it."""
        if isinstance(evidence, ev.Generalisation):
            labels = evidence.general.parameters[name].integer
            return labels or any(name in c.body.names("par") for c in evidence.general.given)
        return not isinstance(evidence, ev.Proof | ev.Invariance)

    def verdict(
        self, q: Question, claim: Claim, evidence: ev.Evidence, file: CertificateFile, answer: Accepted
    ) -> Verdict:
        """What an accepted certificate says of the question."""
        from convexcheck.search.region import negative_region

        curvature = CURVATURES.get(claim.verdict, "UNKNOWN")
        good = claim.verdict in (self.claim, "affine")
        status = PROVED if good else ILL_POSED if claim.verdict == "ill-posed" else REFUTED
        if claim.verdict == f"not {OPPOSITE[self.claim]}":
            status = UNKNOWN
        pairs = [("convex", evidence.convex), ("concave", evidence.concave)] if isinstance(evidence, ev.Neither) else []
        if isinstance(evidence, ev.Refutation):
            pairs = [(claim.verdict.removeprefix("not "), evidence)]
        gaps = [(side, gap) for side, gap in pairs if not isinstance(gap, ev.NegativeCurvature)]
        found = tuple(_jensen(q.statement, side, gap, file) for side, gap in gaps)
        against = [gap.instance for side, gap in pairs if side == "convex"]
        region = negative_region(q.statement, against[0]) if against else None
        mu = claim.modulus.data if claim.modulus is not None and claim.modulus.op == "const" else claim.modulus
        strict = True if claim.strict == "always" else None
        conditions = (f"strictly {claim.verdict} {claim.strict}",) if claim.strict and strict is None else ()
        return Verdict(
            status, curvature, self.claim, q.statement, file, reason(q.statement, evidence), strict, conditions, mu,
            found, tidy(self.attempts), answer, dict(self.spent),
            region=None if region is None else str(region), negative=curvatures(answer, pairs, file),
        )  # fmt: skip

    def _unknown(self, q: Question | None, message: str) -> Verdict:
        late = self.late or self._left() <= 0
        why = [LATE if late else message, remark(q.statement, q.arrays) if q else ""]
        return Verdict(
            UNKNOWN, "UNKNOWN", self.claim, q.statement if q else None, None,
            "; ".join(filter(None, why)), attempts=tidy(self.attempts), seconds=dict(self.spent), out_of_time=late,
        )  # fmt: skip


def _jensen(s: Statement, side: str, found: ev.JensenGap | ev.SymmetryPair, file: CertificateFile) -> Jensen:
    with file.laid_out() as folder:
        gap = refutation(s, 1 if side == "convex" else -1, found, folder)
    return jensen(s, side, found, gap)
