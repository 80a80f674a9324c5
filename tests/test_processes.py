"""Benchmarks share their photos over processes."""

import os

import pytest

from diseaseface.benchmarks.processes import side_by_side


@pytest.mark.parametrize("processes", [1, 2])
def test_what_is_found_comes_in_the_order_of_the_jobs(processes):
    assert list(side_by_side(abs, [-3, 1, -2], processes)) == [3, 1, 2]


def test_one_process_works_here_and_several_are_started_afresh():
    assert list(side_by_side(_process, range(2), 1)) == [os.getpid()] * 2
    assert os.getpid() not in side_by_side(_process, range(2), 2)


def _process(_) -> int:
    return os.getpid()
