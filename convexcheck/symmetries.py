"""The public verbs about equivalent weights; what they say is accepted by the kernel, like every verdict."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from convexcheck.certificate.codec import digest
from convexcheck.certificate.evidence import Claim
from convexcheck.expression.errors import ConvexcheckError
from convexcheck.network.symmetry.group import symmetry_group
from convexcheck.pipeline import Pipeline
from convexcheck.question import Question, question
from convexcheck.report.critical import Critical, certified, degenerate, unsettled
from convexcheck.report.verdict import CertificateFile, Verdict
from convexcheck.search.arrays import pack

if TYPE_CHECKING:
    from convexcheck.expression.statement import Statement
    from convexcheck.network.loss import Problem
    from convexcheck.network.model import MLP
    from convexcheck.network.symmetry.evidence import Case
    from convexcheck.network.symmetry.member import Member

__all__ = [
    "Aligned", "Equivalents", "align", "check_permutations", "critical_point", "equivalents", "symmetry_counterexample",
    "symmetry_group",
]  # fmt: skip
TRIES = 3  # certificates that are handed to the kernel


def _case(net: Any, X: Any, y: Any, loss: str, ridge: Any) -> Case:
    from convexcheck.network.model import MLP
    from convexcheck.network.symmetry.evidence import case

    if not isinstance(net, MLP):
        raise ConvexcheckError("symmetry", f"a {type(net).__name__}", "a network.MLP", "network.MLP.from_arrays(...)")
    return case(net, X, y, loss, ridge, lambda array: digest(pack(array)))


def symmetry_counterexample(
    net: MLP, X: Any, y: Any = None, loss: str = "mse", g: Member | None = None, t: Any = None,
    ridge: Any = 0, budget: float = 60.0,
) -> Verdict:  # fmt: skip
    """Refute convexity by two weight sets with the same function, between which the loss is larger.

    The loss L is equal at theta and g theta by algebra; that alone refutes nothing. What does is a point
    (1-t) theta + t g theta with a larger loss.

    Args:
        net: the perceptron whose weights are theta.
        X: inputs.
        y: targets or labels; None: the outputs of the network itself, so that the loss at theta is exactly 0.
        loss: one of `network.loss.LOSSES`.
        g: the member of the symmetry group; None to look for a good one.
        t: the weight of g theta, in (0, 1), exact; None to look for one.
        ridge: c in the penalty ``(c/2) |theta|**2``.
        budget: seconds.

    Returns:
        A verdict; REFUTED with a certificate that names theta, g, t and a gap > 0, or UNKNOWN where no gap was found.

    Raises:
        ConvexcheckError: for input that cannot be read.

    >>> from convexcheck.network import MLP
    >>> net = MLP.from_arrays([([[1], [-1]], None), ([[1, -1]], None)], activation="relu")     # max(0,x) - max(0,-x)
    >>> v = symmetry_counterexample(net, [[2]])       # between: units of weight 0, so the output is 0 in place of 2
    >>> v.status, str(v.counterexample.gap)
    ('REFUTED', '4')
    """
    from convexcheck.network.numbers import rational
    from convexcheck.network.symmetry.evidence import pairs
    from convexcheck.network.symmetry.member import Member

    found = _case(net, X, y, loss, ridge)
    weight = None if t is None else rational(t, "t")
    if g is not None and not isinstance(g, Member):
        raise ConvexcheckError("symmetry", f"g is a {type(g).__name__}", "a Member", "Member.of(net, {1: [1, 0]})")
    g = None if g is None else g.of_another(net, bool(found.problem.ridge))
    if weight is not None and not 0 < weight < 1:
        raise ConvexcheckError("symmetry", f"t = {t}", "a number with 0 < t < 1")
    asked = Question(found.statement, arrays=found.arrays, files=found.files)
    proposed = ((Claim("not convex"), pair) for pair in pairs(found, g, weight, budget / 2))
    nothing = "no larger loss was found between equivalent weights; this refutes nothing and proves nothing"
    return Pipeline("convex", budget, 0).first_accepted(asked, proposed, TRIES, nothing)


@dataclass(frozen=True)
class Equivalents:
    """Equivalent weight sets, made one after the other, and the certificate that they are equivalent.

    Args:
        certificate: the kernel's answer to it is "accepted": the loss is the same for all members of the group,
            for all weights, inputs and targets, of all sizes.
        nets: the iterator.
        message: how many there are under permutations and signs, and why fewer than members of the group.
    """

    certificate: CertificateFile
    nets: Iterator[MLP] = field(repr=False)
    message: str = ""

    def __iter__(self) -> Iterator[MLP]:
        return self.nets

    def __next__(self) -> MLP:
        return next(self.nets)


def equivalents(net: MLP, kind: str = "finite", limit: int | None = None, seed: int = 0, ridge: Any = 0) -> Equivalents:
    """Different weight sets with the same function for all inputs, starting with the given one.

    Args:
        net: the perceptron.
        kind: "permutation", "sign", "scale" or "matrix" alone, the last one for a linear layer with none but linear
            ones after it; "finite": permutations and signs; "all": everything.
        limit: how many at the most; needed where there are more than 5,040.
        seed: of the members that are drawn where not all are listed.
        ridge: a penalty that must stay the same too; 0 for none.

    Raises:
        ConvexcheckError: an unknown kind, a kind that the network does not have, a large group without a limit.

    >>> from convexcheck.network import MLP
    >>> net = MLP.from_arrays([([[1.0], [2.0]], None), ([[3.0, 5.0]], None)], activation="relu")
    >>> [e.layers[0].W.tolist() for e in equivalents(net, limit=24)]
    [[[1.0], [2.0]], [[2.0], [1.0]]]
    """
    from convexcheck.network.symmetry import equivalents as listing
    from convexcheck.network.symmetry.evidence import any_size

    made = listing.equivalents(net, kind, limit, seed, ridge)
    statement, evidence = any_size(net, "sse", ridge, kind in ("matrix", "all"))  # for all targets: so are the outputs
    file = Pipeline("convex", 60.0, 0).accepted_file(Question(statement), Claim("invariant"), evidence)
    return Equivalents(file, (e.net for e in made), symmetry_group(net, ridge).orbit())


def critical_point(
    net: MLP, X: Any, y: Any = None, loss: str = "mse", ridge: Any = 0, orbit: bool = True
) -> Critical:
    """Find a critical point of a network's loss near its weights, and certify its kind and those of its images.

    Newton's method starts at the weights. The Krawczyk operator shows that a box holds exactly one critical point,
    and the inertia of the Hessian over the box says of which kind it is; symmetries map it to others of equal loss.

    Args:
        net: the perceptron whose weights are the start.
        X: inputs.
        y: targets or labels; None: the outputs of the network itself.
        loss: one of `network.loss.LOSSES`.
        ridge: c in the penalty ``(c/2) |theta|**2``.
        orbit: whether the images under permutations and signs are certified too, where they are at most 1,000.

    Returns:
        A `Critical`; its status says what is certified.

    Raises:
        ConvexcheckError: for input that cannot be read; for more than 200 parameters.

    >>> from convexcheck.network import MLP
    >>> net = MLP.from_arrays([([[1.0]], None)])
    >>> found = critical_point(net, [[1], [2]], [[2], [4]], loss="sse")           # (w - 2)**2 + (2 w - 4)**2
    >>> found.status, found.x["W1"].item()
    ('STRICT_MINIMUM', Fraction(2, 1))
    """
    from convexcheck.network.symmetry.critical import LARGEST, curves, higher, proposals

    case = _case(net, X, y, loss, ridge)
    asked, pipeline = Question(case.statement, arrays=case.arrays), Pipeline("convex", 60.0, 0)
    reason = ""
    for proposal in proposals(case, orbit):
        claim = Claim("strict local minimum" if proposal.index == 0 else "critical point")
        try:
            file = pipeline.accepted_file(asked, claim, proposal.evidence, proposal.inertia)
        except ConvexcheckError as error:
            reason = str(error)
            continue
        between = None
        if proposal.index == 0 and len(proposal.evidence.elements) > 1:
            tops = itertools.islice(higher(case, proposal.evidence), 1)
            between = next(((top, pipeline.accepted_file(asked, Claim("not convex"), top)) for top in tops), None)
        return certified(proposal.evidence, proposal.index, proposal.size, file, case.exact, between)
    constant = curves(case, y is None)
    if not constant.words and net.size > LARGEST:
        raise ConvexcheckError("symmetry", f"{net.size} parameters", f"at most {LARGEST}", "a smaller network")
    if not constant.words:
        return unsettled(reason, constant.least)
    evidence = constant.evidence
    shown = None if evidence is None else pipeline.accepted_file(asked, Claim("invariant"), evidence)
    return degenerate(constant.words, constant.least, shown)


@dataclass(frozen=True)
class Aligned:
    """Two networks before and after alignment, and the barrier of the loss between them.

    Args:
        first: the first network, its scales balanced where its activation has any.
        second: the second one, moved by a symmetry as close to the first as was found.
        member: the symmetry.
        before: the height of the loss above the chord between the networks as given, in float64 on a grid.
        after: the same for the aligned ones.
        ends: balls that contain the loss at both ends, which alignment does not change.
        distance: the Euclidean distance of the weights, after alignment.
    """

    first: MLP = field(repr=False)
    second: MLP = field(repr=False)
    member: Member = field(repr=False)
    before: float
    after: float
    ends: tuple[Any, Any]
    distance: float


def align(
    first: MLP, second: MLP, X: Any, y: Any, loss: str = "mse", ridge: Any = 0, scales: bool = True
) -> Aligned:
    """Bring two networks into a common frame by permutations, signs and scales, and compare the loss between them.

    Args:
        first: the reference.
        second: a network of the same layers.
        X: inputs.
        y: targets or labels.
        loss: one of `network.loss.LOSSES`.
        ridge: c in the penalty ``(c/2) |theta|**2``, under which scales are no symmetry.
        scales: whether scales may be used.

    Returns:
        An `Aligned`; a barrier of 0 says that no point of the grid lies above the chord, and proves nothing.

    Raises:
        ConvexcheckError: networks of different layers; input that cannot be read.

    >>> from convexcheck.network import MLP
    >>> one = MLP.from_arrays([([[1.0], [-1.0]], None), ([[1.0, 1.0]], None)], activation="relu")       # |x|
    >>> two = MLP.from_arrays([([[2.0], [-1.0]], None), ([[0.5, 1.0]], None)], activation="relu")       # |x|
    >>> x, y = [[-1.0], [0.0], [1.0]], [1.0, 0.0, 1.0]
    >>> align(one, two, x, y, scales=False).after >= 1/192, align(one, two, x, y).after
    (True, 0.0)
    """
    from dataclasses import replace

    from convexcheck.network.loss import Problem
    from convexcheck.network.symmetry.alignment import align as aligned
    from convexcheck.network.symmetry.alignment import barrier

    problem = Problem.of(first, X, y, loss, ridge)
    found = aligned(first, second, scales, ridge)
    before, after = barrier(first, second, problem)[0], barrier(found.first, found.second, problem)[0]
    ends = tuple(_enclosed(replace(problem, net=net)) for net in (found.first, found.second))
    return Aligned(found.first, found.second, found.member, before, after, (ends[0], ends[1]), found.distance)


def _enclosed(problem: Problem) -> Any:
    """A ball with the loss at the network's weights."""
    import flint

    from convexcheck.expression.evaluate import evaluate

    case = _case(problem.net, problem.X, problem.y, problem.loss, problem.ridge)
    with flint.ctx.workprec(128):
        return evaluate(case.statement.function, {**case.exact, **case.point}, {})


def check_permutations(
    function: Any, parameters: Any, *arguments: Any, spec: Mapping[str, Sequence[str | None]]
) -> CertificateFile:
    """Check that permutations of units, as declared, leave a JAX function of its parameters alone, for all inputs.

    Args:
        function: maps parameters (any pytree) and arguments to an array; it is read as `check` reads a loss.
        parameters: arrays or shapes (`jax.ShapeDtypeStruct`); only the shapes matter.
        arguments: likewise.
        spec: for each leaf of the parameters that moves, the name of the permutation of every axis, or None. Axes
            with the same name are permuted alike.

    Returns:
        The certificate that the kernel accepted: invariance under all these permutations, for all sizes if the
        function has any, else for the given ones.

    Raises:
        ConvexcheckError: a spec that names no leaf or another number of axes, axes of different sizes under one name;
            one under which the function changes: the message names the permutation, and the leaf where it breaks.

    >>> import jax, jax.numpy as jnp
    >>> net = lambda p, x: jnp.tanh(x @ p["W"]) @ p["V"]
    >>> shapes = {"W": jax.ShapeDtypeStruct((2, 5), "float64"), "V": jax.ShapeDtypeStruct((5, 1), "float64")}
    >>> x = jax.ShapeDtypeStruct((7, 2), "float64")
    >>> file = check_permutations(net, shapes, x, spec={"W": (None, "P"), "V": ("P", None)})
    >>> try:
    ...     check_permutations(net, shapes, x, spec={"W": (None, "P")})
    ... except ConvexcheckError as error:
    ...     print(error.message)
    permutation P breaks the function at V, axis 0
    """
    from convexcheck.network.symmetry.spec import declared, where_it_breaks

    asked, general, named = _leaves(function, parameters, arguments, spec)
    evidence, pipeline = declared(asked.statement, named), Pipeline("convex", 60.0, 0)
    if general is not None:
        try:
            return pipeline.accepted_file(general, Claim("invariant"), declared(general.statement, named))
        except ConvexcheckError:  # for these sizes alone, then
            pass
    try:
        return pipeline.accepted_file(asked, Claim("invariant"), evidence)
    except ConvexcheckError as error:
        message = where_it_breaks(asked.statement, evidence, named) or str(error)
        raise ConvexcheckError("symmetry", message, "a function that stays the same", "a name for that axis") from error


def _leaves(
    function: Any, parameters: Any, arguments: Sequence[Any], spec: Mapping[str, Sequence[str | None]]
) -> tuple[Question, Question | None, dict[str, Sequence[str | None]]]:
    """The function with a weight for every output, likewise for all sizes, and the spec by the statement's names."""
    import jax
    import jax.numpy as jnp

    def shapes(tree: Any) -> Any:
        return jax.tree.map(lambda a: jax.ShapeDtypeStruct(jnp.shape(a), "float64"), tree)

    if hasattr(parameters, "shape") or not isinstance(spec, Mapping):
        got = f"parameters of type {type(parameters).__name__}, a spec of type {type(spec).__name__}"
        raise ConvexcheckError("symmetry", got, "a tree of named arrays, a dict", 'parameters={"W": W}')
    parameters, inputs = shapes(parameters), [shapes(a) for a in arguments]
    output = jax.eval_shape(function, parameters, *inputs)

    def weighted(theta: Any, weights: Any, *rest: Any) -> Any:
        return jnp.sum(function(theta, *rest) * weights)

    weights = jax.ShapeDtypeStruct(output.shape, "float64")
    read = question(weighted, (parameters, weights, *inputs))
    paths = [jax.tree_util.keystr(path) for path, _ in jax.tree_util.tree_leaves_with_path(parameters)]
    short = ["".join(c for c in path if c not in "[]'\"") for path in paths]
    own = dict(zip(paths, short, strict=True)) | dict(zip(short, short, strict=True))
    renamed = dict(zip(read.statement.variables, short, strict=True))
    general = None if read.general is None else _renamed(read.general, renamed)
    return _renamed(read.statement, renamed), general, {own.get(leaf, leaf): axes for leaf, axes in spec.items()}


def _renamed(s: Statement, names: Mapping[str, str]) -> Question:
    """The statement with other names for its variables, if they are names at all."""
    from dataclasses import replace

    from convexcheck.expression.statement import generic
    from convexcheck.expression.term import substitute

    bodies = {("var", old): generic("var", new, s.variables[old]) for old, new in names.items()}
    variables = {names[old]: d for old, d in s.variables.items()}
    return Question(replace(s, function=substitute(s.function, bodies), variables=variables).check())
