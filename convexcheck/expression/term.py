"""Expressions: the language in which every statement is written, and substitution in it (trusted).

An expression is a scalar in index notation. A tensor is never a value here: the entry ``X[i, j]`` is,
and a matrix product is ``Sum(j < d, X[i, j] * w[j])``. Nodes are immutable and interned, so that equal
expressions are the same object; sums and products are flat and sorted, so that order never matters.

=============  =============================  ==========================================================
op             data                           args
=============  =============================  ==========================================================
const          Fraction                       none
pi             None                           none
var par dir    name                           indices (``dir`` is the direction of a derivative)
dim            name                           none: a symbolic size, an integer
bound          int                            none: a bound index (de Bruijn: 0 is the innermost binder)
index          serial number                  the size it ranges over: a bound index that was opened
add mul max    None                           two or more
pow            None                           base, exponent
Sum Max        None                           size, body (binds one index)
det ...        None                           size, body: functions of a matrix, in ``MATRICES``; the body is its
                                              entry (binds two indices: 0 the row, 1 the column)
inv logm       None                           size, row, column, body: the entry of a function of a matrix
where          None                           condition, value if true, value if false
le lt eq       None                           two sides; ``and``, ``or``, ``not`` combine them
any function   None                           one argument (see ``functions``)
=============  =============================  ==========================================================

Constructors fold constants and nothing that could hide where a function is undefined: ``0 * log(x)``
stays, because its domain is part of the statement. An opened index is a node of its own kind, with a serial
number and the size that it runs below, so that no substitution can capture it.
"""

import operator
import weakref
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from functools import cache, reduce
from hashlib import blake2b
from typing import Any

from convexcheck.expression.errors import ConvexcheckError

BINDERS = {"Sum": 1, "Max": 1}
_SQUARE = dict.fromkeys(["det", "logdet", "eigmax", "trace_xlogx", "inv", "logm"], 1)
MATRICES = {**_SQUARE, "norm_nuclear": 2, "norm_spectral": 2}  # how many sizes come first; see `matrices`
_BOUND = {**BINDERS, **dict.fromkeys(MATRICES, 2)}
CONDITIONS = frozenset({"le", "lt", "eq", "and", "or", "not"})
ENTRIES = frozenset({"var", "par", "dir"})
MAX_DEPTH, MAX_SIZE, MAX_BITS = 250, 1_000_000, 8192
_RANK = {op: rank for rank, op in enumerate(["const", "pi", "dim", "par", "var", "dir", "bound", "index"])}
_TABLE: weakref.WeakValueDictionary[tuple[Any, ...], "Expression"] = weakref.WeakValueDictionary()
_CONSTANTS: weakref.WeakValueDictionary[tuple[int, int], "Expression"] = weakref.WeakValueDictionary()


class Expression:
    """One interned node: ``op``, ``args``, ``data`` as in the module's table.

    ``key`` orders nodes and is the same in every process; ``symbols`` holds the ``(op, data)`` of every
    leaf that occurs; ``loose`` is the number of enclosing binders that the node refers to.
    """

    __slots__ = ("op", "args", "data", "key", "symbols", "loose", "depth", "size", "__weakref__")

    def __new__(cls, op: str, args: tuple["Expression", ...] = (), data: Any = None) -> "Expression":
        """The node, made only if no equal one exists."""
        return _TABLE.get((op, args, data)) or object.__new__(cls)._interned(op, args, data)

    def _interned(self, op: str, args: tuple["Expression", ...], data: Any) -> "Expression":
        self.op, self.args, self.data = op, args, data
        self.depth: int = 1 + max((a.depth for a in args), default=0)
        self.size: int = 1 + sum(a.size for a in args)  # as it is written out, shared parts counted each time
        if self.depth > MAX_DEPTH or self.size > MAX_SIZE:
            raise ConvexcheckError("expression", f"nested deeper than {MAX_DEPTH}, or too large", hint="less of it")
        content = repr((op, str(data))).encode() + b"".join(a.key[2] for a in args)
        self.key: tuple[Any, ...] = (_RANK.get(op, 9), str(data or ""), blake2b(content, digest_size=12).digest())
        own = {(op, data)} if op in ENTRIES or op in ("dim", "index") else ()
        self.symbols: frozenset[tuple[str, Any]] = frozenset(own).union(*(a.symbols for a in args))
        loose = [a.loose - k for a, k in zip(args, levels(op, args), strict=True)]
        self.loose: int = data + 1 if op == "bound" else max(loose, default=0)
        _TABLE[op, args, data] = self
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        return Expression, (self.op, self.args, self.data)

    def __repr__(self) -> str:
        from convexcheck.expression.statement import text

        return text(self)

    def names(self, op: str) -> frozenset[str]:
        """Names of the leaves of kind `op` (``var``, ``par``, ``dim`` ...) that occur."""
        return frozenset(data for kind, data in self.symbols if kind == op)

    def has(self, *ops: str) -> bool:
        """Whether a leaf of one of these kinds occurs."""
        return any(kind in ops for kind, _ in self.symbols)

    # E731 is waived below: an operator is one more name for a function of this module
    __add__ = __radd__ = lambda self, other: add(self, other)
    __mul__ = __rmul__ = lambda self, other: mul(self, other)
    __neg__ = lambda self: mul(-1, self)  # noqa: E731
    __sub__ = lambda self, other: add(self, mul(-1, other))  # noqa: E731
    __rsub__ = lambda self, other: add(other, mul(-1, self))  # noqa: E731
    __truediv__ = lambda self, other: mul(self, power(other, -1))  # noqa: E731
    __rtruediv__ = lambda self, other: mul(other, power(self, -1))  # noqa: E731
    __pow__ = lambda self, other: power(self, other)  # noqa: E731


def levels(op: str, args: Sequence[Expression], outside: int = 0) -> list[int]:
    """How many indices are bound in each argument: a binder's body is its last one."""
    return [*[outside] * (len(args) - 1), outside + _BOUND.get(op, 0)][: len(args)]


def ranges(node: Expression) -> tuple[Expression, ...]:
    """The sizes below which the indices that the operation binds run: one for both sides of a square matrix."""
    return node.args[: {**BINDERS, **MATRICES}.get(node.op, 0)]


def sides(node: Expression) -> tuple[Expression, Expression]:
    """The sizes below which the row and the column of a function's matrix run."""
    return node.args[0], node.args[MATRICES[node.op] - 1]


Operand = Expression | Fraction | int


def _capped(value: Fraction, times: int = 1, kind: str = "constant") -> Fraction:
    if (value.numerator.bit_length() + value.denominator.bit_length()) * times > MAX_BITS:
        raise ConvexcheckError("expression", f"a {kind} of more than {MAX_BITS} bits", hint="smaller numbers")
    return value


def const(value: Operand) -> Expression:
    """The exact rational `value` as an expression."""
    if not isinstance(value, Expression):
        key = value.as_integer_ratio()  # hashed in a tenth of a Fraction's time
        value = _CONSTANTS.get(key) or _CONSTANTS.setdefault(key, Expression("const", (), _capped(Fraction(value))))
    return value


_MINUS_ONE, ZERO, ONE, PI = const(-1), const(0), const(1), Expression("pi")


def entry(op: str, name: str, indices: Iterable[Operand] = ()) -> Expression:
    """The entry of a variable (``var``), parameter (``par``) or direction (``dir``) at `indices`."""
    return Expression(op, tuple(const(i) for i in indices), name)


def dim(size: int | str) -> Expression:
    """A size: an integer, or a symbol for all sizes."""
    return const(size) if isinstance(size, int) else Expression("dim", (), size)


def bound(level: int) -> Expression:
    """The bound index of the `level`-th enclosing binder, counted from the innermost."""
    return Expression("bound", (), level)


def _flat(op: str, args: Iterable[Operand]) -> list[Expression]:
    return [b for a in map(const, args) for b in (a.args if a.op == op else (a,))]


def _folded(combine: Callable[..., Fraction], terms: list[Expression], unit: Expression) -> list[Expression]:
    """The constants among `terms` as one, and none where it is the unit."""
    constants = [t.data for t in terms if t.op == "const"]
    folded = [const(reduce(combine, constants))] if constants else []
    return [] if folded == [unit] else folded


def _joined(op: str, args: list[Expression]) -> Expression:
    return args[0] if len(args) == 1 else Expression(op, tuple(args))


def add(*args: Operand) -> Expression:
    """The sum, flat and sorted, constants folded."""
    terms = _flat("add", args)
    rest = sorted((t for t in terms if t.op != "const"), key=lambda t: t.key)
    return _joined("add", _folded(operator.add, terms, ZERO) + rest or [ZERO])


def mul(*args: Operand) -> Expression:
    """The product, flat and sorted, constants folded, equal factors gathered as powers."""
    factors = _flat("mul", args)
    rest = [f for f in factors if f.op != "const"]
    if len(set(rest)) < len(rest):  # x * x, from which x * x * x**2 may come
        return mul(*_folded(operator.mul, factors, ONE), *(power(f, k) for f, k in Counter(rest).items()))
    return _joined("mul", _folded(operator.mul, factors, ONE) + sorted(rest, key=lambda t: t.key) or [ONE])


def power(base: Operand, exponent: Operand) -> Expression:
    """``base ** exponent``; integer powers of rationals are folded, and 1/u**q for q > 0 is u**(-q)."""
    base, exponent = const(base), const(exponent)
    if exponent is _MINUS_ONE and base.op == "pow" and base.args[1].op == "const" and base.args[1].data > 0:
        base, exponent = base.args[0], const(-base.args[1].data)
    if base.op == exponent.op == "const" and exponent.data.denominator == 1 and (base.data or exponent.data > 0):
        whole = int(exponent.data)
        return const(_capped(base.data, abs(whole), "power") ** whole)
    return base if exponent is ONE else Expression("pow", (base, exponent))


def apply(op: str, *args: Operand) -> Expression:
    """A function, a condition or ``where`` applied to its arguments."""
    return Expression(op, tuple(map(const, args)))


def maximum(*args: Operand) -> Expression:
    """The largest of the arguments, flat and sorted without repetition."""
    return _joined("max", sorted(set(_flat("max", args)), key=lambda t: t.key))


def over(op: str, size: Operand, body: Expression) -> Expression:
    """``Sum`` or ``Max`` of `body` over its bound index 0, which runs below `size`."""
    return Expression(op, (const(size), body))


def over_all(op: str, sizes: Iterable[Expression], body: Expression) -> Expression:
    """``Sum`` or ``Max`` of `body` over its bound indices 0, 1, ..., which run below `sizes`."""
    return reduce(lambda inner, size: over(op, size, inner), sizes, body)


def rebuild(node: Expression, args: Iterable[Expression]) -> Expression:
    """`node` with other arguments, through its constructor."""
    new = tuple(args)
    make = _MAKE.get(node.op)
    return node if new == node.args else make(*new) if make else Expression(node.op, new, node.data)


_MAKE: dict[str, Callable[..., Expression]] = {"add": add, "mul": mul, "pow": power, "max": maximum}


def fresh(size: Expression, *avoid: Expression) -> Expression:
    """An opened index over 0 .. size - 1 that occurs in none of `avoid`.

    The serial number is the least free one, so that two openings of one binder agree.
    """
    used = [data for e in avoid for op, data in e.symbols if op == "index"]
    return Expression("index", (size,), 1 + max(used, default=0))


def transform(node: Expression, leaf: Callable[[Expression, int], Expression | None], level: int = 0) -> Expression:
    """Rebuild `node` bottom up; `leaf(node, binders above)` replaces a node, or returns None to go on."""

    @cache
    def visit(e: Expression, k: int) -> Expression:
        return leaf(e, k) or rebuild(e, map(visit, e.args, levels(e.op, e.args, k)))

    return leaf(node, level) or visit(node, level)


def shift(node: Expression, by: int, cutoff: int = 0) -> Expression:
    """Renumber the loose bound indices (those >= cutoff) by `by`."""

    def leaf(e: Expression, k: int) -> Expression | None:
        return e if e.loose <= k else bound(e.data + by) if e.op == "bound" else None

    return node if by == 0 else transform(node, leaf, cutoff)


def instantiate(body: Expression, values: Sequence[Operand]) -> Expression:
    """Replace the loose bound indices 0, 1, ... of `body` by `values`; the others move down."""
    terms = [const(v) for v in values]

    def leaf(e: Expression, k: int) -> Expression | None:
        if e.loose <= k or e.op != "bound":
            return e if e.loose <= k else None
        return shift(terms[e.data - k], k) if e.data - k < len(terms) else bound(e.data - len(terms))

    return transform(body, leaf)


def abstract(body: Expression, indices: Sequence[Expression]) -> Expression:
    """Inverse of `instantiate` with opened indices: turn them into bound indices 0, 1, ..."""
    position = {index: j for j, index in enumerate(indices)}

    def leaf(e: Expression, k: int) -> Expression | None:
        moved = bound(e.data + len(position)) if e.op == "bound" and e.data >= k else None
        return bound(k + position[e]) if e in position else moved

    return transform(body, leaf)


def opened(node: Expression, *avoid: Expression) -> tuple[Expression, Expression]:
    """The body of a binder with a fresh index in place of the bound one, and that index; `avoid` as in `fresh`."""
    index = fresh(node.args[0], node, *avoid)
    return instantiate(node.args[-1], [index]), index


def opened_matrix(node: Expression, *avoid: Expression) -> tuple[Expression, list[Expression]]:
    """The entry of the matrix that `node` is a function of, at a fresh row and column, and these two."""
    row = fresh(sides(node)[0], node, *avoid)
    place = [row, fresh(sides(node)[1], node, row, *avoid)]
    return instantiate(node.args[-1], place), place


def parts(node: Expression, *avoid: Expression) -> Sequence[Expression]:
    """What `node` computes with: its arguments, or its body with the bound indices opened (no sizes)."""
    if node.op in MATRICES:
        return [opened_matrix(node, *avoid)[0], *node.args[MATRICES[node.op] : -1]]
    return [opened(node, *avoid)[0]] if node.op in BINDERS else node.args


def bind(op: str, index: Expression, body: Expression) -> Expression:
    """Inverse of `opened`: ``Sum`` or ``Max`` of `body` over an opened index."""
    return over(op, index.args[0], abstract(body, [index]))


def substitute(node: Expression, values: Mapping[tuple[str, Any], Operand]) -> Expression:
    """Replace array entries, sizes and opened indices, without capture.

    Args:
        node: the expression to rebuild.
        values: for ``(op, name)`` a body whose bound indices 0, 1, ... stand for the entry's indices; for
            ``("dim", name)`` and ``("index", serial)`` a closed expression.
    """

    def leaf(e: Expression, k: int) -> Expression | None:
        if values.keys().isdisjoint(e.symbols):
            return e
        body = values.get((e.op, e.data))
        return None if body is None else instantiate(const(body), [transform(a, leaf, k) for a in e.args])

    return transform(node, leaf)


def replaced(node: Expression, values: Mapping[Expression, Expression]) -> Expression:
    """Replace nodes that refer to no binder."""
    return transform(node, lambda e, _: values.get(e))


def gathered(terms: Iterable[tuple[Any, Fraction]]) -> dict[Any, Fraction]:
    """The sum of the coefficients that belong to each key, without those that are 0."""
    total: dict[Any, Fraction] = {}
    for key, c in terms:
        total[key] = total[key] + c if key in total else c
    return {key: c for key, c in total.items() if c}


def nodes(*roots: Expression) -> Iterator[Expression]:
    """Every distinct node below `roots`."""
    seen, stack = set[Expression](), list(roots)
    while stack:
        node = stack.pop()
        if node not in seen:
            seen.add(node)
            yield node
            stack.extend(node.args)
