"""Expressions: the language in which every statement is written (trusted).

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
where          None                           condition, value if true, value if false
le lt eq       None                           two sides; ``and``, ``or``, ``not`` combine them
any function   None                           one argument (see ``functions``)
=============  =============================  ==========================================================

Constructors fold constants and nothing that could hide where a function is undefined: ``0 * log(x)``
stays, because its domain is part of the statement.
"""

import weakref
from collections.abc import Callable, Iterable
from fractions import Fraction
from hashlib import blake2b
from typing import Any

from convexcheck.expression.errors import ConvexcheckError

BINDERS = {"Sum": 1, "Max": 1}
CONDITIONS = frozenset({"le", "lt", "eq", "and", "or", "not"})
ENTRIES = frozenset({"var", "par", "dir"})
MAX_DEPTH, MAX_BITS = 250, 8192
_RANK = {op: rank for rank, op in enumerate(["const", "pi", "dim", "par", "var", "dir", "bound", "index"])}
_TABLE: weakref.WeakValueDictionary[tuple[Any, ...], "Expression"] = weakref.WeakValueDictionary()


class Expression:
    """One interned node: ``op``, ``args``, ``data`` as in the module's table.

    ``key`` orders nodes and is the same in every process; ``symbols`` holds the ``(op, data)`` of every
    leaf that occurs; ``loose`` is the number of enclosing binders that the node refers to.
    """

    __slots__ = ("op", "args", "data", "key", "symbols", "loose", "depth", "__weakref__")
    op: str
    args: tuple["Expression", ...]
    data: Any
    key: tuple[Any, ...]
    symbols: frozenset[tuple[str, Any]]
    loose: int
    depth: int

    def __new__(cls, op: str, args: tuple["Expression", ...] = (), data: Any = None) -> "Expression":
        """The node, made only if no equal one exists."""
        found = _TABLE.get((op, args, data))
        if found is not None:
            return found
        self = object.__new__(cls)
        self.op, self.args, self.data = op, args, data
        self.depth = 1 + max((a.depth for a in args), default=0)
        if self.depth > MAX_DEPTH:
            raise ConvexcheckError("expression", f"nested deeper than {MAX_DEPTH} levels", hint="a shorter formula")
        digest = blake2b(repr((op, str(data))).encode(), digest_size=12)
        for arg in args:
            digest.update(arg.key[2])
        self.key = (_RANK.get(op, 9), str(data or ""), digest.digest())
        self.symbols = frozenset().union(*(a.symbols for a in args))
        if op in ENTRIES or op in ("dim", "index"):
            self.symbols |= {(op, data)}
        loose = [a.loose for a in args]
        if op in BINDERS:
            loose[-1] -= BINDERS[op]
        self.loose = data + 1 if op == "bound" else max(loose, default=0)
        _TABLE[(op, args, data)] = self
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        return Expression, (self.op, self.args, self.data)

    def __repr__(self) -> str:
        from convexcheck.expression.text import text

        return text(self)

    def names(self, op: str) -> frozenset[str]:
        """Names of the leaves of kind `op` (``var``, ``par``, ``dim`` ...) that occur."""
        return frozenset(data for kind, data in self.symbols if kind == op)

    def has(self, *ops: str) -> bool:
        """Whether a leaf of one of these kinds occurs."""
        return any(kind in ops for kind, _ in self.symbols)

    __add__ = __radd__ = lambda self, other: add(self, other)
    __mul__ = __rmul__ = lambda self, other: mul(self, other)
    __neg__ = lambda self: mul(-1, self)  # noqa: E731
    __sub__ = lambda self, other: add(self, mul(-1, other))  # noqa: E731
    __rsub__ = lambda self, other: add(other, mul(-1, self))  # noqa: E731
    __truediv__ = lambda self, other: mul(self, power(other, -1))  # noqa: E731
    __rtruediv__ = lambda self, other: mul(other, power(self, -1))  # noqa: E731
    __pow__ = lambda self, other: power(self, other)  # noqa: E731


Operand = Expression | Fraction | int


def const(value: Operand) -> Expression:
    """The exact rational `value` as an expression."""
    return value if isinstance(value, Expression) else Expression("const", (), Fraction(value))


_MINUS_ONE = const(-1)
ZERO, ONE, PI = const(0), const(1), Expression("pi")


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


def _checked(value: Fraction) -> Expression:
    if value.numerator.bit_length() + value.denominator.bit_length() > MAX_BITS:
        raise ConvexcheckError("expression", f"a constant of more than {MAX_BITS} bits", hint="smaller numbers")
    return const(value)


def add(*args: Operand) -> Expression:
    """The sum, flat and sorted, constants folded."""
    terms = _flat("add", args)
    total = sum((t.data for t in terms if t.op == "const"), Fraction(0))
    rest = sorted((t for t in terms if t.op != "const"), key=lambda t: t.key)
    if total:
        rest.insert(0, _checked(total))
    return rest[0] if len(rest) == 1 else Expression("add", tuple(rest)) if rest else ZERO


def mul(*args: Operand) -> Expression:
    """The product, flat and sorted, constants folded, equal factors gathered as powers."""
    factors = _flat("mul", args)
    coefficient, count = Fraction(1), dict[Expression, int]()
    for f in factors:
        if f.op == "const":
            coefficient *= f.data
        else:
            count[f] = count.get(f, 0) + 1
    rest = sorted((power(f, k) for f, k in count.items()), key=lambda t: t.key)
    if len(set(rest)) < len(rest):  # x * x * x**2
        return mul(coefficient, *rest)
    if coefficient == 1 and rest:
        return rest[0] if len(rest) == 1 else Expression("mul", tuple(rest))
    head = _checked(coefficient)
    return Expression("mul", (head, *rest)) if rest else head


def power(base: Operand, exponent: Operand) -> Expression:
    """``base ** exponent``; integer powers of rationals are folded, and 1/u**q for q > 0 is u**(-q)."""
    base, exponent = const(base), const(exponent)
    if exponent is _MINUS_ONE and base.op == "pow" and base.args[1].op == "const" and base.args[1].data > 0:
        base, exponent = base.args[0], const(-base.args[1].data)
    if exponent is ONE:
        return base
    if base.op == exponent.op == "const" and exponent.data.denominator == 1 and (base.data or exponent.data > 0):
        bits = base.data.numerator.bit_length() + base.data.denominator.bit_length()
        if abs(exponent.data) * bits > MAX_BITS:
            raise ConvexcheckError("expression", f"a power of more than {MAX_BITS} bits", hint="smaller numbers")
        return const(base.data ** int(exponent.data))
    return Expression("pow", (base, exponent))


def apply(op: str, *args: Operand) -> Expression:
    """A function, a condition or ``where`` applied to its arguments."""
    return Expression(op, tuple(map(const, args)))


def maximum(*args: Operand) -> Expression:
    """The largest of the arguments, flat and sorted without repetition."""
    unique = sorted(set(_flat("max", args)), key=lambda t: t.key)
    return unique[0] if len(unique) == 1 else Expression("max", tuple(unique))


def minimum(*args: Operand) -> Expression:
    """The smallest of the arguments: ``-max(-a, -b, ...)``."""
    return -maximum(*(-const(a) for a in args))


def over(op: str, size: Operand, body: Expression) -> Expression:
    """``Sum`` or ``Max`` of `body` over its bound index 0, which runs below `size`."""
    return Expression(op, (const(size), body))


def rebuild(node: Expression, args: Iterable[Expression]) -> Expression:
    """`node` with other arguments, through its constructor."""
    new = tuple(args)
    if new == node.args:
        return node
    return _MAKE[node.op](*new) if node.op in _MAKE else Expression(node.op, new, node.data)


_MAKE: dict[str, Callable[..., Expression]] = {"add": add, "mul": mul, "pow": power, "max": maximum}
