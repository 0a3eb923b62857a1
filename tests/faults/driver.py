"""The driver: customers write, the daemon works, and a seeded chance decides what goes wrong next.

The same seed gives the same customers and the same faults in the same order; how they fall between the daemon's steps is the machine's.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import signal
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from imapclient.imap_utf7 import encode

from bench import mailbox, road
from settings import Settings
from tests.dovecot import SENT, Dovecot, free_port
from tests.faults.checks import Look, Verdict, judge
from tests.faults.daemon import Daemon, Dead
from tests.faults.house import ROOT
from tests.faults.outside import HTTP, SYSTEMS, Bad, Outside
from tests.faults.people import People

KINDS = ("kill", "freeze", "cut", "disk", "clock", "restart", "refuse", "late")
#: Calls at which a kill is aimed.
AIMED = tuple((system, when) for system in ("crm", "smtp", "tasks") for when in ("before", "after"))
API_KEY = "faults-key-faults-key-faults-key-01"
#: Seconds without any progress after which what is unfinished counts as lost, and those that a last wave may take at most.
STALL, WAVE = 30.0, 150.0
#: Seconds in which an armed fault must meet a call, else it meets any system's next one.
AIM = 2.0
#: Customers of the last waves: everything is well again, and nobody wakes the lanes but themselves.
LAST = (1, 2, 3)


class Stalled(Exception):
    """Nothing moves any more, though there is work."""


@dataclass
class Report:
    """What a run came to."""

    seed: int
    faults: Counter[str] = field(default_factory=Counter)
    verdict: Verdict = field(default_factory=Verdict)
    messages: int = 0
    twins: int = 0
    unfenced: int = 0
    starts: int = 0
    seconds: float = 0.0
    dead: str = ""
    stalled: str = ""

    @property
    def good(self) -> bool:
        """Nothing lost, nothing doubled, no second daemon, and the daemon lives and works."""
        return self.verdict.good and not self.unfenced and not self.dead and not self.stalled

    def __str__(self) -> str:
        kinds = ", ".join(f"{kind} {self.faults[kind]}" for kind in KINDS)
        verdict = self.verdict
        lines = [
            f"seed {self.seed}: {self.messages} messages, {verdict.cases} cases, {verdict.effects} effects, {self.seconds:.0f} s",
            f"faults {self.faults.total()}: {kinds}; {self.starts} starts, {self.twins} second daemons turned away",
            f"lost {len(verdict.lost)}, doubled {len(verdict.doubled)}, parked {len(verdict.parked)}",
        ]
        lines += [f"  lost: {one}" for one in verdict.lost[:10]]
        lines += [f"  doubled: {one}" for one in verdict.doubled[:10]]
        reasons = Counter(one.partition(": ")[2] for one in verdict.parked)
        lines += [f"  parked {n}: {why}" for why, n in reasons.most_common(10)]
        if self.unfenced:
            lines.append("  a second daemon came up beside the first")
        if self.stalled:
            lines.append(f"  {self.stalled}")
        if self.dead:
            lines.append(f"  the daemon ended by itself:\n{self.dead}")
        return "\n".join(lines)


@dataclass
class Town:
    """What is there around the house: a real mail server with a mailbox ``box``, the outside systems, a folder, the house's clock."""

    root: Path
    dovecot: Dovecot
    outside: Outside
    box: Path
    owner: tuple[int, int]
    ahead: float = 0.0

    @property
    def clock(self) -> Path:
        """The file that says by how much the house's clock is off."""
        return self.root / "clock"

    def jump(self, seconds: float) -> None:
        """The house's clock is off by so much more."""
        self.ahead += seconds
        new = self.clock.with_suffix(".new")
        new.write_text(str(self.ahead))
        new.replace(self.clock)


def town(held: ExitStack) -> Town:
    """All of it, started."""
    root = Path(tempfile.mkdtemp(prefix="faults"))
    held.callback(shutil.rmtree, root, ignore_errors=True)
    root.chmod(0o755)
    (root / "imap").mkdir(mode=0o755)
    dovecot = Dovecot(root / "imap")
    dovecot.set_password(mailbox.ADDRESS, road.PASSWORD)
    owner = (dovecot.mail_user.pw_uid, dovecot.mail_user.pw_gid)
    box = root / "imap" / "mail" / mailbox.ADDRESS
    sent = box / f".{encode(SENT).decode()}"
    for place in (box, sent):
        for name in ("", "cur", "new", "tmp"):
            (place / name).mkdir(mode=0o777, exist_ok=True)
            os.chown(place / name, *owner)
    dovecot.start()
    held.callback(dovecot.stop)
    outside = Outside(sent, dovecot.port)
    held.callback(outside.close)
    made = Town(root, dovecot, outside, box, owner)
    made.jump(0.0)
    return made


class Driver:
    """One house, its systems and its customers. ``defect`` names one to plant."""

    def __init__(self, seed: int, held: ExitStack, *, defect: str = "", keep: Path | None = None) -> None:
        self.chance, self.report = random.Random(seed), Report(seed)
        self.town = town(held)
        self.dovecot, self.outside = self.town.dovecot, self.town.outside
        folder = keep or self.town.root / "house"
        (folder / "data").mkdir(parents=True)
        port = free_port()
        env = road.settings(argparse.Namespace(store="sqlite"), folder, self.outside.ports["imap"], self.outside.ports)
        env |= {
            "LOG_LEVEL": "INFO", "PORT": str(port), "API_KEY": API_KEY, "WEB_WAIT": "0.2", "IMAP_POLL_SECONDS": "5",
            "HUBSPOT_WINDOW": "5000", "CLICKUP_WINDOW": "5000", "READER_PROCESSES": "1",
            "FAULTS_CLOCK": str(self.town.clock), "FAULTS_BREAK": defect,
        }  # fmt: skip
        self.settings = Settings(data_dir=folder / "data", directives_dir=ROOT / "directives", business="figurative")
        self.look = Look(folder / "data")
        self.daemon = Daemon(folder, env, folder / "daemon.log")
        held.callback(self.daemon.stop)
        self.people = People(self.town.box, self.town.owner, mailbox.ADDRESS, (port,), API_KEY, self.chance)
        held.callback(self.people.close)
        self._bag: list[str] = []

    # ------------------------------------------------------------------ a run

    def run(self, faults: int, every: int = 100, told: Callable[[Report], None] = lambda report: None) -> Report:
        """So many faults, everything settled and checked after ``every`` of them, which ``told`` hears.

        Ends at the first look that finds something lost or doubled.
        """
        began = time.monotonic()
        report = self.report
        try:
            self.daemon.start()
            while report.good and report.faults.total() < faults:
                until = min(faults, report.faults.total() + every)
                while report.faults.total() < until and not report.unfenced:
                    self.fault()
                self.settle()
                report.verdict = judge(self.settings, self.people.wrote, self.people.said_yes, self.outside.ledger)
                self._count(began)
                told(report)
        except Dead as error:
            report.dead = str(error)
        except Stalled as error:
            report.stalled = str(error)
        self._count(began)
        return report

    def _count(self, began: float) -> None:
        self.report.messages = len(self.people.wrote) + len(self.people.said_yes)
        self.report.starts, self.report.seconds = self.daemon.starts, time.monotonic() - began

    def fault(self) -> None:
        """One more, of a kind that the bag gives: each kind once before any comes again."""
        if not self._bag:
            self._bag = list(KINDS)
            self.chance.shuffle(self._bag)
        kind = self._bag.pop()
        for _ in range(self.chance.choice((0, 0, 1))):
            self.people.write()
        self._answers()
        getattr(self, f"_{kind}")()
        time.sleep(self.chance.uniform(0.0, 0.15))
        if not self.daemon.alive():
            raise Dead(self.daemon.tail())

    def _answers(self) -> int:
        letters = self.outside.ledger.letters
        taken = [letters.pop(0) for _ in range(len(letters))]
        return self.people.read(taken)

    def _wait(self, seconds: float, pause: float = 0.01) -> Iterator[None]:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            yield
            time.sleep(pause)

    def _spooled(self) -> int:
        """Another number when a file was begun in the spool, or has got its place there."""
        return (self.settings.data_dir / "spool" / "tmp").stat().st_mtime_ns

    # ------------------------------------------------------------------ the faults

    def _kill(self) -> None:
        """At any moment, or aimed.

        Before or after a call's work, when mail is fetched, when its bytes reach the spool, when it is marked, when the form is answered.
        """
        aim = self.chance.choice(("", *["spool"] * 5, "fetch", "mark", "answer", *AIMED))
        delay = self.chance.choice((0.0, self.chance.uniform(0.0, 0.06)))
        if aim == "answer":
            self.people.answered = self.daemon.kill
        elif aim and aim != "spool":
            self._trap({"fetch": ("imap", "before"), "mark": ("imap", "after")}.get(str(aim), aim), delay)
        before = self._spooled()
        self.people.write()
        for _ in self._wait(AIM if aim else self.chance.uniform(0, 0.5), 0.001 if aim == "spool" else 0.01):
            if not self.daemon.alive() or (aim == "spool" and self._spooled() != before):
                break
        self.outside.ledger.trap = lambda system, when: None
        self.people.answered = lambda: None
        self.daemon.kill()
        self.daemon.buried()
        self.report.faults["kill"] += 1
        self.daemon.start()

    def _trap(self, aim: object, delay: float) -> None:
        def trap(system: str, when: str) -> None:
            if (system, when) == aim:
                self.outside.ledger.trap = lambda system, when: None
                if delay:
                    threading.Timer(delay, self.daemon.kill).start()
                else:
                    self.daemon.kill()

        self.outside.ledger.trap = trap

    def _freeze(self) -> None:
        """For a while; somebody may start a second daemon meanwhile, and the connections may be gone when it wakes up."""
        self.people.write()
        time.sleep(self.chance.uniform(0.0, 0.3))
        self.daemon.signal(signal.SIGSTOP)
        twin, cut = self.chance.random() < 0.35, self.chance.random() < 0.5
        seconds = self.chance.uniform(0.1, 1.0)
        if twin:
            came_up = self.daemon.twin()
            self.report.twins += not came_up
            self.report.unfenced += came_up
        else:
            time.sleep(seconds)
        if cut:
            self.outside.cut()
        self.daemon.signal(signal.SIGCONT)
        self.report.faults["freeze"] += 1

    def _cut(self) -> None:
        if self.chance.random() < 0.4:
            self.people.write()
            time.sleep(self.chance.uniform(0.0, 0.3))
            self.outside.cut(self.chance.choice(("", "imap", "crm", "smtp", "s3")))
            self.report.faults["cut"] += 1
        else:
            self._arm(Bad("cut", self.chance.choice(("cut", "cut", "silent")), self.chance.choice(SYSTEMS)))

    def _refuse(self) -> None:
        status, calls = self.chance.choice((429, 429, 500, 502, 503)), self.chance.choice((1, 1, 3))
        self._arm(Bad("refuse", "refuse", self.chance.choice((*HTTP, "smtp")), status, calls))

    def _late(self) -> None:
        how = self.chance.choice(("silent", "half", "504", "slow"))
        seconds = self.chance.uniform(0.5, 2.0)
        self._arm(Bad("late", how, self.chance.choice(("crm", "crm", "tasks", "s3", "smtp", "smtp")), seconds=seconds))

    def _arm(self, bad: Bad) -> None:
        """Until it has met a call; after a while any system's call will do, and customers write so that there is one."""
        before = self.outside.ledger.met[bad.kind]
        self.outside.arm(bad)
        self.people.write()
        for turn in range(30):
            for _ in self._wait(AIM):
                if self.outside.ledger.met[bad.kind] > before:
                    self.report.faults[bad.kind] += 1
                    return
            bad.system = ""
            if turn % 2:
                self.daemon.signal(signal.SIGHUP)  # lanes that rest after a trouble look again
            self.people.write()
            self._answers()
        raise Stalled(f"customers write, and no call came in {30 * AIM:.0f} s: the work stands still")

    def _disk(self) -> None:
        """No file grows any more, or none beyond a size that some have reached and others have not."""
        self.daemon.full_disk(self.chance.choice((0, 2_000, 50_000, 500_000)))
        self.people.write()
        time.sleep(self.chance.uniform(0.2, 1.2))
        self.daemon.room_again()
        self.report.faults["disk"] += 1

    def _clock(self) -> None:
        """Back or forth by seconds or up to an hour; never so far in all that a reminder would fall due."""
        seconds = self.chance.choice((1.0, -1.0)) * self.chance.choice((3.0, 60.0, 900.0, 3600.0))
        self.people.write()
        ahead = self.town.ahead
        self.town.jump(seconds if abs(ahead + seconds) < 2 * 3600 else -ahead)
        self.report.faults["clock"] += 1

    def _restart(self) -> None:
        """A server ends and comes back where it was."""
        self.people.write()
        name = self.chance.choice(("imap", "crm", "crm", "smtp", "s3", "dovecot"))
        if name == "dovecot":
            self.dovecot.stop()
            self.dovecot.start()
        else:
            self.outside.down(name)
            time.sleep(self.chance.uniform(0.05, 0.6))
            self.outside.up()
        self.report.faults["restart"] += 1

    # ------------------------------------------------------------------ the end

    def settle(self) -> None:
        """Faults off, the clock put right, time enough, and last waves that must go their way by themselves."""
        self.town.jump(-self.town.ahead)
        self.outside.disarm()
        self.outside.ledger.trap = lambda system, when: None
        self._quiet(wake=True)
        for customers in LAST:
            for _ in range(customers):
                self.people.write()
                time.sleep(self.chance.uniform(0.0, 0.2))
            self._quiet(wake=False)

    def _quiet(self, *, wake: bool) -> None:
        """Until nothing is left to do, or nothing moves any more. ``wake``: lanes that rest after a trouble are told to look."""
        people, last, still = self.people, (0, 0, 0, 0), 0
        moved = woken = time.monotonic()
        end = moved + WAVE
        if wake:
            self.daemon.signal(signal.SIGHUP)
        while time.monotonic() < end and time.monotonic() - moved < STALL:
            time.sleep(0.2)
            answered = self._answers()
            todo, waiting, taken = self.look()
            now = (todo, waiting, taken, people.waiting)
            if now != last or answered:
                moved, last = time.monotonic(), now
            missing = people.delivered - taken
            still = still + 1 if (todo, waiting, people.waiting, answered) == (0, 0, 0, 0) and missing <= 0 else 0
            if still >= 3:
                return
            if waiting > 0:
                self.town.jump(300.0)
            if wake and time.monotonic() - woken > 8:
                woken = time.monotonic()
                self.daemon.signal(signal.SIGHUP)
