"""Losses in everyday JAX get their known answer, for all sizes and data; the rest of the gallery nightly."""

import pytest

from tests.acceptance.gallery import CONVEX, NEITHER
from tests.acceptance.gallery.ask import asked, losses

LOSSES = losses()
OPEN = {  # what is not settled yet, and why
    "two_classes: focal by optax": "a maximum over -inf under a mask of data",
    "many_classes: polyloss": "a form of rank two over one index",
    "orders: between two thresholds": "a difference of two sigmoids is not seen to be positive",
    "orders: CRF partition": "nested log-sum-exp of five steps",
    "orders: CRF": "nested log-sum-exp of four steps",
}
SLOW = {"orders: Cox by scan", "many_classes: mean absolute error"}  # seconds of processor time
QUICK = {name for k, name in enumerate(LOSSES) if k % 6 == 3} - SLOW


def case(name):
    return pytest.param(name, marks=() if name in QUICK else pytest.mark.nightly)


@pytest.mark.parametrize("name", [case(name) for name in LOSSES if name not in OPEN])
def test_settled(name):
    verdict = asked(LOSSES[name], 20.0)
    assert verdict.curvature == LOSSES[name].curvature, str(verdict)


@pytest.mark.nightly
@pytest.mark.parametrize("name", OPEN)
def test_what_is_open_is_never_wrong(name):
    """No answer, or the right one: then it should leave the table."""
    assert asked(LOSSES[name], 5.0).curvature == "UNKNOWN"


def test_the_gallery_is_large_and_mostly_settled():
    kinds = [loss.curvature for loss in LOSSES.values()]
    assert len(LOSSES) >= 150 and kinds.count(CONVEX) > 90 and kinds.count(NEITHER) > 35
    assert OPEN.keys() <= LOSSES.keys() and len(OPEN) <= 0.05 * len(LOSSES)
