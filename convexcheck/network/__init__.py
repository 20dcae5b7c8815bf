"""Multilayer perceptrons: model and loss, exact Hessians, smallest eigenvalues, spectra (untrusted).

Reading order: `numbers` (what people hand over as arrays), `model` (the perceptron), `loss` (a perceptron, data and a
loss: one problem), `activations`, `statement` (the problem as a statement that the kernel knows); `passes`,
`assemble`, `compiled`, `memory`, `blocks`, `dense` (the Hessian as a matrix); `products`, `lanczos`, `eigen`, `density`
(without a matrix), `sharded` (over several devices); `negative` (evidence against convexity); `verbs` (what can be
asked); `files` and `foreign` (networks of other programs); `plots`.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from convexcheck.network.files import load, load_data, save
    from convexcheck.network.foreign import from_model
    from convexcheck.network.loss import Problem
    from convexcheck.network.model import Layer
    from convexcheck.network.plots import plot_along, plot_spectrum
    from convexcheck.network.tree import MLP
    from convexcheck.network.verbs import hessian, min_eigenvalue, spectrum

__all__ = [
    "MLP", "Layer", "Problem", "from_model", "hessian", "load", "load_data", "min_eigenvalue", "plot_along",
    "plot_spectrum", "save", "spectrum",
]  # fmt: skip

_HOMES = {
    "convexcheck.network.files": ("load", "load_data", "save"),
    "convexcheck.network.foreign": ("from_model",),
    "convexcheck.network.loss": ("Problem",),
    "convexcheck.network.model": ("Layer",),
    "convexcheck.network.plots": ("plot_along", "plot_spectrum"),
    "convexcheck.network.tree": ("MLP",),
    "convexcheck.network.verbs": ("hessian", "min_eigenvalue", "spectrum"),
}


def __getattr__(name: str) -> Any:
    """Import a name when it is first used: some need JAX, and reading text must not."""
    for home, names in _HOMES.items():
        if name in names:
            return getattr(importlib.import_module(home), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
