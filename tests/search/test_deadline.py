"""A deadline counts the work of its thread, and the clock on the wall where the thread waits."""

import pytest

from convexcheck.search.deadline import BUSY, Deadline


class Clock:
    """Stands in for the module `time`."""

    def __init__(self):
        self.worked = self.waited = 64.0

    def passes(self, worked, waited):
        self.worked += worked
        self.waited += waited

    def thread_time(self):
        return self.worked

    def monotonic(self):
        return self.waited


@pytest.fixture
def clock(monkeypatch):
    found = Clock()
    monkeypatch.setattr("convexcheck.search.deadline.time", found)
    return found


def test_work_uses_it_up(clock):
    deadline = Deadline(2)
    clock.passes(worked=1.5, waited=1.5)
    assert deadline.left() == 0.5 and not deadline.over()
    clock.passes(worked=1, waited=1)
    assert deadline.over()


def test_what_others_do_leaves_it(clock):
    deadline = Deadline(2)
    clock.passes(worked=0.5, waited=1)
    assert deadline.left() == 1.5


def test_waiting_ends_it_later(clock):
    deadline = Deadline(2)
    clock.passes(worked=0, waited=2 * BUSY - 0.1)
    assert not deadline.over()
    clock.passes(worked=0, waited=0.2)
    assert deadline.over()


def test_parts_and_the_later_of_two(clock):
    deadline = Deadline(2)
    assert deadline.part(0.25).left() == 0.5
    assert deadline.at_least(1) is deadline
    assert deadline.at_least(3).left() == 3
    clock.passes(worked=5, waited=5)
    assert deadline.part(0.25).over() and deadline.at_least(1).left() == 1
