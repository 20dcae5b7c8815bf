"""The checker: bytes in, Accepted or Rejected out; it searches for nothing (trusted)."""

from collections import Counter
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from convexcheck.certificate import evidence as ev
from convexcheck.certificate.codec import decode, statement_digest
from convexcheck.expression.bounds import Context, linear
from convexcheck.expression.errors import ConvexcheckError, Record
from convexcheck.expression.normal import identical, is_affine
from convexcheck.expression.obligations import obligations, total
from convexcheck.expression.statement import Condition, Statement, generic, index_names, statement_lines, text
from convexcheck.expression.term import Expression, add, instantiate, mul, over_all, substitute
from convexcheck.kernel import points
from convexcheck.kernel.axioms import AXIOMS
from convexcheck.kernel.curvatures import SIDES
from convexcheck.kernel.landscape import critical_point
from convexcheck.kernel.rules import show
from convexcheck.kernel.scope import CurvatureGoal, Rejection, Scope, SignGoal, require
from convexcheck.kernel.strict import strictness
from convexcheck.kernel.symmetry import invariant, symmetry_pair

Used = Counter[str]
ASSUMED = ", assuming IEEE rounding to nearest and matrix products without Strassen's method"


class Accepted(Record):
    """The certificate is accepted: its claim is true if its axioms and this kernel are right.

    `statement` holds the printed lines, `rules` how often each rule was used, `axioms` the names relied on,
    `digest` the digest of the statement alone.
    """

    verdict: str
    statement: tuple[str, ...]
    rules: tuple[tuple[str, int], ...]
    axioms: tuple[str, ...]
    digest: str

    def __str__(self) -> str:
        rules, axioms = ", ".join(f"{name} x{count}" for name, count in self.rules), ", ".join(self.axioms) or "none"
        return "\n".join(["accepted", *self.statement, f"rules      {rules}", f"axioms     {axioms}"])


class Rejected(Record):
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
        certificate = decode(data)
        s, claim, used = certificate.statement.check(), certificate.claim, Used()
        notes = _shown(s, claim, certificate.evidence, folder, used)
        strict = f", strictly {claim.strict}" * bool(claim.strict)
        modulus = f", strongly with modulus {claim.modulus}" if claim.modulus is not None else ""
        lines = (f"claim      {claim.verdict}{strict}{modulus}", *statement_lines(s), *notes)
        rules = tuple((name, count) for name, count in sorted(used.items()) if name not in AXIOMS)
        axioms = tuple(f"{name} ({AXIOMS[name]})" for name in sorted(used) if name in AXIOMS)
        return Accepted(claim.verdict, lines, rules, axioms, statement_digest(s))
    except ConvexcheckError as error:
        return Rejected(error.stage, error.message)
    except Exception as error:  # noqa: BLE001  # whatever went wrong, nothing was accepted
        return Rejected("kernel", f"{type(error).__name__} {error}")


def _shown(s: Statement, claim: ev.Claim, e: ev.Evidence, folder: Path | None, used: Used) -> list[str]:
    """What the evidence says beside the claim that it shows; else Rejection."""
    proved = claim.verdict in SIDES
    require(proved or (not claim.strict and claim.modulus is None), "claim", "{!r} is never strict", claim.verdict)
    if not isinstance(e, ev.Proof | ev.Refutation | ev.Neither):  # whose rules are counted where they are checked
        used[type(e).__name__] += 1
    match claim.verdict, e:
        case _, ev.Generalisation() if proved:
            return _generalisation(s, claim, e, folder, used)
        case _, ev.Proof() if proved:
            return _proof(s, claim, e, used)
        case "ill-posed", _:
            return [f"because    {points.ill_posed(s, e, folder)}", *_witness(e)]
        case "neither", ev.Neither():
            return _refuted(s, 1, e.convex, folder, used) + _refuted(s, -1, e.concave, folder, used)
        case "invariant", ev.Invariance():
            invariant(s, e.action)
            return _witness(e.action)
        case "critical point" | "strict local minimum", ev.CriticalPoint():
            action = _witness(e.action) if e.action else []
            return [*_witness(e.instance), *_witness(e.x, "x"), *action, *critical_point(s, claim.verdict, e, folder)]
        case "not convex" | "not concave", ev.JensenGap() | ev.NegativeCurvature() | ev.SymmetryPair():
            return _refuted(s, 1 if claim.verdict == "not convex" else -1, e, folder, used)
    raise Rejection("claim", f"{type(e).__name__} cannot show {claim.verdict!r}")


def ordered(s: Statement) -> list[tuple[Condition, Context]]:
    """The domain's conditions, affine ones first, each with what the earlier ones give."""
    alone = Context(s, s.given)
    indices = {c: Scope(alone, alone).over(c.sizes, c.body).indices for c in s.domain}
    sequence = sorted(s.domain, key=lambda c: not is_affine(instantiate(c.body, indices[c]), alone))
    return [(c, Context(s, (*s.given, *sequence[:k]))) for k, c in enumerate(sequence)]


def _apart(e: Expression, s: Statement) -> bool:
    """Whether `e` is one entry of a variable, its indices numbers, or stands for all: others that meet it are seen."""
    if e.op != "var" or all(a.op == "const" for a in e.args):
        return e.op == "var"
    every = [("index", size) for size in s.variables[e.data].shape]
    return len({*e.args}) == len(e.args) and [(a.op, *a.args) for a in e.args] == every


def admit(s: Statement, proof: ev.Proof, used: Used) -> Scope:
    """The scope of the statement's function: its domain is convex and not empty, and it is real there.

    A domain is cut out by conditions in order, affine ones first; each is convex on the set that the earlier ones
    leave. Inside a box with nonempty interior, ``>= 0`` holds as ``> 0``.
    """
    rules, signs, conditions = list(proof.domain), list(proof.defined), (*s.domain, *s.given)
    context, ends = Context(s), list[Expression]()
    for c, earlier in ordered(s):
        inner = Scope(earlier, earlier, used=used).over(c.sizes, c.body)
        body = inner.place("domain", c.body)
        terms = linear(body)[1]
        alone = len(terms) == 1 and c.relation in ("ge", "gt") and _apart(terms[0][0], s)
        ends += [terms[0][0]] if alone else []
        if not is_affine(body, earlier):
            shown = c.relation in ("ge", "gt") and rules
            require(shown, "domain", "the condition on {} may not cut out a convex set", body)
            rule = rules.pop(0)
            if isinstance(rule, ev.Superlevel):  # for p > 0 the set where p h >= 0 (> 0) is that where h is
                used["Superlevel"] += 1
                factor, quotient = (inner.place("Superlevel", part) for part in (rule.factor, rule.quotient))
                show(SignGoal(factor, True, rule.positive, inner))
                same = identical(body, factor * quotient, earlier)
                require(same, "Superlevel", "{} is not identical to {}", body, factor * quotient)
                body, rule = quotient, rule.premise
            show(CurvatureGoal(body, -1, rule, inner))
    require((proof.inside is None) == (not conditions), "domain", "a point inside is for statements with conditions")
    if proof.inside is not None:
        points.point(s, proof.inside, proof.inside.variables, None)
    box = len(ends) == len(s.domain) and all(context.bounds(e).lo < context.bounds(e).hi for e in ends)
    facts = [Condition("gt", c.body, c.sizes) if box else c for c in s.domain]
    for o in obligations(s.function, context):
        if not o.holds():
            proved = bool(signs) and o.relation in ("ge", "gt", "enough", "ne")  # what is > 0 is not 0
            require(proved, "domain", "{} {} is not shown, so the function may be undefined", o.value, o.relation)
            show(SignGoal(o.value, o.relation != "ge", signs.pop(0), Scope(o.context, o.context, used=used)))
    require(not signs and not rules, "domain", "premises that nothing needs")
    return Scope(context, Context(s, [*facts, *s.given]), used=used)


def _proof(s: Statement, claim: ev.Claim, proof: ev.Proof, used: Used) -> list[str]:
    scope, side, mu = admit(s, proof, used), SIDES[claim.verdict] or 1, claim.modulus
    show(CurvatureGoal(s.function, SIDES[claim.verdict], proof.curvature, scope))
    fits = (mu is None) == (proof.modulus is None) and (proof.strict is None or claim.strict)
    require(fits, "claim", "a claim without its rule, or a rule without its claim")
    shown = []
    if mu is not None and proof.modulus is not None:
        replace(s, function=mu).check()
        number = not mu.has("var", "dir", "index") and total(mu, scope.context) and scope.context.bounds(mu).lo >= 0
        require(number, "modulus", "{} is not a number >= 0", mu)
        squares = add(*(over_all("Sum", d.shape, generic("var", name, d) ** 2) for name, d in s.variables.items()))
        less = add(s.function, mul(Fraction(-side, 2), mu, squares))
        show(CurvatureGoal(less, side, proof.modulus, scope))
        shown = ["always" if scope.context.bounds(mu).positive else f"if {mu} > 0"]
    if proof.strict is not None:
        shown.append(strictness(s.function, s.variables, side, proof.curvature, proof.strict, scope))
    words = "always" if "always" in shown else " or ".join(shown)
    require(claim.strict in ("", words), "strict", "shown is {!r}, claimed {!r}", words, claim.strict)
    return ["inside", *_witness(proof.inside)] if proof.inside else []


def _generalisation(s: Statement, claim: ev.Claim, e: ev.Generalisation, folder: Path | None, used: Used) -> list[str]:
    """The statement is the instance of `general` at `sizes`, and its fixed arrays satisfy what `general` assumes."""
    step, general = "Generalisation", e.general.check()
    notes = _proof(general, replace(claim, modulus=e.modulus), e.premise, used)
    at = general.instance(points.admit_sizes(general, e.sizes))
    modulus = None if e.modulus is None else substitute(e.modulus, {("dim", n): k for n, k in e.sizes})
    bare = replace(s, parameters={n: replace(d, array="") for n, d in s.parameters.items()})
    require(replace(at, given=s.given) == bare and modulus is claim.modulus, step, "the statement is not this instance")
    assumed = [c for c in at.given if c not in s.given]
    names = {n for n, d in s.parameters.items() if d.integer and d.array}.union(*(c.body.names("par") for c in assumed))
    values = {("par", name): points.entries(name, s.parameters[name], None, {}, folder) for name in names}
    for c in assumed:
        require(points.holds(c, values, {}), step, "the data do not satisfy {} {}", c.relation, c.body)
    return ["which holds in general", *(f"  {line}" for line in [*statement_lines(general), *notes])]


def refutation(s: Statement, side: int, e: ev.Refutation, folder: Path | None) -> Any:
    """The rational or ball that refutes convexity (`side` 1) or concavity (-1): a gap > 0, or v'Hv; else Rejection."""
    rules: dict[type, Any] = {ev.JensenGap: points.jensen_gap, ev.NegativeCurvature: points.negative_curvature}
    return rules.get(type(e), symmetry_pair)(s, side, e, folder)


def _refuted(s: Statement, side: int, e: ev.Refutation, folder: Path | None, used: Used) -> list[str]:
    used[type(e).__name__] += 1
    found = refutation(s, side, e, folder)
    shown = f"gap = {found} > 0" + ASSUMED * (not isinstance(e, ev.NegativeCurvature) and points.stored(e))
    if isinstance(e, ev.NegativeCurvature):
        value = found if e.level == "rational" else found.str(15, more=True)  # else the radius grows by a digit
        shown = f"v'Hv = {value} {'<' if side == 1 else '>'} 0" + ASSUMED * (e.level == "midpoint-radius")
    return [f"not {'convex' if side == 1 else 'concave'}", *_witness(e), f"  {shown}"]


def _witness(value: object, name: str = "") -> list[str]:
    """Every value of the evidence, a line each."""
    if isinstance(value, ev.Action):
        shown = [f"g maps {n} to {text(body, index_names(set(n))[: body.loose])}" for n, body in value.images]
        kinds = {"permutations": value.permutations, "signs": value.signs, "scales > 0": value.scales}
        shown += [f"for all {kind} {n} of size {size}" for kind, arrays in kinds.items() for n, size in arrays]
        return [f"  {line}" for line in shown]
    if isinstance(value, Record):
        return [line for n, v in vars(value).items() for line in _witness(v, n)]
    if isinstance(value, tuple):
        return [f"  {f'{name}: ' * (name in 'xyv')}{n} = {v}" for n, v in value]
    return [f"  {name} = {value}"]
