"""From what the user handed over to a question: a statement, and what is known about the data (untrusted)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from functools import partial
from inspect import signature
from typing import Any

import numpy as np

from convexcheck.certificate.codec import digest
from convexcheck.certificate.evidence import Claim, Evidence, Generalisation, Proof
from convexcheck.expression.errors import ConvexcheckError
from convexcheck.expression.statement import Condition, Statement
from convexcheck.expression.term import substitute
from convexcheck.network.model import MLP
from convexcheck.read.arguments import refuse_superfluous
from convexcheck.search.arrays import pack

Texts = str | Sequence[str]


@dataclass(frozen=True)
class Question:
    """A statement as read; where data are concrete, also the general one, its sizes, and facts of the data."""

    statement: Statement
    general: Statement | None = None
    sizes: Mapping[str, int] = field(default_factory=dict)
    arrays: Mapping[str, np.ndarray[Any, Any]] = field(default_factory=dict)
    facts: tuple[Condition, ...] = ()
    curved: Callable[..., Iterator[Any]] | None = None  # proposes negative curvature of a network's loss
    large: bool = False  # whether to look nowhere else
    files: Mapping[str, np.ndarray[Any, Any]] = field(default_factory=dict)  # points that evidence names by digests

    def instance(self, general: Statement, claim: Claim, proof: Proof) -> tuple[Claim, Evidence]:
        """The claim at the question's sizes, and the proof of the general statement as its evidence."""
        sizes = tuple(self.sizes.items())
        modulus = None if claim.modulus is None else substitute(claim.modulus, {("dim", n): k for n, k in sizes})
        return replace(claim, modulus=modulus), Generalisation(general, sizes, claim.modulus, proof)


def assuming(general: Statement, facts: Sequence[Condition]) -> Statement:
    """The statement with further facts about its parameters."""
    return replace(general, given=(*general.given, *facts))


OPTIONS = ("claim", "budget", "seed")  # of all verbs, beside those of `question`


def question(
    source: Any, arguments: Sequence[Any] = (), wrt: Any = None, parameters: Any = None,
    domain: Texts = (), given: Texts = (), loss: str | None = None, ridge: Any = 0,
    direction: Any = None, **unknown: Any,
) -> Question:  # fmt: skip
    """Read what the user handed over.

    Raises:
        ConvexcheckError: for input that cannot be read, or is of no known kind, and for options that do not exist.
    """
    if unknown:
        name, options = next(iter(unknown)), [*list(signature(question).parameters)[2:-1], *OPTIONS]
        close = [*get_close_matches(name, options), ""][0]
        raise ConvexcheckError("api", f"no option {name}=", f"one of {', '.join(options)}", close)
    refuse_superfluous(source, arguments)
    if isinstance(source, MLP):
        superfluous = [n for n, v in (("wrt", wrt), ("parameters", parameters), ("given", given)) if v]
        return _network(source, arguments, superfluous, domain, loss, ridge, direction)
    if loss is not None or ridge or direction is not None:
        raise ConvexcheckError("read", f"loss= with a {type(source).__name__}", "a network.MLP, X and y before it")
    if isinstance(source, str):
        from convexcheck.read.text import read_text

        return Question(read_text(source, wrt, parameters, domain, given))
    if callable(source) and not hasattr(source, "free_symbols"):
        from convexcheck.read.jaxpr import read_jax

        if parameters is not None:
            raise ConvexcheckError("read.jaxpr", "`parameters` with a JAX function", hint="arguments not in wrt")
        found = read_jax(
            source, *arguments, wrt=0 if wrt is None else wrt, domain=domain, given=given,
            digest=lambda array: digest(pack(array)),
        )  # fmt: skip
        return Question(found.statement, found.general, found.sizes, found.arrays, found.facts)
    if hasattr(source, "is_dcp") and hasattr(source, "curvature"):
        from convexcheck.read.cvxpy import read_cvxpy

        read = read_cvxpy(source, wrt, domain, given, lambda array: digest(pack(array)))
        return _general(read.statement, read.arrays)
    if hasattr(source, "is_dcp"):
        hint = "problem.objective.args[0]" if hasattr(source, "objective") else "its .args[0]"
        raise ConvexcheckError("read.cvxpy", f"a {type(source).__name__}", "one expression", hint)
    if hasattr(source, "free_symbols"):
        from convexcheck.read.sympy import read_sympy

        return Question(read_sympy(source, wrt, domain=domain, given=given))
    raise ConvexcheckError("read", f"a {type(source).__name__}", "text, SymPy, CVXPY or a JAX function")


def _general(s: Statement, arrays: dict[str, np.ndarray]) -> Question:
    """The question with the one about all arrays of these shapes, and what is known of the given ones."""
    from convexcheck.read.facts import facts

    if not arrays:
        return Question(s)
    general = replace(s, parameters={name: replace(d, array="") for name, d in s.parameters.items()})
    return Question(s, general, {}, arrays, facts(arrays, general.parameters, {}))


def _network(
    net: MLP, data: Sequence[Any], superfluous: Sequence[str], domain: Texts, loss: str | None, ridge: Any, v: Any
) -> Question:
    """The question about a perceptron's loss in its weights."""
    if superfluous:
        message = f"{superfluous[0]}= with a network, whose weights are the variables"
        raise ConvexcheckError("network", message, "X, y, loss=, ridge=, domain=")
    if len(data) != 2 or loss is None:
        got = f"{len(data)} arrays and loss={loss!r}"
        raise ConvexcheckError("network", f"{got} with a network", "X, y and loss=", 'check(net, X, y, loss="mse")')
    from convexcheck.network.loss import Problem
    from convexcheck.network.negative import SMALL_WORK, proposals
    from convexcheck.network.plots import unit
    from convexcheck.network.statement import read_problem
    from convexcheck.read.conditions import read_conditions
    from convexcheck.read.facts import facts
    from convexcheck.read.formula import scope_of

    problem = Problem.of(net, data[0], data[1], loss, ridge)
    found = read_problem(problem, lambda array: digest(pack(array)))
    s, general = found.statement, found.general
    if domain:
        spoken = read_conditions(domain, (), scope_of(s.variables, s.parameters, s.sizes))
        s, general = replace(s, domain=spoken.domain).check(), None
    known = facts(found.arrays, general.parameters, found.sizes) if general else ()
    if len(net.layers) == 1:
        return Question(s, general, found.sizes, found.arrays, known)
    along = None if v is None else unit(v, net.size)
    reading = replace(found, statement=s)
    curved = partial(proposals, problem, reading, digest=lambda array: digest(pack(array)), direction=along)
    large = problem.rows * net.size > SMALL_WORK
    return Question(s, general, found.sizes, found.arrays, known, curved, large)
