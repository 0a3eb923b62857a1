"""Three nodes on one PostgreSQL: killed, frozen longer than their heartbeat, restarted one after the other, while customers write.

``python -m tests.faults.nodes [--kills 20] [--freezes 10] [--restarts 3] [--seed N]`` (``make cluster``) prints how long each takeover
took and what was lost, doubled and parked. The database itself watches that nobody writes for a lane that another node holds.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from assembly import now
from bench import mailbox, road
from core.errors import UserError
from settings import Settings
from store import Keys, open_store
from store.engine import Postgres
from store.jobs import install
from tests.dovecot import free_port
from tests.faults.broken import SHARED_DEFECTS
from tests.faults.checks import Verdict, judge
from tests.faults.daemon import Daemon, Dead
from tests.faults.driver import AIM, API_KEY, LAST, STALL, WAVE, Stalled, Town, town
from tests.faults.house import ROOT
from tests.faults.outside import SHARED
from tests.faults.people import People

SECRET = "the nodes' secret key, the same on each of them"
NAMES = ("un", "deux", "trois")
#: Seconds within which others must have all lanes of a node that died or froze, and how long to wait for it.
TAKEOVER, GIVE_UP = 10.0, 40.0
#: Calls at which a fault is aimed, with the lane that makes them.
AIMED = tuple(
    (system, when, lane)
    for system, lane in (("crm", "crm"), ("smtp", "mail"), ("tasks", "tasks"))
    for when in ("before", "after")
)

#: Writes down who wrote for a lane that another node held. With the fence in the same transaction that cannot be.
WATCH = """
CREATE TABLE trespass (lane text, writer text, holder text, what text);
CREATE FUNCTION watch_lane() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    wanted text := CASE TG_TABLE_NAME WHEN 'outbox' THEN 'courier:' || (to_jsonb(NEW) ->> 'system')
                                      WHEN 'cases' THEN 'clerk' ELSE 'intake:' || (to_jsonb(NEW) ->> 'name') END;
    writer text := current_setting('application_name');
    found text;
BEGIN
    SELECT n.name INTO found FROM procrastinate_jobs j JOIN nodes n ON n.worker = j.worker_id
        WHERE j.lock = wanted AND j.status = 'doing';
    IF writer <> 'guichet' AND EXISTS (SELECT 1 FROM procrastinate_jobs j WHERE j.lock = wanted) AND found IS DISTINCT FROM writer THEN
        INSERT INTO trespass VALUES (wanted, writer, found, TG_TABLE_NAME || ' ' || coalesce(to_jsonb(NEW) ->> 'state', ''));
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER watch AFTER UPDATE OF state ON outbox FOR EACH ROW
    WHEN (NEW.state IN ('sending', 'done', 'reconciled', 'uncertain')) EXECUTE FUNCTION watch_lane();
CREATE TRIGGER watch AFTER UPDATE OF version ON cases FOR EACH ROW EXECUTE FUNCTION watch_lane();
CREATE TRIGGER watch AFTER UPDATE OF value ON cursors FOR EACH ROW EXECUTE FUNCTION watch_lane();
"""
_HELD = "SELECT n.name, j.lock FROM procrastinate_jobs j JOIN nodes n ON n.worker = j.worker_id WHERE j.status = 'doing' ORDER BY j.lock"
_TODO = (
    "SELECT (SELECT count(*) FROM inbox WHERE state IN ('new', 'read')) + (SELECT count(*) FROM events WHERE waiting), "
    "(SELECT count(*) FROM outbox WHERE state IN ('intended', 'sending', 'uncertain') AND blocked = 0), (SELECT count(*) FROM inbox)"
)


@dataclass
class Report:
    """What a run came to. ``takeovers``: (what, seconds until others had all its lanes)."""

    seed: int
    faults: Counter[str] = field(default_factory=Counter)
    takeovers: list[tuple[str, float]] = field(default_factory=list)
    verdict: Verdict = field(default_factory=Verdict)
    trespasses: list[str] = field(default_factory=list)
    messages: int = 0
    seconds: float = 0.0
    dead: str = ""

    @property
    def good(self) -> bool:
        """Nothing lost, nothing doubled, nobody in another's lane, every takeover in time."""
        late = any(seconds > TAKEOVER for _, seconds in self.takeovers)
        return self.verdict.good and not (self.trespasses or self.dead or late)

    def __str__(self) -> str:
        verdict = self.verdict
        counts = ", ".join(f"{kind} {n}" for kind, n in self.faults.items())
        lines = [
            f"seed {self.seed}: three nodes, {self.messages} messages, {verdict.cases} cases, "
            f"{verdict.effects} effects, {self.seconds:.0f} s",
            f"faults {self.faults.total()}: {counts}",
        ]
        for what in ("kill", "freeze", "restart"):
            times = [seconds for kind, seconds in self.takeovers if kind == what]
            if times:
                each = ", ".join(f"{seconds:.1f}" for seconds in times)
                lines.append(
                    f"takeover after {what}: median {statistics.median(times):.1f} s, worst {max(times):.1f} s ({each})"
                )
        lines.append(
            f"lost {len(verdict.lost)}, doubled {len(verdict.doubled)}, parked {len(verdict.parked)}, "
            f"written for another's lane {len(self.trespasses)}"
        )
        lines += [f"  lost: {one}" for one in verdict.lost[:10]]
        lines += [f"  doubled: {one}" for one in verdict.doubled[:10]]
        lines += [f"  {one}" for one in self.trespasses[:10]]
        reasons = Counter(one.partition(": ")[2] for one in verdict.parked)
        lines += [f"  parked {n}: {why}" for why, n in reasons.most_common(10)]
        if self.dead:
            lines.append(self.dead)
        return "\n".join(lines)


class Cluster:
    """Three nodes, their systems and their customers. ``defect`` names one to plant into each node."""

    def __init__(self, seed: int, held: ExitStack, *, defect: str = "", keep: Path | None = None) -> None:
        from tests import postgres

        self.chance, self.report = random.Random(seed), Report(seed)
        self.town: Town = town(held)
        self.outside = self.town.outside
        self.url = postgres.fresh(postgres.server())
        store = open_store(self.url, keys=Keys.derive(SECRET), now=now())
        assert isinstance(store.db, Postgres)
        install(store.db)
        store.close()
        self.db = held.enter_context(psycopg.connect(self.url, autocommit=True))
        self.db.execute(WATCH)
        folder = keep or self.town.root / "nodes"
        given = argparse.Namespace(store="sqlite")
        ports = {name: free_port() for name in NAMES}
        self.nodes: dict[str, Daemon] = {}
        for name in NAMES:
            (folder / name).mkdir(parents=True)
            env = road.settings(given, folder / name, self.outside.ports["imap"], self.outside.ports)
            env |= {
                "NODE_NAME": name, "DATABASE_URL": f"{self.url}?application_name={name}", "SECRET_KEY": SECRET,
                "SPOOL_BUCKET": SHARED, "LOG_LEVEL": "INFO", "PORT": str(ports[name]), "API_KEY": API_KEY, "WEB_WAIT": "0.2",
                "IMAP_POLL_SECONDS": "5", "HUBSPOT_WINDOW": "5000", "CLICKUP_WINDOW": "5000", "READER_PROCESSES": "1",
                "FAULTS_CLOCK": str(self.town.clock), "FAULTS_BREAK": defect,
            }  # fmt: skip
            self.nodes[name] = Daemon(folder / name, env, folder / f"{name}.log")
            held.callback(self.nodes[name].stop)
        self.settings = Settings(
            data_dir=folder, directives_dir=ROOT / "directives", business="figurative", database_url=self.url, secret_key=SECRET
        )
        self.people = People(self.town.box, self.town.owner, mailbox.ADDRESS, tuple(ports.values()), API_KEY, self.chance)
        held.callback(self.people.close)

    # ------------------------------------------------------------------ a run

    def run(self, faults: list[str], told: Callable[[str], None] = lambda line: None) -> Report:
        """These faults in an order by chance, then everything settled and judged."""
        began, report = time.monotonic(), self.report
        self.chance.shuffle(faults)
        try:
            for node in self.nodes.values():
                node.launch()
            for node in self.nodes.values():
                node.ready()
            for kind in faults:
                self._balanced()
                for _ in range(self.chance.choice((0, 1, 1))):
                    self.people.write()
                self._answers()
                getattr(self, f"_{kind}")()
                report.faults[kind] += 1
                told(f"{kind} {report.faults[kind]}: taken over after {report.takeovers[-1][1]:.1f} s")
            self.settle()
            report.verdict = judge(self.settings, self.people.wrote, self.people.said_yes, self.outside.ledger)
        except (Dead, Stalled, UserError) as error:
            report.dead = str(error)
        rows = self.db.execute("SELECT lane, writer, holder, what, count(*) FROM trespass GROUP BY 1, 2, 3, 4").fetchall()
        report.trespasses = [
            f"{w} wrote for {lane} while {h or 'nobody'} held it: {n} × {what}" for lane, w, h, what, n in rows
        ]
        report.messages = len(self.people.wrote) + len(self.people.said_yes)
        report.seconds = time.monotonic() - began
        return report

    def held(self) -> dict[str, set[str]]:
        """By node, the lanes it has."""
        found: dict[str, set[str]] = {name: set() for name in NAMES}
        for name, lane in self.db.execute(_HELD):
            found.setdefault(name, set()).add(lane)
        return found

    def _balanced(self) -> None:
        """Until every node has lanes."""
        self._until(lambda: all(self.held().values()), "a node gets no lane")

    def _until(self, true: Callable[[], bool], what: str) -> float:
        began = time.monotonic()
        while not true():
            if time.monotonic() - began > GIVE_UP:
                raise Stalled(f"{what}: {self.held()}")
            for node in self.nodes.values():
                if node.process is not None and node.process.poll() not in (None, 0, -9):
                    raise Dead(node.tail())
            time.sleep(0.02)
        return time.monotonic() - began

    def _answers(self) -> int:
        letters = self.outside.ledger.letters
        return self.people.read([letters.pop(0) for _ in range(len(letters))])

    def _aim(self, how: int) -> str:
        """Send the signal to a node, at a call of a lane of its or at any moment; which node it was."""
        system, when, lane = self.chance.choice((("", "", ""), *AIMED))
        holds = self.held()
        victim = next((n for n in NAMES if f"courier:{lane}" in holds[n]), self.chance.choice(NAMES))
        node, done = self.nodes[victim], []

        def strike() -> None:
            if not done:
                done.append(time.monotonic())
                os.kill(node.pid, how)

        def trap(called: str, at: str) -> None:
            if (called, at) == (system, when):
                strike()

        if system:
            self.outside.ledger.trap = trap
        self.people.write()
        self.people.write()
        end = time.monotonic() + (AIM if system else self.chance.uniform(0.0, 0.5))
        while not done and time.monotonic() < end:
            self._answers()
            time.sleep(0.01)
        self.outside.ledger.trap = lambda system, when: None
        strike()
        self._struck = done[0]
        return victim

    def _taken_over(self, victim: str, kind: str, lanes: set[str]) -> None:
        """Until others have these lanes."""

        def others() -> bool:
            holds = self.held()
            return lanes <= set().union(*(has for name, has in holds.items() if name != victim))

        self._until(others, f"nobody takes over the lanes of {victim}")
        self.report.takeovers.append((kind, time.monotonic() - self._struck))

    # ------------------------------------------------------------------ the faults

    def _kill(self) -> None:
        """``kill -9``; after a while the node is there again."""
        victim = self._aim(signal.SIGKILL)
        lanes = self.held()[victim]
        self.nodes[victim].buried()
        self._taken_over(victim, "kill", lanes)
        self.people.write()
        self.nodes[victim].start()

    def _freeze(self) -> None:
        """SIGSTOP until others have taken over, and a little longer."""
        victim = self._aim(signal.SIGSTOP)
        lanes = self.held()[victim]
        self._taken_over(victim, "freeze", lanes)
        self.people.write()
        time.sleep(self.chance.uniform(0.2, 2.0))
        self.nodes[victim].signal(signal.SIGCONT)

    def _restart(self) -> None:
        """A clean stop hands over at once."""
        victim = self.chance.choice(NAMES)
        self.people.write()
        lanes = self.held()[victim]
        self._struck = time.monotonic()
        self.nodes[victim].signal(signal.SIGTERM)
        self._taken_over(victim, "restart", lanes)
        self.nodes[victim].buried()
        self.nodes[victim].start()

    # ------------------------------------------------------------------ the end

    def settle(self) -> None:
        """Time enough for what was in doubt, and last waves that must go their way by themselves."""
        self._quiet(wake=True)
        for customers in LAST:
            for _ in range(customers):
                self.people.write()
            self._quiet(wake=False)

    def _quiet(self, *, wake: bool) -> None:
        """Until nothing is left to do, or nothing moves any more."""
        last, still = (-1, -1, -1, -1, 0), 0
        moved = woken = time.monotonic()
        end = moved + WAVE
        while time.monotonic() < end and time.monotonic() - moved < STALL:
            if wake and time.monotonic() - woken > 4:
                woken = time.monotonic()
                self.nodes[self.chance.choice(NAMES)].signal(signal.SIGHUP)
            answered = self._answers()
            row = self.db.execute(_TODO).fetchone()
            assert row is not None
            seen = (*map(int, row), self.people.waiting, answered)
            moved, last = (time.monotonic(), seen) if seen != last or answered else (moved, last)
            quiet = (seen[0], seen[1], seen[3], answered) == (0, 0, 0, 0) and seen[2] >= self.people.delivered
            still = still + 1 if quiet else 0
            if still >= 3:
                return
            if seen[1] > 0:
                self.town.jump(300.0)
            time.sleep(0.15)


def play(
    seed: int,
    kills: int,
    freezes: int,
    restarts: int,
    *,
    defect: str = "",
    keep: Path | None = None,
    told: Callable[[str], None] = lambda line: None,
) -> Report:
    """One cluster's life."""
    with ExitStack() as held:
        cluster = Cluster(seed, held, defect=defect, keep=keep)
        return cluster.run(["kill"] * kills + ["freeze"] * freezes + ["restart"] * restarts, told)


def main() -> None:
    """Play, print, judge."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--freezes", type=int, default=10)
    parser.add_argument("--restarts", type=int, default=3)
    parser.add_argument("--seed", type=int, default=0, help="0: drawn, and printed")
    parser.add_argument("--keep", type=Path, default=None, help="an empty folder in which the nodes' logs stay")
    parser.add_argument(
        "--break", dest="defect", choices=sorted(SHARED_DEFECTS), default="", help="plant this defect: must be caught"
    )
    given = parser.parse_args()
    seed = given.seed or random.SystemRandom().randrange(1, 1_000_000)
    print(f"seed {seed}", flush=True)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    report = play(
        seed, given.kills, given.freezes, given.restarts, defect=given.defect, keep=given.keep,
        told=lambda line: print(line, flush=True),
    )  # fmt: skip
    print(report, flush=True)
    if given.defect:
        print(f"planted {given.defect}: {'NOT caught' if report.good else 'caught'}")
    sys.exit(int(report.good == bool(given.defect)))


if __name__ == "__main__":
    main()
