"""SymPy expressions to statements (untrusted; tested against SymPy's own values).

The tree is read as it is: nothing is parsed, simplified or evaluated. (SymPy itself simplifies while a user
builds a tree: ``x**2/x`` is ``x`` before it comes here.) Plain symbols are real. A ``Float`` is the exact
binary number that it stores; use ``Rational`` for decimals.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from convexcheck.expression.errors import ConvexcheckError
from convexcheck.expression.statement import Condition, Statement
from convexcheck.expression.term import Expression, abstract, const, nodes
from convexcheck.read.conditions import read_conditions
from convexcheck.read.formula import scope_of
from convexcheck.read.sympy_names import STAGE, Names, shown
from convexcheck.read.sympy_terms import Terms


def read_sympy(expr: Any, wrt: Any = None, domain: Any = (), given: Any = ()) -> Statement:
    """The statement about a function that is a SymPy expression.

    Args:
        expr: a scalar expression; sums over ``Indexed`` entries and matrix expressions may have symbolic sizes.
        wrt: its variables: a ``Symbol``, ``IndexedBase`` or ``MatrixSymbol``, the name of one, or a sequence of
            them. Without it every scalar symbol that is no size is a variable. Other symbols are parameters.
        domain: conditions on variables: relations, ``And``, ``Q.positive_definite(X)``, or text as for `read_text`.
        given: conditions on parameters and sizes, in the same forms. Sizes are at least 1 otherwise.

    Returns:
        The statement, checked. SymPy's assumptions (``positive=True`` ...) are conditions in it; a symbol whose
        name is no identifier is renamed, and `assumptions` says so.

    Raises:
        ConvexcheckError: what is no real function, or has no definite shape.
        Unsupported: what the language cannot express.

    >>> import sympy
    >>> w, y = sympy.Symbol("w"), sympy.Symbol("y", nonnegative=True)
    >>> s = read_sympy(sympy.log(1 + sympy.exp(-y * w)), wrt=w)
    >>> s.function, list(s.parameters), s.given[0].relation
    (log(1 + exp(-y*w)), ['y'], 'ge')
    """
    import sympy

    if isinstance(expr, int | float) and not isinstance(expr, bool):
        expr = sympy.Integer(expr) if isinstance(expr, int) else sympy.Float(expr)
    if not isinstance(expr, sympy.Expr | sympy.MatrixBase | sympy.MatrixExpr):
        raise ConvexcheckError(STAGE, f"{shown(expr)} of type {type(expr).__name__}", "a SymPy expression")
    if isinstance(expr, sympy.MatrixBase):
        if expr.shape != (1, 1):
            shape = " x ".join(map(str, expr.shape))
            raise ConvexcheckError(STAGE, f"a matrix of shape {shape}", "one real number", "one entry, or Trace(...)")
        expr = expr[0, 0]
    try:
        return _read(expr, wrt, _listed(domain), _listed(given))
    except RecursionError as error:
        raise ConvexcheckError(STAGE, "nested too deeply", hint="a shorter formula") from error


def _read(expr: Any, wrt: Any, domain: list[Any], given: list[Any]) -> Statement:
    names = Names()
    trees = [c for c in (*domain, *given) if not isinstance(c, str)]
    items = _items(wrt)
    names.collect([expr, *trees], [i for i in items if not isinstance(i, str)])
    variables = _variables(names, items, wrt is None)
    parameters = sorted(
        (i for i in (*names.scalars, *names.bases, *names.matrices) if i not in variables),
        key=lambda i: names.written[i],
    )
    terms = Terms(names, set(variables))
    function = terms.scalar(expr)
    region = [c for tree in domain if not isinstance(tree, str) for c in _conditions(terms, tree)]
    assumed = [c for tree in given if not isinstance(tree, str) for c in _conditions(terms, tree)]
    declared = {names.written[i]: names.declaration(i) for i in variables}
    fixed = {names.written[i]: names.declaration(i) for i in parameters}
    sizes = {names.written[s]: 0 if s.is_nonnegative and not s.is_positive else 1 for s in names.sizes}
    for c in region:
        if not c.body.has("var") and c.body.op != "const":
            raise ConvexcheckError(
                STAGE, f"`domain` without a variable: {c.body}", "a condition on variables", "given="
            )
    kept = []
    for c in assumed:
        if c.body.has("var"):
            raise ConvexcheckError(STAGE, f"`given` speaks of a variable: {c.body}", "parameters and sizes", "domain=")
        if not _raised(c, sizes):
            kept.append(c)
    texts = read_conditions(
        [c for c in domain if isinstance(c, str)],
        [c for c in given if isinstance(c, str)],
        scope_of(declared, fixed, sizes),
    )
    return Statement(
        function,
        declared,
        fixed,
        texts.sizes,
        (*(c for i in variables for c in names.conditions(i, "var")), *region, *texts.domain),
        (*(c for i in parameters for c in names.conditions(i, "par")), *kept, *texts.given),
        tuple(names.renamed()),
    ).check()


def _listed(conditions: Any) -> list[Any]:
    """Conditions as a list of texts and SymPy trees."""
    import sympy

    single = isinstance(conditions, str | sympy.Basic | bool)
    if not single and not isinstance(conditions, Iterable):
        raise ConvexcheckError(STAGE, f"conditions of type {type(conditions).__name__}", "relations or text")
    found = [conditions] if single else list(conditions)
    found = [sympy.true if c is True else sympy.false if c is False else c for c in found]
    for c in found:
        if not isinstance(c, str | sympy.logic.boolalg.Boolean):
            raise ConvexcheckError(STAGE, f"the condition {shown(c)}", "a relation such as x > 0, or text")
    return found


def _items(wrt: Any) -> list[Any]:
    import sympy

    if wrt is None:
        return []
    kinds = (sympy.Symbol, sympy.IndexedBase, sympy.MatrixSymbol)
    if isinstance(wrt, str):
        wrt = wrt.replace(",", " ").split()
    found = [wrt] if isinstance(wrt, kinds) else list(wrt) if isinstance(wrt, Iterable) else [wrt]
    for item in found:
        if not isinstance(item, (*kinds, str)) or isinstance(item, sympy.Idx):
            raise ConvexcheckError(STAGE, f"wrt holds {shown(item)}", "symbols, IndexedBase or MatrixSymbol")
    if not found:
        raise ConvexcheckError(STAGE, "no variable is declared", hint="name one with wrt=")
    return found


def _variables(names: Names, items: Sequence[Any], every: bool) -> list[Any]:
    """The items of `wrt`, those given by name looked up; each once."""
    known = [*names.scalars, *names.bases, *names.matrices]
    found: list[Any] = list(names.scalars) if every else []
    for item in items:
        if isinstance(item, str):
            fits = [k for k in known if str(getattr(k, "label", None) or k.name) == item]
            if len(fits) != 1:
                count = "no" if not fits else f"{len(fits)} different"
                raise ConvexcheckError(STAGE, f"{count} symbols are called {item!r}", "one", "pass the symbol itself")
            item = fits[0]
        if item not in known:
            raise ConvexcheckError(STAGE, f"wrt holds {shown(item)}, which is a size or an index", "a real variable")
        if item not in found:
            found.append(item)
    if not found:
        raise ConvexcheckError(STAGE, "no symbol is a variable", hint="name one with wrt=")
    return sorted(found, key=lambda i: names.written[i]) if every else found


def _conditions(terms: Terms, tree: Any) -> Iterator[Condition]:
    """The conditions that a SymPy relation, a conjunction or a predicate on a matrix states."""
    import sympy

    matrices = {"positive_definite": "posdef", "symmetric": "symmetric"}
    if tree == sympy.true:
        return
    if tree == sympy.false:  # SymPy found it to contradict a symbol's assumptions
        yield Condition("gt", const(-1))
    elif isinstance(tree, sympy.And):
        for part in tree.args:
            yield from _conditions(terms, part)
    elif type(tree).__name__ == "AppliedPredicate" and tree.function.name in matrices:
        matrix = terms.matrix(tree.arguments[0])
        yield Condition(matrices[tree.function.name], matrix.body, matrix.shape)
    elif getattr(tree, "rel_op", "") in ("<", "<=", ">", ">=", "=="):
        yield _relation(terms, tree)
    else:
        hint = "conditions in a list"
        raise ConvexcheckError(
            STAGE, f"the condition {shown(tree)}", "<, <=, >, >=, Eq, And, Q.positive_definite", hint
        )


def _relation(terms: Terms, tree: Any) -> Condition:
    """A relation, for all values of the indices that are free in it and of the entries of whole arrays."""
    import sympy

    free = {s for s in tree.free_symbols if s in terms.names.ranges}
    for symbol in sorted(free, key=str):
        low, size = terms.names.ranges[symbol]
        if size is None:
            raise ConvexcheckError(STAGE, f"the index {shown(symbol)} has several ranges", "one", "one index for each")
        terms.opened[symbol] = terms.open(terms.names.size(size)) + int(low)
    whole = [b for b in (tree.lhs, tree.rhs) if isinstance(b, sympy.IndexedBase)]
    axes = [terms.open(terms.names.size(a.size)) for a in terms.names.bases[whole[0]]] if whole else []

    def side(e: Any) -> Expression:
        if not isinstance(e, sympy.IndexedBase):
            return terms.scalar(e)
        if len(terms.names.bases[e]) != len(axes):
            raise ConvexcheckError(STAGE, f"shapes do not fit in {shown(tree)}", "arrays of one shape")
        generic = terms.names.declaration(e)
        op = "var" if e in terms.variables else "par"
        return Expression(op, tuple(axes[: len(generic.shape)]), terms.names.written[e])

    a, b = side(tree.lhs), side(tree.rhs)
    terms.opened = {}
    body = b - a if tree.rel_op in ("<", "<=") else a - b
    relation = {"<": "gt", ">": "gt", "==": "eq"}.get(tree.rel_op, "ge")
    indices = sorted((n for n in nodes(body) if n.op == "index"), key=lambda n: int(n.data))
    return Condition(relation, abstract(body, indices), tuple(i.args[0] for i in indices))


def _raised(c: Condition, sizes: dict[str, int]) -> bool:
    """Raise the least value of a size where the condition is ``n >= c`` or ``n > c``."""
    parts = c.body.args if c.body.op == "add" else (c.body,)
    rest = [p for p in parts if p.op != "const"]
    if c.relation not in ("ge", "gt") or len(rest) != 1 or rest[0].op != "dim" or c.sizes:
        return False
    low = -sum(p.data for p in parts if p.op == "const")
    least = -(-low // 1) if c.relation == "ge" else low // 1 + 1
    sizes[rest[0].data] = max(int(least), sizes[rest[0].data])
    return True
