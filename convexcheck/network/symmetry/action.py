"""The symmetries of a network as an action that the kernel can check, for all weights, inputs and data (untrusted)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

from convexcheck.certificate.evidence import Action, Array
from convexcheck.expression.statement import Statement, generic
from convexcheck.expression.term import ONE, Expression, add, bound, const, entry, mul, over, power, substitute
from convexcheck.network.symmetry.kinds import EVEN, FLIP, Kind
from convexcheck.network.symmetry.member import Member, Stretch


def action(
    s: Statement, kinds: Sequence[Kind], signs: bool = True, scales: bool = True, matrices: Iterable[int] = ()
) -> Action:
    """Permutations p1, p2, ... of the hidden units, signs s1, ... and scales c1, ... where the layers have them.

    Signs and scales are those of the old units, so that the new unit i is old unit p[i] times s[p[i]] and c[p[i]].
    Where linear layers are stretched, that comes first, with arrays u1, v1 and the factor t1.

    Args:
        s: the statement of the network's loss, in the variables W1, b1, W2, ...
        kinds: the symmetries of its hidden layers.
        signs: whether signs may change.
        scales: whether scales may.
        matrices: numbers of the linear layers that are stretched; under a penalty, reflected.
    """
    sizes = {j: s.variables[f"W{j}"].shape[0] for j in range(1, len(kinds) + 1)}
    signed = {j: size for j, size in sizes.items() if signs and kinds[j - 1].signs}
    scaled = {j: size for j, size in sizes.items() if scales and kinds[j - 1].degree}

    def of(kind: str, j: int, index: Expression) -> Expression:
        return entry("par", f"{kind}{j}", [index])

    def old(j: int, index: Expression) -> Expression:
        return of("p", j, index) if j in sizes else index

    def gain(j: int, index: Expression) -> Sequence[Expression]:
        """What incoming weights of unit `index` are multiplied with."""
        return [of(kind, j, old(j, index)) for kind, layers in (("s", signed), ("c", scaled)) if j in layers]

    def loss(j: int, index: Expression) -> Sequence[Expression]:
        """What its outgoing weights are multiplied with."""
        turned = [of("s", j, old(j, index))] if j in signed and kinds[j - 1].signs != EVEN else []
        return [*turned, *([power(of("c", j, old(j, index)), -kinds[j - 1].degree)] if j in scaled else [])]

    images: dict[str, Expression] = {}
    first, second = bound(0), bound(1)
    for name in s.variables:
        j = int(name[1:])
        if name[0] == "W":
            moved = entry("var", name, [old(j, first), old(j - 1, second)])
            images[name] = mul(*gain(j, first), moved, *loss(j - 1, second))
            continue
        images[name] = mul(*gain(j, first), entry("var", name, [old(j, first)]))
        if j - 1 in signed and kinds[j - 2].signs == FLIP:
            unit = old(j - 1, first)  # of the sum; the entry's own index is the second one there
            outgoing = entry("var", f"W{j}", [old(j, second), unit])
            half = mul(Fraction(1, 2), *gain(j, second), 1 - of("s", j - 1, unit), outgoing)
            images[name] = add(images[name], over("Sum", sizes[j - 1], half))
    arrays = [(f"c{j}", size) for j, size in scaled.items()]
    for j in matrices:
        before, own = _stretched(s, j, sizes[j], kinds[j - 1].penalised)
        images = {name: substitute(body, before) for name, body in images.items()}
        arrays += own
    return Action(
        tuple(images.items()),
        tuple((f"p{j}", size) for j, size in sizes.items()),
        tuple((f"s{j}", size) for j, size in signed.items()),
        tuple(arrays),
    )


def _stretched(
    s: Statement, j: int, size: Expression, reflected: bool
) -> tuple[dict[tuple[str, str], Expression], list[tuple[str, Expression]]]:
    """Images of the variables around a linear layer under I + (t - 1) u v' / v'u, and the arrays that these use."""
    u, v = f"u{j}", f"u{j}" if reflected else f"v{j}"
    factor = const(-1) if reflected else entry("par", f"t{j}", [0])

    def moved(name: str, at: int, u: str, v: str, factor: Expression) -> Expression:
        """The entry with index number `at` running over the units."""
        axes, unit = range(len(s.variables[name].shape)), bound(0)
        other = entry("var", name, [unit if k == at else bound(k + 1) for k in axes])
        along = over("Sum", size, mul(entry("par", v, [unit]), other))
        both = over("Sum", size, mul(entry("par", u, [unit]), entry("par", v, [unit])))
        gained = mul(factor - 1, entry("par", u, [bound(at)]), along, power(both, -1))
        return add(generic("var", name, s.variables[name]), gained)

    images = {("var", n): moved(n, 0, u, v, factor) for n in (f"W{j}", f"b{j}") if n in s.variables}
    images["var", f"W{j + 1}"] = moved(f"W{j + 1}", 1, v, u, power(factor, -1))
    return images, [(u, size)] + ([] if reflected else [(v, size), (f"t{j}", ONE)])


def values(found: Action, member: Member) -> tuple[tuple[str, Array], ...]:
    """The arrays of the action that name a member of the group."""
    stretches = [m.stretch or _unstretched(len(m.permutation)) for m in member.moves]
    table: Mapping[str, tuple[tuple[Fraction | int, ...], ...]] = {
        "p": tuple(m.permutation for m in member.moves),
        "s": tuple(_old(m.permutation, m.signs) for m in member.moves),
        "c": tuple(_old(m.permutation, m.scales) for m in member.moves),
        "u": tuple(a.u for a in stretches),
        "v": tuple(a.v for a in stretches),
        "t": tuple((a.factor,) for a in stretches),
    }
    arrays = [n for kind in (found.permutations, found.signs, found.scales) for n, _ in kind]
    rows = [(n, table[n[0]][int(n[1:]) - 1]) for n in arrays]
    return tuple((n, Array((len(row),), tuple(map(Fraction, row)))) for n, row in rows)


def _unstretched(width: int) -> Stretch:
    return Stretch((Fraction(1),) * width, (Fraction(1),) * width, Fraction(1))


def _old(permutation: Sequence[int], factors: Sequence[int] | Sequence[Fraction]) -> tuple[Fraction | int, ...]:
    """Factors of new units by the number of the old unit."""
    found: dict[int, Fraction | int] = dict(zip(permutation, factors, strict=True)) if factors else {}
    return tuple(found.get(i, 1) for i in range(len(permutation)))
