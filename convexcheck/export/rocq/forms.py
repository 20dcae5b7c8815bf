"""Sign rules for quadratic forms as tactics: principal minors, sums of squares, low rank (untrusted; coqc judges)."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

from convexcheck.certificate import evidence as ev
from convexcheck.export.concrete import determinant
from convexcheck.export.rocq.notation import NoScript, number, size
from convexcheck.expression.term import Expression, add, bind, const, mul, power

if TYPE_CHECKING:
    from convexcheck.export.rocq.signs import Signs

Matrix = list[list[Expression]]
MOST_ROWS = 3


def symmetric(triangle: Sequence[Expression], n: int) -> Matrix:
    """The symmetric matrix with this lower triangle, row by row."""
    return [[triangle[max(i, j) * (max(i, j) + 1) // 2 + min(i, j)] for j in range(n)] for i in range(n)]


def quadratic(M: Matrix, y: Sequence[Expression]) -> Expression:
    """sum_pq M_pq y_p y_q."""
    n = range(len(y))
    return add(*(mul(M[p][q], y[p], y[q]) for p in n for q in n))


def form(M: Sequence[Sequence[str]], y: Sequence[str]) -> str:
    """The same as the lemmas of the library have it."""
    if len(y) == 3:
        (a, b, c), (_, d, e), (_, _, f) = M
        return f"form3 {a} {b} {d} {c} {e} {f} {' '.join(y)}"
    parts = []
    for q in range(len(y)):
        parts += [f"2 * ({M[p][q]} * ({y[p]} * {y[q]}))" for p in range(q)]
        parts.append(f"{M[q][q]} * ({y[q]} * {y[q]})")
    return " + ".join(parts)


def minors(signs: Signs, e: Expression, rule: ev.Minors) -> str:
    """The value is a form with principal minors >= 0."""
    place = signs.place
    y, entries = ([place.placed(a) for a in parts] for parts in (rule.vector, rule.matrix))
    M = symmetric(entries, len(y))
    shown = form([[place.show(a) for a in row] for row in M], [place.show(a) for a in y])
    equal = signs.identity(e, quadratic(M, y))
    return f"apply (ge0_eq _ ({shown})). {{ unfold form3. {equal} }}\n  {positive_minors(signs, M, rule.premises)}"


def positive_minors(signs: Signs, M: Matrix, premises: Sequence[ev.Sign]) -> str:
    """The sentences that prove that a form as `form` prints it is >= 0."""
    n, leading = len(M), len(premises) == len(M)
    if n > MOST_ROWS:
        raise NoScript(f"a matrix of expressions with {n} rows has no mapping")
    chosen = [2**k - 1 for k in range(1, n + 1)] if leading else [*range(1, 2**n)]
    name = "minor1" if n == 1 else f"{'leading' if leading else 'minors'}{n}"
    # minors2 asks for the two diagonal entries first, as the binary numbers 1, 2, 3 do
    lines = [f"apply {name}."]
    for rows, premise in zip(chosen, premises, strict=True):
        kept = [k for k in range(n) if rows >> k & 1]
        minor = determinant([[M[p][q] for q in kept] for p in kept])
        strict = leading and rows != chosen[-1]
        lemma = "gt0_eq" if strict else "ge0_eq"
        same = "unfold det3; first [reflexivity | ring | field; nonzero]"
        known = signs.denominators(minor)
        lines.append(f"{{ {known} apply ({lemma} _ {signs.place.show(minor)}). {{ {same}. }}\n"
                     f"  {signs.show(minor, strict, premise)} }}")  # fmt: skip
    return "\n  ".join(lines)


def factored(triangle: Sequence[Fraction], n: int) -> list[tuple[Fraction, list[Fraction]]]:
    """A PSD matrix of rationals as sum_k d_k l_k l_k' with d_k > 0: elimination without a square root."""
    M = [[triangle[max(i, j) * (max(i, j) + 1) // 2 + min(i, j)] for j in range(n)] for i in range(n)]
    found = []
    for k in range(n):
        d = M[k][k]
        if d > 0:
            line = [M[k][j] / d if j >= k else Fraction(0) for j in range(n)]
            found.append((d, line))
            M = [[M[i][j] - d * line[i] * line[j] for j in range(n)] for i in range(n)]
    return found


def gram(signs: Signs, e: Expression, strict: bool, rule: ev.Gram) -> str:
    """The value is a number plus multiples of squares."""
    place = signs.place
    terms, shown, facts = [const(rule.margin)], [number(rule.margin)], []
    for k, block in enumerate(rule.blocks):
        g, *basis = (place.placed(part) for part in (block.multiplier, *block.basis))
        facts.append(f"assert (W{k} : 0 <= {place.show(g)}). {{ {signs.show(g, False, block.sign)} }}")
        for d, line in factored(block.matrix, len(basis)):
            linear = add(*(mul(c, m) for c, m in zip(line, basis, strict=True) if c))
            terms.append(mul(d, g, power(linear, 2)))
            shown.append(f"{place.show(g)} * ({number(d)} * ({place.show(linear)} ^ 2))")
    lemma = "gt0_eq" if strict else "ge0_eq"
    end = "apply squares_margin; [lra | squares]." if strict else "squares."
    whole = f"({number(rule.margin)} + ({' + '.join(shown[1:]) or '0'}))"
    equal = signs.identity(e, add(*terms))
    return "\n  ".join([*facts, f"apply ({lemma} _ {whole}). {{ {equal} }}", end])


def low_rank(signs: Signs, e: Expression, rule: ev.DiagonalLowRank) -> str:
    """A sum of squares over an index, and a form in at most one of its weighted sums and in some other values."""
    place, r = signs.place, len(rule.vectors)
    if r > 1:
        raise NoScript(f"a diagonal form with a correction of rank {r} has no mapping")
    count, *others = (place.placed(part) for part in (rule.size, *rule.others))
    inner = place.over([count], e, rule.direction, rule.weight, *rule.vectors)
    z, a, *vectors = (inner.placed(part) for part in (rule.direction, rule.weight, *rule.vectors))
    j, n = inner.indices[0], size(count)
    M = symmetric([place.placed(part) for part in rule.matrix], r + len(others))
    squares, *lines = (bind("Sum", j, mul(a, part, z)) for part in (z, *vectors))
    whole = add(squares, quadratic(M, [*lines, *others]))
    weight = type(signs)(inner, signs.context, signs.names).show(a, False, rule.weight_sign)
    shown_M = [[place.show(m) for m in row] for row in M]
    ts = [place.show(t) for t in others]
    direct = f"Sum {n} (fun j{j.data} => {inner.show(a)} * {inner.show(z)} ^ 2)"
    if not r:
        rest = form(shown_M, ts) if ts else "0"
        text = f"{direct} + ({rest})"
        steps = f"apply Rplus_le_le_0_compat.\n  {{ apply Sum_ge0. intros j{j.data} J{j.data}. apply mul_pp; " \
                f"[|apply pow2_ge_0]. {weight} }}\n  "  # fmt: skip
        steps += positive_minors(signs, M, rule.premises) if ts else "lra."
        return f"apply (ge0_eq _ ({text})). {{ unfold form3. {signs.identity(e, whole)} }}\n  {steps}"
    line = f"Sum {n} (fun j{j.data} => {inner.show(a)} * {inner.show(vectors[0])} * {inner.show(z)})"
    rest = f"(fun L => {form(shown_M, ['L', *ts])})"
    (u,) = vectors
    G = bind("Sum", j, mul(a, u, u))
    E = [G, *(const(1) for _ in others)]
    k = range(len(E))
    least = [[add(mul(E[p], M[p][q], E[q]), G if p == q == 0 else const(0)) for q in k] for p in k]
    shown_least = form([[place.show(m) for m in row] for row in least], ["s", *ts])
    whole_text = f"{direct} + {rest} ({line})"
    gram_text = f"Sum {n} (fun j{j.data} => {inner.show(a)} * {inner.show(u)} ^ 2)"
    same_gram = "first [reflexivity | apply Sum_ext; intros; first [ring | field; nonzero | reorder]]"
    known = signs.denominators(*M[0], G)

    def each(term: Expression) -> str:
        return f"(fun j{j.data} => {inner.show(term)})"

    return "\n  ".join([
        f"apply (ge0_eq _ ({whole_text})). {{ cbv beta. unfold form3. {signs.identity(e, whole)} }}",
        f"refine (low_rank {n} {each(a)} {each(u)} {each(z)} {rest} _ _). {{ intros j{j.data} J{j.data}. {weight} }}",
        f"cbv zeta beta. intros s. {known}",
        f"assert (EG : {gram_text} = {place.show(G)}) by ({same_gram}). try rewrite EG.",
        f"apply (ge0_eq _ ({shown_least})). {{ unfold form3. first [ring | field; nonzero]. }}",
        positive_minors(signs, least, rule.premises),
    ])  # fmt: skip
