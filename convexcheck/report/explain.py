"""The reasons behind a verdict in numbered steps, as plain text (untrusted)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from convexcheck.certificate import evidence as ev
from convexcheck.expression.errors import ConvexcheckError
from convexcheck.expression.statement import Declaration, Statement
from convexcheck.report import points
from convexcheck.report.decimals import note, shown_number
from convexcheck.report.hessian import factored_hessian
from convexcheck.report.notation import array_text, index_text, said
from convexcheck.report.steps import Step, cut, walk
from convexcheck.report.verdict import ILL_POSED, Jensen, Verdict


def explain(verdict: Verdict, more: Iterable[Step] = ()) -> str:
    """The reasons behind a verdict, as numbered steps of plain text; the first line is the answer.

    Args:
        verdict: what `check`, `prove` or `refute` returned.
        more: steps to add at the end.

    Returns:
        Text: what was asked; for a proof the rule at each node and the Hessian in factored form, for a refutation
        the points and the gap, for an ill-posed question the reason, else what was tried.

    >>> from convexcheck.report.verdict import Verdict
    >>> explain(Verdict("UNKNOWN", "UNKNOWN", message="nothing was found"))
    'UNKNOWN: nothing was found'
    """
    steps = [*steps_of(verdict), *more]
    lines = [headline(verdict)]
    for k, step in enumerate(steps, start=1):
        indent = "   " * step.depth
        lines += ["", f"{k}. {indent}{step.title}"] if not step.depth else [f"{k}. {indent}{step.title}"]
        lines += [f"   {indent}  {detail}" for detail in step.details]
    return "\n".join(lines)


def steps_of(verdict: Verdict) -> list[Step]:
    """What was asked, the reasons, and the kernel's answer."""
    return [*_asked(verdict), *_reasons(verdict), *_accepted(verdict)]


def headline(verdict: Verdict) -> str:
    """The answer in one line."""
    s, word = verdict.statement, verdict.curvature
    if verdict.status == ILL_POSED:
        return f"ILL_POSED: {verdict.message}"
    if s is not None and word in ("CONVEX", "CONCAVE", "AFFINE"):
        against = f", and not {verdict.claim}" * bool(verdict.counterexamples)
        evidence = verdict.certificate.content.evidence if verdict.certificate else None
        beyond = " and beyond" * isinstance(evidence, ev.Generalisation)
        return f"{word}: proved for all {quantified(s)}{beyond}{against}"
    sides = list(verdict.fails)
    if len(sides) == 1:
        other = "concave" if sides == ["convex"] else "convex"
        return f"NOT {sides[0].upper()}: a counterexample shows it (whether it is {other} was not settled)"
    if sides:
        return f"{word}: a counterexample shows that it is not {' and another that it is not '.join(sides)}"
    return f"UNKNOWN: {verdict.message}"


def quantified(s: Statement) -> str:
    """Over what the statement holds: variables, parameters, sizes."""
    fixed = [n for n, d in s.parameters.items() if d.array]
    free = {n: d for n, d in s.parameters.items() if not d.array}
    said = names(s.variables) + " in the domain" * bool(s.domain)
    said += f", at the given {', '.join(fixed)}" * bool(fixed)
    said += f", for every {names(free)}" * bool(free) + " as assumed" * bool(free and s.given)
    return said + f", of all sizes {', '.join(s.sizes)}" * bool(s.sizes)


def names(arrays: Mapping[str, Declaration]) -> str:
    """Names with shapes: ``X[n, d], y[n]``."""
    return ", ".join(n + (f"[{', '.join(map(str, d.shape))}]" if d.shape else "") for n, d in arrays.items())


def _asked(verdict: Verdict) -> Iterable[Step]:
    s = verdict.statement
    if s is None:
        return
    yield Step(f"Asked: is this function {verdict.claim} in {', '.join(s.variables)}?", tuple(described(s)))


def described(s: Statement) -> list[str]:
    """The statement, a fact a line, the function in array notation where it has one."""
    lines = [f"f = {cut(array_text(s.function))}", f"variables   {names(s.variables)}: real"]
    fixed = {n: d for n, d in s.parameters.items() if d.array}
    free = {n: d for n, d in s.parameters.items() if not d.array}
    integers = [n for n, d in s.parameters.items() if d.integer]
    lines += [f"parameters  {names(free)}: any values{' as assumed' * bool(s.given)}"] * bool(free)
    lines += [f"data        {names(fixed)}: the given arrays"] * bool(fixed)
    lines += [f"integers    {', '.join(integers)}"] * bool(integers)
    lines += ["sizes       " + ", ".join(f"{n} >= {low}" for n, low in s.sizes.items())] * bool(s.sizes)
    lines += [f"domain      {said(c)}" for c in s.domain]
    lines += [f"given       {said(c)}" for c in s.given]
    lines += [f"assuming    {a}" for a in s.assumptions]
    used = s.function.names("var")
    absent = [n for n in s.variables if n not in used]
    lines += [f"note        {line}" for line in note(s)]
    return lines + [f"note        the function does not depend on {', '.join(absent)}"] * bool(absent)


def _reasons(verdict: Verdict) -> Iterable[Step]:
    evidence = verdict.certificate.content.evidence if verdict.certificate else None
    s = verdict.statement
    if s is not None and isinstance(evidence, ev.Generalisation):
        sizes = ", ".join(f"{n} = {k}" for n, k in evidence.sizes)
        title = "The proof holds beyond the given data: for all of the following. The question is its instance"
        yield Step(f"{title} at {sizes}" if sizes else title, tuple(described(evidence.general)))
        yield from _proof(verdict, evidence.general, evidence.premise)
    elif s is not None and isinstance(evidence, ev.Proof):
        yield from _proof(verdict, s, evidence)
    elif isinstance(evidence, (ev.Undefined, ev.OutsideDomain, ev.EmptyDomain)):
        yield Step(f"The question has no answer: {verdict.message}", tuple(_ill_posed(evidence)))
    for found in verdict.counterexamples:
        yield _refutation(verdict, found)
    for curved in verdict.negative:
        sign = "<" if curved.side == "convex" else ">"
        title = f"Not {curved.side}: along v the second derivative at x is v'Hv {sign} 0 [NegativeCurvature]"
        lines = [f"v'Hv = {points.number(curved.value)}, in {curved.level} arithmetic"]
        lines += [f"{t}: {n} = {points.array(a)}" for t, p in (("x", curved.x), ("v", curved.v)) for n, a in p.items()]
        yield Step(title, tuple(map(cut, lines)))
    if verdict.region is not None:
        at = " (at these parameters)" * any(c.parameters for c in verdict.counterexamples)
        yield Step(f"The second derivative is negative exactly where {verdict.region}{at}")
    if evidence is None and verdict.attempts:
        yield Step("Tried", verdict.attempts)


def _proof(verdict: Verdict, s: Statement, proof: ev.Proof) -> Iterable[Step]:
    word = verdict.curvature.lower()
    yield from walk(s.function, "convex" if word == "affine" else word, proof.curvature)
    try:
        hessian = factored_hessian(s, proof.curvature)
    except ConvexcheckError:
        hessian = None
    if hessian is not None:
        letter = "f''" if [d.shape for d in s.variables.values()] == [()] else "H"
        plain = "The Hessian" if letter == "H" else "The second derivative"
        form = "The Hessian in factored form" if hessian.factored else plain
        yield Step(f"{form}: {letter} = {cut(hessian.matrix)}", tuple(map(cut, hessian.where)))
    said = []
    if proof.defined:
        said.append(f"f is real on the whole domain: {len(proof.defined)} values are shown to be >= 0 or > 0")
    if proof.domain:
        said.append("the domain is convex, since every condition on it cuts out a convex set")
    if proof.inside is not None:
        inside = ", ".join(points.instance(proof.inside))
        said.append(cut(f"the conditions can be met: {inside}"))
    if said:
        yield Step("The question is well posed", tuple(said))
    said = ["strictly convex" if word == "convex" else f"strictly {word}"] if verdict.strict else []
    said += list(verdict.conditions)
    if verdict.modulus is not None:
        sign = "-" if word == "convex" else "+"
        said.append(f"strongly {word} with modulus m = {shown_number(verdict.modulus)}: f {sign} (m/2)|.|^2 is {word}")
    if said:
        yield Step("More than that", tuple(map(cut, said)))


def _refutation(verdict: Verdict, found: Jensen) -> Step:
    above = "above" if found.side == "convex" else "below"
    pair = _pair(verdict, found.side)
    rule = "JensenGap" if pair is None else "SymmetryPair"
    title = f"Not {found.side}: at M, between P and Q, the function lies {above} its chord [{rule}]"
    details = points.counterexample(verdict, found)
    if pair is not None:
        moved = [f"g maps {name} to {index_text(body, ['i', 'j', 'k'])}" for name, body in pair.action.images]
        same = "f(g x) = f(x) for all x, since g only renames the indices of sums; so f(Q) = f(P) for Q = g P"
        if pair.action.signs or pair.action.scales:
            same = "f(g x) = f(x) for all x, by algebra; so f(Q) = f(P) for Q = g P"
        details = [*map(cut, moved), same, *details]
    return Step(title, tuple(details))


def _pair(verdict: Verdict, side: str) -> ev.SymmetryPair | None:
    """The pair of equal points that the certificate rests on, if it does."""
    evidence = verdict.certificate.content.evidence if verdict.certificate is not None else None
    if isinstance(evidence, ev.Neither):
        evidence = evidence.convex if side == "convex" else evidence.concave
    return evidence if isinstance(evidence, ev.SymmetryPair) else None


def _ill_posed(evidence: ev.Evidence) -> list[str]:
    if isinstance(evidence, ev.Undefined):
        return ["the conditions hold and the function is not real at", *points.instance(evidence.instance)]
    if isinstance(evidence, ev.OutsideDomain):
        lines = points.instance(evidence.instance)
        for title, point in (("P", evidence.x), ("Q", evidence.y)):
            lines += [f"{title}: {name} = {points.entries(value)}" for name, value in point]
        return [*lines, f"P and Q lie in the domain, {points.mix(evidence.t)} does not"]
    return ["no point satisfies all conditions of the domain and the assumptions"]


def _accepted(verdict: Verdict) -> Iterable[Step]:
    if verdict.accepted is None or verdict.certificate is None:
        return
    rules = ", ".join(f"{name} x{count}" for name, count in verdict.accepted.rules)
    axioms = ", ".join(verdict.accepted.axioms) or "none"
    size = f"{len(verdict.certificate)} bytes"
    yield Step(f"The kernel accepted the certificate ({size})", (f"rules   {rules}", f"axioms  {axioms}"))

