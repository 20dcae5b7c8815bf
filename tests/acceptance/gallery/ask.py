"""Ask about a loss of the gallery for all sizes and data."""

from importlib import import_module
from typing import Any

import jax

import convexcheck as cc
from tests.acceptance.gallery import Loss

PARTS = ("regression", "two_classes", "many_classes", "orders")
TYPES = {"i": int, "b": bool}


def losses() -> dict[str, Loss]:
    """Every loss, its name preceded by its part's."""
    return {f"{part}: {name}": loss for part in PARTS for name, loss in module(part).items()}


def module(part: str) -> dict[str, Loss]:
    """The losses of one part."""
    found: dict[str, Loss] = import_module(f"tests.acceptance.gallery.{part}").LOSSES
    return found


def shaped(spec: str) -> jax.ShapeDtypeStruct:
    """A text such as ``i:k n`` as a shape with symbolic sizes."""
    kind, *sizes = spec.split()
    shape = tuple(int(size) if size.isdigit() else size for size in sizes)
    return jax.ShapeDtypeStruct(shape, TYPES.get(kind[0], float))


def asked(loss: Loss, budget: float) -> Any:
    """The verdict."""
    return cc.check(loss.code, *jax.tree_util.tree_map(shaped, list(loss.arguments)), budget=budget, **loss.options)
