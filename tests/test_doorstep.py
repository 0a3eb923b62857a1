"""The doorstep: what it was given is given back in order, bound to its name, and what cannot be read stays."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from assembly import now
from core.call import Call
from core.errors import Transient, UserError
from engine.hooks import Hook, Told
from engine.pickup import Pickup
from store.crypto import Keys
from store.doorstep import Doorstep

PATH = "/webhook/whatsapp"
KEYS = Keys.derive("un secret d'essai, sans valeur")


def call(number: int = 1, path: str = PATH) -> Call:
    return Call("POST", path, "http", "h", {"x-twilio-signature": "s"}, b"Body=\x00\xff%d" % number)


def test_the_doorstep_gives_back_what_was_put_in_order_and_bound_to_its_name(tmp_path: Path) -> None:
    step = Doorstep(tmp_path / "a" / "door", KEYS)
    assert step.waiting() == []
    step.put([call(1), call(2)])
    step.put([call(3)])
    first, second = step.waiting()
    assert [c for name in (first, second) for c in step.open(name)[1]] == [call(1), call(2), call(3)]
    assert abs((step.open(first)[0] - now()).total_seconds()) < 60
    path = tmp_path / "a" / "door"
    (path / f"{first}.part").write_bytes(b"half")
    (path / first).replace(path / "00000000000000000000000000001-aa")
    with pytest.raises(UserError):
        step.open("00000000000000000000000000001-aa")
    step.clear()
    assert len(step.waiting()) == 2
    step.remove([second, second])
    assert step.waiting() == ["00000000000000000000000000001-aa"]


def test_what_cannot_be_read_stays_and_is_told_and_holds_nobody_up(tmp_path: Path) -> None:
    taken: list[Told] = []

    def read(one: Call) -> Told:
        if one.body.endswith(b"13"):
            raise ZeroDivisionError
        if one.body.endswith(b"7") and not troubled:
            troubled.append(True)
            raise Transient("plus tard")
        return Told(wake=(one.body.decode("latin-1"),))

    troubled: list[bool] = []
    step = Doorstep(tmp_path / "door", KEYS)
    pickup = Pickup(step, {PATH: Hook(lambda _: True, read)}, taken.extend)
    for calls in ([call(1), call(13)], [call(2)], [call(4, "/webhook/gone")], [call(7)]):
        step.put(calls)
    (tmp_path / "door" / "00000000000000000000000000000-bad").write_bytes(b"\x01nothing")
    with pytest.raises(Transient):
        pickup.run()
    assert [told.wake[0][-1] for told in taken] == ["1", "2"]
    assert len(step.waiting()) == 4
    assert "3 webhooks" in pickup.ails()
    assert pickup.run() == 1
    assert pickup.run() == 0
    assert taken[-1].wake[0].endswith("7")
    assert len(step.waiting()) == 3
    pickup.close()


def test_slow_files_do_not_hold_up_words(tmp_path: Path) -> None:
    taken: list[Told] = []
    free = threading.Event()

    def read(one: Call) -> Told:
        if one.body.endswith(b"1"):
            assert free.wait(20)
        return Told(wake=(one.body.decode("latin-1"),))

    step = Doorstep(tmp_path / "door", KEYS)
    pickup = Pickup(step, {PATH: Hook(lambda _: True, read)}, taken.extend)
    step.put([call(1)])
    step.put([call(2)])
    assert pickup.run() == 2
    assert [told.wake[0][-1] for told in taken] == ["2"]
    free.set()
    while pickup.run():
        pass
    assert [told.wake[0][-1] for told in taken] == ["2", "1"]
    assert step.waiting() == []
    pickup.close()
