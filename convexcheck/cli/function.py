"""FILE.py:FUNCTION: the file is executed, and shapes come from annotations or from the options (untrusted)."""

from __future__ import annotations

import inspect
import re
import runpy
import sys
import traceback
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from convexcheck import ConvexcheckError
from convexcheck.cli.child import ended, shapes

STAGE = "read.file"
_JAXTYPING = re.compile(r"""(?:\w+\.)*(?P<kind>\w+)\[.*,\s*(?P<q>['"])(?P<shape>[^'"]*)(?P=q)\s*\]""", re.DOTALL)
_INTEGERS = ("Int", "UInt", "Integer", "Bool")


def loaded(request: Mapping[str, Any]) -> tuple[Any, tuple[Any, ...], dict[str, Any]]:
    """The function, its arguments as shapes, and the options for `check`.

    Raises:
        ConvexcheckError: for a file that cannot be executed, a function that is not there, or a shape that nothing
            gives.
    """
    path, name = Path(request["file"]), request["function"]
    space = _executed(path)
    if name not in space:
        public = [n for n, v in space.items() if callable(v) and not n.startswith("_")]
        near = get_close_matches(name, public, 1) or public[:3]
        raise ConvexcheckError(STAGE, f"{path.name} defines no {name}", "a function's name", ", ".join(near))
    found = space[name]
    if hasattr(found, "free_symbols"):
        return found, (), {}
    if not callable(found):
        raise ConvexcheckError(STAGE, f"{name} is a {type(found).__name__}", "a function")
    variables = shapes("--var", request["variables"]) or {}
    declared = {**(shapes("--param", request["parameters"]) or {}), **variables}
    return found, *_arguments(found, name, declared, list(variables))


def _executed(path: Path) -> dict[str, Any]:
    sys.path.insert(0, str(path.parent.absolute()))  # as `python FILE.py` would
    try:
        if not path.is_file():
            raise ConvexcheckError(STAGE, f"there is no file {path}", "FILE.py:FUNCTION")
        print(f"executing {path}", file=sys.stderr)
        return runpy.run_path(str(path), run_name="convexcheck_question")
    except SystemExit as error:
        raise ended(str(path), error) from error
    except ConvexcheckError:
        raise
    except Exception as error:  # whatever the file raises is its own: the message names its line
        lines = [f.lineno for f in traceback.extract_tb(error.__traceback__) if f.filename == str(path)]
        where = f", line {lines[-1] if lines else getattr(error, 'lineno', '?')}"
        raise ConvexcheckError(STAGE, f"{path.name}{where}: {type(error).__name__}: {str(error)[:200]}") from error


def _arguments(
    function: Callable[..., Any], name: str, declared: Mapping[str, str], variables: list[str]
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Shapes in the order of the arguments; the variables' places."""
    import jax

    signature = list(inspect.signature(function).parameters.values())
    names = [p.name for p in signature]
    for other in declared:
        if other not in names:
            raise ConvexcheckError(STAGE, f"{name} has no argument {other}", ", ".join(names))
    arguments = []
    for p in signature:
        shape, kind = _annotated(p.annotation)
        given = declared.get(p.name)
        shape = given if given or shape is None else shape  # a bare --var NAME leaves the annotation's shape
        if p.kind not in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD):
            raise ConvexcheckError(STAGE, f"{name} takes {p}", "plain arguments")
        if shape is None:
            if p.default is not p.empty:
                break
            hint = f'--param "{p.name}:n d", or an annotation'
            raise ConvexcheckError(STAGE, f"argument {p.name} of {name} has no shape", 'a shape such as "n d"', hint)
        sizes = tuple(int(s) if s.isdigit() else s for s in shape.replace(",", " ").split())
        arguments.append(jax.ShapeDtypeStruct(sizes, kind))
    places = [names.index(v) for v in variables] or [0]
    if max(places) >= len(arguments):
        raise ConvexcheckError(STAGE, f"{name} has no argument to be the variable", "at least one with a shape")
    return tuple(arguments), {"wrt": places[0] if len(places) == 1 else places}


def _annotated(annotation: Any) -> tuple[str | None, type]:
    """(shape, element type) of ``"n d"``, ``Float[Array, "n d"]`` or ``float``; None where it says nothing.

    >>> _annotated("n d"), _annotated("Int[Array, 'n']"), _annotated(float), _annotated("float")
    (('n d', <class 'float'>), ('n', <class 'int'>), ('', <class 'float'>), ('', <class 'float'>))
    """
    if annotation in (float, int):
        return "", annotation
    if hasattr(annotation, "dim_str"):
        kinds = [str(d) for d in getattr(annotation, "dtypes", ())]
        integral = bool(kinds) and all("int" in k or "bool" in k for k in kinds)
        return annotation.dim_str, int if integral else float
    if not isinstance(annotation, str):
        return None, float
    found = _JAXTYPING.fullmatch(annotation.strip())
    if found:
        return found["shape"], int if found["kind"].startswith(_INTEGERS) else float
    bare = annotation.strip().strip("'\"").strip()
    if bare in ("float", "int"):
        return "", int if bare == "int" else float
    return (bare, float) if re.fullmatch(r"[A-Za-z0-9_, ]*", bare) and not _is_type(bare) else (None, float)


def _is_type(text: str) -> bool:
    """Whether an annotation names a type instead of sizes: sizes are short or numbers."""
    return any(len(word) > 12 or word in ("Array", "dict", "list", "tuple", "Any", "ndarray") for word in text.split())
