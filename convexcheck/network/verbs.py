"""What can be asked about a perceptron or any JAX loss: Hessian, smallest eigenvalue, spectrum (untrusted; float64).

The first argument is an `MLP`, followed by X, y and ``loss=``; or a function of a pytree and data.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from convexcheck.expression.errors import ConvexcheckError
from convexcheck.network.blocks import Hessian, Key
from convexcheck.network.dense import Say, hessian_of
from convexcheck.network.density import Spectrum, dense_spectrum, lanczos_spectrum
from convexcheck.network.eigen import DENSE, Eigenpair, smallest
from convexcheck.network.lanczos import Step
from convexcheck.network.loss import Problem
from convexcheck.network.memory import admit
from convexcheck.network.model import MLP
from convexcheck.network.numbers import STAGE, Numbers


def hessian(
    source: Any,
    *arguments: Any,
    loss: str | None = None,
    ridge: Any = 0,
    block: tuple[Key, Key] | None = None,
    triangle: str = "full",
    say: Say | None = None,
    out: Numbers | None = None,
) -> Hessian | Numbers:
    """The dense Hessian in all parameters; see `hessian_of` for networks.

    Args:
        source: an MLP (X and y follow) or a function of a pytree and data that JAX can differentiate twice.
        arguments: X and y, or the pytree and the data.
        loss: for an MLP.
        ridge: for an MLP.
        block: two names of arrays (or, for an MLP, layers): only this part.
        triangle: "full" or "upper".
        say: is told the memory that it needs, before it is taken.
        out: for an MLP, a float64 array of shape (P, P) to write to.

    Returns:
        A float64 array whose `slices` and `block(a, b)` know the parameters by name; leaves of a pytree have names
        such as ``['W']``.

    Raises:
        ConvexcheckError: input that does not fit, or more memory than there is.

    >>> H = hessian(lambda p, x: x * p["a"] ** 2 * p["b"], {"a": 1.0, "b": 3.0}, 2.0)
    >>> H.tolist(), H.block("['a']", "['a']").item()
    ([[12.0, 4.0], [4.0, 0.0]], 12.0)
    """
    problem = _problem(source, arguments, loss, ridge)
    given: Any = block
    if given is not None and (not isinstance(given, tuple | list) or len(given) != 2):
        raise ConvexcheckError(STAGE, f"block={block!r}", "a pair of names or layers", 'block=("W1", "W1")')
    if out is not None and (block is not None or problem is None):
        raise ConvexcheckError(STAGE, "out= with block= or a function", "out= with a network and its whole Hessian")
    if problem is not None:
        return hessian_of(problem, block, triangle, say, out)
    products = _tree(source, arguments)
    forecast = 8 * products.size**2
    admit(forecast, f"P = {products.size:,}: a dense Hessian", say)
    matrix = products.dense()
    if triangle == "upper":
        matrix = np.triu(matrix)
    found = Hessian.labelled(matrix, products.sizes)
    return found if block is None else found.block(*block)


def min_eigenvalue(
    source: Any,
    *arguments: Any,
    loss: str | None = None,
    ridge: Any = 0,
    method: str = "auto",
    tolerance: float = 1e-9,
    most: int = 1000,
    seed: int = 0,
    stop: Callable[[Step], bool] | None = None,
    progress: Callable[[Step], None] | None = None,
    devices: Sequence[Any] | None = None,
) -> Eigenpair:
    """The smallest eigenvalue of the Hessian with its direction; dense for small P, else by Lanczos' method.

    Args:
        source: as for `hessian`.
        arguments: as for `hessian`.
        loss: for an MLP.
        ridge: for an MLP.
        method: "auto", "dense" or "lanczos".
        tolerance: of the residual, relative to the largest eigenvalue in size.
        most: products with H at most; the best pair is returned in any case.
        seed: of the first vector.
        stop: looks at every step of Lanczos' method, and ends it by returning True.
        progress: is told of every step.
        devices: for an MLP, spread the rows of data over these devices of JAX; with `jax.distributed` every process
            calls this with its own rows.

    Returns:
        The eigenpair with its residual. In float64, and no proof: `refute` makes a certificate from it.

    Raises:
        ConvexcheckError: input that does not fit.

    >>> round(min_eigenvalue(lambda w: w[0] * w[1], np.zeros(2)).value, 12)
    -1.0
    """
    options: dict[str, Any] = {"method": method, "tolerance": tolerance, "most": most, "seed": seed}
    options |= {"stop": stop, "progress": progress}
    problem = _problem(source, arguments, loss, ridge)
    if problem is not None and devices is not None:
        from convexcheck.network.sharded import ShardedProducts

        return smallest(ShardedProducts(problem, devices), **{**options, "method": "lanczos"})
    if problem is not None:
        return net_eigenvalue(problem, **options)
    products = _tree(source, arguments)
    return smallest(products, products.dense, **options)


def net_eigenvalue(problem: Problem, **options: Any) -> Eigenpair:
    """The smallest eigenvalue for a perceptron; options as for `smallest`."""
    from convexcheck.network.products import NetProducts

    if problem.net.size <= DENSE and options.get("method", "auto") == "auto" and options.get("stop") is None:
        options["method"] = "dense"
    return smallest(NetProducts(problem), lambda: hessian_of(problem), **options)


def spectrum(
    source: Any,
    *arguments: Any,
    loss: str | None = None,
    ridge: Any = 0,
    method: str = "auto",
    steps: int = 60,
    vectors: int = 4,
    seed: int = 0,
    progress: Callable[[int], None] | None = None,
) -> Spectrum:
    """All eigenvalues with the saddle index where a dense matrix is small, else their density.

    Args:
        source: as for `hessian`.
        arguments: as for `hessian`.
        loss: for an MLP.
        ridge: for an MLP.
        method: "dense", "lanczos", or "auto": dense up to `DENSE` parameters.
        steps: nodes for each random vector.
        vectors: random vectors.
        seed: of the random vectors.
        progress: is told the number of products so far.

    >>> spectrum(lambda w: w[0] * w[1], np.zeros(2)).index
    1
    """
    problem = _problem(source, arguments, loss, ridge)
    if method not in ("auto", "dense", "lanczos"):
        raise ConvexcheckError(STAGE, f"method={method!r}", '"auto", "dense" or "lanczos"')
    if problem is not None:
        from convexcheck.network.products import NetProducts

        if method == "dense" or (method == "auto" and problem.net.size <= DENSE):
            return dense_spectrum(hessian_of(problem))
        return lanczos_spectrum(NetProducts(problem), steps, vectors, seed, progress)
    products = _tree(source, arguments)
    if method == "dense" or (method == "auto" and products.size <= DENSE):
        return dense_spectrum(products.dense())
    return lanczos_spectrum(products, steps, vectors, seed, progress)


def _problem(source: Any, arguments: tuple[Any, ...], loss: str | None, ridge: Any) -> Problem | None:
    """The problem of a perceptron; None for a JAX loss."""
    if isinstance(source, MLP):
        if len(arguments) != 2 or loss is None:
            got = f"{len(arguments)} arrays and loss={loss!r} with a network"
            raise ConvexcheckError(STAGE, got, "X, y and loss=", 'loss="mse"')
        return Problem.of(source, arguments[0], arguments[1], loss, ridge)
    if not callable(source):
        raise ConvexcheckError(STAGE, f"a {type(source).__name__}", "a network.MLP, or a JAX loss and its arguments")
    if loss is not None or ridge:
        raise ConvexcheckError(STAGE, "loss= or ridge= with a function", "a network.MLP in its place")
    return None


def _tree(source: Any, arguments: tuple[Any, ...]) -> Any:
    from convexcheck.network.products import TreeProducts

    if not arguments:
        raise ConvexcheckError(STAGE, "a loss without parameters", "the pytree of parameters after it, then the data")
    return TreeProducts(source, *arguments)
