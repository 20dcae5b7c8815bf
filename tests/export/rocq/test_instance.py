"""Theorems about one's own data: the general one and its instance; coqc rejects data that break what is assumed."""

from pathlib import Path

import jax.numpy as jnp
import numpy as np
import pytest

import convexcheck as cc
from convexcheck.certificate import evidence as ev
from convexcheck.export.rocq.check import ACCEPTED, REJECTED, check
from convexcheck.export.rocq.directory import SCRIPT
from convexcheck.report.scripts import verdict_files
from tests.export.rocq.test_script import some

X = np.round(np.random.default_rng(0).normal(size=(40, 3)) * 8) / 8
Y, WEIGHTS = np.sign(X[:, 0] + 0.1), np.abs(X[:, 1])

# what it is here for, the function of w and the data, the data, what is changed into what in the last theorem's parts
CASES = [
    ("facts of the data", lambda w, X, y, c: jnp.sum(c * (X @ w - y) ** 2), (X, Y, WEIGHTS),
     "Definition table_data_c : nat -> nat -> Q := table 1 [",
     "Definition table_data_c : nat -> nat -> Q := table 1 [((-1) # 8)%Q; "),
    ("two indices", lambda w, c: jnp.sum(c * w[:, None] ** 2), (np.abs(X[:5].T),),
     "Definition table_data_c : nat -> nat -> Q := table 5 [",
     "Definition table_data_c : nat -> nat -> Q := table 5 [((-1) # 8)%Q; "),
    ("a mean", lambda w, X, y: jnp.mean(jnp.logaddexp(0, -y * (X @ w))), (X, Y), "(1 / 40)", "(- (1 / 40))"),
    ("a concave one", lambda w, X, y: -jnp.mean((X @ w - y) ** 2), (X, Y), "concave_on (dom", "convex_on (dom"),
    ("kinks", lambda w, X, y: jnp.mean(jnp.maximum(0, 1 - y * (X @ w))) + jnp.sum(w**2), (X, Y), "(Rmax", "(Rmin"),
]  # fmt: skip


@pytest.mark.parametrize(("why", "f", "data", "old", "new"), some(CASES, 0, 0))
def test_the_instance_is_accepted_and_another_one_rejected(why, f, data, old: str, new: str, library: Path) -> None:
    verdict = cc.check(f, np.zeros(3), *data)
    assert verdict.certificate is not None
    assert isinstance(verdict.certificate.content.evidence, ev.Generalisation)
    files = verdict_files(verdict, "rocq")
    text = files[SCRIPT]
    answer = check(files, library=library, audit=False)
    assert answer.word == ACCEPTED, (why, answer)
    general, end = text.index("Module General."), text.index("End General.")
    head, rest = (text[:general], text[general:]) if old in text[:general] else (text[:end], text[end:])
    changed = head.replace(old, new, 1) + rest if old in head else head + rest.replace(old, new)
    assert changed != text
    assert check({**files, SCRIPT: changed}, library=library, audit=False).word == REJECTED
