"""Lines in front of the engines: fair, bounded, and apart from each other."""

import threading

import pytest

from diseaseface.errors import RequestError
from diseaseface.ui.lanes import READING, Lanes


def test_as_many_work_at_a_time_as_the_engine_allows_and_the_others_know_their_place():
    lanes = Lanes({"morph": 2})
    tickets = [lanes.join("morph") for _ in range(5)]
    assert [ticket.place(within=0) for ticket in tickets] == [0, 0, 1, 2, 3]
    assert lanes.waiting() == {"morph": 3}
    tickets[1].leave()
    assert [ticket.place(within=0) for ticket in tickets[2:]] == [0, 1, 2]


def test_first_come_first_served():
    lanes, order, go = Lanes({"morph": 1}), [], threading.Event()
    first = lanes.join("morph")
    threads = []
    for name in range(6):
        ticket = lanes.join("morph")

        def work(ticket=ticket, name=name):
            go.wait()
            while ticket.place(within=1.0):
                pass
            order.append(name)
            ticket.leave()

        threads.append(threading.Thread(target=work))
        threads[-1].start()
    go.set()
    first.leave()
    for thread in threads:
        thread.join(5)
    assert order == list(range(6))


def test_a_slow_engine_does_not_hold_up_a_quick_one():
    lanes = Lanes({"morph": 1})
    slow = [lanes.join("diffusion") for _ in range(10)]
    with lanes.turn("morph"):
        assert slow[0].place(within=0) == 0
        assert slow[9].place(within=0) == 9


def test_a_line_that_is_too_long_is_refused_in_words():
    lanes = Lanes({"morph": 1}, most=2)
    for _ in range(3):
        lanes.join("morph")
    with pytest.raises(RequestError, match="come again"):
        lanes.join("morph")
    lanes.join("diffusion")


def test_whoever_fails_leaves_the_line():
    lanes = Lanes({"morph": 1})
    with pytest.raises(ZeroDivisionError), lanes.turn("morph"):
        raise ZeroDivisionError
    with lanes.turn("morph"):
        pass


def test_pictures_take_the_places_of_readings_and_give_them_back():
    lanes = Lanes({"morph": 2, READING: 2})
    reading, another = lanes.join(READING), lanes.join(READING)
    assert [ticket.place(within=0) for ticket in (reading, another)] == [0, 0]
    pictures = [lanes.join("morph"), lanes.join("morph")]
    assert [ticket.place(within=0) for ticket in pictures] == [0, 0], "a picture never waits for a reading"
    assert [ticket.place(within=0) for ticket in (reading, another)] == [1, 2]
    pictures[0].leave()
    assert [ticket.place(within=0) for ticket in (reading, another)] == [0, 1], "a picture takes one place"
    pictures[1].leave()
    assert [ticket.place(within=0) for ticket in (reading, another)] == [0, 0]
