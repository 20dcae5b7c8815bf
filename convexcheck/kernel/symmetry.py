"""Symmetries: f(g x) = f(x) for all x by algebra, and points x, g x with a larger value between (trusted).

Three facts are used. A bijection p reindexes a sum or maximum: ``Sum(i < n, B(p[i])) = Sum(i < n, B(i))``. Where B is
the same for s = 1 and for s = -1, ``Sum(i < n, B(s[i]))`` does not depend on signs s. All else is normal forms.
"""

from dataclasses import replace
from operator import gt
from pathlib import Path
from typing import Any

from convexcheck.certificate import evidence as ev
from convexcheck.expression import term
from convexcheck.expression.bounds import Context
from convexcheck.expression.evaluate import value
from convexcheck.expression.normal import identical
from convexcheck.expression.obligations import total
from convexcheck.expression.statement import Condition, Declaration, Statement, generic
from convexcheck.expression.term import ONE, ZERO, Expression, add, bound, entry, substitute
from convexcheck.kernel.points import Named, decide, holds, point, stored
from convexcheck.kernel.scope import require

STEP = "symmetry"


def invariant(s: Statement, action: ev.Action, everywhere: bool = True) -> Statement:
    """The statement with the action's arrays among its parameters, if the action leaves the function alone.

    The image is real `everywhere`; else whoever asks has to see that it is at a point.
    """
    arrays = [*action.permutations, *action.signs, *action.scales]
    declared = {n: Declaration((size,), integer=n in dict(action.permutations)) for n, size in arrays}
    given = [Condition("eq", entry("par", n, [bound(0)]) ** 2 - 1, (size,)) for n, size in action.signs]
    given += [Condition("gt", entry("par", n, [bound(0)]), (size,)) for n, size in action.scales]
    places = [(entry("par", n, [bound(0)]), size) for n, size in action.permutations]
    given += [Condition("ge", q, (size,)) for p, size in places for q in (p, size - 1 - p)]
    require(len(declared) == len(arrays) and not set(declared) & set(s.parameters), STEP, "names are used twice")
    acting = replace(s, parameters={**s.parameters, **declared}, given=(*s.given, *given)).check()
    require(len(dict(action.images)) == len(action.images) > 0, STEP, "a variable has two images, or none has one")
    for name, body in action.images:
        fits = name in s.variables and body.loose <= len(s.variables[name].shape) and not body.has("dir", "index")
        require(fits and all(ok for ok, _, _ in acting.uses(body)), STEP, "{} is no image of {}", body, name)
    image, context = substitute(s.function, images(action)), Context(acting)
    moved = image
    for name, size in action.permutations:
        moved = _reindexed(term.replaced(moved, {entry("par", name, [0]): ZERO}) if size is ONE else moved, name, size)
    for name, size in action.signs:
        first = _either(moved, entry("par", name, [0]), context) if size is ONE else moved
        moved = _unsigned(first, name, size, context)
    require(identical(moved, s.function, context), STEP, "{} is not identical to {}", moved, s.function)
    require(not everywhere or total(image, context), STEP, "{} may be undefined", image)
    return acting


def images(action: ev.Action) -> dict[tuple[str, str], Expression]:
    """What to substitute for the variables."""
    return {("var", name): body for name, body in action.images}


def _either(e: Expression, sign: Expression, context: Context) -> Expression:
    """`e` at sign 1, if it is the same at -1."""
    plus, minus = (term.replaced(e, {sign: term.const(v)}) for v in (1, -1))
    require(identical(plus, minus, context), STEP, "{} depends on its sign", e)
    return plus


def _reindexed(e: Expression, name: str, size: Expression) -> Expression:
    """`e`, with j for p[i] in every sum or maximum over i below `size` that uses its index in p[i] alone."""
    if name not in e.names("par"):
        return e
    if e.op not in term.BINDERS:
        return term.rebuild(e, [_reindexed(a, name, size) for a in e.args])
    body, index = term.opened(e)
    if e.args[0] is size:
        place, j = entry("par", name, [index]), term.fresh(size, body, index)
        renamed = term.replaced(body, {place: j})
        body, index = (body, index) if ("index", index.data) in renamed.symbols else (renamed, j)
    return term.bind(e.op, index, _reindexed(body, name, size))


def _unsigned(e: Expression, name: str, size: Expression, context: Context) -> Expression:
    """`e` at s = 1, with sums over the same range joined, if no body depends on the sign of its index."""
    if name not in e.names("par"):
        return e
    if e.op == "add":
        sums = [a for a in e.args if a.op == "Sum" and a.args[0] is size]
        joined = [term.over("Sum", size, add(*(a.args[1] for a in sums)))] if sums else []
        e = add(*(a for a in e.args if a not in sums), *joined)
    if e.op not in term.BINDERS:
        return term.rebuild(e, [_unsigned(a, name, size, context) for a in e.args])
    body, index = term.opened(e, *context.indices)
    if e.args[0] is size:
        body = _either(body, entry("par", name, [index]), context)
    return term.bind(e.op, index, _unsigned(body, name, size, context))


def member(acting: Statement, action: ev.Action, instance: ev.Instance, x: Named, folder: Path | None) -> Any:
    """The values at an instance of an acting statement that names a member of the action, and the sizes."""
    values, sizes = point(acting, instance, x, folder)
    for name, _ in action.permutations:
        places = [int(q.p) for q in values["par", name]]  # whole numbers: they are declared so
        require(sorted(places) == list(range(len(places))), STEP, "{} is no permutation", name)
    return values, sizes


def symmetry_pair(s: Statement, side: int, e: ev.SymmetryPair, folder: Path | None) -> Any:
    """The ball f((1-t) x + t g x) - f(x) > 0, for -f if `side` is -1; else Rejection."""
    values, sizes = member(invariant(s, e.action, False), e.action, e.instance, e.x, folder)
    require(0 < e.t < 1 and not e.instance.variables, STEP, "t is not in (0, 1), or there is another point")
    image, here = images(e.action), {("var", n): generic("var", n, d) for n, d in s.variables.items()}
    between = {name: (1 - e.t) * body + e.t * image.get(name, body) for name, body in here.items()}
    moved = [replace(c, body=substitute(c.body, at)) for c in s.domain for at in (image, between)]
    require(all(holds(c, values, sizes) for c in moved), STEP, "a point is outside the domain")
    above, at_image = substitute(s.function, between) - s.function, substitute(s.function, image)
    defined = decide(lambda a: value(at_image, values, sizes, a), lambda *_: True, stored(e))
    gap = decide(lambda a: side * value(above, values, sizes, a), gt, stored(e))
    require(defined is not None and gap is not None, STEP, "no value between is shown to be larger")
    return gap
