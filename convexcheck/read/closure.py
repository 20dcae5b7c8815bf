"""The arrays that a function holds without taking them as arguments, and how its code names them (untrusted)."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator
from types import FunctionType
from typing import Any

import numpy as np

from convexcheck.read.arguments import exact, identifier

MAX_OBJECTS = 1000
MAX_FUNCTIONS = 100


class Captured:
    """The concrete arrays met while reading, each under one name.

    Args:
        loss: the function; its closure, defaults and globals give the names.
        taken: names of the arguments.

    >>> def outer():
    ...     X = np.eye(2)
    ...     return lambda w: X @ w
    >>> captured = Captured(outer(), ["w"])
    >>> captured(np.eye(2)), captured(np.zeros(3)), captured(np.arange(3.0))
    ('X', None, 'data2')
    """

    def __init__(self, loss: Callable[..., Any], taken: Iterable[str]) -> None:
        self.arrays: dict[str, np.ndarray] = {}
        self.labels: dict[str, str] = {}
        self.taken = set(taken)
        self.named = list(held(loss))

    def __call__(self, array: np.ndarray) -> str | None:
        """The name of an array; None if nothing names it and all its entries are equal."""
        array = np.asarray(array)
        found = exact(array, "an array in the code")
        for name, known in self.arrays.items():
            if _equal(known, found):
                return name
        label = next((label for label, other in self.named if _equal(other, array)), None)
        if label is None and array.size and np.all(array == array.flat[0]):
            return None
        name = identifier(label or f"data{1 + len(self.arrays)}", self.taken)
        self.taken.add(name)
        self.arrays[name] = found
        if label:
            self.labels[label] = name
        return name


def _equal(a: np.ndarray, b: np.ndarray) -> bool:
    return a.shape == b.shape and a.dtype.kind == b.dtype.kind and np.array_equal(a, b)


def held(loss: Callable[..., Any]) -> Iterator[tuple[str, np.ndarray]]:
    """Arrays that a function reaches through closures, defaults and globals, with the names in the code."""
    import jax

    stack: list[tuple[str, Any]] = [("", loss)]
    seen: set[int] = set()
    functions = 0
    while stack and len(seen) < MAX_OBJECTS:
        name, value = stack.pop(0)
        if id(value) in seen:
            continue
        seen.add(id(value))
        if isinstance(value, functools.partial):
            stack += [
                ("", value.func),
                *((f"argument{j}", a) for j, a in enumerate(value.args)),
                *value.keywords.items(),
            ]
        elif isinstance(value, FunctionType):
            functions += 1
            if functions <= MAX_FUNCTIONS and not _library(value):
                stack += _references(value)
        elif callable(value) and hasattr(value, "__wrapped__"):
            stack.append((name, value.__wrapped__))
        elif hasattr(value, "__func__"):
            stack += [("", value.__func__), ("self", value.__self__)]
        elif isinstance(value, (dict, list, tuple)) and name:
            for path, leaf in jax.tree_util.tree_flatten_with_path(value)[0][:MAX_OBJECTS]:
                stack.append((name + jax.tree_util.keystr(path), leaf))
        elif name and isinstance(value, (np.ndarray, jax.Array)) and value.ndim:
            yield name, np.asarray(value)


def _library(function: FunctionType) -> bool:
    """Whether a function belongs to a library, which holds no data of the user."""
    return (function.__module__ or "").partition(".")[0] in ("jax", "jaxlib", "numpy", "optax", "flax", "scipy")


def _references(function: FunctionType) -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
        try:
            found.append((name, cell.cell_contents))
        except ValueError:  # not assigned yet
            continue
    found += [(n, function.__globals__[n]) for n in function.__code__.co_names if n in function.__globals__]
    names = function.__code__.co_varnames[: function.__code__.co_argcount]
    defaults = function.__defaults__ or ()
    found += list(zip(names[len(names) - len(defaults) :], defaults, strict=True))
    return found + list((function.__kwdefaults__ or {}).items())
