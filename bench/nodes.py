"""What more nodes bring: ``python -m bench.nodes [--mails 600] [--latency 120] [--inboxes 6] [--nodes 1,3] [--share 0.35]``.

The same mail, delivered at once into so many inboxes of a waiting cluster on PostgreSQL, by one node and by three; prints the rates and
their ratio. Outside calls take ``--latency``. All nodes stand on this one machine, so each gets the same ``--share`` of one processor,
as small machines of their own would have (0: as much as there is; then the processor decides, not the nodes).
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import tempfile
import threading
import time
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import psycopg

from bench import mailbox, world
from bench.proc import children, cpu

#: Seconds of one slice in which a node may use its share.
SLICE = 0.1
GIVE_UP = 600.0
SECRET = "the bench's key, the same on every node"
_HELD = "SELECT count(DISTINCT worker_id), count(*) FROM procrastinate_jobs WHERE status = 'doing'"


class Governor(threading.Thread):
    """Holds processes, and all below them, to a share of one processor each, by stopping them for the rest of a slice."""

    def __init__(self, pids: list[int], share: float) -> None:
        super().__init__(daemon=True)
        self._pids, self._share = pids, share
        self.ended = threading.Event()

    def run(self) -> None:
        owed = dict.fromkeys(self._pids, 0.0)
        before = {pid: cpu(pid) for pid in self._pids}
        stopped: set[int] = set()
        last = time.monotonic()
        while not self.ended.wait(SLICE / 5):
            now = time.monotonic()
            for pid in self._pids:
                used = cpu(pid)
                # What was used beyond the share is paid back by standing still; rest saves up no more than a slice.
                owed[pid] = max(-SLICE * self._share, owed[pid] + used - before[pid] - (now - last) * self._share)
                before[pid] = used
                if owed[pid] > 0 and pid not in stopped:
                    stopped.add(pid)
                    _signal(pid, signal.SIGSTOP)
                elif owed[pid] <= 0 and pid in stopped:
                    stopped.discard(pid)
                    _signal(pid, signal.SIGCONT)
            last = now
        for pid in stopped:
            _signal(pid, signal.SIGCONT)


def _signal(pid: int, number: int) -> None:
    for one in children(pid):
        with suppress(ProcessLookupError):
            os.kill(one, number)


def play(given: argparse.Namespace, nodes: int, held: ExitStack) -> dict[str, float]:
    """One cluster, all the mail: mails a second, CPU seconds of the nodes for 1,000, what was lost."""
    from tests.postgres import fresh
    from tests.postgres import server as postgres

    server = held.enter_context(world.dovecot())
    folder = Path(held.enter_context(tempfile.TemporaryDirectory(prefix="guichet-nodes")))
    user = server.mail_user
    home = server.root / "mail" / mailbox.ADDRESS
    home.mkdir()
    os.chown(home, user.pw_uid, user.pw_gid)
    names = ["INBOX", *(f"Boite{n}" for n in range(2, given.inboxes + 1))]
    boxes = [home, *(home / f".{name}" for name in names[1:])]
    for box in boxes:
        for part in ("", "cur", "new", "tmp"):
            (box / part).mkdir(exist_ok=True)
            os.chown(box / part, user.pw_uid, user.pw_gid)
    outside = world.Outside(latency=given.latency / 1000, crm_limit=0, imap=server.port, sent=None)
    held.callback(outside.close)
    database = fresh(postgres())
    spool = folder / "spool"
    spool.mkdir()
    products = []
    for number in range(nodes):
        data = folder / f"node{number}" / "data"
        data.mkdir(parents=True)
        # On one machine the folder of raw mail is shared by a link; machines of their own have SPOOL_BUCKET.
        (data / "spool").symlink_to(spool)
        env = world.settings(
            argparse.Namespace(store="postgresql", database=database), data.parent, outside.ports["imap"], outside.ports
        )
        env |= {
            "NODE_NAME": f"node{number}", "SECRET_KEY": SECRET, "IMAP_FOLDER": ",".join(names), "PORT": "0", "READER_PROCESSES": "1",
            "IMAP_POLL_SECONDS": "2", "HUBSPOT_WINDOW": "5000",
        }  # fmt: skip
        products.append(world.Product(data.parent, env))
    for product in products:
        product.start()
        held.callback(product.stop)
    look = world.Look(database)
    db = held.enter_context(psycopg.connect(database, autocommit=True))
    _until(lambda: (row := db.execute(_HELD).fetchone()) is not None and row[0] == nodes and row[1] >= given.inboxes + 5)
    time.sleep(5)  # who came late has its part by now, and connections stand
    written = mailbox.fill(folder / "letters", given.mails, given.seed, uid=user.pw_uid, gid=user.pw_gid)
    letters = sorted((folder / "letters" / "cur").iterdir())
    pids = [product.pid for product in products]
    governor = Governor(pids, given.share)
    spent = sum(map(cpu, pids))
    if given.share:
        governor.start()
    began = time.time()
    for number, letter in enumerate(letters):
        shutil.move(str(letter), boxes[number % len(boxes)] / "new" / letter.name.partition(":")[0])
    wanted = sum(one.request for one in written)
    _until(lambda: outside.ask("few")["tickets"] >= wanted and look()[:2] == (0, 0))
    governor.ended.set()
    told: dict[str, Any] = outside.ask("all")
    seconds = told["last"] - began
    doubled = sum(n - 1 for n in told["tickets"].values()) + told["mails_again"]
    lost = sum(1 for one in written if one.request and mailbox.identity(one.number) not in told["tickets"])
    return {
        "rate": given.mails / seconds,
        "seconds": seconds,
        "cpu": (sum(map(cpu, pids)) - spent) / given.mails * 1000,
        "lost": lost,
        "doubled": doubled,
    }


def _until(true: Any) -> None:
    end = time.monotonic() + GIVE_UP
    while not true():
        if time.monotonic() > end:
            raise SystemExit("it does not come to an end")
        time.sleep(0.1)


def main() -> None:
    """Play with each number of nodes; print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mails", type=int, default=600)
    parser.add_argument("--inboxes", type=int, default=6)
    parser.add_argument("--latency", type=float, default=120.0, help="milliseconds that every outside call takes")
    parser.add_argument("--nodes", default="1,3")
    parser.add_argument("--share", type=float, default=0.35, help="of one processor, for each node; 0: no limit")
    parser.add_argument("--seed", type=int, default=6)
    given = parser.parse_args()
    rates: list[float] = []
    share = f"{given.share:g} of a processor each" if given.share else "as much processor as there is"
    print(
        f"{given.mails} mails in {given.inboxes} inboxes, {given.latency:.0f} ms a call, {share}, "
        f"seed {given.seed}; load {os.getloadavg()[0]:.1f}"
    )
    for nodes in map(int, given.nodes.split(",")):
        with ExitStack() as held:
            found = play(given, nodes, held)
        rates.append(found["rate"])
        print(
            f"  {nodes} node{'s' * (nodes > 1)}: {found['rate']:6.1f} mails/s ({found['seconds']:.1f} s), "
            f"{found['cpu']:.1f} CPU s per 1,000, "
            f"lost {found['lost']:.0f}, doubled {found['doubled']:.0f}",
            flush=True,
        )
    print(f"  ratio {rates[-1] / rates[0]:.2f}")


if __name__ == "__main__":
    main()
