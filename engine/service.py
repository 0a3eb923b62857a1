"""The daemon's life: start, tell systemd, wait for signals, stop cleanly."""

from __future__ import annotations

import faulthandler
import logging
import os
import queue
import signal
import socket
import sys
from collections.abc import Callable
from types import FrameType
from typing import Protocol

from core.errors import UserError
from engine.collector import spare_collector, spare_memory
from engine.directives import Report

log = logging.getLogger("guichet")


class Runs(Protocol):
    """What is served."""

    def start(self) -> None: ...
    def run_once(self, timeout: float = ...) -> dict[str, str]: ...
    def reload(self) -> Report: ...
    def stuck(self) -> list[str]: ...
    def troubles(self) -> dict[str, str]: ...
    def stop(self, timeout: float = ...) -> bool: ...


def serve(open_house: Callable[[], Runs], *, once: bool, level: str) -> int:
    """Run the house until a signal ends it, or once until it is idle; the process's exit code."""
    set_logging(level)
    spare_memory()
    # SimpleQueue.put may interrupt anything, its own get too; an Event's lock may be held by the very thread the signal interrupts.
    signals: queue.SimpleQueue[int] = queue.SimpleQueue()

    def on_signal(number: int, frame: FrameType | None) -> None:
        del frame
        signals.put(number)

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, on_signal)
    house = open_house()
    if once:
        return _once(house)
    house.start()
    spare_collector()
    log.info("guichet is ready")
    notify("READY=1")
    beat, watch = watchdog_seconds(), Probe()
    while True:
        try:
            if signals.get(timeout=beat) != signal.SIGHUP:
                break
            _reload(house)
        except queue.Empty:
            pass  # nothing but the beat
        watch.look(house)
    notify("STOPPING=1")
    log.info("stopping")
    return 0 if house.stop() else 1


class Probe:
    """Feeds systemd's watchdog as long as every lane gives signs of life, idle or busy; a stuck one lets it restart us."""

    def __init__(self) -> None:
        self._told: list[str] = []

    def look(self, house: Runs) -> bool:
        """Look once; whether all is alive."""
        stuck, troubles = house.stuck(), house.troubles()
        if stuck != self._told:
            self._told = stuck
            if stuck:
                log.critical("no sign of life from %s: the watchdog is no longer fed", ", ".join(stuck))
                if sys.__stderr__ is not None:
                    faulthandler.dump_traceback(file=sys.__stderr__, all_threads=True)
        words = f"sans signe de vie : {', '.join(stuck)}" if stuck else "; ".join(f"{n} : {t}" for n, t in troubles.items())
        notify(f"STATUS={' '.join(words.split())[:500] or 'au travail'}" + ("" if stuck else "\nWATCHDOG=1"))
        return not stuck


def _once(house: Runs) -> int:
    troubles = house.run_once()
    house.stop()
    for lane, trouble in troubles.items():
        print(f"{lane} : {trouble}", file=sys.stderr)
    return 0 if not troubles else 1


def _reload(house: Runs) -> None:
    notify("RELOADING=1")
    try:
        report = house.reload()
        log.info("directives read again: %s", ", ".join(report.changed) or "nothing changed")
    except UserError as error:
        log.error("directives kept as they were: %s", error)
    notify("READY=1")


def notify(state: str) -> None:
    """Tell systemd (sd_notify(3)); nothing where it did not start us."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return
    if address.startswith("@"):
        address = "\0" + address[1:]
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
            channel.sendto(state.encode(), address)
    except OSError as error:
        log.warning("systemd could not be told %s: %s", state, error)


def watchdog_seconds() -> float:
    """How often to show that we live: half of what systemd asks for, else every ten seconds."""
    try:
        return min(10.0, int(os.environ["WATCHDOG_USEC"]) / 2_000_000)
    except (KeyError, ValueError):
        return 10.0


def set_logging(level: str) -> None:
    """Lines on standard error, as journald likes them; addresses and secrets are masked."""
    from engine.logs import configure

    configure(level)
