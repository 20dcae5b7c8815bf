"""Functions of known curvature put to convexcheck, SymPy's `is_convex`, CVXPY's rules (DCP) and z3, in the same run.

Every tool has a process, which forks for each problem and so imports nothing again; the fork is killed when its CPU
seconds are used up, so that other work on the machine shortens nobody's time. A tool's answer is the strongest that
follows from what it says. SymPy is asked about f and -f, with the domain as a set where there is
one variable. CVXPY judges the function as it is written. z3 is asked for a point of the domain and a direction of
negative curvature of a rational function, with SymPy's Hessian. The last rows count our verdicts by the axioms that
they rest on. SymPy, CVXPY and z3 are the peers that install everywhere; z3 is in the extra `peers`.
"""

from __future__ import annotations

import json
import os
import signal
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import convexcheck as cc
from benchmarks.corpus import FILES, FOLDER, KINDS
from benchmarks.measure import Benchmark, Row, cpu_clock, rounded

TIMEOUT, GRACE = 3.0, 1.0  # CPU seconds
SERVE = "from benchmarks.peers_on_the_corpus import serve; import sys; serve(sys.argv[1])"
Answer = dict[str, Any]


def ours(problem: Answer) -> Answer:
    """Convexcheck, with an accepted certificate."""
    with cpu_clock():
        verdict = cc.check(
            problem["expression"], wrt=problem["variables"], parameters=problem.get("parameters") or None,
            domain=problem.get("domain", ()), given=problem.get("given", ()), budget=TIMEOUT,
        )  # fmt: skip
    refuted = [c.side for c in verdict.counterexamples]
    axioms = list(verdict.accepted.axioms) if verdict.accepted is not None else []
    return {"curvature": verdict.curvature, "against": refuted, "axioms": axioms}


def _sympy_function(problem: Answer) -> tuple[Any, list[Any], list[list[Any]]]:
    """The function, its symbols, the conditions of the domain and of `given`; the corpus may be evaluated."""
    import sympy

    symbols = {name: sympy.Symbol(name, real=True) for name in problem["variables"]}
    others = {name: sympy.Symbol(name, real=True) for name in problem.get("parameters") or {}}
    functions = {"abs": sympy.Abs, "max": sympy.Max, "min": sympy.Min, "asin": sympy.asin, "atan": sympy.atan,
                 "log1p": lambda t: sympy.log(1 + t), "expm1": lambda t: sympy.exp(t) - 1,
                 "sigmoid": lambda t: 1 / (1 + sympy.exp(-t)), "softplus": lambda t: sympy.log(1 + sympy.exp(t)),
                 "logaddexp": lambda a, b: sympy.log(sympy.exp(a) + sympy.exp(b)), "e": sympy.E,
                 "normcdf": lambda t: (1 + sympy.erf(t / sympy.sqrt(2))) / 2, "lambertw": sympy.LambertW,
                 "where": lambda c, a, b: sympy.Piecewise((a, c), (b, True))}  # fmt: skip
    names = {**functions, **symbols, **others}
    conditions = [sympy.sympify(text, locals=names) for text in problem.get("domain", [])]
    assumed = [sympy.sympify(text, locals=names) for text in problem.get("given", [])]
    function = sympy.sympify(problem["expression"], locals=names, rational=True)
    return function, list(symbols.values()), [conditions, assumed]


def with_sympy(problem: Answer) -> Answer:
    """`is_convex` of f and of -f."""
    import sympy

    f, symbols, (conditions, _) = _sympy_function(problem)
    options = {"domain": sympy.And(*conditions).as_set()} if conditions and len(symbols) == 1 else {}
    said = []
    for g in (f, -f):
        try:
            said.append(sympy.is_convex(g, *symbols, **options))
        except NotImplementedError:
            said.append(None)
    return _both(*said)


def _both(convex: bool | None, concave: bool | None) -> Answer:
    words = {(True, True): "AFFINE", (False, False): "NEITHER"}
    word = words.get((convex, concave)) or ("CONVEX" if convex else "CONCAVE" if concave else "UNKNOWN")
    against = [side for side, holds in (("convex", convex), ("concave", concave)) if holds is False]
    return {"curvature": word, "against": against}


def with_cvxpy(problem: Answer) -> Answer:
    """CVXPY's rules on the function as it is written, with the signs of its variables."""
    from convexcheck.dcp.advice import advise
    from convexcheck.read.text import read_text

    s = read_text(
        problem["expression"], problem["variables"], problem.get("parameters") or None,
        problem.get("domain", ()), problem.get("given", ()),
    )  # fmt: skip
    word = advise(s, "").curvature
    return {"curvature": "AFFINE" if word == "CONSTANT" else word, "against": []}


def with_z3(problem: Answer) -> Answer:
    """Satisfiability of negative curvature, for rational functions."""
    import sympy
    import z3

    f, symbols, (domain, given) = _sympy_function(problem)
    if not f.is_rational_function(*symbols):
        return {"curvature": "UNKNOWN", "against": []}
    directions = [sympy.Symbol(f"d_{s}", real=True) for s in symbols]
    hessian = sympy.hessian(f, symbols)
    vector = sympy.Matrix(directions)
    top, bottom = sympy.fraction(sympy.together((vector.T * hessian * vector)[0]))
    reals = {s: z3.Real(s.name) for s in f.free_symbols | set(symbols) | set(directions)}
    said: list[bool | None] = []
    for sign in (1, -1):
        solver = z3.Solver()
        solver.set("timeout", int(TIMEOUT * 450))
        for c in (*domain, *given):
            solver.add(_z3(c, reals))
        form, below = sign * _z3(sympy.expand(top), reals), _z3(sympy.expand(bottom), reals)
        solver.add(below != 0, form * below < 0)
        said.append({"unsat": True, "sat": False}.get(str(solver.check())))
    return _both(*said)


def _z3(e: Any, reals: Any) -> Any:
    """A rational expression or a comparison of SymPy's in z3."""
    import z3

    if e.is_Symbol:
        return reals[e]
    if e.is_Rational:
        return z3.RealVal(str(e))
    args = [_z3(a, reals) for a in e.args]
    if e.is_Add or e.is_Mul:
        total = args[0]
        for a in args[1:]:
            total = total + a if e.is_Add else total * a
        return total
    if e.is_Pow and e.exp.is_Integer:
        return args[0] ** int(e.exp)
    compare = {"<": lambda a, b: a < b, "<=": lambda a, b: a <= b, ">": lambda a, b: a > b, ">=": lambda a, b: a >= b}
    return compare[e.rel_op](*args)


TOOLS: dict[str, Callable[[Answer], Answer]] = {
    "convexcheck": ours,
    "SymPy is_convex": with_sympy,
    "CVXPY as written": with_cvxpy,
    "z3 on rational Hessians": with_z3,
}


def serve(name: str) -> None:
    """Answer problems from standard input, a JSON line each."""
    TOOLS[name]({"expression": "x**2", "variables": {"x": ""}})  # what is imported is not what is measured
    for line in sys.stdin:
        below, above = os.pipe()
        child = os.fork()
        if not child:
            os.write(above, json.dumps(answered(name, json.loads(line))).encode())
            os._exit(0)
        os.close(above)
        with os.fdopen(below) as told:
            found = told.read()
        os.waitpid(child, 0)
        print(found or json.dumps({"curvature": "UNKNOWN", "against": [], "seconds": TIMEOUT}), flush=True)


def answered(name: str, problem: Answer) -> Answer:
    """The tool's answer and its CPU seconds; the process ends without one when they are used up."""
    signal.setitimer(signal.ITIMER_PROF, TIMEOUT + GRACE)
    begin = time.process_time()
    try:
        answer = TOOLS[name](problem)
    except Exception as error:  # noqa: BLE001 - a peer that fails has no answer
        answer = {"curvature": "UNKNOWN", "against": [], "error": f"{type(error).__name__}: {error}"[:200]}
    return answer | {"seconds": time.process_time() - begin}


def answers(name: str, problems: list[Answer]) -> list[Answer]:
    """What a tool says of each problem."""
    command = [sys.executable, "-c", SERVE, name]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        said, _ = process.communicate("".join(json.dumps(p) + "\n" for p in problems))
    found = [json.loads(line) for line in said.splitlines()]
    if len(found) != len(problems):
        raise cc.ConvexcheckError("benchmarks", f"{name} answered {len(found)} of {len(problems)} problems", "all")
    return found


def judged(problem: Answer, answer: Answer) -> str:
    """One of `KINDS`."""
    known, said = problem["curvature"], answer["curvature"]
    true = {"CONVEX": {"convex"}, "CONCAVE": {"concave"}, "AFFINE": {"convex", "concave"}, "NEITHER": set()}[known]
    claimed = {"CONVEX": {"convex"}, "CONCAVE": {"concave"}, "AFFINE": {"convex", "concave"}}.get(said, set())
    against = set(answer["against"]) if said != "NEITHER" else {"convex", "concave"}
    if claimed - true or against & true:
        return "wrong"
    if said == known:
        return "right"
    return "in part" if claimed or against else "unknown"


def rows(repeats: int, every: int = 1) -> Iterator[Row]:
    """One row per tool, one for all peers together, and one per axiom, on each `every`-th problem."""
    problems = [json.loads(line) for line in (FOLDER / FILES[0]).read_text(encoding="utf-8").splitlines()][::every]
    axioms: Counter[str] = Counter()
    by_peers: set[str] = set()
    for name in TOOLS:
        said = list(zip(problems, answers(name, problems), strict=True))
        kinds = Counter(judged(p, a) for p, a in said)
        right = [(p, a) for p, a in said if judged(p, a) == "right"]
        if name == "convexcheck":
            axioms.update(axiom for _, a in right for axiom in (a["axioms"] or ["no axiom"]))
        else:
            by_peers |= {p["id"] for p, _ in right}
        yield {
            "tool": name,
            "problems": len(problems),
            **{kind: kinds[kind] for kind in KINDS},
            "median seconds, right": rounded(statistics.median(a["seconds"] for _, a in right)) if right else None,
            "our wrong answers": kinds["wrong"] if name == "convexcheck" else 0,
            "wrong ones": " ".join(p["id"] for p, a in said if judged(p, a) == "wrong"),
        }
    yield {"tool": "all peers together", "right": len(by_peers)}
    for axiom, count in axioms.most_common():
        yield {"axiom": axiom, "verdicts": count}


BENCHMARK = Benchmark(
    claim="In the same run convexcheck settles more functions of known curvature than its peers, and none wrongly.",
    bars={"our wrong answers": 0},
    rows=rows,
)
