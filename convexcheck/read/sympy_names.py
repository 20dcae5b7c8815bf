"""What the symbols of a SymPy expression stand for: variables, parameters, sizes, arrays, indices (untrusted).

Arrays are ``IndexedBase`` (an axis without a declared size gets the range of the index that runs along it) and
``MatrixSymbol``. A symbol that occurs in a range or a shape is a size.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from keyword import kwlist
from typing import Any

from convexcheck.expression.errors import ConvexcheckError, Unsupported
from convexcheck.expression.statement import Condition, Declaration
from convexcheck.expression.term import Expression, bound, const, dim, entry
from convexcheck.read.array_functions import CONSTANTS, NAMES, PREDICATES

STAGE = "read.sympy"
_SAFE = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,59}")
_RESERVED = frozenset(kwlist) | NAMES | PREDICATES | frozenset(CONSTANTS)


@dataclass
class Axis:
    """One axis of an array: its `size`, and the number of its first entry (0 or 1)."""

    size: Any = None
    origin: int = 0


@dataclass
class Names:
    """The roles of all symbols: see the module's docstring. `written` maps a symbol to its name in the statement."""

    sizes: list[Any] = field(default_factory=list)
    ranges: dict[Any, tuple[Any, Any]] = field(default_factory=dict)  # index -> (first value, size)
    scalars: list[Any] = field(default_factory=list)
    bases: dict[Any, list[Axis]] = field(default_factory=dict)
    matrices: list[Any] = field(default_factory=list)
    integers: set[Any] = field(default_factory=set)
    written: dict[Any, str] = field(default_factory=dict)
    _uses: dict[Any, list[list[tuple[Any, Any]]]] = field(default_factory=dict)

    def collect(self, expressions: Iterable[Any], wrt: Iterable[Any]) -> None:
        """Find the role of every symbol in `expressions`; `wrt` may add variables that do not occur."""
        for e in expressions:
            self._walk(e)
        for item in wrt:
            self._walk(item)
        for base, uses in self._uses.items():
            self.bases[base] = self._axes(base, uses)
        for axes in self.bases.values():
            for axis in axes:
                self._size(axis.size)
        self.scalars = [s for s in self.scalars if s not in self.sizes and s not in self.ranges]
        for item in (*self.sizes, *self.scalars, *self.bases, *self.matrices):
            self._name(item)

    def size(self, e: Any) -> Expression:
        """A size as the language has it."""
        if e.is_Integer and e >= 0:
            return dim(int(e))
        if e in self.written:
            return dim(self.written[e])
        raise Unsupported(STAGE, f"the size {shown(e)}", "a natural number or one symbol", "a new symbol for it")

    def declaration(self, item: Any) -> Declaration:
        """The declaration of a scalar, an array or a matrix."""
        if item in self.bases:
            return Declaration(tuple(self.size(a.size) for a in self.bases[item]), item in self.integers)
        if item in self.matrices:
            return Declaration(tuple(self.size(s) for s in item.shape))
        return Declaration((), item in self.integers or item.is_integer is True)

    def conditions(self, item: Any, op: str) -> Iterator[Condition]:
        """What SymPy's assumptions on a symbol say of the entries of its array.

        Raises:
            ConvexcheckError: a symbol that is not real, an integer variable, an assumption that cannot be stated.
        """
        known = getattr(item, "assumptions0", {})
        kind = "the variable" if op == "var" else "the parameter"
        never = any(known.get(k) is False for k in ("complex", "extended_real", "finite", "commutative"))
        if (never and item not in self.matrices) or (known.get("complex") and "real" not in known):
            raise ConvexcheckError(STAGE, f"{kind} {shown(item)} is not real", "real symbols")
        if op == "var" and known.get("integer"):
            raise ConvexcheckError(STAGE, f"the variable {shown(item)} is an integer", "real variables")
        for k in ("even", "odd", "prime", "composite", "irrational", "transcendental", "noninteger"):
            if known.get(k) and not (k == "noninteger" and not known.get("real")):
                raise Unsupported(STAGE, f"{kind} {shown(item)} is assumed to be {k}", "real, integer or a sign")
        declaration = self.declaration(item)
        generic = entry(op, self.written[item], [bound(j) for j in range(len(declaration.shape))])
        relation, sign = next(((r, s) for k, r, s in _SIGNS if known.get(k)), ("", 0))
        if relation:
            yield Condition(relation, sign * generic, declaration.shape)
        elif known.get("zero"):
            yield Condition("eq", generic, declaration.shape)
        elif known.get("nonzero") or known.get("zero") is False:
            message = f"{kind} {shown(item)} is assumed to be nonzero"
            raise Unsupported(STAGE, message, "a convex set", "positive=True or negative=True")

    def _walk(self, e: Any) -> None:
        import sympy

        stack: list[tuple[Any, dict[Any, Any]]] = [(e, {})]
        while stack:
            node, scope = stack.pop()
            if isinstance(node, sympy.Sum):
                inner = dict(scope)
                for limit in node.limits:
                    index, low, high = limits(limit)
                    inner[index] = self._range(index, low, high)
                    stack += [(low, scope), (high, scope)]
                stack.append((node.function, inner))
            elif isinstance(node, sympy.Indexed):
                self._uses.setdefault(node.base, []).append([(a, scope.get(a)) for a in node.indices])
                stack += [(a, scope) for a in node.indices]
            elif isinstance(node, sympy.IndexedBase):
                self._uses.setdefault(node, [])
            elif isinstance(node, sympy.MatrixSymbol):
                if node not in self.matrices:
                    self.matrices.append(node)
                    for s in node.shape:
                        self._size(s)
            elif isinstance(node, sympy.Idx) and node.upper is not None:
                self._range(node, node.lower, node.upper)
            elif isinstance(node, sympy.Symbol | sympy.Idx):
                if node not in self.scalars:
                    self.scalars.append(node)
            else:
                parts = list(node) if isinstance(node, sympy.MatrixBase) else getattr(node, "args", ())
                stack += [(a, scope) for a in parts]

    def _range(self, index: Any, low: Any, high: Any) -> tuple[Any, Any]:
        size = high - low + 1
        if not low.is_Integer:
            raise Unsupported(STAGE, f"a sum that starts at {shown(low)}", "a number", "a sum from 0")
        self._size(size)
        if self.ranges.setdefault(index, (low, size)) != (low, size):
            self.ranges[index] = (low, None)  # it runs over different ranges
        return low, size

    def _size(self, size: Any) -> None:
        if size is not None and size.is_Symbol and size not in self.sizes:
            self.sizes.append(size)

    def _axes(self, base: Any, uses: list[list[tuple[Any, Any]]]) -> list[Axis]:
        shape = tuple(base.shape) if base.shape is not None else None
        ranks = {len(u) for u in uses} | ({len(shape)} if shape is not None else set())
        if len(ranks) != 1 or base.offset != 0 or base.strides is not None:
            hint = f"IndexedBase({str(base.label)[:20]!r}, shape=(n, d))"
            raise ConvexcheckError(STAGE, f"the shape of {shown(base)} is not known", "one number of indices", hint)
        axes = []
        for position in range(ranks.pop()):
            known = [run or self.ranges.get(index) for index, run in (u[position] for u in uses)]
            runs = {run for run in known if run is not None}
            sizes = {size for _, size in runs} if shape is None else {shape[position]}
            if len(sizes) != 1 or None in sizes:
                hint = f"IndexedBase({str(base.label)[:20]!r}, shape=...)"
                raise ConvexcheckError(
                    STAGE, f"axis {position} of {shown(base)} has no definite size", "one range", hint
                )
            firsts = {int(low) for low, _ in runs}
            axes.append(Axis(sizes.pop(), 1 if firsts == {1} else 0))
        return axes

    def _name(self, item: Any) -> None:
        original = str(getattr(item, "label", None) or item.name)
        name = safe(original)
        taken = set(self.written.values())
        while name in taken:
            name += "_"
        self.written[item] = name

    def renamed(self) -> list[str]:
        """One sentence for each symbol whose name had to change."""
        out = []
        for item, name in self.written.items():
            original = str(getattr(item, "label", None) or item.name)
            if original != name:
                out.append(f"{name} stands for the symbol {ascii(original)[:60]}")
        return out


_SIGNS = (("positive", "gt", 1), ("nonnegative", "ge", 1), ("negative", "gt", -1), ("nonpositive", "ge", -1))


def limits(limit: Any) -> tuple[Any, Any, Any]:
    """A limit of a sum as (index, first, last); an ``Idx`` brings its own range."""
    index, *ends = limit
    if len(ends) == 2:
        return index, ends[0], ends[1]
    if not ends and getattr(index, "upper", None) is not None:
        return index, index.lower, index.upper
    raise Unsupported(STAGE, f"a sum over {shown(index)} without limits", "Sum(body, (i, 0, n - 1))")


def safe(name: str) -> str:
    r"""An ASCII identifier for a symbol's name, the name itself where it is one.

    >>> safe("x"), safe("lambda"), safe("\u03b8_1"), safe("x^{2}")
    ('x', 'lambda_', 'theta_1', 'x_2')
    """
    parts = []
    for character in name[:200]:
        if character.isascii():
            parts.append(character if character.isalnum() else "_")
        else:
            words = unicodedata.name(character, "_").split()
            parts.append(words[-1].lower() if words[0] == "GREEK" else "_")
    found = re.sub(r"_+", "_", re.sub(r"[^A-Za-z0-9_]", "_", "".join(parts)))[:50]
    if _SAFE.fullmatch(name) and name not in _RESERVED:
        return name
    found = found.strip("_") or "symbol"
    found = found if found[0].isalpha() else f"v{found}"
    return f"{found}_" if found in _RESERVED else found


def shown(e: Any) -> str:
    """A piece of SymPy as short text for a message."""
    try:
        whole = str(e)
    except (RecursionError, ValueError, TypeError, AttributeError):
        whole = type(e).__name__
    return ascii(whole)[1:-1] if len(whole) <= 60 else ascii(whole[:57])[1:-1] + "..."


def shift(index: Expression, origin: int) -> Expression:
    """An index counted from `origin`, counted from 0."""
    return index - const(origin) if origin else index
