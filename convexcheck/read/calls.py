"""JAX primitives that hold other jaxprs: calls, conditionals and loops (untrusted).

A loop whose carry is ``c + g(x)``, or does not change, is a sum; any other loop of a fixed, small length is
unrolled.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from convexcheck.expression.errors import Unsupported
from convexcheck.expression.term import (
    ONE,
    ZERO,
    Expression,
    abstract,
    add,
    apply,
    bound,
    const,
    entry,
    fresh,
    mul,
    over,
    power,
    substitute,
)
from convexcheck.read.entries import condition
from convexcheck.read.logic import choose, compare, folded
from convexcheck.read.special import UNARY
from convexcheck.read.tensor import Tensor, scalar

if TYPE_CHECKING:
    from convexcheck.read.equations import Equation

STAGE = "read.jaxpr"
MAX_UNROLLED = 64


def _call(e: Equation) -> Sequence[Tensor]:
    inner = next(e.params[k] for k in ("jaxpr", "call_jaxpr", "fun_jaxpr") if k in e.params)
    return e.reader.run(getattr(inner, "jaxpr", inner), getattr(inner, "consts", ()), e.operands, e.wanted)


def _custom(e: Equation) -> Sequence[Tensor]:
    """A call with a derivative of its own; JAX's series for log of the normal distribution stands for the function."""
    # the text names variables by their order, so that equal texts compute the same
    if len(e.operands) == 1 and str(e.params["call_jaxpr"]) == str(_log_ndtr(e.avals[0])):
        e.reader.assume("jax.scipy.special.log_ndtr, a series, stands for the logarithm of the normal distribution")
        return [Tensor(e.shapes[0], apply("log", UNARY["normcdf"](e.operands[0].body)))]
    return _call(e)


def _log_ndtr(aval: Any) -> Any:
    """What JAX traces for ``log_ndtr`` of such an argument."""
    import jax

    with jax.enable_x64(True):
        traced = jax.make_jaxpr(jax.scipy.special.log_ndtr)(jax.ShapeDtypeStruct(aval.shape, aval.dtype))
    return traced.jaxpr.eqns[-1].params.get("call_jaxpr")


def _cond(e: Equation) -> Sequence[Tensor]:
    """The branch that the index names, as a choice (both branches are read)."""
    which, operands = e.operands[0].body, e.operands[1:]
    found = [e.reader.run(b.jaxpr, b.consts, operands, e.wanted) for b in e.params["branches"]]
    results = []
    for k, aval in enumerate(e.out_avals):
        body = found[-1][k].body
        for j in reversed(range(len(found) - 1)):
            pick = condition if aval.dtype.kind == "b" else choose
            body = folded(pick(compare("eq", which, const(j)), found[j][k].body, body))
        results.append(Tensor(e.shapes[k], body))
    return results


def _platform(e: Equation) -> Sequence[Tensor]:
    """The number of the branch for a platform that is not named: all branches compute the same."""
    return [scalar(e.params["platforms"].index(None))]


def _scan(e: Equation) -> Sequence[Tensor]:
    consts, carries = e.params["num_consts"], e.params["num_carry"]
    fixed, start, rows = e.operands[:consts], e.operands[consts : consts + carries], e.operands[consts + carries :]
    loop = Loop(e, fixed, start, rows)
    closed = loop.summed()
    return closed if closed is not None else loop.unrolled()


class Loop:
    """One scan: `fixed` operands, the `start` of its carries, and the arrays whose `rows` it runs over."""

    def __init__(self, e: Equation, fixed: Sequence[Tensor], start: Sequence[Tensor], rows: Sequence[Tensor]) -> None:
        self.e, self.fixed, self.start, self.rows = e, fixed, list(start), rows
        self.body = e.params["jaxpr"]
        self.length = e.reader.size(e.params["length"])

    def step(self, index: Expression, carry: Sequence[Tensor]) -> list[Tensor]:
        """New carries and rows of results at the step number `index`."""
        reader = self.e.reader
        at = self.length - 1 - index if self.e.params["reverse"] else index
        row = [Tensor(t.shape[1:], folded(t.at(at, *(bound(a) for a in range(len(t.shape) - 1))))) for t in self.rows]
        reader.depth += 1
        results = reader.run(self.body.jaxpr, self.body.consts, [*self.fixed, *carry, *row])
        reader.depth -= 1
        return results

    def summed(self) -> list[Tensor] | None:
        """The results as sums, None if a carry is not of the form ``a c + g(x)``, a > 0 a number."""
        bodies = [t.body for t in (*self.fixed, *self.start, *self.rows)]
        index = fresh(self.length, *bodies)
        index = Expression("index", (self.length,), index.data + 1000 * (1 + self.e.reader.depth))
        names = [f"+carry{self.e.reader.depth}.{k}" for k in range(len(self.start))]
        holes = [
            Tensor(t.shape, entry("par", n, [bound(a) for a in range(len(t.shape))]))
            for n, t in zip(names, self.start, strict=True)
        ]
        try:
            results = self.step(index, holes)
        except Unsupported:  # it may be readable where the carries are known
            return None
        solved: dict[tuple[str, str], Expression] = {}
        final: dict[int, Expression] = {}
        pending = dict(enumerate(results[: len(self.start)]))
        while pending:
            progress = False
            for k, t in list(pending.items()):
                found = _growth(folded(substitute(t.body, solved)), holes[k].body, set(names))
                if found is not None:
                    factor, growth = found
                    initial = self.start[k].body
                    if factor is not ONE:  # c <- a c + g: divided by the power of a so far, it is a running sum
                        growth = mul(growth, power(factor, -1 - index))
                    before, whole = (power(factor, m) if factor is not ONE else ONE for m in (index, self.length))
                    solved["par", names[k]] = mul(before, add(initial, self.before(growth, index)))
                    final[k] = mul(whole, add(initial, self.summing(growth, index)))
                    del pending[k]
                    progress = True
            if not progress:
                return None
        out = [Tensor(self.start[k].shape, final[k]) for k in range(len(self.start))]
        for k, t in enumerate(results[len(self.start) :], len(self.start)):
            body = folded(substitute(t.body, solved))
            place = abstract(body, [index])
            if self.e.params["reverse"]:
                flipped = Tensor((self.length, *t.shape), place)
                place = flipped.at(self.length - 1 - bound(0), *(bound(a + 1) for a in range(len(t.shape))))
            out.append(Tensor(self.e.shapes[k], place))
        return out

    def summing(self, growth: Expression, index: Expression) -> Expression:
        """The sum of `growth` over all steps."""
        if ("index", index.data) not in growth.symbols:
            return mul(self.length, growth) if growth is not ZERO else ZERO
        return over("Sum", self.length, abstract(growth, [index]))

    def before(self, growth: Expression, index: Expression) -> Expression:
        """The sum of `growth` over the steps before `index`."""
        if ("index", index.data) not in growth.symbols:
            return mul(index, growth) if growth is not ZERO else ZERO
        inner = choose(compare("lt", bound(0), index), abstract(growth, [index]), ZERO)
        return over("Sum", self.length, inner)

    def unrolled(self) -> list[Tensor]:
        """The results of a loop of a fixed, small length, step by step."""
        if self.length.op != "const" or self.length.data > MAX_UNROLLED:
            what = f"a loop over {self.length} steps whose state is not a running sum"
            raise Unsupported(
                STAGE, what, f"a running sum, or at most {MAX_UNROLLED} steps, a fixed number", "jnp.sum or jax.vmap"
            )
        carry, stacked = self.start, list[list[Tensor]]()
        for i in range(int(self.length.data)):
            results = self.step(const(i), carry)
            carry = results[: len(self.start)]
            stacked.append(results[len(self.start) :])
        if self.e.params["reverse"]:
            stacked.reverse()
        return [*carry, *(self.stack([s[k] for s in stacked], k) for k in range(len(stacked[0])))] if stacked else carry

    def stack(self, parts: Sequence[Tensor], k: int) -> Tensor:
        """One array from its rows."""
        rest = [bound(a + 1) for a in range(len(parts[0].shape))]
        body = parts[-1].at(*rest)
        for i in reversed(range(len(parts) - 1)):
            body = choose(compare("eq", bound(0), const(i)), parts[i].at(*rest), body)
        return Tensor(self.e.shapes[len(self.start) + k], body)


def _growth(new: Expression, old: Expression, names: set[str]) -> tuple[Expression, Expression] | None:
    """a, g with new = a*old + g, where a > 0 is a number and g holds no unknown carry; None if there are none."""
    terms = list(new.args) if new.op == "add" else [new]
    for term in terms:
        factor, rest = (term.args[0], mul(*term.args[1:])) if term.op == "mul" else (ONE, term)
        if rest is old and factor.op == "const" and factor.data > 0:
            terms.remove(term)
            growth = add(*terms)
            return None if names & growth.names("par") else (factor, growth)
    return None


_NAMES = "jit pjit closed_call core_call remat remat2 checkpoint custom_jvp_call custom_vjp_call custom_vjp_call_jaxpr"
RULES: dict[str, Callable[[Equation], Sequence[Tensor]]] = {
    **dict.fromkeys(_NAMES.split(), _call),
    "custom_jvp_call": _custom,
    "cond": _cond,
    "platform_index": _platform,
    "scan": _scan,
}
