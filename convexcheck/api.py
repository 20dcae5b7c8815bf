"""The public verbs: ``check`` asks both ways, ``prove`` and ``refute`` one way, ``verify`` asks the kernel.

What happens between a question and its answer is `pipeline`.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from convexcheck.beyond import steps_beyond
from convexcheck.expression.errors import ConvexcheckError
from convexcheck.kernel.check import Accepted, Rejected
from convexcheck.kernel.check import verify as kernel_verify
from convexcheck.pipeline import Pipeline, judge, told
from convexcheck.question import Texts, question
from convexcheck.report.assertion import asserted
from convexcheck.report.explain import explain as explained
from convexcheck.report.rejected import plain
from convexcheck.report.verdict import CertificateFile, Verdict

if TYPE_CHECKING:
    from convexcheck.network.eigen import Eigenpair


def check(
    source: Any,
    *arguments: Any,
    wrt: Any = None,
    parameters: Any = None,
    domain: Texts = (),
    given: Texts = (),
    claim: str = "convex",
    budget: float = 10.0,
    seed: int = 0,
    **network: Any,
) -> Verdict:
    """Is this function convex? A proof, a counterexample, or an honest "unknown", each with what it rests on.

    Args:
        source: text, a SymPy or CVXPY expression, a function that JAX can trace (its arguments follow), or a
            `network.MLP` (X and y follow).
        arguments: the JAX function's arguments; shapes (`jax.ShapeDtypeStruct`) ask about all data.
        wrt: the variables: names or shapes by name for text, symbols for SymPy, variables or names for CVXPY, argument
            numbers or names for JAX (``"params['W']"``). It may name a part: what is left out is fixed, and the answer
            holds for all its values.
        parameters: for text, the other names with their shapes.
        domain: conditions on the variables, such as ``"x > 0, x <= 5"``.
        given: assumptions on parameters and dimensions, such as ``"0 <= y <= 1, n >= 3"``.
        claim: "convex" or "concave": what `status` speaks of.
        budget: seconds in all.
        seed: of random choices; the same seed gives the same answer.
        network: for a network ``loss=``, one of `network.loss.LOSSES`, and ``ridge=c`` for the
            additional term ``(c/2) |weights|**2``.

    Returns:
        A `Verdict`, settled only by certificates that the kernel accepted.

    Raises:
        ConvexcheckError: for input that cannot be read.

    >>> check("log(1 + exp(-y*(w*x + b)))", wrt="w b").curvature
    'CONVEX'
    >>> print(check("x*y").counterexample.gap)
    1/4
    """
    ways = ("prove", "refute")
    return Pipeline(claim, budget, seed).run(source, arguments, wrt, parameters, domain, given, ways, network)


def prove(
    source: Any, *arguments: Any, claim: str = "convex", budget: float = 10.0, seed: int = 0, **options: Any
) -> Verdict:
    """Look for a proof of the claim only; arguments as for `check`.

    >>> prove("x**2").modulus
    Fraction(2, 1)
    """
    return Pipeline(claim, budget, seed).run(source, arguments, options=options, ways=("prove",))


def refute(
    source: Any, *arguments: Any, claim: str = "convex", budget: float = 10.0, seed: int = 0, **options: Any
) -> Verdict:
    """Look for a counterexample to the claim only; arguments as for `check`.

    >>> refute("x**3").status
    'REFUTED'
    """
    return Pipeline(claim, budget, seed).run(source, arguments, options=options, ways=("refute",))


def verify(certificate: str | Path | CertificateFile) -> Accepted | Rejected:
    """Let the kernel check a certificate: a file's path, or one that a verdict holds.

    Args:
        certificate: a path (its arrays lie in the same folder) or a `CertificateFile`.

    Returns:
        `Accepted`, with the printed statement, rules and axioms; or `Rejected`, with step and reason.

    Raises:
        ConvexcheckError: when the file cannot be read.
    """
    if isinstance(certificate, CertificateFile):
        return judge(certificate)
    given: object = certificate
    if not isinstance(given, str | Path):
        raise ConvexcheckError("verify", f"a {type(given).__name__}", "a path, or the certificate of a settled verdict")
    return read_verified(Path(given))[1]


def read_verified(path: Path) -> tuple[bytes, Accepted | Rejected]:
    """The bytes of a certificate file, and the kernel's answer to just these bytes.

    Raises:
        ConvexcheckError: when the file cannot be read.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ConvexcheckError("verify", f"cannot read {path}: {error.strerror}", "a certificate file") from error
    return data, plain(kernel_verify(data, path.parent))


def reread(path: Path) -> tuple[Verdict | None, Accepted | Rejected]:
    """The verdict that a certificate file holds, None if the kernel rejects it; and the kernel's answer.

    Raises:
        ConvexcheckError: when the file cannot be read.
    """
    data, answer = read_verified(path)
    return (None if isinstance(answer, Rejected) else told(data, path.parent, answer)), answer


def assert_convex(source: Any, *arguments: Any, strict: bool = False, **options: Any) -> Verdict:
    """Fail a test unless the function is proved convex; arguments as for `check`.

    Args:
        source: what `check` takes.
        arguments: the JAX function's arguments.
        strict: whether it must be strictly convex.
        options: those of `check`; ``claim="concave"`` asserts that instead.

    Returns:
        The verdict, with its certificate.

    Raises:
        AssertionError: it is not convex; the message shows the counterexample. Or the question is ill-posed.
        Undecided: neither was proved; this says nothing against the function.

    >>> assert_convex("exp(x) + x**2", strict=True).modulus
    Fraction(2, 1)
    >>> assert_convex("x**3")
    Traceback (most recent call last):
        ...
    AssertionError: not convex: a counterexample, accepted by the kernel
       function: x**3
    ...
    """
    __tracebackhide__ = True
    return asserted(check(source, *arguments, **options), strict)


def hessian(source: Any, *arguments: Any, **options: Any) -> Any:
    """The Hessian: a NumPy array for a `network.MLP` or a JAX loss, symbolic for text and SymPy.

    Args:
        source: a `network.MLP`, followed by X and y; a JAX loss, followed by its pytree of parameters and the data;
            or text or a SymPy expression.
        arguments: what follows.
        options: ``loss=``, ``ridge=``, ``block=``, ``triangle=`` and ``say=`` as for `network.hessian`; ``wrt=`` and
            ``parameters=`` as for `check`.

    Returns:
        A float64 array of shape (P, P) with `block(a, b)`; for text a `SymbolicHessian`; for SymPy a matrix.

    Raises:
        ConvexcheckError: input that does not fit, or more memory than there is.

    >>> hessian("x**2*y").rows()
    [[2*y, 2*x], [2*x, 0]]
    """
    if hasattr(source, "free_symbols") or isinstance(source, str):
        from convexcheck.report.second_derivatives import symbolic_hessian

        return symbolic_hessian(source, question(source, arguments, **options).statement, options.get("wrt"))
    from convexcheck.network import hessian as dense

    return dense(source, *arguments, **options)


def min_eigenvalue(source: Any, *arguments: Any, **options: Any) -> Eigenpair:
    """The smallest eigenvalue of the Hessian with its direction, in float64; as `network.min_eigenvalue`.

    Args:
        source: a `network.MLP`, followed by X and y, or a JAX loss, followed by its pytree and the data.
        arguments: what follows.
        options: ``loss=``, ``ridge=``, ``method=``, ``tolerance=``, ``most=``, ``seed=``, ``stop=``, ``progress=``.

    Returns:
        Value, direction, residual and number of products with the Hessian.

    Raises:
        ConvexcheckError: input that does not fit.
    """
    from convexcheck.network import min_eigenvalue as smallest

    return smallest(source, *arguments, **options)


def explain(source: Any, *arguments: Any, **options: Any) -> str:
    """The reasons behind a verdict in numbered steps, and what CVXPY's rules say; takes a verdict or a question.

    Where no proof was found, the smallest part that stops one is named. Where CVXPY's rules stop, the part at which
    they do is named too, with another spelling that CVXPY was seen to accept, if one was found.

    Args:
        source: a verdict, or what `check` takes.
        arguments: the JAX function's arguments.
        options: those of `check`.

    Returns:
        Text; the first line is the answer.

    >>> print(explain("x**2").splitlines()[0])
    CONVEX: proved for all x
    """
    verdict = source if isinstance(source, Verdict) else check(source, *arguments, **options)
    return explained(verdict, steps_beyond(verdict))
